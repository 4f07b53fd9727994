"""How often a unit was reminded of what it owes, and when last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.budget.models import Round
from wenxiao.records.models import Notice, Todo
from wenxiao.records.trail import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.orgs.todos import TodoLine


ROUND_TYPE = "budget.Round"


@dataclass(frozen=True, slots=True)
class Reminded:
    """Reminders of one unit about one round: all of them, the letters among
    them, the last letter's day, its new deadline.
    """

    times: int = 0
    letters: int = 0
    last: date | None = None
    due: date | None = None

    @property
    def words(self) -> str:
        """「已催 2 次，最近 11月3日」; empty where nobody reminded."""
        if not self.times:
            return ""
        return f"已催 {self.times} 次" + (
            f"，最近 {self.last.month}月{self.last.day}日" if self.last else ""
        )


def letters_about(round: Round) -> QuerySet[Notice]:
    """The reminder letters sent about a round, oldest first."""
    kind, pk = target_of(round)
    rows = Notice.objects.filter(kind=Notice.Kind.REMINDER, target_type=kind, target_id=pk)
    return rows.select_related("unit").order_by("issued_on", "pk")


def reminders_of(round: Round) -> dict[str, Reminded]:
    """What was sent about a round, by the unit's name. Two queries."""
    online: dict[str, int] = {}
    todos = Todo.objects.filter(target_type=ROUND_TYPE, target_id=round.pk, reminded__gt=0)
    for name, times in todos.values_list("unit__name", "reminded"):
        online[name] = max(times, online.get(name, 0))
    sent: dict[str, list[Notice]] = {}
    for row in letters_about(round):
        sent.setdefault(row.unit.name, []).append(row)
    return {name: _reminded(online.get(name, 0), sent.get(name, [])) for name in {*online, *sent}}


def reminders_about(todos: Iterable[TodoLine]) -> dict[tuple[int, int], Reminded]:
    """What was sent to the units whose to-dos about rounds these are, by (round, unit).
    One query, none where no to-do is a unit's about a round.
    """
    online = {
        (row.target_id or 0, row.unit_id): row.reminded
        for row in todos
        if row.target_type == ROUND_TYPE and row.unit_id is not None
    }
    if not online:
        return {}
    sent: dict[tuple[int, int], list[Notice]] = {}
    letters = Notice.objects.filter(
        kind=Notice.Kind.REMINDER,
        target_type=ROUND_TYPE,
        target_id__in={key for key, _ in online},
        unit__in={unit for _, unit in online},
    )
    for row in letters.order_by("issued_on", "pk"):
        sent.setdefault((row.target_id or 0, row.unit_id), []).append(row)
    reminded = {key: _reminded(times, sent.get(key, [])) for key, times in online.items()}
    return {key: one for key, one in reminded.items() if one.times}


def _reminded(online: int, letters: list[Notice]) -> Reminded:
    last = letters[-1] if letters else None
    return Reminded(
        max(online, len(letters)),
        len(letters),
        last.issued_on if last else None,
        last.due_on if last else None,
    )
