"""The rows of a target table: levels carried down, template rows left out,
sign, value and unit joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wenxiao.files.cells.labels import (
    Grid,
    bare,
    is_left_over,
    line_of,
    name_of,
    number_in,
    squeezed,
    without_prefix,
)
from wenxiao.files.cells.numberformats import plain
from wenxiao.files.forms.targets.columns import TargetColumns, columns_at
from wenxiao.files.forms.targets.form import ReadText, TargetIndicator

_END = re.compile(
    r"(?:注|备注|说明|附注)[:：\d].*|注|填报人.*|填表人.*|联系(?:人|电话).*|填(?:报|表)日期.*|(?:单位|项目)?负责人.*|制表人.*|审核人.*"
    r"|其[他它](?:需要)?说明.*|.*(?:审核|部门|财政|评审|审查)意见.*|.*签字.*|.*盖章.*"
)
_TOTAL = re.compile(r"合计|总计|小计|总分|权重合计|分值合计")
_COMPARATOR = re.compile(r"[≥≤≧≦><=＝═]+|大于等于|小于等于|大于|小于|等于|不低于|不高于")
_QUALITATIVE = {
    "定性",
    "定性指标",
    "定量",
    "正向",
    "反向",
    "正向指标",
    "反向指标",
    "正向型",
    "逆向指标",
}
_BOTH_LEVELS = re.compile(
    r"((?:产出|效益|成本|满意度|过程|决策)(?:指标)?)\s*[—–\-－/／、]+\s*(\S{2,14})"
)
"""产出—数量: both levels in one column."""
_LEVEL_POINTS = re.compile(r"[(（\[]?\s*\d+(?:\.\d+)?\s*分?\s*[)）\]]$")


def indicators(grid: Grid, columns: TargetColumns, last: int) -> Iterator[TargetIndicator]:
    """Every indicator of a block, down to the next heading, the total, the notes or ``last``."""
    levels: dict[str, str] = {}
    for row in range(columns.bottom + 1, last + 1):
        if columns_at(grid, row) or _ends(grid, columns, row):
            return
        indicator = one_indicator(grid, columns, row, levels)
        if indicator is not None:
            yield indicator


def _ends(grid: Grid, columns: TargetColumns, row: int) -> bool:
    starts = list(grid.starts_in_row(row))
    if not starts:
        return False
    col, text = starts[0]
    words = squeezed(text)
    level3 = columns.known.get("level3")
    if _TOTAL.fullmatch(bare(text)) and (
        level3 is None or col < level3.left or len(starts) <= _FEW
    ):
        return True
    return col <= columns.first and bool(_END.fullmatch(words))


_FEW = 3


def _carry(grid: Grid, columns: TargetColumns, row: int, levels: dict[str, str]) -> None:
    """Level names stand once, merged or not, over the rows they hold."""
    for level in ("level1", "level2"):
        text = columns.text(grid, row, level)
        if is_left_over(text):
            continue
        name = _LEVEL_POINTS.sub("", name_of(text)).strip(":：") or name_of(text)
        both = _BOTH_LEVELS.fullmatch(name) if "level1" not in columns.known else None
        if both is not None:
            levels["level1"], name = both[1], both[2]
        if level == "level1" and levels.get("level1") != name:
            levels.pop("level2", None)
        levels[level] = name


def one_indicator(
    grid: Grid, columns: TargetColumns, row: int, levels: dict[str, str]
) -> TargetIndicator | None:
    """One row; None for template words, dots and rows that hold nothing of their own.
    ``levels`` are carried down.
    """
    _carry(grid, columns, row, levels)
    name, cell = _name(grid, columns, row)
    place = columns.place(grid, row, "target")
    value = _own(grid, columns, row, "target")
    if not name and not value:
        return None
    if place is None:
        return None
    nature, unit = (_own(grid, columns, row, key) for key in ("nature", "unit"))
    direction = _own(grid, columns, row, "direction")
    return TargetIndicator(
        row=row,
        level1=levels.get("level1"),
        level2=levels.get("level2") if "level2" in columns.known else None,
        level3=name or None,
        level3_cell=cell,
        target=ReadText(value or None, grid.address(*place)),
        target_text=_joined(value, nature, unit),
        unit=unit or None,
        nature=nature or direction or None,
        weight=_weight(grid, columns, row),
        note=_own(grid, columns, row, "note") or None,
        last_actual=_own(grid, columns, row, "last_actual") or None,
        source=_asked(grid, columns, row, "source"),
        proof=_asked(grid, columns, row, "proof"),
        extra=_extra(grid, columns, row),
        hidden=grid.is_hidden(row),
    )


def _name(grid: Grid, columns: TargetColumns, row: int) -> tuple[str, str | None]:
    """The indicator's name without 「指标1：」, and its cell; "" for what a template left."""
    key = "level3" if "level3" in columns.known else "level2"
    place = columns.place(grid, row, key)
    if place is None:
        return "", None
    level2 = columns.place(grid, row, "level2")
    if key == "level3" and level2 is not None and grid.anchor(*level2) == grid.anchor(*place):
        return "", None
    words = line_of(grid.text(*place))
    if is_left_over(words):
        return "", None
    return line_of(without_prefix(words)), grid.address(*place)


def _own(grid: Grid, columns: TargetColumns, row: int, key: str) -> str:
    """What stands under a heading in this row; dashes and dots are nothing,
    a comparator alone is a template's.
    """
    words = line_of(columns.text(grid, row, key))
    squeezed_words = squeezed(words)
    if key != "nature" and re.fullmatch(r"[≥≤＞＜=＝]+[%％]?", squeezed_words):
        return ""
    return "" if re.fullmatch(r"[…\.·。—–\-_/]*", squeezed_words) else words


def _asked(grid: Grid, columns: TargetColumns, row: int, key: str) -> str | None:
    """What stands in a column the form may not have: None without the
    column, "" where it is left empty.
    """
    return _own(grid, columns, row, key) if key in columns.known else None


def _joined(value: str, nature: str, unit: str) -> str | None:
    """Sign, value and unit without blanks; none is said twice, and 定性 is no sign."""
    if not value:
        return None
    text = "".join(value.split())
    if (
        unit
        and not text.endswith("".join(unit.split()))
        and not (unit in {"百分比", "%"} and text.endswith(("%", "％")))
    ):
        text += "".join(unit.split())
    sign = "".join(nature.split())
    if (
        sign
        and sign not in _QUALITATIVE
        and _COMPARATOR.fullmatch(sign)
        and not _COMPARATOR.match(text)
    ):
        text = sign + text
    return text


def _weight(grid: Grid, columns: TargetColumns, row: int) -> ReadText:
    place = columns.place(grid, row, "weight")
    if place is None:
        return ReadText()
    words = grid.text(*place)
    number = number_in(words) if words else None
    return ReadText(plain(number) if number is not None else words or None, grid.address(*place))


def _extra(grid: Grid, columns: TargetColumns, row: int) -> dict[str, ReadText]:
    """Filled cells of columns whose heading is not known: told, never lost."""
    extra: dict[str, ReadText] = {}
    for words, column in columns.others.items():
        text = grid.text(row, column.left)
        own_row = grid.span(row, column.left).top == row
        if text and own_row and column.left >= columns.first:
            extra[words] = ReadText(line_of(text), grid.address(row, column.left))
    return extra
