"""分月用款计划: what each month is to take, in the shape of a list of payments; never payments.

A subject has one plan: the newest file says all of its months, and a month it no longer names is
planned with nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from wenxiao.budget.models import Spending
from wenxiao.intake.ledger import payments
from wenxiao.intake.ledger.month_columns import PREFIX
from wenxiao.rulebook.codes import COLUMN_UNKNOWN
from wenxiao.rulebook.numbers import fen

if TYPE_CHECKING:
    from wenxiao.intake.ledger.columns import LedgerColumns
    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division

PLAN = str(Spending.Source.PLAN)
_WORD = "计划"


def source_of(columns: LedgerColumns, source: str, findings: LedgerProblems) -> str:
    """The source a list is read as: a plan where its columns of money say so themselves, whatever
    was chosen, for a plan counted as spending would be wrong in every figure.
    """
    if columns.kind != "spending" or source == PLAN:
        return source
    money = (role for role in columns.places if role == "spent" or role.startswith(PREFIX))
    heading = next(
        (word for role in money if _WORD in (word := columns.headings[columns.places[role]])), ""
    )
    if not heading:
        return source
    findings.say(
        COLUMN_UNKNOWN,
        "提示",
        None,
        f"列名“{heading}”写的是计划，按分月用款计划读取，不计作支出。",
        mend="确是支付数的，请改列名后重新导入。",
        got=heading,
    )
    return PLAN


def difference(good: pl.DataFrame, *, division: Division, year: int) -> payments.PaymentChanges:
    """The plan's months against the stored ones of the same subjects; stored months the plan no
    longer names become nothing.
    """
    keyed = payments.with_line_keys(
        good.with_columns(base=pl.format("{}月", pl.col("own_month").cast(pl.String)))
    )
    changes = payments.difference(keyed, division=division, year=year, source=PLAN)
    emptied = _emptied(keyed, division, year)
    if not emptied.height:
        return replace(changes, gone=0, gone_fen=0)
    changed = changes.changed
    if "voucher" not in changed.columns:
        changed = changed.with_columns(voucher=pl.lit(""))
    whole = pl.concat([changed.select(_CHANGED), emptied.select(_CHANGED)], how="vertical_relaxed")
    return replace(changes, changed=whole, gone=0, gone_fen=0)


_CHANGED = ["line", "voucher", "spent_fen", "own_month", "on", "old", "old_month", "pk"]


def _emptied(keyed: pl.DataFrame, division: Division, year: int) -> pl.DataFrame:
    """The stored months of the plan's subjects that it no longer names, as lines of nothing."""
    named = set(keyed.select("subject", pl.col("fund_key").cast(pl.String), "key_line").iter_rows())
    subjects = set(keyed["subject"].to_list())
    rows = Spending.objects.filter(
        source=PLAN, dossier__subject__division=division, dossier__fiscal_year=year
    ).exclude(amount=0)
    left = [
        (f"{month}月", month, fen(amount), pk)
        for subject, fund, line, amount, month, pk in rows.values_list(
            "dossier__subject", "fund", "line", "amount", "month", "pk"
        )
        if subject in subjects and (subject, fund, line) not in named
    ]
    schema = {"voucher": pl.String, "own_month": pl.Int8, "old": pl.Int64, "pk": pl.Int64}
    return pl.DataFrame(left, schema=schema, orient="row").with_columns(
        line=pl.lit(0, pl.Int64),
        spent_fen=pl.lit(0, pl.Int64),
        on=pl.lit(None, pl.Date),
        old_month="own_month",
    )
