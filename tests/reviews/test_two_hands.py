"""Two hands settle a result in every kind of review: whoever gave or
changed anything neither checks nor confirms it.
"""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from plants import once

from wenxiao.budget.models import AuditedAmount, Round
from wenxiao.budget.services import open_round
from wenxiao.evidence.models import Actual
from wenxiao.orgs.models import User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user, grant, name_confirmers, set_small_office
from wenxiao.records.models import Entry
from wenxiao.reviews import services
from wenxiao.reviews.kinds import JUDGED, KINDS
from wenxiao.reviews.models import Criterion, ExAnte, Mark, Review
from wenxiao.reviews.services.hands import require_second_hand, stood
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
EVERYTHING = ("clerk", "head", "department", "office", "performance", "leader")


@once
def almighty(bureau):
    """One account with every business role of its unit and of the bureau."""
    user = create_user(
        division=bureau.division,
        username="almighty",
        name="身兼数职",
        by=None,
        unit=bureau.unit,
        password="Long-enough-pass-1",
    )
    for role in EVERYTHING:
        where = bureau.unit if role in {"clerk", "head", "department"} else None
        grant(user=user, role=role, division=bureau.division, unit=where, by=None)
    return user


def _audited(dossier):
    """What an evaluation found of the money: as reported."""
    return AuditedAmount.objects.create(
        dossier=dossier, arranged=Decimal(8_800_000), used=Decimal(8_800_000)
    )


@pytest.fixture
def begin(bureau):
    """A review of a kind with everything filled in by nobody in particular,
    in the state asked for.
    """

    def make(kind, state="filling", points="88.76"):
        window = {"from_month": 1, "through_month": 12} if kind == "monitoring" else {}
        opened = Round.objects.create(
            division=bureau.division,
            kind=kind,
            name=f"{kind}任务",
            work_year=2023,
            fiscal_year=2022,
            state="open",
            route=["head", "department", "office", "performance"],
            **window,
        )
        target = None
        if KINDS[kind].rows == "indicators":
            target = Target.objects.create(dossier=bureau.dossier, state="approved")
            row = Indicator.objects.create(
                target=target, order=1, name="里程", expression="≥10公里", weight=Decimal(90)
            )
            Actual.objects.create(indicator=row, stage=kind, through_month=12, value="10公里")
        review = Review.objects.create(
            dossier=bureau.dossier,
            round=opened,
            kind=kind,
            state=state,
            target=target,
            budget=Decimal(8_800_000),
            executed=Decimal(8_800_000),
            audited=_audited(bureau.dossier) if kind in JUDGED else None,
        )
        if target is None:
            row = Criterion.objects.create(
                review=review, order=1, level1="产出", name="里程", weight=Decimal(100)
            )
            Mark.objects.create(
                review=review, criterion=row, points=Decimal(points), status="judged", note="欠"
            )
        if kind == "ex_ante":
            ExAnte.objects.create(
                dossier=bureau.dossier,
                round=opened,
                review=review,
                requested=Decimal(8_800_000),
                supported=Decimal(8_800_000),
                why="新设立",
                requested_on=date(2023, 3, 1),
                conclusion="supported",
            )
        services.score_review(review=review)
        review.refresh_from_db()
        return review

    return make


def write_value(review, by):
    if review.target is None:
        return give_points(review, by)
    row = review.target.indicators.get()
    actual = row.actuals.get(stage=KINDS[review.kind].stage)
    return services.record_actual(
        review=review, indicator=row, by=by, value="9公里", why="更正", version=actual.version
    )


def give_points(review, by):
    row = review.criteria.get() if review.target is None else review.target.indicators.get()
    if not KINDS[review.kind].scores:
        return write_value(review, by)
    mark = review.marks.filter(seat="").first()
    return services.record_mark(
        review=review,
        row=row,
        by=by,
        points=Decimal(85),
        note="佐证不足",
        why="佐证不足",
        version=mark.version,
    )


def bring_file(review, by):
    services.note_imported_changes(
        review=review, by=by, changes={"里程": ("88.76", "85")}, before=stood(review), why="重导"
    )


