"""The units' forms on every step of the road, so that each desk finds work waiting: filled,
returned, checked, confirmed.

All of it is 合成 and stands in rounds the annual report doesn't tell of.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

from wenxiao.budget.models import Round
from wenxiao.followup.models import Finding
from wenxiao.followup.services import confirm_finding, send_feedback
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.orgs.permissions import grants_kept
from wenxiao.records.services import store_file
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import (
    check_review,
    confirm_paper,
    confirm_review,
    hand_in_paper,
    issue_review,
    return_review,
    submit_review,
)
from wenxiao.site.demo.synthetic import ABOVE, unit_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import Division, User

STEPS = ("head", "department", "office", "checked", "confirmed")
SPREAD = {"selfeval": (1, 0, 6, 30, 0), "monitoring": (1, 0, 3, 3, 0)}
"""How many units (after the first two) stop at each step; all the others are confirmed."""
SIGNED = "签字页扫描件（合成）\n为演示而编，不是任何单位的真实材料。\n".encode()
RETURNED = "“完成时间”一行没有佐证，“服务覆盖人次”请附统计表后重报（合成）。"
TOLD_ON, ANSWER_BY = date(2021, 11, 19), date(2021, 12, 9)


def play(division: Division, users: Mapping[str, User], clerk_of: Mapping[int, User]) -> None:
    """Hand in, sign, check, return and confirm; then candidates of the watched round, and one
    notice nobody signed for.
    """
    first = unit_names()[0]
    rows = Review.objects.filter(
        round__division=division, round__key=False, kind__in=SPREAD
    ).order_by("pk")
    own: dict[str, list[Review]] = {kind: [] for kind in SPREAD}
    with ExitStack() as kept:
        for person in (*users.values(), *clerk_of.values()):
            kept.enter_context(grants_kept(person))
        for review in rows.select_related(
            "round__division", "dossier__subject__unit", "dossier__unit__division"
        ):
            if any(problem.get("level") == "阻断" for problem in review.problems):
                continue
            if review.dossier.unit.name == first:
                own[review.kind].append(review)
            else:
                clerk = clerk_of[review.dossier.unit_id]
                submit_review(review=review, by=clerk)
                _pass_on(review, _stop_of(review), users, clerk)
        _own_forms(own, users)
    watched = Round.objects.get(division=division, kind=Round.Kind.MONITORING, key=False)
    draw_candidates(round=watched, by=users["jixiao"])
    _tell(own["monitoring"], users)


def _stop_of(review: Review) -> str:
    """Where this unit's forms wait: its department for the units of :data:`ABOVE`, else by the
    unit's place in the list.
    """
    name = review.dossier.unit.name
    if name == ABOVE or review.dossier.unit.parent_id:
        return "department"
    place = unit_names().index(name) - 2
    for step, units in zip(STEPS, SPREAD[review.kind], strict=True):
        if place < units:
            return step
        place -= units
    return "confirmed"


def _pass_on(review: Review, stop: str, users: Mapping[str, User], clerk: User) -> None:
    """Heads and departments who never log in sign on paper, which the clerk
    hands in; what goes further 绩效科 checks.
    """
    for _ in range({"department": 1, "office": 2}.get(stop, 0)):
        scan = store_file(
            division=review.round.division, by=clerk, name="签字页（合成）.txt", content=SIGNED
        )
        paper = hand_in_paper(review=review, by=clerk, file=scan)
        confirm_paper(paper=paper, by=users["jixiao"], why="演示")
    if stop in {"checked", "confirmed"}:
        check_review(review=review, by=users["jixiao"], why="演示")
    if stop == "confirmed" and (review.complete or review.kind == "monitoring"):
        confirm_review(review=review, by=users["jixiao2"], why="演示")


def _own_forms(own: Mapping[str, list[Review]], users: Mapping[str, User]) -> None:
    """The first unit's clerk handed some in: one waits for the head, one
    for the department, one came back.
    """
    clerk, head = users["jingban"], users["fuzeren"]
    for at, review in enumerate(own["selfeval"][:3]):
        submit_review(review=review, by=clerk)
        if at == 1:
            check_review(review=review, by=head)
        if at == 2:
            return_review(review=review, by=head, why=RETURNED)
    submit_review(review=own["monitoring"][0], by=clerk)


def _tell(own: list[Review], users: Mapping[str, User]) -> None:
    """A contradiction of the unit's own, confirmed, its review issued and
    fed back; the unit has not signed for it yet.
    """
    finding = (
        Finding.objects.filter(review__in=own[1:], state=Finding.State.CANDIDATE)
        .exclude(item=None)
        .order_by("pk")
        .first()
    )
    if finding is None or finding.review is None:
        return
    review, judge = finding.review, users["jixiao"]
    submit_review(review=review, by=users["jingban"])
    for checker in ("fuzeren", "zhuguan", "yewu"):
        check_review(review=review, by=users[checker])
    confirm_review(review=review, by=judge)
    issue_review(
        review=review, by=users["jixiao2"], issued_on=TOLD_ON, paper_number="演示日常〔2021〕1号"
    )
    confirm_finding(finding=finding, by=judge, why="监控表与支付数一致，情况属实（合成）")
    send_feedback(
        review=review,
        by=judge,
        issued_on=TOLD_ON,
        due_on=ANSWER_BY,
        number="演示日常反馈〔2021〕1号",
    )
