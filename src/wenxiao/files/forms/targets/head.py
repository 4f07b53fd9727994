"""The head of a target form: title, year, names and codes, duration,
responsible person, goals, plan, seats.
"""

from __future__ import annotations

import re

from wenxiao.files.cells.labels import Grid, bare, line_of, name_of, squeezed, tidy, year_in
from wenxiao.files.forms import heads
from wenxiao.files.forms.targets.form import FormStep, ReadText, Scope, Seat, TargetYear

_TITLE = re.compile(r".*目标.*表.*|.*绩效目标.*")
_PROJECT = heads.PROJECT | {"专项转移支付名称", "项目名称或专项名称", "资金项目名称"}
_DEPT = heads.DEPT | {"主管部门及编码", "部门单位名称", "预算部门单位", "部门"}
_UNIT = heads.UNIT | {"编制单位", "申报单位", "部门单位", "单位", "项目申报单位", "项目执行单位"}
_CODE = {"项目编码", "项目代码", "项目编号", "预算项目编码"}
_RESPONSIBLE = {"项目负责人", "项目负责人及电话", "项目负责人及联系电话", "负责人", "项目联系人"}
_TEXT = {
    "项目概况",
    "项目内容",
    "主要内容",
    "项目主要内容",
    "项目简介",
    "项目基本情况及主要内容",
    "部门职能概述",
    "部门职能",
}
_TIME = re.compile(
    r"项目(?:起止|计划实施|实施)?(?:时间|期限|周期|期)|起止(?:时间|年月|日期)|实施(?:时间|期限|周期|期)|开始(?:时间|日期)|完成(?:时间|日期)"
)
_YEAR_GOAL = re.compile(
    r"(?:年度|当年|本年度?)(?:总体)?(?:绩效)?目标|总体目标|预期目标|年度总体目标|绩效目标|项目绩效目标|年度绩效总?目标|预期总?目标|项目年度目标|整体绩效目标"
)
_LONG_GOAL = re.compile(
    r"(?:项目)?(?:长期|中长期|中期|实施期|总体规划|三年|五年)(?:总体)?(?:绩效)?目标|总目标"
)
_CODED = re.compile(
    r"^(?:[\[【(（]\s*([0-9A-Za-z]{3,30})\s*[\]】)）]|([0-9A-Z]{6,30})\s*[-—_ ])\s*(.+)$"
)
_CODE_TEXT = re.compile(r"(?<![0-9A-Z])\d{8}[A-Z]\d{12}(?![0-9A-Z])|(?<!\d)\d{21}(?!\d)")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*[年./-]\s*(\d{1,2})?\s*[月./-]?\s*(\d{1,2}(?!\d))?\s*日?")
_SEVERAL_YEARS = re.compile(r"20\d\d年?(?:度)?[-—–~～至到]+20\d\d")
"""A term (2024-2026年) is not the year of the budget: which one it is, a person says."""
_LONGEST_LABEL = 40
_LONGEST_TITLE = 60


def title(grid: Grid, before: range, outside: list[str]) -> ReadText:
    """The form's title: a cell above the table, else a paragraph above a Word table."""
    for row in before:
        for col, text in grid.starts_in_row(row):
            if len(text) < _LONGEST_TITLE and _TITLE.fullmatch(squeezed(text)) and "：" not in text:
                wide = grid.span(row, col).right > col or len(list(grid.starts_in_row(row))) == 1
                if wide:
                    return ReadText(name_of(text), grid.address(row, col))
    named = next(
        (
            text
            for text in outside
            if _TITLE.fullmatch(squeezed(text)) and len(text) < _LONGEST_TITLE
        ),
        None,
    )
    return ReadText(name_of(named) if named else None, None)


def year(grid: Grid, before: range, outside: list[str]) -> TargetYear:
    """The budget year: as the sheet says it, else as the paragraphs above a Word table do."""
    seen = heads.year(grid, before)
    if isinstance(seen.value, int) and not _SEVERAL_YEARS.search(squeezed(seen.raw or "")):
        return TargetYear(seen.value, seen.raw, seen.cell)
    for text in outside:
        own = year_in(text)
        if own is not None and len(text) < _LONGEST_TITLE:
            return TargetYear(own, text, None)
    return TargetYear()