def hand_in(review, by):
    services.submit_review(review=review, by=by)


GIVING = {"value": write_value, "points": give_points, "file": bring_file, "hand in": hand_in}


def passed_on(review):
    if review.state == "filling":
        services.submit_review(review=review, by=filer_of(review))
    return review


def filer_of(review):
    """Who hands such a form in and has no other part in it: the unit's
    clerk, or the office for an evaluation.
    """
    if KINDS[review.kind].fill == "fill":
        return User.objects.get(username="clerk")
    known = User.objects.filter(username="the-office").first()
    return known or person(SimpleNamespace(division=review.round.division), "office")


def check(review, by):
    services.check_review(review=review, by=by)


def confirm(review, by):
    if review.state == "submitted":
        services.check_review(review=review, by=User.objects.get(username="finance"))
    services.confirm_review(review=review, by=by, why="同意")


SETTLING = {"check": check, "confirm": confirm}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gives", GIVING)
@pytest.mark.parametrize("settles", SETTLING)
def test_no_pair_of_acts_is_one_persons(begin, almighty, bureau, kind, gives, settles):
    review = begin(kind)
    GIVING[gives](review, almighty)
    review.refresh_from_db()
    passed_on(review)
    with pytest.raises(Refused, match="另一人"):
        SETTLING[settles](review, almighty)
    SETTLING[settles](review, bureau.second)
    assert review.state in {"checked", "confirmed"}


@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if kind.rows == "criteria"])
def test_one_officer_no_longer_lifts_a_result(begin, bureau, kind):
    """The trial's road: points changed after hand-in without a reason, then
    checked and confirmed by the same person.
    """
    review = begin(kind)
    services.submit_review(review=review, by=filer_of(review))
    row, mark = review.criteria.get(), review.marks.get()
    change = {"review": review, "row": row, "by": bureau.finance, "note": "欠", "version": 1}
    with pytest.raises(NotAllowed, match=r"由 88\.76 分改为 91\.18 分，请写明改分理由"):
        services.record_mark(**change, points=Decimal("91.18"))
    services.record_mark(**change, points=Decimal("91.18"), why="补交了验收单")
    review.refresh_from_db()
    assert (review.points, review.grade) == (Decimal("91.18"), "优")
    (crossed,) = review.grade_changes
    assert (crossed["from"], crossed["to"]) == (["88.76", "良"], ["91.18", "优"])
    assert crossed["why"] == "补交了验收单"
    for act in (services.check_review, services.confirm_review):
        with pytest.raises(Refused, match="改过的分值"):
            act(review=review, by=bureau.finance)
    services.check_review(review=review, by=bureau.second)
    with pytest.raises(NotAllowed, match=r"等级由“良”（88\.76）改为“优”（91\.18）"):
        services.confirm_review(review=review, by=bureau.second)
    services.confirm_review(review=review, by=bureau.second, why="验收单已核")
    review.refresh_from_db()
    assert review.grade_changes[0]["confirmed_by"] == "second"
    entry = Entry.objects.filter(act="评分", target_id=mark.pk).get()
    assert (entry.data["before"], entry.data["after"]) == ("88.76", "91.18")
    assert entry.why == "补交了验收单"
    settled = Entry.objects.get(act="确认结果").data
    assert (settled["before"]["state"], settled["after"]["state"]) == ("checked", "confirmed")
    assert settled["after"]["grade"] == "优"


def test_the_only_bringer_of_a_file_does_not_confirm_it(begin, bureau):
    from wenxiao.records.models import ImportBatch

    review = begin("finance_evaluation", state="submitted")
    review.batch = ImportBatch.objects.create(division=bureau.division, by=bureau.finance)
    review.save()
    services.check_review(review=review, by=bureau.finance)
    with pytest.raises(Refused, match="由您一人导入"):
        services.confirm_review(review=review, by=bureau.finance)
    services.confirm_review(review=review, by=bureau.second)


# ---- what else settles or moves a result ---------------------------------------------------------


