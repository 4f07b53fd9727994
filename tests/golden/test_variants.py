"""Other years than the published one: small, half finished, restricted.
The report says what is, and no more.
"""

import json
from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pytest

from wenxiao.followup.models import CommonProblem
from wenxiao.orgs.models import Role, Unit
from wenxiao.records.models import Notice
from wenxiao.reports import facts, services, summary
from wenxiao.reports.printing import report_pdf
from wenxiao.reports.structure import ReportTable
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def report_of(year, **options):
    return services.current(year.division, 2021, **options).report


def titles(year):
    return [section.title for section in report_of(year).sections]


def test_an_empty_year_claims_nothing(new_year):
    report = report_of(new_year(name="示例县"))
    assert [section.title for section in report.sections] == ["一、下一步计划"]
    text = report.opening[0].text
    assert text.endswith("县财政局持续推进预算绩效管理，本年度未安排财政重点评价和财政重点监控。")
    assert "按照" not in text
    assert report.attachments == ()


def test_one_project_reads_as_one(new_year):
    year = new_year()
    year.lines()
    year.finding(year.project(0, "93.5"), 2)
    section = report_of(year).sections[0]
    assert section.title == "一、项目支出财政重点评价情况"
    assert [block.text for block in section.blocks] == [
        (
            "根据工作安排，本年度对2020年度区社发局村卫计室和社区卫生服务站建设经费项目开展了财政重点绩效评价工作，"
            "评价得分93.50分，评价等级为“优”。"
        ),
        "经梳理，该项目存在的问题主要有：",
        "1.主管部门监督监管不到位，项目执行管理不足。",
    ]
    assert (
        "对1个区本级部门项目（2020年度预算安排合计0.13亿元）开展财政评价。"
        in report_of(year).opening[0].text
    )


def test_middling_and_poor_grades_are_said_and_nobodys_are_not(new_year):
    year = new_year()
    year.project(0, "72")
    year.project(1, "41")
    text = report_of(year).text
    assert (
        "1个项目评价分值在60（含）-80分之间，评价等级为“中”；1个项目评价分值在60分以下，评价等级为“差”。"
        in text
    )
    assert "“优”" not in text
    assert "共性问题" not in text


def test_only_monitoring(new_year):
    year = new_year()
    year.watched(9, "环卫保洁项目", "100", "80")
    report = report_of(year)
    assert [section.title for section in report.sections] == [
        "一、财政重点监控情况",
        "二、下一步计划",
    ]
    assert (
        "，区财政局对1个2021年实施的项目（2021年预算安排100万元）开展了财政重点监控工作。"
        in report.opening[0].text
    )
    assert report.sections[0].blocks[1].texts == [["环卫保洁项目1-9月绩效运行", "100", "80", "—"]]
    assert report.attachments == ()


def test_money_nobody_entered_is_not_zero(new_year):
    year = new_year()
    review = year.watched(9, "环卫保洁项目", "100", "80")
    Review.objects.filter(pk=review.pk).update(executed=None)
    review.dossier.appropriations.all().delete()
    report = report_of(year)
    assert "对1个2021年实施的项目开展了" in report.opening[0].text
    assert report.sections[0].blocks[1].texts[0][2] == "—"
    year.watched(9, "绿化项目", "50", "20")
    assert "预算安排50万元，另有1个未录入预算数" in report_of(year).opening[0].text


def test_what_is_not_confirmed_is_not_told(new_year):
    year = new_year()
    year.project(0)
    review = year.project(1, "95")
    Review.objects.filter(pk=review.pk).update(state="submitted")
    text = report_of(year).text
    assert "1个项目评价结果尚未确认" in text
    assert "“优”" not in text
    assert "目前，2份报告中已出具1份；问题反馈函均已签收。" in text


@pytest.mark.parametrize(
    ("state", "receipts", "said"),
    [
        ("confirmed", True, "目前，各项报告尚未出具；问题反馈函均已签收。"),
        ("issued", False, "目前，各项财政绩效管理工作已出具报告；问题反馈函已发出1份，尚未签收。"),
    ],
)
def test_the_status_sentence_is_true(new_year, state, receipts, said):
    year = new_year()
    year.project(0)
    Review.objects.update(state=state)
    if not receipts:
        Notice.objects.update(received_on=None)
    assert report_of(year).opening[0].text.endswith(said)


