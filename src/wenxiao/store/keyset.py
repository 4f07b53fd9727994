"""Pages by the last key seen, never by OFFSET: page 2 000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Page:
    """Some rows, and the tokens of the neighbours (None at either end)."""

    rows: list[Any]
    after: str | None
    before: str | None


def _beyond(order: list[str], values: list[Any]) -> Q:
    """Rows strictly after ``values`` in ``order`` (names with '-' descend)."""
    condition, same = Q(), Q()
    for name, value in zip(order, values, strict=True):
        plain = name.lstrip("-")
        side = "lt" if name.startswith("-") else "gt"
        condition |= same & Q(**{f"{plain}__{side}": value})
        same &= Q(**{plain: value})
    return condition


def _reached(order: list[str], values: list[Any]) -> Q:
    """What :func:`_beyond` implies of the first name alone: with it a
    database begins at the place in an index.
    """
    side = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{order[0].lstrip('-')}__{side}": values[0]})


def _key(row: Any, order: list[str]) -> list[Any]:
    values = []
    for name in order:
        plain = name.lstrip("-")
        value = row[plain] if isinstance(row, dict) else attrgetter(plain.replace("__", "."))(row)
        values.append(str(value) if not isinstance(value, int | str) else value)
    return values


@dataclass(frozen=True)
class KeysetPlace:
    """Where a page begins: after the row with these values of the order, or
    (``backwards``) before it.
    """

    backwards: bool
    values: list[Any]


def place_of(token: str | None, order: list[str]) -> KeysetPlace | None:
    """What a page's token says; None without one, and for a forged one or that of another order."""
    try:
        backwards, order_of_token, values = signing.loads(token or "", salt="keyset")
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return KeysetPlace(backwards, values) if order_of_token == order else None


def page(
    rows: QuerySet[Any],
    order: list[str],
    *,
    size: int = 50,
    token: str | None = None,
    by_ids: bool = False,
    fields: Iterable[str] = (),
) -> Page:
    """``size`` rows of ``rows`` in ``order`` (its last name must be unique and no name may be
    NULL).

    ``token`` comes from a Page; a forged or foreign one simply gives the first page. ``by_ids``: no
    index gives the order, so that ids are sorted and only the page's rows are read whole, or
    ``fields`` of them as dictionaries.
    """
    place = place_of(token, order)
    backwards = place is not None and place.backwards
    turned = [n[1:] if n.startswith("-") else f"-{n}" for n in order] if backwards else order
    within = rows.order_by(*turned)
    if place is not None:
        within = within.filter(_reached(turned, place.values) & _beyond(turned, place.values))
    if by_ids:
        picked = within.select_related(None).values("pk")[: size + 1]
        within = rows.filter(pk__in=picked).order_by(*turned)
        if fields:
            names = dict.fromkeys([*(name.lstrip("-") for name in order), *fields])
            within = within.select_related(None).values(*names)
        kept_rows = list(within)
    else:
        kept_rows = list(within[: size + 1])
    more, kept_rows = len(kept_rows) > size, kept_rows[:size]
    if backwards:
        kept_rows.reverse()
    first, last = place is not None and (more or not backwards), more or backwards

    return Page(
        rows=kept_rows,
        after=token_of(order, _key(kept_rows[-1], order)) if kept_rows and last else None,
        before=token_of(order, _key(kept_rows[0], order), backwards=True)
        if kept_rows and first
        else None,
    )


def token_of(order: list[str], values: list[Any], *, backwards: bool = False) -> str:
    """What :func:`place_of` reads: the page after (or before) the row of these values."""
    return signing.dumps([backwards, order, values], salt="keyset")
