"""A ledger of payments against what is stored: new lines, changed ones, reversals, repeats, spending above budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Dossier, Spending
from wenxiao.budget.selectors import money_of
from wenxiao.records.chain import digest_of
from wenxiao.rulebook.numbers import fen, from_fen, wan
from wenxiao.store.bulk import insert_frame, update_rows
from wenxiao.store.frames import read_frame

if TYPE_CHECKING:
    from wenxiao.budget.sheets.lines import Findings
    from wenxiao.orgs.models import Division
    from wenxiao.records.models import ImportBatch
    from wenxiao.records.services import Written
    from wenxiao.rulebook.problems import Level

_CONTENT = ("date", "month", "voucher", "fund", "item", "payee", "purpose", "note")
_MOST_BEFORE = 50_000
_FEW = 500


def say_repeats(frame: pl.DataFrame, findings: Findings, *, keep: bool) -> pl.DataFrame:
    """The same line twice in one file is left out (``keep``: only named): same object, day, voucher, amount and text."""
    content = [c for c in ("code", "project", "unit_code", "unit_shown", "spent_fen", *_CONTENT) if c in frame.columns]
    first = frame.with_columns(first=pl.col("line").min().over(content))
    again = first.filter(pl.col("first") != pl.col("line"))
    level: Level = "提示" if keep else "警告"
    done = "仍计入。" if keep else "没有计入。"
    findings.each(again, "DR-01", level, "与第 {first} 行完全相同，" + done, mend="确为两笔的，请选择“保留重复行”。")
    repeat = (pl.col("first") != pl.col("line")) & (not keep)
    return first.with_columns(bad=pl.col("bad") | repeat, repeat=repeat).drop("first")


def say_times(frame: pl.DataFrame, year: int, findings: Findings) -> pl.DataFrame:
    """Lines without a month, or of another year than the ledger's, may not enter this year's dossiers."""
    unreadable = pl.col("bad")
    nowhere = pl.col("own_month").is_null() & ~unreadable
    other = pl.col("own_year").is_not_null() & (pl.col("own_year") != year) & ~unreadable
    findings.each(frame.filter(nowhere), "DR-67", "阻断", "没有支付日期，也没有月份。", mend="请补填支付日期。")
    findings.each(
        frame.filter(other), "DR-68", "阻断", "日期在 {own_year} 年，不属于 " + f"{year} 预算年度。",
        mend="请核对日期；确属其他年度的，请随该年度的台账导入。", got="date",
    )  # fmt: skip
    return frame.with_columns(bad=unreadable | nowhere | other)


def say_reversals(frame: pl.DataFrame, findings: Findings) -> None:
    """A negative line that takes back an equal earlier one is a reversal (冲销); any other is asked about."""
    good = frame.filter(~pl.col("bad") & pl.col("subject").is_not_null())
    paid = good.filter(pl.col("spent_fen") > 0).select("subject", "spent_fen", other="line")
    back = good.filter(pl.col("spent_fen") < 0).with_columns(taken=-pl.col("spent_fen"))
    nth = pl.int_range(pl.len()).over("subject", "taken")
    paid_nth = paid.with_columns(nth=pl.int_range(pl.len()).over("subject", "spent_fen"))
    joined = back.with_columns(nth=nth).join(
        paid_nth, left_on=["subject", "taken", "nth"], right_on=["subject", "spent_fen", "nth"], how="left",
    )  # fmt: skip
    findings.each(
        joined.filter(pl.col("other").is_not_null()),
        "ZJ-20",
        "提示",
        "负数支付，冲销第 {other} 行的同额支付。",
        mend="请核对是否退款或更正。",
    )
    findings.each(
        joined.filter(pl.col("other").is_null()), "ZJ-01", "警告", "负数支付 {spent}，本表中没有对应的同额支付。",
        mend="请核对是否退回以前月份或年度的支付，并写明原因。", got="spent",
    )  # fmt: skip


def with_line_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """``key_line``: the voucher number, or a digest of the content; a number behind # where several lines share it."""
    content = pl.concat_str(
        [pl.col(c).fill_null("") for c in ("item", "payee", "purpose") if c in frame.columns], separator="|"
    )
    when = pl.coalesce(pl.col("on").cast(pl.String), pl.col("own_month").cast(pl.String)).fill_null("")
    shape = pl.concat_str([when, pl.col("spent_fen").cast(pl.String).fill_null(""), content], separator="|")
    shaped = frame.with_columns(shape=shape)
    blank = shaped.filter(pl.col("voucher") == "").select("shape").unique()
    digests = {text: f"~{digest_of([text])[:24]}" for text in blank["shape"]}
    base = (
        pl.when(pl.col("voucher") != "").then(pl.col("voucher").str.slice(0, 50))
        .otherwise(pl.col("shape").replace_strict(list(digests), list(digests.values()), default="") if digests else pl.lit(""))
    )  # fmt: skip
    group = ["subject", "fund_key", "base"]
    ordered = shaped.with_columns(base=base).sort([*group, "spent_fen", "shape", "line"], nulls_last=True)
    nth = pl.int_range(pl.len()).over(group)
    named = pl.when(nth == 0).then(pl.col("base")).otherwise(pl.format("{}#{}", "base", nth + 1))
    return ordered.with_columns(key_line=named).drop("base", "shape").sort("line")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file would change: rows of new, changed (with ``old`` 分), and how many stand unchanged or are missing."""

    new: pl.DataFrame
    changed: pl.DataFrame
    same: int
    gone: int
    gone_fen: int

    def as_json(self) -> dict[str, Any]:
        """Counts and sums in 元 for the preview; changed lines one by one (at most fifty)."""
        shown = self.changed.head(50).iter_rows(named=True)
        return {
            "new": self.new.height, "new_yuan": str(from_fen(_sum(self.new))), "changed": self.changed.height,
            "same": self.same, "missing_from_file": self.gone, "missing_yuan": str(from_fen(self.gone_fen)),
            "changes": [
                {"line": r["line"], "voucher": r["voucher"], "before": str(from_fen(r["old"])), "after": str(from_fen(r["spent_fen"]))}
                for r in shown
            ],
        }  # fmt: skip


def _sum(frame: pl.DataFrame) -> int:
    return int(frame["spent_fen"].sum() or 0)


def difference(good: pl.DataFrame, *, division: Division, year: int, source: str) -> Difference:
    """The file's good lines against the stored ones of the same source and year, by subject, fund and line key."""
    stored = read_frame(
        Spending.objects.filter(
            dossier__subject__division=division,
            dossier__fiscal_year=year,
            source=source,
            cumulative=False,
        ).exclude(line=""),
        ["id", "dossier__subject_id", "fund", "line", "amount", "month"],
    ).rename(
        {
            "dossier__subject_id": "subject",
            "fund": "fund_key",
            "line": "key_line",
            "amount": "old",
            "month": "old_month",
            "id": "pk",
        }
    )
    keys = ["subject", "fund_key", "key_line"]
    both = good.join(stored, on=keys, how="left")
    months = good["own_month"].unique().to_list()
    gone = stored.filter(pl.col("old_month").is_in(months)).join(good, on=keys, how="anti")
    known = pl.col("pk").is_not_null()
    altered = known & ((pl.col("old") != pl.col("spent_fen")) | (pl.col("old_month") != pl.col("own_month")))
    return Difference(
        new=both.filter(~known),
        changed=both.filter(altered),
        same=both.filter(known & ~altered).height,
        gone=gone.height,
        gone_fen=int(gone["old"].sum() or 0),
    )


