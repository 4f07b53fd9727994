"""The head of a form: title, year, project, department, unit; and where one
form ends and the next begins.
"""

from __future__ import annotations

import re

from wenxiao.files.cells.labels import (
    Grid,
    bare,
    line_of,
    name_of,
    remembered,
    squeezed,
    tidy,
    year_in,
)
from wenxiao.files.cells.seen import Seen, Year, missing
from wenxiao.files.forms.headings import FUND_HEADINGS, INDICATOR_HEADINGS, keyed

PROJECT = {
    "项目名称",
    "专项名称",
    "专项项目名称",
    "政策名称",
    "项目政策名称",
    "政策项目名称",
    "专项资金名称",
    "转移支付名称",
    "转移支付项目名称",
    "项目名称及编码",
    "项目名称及代码",
    "资金名称",
    "项目",
    "预算项目名称",
    "一级项目名称",
    "二级项目名称",
    "支出名称",
}
DEPT = {
    "主管部门",
    "主管单位",
    "主管部门及代码",
    "主管部门名称",
    "项目主管部门",
    "项目主管部门及代码",
    "主管部门及编码",
    "主管部门代码及名称",
    "部门(单位)",
    "预算主管部门",
    "预算部门",
    "省级主管部门",
    "市级主管部门",
    "县级主管部门",
    "区级主管部门",
    "业务主管部门",
    "地方主管部门",
    "部门名称",
    "预算部门名称",
    "部门(单位)名称",
    "主管预算单位",
}
UPPER_DEPT = {"中央主管部门"}
UNIT = {
    "实施单位",
    "项目实施单位",
    "项目实施单位及代码",
    "项目单位及代码",
    "实施单位及编码",
    "资金使用单位",
    "预算单位",
    "项目单位",
    "承担单位",
    "项目承担单位",
    "实施单位及代码",
    "单位名称",
    "填报单位",
    "具体实施单位",
    "使用单位",
    "预算单位名称",
    "项目实施部门",
    "项目具体实施单位",
    "部门单位名称",
    "实施部门",
}
YEAR = {
    "年度",
    "评价年度",
    "自评年度",
    "预算年度",
    "所属年度",
    "监控年度",
    "项目年度",
    "填报年度",
    "年份",
    "会计年度",
}
GRADE = {
    "自评等级",
    "评价等级",
    "绩效等级",
    "等级",
    "自评结论",
    "评价结论",
    "自评结果",
    "评价结果",
    "综合等级",
    "评定等级",
    "绩效自评等级",
    "等次",
    "自评等次",
    "评价等次",
    "绩效评价等级",
}
FILLER = {"填报人", "填表人", "填报人员", "填表人员", "填报人姓名", "填表人姓名"}
PHONE = {"联系电话", "填报人电话", "填表人电话", "联系方式", "电话"}
_LABELS = (
    PROJECT
    | FILLER
    | PHONE
    | DEPT
    | UPPER_DEPT
    | UNIT
    | YEAR
    | GRADE
    | {"单位", "金额单位", "资金单位", "监控期间", "填报日期", "填表日期"}
)
_NEXT_LABEL = re.compile(r"(?<=[\s;；，,])([^\s:：;；，,]{2,14})[:：]")
_CONCLUSIONS = {"自评结论", "评价结论", "自评结果", "评价结果"}
_TITLE = re.compile(r".*(?:自评|自我评价|监控|监测|绩效|评价).*表.*")
_BUDGET_YEAR = re.compile(r"年度|年项目|年部门|年预算")
_PERIOD_YEAR = re.compile(
    r"(?<!\d)20\d\d年\d{1,2}月?(?:\d{1,2}日)?[-~—–－～至到](?:20\d\d年)?\d{1,2}月"
)
_ANY_YEAR = re.compile(r"^(?!.*日期)(?!.*年\d+月)")
_SEAL = re.compile(r"\s*[(（](?:盖章|公章|签章|加盖公章|单位盖章|章)[)）]\s*$")
_TICKS = "☑√✓■✔☒✅"
_MARK = re.compile(r"([☑√✓■✔☒✅□☐◻○])|(优秀?|良好?|合格|中等?|较差|差|不合格)")
_IN_WORDS = re.compile(
    r"(?:等级|等次|档次)[:为)](优秀?|良好?|合格|中等?|较?差|不合格)(?=[)。;,]|$)"
)
_GRADE = re.compile(r"优秀|良好|优|良|合格|中等|中|较差|差|不合格")


