"""The year's results at a glance: each one a mark over the grade bands, and
where points are lost by first level.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.pages.drawings import Axis
from wenxiao.rulebook.grading import bands_in_force
from wenxiao.rulebook.numbers import scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.reviews.models import Review
    from wenxiao.reviews.selectors import LevelSum

LOWEST, FULL, GROUND, STEP = 60, 100, 132, 13
WIDTH = 7


@dataclass(frozen=True, slots=True)
class ResultMark:
    """One settled result: its place, whether it is a department as a whole
    (a square) or anything else (a disc).
    """

    review: Review
    name: str
    x: int
    y: int
    square: bool


@dataclass(frozen=True, slots=True)
class GradeBand:
    """A grade's stretch of the axis with how many results stand in it."""

    grade: str
    x: int
    width: int
    count: int


@dataclass(frozen=True, slots=True)
class ResultStrip:
    """Settled results over the bands in force, 1000 × 170; results of
    several kinds stand on one axis, never in one sum.
    """

    finding: str
    marks: tuple[ResultMark, ...]
    bands: tuple[GradeBand, ...]
    ticks: tuple[tuple[int, int], ...]


def result_strip(reviews: Sequence[Review]) -> ResultStrip | None:
    """The settled results with points laid out, each standing on those
    beside it; None without any.
    """
    shown = [
        row for row in reviews if row.points is not None and row.state in ("confirmed", "issued")
    ]
    if not shown:
        return None
    points = [row.points or Decimal(0) for row in shown]
    lowest = min(LOWEST, int(min(points)) // 10 * 10)
    across = Axis(lowest, FULL, 16, 984)
    heights: dict[int, int] = {}
    marks = []
    for row in sorted(shown, key=lambda one: (one.points or 0, one.pk)):
        x = across.at(Fraction(row.points or 0))
        column = x // (2 * WIDTH)
        level = heights.get(column, 0)
        heights[column] = level + 1
        name = str(row.dossier.subject.name)
        y = GROUND - WIDTH - STEP * level
        marks.append(ResultMark(row, name, x, y, row.dossier.subject.kind == "department_overall"))
    one = shown[0]
    bands = []
    for band in bands_in_force(one.round.fiscal_year, one.dossier.subject.division.own_rules).bands:
        left, right = across.at(Fraction(band.at_least)), across.at(Fraction(band.below))
        count = sum(band.holds(value) for value in points)
        if right > left:
            bands.append(GradeBand(band.grade, left, right - left, count))
    finding = f"{len(shown)} 个结果，最低 {min(points):.2f}，最高 {max(points):.2f}"
    ticks = tuple((across.at(value), value) for value in range(lowest, FULL + 1, 10))
    return ResultStrip(finding, tuple(marks), tuple(bands), ticks)


@dataclass(frozen=True, slots=True)
class LostLevel:
    """One first level over all results: how much of its weight was not earned, in percent."""

    name: str
    lost: Decimal
    objects: int


@dataclass(frozen=True, slots=True)
class Losses:
    """Where points are lost, the heaviest first."""

    finding: str
    levels: tuple[LostLevel, ...]


def losses_of(sums: Sequence[LevelSum]) -> Losses | None:
    """By first level; None where no score sheet was taken in."""
    levels = [
        LostLevel(
            one.level1,
            scaled((1 - Fraction(one.points) / Fraction(one.weight)) * 100, 2),
            one.reviews,
        )
        for one in sums
        if one.weight
    ]
    if not levels:
        return None
    levels.sort(key=lambda one: (-one.lost, one.name))
    worst = levels[0]
    return Losses(f"{worst.name}丢分最重，丢掉 {worst.lost}%", tuple(levels))
