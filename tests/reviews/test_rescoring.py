"""Whole rounds through the columns say what the readable rule says, and a
rule change shows what it would move.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.evidence.models import Actual
from wenxiao.orgs.models import Division
from wenxiao.records.models import Entry
from wenxiao.reviews import services
from wenxiao.reviews.models import Mark, Review
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]

ROWS = [
    ("产出指标", "数量指标", "检查次数", "≥12次", "50", "9次"),
    ("效益指标", "社会效益指标", "投诉下降率", "≤5%", "30", "10%"),
    ("满意度指标", "服务对象满意度指标", "满意度", "≥90%", "10", "92%"),
]
DEDUCTION = {
    "rule": "profiles",
    "from": "2022-01-01",
    "document": "本级办法",
    "clause": "第八条",
    "standing": "旁证",
    "content": {"default": "P2020-DEDUCT"},
}


@pytest.fixture
def review(bureau, selfeval_round):
    target = Target.objects.create(dossier=bureau.dossier, state="approved")
    made = services.start_review(
        dossier=bureau.dossier, round=selfeval_round, by=None, target=target
    )
    Review.objects.filter(pk=made.pk).update(budget=Decimal(1000), executed=Decimal(800))
    for order, (level1, level2, name, goal, weight, actual) in enumerate(ROWS, start=1):
        indicator = Indicator.objects.create(
            target=target,
            order=order,
            level1=level1,
            level2=level2,
            name=name,
            expression=goal,
            weight=Decimal(weight),
        )
        Actual.objects.create(indicator=indicator, stage="selfeval", value=actual)
    made.refresh_from_db()
    return services.score_review(review=made)


def test_the_readable_rule_by_hand(review):
    assert review.execution_points == Decimal("8.00")
    assert list(review.marks.order_by("indicator__order").values_list("points", flat=True)) == [
        Decimal("37.50"),
        Decimal("15.00"),
        Decimal("10.00"),
    ]
    assert (review.points, review.grade, review.complete) == (Decimal("70.50"), "中", True)


def test_the_columns_agree_with_the_rows(review):
    assert services.what_if(round=review.round, overrides={}) == []


def test_a_rule_change_shows_what_it_would_move_and_writes_nothing(review):
    moved = services.what_if(round=review.round, overrides={"profiles": [DEDUCTION]})
    assert [(m.points, m.grade, m.new_points, m.new_grade) for m in moved] == [
        (
            Decimal("70.50"),
            "中",
            Decimal("55.50"),
            "差",
        )  # the reverse row at twice its target earns nothing
    ]
    review.refresh_from_db()
    assert review.points == Decimal("70.50")


def test_rescoring_moves_open_reviews_and_leaves_settled_ones(review, bureau):
    Division.objects.filter(pk=bureau.division.pk).update(rules=[DEDUCTION])
    Review.objects.filter(pk=review.pk).update(state="confirmed")
    round_again = type(review.round).objects.get(pk=review.round_id)
    assert services.rescore_round(round=round_again, by=bureau.finance, why="新办法施行") == 0
    Review.objects.filter(pk=review.pk).update(state="submitted")
    assert services.rescore_round(round=round_again, by=bureau.finance, why="新办法施行") == 1
    review.refresh_from_db()
    assert (review.points, review.grade) == (Decimal("55.50"), "差")
    assert Entry.objects.filter(act="按现行规则重新计分").count() == 1
    assert services.what_if(round=round_again, overrides={"profiles": [DEDUCTION]}) == []


def test_a_persons_points_stay(review, bureau):
    indicator = review.target.indicators.get(order=1)
    mark = Mark.objects.get(review=review, indicator=indicator)
    services.record_mark(
        review=review,
        row=indicator,
        by=bureau.clerk,
        points=Decimal(40),
        note="按现场核查",
        version=mark.version,
    )
    assert services.what_if(round=review.round, overrides={}) == []


def test_a_round_costs_the_same_queries_for_one_and_for_many(
    review, bureau, selfeval_round, django_assert_num_queries
):
    from wenxiao.budget.services import ensure_subject, open_dossier

    for number in range(20):
        subject = ensure_subject(
            division=bureau.division,
            unit=bureau.unit,
            code=f"X{number}",
            name=f"项目{number}",
            by=None,
        )
        dossier = open_dossier(subject=subject, fiscal_year=2022, by=None)
        target = Target.objects.create(dossier=dossier, state="approved")
        Indicator.objects.create(
            target=target, order=1, name="数量", expression="≥1", weight=Decimal(90)
        )
        services.start_review(dossier=dossier, round=selfeval_round, by=None, target=target)
    with django_assert_num_queries(4):
        services.what_if(round=selfeval_round, overrides={})
