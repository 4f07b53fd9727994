"""交换意见: the preliminary conclusion to the unit, its objections decided one
by one, changes settled by a second person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs import permissions
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused
from wenxiao.records.services import finish_todos, make_todo, record
from wenxiao.reviews.kinds import JUDGED, kind_of
from wenxiao.reviews.models import Criterion, Exchange, Mark, Objection
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.services.hands import (
    add_author,
    confirmed_changes,
    note_crossing,
    require_second_hand,
    result_of,
    stood,
)
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.services.seats import require_panel
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from wenxiao.evidence.models import Material
    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

OWN = "意见是您提的，须由另一人{}。"
ASKED = "交换意见"
"""The kind of the unit's to-dos."""


def _require_unit(by: User | None, review: Review) -> None:
    unit, subject = review.dossier.unit, review.dossier.subject
    if not any(
        permissions.can(by, power, unit=unit, subject=subject) for power in ("fill", "check_unit")
    ):
        raise Refused("对初步结论提意见、签字由被评价单位办理。")


def points_of_rows(review: Review) -> dict[int, Decimal | None]:
    """The panel's points of every criterion as they stand."""
    marks: dict[int, list[Mark]] = {}
    for mark in review.marks.filter(indicator=None).order_by("seat"):
        marks.setdefault(mark.criterion_id or 0, []).append(mark)
    return {row.pk: criterion_points(marks.get(row.pk, [])) for row in review.criteria.all()}


@transaction.atomic
def open_exchange(
    *, review: Review, text: str, due_on: date, by: User | None, version: int | None = None
) -> Exchange:
    """Tell the unit the preliminary conclusion: the score sheet as handed in, with the day
    objections are due.

    Raises Refused, NotAllowed (not a whole evaluation, not handed in, told before), Stale.
    """
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    require_panel(by)
    if review.kind not in JUDGED or review.state not in {"submitted", "checked"}:
        raise NotAllowed("评价报送以后、确认以前，才能把初步结论送单位征求意见。")
    if not review.complete:
        raise NotAllowed("还有没评分的行，评完后再征求意见。")
    if Exchange.objects.filter(review=review).exists():
        raise NotAllowed("初步结论已经送达，不能重复送达。")
    if not text.strip():
        raise NotAllowed("请写明初步结论。")
    if due_on < today():
        raise NotAllowed(f"意见期限 {due_on} 早于今天，请改正。")
    change(review, version=version)
    exchange = Exchange.objects.create(
        review=review,
        text=text.strip(),
        points=review.points,
        grade=review.grade,
        rows={str(pk): str(points) for pk, points in points_of_rows(review).items()},
        sent_on=today(),
        due_on=due_on,
        by=by,
        synthetic=review.synthetic,
    )
    make_todo(
        division=review.round.division,
        kind=ASKED,
        title=f"{review.dossier.subject.name}：评价初步结论征求意见",
        role=Role.CLERK,
        unit=review.dossier.unit,
        target=exchange,
        due_on=due_on,
    )
    record(
        division=review.round.division,
        by=by,
        act="送达初步结论",
        target=review,
        label=str(review),
        data={"due_on": due_on, "points": review.points, "grade": review.grade},
    )
    return exchange


@transaction.atomic
def raise_objection(
    *,
    exchange: Exchange,
    text: str,
    by: User | None,
    criterion: Criterion | None = None,
    proof: str = "",
    material: Material | None = None,
) -> Objection:
    """The unit objects to a criterion, or to money and the whole, with what proves it.
    Raises Refused, NotAllowed.
    """
    review = exchange.review
    _require_unit(by, review)
    if exchange.closed_on or exchange.answered_on:
        raise NotAllowed("意见已经提完，不能再提。")
    if exchange.due_on < today():
        raise NotAllowed(f"意见期限 {exchange.due_on} 已过；确有新情况请联系财政绩效科。")
    if not text.strip():
        raise NotAllowed("请写明意见。")
    if criterion is not None and criterion.review_id != review.pk:
        raise NotAllowed("这一行不是这份评分表的。")
    if material is not None and material.dossier_id != review.dossier_id:
        raise NotAllowed("这份佐证不是这个对象的。")
    objection = Objection.objects.create(
        exchange=exchange,
        number=exchange.objections.count() + 1,
        criterion=criterion,
        text=text.strip(),
        proof=proof.strip()[:300],
        material=material,
        by=by,
        synthetic=exchange.synthetic,
    )
    record(
        division=review.round.division,
        by=by,
        act="提出意见",
        target=review,
        label=f"{review}：{criterion.name if criterion else '整体'}",
        data={"number": objection.number, "text": text, "proof": proof, "material": material},
    )
    return objection


@transaction.atomic
def finish_objections(*, exchange: Exchange, name: str, by: User | None) -> Exchange:
    """The unit has no more to say: 意见已提完, or 无异议 where it raised none."""
    review = exchange.review
    _require_unit(by, review)
    if exchange.closed_on or exchange.answered_on:
        raise NotAllowed("意见已经提完，不必再报。")
    if not name.strip():
        raise NotAllowed("请写明单位负责人。")
    change(exchange, answered_on=today(), answered_by=name.strip()[:60])
    finish_todos(target=exchange)
    number = exchange.objections.count()
    record(
        division=review.round.division,
        by=by,
        act="意见提完" if number else "无异议",
        target=review,
        label=str(review),
        data={"objections": number, "name": name},
    )
    return exchange