def form_spans(grid: Grid) -> list[range]:
    """The rows of each form on a sheet: from its title (or its project's
    row) to the row before the next form's.
    """
    anchors = [row for row in grid.rows if _is_project_row(grid, row)]
    if not anchors:
        return [grid.rows] if grid.sheet.cells else []
    starts = [
        _start(grid, row, anchors[number - 1] if number else grid.sheet.origin - 1)
        for number, row in enumerate(anchors)
    ]
    starts[0] = grid.sheet.origin
    ends = [*(start - 1 for start in starts[1:]), grid.bottom]
    return [range(start, end + 1) for start, end in zip(starts, ends, strict=True)]


def _is_project_row(grid: Grid, row: int) -> bool:
    """A label 项目名称 with its value beside it, not a column of a list or of a money block."""
    cells = list(grid.starts_in_row(row))
    names = [text for _, text in cells if len(text) < 200 and label_of(text) in PROJECT]
    if not names or len(cells) > 6:
        return False
    known = sum(
        1 for _, text in cells if keyed(text, FUND_HEADINGS) or keyed(text, INDICATOR_HEADINGS)
    )
    return known < 2 and not any(bare(text) == "序号" for _, text in cells)


def _start(grid: Grid, row: int, previous: int) -> int:
    """The title row above a project's row, at most eight rows up."""
    start = row
    for above in range(row - 1, max(previous, row - 9), -1):
        texts = [text for _, text in grid.starts_in_row(above)]
        if not texts:
            continue
        if len(texts) > 2:
            break
        if (_TITLE.fullmatch(squeezed(texts[0])) and len(texts[0]) < 60) or (
            year_in(texts[0]) is not None and len(texts[0]) < 40
        ):
            start = above
    return start


_RANK = re.compile(
    r"^(?:本级|(?:省|市|州|县|区|旗|镇|乡)(?:直|本)?级?)(?=预算|主管|业务|部门|实施|项目|单位)"
)


@remembered
def label_of(text: str) -> str:
    """The words of a label also where its value stands in the same cell: 「项目名称：甲」 → 项目名称."""
    return plain_label(re.split(r"[:：]", text, maxsplit=1)[0])


@remembered
def plain_label(text: str) -> str:
    """A label without the rank before it: 「县级预算部门名称」 → 预算部门名称."""
    return _RANK.sub("", bare(text))


def several(text: str) -> list[str]:
    """Labels with their values that share one cell, apart: 「项目名称：甲  主管部门：乙」 → two parts."""
    if len(text) > 200 or len(re.findall(r"[:：]", text)) < 2:
        return [text]
    cuts = [
        0,
        *(label.start() for label in _NEXT_LABEL.finditer(text) if label_of(label[1]) in _LABELS),
    ]
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def field(grid: Grid, labels: set[str], rows: range) -> Seen | None:
    """A labelled field, right of its label or after its colon; None when there's no label."""
    for row in rows:
        for col, text in grid.starts_in_row(row):
            parts = several(text)
            if len(text) > 200 or not any(label_of(part) in labels for part in parts):
                continue
            for part in parts:
                inline = re.split(r"[:：]", part, maxsplit=1)
                if len(inline) == 2 and tidy(inline[1]) and plain_label(inline[0]) in labels:
                    return Seen(value=_unsealed(tidy(inline[1])), cell=grid.address(row, col))
            if plain_label(text) in labels and (place := grid.right_of(row, col)) is not None:
                return _beside(grid, place, labels)
    return None


def person_field(grid: Grid, labels: set[str], rows: range) -> Seen | None:
    """Who filled the form in, or the phone: as :func:`field`, but a place
    left empty or to sign on is none.
    """
    written = field(grid, labels, rows)
    if written is None or written.value is None:
        return None
    blank = not re.sub(r"[\s_＿—\-/]", "", written.value)
    return None if blank or label_of(written.value) in _LABELS else written


def said_in(text: str, labels: set[str]) -> str | None:
    """What a line above a table says behind one of these labels: 「填报单位：某局　单位：万元」 → 某局."""
    if len(text) > 120:
        return None
    for part in re.split(r"[\s;；]{2,}|\u3000+|(?<=[)）])\s", text.strip()):
        label, colon, words = part.partition("：" if "：" in part else ":")
        if colon and words.strip() and label_of(label) in labels:
            return _unsealed(line_of(words))
    return None


def _unsealed(words: str) -> str:
    """A name without the place for the seal behind it: 「市教育局（盖章）」 → 市教育局."""
    return tidy(_SEAL.sub("", words)) or words


def _filled(grid: Grid, place: tuple[int, int]) -> tuple[int, int]:
    """The first filled cell to the right: a form saved without its merges
    leaves gaps behind its labels.
    """
    row, first = place
    return next(
        ((row, col) for col in grid.cols if col >= first and _stands_here(grid, row, col)), place
    )


