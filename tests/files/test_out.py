"""What goes out comes back: official forms are read by our own readers, and
no text becomes a formula or a link.
"""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import RGBColor

from wenxiao.files.forms.checking import problems_of
from wenxiao.files.forms.forms import typed
from wenxiao.files.forms.reading import read_file
from wenxiao.files.out import notices as notices_out
from wenxiao.files.out import pdf as pdf_out
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.files.out.form_grid import form_document, form_workbook
from wenxiao.files.out.official_forms import (
    CriterionLine,
    IndicatorLine,
    PrintedFund,
    PrintedScoreSheet,
    ProjectForm,
    monitoring_form,
    score_sheet_form,
    self_evaluation_form,
)
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, csv_text, workbook_bytes
from wenxiao.files.out.summary_table import SummaryRow, problem_matrix_sheet, summary_sheet
from wenxiao.rulebook.numbers import rate_percent

HOSTILE = [
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://x.invalid","点")',
    "{=1+1}",
    "+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "http://x.invalid",
    "=1+1",
    "\x00=1",
    "＝1+1",
    "mailto:a@x.invalid",
    "internal:表!A1",
    "_x0041_",
]
D = Decimal
FORM = ProjectForm(
    "示例项目甲（合成）",
    "示例单位甲",
    "示例单位甲本级",
    2024,
    [
        PrintedFund(
            "年度资金总额",
            D("2600130"),
            D("2600130"),
            D("2434571.5"),
            D("2600130"),
            D(10),
            D("93.63"),
            D("9.36"),
        ),
        PrintedFund("其中：当年财政拨款"),
    ],
    "完成养护86公里。",
    "完成84.5公里。",
    [
        IndicatorLine(
            "产出指标", "数量指标", "养护里程", "≥86公里", "84.5公里", D(25), D("24.56"), "雨季影响"
        ),
        IndicatorLine("产出指标", "数量指标", "桥涵维修", "≥12座", "12座", D(25), D(25)),
        IndicatorLine("效益指标", "社会效益指标", "出行条件", "显著改善", "达成", D(30), D(27)),
        IndicatorLine(
            "满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "88.2%", D(10), D("9.8")
        ),
    ],
    D("95.72"),
)
SCORES = PrintedScoreSheet(
    "示例项目甲（合成）",
    "示例单位甲",
    2024,
    "示例机构",
    D("12865000"),
    D("11983742.5"),
    [
        CriterionLine("决策", "项目立项", "立项依据充分性", D(10), D(9), "缺可研"),
        CriterionLine("决策", "项目立项", "程序规范性", D(10), D(10)),
        CriterionLine("过程", "资金管理", "预算执行率", D(20), D("18.66"), "执行率93.3%"),
        CriterionLine("产出", "产出数量", "完成率", D(30), D(28), "少1座"),
        CriterionLine("效益", "满意度", "群众满意度", D(30), D("26.5"), "低于目标"),
    ],
    (),
    D("92.16"),
    "优",
    ["指标不细化。", "档案不完整。"],
    ["细化指标。"],
)


