"""A review's way from waiting to issued: a step is one conditional move, entry, transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Exemption, Round
from wenxiao.budget.selectors import dossiers_of
from wenxiao.evidence.models import Actual
from wenxiao.orgs import permissions
from wenxiao.orgs.models import Role
from wenxiao.records.services import finish_todos, make_todo, record
from wenxiao.reviews.checks import blocking, checks_of
from wenxiao.reviews.kinds import JUDGED, kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.hands import (
    confirmed_changes,
    require_second_hand,
    result_of,
    small_office_note,
)
from wenxiao.reviews.services.scoring import score_review, score_when_paid
from wenxiao.reviews.services.seats import require_panel
from wenxiao.reviews.states import OPEN, RETURNED, ROAD, SETTLED
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move
from wenxiao.targets.selectors import target_in_force

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import Agency, User
    from wenxiao.records.models import ImportBatch, StoredFile
    from wenxiao.reviews.checks import Check
    from wenxiao.targets.models import Target


@transaction.atomic
def start_review(
    *,
    dossier: Dossier,
    round: Round,
    by: User | None,
    target: Target | None = None,
    agency: Agency | None = None,
    file: StoredFile | None = None,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
    outside: bool = False,
) -> Review:
    """Begin the review of a dossier in a round: one a round, the database says so.

    ``outside``: not in the round's scope; whoever brings its form was asked about that.
    """
    kind = kind_of(round.kind)
    permissions.require_one(
        by,
        (kind.fill, "import", *(["submit_for"] if kind.fill == "fill" else [])),
        what=f"建立{kind.title}",
        division=round.division_id,
        unit=dossier.unit,
        subject=dossier.subject,
    )
    _refuse_start(dossier, round, outside=outside)
    if target is None and kind.rows == "indicators":
        target = target_in_force(dossier)
    review = Review.objects.create(
        dossier=dossier,
        round=round,
        kind=round.kind,
        target=target,
        agency=agency,
        file=file,
        batch=batch,
        synthetic=synthetic,
    )
    before = _worth(review)
    if batch is None and kind.rows == "indicators":
        score_review(review=review, by=by)
    moved = {} if before == _worth(review) else {"before": before, "after": _worth(review)}
    record(
        division=round.division, by=by, act="建立评审", target=review, label=str(review), data=moved
    )
    return review


def _worth(review: Review) -> dict[str, object]:
    """A form's money and result, as the entry of its beginning keeps them."""
    return {"budget": review.budget, "executed": review.executed, **result_of(review)}


def _refuse_start(dossier: Dossier, round: Round, *, outside: bool) -> None:
    if round.state != Round.State.OPEN:
        raise NotAllowed(
            f"“{round.name}”现为“{round.get_state_display()}”，不再收填报；需要补报请联系财政绩效科。"
        )
    if dossier.subject.division_id != round.division_id or dossier.fiscal_year != round.fiscal_year:
        raise NotAllowed(
            f"“{dossier}”不是{round.fiscal_year}预算年度本区划的档案，不能列入“{round.name}”。"
        )
    if not outside and not dossiers_of(round).filter(pk=dossier.pk).exists():
        raise NotAllowed(f"“{dossier}”不在任务“{round.name}”的范围内，请联系财政绩效科。")
    if Review.objects.filter(dossier=dossier, round=round).exists():
        raise NotAllowed(f"“{dossier}”在任务“{round.name}”里已经有一份，不能重复建立。")


def _step(
    review: Review,
    *,
    to: str,
    by: User | None,
    act: str,
    why: str = "",
    version: int | None = None,
    data: Mapping[str, object] | None = None,
    **values: object,
) -> Review:
    before = standing_of(review)
    move(review, allowed=ROAD, to=to, version=version, **values)
    record(
        division=review.round.division,
        by=by,
        act=act,
        target=review,
        label=str(review),
        why=why,
        data={"before": before, "after": standing_of(review), **(data or {})},
    )
    return review


def standing_of(review: Review) -> dict[str, object]:
    """Where a review is and what it is worth, as entries keep it before and after an act."""
    return {"state": review.state, **result_of(review)}


