"""审核: the points of the rubric, and the opinions of the seats, entered each by its holder."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, holdings, require_other
from wenxiao.records.services import finish_todos
from wenxiao.rulebook.numbers import plain
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change
from wenxiao.targets.models import Target
from wenxiao.targets.rubric import grade_of, rubric_of
from wenxiao.targets.services.filing import _may_check
from wenxiao.targets.services.rows import record_act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import User

SEATS: dict[str, tuple[frozenset[str], str]] = {
    "主管部门": (frozenset({Role.DEPARTMENT}), "check_department"),
    "第三方": (frozenset({Role.AGENCY, Role.EXPERT}), "evaluate"),
    "业务科室": (frozenset({Role.OFFICE}), "check_office"),
    "绩效科": (frozenset({Role.PERFORMANCE}), "check_office"),
}
"""The seats of the printed form, each with the roles that hold it and their
power over the subject.
"""
UNDER_REVIEW = frozenset({Target.State.SUBMITTED, Target.State.CHECKED})
LONGEST = 500


def seats_of(by: User, target: Target) -> list[str]:
    """The seats this person holds for a target."""
    held, subject = holdings(by), target.dossier.subject
    return [
        seat
        for seat, (roles, power) in SEATS.items()
        if any(scope.role in roles for scope in held.scopes) and held.can(power, subject=subject)
    ]


@transaction.atomic
def state_opinion(*, target: Target, seat: str, opinion: str, by: User, version: int) -> Target:
    """审核意见 of a seat, printed on the form with the person and the day; said
    again it takes the place of the first.
    """
    must_be_under_review(target)
    if seat not in SEATS:
        raise NotAllowed(f"审核意见的席位应是{'、'.join(SEATS)}之一。")
    if seat not in seats_of(by, target):
        raise Refused(f"“{seat}”的审核意见由{seat}的人员自己填写。")
    require_other(by, target.filed_by_id)
    opinion = opinion.strip()
    if not opinion or len(opinion) > LONGEST:
        raise NotAllowed(f"请写明审核意见，不超过 {LONGEST} 字。")
    before = [one for one in target.opinions if one["seat"] == seat]
    entry = {"seat": seat, "opinion": opinion, "person": by.name, "date": today().isoformat()}
    others = [one for one in target.opinions if one["seat"] != seat]
    order = list(SEATS)
    opinions = sorted(
        [*others, entry], key=lambda one: order.index(one["seat"]) if one["seat"] in SEATS else 9
    )
    change(target, version=version, opinions=opinions)
    more = {"before": {"opinions": before}, "after": {"opinions": [entry]}}
    record_act(target, [], act="填写目标审核意见", by=by, why="", more=more)
    finish_todos(target=target, user=by)
    return target


@transaction.atomic
def score_rubric(
    *, target: Target, points: Mapping[str, Decimal], by: User, version: int, why: str = ""
) -> Target:
    """The points of every criterion; their sum earns the grade, by rule."""
    _may_check(by, target)
    must_be_under_review(target)
    rubric = rubric_of(target)
    for leaf in rubric.leaves:
        value, full = points.get(leaf.code), leaf.full or Decimal(0)
        if value is None:
            raise NotAllowed(f"“{leaf.name}”还没有评分，各项都评才能定等级。")
        if not 0 <= value <= full:
            raise NotAllowed(f"“{leaf.name}”应在 0 到 {plain(full)} 分之间，收到 {plain(value)}。")
    given = {leaf.code: points[leaf.code] for leaf in rubric.leaves}
    total = sum(given.values(), Decimal(0))
    before = {"points": target.rubric_points, "grade": target.rubric_grade, **target.rubric}
    change(
        target,
        version=version,
        rubric={code: plain(value) for code, value in given.items()},
        rubric_points=total,
        rubric_grade=grade_of(target, total),
    )
    after = {"points": total, "grade": target.rubric_grade, **target.rubric}
    more = {"before": before, "after": after, "rule": rubric.basis}
    record_act(target, [], act="目标审核评分", by=by, why=why, more=more)
    return target


def must_be_under_review(target: Target) -> None:
    """NotAllowed unless it was handed in and isn't approved yet."""
    if not target.filing or target.state not in UNDER_REVIEW:
        raise NotAllowed(f"目标现为“{target.get_state_display()}”，送审以后、批复以前才审核。")
