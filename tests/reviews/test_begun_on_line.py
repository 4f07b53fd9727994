"""A form begun on line: it stands on the approved target, brings the
system's money and is scored at once.
"""

from decimal import Decimal

import pytest

from wenxiao.budget.models import Spending
from wenxiao.budget.services import add_spending
from wenxiao.evidence.models import Actual
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services import record_actual, start_review, submit_review
from wenxiao.reviews.services.approval import receive_approval
from wenxiao.targets.services import TargetRow

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = [
    TargetRow("产出指标", "数量指标", "巡查次数", "≥100次", Decimal(60)),
    TargetRow("满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", Decimal(30)),
]


def approve(place):
    return receive_approval(dossier=place.dossier, rows=ROWS, by=place.finance, why="批复")


def pay(place, yuan, month=6):
    add_spending(
        dossier=place.dossier,
        month=month,
        amount=Decimal(yuan),
        source=Spending.Source.TREASURY,
        line=f"{month}",
        by=None,
    )


def fill(review, place, values=("120次", "95%")):
    for indicator, value in zip(review.target.indicators.order_by("order"), values, strict=True):
        record_actual(review=review, indicator=indicator, by=place.clerk, value=value)
    review.refresh_from_db()


def test_it_stands_on_the_approved_target_and_is_scored_from_the_first_row(bureau, selfeval_round):
    target = approve(bureau)
    pay(bureau, 7_920_000)
    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    assert review.target == target
    assert review.execution_points == Decimal("9.00")
    fill(review, bureau)
    assert [mark.points for mark in review.marks.order_by("indicator__order")] == [60, 30]
    assert (review.budget, review.executed) == (8_800_000, 7_920_000)
    assert (review.points, review.complete) == (Decimal("99.00"), True)


def test_begun_before_there_was_a_target_it_takes_the_one_approved_afterwards(
    bureau, selfeval_round
):
    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    assert review.target is None
    target = approve(bureau)
    review.refresh_from_db()
    assert review.target == target
    assert Mark.objects.filter(review=review).count() == len(ROWS)


def test_payments_that_arrive_while_it_is_filled_count_when_it_is_handed_in(bureau, selfeval_round):
    approve(bureau)
    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    pay(bureau, 4_400_000)
    fill(review, bureau)
    pay(bureau, 4_400_000, month=12)
    submit_review(review=review, by=bureau.clerk)
    review.refresh_from_db()
    assert (review.executed, review.points) == (8_800_000, Decimal("100.00"))


def test_its_own_score_is_what_it_added_up_to_when_it_was_handed_in(bureau, selfeval_round):
    approve(bureau)
    pay(bureau, 8_800_000)
    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    fill(review, bureau)
    assert review.published_points is None
    submit_review(review=review, by=bureau.clerk)
    assert Review.objects.get(pk=review.pk).published_points == Decimal("100.00")


def test_a_sheet_changed_on_its_page_is_accused_of_no_total_it_never_had(bureau, selfeval_round):
    """officers-1 F10: the old total of the sheet stood beside the new points as a contradiction."""
    approve(bureau)
    pay(bureau, 8_800_000)
    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    fill(review, bureau, ("90次", "95%"))
    Review.objects.filter(pk=review.pk).update(published_points=Decimal("95.02"))
    review.refresh_from_db()
    row = review.target.indicators.order_by("order").first()
    version = Actual.objects.get(indicator=row).version
    record_actual(review=review, indicator=row, by=bureau.clerk, value="120次", version=version)
    submit_review(review=review, by=bureau.clerk)
    stored = Review.objects.get(pk=review.pk)
    assert stored.published_points == stored.points == Decimal("100.00")


def test_what_was_handed_in_keeps_its_money(bureau, selfeval_round):
    approve(bureau)
    pay(bureau, 4_400_000)
    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    fill(review, bureau)
    submit_review(review=review, by=bureau.clerk)
    pay(bureau, 4_400_000, month=12)
    stored = Review.objects.get(pk=review.pk)
    assert (stored.executed, stored.points) == (4_400_000, Decimal("95.00"))
