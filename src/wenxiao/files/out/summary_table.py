"""The attachment 财政重点绩效评价情况表 and its companion 共性问题对照表, from plain rows; landscape, 万元."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wenxiao.files.out.spreadsheets import ColumnSpec, GroupRow, SheetSpec, Value
from wenxiao.rulebook.numbers import as_wan, rate_percent
from wenxiao.rulebook.table_layouts import TableColumn, table_layout

PAPERS = {"A4": 9, "A3": 8}
"""Paper codes of Excel: a table of some twenty columns is too small to read on A4."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One evaluated object; money in 元, points to 2 decimals; None is unknown and stays empty."""

    dept: str
    subject: str
    kind: str
    year: int
    budget: Decimal | None
    arranged: Decimal | None
    used: Decimal | None
    points: Decimal | None
    grade: str | None
    problems: str = ""
    suggestions: str = ""
    note: str = ""


def columns_of(columns: Iterable[TableColumn]) -> tuple[ColumnSpec, ...]:
    """The columns of a layout as a workbook prints them."""
    return tuple(ColumnSpec(column.label, column.width, column.kind) for column in columns)


def summary_sheet(
    groups: Sequence[tuple[str, Sequence[SummaryRow]]],
    *,
    title: str,
    notes: Sequence[str] | None = None,
) -> SheetSpec:
    """The table with its groups (「一、部门整体支出」…), money subtotals a group, no
    grand total and no mean score.
    """
    layout = table_layout("evaluations")
    rows: list[Sequence[Value] | GroupRow] = []
    number = 0
    for name, members in groups:
        sums = {
            at: _subtotal(members, column.field)
            for at, column in enumerate(layout.columns)
            if column.summed
        }
        rows.append(GroupRow(name, sums))
        for member in members:
            number += 1
            rows.append(layout.row(_summary_line(number, member)))
    return SheetSpec(
        layout.sheet,
        title,
        columns_of(layout.columns),
        rows,
        corner=layout.corner,
        notes=layout.notes if notes is None else notes,
        attachment=layout.attachment,
        paper=PAPERS[layout.paper],
    )


def _subtotal(members: Sequence[SummaryRow], key: str) -> Decimal | None:
    amounts = [getattr(member, key) for member in members]
    known = [amount for amount in amounts if amount is not None]
    return as_wan(sum(known, Decimal(0))) if known else None


def _summary_line(number: int, row: SummaryRow) -> dict[str, Value]:
    """The fields of the layout; the rate is made of the amounts, which stand in 万元."""
    return {
        "number": number,
        "dept": row.dept,
        "subject": row.subject,
        "kind": row.kind,
        "year": row.year,
        "budget": as_wan(row.budget),
        "arranged": as_wan(row.arranged),
        "used": as_wan(row.used),
        "rate": rate_percent(row.used, row.arranged),
        "points": row.points,
        "grade": row.grade,
        "problems": row.problems,
        "suggestions": row.suggestions,
        "note": row.note,
    }


def problem_matrix_sheet(
    problems: Sequence[str],
    objects: Sequence[tuple[str, str, frozenset[int]]],
    *,
    title: str | None = None,
) -> SheetSpec:
    """Objects against confirmed problems: ``objects`` are (department, object, numbers of its
    problems from 0).

    The last row counts the √ of each column, as the report's sentence prints them.
    """
    layout = table_layout("common_problems")
    each = [layout.each_named(problem) for problem in problems]
    rows: list[Sequence[Value]] = [
        (
            *layout.row({"number": at, "dept": dept, "subject": name}),
            *("√" if number in numbers else None for number in range(len(problems))),
        )
        for at, (dept, name, numbers) in enumerate(objects, start=1)
    ]
    counts = [
        sum(number in numbers for _, _, numbers in objects) for number in range(len(problems))
    ]
    rows.append((None, "涉及项目数", None, *counts))
    columns = columns_of([*layout.columns, *each])
    return SheetSpec(layout.sheet, title or layout.title, columns, rows)
