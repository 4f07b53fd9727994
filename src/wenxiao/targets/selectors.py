"""Targets read: the one that holds for a dossier, and which rows of two tables are the same promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User

Wording = tuple[str, str, "Decimal | None"]
"""Level 2, name and weight of an indicator row."""


def target_in_force(dossier: Dossier) -> Target | None:
    """The approved target of the latest version; else the latest that was not replaced; None where there is none."""
    rows = list(dossier.targets.exclude(state=Target.State.REPLACED).order_by("-number"))
    approved = (row for row in rows if row.state == Target.State.APPROVED)
    return next(approved, rows[0] if rows else None)


def targets_visible_to(user: User) -> QuerySet[Target]:
    """The targets of the dossiers a person may see, with what a page shows of them."""
    rows = Target.objects.filter(dossier__in=dossiers_visible_to(user))
    return rows.select_related("dossier__subject__division", "dossier__unit", "approval", "batch")


def versions_of(target: Target) -> list[Target]:
    """Every version of the same dossier's target, the latest first."""
    return list(Target.objects.filter(dossier=target.dossier_id).order_by("-number"))


def plain(text: str) -> str:
    """A wording without blanks, so that typing habits don't make strangers."""
    return "".join(text.split())


_KEYS: tuple[Callable[[Wording], object], ...] = (
    lambda row: (plain(row[0]), plain(row[1]), row[2]),
    lambda row: (plain(row[0]), plain(row[1])),
    lambda row: plain(row[1]),
)


def same_wording(
    rows: Sequence[Wording], known: Sequence[Wording], *, strict: bool = False
) -> dict[int, int]:
    """Row → known row: by level 2, name and weight; then without weight; then by name alone where it is unambiguous.

    Each known row is taken once. ``strict``: by all three alone.
    """
    pairs: dict[int, int] = {}
    for at, key in enumerate(_KEYS[:1] if strict else _KEYS):
        free: dict[object, list[int]] = {}
        for number, row in enumerate(known):
            if number not in pairs.values():
                free.setdefault(key(row), []).append(number)
        asking = [number for number in range(len(rows)) if number not in pairs]
        for number in asking:
            fitting = free.get(key(rows[number]), [])
            if fitting and (at < 2 or len(fitting) == 1):
                pairs[number] = fitting.pop(0)
    return pairs
