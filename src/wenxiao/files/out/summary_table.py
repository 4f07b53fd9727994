"""The attachment 财政重点绩效评价情况表 and its companion 共性问题对照表, from plain rows; landscape, 万元."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wenxiao.files.out.spreadsheets import ColumnSpec, GroupRow, SheetSpec, Value

A3 = 8
"""Paper code of Excel: the full table has some twenty columns, too small to read on A4."""

WAN = Decimal(10_000)
RATE_NOTE = "注：预算执行率＝经审查实际使用资金÷经审查实际安排资金×100%；“审查评分”“评价等级”以评价报告为准。"


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


SUMMARY_COLUMNS = (
    ColumnSpec("序号", 5, "number"),
    ColumnSpec("预算部门", 16),
    ColumnSpec("评价对象", 20),
    ColumnSpec("评价类型", 9, "centre"),
    ColumnSpec("预算年度", 7, "number"),
    ColumnSpec("预算安排资金", 11, "money"),
    ColumnSpec("经审查实际安排资金", 12, "money"),
    ColumnSpec("经审查实际使用资金", 12, "money"),
    ColumnSpec("预算执行率(%)", 9, "percent"),
    ColumnSpec("审查评分", 8, "points"),
    ColumnSpec("评价等级", 7, "centre"),
    ColumnSpec("存在的主要问题", 34),
    ColumnSpec("意见建议", 34),
    ColumnSpec("备注", 9),
)


def in_wan(yuan: Decimal | None) -> Decimal | None:
    """元 as 万元, exact."""
    return None if yuan is None else yuan / WAN


def execution_rate(used: Decimal | None, arranged: Decimal | None) -> Decimal | None:
    """Used ÷ arranged in percent, two decimals half-up; None without both or with nothing arranged."""
    if used is None or not arranged:
        return None
    return (used * 100 / arranged).quantize(Decimal("0.01"), ROUND_HALF_UP)


def summary_sheet(
    groups: Sequence[tuple[str, Sequence[SummaryRow]]],
    *,
    title: str,
    notes: Sequence[str] = (RATE_NOTE,),
) -> SheetSpec:
    """The table with its groups (「一、部门整体支出」…), money subtotals a group, no grand total and no mean score."""
    rows: list[Sequence[Value] | GroupRow] = []
    number = 0
    for name, members in groups:
        rows.append(
            GroupRow(
                name,
                {
                    5 + at: _subtotal(members, key)
                    for at, key in enumerate(("budget", "arranged", "used"))
                },
            )
        )
        for member in members:
            number += 1
            rows.append(_summary_line(number, member))
    return SheetSpec(
        "评价情况表",
        title,
        SUMMARY_COLUMNS,
        rows,
        corner="单位：万元",
        notes=notes,
        attachment="附件",
        paper=A3,
    )


def _subtotal(members: Sequence[SummaryRow], key: str) -> Decimal | None:
    amounts = [getattr(member, key) for member in members]
    known = [amount for amount in amounts if amount is not None]
    return in_wan(sum(known, Decimal(0))) if known else None


def _summary_line(number: int, row: SummaryRow) -> tuple[Value, ...]:
    return (
        number,
        row.dept,
        row.subject,
        row.kind,
        row.year,
        in_wan(row.budget),
        in_wan(row.arranged),
        in_wan(row.used),
        execution_rate(row.used, row.arranged),
        row.points,
        row.grade,
        row.problems,
        row.suggestions,
        row.note,
    )


def problem_matrix_sheet(
    problems: Sequence[str],
    objects: Sequence[tuple[str, str, frozenset[int]]],
    *,
    title: str = "共性问题对照表",
) -> SheetSpec:
    """Objects against confirmed problems: ``objects`` are (department, object, numbers of its problems from 0).

    The last row counts the √ of each column, as the report's sentence prints them.
    """
    columns = [
        ColumnSpec("序号", 5, "number"),
        ColumnSpec("预算部门", 20),
        ColumnSpec("评价对象", 30),
    ]
    columns += [ColumnSpec(problem, 16, "centre") for problem in problems]
    rows: list[Sequence[Value]] = [
        (at, dept, name, *("√" if number in numbers else None for number in range(len(problems))))
        for at, (dept, name, numbers) in enumerate(objects, start=1)
    ]
    counts = [
        sum(number in numbers for _, _, numbers in objects) for number in range(len(problems))
    ]
    rows.append((None, "涉及项目数", None, *counts))
    return SheetSpec("共性问题对照表", title, columns, rows)
