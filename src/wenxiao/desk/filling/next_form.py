"""The next form of the same round that waits for whoever just handed one in, passed one or gave one
back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wenxiao.pages.formats import subject_title
from wenxiao.pages.views import held, person
from wenxiao.reviews.services.road import STEPS
from wenxiao.reviews.states import OPEN
from wenxiao.reviews.worklists import reviews_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.reviews.models import Review


class NextForm(NamedTuple):
    """Which form comes next, what is done with it, and how many there are."""

    pk: int
    name: str
    verb: str
    left: int


def next_form(request: HttpRequest, row: Review) -> NextForm | None:
    """The first other form of this round at the person's own step; none, no link."""
    holding = held(request)
    rows = reviews_visible_to(person(request)).filter(round=row.round_id)
    if holding.can("fill"):
        verb, rows = "填报", rows.filter(state__in=OPEN)
    else:
        road = [role for role in row.round.route if role in STEPS]
        own = [at for at, role in enumerate(road) if holding.can(STEPS[role])]
        if not own:
            return None
        verb, rows = "审核", rows.filter(state="submitted", step__in=own)
    rows = rows.exclude(pk=row.pk).order_by("dossier__unit__path", "dossier__subject__code", "pk")
    first = rows.first()
    if first is None:
        return None
    return NextForm(first.pk, subject_title(first.dossier), verb, rows.count())
