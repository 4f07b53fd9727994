"""Which dossier a row behind a printed figure belongs to, so that the figure opens down to it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.apps import apps

from wenxiao.budget.selectors import dossiers_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import User

_WAYS = {
    "budget.Dossier": "pk",
    "reviews.Review": "dossier",
    "targets.Target": "dossier",
    "followup.Finding": "dossier",
    "followup.Rectification": "finding__dossier",
    "followup.Use": "dossier",
    "followup.Disclosure": "review__dossier",
    "followup.Accountability": "dossier",
}
"""From a table to its dossier; of other tables no row leads to one."""


def dossiers_behind(user: User | None, rows: Iterable[str]) -> dict[str, int]:
    """The dossier of each row key ("reviews.Review:12") that the user may
    open; a query a table, one for what is seen.
    """
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        table, _, pk = row.partition(":")
        if table in _WAYS and pk.isdecimal():
            keys[table].add(int(pk))
    dossiers: dict[str, int] = {}
    for table, ids in keys.items():
        pairs = apps.get_model(table).objects.filter(pk__in=ids).values_list("pk", _WAYS[table])
        dossiers |= {f"{table}:{pk}": dossier for pk, dossier in pairs}
    seen = dossiers_visible_to(user).filter(pk__in=set(dossiers.values())) if dossiers else None
    shown = set(seen.values_list("pk", flat=True)) if seen is not None else set()
    return {row: dossier for row, dossier in dossiers.items() if dossier in shown}
