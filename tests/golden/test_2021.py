"""Sentence by sentence: the published work report of 2021 out of its rows,
and what a changed row changes.
"""

import json
from datetime import date

import pytest

from wenxiao.followup.models import Finding
from wenxiao.records.models import Notice
from wenxiao.reports import hand_in, services
from wenxiao.reports.structure import ReportTable

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def report_of(year):
    return services.current(year.division, 2021).report


def tables_of(report):
    return [block.texts for block in report.blocks() if isinstance(block, ReportTable)]


def test_the_opening_says_number_and_money_of_three_groups(year):
    report = report_of(year)
    assert report.title == "2021年度南昌高新区预算绩效管理工作情况"
    assert report.opening[0].text == (
        "2021年，为进一步压实预算支出责任，提高财政资源配置效率和使用效益，"
        "加快建成全方位、全过程、全覆盖的预算绩效管理体系，区财政局按照"
        "《中共南昌高新区工委  南昌高新区管委会关于全面实施预算绩效管理的实施意见》、"
        "《南昌高新区区本级预算部门绩效管理暂行办法》、"
        "《南昌高新区财政局关于开展2021年度预算绩效管理有关工作的通知》等文件要求，"
        "对2个区本级部门（2020年度预算安排合计0.58亿元）、21个区本级部门项目（2020年度预算安排合计约2.8亿元）"
        "开展财政评价，并对4个2021年实施的项目（2021年预算安排0.33652亿元）开展了财政重点监控工作。"
        "目前，各项财政绩效管理工作已出具报告，且将存在的问题反馈到各相关部门。"
    )


def test_the_sections_stand_in_order(year):
    assert [section.title for section in report_of(year).sections] == [
        "一、部门整体支出财政重点评价情况",
        "二、项目支出财政重点评价情况",
        "三、财政重点监控情况",
        "四、下一步计划",
    ]
    assert report_of(year).attachments == ("2021年财政重点绩效评价情况表",)


def test_departments_row_by_row(year):
    section = report_of(year).sections[0]
    assert section.blocks[0].text == (
        "根据工作安排，本年度对南昌（国家）大学科技城管委会和南昌高新区市场监督管理局2020年度部门整体支出"
        "开展了财政重点绩效评价工作。评价结果如下："
    )
    first, second = section.blocks[1].texts
    assert first[:5] == ["南昌（国家）大学科技城管委会", "3072.94", "2845.97", "87.45", "良"]
    assert first[5].split("\n")[5] == "6.加强对会计制度的学习。"
    assert second[:5] == ["南昌高新区市场监督管理局", "3096.67", "2975.47", "86.08", "良"]
    assert (
        second[5]
        == "1.提高财务管理水平，规范会计核算。\n2.加强业务材料归档及整理。\n3.加大对项目的管理力度。"
    )


def test_projects_their_grades_and_common_problems(year):
    assert [block.text for block in report_of(year).sections[1].blocks] == [
        (
            "根据工作安排，本年度对2020年度区社发局村卫计室和社区卫生服务站建设经费项目、区应急管理局综治工作网格化管理项目等21个项目"
            "开展了财政重点绩效评价工作，评价结果整体情况为：4个项目评价分值在90（含）-100分之间，评价等级为“优”；"
            "17个项目评价分值在80（含）-90分之间，评价等级为“良”。"
        ),
        "经梳理，21个项目中存在的共性问题主要有：",
        "1.预算申请不科学，执行率低于80%（涉及到13个项目）；",
        "2.专项资金管理办法欠缺，资金管理使用不规范（涉及到16个项目）；",
        "3.主管部门监督监管不到位，项目执行管理不足（涉及到20个项目）；",
        "4.部门预算绩效管理责任意识不强（涉及到14个项目）。",
    ]


def test_monitoring_by_period(year):
    section = report_of(year).sections[2]
    assert section.blocks[0].text == (
        "根据工作安排，本年度对区法院辅助人员经费项目和区公安分局处突大队公用经费项目1-7月绩效运行、"
        "区社发局中央水利发展资金项目和组织部公务员事务项目1-10月绩效运行情况开展了财政重点监控工作，监控情况如下："
    )
    assert [row[:3] for row in section.blocks[1].texts] == [
        ["区法院辅助人员经费项目1-7月绩效运行", "280.2", "182.21"],
        ["区公安分局处突大队公用经费项目1-7月绩效运行", "460", "260.013"],
        ["区社发局中央水利发展资金项目1-10月绩效运行", "2475", "1163.7"],
        ["组织部公务员事务项目1-10月绩效运行", "150", "81.9"],
    ]
    assert section.blocks[1].texts[1][3] == "1.规范资金使用。"


def test_every_figure_opens_to_its_rows(year):
    figures = {
        figure["id"]: figure
        for figure in json.loads(services.report_files(year.division, 2021)["figures.json"])
    }
    assert (figures["departments.opening"]["text"], figures["departments.opening"]["print"]) == (
        "0.58",
        "rounded(2)",
    )
    assert (figures["projects.opening"]["text"], figures["projects.opening"]["print"]) == (
        "约2.8",
        "about(1)",
    )
    monitored = figures["monitored.opening"]
    assert (monitored["text"], monitored["value"], monitored["unit"]) == (
        "0.33652",
        "0.33652",
        "亿元",
    )
    assert (monitored["print"], monitored["yuan"], len(monitored["rows"])) == (
        "exact",
        "33652000.00",
        4,
    )
    assert len(figures["projects.grade.优"]["rows"]) == 4
    assert all(row.startswith("budget.Dossier:") for row in figures["projects.count"]["rows"])
    assert not [
        figure
        for figure in figures.values()
        if figure["value"] is not None and not figure["rows"] and figure["value"] != "0"
    ]


def test_a_finding_that_goes_changes_the_count(year):
    Finding.objects.filter(item=year.items[0]).first().delete()
    assert "执行率低于80%（涉及到12个项目）" in report_of(year).text


def test_only_confirmed_findings_count_and_each_project_once(year):
    last = year.projects[-1]
    year.finding(last, 0, state="candidate")
    year.finding(last, 0, state="dismissed")
    year.finding(year.projects[0], 0)
    assert "执行率低于80%（涉及到13个项目）" in report_of(year).text


def test_one_notice_without_receipt_and_nobody_says_fed_back(year):
    Notice.objects.filter(target_id=year.projects[3].pk).update(received_on=None)
    text = report_of(year).opening[0].text
    assert "反馈到各相关部门" not in text
    assert "已反馈" not in text
    assert text.endswith("已出具报告；26份问题反馈函已由相关部门签收，其余1份尚未签收。")


def test_signed_is_frozen(year, writer, leader):
    draft = services.save_draft(division=year.division, work_year=2021, by=writer)
    hand_in.hand_in_report(draft=draft, by=writer)
    signed = services.sign_report(
        draft=draft, issue_number=3, signer="张局长", signed_on=date(2021, 12, 5), by=leader
    )
    Finding.objects.filter(item=year.items[0]).first().delete()
    assert "（涉及到13个项目）" in services.signed_report(signed).text
    assert services.is_intact(signed)
    edition = services.current(year.division, 2021)
    assert [(item.before, item.now) for item in services.stale_figures(draft, edition.report)] == [
        ("13个", "12个")
    ]
