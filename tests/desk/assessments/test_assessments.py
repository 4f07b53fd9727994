"""工作考核 through its pages: listed by the division, counted from rows, judged, confirmed by
another, read by the unit.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from wenxiao.budget.models import Round
from wenxiao.followup.models import Finding, Rectification, UnitAssessment
from wenxiao.followup.services import assessing
from wenxiao.orgs.models import Grant, Role, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import training
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = pytest.mark.db

LINES = [
    "按时报自评｜自评按时｜20",
    "整改到位｜整改销号｜30",
    "培训｜培训参加｜10",
    "配合情况｜人工评定｜10",
]


def opened(user):
    client = Client()
    client.force_login(user)
    return client


def listing(small, lines=LINES):
    small.division.rules = [
        {
            "rule": "unit_assessment",
            "from": "2021-01-01",
            "document": "示例区考核办法",
            "clause": "第三条",
            "standing": "未核",
            "content": {"items": lines},
        }
    ]
    small.division.save(update_fields=["rules"])


@pytest.fixture
def second(small):
    """Another person of the performance section."""
    user = User.objects.create_user(
        "second", "Demo-pass-2021", name="示例副科长", division=small.division
    )
    Grant.objects.create(user=user, role=Role.PERFORMANCE, division=small.division)
    return user


@pytest.fixture
def rows(small):
    """The first unit was asked for three self-evaluations and handed in one in time, one late;
    one of two problems is mended.
    """
    Round.objects.filter(division=small.division).exclude(kind="monitoring").update(work_year=2019)
    one = Round.objects.create(
        division=small.division,
        kind="selfeval",
        name="自评任务",
        work_year=2021,
        fiscal_year=small.dossiers[0].fiscal_year,
        state="open",
        deadline=date(2021, 4, 30),
        scope={"dossiers": [row.pk for row in small.dossiers[:3]]},
    )
    for dossier in small.dossiers:
        dossier.unit = small.units[0]
        dossier.save()
    for dossier, day in zip(small.dossiers, (date(2021, 4, 30), date(2021, 5, 1)), strict=False):
        Review.objects.create(
            dossier=dossier, round=one, kind="selfeval", state="waiting", received_on=day
        )
    review = Review.objects.filter(round=one).first()
    for at, dossier in enumerate(small.dossiers[:2]):
        finding = Finding.objects.create(
            dossier=dossier, review=review, text=f"问题{at}", state="confirmed"
        )
        Rectification.objects.create(
            finding=finding,
            unit=small.units[0],
            deadline=date(2021, 6, 1),
            state="closed" if at else "ordered",
            closed_on=date(2021, 7, 1) if at else None,
        )
    return one


def of_first(small):
    return UnitAssessment.objects.get(unit=small.units[0])


def test_without_a_list_of_its_own_nothing_is_assessed(small):
    client = opened(small.officer)
    page = client.get("/assessments?year=2021").content.decode()
    assert "本级还没有填写考核内容和分值" in page
    answer = client.post("/assessments/prepare?year=2021")
    assert answer.status_code == 409
    assert "评分规则与制度" in answer.content.decode()
    assert not UnitAssessment.objects.exists()


def test_from_the_list_to_the_units_page(small, rows, second):
    listing(small)
    course = training.plan_course(
        division=small.division,
        year=2021,
        title="自评",
        audience=["clerk"],
        on=today(),
        by=small.officer,
    )
    training.sign_in(course=course, by=small.clerk)
    officer = opened(small.officer)
    officer.post("/assessments/prepare?year=2021")
    row = of_first(small)
    points = {line["name"]: line["points"] for line in row.lines}
    assert points == {"按时报自评": "6.67", "整改到位": "15.00", "培训": "10.00", "配合情况": None}
    assert (row.points, row.full) == (Decimal("31.67"), Decimal(60))
    page = officer.get(f"/assessments/{row.pk}").content.decode()
    assert "1 ÷ 3 × 20 = 6.67 分" in " ".join(page.split())
    assert f'href="/dossiers/{small.dossiers[0].pk}"' in page
    assert opened(small.clerk).get(f"/assessments/{row.pk}").status_code == 404

    own = officer.post(f"/assessments/{row.pk}/confirm", {"version": row.version})
    assert own.status_code == 403
    early = opened(second).post(f"/assessments/{row.pk}/confirm", {"version": row.version})
    assert "还有没有评定的：配合情况" in early.content.decode()
    officer.post(
        f"/assessments/{row.pk}/points",
        {"item": "配合情况", "points": "8.5", "why": "资料交得齐", "version": row.version},
    )
    row.refresh_from_db()
    opened(second).post(f"/assessments/{row.pk}/confirm", {"version": row.version})
    row.refresh_from_db()
    assert (row.state, row.points, row.full) == ("confirmed", Decimal("40.17"), Decimal(70))
    assert "40.17 分" in opened(small.clerk).get(f"/assessments/{row.pk}").content.decode()
    other = UnitAssessment.objects.get(unit=small.units[1])
    assert opened(small.clerk).get(f"/assessments/{other.pk}").status_code == 404


def test_what_was_not_due_is_no_zero(small):
    listing(small, ["整改到位｜整改销号｜30"])
    assessing.prepare_assessments(division=small.division, work_year=2030, by=small.officer)
    row = of_first(small)
    assert (row.points, row.full) == (None, None)
    assert "不适用" in opened(small.officer).get(f"/assessments/{row.pk}").content.decode()


def test_counting_again_leaves_the_confirmed_and_the_judged(small, rows, second):
    listing(small)
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    row = of_first(small)
    assessing.give_points(
        assessment=row, item="配合情况", points=Decimal(3), by=small.officer, why="一次未到"
    )
    again = assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    assert len(again) == 3
    row.refresh_from_db()
    assert row.lines[-1]["points"] == "3"
    assessing.confirm_assessment(assessment=row, by=second)
    Rectification.objects.update(state="closed", closed_on=date(2021, 8, 1))
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    row.refresh_from_db()
    assert row.lines[1]["points"] == "15.00"
    assessing.reopen_assessment(assessment=row, by=second, why="已补交")
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    row.refresh_from_db()
    assert row.lines[1]["points"] == "30.00"
    acts = list(Entry.objects.order_by("pk").values_list("act", flat=True))
    for act in ("按规则考核单位", "评定考核内容", "确认工作考核", "退回工作考核"):
        assert act in acts


def test_points_out_of_range_or_of_a_counted_item_are_refused(small, rows, second):
    listing(small)
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    row = of_first(small)
    give = {"assessment": row, "by": small.officer, "why": "理由"}
    with pytest.raises(NotAllowed, match="0 至 10 分"):
        assessing.give_points(item="配合情况", points=Decimal(11), **give)
    with pytest.raises(NotAllowed, match="得分由规则算出"):
        assessing.give_points(item="培训", points=Decimal(1), **give)
    with pytest.raises(NotAllowed, match="写明评定的理由"):
        assessing.give_points(item="配合情况", points=Decimal(1), **{**give, "why": " "})
    with pytest.raises(Refused):
        assessing.confirm_assessment(assessment=row, by=small.officer)


def test_a_form_that_came_after_the_deadline_is_not_in_time(small, rows):
    listing(small, ["按时｜自评按时｜20", "报送｜自评报送｜20"])
    rows.deadline = today() + timedelta(days=1)
    rows.save()
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    assert [line["points"] for line in of_first(small).lines] == [None, "13.33"]


def test_the_workbook_names_every_row_and_ranks_nobody(small, rows):
    listing(small)
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    answer = opened(small.officer).get("/assessments/list.xlsx?year=2021")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["考核表", "取数明细"]
    texts = [[cell.value for cell in row] for row in book["取数明细"].iter_rows()]
    assert [f"budget.Dossier:{small.dossiers[0].pk}", "是"] in [[row[2], row[4]] for row in texts]
    whole = str([[cell.value for cell in row] for row in book["考核表"].iter_rows()])
    assert "不排名" in whole
    assert "名次" not in whole


def test_the_day_a_form_was_handed_in_is_the_bureaus_own(small, rows):
    """Six in the morning of 1 May here is still 30 April in UTC: that form is late."""
    listing(small, ["按时｜自评按时｜20"])
    early = datetime(2021, 4, 30, 22, tzinfo=UTC)
    Review.objects.filter(round=rows).update(
        received_on=None, state="submitted", submitted_at=early
    )
    assessing.prepare_assessments(division=small.division, work_year=2021, by=small.officer)
    row = of_first(small)
    assert row.lines[0]["points"] == "0.00"
    page = opened(small.officer).get(f"/assessments/{row.pk}").content.decode()
    assert "（未核）（未核）" not in page
