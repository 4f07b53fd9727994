"""纸质签字件代审: who never logs in signs on paper; the scan counts once another person confirmed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs import permissions
from wenxiao.orgs.permissions import Refused
from wenxiao.records.services import record
from wenxiao.reviews.models import PaperSignature, Review
from wenxiao.reviews.services.hands import require_second_hand
from wenxiao.reviews.services.road import STEPS, may, pass_on, require_check, waiting_for
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from wenxiao.orgs.models import User
    from wenxiao.records.models import StoredFile

ON_PAPER = ("head", "department")
"""Steps of the unit's own side; the bureau's own checks are never taken from paper."""
CONFIRMS = {
    "head": (STEPS["department"], STEPS["office"], "confirm"),
    "department": (STEPS["office"], "confirm"),
}
"""Whose power confirms a signature of that step: whoever stands further up the road."""


def pending_paper(review: Review) -> PaperSignature | None:
    """The scan that waits for confirmation; one handed in before the form changed waits no more."""
    scans = PaperSignature.objects.filter(review=review, accepted=None, version=review.version)
    return scans.select_related("file", "handed_by").first()


def may_confirm(by: User | None, review: Review, paper: PaperSignature) -> bool:
    """Whether this person is the other one: further up the road, and not
    who handed the scan or the form in.
    """
    if by is not None and by.pk in {paper.handed_by_id, review.submitted_by_id}:
        return False
    return any(may(by, power, review) for power in CONFIRMS[paper.role])


@transaction.atomic
def hand_in_paper(
    *, review: Review, by: User | None, file: StoredFile, version: int | None = None
) -> PaperSignature:
    """The unit's clerk (or whoever may check) hands the scan of the next
    signature in; nothing is passed by that.
    """
    role = waiting_for(review)
    if role not in ON_PAPER:
        raise NotAllowed("现在没有等单位或主管部门签字的环节；财政环节须在系统内审核。")
    if not permissions.can(by, "submit", unit=review.dossier.unit, subject=review.dossier.subject):
        require_check(by, review)
    if version is not None and version != review.version:
        raise Stale(review)
    PaperSignature.objects.filter(review=review, accepted=None).update(accepted=False)
    paper = PaperSignature.objects.create(
        review=review, role=role, version=review.version, file=file, handed_by=by
    )
    record(
        division=review.round.division,
        by=by,
        act="提交纸质签字件",
        target=review,
        label=str(review),
        data={"role": role, "paper": [file.sha256]},
    )
    return paper


def _decide(paper: PaperSignature, by: User | None, *, accepted: bool) -> Review:
    review = paper.review
    require_second_hand(review, by, confirms=False)
    if by is not None and by.pk in {paper.handed_by_id, review.submitted_by_id}:
        raise Refused("签字件由您提交，须由另一人核对确认。")
    if not may_confirm(by, review, paper):
        raise Refused("签字件由主管部门、财政业务科室或财政绩效科核对；您的授权不含这一项。")
    if accepted and (paper.version != review.version or waiting_for(review) != paper.role):
        raise NotAllowed("表在交签字件之后改动过，或这一步已办，请重新签字。")
    waiting = PaperSignature.objects.filter(pk=paper.pk, accepted=None)
    if waiting.update(accepted=accepted, decided_by=by) != 1:
        raise NotAllowed("这份签字件已有人办理。")
    return review


@transaction.atomic
def confirm_paper(*, paper: PaperSignature, by: User | None, why: str = "") -> Review:
    """Another person compared scan and form: the scan counts as that step's
    check, and is kept with it.
    """
    review = _decide(paper, by, accepted=True)
    decided = {
        "paper": [paper.file.sha256],
        "handed_by": paper.handed_by,
        **_decided(accepted=True),
    }
    return pass_on(
        review,
        review.step + 1,
        by=by,
        act="纸质签字件代审",
        why=why,
        version=paper.version,
        paper=decided,
    )


@transaction.atomic
def refuse_paper(*, paper: PaperSignature, by: User | None, why: str) -> Review:
    """The scan does not do: wrong paper, no seal, unreadable. The step stays open."""
    if not why.strip():
        raise NotAllowed("请写明签字件哪里不对。")
    review = _decide(paper, by, accepted=False)
    record(
        division=review.round.division,
        by=by,
        act="不采用纸质签字件",
        target=review,
        label=str(review),
        why=why,
        data={"paper": [paper.file.sha256], **_decided(accepted=False)},
    )
    return review


def _decided(*, accepted: bool) -> dict[str, object]:
    """What became of a scan that waited, for the entry."""
    return {"signature": {"before": None, "after": accepted}}
