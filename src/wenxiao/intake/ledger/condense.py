"""A ledger's lines as numbers, part by part: what a million payments say fits into some tens of
megabytes.

Text stays in the file. A line keeps which *way of naming* a project it uses (``who``, one of some
ten thousand), its money, days and months, the key by which the source knows it, and two digests by
which equal lines are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Fund
from wenxiao.intake.ledger import budgets, lines, requests
from wenxiao.intake.ledger.columns import AMOUNTS, ASKED
from wenxiao.intake.ledger.month_columns import has_months, unfolded
from wenxiao.intake.ledger.subject_facts import facts_in
from wenxiao.records.chain import digest_of
from wenxiao.rulebook.codes import LINE_WITHOUT_AMOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wenxiao.intake.ledger.columns import LedgerColumns
    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.intake.ledger.reading import RawLines

FUND = pl.Enum([str(fund) for fund in Fund])
NAMED = ("code", "project", "unit_code", "unit", "department")
_ECHO = (
    "code",
    "project",
    "unit_code",
    "unit_shown",
    "date",
    "month",
    "voucher",
    "fund",
    "item",
    "payee",
    "purpose",
    "note",
)
_TIMES = {"on": pl.Date, "own_year": pl.Int16, "own_month": pl.Int8, "budget_year": pl.Int16}
_PAID = {
    "spent_fen": pl.Int64,
    "base": pl.String,
    "tie": pl.UInt64,
    "echo": pl.UInt64,
    "echo_too": pl.UInt64,
}


@dataclass(frozen=True, slots=True)
class Condensed:
    """``frame``: one row a line.
    ``whos``: one row per way of naming a project (``NAMED``), its place being its number.

    ``facts``: what lines say of their projects beside money; None where none does.
    """

    frame: pl.DataFrame
    whos: pl.DataFrame
    facts: pl.DataFrame | None = None


class _Whos:
    """Numbers for the ways of naming a project, as they come."""

    def __init__(self) -> None:
        self.known = pl.DataFrame(schema={**dict.fromkeys(NAMED, pl.String), "who": pl.UInt32})

    def numbers(self, frame: pl.DataFrame) -> pl.Series:
        """The number of each row's way, new ones added."""
        ways = frame.select(NAMED)
        fresh = ways.unique(maintain_order=True).join(
            self.known, on=list(NAMED), how="anti", maintain_order="left"
        )
        if fresh.height:
            numbered = fresh.with_columns(
                who=pl.int_range(pl.len(), dtype=pl.UInt32) + self.known.height
            )
            self.known = pl.concat([self.known, numbered.select(self.known.columns)])
        return ways.join(self.known, on=list(NAMED), how="left", maintain_order="left")["who"]


def condensed(
    raw: RawLines,
    columns: LedgerColumns,
    unit: str,
    findings: LedgerProblems,
    stopped: Sequence[int],
) -> Condensed:
    """Every line typed; what cannot be read is named in ``findings`` and
    ``bad``, as are lines the reader ``stopped`` at.
    """
    whos, parts, facts = _Whos(), [], list[pl.DataFrame]()
    findings.texts = lambda frame, roles: _with_texts(raw, columns, frame, roles)
    for part in raw:
        frame = lines.frame_of(part, columns).with_columns(bad=pl.col("line").is_in(list(stopped)))
        frame = _typed(frame, columns, unit, findings)
        numbered = frame.with_columns(whos.numbers(frame))
        facts.append(facts_in(numbered))
        parts.append(_lean(numbered, columns))
    lean = pl.concat(parts) if parts else _nothing(columns)
    every = pl.concat(facts) if facts else None
    return Condensed(
        lean, whos.known.drop("who"), every if every is not None and every.height else None
    )


def _nothing(columns: LedgerColumns) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "line": pl.Int64,
        "who": pl.UInt32,
        "bad": pl.Boolean,
        "fund_key": FUND,
        **_TIMES,
    }
    if columns.kind == "budget":
        return pl.DataFrame(
            schema={
                **schema,
                "level_key": pl.String,
                "cut_on": pl.Date,
                **{f"{name}_fen": pl.Int64 for name in AMOUNTS},
            }
        )
    if columns.kind == "request":
        return pl.DataFrame(schema={**schema, **{f"{n}_fen": pl.Int64 for n in requests.PASSES}})
    return pl.DataFrame(schema={**schema, **_PAID})


