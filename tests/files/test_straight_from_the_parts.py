"""A workbook read straight from its parts holds the same cells as through
openpyxl; what is odd is left to openpyxl.
"""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from files import hostile
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from reach import reach, reaches

from wenxiao.files.cells import openxml, workbooks
from wenxiao.files.cells.openpyxl_books import read_by_openpyxl
from wenxiao.files.cells.openxml import read_parts
from wenxiao.files.cells.openxml_sheet import DeclinedError, Package, read_sheet
from wenxiao.files.door.gate import admit
from wenxiao.rulebook import codes

TESTS = Path(__file__).parent.parent
CORPUS = sorted(path for path in TESTS.rglob("*.xlsx") if admit(path).container == "xlsx")


def through_openpyxl(content):
    return read_by_openpyxl(io.BytesIO(content))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_workbook_of_the_corpora_holds_the_same_cells_either_way(path):
    assert read_parts(path) == through_openpyxl(path.read_bytes())


def test_the_corpora_are_there():
    assert len(CORPUS) >= 17


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def odd_workbook():
    book = openpyxl.Workbook()
    page = book.active
    page.title = "一"
    page["A1"], page["B1"], page["C1"] = "表 头", 1, 2.50
    page["A2"], page["B2"] = True, "=SUM(B1:C1)"
    page["C2"] = ArrayFormula("C2:C3", "=B1:B2*2")
    page["D2"] = DataTableFormula("D2:D3", dt2D=False)
    page["A3"], page["B3"] = dt.date(2022, 12, 31), dt.datetime(2023, 1, 2, 8, 30)  # noqa: DTZ001  a sheet has no zone
    page["C3"], page["D3"] = dt.time(8, 30), dt.timedelta(hours=30)
    page["A4"], page["A5"], page["A6"] = 0.9, 1234567.891, -5
    page["A4"].number_format, page["A5"].number_format = "0%", '#,##0.00"万元"'
    page["A6"].number_format = "0.00_);[Red](0.00)"
    page["B4"], page["B5"] = 60, 1e300
    page["B4"].number_format = page["B5"].number_format = "yyyy-mm-dd"
    page.merge_cells("A8:C9")
    page["A8"] = "合并"
    page.row_dimensions[5].hidden = page.column_dimensions["C"].hidden = True
    page.column_dimensions.group("E", "G", hidden=True)
    page.oddHeader.center.text, page.evenFooter.left.text = "内部资料", "第 &P 页"
    page["H1"].hyperlink = "https://example.invalid/"
    book.create_sheet("二").sheet_state = "veryHidden"
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    return book


def test_dates_formulas_merges_hidden_lines_and_margins_are_read_the_same():
    content = saved(odd_workbook())
    straight = read_parts(io.BytesIO(content))
    assert straight == through_openpyxl(content)
    first = straight.sheets[0]
    assert first.cells[2, 2].formula == "=SUM(B1:C1)"
    assert (first.hidden_rows, first.hidden_cols) == (frozenset({5}), frozenset({3, 5, 6, 7}))
    assert straight.sheets[1].hidden
    assert straight.margins == ["内部资料", "第 &P 页"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF), max_size=12),
    st.dates(dt.date(1900, 3, 1), dt.date(2099, 12, 31)),
    st.times(),
    st.sampled_from(["=A1+1", "=SUM(A1:B2)", "=IF(A1>1,2,3)", "#DIV/0!", "  ", "_x000D_"]),
)
FORMATS = st.sampled_from(
    ["General", "0%", "0.00", "#,##0.00", "yyyy-mm-dd", "[h]:mm", "@", "0.0,"]
)
PLACES = st.tuples(st.integers(1, 12), st.integers(1, 9))


@reaches(cells=0.6, merges=0.3, formulas=0.1)
@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(
    st.dictionaries(PLACES, st.tuples(VALUES, FORMATS), min_size=8, max_size=30),
    st.lists(st.tuples(PLACES, st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4),
    st.sets(st.integers(1, 12)),
)
def test_any_workbook_holds_the_same_cells_either_way(cells, merges, hidden):
    book = openpyxl.Workbook()
    page = book.active
    for place, (value, number_format) in cells.items():
        page.cell(*place, value).number_format = number_format
    for (row, col), down, across in merges:
        page.merged_cells.add(
            f"{page.cell(row, col).coordinate}:{page.cell(row + down, col + across).coordinate}"
        )
    for row in hidden:
        page.row_dimensions[row].hidden = True
    content = saved(book)
    straight = read_parts(io.BytesIO(content))
    assert straight == through_openpyxl(content)
    sheet = straight.sheets[0]
    formulas = [cell for cell in sheet.cells.values() if cell.formula]
    reach(cells=len(sheet.cells) > 3, merges=bool(sheet.merges), formulas=bool(formulas))


def sheet_of(rows, **around):
    return hostile.one(hostile.sheet(rows, **around))


READ = {
    "shared formulas": '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1*$C$1</f><v>2</v></c></row>'
    '<row r="2"><c r="A2"><f t="shared" si="0"/><v>3</v></c></row>',
    "no places": "<row><c><v>1</v></c><c t='str'><v>甲</v></c></row><row><c t='b'><v>1</v></c></row>",
    "runs and readings": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>绩</t></r><r><t>效</t></r>'
    "<rPh sb='0' eb='1'><t>jx</t></rPh></is></c></row>",
    "rows out of order": '<row r="3"><c r="A3"><v>3</v></c></row><row r="1" hidden="true"><c r="A1"><v>1</v></c></row>',
    "an error and a moment": '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="d"><v>2022-12-31</v></c></row>',
    "nothing": "",
}


@pytest.mark.parametrize("name", READ)
def test_what_other_programs_write_is_read_the_same(name):
    content = sheet_of(READ[name])
    assert read_parts(io.BytesIO(content)) == through_openpyxl(content)


DECLINED = {
    "a link over an empty cell": sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        after='<hyperlinks><hyperlink ref="B2" location="Sheet2!A1"/></hyperlinks>',
    ),
    "a cell written twice, empty the second time": sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"/></row>'
    ),
    "a hidden row written twice": sheet_of('<row r="1" hidden="1"/><row r="1"/>'),
    "two sheets of one name": hostile.package(
        {
            "xl/workbook.xml": hostile.BOOK.replace(
                "</sheets>", '<sheet name="表" sheetId="2" r:id="rId1"/></sheets>'
            )
        }
    ),
    "Strict Open XML": hostile.package(
        {
            name: text.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            for name, text in {
                "xl/workbook.xml": hostile.BOOK,
                "xl/worksheets/sheet1.xml": hostile.sheet(
                    '<row r="1"><c r="A1"><v>1</v></c></row>'
                ),
            }.items()
        }
    ),
}


