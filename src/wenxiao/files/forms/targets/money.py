"""Money asked for in a target form: in rows, under columns of years, side
by side in one row, or in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from wenxiao.files.cells.labels import (
    UNIT_FACTORS,
    Grid,
    bare,
    money_unit_in,
    name_of,
    number_in,
    squeezed,
    yuan_text,
)
from wenxiao.files.cells.numberformats import plain
from wenxiao.files.forms.targets.form import Asked, RequestedFund, Task

_SIDE = re.compile(
    r"(?:项目|年度|申请|专项|预算|本年|当年|全年|整体|实施期|中期)*(?:资金|预算|金额|经费)(?:申请|情况|来源|总额|及构成|总额及构成|构成|安排|需求|投入|预算|金额|额度|总量)*"
)
_FUND = re.compile(
    r".*(?:合计|总额|拨款|补助|资金|收入|结转|结余|基金|经费|贷款|年度金额|金额|预算|支出|其[他它]).*"
)
_LAST_YEAR = re.compile(r"上年|上一年|去年|以前年度")
_THIS_YEAR = re.compile(r"本年|当年|申请|申报|预算|年度|金额")
_NOT_FUND = re.compile(r"目标|指标|概况|依据|可行|必要|负责人|电话|编码|执行率|分值|测算")
_SENTENCE = re.compile(r"(\d+(?:[,，]\d{3})*(?:\.\d+)?)\s*(亿元|万元|千元|元)")
_LABEL_BEFORE = re.compile(r"([一-鿿（）()“”、]{2,24})[:：]?\s*$")
_OWN_UNIT = re.compile(r"(亿元|万元|千元|元)$")
_TASK = {"任务名称", "主要任务", "任务", "工作任务", "重点工作任务", "名称"}
_CONTENT = {"主要内容", "任务内容", "工作内容", "内容", "主要工作内容"}
_SUM = re.compile(r"(?:金额|资金)?(?:合计|总计)")
_LONGEST = 60


def unit_of(grid: Grid, rows: range, default: str | None) -> str | None:
    """The unit of money the form names: its money block's side label wins
    over the corner of the sheet.
    """
    corner = None
    for row in rows:
        for _, text in grid.starts_in_row(row):
            unit = money_unit_in(text) if len(text) < _LONGEST and number_in(text) is None else None
            if unit is None:
                continue
            if _SIDE.fullmatch(bare(text)):
                return unit
            corner = corner or unit
    return corner or default


def funds(grid: Grid, rows: range, unit: str | None) -> list[RequestedFund]:
    """The lines of the money block in order; empty where the form has none."""
    for row in rows:
        for col, text in grid.starts_in_row(row):
            if len(text) > _LONGEST or not _SIDE.fullmatch(bare(text)) or _ends_with_colon(text):
                continue
            last = max(grid.span(row, col).bottom, _unmerged_end(grid, rows, row, col))
            own = money_unit_in(text) or unit
            lines = list(
                _block(
                    grid,
                    range(row, min(last, rows.stop - 1) + 1),
                    grid.span(row, col).right + 1,
                    own,
                )
            )
            if lines:
                return lines
    return []


def _ends_with_colon(text: str) -> bool:
    return squeezed(text).endswith(":")


def _unmerged_end(grid: Grid, rows: range, row: int, col: int) -> int:
    """Where the block of a side label saved without its merge ends: before
    the next filled cell below it.
    """
    last = row
    for below in range(row + 1, rows.stop):
        if grid.text(below, col) or not list(grid.starts_in_row(below)):
            break
        last = below
    return last


def _block(grid: Grid, rows: range, first: int, unit: str | None) -> Iterator[RequestedFund]:
    column = _year_column(grid, rows.start, first)
    whole = _alone(grid, rows, first, unit)
    if whole is not None:
        yield whole
        return
    for row in rows[1:] if column is not None else rows:
        cells = [(col, text) for col, text in grid.starts_in_row(row) if col >= first]
        if column is not None:
            label = next((text for col, text in cells if col < column), None)
            if label and _is_label(label):
                yield RequestedFund(_label(label), row, amount_at(grid, (row, column), unit))
            continue
        yield from _line(grid, row, cells, unit)


def _alone(grid: Grid, rows: range, first: int, unit: str | None) -> RequestedFund | None:
    """年度资金总额（万元） with nothing but its amount beside it, among other fields of the head."""
    beside = next(
        ((col, text) for col, text in grid.starts_in_row(rows.start) if col >= first), None
    )
    label = grid.text(rows.start, first - 1)
    if len(rows) > 1 or beside is None or not _is_amount(beside[1]) or not _is_label(label):
        return None
    return RequestedFund(_label(label), rows.start, amount_at(grid, (rows.start, beside[0]), unit))


def _year_column(grid: Grid, row: int, first: int) -> int | None:
    """The column of this year's money where last year's stands beside it;
    None where there are no such columns.
    """
    heads = [(col, squeezed(text)) for col, text in grid.starts_in_row(row) if col >= first]
    if not any(_LAST_YEAR.search(words) for _, words in heads):
        return None
    return next(
        (
            col
            for col, words in reversed(heads)
            if _THIS_YEAR.search(words)
            and not _LAST_YEAR.search(words)
            and number_in(words) is None
        ),
        None,
    )


def _line(
    grid: Grid, row: int, cells: list[tuple[int, str]], unit: str | None
) -> Iterator[RequestedFund]:
    """Labels of one row, each with the amount that follows it; a label
    without an amount is a line of its own.
    """
    label: tuple[int, str] | None = None
    for col, text in cells:
        if _is_amount(text):
            if label is not None:
                yield RequestedFund(_label(label[1]), row, amount_at(grid, (row, col), unit))
            label = None
            continue
        labels = list(_said(grid, row, col, text))
        if labels:
            yield from labels
            label = None
        elif _is_label(text):
            if label is not None:
                yield _without_amount(grid, row, label)
            label = (col, text)
    if label is not None and _ends_with_colon(label[1]):
        yield _without_amount(grid, row, label)


def _without_amount(grid: Grid, row: int, label: tuple[int, str]) -> RequestedFund:
    beside = grid.right_of(row, label[0])
    return RequestedFund(
        _label(label[1]), row, Asked(None, None, grid.address(*beside) if beside else None)
    )


def _said(grid: Grid, row: int, col: int, text: str) -> Iterator[RequestedFund]:
    """Amounts written into a sentence: 「一、财政拨款：6923.3552万元（其中：上级财政资金：…）」."""
    for hit in _SENTENCE.finditer(text):
        before = _LABEL_BEFORE.search(text[: hit.start()])
        if before is None:
            continue
        words = re.sub(r"^.*?(?:、|（|\()", "", before.group(1)) or before.group(1)
        number = Decimal(re.sub(r"[,，]", "", hit.group(1)))
        amount = Asked(yuan_text(number, hit.group(2)), hit.group(), grid.address(row, col))
        yield RequestedFund(words, row, amount)


def _is_label(text: str) -> bool:
    words = squeezed(text)
    return len(words) < _LONGEST and bool(_FUND.fullmatch(words)) and not _NOT_FUND.search(words)


def _is_amount(text: str) -> bool:
    words = squeezed(text)
    return number_in(text) is not None or bool(re.fullmatch(r"[-—–_/]+", words))


def _label(text: str) -> str:
    return name_of(text).strip(" 　:：")


def amount_at(grid: Grid, place: tuple[int, int], unit: str | None) -> Asked:
    """The amount of a cell; a unit written in it wins; a dash is no amount."""
    words, number = grid.text(*place), grid.number(*place)
    own = _OWN_UNIT.search(squeezed(words))
    named = own.group() if own else unit
    yuan = None
    if number is not None and named in UNIT_FACTORS:
        yuan = plain(Decimal(yuan_text(number, str(named))))
    return Asked(yuan, words or None, grid.address(*place))


def tasks(grid: Grid, rows: range, unit: str | None) -> tuple[list[Task], list[RequestedFund]]:
    """(main tasks of a department with their money, the line of their total)."""
    for row in rows:
        places = {bare(text): col for col, text in grid.starts_in_row(row)}
        name = next((col for word, col in places.items() if word in _TASK), None)
        money = next(
            (col for word, col in places.items() if re.search(r"金额|预算|资金", word)), None
        )
        if name is None or money is None:
            continue
        content = next((col for word, col in places.items() if word in _CONTENT), None)
        own = money_unit_in(grid.text(row, money)) or unit
        return _tasks(grid, range(row + 1, rows.stop), (name, content, money), own)
    return [], []


def _tasks(
    grid: Grid, rows: range, places: tuple[int, int | None, int], unit: str | None
) -> tuple[list[Task], list[RequestedFund]]:
    name, content, money = places
    tasks: list[Task] = []
    for row in rows:
        words = name_of(grid.text(row, name)) if grid.span(row, name).top == row else ""
        if (
            re.search(r"目标|指标", bare(grid.text(row, grid.sheet.origin)))
            and not tasks
            and not words
        ):
            break
        if _SUM.fullmatch(bare(words)):
            return tasks, [RequestedFund(words, row, amount_at(grid, (row, money), unit))]
        if not words or re.fullmatch(r"[…\.·]+", squeezed(words)):
            if _goes_on(grid, row, money):
                continue
            break
        if re.search(r"目标|指标", bare(words)):
            break
        about = grid.text(row, content) if content is not None else ""
        tasks.append(Task(words, about or None, amount_at(grid, (row, money), unit)))
    return tasks, []


def _goes_on(grid: Grid, row: int, money: int) -> bool:
    """Whether a row without a task is a second heading row or an empty line of the template."""
    return number_in(grid.text(row, money)) is None and not re.search(
        r"目标|指标", bare(grid.text(row, grid.sheet.origin))
    )
