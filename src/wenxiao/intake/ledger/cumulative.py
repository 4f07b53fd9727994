"""A table of sums up to a day (截至7月31日): what is more than the stored lines
up to that month becomes a line of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from wenxiao.budget.models import Fund, Spending
from wenxiao.intake.ledger import payments
from wenxiao.intake.ledger.month_columns import has_months
from wenxiao.rulebook.codes import SUMS_CONTRADICT, SUMS_TAKEN
from wenxiao.rulebook.numbers import fen, from_fen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division

_END = re.compile(
    r"(?:截[至止]到?|(?:20\d\d年)?0?1(?:月份?)?[-—–~至到])\s*(?:(20\d\d)年)?\s*(1[0-2]|0?[1-9])月"
)
_YEAR = re.compile(r"(20\d\d)年")
_SUM = re.compile(r"累计|截[至止]|(?<!\d)0?1(?:月份?)?[-—–~至到]\d{1,2}月")
_ONE_MONTH = re.compile(r"本月|当月|单月|本期|当期|本季|当季|本旬")
_SPENT = {"spent", "cumulated"}


@dataclass(frozen=True, slots=True)
class End:
    """Up to which month the sums of a table count, in the column that holds
    them; ``words`` are the table's own.
    """

    month: int
    year: int | None
    at: int
    words: str


def end_of(
    headings: Sequence[str],
    through: str,
    places: Mapping[str, int],
    roles: Sequence[str | None],
    chosen: Mapping[str, str],
) -> End | str | None:
    """The end of a table of sums; a sentence where it may be read in two ways; None where it is no
    such table.

    ``through``: the words above the table; ``roles``: what each heading stands for; ``chosen``: the
    columns a person named.
    """
    if {"date", "month"} & set(places) or has_months(places):
        return None
    columns = [at for at, role in enumerate(roles) if role in _SPENT]
    columns = columns or [at for at, role in enumerate(roles) if role == "amount"]
    sums = [at for at in columns if _SUM.search(headings[at])]
    named = chosen.get("spent") or chosen.get("amount")
    if not (through or sums) or not columns:
        return None
    if named and named in headings:
        sums = [list(headings).index(named)]
    at = _column(headings, columns, sums)
    if isinstance(at, str):
        return at
    title = _END.search(through)
    end = _END.search(headings[at]) or title
    if end is None:
        return f"“{headings[at]}”是累计数，表上没有写明截至哪个月。"
    if title is not None and int(title[2]) != int(end[2]):
        return f"表上写明“{through}”，列名写的是“{headings[at]}”，分不清截至哪个月。"
    year = _YEAR.search(end[0]) or _YEAR.search(through)
    return End(int(end[2]), int(year[1]) if year else None, at, through or end[0])


def _column(headings: Sequence[str], columns: Sequence[int], sums: Sequence[int]) -> int | str:
    """The column of the sums: the only one, else the one that says so while
    the others are of one month.
    """
    rest = [at for at in columns if at not in sums]
    plain = [at for at in rest if not _ONE_MONTH.search(headings[at])]
    names = "、".join(f"“{headings[at]}”" for at in columns)
    if len(sums) == 1 and not plain:
        return sums[0]
    if not sums and len(rest) == 1 and plain:
        return plain[0]
    if len(sums) > 1 and not plain:
        ends = {at: _END.search(headings[at]) for at in sums}
        months = {at: int(end[2]) for at, end in ends.items() if end is not None}
        if len(months) == len(sums) and len(set(months.values())) == len(sums):
            return max(months, key=lambda at: months[at])
    if rest and not plain and not sums:
        return f"只有{names}，没有截至当时的累计数。"
    return f"{names}都像是支出，分不清哪一列是累计数。"


@dataclass(frozen=True, slots=True)
class SumLines:
    """The lines that sums come to, those that contradict what is stored,
    and what was taken for granted.
    """

    lines: pl.DataFrame
    wrong: frozenset[int]
    assumed: str


def key_of(month: int) -> str:
    """By which the line of a table of sums is known again."""
    return f"截至{month}月"


def lines_of(
    good: pl.DataFrame, *, division: Division, year: int, source: str, end: End
) -> SumLines:
    """Per subject and fund: the sum less what is stored of this source up to that month.
    ``good``: typed, matched lines.
    """
    summed = good.group_by("subject", "fund_key", maintain_order=True).agg(
        pl.col("line").first(), pl.col("spent_fen").sum(), pl.col("on").first()
    )
    stored = _stored(summed["subject"].to_list(), division, year, source, end.month)
    rows, wrong, first = [], [], 0
    for row in summed.iter_rows(named=True):
        before = {fund: sum_ for (one, fund), sum_ in stored.items() if one == row["subject"]}
        fund = str(row["fund_key"])
        mixed = any((known == Fund.TOTAL) != (fund == Fund.TOTAL) for known in before)
        known = before.get(fund, 0)
        if mixed or row["spent_fen"] < known:
            wrong.append((row["line"], row["spent_fen"], sum(before.values()), mixed))
            continue
        first += not before
        rows.append({**row, "spent_fen": row["spent_fen"] - known})
    later = len(rows) - first
    lines = (pl.DataFrame(rows, schema=summed.schema) if rows else summed.clear()).with_columns(
        own_month=pl.lit(end.month, pl.Int8), key_line=pl.lit(key_of(end.month))
    )
    grown = f"{later} 项与此前已有的相减，差额记在 {end.month} 月" if later else ""
    new = f"{first} 项此前没有支出，按截至 {end.month} 月的累计记在 {end.month} 月" if first else ""
    taken = "；".join(part for part in (grown, new) if part)
    return SumLines(
        lines,
        frozenset(line for line, *_ in wrong),
        f"表上写明“{end.words}”，按累计数读取：{taken or '没有可记的'}。",
    )


def say(
    good: pl.DataFrame, sums: SumLines, end: End, stored: str, findings: LedgerProblems
) -> None:
    """Tell what was assumed, and each line whose sum contradicts the stored lines."""
    findings.say(SUMS_TAKEN, "提示", None, sums.assumed)
    for row in good.filter(pl.col("line").is_in(list(sums.wrong))).iter_rows(named=True):
        text = (
            f"截至 {end.month} 月的累计数 {from_fen(row['spent_fen'])} 元与系统里已有的{stored}对不上："
            "比已有的小，或一边分资金性质、一边不分。"
        )
        mend = "请核对口径；确以本表为准的，先撤销原来的导入，再导入本表。"
        findings.say(SUMS_CONTRADICT, "阻断", row["line"], text, mend=mend, role="spent")


def _stored(
    subjects: Sequence[int], division: Division, year: int, source: str, month: int
) -> dict[tuple[int, str], int]:
    """What is stored up to the month, in 分 by subject and fund, without
    this very table's own lines.
    """
    rows = Spending.objects.filter(
        dossier__subject__division=division,
        dossier__fiscal_year=year,
        dossier__subject__in=set(subjects),
        source=source,
        cumulative=False,
        month__lte=month,
    ).exclude(line=key_of(month))
    sums: dict[tuple[int, str], int] = {}
    for subject, fund, amount in rows.values_list("dossier__subject", "fund", "amount"):
        sums[subject, fund] = sums.get((subject, fund), 0) + fen(amount)
    return sums


def difference(
    sums: SumLines, *, division: Division, year: int, source: str
) -> payments.PaymentChanges:
    """The lines against the stored ones; a sum that adds nothing and stands nowhere is no line."""
    whole = payments.difference(sums.lines, division=division, year=year, source=source)
    return payments.PaymentChanges(
        whole.new.filter(pl.col("spent_fen") != 0),
        whole.changed,
        whole.same + whole.new.filter(pl.col("spent_fen") == 0).height,
        0,
        0,
    )