@pytest.mark.parametrize("name", DECLINED)
def test_what_is_odd_is_declined_and_read_through_openpyxl(name, tmp_path):
    with pytest.raises(DeclinedError):
        read_parts(io.BytesIO(DECLINED[name]))
    path = tmp_path / "表.xlsx"
    path.write_bytes(DECLINED[name])
    assert workbooks.read_xlsx(path).sheets


BROKEN = {
    "a number that is none": sheet_of('<row r="1"><c r="A1"><v>12a</v></c></row>'),
    "a text nobody wrote": sheet_of('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
    "a style nobody defined": sheet_of('<row r="1"><c r="A1" s="9"><v>7</v></c></row>'),
    "a merge of nothing": sheet_of("", after='<mergeCells><mergeCell ref="B2:A1"/></mergeCells>'),
    "a part that is no XML": hostile.package({"xl/styles.xml": "<styleSheet"}),
    "no workbook": hostile.package({"[Content_Types].xml": "<Types/>"}),
}


PLACES = {
    "a number that is none": "A1 记作数字，内容却是“12a”",
    "a text nobody wrote": "A1 指向第 7 条共用文字",
    "a style nobody defined": "A1 用的第 9 号格式",
    "a merge of nothing": "表格内部的结构有错误",
    "a part that is no XML": "各格的格式表内部有错误",
    "no workbook": "表格内部的结构有错误",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_openpyxl_refuses_is_refused_by_its_place(name, tmp_path):
    path = tmp_path / "表.xlsx"
    path.write_bytes(BROKEN[name])
    with pytest.raises(Exception) as refused:
        through_openpyxl(BROKEN[name])
    with pytest.raises(workbooks.UnreadableError, match=PLACES[name]) as told:
        workbooks.read_xlsx(path)
    assert type(refused.value).__name__ not in str(told.value)


def test_a_large_part_is_read_element_by_element_with_the_same_cells(monkeypatch):
    content = saved(odd_workbook())
    whole = read_parts(io.BytesIO(content))
    monkeypatch.setattr(openxml, "_HELD", 0)
    assert read_parts(io.BytesIO(content)) == whole


def test_a_sheet_of_charts_is_no_sheet_of_cells():
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.create_chartsheet("图")
    content = saved(book)
    assert [sheet.name for sheet in read_parts(io.BytesIO(content)).sheets] == ["Sheet"]


def test_openpyxl_keeps_its_own_reader_for_everybody_else():
    from openpyxl.reader import excel
    from openpyxl.worksheet._reader import WorksheetReader

    through_openpyxl(saved(odd_workbook()))
    assert excel.WorksheetReader is WorksheetReader


def test_a_sheet_nobody_links_and_a_look_nobody_defined():
    with zipfile.ZipFile(io.BytesIO(saved(odd_workbook()))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b'numFmtId="164"', b'numFmtId="999"', 1)
    with pytest.raises(DeclinedError, match="numFmtId"):
        read_parts(io.BytesIO(hostile.package(parts)))
    assert read_sheet([], "空", Package([], [], openxml.WINDOWS_EPOCH))


def test_a_part_with_a_document_type_is_refused_without_the_gate(tmp_path):
    """Nothing of it is built, here or by openpyxl, whoever forgot to ask the gate."""
    whole = saved(odd_workbook())
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == part:
                    head, _, rest = content.partition(b"?>")
                    start = (head + b"?>") if rest else b""
                    content = start + b'<!DOCTYPE x [<!ENTITY a "b">]>' + (rest or content)
                new.writestr(name, content)
        with pytest.raises(openxml.DocumentTypeError):
            read_parts(out)
        path = tmp_path / "表.xlsx"
        path.write_bytes(out.getvalue())
        with pytest.raises(workbooks.UnreadableError, match="DTD") as refusal:
            workbooks.read_xlsx(path)
        assert refusal.value.code == codes.EXTERNAL_ENTITY
