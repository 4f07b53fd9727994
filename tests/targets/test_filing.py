"""申报 · 审核 · 批复 · 调整: who may, what blocks, that hands check each other, and
that rows go on through a new version.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.budget.services import open_dossier
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Entry
from wenxiao.reviews.services import approve_filed_target
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.targets import twins
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import changes_between, stale_rows, target_in_force
from wenxiao.targets.services import (
    TargetRow,
    approval_paper,
    approve_target,
    begin_adjustment,
    begin_target,
    bring_target,
    check_target,
    fill_target,
    last_years,
    return_target,
    submit_target,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = [
    TargetRow("产出指标", "数量指标", "培训人数", "≥100人", Decimal(50), source="签到表"),
    TargetRow("效益指标", "社会效益指标", "就业率", "≥80%", Decimal(30), source="回访"),
    TargetRow("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", Decimal(10), source="问卷"),
]


@pytest.fixture
def office(bureau):
    made = create_user(
        division=bureau.division,
        username="office",
        name="科室",
        by=None,
        password="Long-enough-pass-1",
    )
    grant(user=made, role="performance", division=bureau.division, by=None)
    return made


@pytest.fixture
def paper(bureau):
    return approval_paper(
        division=bureau.division,
        title="2022年预算批复",
        number="示财预〔2022〕1号",
        issued_on=None,
        by=bureau.finance,
    )


def fill(target, rows, by, head=None):
    numbered = [one if isinstance(one, tuple) else (None, one) for one in rows]
    return fill_target(target=target, rows=numbered, head=head or {}, by=by, version=target.version)


def filed(bureau, rows=ROWS):
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    fill(target, rows, bureau.clerk, {"text": "办好培训"})
    return submit_target(target=target, by=bureau.clerk, version=target.version)


def test_a_draft_holds_for_nothing_and_stands_once(bureau):
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    assert (target.state, target.origin, target.filing) == ("draft", "filed", True)
    assert target_in_force(bureau.dossier) is None
    with pytest.raises(NotAllowed, match="还在办理"):
        begin_target(dossier=bureau.dossier, by=bureau.clerk)
    with pytest.raises(Refused):
        begin_target(dossier=bureau.dossier, by=bureau.stranger)
    with pytest.raises(NotAllowed, match="还没有一行指标"):
        submit_target(target=target, by=bureau.clerk, version=target.version)


def test_what_blocks_keeps_it_back_whoever_asks(bureau):
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    worthless = [*ROWS[:2], TargetRow("满意度指标", "满意度指标", "学员满意度", "≥90%", Decimal(0))]
    fill(target, worthless, bureau.clerk)
    with pytest.raises(NotAllowed, match="大于0"):
        submit_target(target=target, by=bureau.clerk, version=target.version)
    target.refresh_from_db()
    assert target.state == "draft"


def test_two_people_on_one_form_and_a_late_hand(bureau):
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    other = Target.objects.get(pk=target.pk)
    fill(target, ROWS, bureau.clerk)
    with pytest.raises(Stale):
        fill(other, ROWS[:1], bureau.clerk)
    assert target.indicators.count() == 3
    submit_target(target=target, by=bureau.clerk, version=target.version)
    with pytest.raises(NotAllowed, match="退回"):
        fill(target, ROWS, bureau.clerk)
    with pytest.raises(NotAllowed, match="不能转为"):
        submit_target(target=target, by=bureau.clerk, version=target.version)
    return_target(target=target, marks=[], why="重填", by=bureau.finance, version=target.version)
    with pytest.raises(NotAllowed, match="最多 200 行"):
        fill(target, [ROWS[0]] * 201, bureau.clerk)


def test_one_return_with_all_marks_and_what_stood_then(bureau):
    target = filed(bureau)
    rows = list(target.indicators.all())
    with pytest.raises(Refused):
        return_target(target=target, marks=[], why="改", by=bureau.clerk, version=target.version)
    with pytest.raises(NotAllowed, match="理由"):
        return_target(target=target, marks=[], why=" ", by=bureau.finance, version=target.version)
    with pytest.raises(NotAllowed, match="不在这份目标里"):
        return_target(
            target=target,
            marks=[{"row": 0, "note": "改"}],
            why="",
            by=bureau.finance,
            version=target.version,
        )
    marks = [{"row": rows[0].pk, "note": "与上年人数不符"}, {"row": rows[1].pk, "note": "写明口径"}]
    return_target(
        target=target, marks=marks, why="请核对", by=bureau.finance, version=target.version
    )
    assert [(m["name"], m["was"], m["note"]) for m in target.marks] == [
        ("", "", "请核对"),
        ("培训人数", "≥100人", "与上年人数不符"),
        ("就业率", "≥80%", "写明口径"),
    ]
    kept = [(row.pk, one) for row, one in zip(rows, ROWS, strict=True)]
    kept[0] = (
        rows[0].pk,
        TargetRow("产出指标", "数量指标", "培训人数", "≥120人", Decimal(50), source="签到表"),
    )
    fill(target, kept, bureau.clerk)
    assert target.indicators.get(pk=rows[0].pk).expression == "≥120人"
    submit_target(target=target, by=bureau.clerk, version=target.version)
    assert Entry.objects.filter(act="退回绩效目标").get().data["marks"][0]["was"] == "≥100人"


def test_three_hands_and_a_paper_approve(bureau, office, paper):
    target = filed(bureau)
    with pytest.raises(NotAllowed, match="不能转为"):
        approve_filed_target(target=target, approval=paper, by=office, version=target.version)
    check_target(target=target, by=bureau.finance, version=target.version)
    for hand in (bureau.clerk, bureau.finance):
        with pytest.raises(Refused):
            approve_filed_target(target=target, approval=paper, by=hand, version=target.version)
    approve_filed_target(target=target, approval=paper, by=office, version=target.version)
    assert target_in_force(bureau.dossier) == target
    assert (target.state, target.filing, target.approval) == ("approved", False, paper)
    with pytest.raises(NotAllowed, match="目标调整"):
        begin_target(dossier=bureau.dossier, by=bureau.clerk)


def test_an_adjustment_is_a_new_version_over_the_same_rows(bureau, office, paper):
    approve_target(dossier=bureau.dossier, rows=ROWS, by=None, why="批复")
    first = target_in_force(bureau.dossier)
    rows = list(first.indicators.all())
    with pytest.raises(NotAllowed, match="理由"):
        begin_adjustment(target=first, by=bureau.clerk, why=" ")
    draft = begin_adjustment(target=first, by=bureau.clerk, why="追加预算")
    own = list(draft.indicators.all())
    changed = TargetRow("产出指标", "数量指标", "培训人数", "≥150人", Decimal(50), source="签到表")
    new = TargetRow("产出指标", "质量指标", "培训合格率", "≥95%", Decimal(10), source="成绩单")
    less = TargetRow("效益指标", "社会效益指标", "就业率", "≥80%", Decimal(20), source="回访")
    fill(
        draft,
        [(own[0].pk, changed), (None, new), (own[1].pk, less), (own[2].pk, ROWS[2])],
        bureau.clerk,
    )
    assert target_in_force(bureau.dossier) == first
    submit_target(target=draft, by=bureau.clerk, version=draft.version)
    check_target(target=draft, by=bureau.finance, version=draft.version)
    approve_filed_target(target=draft, approval=paper, by=office, version=draft.version)
    first.refresh_from_db()
    assert (first.state, draft.state) == ("replaced", "approved")
    # the rows later stages fill are the same rows; the old version keeps its own words
    going = Indicator.objects.get(pk=rows[0].pk)
    assert (going.target_id, going.expression, going.order) == (draft.pk, "≥150人", 1)
    assert list(first.indicators.values_list("name", "expression")) == [
        (one.name, one.expression) for one in ROWS
    ]
    changes = changes_between(first, draft)
    assert [(one.name, one.what, one.before, one.after) for one in changes] == [
        ("培训人数", "指标值", "≥100人", "≥150人"),
        ("培训合格率", "新增的行", "", "≥95%"),
        ("就业率", "分值", "30.00", "20.00"),
    ]
    now = dict(draft.indicators.values_list("name", "pk"))
    assert [one.row for one in changes] == [now[one.name] for one in changes]


def test_last_years_words_are_carried_over_and_named_stale(bureau):
    approve_target(
        dossier=bureau.dossier,
        rows=[*ROWS, TargetRow("产出指标", "时效指标", "完成时间", "2022年12月前", Decimal(5))],
        by=None,
        why="批复",
    )
    following = open_dossier(subject=bureau.subject, fiscal_year=2023, by=None)
    draft = begin_target(dossier=following, by=bureau.clerk)
    told = stale_rows(draft, last_years(following))
    assert len(told) == 4
    late = draft.indicators.get(name="完成时间")
    assert told[late.pk] == ["指标值与上年相同", "还写着以前的年份"]


def test_only_what_is_approved_is_adjusted(bureau):
    draft = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    with pytest.raises(NotAllowed, match="只有批复的目标可以调整"):
        begin_adjustment(target=draft, by=bureau.clerk, why="追加预算")


def test_rows_of_another_form_are_refused_and_nothing_is_written(bureau):
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    fill(target, ROWS, bureau.clerk)
    row = target.indicators.first()
    for rows in ([(0, ROWS[0])], [(row.pk, ROWS[0]), (row.pk, ROWS[1])]):
        target.refresh_from_db()
        with pytest.raises(NotAllowed, match="对不上"):
            fill(target, rows, bureau.clerk)
    assert target.indicators.count() == 3


def test_a_paper_of_approval_needs_its_number_and_is_entered_once(bureau, paper):
    words = {
        "division": bureau.division,
        "title": paper.title,
        "issued_on": None,
        "by": bureau.finance,
    }
    with pytest.raises(NotAllowed, match="批复文号"):
        approval_paper(number=" ", **words)
    assert approval_paper(number=paper.number, **words) == paper


def test_what_came_in_approved_meanwhile_is_not_overtaken(bureau, office, paper):
    target = filed(bureau)
    check_target(target=target, by=bureau.finance, version=target.version)
    approve_target(dossier=bureau.dossier, rows=ROWS, by=None, why="批复")
    with pytest.raises(NotAllowed, match="起草以后已经有了批复的目标"):
        approve_filed_target(target=target, approval=paper, by=office, version=target.version)
    target.refresh_from_db()
    assert target.state != "approved"


def brought(bureau, rows):
    """A target that only came along with a form, not approved by anybody."""
    return bring_target(dossier=bureau.dossier, rows=rows, by=None, why="由报表带入")[0]


def test_rows_a_form_brought_go_on_under_the_approved_target(bureau, office, paper):
    first = brought(bureau, ROWS[:2])
    rows = {row.name: row.pk for row in first.indicators.all()}
    target = filed(bureau)
    check_target(target=target, by=bureau.finance, version=target.version)
    approve_filed_target(target=target, approval=paper, by=office, version=target.version)
    assert {row.name: row.pk for row in target.indicators.all() if row.name in rows} == rows


def test_rows_a_form_brought_that_belong_nowhere_stop_the_approval(bureau, office, paper):
    brought(bureau, [TargetRow("产出指标", "数量指标", "另一件事", "≥1件", Decimal(50))])
    target = filed(bureau)
    check_target(target=target, by=bureau.finance, version=target.version)
    with pytest.raises(NotAllowed, match="随报表带入的 1 行与这份目标对不上（另一件事）"):
        approve_filed_target(target=target, approval=paper, by=office, version=target.version)
    target.refresh_from_db()
    assert target.filing


def test_too_many_targets_to_compare_are_not_compared(bureau, monkeypatch):
    target = filed(bureau)
    monkeypatch.setattr(twins, "MOST", 0)
    assert twins.twins_in_year(bureau.finance, 2022) == ([], 1)
    assert twins.twins_of(bureau.finance, target) == []  # alone in its division
