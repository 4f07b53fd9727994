"""What is still open with a unit that closes: each thing alone, to choose its home."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps

from wenxiao.budget.models import Subject
from wenxiao.followup.models import Rectification
from wenxiao.orgs.models import Grant, Unit, User
from wenxiao.records.models import Notice, Todo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

_TO_SUBJECT = {
    "budget.Dossier": "subject",
    "reviews.Review": "dossier__subject",
    "targets.Target": "dossier__subject",
    "followup.Finding": "dossier__subject",
    "followup.Rectification": "finding__dossier__subject",
}
"""From what a letter or a to-do is about to its object."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One open thing: its key in a choice ("letter-12"), what it is called, its object if that is
    the unit's too (it then goes where the object goes unless chosen otherwise).
    """

    key: str
    kind: str
    title: str
    row: Model
    subject: int | None = None


def open_with(unit: Unit) -> list[OpenItem]:
    """Objects, people, grants of others, lower units, letters not signed for, rectifications and
    to-dos of a unit, in this order.
    """
    subjects = list(Subject.objects.filter(unit=unit).order_by("code"))
    own = {one.pk for one in subjects}
    items = [_item("object", "对象", f"{one.name}（{one.code}）", one) for one in subjects]
    items += _people(unit)
    items += [
        _item("unit", "下级单位", one.name, one)
        for one in Unit.objects.filter(parent=unit, valid_to=None).order_by("path")
    ]
    letters = list(Notice.objects.filter(unit=unit, received_on=None).order_by("issued_on", "pk"))
    todos = list(Todo.objects.filter(unit=unit, state=Todo.State.OPEN).order_by("pk"))
    about = _subjects_of([*letters, *todos])
    for letter in letters:
        title = f"{letter.get_kind_display()} {letter.number or letter.issued_on}"
        items.append(_item("letter", "未签收的函件", title, letter, about, own))
    open_ones = (
        Rectification.objects.filter(unit=unit)
        .exclude(state=Rectification.State.CLOSED)
        .select_related("finding__dossier")
    )
    for one in open_ones.order_by("pk"):
        bound = {("followup.Rectification", one.pk): one.finding.dossier.subject_id}
        items.append(_item("rectification", "整改", one.finding.text[:60], one, bound, own))
    items += [_item("todo", "待办", one.title, one, about, own) for one in todos]
    return items


def _people(unit: Unit) -> list[OpenItem]:
    """Active people with their grants; grants over this unit of people who sit elsewhere."""
    people = list(User.objects.filter(unit=unit, is_active=True).order_by("pk"))
    others = (
        Grant.objects.filter(unit=unit)
        .in_force()
        .exclude(user__in=people)
        .select_related("user")
        .order_by("pk")
    )
    return [
        *(_item("person", "人员和授权", one.name or one.username, one) for one in people),
        *(
            _item("grant", "授权", f"{one.user.name}（{one.get_role_display()}）", one)
            for one in others
        ),
    ]


def _item(
    key: str,
    kind: str,
    title: str,
    row: Model,
    about: dict[tuple[str, int], int] | None = None,
    own: Iterable[int] = (),
) -> OpenItem:
    subject = None
    if about is not None:
        named = (row._meta.label, row.pk)
        if isinstance(row, Notice | Todo):
            named = (row.target_type, row.target_id or 0)
        subject = about.get(named)
    return OpenItem(f"{key}-{row.pk}", kind, title, row, subject if subject in set(own) else None)


def _subjects_of(rows: Iterable[Notice | Todo]) -> dict[tuple[str, int], int]:
    """The object each letter or to-do is about, by what it names; a query a table."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.target_type in _TO_SUBJECT and row.target_id:
            keys[row.target_type].add(row.target_id)
    return {
        (table, pk): subject
        for table, ids in keys.items()
        for pk, subject in apps.get_model(table)
        .objects.filter(pk__in=ids)
        .values_list("pk", _TO_SUBJECT[table])
    }