def _stands_here(grid: Grid, row: int, col: int) -> bool:
    """Whether the cell is filled, or belongs to a range that is the field's own empty one."""
    span = grid.span(row, col)
    return bool(grid.text(row, col)) or span.right > span.left


def _beside(grid: Grid, place: tuple[int, int], labels: set[str]) -> Seen:
    """The value right of a label; a neighbour that is itself a label means an empty field."""
    filled = _filled(grid, place)
    words = grid.text(*filled)
    is_label = label_of(words) in (PROJECT | DEPT | UNIT | YEAR) - labels and not re.search(
        r"\d", words
    )
    if not words or is_label:
        return Seen(value=None, cell=grid.address(*place))
    return Seen(value=_unsealed(line_of(words)), cell=grid.address(*filled))


def title(grid: Grid, rows: range) -> Seen:
    """The form's title with its cell; value None where the sheet carries none."""
    for row in rows:
        for col, text in grid.starts_in_row(row):
            if _TITLE.fullmatch(squeezed(text)) and len(text) < 80:
                return Seen(value=name_of(text), cell=grid.address(row, col))
    return missing()


def title_words(text: str) -> str | None:
    """A paragraph above a Word table, if it is the title of a form."""
    return name_of(text) if len(text) < 80 and _TITLE.fullmatch(squeezed(text)) else None


def year(grid: Grid, rows: range) -> Year:
    """The budget year as a number, with the words it was read from; value
    None where none is named.
    """
    labelled = field(grid, YEAR, rows)
    if labelled is not None and labelled.value and (own_year := year_in(labelled.value + "年")):
        return Year(value=own_year, raw=labelled.value, cell=labelled.cell)
    for words in (_BUDGET_YEAR, _ANY_YEAR, _PERIOD_YEAR):
        for row in rows:
            for col, text in grid.starts_in_row(row):
                if (
                    len(text) < 80
                    and words.search(squeezed(text))
                    and not _is_answer(grid, row, col)
                ):
                    own_year = year_in(text)
                    if own_year is not None:
                        return Year(value=own_year, raw=text, cell=grid.address(row, col))
    return Year(value=None, cell=None)


def _is_answer(grid: Grid, row: int, col: int) -> bool:
    """Whether the cell is the value of a label to its left: a project
    called 「2021年补助」 is not the form's year.
    """
    left = grid.span(row, col).left - 1
    return left >= grid.sheet.origin and bare(grid.text(row, left)) in PROJECT | DEPT | UNIT


def grade(grid: Grid, rows: range) -> Seen | None:
    """The grade with its cell, a tick among 优□ 良☑ understood; None when the
    form has no such row.
    """
    for row in rows:
        for col, text in grid.starts_in_row(row):
            label = label_of(text)
            if label not in GRADE or len(text) > 60:
                continue
            inline = re.split(r"[:：]", text, maxsplit=1)
            if len(inline) == 2 and _GRADE.search(inline[1]):
                return Seen(value=grade_in(inline[1]), cell=grid.address(row, col))
            place = grid.right_of(row, col)
            place = _filled(grid, place) if place is not None else None
            ticked = grade_in(grid.text(*place)) if place is not None else None
            if place is None or (
                label in _CONCLUSIONS and not _GRADE.fullmatch(squeezed(ticked or ""))
            ):
                continue  # 自评结论 is as often a paragraph as a grade
            return Seen(value=ticked, cell=grid.address(*place))
    return _grade_in_words(grid, rows)


def _grade_in_words(grid: Grid, rows: range) -> Seen | None:
    """A grade behind the points in one cell: 「98（自评等级：优）」; a list of all grades is none."""
    for row in rows:
        for col, text in grid.starts_in_row(row):
            hit = _IN_WORDS.search(squeezed(text)) if len(text) < 60 else None
            if hit:
                return Seen(value=hit[1], cell=grid.address(row, col), stored=text)
    return None


def grade_in(text: str) -> str | None:
    """The grade word in a cell: the ticked one, else the cell as it stands."""
    return ticked(text) or tidy(text) or None


def ticked(text: str) -> str | None:
    """The grade whose box is ticked: 优□ 良☑, or □优 ☑良 where the boxes stand
    before the words; None without a tick.
    """
    marks = _MARK.findall(squeezed(text))
    ticks = [at for at, (box, _) in enumerate(marks) if box in _TICKS and box]
    if len(ticks) != 1:
        return None
    at = ticks[0]
    before = bool(marks[0][0])
    near = [at + 1, at - 1] if before else [at - 1, at + 1]
    return next((marks[one][1] for one in near if 0 <= one < len(marks) and marks[one][1]), None)
