"""What the public reads of promises: kept or missed by the arithmetic, else
by the judgement; and whose address counts.
"""

from decimal import Decimal

import pytest
from django.test import RequestFactory

from wenxiao.budget import services as budget
from wenxiao.evidence.models import Actual
from wenxiao.followup.selectors.disclosed import texts_of
from wenxiao.followup.selectors.promises import (
    KEPT,
    MISSED,
    OPEN,
    heads,
    kept_sentence,
    measured,
    promised_of,
    promises,
)
from wenxiao.followup.services.disclosing import (
    approve_disclosure,
    propose_disclosure,
    publish_disclosure,
)
from wenxiao.reviews.models import Mark, Review
from wenxiao.store.callers import client_address
from wenxiao.targets.models import Indicator, Target

ROWS = (
    ("养护里程", "≥126公里", "118.6公里", 20, 18, MISSED, True),
    ("更换标志", "≥80块", "83块", 10, 10, KEPT, True),
    ("每公里花费", "≤3.80万元", "3.39万元", 10, 10, KEPT, True),
    ("完成时间", "2020年12月31日前", "2021年1月8日", 10, 5, MISSED, True),
    ("长效机制", "建立并运行", "部分建立", 10, 6, MISSED, False),
    ("能力提升", "明显提升", "明显提升", 10, None, OPEN, False),
)


@pytest.fixture
def evaluated(house):
    """A self-evaluation with indicators of every sort."""
    target = Target.objects.create(dossier=house.dossier, state="approved")
    opened = budget.open_round(
        division=house.division,
        kind="selfeval",
        name="自评",
        work_year=2021,
        fiscal_year=2020,
        by=None,
        scope={"dossiers": [house.dossier.pk]},
    )
    review, _ = Review.objects.update_or_create(
        dossier=house.dossier,
        round=opened,
        defaults={
            "kind": "selfeval",
            "state": "issued",
            "target": target,
            "points": Decimal(90),
            "grade": "优",
        },
    )
    for order, (name, plan, actual, weight, points, _, _) in enumerate(ROWS):
        row = Indicator.objects.create(
            target=target, order=order, name=name, expression=plan, weight=Decimal(weight)
        )
        Actual.objects.create(
            indicator=row,
            stage="selfeval",
            through_month=12,
            value=actual,
            verified_by=house.second,
        )
        Mark.objects.create(
            review=review, indicator=row, points=None if points is None else Decimal(points)
        )
    return review


@pytest.mark.db
@pytest.mark.django_db
def test_rows_are_kept_or_missed_and_told_in_a_sentence(evaluated):
    rows = promises(evaluated)
    assert [(row.name, row.verdict, row.measured) for row in rows] == [
        (r[0], r[5], r[6]) for r in ROWS
    ]
    assert rows[0].bar == Decimal("75.30")
    assert rows[3].bar is None
    assert rows[0].told == "计划 ≥126公里，实际 118.6公里"
    assert kept_sentence(rows) == "绩效目标完成情况：4项定量指标达到2项；另有2项按材料评定，达到0项"
    assert kept_sentence([]) == ""


@pytest.mark.db
@pytest.mark.django_db
def test_the_page_tells_promises_and_a_score_sheet_tells_its_heads(
    house, evaluated, public, client
):
    row = propose_disclosure(review=evaluated, by=house.first, sentence="一句")
    approve_disclosure(disclosure=row, by=house.second, opinion="可以公开")
    publish_disclosure(disclosure=row, by=house.third)
    page = client.get(f"/open/{row.pk}").content.decode()
    for said in ("4项定量指标达到2项", "实际 118.6公里", "未达到", "没有评定"):
        assert said in page
    assert promises(house.review) == []
    page = client.get(f"/open/{public.pk}").content.decode()
    assert "指标得分：" in page
    assert "得满分" not in page
    assert "看全部 1 项" in page


@pytest.mark.db
@pytest.mark.django_db
def test_a_score_sheet_stands_beside_what_was_promised(house, evaluated, public, client):
    """The unit's confirmed self-evaluation says what was reached; what nobody verified is 未公布, not
    left out; one that is still open says nothing.
    """
    Review.objects.filter(pk=evaluated.pk).update(state="filling")
    assert promised_of(house.review) == []
    Review.objects.filter(pk=evaluated.pk).update(state="confirmed")
    Actual.objects.filter(indicator__name="更换标志").update(verified_by=None)
    page = client.get(f"/open/{public.pk}").content.decode()
    for said in (
        "3项定量指标达到1项",
        "1项没有核实的佐证，未公布",
        "计划 ≥80块，实际未公布",
        "指标得分：产出",
    ):
        assert said in page
    assert "83块" not in page
    assert ("绩效目标", "养护里程 计划 ≥126公里，实际 118.6公里") in texts_of(
        house.review, "一句", ["goals"]
    ), "what will be read is scanned before"


def test_heads_add_up_and_leave_out_what_has_no_points():
    def row(level1, points, weight):
        return {"level1": level1, "points": points, "weight": weight, "synthetic": False}

    told = heads(
        [
            row("决策", Decimal(4), Decimal(4)),
            row("决策", Decimal(1), Decimal(2)),
            row("产出", None, Decimal(9)),
        ]
    )
    assert [(h.name, h.points, h.weight, h.rows) for h in told] == [
        ("决策", Decimal(5), Decimal(6), 2)
    ]


@pytest.mark.parametrize(
    ("direct", "forwarded", "told"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.5", "203.0.113.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, 胡说", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.5, 10.0.0.6", "10.0.0.5"),
    ],
)
def test_only_our_proxies_are_believed(settings, direct, forwarded, told):
    settings.PROXIES = ["127.0.0.1", "10.0.0.0/24"]
    request = RequestFactory().get("/open", REMOTE_ADDR=direct, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == told


def test_without_a_setting_nobody_is_believed(settings):
    settings.PROXIES = []
    request = RequestFactory().get(
        "/open", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1"
    )
    assert client_address(request) == "127.0.0.1"


def test_an_actual_is_held_against_its_target_by_arithmetic_alone():
    from wenxiao.rulebook.profiles import profile

    rules = profile(None, 2021, None)
    short = measured("≥62项", "38项", 2021, rules)
    assert (short.reached, short.bar) == (False, Decimal("49.03"))
    assert measured("≥90%", "92%", 2021, rules).reached
    assert measured("建立并运行", "部分建立", 2021, rules) is None
    assert measured("≥62项", "", 2021, rules) is None
