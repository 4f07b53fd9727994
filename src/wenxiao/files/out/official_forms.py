"""The official forms, filled or blank, in the layout units know:
self-evaluation, monitoring, evaluation score sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from wenxiao.files.out.form_grid import FormGrid, Value
from wenxiao.files.out.form_lines import IndicatorLine, PrintedFund, ProjectForm
from wenxiao.files.out.pack_form import pack_form
from wenxiao.rulebook.form_packs import NATIONAL, FormPack, monitoring_pack, packs
from wenxiao.rulebook.numbers import as_wan
from wenxiao.rulebook.table_layouts import TableColumn, TableLayout, table_layout

__all__ = [
    "CriterionLine",
    "IndicatorLine",
    "PrintedFund",
    "PrintedScoreSheet",
    "ProjectForm",
    "monitoring_form",
    "score_sheet_form",
    "self_evaluation_form",
]


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a score sheet; ``experts`` in the order of the sheet's names, ``more`` are
    further columns by their field.
    """

    level1: str
    level2: str
    level3: str
    weight: Decimal | None = None
    score: Decimal | None = None
    reason: str = ""
    explanation: str = ""
    standard: str = ""
    experts: Sequence[Decimal | None] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> Value:
        """What a column prints of this row."""
        value: Value = getattr(self, name, self.more.get(name, ""))
        return value


@dataclass(frozen=True, slots=True)
class PrintedScoreSheet:
    """An evaluation's score sheet; money in 元; blank where nothing is given."""

    subject_name: str = ""
    dept: str = ""
    year: int | None = None
    agency: str = ""
    arranged: Decimal | None = None
    used: Decimal | None = None
    criteria: Sequence[CriterionLine] = ()
    experts: Sequence[str] = ()
    total: Decimal | None = None
    grade: str = ""
    problems: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    title: str = "财政评价评分表"
    confirmed_note: str = ""
    watermark: str | None = None
    subject_label: str = "项目名称"
    subtotals: bool = field(default=True)


def self_evaluation_form(data: ProjectForm, pack: FormPack | None = None) -> FormGrid:
    """A self-evaluation form in the layout of a pack; the national one of
    nine columns without one.
    """
    return pack_form(pack or packs()[NATIONAL], data)


def monitoring_form(data: ProjectForm) -> FormGrid:
    """项目支出绩效目标执行监控表 in the national layout of fifteen columns."""
    return pack_form(monitoring_pack(), data)


def score_sheet_form(data: PrintedScoreSheet) -> FormGrid:
    """财政评价评分表 (or a department's): head, criteria with subtotals, total, grade, problems,
    suggestions, signatures.
    """
    layout = table_layout("score_sheet")
    columns = _score_columns(layout, data)
    widths = tuple(column.width for column in columns)
    form = FormGrid(layout.sheet, data.title, widths, landscape=True, watermark=data.watermark)
    values: dict[str, Value] = {
        "subject_name": data.subject_name,
        "dept": data.dept,
        "year_text": f"{data.year}年" if data.year else "",
        "agency": data.agency,
        "arranged_wan": as_wan(data.arranged),
        "used_wan": as_wan(data.used),
    }
    for row, (left, right) in enumerate(layout.head):
        label = data.subject_label if left.field == "subject_name" else left.label
        value, other = values[left.field], values[right.field]
        form.put(row, 0, label, cols=2, strong=True)
        form.put(row, 2, value if value != "" else None, cols=2)
        form.put(row, 4, right.label, strong=True)
        form.put(row, 5, other if other != "" else None, cols=len(columns) - 5)
    top = len(layout.head)
    for col, column in enumerate(columns):
        form.put(top, col, column.label, strong=True)
    row = _criteria(form, top + 1, data, columns, layout.subtotal)
    at_points = next(at for at, column in enumerate(columns) if column.field == "score")
    _score_end(form, row, data, layout, at_points)
    form.below += [data.confirmed_note] if data.confirmed_note else []
    form.below += layout.below
    return form


def _score_columns(layout: TableLayout, data: PrintedScoreSheet) -> list[TableColumn]:
    """The columns of the layout, one an expert before the points, which are a mean then."""
    at = next(at for at, column in enumerate(layout.columns) if column.field == "score")
    experts = [layout.each_named(name) for name in data.experts]
    points = replace(layout.columns[at], label=layout.mean) if experts else layout.columns[at]
    return [*layout.columns[:at], *experts, points, *layout.columns[at + 1 :]]


def _criteria(
    form: FormGrid, row: int, data: PrintedScoreSheet, columns: Sequence[TableColumn], subtotal: str
) -> int:
    start = row
    for at, line in enumerate(data.criteria):
        marks = iter(line.experts)
        for col, column in enumerate(columns):
            value = next(marks, None) if column.field == "expert" else line.of(column.field)
            form.put(row, col, value if value != "" else None, left=column.left)
        row += 1
        closing = at + 1 == len(data.criteria) or data.criteria[at + 1].level1 != line.level1
        if closing:
            form.merge_repeats(0, start, row - 1)
            form.merge_repeats(1, start, row - 1, within=0)
            if data.subtotals:
                _subtotal(form, row, line.level1, data, subtotal)
                row += 1
            start = row
    return row


def _summed(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _subtotal(form: FormGrid, row: int, level1: str, data: PrintedScoreSheet, label: str) -> None:
    lines = [line for line in data.criteria if line.level1 == level1]
    form.put(row, 0, label.format(level=level1), cols=5, strong=True)
    form.put(row, 5, _summed([line.weight for line in lines]))
    form.put(row, 6 + len(data.experts), _summed([line.score for line in lines]))


def _score_end(
    form: FormGrid, row: int, data: PrintedScoreSheet, layout: TableLayout, points: int
) -> None:
    """``points`` is the column of the points."""
    last = len(form.widths) - 1
    total, grade, problems, suggestions = layout.closing
    form.put(row, 0, total, cols=5, strong=True)
    form.put(row, 5, _summed([line.weight for line in data.criteria]))
    for at in range(len(data.experts)):
        form.put(row, 6 + at, _summed([line.experts[at] for line in data.criteria]))
    form.put(row, points, data.total)
    form.put(row + 1, 0, grade, cols=5, strong=True)
    form.put(row + 1, 5, data.grade or None, cols=last - 4)
    for at, (label, items) in enumerate(
        ((problems, data.problems), (suggestions, data.suggestions)), start=row + 2
    ):
        form.put(at, 0, label, strong=True)
        text = "\n".join(f"{number}.{item}" for number, item in enumerate(items, start=1))
        form.put(at, 1, text or None, cols=last, left=True)
        form.tall[at] = 50
