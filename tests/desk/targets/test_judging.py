"""审核: the rubric with its grade and what follows, the seats' opinions on the printed form, what
changed since it came back.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.desk.targets.test_filing_pages import ROWS, grid, people

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user
from wenxiao.records.models import Entry, Todo
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.targets.models import Target
from wenxiao.targets.rubric import consequence_of, rubric_of
from wenxiao.targets.services import begin_target, score_rubric, state_opinion

__all__ = ["people"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def submitted(bureau, people):
    clerk = people("clerk")
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    clerk.post(reverse("desk:target_fill", args=[target.pk]), grid(target, ROWS, then="submit"))
    target.refresh_from_db()
    return target


def shown(client, target):
    page = client.get(reverse("desk:target", args=[target.pk])).content.decode()
    return " ".join(page.split())


def points(target, share=1):
    return {leaf.code: str(leaf.full * share) for leaf in rubric_of(target).leaves}


def test_points_earn_a_grade_and_the_rule_says_what_follows(bureau, people, submitted):
    dept = people("dept")
    page = shown(dept, submitted)
    for words in ("完整性审核", "相关性审核", "适当性审核", "可行性审核", "未核"):
        assert words in page, words
    rubric = reverse("desk:target_rubric", args=[submitted.pk])
    some = points(submitted)
    some.popitem()
    assert dept.post(rubric, {**some, "version": submitted.version}).status_code == 409
    too_much = {**points(submitted), "T101": "11", "version": submitted.version}
    answer = dept.post(rubric, too_much)
    assert answer.status_code == 409
    assert "0 到 10 分之间" in answer.content.decode()
    low = {**points(submitted, Decimal("0.7")), "version": submitted.version}
    dept.post(rubric, low)
    submitted.refresh_from_db()
    assert (submitted.rubric_points, submitted.rubric_grade) == (Decimal("70.00"), "中")
    assert "单位修改完善、按程序重新报审" in shown(dept, submitted)
    # nobody read the article, so passing is warned of and not refused
    assert consequence_of(submitted)[1] is False
    judge = reverse("desk:target_judge", args=[submitted.pk])
    dept.post(judge, {"act": "pass", "version": submitted.version})
    assert "审核等级“中”" in Entry.objects.get(act="审核绩效目标").why


def test_an_article_that_was_read_refuses_to_pass(bureau, people, submitted, monkeypatch):
    people("dept")
    monkeypatch.setattr(
        "wenxiao.targets.services.filing.consequence_of",
        lambda target: ("不得进入下一步预算安排流程", True),
    )
    from wenxiao.targets.services import check_target

    with pytest.raises(NotAllowed, match="不得进入下一步"):
        check_target(target=submitted, by=bureau.finance, version=submitted.version)


def test_each_seat_says_its_own_and_the_form_prints_it(bureau, people, submitted):
    dept, address = people("dept"), reverse("desk:target_opinion", args=[submitted.pk])
    sent = {"seat": "主管部门", "opinion": "同意，指标细化", "version": submitted.version}
    dept.post(address, sent)
    submitted.refresh_from_db()
    refused = dept.post(address, {**sent, "seat": "绩效科", "version": submitted.version})
    assert "由绩效科的人员自己填写" in refused.content.decode()
    client = people("finance")
    client.post(address, {"seat": "绩效科", "opinion": "同意", "version": submitted.version})
    submitted.refresh_from_db()
    assert [one["seat"] for one in submitted.opinions] == ["主管部门", "绩效科"]
    form = people("dept").get(reverse("desk:target_form", args=[submitted.pk])).content.decode()
    assert "主管部门意见" in form
    assert "同意，指标细化" in form
    with pytest.raises(Refused):
        state_opinion(
            target=submitted,
            seat="业务科室",
            opinion="好",
            by=bureau.clerk,
            version=submitted.version,
        )
    with pytest.raises(NotAllowed, match="席位应是"):
        state_opinion(
            target=submitted,
            seat="别人",
            opinion="好",
            by=bureau.finance,
            version=submitted.version,
        )
    with pytest.raises(Stale):
        state_opinion(
            target=submitted,
            seat="绩效科",
            opinion="再看",
            by=bureau.finance,
            version=submitted.version - 1,
        )


def test_a_third_party_is_asked_sees_this_target_alone_and_its_opinion_is_printed(
    bureau, people, submitted
):
    bureau.firm = create_user(
        division=bureau.division,
        username="firm",
        name="甲评估公司",
        by=None,
        password="Long-enough-pass-1",
    )
    target = reverse("desk:target", args=[submitted.pk])
    assert people("firm").get(target).status_code == 403  # no role at all
    engage = reverse("desk:target_engage", args=[submitted.pk])
    asked = {
        "user": bureau.firm.pk,
        "role": "agency",
        "until": "2999-12-31",
        "engage_why": "委托合同",
    }
    assert people("dept").post(engage, asked).status_code == 403
    finance = people("finance")
    assert "委托第三方审核" in shown(finance, submitted)
    gone = finance.post(engage, asked | {"until": "2001-01-01"})
    assert "早于今天" in gone.content.decode()
    nobody = finance.post(engage, asked | {"user": bureau.clerk.pk})
    assert "不属于预算单位" in nobody.content.decode()
    assert finance.post(engage, asked).status_code == 302
    assert "已经可以审核" in finance.post(engage, asked).content.decode()
    todo = Todo.objects.get(user=bureau.firm)
    assert "请写第三方审核意见" in todo.title
    entry = Entry.objects.filter(act="委托第三方审核目标").get()
    assert entry.why == "委托合同"
    firm = people("firm")
    assert "第三方意见" in shown(firm, submitted)
    said = {"seat": "第三方", "opinion": "指标可行", "version": submitted.version}
    firm.post(reverse("desk:target_opinion", args=[submitted.pk]), said)
    todo.refresh_from_db()
    assert todo.state == "done"
    form = people("dept").get(reverse("desk:target_form", args=[submitted.pk])).content.decode()
    assert "指标可行" in form


def test_what_changed_since_it_came_back_stands_beside_what_was(bureau, people, submitted):
    dept = people("dept")
    dept.post(
        reverse("desk:target_rubric", args=[submitted.pk]),
        {**points(submitted), "version": submitted.version},
    )
    submitted.refresh_from_db()
    row = submitted.indicators.order_by("order").first()
    back = {"act": "return", f"note{row.pk}": "偏低", "version": submitted.version}
    dept.post(reverse("desk:target_judge", args=[submitted.pk]), back)
    submitted.refresh_from_db()
    rows = [(*ROWS[0][:3], "≥150人", "40", "签到表"), ROWS[1]]
    rows.append(("产出指标", "质量指标", "合格率", "≥95%", "20", "成绩单"))
    clerk = people("clerk")
    fill = reverse("desk:target_fill", args=[submitted.pk])
    money = {"m0": "fund", "mname0": "年度资金总额", "mamount0": "68.7", "mcontent0": "按人数测算"}
    rows[1] = (*rows[1][:5], "抽样回访")
    proofs = {"proof0": "签到表原件", "proof1": "", "proof2": "", "text": "培训学员并回访"}
    clerk.post(fill, grid(submitted, rows, then="submit", **money, **proofs))
    submitted.refresh_from_db()
    assert (submitted.state, submitted.rubric, submitted.rubric_grade) == ("submitted", {}, "")
    page = shown(people("dept"), submitted)
    assert "上次退回以后改了" in page
    # what stands beside the value changed as well: nothing of it escapes the reviewer
    beside = ("抽样回访", "签到表；佐证：签到表原件", "培训学员并回访", "68.7 万元 按人数测算")
    for words in ("≥100人", "≥150人", *beside):
        assert words in page


def returned_and_back(bureau, people, submitted):
    """Given back for its second row; the unit then changes the unit of the first and adds one."""
    second = submitted.indicators.all()[1]
    back = {"act": "return", f"note{second.pk}": "写明口径", "version": submitted.version}
    people("dept").post(reverse("desk:target_judge", args=[submitted.pk]), back)
    submitted.refresh_from_db()
    rows = [*ROWS, ("产出指标", "质量指标", "合格率", "有所提升", "10", "成绩单")]
    posted = grid(submitted, rows, then="submit", unit0="人")
    people("clerk").post(reverse("desk:target_fill", args=[submitted.pk]), posted)
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def lines(page):
    """Name of each indicator row on the page → its signs, and whether it is hidden."""
    told = {}
    for row in re.findall(r"<tr data-row=.*?</tr>", page):
        signs, hidden = re.match(r'<tr data-row="([^"]*)" tabindex="-1"( hidden)?', row).groups()
        name = re.search(r'<th scope="row" class="wrap"> (\S+)', row)[1]
        told[name] = (set(signs.split()), bool(hidden))
    return told


def test_rows_are_picked_out_by_problem_by_change_and_by_the_last_marks(bureau, people, submitted):
    assert "改过的" not in shown(people("dept"), submitted)
    returned_and_back(bureau, people, submitted)
    dept = people("dept")
    page = shown(dept, submitted)
    told = {name: signs for name, (signs, _) in lines(page).items()}
    assert "changed" in told["培训人数"]
    assert "计量单位" in page
    assert "changed" not in told["就业率"]
    assert "marked" in told["就业率"]
    assert {"changed", "problems"} <= told["合格率"]
    assert "全部行 <em>4</em>" in page
    assert "改过的 <em>2</em>" in page
    assert "上次退回的 <em>1</em>" in page
    assert not any(hidden for _, hidden in lines(page).values())
    address = reverse("desk:target", args=[submitted.pk])
    for key in ("problems", "changed", "marked"):
        answer = " ".join(dept.get(address, {"see": key}).content.decode().split())
        assert f'data-see="{key}" aria-current="true"' in answer
        # what isn't picked stays on the page, so a remark typed beside it is not lost
        assert len(lines(answer)) == 4
        for name, (signs, hidden) in lines(answer).items():
            assert hidden is (key not in signs), (key, name)
    strange = dept.get(address, {"see": "别的"}).content.decode()
    assert not any(hidden for _, hidden in lines(" ".join(strange.split())).values())


def test_enter_in_a_remark_never_passes_the_target(bureau, people, submitted):
    page = shown(people("dept"), submitted)
    row = submitted.indicators.first()
    assert f'<textarea class="in row-note" form="judge" id="note{row.pk}"' in page


def test_a_reviewer_goes_from_one_waiting_target_to_the_next(bureau, people, submitted):
    made = [submitted]
    for number, year in (("P010", 2022), ("P011", 2022), ("P012", 2023)):
        more = ensure_subject(
            division=bureau.division, unit=bureau.unit, code=number, name=number, by=None
        )
        dossier = open_dossier(subject=more, fiscal_year=year, by=None)
        target = begin_target(dossier=dossier, by=bureau.clerk)
        Target.objects.filter(pk=target.pk).update(state="submitted", filed_by=bureau.clerk)
        made.append(target)
    first, second, third, other_year = made

    def neighbours(name, target):
        page = shown(people(name), target)
        return [
            (word, int(pk))
            for pk, word in re.findall(r'href="[^"]*/targets/(\d+)" data-\w+>(..个)<', page)
        ]

    assert neighbours("dept", first) == [("下一个", second.pk)]
    assert neighbours("dept", second) == [("上一个", first.pk), ("下一个", third.pk)]
    assert neighbours("dept", third) == [("上一个", second.pk)]
    assert neighbours("dept", other_year) == []
    assert "等您审核 3 份" in shown(people("dept"), second)
    assert neighbours("clerk", second) == []
    assert neighbours("leader", second) == []
    # what one handed in oneself isn't among those one checks; a judged one still leads on
    Target.objects.filter(pk=third.pk).update(filed_by=bureau.dept)
    posted = {"act": "return", "why": "重写", "version": first.version}
    people("dept").post(reverse("desk:target_judge", args=[first.pk]), posted)
    assert neighbours("dept", first) == [("下一个", second.pk)]
    assert neighbours("dept", second) == []
    assert "等您审核 1 份" in shown(people("dept"), second)


def test_who_handed_it_in_does_not_score_and_drafts_are_not_scored(bureau, submitted):
    full = {leaf.code: leaf.full for leaf in rubric_of(submitted).leaves}
    with pytest.raises(Refused):
        score_rubric(target=submitted, points=full, by=bureau.clerk, version=submitted.version)
    Target.objects.filter(pk=submitted.pk).update(state="draft")
    submitted.refresh_from_db()
    with pytest.raises(NotAllowed, match="送审以后"):
        score_rubric(target=submitted, points=full, by=bureau.finance, version=submitted.version)
