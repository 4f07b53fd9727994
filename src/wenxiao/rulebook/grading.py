"""优 良 中 差 from a total, by the bands in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wenxiao.rulebook import basis
from wenxiao.rulebook.grounds import Standing


class OutOfBandsError(ValueError):
    """Points that no band holds: below 0 or above the full mark."""


@dataclass(frozen=True, slots=True)
class Band:
    """One grade: lower bound included, upper bound excluded except at the full mark."""

    grade: str
    at_least: Decimal
    below: Decimal
    closed: bool = False

    def holds(self, points: Decimal) -> bool:
        """Whether these points earn this grade."""
        return self.at_least <= points and (
            points < self.below or (self.closed and points == self.below)
        )


@dataclass(frozen=True, slots=True)
class Bands:
    """The grade bands of one date with their basis, best grade first."""

    bands: tuple[Band, ...]
    basis: str
    standing: Standing

    @property
    def names(self) -> tuple[str, ...]:
        """The grades, best first."""
        return tuple(band.grade for band in self.bands)


def bands_in_force(on: date | int | None = None, overrides: basis.Overrides | None = None) -> Bands:
    """The bands on a day (a year means its last day, None the newest), with
    the division's own laid over.
    """
    value = basis.in_force("grades", on, overrides)
    bands = tuple(
        Band(
            entry["grade"],
            basis.number(entry["at_least"]),
            basis.number(entry["below"]),
            entry.get("closed", False),
        )
        for entry in value.content["bands"]
    )
    return Bands(bands, value.basis, value.standing)


def grade(
    points: Decimal, on: date | int | None = None, overrides: basis.Overrides | None = None
) -> str:
    """The grade these points earn: 90（含）优, 80（含）良, 60（含）中, below 差, by the bands of that date.

    ``points`` is the exact sum of the printed points, so whoever reads the report can check the
    grade with the figures before him. OutOfBandsError below 0 or above 100.
    """
    for band in bands_in_force(on, overrides).bands:
        if band.holds(points):
            return band.grade
    raise OutOfBandsError(f"得分 {points} 不在 0 至 100 分之间，无法确定等级。")
