"""The upper level's own forms filled from rows: its assessment form with proofs, its statistics."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.desk.packages.sources import table
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.files.out.spreadsheets import ColumnSpec, Value, workbook_bytes
from wenxiao.followup.selectors import packaged
from wenxiao.followup.selectors.coverage import of_cells
from wenxiao.rulebook.numbers import wan
from wenxiao.rulebook.upper_forms import COUNT, DUE, UpperFigure, UpperForms, upper_forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.desk.packages.building import PackedItem
    from wenxiao.followup.selectors.coverage import CoverageCell
    from wenxiao.orgs.models import Division

FORM, STATISTICS = "考核评分表", "上报统计表"
NO_PROOF = "没有列出证明材料"


def upper_files(
    division: Division, year: int, items: Sequence[PackedItem]
) -> list[tuple[str, bytes]]:
    """The forms the division listed, each as .xlsx and .docx; none where it listed none."""
    forms = upper_forms(division.own_rules, year)
    files: list[tuple[str, bytes]] = []
    if forms.columns and forms.items:
        heads = [name for name, _ in forms.columns]
        rows = [_row(forms, at, items) for at in range(len(forms.items))]
        files += _both(division, FORM, heads, rows, forms.basis)
    if forms.figures:
        heads = ["栏目", f"{year - 1}预算年度", f"{year}预算年度"]
        years = [packaged.coverage_told(division, one) for one in (year - 1, year)]
        lines = [[one.name, *(figure_of(cells, one) for cells in years)] for one in forms.figures]
        note = f"{forms.basis}。没有对象的年度空着，不含限制知悉的对象"
        files += _both(division, STATISTICS, heads, lines, note)
    return files


def _row(forms: UpperForms, at: int, items: Sequence[PackedItem]) -> list[str]:
    item = forms.items[at]
    proofs: list[str] = []
    for number, one in enumerate(items, 1):
        if one.item.name != item.name:
            continue
        proofs += [f"{number:02d} {name}" for name, _ in one.outcome.files]
        proofs += [f"缺：{one.outcome.missing}"] if one.outcome.missing else []
    cells = {
        "序号": str(at + 1),
        "考核内容": item.name,
        "分值": item.points,
        "评分标准": item.standard,
        "证明材料": "\n".join(proofs) or NO_PROOF,
        "空白": "",
    }
    return [cells[source] for _, source in forms.columns]


def figure_of(cells: Sequence[CoverageCell], figure: UpperFigure) -> str:
    """One figure as it is printed; empty where no object of the year is due."""
    chosen = [
        cell
        for cell in cells
        if cell.stage_word == figure.stage and figure.of in {"", cell.kind_word, cell.fund_word}
    ]
    due, done = of_cells(chosen)
    count = due if figure.side == DUE else done
    if not due.objects:
        return ""
    if figure.unit == COUNT:
        return str(count.objects)
    return wan(count.yuan if count.yuan is not None else Decimal(0)) if count.objects else "0"


def _both(
    division: Division, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str
) -> list[tuple[str, bytes]]:
    width = max(8.0, 120 / len(heads))
    columns = [ColumnSpec(head, width) for head in heads]
    lines: list[Sequence[Value]] = [tuple(row) for row in rows]
    mark = "演示数据" if division.demo else None
    paper = OfficialDocument(watermark=mark, landscape=True)
    paper.document.core_properties.title = title
    paper.add_title(title)
    paper.add_table(list(heads), rows, [100 / len(heads)] * len(heads), size=10.5)
    paper.add_paragraph(f"清单依据：{note}")
    sheet = table(division, title, columns, lines, f"清单依据：{note}")
    return [(f"{title}.xlsx", workbook_bytes([sheet])), (f"{title}.docx", paper.save())]
