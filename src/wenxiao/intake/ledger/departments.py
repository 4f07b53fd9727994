"""A table of final accounts (部门决算): what each cell says of a unit, an item and a column, with
its address.

Either a unit has one line and each item its columns, or each item of a unit has a line of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import DepartmentFigure
from wenxiao.budget.services.departments import DepartmentAmount, Place, set_department_figures
from wenxiao.intake.ledger import lines
from wenxiao.intake.ledger.columns import ACCOUNT_ITEMS, account_place
from wenxiao.rulebook.codes import (
    ACCOUNT_CELL_TWICE,
    ACCOUNT_PARTS_DIFFER,
    ACCOUNT_UNREADABLE,
    COLUMN_UNKNOWN,
    LINE_WITHOUT_AMOUNT,
)
from wenxiao.rulebook.department_accounts import COUNT, AccountTable
from wenxiao.rulebook.numbers import from_fen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wenxiao.intake.ledger.columns import LedgerColumns
    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch
    from wenxiao.records.services import Written

_LINE_COLUMNS = ("opening", "adjusted", "final")
_PEOPLE = re.compile(r"^(\d{1,7})(?:\.0+)?[人名个]?$")
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class AccountCell:
    """One cell that entered: its line, the unit (below zero: to be made), item, column, value."""

    line: int
    unit: int
    item: str
    stage: str
    value: DepartmentAmount


@dataclass(frozen=True, slots=True)
class DepartmentTable:
    """What a table says by unit, item and column, and what is stored of it now."""

    rows: Mapping[Place, DepartmentAmount]
    stored: Mapping[Place, DepartmentFigure]
    names: Mapping[int, str]
    table: AccountTable
    year: int

    def new(self) -> dict[Place, DepartmentAmount]:
        """Cells nothing is stored for."""
        return {place: one for place, one in self.rows.items() if place not in self.stored}

    def changed(self) -> list[tuple[DepartmentFigure, DepartmentAmount]]:
        """Stored cells of another number."""
        return [
            (self.stored[place], one)
            for place, one in self.rows.items()
            if place in self.stored
            and (self.stored[place].amount, self.stored[place].people) != one[:2]
        ]

    def as_json(self) -> dict[str, Any]:
        """Counts, and the changes one by one (at most fifty)."""
        changed = self.changed()
        return {
            "new": len(self.new()),
            "changed": len(changed),
            "same": len(self.rows) - len(self.new()) - len(changed),
            "changes": [
                {
                    "object": self.names.get(row.unit_id, ""),
                    "column": self._word(row.item, row.stage),
                    "before": str(row.amount if row.people is None else row.people),
                    "after": str(one.amount if one.people is None else one.people),
                }
                for row, one in changed[:_SHOWN]
            ],
        }

    def _word(self, item: str, stage: str) -> str:
        return self.table.items[item].name + self.table.stages.get(stage, "")


def typed(
    raw: pl.DataFrame, columns: LedgerColumns, unit: str, findings: LedgerProblems
) -> pl.DataFrame:
    """The lines with money in 分 under ``{role}_fen``; what is no money is named."""
    frame = lines.frame_of(raw, columns).with_columns(bad=pl.lit(value=False))
    for role in _money_roles(columns):
        frame = lines.with_fen(frame, role, unit, findings)
    return frame


def _money_roles(columns: LedgerColumns) -> list[str]:
    wide = columns.wide
    if wide:
        return [role for role in wide if (account_place(role) or ("", ""))[1] != COUNT]
    return [role for role in _LINE_COLUMNS if role in columns.places]


def say_left(columns: LedgerColumns, line: int, findings: LedgerProblems) -> None:
    """Columns that hold something nobody took for an item are named, once each."""
    taken = set(columns.places.values())
    for at, heading in enumerate(columns.headings):
        if heading and at not in taken and not _ASIDE.search(heading):
            findings.say(
                COLUMN_UNKNOWN,
                "警告",
                line,
                f"“{heading}”一列没有认出是哪一项的哪一列，没有导入。",
                mend="要导入的，请在“哪一列是什么”里指明。",
                got=heading,
            )


_ASIDE = re.compile(r"^(序号|编号|备注|说明|合计|总计)$")


def cells_of(
    frame: pl.DataFrame,
    columns: LedgerColumns,
    table: AccountTable,
    sheet: str,
    findings: LedgerProblems,
) -> list[AccountCell]:
    """Every filled cell of the lines that enter (``unit_id`` not null), the same one once."""
    entered: dict[Place, AccountCell] = {}
    for row in frame.iter_rows(named=True):
        count = 0
        for role, item, stage, value in _of_line(row, columns, table, findings):
            count += 1
            cell = findings.cell(role, row["line"]) or ""
            address = f"{sheet}!{cell}" if sheet else cell
            one = AccountCell(
                row["line"], row["unit_id"], item, stage, value._replace(cell=address[-80:])
            )
            before = entered.setdefault((one.unit, item, stage), one)
            if before.value[:2] != one.value[:2]:
                word = table.items[item].name + table.stages.get(stage, "")
                findings.say(
                    ACCOUNT_CELL_TWICE,
                    "阻断",
                    row["line"],
                    f"{row['unit_shown']}的{word}有两个不同的数：{_said(before.value)}"
                    f"（{before.value.cell}）和 {_said(one.value)}（{address}）。",
                    mend="请核对哪一个是对的，删去另一个后重新导入。",
                    role=role,
                )
        if not count:
            findings.say(
                LINE_WITHOUT_AMOUNT,
                "警告",
                row["line"],
                "这一行没有可以导入的数，没有计入。",
                mend="请补填，或删去这一行；数为零的填 0。",
            )
    return list(entered.values())


def _said(value: DepartmentAmount) -> str:
    return f"{value.amount} 元" if value.people is None else f"{value.people} 人"


def _of_line(
    row: Mapping[str, Any], columns: LedgerColumns, table: AccountTable, findings: LedgerProblems
) -> Iterator[tuple[str, str, str, DepartmentAmount]]:
    """(role, item, column, value) of each filled cell of a line."""
    wide = columns.wide
    if wide:
        for role in wide:
            item, stage = account_place(role) or ("", "")
            value = _value(row, role, people=stage == COUNT, findings=findings)
            if value is not None:
                yield role, item, stage, value
        return
    named = next((role for role in ACCOUNT_ITEMS if role in columns.places), "")
    known = table.item_named(row[named]) if named else None
    if known is None:
        findings.say(
            ACCOUNT_UNREADABLE,
            "警告",
            row["line"],
            f"“{row[named] if named else ''}”没有认出是哪个决算项目，没有导入。",
            mend="请按决算项目的名称填写，如基本支出、项目支出、“三公”经费。",
            got=row[named] if named else None,
            role=named,
        )
        return
    roles = [role for role in _LINE_COLUMNS if role in columns.places]
    if known.people:
        filled = [role for role in roles if row[role].strip()]
        roles = filled[-1:]  # a count of people has no columns: the last one filled is the year's
    for role in roles:
        value = _value(row, role, people=known.people, findings=findings)
        if value is not None:
            yield role, known.key, COUNT if known.people else role, value


def _value(
    row: Mapping[str, Any], role: str, *, people: bool, findings: LedgerProblems
) -> DepartmentAmount | None:
    """A cell's number; None where it is empty."""
    if not people:
        fen = row[f"{role}_fen"]
        return None if fen is None else DepartmentAmount(from_fen(fen), None, "")
    text = re.sub(r"[\s,，]", "", row[role])
    if not text or text in {"-", "—", "/"}:
        return None
    number = _PEOPLE.match(text)
    if number is None:
        findings.say(
            ACCOUNT_UNREADABLE,
            "阻断",
            row["line"],
            f"“{row[role]}”不是人数。",
            mend="应填整数，如 136。",
            got=row[role],
            role=role,
        )
        return None
    return DepartmentAmount(None, int(number[1]), "")