def scope_of(words: str) -> Scope:
    """Whose target it is, by the words of its title."""
    if "转移支付" in words or "区域" in words:
        return "transfer"
    return "department" if "整体" in words or "部门（单位）绩效" in words else "project"


def named(grid: Grid, before: range, what: str) -> tuple[ReadText, str | None]:
    """(name, code) of 项目, 主管部门 or 单位: 「[361]市卫健委」 gives both."""
    labels = {"project": _PROJECT, "dept": _DEPT, "unit": _UNIT}[what]
    seen = _labelled(grid, before, labels)
    if seen is None and what == "dept":
        seen = _labelled(grid, before, heads.UPPER_DEPT)
    if seen is None or seen.value is None:
        return seen or ReadText(), None
    coded = _CODED.match(seen.value)
    if coded is None:
        return seen, None
    return ReadText(tidy(coded.group(3)), seen.cell), coded.group(1) or coded.group(2)


def names_the_unit(grid: Grid, before: range, cell: str | None) -> bool:
    """Whether the label in the row of this value says 部门（单位）: then the name is the unit's too."""
    for row in before:
        texts = [(grid.address(row, col), squeezed(text)) for col, text in grid.starts_in_row(row)]
        if any(address == cell for address, _ in texts):
            return any(re.fullmatch(r"(?:预算)?部门\(单位\)(?:名称)?:?", text) for _, text in texts)
    return False


def _labelled(grid: Grid, before: range, labels: set[str]) -> ReadText | None:
    seen = heads.field(grid, labels, before)
    return None if seen is None else ReadText(seen.value, seen.cell)


def project_code(grid: Grid, before: range, beside_name: str | None) -> str | None:
    """The 21-digit code of the project, from its field or glued to the
    name; None where the form has none.
    """
    seen = _labelled(grid, before, _CODE)
    for words in (beside_name or "", (seen.value or "") if seen is not None else ""):
        code = _CODE_TEXT.search(squeezed(words))
        if code:
            return code.group()
    return (seen.value if seen is not None else None) or beside_name


def duration(grid: Grid, before: range) -> tuple[str | None, str | None]:
    """(start, end) as ISO text as far as the form gives them: 2023-01,
    2022-12-31; None where it gives none.
    """
    for row in before:
        for col, text in grid.starts_in_row(row):
            if len(text) > _LONGEST_LABEL or not _TIME.fullmatch(bare(text)):
                continue
            beside = _beside(grid, row, col)
            days = dates_in(grid.text(*beside)) if beside is not None else []
            if len(days) > 1:
                return days[0], days[-1]
    return None, None


def dates_in(text: str) -> list[str]:
    """Every date of a text as ISO as far as it goes; a month without a year
    takes the one before it.
    """
    days: list[str] = []
    for hit in _MONTH.finditer(squeezed(text)):
        parts = [part for part in hit.groups() if part]
        days.append("-".join([parts[0], *(part.zfill(2) for part in parts[1:])]))
    if len(days) == 1:
        alone = re.search(r"[至到—~～-](\d{1,2})月(?:(\d{1,2})日)?", squeezed(text))
        if alone:
            tail = [alone.group(1).zfill(2), *([alone.group(2).zfill(2)] if alone.group(2) else [])]
            days.append("-".join([days[0][:4], *tail]))
    return days


def responsible(grid: Grid, before: range) -> str | None:
    """The person answering for the project, without the phone number that often follows."""
    seen = _labelled(grid, before, _RESPONSIBLE)
    if seen is None or seen.value is None:
        return None
    return tidy(re.sub(r"[\s，,、]*[\d\-—+()（） ]{6,}$", "", seen.value)) or None


def content(grid: Grid, before: range) -> str | None:
    """项目概况 or 主要内容."""
    for row in before:
        for col, text in grid.starts_in_row(row):
            if len(text) < _LONGEST_LABEL and bare(text) in _TEXT:
                beside = _beside(grid, row, col)
                words = grid.text(*beside) if beside is not None else ""
                if words and not _is_heading_row(grid, row):
                    return words
    return None


def _beside(grid: Grid, row: int, col: int) -> tuple[int, int] | None:
    """The first filled cell right of a label: a form saved without its
    merges leaves gaps behind it.
    """
    first = grid.span(row, col).right + 1
    return next(((row, at) for at in grid.cols if at >= first and grid.text(row, at)), None)


