"""The demonstration as `make run` loads it, through the importers: the
published figures come out of its rows.
"""

import datetime as dt
import io
import re
import time
import zipfile
from collections import Counter
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from wenxiao.desk.home.duties import duties
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import Accountability, Comment, Finding
from wenxiao.followup.selectors import money_consequences
from wenxiao.followup.selectors.next_budget import requests_seen_by, sheet
from wenxiao.orgs.models import Unit, User
from wenxiao.orgs.permissions import holdings
from wenxiao.records.chain import verify
from wenxiao.records.selectors import export_entries, export_heads
from wenxiao.reports import services
from wenxiao.reports.structure import ReportTable
from wenxiao.reviews.models import Review
from wenxiao.site.demo import following_year, synthetic, walking
from wenxiao.site.demo.following_year import STANDS_AT, play_following_year
from wenxiao.site.demo.load import load_demo
from wenxiao.site.demo.two_years import CODE
from wenxiao.store.clock import standing_at
from wenxiao.targets.budget_changes import asked_about
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
STORY_DAY = dt.date(2021, 11, 22)
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


DESKS = {
    "jingban": {"反馈"},
    "fuzeren": {"审核"},
    "zhuguan": {"审核", "部门评价"},
    "yewu": {"审核"},
    "jixiao": {"审核", "确认"},
    "lingdao": {"报告"},
    "jigou": {"评分"},
    "zhuanjia": {"评分"},
    "bangong": {"公开"},
}
"""What stands at each account's own step on arrival, by the kind of task."""


def desks_of(division):
    found = {}
    for user in User.objects.filter(division=division):
        tasks = duties(user, holdings(user), 2021, STORY_DAY)
        assert all(task.href for task in tasks), tasks
        found[user.username] = {task.kind for task in tasks}
    return found


def the_year_after(division):
    """`wenxiao demo --day 2023-01-20`: the year 2022 by the same acts; the
    report of 2021 stays as it is, byte for byte.
    """
    before = written(division)
    assert Counter(Target.objects.filter(origin="filed").values_list("state", flat=True)) == {
        "checked": 1,
        "draft": 3,
        "returned": 1,
        "submitted": 2,
    }
    started = time.process_time()  # its own work: a busy machine is no fault
    play_following_year(division)
    assert time.process_time() - started < 40
    assert written(division) == before
    filed = Target.objects.filter(origin="filed").values_list("dossier__fiscal_year", "state")
    assert Counter(filed) == {
        (2022, "approved"): 9,
        (2022, "replaced"): 1,
        (2023, "checked"): 2,
        (2023, "draft"): 2,
    }
    adjusted = Target.objects.get(dossier__fiscal_year=2022, number=2)
    assert (adjusted.budget_change, adjusted.change_proof.name) == (
        600_000,
        "追加预算通知（合成）.pdf",
    )
    office = User.objects.get(division=division, username="jixiao")
    assert len(asked_about(office, 2022)) == 1
    later = Review.objects.filter(round__division=division, round__work_year__gte=2022)
    states = Counter(later.values_list("kind", "state"))
    for kind, state in (
        ("monitoring", "confirmed"),
        ("selfeval", "confirmed"),
        ("selfeval", "submitted"),
        ("finance_evaluation", "issued"),
        ("department_evaluation", "filling"),
    ):
        assert states[kind, state], (kind, state)
    two_years_of_one_project(division, office)
    with standing_at(STANDS_AT):
        part_four_in_rows(division, office)
    assert verify(export_entries(division=division), export_heads(division=division)) == []


def two_years_of_one_project(division, office):
    """Evaluated 中, not mended, examined strictly, again, redesigned: beside each request."""
    lines = {
        year: next(
            line
            for line in sheet(
                requests_seen_by(office, division, year), division=division, year=year
            ).lines
            if line.request.subject.code == CODE
        )
        for year in (2022, 2023)
    }
    assert [lines[year].past.grade for year in lines] == ["中", "中"]
    assert [lines[year].decision.proposed for year in lines] == ["strict", "redesign"]
    assert [lines[year].decision.kind for year in lines] == ["strict", "redesign"]
    assert all(lines[year].decision.signed_id for year in lines)
    assert [lines[year].decision.proposed_amount for year in lines] == [3_285_000, 1_600_000]
    assert [lines[year].proposed.kind for year in lines] == ["strict", "redesign"]
    assert lines[2023].last == "2022年从严审核，审减 45.00"
    assert [(one.kind, sum(one.amounts)) for one in money_consequences(division, 2022)] == [
        ("2022年预算从严审核", Decimal("450000.00"))
    ]


