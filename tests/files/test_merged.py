"""Merged cells are read without their borders: the same book, and no work
over cells nobody wrote.
"""

import openpyxl
from openpyxl.styles import Border, Side

from wenxiao.files.cells.cells import Merge
from wenxiao.files.cells.workbooks import read_xlsx


def test_what_lies_under_a_merge_is_not_read_and_borders_are_left_alone(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    for cell in ("A1", "B1", "A2", "C3"):
        page[cell] = f"在{cell}"
    page["A1"].border = Border(bottom=Side(style="thin"))
    path = tmp_path / "merged.xlsx"
    book.save(path)
    book = openpyxl.load_workbook(path)
    book.active.merged_cells.add(
        "A1:B2"
    )  # as other programs write it: what lies under is still there
    book.save(path)
    sheet = read_xlsx(path).sheets[0]
    assert {place: cell.text for place, cell in sheet.cells.items()} == {
        (1, 1): "在A1",
        (3, 3): "在C3",
    }
    assert sheet.merges == [Merge(1, 1, 2, 2)]


def test_a_merge_over_a_whole_sheet_costs_no_more_than_its_written_cells(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B7"] = "标题", "被盖住"
    book.active.merged_cells.add("A1:XFD1048576")
    path = tmp_path / "wide.xlsx"
    book.save(path)
    sheet = read_xlsx(path).sheets[0]
    assert [cell.text for cell in sheet.cells.values()] == ["标题"]
