"""Totals and grades of a score sheet: where they stand, what they say, and
which sums nobody named.
"""

from __future__ import annotations

import re

from wenxiao.files.cells.cells import Cell
from wenxiao.files.cells.grids import plain_number, trimmed
from wenxiao.files.cells.seen import Grade, Seen, rewritten
from wenxiao.files.cells.textforms import half_width, squeezed
from wenxiao.files.forms.evaluation_figures import sum_text, without_whole
from wenxiao.files.forms.evaluation_names import opens_block
from wenxiao.files.forms.evaluation_rows import ScoreSheetReading
from wenxiao.files.forms.heads import ticked
from wenxiao.files.forms.score_sheet import ScoreSheet

TOTAL = re.compile(
    r"^(合计|总计|总分|总得分|总评分|评价总分|(合计|综合|评价|最终|最后)得分(合计)?|得分合计|评价得分合计)(\(.*\))?$"
)
GRADE_LABEL = re.compile(r"(评价|评定|绩效|评审|综合|考评)?(等级|等次|档次)[:]?$|^(评价|绩效)级别$")
GRADE_INLINE = re.compile(
    r"(?:等级|等次|档次|级别)\s*(?:为)?\s*[:“\"]?\s*(优秀?|良好?|中等?|较?差)(?![\u4e00-\u9fa5])"
)
GRADES = {
    "优": "优",
    "优秀": "优",
    "良": "良",
    "良好": "良",
    "中": "中",
    "中等": "中",
    "差": "差",
    "较差": "差",
}
SIGNATURE = re.compile(
    r"签名|签字|签章|盖章|^(评价人员|主评人|评分人|填表人|复核人?|日期|评价组长)[:]|年月日$"
)
_WITH_REMARK = re.compile(r"(\d+(?:\.\d+)?)分?\((.{1,4})\)")
_TOTAL_LINE = re.compile(
    r"(?:合计|总计|总分|总得分|(?:综合|评价|最终|最后)?(?:得分|评分)(?:合计)?)[:为](\d+(?:\.\d+)?)分?(?:[,，;；。(]|$)"
)


def takes_bare_sum(reading: ScoreSheetReading, row: int, cells: list[Cell]) -> bool:
    """A row of figures without a word, its weight the sum of all above: a total nobody named.
    It is taken as one.
    """
    figures = [plain_number(cell) for cell in cells]
    weight = reading.head.roles.get("weight")
    if weight is None or any(
        figure is None and cell.formula is None for figure, cell in zip(figures, cells, strict=True)
    ):
        return False
    shown = reading.grid.figure(row, weight)
    due = _weights_due(reading.out)
    if len(reading.out.criteria) < 2 or due is None or (shown.text or None) != due:
        return False
    take_total(reading, row, cells)
    return True


def _weights_due(out: ScoreSheet) -> str | None:
    """The sum of the criteria's weights."""
    return sum_text(item.weight for item in out.criteria)


def says_grade(bare: str, cells: list[Cell]) -> bool:
    """Whether the row gives the grade; 评价结果 does only where a grade stands beside it."""
    if GRADE_LABEL.search(bare):
        return True
    names_result = re.fullmatch(
        r"(?:绩效|综合)?(?:评价|评定|评审|考评)?(?:结果|结论)", bare.rstrip(":")
    )
    return names_result is not None and any(
        half_width(cell.text).strip() in GRADES or GRADE_INLINE.search(squeezed(cell.text[:400]))
        for cell in cells[1:]
    )


def criteria_follow(reading: ScoreSheetReading, row: int) -> bool:
    """Whether marks stand below a total that is the first line of its
    table, or closes a page of it.
    """
    grid, head = reading.grid, reading.head
    names, score = head.level_columns(), head.roles.get("score", -1)
    for below in range(row + 1, reading.last + 1):
        cells = grid.own_cells(below)
        if cells and (opens_block(cells[0].text) or SIGNATURE.search(squeezed(cells[0].text))):
            return False
        cell = grid.cell(below, score)
        named = any(
            grid.text(below, col) and grid.anchor(below, col)[1] == col for col in names[-1:]
        )
        total = any(TOTAL.match(squeezed(one.text)) for one in cells[:2])
        if (
            named
            and not total
            and cell is not None
            and cell.row == below
            and plain_number(cell) is not None
        ):
            return True
    return False


