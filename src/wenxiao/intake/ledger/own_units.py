"""Money whose unit stands beside it: in a column 金额单位, or behind the number in its own cell."""

from __future__ import annotations

import polars as pl

UNITS = {
    "元": "元",
    "人民币元": "元",
    "百元": "百元",
    "千元": "千元",
    "万元": "万元",
    "万": "万元",
    "亿元": "亿元",
    "亿": "亿元",
}
_BEHIND = r"(亿元|万元|千元|百元|亿|万)\s*$"


def own_units(frame: pl.DataFrame, role: str, unit: str) -> pl.Series:
    """The unit of each line's amount: its cell's, else its column's, else
    the file's; null where the word is unknown.
    """
    behind = pl.col(role).str.extract(_BEHIND).replace_strict(UNITS, default=None)
    if "money_unit" not in frame.columns:
        return frame.select(own=pl.coalesce(behind, pl.lit(unit)))["own"]
    word = pl.col("money_unit").str.replace_all(r"\s", "")
    column = (
        pl.when(word == "").then(pl.lit(unit)).otherwise(word.replace_strict(UNITS, default=None))
    )
    return frame.select(own=pl.coalesce(behind, column))["own"]


def has_own_units(frame: pl.DataFrame, role: str) -> bool:
    """Whether any amount names a unit of its own."""
    return "money_unit" in frame.columns or bool(frame[role].str.contains(_BEHIND).any())


def without_unit(role: str) -> pl.Expr:
    """An amount's text without the unit behind it."""
    return pl.col(role).str.replace(_BEHIND, "")
