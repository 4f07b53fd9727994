"""What a row or a head of a :class:`Table` says beside its plain values: what was written, where,
and what is shared.

Readers put down ``places`` (field → cell), ``written`` (the text of a figure that is no number),
``unitless`` (an amount of which nobody says the unit), ``shared`` (rows that share merged points)
and ``uncached`` (field → what its formula yields and what is stored, where the file holds no
result).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from wenxiao.rulebook.checks.registry import Cells, Table, said

AMOUNTS: Mapping[str, str] = {
    "initial": "年初预算数",
    "full_year": "全年预算数",
    "executed": "全年执行数",
    "expected_full_year": "全年预计执行数",
}
"""The amounts of a money block by field, as the form names them."""
LISTED: Mapping[str, str] = {
    "audited_arranged": "经审查实际安排资金",
    "audited_used": "经审查实际使用资金",
    "initial": "年初预算",
    "full_year": "全年预算",
    "budget": "预算安排资金",
    "executed": "执行数",
}
"""The amounts of a list's row by field."""
LEDGER: Mapping[str, str] = {
    "spent": "支付金额",
    "amount": "金额",
    "opening": "年初预算",
    "added": "追加",
    "cut_back": "收回",
    "adjusted": "全年预算",
    "arrived": "到位",
}
"""The amounts of a ledger's line by the role of their column."""
_NOTHING = re.compile(r"无|不适用|/|[—－-]+|没有|未安排|N/?A", re.IGNORECASE)
_DASH = re.compile(r"[-—－/\\_]+")
_BLANKS = re.compile(r"[\s\u200b\ufeff\u3000]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、]|[一二三四五六七八九十]{1,2}[、.])")


def squeezed(text: object) -> str:
    """A text in half-width letters without any blank; empty for None."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", str(text or "")))


def label(text: object) -> str:
    """A label reduced to its words: no blanks, brackets with their content,
    numbering or closing signs.
    """
    words = _NUMBERING.sub("", _BRACKETS.sub("", squeezed(text)))
    return words.strip(" :;,.、*★※#")


def says_nothing(text: object) -> bool:
    """Whether a cell only says that nothing belongs there: 无, 不适用, a dash."""
    return bool(_NOTHING.fullmatch(squeezed(text)))


def is_dash(text: object) -> bool:
    """Whether a cell is a mere dash or stroke."""
    return bool(_DASH.fullmatch(squeezed(text)))


def written(row: Cells, key: str) -> str:
    """The text where a number should stand and none does; empty otherwise."""
    return str((row.get("written") or {}).get(key) or "")


def place(row: Cells, key: str) -> str | None:
    """Where a field stands."""
    cell = (row.get("places") or {}).get(key)
    return None if cell is None else str(cell)


def shares(row: Cells, key: str) -> bool:
    """Whether the points of this row stand in a cell merged over several rows."""
    return bool((row.get("shared") or {}).get(key))


def has(row: Cells, key: str) -> bool:
    """Whether something stands in a field; a formula without saved result is something."""
    return bool(said(row, key).strip()) or key in (row.get("uncached") or {})


def number(row: Cells, key: str) -> Decimal | None:
    """A number of a row, None when missing."""
    value = row.get(key)
    return value if isinstance(value, Decimal) else None


def money_lines(table: Table) -> Sequence[Cells]:
    """The lines of the money block, total first; the head itself where it
    carries the total alone.
    """
    return table.head.get("funds") or ()


def listed_money(row: Cells) -> Iterator[tuple[str, str]]:
    """The money fields of a list's row with their names."""
    return ((key, name) for key, name in LISTED.items() if key in row)


def whole_sum(rows: Iterable[Cells], key: str) -> Decimal | None:
    """The sum where every row has its points; rows that share merged points
    count once; None while one is missing.
    """
    due = [row for row in rows if not shares(row, key) or number(row, key) is not None]
    values = [value for row in due if (value := number(row, key)) is not None]
    return sum(values, Decimal(0)) if values and len(values) == len(due) else None


def row_name(table: Table, index: int) -> str:
    """A row as a sentence names it: its third level, else where it stands."""
    row: Mapping[str, Any] = table.rows[index]
    name = row.get("level3") or (
        None if row.get("nameless") else row.get("level2") or row.get("level1")
    )
    return str(name or f"第 {row_number(table, index)} 行")


def row_number(table: Table, index: int) -> int:
    """The number of a row as a person sees it; counted from 1 where nobody says it."""
    line = table.rows[index].get("line")
    return line if isinstance(line, int) else index + 1
