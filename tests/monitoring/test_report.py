"""The monitoring report's words come out of rows: sums, advice, confirmed
problems, and nothing unconfirmed.
"""

from datetime import date
from io import BytesIO

import docx
import pytest

from wenxiao.budget.models import Milestone
from wenxiao.desk.evaluations.forms import form_of
from wenxiao.orgs.models import Role
from wenxiao.reports.facts import facts
from wenxiao.reports.letters import NothingToTellError, monitoring_docx
from wenxiao.reports.monitoring import write_monitoring_report, write_project_report
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def words(content):
    paper = docx.Document(BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([line.text for line in paper.paragraphs] + cells)


def test_the_summary_of_a_window(watched, officer, on):
    _, second = watched.seed()
    text = words(write_monitoring_report(second, officer, on=on))
    assert "对2个部门2个项目1-10月的预算执行" in text
    assert "预算安排资金2625万元，截至10月底使用1245.6万元，执行率47.45%。" in text
    assert "区社发局中央水利发展资金项目" in text
    assert "1.加快项目资金执行进度。" in text
    assert "2021年11月20日" in text


def test_only_confirmed_problems_are_printed(watched, officer):
    first, _ = watched.seed()
    watched.finding(first.reviews.first().dossier, "招标", state="candidate")
    text = words(write_monitoring_report(first, officer))
    assert "人事用工管理不规范" in text
    assert "招标投标不规范" not in text


def test_missing_figures_are_said(watched, officer):
    window = watched.window()
    watched.dossier("没有数据")
    assert "各项目尚无可比的预算数和执行数" in words(write_monitoring_report(window, officer))
    watched.pay(watched.dossier("有数据", budget="10"), 1, "5")
    assert "（另有1个项目数据不全，未计入）" in words(write_monitoring_report(window, officer))


def test_one_project(watched, officer, on):
    window = watched.window()
    dossier = watched.dossier("道路养护", budget="100")
    watched.pay(dossier, 3, "20")
    Milestone.objects.create(
        dossier=dossier, name="招标", due=date(2021, 3, 1), done=date(2021, 3, 1)
    )
    Milestone.objects.create(dossier=dossier, name="开工", due=date(2021, 6, 1))
    watched.goals(dossier, ("里程", "≥100公里", "20公里", "数量指标"))
    text = words(write_project_report(window, dossier.pk, officer, on=on))
    assert "按节点判断：截至2021年7月31日到期 2 个、完成 1 个，未完成：开工" in text
    assert "进度判断为本系统测算：红灯" in text
    assert "完成 20 ÷ 目标 100 = 20%" in text
    assert "本期没有已确认的合规问题。" in text
    bare = watched.dossier("未填报", budget="100")
    assert "本期未填报绩效目标完成值。" in words(write_project_report(window, bare.pk, officer))


def test_nobody_prints_what_he_may_not_see(watched, officer, monkeypatch):
    window = watched.window()
    dossier = watched.dossier(restriction="restricted", budget="1")
    outsider = watched.user(Role.BUDGET)
    with pytest.raises(NothingToTellError, match="没有可写入"):
        write_monitoring_report(window, outsider)
    with pytest.raises(NothingToTellError, match="无权查看"):
        write_project_report(window, dossier.pk, outsider)
    monkeypatch.setattr("wenxiao.reports.monitoring.MOST", 0)
    with pytest.raises(NothingToTellError, match="超过报告可列"):
        write_monitoring_report(window, officer)


def test_late_money_is_told_in_the_report(watched, officer):
    window = watched.window()
    dossier = watched.dossier(budget="70", arrived_on=date(2021, 6, 15))
    watched.pay(dossier, 7, "20")
    text = words(write_project_report(window, dossier.pk, officer))
    assert "资金 6 月到位：按到位后计 100.0（绿灯），按全年计 49.0（红灯）。" in text


def test_a_small_offices_confirmation_is_said(watched, officer, on):
    """Who reads the report learns that one officer and the leader settled a result of it."""
    _, second = watched.seed()
    row = second.reviews.first()
    note = "本单位为小机构，结果由一人经办、局领导王某确认。"
    Review.objects.filter(pk=row.pk).update(state="confirmed", confirmed_note=note)
    assert note in words(write_monitoring_report(second, officer, on=on))
    assert note in words(write_project_report(second, row.dossier_id, officer, on=on))
    other = second.reviews.exclude(pk=row.pk).first()
    assert note not in words(write_project_report(second, other.dossier_id, officer, on=on))
    row.refresh_from_db()
    assert note in form_of(row).below
    told = facts(second.division, second.work_year)
    assert note in words(monitoring_docx(told))
