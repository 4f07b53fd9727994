"""Contradictions are drawn once, with their arithmetic; a person decides;
consequences are proposed, never done.
"""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.budget.models import Appropriation, Milestone
from wenxiao.evidence.models import Actual, Material
from wenxiao.followup.models import Finding, Rectification, Use
from wenxiao.followup.services import confirm_finding, decide_use, dismiss_finding
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.followup.services.consequences import propose_consequences
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Mark
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def drawn(window, officer):
    return {
        (one.dossier.subject.name, one.rule): one
        for one in draw_candidates(round=window, by=officer)
    }


def test_the_seed_draws_its_slow_ones_and_only_hints_at_the_one_ahead(watched, officer):
    first, second = watched.seed()
    assert drawn(first, officer) == {}
    found = drawn(second, officer)
    assert {(name[:4], rule) for name, rule in found} == {
        ("区社发局", "JK-01"),
        ("组织部公", "JK-01"),
    }
    slow = found["区社发局中央水利发展资金项目", "JK-01"]
    assert slow.state == "candidate"
    assert slow.item.code == "JD-01"
    assert (
        "执行率 47.02%（1163.7 ÷ 2475 万元，时间进度 10 ÷ 12 = 83.33%），进度指数 56.4"
        in slow.evidence
    )
    assert "（旁证）" in slow.evidence


def test_the_divisions_own_cut_points_decide(watched, officer):
    _, window = watched.seed()
    watched.division.rules = [
        {
            "rule": "monitoring",
            "from": "2021-01-01",
            "document": "示例区监控办法",
            "clause": "第三条",
            "standing": "旁证",
            "content": {"lights": {"red_below": "50", "green_from": "65"}},
        }
    ]
    watched.division.save()
    window.refresh_from_db()
    found = drawn(window, officer)
    assert [(name[:4], one.text[:13]) for (name, _), one in found.items()] == [
        ("区社发局", "预算执行预警：执行进度黄灯")
    ]


def test_drawing_again_proposes_nothing_a_person_settled(watched, officer):
    _, window = watched.seed()
    one, two = drawn(window, officer).values()
    confirm_finding(finding=one, by=officer)
    dismiss_finding(finding=two, by=officer, why="招标推迟")
    assert draw_candidates(round=window, by=officer) == []
    assert Finding.objects.filter(rule="JK-01").count() == 2
    assert Entry.objects.filter(act="按规则提出问题").count() == 1


def test_money_and_goals_that_contradict(watched, officer):
    window = watched.window()
    idle = watched.dossier("未支出", budget="100")
    watched.pay(idle, 1, "10")
    watched.goals(
        idle, ("里程", "≥10公里", "10公里", "数量指标"), ("单位成本", "≤3万元", "2万元", "成本指标")
    )
    dear = watched.dossier("成本高", budget="100")
    watched.pay(dear, 7, "60")
    watched.goals(
        dear, ("单位成本", "≤3万元", "4万元", "成本指标"), ("参与次数", "≥0次", "3次", "数量指标")
    )
    proved = watched.dossier("有佐证", budget="100")
    watched.pay(proved, 7, "60")
    (row,) = watched.goals(proved, ("里程", "≥10公里", "10公里", "数量指标"))
    Material.objects.create(dossier=proved, title="验收单", state="verified").indicators.add(row)
    part = watched.dossier("部分填报", budget="100")
    watched.pay(part, 7, "60")
    watched.goals(
        part, ("里程", "≥10公里", "10公里", "数量指标"), ("人数", "≥5人", None, "数量指标")
    )
    found = drawn(window, officer)
    assert set(found) == {
        ("未支出", "JK-01"),
        ("未支出", "JK-04"),
        ("未支出", "JK-05"),
        ("未支出", "JK-07"),
        ("成本高", "JK-03"),
        ("成本高", "JK-06"),
    }
    assert found["未支出", "JK-04"].text.endswith(
        "2 项目标全部完成，执行率只有 10%（10 ÷ 100 万元）。"
    )
    assert "最近一次支出在 1 月，已连续 6 个月没有支出" in found["未支出", "JK-07"].text


