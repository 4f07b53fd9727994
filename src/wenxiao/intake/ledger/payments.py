"""A ledger of payments against what is stored: new lines, changed ones,
reversals, repeats, spending above budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Dossier, Spending
from wenxiao.budget.money import money_of
from wenxiao.rulebook.codes import DATE_OF_OTHER_YEAR, NO_PAYMENT_DATE
from wenxiao.rulebook.numbers import fen, from_fen
from wenxiao.store.bulk import RowExchange, insert_frame
from wenxiao.store.frames import read_frame, read_slices
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division
    from wenxiao.records.models import ImportBatch
    from wenxiao.records.services import Written

_FEW = 500
_SLICE = 100_000


def say_repeats(frame: pl.DataFrame, findings: LedgerProblems, *, keep: bool) -> pl.DataFrame:
    """The same line twice in one file is left out (``keep``: only named): same object, day,
    voucher, amount and text.
    """
    echo = ["echo", "echo_too"]
    twice = frame.select("line", *echo).filter(
        pl.col("echo").is_duplicated()
    )  # few; both digests tell for certain
    again = twice.with_columns(first=pl.col("line").min().over(echo)).filter(
        pl.col("first") != pl.col("line")
    )
    findings.pick(again, lambda row: {"same_as": row["first"], "counted": keep})
    frame = frame.drop(echo)
    if keep or not again.height:
        return frame
    return frame.with_columns(bad=pl.col("bad") | pl.col("line").is_in(again["line"].implode()))


def say_times(frame: pl.DataFrame, year: int, findings: LedgerProblems) -> pl.DataFrame:
    """Lines without a month, or of another year than the ledger's, may not
    enter this year's dossiers.
    """
    unreadable = pl.col("bad")
    nowhere = pl.col("own_month").is_null() & ~unreadable
    other = pl.col("own_year").is_not_null() & (pl.col("own_year") != year) & ~unreadable
    findings.each(
        frame.filter(nowhere),
        NO_PAYMENT_DATE,
        "阻断",
        "没有支付日期，也没有月份。",
        mend="请补填支付日期。",
    )
    findings.each(
        frame.filter(other),
        DATE_OF_OTHER_YEAR,
        "阻断",
        "日期在 {own_year} 年，不属于 " + f"{year} 预算年度。",
        mend="请核对日期；确属其他年度的，请随该年度的台账导入。",
        got="date",
        written=["date"],
    )
    return frame.with_columns(bad=unreadable | nowhere | other)


def say_reversals(frame: pl.DataFrame, findings: LedgerProblems) -> None:
    """A negative line that takes back an equal earlier one is a reversal
    (冲销); any other is asked about.
    """
    good = ~pl.col("bad") & pl.col("subject").is_not_null()
    back = frame.filter(good & (pl.col("spent_fen") < 0)).with_columns(taken=-pl.col("spent_fen"))
    if not back.height:
        return
    alike = back.select("subject", spent_fen="taken").unique()
    paid = frame.filter(good & (pl.col("spent_fen") > 0)).select(
        "subject", "spent_fen", other="line"
    )
    paid = paid.join(alike, on=["subject", "spent_fen"], how="semi").sort("other")
    joined = back.with_columns(nth=pl.int_range(pl.len()).over("subject", "taken")).join(
        paid.with_columns(nth=pl.int_range(pl.len()).over("subject", "spent_fen")),
        left_on=["subject", "taken", "nth"],
        right_on=["subject", "spent_fen", "nth"],
        how="left",
        maintain_order="left",
    )
    findings.pick(joined.filter(pl.col("other").is_not_null()), _reversal)
    alone = joined.filter(pl.col("other").is_null())
    findings.pick(alone, _reversal, roles={"paid": "spent"}, written=["spent"])


def _reversal(row: Mapping[str, Any]) -> dict[str, Any]:
    """A negative payment as the checks see it: the line it takes back, and how it is written."""
    seen = {"paid": from_fen(row["spent_fen"]), "reverses": row["other"]}
    return seen | ({"raw": {"paid": row["spent"]}} if row.get("spent") else {})


def with_line_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """``key_line``: the ``base`` (voucher number or digest); a number
    behind # where several lines share it.
    """
    group = ["subject", "fund_key", "base"]
    # equal digests are looked at, different ones cannot be equal keys
    alike = frame.filter(frame.select(group).hash_rows().is_duplicated())
    shared = alike.filter(pl.struct(group).is_duplicated())
    if not shared.height:
        return frame.drop("tie").rename({"base": "key_line"})
    when = pl.coalesce(pl.col("on").cast(pl.String), pl.col("own_month").cast(pl.String)).fill_null(
        ""
    )
    ordered = shared.with_columns(when=when).sort(
        [*group, "spent_fen", "when", "tie", "line"], nulls_last=True
    )
    nth = pl.int_range(pl.len()).over(group)
    named = pl.when(nth == 0).then(pl.col("base")).otherwise(pl.format("{}#{}", "base", nth + 1))
    numbered = ordered.select("line", "base", key_line=named)
    joined = frame.drop("tie").join(
        numbered, on=["line", "base"], how="left", maintain_order="left"
    )
    return joined.with_columns(key_line=pl.coalesce("key_line", "base")).drop("base")


@dataclass(frozen=True, slots=True)
class PaymentChanges:
    """What a file would change: rows of new, changed (with ``old`` 分), and
    how many stand unchanged or are missing.
    """

    new: pl.DataFrame
    changed: pl.DataFrame
    same: int
    gone: int
    gone_fen: int

    def as_json(self, findings: LedgerProblems) -> dict[str, Any]:
        """Counts and sums in 元 for the preview; changed lines one by one (at most fifty)."""
        few = self.changed.head(50)
        shown = (
            findings.texts(few, ["voucher"]) if findings.texts and few.height else few
        ).iter_rows(named=True)
        return {
            "new": self.new.height,
            "new_yuan": str(from_fen(_sum(self.new))),
            "changed": self.changed.height,
            "same": self.same,
            "missing_from_file": self.gone,
            "missing_yuan": str(from_fen(self.gone_fen)),
            "changes": [
                {
                    "line": r["line"],
                    "voucher": r["voucher"],
                    "before": str(from_fen(r["old"])),
                    "after": str(from_fen(r["spent_fen"])),
                }
                for r in shown
            ],
        }


def _sum(frame: pl.DataFrame) -> int:
    return int(frame["spent_fen"].sum() or 0)


_STORED: dict[str, Any] = {
    "subject": pl.Int64,
    "fund": pl.String,
    "line": pl.String,
    "old": pl.Int64,
    "old_month": pl.Int8,
    "pk": pl.Int64,
}
_SAME = ["same", "same_too"]
"""Two digests of subject, fund and line key, by which a line of the file
and a stored one are the same.
"""


def _same(subject: pl.Expr, fund: pl.Expr, line: pl.Expr, frame: pl.DataFrame) -> list[pl.Series]:
    keys = frame.select(
        subject.alias("subject"), fund.cast(pl.String).alias("fund"), line.alias("line")
    )
    return [keys.hash_rows(seed=at).alias(name) for at, name in enumerate(_SAME, 1)]


def _stored(division: Division, year: int, source: str) -> pl.DataFrame:
    """The lines there are of this source and year: their digests, amount, month and number."""
    rows = Spending.objects.filter(
        dossier__subject__division=division,
        dossier__fiscal_year=year,
        source=source,
        cumulative=False,
    ).exclude(line="")
    schema = {
        **dict.fromkeys(_SAME, pl.UInt64),
        "old": pl.Int64,
        "old_month": pl.Int8,
        "pk": pl.Int64,
    }
    parts = [pl.DataFrame(schema=schema)]
    for part in read_slices(
        rows.values_list("dossier__subject", "fund", "line", "amount", "month", "pk"), _STORED
    ):
        digests = _same(pl.col("subject"), pl.col("fund"), pl.col("line"), part)
        parts.append(part.with_columns(digests).select(list(schema)))
    return pl.concat(parts)


def difference(good: pl.DataFrame, *, division: Division, year: int, source: str) -> PaymentChanges:
    """The file's good lines against the stored ones of the same source and
    year, by subject, fund and line key.
    """
    stored = _stored(division, year, source)
    if not stored.height:
        return PaymentChanges(good, _changed(good.clear(), stored), same=0, gone=0, gone_fen=0)
    keys = pl.DataFrame(_same(pl.col("subject"), pl.col("fund_key"), pl.col("key_line"), good))
    both = _paired(keys, stored)
    known = both["pk"].is_not_null()
    altered = known & (
        (both["old"] != good["spent_fen"]) | (both["old_month"] != good["own_month"])
    )
    gone = stored.filter(pl.col("old_month").is_in(good["own_month"].unique().to_list()))
    gone = gone.join(keys.select(_SAME[0]), on=_SAME[0], how="anti")
    return PaymentChanges(
        new=good if not known.any() else good.filter(~known),
        changed=_changed(good.filter(altered), both.filter(altered)),
        same=both.filter(known & ~altered).height,
        gone=gone.height,
        gone_fen=int(gone["old"].sum() or 0),
    )


def _paired(keys: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """What is stored for each key, null where nothing is.
    One digest finds it, which takes half the memory of two.
    """
    both = keys.join(stored, on=_SAME[0], how="left", maintain_order="left")
    certain = both.height == keys.height and bool(
        (both[_SAME[1]] == both[f"{_SAME[1]}_right"]).all()
    )
    return both if certain else keys.join(stored, on=_SAME, how="left", maintain_order="left")


def _changed(lines: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([lines, stored.clear() if not lines.height else stored], how="horizontal")


def say_over_budget(
    found: PaymentChanges,
    subjects: list[int],
    *,
    division: Division,
    year: int,
    findings: LedgerProblems,
) -> None:
    """The line with which a subject's spending passes its full-year budget
    (only where a budget is known).
    """
    if not found.new.height:
        return
    budgets = _budgets(subjects, division, year)
    # only where all that is paid, nothing taken back, would pass the budget the lines are looked at
    # one by one
    most = (
        found.new.group_by("subject")
        .agg(most=pl.col("spent_fen").clip(0).sum())
        .join(budgets, on="subject")
    )
    close = most.filter(pl.col("stored") + pl.col("most") > pl.col("budget"))
    fresh = found.new.select("line", "subject", "spent_fen", "on", "own_month").join(
        close, on="subject"
    )
    running = fresh.sort("own_month", "on", "line", nulls_last=True).with_columns(
        total=pl.col("stored") + pl.col("spent_fen").cum_sum().over("subject")
    )
    over = running.filter(
        (pl.col("total") > pl.col("budget"))
        & (pl.col("total") - pl.col("spent_fen") <= pl.col("budget"))
    )
    findings.pick(
        over.unique("subject", keep="first", maintain_order=True),
        lambda row: {"paid_so_far": from_fen(row["total"]), "full_year": from_fen(row["budget"])},
    )


def _budgets(subjects: list[int], division: Division, year: int) -> pl.DataFrame:
    """Full-year budget and what is paid so far, in 分, of those subjects whose budget is known."""
    of_year = Dossier.objects.filter(subject__division=division, fiscal_year=year)
    dossiers = read_frame(of_year, ["id", "subject_id"]).filter(
        pl.col("subject_id").is_in(subjects)
    )
    rows = []
    for part in dossiers.iter_slices(
        _FEW
    ):  # what a selector tells of each is more than what is kept of it
        money = money_of(part["id"].to_list())
        rows += [
            (subject, fen(m.budget), fen(m.spent) if m.spent is not None else 0)
            for pk, subject in part.iter_rows()
            if (m := money[pk]).budget is not None
        ]
    return pl.DataFrame(
        rows, schema={"subject": pl.Int64, "budget": pl.Int64, "stored": pl.Int64}, orient="row"
    )


class PaymentList:
    """The new lines of a difference on their way into the table, and the
    new amounts of lines that stand.
    """

    model = Spending

    def __init__(
        self, found: PaymentChanges, *, dossiers: dict[int, int], source: str, batch: ImportBatch
    ) -> None:
        self._new, self._source, self._batch = found.new, source, batch
        self._owned = pl.DataFrame(
            {"subject": list(dossiers), "dossier_id": list(dossiers.values())},
            schema={"subject": pl.Int64, "dossier_id": pl.Int64},
        )
        # in the order of the table's own indexes: a million rows enter twice as fast
        keys = ["subject", "fund_key", "key_line"]
        self._order = found.new.select(keys).with_row_index("at").sort(keys)["at"]
        self.height = found.new.height
        columns = ["pk", "spent_fen", "own_month", "on", "old", "old_month"]
        self._changes = list(found.changed.select(columns).iter_rows())
        self._exchange: RowExchange | None = None

    @property
    def dossiers(self) -> list[int]:
        """Whose money the new lines are."""
        wanted = pl.col("subject").is_in(self._new["subject"].unique().implode())
        return self._owned.filter(wanted)["dossier_id"].to_list()

    def rows(self, start: int, count: int) -> pl.DataFrame:
        """Some of the new rows as the table holds them."""
        part = self._new[self._order[start : start + count]].join(
            self._owned, on="subject", how="left", maintain_order="left"
        )
        return part.select(
            "dossier_id",
            pl.col("fund_key").cast(pl.String).alias("fund"),
            pl.lit(str(self._source)).alias("source"),
            pl.col("own_month").alias("month"),
            pl.col("spent_fen").alias("amount"),
            pl.col("on").alias("paid_on"),
            pl.col("key_line").alias("line"),
            pl.lit(self._batch.pk, dtype=pl.Int64).alias("batch_id"),
        )

    def note(self, written: Written) -> None:
        """What the lines that stand held; outside a transaction where they are many."""
        rows = []
        for start in range(0, len(self._changes), _FEW):
            wanted = {pk: after for pk, *after in self._changes[start : start + _FEW]}
            for row in Spending.objects.filter(pk__in=wanted):
                amount, month, on, old, old_month = wanted[row.pk]
                if (row.amount, row.month) != (from_fen(old), old_month):
                    continue  # no longer as it was shown: change() refuses the whole
                before = (row.amount, row.month, row.paid_on)
                written.changed(row, dict(zip(_WRITTEN, before, strict=True)))
                rows.append((row.pk, *before, from_fen(amount), month, on))
        self._exchange = RowExchange(Spending, _WRITTEN, rows)

    def after(self) -> dict[int, dict[str, Any]]:
        """What the changed lines will hold, by row and field."""
        return {
            pk: dict(zip(_WRITTEN, (from_fen(amount), month, on), strict=True))
            for pk, amount, month, on, *_ in self._changes
        }

    def change(self) -> None:
        """The new amounts of lines that stand; NotAllowed when one was
        changed or taken away since it was read.
        """
        exchange = self._exchange
        if exchange is None or len(exchange) != len(self._changes) or not exchange.run():
            raise NotAllowed(
                "核对之后，台账里的支付又被别的导入改动，没有写入；请重新核对后再导入。"
            )

    def record(self) -> None:
        """Nothing: the batch's own entry tells it."""


_WRITTEN = ("amount", "month", "paid_on")


def apply(
    found: PaymentChanges,
    *,
    dossiers: dict[int, int],
    source: str,
    batch: ImportBatch,
    written: Written,
) -> None:
    """Insert what is new and correct what changed; lines missing from the
    file stay (the preview showed them).
    """
    lines = PaymentList(found, dossiers=dossiers, source=source, batch=batch)
    for start in range(0, lines.height, _SLICE):
        insert_frame(Spending, lines.rows(start, _SLICE))
    written.created_with_batch(Spending, lines.height)
    lines.note(written)
    lines.change()
