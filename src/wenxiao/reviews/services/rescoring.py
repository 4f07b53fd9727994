"""Whole rounds through the columns: what would a rule change move, and moving it.

One query per table; distinct rows are read once (a district writes the same "≥95%" thousands of
times), the arithmetic is the rulebook's columnar path, and only what differs is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction

from wenxiao.evidence.models import Actual
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services.hands import add_author, note_crossing, stood
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.rulebook import columns, grading
from wenxiao.rulebook.execution import execution
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.profiles import Profile, profile
from wenxiao.rulebook.readback import unread
from wenxiao.rulebook.rows import Row

if TYPE_CHECKING:
    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User
    from wenxiao.rulebook.basis import Overrides

_ROW = ("level1", "level2", "name", "expression", "weight", "actual", "published")


@dataclass(frozen=True, slots=True)
class Moved:
    """One review with its points and grade now and then. ``settled`` ones keep their result."""

    review: int
    subject: str
    code: str
    points: Decimal | None
    grade: str
    new_points: Decimal | None
    new_grade: str
    settled: bool


def what_if(*, round: Round, overrides: Overrides) -> list[Moved]:
    """The reviews of a round whose result would differ from the stored one under ``overrides``.
    Writes nothing.
    """
    return [
        moved
        for moved in results_under(round=round, overrides=overrides)
        if (moved.new_points, moved.new_grade) != (moved.points, moved.grade)
    ]


def results_under(
    *, round: Round, overrides: Overrides, rows: pl.DataFrame | None = None
) -> list[Moved]:
    """Every review of a round with its stored result and what ``overrides`` would make of it
    (规则沙盘).

    Of indicator rows points and grade are computed anew; a score sheet's points are people's, only
    its grade is ruled. ``rows`` (:func:`indicator_rows`) spares reading them once more.
    """
    kind = kind_of(round.kind)
    if not kind.scores:
        return []
    year = round.fiscal_year
    rules = profile(None, year, overrides)
    computed = kind.rows == "indicators"
    totals = {}
    if computed:
        totals = _totals(round, rules, indicator_rows(round) if rows is None else rows)
    reviews = Review.objects.filter(round=round).select_related("dossier__subject").order_by("pk")
    moved = []
    for review in reviews:
        points, complete = review.points, review.complete
        if computed:
            points, complete = _with_execution(
                review, rules, totals.get(review.pk, (Decimal(0), False))
            )
        whole = complete and points is not None and 0 <= points <= 100
        grade = grading.grade(points, year, overrides) if whole and points is not None else ""
        subject, settled = review.dossier.subject, review.state in SETTLED
        moved.append(
            Moved(
                review.pk,
                subject.name,
                subject.code,
                review.points,
                review.grade,
                points,
                grade,
                settled,
            )
        )
    return moved


@transaction.atomic
def rescore_round(*, round: Round, by: User | None, why: str) -> int:
    """Score again what the rules in force now score differently; settled results stay.
    Returns how many moved.

    What was handed in already waits for another person than ``by``; a crossed grade line stands
    with the result.
    """
    permissions.require(by, "manage_rules", division=round.division)
    moved = [m for m in what_if(round=round, overrides=round.division.own_rules) if not m.settled]
    for review in Review.objects.filter(pk__in=[m.review for m in moved]).select_related(
        "round__division", "target"
    ):
        worth = stood(review)
        score_review(review=review, by=by)
        if review.state not in OPEN:
            add_author(review, by)
            note_crossing(review, worth, by, why)
    if moved:
        record(
            division=round.division,
            by=by,
            act="按现行规则重新计分",
            target=round,
            why=why,
            label=round.name,
            data={
                "count": len(moved),
                "before": {m.review: [str(m.points), m.grade] for m in moved},
                "after": {m.review: [str(m.new_points), m.new_grade] for m in moved},
            },
        )
    return len(moved)


def _totals(round: Round, rules: Profile, frame: pl.DataFrame) -> dict[int, tuple[Decimal, bool]]:
    """Points of the indicator rows of each review, and whether none is open."""
    if frame.is_empty():
        return {}
    distinct = frame.select(_ROW).unique(maintain_order=True).with_row_index("kind")
    clear = [
        not unread(one["expression"] or "", one["actual"] or "") for one in distinct.to_dicts()
    ]
    scored = columns.score(_encoded(distinct, rules, round.fiscal_year), rules)
    scored = distinct.with_columns(
        scored["status"], scored["points_h"], scored["weight_h"], pl.Series("clear", clear)
    )
    joined = frame.join(scored, on=list(_ROW), how="left", nulls_equal=True)
    by_hand = pl.col("judged").is_not_null()
    asks = pl.col("status") == columns.STATUSES.index("needs_judgement")
    points = (
        pl.when(by_hand)
        .then(pl.col("judged"))
        .when(asks & pl.col("clear") & pl.col("published").is_not_null())
        .then(pl.col("published"))
        .otherwise(pl.col("points_h"))
    )
    settled = joined.with_columns(points_h=points, subject=pl.col("review"))
    totals = columns.totals(settled)
    return {
        row["subject"]: (Decimal(row["total_h"]).scaleb(-2), row["complete"])
        for row in totals.to_dicts()
    }


def indicator_rows(round: Round) -> pl.DataFrame:
    """Every indicator row of the round's reviews with its actual and the
    points people gave; hundredths as int64.
    """
    names = (
        "pk",
        "target__indicators__pk",
        "target__indicators__level1",
        "target__indicators__level2",
        "target__indicators__name",
        "target__indicators__expression",
        "target__indicators__weight",
    )
    reviews = Review.objects.filter(
        round=round, target__isnull=False, target__indicators__isnull=False
    )
    rows = pl.DataFrame(
        [(*row[:6], _hundredths(row[6])) for row in reviews.values_list(*names)],
        schema={
            "review": pl.Int64,
            "indicator": pl.Int64,
            "level1": pl.String,
            "level2": pl.String,
            "name": pl.String,
            "expression": pl.String,
            "weight": pl.Int64,
        },
        orient="row",
    )
    actuals = Actual.objects.filter(
        indicator__target__review__round=round, stage=kind_of(round.kind).stage, through_month=12
    )
    facts = pl.DataFrame(
        list(actuals.values_list("indicator", "value", "cell").distinct()),
        orient="row",
        schema={"indicator": pl.Int64, "actual": pl.String, "cell": pl.String},
    )
    marks = Mark.objects.filter(review__round=round, seat="", criterion=None)
    given = pl.DataFrame(
        [
            (
                review,
                indicator,
                _hundredths(published),
                _hundredths(points) if by and status == "judged" else None,
            )
            for review, indicator, published, points, status, by in marks.values_list(
                "review", "indicator", "published_points", "points", "status", "by"
            )
        ],
        schema=dict.fromkeys(("review", "indicator", "published", "judged"), pl.Int64),
        orient="row",
    )
    typed = (pl.col("actual") != "") & (pl.col("cell") == "")
    return (
        rows.join(facts, on="indicator", how="left")
        .join(given, on=["review", "indicator"], how="left")
        .with_columns(published=pl.when(typed).then(None).otherwise(pl.col("published")))
        .drop("cell")
    )


def _hundredths(value: Decimal | None) -> int | None:
    return None if value is None else int(value.scaleb(2))


def _encoded(distinct: pl.DataFrame, rules: Profile, year: int) -> pl.DataFrame:
    return columns.encode(((row["kind"], _row(row, year)) for row in distinct.to_dicts()), rules)


def _row(row: dict[str, Any], year: int) -> Row:
    def points(hundredths: int | None) -> Decimal | None:
        return None if hundredths is None else Decimal(hundredths).scaleb(-2)

    return Row(
        weight=points(row["weight"]),
        level1=row["level1"] or None,
        level2=row["level2"] or None,
        name=row["name"] or None,
        target=parse(row["expression"], "target") if row["expression"] else None,
        actual=parse(row["actual"], "actual") if row["actual"] else None,
        year=year,
        published=points(row["published"]),
    )


def _with_execution(
    review: Review, rules: Profile, rows: tuple[Decimal, bool]
) -> tuple[Decimal, bool]:
    """The total with the execution line, as score_review counts it."""
    points, complete = rows
    weight = rules.execution_weight if review.execution_weight is None else review.execution_weight
    if not weight:
        return points, complete
    result = execution(
        full_year=review.budget,
        initial=None,
        executed=review.executed,
        profile=rules,
        weight=weight,
    )
    earned = result.points
    if earned is None and result.status == "needs_judgement":
        earned = review.published_execution_points
    return points + (earned or Decimal(0)), complete and earned is not None