FULL = 100
"""A result's points at most."""
STEPS = {"head": "check_unit", "department": "check_department", "office": "check_office"}
"""Roles of a route that check before the bureau confirms, and the power each checks with."""


def route_of(review: Review) -> list[str]:
    """The roles that check this review before 绩效科, in order; empty where units don't file it."""
    return (
        [role for role in review.round.route if role in STEPS]
        if kind_of(review.kind).fill == "fill"
        else []
    )


def waiting_for(review: Review) -> str:
    """The role whose check is next ("" when none is: not submitted, or the road is walked)."""
    road = route_of(review)
    return (
        road[review.step]
        if review.state == Review.State.SUBMITTED and review.step < len(road)
        else ""
    )


def skipped_by(review: Review, by: User) -> list[str]:
    """The roles of the route that would be passed over if ``by`` checked now."""
    road = route_of(review)
    able = [
        at for at, role in enumerate(road) if at >= review.step and may(by, STEPS[role], review)
    ]
    return road[review.step : max(able)] if able else road[review.step :]


def may(by: User | None, power: str, review: Review) -> bool:
    """Whether the person holds the power over the review's object."""
    return permissions.can(by, power, unit=review.dossier.unit, subject=review.dossier.subject)


def require_check(by: User | None, review: Review) -> int:
    """The step after which ``by`` leaves the review: the furthest ahead that this person may take.

    Whoever stands further up may pass for those who never log in; the trail keeps what was skipped.
    """
    road = route_of(review)
    ahead = [
        at + 1 for at, role in enumerate(road) if at >= review.step and may(by, STEPS[role], review)
    ]
    if ahead:
        return max(ahead)
    powers = kind_of(review.kind).check
    if not any(may(by, power, review) for power in powers) or (
        road and not may(by, "confirm", review)
    ):
        permissions.require_for(
            by, STEPS[waiting_for(review)] if waiting_for(review) else powers[-1], review.dossier
        )
    return len(road)


@transaction.atomic
def submit_review(
    *, review: Review, by: User | None, why: str = "", version: int | None = None
) -> Review:
    """Hand a filled review in. NotAllowed names how many blocks are left, the entry the warnings.

    What blocks: the faults its form came with and the checks over its stored rows.
    """
    permissions.require_for(
        by, "submit" if kind_of(review.kind).fill == "fill" else "evaluate", review.dossier
    )
    require_panel(by)
    _refuse_unscored(review)
    if kind_of(review.kind).scores and kind_of(review.kind).rows == "indicators":
        score_when_paid(review=review, by=by)
    warned = refuse_blocked(review)
    values: dict[str, Any] = {"submitted_by": by, "hand": None, "signed": None}
    if kind_of(review.kind).fill == "fill" and review.received_on is None:
        values |= {"received_on": today(), "received_road": Review.Road.ONLINE}
    return hand_in(review, by=by, act="报送", why=why or warned, version=version, **values)


def hand_in(
    review: Review,
    *,
    by: User | None,
    act: str,
    why: str,
    version: int | None,
    data: Mapping[str, object] | None = None,
    **values: object,
) -> Review:
    """Move what was checked to 待审核, the unit's to-dos go; ``values`` say who handed it in."""
    if review.published_points is None and review.complete and _typed_here(review):
        values["published_points"] = review.points
        data = {**(data or {}), "own_total": {"before": None, "after": str(review.points)}}
    _step(
        review,
        to="submitted",
        by=by,
        act=act,
        why=why,
        version=version,
        data=data,
        submitted_at=timezone.now(),
        step=0,
        **values,
    )
    finish_todos(target=review)
    if not _still_owed(review):
        finish_todos(target=review.round, unit=review.dossier.unit)
    return review


def _typed_here(review: Review) -> bool:
    """Whether a self-evaluation was filled or changed on its page: its total is then its sum."""
    if review.kind != "selfeval" or review.target_id is None:
        return False
    rows = Actual.objects.filter(indicator__target=review.target_id, stage="selfeval", cell="")
    return review.file_id is None or rows.exclude(value="").exists()


