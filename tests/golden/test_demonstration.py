"""The demonstration as `make run` loads it, through the importers: the published figures come out of its rows."""

import datetime as dt

import pytest

from wenxiao.followup.models import Finding
from wenxiao.orgs.models import Unit
from wenxiao.records.chain import verify
from wenxiao.records.selectors import export_entries, export_heads
from wenxiao.reports import services
from wenxiao.reports.structure import Table
from wenxiao.reviews.models import Review
from wenxiao.site.demo.load import load_demo

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SENTENCES = (
    "对2个区本级部门（2020年度预算安排合计0.58亿元）、21个区本级部门项目（2020年度预算安排合计约2.8亿元）开展财政评价",
    "并对4个2021年实施的项目（2021年预算安排0.33652亿元）开展了财政重点监控工作",
    "目前，各项财政绩效管理工作已出具报告，且将存在的问题反馈到各相关部门。",
    "4个项目评价分值在90（含）-100分之间，评价等级为“优”；17个项目评价分值在80（含）-90分之间，评价等级为“良”。",
    "1.预算申请不科学，执行率低于80%（涉及到13个项目）；",
    "2.专项资金管理办法欠缺，资金管理使用不规范（涉及到16个项目）；",
    "3.主管部门监督监管不到位，项目执行管理不足（涉及到20个项目）；",
    "4.部门预算绩效管理责任意识不强（涉及到14个项目）。",
    "区法院辅助人员经费项目和区公安分局处突大队公用经费项目1-7月绩效运行",
)
ROWS = (
    ["南昌（国家）大学科技城管委会", "3072.94", "2845.97", "87.45", "良"],
    ["南昌高新区市场监督管理局", "3096.67", "2975.47", "86.08", "良"],
    ["区法院辅助人员经费项目1-7月绩效运行", "280.2", "182.21"],
    ["区公安分局处突大队公用经费项目1-7月绩效运行", "460", "260.013"],
    ["区社发局中央水利发展资金项目1-10月绩效运行", "2475", "1163.7"],
    ["组织部公务员事务项目1-10月绩效运行", "150", "81.9"],
)


def report_of(division):
    return services.current(division, 2021).report


def test_the_demonstration_tells_the_published_year(settings):
    settings.TODAY = dt.date(2021, 11, 22)
    division = load_demo()
    report = report_of(division)
    text = report.text
    assert not [sentence for sentence in SENTENCES if sentence not in text]
    told = [row for block in report.blocks() if isinstance(block, Table) for row in block.texts]
    assert not [row for row in ROWS if row not in [line[: len(row)] for line in told]]
    assert division.demo
    assert Unit.objects.filter(division=division, synthetic=True).count() == 60
    assert Review.objects.filter(round__division=division, kind="selfeval").count() >= 250
    assert verify(export_entries(division=division), export_heads(division=division)) == []
    # A changed row changes the draft.
    confirmed = Finding.objects.filter(
        dossier__subject__division=division, state="confirmed", item__text__contains="执行率低于80%"
    )
    confirmed.first().delete()
    assert "执行率低于80%（涉及到12个项目）" in report_of(division).text