def test_restricted_objects_are_absent_from_the_public_version(new_year):
    year = new_year()
    year.project(0, restriction="restricted")
    year.project(1)
    year.project(2)
    public = services.current(year.division, 2021, version="public")
    assert "村卫计室" not in json.dumps(
        [figure.as_data() for figure in public.report.figures.values()], ensure_ascii=False
    )
    assert "村卫计室" not in public.report.text
    assert public.facts.withheld == {"区社发局村卫计室和社区卫生服务站建设经费"}
    first = summary.sheets(public.facts)[0]
    assert [row[0] for row in first.rows if not hasattr(row, "amounts")] == [1, 2]
    assert len(first.columns) == 14
    assert "村卫计室" in report_of(year).text


def test_the_author_chooses_names_lines_and_blocks(year, writer):
    chosen = [year.projects[5].dossier_id, year.projects[6].dossier_id]
    services.save_draft(
        division=year.division,
        work_year=2021,
        by=writer,
        choices={
            "named": chosen,
            "least": 15,
            "blocks": ["rectification", "coverage", "year_on_year", "consequences"],
            "prints": {"projects.opening": {"kind": "exact", "unit": "万元"}},
        },
    )
    text = report_of(year).text
    assert "示例单位5专项经费项目、示例单位6专项经费项目等21个项目" in text
    assert "1.专项资金管理办法欠缺，资金管理使用不规范（涉及到16个项目）；\n2.主管部门" in text
    assert "13个项目" not in text
    assert "合计28014万元" in text


def test_prose_keeps_its_figures_and_refuses_unknown_ones(year, writer):
    draft = services.save_draft(
        division=year.division,
        work_year=2021,
        by=writer,
        prose={"problems": "{项目个数}个项目的主要问题："},
    )
    assert "21个项目的主要问题：" in report_of(year).text
    with pytest.raises(services.NotAllowed, match="幸福指数"):
        services.save_draft(
            division=year.division, work_year=2021, by=writer, prose={"plan": "{幸福指数}"}
        )
    with pytest.raises(services.NotAllowed):
        services.save_draft(
            division=year.division, work_year=2021, by=writer, prose={"nowhere": "x"}
        )
    with pytest.raises(services.NotAllowed):
        services.save_draft(
            division=year.division, work_year=2021, by=writer, choices={"blocks": ["lights"]}
        )
    draft.refresh_from_db()
    assert draft.prose == {"problems": "{项目个数}个项目的主要问题："}


def test_an_untouched_plan_is_noted(year, writer):
    assert "示范文字" in report_of(year).notes[0]
    services.save_draft(
        division=year.division, work_year=2020, by=writer, prose={"plan": "明年再干{下一年度}。"}
    )
    assert report_of(year).notes == ("“下一步计划”沿用上年文字，尚未改动。",)
    assert "明年再干2022。" in report_of(year).text
    services.save_draft(division=year.division, work_year=2021, by=writer, prose={"plan": "新的。"})
    assert report_of(year).notes == ()


def test_the_document_reads_back_as_the_report(year):
    files = services.report_files(year.division, 2021)
    document = docx.Document(BytesIO(files["annual.docx"]))
    report = report_of(year)
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert all(line in paragraphs for line in report.text.split("\n"))
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables
    ]
    assert [table[1:] for table in tables[1:]] == [
        block.texts for block in report.blocks() if isinstance(block, ReportTable)
    ]
    assert tables[0][0][0].startswith("领导批示")


def test_the_summary_table_has_groups_and_no_grand_total(year):
    book = openpyxl.load_workbook(
        BytesIO(services.report_files(year.division, 2021)["summary.xlsx"])
    )
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert sum(1 for row in rows if isinstance(row[0], int)) == 23
    groups = [
        row for row in rows if isinstance(row[0], str) and row[0].startswith(("一、", "二、"))
    ]
    assert [Decimal(str(row[5])) for row in groups] == [Decimal("5767.5"), Decimal(28014)]
    assert any(row[0] and "预算执行率＝" in str(row[0]) for row in rows)
    last = [list(row) for row in book.worksheets[1].iter_rows(values_only=True)][-1]
    assert last[-4:] == [13, 16, 20, 14]