def conclude(review, by):
    row = ExAnte.objects.get(review=review)
    services.conclude_ex_ante(
        ex_ante=row,
        conclusion="partly",
        supported=Decimal(5_000_000),
        opinion="测算偏高",
        by=by,
        version=row.version,
    )


@pytest.mark.parametrize("settles", SETTLING)
def test_who_writes_the_conclusion_of_an_ex_ante_evaluation_neither_checks_nor_confirms_it(
    begin, almighty, bureau, settles
):
    review = begin("ex_ante")
    conclude(review, almighty)
    passed_on(review)
    with pytest.raises(Refused, match="另一人"):
        SETTLING[settles](review, almighty)
    SETTLING[settles](review, bureau.second)
    assert review.state in {"checked", "confirmed"}


def asked_for(bureau, by):
    opened = open_round(
        division=bureau.division,
        kind="ex_ante",
        name="事前评估",
        work_year=2022,
        fiscal_year=2022,
        by=None,
    )
    return services.request_ex_ante(
        dossier=bureau.dossier, round=opened, requested=Decimal(8_800_000), why="新设", by=by
    )


def test_who_asked_for_the_money_does_not_settle_the_evaluation_of_it(almighty, bureau):
    row = asked_for(bureau, almighty)
    services.begin_ex_ante(ex_ante=row, by=bureau.finance, version=row.version)
    for confirms in (False, True):
        with pytest.raises(Refused, match="另一人"):
            require_second_hand(row.review, almighty, confirms=confirms)
        require_second_hand(row.review, bureau.second, confirms=confirms)


@pytest.fixture
def objected(begin, almighty, bureau):
    """An evaluation told to its unit, with one objection of somebody who also judges."""
    review = begin("finance_evaluation", state="submitted", points="60")
    exchange = services.open_exchange(
        review=review, text="总体良好", due_on=today(), by=bureau.finance
    )
    return services.raise_objection(
        exchange=exchange, criterion=review.criteria.get(), text="应按验收单计", by=almighty
    )


def decide(objection, by, points=None):
    return services.decide_objection(
        objection=objection,
        verdict="refused" if points is None else "accepted",
        reason="原件核过",
        points=points,
        by=by,
    )


def test_nobody_decides_or_closes_their_own_objection(objected, almighty, bureau):
    with pytest.raises(Refused, match="意见是您提的"):
        decide(objected, almighty)
    decide(objected, bureau.finance)
    exchange = objected.exchange
    services.finish_objections(exchange=exchange, name="负责人", by=bureau.clerk)
    with pytest.raises(Refused, match="意见是您提的"):
        services.close_exchange(exchange=exchange, by=almighty)
    services.close_exchange(exchange=exchange, by=bureau.second)


def test_who_changes_points_over_an_opinion_neither_closes_checks_nor_confirms(
    objected, almighty, bureau
):
    """Also who proposed points that somebody else then replaced."""
    review, exchange = objected.exchange.review, objected.exchange
    decide(objected, bureau.finance, Decimal(70))
    decide(objected, bureau.second, Decimal(0))
    services.finish_objections(exchange=exchange, name="负责人", by=bureau.clerk)
    for one in (bureau.finance, bureau.second):
        with pytest.raises(Refused, match="另一人"):
            services.close_exchange(exchange=exchange, by=one)
        for act in (services.check_review, services.confirm_review):
            with pytest.raises(Refused, match="另一人"):
                act(review=review, by=one)
    third = person(bureau, "performance")
    with pytest.raises(NotAllowed, match="写明同意的理由"):
        services.close_exchange(exchange=exchange, by=third)
    services.close_exchange(exchange=exchange, by=third, why="验收单不实")
    review.refresh_from_db()
    (crossed,) = review.grade_changes
    assert (crossed["why"], crossed["confirmed_by"]) == ("意见1：原件核过", "某performance")