def _is_heading_row(grid: Grid, row: int) -> bool:
    """主要内容 may be a column of the tasks: then all its neighbours are headings too."""
    texts = [text for _, text in grid.starts_in_row(row)]
    return any(bare(text) in {"任务名称", "主要任务", "任务"} for text in texts)


def goals(grid: Grid, before: range) -> tuple[str | None, str | None]:
    """(long-term goal, the year's goal), beside or below their labels."""
    long = year_goal = None
    for row in before:
        cells = [(col, text) for col, text in grid.starts_in_row(row) if len(text) < _LONGEST_LABEL]
        labels = [(col, bare(text)) for col, text in cells]
        both = [
            (col, word)
            for col, word in labels
            if _LONG_GOAL.fullmatch(word) or _YEAR_GOAL.fullmatch(word)
        ]
        for col, word in reversed(both):
            is_long = bool(_LONG_GOAL.fullmatch(word))
            if (long if is_long else year_goal) is not None:
                continue
            words = _goal_text(grid, row, col, several=len(both) > 1)
            if words and is_long:
                long = words
            elif words:
                year_goal = words
    return long, year_goal


def _goal_text(grid: Grid, row: int, col: int, *, several: bool) -> str | None:
    """The goal under its label where two labels stand beside each other, else right of it."""
    places = [grid.below(row, col)] if several else []
    beside = _beside(grid, row, col)
    places += [beside] if beside is not None else []
    for place in places:
        words = grid.text(*place)
        own = bare(words)
        if (
            words
            and not (_LONG_GOAL.fullmatch(own) or _YEAR_GOAL.fullmatch(own))
            and own != "一级指标"
        ):
            return words
    return None


def plan(grid: Grid, before: range) -> list[FormStep]:
    """实施进度计划: steps under 实施内容 · 开始时间 · 完成时间; empty template rows make none."""
    for row in before:
        heads_here = {bare(text): col for col, text in grid.starts_in_row(row)}
        start = next(
            (
                col
                for word, col in heads_here.items()
                if re.fullmatch(r"(?:计划)?开始(?:时间|日期)", word)
            ),
            None,
        )
        end = next(
            (
                col
                for word, col in heads_here.items()
                if re.fullmatch(r"(?:计划)?(?:完成|结束)(?:时间|日期)", word)
            ),
            None,
        )
        step = next(
            (
                col
                for word, col in heads_here.items()
                if "内容" in word or "步骤" in word or "阶段" in word
            ),
            None,
        )
        if start is None or end is None or step is None:
            continue
        side = next((col for col in grid.cols if col < step and grid.text(row, col)), None)
        last = grid.span(row, side).bottom if side is not None else before.stop - 1
        return [
            step_read
            for below in range(row + 1, min(last, before.stop - 1) + 1)
            if (step_read := _step(grid, below, (step, start, end))) is not None
        ]
    return []


def _step(grid: Grid, row: int, places: tuple[int, int, int]) -> FormStep | None:
    words, start, end = (line_of(grid.text(row, col)) for col in places)
    name = re.sub(r"^\d{1,2}\s*[、.．]\s*", "", words)
    if not name or re.fullmatch(r"[…\.·]+", squeezed(name)):
        return None
    first, last = (next(iter(dates_in(text)), None) for text in (start, end))
    return FormStep(name, first or start or None, last or end or None)


def seats(grid: Grid, after: range) -> list[Seat]:
    """审核意见 of each seat with who signed and when; a seat without a word is left out."""
    seats_read = []
    for row in after:
        for col, text in grid.starts_in_row(row):
            label = bare(text)
            if not re.fullmatch(r".{0,14}意见", label) or len(text) > _LONGEST_LABEL:
                continue
            beside = _beside(grid, row, col)
            words = grid.text(*beside) if beside is not None else ""
            opinion = tidy(re.split(r"(?:负责人|签字|签章|经办人|审核人|盖章)", words)[0]) or None
            person = re.search(
                r"(?:负责人|签字|经办人|审核人)[（(]?[^:：]{0,6}[)）]?[:：]\s*([^\s，,。年日期]{2,8})",
                words,
            )
            days = dates_in(words)
            if opinion or person:
                seats_read.append(
                    Seat(
                        label,
                        opinion,
                        person.group(1) if person else None,
                        days[-1] if days else None,
                    )
                )
    return seats_read