KINDS_NAMED = (
    *("政府性基金预算", "国有资本经营预算", "社会保险基金预算", "PPP项目"),
    *("政府采购", "政府购买服务", "专项债券项目"),
)
PART_FOUR = (
    ("将绩效评价结果予以适当应用", "/uses/next?year=2022", ("重新设计 1 项", "已签字")),
    ("预算安排加大审核力度", "/uses/next?year=2021", ("从严审核 1 项", "45.00", "已签字")),
    ("非涉密项目予以官网公开", "/open", ("公开了 8 项资金的评价结果",)),
    (
        "扩大在三农、教育、医疗卫生等的覆盖程度",
        "/subjects/coverage?fy=2020",
        ("三农", "教育", "医疗卫生"),
    ),
    ("向PPP、政府采购、政府购买服务、政府债务延伸", "/subjects/coverage?fy=2020", KINDS_NAMED),
    ("定期组织学习，提升业务水平", "/training?year=2022", ("培训 2 期，36 人次",)),
    ("经办人员和部门领导", "/training?year=2022", ("单位经办人", "单位负责人", "讲义")),
    ("花钱必问效", "/rectifications?year=2022", ("整改 2 项", "逾期 2 项")),
)
"""A sentence of the published plan → the page whose rows answer it in the year after."""


def part_four_in_rows(division, office):
    """四、下一步计划, sentence by sentence; 无效必问责 and 接受监督 stand on the rows themselves."""
    client = Client()
    client.force_login(office)

    def says(address):
        answer = client.get(address)
        assert answer.status_code == 200, address
        return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())).split())

    lacking = [
        (sentence, address, word)
        for sentence, address, words in PART_FOUR
        for word in words
        if word.replace(" ", "") not in says(address).replace(" ", "")
    ]
    assert not lacking
    shown = Comment.objects.filter(state="shown").first()
    assert shown.answer in says(f"/open/{shown.disclosure_id}")
    accounts = Accountability.objects.filter(rectification__finding__dossier__subject__code=CODE)
    assert [one.kind for one in accounts.order_by("pk")] == ["talk", "circular"]
    told = says(f"/rectifications/{accounts.first().rectification_id}")
    assert "约谈" in told
    assert "项目负责人（合成）" in told


def written(division):
    """What the report of 2021 writes, member for member: only the moment of
    packing is not of the year.
    """
    told = {}
    for name, content in services.report_files(division, 2021, version="internal").items():
        if name.endswith("json"):
            told[name] = content
            continue
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = {part: packed.read(part) for part in packed.namelist()}
        parts["docProps/core.xml"] = b""
        told[name] = parts
    return told


FEWER = 26
"""Of the sixty made-up units: all with a place of their own in the story, some on each step."""
SPREAD = {"selfeval": (1, 0, 3, 8, 0), "monitoring": (1, 0, 3, 3, 0)}


def test_the_demonstration_tells_the_published_year(settings, monkeypatch):
    monkeypatch.setattr(synthetic, "UNITS", FEWER)
    monkeypatch.setattr(walking, "SPREAD", SPREAD)
    monkeypatch.setattr(following_year, "OTHERS", 20)
    tells_the_published_year(settings, FEWER)


@pytest.mark.long(
    core=["tests/golden/test_demonstration.py::test_the_demonstration_tells_the_published_year"]
)
def test_the_demonstration_with_all_its_units_tells_the_published_year(settings):
    """Thirty-six made-up units more, by the same acts; `.ci/run` loads them all, too."""
    tells_the_published_year(settings, 60)


def tells_the_published_year(settings, units):
    assert settings.TODAY is None  # the command stands at the story's day by itself
    division = load_demo()
    report = report_of(division)
    text = report.text
    assert not [sentence for sentence in SENTENCES if sentence not in text]
    told = [
        row for block in report.blocks() if isinstance(block, ReportTable) for row in block.texts
    ]
    assert not [row for row in ROWS if row not in [line[: len(row)] for line in told]]
    assert division.demo
    assert Unit.objects.filter(division=division, synthetic=True).count() == units
    selfevals = Review.objects.filter(round__division=division, kind="selfeval")
    assert selfevals.count() >= units * 25 // 6
    assert {"submitted", "checked", "confirmed", "returned"} <= set(
        selfevals.values_list("state", flat=True)
    )
    assert verify(export_entries(division=division), export_heads(division=division)) == []
    draft = services.draft_of(division, 2021)
    assert (draft.state, draft.handed_on) == ("handed", STORY_DAY)
    found = desks_of(division)
    assert not {name: found[name] for name, kinds in DESKS.items() if not kinds <= found[name]}
    assert (
        Finding.objects.filter(state="candidate").exclude(rule="").values("rule").distinct().count()
        >= 4
    )
    causes = {cause for row in Actual.objects.exclude(causes=[]) for cause in row.causes}
    assert causes == {"经费保障", "制度保障", "人员保障", "硬件条件保障", "其他"}
    open_sheets = Review.objects.filter(round__division=division, kind="department_evaluation")
    assert sorted(open_sheets.values_list("state", "synthetic")) == [
        ("filling", True),
        ("filling", True),
        ("submitted", True),
    ]
    the_year_after(division)
    # A changed row changes the draft.
    confirmed = Finding.objects.filter(
        dossier__subject__division=division, state="confirmed", item__text__contains="执行率低于80%"
    )
    confirmed.first().delete()
    assert "执行率低于80%（涉及到12个项目）" in report_of(division).text
