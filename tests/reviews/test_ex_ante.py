"""事前评估: who must ask, by which frame each kind is weighed, what each conclusion's money may be, and
what it does to a target.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.budget.models import Dossier, Subject
from wenxiao.budget.services import ensure_subject, open_dossier, open_round, set_appropriation
from wenxiao.orgs.models import Division
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.reviews.exante import (
    concluded,
    due_for,
    due_of_year,
    limit_of,
    terms_asked,
    warning_of,
)
from wenxiao.reviews.models import ExAnte
from wenxiao.reviews.services import (
    begin_ex_ante,
    check_review,
    conclude_ex_ante,
    confirm_review,
    fix_frame,
    note_meeting,
    record_mark,
    request_ex_ante,
    set_weights,
    submit_review,
)
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def asking(bureau):
    return open_round(
        division=bureau.division,
        kind="ex_ante",
        name="2022年事前评估",
        work_year=2021,
        fiscal_year=2022,
        deadline=today() + timedelta(days=9),
        by=None,
    )


def asked(bureau, asking, dossier=None, requested=Decimal(8800000)):
    return request_ex_ante(
        dossier=dossier or bureau.dossier,
        round=asking,
        requested=requested,
        why="堤防年久失修",
        by=bureau.clerk,
    )


def weighed(bureau, row, by="finance"):
    """Begun, weighed, fixed by a second hand and every item marked."""
    people = {"finance": bureau.finance, "second": bureau.second}
    begin_ex_ante(ex_ante=row, by=people[by], version=row.version)
    review = row.review
    rows = list(review.criteria.all())
    even = {one.pk: Decimal(100) / len(rows) for one in rows}
    given = {one.pk: one.weight or even[one.pk] for one in rows}
    set_weights(review=review, weights=given, by=bureau.finance, version=review.version)
    fix_frame(review=review, by=bureau.second, version=review.version)
    for one in rows:
        record_mark(
            review=review,
            row=one,
            points=given[one.pk] - 1,
            by=bureau.finance,
            note="测算依据不足",
            why="评估会意见",
        )
    review.refresh_from_db()
    row.refresh_from_db()
    return row


def closed(bureau, row, conclusion="supported", supported=None):
    conclude_ex_ante(
        ex_ante=row,
        conclusion=conclusion,
        supported=supported,
        opinion="必要、可行",
        by=bureau.finance,
        version=row.version,
    )
    review = row.review
    submit_review(review=review, by=bureau.finance, version=review.version)
    check_review(review=review, by=bureau.second, version=review.version)
    confirm_review(review=review, by=bureau.second, version=review.version)
    return row


def test_a_unit_asks_once_while_the_round_runs_and_says_why(bureau, asking):
    with pytest.raises(Refused):
        request_ex_ante(
            dossier=bureau.dossier, round=asking, requested=Decimal(1), why="x", by=bureau.stranger
        )
    for requested, why, told in (
        (None, "x", "申请金额"),
        (Decimal(0), "x", "应大于 0"),
        (Decimal(5), " ", "立项理由"),
    ):
        with pytest.raises(NotAllowed, match=told):
            request_ex_ante(
                dossier=bureau.dossier, round=asking, requested=requested, why=why, by=bureau.clerk
            )
    row = asked(bureau, asking)
    with pytest.raises(NotAllowed, match="已经申请过"):
        asked(bureau, asking)
    assert Entry.objects.get(act="申请事前评估").target_id == row.pk
    type(asking).objects.filter(pk=asking.pk).update(state="closed")
    asking.refresh_from_db()
    with pytest.raises(NotAllowed, match="不是进行中的事前评估"):
        asked(bureau, asking)


def test_each_kind_is_weighed_by_its_own_frame(bureau, asking):
    told = {}
    for kind, code in (("project", "A"), ("policy", "B"), ("special_bond", "C")):
        subject = ensure_subject(
            division=bureau.division, unit=bureau.unit, code=code, name=code, kind=kind, by=None
        )
        dossier = open_dossier(subject=subject, fiscal_year=2022, by=None)
        row = asked(bureau, asking, dossier)
        begin_ex_ante(ex_ante=row, by=bureau.finance, version=row.version)
        told[kind] = list(
            dict.fromkeys(row.review.criteria.order_by("order").values_list("level1", flat=True))
        )
    assert told["project"] == [
        "立项必要性",
        "投入经济性",
        "绩效目标合理性",
        "实施方案可行性",
        "筹资合规性",
    ]
    assert (len(told["policy"]), told["policy"][0]) == (5, "政策设立必要性")
    assert len(told["special_bond"]) == 8
    with pytest.raises(NotAllowed, match="已经开始"):
        begin_ex_ante(ex_ante=row, by=bureau.finance, version=row.version)


def test_it_is_confirmed_by_a_second_hand_with_conclusion_and_money(bureau, asking):
    row = weighed(bureau, asked(bureau, asking))
    review = row.review
    conclude = {"ex_ante": row, "by": bureau.finance}
    for conclusion, supported, told in (
        ("supported", Decimal(5), "应等于申请的 880 万元，收到0.0005 万元"),
        ("partly", None, "大于 0、小于申请的 880 万元，收到未填"),
        ("partly", Decimal(8800000), "小于申请"),
        ("refused", Decimal(1), "应为 0"),
        ("maybe", None, "结论应为予以支持、部分支持、不予支持之一"),
    ):
        with pytest.raises(NotAllowed, match=told):
            conclude_ex_ante(
                **conclude,
                conclusion=conclusion,
                supported=supported,
                opinion="x",
                version=row.version,
            )
    with pytest.raises(NotAllowed, match="评估意见"):
        conclude_ex_ante(
            **conclude, conclusion="refused", supported=None, opinion=" ", version=row.version
        )
    submit_review(review=review, by=bureau.finance, version=review.version)
    check_review(review=review, by=bureau.second, version=review.version)
    with pytest.raises(NotAllowed, match="还没有写结论"):
        confirm_review(review=review, by=bureau.second, version=review.version)


def test_a_meeting_is_kept_with_who_came_and_what_was_said(bureau, asking):
    row = weighed(bureau, asked(bureau, asking))
    meet = {"ex_ante": row, "by": bureau.finance, "place": "三楼会议室"}
    with pytest.raises(NotAllowed, match="还没有到"):
        note_meeting(
            **meet, on=today() + timedelta(days=1), people="甲", summary="同意", version=row.version
        )
    with pytest.raises(NotAllowed, match="参加人员和会议意见"):
        note_meeting(**meet, on=today(), people="", summary="同意", version=row.version)
    with pytest.raises(Stale):
        note_meeting(**meet, on=today(), people="甲", summary="同意", version=row.version + 7)
    note_meeting(**meet, on=today(), people="甲、乙、丙", summary="压减", version=row.version)
    assert [one["people"] for one in row.meetings] == ["甲、乙、丙"]


def test_what_it_says_against_a_targets_money_warns_until_the_division_rules(bureau, asking):
    assert due_for(bureau.dossier) == "新设立"
    assert "还没有结论" in warning_of(bureau.dossier, None)
    row = closed(bureau, weighed(bureau, asked(bureau, asking)), "partly", Decimal(5000000))
    assert concluded(bureau.dossier) == row
    assert warning_of(bureau.dossier, Decimal(5000000)) == ""
    assert warning_of(bureau.dossier, Decimal(6000000)) == (
        "申请 600 万元，超过事前评估支持的 500 万元"
    )
    limit = limit_of(bureau.division, 2022)
    assert (limit.yuan, limit.blocks, limit.standing) == (None, False, "旁证")


def test_approval_without_a_conclusion_warns_and_blocks_where_the_division_rules_so(
    bureau, asking, monkeypatch
):
    from tests.targets.test_filing import filed

    from wenxiao.reviews.services import approval
    from wenxiao.targets.services import approval_paper, check_target

    target = filed(bureau)
    check_target(target=target, by=bureau.finance, version=target.version)
    paper = approval_paper(
        division=bureau.division, number="1号", title="批复", issued_on=None, by=bureau.second
    )
    own = limit_of(bureau.division, 2022)
    strict = type(own)(own.yuan, True, "本级办法", "原文")
    act = {"target": target, "approval": paper, "by": bureau.second, "version": target.version}
    with monkeypatch.context() as patched:
        patched.setattr(approval, "limit_of", lambda division, year: strict)
        with pytest.raises(NotAllowed, match="按本级规定不能批复"):
            approval.approve_filed_target(**act)
    approval.approve_filed_target(**act)
    entry = Entry.objects.get(act="批复绩效目标")
    assert "提示：新设立，应先做事前评估" in entry.why


def test_refused_is_said_at_the_target(bureau, asking):
    closed(bureau, weighed(bureau, asked(bureau, asking)), "refused")
    assert warning_of(bureau.dossier, Decimal(1)) == "事前评估结论为“不予支持”"


def test_new_and_expired_subjects_are_due_and_those_below_the_threshold_are_not(bureau):
    old = ensure_subject(
        division=bureau.division, unit=bureau.unit, code="OLD", name="旧项目", by=None
    )
    for year in (2021, 2022):
        open_dossier(subject=old, fiscal_year=year, by=None)
    ended = ensure_subject(
        division=bureau.division,
        unit=bureau.unit,
        code="END",
        name="到期政策",
        kind="policy",
        by=None,
    )
    Subject.objects.filter(pk=ended.pk).update(expires_on=date(2021, 12, 31))
    for year in (2021, 2022):
        open_dossier(subject=ended, fiscal_year=year, by=None)
    small = ensure_subject(
        division=bureau.division, unit=bureau.unit, code="S", name="小项目", by=None
    )
    one = open_dossier(subject=small, fiscal_year=2022, by=None)
    set_appropriation(dossier=one, by=None, opening=Decimal(10000))
    told = {d.dossier.subject.name: d.why for d in due_of_year(bureau.clerk, bureau.division, 2022)}
    assert told == {"水旱灾害防御经费": "新设立", "到期政策": "到期后申请延续", "小项目": "新设立"}
    threshold = {
        "rule": "ex_ante",
        "from": "2021-09-01",
        "document": "示财〔2021〕9号",
        "clause": "第三条",
        "standing": "旁证",
        "content": {"threshold_yuan": "5000000"},
    }
    Division.objects.filter(pk=bureau.division.pk).update(rules=[threshold])
    bureau.division.refresh_from_db()
    assert limit_of(bureau.division, 2022).yuan == Decimal(5000000)
    told = [d.dossier.subject.name for d in due_of_year(bureau.clerk, bureau.division, 2022)]
    assert "小项目" not in told
    assert "水旱灾害防御经费" in told
    assert due_of_year(bureau.stranger, bureau.division, 2022) == []
    pk = Dossier.objects.get(subject=old, fiscal_year=2022).pk
    listed = due_of_year(bureau.clerk, bureau.division, 2022, {pk})
    assert [one.why for one in listed if one.dossier.pk == pk] == ["任务指定"]
    assert due_of_year(bureau.stranger, bureau.division, 2022, {pk}) == []


def test_terms_that_end_are_asked_about_in_time(bureau):
    Subject.objects.filter(pk=bureau.subject.pk).update(
        expires_on=today() + timedelta(days=90), midterm_on=today() - timedelta(days=400)
    )
    assert [one.pk for one in terms_asked(bureau.finance, today())] == [bureau.subject.pk]
    assert terms_asked(bureau.finance, today() - timedelta(days=200)) == []
    assert terms_asked(bureau.stranger, today()) == []
    assert not ExAnte.objects.exists()
