"""自评复核: the bureau draws among all, a 主管部门 among its subordinates, a unit
never; reasons and scores stand beside.
"""

from decimal import Decimal

import pytest
from tests.desk.accounts import account

from wenxiao.budget.models import Dossier, Subject
from wenxiao.evidence.models import Actual, Material
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.reviews.models import RecheckSample, Review
from wenxiao.reviews.services import draw_recheck
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def handed_in(small, number, unit, **more):
    """Self-evaluations handed in by a unit: 90 points, all of the money spent."""
    reviews = []
    for _ in range(number):
        count = Subject.objects.count()
        subject = Subject.objects.create(
            division=small.division, unit=unit, code=f"R{count}", name=f"示例复核{count}"
        )
        dossier = Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2020)
        facts = {
            "points": Decimal(90),
            "published_points": Decimal(90),
            "complete": True,
            "proved": Decimal(90),
            "budget": Decimal(100),
            "executed": Decimal(100),
            **more,
        }
        target = Target.objects.create(dossier=dossier, state="approved")
        row = Indicator.objects.create(
            target=target, order=1, name="里程", expression="≥10公里", weight=Decimal(100)
        )
        Actual.objects.create(indicator=row, stage="selfeval", value="10公里")
        facts = {"target": target, **facts}
        reviews.append(
            Review.objects.create(
                dossier=dossier, round=small.selfeval, kind="selfeval", state="submitted", **facts
            )
        )
    return reviews


def drawn_by(small, **more):
    return draw_recheck(
        **{"round": small.selfeval, "seed": 7, "by": small.officer, "why": "复核方案", **more}
    )


def test_what_has_a_reason_is_drawn_and_a_fifth_by_lot(small):
    Review.objects.filter(round=small.selfeval).delete()
    handed_in(small, 9, small.units[0])
    (doubtful,) = handed_in(small, 1, small.units[1], executed=Decimal(45))
    still_filling = handed_in(small, 1, small.units[1])[0]
    Review.objects.filter(pk=still_filling.pk).update(state="filling")
    sample = drawn_by(small)
    assert (sample.total, sample.share, sample.seed) == (10, Decimal(20), 7)
    first = sample.lines[0]
    assert (first["review"], first["drawn"]) == (doubtful.pk, "risk")
    assert "FH-11" in [why["code"] for why in first["reasons"]]
    assert [line["drawn"] for line in sample.lines] == ["risk", "random", "random"]
    entry = Entry.objects.get(act="抽取自评复核")
    assert entry.data["seed"] == 7
    assert (entry.data["risk"], entry.data["random"]) == (1, 2)
    assert [line["review"] for line in drawn_by(small).lines] == [
        line["review"] for line in sample.lines
    ]


def test_facts_of_other_years_and_works_are_reasons(small):
    (one,) = handed_in(
        small, 1, small.units[0], points=Decimal(80), proved=Decimal(20), published_points=95
    )
    Material.objects.create(dossier=one.dossier, title="合同", state="refused")
    before = Dossier.objects.create(
        subject=one.dossier.subject, unit=small.units[0], fiscal_year=2019
    )
    Review.objects.create(
        dossier=before,
        round=small.selfeval,
        kind="selfeval",
        state="confirmed",
        published_points=Decimal(70),
    )
    Review.objects.create(
        dossier=one.dossier,
        round=small.monitoring,
        kind="monitoring",
        state="checked",
        budget=Decimal(100),
        executed=Decimal(10),
    )
    line = next(line for line in drawn_by(small).lines if line["review"] == one.pk)
    assert [why["code"] for why in line["reasons"]][:4] == ["FH-12", "FH-14", "FH-15", "FH-17"]


def test_a_department_draws_among_its_subordinates_alone(small):
    top, below = small.units[0], small.units[3]
    own, theirs = handed_in(small, 2, top), handed_in(small, 3, below)
    handed_in(small, 2, small.units[1])
    head = account(small, "dept", Role.DEPARTMENT, top)
    sample = drawn_by(small, by=head, department=top)
    assert (
        sample.total
        == Review.objects.filter(round=small.selfeval, dossier__unit=below)
        .exclude(state="filling")
        .count()
    )
    assert {line["review"] for line in sample.lines} <= {one.pk for one in theirs}
    assert not {line["review"] for line in sample.lines} & {one.pk for one in own}
    with pytest.raises(Refused):
        drawn_by(small, by=head)
    with pytest.raises(Refused):
        drawn_by(small, by=head, department=small.units[1])
    with pytest.raises(Refused):
        drawn_by(small, by=small.clerk, department=top)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"share": Decimal(10)}, "20%（规则）"),
        ({"share": Decimal(101)}, "101"),
        ({"seed": -1}, "种子"),
        ({"why": " "}, "依据"),
    ],
)
def test_a_drawing_that_cannot_stand_is_refused_and_nothing_stored(small, more, words):
    handed_in(small, 1, small.units[0])
    with pytest.raises(NotAllowed, match=words):
        drawn_by(small, **more)
    assert not RecheckSample.objects.exists()


def test_only_a_round_of_self_evaluation_with_forms_is_drawn(small):
    with pytest.raises(NotAllowed, match="不是单位自评任务"):
        drawn_by(small, round=small.finance)
    Review.objects.filter(round=small.selfeval).delete()
    with pytest.raises(NotAllowed, match="还没有报送"):
        drawn_by(small)


def test_the_page_draws_and_shows_reasons_and_both_scores(small, inside):
    (one,) = handed_in(small, 1, small.units[1], executed=Decimal(45))
    Review.objects.create(
        dossier=one.dossier,
        round=small.recheck,
        kind="recheck",
        state="confirmed",
        points=Decimal("78.5"),
        complete=True,
    )
    client, page = inside(small.officer), f"/selfeval/{small.selfeval.pk}/recheck"
    assert page in client.get(f"/selfeval/{small.selfeval.pk}").content.decode()
    assert "还没有抽取复核" in client.get(page).content.decode()
    posted = {"share": "20", "seed": "20211105", "why": "2021年复核方案"}
    answer = client.post(f"{page}/draw", posted, follow=True)
    shown = answer.content.decode()
    assert "执行率 45.00%（低于 80%），自评 90 分" in shown
    assert "78.50" in shown
    assert "-11.50" in shown
    assert "种子 20211105" in shown
    wrong = client.post(f"{page}/draw", {**posted, "seed": "随便"})
    assert wrong.status_code == 409
    assert "种子应为整数" in wrong.content.decode()
    assert RecheckSample.objects.count() == 1
    assert client.get(f"{page}/draw").status_code == 302


def test_a_department_sees_its_own_drawing_and_a_unit_none(small, inside):
    handed_in(small, 2, small.units[3], executed=Decimal(45))
    head = account(small, "dept", Role.DEPARTMENT, small.units[0])
    page = f"/selfeval/{small.selfeval.pk}/recheck"
    drawn_by(small, why="财政的方案")
    client = inside(head)
    assert "财政的方案" not in client.get(page).content.decode()
    posted = {"share": "", "seed": "3", "why": "部门方案", "department": small.units[0].pk}
    shown = client.post(f"{page}/draw", posted, follow=True).content.decode()
    assert "示例单位甲下属中心" in shown
    assert "部门方案" in shown
    unit = inside(small.clerk)
    assert unit.get(page).status_code == 403
    assert page not in unit.get(f"/selfeval/{small.selfeval.pk}").content.decode()
    assert unit.post(f"{page}/draw", posted).status_code == 403
    assert RecheckSample.objects.count() == 2
