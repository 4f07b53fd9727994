"""What was promised and what was kept, in words the public reads: indicator
by indicator, or by the score sheet's heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from wenxiao.evidence.models import Actual
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.numbers import round_points
from wenxiao.rulebook.profiles import Profile, profile
from wenxiao.rulebook.rows import Row
from wenxiao.rulebook.settle import Settled, reached, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEPT, MISSED, OPEN, UNPUBLISHED = "达到", "未达到", "没有评定", "未公布"
PLAN_AT = Decimal(80)
"""Where a bar carries its tick: the plan at four fifths, so that what went
beyond it can be seen.
"""
BARS = frozenset({"forward", "reverse_ratio", "reverse_deduction"})


@dataclass(frozen=True, slots=True)
class Promise:
    """One indicator of a result.
    ``measured``: the plan is a number or a day that the actual was held against.

    ``bar`` is the actual in per cent of a bed whose tick stands at PLAN_AT; None where a length
    would say nothing.
    """

    name: str
    head: str
    plan: str
    actual: str
    verdict: str
    measured: bool
    bar: Decimal | None
    synthetic: bool

    @property
    def kept(self) -> bool:
        """Whether it was kept."""
        return self.verdict == KEPT

    @property
    def told(self) -> str:
        """计划≥13项，实际 13项."""
        if self.verdict == UNPUBLISHED:
            return f"计划 {self.plan}，实际未公布（没有核实的佐证）"
        parts = [
            f"计划 {self.plan}" if self.plan else "",
            f"实际 {self.actual}" if self.actual else "没有填报实际",
        ]
        return "，".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One first-level part of a score sheet (决策, 过程, 产出, 效益): its points of
    its weight, over how many rows.
    """

    name: str
    points: Decimal
    weight: Decimal
    rows: int
    synthetic: bool

    @property
    def full(self) -> str:
        """The weight as it is printed: without zeros behind."""
        return format(self.weight.normalize(), "f")


REPORTED = ("recheck", "selfeval")
"""Whose rows hold an indicator against its target, the bureau's before the unit's."""


def promises(review: Review) -> list[Promise]:
    """The indicators a review marked, with plan, actual and verdict; []
    where it has a score sheet of its own.
    """
    found_marks = Mark.objects.filter(review=review, criterion=None, indicator__hidden=False)
    marks: list[Any] = list(
        found_marks.select_related("indicator").order_by("indicator__order", "pk")
    )
    if not marks:
        return []
    stage = kind_of(review.kind).stage
    reported = Actual.objects.filter(
        indicator__in=[m.indicator_id for m in marks], stage=stage, through_month=12
    )
    actuals = {row.indicator_id: row for row in reported}
    year = review.dossier.fiscal_year
    rules = profile(None, year, review.dossier.subject.division.own_rules)
    return [_promise(mark, actuals.get(mark.indicator_id), year, rules) for mark in marks]


def promised_of(review: Review) -> list[Promise]:
    """What was promised and kept: by the review itself, else by the re-check or self-evaluation of
    the same year that was confirmed; a score sheet says nothing of the target's indicators.
    """
    own = promises(review)
    if own:
        return own
    rows = Review.objects.filter(
        dossier=review.dossier_id, kind__in=REPORTED, state__in=SETTLED
    ).select_related("dossier__subject__division")
    nearest = sorted(rows, key=lambda row: (REPORTED.index(row.kind), -row.pk))
    return next((some for row in nearest if (some := promises(row))), [])


