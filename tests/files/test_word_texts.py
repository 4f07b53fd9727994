"""What a reader of a Word file sees: wrappers, tracked changes, breaks,
shifted rows; and files that cannot be read.
"""

from __future__ import annotations

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from files.builders.plainbook import word_table

from wenxiao.files.cells import documents
from wenxiao.files.cells.cells import Merge
from wenxiao.files.cells.documents import read_docx
from wenxiao.files.cells.workbooks import UnreadableError


@pytest.fixture
def read(tmp_path):
    def run(document):
        path = tmp_path / "表.docx"
        document.save(str(path))
        return read_docx(path)

    return run


def wrapped(element, tag):
    """Put an element into a content control or a tracked insertion."""
    outer = parse_xml(f"<w:{tag} {nsdecls('w')}/>")
    element.addprevious(outer)
    inner = outer
    if tag == "sdt":
        inner = parse_xml(f"<w:sdtContent {nsdecls('w')}/>")
        outer.append(inner)
    inner.append(element)


def test_paragraphs_and_tables_in_wrappers(read):
    document = docx.Document()
    wrapped(document.add_paragraph("2021年度自评表")._p, "sdt")
    wrapped(word_table(document, [["项目名称", "甲"]])._tbl, "sdt")
    wrapped(document.add_paragraph("注：无")._p, "customXml")
    document.add_paragraph("   ")
    book = read(document)
    assert book.paragraphs == [(0, "2021年度自评表"), (1, "注：无")]
    assert book.sheets[0].cells[0, 1].text == "甲"


def test_rows_and_cells_in_wrappers(read):
    document = docx.Document()
    table = word_table(document, [["一", "二"], ["三", "四"]])
    wrapped(table.rows[1]._tr, "sdt")
    wrapped(table.rows[0]._tr.findall(qn("w:tc"))[1], "sdt")
    assert [cell.text for cell in read(document).sheets[0].cells.values()] == [
        "一",
        "二",
        "三",
        "四",
    ]


def test_breaks_tabs_and_deleted_text(read):
    document = docx.Document()
    table = word_table(document, [["", ""]])
    run = table.cell(0, 0).paragraphs[0].add_run("实际")
    run.add_break()
    run.add_text("完成")
    run.add_tab()
    run.add_text("值")
    run._r.append(parse_xml(f"<w:noBreakHyphen {nsdecls('w')}/>"))
    run.add_text("1")
    gone = parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>旧值</w:delText></w:r></w:del>")
    table.cell(0, 1).paragraphs[0]._p.append(gone)
    cells = read(document).sheets[0].cells
    assert {place: cell.text for place, cell in cells.items()} == {(0, 0): "实际\n完成\t值-1"}


def test_a_row_that_begins_further_right(read):
    document = docx.Document()
    table = word_table(document, [["一", "二", "三"], ["甲", "乙", None]])
    row = table.rows[1]._tr
    row.remove(row.findall(qn("w:tc"))[2])
    row.insert(0, parse_xml(f'<w:trPr {nsdecls("w")}><w:gridBefore w:val="1"/></w:trPr>'))
    assert read(document).sheets[0].cells[1, 2].text == "乙"


def test_merges_across_and_down_and_apart_again(read):
    document = docx.Document()
    table = word_table(
        document, [["一", "二", "三"], ["四", None, None], ["五", "六", "七"], ["八", None, None]]
    )
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    assert read(document).sheets[0].merges == [
        Merge(0, 0, 1, 0),
        Merge(0, 1, 0, 2),
        Merge(2, 0, 3, 0),
    ]


def test_nested_tables_name_the_one_they_stand_in(read):
    document = docx.Document()
    outer = word_table(document, [["一", None]])
    inner = word_table(outer.cell(0, 1), [["二", None]])
    word_table(inner.cell(0, 1), [["三"]])
    word_table(document, [["四"]])
    book = read(document)
    assert [(sheet.inside, next(iter(sheet.cells.values())).text) for sheet in book.sheets] == [
        (None, "一"),
        (0, "二"),
        (1, "三"),
        (None, "四"),
    ]


def test_tables_nested_without_end_are_left_at_some_depth(read):
    document = docx.Document()
    place = document
    for _ in range(12):
        place = word_table(place, [["层"]]).cell(0, 0)
    assert len(read(document).sheets) == 7


def test_texts_of_headers_and_footers(read):
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    assert read(document).margins == ["内部资料", "第1页"]


def test_a_table_without_bounds_is_refused(read, monkeypatch):
    monkeypatch.setattr(documents, "MOST_CELLS", 3)
    document = docx.Document()
    word_table(document, [["一", "二"], ["三", "四"]])
    with pytest.raises(UnreadableError, match="超过 3 格"):
        read(document)


def test_what_is_no_word_file_becomes_a_sentence(tmp_path):
    path = tmp_path / "表.docx"
    path.write_bytes(b"PK no word")
    with pytest.raises(UnreadableError, match="另存为"):
        read_docx(path)
