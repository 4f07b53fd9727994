"""The heading of a ledger: on one row or on two, repeated on every page,
over names that are merged downward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from wenxiao.files.cells.labels import number_in, squeezed
from wenxiao.files.forms.listing import heading_key
from wenxiao.rulebook.department_accounts import account_table

Line = tuple[int, list[str]]
_LONGEST = 16
"""No heading is longer; what is longer is a title or a value."""
_PART = re.compile(
    r"(?:编码|代码|编号|名称|全称|金额|数额|摘要|用途|日期|时间|月份|年度|类型|性质|合计|小计|备注|级次|科目|票号|凭证号)"
)
_VAGUE = re.compile(r"(?:基本)?(?:信息|情况|资料|内容)$")
_NUMBERED = re.compile(r"\d{1,2}|[甲乙丙丁戊]|栏次")
_NAMES = {
    "project_code",
    "project_name",
    "subject_name",
    "unit_code",
    "unit",
    "dept",
    "date",
    "month",
    "year",
    "fund",
    "fund_code",
    "item",
    "voucher",
}
"""What may be merged over the lines it is said of; money never is."""


def start_heading(out: dict[str, Any], line: int, fields: list[str]) -> None:
    """Take a row as the heading, and the row of groups above it where its
    own words are only parts of names.
    """
    out["header_line"] = line
    out["heading_rows"] = [[squeezed(field) for field in fields]]
    groups = out.pop("above", None)
    if groups is not None and _parts_of_groups(groups, fields):
        out["heading_rows"].insert(0, [squeezed(field) for field in groups])
        _join(out, groups, fields)
        return
    out["columns"] = [squeezed(field) for field in fields]
    out["keys"] = [heading_key(field) if field else None for field in fields]


def account_headings(fields: Sequence[str]) -> set[str]:
    """What of a row heads a table of final accounts: an item (基本支出), or one with its column."""
    table = account_table()
    return {
        squeezed(field)
        for field in fields
        if field and (table.place_of(field) is not None or table.item_named(field) is not None)
    }


def remember_above(out: dict[str, Any], fields: list[str]) -> None:
    """Keep a row that may be the groups of a heading below it."""
    filled = [squeezed(field) for field in fields if field]
    words = len(filled) > 1 and all(_is_word(text) for text in filled)
    out["above"] = list(fields) if words else None


def continues_heading(out: dict[str, Any], fields: list[str]) -> bool:
    """Whether the row behind a heading is its second row, or only numbers
    its columns; joined to it if so.
    """
    filled = [squeezed(field) for field in fields if field]
    if len(filled) > 2 and all(_NUMBERED.fullmatch(text) for text in filled) and _counts(filled):
        out["heading_rows"].append([squeezed(field) for field in fields])
        return True
    top = out["heading_rows"][-1]
    if len(out["heading_rows"]) > 1 or not _parts_of_groups(top, fields):
        return False
    out["heading_rows"].append([squeezed(field) for field in fields])
    _join(out, top, fields)
    return True


def _counts(filled: Sequence[str]) -> bool:
    """Whether the numbers run on, as under the columns of a printed table."""
    numbers = [int(text) for text in filled if text.isdecimal()]
    return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST and number_in(text) is None and not re.search(r"[:：。；]", text)


def _parts_of_groups(top: Sequence[str], fields: Sequence[str]) -> bool:
    """Whether a row holds headings alone, two of them parts of a group (编码
    · 名称) or standing under an empty cell.
    """
    filled = [(at, squeezed(field)) for at, field in enumerate(fields) if field]
    if len(filled) < 2 or not all(_is_word(text) for _, text in filled):
        return False
    under = [at for at, _ in filled if at >= len(top) or not top[at]]
    columns = account_table()
    parts = [at for at, text in filled if _PART.fullmatch(text) or columns.stage_named(text)]
    return bool(under) and len(parts) > 1


def _join(out: dict[str, Any], top: Sequence[str], fields: Sequence[str]) -> None:
    columns: list[str] = []
    keys: list[str | None] = []
    group = ""
    for at in range(max(len(top), len(fields))):
        own = squeezed(fields[at]) if at < len(fields) else ""
        over = squeezed(top[at]) if at < len(top) else ""
        group = over or group
        if not own:
            columns.append(over)
            keys.append(heading_key(over) if over else None)
            continue
        joined = f"{_VAGUE.sub('', group)}{own}"
        columns.append(joined if group else own)
        keys.append(heading_key(joined) or heading_key(own))
    out["columns"], out["keys"] = columns, keys


def is_heading_again(out: dict[str, Any], fields: list[str]) -> bool:
    """Whether a row repeats one of the heading's, as at the top of every printed page."""
    first = squeezed(fields[0]) if fields else ""
    if not any(row and row[0] == first for row in out["heading_rows"]):
        return False
    words = [squeezed(field) for field in fields]
    while words and not words[-1]:
        words.pop()
    return any(_ends_trimmed(row) == words for row in out["heading_rows"]) and bool(words)


def _ends_trimmed(row: Sequence[str]) -> list[str]:
    words = list(row)
    while words and not words[-1]:
        words.pop()
    return words


def filled_down(
    rows: Iterator[Line], merges: Sequence[Any], first: int, out: dict[str, Any]
) -> Iterator[Line]:
    """Rows with the names merged over them; what is merged but no name,
    money above all, stays with its first row.
    """
    covering: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in merges:
        for row in range(top + 1, min(bottom, top + _TALLEST) + 1):
            covering.setdefault(row + 1, []).append((top + 1, left - first))
    above: dict[tuple[int, int], str] = {}
    wanted = {place for places in covering.values() for place in places}
    starts = {row for row, _ in wanted}
    for line, fields in rows:
        if line in starts:
            above |= {(line, at): text for at, text in enumerate(fields) if (line, at) in wanted}
        header = out["header_line"]
        if header is not None and line > header and line in covering:
            for top, at in covering[line]:
                named = at < len(out["keys"]) and out["keys"][at] in _NAMES
                if top > header and named and at < len(fields) and not fields[at]:
                    fields[at] = above.get((top, at), "")
        yield line, fields


_TALLEST = 5_000
"""Rows a name is carried down at most."""
