"""Pages by the last key seen, never by OFFSET: page 2 000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet


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


def _key(row: Any, order: list[str]) -> list[Any]:
    values = []
    for name in order:
        value = row
        for part in name.lstrip("-").split("__"):
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        values.append(str(value) if not isinstance(value, int | str) else value)
    return values


def page(rows: QuerySet[Any], order: list[str], *, size: int = 50, token: str | None = None) -> Page:
    """``size`` rows of ``rows`` in ``order`` (its last name must be unique and no name may be NULL).

    ``token`` comes from a Page; a forged or foreign one simply gives the first page.
    """
    backwards, values = False, None
    if token:
        try:
            backwards, kept, values = signing.loads(token, salt="keyset")
            if kept != order:
                backwards, values = False, None
        except (signing.BadSignature, ValueError, TypeError):
            values = None
    turned = [n[1:] if n.startswith("-") else f"-{n}" for n in order] if backwards else order
    found = rows.order_by(*turned)
    if values is not None:
        found = found.filter(_beyond(turned, values))
    kept_rows = list(found[: size + 1])
    more, kept_rows = len(kept_rows) > size, kept_rows[:size]
    if backwards:
        kept_rows.reverse()
    first, last = bool(values) and (more or not backwards), more or backwards

    def sign(direction: bool, row: Any) -> str:  # noqa: FBT001 - the token's own first field
        return signing.dumps([direction, order, _key(row, order)], salt="keyset")

    return Page(
        rows=kept_rows,
        after=sign(False, kept_rows[-1]) if kept_rows and last else None,
        before=sign(True, kept_rows[0]) if kept_rows and first else None,
    )