def _refuse_unscored(review: Review) -> None:
    """A score sheet is handed in whole."""
    if kind_of(review.kind).rows == "criteria":
        review.refresh_from_db(fields=["complete"])
        if not review.complete:
            raise NotAllowed("还有没评分的行，评完后再报送。")


def refuse_blocked(review: Review) -> str:
    """NotAllowed while something blocks the hand-in; else what only warns, as the entry says it."""
    checks = checks_of(review)
    left = blocking_texts(review, checks)
    if left:
        raise NotAllowed(f"还有 {len(left)} 处要改好才能报送：{left[0]}")
    warned = "；".join(check.text.rstrip("。") for check in checks)
    return f"送审前检查提示：{warned}"[:499] + "。" if warned else ""


def blocking_texts(review: Review, checks: list[Check]) -> list[str]:
    """What blocks the hand-in: faults its form came with, then the checks' over its rows."""
    left = [one.get("text", "") for one in review.problems if one.get("level") == "阻断"]
    return left + [check.text for check in blocking(checks)]


def _still_owed(review: Review) -> bool:
    """Whether the unit has something left to hand in for this round, received or not."""
    owed = dossiers_of(review.round).filter(unit=review.dossier.unit)
    owed = owed.exclude(pk__in=Exemption.objects.filter(round=review.round).values("dossier"))
    handed = Review.objects.filter(round=review.round).exclude(state__in=OPEN).values("dossier")
    return owed.exclude(pk__in=handed).exists()


@transaction.atomic
def return_review(
    *,
    review: Review,
    by: User | None,
    why: str,
    version: int | None = None,
    marked: Collection[int] = (),
) -> Review:
    """Give it back with a reason, never empty: it stands on the unit's page and to-do until mended.

    ``marked``: indicators the reason is about; the unit's page marks them, and if changed since.
    """
    require_check(by, review)
    if not why.strip():
        raise NotAllowed("退回须写明理由，一次说全。")
    marks = _marks(review, marked)
    data = {"marks": marks} if marks else None
    _step(review, to="returned", by=by, act=RETURNED, why=why, version=version, data=data, step=0)
    if kind_of(review.kind).fill == "fill":
        make_todo(
            division=review.round.division,
            kind=RETURNED,
            title=f"{review.dossier.subject.name}被退回：{why.strip()}",
            role=Role.CLERK,
            unit=review.dossier.unit,
            target=review,
            due_on=review.round.deadline,
        )
    return review


def _marks(review: Review, marked: Collection[int]) -> list[dict[str, object]]:
    """The marked rows as the entry keeps them; a row of another form is refused."""
    if not marked:
        return []
    rows = review.target.indicators.filter(pk__in=marked) if review.target else ()
    marks: list[dict[str, object]] = [{"indicator": row.pk, "name": row.name} for row in rows]
    if len(marks) != len(set(marked)):
        raise NotAllowed("标出的行不是这份表的，请刷新页面后再退回。")
    return marks


@transaction.atomic
def check_review(
    *, review: Review, by: User | None, why: str = "", version: int | None = None
) -> Review:
    """Pass it on along the route, at last 已审核; nobody passes what they handed in or scored."""
    after = require_check(by, review)
    require_second_hand(review, by, confirms=False)
    return pass_on(review, after, by=by, act="审核通过", why=why, version=version)


def pass_on(
    review: Review,
    after: int,
    *,
    by: User | None,
    act: str,
    why: str,
    version: int | None,
    paper: dict[str, object] | None = None,
) -> Review:
    """Leave the review after a step; ``paper`` tells the entry which scan stands for the check."""
    road, before = route_of(review), review.step
    data: dict[str, object] = {
        "passed": road[before:after],
        "skipped": road[before : max(after - 1, before)],
        "before": standing_of(review),
        **(paper or {}),
    }
    if after >= len(road):
        move(review, allowed=ROAD, to="checked", version=version, step=after)
    elif review.state != Review.State.SUBMITTED:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能审核。")
    else:
        change(review, version=version, step=after)
    data["after"] = standing_of(review)
    record(
        division=review.round.division,
        by=by,
        act=act,
        target=review,
        label=str(review),
        why=why,
        data=data,
    )
    return review