def test_money_facts_that_contradict(watched, officer):
    window = watched.window(12)
    cut = watched.dossier("收回", budget="80")
    Appropriation.objects.filter(dossier=cut).update(
        cut_back=Decimal(200_000), opening=Decimal(1_000_000)
    )
    watched.pay(cut, 12, "80")
    still = watched.dossier("未动", budget="50")
    planned = watched.dossier("有节点", budget="50")
    watched.pay(planned, 12, "49")
    Milestone.objects.create(dossier=planned, name="验收", due=date(2021, 10, 1))
    bare = watched.dossier("无预算")
    watched.pay(bare, 1, "1")
    found = drawn(window, officer)
    assert set(found) == {
        ("收回", "JK-08"),
        ("未动", "JK-07"),
        ("有节点", "JK-01"),
        ("无预算", "JK-02"),
    }
    assert "本年尚无支出" in found["未动", "JK-07"].text
    assert "到期 1 个、完成 0 个，未完成：验收" in found["有节点", "JK-01"].text
    assert still.findings.get().review is None


def test_self_evaluations_that_contradict(watched, officer):
    window = watched.window(12, kind="selfeval")
    reviews = []
    for name, used in (("甲项目", "10"), ("乙项目", "96")):
        dossier = watched.dossier(name, budget="100")
        rows = watched.goals(
            dossier,
            ("里程", "≥10公里", None, "数量指标"),
            ("合格率", "≥98%", None, "质量指标"),
            ("群众满意度", "≥90%", None, "满意度指标"),
        )
        review = watched.review(
            dossier,
            window,
            "100",
            used,
            points=Decimal(100),
            complete=True,
            execution_points=Decimal(used) / 10,
        )
        reviews.append(review)
        for row, points in zip(rows, ("50", "0", "40"), strict=True):
            row.weight = Decimal(points) or Decimal(10)
            row.save()
            Mark.objects.create(
                review=review, indicator=row, points=Decimal(points), note="尚未验收"
            )
        Actual.objects.create(indicator=rows[0], stage="selfeval", value="2021年5月1日")
        Actual.objects.create(indicator=rows[2], stage="selfeval", value="未收到投诉")
        paper = Material.objects.create(dossier=dossier, title="竣工验收证书", note="2021年6月30日")
        paper.indicators.add(rows[0])
    found = drawn(window, officer)
    assert {rule for name, rule in found if name == "甲项目"} == {
        "ZP-03",
        "ZP-04",
        "ZP-05",
        "ZP-06",
        "ZP-07",
        "ZP-08",
        "ZP-09",
    }
    assert {rule for name, rule in found if name == "乙项目"} == {
        "ZP-06",
        "ZP-07",
        "ZP-08",
        "ZP-09",
    }
    assert "自评完成日期 2021-05-01 早于验收或竣工日期 2021-06-30" in found["甲项目", "ZP-08"].text
    assert "涉及：甲项目、乙项目。" in found["甲项目", "ZP-04"].evidence


def test_who_may_draw_and_over_what(watched, officer):
    with pytest.raises(Refused):
        draw_candidates(
            round=watched.window(), by=watched.user(Role.CLERK, watched.unit("示例单位甲"))
        )
    with pytest.raises(NotAllowed, match="没有矛盾核对规则"):
        draw_candidates(round=watched.window(kind="finance_evaluation"), by=officer)


# ---- consequences --------------------------------------------------------------------------------


def proposed(window, officer):
    return {
        (one.dossier.subject.name[:4], one.kind): one
        for one in propose_consequences(round=window, by=officer)
    }


def test_the_seed_proposes_cuts_for_the_slow_ones(watched, officer):
    first, second = watched.seed()
    assert proposed(first, officer) == {}
    found = proposed(second, officer)
    assert set(found) == {("区社发局", "cut"), ("组织部公", "cut")}
    cut = found["区社发局", "cut"]
    assert cut.amount == Decimal("10785600.00")
    assert "预算 2475 万元 − 较高预计 1396.44 万元 = 1078.56 万元（测算）" in cut.basis
    assert "（未核）" in cut.basis
    assert proposed(second, officer) == {}
    decide_use(use=cut, by=officer, accepted=False, why="年底集中支付", on=date(2021, 11, 20))
    assert proposed(second, officer) == {}


