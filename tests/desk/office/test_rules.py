"""Rules on a page: what is in force and on what basis, the division's own
values, tried before they are fixed.
"""

from datetime import date

import pytest

from wenxiao.desk.office.rule_uses import USES
from wenxiao.followup.models import RuleProposal
from wenxiao.orgs.services import RuleSource, override_rule
from wenxiao.orgs.services.library import add_document
from wenxiao.pages.rule_words import changed, parts
from wenxiao.rulebook import basis, grading
from wenxiao.rulebook.checks import registry
from wenxiao.rulebook.checks.doors import doors_of
from wenxiao.rulebook.grounds import digest
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]


COMPARED = {"compared_by": "示例科员"}


def form(**more):
    rows = [
        ("优", "85", "100", "是"),
        ("良", "75", "85", ""),
        ("中", "60", "75", ""),
        ("差", "0", "60", ""),
    ]
    cells = {}
    for at, row in enumerate(rows):
        for column, text in zip(("grade", "at_least", "below", "closed"), row, strict=True):
            cells[f"v:bands/{at}/{column}"] = text
    return {
        **cells,
        "start": "2021-01-01",
        "clause": "第九条",
        "why": "本级办法另有规定",
        "new_title": "示例区评价办法",
        "seen": "0",
        **more,
    }


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


def test_rules_say_their_basis_and_whether_somebody_checked(officer, small):
    text = officer.get("/rules?on=2021-11-22").content.decode()
    assert "评价等级分值区间" in text
    assert "依据未核" in text
    assert "依据旁证" in text
    assert "财预〔2020〕10号" in text
    page = officer.get("/rules/grades?on=2021-11-22").content.decode()
    assert "下限（含）" in page
    assert "at_least" not in page
    assert officer.get("/rules/nothing").status_code == 404


def test_checks_tell_what_may_block(officer):
    text = officer.get("/rules/checks?level=阻断").content.decode()
    assert "算术上不可能" in text
    running = [one for one in registry() if doors_of(one.code)]
    assert f"执行的检查 {len(running)} 项" in text
    assert "导入、读表、送审前检查和报送" in text


def test_every_value_says_where_it_is_used(officer):
    for name in basis.names():
        assert set(basis.in_force(name).content) == set(USES[name]), name
    text = officer.get("/rules/monitoring").content.decode()
    assert "监控检查（长期没有支出）" in text
    assert "用在哪里" in text


def test_own_levels_stand_on_the_page_of_checks(officer, small):
    said = {"JK-04": {"level": "阻断"}, "JK-03": {"enabled": False}}
    small.division.rules = [
        {
            "rule": "checks",
            "from": "2021-01-01",
            "document": "示例区办法",
            "clause": "第三条",
            "standing": "原文",
            "cite": dict.fromkeys(("body", "title", "number", "date", "clause"), "示例"),
            "seen": {"what": "第三条", "compared": "2021-01-01", "sha256": "0" * 64},
            "content": {"checks": said},
        }
    ]
    small.division.save()
    text = officer.get("/rules/checks?level=阻断&on=2021-11-22").content.decode()
    assert "资金未支出而目标已完成" in text
    assert "示例区办法 第三条" in text
    assert "本级停用 1 项：指标值为0的正向指标" in text
    before = officer.get("/rules/checks?level=阻断&on=2020-11-22").content.decode()
    assert "资金未支出而目标已完成" not in before


@pytest.mark.parametrize(
    ("rule", "content", "told"),
    [
        ("monitoring", {"lights": {"red_below": "90"}}, "红灯界限"),
        ("monitoring", {"idle_months": "-1"}, "不能是负数"),
        ("monitoring", {"unspent_below": "多"}, "不能用来计算"),
        ("checks", {"checks": {"JK-04": {"level": "严重"}}}, "级别只能是"),
        ("checks", {"checks": {"MB-21": {"level": "警告"}}}, "根据是法律，只能更严"),
        ("checks", {"checks": {"MB-21": {"enabled": False}}}, "不能降低或停用"),
        ("checks", {"checks": {"PJ-03": {"enabled": False}}}, "根据是算术"),
        ("checks", {"checks": {"ZP-12": {"limits": {"rounding": "9"}}}}, "不能另定"),
        ("checks", {"checks": {"FH-01": {"level": "提示"}}}, "只列目录"),
        ("codes", {"codes": {"DR-16": {"level": "提示"}}}, "只能更严，不能降低"),
        ("codes", {"codes": {"DR-00": {"level": "阻断"}}}, "没有编号为 DR-00"),
        ("codes", {"codes": {"DR-23": {"enabled": False}}}, "只能另定级别"),
        ("codes", {"codes": {"DR-70": {"level": "阻断"}}}, "只说明办理情况"),
        ("codes", {"codes": {"DR-23": {"level": "严重"}}}, "级别只能是"),
        ("checks", {"checks": {"PJ-18": {"mild": "提示"}}}, "只能更严"),
        ("checks", {"checks": {"PJ-01": {"mild": "警告"}}}, "没有较轻的一级"),
        ("disclosure", {"terms": []}, "不能由本级另行规定"),
    ],
)
def test_rules_nobody_could_light_or_check_by_are_refused(small, rule, content, told):
    paper = add_document(division=small.division, kind="measures", title="示例区办法", by=None)
    with pytest.raises(NotAllowed, match=told):
        override_rule(
            division=small.division,
            rule=rule,
            start=date(2021, 1, 1),
            source=RuleSource(paper, "一"),
            content=content,
            proposed_by=None,
            by=small.officer,
            why="试",
        )


