"""附图: bars drawn from the report's own figures, as a Word chart that is vector and grey."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import docx

from wenxiao.files.out.document_charts import BarChart, add_bars
from wenxiao.reports.figures import Figure
from wenxiao.reports.pictures import charts_docx, charts_of
from wenxiao.reports.structure import Issue, Report


def figure(ident, name, value, rule="", unit="个"):
    return ident, Figure(ident, name, str(value), value, unit, "exact", rule)


FIGURES = dict(
    [
        figure("projects.grade.优", "优等个数", 1),
        figure("projects.grade.良", "良等个数", 2),
        figure("projects.grade.中", "中等个数", 0),
        figure("problems.1", "共性问题1个数", 1, "存在已确认的“执行率低于80%”问题的项目个数"),
        figure("problems.2", "共性问题2个数", 3, "存在已确认的“资金管理不规范”问题的项目个数"),
        figure("review.1.rate", "河道保洁预算执行率", Decimal("88.44"), unit="%"),
        figure("review.2.rate", "动物防疫预算执行率", Decimal("95.02"), unit="%"),
        figure("review.3.rate", "未知项目预算执行率", None, unit="%"),
    ]
)
REPORT = Report(
    masthead="工作动态",
    issue=Issue(number=1),
    editor="示例区财政局",
    title="报告",
    opening=(),
    sections=(),
    attachments=(),
    work_year=2021,
    version="internal",
    demo=False,
    figures=FIGURES,
)


def test_each_picture_says_its_finding_and_holds_the_reports_figures():
    grades, problems, execution = charts_of(REPORT)
    assert grades.finding == "项目评价等级：优 1 个、良 2 个"
    assert list(zip(grades.names, grades.values, strict=True)) == [
        ("优", "1"),
        ("良", "2"),
        ("中", "0"),
    ]
    assert problems.finding == "共性问题涉及的项目，最多 3 个"
    assert list(problems.names) == ["资金管理不规范", "执行率低于80%"]
    assert execution.finding == "预算执行率，最低 88.44%，最高 95.02%"
    assert list(execution.names) == ["河道保洁", "动物防疫"]


def test_the_paper_holds_one_chart_a_figure_and_no_colour():
    content = charts_docx(REPORT)
    with ZipFile(BytesIO(content)) as package:
        charts = sorted(name for name in package.namelist() if name.startswith("word/charts/"))
        texts = [package.read(name).decode() for name in charts]
        document = package.read("word/document.xml").decode()
        types = package.read("[Content_Types].xml").decode()
    assert len(charts) == 3
    assert types.count("drawingml.chart+xml") == 3
    for text in texts:
        for colour in {part[:6] for part in text.split('srgbClr val="')[1:]}:
            assert colour[:2] == colour[2:4] == colour[4:6]
    assert "河道保洁 88.44%；动物防疫 95.02%" in document
    assert docx.Document(BytesIO(content)).core_properties.title == "2021年财政重点绩效评价附图"


def test_names_with_signs_stay_whole_and_nothing_to_draw_gives_no_paper():
    document = docx.Document()
    add_bars(document, BarChart('高于"80"', ["<甲>", "乙&丙"], ["1", "2"], "个"))
    stream = BytesIO()
    document.save(stream)
    with ZipFile(stream) as package:
        assert "&lt;甲&gt;" in package.read("word/charts/chart1.xml").decode()
    assert charts_docx(replace(REPORT, figures={})) is None


def test_rows_of_a_wide_attachment_stand_closer_than_those_of_a_report():
    from wenxiao.files.out.documents import OfficialDocument

    def height(size):
        table = OfficialDocument(landscape=True).add_table(["甲"], [["1"]], [1], size=size)
        return [row.height.pt for row in table.rows]

    assert height(8) == [14.8, 14.8]
    assert height(10) == [20, 20]