def say_parts(cells: Sequence[AccountCell], table: AccountTable, findings: LedgerProblems) -> None:
    """A total beside all its parts must be their sum (“三公”经费)."""
    values = {(one.unit, one.item, one.stage): one.value for one in cells}
    parts: dict[str, list[str]] = {}
    for part in table.items.values():
        if part.part_of:
            parts.setdefault(part.part_of, []).append(part.key)
    for (unit, item, stage), value in values.items():
        amounts = [
            values[unit, key, stage].amount
            for key in parts.get(item, ())
            if (unit, key, stage) in values
        ]
        known = [one for one in amounts if one is not None]
        if item not in parts or len(known) != len(parts[item]) or sum(known) == value.amount:
            continue
        findings.say(
            ACCOUNT_PARTS_DIFFER,
            "警告",
            None,
            f"{table.items[item].name}{table.stages.get(stage, '')} {value.amount} 元（{value.cell}）"
            f"与分项之和 {sum(known)} 元不符。",
            mend="请核对合计或分项。",
        )


def department_table(
    cells: Sequence[AccountCell], *, division: Division, table: AccountTable, year: int
) -> DepartmentTable:
    """The cells beside what is stored of the year."""
    stored = DepartmentFigure.objects.filter(unit__division=division, fiscal_year=year)
    rows = list(stored.select_related("unit"))
    return DepartmentTable(
        {(one.unit, one.item, one.stage): one.value for one in cells},
        {(row.unit_id, row.item, row.stage): row for row in rows},
        {row.unit_id: row.unit.name for row in rows},
        table,
        year,
    )


def apply(
    table: DepartmentTable,
    *,
    units: Mapping[int, int],
    batch: ImportBatch,
    written: Written,
    by: User | None,
    why: str,
) -> None:
    """Make what is new, change what differs, in one transaction."""
    for row, _ in table.changed():
        written.changed(row, {"amount": row.amount, "people": row.people, "cell": row.cell})
    count = set_department_figures(
        division=batch.division,
        fiscal_year=table.year,
        new={(units.get(u, u), item, stage): one for (u, item, stage), one in table.new().items()},
        changed=table.changed(),
        batch=batch,
        by=by,
        why=why,
    )
    written.created_with_batch(DepartmentFigure, count)
