"""Markings hide beside the text: every place a person may see one is looked
at, and prose about secrets passes.
"""

import io
import zipfile

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from wenxiao.files.door.attachments import admit_attachment
from wenxiao.files.door.gate import admit
from wenxiao.files.door.markings import marking_in
from wenxiao.files.door.materials import LARGEST_PROOF, look_at, name_problem

MARK = "机密★10年"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'


def word(change):
    document = docx.Document()
    document.add_paragraph("普通内容")
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def book(change):
    made = openpyxl.Workbook()
    made.active["A1"] = "普通"
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(content, name, xml):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry))
        new.writestr(name, xml)
    return out.getvalue()


def even_header(document):
    document.settings.odd_and_even_pages_header_footer = True
    document.sections[0].even_page_header.paragraphs[0].text = MARK


def comment(made):
    made.active["A1"].comment = Comment(MARK, "某人")


def defined(made):
    made.defined_names["密级"] = DefinedName("密级", attr_text=f'"{MARK}"')


def sheet_name(made):
    made.active.title = "机密"


def note(words):
    return f'<w:footnotes {WORD}><w:footnote w:id="2"><w:p><w:r><w:t>{words[:2]}</w:t></w:r><w:r><w:t>{words[2:]}</w:t></w:r></w:p></w:footnote></w:footnotes>'


PLAIN_WORD, PLAIN_BOOK = word(lambda _: None), book(lambda _: None)
HIDDEN = {
    "even header": word(even_header),
    "title": word(lambda d: setattr(d.core_properties, "title", MARK)),
    "keywords": word(lambda d: setattr(d.core_properties, "keywords", "机密")),
    "soft hyphen": word(lambda d: setattr(d.core_properties, "subject", "机\u00ad密\u2060★10年")),
    "watermark": with_part(
        PLAIN_WORD,
        "word/header9.xml",
        f'<w:hdr {WORD}><w:p><w:r><w:pict><v:shape><v:textpath string="机密"/></v:shape></w:pict></w:r></w:p></w:hdr>',
    ),
    "footnote": with_part(PLAIN_WORD, "word/footnotes.xml", note(MARK)),
    "custom property": with_part(
        PLAIN_WORD,
        "docProps/custom.xml",
        f"<Properties><property name='密级'><lpwstr>{MARK}</lpwstr></property></Properties>",
    ),
    "sheet name": book(sheet_name),
    "comment": book(comment),
    "defined name": book(defined),
    "book title": book(lambda b: setattr(b.properties, "title", MARK)),
    "shape": with_part(PLAIN_BOOK, "xl/drawings/drawing1.xml", f"<w><p><t>{MARK}</t></p></w>"),
}


@pytest.mark.parametrize("place", HIDDEN)
def test_a_marking_is_found_wherever_it_stands(tmp_path, place):
    path = tmp_path / "file"
    path.write_bytes(HIDDEN[place])
    (problem,) = admit(path).problems
    assert (problem.code, problem.level) == ("DR-16", "阻断")
    assert "线下" in problem.mend


@pytest.mark.parametrize(
    "content",
    [
        PLAIN_WORD,
        PLAIN_BOOK,
        word(lambda d: setattr(d.core_properties, "title", "保守国家秘密工作考核办法")),
        with_part(PLAIN_WORD, "word/footnotes.xml", note("不得泄露商业秘密和个人隐私。")),
        with_part(PLAIN_BOOK, "xl/drawings/vmlDrawing1.vml", "<xml><p>图一</p></xml>"),
    ],
)
def test_prose_about_secrets_passes(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert admit(path).problems == ()


def test_letters_that_take_no_room_do_not_hide_a_marking():
    assert marking_in("机\u200b\u00ad密\ufeff★5年")
    assert marking_in("秘密⭐长期")
    assert marking_in("商业秘密★") is None


@pytest.mark.parametrize("name", ["机密文件.jpg", "1机密.png", "绝密材料2.pdf"])
def test_names_say_it_too(name):
    assert name_problem(name).code == "DR-16"


@pytest.mark.parametrize("name", ["机密文件管理制度.pdf", "商业秘密文件.pdf"])
def test_names_of_rules_about_secrets_pass(name):
    assert name_problem(name) is None


@pytest.mark.parametrize("active", [b"/S/J#61vaScript/JS(x)", b"/Type/Embedded#46ile "])
def test_coded_names_do_not_hide_what_acts_in_a_pdf(tmp_path, active):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\n1 0 obj<<" + active + b">>endobj\n%%EOF\n")
    assert admit_attachment(path).problems[0].code == "DR-10"


def test_a_title_in_hexadecimal_is_read(tmp_path):
    path = tmp_path / "a.pdf"
    title = MARK.encode("utf-16-be").hex(" ").upper().encode()
    path.write_bytes(b"%PDF-1.4\n1 0 obj<</Title<FEFF" + title + b">>>endobj\n%%EOF\n")
    assert look_at(path, "a.pdf", pool=None, largest=LARGEST_PROOF).problem.code == "DR-16"
