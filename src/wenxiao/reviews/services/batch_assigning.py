"""批量分派: many objects of one task to an agency, its lead and experts; who
judged the same object before is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.selectors import dossiers_of
from wenxiao.orgs import permissions
from wenxiao.orgs.permissions import Refused
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.models import Assignment, Review
from wenxiao.reviews.services.assigning import assign_reviewer
from wenxiao.reviews.services.framing import begin_evaluation, frame_for
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import Agency, User


@dataclass(frozen=True, slots=True)
class AssignedObject:
    """What came of one object of a batch: empty ``refused`` where it was assigned."""

    dossier: Dossier
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Assignees:
    """Who is to work on the objects: the firm, its lead, the experts, until which day."""

    until: date
    lead: User | None = None
    experts: Sequence[User] = ()
    agency: Agency | None = None

    def people(self) -> list[tuple[User, str]]:
        """Each person with the duty."""
        lead = [(self.lead, "lead")] if self.lead is not None else []
        return [*lead, *((one, "expert") for one in self.experts)]


def assign_batch(
    *,
    round: Round,
    dossiers: Iterable[int],
    to: Assignees,
    by: User | None,
    why: str,
    again_why: str = "",
) -> list[AssignedObject]:
    """Assign each object by itself: one that is refused says why and leaves the others assigned.

    An object nobody began is begun with the frame of its kind. Whoever judged the same object the
    year before is assigned again only with a reason (``again_why``). Raises Refused, NotAllowed for
    what concerns all.
    """
    permissions.require(by, "manage_round", division=round.division)
    if round.kind not in JUDGED:
        raise NotAllowed("批量分派只用于财政评价和部门评价任务。")
    if not to.people():
        raise NotAllowed("请至少选一位主评人或专家。")
    rows = dossiers_of(round).filter(pk__in=list(dossiers)).select_related("subject", "unit")
    objects = list(rows.order_by("unit__path", "pk"))
    if not objects:
        raise NotAllowed("请勾选要分派的对象。")
    before = judged_before(round, objects)
    return [_assigned(round, row, to, by, (why, again_why), before) for row in objects]


def _assigned(
    round: Round,
    dossier: Dossier,
    to: Assignees,
    by: User | None,
    reasons: tuple[str, str],
    before: dict[int, tuple[set[int], set[int]]],
) -> AssignedObject:
    why, again_why = reasons
    try:
        again = _again(to, before.get(dossier.subject_id, (set(), set())))
        _refuse_again(again, again_why)
        with transaction.atomic():
            review = Review.objects.filter(round=round, dossier=dossier).first()
            if review is None:
                review = begin_evaluation(
                    dossier=dossier, round=round, frame=frame_for(dossier), by=by
                )
            for user, duty in to.people():
                assign_reviewer(
                    review=review,
                    user=user,
                    duty=duty,
                    until=to.until,
                    by=by,
                    why=f"{why}；{again}连续承担：{again_why.strip()}" if again else why,
                    agency=to.agency if duty == "lead" else None,
                )
    except (NotAllowed, Refused) as refusal:
        return AssignedObject(dossier, str(refusal))
    return AssignedObject(dossier)


def _refuse_again(again: str, why: str) -> None:
    if again and not why.strip():
        raise NotAllowed(f"{again}上一年已评价过同一对象，应当轮换；确需连续承担的写明理由。")


def _again(to: Assignees, before: tuple[set[int], set[int]]) -> str:
    agencies, users = before
    names = [user.name for user, _ in to.people() if user.pk in users]
    if to.agency is not None and to.agency.pk in agencies:
        names.insert(0, to.agency.name)
    return "、".join(names)


def judged_before(
    round: Round, dossiers: Iterable[Dossier]
) -> dict[int, tuple[set[int], set[int]]]:
    """Which firms and people judged the same objects the work year before:
    by subject, (agencies, users).
    """
    subjects = {row.subject_id for row in dossiers}
    reviews = Review.objects.filter(
        kind__in=JUDGED,
        dossier__subject__in=subjects,
        round__work_year=round.work_year - 1,
        round__division=round.division,
    )
    judges: dict[int, tuple[set[int], set[int]]] = {one: (set(), set()) for one in subjects}
    for subject, agency in reviews.exclude(agency=None).values_list("dossier__subject", "agency"):
        judges[subject][0].add(agency or 0)
    people = Assignment.objects.filter(review__in=reviews)
    for subject, user in people.values_list("review__dossier__subject", "user"):
        judges[subject][1].add(user)
    return judges
