"""The road of a review: who may take which step, and what happens to the loser of a race."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from plants import once
from tests.bureaus import PASS

from wenxiao.intake.unattended import import_file
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry, Todo
from wenxiao.reviews import services
from wenxiao.reviews.models import Mark, Review
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@once
def review(bureau, selfeval_round):
    import_file(PASS / "02_SE025_空值满分.xlsx", division=bureau.division, by=bureau.finance)
    return Review.objects.get()


@once
def filled(review, bureau):
    for mark in review.marks.filter(status="not_reported"):
        services.record_actual(
            review=review, indicator=mark.indicator, by=bureau.clerk, value="按计划完成"
        )
        mark.refresh_from_db()
        services.record_mark(
            review=review,
            row=mark.indicator,
            by=bureau.clerk,
            points=mark.indicator.weight,
            version=mark.version,
        )
    review.refresh_from_db()
    return review


def test_the_whole_road(filled, bureau):
    assert filled.complete
    services.submit_review(review=filled, by=bureau.clerk)
    services.check_review(review=filled, by=bureau.second)
    services.confirm_review(review=filled, by=bureau.finance)
    services.issue_review(
        review=filled, by=bureau.second, issued_on=date(2023, 6, 1), paper_number="1号"
    )
    assert filled.state == "issued"
    acts = list(
        Entry.objects.filter(target_type="reviews.Review")
        .order_by("number")
        .values_list("act", flat=True)
    )
    assert acts[-4:] == ["报送", "审核通过", "确认结果", "出具报告"]


def test_the_machine_is_nobody_s_hand(filled, bureau):
    """Whoever sits at the server has no account: what a person answers for
    is refused, whatever the step.
    """
    row = filled.target.indicators.first()
    actual = row.actuals.get(stage="selfeval")
    with pytest.raises(Refused, match="填报须由本人登录后办理，命令行不代人办理"):
        services.record_actual(
            review=filled, indicator=row, by=None, value="1", version=actual.version
        )
    with pytest.raises(Refused, match="提交须由本人登录后办理"):
        services.submit_review(review=filled, by=None)
    services.submit_review(review=filled, by=bureau.clerk)
    for act in (services.check_review, services.confirm_review):
        with pytest.raises(Refused, match="须由本人登录后办理"):
            act(review=filled, by=None)
    with pytest.raises(Refused, match="须由本人登录后办理"):
        services.return_review(review=filled, by=None, why="佐证不足")
    assert Review.objects.get(pk=filled.pk).state == "submitted"


def test_the_units_to_do_ends_when_nothing_is_owed(filled, bureau):
    assert Todo.objects.filter(state="open", unit=bureau.unit).count() == 1
    services.submit_review(review=filled, by=bureau.clerk)
    assert Todo.objects.filter(state="open", unit=bureau.unit).count() == 0


def test_a_stranger_of_another_unit_may_not_submit(filled, bureau):
    with pytest.raises(Refused):
        services.submit_review(review=filled, by=bureau.stranger)
    filled.refresh_from_db()
    assert filled.state == "filling"


def test_nobody_confirms_what_he_submitted(filled, bureau):
    Review.objects.filter(pk=filled.pk).update(state="checked", submitted_by=bureau.finance)
    filled.refresh_from_db()
    with pytest.raises(Refused):
        services.confirm_review(review=filled, by=bureau.finance)
    services.confirm_review(review=filled, by=bureau.second)
    assert filled.state == "confirmed"


def test_an_incomplete_review_is_not_confirmed(review, bureau):
    Review.objects.filter(pk=review.pk).update(state="checked")
    review.refresh_from_db()
    with pytest.raises(NotAllowed, match="待评定"):
        services.confirm_review(review=review, by=bureau.second)


def test_returning_needs_a_reason(filled, bureau):
    services.submit_review(review=filled, by=bureau.clerk)
    with pytest.raises(NotAllowed, match="理由"):
        services.return_review(review=filled, by=bureau.finance, why=" ")
    services.return_review(review=filled, by=bureau.finance, why="第3行佐证不足")
    assert filled.state == "returned"


def test_the_loser_of_a_race_is_told(filled, bureau):
    twin = Review.objects.get(pk=filled.pk)
    services.submit_review(review=filled, by=bureau.clerk)
    with pytest.raises(Stale):
        services.submit_review(review=twin, by=bureau.clerk)


def test_blocking_differences_come_first(filled, bureau):
    Review.objects.filter(pk=filled.pk).update(problems=[{"level": "阻断", "text": "负数金额"}])
    filled.refresh_from_db()
    with pytest.raises(NotAllowed, match="负数金额"):
        services.submit_review(review=filled, by=bureau.clerk)


def test_reopening_a_settled_result_needs_a_second_person_and_a_reason(filled, bureau):
    Review.objects.filter(pk=filled.pk).update(state="confirmed", submitted_by=bureau.clerk)
    filled.refresh_from_db()
    with pytest.raises(NotAllowed, match="理由"):
        services.reopen_review(review=filled, by=bureau.finance, why="")
    services.reopen_review(review=filled, by=bureau.finance, why="单位提出异议，取证单第2号")
    assert filled.state == "checked"


def test_a_value_is_changed_with_the_version_seen(review, bureau):
    indicator = review.target.indicators.get(order=1)
    actual = indicator.actuals.get()
    services.record_actual(
        review=review,
        indicator=indicator,
        by=bureau.clerk,
        value="0.5",
        why="更正",
        version=actual.version,
    )
    mark = Mark.objects.get(review=review, indicator=indicator)
    assert (mark.status, mark.points) == ("scored", Decimal("5.00"))
    with pytest.raises(Stale):
        services.record_actual(
            review=review, indicator=indicator, by=bureau.clerk, value="1", version=actual.version
        )


def test_points_outside_the_weight_and_silent_deductions_are_refused(review, bureau):
    indicator = review.target.indicators.get(order=2)
    version = Mark.objects.get(review=review, indicator=indicator).version
    for points, match in ((Decimal(11), "0 至"), (Decimal(-1), "0 至"), (Decimal(3), "扣分原因")):
        with pytest.raises(NotAllowed, match=match):
            services.record_mark(
                review=review, row=indicator, by=bureau.clerk, points=points, version=version
            )


def test_an_agency_never_files_for_a_unit(review, bureau):
    from wenxiao.orgs.services import grant

    grant(
        user=bureau.agency,
        role="agency",
        division=bureau.division,
        subjects=[bureau.subject],
        by=None,
        why="评价",
    )
    indicator = review.target.indicators.get(order=1)
    with pytest.raises(Refused, match="第三方"):
        services.record_actual(
            review=review, indicator=indicator, by=bureau.agency, value="1", version=1
        )


@once
def checkers(bureau):
    from wenxiao.orgs.services import create_user, grant

    made = {}
    for role in ("head", "department", "office"):
        made[role] = create_user(
            division=bureau.division,
            username=role,
            name=role,
            by=None,
            unit=bureau.unit,
            password="Long-enough-pass-1",
        )
        grant(user=made[role], role=role, division=bureau.division, unit=bureau.unit, by=None)
    return made


def test_a_review_walks_the_rounds_route(filled, bureau, checkers):
    services.submit_review(review=filled, by=bureau.clerk)
    for role, state in (("head", "submitted"), ("department", "submitted"), ("office", "checked")):
        assert services.waiting_for(filled) == role
        services.check_review(review=filled, by=checkers[role])
        assert filled.state == state
    assert services.waiting_for(filled) == ""


def test_whoever_stands_further_up_passes_for_those_below_and_the_trail_says_so(
    filled, bureau, checkers
):
    services.submit_review(review=filled, by=bureau.clerk)
    services.check_review(review=filled, by=checkers["office"])
    assert filled.state == "checked"
    entry = Entry.objects.filter(act="审核通过").get()
    assert entry.data["skipped"] == ["head", "department"]


def test_nobody_goes_back_on_the_road(filled, bureau, checkers):
    services.submit_review(review=filled, by=bureau.clerk)
    services.check_review(review=filled, by=checkers["department"])
    with pytest.raises(Refused):
        services.check_review(review=filled, by=checkers["head"])


def test_a_return_begins_the_road_anew(filled, bureau, checkers):
    services.submit_review(review=filled, by=bureau.clerk)
    services.check_review(review=filled, by=checkers["head"])
    services.return_review(review=filled, by=checkers["department"], why="第3行缺佐证")
    services.submit_review(review=filled, by=bureau.clerk)
    assert (filled.step, services.waiting_for(filled)) == (0, "head")


def test_a_scanned_signature_counts_for_a_head_who_never_logs_in(filled, bureau, checkers):
    from wenxiao.records.services import store_file

    services.submit_review(review=filled, by=bureau.clerk)
    scan = store_file(
        division=bureau.division, by=bureau.clerk, name="签字件.pdf", content=b"%PDF-1.4 scan"
    )
    paper = services.hand_in_paper(review=filled, by=bureau.clerk, file=scan)
    assert services.waiting_for(filled) == "head"
    for hand in (bureau.clerk, checkers["head"]):
        with pytest.raises(Refused):
            services.confirm_paper(paper=paper, by=hand)
    services.confirm_paper(paper=paper, by=checkers["department"])
    with pytest.raises(NotAllowed, match="这一步已办"):
        services.confirm_paper(paper=paper, by=checkers["office"])
    filled.refresh_from_db()
    assert services.waiting_for(filled) == "department"
    assert Entry.objects.get(act="纸质签字件代审").data["paper"] == [scan.sha256]
    services.check_review(review=filled, by=checkers["department"])
    with pytest.raises(NotAllowed, match="财政环节"):
        services.hand_in_paper(review=filled, by=bureau.clerk, file=scan)


def test_a_signature_on_paper_is_bound_to_the_form_it_signed(filled, bureau, checkers):
    from wenxiao.records.services import store_file

    services.submit_review(review=filled, by=bureau.clerk)
    scan = store_file(
        division=bureau.division, by=bureau.clerk, name="签字件.pdf", content=b"%PDF-1.4 other"
    )
    paper = services.hand_in_paper(review=filled, by=bureau.clerk, file=scan)
    services.return_review(review=filled, by=checkers["department"], why="第3行缺佐证")
    services.submit_review(review=filled, by=bureau.clerk)
    assert services.pending_paper(filled) is None
    paper.refresh_from_db()
    with pytest.raises(NotAllowed, match="重新签字"):
        services.confirm_paper(paper=paper, by=checkers["department"])
    again = services.hand_in_paper(review=filled, by=bureau.clerk, file=scan)
    services.refuse_paper(paper=again, by=checkers["department"], why="没有盖章")
    assert services.waiting_for(filled) == "head"


def test_a_shorter_route_is_data(filled, bureau, checkers):
    type(filled.round).objects.filter(pk=filled.round_id).update(route=["office", "performance"])
    filled.round.refresh_from_db()
    services.submit_review(review=filled, by=bureau.clerk)
    with pytest.raises(Refused):
        services.check_review(review=filled, by=checkers["head"])
    services.check_review(review=filled, by=checkers["office"])
    assert filled.state == "checked"
