"""Questions about what a person sees, put together once for everybody who sees as much.

Django builds the text of a question anew each time, which on a page of twenty small ones costs more
than the answers. A question here is a function of a module: it gets what may be seen
(:class:`~wenxiao.orgs.selectors.Sight`) and plain limits, nothing else, so that its text cannot
depend on who asks. Units, lists and the person are sent with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from wenxiao.orgs.permissions import grants_kept
from wenxiao.orgs.selectors import sight_of
from wenxiao.store.among import plain_rows, raw_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User

    Question = Callable[..., QuerySet[Any, Any]]

ME = "the person who asks"
"""What stands for the person in a question (a list of one)."""


def rows_seen(
    user: User | None,
    question: Question,
    *limits: Hashable,
    lists: Mapping[str, Iterable[int]] | None = None,
    raw: bool = False,
) -> list[tuple[Any, ...]]:
    """The rows of ``question(sight, *limits)``, a ``values_list``, as a person sees them.

    ``lists``: further ids by the word that stands for them; ``raw``: numbers as the database holds
    them. TypeError for a question that might see more than it is given.
    """
    if question.__closure__ is not None or "<" in question.__qualname__:
        raise TypeError(f"{question.__qualname__}: not a function of a module")
    with grants_kept(user):
        sight = sight_of(user)
    form = sight.form()
    me = () if user is None or user.pk is None else (user.pk,)
    given = {**sight.lists(), ME: me, **(lists or {})}
    answer = raw_rows if raw else plain_rows
    return answer((question, form, limits), lambda: question(form, *limits), given)


class RoundScope(NamedTuple):
    """What a round's scope rests on, as plain values: questions about it are put together once."""

    pk: int
    division_id: int
    fiscal_year: int
    text: str

    @property
    def scope(self) -> dict[str, Any]:
        """The scope as the round holds it."""
        return dict(json.loads(self.text))


def scope_of(round: Round) -> RoundScope | None:
    """A round's scope as plain values; None where it names units, whose subtrees must be looked up
    each time.
    """
    scope = round.scope or {}
    text = json.dumps(scope, sort_keys=True, ensure_ascii=False)
    own = RoundScope(round.pk, round.division_id, round.fiscal_year, text)
    return None if scope.get("units") else own


def scopes_of(rounds: Iterable[Round]) -> tuple[RoundScope, ...] | None:
    """The scopes of some rounds; None where one of them names units."""
    scopes = [scope_of(one) for one in rounds]
    return None if None in scopes else tuple(one for one in scopes if one is not None)
