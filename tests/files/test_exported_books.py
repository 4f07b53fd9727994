"""Workbooks that are no workbooks: web pages and XML 2003 saved as .xls, and Strict OOXML."""

import zipfile

import openpyxl
import pytest

from wenxiao.files.forms.ledger import read_ledger
from wenxiao.files.forms.reading import open_book, read_file

ROWS = [
    ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"),
    ("产出指标", "数量指标", "培训人数", "≥100人", "120人", "50", "50"),
    ("效益指标", "社会效益指标", "就业率", "≥80%", "85%", "40", "40"),
]
PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<style>td {{ color: red }}</style></head><body><p>{outside}</p><table>
<tr><td colspan="7">项目支出绩效自评表</td></tr><tr><td colspan=7>（2021年度）</td></tr>
<tr><td>项目名称</td><td colspan="6">技能<br>培训</td></tr>{rows}</table></body></html>"""


def page(tmp_path, *, charset="gb2312", codec="gb18030", outside="", name="导出.xls"):
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    path = tmp_path / name
    path.write_bytes(PAGE.format(charset=charset, outside=outside, rows=rows).encode(codec))
    return path


def targets(answer):
    return [
        (row["level3"], row["target_text"], row["actual"]["value"])
        for row in answer["forms"][0]["indicators"]
    ]


WANTED = [("培训人数", "≥100人", "120人"), ("就业率", "≥80%", "85%")]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("gb2312", "gb18030"),
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("unknown-8", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_web_page_saved_as_xls_is_read_in_any_encoding(tmp_path, charset, codec):
    answer = read_file(page(tmp_path, charset=charset, codec=codec))
    assert answer["kind"] == "selfeval"
    assert targets(answer) == WANTED
    assert answer["forms"][0]["project_name"]["value"] == "技能培训"
    assert answer["forms"][0]["year"]["value"] == 2021


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_web_page_that_names_no_encoding_is_read_too(tmp_path, codec):
    path = tmp_path / "页.html"
    page = "<html><body><p>说明</p><table><tr><td>项目名称</td></tr></table></body></html>"
    path.write_bytes(page.encode(codec))
    book, problems = open_book(path)
    assert problems == []
    assert [cell.text for cell in book.sheets[0].cells.values()] == ["项目名称"]
    assert book.margins == ["说明"]


def test_a_marking_outside_the_tables_keeps_the_page_out(tmp_path):
    book, problems = open_book(page(tmp_path, outside="机密★10年"))
    assert book is None
    assert [problem.code for problem in problems] == ["DR-16"]


XML = """<?xml version="1.0"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>
<Worksheet ss:Name="自评"><Table>
<Row><Cell ss:MergeAcross="6"><Data ss:Type="String">项目支出绩效自评表（2021年度）</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">项目名称</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">技能培训</Data></Cell></Row>
{rows}
<Row ss:Hidden="1"><Cell><Data ss:Type="DateTime">2021-12-31T00:00:00.000</Data></Cell><Cell><Data ss:Type="DateTime">2021-12-31T08:30:00.000</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">0.985</Data></Cell><Cell><Data ss:Type="Number">x</Data></Cell><Cell/></Row>
</Table></Worksheet>
<Worksheet ss:Name="旧"><Table/><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
</Workbook>"""


def xml2003(tmp_path, text=None):
    rows = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        + "</Row>"
        for row in ROWS
    )
    path = tmp_path / "导出.xls"
    path.write_text(text or XML.format(rows=rows), encoding="utf-8")
    return path


def test_xml_of_2003_is_read_with_its_formats_and_hidden_parts(tmp_path):
    path = xml2003(tmp_path)
    assert targets(read_file(path))[:2] == WANTED
    book, _ = open_book(path)
    sheet = book.sheets[0]
    texts = {cell.address: cell.text for cell in sheet.cells.values()}
    assert (texts["A7"], texts["B7"], texts["C7"], texts["D7"]) == (
        "2021-12-31",
        "2021-12-31 08:30",
        "98.50%",
        "x",
    )
    assert sheet.hidden_rows == frozenset({7})
    assert [one.hidden for one in book.sheets] == [False, True]
    assert sheet.merges[0].right == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet>',
            "另存为",
        ),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table><Row ss:Index="1999999"/></Table></Worksheet></Workbook>',
            "超出范围",
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
            "实体",
        ),
    ],
)
def test_a_broken_or_hostile_xml_is_refused_with_a_sentence(tmp_path, text, said):
    answer = read_file(xml2003(tmp_path, text))
    assert answer["forms"] == []
    assert any(said in f"{problem['text']}{problem['mend']}" for problem in answer["problems"])


def test_strict_ooxml_is_read_like_any_other(tmp_path):
    made = openpyxl.Workbook()
    for row in (("项目支出绩效自评表（2021年度）",), ("项目名称", "技能培训"), *ROWS):
        made.active.append(row)
    plain, strict = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    made.save(plain)
    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(strict, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            for known, other in names.items():
                content = content.replace(known, other)
            new.writestr(entry.filename, content)
    assert targets(read_file(strict)) == WANTED


LEDGER = [
    ("项目代码", "项目名称", "支付日期", "支付金额（元）"),
    ("P1", "技能培训", "2021-03-05", "1000.50"),
    ("P2", "道路养护", "2021-04-06", "20.00"),
]


def ledger_page(tmp_path, outside=""):
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in LEDGER)
    path = tmp_path / "支付明细.xls"
    path.write_text(PAGE.format(charset="utf-8", outside=outside, rows=rows), encoding="utf-8")
    return path


def test_a_ledger_that_is_a_web_page_gives_its_rows(tmp_path):
    read = read_ledger(ledger_page(tmp_path))
    assert [problem for problem in read["problems"] if problem["level"] == "阻断"] == []
    assert [row[1:] for row in read["rows"]] == [list(row) for row in LEDGER[1:]]


def test_a_marked_ledger_page_is_refused(tmp_path):
    read = read_ledger(ledger_page(tmp_path, outside="机密★10年"))
    assert (read["rows"], [problem["code"] for problem in read["problems"]]) == ([], ["DR-16"])


def test_a_ledger_in_xml_of_2003_keeps_what_is_stored(tmp_path):
    rows = [LEDGER[0], ("P1", "技能培训", "2021-03-05", "1234.5678")]
    lines = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row[:3])
        + (
            f'<Cell ss:StyleID="p"><Data ss:Type="Number">{row[3]}</Data></Cell>'
            if row is not LEDGER[0]
            else f'<Cell><Data ss:Type="String">{row[3]}</Data></Cell>'
        )
        + "</Row>"
        for row in rows
    )
    text = XML.split("<Row>", maxsplit=1)[0] + lines + "</Table></Worksheet></Workbook>"
    read = read_ledger(xml2003(tmp_path, text))
    assert [row[1:] for row in read["rows"]] == [["P1", "技能培训", "2021-03-05", "1234.5678"]]
