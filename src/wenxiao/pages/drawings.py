"""Where the marks of a drawn picture stand: whole numbers for an SVG, worked out here so that
templates only place them.

Pictures are drawn by the server; each stands beside its table. Coordinates are for the eye alone:
nothing is decided by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.rulebook.numbers import half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from values to places: ``low`` stands at ``start``, ``high`` at ``end``; what is
    beyond stands at the edge.
    """

    low: Fraction | int
    high: Fraction | int
    start: int
    end: int

    def at(self, value: Fraction | int) -> int:
        """The place of a value."""
        span = Fraction(self.high) - Fraction(self.low)
        share = (Fraction(value) - Fraction(self.low)) / span if span else Fraction(0)
        place = self.start + min(max(share, Fraction(0)), Fraction(1)) * (self.end - self.start)
        return half_up(place.numerator, place.denominator)


def path(points: Iterable[tuple[int, int]]) -> str:
    """A broken line through places, as an SVG ``points`` list."""
    return " ".join(f"{x},{y}" for x, y in points)


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line of the months beside a figure, 100 × 32: its points, its
    last one, or bars (x, y, height).
    """

    line: str = ""
    end: tuple[int, int] | None = None
    bars: tuple[tuple[int, int, int], ...] = ()
    against: str = ""


def spark(
    values: Sequence[Fraction | int],
    whole: int = 12,
    top: Fraction | int | None = None,
    against: tuple[Fraction | int, Fraction | int] | None = None,
) -> Spark:
    """A line over ``whole`` months from zero; ``against`` is a straight
    line (its first and last value).
    """
    if not values:
        return Spark()
    high = top if top is not None else max([*values, 1])
    across, up = Axis(0, max(whole - 1, 1), 2, 98), Axis(0, high or 1, 30, 3)
    places = [(across.at(number), up.at(value)) for number, value in enumerate(values)]
    other = path([(2, up.at(against[0])), (98, up.at(against[1]))]) if against else ""
    return Spark(path(places), places[-1], against=other)


def spark_bars(values: Sequence[Fraction | int], whole: int = 12) -> Spark:
    """A bar a month."""
    if not values:
        return Spark()
    up, wide = Axis(0, max([*values, 1]), 0, 28), max(100 // max(whole, 1), 1)
    return Spark(
        bars=tuple(
            (number * wide, 30 - max(up.at(value), 1), max(up.at(value), 1))
            for number, value in enumerate(values)
        )
    )


Box = tuple[int, int, int, int]


def crosses(one: Box, other: Box) -> bool:
    """Whether two boxes (left, top, right, bottom) overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def width_of(text: str, size: int) -> int:
    """About how wide a text is: Chinese characters are square, others half of it."""
    return sum(size if ord(one) > 0x2E80 else half_up(size * 6, 10) for one in text)
