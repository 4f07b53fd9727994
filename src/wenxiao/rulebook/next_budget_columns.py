"""Next year's proposals by columns: the rules of ``next_budget`` asked once for every way pasts
differ to them, the amounts by the same whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from wenxiao.rulebook.next_budget import KEPT_IN_FULL, Past, propose
from wenxiao.rulebook.numbers import from_fen

if TYPE_CHECKING:
    from wenxiao.rulebook.next_budget import Terms

_CLASS = ("grade", "mended", "often", "recurring", "low", "grown")
"""All that a rule looks at of a past: two pasts alike in these are proposed alike."""
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Bounds:
    low: int | None
    grown: int | None


def propose_columns(pasts: pl.DataFrame, shares: Terms) -> pl.DataFrame:
    """``pasts`` with ``kind`` and ``amount`` (分, null where no share is set).

    Its columns: asked, last_budget, spent (分), grade, unmended, years, recurring (0, 1, null).
    """
    bounds = _Bounds(
        _whole(shares.execution_below, ROUND_CEILING), _whole(shares.growth_above, ROUND_FLOOR)
    )
    last = pl.col("last_budget")
    classed = pasts.with_columns(
        execution=_percent(pl.col("spent"), last), growth=_percent(pl.col("asked") - last, last)
    ).with_columns(
        mended=pl.col("unmended") == 0,
        often=pl.col("years") >= shares.redesign_years,
        low=_null() if bounds.low is None else pl.col("execution") < bounds.low,
        grown=_null() if bounds.grown is None else pl.col("growth") > bounds.grown,
    )
    kinds = classed.unique(_CLASS, keep="first", maintain_order=True)
    kinds = kinds.with_columns(
        kind=pl.Series(
            [
                propose(_Kept._make(row).past(), shares).kind
                for row in kinds.select(_Kept._fields).iter_rows()
            ],
            dtype=pl.String,
        )
    )
    joined = classed.join(
        kinds.select(*_CLASS, "kind"), on=list(_CLASS), how="left", nulls_equal=True
    )
    return joined.with_columns(amount=_amount(shares)).drop(
        "execution", "growth", "mended", "often", "low", "grown"
    )


def _null() -> pl.Expr:
    return pl.lit(None, dtype=pl.Boolean)


def _whole(percent: Decimal | None, rounding: str) -> int | None:
    """A limit in hundredths of a percent: whole numbers compare with it as exact ones do."""
    if percent is None:
        return None
    return int((percent * 100).to_integral_value(rounding=rounding))


def _percent(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Hundredths of a percent, half-up away from zero; null where something is missing or 0."""
    size = (2 * 10_000 * part.abs() + whole.abs()) // (2 * whole.abs())
    return pl.when(whole != 0).then(size * part.sign() * whole.sign()).otherwise(None)


class _Kept(NamedTuple):
    """One past as the columns hold it, money in 分, the rate in hundredths of a percent."""

    asked: int
    last_budget: int | None
    execution: int | None
    grade: str
    unmended: int
    years: int
    recurring: int | None

    def past(self) -> Past:
        """The same as the rules take it."""
        return Past(
            asked=from_fen(self.asked),
            last_budget=_yuan(self.last_budget),
            execution=_yuan(self.execution),
            grade=self.grade,
            unmended=self.unmended,
            years=self.years,
            recurring=None if self.recurring is None else bool(self.recurring),
        )


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else from_fen(fen)


def _amount(shares: Terms) -> pl.Expr:
    """What a proposal leaves of the request, by its kind."""
    asked, kind = pl.col("asked"), pl.col("kind")
    strict = None if shares.strict_cut is None else _part(asked, _HUNDRED - shares.strict_cut)
    of_last = {
        name: None
        if share is None
        else pl.min_horizontal(asked, _part(pl.col("last_budget"), share))
        for name, share in (("cut", shares.cut_to), ("redesign", shares.redesign_keep))
    }
    amount = pl.when(kind.is_in(KEPT_IN_FULL)).then(asked).when(kind == "cancel").then(0)
    if strict is not None:
        amount = amount.when(kind == "strict").then(strict)
    for name, left in of_last.items():
        if left is not None:
            known = pl.when(pl.col("last_budget").is_not_null()).then(left)
            amount = amount.when(kind == name).then(known)
    return amount.otherwise(None).cast(pl.Int64)


def _part(amount: pl.Expr, percent: Decimal) -> pl.Expr:
    """So many percent, rounded once, half-up, to the 分."""
    return (2 * amount * int(percent * 100) + 10_000) // 20_000