def test_every_rule_can_be_read_and_has_a_form(officer):
    for name in basis.names():
        assert officer.get(f"/rules/{name}").status_code == 200
        offered = name != "disclosure"
        assert officer.get(f"/rules/{name}/change").status_code == (200 if offered else 404)


def test_an_unchanged_form_changes_nothing():
    for name in basis.names():
        content = basis.in_force(name).content
        posted = {}
        fill(parts(content), posted)
        assert changed(content, posted) == {}, name


def fill(list_, posted):
    for part in list_:
        if part.shape == "group":
            fill(part.below, posted)
        elif part.shape == "list":
            posted[part.path] = "\n".join(part.items)
        elif part.shape == "table":
            for at, row in enumerate((*part.rows, ("",) * len(part.columns))):
                posted.update(
                    {
                        f"{part.path}/{at}/{c}": cell
                        for c, cell in zip(part.columns, row, strict=True)
                    }
                )
        else:
            posted[part.path] = part.text


def test_trying_shows_who_would_move_and_writes_nothing(officer, small):
    small.division.refresh_from_db()
    response = officer.post("/rules/grades/change?year=2021", form(step="try"))
    text = response.content.decode()
    assert response.status_code == 200
    assert "2020年度绩效自评" in text
    assert "不受影响" in text
    earlier = officer.post(
        "/rules/grades/change?year=2021", form(step="try", start="2020-12-01")
    ).content.decode()
    assert "没有写入任何数据" in earlier
    assert "2 项已确认，不动" in earlier
    assert "按改后的规则应为 87.45 分 优" in earlier
    small.division.refresh_from_db()
    assert small.division.rules == []


def test_publishing_lays_the_own_value_over_from_its_day(officer, small, publish):
    response = officer.post(
        "/rules/grades/change",
        form(step="save", standing="原文", words="八十五分以上为优。", **COMPARED),
    )
    assert response.status_code == 302
    small.division.refresh_from_db()
    assert grading.grade(86, 2021, small.division.own_rules) == "良"  # nobody else has read it yet
    assert publish(by=officer).status_code == 403
    assert publish().status_code == 302
    small.division.refresh_from_db()
    own = small.division.own_rules
    assert grading.grade(86, 2021, own) == "优"
    assert grading.grade(86, 2020, own) == "良"
    value = basis.in_force("grades", 2021, own)
    assert (value.own, value.standing, value.clause) == (True, "原文", "第九条")
    assert value.seen["sha256"] == digest("八十五分 以上为优。")
    text = officer.get("/rules/grades?on=2021-06-01").content.decode()
    assert "示例区评价办法" in text
    assert "核对人：示例科员，复核人：示例副科长" in text
    from wenxiao.records.models import Entry

    entry = Entry.objects.get(act="规定本级规则")
    assert entry.data["before"]["bands"][0]["at_least"] == "90"
    assert entry.data["after"]["bands"][0]["at_least"] == "85"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"v:bands/1/at_least": "70"}, "首尾相接"),
        ({"v:bands/0/at_least": "八十五"}, "应为数字"),
        ({"v:bands/0/at_least": "NaN"}, "超出范围"),
        ({"clause": ""}, "条款"),
        ({"why": ""}, "理由"),
        ({"new_title": ""}, "制度库"),
        ({"start": "明天"}, "起用日期"),
        ({"standing": "原文", "compared_by": "甲"}, "条文原文"),
        ({"standing": "原文", "compared_by": "甲", "second": "乙"}, "条文原文"),
        ({"standing": "已核"}, "核对情况只能是"),
        ({"document": "999999"}, "制度库"),
    ],
)
def test_a_broken_form_is_refused_and_kept(officer, small, more, said):
    response = officer.post("/rules/grades/change", form(step="save", **more))
    assert response.status_code == 422
    assert said in response.content.decode()
    small.division.refresh_from_db()
    assert small.division.rules == []


def test_a_name_typed_for_the_second_person_is_no_second_person(officer, small, publish):
    said = {"standing": "原文", "compared_by": "甲", "second": "乙", "words": "优"}
    assert officer.post("/rules/grades/change", form(step="save", **said)).status_code == 302
    small.division.refresh_from_db()
    assert small.division.rules == []
    assert publish().status_code == 302
    small.division.refresh_from_db()
    (entry,) = small.division.rules
    assert (entry["seen"]["by"], entry["seen"]["second"]) == ("甲", "示例副科长")


