"""Two hands settle a result: who gave or changed a value, points or money neither checks nor
confirms it.

A change of points that stood is written with its reason; one that crosses a line between grades
stands with the result itself until a second person confirms it with a reason of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs import permissions
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, require_one
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from wenxiao.orgs.models import User


@transaction.atomic
def note_imported_changes(
    *,
    review: Review,
    by: User | None,
    changes: Mapping[str, tuple[str, str]],
    before: Standing,
    why: str,
    given: Mapping[str, str] | None = None,
    state: str = "",
) -> None:
    """Enter the rows an import changed, name → (old, new), and note its bringer among the authors.

    ``before`` are points and grade as they stood; a crossed grade line stands with the review, its
    reason is ``why``. ``given`` are points of rows that had none, ``state`` is where the review
    stood. No entry where nothing moved.
    """
    require_one(
        by,
        ("import", kind_of(review.kind).fill),
        what="导入改分",
        division=review.round.division_id,
        unit=review.dossier.unit,
        subject=review.dossier.subject,
    )
    points, grade = before
    old = {"state": state or review.state, "points": points, "grade": grade}
    new = {"state": review.state, **result_of(review)}
    if not changes and not given and before == stood(review) and old["state"] == new["state"]:
        return
    if changes:
        add_author(review, by)
    record(
        division=review.round.division,
        by=by,
        act="导入改分" if changes else "随表写入得分",
        target=review,
        label=str(review),
        why=why,
        data={
            "before": {name: was for name, (was, _) in changes.items()},
            "after": {**(given or {}), **{name: now for name, (_, now) in changes.items()}},
            "result": {"before": old, "after": new},
        },
    )
    if changes:
        note_crossing(review, before, by, why)


OWN_WORK = "这份结果里有您给的或改过的分值，审核和确认须由另一人办理。"
OWN_HAND_IN = "由您报送，须由另一人办理，不能自己审核自己。"
ONE_HAND = "这份结果由您一人导入，没有经过第二个人，须由另一人确认。"


def add_author(review: Review, by: User | None) -> None:
    """Note who gave or changed a value, points or money of the review; the
    machine itself is nobody.
    """
    if by is not None:
        review.authors.add(by)


def barred_in(reviews: Iterable[Review], by: User | None, *, confirms: bool) -> dict[int, str]:
    """Why this person may not check (or confirm) some of the reviews, by
    id; those they may are absent. One query.
    """
    rows = list(reviews)
    if by is None or not rows:
        return {}
    own = set(
        Review.authors.through.objects.filter(
            review__in=[one.pk for one in rows], user=by
        ).values_list("review_id", flat=True)
    )
    reasons = {one.pk: _barred(one, by, own, confirms=confirms) for one in rows}
    return {pk: sentence for pk, sentence in reasons.items() if sentence}


def _barred(review: Review, by: User, own: set[int], *, confirms: bool) -> str:
    if review.submitted_by_id == by.pk:
        return OWN_HAND_IN
    if review.pk in own:
        return OWN_WORK
    brought = review.batch.by_id if confirms and review.batch_id and review.batch else None
    alone = review.submitted_by_id is None and review.signed_id is None
    if brought == by.pk and alone and not review.authors.exists():
        return ONE_HAND
    return ""


def require_second_hand(review: Review, by: User | None, *, confirms: bool) -> None:
    """Refused for whoever gave points, changed them or handed the review
    in: one account is never both hands.
    """
    barred = barred_in([review], by, confirms=confirms).get(review.pk)
    if barred:
        raise Refused(barred)


# ---- changes of what stood -----------------------------------------------------------------------


Standing = tuple["Decimal | None", str]
"""Points and grade as they stood; the grade is empty while rows are open."""


def stood(review: Review) -> Standing:
    """Points and grade of the review now, to be compared after a change."""
    return review.points, review.grade


def result_of(review: Review) -> dict[str, str | None]:
    """Points and grade as entries keep them before and after an act that may move them."""
    points, grade = stood(review)
    return {"points": None if points is None else str(points), "grade": grade}


def note_crossing(review: Review, before: Standing, by: User | None, why: str) -> None:
    """Keep with the review that a change moved it over a line between grades.
    NotAllowed where it has no reason.
    """
    points, grade = before
    if not grade or not review.grade or grade == review.grade:
        return
    if not why.strip():
        raise NotAllowed(
            f"改后由 {points}“{grade}”变为 {review.points}“{review.grade}”，等级变了，须写明理由。"
        )
    review.grade_changes = [
        *review.grade_changes,
        {
            "from": [str(points), grade],
            "to": [str(review.points), review.grade],
            "by": by.name if by is not None else "",
            "on": today().isoformat(),
            "why": why,
            "confirmed_by": "",
            "confirmed_why": "",
        },
    ]
    Review.objects.filter(pk=review.pk).update(grade_changes=review.grade_changes)


def confirmed_changes(review: Review, by: User | None, why: str) -> list[dict[str, Any]]:
    """The grade changes with who confirms them now.
    NotAllowed while one is open and no reason is given.
    """
    open_ones = [one for one in review.grade_changes if not one["confirmed_by"]]
    if open_ones and not why.strip():
        one = open_ones[-1]
        raise NotAllowed(
            f"评分中等级由“{one['from'][1]}”（{one['from'][0]}）改为“{one['to'][1]}”（{one['to'][0]}），"
            f"理由：{one['why']}。确认前请核对，并写明同意的理由。"
        )
    name = by.name if by is not None else "系统（命令行）"
    return [
        one if one["confirmed_by"] else {**one, "confirmed_by": name, "confirmed_why": why}
        for one in review.grade_changes
    ]


def small_office_note(review: Review, by: User | None) -> str:
    """What every paper says of a result a leader confirmed after one
    officer; empty where 绩效科 confirmed it.
    """
    decided = review.round.division.small_office
    if by is None or not decided or not _leads(by):
        return ""
    return (
        f"本单位为小机构，结果由一人经办、局领导{by.name}确认"
        f"（{decided['by']}{decided['since']}决定，理由：{decided['why']}）。"
    )


def _leads(by: User) -> bool:
    roles = {scope.role for scope in permissions.holdings(by).scopes}
    return Role.LEADER.value in roles and Role.PERFORMANCE.value not in roles
