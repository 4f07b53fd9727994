"""A ledger of budgets, adjustments and arrivals: one row of money per
dossier, fund and level, with what changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Appropriation
from wenxiao.budget.services import AppropriationList, Arrangement, set_appropriations
from wenxiao.intake.ledger.columns import AMOUNTS
from wenxiao.intake.ledger.lines import MOST_PROBLEMS
from wenxiao.rulebook.codes import BUDGET_LINES_ADDED, CHANGE_UNKNOWN, LINE_WITHOUT_AMOUNT
from wenxiao.rulebook.numbers import from_fen

if TYPE_CHECKING:
    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch
    from wenxiao.records.services import Written

_WORDS = (
    ("追加", "added"),
    ("增加", "added"),
    ("调增", "added"),
    ("收回", "cut_back"),
    ("调减", "cut_back"),
    ("核减", "cut_back"),
    ("压减", "cut_back"),
    ("到位", "arrived"),
    ("到账", "arrived"),
    ("年初", "opening"),
    ("调整后", "adjusted"),
    ("全年", "adjusted"),
)
_LABELS = {
    "opening": "年初预算",
    "added": "追加",
    "cut_back": "收回",
    "adjusted": "全年预算",
    "arrived": "到位",
    "arrived_on": "到位日期",
    "cut_back_on": "收回日期",
}


def spread(frame: pl.DataFrame, findings: LedgerProblems) -> pl.DataFrame:
    """One ``{column}_fen`` per amount; a plain 金额 goes where 指标类型 says,
    without such a column to 年初预算.
    """
    present = [name for name in AMOUNTS if f"{name}_fen" in frame.columns]
    frame = frame.with_columns(
        [pl.lit(None, pl.Int64).alias(f"{n}_fen") for n in AMOUNTS if n not in present]
    )
    if "amount_fen" in frame.columns and not present:
        kind: Any = pl.when(pl.col("change") == "").then(pl.lit("opening"))
        for word, name in _WORDS:
            kind = kind.when(pl.col("change").str.contains(word, literal=True)).then(pl.lit(name))
        frame = frame.with_columns(goes=kind.otherwise(pl.lit("")))
        strange = pl.col("goes") == ""
        findings.each(
            frame.filter(strange),
            CHANGE_UNKNOWN,
            "阻断",
            "指标类型“{change}”未能识别。",
            mend="应为年初、追加、收回或到位。",
            got="change",
        )
        frame = frame.with_columns(
            [pl.when(pl.col("goes") == n).then("amount_fen").alias(f"{n}_fen") for n in AMOUNTS]
        ).with_columns(bad=pl.col("bad") | strange)
    return _refuse_negative(frame, findings)


def _refuse_negative(frame: pl.DataFrame, findings: LedgerProblems) -> pl.DataFrame:
    """A negative 追加 is a 收回; any other negative budget is asked about."""
    back = pl.col("added_fen") < 0
    findings.pick(
        frame.filter(back),
        lambda row: {"added": from_fen(row["added_fen"])},
        roles={"added": "added"},
    )
    frame = frame.with_columns(
        cut_back_fen=pl.when(back)
        .then(pl.col("cut_back_fen").fill_null(0) - pl.col("added_fen"))
        .otherwise("cut_back_fen"),
        added_fen=pl.when(back).then(None).otherwise("added_fen"),
    )
    negative = pl.any_horizontal([(pl.col(f"{n}_fen") < 0).fill_null(value=False) for n in AMOUNTS])
    findings.pick(
        frame.filter(negative).with_columns(
            least=pl.min_horizontal([f"{name}_fen" for name in AMOUNTS])
        ),
        lambda row: {"arranged": from_fen(row["least"])},
    )
    empty = pl.all_horizontal([pl.col(f"{n}_fen").is_null() for n in AMOUNTS]) & ~pl.col("bad")
    findings.each(
        frame.filter(empty),
        LINE_WITHOUT_AMOUNT,
        "警告",
        "这一行没有金额，没有计入。",
        mend="请补填金额或删去这一行。",
    )
    return frame.with_columns(bad=pl.col("bad") | negative | empty)


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a budget ledger says per subject, fund and level, and what is stored now."""

    rows: list[tuple[int, str, str, dict[str, Any]]]
    stored: dict[tuple[int, str, str], Appropriation]
    lines: dict[tuple[int, str, str], int]

    def new(self) -> list[tuple[int, str, str, dict[str, Any]]]:
        """Rows nothing is stored for."""
        return [row for row in self.rows if row[:3] not in self.stored]

    def changed(self) -> list[tuple[Appropriation, dict[str, Any]]]:
        """Stored rows with the values that differ."""
        out = []
        for subject, fund, level, values in self.rows:
            row = self.stored.get((subject, fund, level))
            differing = {
                name: v for name, v in values.items() if row is not None and getattr(row, name) != v
            }
            if row is not None and differing:
                out.append((row, differing))
        return out

    def as_json(self) -> dict[str, Any]:
        """Counts, and the changes one by one (at most fifty)."""
        changed = self.changed()
        return {
            "new": len(self.new()),
            "changed": len(changed),
            "same": len(self.rows) - len(self.new()) - len(changed),
            "changes": [
                {
                    "object": str(row.dossier),
                    "column": _LABELS.get(name, name),
                    "before": _text(getattr(row, name)),
                    "after": _text(value),
                }
                for row, values in changed[:50]
                for name, value in values.items()
            ],
        }


