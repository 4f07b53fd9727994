"""Several experts, one result: how their marks become the panel's, by a choice that is recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.reviews.services.hands import add_author, note_crossing, result_of, stood
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.services.seats import require_panel
from wenxiao.reviews.states import MARKABLE
from wenxiao.rulebook.numbers import round_points
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

METHODS = {"mean": "各专家平均", "trimmed": "去掉一个最高、一个最低后平均"}
"""How experts' points of one criterion are joined. Agreement (会商一致) is typed in row by row instead."""
FEWEST_TRIMMED = 3


@transaction.atomic
def settle_panel(
    *, review: Review, method: str, by: User | None, why: str = "", version: int | None = None
) -> Review:
    """Write the panel's mark of every criterion from the experts' marks. NotAllowed names the row that lacks one.

    Points are rounded half-up to two places once per criterion; each mark keeps its formula and the experts' points.
    """
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    require_panel(by)
    if method not in METHODS:
        raise NotAllowed("请选定汇总办法。")
    if review.state not in MARKABLE:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再评分。")
    change(review, version=version)
    worth, result, seats = stood(review), result_of(review), _seats(review)
    before = _points(review)
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