def test_the_word_table_holds_the_same_rows(year):
    document = docx.Document(BytesIO(services.report_files(year.division, 2021)["summary.docx"]))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[2][7:11] == ["2845.97", "92.61", "87.45", "良"]
    assert len(rows) == 1 + 2 + 23


def test_a_demonstration_carries_its_mark(new_year):
    year = new_year(demo=True, name="南昌高新区（演示）")
    year.project(0)
    report = report_of(year)
    assert report.title == "2021年度南昌高新区预算绩效管理工作情况"
    document = docx.Document(BytesIO(services.report_files(year.division, 2021)["annual.docx"]))
    assert "演示" in document.sections[0].header._element.xml


def test_more_rows_cost_no_more_queries(
    new_year, django_assert_num_queries, django_assert_max_num_queries
):
    year = new_year()
    year.lines()
    year.finding(year.project(0), 0)
    with django_assert_max_num_queries(20) as few:
        report_of(year)
    for at in range(1, 21):
        year.finding(year.project(at), at % 4)
    with django_assert_num_queries(len(few)):
        report_of(year)


def test_a_line_may_group_several_codes(new_year):
    year = new_year()
    first, second = year.project(0), year.project(1)
    year.finding(first, 0)
    year.finding(first, 1)
    year.finding(second, 1)
    line = CommonProblem.objects.create(
        division=year.division, work_year=2021, order=1, text="预算与资金管理。"
    )
    line.items.set(year.items[:2])
    assert "1.预算与资金管理（涉及到2个项目）。" in report_of(year).text
    assert facts.facts(year.division, 2021).concerned[line.pk] == {
        first.dossier_id,
        second.dossier_id,
    }


def test_a_public_version_drops_words_that_name_a_restricted_object(new_year):
    year = new_year()
    year.project(0, restriction="restricted")
    year.project(1)
    services.save_draft(
        division=year.division,
        work_year=2021,
        by=year.user(Role.PERFORMANCE),
        prose={"plan": "继续盯住区社发局村卫计室和社区卫生服务站建设经费。"},
    )
    assert "继续盯住" in report_of(year).text
    public = report_of(year, version="public")
    assert "继续盯住" not in public.text
    assert "限制知悉" in public.notes[0]
    assert services.stale_figures(services.draft_of(year.division, 2021), public) == ()


def test_many_names_are_cut_short(new_year):
    year = new_year()
    for at in range(6):
        year.evaluated(f"第{at}局", "10", "10", "9", "85", kind="department_overall")
        year.watched(9, f"监控{at}项目", "10", "5")
    text = report_of(year).text
    assert "对第0局、第1局等6个部门2020年度部门整体支出" in text
    assert "对监控0项目、监控1项目等6个项目1-9月绩效运行情况" in text


def test_a_unit_below_a_department_is_shown_under_it(new_year):
    year = new_year()
    above = Unit.objects.create(
        division=year.division, code="900", name="教体局", kind="department"
    )
    below = Unit.objects.create(division=year.division, code="901", name="一小", parent=above)
    Unit.objects.filter(pk=below.pk).update(path=f"/{above.pk}/{below.pk}/")
    below.refresh_from_db()
    year.evaluated("校园安保", "10", "10", "9", "85", unit=below)
    row = services.current(year.division, 2021).facts.projects[0]
    assert (row.unit, row.department) == ("一小", "教体局")


def test_the_pdf_is_a_pdf(year):
    assert report_pdf(report_of(year)).startswith(b"%PDF")


def test_what_was_made_up_says_so_in_its_row(new_year):
    year = new_year(demo=True)
    made_up, partly, real = year.project(0), year.project(1), year.project(2)
    type(made_up.dossier.subject).objects.filter(pk=made_up.dossier.subject_id).update(
        synthetic=True
    )
    partly.dossier.appropriations.update(synthetic=True)
    Review.objects.filter(pk=partly.pk).update(synthetic=True)
    rows = summary.sheets(services.current(year.division, 2021).facts)[0].rows
    assert [row[13] for row in rows if not hasattr(row, "amounts")] == [
        "合成",
        "预算安排、审查数为合成数",
        "",
    ]
    assert real.pk