def _text(value: Decimal | Any | None) -> str | None:
    return None if value is None else str(value)


def arranged(good: pl.DataFrame, *, division: Division, year: int) -> Arranged:
    """Lines of one subject, fund and level add up; the latest day of
    arrival, and of taking back, counts.
    """
    keys = ["subject", "fund_key", "level_key"]
    summed = [
        pl.when(pl.col(f"{n}_fen").count() > 0).then(pl.col(f"{n}_fen").sum()).alias(n)
        for n in AMOUNTS
    ]
    days = [
        pl.col("on").filter(pl.col("arrived_fen").is_not_null()).max().alias("arrived_on"),
        pl.col("cut_on").max().alias("cut_back_on"),
        pl.col("line").max(),
    ]
    rows, at = [], {}
    for row in good.group_by(keys, maintain_order=True).agg([*summed, *days]).iter_rows(named=True):
        values: dict[str, Any] = {n: from_fen(row[n]) for n in AMOUNTS if row[n] is not None}
        values |= {
            name: row[name] for name in ("arrived_on", "cut_back_on") if row[name] is not None
        }
        at[row["subject"], row["fund_key"], row["level_key"]] = row["line"]
        rows.append((row["subject"], row["fund_key"], row["level_key"], values))
    appropriations = Appropriation.objects.filter(
        dossier__subject__division=division, dossier__fiscal_year=year
    )
    stored = {
        (a.dossier.subject_id, a.fund, a.level): a
        for a in appropriations.select_related("dossier__subject")
    }
    return Arranged(rows, stored, at)


def say_added(good: pl.DataFrame, year: int, findings: LedgerProblems) -> None:
    """Several lines with a budget of one subject, fund and level are added up: each such subject is
    named, for it may be two projects under one code, or one line twice.
    """
    keys = ["subject", "fund_key", "level_key"]
    for name in ("opening", "adjusted"):
        sums = good.filter(pl.col(f"{name}_fen").is_not_null()).group_by(keys, maintain_order=True)
        lines = sums.agg(pl.col("line"), pl.col(f"{name}_fen").sum().alias("fen"))
        several = lines.filter(pl.col("line").list.len() > 1).head(MOST_PROBLEMS)
        for row in several.iter_rows(named=True):
            at = row["line"]
            shown = "、".join(map(str, at[:8])) + ("……" if len(at) > 8 else "")
            findings.say(
                BUDGET_LINES_ADDED,
                "警告",
                at[0],
                f"同一个项目 {year} 年的{_LABELS[name]}有 {len(at)} 行（第 {shown} 行），"
                f"已相加为 {from_fen(row['fen']):,.2f} 元。",
                mend="是一笔预算分几行写的，不用改；写重了的只留一行，两个项目用了一个代码的改对代码。",
            )
        if several.height:
            return


_SUMMED = {
    "opening": "opening",
    "added": "added",
    "cut_back": "cut_back",
    "year_budget": "adjusted",
}


def look_at_sums(arranged: Arranged, findings: LedgerProblems) -> None:
    """Lay before the rules what the file and the stored rows say together
    of each budget the file changes.
    """
    lines: list[int] = []
    amounts: dict[int, dict[str, Decimal | None]] = {}
    for subject, fund, level, values in arranged.rows:
        key = (subject, fund, level)
        row = arranged.stored.get(key)
        line = arranged.lines[key]
        lines.append(line)
        amounts[line] = {
            name: values.get(column, getattr(row, column, None)) for name, column in _SUMMED.items()
        }
    findings.pick(
        pl.DataFrame({"line": lines}, schema={"line": pl.Int64}),
        lambda one: amounts[one["line"]],
        roles=_SUMMED,
    )


def _asked(
    found: Arranged, *, dossiers: dict[int, int], batch: ImportBatch, by: User | None, why: str
) -> dict[str, Any]:
    """What is new and what differs; nothing the file doesn't name is touched."""
    return {
        "division": batch.division,
        "new": [
            Arrangement(dossiers[subject], values, fund, level)
            for subject, fund, level, values in found.new()
        ],
        "changed": [
            Arrangement(row.dossier_id, values, row.fund, row.level, row)
            for row, values in found.changed()
        ],
        "batch": batch,
        "by": by,
        "why": why,
    }


def apply(
    found: Arranged,
    *,
    dossiers: dict[int, int],
    batch: ImportBatch,
    written: Written,
    by: User | None,
    why: str,
) -> None:
    """Make what is new, change what differs, in one transaction."""
    asked = _asked(found, dossiers=dossiers, batch=batch, by=by, why=why)
    for row, values in found.changed():
        written.changed(row, {name: getattr(row, name) for name in values})
    written.created_with_batch(Appropriation, set_appropriations(**asked))


def in_parts(
    found: Arranged, *, dossiers: dict[int, int], batch: ImportBatch, by: User | None, why: str
) -> NotedAppropriations:
    """The same ready to be written part by part."""
    return NotedAppropriations(**_asked(found, dossiers=dossiers, batch=batch, by=by, why=why))


class NotedAppropriations(AppropriationList):
    """A ledger's budgets, which note what stood before."""

    def note(self, written: Written) -> None:
        """What the rows that stand held."""
        for row, names in self.stored():
            written.changed(row, {name: getattr(row, name) for name in names})
