"""The road of a review: what can happen next, who takes the step, what forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404

from wenxiao.followup.selectors.ledger import reviews_seen_by
from wenxiao.pages.acts import person, who
from wenxiao.pages.views import held, put_under
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.services import barred_in
from wenxiao.reviews.services.road import unsettled
from wenxiao.reviews.services.seats import seat_of
from wenxiao.reviews.states import OPEN

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.reviews.models import Review


def review_of(request: HttpRequest, pk: int) -> Review:
    """The review, if this person may see its dossier; otherwise it is as if there were none."""
    row = reviews_seen_by(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, "desk:evaluations")
    return row


def may(request: HttpRequest, power: str, review: Review) -> bool:
    """Whether this person holds a power over the review's object."""
    return held(request).can(power, unit=review.dossier.unit, subject=review.dossier.subject)


@dataclass(frozen=True)
class ReviewStep:
    """One next act: its code, verb, whether it is the main one, what its dialog asks for, and what
    forbids it ("" nothing).
    """

    code: str
    verb: str
    main: bool = False
    asks: str = ""
    barred: str = ""


def steps(request: HttpRequest, row: Review) -> list[ReviewStep]:
    """What can happen next from the review's state.
    The next step of others says who takes it; their other acts are absent.
    """
    kind = KINDS.get(row.kind)
    if kind is None:
        return []
    fill = "submit" if kind.fill == "fill" else "evaluate"
    first = next((power for power in kind.check if may(request, power, row)), kind.check[-1])
    wanted: list[tuple[str, str, bool, str, str]] = []
    if row.state in OPEN:
        wanted = [("submit", "报送", True, "", fill)]
    elif row.state == "submitted":
        wanted = [("check", "审核通过", True, "", first), ("return", "退回", False, "why", first)]
    elif row.state == "checked":
        wanted = [
            ("confirm", "确认评价结果", True, "why" if _unconfirmed(row) else "", "confirm"),
            ("return", "退回", False, "why", first),
        ]
    elif row.state == "confirmed":
        wanted = [
            ("issue", "出具报告", True, "paper", "confirm"),
            ("reopen", "重开", False, "why", "confirm"),
        ]
    elif row.state == "issued":
        wanted = [("reopen", "重开", False, "why", "confirm")]
    possible = [
        ReviewStep(code, verb, main, asks, _barred(request, row, code, power))
        for code, verb, main, asks, power in wanted
    ]
    return [step for step in possible if step.main or not step.barred]


def _unconfirmed(row: Review) -> bool:
    """Whether a grade was changed after hand-in and nobody confirmed that yet."""
    return any(not one["confirmed_by"] for one in row.grade_changes)


def _barred(request: HttpRequest, row: Review, code: str, power: str) -> str:
    if not may(request, power, row):
        return who(power)
    if code == "submit":
        return not_yet(request, row)
    if code in {"check", "confirm"}:
        barred = barred_in([row], person(request), confirms=code == "confirm").get(row.pk)
        if barred:
            return barred.rstrip("。")
    if code == "reopen" and row.submitted_by_id == person(request).pk:
        return "由您报送，须由另一人办理"
    if code == "confirm" and KINDS[row.kind].scores and not row.complete:
        return "还有待评定的行，评完后才能确认"
    return unsettled(row).rstrip("。") if code == "confirm" else ""


def not_yet(request: HttpRequest, row: Review) -> str:
    """Why a score sheet can't be handed in by this person now; an expert's
    marks are handed in with the panel's.
    """
    if seat_of(person(request), held(request)):
        return "您在评分表下点“交分”就办完了；报送由主评人或主管部门汇总后办"
    if KINDS[row.kind].rows == "criteria" and not row.complete:
        return "还有没评分的行，评完后再报送"
    return ""
