"""Several experts, one result: handed in unseen and locked, then joined by a choice that is
recorded.

Mean and trimmed mean are reckoned; a consensus starts from the mean and says who met, when, and
which rows were changed why.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.reviews.panels import experts_of
from wenxiao.reviews.services.hands import add_author, note_crossing, result_of, stood
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.services.seats import require_panel, seat_of
from wenxiao.reviews.states import MARKABLE
from wenxiao.rulebook.numbers import round_points
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Assignment

METHODS = {"mean": "各专家平均", "trimmed": "去掉一个最高、一个最低后平均"}
"""How experts' points of one criterion are reckoned together; 会商一致 is :func:`agree_panel`."""
CONSENSUS = "会商一致"
FEWEST_TRIMMED = 3


@transaction.atomic
def settle_panel(
    *, review: Review, method: str, by: User | None, why: str = "", version: int | None = None
) -> Review:
    """Write the panel's mark of every criterion from the experts' marks.
    NotAllowed names the row that lacks one.

    Points are rounded half-up to two places once per criterion; each mark keeps its formula and the
    experts' points.
    """
    _require(review, by)
    if method not in METHODS:
        raise NotAllowed("请选定汇总办法。")
    worth, result, seats = stood(review), result_of(review), _seats(review)
    before = _points(review)
    joined = {"method": METHODS[method], "by": by.name if by else "", "on": str(today())}
    change(review, version=version, panel={**joined, "people": sorted(seats), "changed": []})
    for criterion in review.criteria.all():
        _settle(
            review,
            criterion,
            method,
            {name: given.get(criterion.pk) for name, given in seats.items()},
            by,
        )
    add_author(review, by)
    score_review(review=review, by=by)
    note_crossing(review, worth, by, why)
    record(
        division=review.round.division,
        by=by,
        act="汇总专家评分",
        target=review,
        label=str(review),
        why=why,
        data={
            "method": METHODS[method],
            "seats": sorted(seats),
            "before": before,
            "after": _points(review),
            "result": {"before": result, "after": result_of(review)},
        },
    )
    return review


def _points(review: Review) -> dict[str, str]:
    """The panel's own points by criterion."""
    rows = review.marks.filter(seat="", indicator=None, points__isnull=False)
    return {str(mark.criterion_id): str(mark.points) for mark in rows}


def _seats(review: Review) -> dict[str, dict[int, Mark]]:
    seats: dict[str, dict[int, Mark]] = {}
    for mark in review.marks.exclude(seat="").filter(indicator=None):
        seats.setdefault(mark.seat, {})[mark.criterion_id or 0] = mark
    if not seats:
        raise NotAllowed("还没有专家评分，不能汇总。")
    return seats


def _settle(
    review: Review,
    criterion: Criterion,
    method: str,
    given: dict[str, Mark | None],
    by: User | None,
) -> None:
    points = {
        name: mark.points
        for name, mark in given.items()
        if mark is not None and mark.points is not None
    }
    missing = [name for name in given if name not in points]
    if missing:
        raise NotAllowed(f"“{criterion.name}”还缺{'、'.join(missing)}的评分，评完后才能汇总。")
    ordered = sorted(points.values())
    if method == "trimmed":
        if len(ordered) < FEWEST_TRIMMED:
            raise NotAllowed(
                f"只有 {len(ordered)} 位专家评分，去掉最高、最低后不足以平均，请改用各专家平均。"
            )
        ordered = ordered[1:-1]
    value = round_points(sum(ordered, Decimal(0)) / len(ordered))
    notes = "；".join(
        dict.fromkeys(mark.note.strip() for mark in given.values() if mark and mark.note.strip())
    )
    values: dict[str, Any] = {
        "points": value,
        "status": "judged",
        "note": notes,
        "by": by,
        "explanation": {
            "formula": f"（{' + '.join(str(one) for one in ordered)}）÷ {len(ordered)} = {value}",
            "reason": METHODS[method],
            "inputs": {name: str(one) for name, one in points.items()},
            "rule": "",
            "basis": "评价组选定的汇总办法，已记入留痕",
            "standing": "未核",
            "assumed": None,
        },
    }
    mark, created = Mark.objects.get_or_create(
        review=review, criterion=criterion, seat="", defaults=values
    )
    if not created:
        change(mark, **values)


def _require(review: Review, by: User | None) -> None:
    """The panel's own act, while it may still mark and every expert handed in."""
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    require_panel(by)
    if review.state not in MARKABLE:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再评分。")
    waiting = [one.user.name for one in experts_of(review) if one.scores_in_at is None]
    if waiting:
        raise NotAllowed(
            f"还有 {len(waiting)} 位专家没有交分（{'、'.join(waiting)}），交齐后才能汇总。"
        )