def take_grade(out: ScoreSheet, cells: list[Cell]) -> None:
    """Put the first grade among the cells down, alone in its cell or behind 等级."""
    for cell in cells:
        text = half_width(cell.text).strip().strip('“”"')
        if text in GRADES:
            out.grade = Grade(cell=cell.address, value=text, norm=GRADES[text])
            return
        grade = ticked(text)
        if grade in GRADES:
            out.grade = Grade(cell=cell.address, value=grade, norm=GRADES[grade], stored=cell.text)
            return
        inline = GRADE_INLINE.search(text)
        if inline:
            out.grade = Grade(
                cell=cell.address, value=inline[1], norm=GRADES[inline[1]], stored=cell.text
            )
            return


def _without_remark(total: Seen, out: ScoreSheet) -> Seen:
    """「92.6分（优）」 as the points alone; the grade in the brackets is taken where none stood yet."""
    hit = _WITH_REMARK.fullmatch(squeezed(total.value or ""))
    if hit is None:
        return total
    if out.grade.is_missing and hit[2] in GRADES:
        out.grade = Grade(cell=total.cell, value=hit[2], norm=GRADES[hit[2]], stored=total.value)
    return rewritten(total, trimmed(hit[1]))


def take_total_in_words(out: ScoreSheet, cell: Cell) -> bool:
    """A line such as 「综合得分：92.6分，评价等级：优」 below the table; False when it is none."""
    hit = _TOTAL_LINE.match(squeezed(cell.text[:200]))
    if hit is None or not out.total.is_missing:
        return False
    out.total = Seen(cell=cell.address, value=trimmed(hit[1]), stored=cell.text)
    if out.grade.is_missing:
        take_grade(out, [cell])
    return True


def take_total(reading: ScoreSheetReading, row: int, cells: list[Cell]) -> None:
    """Put the row's total, its weights' total and the experts' down; a grade beside them too."""
    grid, head, out = reading.grid, reading.head, reading.out
    label = next((cell for cell in cells if TOTAL.match(squeezed(cell.text))), cells[0])
    label_at = grid.anchor(row, label.col)
    col = head.roles.get("score")
    usable = (
        col is not None and grid.cell(row, col) is not None and grid.anchor(row, col) != label_at
    )
    if not usable:
        others = [cell for cell in cells if cell is not label]
        numbers = [
            cell for cell in others if plain_number(cell) is not None or cell.formula is not None
        ]
        if len(numbers) == 1 and numbers[0].col == head.roles.get("weight") and col is not None:
            due, shown = _weights_due(out), grid.figure(row, numbers[0].col)
            # the sum of the weights alone is no mark: the mark is missing
            numbers = [] if due is not None and due == shown.text else numbers
            out.total = out.total if numbers else Seen(cell=grid.address(row, col), value=None)
        col = numbers[-1].col if numbers and not head.experts else None
    if out.total.is_missing and col is not None:
        out.total = grid.figure(row, col)
    weight = head.roles.get("weight")
    if (
        out.total_weight.is_missing
        and weight is not None
        and weight != col
        and grid.anchor(row, weight) != label_at
    ):
        out.total_weight = grid.figure(row, weight)
    if not out.total.is_missing:
        out.total = _without_remark(out.total, out)
        out.total = without_whole(out.total, out.total_weight.value or "100")
    if head.experts and out.expert_totals is None:
        out.expert_totals = [grid.figure(row, expert) for expert in head.experts]
    if out.grade.is_missing:
        take_grade(
            out,
            [
                cell
                for cell in cells[1:]
                if GRADE_INLINE.search(squeezed(cell.text[:400])) or cell.text.strip() in GRADES
            ],
        )