def _promise(mark: Any, actual: Any, year: int, rules: Profile) -> Promise:
    indicator, value = mark.indicator, actual.value if actual else ""
    row = Row(
        weight=indicator.weight or Decimal(1),
        level1=indicator.level1 or None,
        level2=indicator.level2 or None,
        name=indicator.name or None,
        year=year,
        target=parse(indicator.expression, "target") if indicator.expression else None,
        actual=parse(value, "actual") if value else None,
    )
    if value and actual.verified_by_id is None:
        return Promise(
            name=indicator.name,
            head=indicator.level2 or indicator.level1,
            plan=indicator.expression,
            actual="",
            verdict=UNPUBLISHED,
            measured=False,
            bar=None,
            synthetic=mark.synthetic or actual.synthetic,
        )
    settled = settle(row, rules)
    late = settled.rule == "DATE" and settled.actual > 0
    measured = settled.sum != "none" or late
    return Promise(
        name=indicator.name,
        head=indicator.level2 or indicator.level1,
        plan=indicator.expression,
        actual=value,
        verdict=_verdict(mark, settled, measured=measured),
        measured=measured,
        bar=_bar(settled),
        synthetic=mark.synthetic or bool(actual and actual.synthetic),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """An actual held against its target by arithmetic: whether it was reached,
    and its bar as in a Promise.
    """

    reached: bool
    bar: Decimal | None


def measured(expression: str, value: str, year: int, rules: Profile) -> Measured | None:
    """A reported value beside its target; None where either is missing or no number."""
    if not expression or not value:
        return None
    row = Row(
        weight=Decimal(1),
        year=year,
        target=parse(expression, "target"),
        actual=parse(value, "actual"),
    )
    settled = settle(row, rules)
    if settled.sum == "none":
        return None
    return Measured(reached(settled), _bar(settled))


def _verdict(mark: Any, settled: Settled, *, measured: bool) -> str:
    """By the arithmetic where there is one, else by whether a person gave all points."""
    if measured:
        return KEPT if settled.sum != "none" and reached(settled) else MISSED
    if mark.points is None or mark.indicator.weight is None:
        return OPEN
    return KEPT if mark.points >= mark.indicator.weight else MISSED


def _bar(settled: Settled) -> Decimal | None:
    if settled.sum not in BARS or settled.target <= 0 or settled.actual < 0:
        return None
    share = settled.actual / settled.target * Fraction(PLAN_AT)
    return min(round_points(share), Decimal(100))


def kept_sentence(rows: Iterable[Promise]) -> str:
    """绩效目标完成情况：7项定量指标达到2项；另有2项按材料评定，达到1项. Empty without rows."""
    marked = list(rows)
    measured = [row for row in marked if row.measured]
    judged = [row for row in marked if not row.measured and row.verdict != UNPUBLISHED]
    silent = sum(row.verdict == UNPUBLISHED for row in marked)
    parts = []
    if measured:
        parts.append(f"{len(measured)}项定量指标达到{sum(row.kept for row in measured)}项")
    if judged:
        also = "另有" if measured else ""
        parts.append(f"{also}{len(judged)}项按材料评定，达到{sum(row.kept for row in judged)}项")
    if silent:
        parts.append(f"{silent}项没有核实的佐证，未公布")
    return f"绩效目标完成情况：{'；'.join(parts)}" if parts else ""


def heads(rows: Iterable[Mapping[str, Any]]) -> list[ScorePart]:
    """The parts of a score sheet in its order, from its scored rows; a row
    without points counts in no sum.
    """
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["points"] is not None and row["weight"]:
            grouped.setdefault(row["level1"] or "其他", []).append(row)
    return [
        ScorePart(
            name=name,
            points=sum((row["points"] for row in group), Decimal(0)),
            weight=sum((row["weight"] for row in group), Decimal(0)),
            rows=len(group),
            synthetic=any(row["synthetic"] for row in group),
        )
        for name, group in grouped.items()
    ]


def scored_sentence(parts: Iterable[ScorePart]) -> str:
    """指标得分：决策 17.00 分（满分 20 分）、过程 … : what the parts of a score sheet got. Empty without parts."""
    scores = [f"{part.name} {part.points:.2f} 分（满分 {part.full} 分）" for part in parts]
    return f"指标得分：{'、'.join(scores)}" if scores else ""
