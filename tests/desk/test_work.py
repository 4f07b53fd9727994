"""The day's desk, monitoring, watch, self-evaluation and filling: what each role sees, what may be
written, at a fixed cost.
"""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from markup import browsed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, path
    return browsed(response.content.decode())


def h1(text):
    return re.sub(r"<[^>]+>", "", re.search(r"<h1>(.*?)</h1>", text, re.DOTALL)[1]).strip()


@pytest.fixture
def watched(small):
    """Four projects watched at the published figures: green above pace, green, red, yellow."""
    from wenxiao.budget.models import Dossier, Round, Subject
    from wenxiao.followup.models import CatalogueItem, Finding
    from wenxiao.reviews.models import Review, Suggestion

    rule = CatalogueItem.objects.create(
        division=small.division, code="HG-07", text="人事用工管理不规范"
    )
    later = Round.objects.create(
        division=small.division,
        kind="monitoring",
        name="1-10月重点监控",
        work_year=2021,
        fiscal_year=2021,
        key=True,
        from_month=1,
        through_month=10,
        state="open",
    )
    figures = (
        ("辅助人员经费", small.monitoring, 2802000, 1822100),
        ("公用经费", small.monitoring, 4600000, 2600130),
        ("水利发展资金", later, 24750000, 11637000),
        ("公务员事务", later, 1500000, 819000),
    )
    small.watched = []
    scopes = {}
    for name, round_, budget, executed in figures:
        subject = Subject.objects.create(
            division=small.division, unit=small.units[1], code=f"8{len(small.watched)}", name=name
        )
        dossier = Dossier.objects.create(subject=subject, unit=small.units[1], fiscal_year=2021)
        scopes.setdefault(round_, []).append(dossier.pk)
        review = Review.objects.create(
            dossier=dossier,
            round=round_,
            kind="monitoring",
            state="issued",
            budget=Decimal(budget),
            executed=Decimal(executed),
        )
        small.watched.append(review)
    for round_, dossiers in scopes.items():
        round_.scope = {"dossiers": dossiers}
        round_.save()
    Finding.objects.create(
        dossier=small.watched[0].dossier,
        review=small.watched[0],
        item=rule,
        text="人事用工管理不规范",
        state="confirmed",
    )
    Suggestion.objects.create(review=small.watched[2], number=1, text="加快项目建设进度。")
    return small


# --- Monitoring -----------------------------------------------------------------------------------


def test_lights_stand_beside_their_sums_and_the_worst_comes_first(inside, watched):
    text = read(inside(watched.officer), "/monitoring?year=2021")
    assert h1(text) == "财政重点监控：4 个项目，1 红 1 黄 2 绿"
    for rate, elapsed, index in (
        ("47.02%", "83.33%", "56.4"),
        ("54.60%", "83.33%", "65.5"),
        ("56.52%", "58.33%", "96.9"),
        ("65.03%", "58.33%", "111.5"),
    ):
        assert f"{rate} ÷ {elapsed} = <b>{index}</b>" in text
    order = [
        text.index(f">{name}</a>")
        for name in ("水利发展资金", "公务员事务", "公用经费", "辅助人员经费")
    ]
    assert order[:2] == sorted(order[:2])
    assert max(order[:2]) < min(order[2:])


def test_a_green_light_never_hides_its_finding(inside, watched):
    text = read(inside(watched.officer), f"/monitoring/{watched.monitoring.pk}")
    assert "人事用工管理不规范" in text
    assert "超进度" in text
    assert "依据未核" in text


def test_a_restricted_project_is_absent_from_counts_and_rows(inside, watched):
    subject = watched.watched[2].dossier.subject
    subject.restriction = "restricted"
    subject.save()
    from wenxiao.orgs.models import Grant, User

    treasury = User.objects.create_user(
        "treasury", "Demo-pass-2021", name="国库", division=watched.division
    )
    Grant.objects.create(user=treasury, role="treasury", division=watched.division)
    text = read(inside(treasury), "/monitoring?year=2021")
    assert "3 个项目" in h1(text)
    assert "水利发展资金" not in text


def test_another_units_project_is_not_found(inside, watched):
    client = inside(watched.clerk)
    assert (
        client.get(
            f"/monitoring/{watched.monitoring.pk}/{watched.watched[0].dossier_id}"
        ).status_code
        == 404
    )
    assert client.get("/monitoring/999999").status_code == 404


def test_notes_and_advice_are_kept_until_the_result_is_settled(inside, watched):
    review = watched.watched[2]
    client = inside(watched.officer)
    path = f"/monitoring/notes/{review.pk}"
    refused = client.post(
        path, {"notes": "看了现场", "advice": "抓紧。", "version": review.version}
    )
    assert refused.status_code == 409
    assert "看了现场" in refused.content.decode(), "what was typed is kept to copy"
    review.state = "submitted"
    review.save()
    kept = client.post(
        path, {"notes": "看了现场", "advice": "抓紧施工。\n\n补齐材料。", "version": review.version}
    )
    assert kept.status_code == 302
    review.refresh_from_db()
    assert review.field_notes == "看了现场"
    assert list(review.suggestions.values_list("number", "text")) == [
        (1, "抓紧施工。"),
        (2, "补齐材料。"),
    ]


# --- The desk -------------------------------------------------------------------------------------


