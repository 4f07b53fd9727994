"""反馈函 and 监控报告 tell the same rows as the annual report."""

from io import BytesIO

import docx
import pytest

from wenxiao.records.models import Notice
from wenxiao.reports.facts import facts
from wenxiao.reports.letters import NothingToTellError, feedback_docx, monitoring_docx
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def read(content):
    document = docx.Document(BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return text, [
        [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables
    ]


def test_a_feedback_notice_tells_result_problems_and_advice(year):
    review = year.projects[0]
    text, tables = read(feedback_docx(facts(year.division, 2021), review.pk, contact="李工"))
    assert tables[0][1] == [
        "区社发局村卫计室和社区卫生服务站建设经费项目",
        "1300.5",
        "1100",
        "91.5",
        "优",
    ]
    assert "4.部门预算绩效管理责任意识不强" in text
    assert "1.规范资金管理。" in text
    assert f"函{review.pk}" in text
    assert "2021年11月5日" in text


def test_a_department_is_told_of_its_whole(year):
    department = Review.objects.filter(dossier__subject__kind="department_overall").first()
    Notice.objects.filter(target_id=department.pk).delete()
    text, _ = read(feedback_docx(facts(year.division, 2021), department.pk))
    assert "南昌（国家）大学科技城管委会部门整体支出" in text
    assert "未发现需要整改的问题" in text


def test_a_monitored_unit_is_told_money_so_far_and_no_points(year):
    review = Review.objects.get(
        kind="monitoring", dossier__subject__name="区社发局中央水利发展资金项目"
    )
    text, tables = read(feedback_docx(facts(year.division, 2021), review.pk))
    assert tables[0][1] == ["区社发局中央水利发展资金项目", "1-10月", "2475", "1163.7", "47.02%"]
    assert "财政重点绩效监控结果的函" in text
    assert "加快项目资金执行进度" in text
    assert "评价等级" not in text


def test_an_unconfirmed_result_is_not_fed_back(year):
    Review.objects.filter(pk=year.projects[0].pk).update(state="submitted")
    with pytest.raises(NothingToTellError, match="尚未确认"):
        feedback_docx(facts(year.division, 2021), year.projects[0].pk)
    with pytest.raises(NothingToTellError, match="没有这项"):
        feedback_docx(facts(year.division, 2021), 0)


def test_the_monitoring_report_has_a_table_a_period(year):
    year.finding(
        Review.objects.filter(kind="monitoring", round__key=True).order_by("pk").first(), 1
    )
    text, tables = read(monitoring_docx(facts(year.division, 2021)))
    assert [row[:4] for row in tables[0][1:]] == [
        ["区法院辅助人员经费项目", "280.2", "182.21", "65.03%"],
        ["区公安分局处突大队公用经费项目", "460", "260.013", "56.52%"],
    ]
    assert [row[3] for row in tables[1][1:]] == ["47.02%", "54.60%"]
    assert "专项资金管理办法欠缺" in text
    assert "日常监控" not in text


def test_no_monitoring_no_report(new_year):
    with pytest.raises(NothingToTellError):
        monitoring_docx(facts(new_year().division, 2021))
