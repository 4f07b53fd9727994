"""The year's results at a glance: each one a mark over the grade bands, and
where points are lost by first level.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.pages.drawings import Axis
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wenxiao.desk.dossiers.tables import CriterionRow
    from wenxiao.desk.evaluations.result_lines import ResultRow
    from wenxiao.reviews.selectors import LevelSum
    from wenxiao.rulebook.grading import Band

LOWEST, FULL, GROUND, STEP = 60, 100, 132, 13
WIDTH = 7
ORDER = ("决策", "投入", "过程", "产出", "效益", "效果")
"""First levels as the sheets print them."""
MOST_LEVELS = 4
SHADES = (5, 10, 15, 20)
"""From which share lost, in percent, a cell is a step darker."""


@dataclass(frozen=True, slots=True)
class ResultMark:
    """One settled result: its place, whether it is a department as a whole
    (a square) or anything else (a disc).
    """

    pk: int
    name: str
    points: Decimal
    grade: str
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


def drawn_of(rows: Iterable[ResultRow]) -> list[ResultRow]:
    """The settled results with points."""
    return [row for row in rows if row.points is not None and row.state in SETTLED]


def result_strip(rows: Iterable[ResultRow], in_force: Sequence[Band]) -> ResultStrip | None:
    """The settled results with points laid out over the bands in force, each standing on those
    beside it; None without any.
    """
    shown = drawn_of(rows)
    if not shown:
        return None
    points = [row.points or Decimal(0) for row in shown]
    lowest = min(LOWEST, int(min(points)) // 10 * 10)
    across = Axis(lowest, FULL, 16, 984)
    ends: list[int] = []
    marks = []
    for row in sorted(shown, key=lambda one: (one.points or 0, one.pk)):
        x = across.at(Fraction(row.points or 0))
        level = next((at for at, end in enumerate(ends) if end <= x), len(ends))
        ends[level : level + 1] = [x + 2 * WIDTH]
        y, square = GROUND - WIDTH - STEP * level, row.kind == "department_overall"
        points_of = row.points or Decimal(0)
        marks.append(ResultMark(row.pk, row.name, points_of, row.grade, x, y, square))
    bands = []
    for band in in_force:
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


# --- Where each result lost its points ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelCell:
    """What one result got of one first level, and how dark the cell is (0–4, by the share lost)."""

    points: Decimal
    weight: Decimal
    shade: int

    @property
    def says(self) -> str:
        """满分 20，丢 1.87."""
        return f"满分 {format(self.weight.normalize(), 'f')}，丢 {self.weight - self.points:.2f}"


@dataclass(frozen=True, slots=True)
class LevelTable:
    """The first levels most of the results have, in the sheets' order, and
    each result's cells; a sheet of another frame has none of some.
    """

    heads: tuple[str, ...]
    cells: dict[int, dict[str, LevelCell]]
    steps: tuple[int, ...] = SHADES


def level_table(levels: dict[int, dict[str, LevelSum]]) -> LevelTable | None:
    """The cells of a list's results; None where no sheet was taken in."""
    counts = Counter(name for of in levels.values() for name in of)
    if not counts:
        return None
    most = [name for name, _ in counts.most_common(MOST_LEVELS)]
    heads = sorted(most, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    cells = {
        pk: {name: _cell(of[name]) for name in heads if name in of} for pk, of in levels.items()
    }
    return LevelTable(tuple(heads), cells)


def _cell(one: LevelSum) -> LevelCell:
    lost = (1 - Fraction(one.points) / Fraction(one.weight)) * 100
    return LevelCell(one.points, one.weight, sum(lost >= step for step in SHADES))


# --- How far the experts are apart ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpreadLine:
    """One scored row: lowest and highest as places, a dot an expert, and both in words."""

    name: str
    y: int
    left: int
    right: int
    dots: tuple[int, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Spread:
    """The rows the experts disagree on most, as shares of each row's weight; 400 wide."""

    finding: str
    lines: tuple[SpreadLine, ...]
    foot: int


def spread_of(rows: Sequence[CriterionRow], most: int = 8) -> Spread | None:
    """The rows with the widest difference of two or more experts; None where they agree."""
    across = Axis(0, 1, 150, 330)
    apart: list[tuple[Fraction, Decimal, Decimal, CriterionRow, list[Decimal]]] = []
    for row in rows:
        given = [mark.points for mark in row.marks if mark.seat and mark.points is not None]
        weight = row.criterion.weight
        if weight and len(given) > 1 and max(given) > min(given):
            share = Fraction(max(given) - min(given)) / Fraction(weight)
            apart.append((share, min(given), max(given), row, given))
    if not apart:
        return None
    apart.sort(key=lambda one: (-one[0], one[3].criterion.order))
    lines = []
    for number, (_, low, high, row, given) in enumerate(apart[:most]):
        whole = Fraction(row.criterion.weight or 1)
        places = tuple(across.at(Fraction(points) / whole) for points in sorted(given))
        shown = f"{low:.2f}–{high:.2f} / {format((row.criterion.weight or low).normalize(), 'f')}"
        name = row.criterion.name
        short = name if len(name) <= 11 else f"{name[:10]}…"
        lines.append(SpreadLine(short, 22 + 24 * number, places[0], places[-1], places, shown))
    widest = apart[0]
    finding = (
        f"{len(apart)} 项意见不一，差得最多的是{widest[3].criterion.name}："
        f"{widest[1]:.2f} 到 {widest[2]:.2f} 分"
    )
    return Spread(finding, tuple(lines), 22 + 24 * len(lines))
