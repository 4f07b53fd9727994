"""What waits for a person, as plain lines: asked at every look at a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import grants_held
from wenxiao.orgs.selectors import paths_of, sight_of, units_within
from wenxiao.records.models import Todo
from wenxiao.store.among import plain_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Grant, User


class TodoLine(NamedTuple):
    """An open to-do as a desk lists it: what it is about, whose, until when, how often its unit was
    reminded.
    """

    target_type: str
    target_id: int | None
    kind: str
    title: str
    due_on: date | None
    unit_id: int | None
    unit: str | None
    reminded: int


def todo_lines(user: User, types: tuple[str, ...], most: int) -> list[TodoLine]:
    """What waits for a person about rows of some types: by name, or by role over a unit in the
    scope of a grant in force; the first ``most`` by deadline. One query, put together once for all
    with grants of the same roles.
    """
    if not user.is_active:
        return []
    grants = [grant for grant in grants_held(user) if not grant.by_subjects]
    lists: dict[str, Iterable[int]] = {_MINE: [user.pk]}
    held = []
    for grant in grants:
        word = "" if grant.unit_id is None else f"units of grant {len(lists)}"
        if word:
            lists[word] = _acting_for(user, grant)
        held.append((grant.division_id, grant.role, word))
    shape = ("to-dos", tuple(held), types, most)
    rows = plain_rows(shape, lambda: _todo_question(held, types, most), lists)
    return [TodoLine(*row) for row in rows]


_MINE = "whose to-dos"


def _todo_question(
    held: list[tuple[int, str, str]], types: tuple[str, ...], most: int
) -> QuerySet[Any, Any]:
    condition = Q(user__among=_MINE)
    for division, role, word in held:
        mine = Q(division=division, role=role, user=None)
        condition |= mine & Q(unit__among=word) if word else mine
    rows = Todo.objects.filter(condition, state=Todo.State.OPEN, target_type__in=types)
    named = ("target_type", "target_id", "kind", "title", "due_on", "unit", "unit__name")
    listed: QuerySet[Any, Any] = rows.order_by("due_on", "pk").values_list(*named, "reminded")
    return listed[:most]


def _acting_for(user: User, grant: Grant) -> Iterable[Any]:
    """The units whose to-dos a grant answers: a unit's own people theirs, departments and offices
    those of all below them.
    """
    if grant.role in {Role.CLERK, Role.HEAD}:
        return [grant.unit_id or 0]
    paths, sight = tuple(paths_of(user, [grant])), sight_of(user)
    return sight.units if paths == sight.paths else units_within(paths)