@transaction.atomic
def agree_panel(
    *,
    review: Review,
    points: Mapping[int, Decimal],
    reasons: Mapping[int, str],
    people: str,
    held_on: date,
    by: User | None,
    why: str = "",
    version: int | None = None,
) -> Review:
    """会商一致: the panel's mark of every criterion as agreed in a meeting.
    Raises Refused, NotAllowed, Stale.

    ``points`` by criterion; a row without one keeps the experts' mean, a row that differs from it
    needs its reason.
    """
    _require(review, by)
    if not people.strip():
        raise NotAllowed("请写明参加会商的人。")
    if held_on > today():
        raise NotAllowed(f"会商日期 {held_on} 还没有到，请改正。")
    seats, before = _seats(review), _points(review)
    worth, result = stood(review), result_of(review)
    changed = _agreed(review, seats, points, reasons, by)
    panel = {
        "method": CONSENSUS,
        "people": people.strip()[:300],
        "on": str(held_on),
        "by": by.name if by else "",
        "changed": changed,
    }
    change(review, version=version, panel=panel)
    add_author(review, by)
    score_review(review=review, by=by)
    why = "；".join([why] * bool(why) + [f"{one['name']}：{one['why']}" for one in changed])
    note_crossing(review, worth, by, why)
    record(
        division=review.round.division,
        by=by,
        act="汇总专家评分",
        target=review,
        label=str(review),
        why=why[:500],
        data={
            **panel,
            "seats": sorted(seats),
            "before": before,
            "after": _points(review),
            "result": {"before": result, "after": result_of(review)},
        },
    )
    return review


def _agreed(
    review: Review,
    seats: dict[str, dict[int, Mark]],
    points: Mapping[int, Decimal],
    reasons: Mapping[int, str],
    by: User | None,
) -> list[dict[str, str]]:
    """Every row written as the mean, then as agreed; what was changed, by row."""
    changed = []
    for row in review.criteria.all():
        given = {name: marks.get(row.pk) for name, marks in seats.items()}
        _settle(review, row, "mean", given, by)
        mark = review.marks.get(criterion=row, seat="")
        wanted, mean = points.get(row.pk, mark.points), mark.points
        if wanted is None or wanted == mean:
            continue
        reason = reasons.get(row.pk, "").strip()
        _refuse_agreed(row, wanted, mean, reason)
        formula = f"会商一致：{mean} → {wanted}"
        explanation = mark.explanation | {"formula": formula, "reason": f"{CONSENSUS}：{reason}"}
        note = "；".join(part for part in (mark.note, reason) if part)
        change(mark, points=wanted, note=note, explanation=explanation)
        changed.append({"name": row.name, "from": str(mean), "to": str(wanted), "why": reason})
    return changed


def _refuse_agreed(row: Criterion, wanted: Decimal, mean: Decimal | None, why: str) -> None:
    if row.weight is not None and not 0 <= wanted <= row.weight:
        raise NotAllowed(f"“{row.name}”得分应在 0 至 {row.weight} 之间，收到 {wanted}。")
    if not why:
        raise NotAllowed(f"“{row.name}”由平均 {mean} 分改为 {wanted} 分，请写明会商的理由。")


@transaction.atomic
def hand_in_scores(*, review: Review, by: User | None) -> Assignment:
    """交分: an expert's own scores are whole and final; locked from now on.
    Raises Refused, NotAllowed.
    """
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    own = experts_of(review).filter(user=by).first() if by is not None else None
    if own is None:
        raise permissions.Refused("交分由分派到这项评价的评审专家本人办理。")
    if own.scores_in_at is not None:
        raise NotAllowed("您的评分已经交了。")
    if review.state not in MARKABLE:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再评分。")
    scored = review.marks.filter(seat=seat_of(by), points__isnull=False).values("criterion")
    left = list(review.criteria.exclude(pk__in=scored).values_list("name", flat=True))
    if left:
        raise NotAllowed(f"还有 {len(left)} 行没有评分（{'、'.join(left[:3])}），评完再交。")
    own.scores_in_at = timezone.now()
    own.save()
    score_review(review=review, by=by)
    record(
        division=review.round.division,
        by=by,
        act="专家交分",
        target=review,
        label=f"{review}：{own.user.name}",
    )
    return own


@transaction.atomic
def return_scores(*, assignment: Assignment, by: User | None, why: str) -> Assignment:
    """Give an expert's scores back to be changed, with a reason; the others' are unseen again.
    Raises Refused, NotAllowed.
    """
    review = assignment.review
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    require_panel(by)
    if assignment.scores_in_at is None:
        raise NotAllowed("这位专家还没有交分，可以直接改。")
    if review.state not in MARKABLE:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再评分。")
    if not why.strip():
        raise NotAllowed("退回专家评分须写明理由。")
    assignment.scores_in_at = None
    assignment.save()
    score_review(review=review, by=by)
    record(
        division=review.round.division,
        by=by,
        act="退回专家评分",
        target=review,
        label=f"{review}：{assignment.user.name}",
        why=why,
    )
    return assignment
