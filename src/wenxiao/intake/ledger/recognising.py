"""Whether a table of many lines is a bureau's table of departments' final accounts: one answer for
page, command and machine; what may be two things is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from wenxiao.intake.ledger.columns import ITEM_WORDS
from wenxiao.intake.ledger.reading import RawLines, read_ledger_file
from wenxiao.rulebook.department_accounts import account_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wenxiao.orgs.models import Division
    from wenxiao.rulebook.department_accounts import AccountTable

Recognised = Literal["department", "unclear", ""]
"""部门决算数据, perhaps one, or another ledger."""
_PROJECT_KEYS = frozenset({"project_code", "project_name"})
_BOOKS = frozenset({".xlsx", ".xls", ".xlsm"})
LOOKED_AT = 500
"""So many lines of the column of items are looked at."""


def recognised(read: Mapping[str, Any], table: AccountTable) -> Recognised:
    """What a ledger that was read is, by its headings, then by what its column of items holds.

    Two columns of items (基本支出决算数…) are final accounts unless the lines are projects'. A
    column 决算数 by itself is one where the lines name items; a list without codes of projects
    whose lines name none is not told apart from final accounts and asked.
    """
    headings: Sequence[str] = read["columns"]
    keys = set(read["keys"])
    wide = sum(table.place_of(heading) is not None for heading in headings if heading) > 1
    final = any("决算" in one and table.stage_named(one) == "final" for one in headings)
    if not (wide or final):
        return ""
    if wide:
        return "unclear" if _PROJECT_KEYS & keys else "department"
    if "project_code" in keys:
        return ""
    return "department" if _names_items(read, table) else "unclear"


def holds_accounts(path: Path, division: Division, year: int | None) -> bool:
    """Whether a workbook in which no form was found is final accounts, or may be."""
    if path.suffix.lower() not in _BOOKS:
        return False
    read = read_ledger_file(path, division)
    table = account_table(year or read.get("year"), division.own_rules)
    return bool(read["columns"] and recognised(read, table))


def _names_items(read: Mapping[str, Any], table: AccountTable) -> bool:
    """Whether most of the lines looked at name an item of final accounts."""
    headings = list(read["columns"])
    for at, heading in enumerate(headings):
        if heading not in ITEM_WORDS:
            continue
        first = next(iter(RawLines(read)), None)
        cells = first[f"c{at + 1}"].head(LOOKED_AT).to_list() if first is not None else []
        filled = [cell for cell in cells if cell]
        named = sum(table.item_named(cell) is not None for cell in filled)
        if filled and 2 * named >= len(filled):
            return True
    return False
