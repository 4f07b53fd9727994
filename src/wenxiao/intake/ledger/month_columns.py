"""A table of progress: one project a line, the months side by side; each
month's payment becomes a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from wenxiao.intake.ledger import lines
from wenxiao.rulebook.numbers import from_fen

if TYPE_CHECKING:
    from wenxiao.intake.ledger.lines import LedgerProblems

_MONTH = re.compile(
    r"(?:20\d\d年)?(1[0-2]|0?[1-9])月份?(?:当月|单月)?(?:预算)?(?:用款|支出|支付|执行|拨付)?(?:计划)?"
    r"(?:数|金额|额)?"
)
_SPELT = dict(
    zip(
        ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"),
        range(1, 13),
        strict=True,
    )
)
_SPELT_MONTH = re.compile(
    r"([一二三四五六七八九十]{1,2})月份?(?:用款|支出|支付|执行)?(?:计划)?(?:数|金额|额)?"
)
_FEWEST = 2
PREFIX = "paid_"


def months_of(headings: Sequence[str]) -> dict[str, int]:
    """``paid_1`` … ``paid_12`` → place of the column; {} unless two months stand side by side."""
    months: dict[str, int] = {}
    for at, heading in enumerate(headings):
        words = re.sub(r"[（(].*?[)）]", "", heading)
        hit, spelt = _MONTH.fullmatch(words), _SPELT_MONTH.fullmatch(words)
        month = int(hit[1]) if hit else _SPELT.get(spelt[1]) if spelt else None
        if month is not None:
            months.setdefault(f"{PREFIX}{month}", at)
    return months if len(months) >= _FEWEST else {}


def has_months(places: Mapping[str, int]) -> bool:
    """Whether the columns are those of a table of months."""
    return any(role.startswith(PREFIX) for role in places)


def unfolded(frame: pl.DataFrame, unit: str, findings: LedgerProblems) -> pl.DataFrame:
    """One line per month that says something, with ``month`` and ``spent``;
    the sum is held against 累计 where given.
    """
    roles = [role for role in frame.columns if role.startswith(PREFIX)]
    _compare_with_sum(frame, roles, unit, findings)
    keep = [name for name in frame.columns if name not in {*roles, "month", "spent", "cumulated"}]
    empty = pl.col("spent").str.replace_all(r"[\s0.,\-—/]", "") == ""
    parts = [
        frame.select(*keep, month=pl.lit(role.removeprefix(PREFIX)), spent=pl.col(role))
        for role in sorted(roles, key=lambda name: int(name.removeprefix(PREFIX)))
    ]
    return pl.concat(parts).filter(~empty).sort("line", maintain_order=True)


def _compare_with_sum(
    frame: pl.DataFrame, roles: Sequence[str], unit: str, findings: LedgerProblems
) -> None:
    """A line whose months don't make the sum printed beside them is named."""
    if "cumulated" not in frame.columns:
        return
    quiet = lines.LedgerProblems()
    typed = frame
    for role in (*roles, "cumulated"):
        typed = lines.with_fen(typed, role, unit, quiet)
    whole = typed.with_columns(
        made=pl.sum_horizontal([pl.col(f"{role}_fen").fill_null(0) for role in roles])
    )
    wrong = whole.filter(
        pl.col("cumulated_fen").is_not_null() & (pl.col("cumulated_fen") != pl.col("made"))
    )
    findings.pick(
        wrong,
        lambda row: {"stated": from_fen(row["cumulated_fen"]), "sums": [from_fen(row["made"])]},
    )