@transaction.atomic
def confirm_review(
    *, review: Review, by: User | None, why: str = "", version: int | None = None
) -> Review:
    """确认评价结果 by a second hand: never by whoever gave, changed or handed in what is confirmed.

    Rows waiting for a judgement forbid it, a grade changed after hand-in asks for a reason; then
    nothing is marked. In a small office the leader confirms one officer's work; papers say so.
    """
    permissions.require_for(by, "confirm", review.dossier)
    require_second_hand(review, by, confirms=True)
    if kind_of(review.kind).scores and not review.complete:
        raise NotAllowed("还有待评定的行，评完后才能确认结果。")
    if (over := over_hundred(review)) and not why.strip():
        raise NotAllowed(f"{over}确需确认的，写明理由。")
    _refuse_unconcluded(review)
    _refuse_unsettled(review)
    changes, note = confirmed_changes(review, by, why), small_office_note(review, by)
    if note and review.state == Review.State.SUBMITTED and waiting_for(review) in {"", "office"}:
        pass_on(review, len(route_of(review)), by=by, act="审核通过", why=note, version=version)
        version = None
    _step(
        review,
        to="confirmed",
        by=by,
        act="确认结果",
        why=" ".join(part for part in (why, note) if part),
        version=version,
        confirmed_by=by,
        confirmed_note=note[:300],
        grade_changes=changes,
    )
    finish_todos(target=review)
    return review


def over_hundred(review: Review) -> str:
    """That the points pass 100, which somebody must look at; empty where they don't."""
    if review.points is None or review.points <= FULL:
        return ""
    return f"得分 {review.points} 超过 {FULL} 分，请打开这一份核对各行分值。"


def _refuse_unconcluded(review: Review) -> None:
    """An ex-ante evaluation ends in a conclusion with its money, not in points alone."""
    ex_ante = getattr(review, "ex_ante", None)
    if review.kind == Round.Kind.EX_ANTE and (ex_ante is None or not ex_ante.conclusion):
        raise NotAllowed("事前评估还没有写结论和支持金额，写好再确认。")


def unsettled(review: Review) -> str:
    """What of an evaluation is open beside its points: audited money, exchange of opinions."""
    if review.kind not in JUDGED:
        return ""
    audited = review.audited
    if audited is None or audited.arranged is None or audited.used is None:
        return "经审查实际安排、实际使用还没有填，填好审定金额再确认。"
    exchange = getattr(review, "exchange", None)
    if exchange is not None and exchange.closed_on is None:
        return "正在征求单位意见，意见处理定稿后再确认。"
    return ""


def _refuse_unsettled(review: Review) -> None:
    if left := unsettled(review):
        raise NotAllowed(left)


@transaction.atomic
def issue_review(
    *,
    review: Review,
    by: User | None,
    issued_on: date,
    paper_number: str = "",
    version: int | None = None,
) -> Review:
    """Its report is out (出具报告), with day and number."""
    permissions.require_for(by, "confirm", review.dossier)
    return _step(
        review,
        to="issued",
        by=by,
        act="出具报告",
        version=version,
        issued_on=issued_on,
        paper_number=paper_number,
    )


@transaction.atomic
def reopen_review(
    *, review: Review, by: User | None, why: str, version: int | None = None
) -> Review:
    """Take a settled result back to judging, with a reason: a new act of a second person."""
    permissions.require_for(by, "confirm", review.dossier)
    permissions.require_other(by, review.submitted_by_id)
    if review.state not in SETTLED:
        raise NotAllowed("结果尚未确认，可直接修改。")
    if not why.strip():
        raise NotAllowed("重开须写明理由。")
    before = standing_of(review)
    change(review, version=version, state="checked", confirmed_by=None, confirmed_note="")
    record(
        division=review.round.division,
        by=by,
        act="重开评审",
        target=review,
        label=str(review),
        why=why,
        data={"before": before, "after": standing_of(review)},
    )
    return review