def say_over_budget(
    good: pl.DataFrame, found: Difference, *, division: Division, year: int, findings: Findings
) -> None:
    """The line with which a subject's spending passes its full-year budget (only where a budget is known)."""
    subjects = good["subject"].unique().to_list()
    if not subjects:
        return
    of_year = Dossier.objects.filter(subject__division=division, fiscal_year=year)
    dossiers = read_frame(of_year, ["id", "subject_id"]).filter(pl.col("subject_id").is_in(subjects))
    money = money_of(dossiers["id"].to_list() if dossiers.height <= _FEW else of_year)
    rows = [
        (subject, fen(m.budget), fen(m.spent) if m.spent is not None else 0)
        for pk, subject in dossiers.select("id", "subject_id").iter_rows()
        if (m := money.get(pk)) is not None and m.budget is not None
    ]
    budgets = pl.DataFrame(rows, schema={"subject": pl.Int64, "budget": pl.Int64, "stored": pl.Int64}, orient="row")
    fresh = found.new.select("line", "subject", "spent_fen", "on", "own_month", "project").join(budgets, on="subject")
    running = fresh.sort("own_month", "on", "line", nulls_last=True).with_columns(
        total=pl.col("stored") + pl.col("spent_fen").cum_sum().over("subject"),
    )
    over = running.filter(
        (pl.col("total") > pl.col("budget")) & (pl.col("total") - pl.col("spent_fen") <= pl.col("budget"))
    )
    for row in over.unique("subject", keep="first", maintain_order=True).head(1_000).iter_rows(named=True):
        total, budget = wan(from_fen(row["total"])), wan(from_fen(row["budget"]))
        findings.say(
            "ZJ-02", "警告", row["line"], f"到这一行累计支付 {total} 万元，超过全年预算 {budget} 万元。",
            mend="核对预算调整和支付归属，说明超支原因。",
        )  # fmt: skip


def apply(found: Difference, *, dossiers: dict[int, int], source: str, batch: ImportBatch, written: Written) -> None:
    """Insert what is new and correct what changed; lines missing from the file stay (the preview showed them)."""
    owned = pl.DataFrame(
        {"subject": list(dossiers), "dossier_id": list(dossiers.values())},
        schema={"subject": pl.Int64, "dossier_id": pl.Int64},
    )
    rows = found.new.join(owned, on="subject").select(
        "dossier_id", pl.col("fund_key").alias("fund"), pl.lit(str(source)).alias("source"),
        pl.col("own_month").cast(pl.Int64).alias("month"), pl.col("spent_fen").alias("amount"),
        pl.col("on").alias("paid_on"), pl.col("key_line").alias("line"), pl.lit(batch.pk, dtype=pl.Int64).alias("batch_id"),
    )  # fmt: skip
    # in the order of the table's own indexes: a million rows enter twice as fast
    rows = rows.sort("dossier_id", "fund", "line")
    written.created_with_batch(Spending, insert_frame(Spending, rows))
    _correct(found.changed, written)


def _correct(changed: pl.DataFrame, written: Written) -> None:
    rows = list(changed.select("pk", "spent_fen", "own_month", "on").iter_rows())
    before = Spending.objects.in_bulk([row[0] for row in rows]) if len(rows) < _MOST_BEFORE else {}
    for pk, *_ in rows:
        row = before.get(pk) or Spending.objects.get(pk=pk)
        written.changed(row, {"amount": row.amount, "month": row.month, "paid_on": row.paid_on})
    update_rows(Spending, ["amount", "month", "paid_on"], ((pk, from_fen(f), month, on) for pk, f, month, on in rows))