def test_the_desk_opens_with_a_sentence_for_every_role(inside, watched):
    for user in (watched.officer, watched.leader, watched.clerk, watched.security):
        assert h1(read(inside(user), "/?year=2021")).startswith("今天")
    assert "56.4" in read(inside(watched.leader), "/?year=2021")


def test_what_waits_is_counted_with_what_is_late(inside, small):
    from wenxiao.records.models import Todo

    for number, due in enumerate((date(2021, 11, 1), date(2099, 1, 1))):
        Todo.objects.create(
            division=small.division,
            kind="round",
            title=f"示例任务{number}",
            role="clerk",
            unit=small.units[0],
            due_on=due,
            target_type="budget.Round",
            target_id=small.monitoring.pk,
        )
    with override_settings(TODAY=date(2021, 11, 22)):
        assert h1(read(inside(small.clerk), "/")) == "今天有 2 件事等您，1 件已逾期"


def test_a_todo_of_an_earlier_year_still_leads_to_its_round(inside, small):
    from wenxiao.records.models import Todo

    Todo.objects.create(
        division=small.division,
        kind="round",
        title="去年没有报的监控",
        role="clerk",
        unit=small.units[0],
        target_type="budget.Round",
        target_id=small.monitoring.pk,
    )
    with override_settings(TODAY=date(2021, 11, 22)):
        text = read(inside(small.clerk), "/?year=2023")
    assert f"{small.monitoring.name}（应报" in text, "as it stands now, not as it was issued"
    assert f'href="/monitoring/{small.monitoring.pk}"' in text


def test_stages_count_what_is_due_in_scope(inside, watched):
    text = read(inside(watched.officer), "/?year=2021")
    assert re.search(r"重点监控.*?<b>4</b> / 4", text, re.DOTALL)
    assert "未下达任务" in text


def test_the_desk_costs_the_same_for_few_and_many(inside, watched):
    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.records.models import Todo
    from wenxiao.reviews.models import Review

    client = inside(watched.officer)
    client.get("/?year=2021")
    with CaptureQueriesContext(connection) as few:
        client.get("/?year=2021")
    for number in range(30):
        subject = Subject.objects.create(
            division=watched.division,
            unit=watched.units[0],
            code=f"7{number}",
            name=f"示例加项{number}",
        )
        dossier = Dossier.objects.create(subject=subject, unit=watched.units[0], fiscal_year=2021)
        Review.objects.create(
            dossier=dossier,
            round=watched.monitoring,
            kind="monitoring",
            state="submitted",
            budget=Decimal(100),
            executed=Decimal(20),
        )
        Todo.objects.create(division=watched.division, kind="x", title="示例", role="performance")
    watched.monitoring.scope = {}
    watched.monitoring.save()
    client.get("/?year=2021")  # the watch under its new scope is worked out once
    with CaptureQueriesContext(connection) as many:
        client.get("/?year=2021")
    assert len(many) <= len(few) + 1, "one more for the scope that is no longer a list"


@pytest.mark.parametrize(
    "path", ["/monitoring?year=2021", "/watch?year=2021", "/selfeval?year=2021"]
)
def test_pages_of_the_year_cost_the_same_for_few_and_many(inside, watched, path):
    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.reviews.models import Review

    client = inside(watched.officer)
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(20):
        subject = Subject.objects.create(
            division=watched.division,
            unit=watched.units[0],
            code=f"7{number}",
            name=f"示例加项{number}",
        )
        dossier = Dossier.objects.create(subject=subject, unit=watched.units[0], fiscal_year=2021)
        for round_, kind in ((watched.monitoring, "monitoring"), (watched.selfeval, "selfeval")):
            Review.objects.create(dossier=dossier, round=round_, kind=kind, state="submitted")
    client.get(path)  # what changed is brought up to date: see test_kept for what that costs
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) <= len(few) + 1


def test_the_watch_says_what_is_behind_with_a_table_behind_the_chart(inside, watched):
    text = read(inside(watched.leader), "/watch?year=2021")
    assert 'role="img"' in text
    assert "时间进度" in text
    assert text.count("看表") >= 1
    assert "data-chart" not in text
    assert "echarts" not in text


def test_the_year_s_key_monitoring_is_one_paper(inside, watched):
    from io import BytesIO

    from docx import Document

    officer = inside(watched.officer)
    assert "全年监控报告 Word" in read(officer, "/monitoring?year=2021")
    answer = officer.get("/monitoring/2021/key.docx")
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(answer.content)).paragraphs)
    assert "财政重点绩效监控报告" in text
    assert officer.get("/monitoring/1999/key.docx").status_code == 409
    assert inside(watched.clerk).get("/monitoring/2021/key.docx").status_code == 403


def test_an_office_that_serves_some_units_gets_no_paper_of_all_of_them(inside, watched):
    from wenxiao.orgs.models import Grant, Role, User

    office = User.objects.create_user("office", "x", name="某业务科室", division=watched.division)
    Grant.objects.create(
        user=office, role=Role.OFFICE, division=watched.division, unit=watched.units[2]
    )
    client = inside(office)
    assert client.get("/monitoring/2021/key.docx").status_code == 403
    assert "全年监控报告 Word" not in read(client, "/monitoring?year=2021")


# --- Filling --------------------------------------------------------------------------------------