def _typed(
    frame: pl.DataFrame, columns: LedgerColumns, unit: str, findings: LedgerProblems
) -> pl.DataFrame:
    """Funds, money, dates; for payments also the source's own key, for
    budgets the column an amount belongs to.
    """
    if has_months(columns.places):
        frame = unfolded(frame, unit, findings)
    frame = lines.with_funds(frame, columns, findings)
    for role in ("spent", "amount", *AMOUNTS, *ASKED):
        if role in columns.places or (role == "spent" and has_months(columns.places)):
            frame = lines.with_fen(frame, role, unit, findings)
    if "arrived_on" in frame.columns and "date" not in frame.columns:
        frame = frame.rename({"arrived_on": "date"})
    if columns.end is not None:
        frame = frame.with_columns(
            date=pl.lit(""),
            month=pl.lit(str(columns.end.month)),
            year=pl.lit("" if columns.end.year is None else str(columns.end.year)),
        )
    frame = lines.with_dates(frame, findings)
    if columns.kind == "budget":
        return _taken_back(budgets.spread(frame, findings), columns, findings)
    if columns.kind == "request":
        return requests.spread(frame, findings)
    if "spent_fen" not in frame.columns:
        frame = frame.rename({"amount_fen": "spent_fen", "amount": "spent"})
    empty = pl.col("spent_fen").is_null() & ~pl.col("bad")
    findings.each(
        frame.filter(empty),
        LINE_WITHOUT_AMOUNT,
        "阻断",
        "这一行没有金额。",
        mend="请补填金额或删去这一行。",
    )
    return _keyed(frame.with_columns(bad=pl.col("bad") | empty))


def _taken_back(
    frame: pl.DataFrame, columns: LedgerColumns, findings: LedgerProblems
) -> pl.DataFrame:
    """``cut_on``: the day money was taken back, from its own column, else
    from the day of a line that says nothing else.
    """
    if "cut_back_on" in columns.places:
        days = lines.with_dates(frame.select("line", "bad", date="cut_back_on"), findings)
        return frame.with_columns(days["on"].alias("cut_on"), days["bad"])
    others = [pl.col(f"{name}_fen").is_null() for name in AMOUNTS if name != "cut_back"]
    alone = pl.all_horizontal(pl.col("cut_back_fen").is_not_null(), *others) & pl.lit(
        "date" in columns.places
    )
    return frame.with_columns(cut_on=pl.when(alone).then("on"))


def _keyed(frame: pl.DataFrame) -> pl.DataFrame:
    """``base``: the voucher number, or a digest of day, amount and content;
    ``tie``, ``echo``: digests to compare by.
    """
    shown = pl.when(pl.col("unit") != "").then(pl.col("unit")).otherwise(pl.col("department"))
    frame = frame.with_columns(unit_shown=shown)
    content = [name for name in ("item", "payee", "purpose") if name in frame.columns]
    whole = frame.select("spent_fen", *(name for name in _ECHO if name in frame.columns))
    return frame.with_columns(
        _bases(frame, content).alias("base"),
        frame.select(content).hash_rows(seed=1).alias("tie"),
        whole.hash_rows(seed=2).alias("echo"),
        whole.hash_rows(seed=3).alias("echo_too"),
    )


def _bases(frame: pl.DataFrame, content: Sequence[str]) -> pl.Series:
    """The key each payment has in its source, without what tells apart several of one key."""
    voucher = frame["voucher"].str.slice(0, 50)
    if not (voucher == "").any():
        return voucher
    when = pl.coalesce(pl.col("on").cast(pl.String), pl.col("own_month").cast(pl.String)).fill_null(
        ""
    )
    words = pl.concat_str([pl.col(name) for name in content], separator="|")
    shape = pl.concat_str(
        [when, pl.col("spent_fen").cast(pl.String).fill_null(""), words], separator="|"
    )
    shapes = frame.select(shape=pl.when(pl.col("voucher") == "").then(shape))["shape"]
    digests = {text: f"~{digest_of([text])[:24]}" for text in shapes.drop_nulls().unique()}
    own = shapes.replace_strict(list(digests), list(digests.values()), default=None)
    return own.zip_with(voucher == "", voucher)


def _lean(frame: pl.DataFrame, columns: LedgerColumns) -> pl.DataFrame:
    """Only numbers, and the source's own key of a payment."""
    numbers = [pl.col("line"), pl.col("who"), pl.col("bad"), pl.col("fund_key").cast(FUND)]
    numbers += [pl.col(name).cast(kind) for name, kind in _TIMES.items()]
    if columns.kind == "budget":
        money = [f"{name}_fen" for name in ("amount", *AMOUNTS) if f"{name}_fen" in frame.columns]
        return frame.select(*numbers, "level_key", "cut_on", *money)
    if columns.kind == "request":
        return frame.select(*numbers, *[f"{name}_fen" for name in requests.PASSES])
    return frame.select(*numbers, *_PAID)


def _with_texts(
    raw: RawLines, columns: LedgerColumns, frame: pl.DataFrame, roles: Iterable[str]
) -> pl.DataFrame:
    """The rows of ``frame`` with what their lines say under ``roles``; ""
    where there is no such column.
    """
    written = lines.frame_of(raw.at(frame["line"].to_list()), columns)
    if "spent" not in written.columns and "amount" in written.columns:
        written = written.with_columns(spent="amount")
    blank = [pl.lit("").alias(role) for role in roles if role not in written.columns]
    return frame.join(
        written.with_columns(blank).select("line", *roles),
        on="line",
        how="left",
        maintain_order="left",
    )