def test_a_result_moved_by_scoring_a_round_again_waits_for_a_second_person(begin, bureau):
    """The rules changed after hand-in: the line it crossed stands with the
    result, and who moved it does not confirm it.
    """
    review = begin("recheck")
    services.submit_review(review=review, by=filer_of(review))
    before = (review.points, review.grade)
    Review.objects.filter(pk=review.pk).update(points=Decimal("88.76"), grade="良")
    assert services.rescore_round(round=review.round, by=bureau.finance, why="新办法") == 1
    review.refresh_from_db()
    assert (review.points, review.grade) == before
    (crossed,) = review.grade_changes
    assert (crossed["from"], crossed["why"]) == (["88.76", "良"], "新办法")
    with pytest.raises(Refused, match="另一人"):
        services.check_review(review=review, by=bureau.finance)
    services.check_review(review=review, by=bureau.second)
    with pytest.raises(NotAllowed, match="请核对，并写明同意的理由"):
        services.confirm_review(review=review, by=bureau.second)
    services.confirm_review(review=review, by=bureau.second, why="新办法属实")


# ---- who the second hand may be ------------------------------------------------------------------


def person(bureau, role):
    user = create_user(
        division=bureau.division,
        username=f"the-{role}",
        name=f"某{role}",
        by=None,
        password="Long-enough-pass-1",
    )
    grant(user=user, role=role, division=bureau.division, by=None)
    return user


def test_another_section_confirms_once_the_leader_names_it(begin, bureau):
    leader, budget = person(bureau, "leader"), person(bureau, "budget")
    review = begin("finance_evaluation", state="checked")
    with pytest.raises(Refused, match="确认评价结果"):
        services.confirm_review(review=review, by=budget)
    with pytest.raises(Refused):
        name_confirmers(division=bureau.division, roles=["budget"], by=bureau.finance, why="分工")
    with pytest.raises(NotAllowed, match="理由"):
        name_confirmers(division=bureau.division, roles=["budget"], by=leader, why=" ")
    with pytest.raises(NotAllowed, match="收到“clerk”"):
        name_confirmers(division=bureau.division, roles=["clerk"], by=leader, why="分工")
    name_confirmers(division=bureau.division, roles=["budget"], by=leader, why="绩效科回避")
    services.confirm_review(review=review, by=budget)
    entry = Entry.objects.get(act="指定确认人")
    assert (entry.data["before"], entry.data["after"]) == ([], ["budget"])


def test_in_a_small_office_the_leader_confirms_after_one_officer(begin, bureau):
    leader = person(bureau, "leader")
    review = begin("finance_evaluation")
    services.submit_review(review=review, by=bureau.finance)
    with pytest.raises(Refused):
        services.confirm_review(review=review, by=leader)
    with pytest.raises(Refused, match="领导登录"):
        set_small_office(division=bureau.division, on=True, by=None, why="只有一名干部")
    set_small_office(division=bureau.division, on=True, by=leader, why="绩效科只有一名干部")
    review = Review.objects.get(pk=review.pk)
    services.confirm_review(review=review, by=leader)
    assert review.state == "confirmed"
    assert "绩效科只有一名干部" in review.confirmed_note
    assert Entry.objects.get(act="确认结果").why == review.confirmed_note
    services.issue_review(review=review, by=leader, issued_on=date(2023, 6, 1))


def test_even_in_a_small_office_one_account_is_never_both(begin, bureau, almighty):
    set_small_office(division=bureau.division, on=True, by=almighty, why="只有一名干部")
    review = begin("finance_evaluation")
    give_points(review, almighty)
    services.submit_review(review=review, by=filer_of(review))
    with pytest.raises(Refused, match="另一人"):
        services.confirm_review(review=review, by=almighty)


def test_an_officer_of_a_small_office_needs_the_check_as_before(begin, bureau):
    leader = person(bureau, "leader")
    set_small_office(division=bureau.division, on=True, by=leader, why="只有一名干部")
    review = begin("finance_evaluation")
    services.submit_review(review=review, by=bureau.finance)
    with pytest.raises(NotAllowed, match="不能转为"):
        services.confirm_review(review=Review.objects.get(pk=review.pk), by=bureau.second)
