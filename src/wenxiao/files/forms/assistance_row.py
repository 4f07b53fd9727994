"""一行表 read back: what another office filled in, by the labels of its lines."""

from __future__ import annotations

from wenxiao.files.cells.cells import Book
from wenxiao.files.cells.labels import squeezed
from wenxiao.files.cells.own_sheets import ASSISTANCE, ASSISTANCE_ASKED, ASSISTANCE_GIVEN


def assistance_row(book: Book) -> dict[str, str] | None:
    """What the workbook says by key, ``key`` being the number of the
    request; None for a workbook that is none of ours.
    """
    keys = {squeezed(word): key for key, word in (*ASSISTANCE_GIVEN, *ASSISTANCE_ASKED)}
    sheet = next((one for one in book.sheets if one.name == ASSISTANCE), None)
    if sheet is None:
        return None
    row = {}
    for (line, column), cell in sheet.cells.items():
        key = keys.get(squeezed(cell.text)) if column == 1 else None
        if key is not None:
            beside = sheet.cells.get((line, column + 1))
            row[key] = beside.text.strip() if beside is not None else ""
    return row if row.get("key") else None
