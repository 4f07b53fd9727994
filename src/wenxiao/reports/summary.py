"""The attachment 财政重点绩效评价情况表 with its companion 共性问题对照表, from the facts of the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wenxiao.files.out.spreadsheets import GroupRow, SheetSpec, Value
from wenxiao.files.out.summary_table import (
    SummaryRow,
    columns_of,
    problem_matrix_sheet,
    summary_sheet,
)
from wenxiao.reports import wording
from wenxiao.reports.annual import ReportChoices, printed_lines
from wenxiao.reports.printing import WATERMARK
from wenxiao.rulebook.table_layouts import TableLayout, table_layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from wenxiao.followup.selectors import ProblemLine, Reported
    from wenxiao.reports.facts import Facts

KINDS = {
    "department_overall": "部门整体",
    "project": "项目支出",
    "policy": "政策",
    "transfer": "转移支付",
    "special_bond": "专项债券",
    "ppp": "PPP",
    "purchase_of_services": "购买服务",
    "procurement": "政府采购",
    "investment_fund": "政府投资基金",
}


def sheets(
    facts: Facts, choices: ReportChoices | None = None, *, internal: bool = True
) -> list[SheetSpec]:
    """Both sheets. ``internal`` adds agency, notice, rectification deadline and disclosure; a
    public version of the facts has already lost its restricted rows, so the numbers close up.
    """
    lines = printed_lines(facts, choices or ReportChoices())
    first = summary_sheet(_groups(facts), title=f"{facts.work_year}年财政重点绩效评价情况表")
    if internal and facts.version == "internal":
        first = _with_internal(first, facts.evaluated)
    specs = [first]
    if lines and facts.projects:
        objects = [
            (row.department, wording.project_name(row), _problems(facts, row, lines))
            for row in facts.projects
        ]
        specs.append(problem_matrix_sheet([line.text for line in lines], objects))
    return [replace(sheet, watermark=WATERMARK if facts.place.demo else None) for sheet in specs]


def _problems(facts: Facts, row: Reported, lines: Sequence[ProblemLine]) -> frozenset[int]:
    return frozenset(at for at, line in enumerate(lines) if row.dossier in facts.concerned[line.id])


def _groups(facts: Facts) -> list[tuple[str, list[SummaryRow]]]:
    groups = [("部门整体支出", facts.overall), ("项目支出", facts.projects)]
    filled = [(name, rows) for name, rows in groups if rows]
    return [
        (f"{numeral}、{name}", [_row(row) for row in rows])
        for numeral, (name, rows) in zip("一二", filled, strict=False)
    ]


def _row(row: Reported) -> SummaryRow:
    return SummaryRow(
        dept=row.unit if row.overall else row.department,
        subject=f"{row.unit}部门整体支出" if row.overall else wording.project_name(row),
        kind=KINDS.get(row.kind, row.kind),
        year=row.fiscal_year,
        budget=row.opening,
        arranged=row.arranged,
        used=row.used,
        points=row.points,
        grade=row.grade or None,
        problems=_listed([finding.text for finding in row.findings]),
        suggestions=_listed(row.suggestions),
        note=_made_up(row),
    )


def _made_up(row: Reported) -> str:
    """What a demonstration made up, said in the row itself."""
    if row.synthetic:
        return "合成"
    parts = ["预算安排"] * row.opening_synthetic + ["审查数"] * row.result_synthetic
    return f"{'、'.join(parts)}为合成数" if parts else ""


def _listed(texts: Sequence[str]) -> str:
    return wording.numbered(texts) if texts else ""


def _with_internal(sheet: SheetSpec, evaluated: Sequence[Reported]) -> SheetSpec:
    """What only the bureau's own version shows, beside the rows."""
    waiting, layout = iter(evaluated), table_layout("evaluations")
    rows: list[Sequence[Value] | GroupRow] = [
        row if isinstance(row, GroupRow) else (*row, *_internal(layout, next(waiting)))
        for row in sheet.rows
    ]
    return replace(sheet, columns=(*sheet.columns, *columns_of(layout.internal)), rows=rows)


def _internal(layout: TableLayout, row: Reported) -> tuple[Value, ...]:
    last = row.notices[-1] if row.notices else None
    deadlines = [finding.deadline for finding in row.findings if finding.deadline]
    values = {
        "agency": row.agency or None,
        "letter": (last.number or None) if last else None,
        "letter_on": _day(last.issued_on if last else None),
        "received_on": _day(last.received_on if last else None),
        "deadline": _day(max(deadlines, default=None)),
        "disclosure": row.disclosure,
    }
    return tuple(values[column.field] for column in layout.internal)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
