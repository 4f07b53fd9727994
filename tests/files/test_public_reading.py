"""Papers that are to be published, read as the limited child reads them: passages, tables, anchors
and links with their place.
"""

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from wenxiao.files.forms.paper_text import paper_text
from wenxiao.files.forms.public_reading import public_paper
from wenxiao.files.out.pdf import PdfBlock, report_pdf

OUTSIDE = "http://example.invalid/annex"


def hyperlink(paper, anchor, shown):
    """A link to a bookmark of the same Word file."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    link.append(run)
    paper.add_paragraph()._p.append(link)


def test_a_word_file_gives_paragraphs_tables_and_links(tmp_path):
    paper = docx.Document()
    paper.add_paragraph("校园安保用了 65 万元。")
    paper.part.relate_to(OUTSIDE, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    hyperlink(paper, "附件一", "见附件")
    hyperlink(paper, "_top", "回到开头")
    paper.add_paragraph("附表")
    table = paper.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "项目", "金额"
    paper.save(tmp_path / "稿.docx")
    read = public_paper(tmp_path / "稿.docx")
    assert read.problems == []
    assert "校园安保用了 65 万元。" in [one.text for one in read.passages]
    assert [(one.before, one.rows) for one in read.tables] == [("附表", [["项目", "金额"]])]
    assert sorted(one.address for one in read.links) == ["#附件一", OUTSIDE]


def test_a_workbook_gives_cells_with_places_and_links_to_its_sheets(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "目录"
    sheet["B3"], sheet["B4"] = "校园安保", "附表"
    sheet["B4"].hyperlink = "#'没有的表'!A1"
    sheet["C4"].hyperlink = OUTSIDE
    book.save(tmp_path / "稿.xlsx")
    read = public_paper(tmp_path / "稿.xlsx")
    assert read.problems == []
    assert read.anchors == ["目录"]
    assert "校园安保" in read.tables[0].rows[0]
    assert any("B3" in cell for cell in read.tables[0].cells[0])
    assert OUTSIDE in [one.address for one in read.links]


def test_a_page_gives_its_anchors_and_references(tmp_path):
    path = tmp_path / "稿.html"
    path.write_text(
        f"<html><body><h1 id='top'>公开</h1><p>得分 88.5 分。</p><a href='#none'>附件</a>"
        f"<img src='a.png'><a href='{OUTSIDE}'></a></body></html>",
        encoding="utf-8",
    )
    read = public_paper(path)
    assert read.problems == []
    assert "top" in read.anchors
    assert [one.address for one in read.links] == ["#none", "a.png", OUTSIDE]


def test_a_pdf_gives_lines_by_page_and_plain_text_by_line(tmp_path):
    made = report_pdf(
        [PdfBlock("title", "公开稿"), PdfBlock("paragraph", "校园安保得分 88.5 分。")]
    )
    (tmp_path / "稿.pdf").write_bytes(made)
    read = public_paper(tmp_path / "稿.pdf")
    assert read.problems == []
    assert {one.place for one in read.passages} == {"第 1 页"}
    assert "校园安保" in "".join(one.text for one in read.passages)
    (tmp_path / "稿.txt").write_bytes("第一行\n\n第三行".encode("gb18030"))
    read = public_paper(tmp_path / "稿.txt")
    assert [(one.place, one.text) for one in read.passages] == [
        ("第 1 行", "第一行"),
        ("第 3 行", "第三行"),
    ]


@pytest.mark.parametrize("name", ["坏.pdf", "坏.docx", "坏.xlsx", "坏.txt", "坏.zip"])
def test_what_cannot_be_read_says_so_and_how_to_mend_it(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x00\xff\x81\x00 no paper")
    for read in (public_paper(tmp_path / name), paper_text(tmp_path / name)):
        (problem,) = read.problems
        assert problem.code.startswith("DR-")
        assert problem.mend


def test_words_of_a_paper_are_joined_by_article_and_bounded(tmp_path):
    made = report_pdf(
        [PdfBlock("paragraph", "第一条 为了规范。"), PdfBlock("paragraph", "第二条 适用。")]
    )
    (tmp_path / "制度.pdf").write_bytes(made)
    assert "第一条" in paper_text(tmp_path / "制度.pdf").text
    paper = docx.Document()
    paper.add_paragraph("第一条 为了规范。")
    paper.save(tmp_path / "制度.docx")
    assert paper_text(tmp_path / "制度.docx").text == "第一条 为了规范。"
    (tmp_path / "空.txt").write_text("  \n", encoding="utf-8")
    assert "没有可读的文字" in paper_text(tmp_path / "空.txt").problems[0].text
    (tmp_path / "长.txt").write_text("字" * 2_000_001, encoding="utf-8")
    assert "万字" in paper_text(tmp_path / "长.txt").problems[0].text