@transaction.atomic
def decide_objection(
    *,
    objection: Objection,
    verdict: str,
    reason: str,
    by: User | None,
    points: Decimal | None = None,
    version: int | None = None,
) -> Objection:
    """Accept an objection, partly or not, always with a reason; ``points`` are the row's proposed
    new ones.

    Nothing changes on the sheet, and the unit sees nothing, until a second person closes the
    exchange.
    """
    exchange = objection.exchange
    review = exchange.review
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    require_panel(by)
    if by is not None and objection.by_id == by.pk:
        raise Refused(OWN.format("处理"))
    if exchange.closed_on:
        raise NotAllowed("意见处理已经定稿，不能再改。")
    if verdict not in Objection.Verdict.values:
        raise NotAllowed("请选采纳、部分采纳或不采纳。")
    if not reason.strip():
        raise NotAllowed("每条意见都要写明处理理由。")
    if verdict == Objection.Verdict.REFUSED:
        points = None
    _refuse_points(objection, points)
    before = {"verdict": objection.verdict, "points": objection.points}
    change(
        objection,
        version=version,
        verdict=verdict,
        reason=reason.strip(),
        points=points,
        decided_by=by,
    )
    if points is not None:
        add_author(review, by)
    record(
        division=review.round.division,
        by=by,
        act="处理单位意见",
        target=review,
        label=f"{review}：意见{objection.number}",
        why=reason,
        data={"before": before, "after": {"verdict": verdict, "points": points}},
    )
    return objection


def _refuse_points(objection: Objection, points: Decimal | None) -> None:
    row = objection.criterion
    if points is None:
        return
    if row is None:
        raise NotAllowed("这条意见没有对应的评分项，不能改分；涉及金额的在审定金额里改。")
    if points < 0 or (row.weight is not None and points > row.weight):
        raise NotAllowed(f"“{row.name}”得分应在 0 到 {row.weight} 之间，收到 {points}。")


@transaction.atomic
def close_exchange(
    *, exchange: Exchange, by: User | None, why: str = "", version: int | None = None
) -> Exchange:
    """A second person settles what was decided: the changed points are written and the sheet is
    scored again.

    Refused for whoever raised or decided an objection or gave points; every objection must be
    decided. A crossed grade line asks for a reason (``why``), kept with the result.
    """
    review = exchange.review
    permissions.require_for(by, "confirm", review.dossier)
    objections = list(exchange.objections.select_related("criterion", "decided_by"))
    _require_third(objections, by)
    require_second_hand(review, by, confirms=False)
    if exchange.closed_on:
        raise NotAllowed("意见处理已经定稿。")
    if exchange.answered_on is None and exchange.due_on >= today():
        raise NotAllowed(f"单位的意见还没有提完，期限 {exchange.due_on}。")
    if left := [one.number for one in objections if not one.verdict]:
        raise NotAllowed(f"还有 {len(left)} 条意见没有处理：{'、'.join(map(str, left))}。")
    worth, result = stood(review), result_of(review)
    changes = _write_points(objections)
    score_review(review=review, by=by)
    decider = next((one.decided_by for one in objections if one.points is not None), None)
    reasons = "；".join(
        f"意见{one.number}：{one.reason}" for one in objections if one.points is not None
    )
    note_crossing(review, worth, decider, reasons or why)
    if review.grade_changes:
        change(review, grade_changes=confirmed_changes(review, by, why))
    change(exchange, version=version, closed_on=today(), closed_by=by)
    finish_todos(target=exchange)
    record(
        division=review.round.division,
        by=by,
        act="意见处理定稿",
        target=review,
        label=str(review),
        why=why,
        data={
            "before": {name: old for name, (old, _) in changes.items()},
            "after": {name: new for name, (_, new) in changes.items()},
            "result": {"before": result, "after": result_of(review)},
        },
    )
    make_todo(
        division=review.round.division,
        kind=ASKED,
        title=f"{review.dossier.subject.name}：意见处理结果待签字",
        role=Role.CLERK,
        unit=review.dossier.unit,
        target=exchange,
    )
    return exchange


def _require_third(objections: list[Objection], by: User | None) -> None:
    """Refused for whoever raised or decided one of the objections."""
    if by is None:
        return
    if any(one.by_id == by.pk for one in objections):
        raise Refused(OWN.format("定稿"))
    if any(one.decided_by_id == by.pk for one in objections):
        raise Refused("意见是您处理的，须由另一人定稿。")


def _write_points(objections: list[Objection]) -> dict[str, tuple[str, str]]:
    """The panel's mark of each changed row; the last decision on a row counts. Row → (old, new)."""
    changes: dict[str, tuple[str, str]] = {}
    for one in objections:
        if one.points is None or one.criterion is None:
            continue
        review = one.exchange.review
        old = points_of_rows(review)[one.criterion.pk]
        note = f"交换意见后改分（意见{one.number}{one.get_verdict_display()}）：{one.reason}"
        mark, _ = Mark.objects.get_or_create(review=review, criterion=one.criterion, seat="")
        change(
            mark,
            points=one.points,
            status="judged",
            by=one.decided_by,
            note="；".join(part for part in (mark.note, note) if part),
        )
        changes[one.criterion.name] = (str(old), str(one.points))
    return changes


@transaction.atomic
def sign_exchange(*, exchange: Exchange, name: str, by: User | None) -> Exchange:
    """The unit signs for what became of its objections."""
    review = exchange.review
    _require_unit(by, review)
    if not exchange.closed_on:
        raise NotAllowed("意见处理还没有定稿，暂不签字。")
    if exchange.signed_on:
        raise NotAllowed("已经签过字。")
    if not name.strip():
        raise NotAllowed("请写明签字人。")
    change(exchange, signed_on=today(), signed_by=name.strip()[:60])
    finish_todos(target=exchange)
    record(
        division=review.round.division,
        by=by,
        act="单位签字",
        target=review,
        label=str(review),
        data={"name": name},
    )
    return exchange