def test_an_own_value_the_second_person_does_not_confirm_never_counts(officer, small, second):
    said = {"standing": "原文", "words": "优", **COMPARED}
    officer.post("/rules/grades/change", form(step="save", **said))
    row = RuleProposal.objects.get()
    dropped = {"version": row.version, "why": "与原文不符"}
    assert second.post(f"/rules/proposals/{row.pk}/drop", dropped).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decision) == ("dropped", "与原文不符")
    small.division.refresh_from_db()
    assert small.division.rules == []


def test_a_second_value_on_the_same_day_or_over_anothers_is_refused(officer, small, publish):
    officer.post("/rules/grades/change", form(step="save"))
    other = {"v:bands/0/at_least": "86", "v:bands/1/below": "86"}
    waits = officer.post("/rules/grades/change", form(step="save", **other))
    assert "已有一份提案等公布" in waits.content.decode()
    assert publish().status_code == 302
    other = {"v:bands/0/at_least": "86", "v:bands/1/below": "86"}
    assert (
        officer.post(
            "/rules/grades/change", form(step="save", start="2022-01-01", **other)
        ).status_code
        == 409
    )
    again = officer.post("/rules/grades/change", form(step="save", seen="1", **other))
    assert again.status_code == 422
    assert "旧值不改" in again.content.decode()


def test_a_later_own_value_keeps_what_the_earlier_one_changed(officer, small, publish):
    lights = {
        "start": "2021-01-01",
        "clause": "三",
        "why": "试",
        "new_title": "监控办法",
        "step": "save",
    }
    first = {"v:lights/red_below": "55", "seen": "0"}
    second = {
        "v:lights/red_below": "55",
        "v:lights/green_from": "85",
        "seen": "1",
        "start": "2022-01-01",
    }
    assert officer.post("/rules/monitoring/change", {**lights, **first}).status_code == 302
    assert publish().status_code == 302
    assert officer.post("/rules/monitoring/change", {**lights, **second}).status_code == 302
    assert publish().status_code == 302
    small.division.refresh_from_db()
    found = basis.in_force("monitoring", 2022, small.division.own_rules).content["lights"]
    assert (found["red_below"], found["green_from"]) == ("55", "85")
    assert (
        basis.in_force("monitoring", 2021, small.division.own_rules).content["lights"]["green_from"]
        == "80"
    )


def test_only_the_division_s_own_paper_counts(small):
    from wenxiao.orgs.models import Division

    other = Division.objects.create(code="888000", name="另一区", bureau="另一区财政局")
    paper = add_document(division=other, kind="measures", title="别区办法", by=None)
    given = {
        "division": small.division,
        "rule": "grades",
        "start": date(2021, 1, 1),
        "source": RuleSource(paper, "一"),
        "why": "试",
        "proposed_by": None,
    }
    with pytest.raises(NotAllowed, match="本级制度库"):
        override_rule(content={"bands": []}, by=small.officer, **given)
    with pytest.raises(Stale):
        override_rule(content={"bands": []}, by=small.officer, seen=5, **given)


def test_clerks_read_and_do_not_rule(small, inside):
    client = inside(small.clerk)
    assert client.get("/rules").status_code == 200
    refused = client.get("/rules/grades/change")
    assert refused.status_code == 403
    assert "财政绩效科" in refused.content.decode()


def test_scoring_again_needs_a_reason_and_leaves_what_is_settled(officer, small):
    assert officer.post(f"/rules/rescore/{small.selfeval.pk}", {"why": ""}).status_code == 409
    assert (
        officer.post(f"/rules/rescore/{small.recheck.pk}", {"why": "办法更新"}).status_code == 302
    )
    small.re_review.refresh_from_db()
    assert str(small.re_review.points) == "88.65"
    assert officer.post("/rules/rescore/999", {"why": "x"}).status_code == 404


def test_the_form_offers_only_levels_the_ground_allows(officer, small):
    """All checks: what stands on law, arithmetic or completeness shows no
    lower level and no 停用, or is not offered.
    """
    import re

    text = officer.get("/rules/checks/change?start=2021-01-01").content.decode()
    for one in registry():
        found = re.search(rf'<select class="in" name="v:{one.code}".*?</select>', text, re.DOTALL)
        if one.can_lower:
            assert "停用" in found.group()
        elif one.level == "阻断":
            assert found is None, one.code
        else:
            assert "停用" not in found.group(), one.code
            assert "提示" not in found.group() or one.level == "提示", one.code


def test_a_check_made_stricter_on_the_page_blocks_from_its_day(officer, small, publish):
    posted = {"start": "2021-01-01", "clause": "第三条", "why": "从严", "new_title": "示例区办法"}
    posted |= {"seen": "0", "v:JK-04": "阻断", "v:PJ-06/least": "50", "step": "save", **COMPARED}
    answer = officer.post("/rules/checks/change", posted | {"standing": "原文", "words": "从严。"})
    assert answer.status_code == 302
    assert publish().status_code == 302
    small.division.refresh_from_db()
    (entry,) = small.division.rules
    said = {"JK-04": {"level": "阻断"}, "PJ-06": {"limits": {"least": "50"}}}
    assert entry["content"] == {"checks": said}
    same = officer.post("/rules/checks/change", posted | {"start": "2022-01-01", "seen": "1"})
    assert "没有改动" in same.content.decode()
