"""Charts as data: what one says in a sentence, its rows as a table, its bars as an SVG places them.
Drawn by the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.rulebook.numbers import half_up

if TYPE_CHECKING:
    from collections.abc import Sequence


QUIET = ("bar", "bar-2")


@dataclass(frozen=True)
class BarPart:
    """One part of a bar in thousandths of its bed: what it is, its colour's token, its value."""

    name: str
    token: str
    value: float | int | None
    x: int
    width: int
    y: int
    height: int


@dataclass(frozen=True)
class ChartBar:
    """A bar and its parts."""

    name: str
    parts: list[BarPart]


@dataclass(frozen=True)
class Chart:
    """A bar chart. ``finding`` is its sentence; ``names`` label the bars; each series is (word,
    token, values).

    ``token`` names a colour of tokens.css, or "" for the next quiet one. ``line`` is an ink line
    across the bars (time elapsed, a target) with its word. Values are percent or counts, None where
    nothing is known. ``stacked`` puts the series after each other on one bar.
    """

    ident: str
    finding: str
    names: tuple[str, ...]
    series: tuple[tuple[str, str, tuple[float | int | None, ...]], ...]
    unit: str = ""
    line: tuple[str, float] | None = None
    stacked: bool = False

    @property
    def highest(self) -> Fraction:
        """What the whole width stands for: 100 of percents, else the longest bar."""
        if self.unit == "%":
            return Fraction(100)
        rows = [[Fraction(str(value or 0)) for value in values] for _, values in self.rows]
        longest = max(((sum(row) if self.stacked else max(row)) for row in rows if row), default=0)
        return Fraction(longest) or Fraction(1)

    @property
    def bars(self) -> list[ChartBar]:
        """A bar a name; its parts follow each other where they are stacked,
        else they lie below each other.
        """
        return [ChartBar(name, self._parts(values)) for name, values in self.rows]

    def _parts(self, values: Sequence[float | int | None]) -> list[BarPart]:
        parts, start, count = [], 0, max(len(values), 1)
        for number, ((name, token, _), value) in enumerate(zip(self.series, values, strict=True)):
            share = Fraction(str(value or 0)) / self.highest * 1000
            width = min(1000, half_up(share.numerator, share.denominator))
            y, height = (0, 100) if self.stacked else (100 * number // count, 100 // count)
            parts.append(BarPart(name, token or QUIET[number % 2], value, start, width, y, height))
            start += width if self.stacked else 0
        return parts

    @property
    def line_at(self) -> int | None:
        """Where the ink line stands."""
        if self.line is None:
            return None
        share = Fraction(str(self.line[1])) / self.highest * 1000
        return min(992, half_up(share.numerator, share.denominator))

    @property
    def rows(self) -> list[tuple[str, list[float | int | None]]]:
        """The table behind: a name and its values in the order of the series."""
        return [
            (name, [values[at] for _, _, values in self.series])
            for at, name in enumerate(self.names)
        ]


def grades_over_years(counts: Sequence[tuple[int, dict[str, int]]], ident: str = "grades") -> Chart:
    """How many of each grade in each year: (year, {优: n, …}) in order; the
    last year is the finding.
    """
    tokens = {"优": "accent", "良": "bar", "中": "warn-fill", "差": "bad-fill"}
    year, last = counts[-1] if counts else (0, {})
    sentence = (
        "、".join(f"{last[grade]} 个{grade}" for grade in tokens if last.get(grade)) or "没有结果"
    )
    return Chart(
        ident,
        f"{year} 年：{sentence}",
        tuple(str(one) for one, _ in counts),
        tuple(
            (grade, token, tuple(counted.get(grade, 0) for _, counted in counts))
            for grade, token in tokens.items()
        ),
        unit="个",
        stacked=True,
    )