def test_red_money_with_red_goals_proposes_a_halt_and_new_targets(watched, officer):
    window = watched.window()
    for name in ("目标也红", "问题严重", "钱没问题"):
        dossier = watched.dossier(name, budget="100")
        watched.review(dossier, window, None, "60" if name == "钱没问题" else "10")
        if name != "问题严重":
            watched.goals(dossier, ("里程", "≥100公里", "5公里", "数量指标"))
        else:
            watched.finding(dossier, severity="serious")
    found = proposed(window, officer)
    assert set(found) == {
        ("目标也红", "suspend"),
        ("目标也红", "cut"),
        ("目标也红", "adjust"),
        ("问题严重", "suspend"),
        ("问题严重", "cut"),
        ("钱没问题", "adjust"),
    }
    assert "暂停项目实施" in found["问题严重", "suspend"].basis
    assert "里程：完成 5 ÷ 目标 100 = 5%" in found["钱没问题", "adjust"].basis
    assert all(one.state == Use.State.PROPOSED for one in found.values())


def test_bad_grades_and_unmended_findings_propose_strict_review(watched, officer):
    window = watched.window(12, kind="finance_evaluation", key=True)
    good = watched.review(
        watched.dossier("良好项目"), window, state="issued", grade="良", points=Decimal(85)
    )
    watched.review(
        watched.dossier("中等项目"), window, state="confirmed", grade="中", points=Decimal(70)
    )
    watched.review(
        watched.dossier("未定项目"), window, state="submitted", grade="差", points=Decimal(40)
    )
    finding = watched.finding(good.dossier)
    Rectification.objects.create(finding=finding, unit=good.dossier.unit, deadline=date(2021, 1, 1))
    found = proposed(window, officer)
    assert set(found) == {("良好项目", "strict"), ("中等项目", "strict")}
    assert "等级“中”。下年度预算从严审核" in found["中等项目", "strict"].basis
    assert found["良好项目", "strict"].basis.startswith("尚有 1 项整改逾期")
    with pytest.raises(Refused):
        propose_consequences(round=window, by=watched.user(Role.CLERK, watched.unit("示例单位甲")))


def test_the_divisions_own_thresholds_and_levels_draw(watched, officer):
    """An own number of idle months draws sooner; a check left out draws
    nothing; the own paper is cited.
    """
    window = watched.window()
    dossier = watched.dossier("停滞", budget="100")
    watched.pay(dossier, 5, "60")
    watched.review(dossier, window)
    assert not draw_candidates(round=window, by=officer)
    own = {"from": "2021-01-01", "document": "示例区办法", "clause": "第三条", "standing": "未核"}
    division = window.division
    division.rules = [{**own, "rule": "monitoring", "content": {"idle_months": "2"}}]
    division.save()
    levels = {"checks": {"JK-07": {"level": "提示"}}}
    division.rules.append({**own, "rule": "checks", "content": levels})
    division.save()
    (found,) = draw_candidates(round=window, by=officer)
    assert (found.rule, "连续 2 个月没有支出" in found.text) == ("JK-07", True)
    assert "依据：示例区办法 第三条（未核）" in found.evidence
    found.delete()
    levels["checks"]["JK-07"]["enabled"] = False
    division.save()
    assert not draw_candidates(round=window, by=officer)


def test_the_divisions_own_lights_reach_goals_and_the_kept_watch(watched, officer, on):
    from wenxiao.followup.services.keeping import kept_watch
    from wenxiao.followup.watch.sentences import watch_rows

    window = watched.window()
    watched.goals(watched.dossier(budget="10"), ("养护里程", "≥120公里", "50公里", "数量指标"))
    assert kept_watch([window], officer, on=on).goals["yellow"] == 1
    window.division.rules = [
        {
            "rule": "monitoring",
            "from": "2021-01-01",
            "content": {"lights": {"red_below": "40", "green_from": "60"}},
        }
    ]
    window.division.save()
    table = kept_watch([window], officer, on=on)
    assert table.goals["green"] == 1
    (row,) = watch_rows(table)
    assert (row.goal, [goal.light for goal in row.goals]) == ("green", ["green"])
