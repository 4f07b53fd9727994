"""A review's way from waiting to issued. Every step is one conditional move, one trail entry, one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Exemption
from wenxiao.budget.selectors import dossiers_of
from wenxiao.orgs import permissions
from wenxiao.records.services import finish_todos, record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN, ROAD, SETTLED
from wenxiao.store.moves import NotAllowed, change, move

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import Agency, User
    from wenxiao.records.models import ImportBatch, StoredFile
    from wenxiao.targets.models import Target


@transaction.atomic
def start_review(
    *,
    dossier: Dossier,
    round: Round,  # noqa: A002 - the field's word for 任务
    by: User | None,
    target: Target | None = None,
    agency: Agency | None = None,
    file: StoredFile | None = None,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> Review:
    """Begin the review of a dossier in a round. A dossier has one review a round; the database says so."""
    review = Review.objects.create(
        dossier=dossier, round=round, kind=round.kind, target=target, agency=agency, file=file, batch=batch,
        synthetic=synthetic,
    )  # fmt: skip
    record(division=round.division, by=by, act="建立评审", target=review, label=str(review))
    return review


def _step(
    review: Review, *, to: str, by: User | None, act: str, why: str = "", version: int | None = None, **values: object
) -> Review:
    move(review, allowed=ROAD, to=to, version=version, **values)
    record(division=review.round.division, by=by, act=act, target=review, label=str(review), why=why)
    return review


def _require(by: User | None, power: str, review: Review) -> None:
    permissions.require(by, power, unit=review.dossier.unit, subject=review.dossier.subject)


def _require_check(by: User | None, review: Review) -> None:
    """Any step of the kind's checking road may act: a shorter road is the bureau's choice."""
    subject = review.dossier.subject
    powers = kind_of(review.kind).check
    if not any(permissions.can(by, power, unit=review.dossier.unit, subject=subject) for power in powers):
        _require(by, powers[-1], review)


@transaction.atomic
def submit_review(*, review: Review, by: User | None, why: str = "", version: int | None = None) -> Review:
    """Hand a filled review in. Blocking differences must be mended first: NotAllowed names how many are left."""
    _require(by, "submit" if kind_of(review.kind).fill == "fill" else "evaluate", review)
    blocking = [p for p in review.problems if p.get("level") == "阻断"]
    if blocking:
        raise NotAllowed(f"还有 {len(blocking)} 处须改正后才能报送：{blocking[0].get('text', '')}")
    _step(
        review, to="submitted", by=by, act="报送", why=why, version=version,
        submitted_by=by, submitted_at=timezone.now(),
    )  # fmt: skip
    finish_todos(target=review)
    if not _still_owed(review):
        finish_todos(target=review.round, unit=review.dossier.unit)
    return review


def _still_owed(review: Review) -> bool:
    """Whether the unit has something left to hand in for this round."""
    owed = dossiers_of(review.round).filter(unit=review.dossier.unit)
    owed = owed.exclude(pk__in=Exemption.objects.filter(round=review.round).values("dossier"))
    handed = Review.objects.filter(round=review.round).exclude(state__in=OPEN).values("dossier")
    return owed.exclude(pk__in=handed).exists()


@transaction.atomic
def return_review(*, review: Review, by: User | None, why: str, version: int | None = None) -> Review:
    """Give it back with a reason, which must not be empty."""
    _require_check(by, review)
    if not why.strip():
        raise NotAllowed("退回须写明理由，一次说全。")
    return _step(review, to="returned", by=by, act="退回", why=why, version=version)


@transaction.atomic
def check_review(*, review: Review, by: User | None, why: str = "", version: int | None = None) -> Review:
    """Pass it. Whoever handed it in may not be the one who passes it."""
    _require_check(by, review)
    permissions.require_other(by, review.submitted_by_id)
    return _step(review, to="checked", by=by, act="审核通过", why=why, version=version)


@transaction.atomic
def confirm_review(*, review: Review, by: User | None, why: str = "", version: int | None = None) -> Review:
    """Fix the result (确认评价结果). Rows still waiting for a judgement forbid it; nothing is marked after this."""
    _require(by, "confirm", review)
    permissions.require_other(by, review.submitted_by_id)
    if kind_of(review.kind).scores and not review.complete:
        raise NotAllowed("还有待评定的行，评完后才能确认结果。")
    _step(review, to="confirmed", by=by, act="确认结果", why=why, version=version)
    finish_todos(target=review)
    return review


@transaction.atomic
def issue_review(
    *, review: Review, by: User | None, issued_on: date, paper_number: str = "", version: int | None = None
) -> Review:
    """Its report is out (出具报告), with day and number."""
    _require(by, "confirm", review)
    return _step(
        review, to="issued", by=by, act="出具报告", version=version, issued_on=issued_on, paper_number=paper_number,
    )  # fmt: skip


@transaction.atomic
def reopen_review(*, review: Review, by: User | None, why: str, version: int | None = None) -> Review:
    """Take a settled result back to judging, with a reason: a new act of a second person, kept in the trail."""
    _require(by, "confirm", review)
    permissions.require_other(by, review.submitted_by_id)
    if review.state not in SETTLED:
        raise NotAllowed("结果尚未确认，可直接修改。")
    if not why.strip():
        raise NotAllowed("重开须写明理由。")
    change(review, version=version, state="checked")
    record(division=review.round.division, by=by, act="重开评审", target=review, label=str(review), why=why)
    return review