def reread(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return read_file(path)


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_a_score_sheet_comes_back_as_it_went(tmp_path, suffix):
    write = form_workbook if suffix == "xlsx" else form_document
    read = reread(tmp_path, f"a.{suffix}", write([score_sheet_form(SCORES)]))
    (form,) = read["forms"]
    assert read["kind"] == "evaluation"
    assert form["subject_name"]["value"] == "示例项目甲（合成）"
    assert (form["audited_arranged"]["yuan"], form["audited_used"]["yuan"]) == (
        "12865000",
        "11983742.5",
    )
    assert [
        (item["level1"], item["level3"], item["score"]["value"]) for item in form["criteria"]
    ] == [(line.level1, line.level3, str(line.score)) for line in SCORES.criteria]
    assert (form["total"]["value"], form["grade"]["norm"]) == ("92.16", "优")
    assert (form["problems"], form["suggestions"]) == (
        ["指标不细化。", "档案不完整。"],
        ["细化指标。"],
    )
    assert problems_of([typed(form)]) == []


def test_experts_columns_come_back(tmp_path):
    lines = [
        CriterionLine("决策", "立项", "甲", D(40), D("38.5"), "原因", experts=(D(38), D(39))),
        CriterionLine("产出", "数量", "乙", D(60), D(60), experts=(D(60), D(60))),
    ]
    sheet = PrintedScoreSheet(
        "甲", "乙", 2024, criteria=lines, experts=("专家甲", "专家乙"), total=D("98.5"), grade="优"
    )
    (form,) = reread(tmp_path, "a.xlsx", form_workbook([score_sheet_form(sheet)]))["forms"]
    assert [mark["value"] for mark in form["criteria"][0]["experts"]] == ["38", "39"]
    assert problems_of([typed(form)]) == []


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_a_self_evaluation_comes_back_as_it_went(tmp_path, suffix):
    write = form_workbook if suffix == "xlsx" else form_document
    read = reread(tmp_path, f"a.{suffix}", write([self_evaluation_form(FORM)]))
    (form,) = read["forms"]
    assert form["kind"] == "selfeval"
    assert form["project_name"]["value"] == "示例项目甲（合成）"
    assert form["unit"]["value"] == "示例单位甲本级"
    assert form["year"]["value"] == 2024
    assert form["funds"][0]["executed"]["yuan"] == "2434571.5"
    assert [
        item["level3"]["value"] if isinstance(item["level3"], dict) else item["level3"]
        for item in form["indicators"]
    ] == ["养护里程", "桥涵维修", "出行条件", "群众满意度"]


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_a_monitoring_form_comes_back_as_it_went(tmp_path, suffix):
    write = form_workbook if suffix == "xlsx" else form_document
    (form,) = reread(tmp_path, f"a.{suffix}", write([monitoring_form(FORM)]))["forms"]
    assert form["kind"] == "monitor"
    assert form["project_name"]["value"] == "示例项目甲（合成）"
    assert form["funds"][0]["executed"]["yuan"] == "2434571.5"
    assert len(form["indicators"]) == 4


@pytest.mark.parametrize("write", [form_workbook, form_document])
def test_blank_forms_are_drawn(write):
    blanks = [
        self_evaluation_form(ProjectForm()),
        monitoring_form(ProjectForm()),
        score_sheet_form(PrintedScoreSheet()),
    ]
    assert len(write(blanks)) > 4000


def test_no_text_becomes_a_formula_or_a_link():
    table = SheetSpec(
        "甲/乙:[表]",
        HOSTILE[0],
        [ColumnSpec(text, 12) for text in HOSTILE],
        [HOSTILE],
        notes=HOSTILE[:3],
    )
    form = score_sheet_form(
        PrintedScoreSheet(
            HOSTILE[0],
            HOSTILE[1],
            criteria=[CriterionLine(*HOSTILE[:3], D(1), D(1), HOSTILE[4])],
            problems=HOSTILE,
        )
    )
    for content in (workbook_bytes([table, table]), form_workbook([form])):
        with zipfile.ZipFile(BytesIO(content)) as parts:
            text = "".join(
                parts.read(name).decode()
                for name in parts.namelist()
                if name.startswith("xl/worksheets/")
            )
        assert "<f>" not in text
        assert "<f " not in text
        assert "hyperlink" not in text
    book = openpyxl.load_workbook(BytesIO(workbook_bytes([table])))
    values = [cell.value for cell in book.worksheets[0][3]]
    assert values == [text.replace("\x00", "") for text in HOSTILE]


def test_csv_shields_texts_and_leaves_our_numbers():
    assert (
        csv_text([["=1", "a,b", D("-5.2"), None, 3, "－1", ' "x"']])
        == '\'=1,"a,b",-5.2,,3,\'－1," ""x"""\r\n'
    )


def test_the_summary_table_has_groups_subtotals_and_no_grand_total():
    row = SummaryRow(
        "示例单位",
        "示例对象",
        "项目支出",
        2024,
        D("2600130"),
        D("12865000"),
        D("11983742.50"),
        D("92.01"),
        "优",
    )
    bare = SummaryRow("示例单位", "另一对象", "项目支出", 2024, None, None, None, None, None)
    content = workbook_bytes(
        [
            summary_sheet(
                [("一、部门整体支出", [row]), ("二、项目支出", [row, bare])],
                title="财政重点绩效评价情况表",
            ),
            problem_matrix_sheet(
                ["执行率低", "制度欠缺"],
                [("甲", "乙", frozenset({0})), ("甲", "丙", frozenset({0, 1}))],
            ),
        ]
    )
    book = openpyxl.load_workbook(BytesIO(content))
    rows = [[cell.value for cell in line] for line in book["评价情况表"].iter_rows()]
    assert [line[0] for line in rows if line[0] and str(line[0])[0] in "一二"] == [
        "一、部门整体支出",
        "二、项目支出",
    ]
    assert [line[5] for line in rows if line[0] == "二、项目支出"] == [260.013]
    assert [line[8] for line in rows if line[0] in {1, 2, 3}] == [93.15, 93.15, None]
    assert not [line for line in rows if line[0] == "合计"]
    assert [cell.value for cell in list(book["共性问题对照表"].iter_rows())[-1]][3:] == [2, 1]
    assert rate_percent(D(1), D(0)) is None


def test_the_summary_table_is_read_back_as_a_list(tmp_path):
    row = SummaryRow(
        "示例单位",
        "示例对象",
        "项目支出",
        2024,
        D("2600130"),
        D("12865000"),
        D("11983742.50"),
        D("92.01"),
        "优",
        "1.甲。",
        "1.乙。",
    )
    content = workbook_bytes(
        [
            summary_sheet(
                [("一、部门整体支出", [row]), ("二、项目支出", [row, row])],
                title="财政重点绩效评价情况表",
            )
        ]
    )
    (form,) = reread(tmp_path, "a.xlsx", content)["forms"]
    assert [group["name"] for group in form["groups"]] == ["一、部门整体支出", "二、项目支出"]
    assert [entry["group"] for entry in form["rows"]] == [
        "一、部门整体支出",
        "二、项目支出",
        "二、项目支出",
    ]
    assert form["rows"][0]["audited_used"]["yuan"] == "11983742.5"
    assert form["rows"][0]["score"]["value"] == "92.01"


def test_the_official_document_keeps_its_measures():
    document = OfficialDocument(watermark="演示")
    document.add_masthead("工作动态", "第1期", "某局编印", "2024年12月5日")
    document.add_instruction_room()
    document.add_title("标题")
    document.add_heading1("一、甲")
    document.add_paragraph("正文\x0b<&>")
    document.add_table(["甲", "乙"], [["一、组", ""], ["1", "2"]], [1, 2], groups=[0])
    document.add_attachment_line(["表一", "表二"])
    document.add_signature("某局", "2024年12月5日")
    document.start_landscape()
    document.start_portrait()
    made = docx.Document(BytesIO(document.save()))
    first = made.sections[0]
    assert [
        round(size.mm)
        for size in (first.page_width, first.page_height, first.top_margin, first.left_margin)
    ] == [210, 297, 37, 28]
    assert made.sections[1].page_width > made.sections[1].page_height
    with zipfile.ZipFile(BytesIO(document.save())) as parts:
        text = parts.read("word/document.xml").decode()
        headers = "".join(
            parts.read(name).decode() for name in parts.namelist() if "header" in name
        )
        footers = [parts.read(name).decode() for name in parts.namelist() if "footer" in name]
    assert {"方正小标宋简体", "黑体", "仿宋_GB2312"} <= set(
        re.findall(r'w:eastAsia="([^"]+)"', text)
    )
    assert text.count("<w:tblHeader") == 1
    assert 'w:line="560"' in text
    assert "演示" in headers
    assert all(footer.count("PAGE") == 1 for footer in footers)
    assert made.tables[0].rows[0].height.mm >= 40


def test_letters_say_who_what_and_until_when():
    head = notices_out.Letterhead("某区财政局", "区财绩函〔2024〕1号", "2024年12月5日", "李某")
    feedback = notices_out.Feedback(
        "示例单位",
        "示例项目",
        2024,
        D("12865000"),
        D("11983742.5"),
        D("87.45"),
        "良",
        ["甲。"],
        ["乙。"],
        "2025年1月5日",
        ["《示例办法》"],
    )
    text = _words(notices_out.feedback_letter(head, feedback))
    assert "根据《示例办法》要求" in text
    assert "于2025年1月5日前" in text
    assert "1198.37425" in text
    reminder = notices_out.Reminder(
        "示例单位", "2024年度自评", [("项目甲", "未报送", "11月30日")], "2024年12月10日"
    )
    assert "尚有下列1项" in _words(notices_out.reminder_letter(head, reminder))
    project = notices_out.MonitoredProject(
        "项目甲", D("2802000"), D("1822100"), "65.03%", ["规范用工。"], ["未公示。"]
    )
    report = _words(
        notices_out.monitoring_report(
            head,
            title="监控报告",
            opening="开头。",
            groups=[("1-7月", [project])],
            next_steps=["跟踪。"],
        )
    )
    assert "一、1-7月监控情况" in report
    assert "182.21" in report
    assert "二、下一步工作" in report


def _words(content):
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_pdf_says_when_no_chinese_font_is_there(monkeypatch):
    monkeypatch.setattr(pdf_out, "known_fonts", lambda folders=(): frozenset({"Libertinus Serif"}))
    with pytest.raises(pdf_out.NoChineseFontError, match="字体"):
        pdf_out.chosen_fonts()


def test_pdf_takes_a_users_text_as_text():
    blocks = [
        pdf_out.PdfBlock("title", '#panic("x")'),
        pdf_out.PdfBlock("paragraph", '"#let x = 1\n*粗* $x$ \\'),
        pdf_out.PdfBlock("heading1", "一、"),
        pdf_out.PdfBlock("heading2", "（一）"),
        pdf_out.PdfBlock("line", "]"),
        pdf_out.PdfBlock("right", "某局"),
        pdf_out.PdfBlock("table", head=["#甲"], rows=[["[乙"]], widths=(1,)),
    ]
    assert pdf_out.report_pdf(blocks, watermark='演"示').startswith(b"%PDF")
    assert pdf_out.forms_pdf(
        [self_evaluation_form(FORM), monitoring_form(FORM), score_sheet_form(SCORES)]
    ).startswith(b"%PDF")


def test_a_word_table_has_air_and_the_fonts_have_stand_ins():
    paper = OfficialDocument()
    paper.add_table(["甲", "乙"], [("1", "2")], [1, 1])
    with zipfile.ZipFile(BytesIO(paper.save())) as pack:
        body, fonts = (pack.read(f"word/{name}.xml").decode() for name in ("document", "fontTable"))
    # the schema wants the margins before the look
    assert re.search(r"<w:tblCellMar>.*?</w:tblCellMar>\s*<w:tblLook", body, re.DOTALL)
    for name, other in (
        ("方正小标宋简体", "华文中宋"),
        ("仿宋_GB2312", "仿宋"),
        ("楷体_GB2312", "楷体"),
    ):
        assert re.search(rf'w:name="{name}">\s*<w:altName w:val="{other}"/>', fonts)


def test_a_report_as_pdf_opens_with_the_masthead():
    blocks = [
        pdf_out.PdfBlock(
            "masthead", '※【工作"动态】※', head=("第1期", "区财政局", "2021年11月22日")
        ),
        pdf_out.PdfBlock("room", "领导批示："),
    ]
    source = "\n".join(map(pdf_out._block_source, blocks))
    assert '#masthead("※【工作\\"动态】※", "第1期", "区财政局", "2021年11月22日")' in source
    assert pdf_out.report_pdf(blocks).startswith(b"%PDF")


def test_headings_are_styles_the_body_is_justified_and_the_properties_are_its_own():
    from datetime import UTC, datetime, timedelta

    paper = OfficialDocument()
    paper.add_title("年度报告")
    paper.add_heading1("一、总体情况")
    paper.add_heading2("（一）执行情况")
    paper.add_paragraph("用了65万元，执行率65%。")
    document = docx.Document(BytesIO(paper.save()))
    styled = {one.text: one.style.name for one in document.paragraphs if one.text}
    assert styled["一、总体情况"] == "Heading 1"
    assert styled["（一）执行情况"] == "Heading 2"
    body = next(one for one in document.paragraphs if one.text.startswith("用了"))
    assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert document.styles["Heading 1"].font.color.rgb == RGBColor(0, 0, 0)
    properties = document.core_properties
    assert (properties.title, properties.author) == ("年度报告", "问效")
    written = properties.created.replace(tzinfo=UTC)
    assert datetime.now(UTC) - written < timedelta(minutes=5)
