"""一行表: one row of a form as a workbook that is filled away from the system
and brought back; what is given is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from wenxiao.files.cells.own_sheets import ASSISTANCE, ASSISTANCE_ASKED, ASSISTANCE_GIVEN
from wenxiao.files.out.spreadsheets import safe_text, text_book

_HOW = "只填白格，灰格不要改；填好后发回，由单位经办人在系统里带回、核对采用。"


def assistance_workbook(given: Sequence[str]) -> bytes:
    """The workbook as .xlsx bytes; ``given`` are the texts of the grey
    cells, in the order of their labels.
    """
    stream = BytesIO()
    with text_book(stream) as book:
        look = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "num_format": "@"}
        head = book.add_format({**look, "border": 1, "bold": True, "bg_color": "#E5EDF4"})
        locked = book.add_format({**look, "border": 1, "bg_color": "#EFEFEF"})
        white = book.add_format({**look, "border": 1, "locked": False})
        sheet = book.add_worksheet(ASSISTANCE)
        sheet.protect()
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 60)
        sheet.merge_range(0, 0, 0, 1, _HOW, book.add_format(look))
        labels = [word for _, word in ASSISTANCE_GIVEN]
        for row, (word, text) in enumerate(zip(labels, given, strict=True), 1):
            sheet.write_string(row, 0, word, head)
            sheet.write_string(row, 1, safe_text(text), locked)
        for row, (_, word) in enumerate(ASSISTANCE_ASKED, len(labels) + 1):
            sheet.write_string(row, 0, word, head)
            sheet.write_blank(row, 1, None, white)
    return stream.getvalue()
