"""Merger, split, hand-over: what is still open goes to the unit that takes
over; what is done stays where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.selectors import in_scope
from wenxiao.budget.services import hand_over
from wenxiao.budget.services.rounds import ROUND_TODO
from wenxiao.followup.models import Rectification
from wenxiao.followup.selectors.unit_work import OpenItem, open_with
from wenxiao.orgs.models import Grant, Role, Unit, User
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services import merge_units, split_unit
from wenxiao.orgs.services.administering import refuse_unreasoned
from wenxiao.records.models import Notice, Todo
from wenxiao.records.services import make_todo, record
from wenxiao.records.trail import target_of
from wenxiao.reviews.kinds import FILED
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import SETTLED
from wenxiao.reviews.worklists import due_and_open
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from django.db.models import QuerySet


@transaction.atomic
def merge_with_work(
    *, units: Iterable[Unit], into: Unit, on: date, by: User | None, why: str
) -> Unit:
    """单位合并 with its open work: rectifications, to-dos and letters not
    signed for follow in the same act.
    """
    old = [unit for unit in units if unit.pk != into.pk]
    merge_units(units=old, into=into, on=on, by=by, why=why)
    gone = [unit.pk for unit in old]
    _follow(
        into,
        mending=Q(unit__in=gone),
        todos=Q(unit__in=gone),
        letters=Q(unit__in=gone),
        by=by,
        why=why,
    )
    return into


@transaction.atomic
def succeed_in_work(*, subjects: Iterable[Subject], to: Unit, by: User | None, why: str) -> None:
    """After 移交对象 the open rectifications of these objects, with their
    to-dos, are the new unit's.
    """
    require(by, "manage_units", division=to.division)
    refuse_unreasoned(by, why)
    chosen = Q(finding__dossier__subject__in=[one.pk for one in subjects])
    open_ones = (
        Rectification.objects.filter(chosen)
        .exclude(state=Rectification.State.CLOSED)
        .values_list("pk", flat=True)
    )
    kind, _ = target_of(Rectification())
    todos = Q(target_type=kind, target_id__in=list(open_ones))
    _follow(to, mending=chosen, todos=todos, letters=Q(pk__in=()), by=by, why=why)
    _ask_in_rounds(to)


def _ask_in_rounds(unit: Unit) -> None:
    """A to-do for each running round in which the unit came to owe objects and is not asked yet;
    补录 asks nobody.
    """
    owing = Dossier.objects.filter(unit=unit).values("fiscal_year")
    asked = Todo.objects.filter(
        target_type=Round._meta.label, unit=unit, state=Todo.State.OPEN
    ).values("target_id")
    for one in _running(unit).filter(fiscal_year__in=owing).exclude(pk__in=asked):
        due, left = due_and_open(one, unit.pk)
        if left:
            make_todo(
                division=unit.division,
                kind=ROUND_TODO,
                title=f"{one.name}（应报{due}项）"[:200],
                role=Role.CLERK,
                unit=unit,
                due_on=one.deadline,
                target=one,
            )


def _follow(to: Unit, *, mending: Q, todos: Q, letters: Q, by: User | None, why: str) -> None:
    """Move what is open and matches; one entry says how much."""
    waiting = Todo.objects.filter(todos, state=Todo.State.OPEN).update(unit=to)
    moved = (
        Rectification.objects.filter(mending)
        .exclude(state=Rectification.State.CLOSED)
        .update(unit=to)
    )
    sent = Notice.objects.filter(letters, received_on=None).update(unit=to)
    if not (waiting or moved or sent):
        return
    record(
        division=to.division,
        by=by,
        act="承接未办事项",
        target=to,
        why=why,
        data={"rectifications": moved, "todos": waiting, "notices": sent},
    )


@transaction.atomic
def split_with_work(
    *,
    unit: Unit,
    parts: Iterable[tuple[str, str]],
    on: date,
    by: User | None,
    why: str,
    ends: bool = True,
    goes: Mapping[str, str] | None = None,
    rest: str = "",
) -> list[Unit]:
    """单位分设 with all that is open: each thing (``goes``: key of open_with → code of a new unit)
    where it was sent, what has an object along with it, everything else to ``rest``.

    A unit that ends keeps nothing open: NotAllowed names what has no home. Of a unit that stays
    only what was chosen moves.
    """
    left = open_with(unit)
    new_units = split_unit(unit=unit, parts=parts, on=on, by=by, why=why, ends=ends)
    homes = _homes(left, {one.code: one for one in new_units}, goes or {}, rest if ends else "")
    lost = [one for one in left if one.key not in homes]
    if ends and lost:
        named = "、".join(f"{one.kind}“{one.title}”" for one in lost[:5])
        raise NotAllowed(
            f"“{unit}”分设后停用，还有 {len(lost)} 项没有说明归哪个单位：{named}。"
            "请逐项选，或选“其余的归”。"
        )
    _widen_rounds(unit, new_units)
    for home in new_units:
        mine = [one for one in left if homes.get(one.key) == home]
        if mine:
            _settle_in(home, mine, unit=unit, year=on.year, by=by, why=why)
    for home in new_units:
        _ask_in_rounds(home)
    return new_units


def _homes(
    left: list[OpenItem], units: dict[str, Unit], goes: Mapping[str, str], rest: str
) -> dict[str, Unit]:
    """By key where each thing goes; unchosen it goes with its object, else to ``rest``."""
    wrong = [code for code in (*goes.values(), rest) if code and code not in units]
    if wrong:
        raise NotAllowed(f"“{wrong[0]}”不是这次分设的单位代码，请从 {'、'.join(units)} 中选。")
    homes: dict[str, Unit] = {}
    for one in left:
        code = goes.get(one.key, "")
        follows = homes.get(f"object-{one.subject}") if one.subject is not None else None
        home = units.get(code) or follows or units.get(rest)
        if home is not None:
            homes[one.key] = home
    return homes


def _settle_in(
    home: Unit, items: list[OpenItem], *, unit: Unit, year: int, by: User | None, why: str
) -> None:
    """Everything one new unit takes over; one entry lists it."""
    rows: dict[str, list[int]] = {}
    for one in items:
        rows.setdefault(one.key.split("-")[0], []).append(one.row.pk)
    if keys := rows.get("object"):
        hand_over(
            subjects=Subject.objects.filter(pk__in=keys), to=home, by=by, why=why, from_year=year
        )
        for dossier in Dossier.objects.filter(pk__in=_unfinished(unit, keys)):
            change(dossier, unit=home)
    people = rows.get("person", [])
    User.objects.filter(pk__in=people).update(unit=home)
    Grant.objects.filter(unit=unit).in_force().filter(
        Q(user__in=people) | Q(pk__in=rows.get("grant", []))
    ).update(unit=home)
    for lower in Unit.objects.filter(pk__in=rows.get("unit", [])):
        _put_below(lower, home)
    Notice.objects.filter(pk__in=rows.get("letter", [])).update(unit=home)
    Rectification.objects.filter(pk__in=rows.get("rectification", [])).update(unit=home)
    Todo.objects.filter(pk__in=rows.get("todo", [])).update(unit=home)
    record(
        division=home.division,
        by=by,
        act="承接未办事项",
        target=home,
        why=why,
        label=f"{unit} → {home}",
        data={"from": unit.pk, **rows},
    )


def _unfinished(unit: Unit, subjects: list[int]) -> set[int]:
    """Dossiers of these objects on which a round still waits: begun and not settled, or due from
    the unit and not begun.
    """
    mine = Dossier.objects.filter(subject__in=subjects, unit=unit)
    begun = Review.objects.filter(dossier__in=mine).exclude(round__state="closed")
    waiting = set(begun.exclude(state__in=SETTLED).values_list("dossier", flat=True))
    for one in _running(unit):
        done = Review.objects.filter(round=one, state__in=SETTLED).values("dossier")
        due = mine.filter(in_scope(one)).exclude(pk__in=done)
        waiting |= set(due.values_list("pk", flat=True))
    return waiting


def _running(unit: Unit) -> QuerySet[Round]:
    """Rounds in which units file; 补录 asks nobody."""
    return Round.objects.filter(
        division=unit.division, state=Round.State.OPEN, kind__in=FILED, past=False
    )


def _widen_rounds(unit: Unit, successors: list[Unit]) -> None:
    """Rounds laid over the unit by name are over its successors too."""
    for one in _running(unit):
        named = (one.scope or {}).get("units", [])
        if unit.pk in named:
            added = [home.pk for home in successors if home.pk not in named]
            change(one, scope={**one.scope, "units": [*named, *added]})


def _put_below(lower: Unit, home: Unit) -> None:
    """A lower unit with everything below it under its new parent."""
    old, new = lower.path, f"{home.path}{lower.pk:06d}/"
    change(lower, parent=home)
    Unit.objects.filter(division=home.division, path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1))
    )