def test_prose_that_claims_feedback_too_early_is_noted(new_year):
    year = new_year()
    year.project(0)
    Notice.objects.update(received_on=None)
    services.save_draft(
        division=year.division,
        work_year=2021,
        by=year.user(Role.PERFORMANCE),
        prose={"opening": "问题反馈给了各部门。", "plan": "好。"},
    )
    assert report_of(year).notes == ("开头一段写到了反馈，但反馈函还没有全部签收，请核对。",)


def test_prose_whose_data_is_gone_stands_as_written(new_year):
    year = new_year()
    year.lines()
    year.finding(year.project(0), 0)
    prose = {"plan": "盯住{共性问题1个数}个项目。"}
    services.save_draft(
        division=year.division, work_year=2021, by=year.user(Role.PERFORMANCE), prose=prose
    )
    assert "盯住1个项目。" in report_of(year).text
    CommonProblem.objects.all().delete()
    report = report_of(year)
    assert "盯住{共性问题1个数}个项目。" in report.text
    assert "没有对应的数据" in report.notes[0]


@pytest.mark.parametrize(
    "choices", [{"least": "x"}, {"prints": {"projects.opening": {}}}, {"named": ["a"]}, {"x": 1}]
)
def test_choices_that_cannot_be_read_are_refused(new_year, choices):
    year = new_year()
    writer = year.user(Role.PERFORMANCE)
    with pytest.raises(services.NotAllowed):
        services.save_draft(division=year.division, work_year=2021, by=writer, choices=choices)


def test_documents_are_cited_as_chosen(year, writer):
    papers = services.current(year.division, 2021).facts.papers
    services.save_draft(
        division=year.division,
        work_year=2021,
        by=writer,
        choices={"documents": [papers[2].id, papers[0].id, 999999]},
    )
    assert f"按照《{papers[2].title}》、《{papers[0].title}》等文件要求" in report_of(year).text


def test_a_grade_its_points_do_not_give_is_counted_apart(new_year):
    year = new_year()
    year.project(0, "85")
    odd = year.project(1, "79")
    Review.objects.filter(pk=odd.pk).update(grade="良")
    assert (
        "1个项目评价分值在80（含）-90分之间，评价等级为“良”；1个项目评价等级为“良”。"
        in report_of(year).text
    )


def test_a_divisions_own_bands_are_said(new_year):
    year = new_year()
    bands = [
        {"grade": "合格", "at_least": "70", "below": "100", "closed": True},
        {"grade": "不合格", "at_least": "0", "below": "70"},
    ]
    year.division.rules = [
        {
            "rule": "grades",
            "from": "2019-01-01",
            "document": "某区办法",
            "clause": "第五条",
            "standing": "旁证",
            "content": {"bands": bands},
        }
    ]
    year.division.save()
    Review.objects.filter(pk=year.project(0, "85").pk).update(grade="合格")
    year.project(1, "41")
    Review.objects.filter(grade="差").update(grade="不合格")
    text = report_of(year).text
    assert (
        "1个项目评价分值在70（含）-100分之间，评价等级为“合格”；1个项目评价分值在70分以下，评价等级为“不合格”。"
        in text
    )


def test_a_single_unconfirmed_project_has_no_points_yet(new_year):
    year = new_year()
    year.lines()
    Review.objects.filter(pk=year.project(0).pk).update(state="submitted")
    report = report_of(year)
    assert "评价结果尚未确认。" in report.text
    assert "没有达到列示条件的共性问题" in report.notes[0]


def test_subtotals_are_the_tables_own(year):
    figures = report_of(year).figures
    rows = summary.sheets(services.current(year.division, 2021).facts)[0].rows
    groups = [row for row in rows if hasattr(row, "amounts")]
    for key, group in zip(("departments", "projects"), groups, strict=True):
        printed = [
            figures[f"subtotal.{key}.{column}"].value for column in ("opening", "arranged", "used")
        ]
        assert list(group.amounts.values()) == printed
