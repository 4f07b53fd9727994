"""Conditional transitions: the loser of a race is told so, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F


class Stale(Exception):
    """The row was changed by somebody else since it was read."""

    def __init__(self, row: models.Model, sentence: str = "") -> None:
        self.row = row
        super().__init__(sentence or f"{row._meta.verbose_name}已被他人改动，请看最新内容后再办。")


class NotAllowed(Exception):
    """The state the row is in doesn't allow this move; the sentence says which do."""


class Versioned(models.Model):
    """A row whose every change raises ``version``; forms carry it back and
    a stale one is refused.
    """

    version = models.PositiveIntegerField("版本号", default=1, editable=False)

    class Meta:
        abstract = True


def _reread(row: Any) -> None:
    """Read the row again. What it still points to is not asked for anew: an act judged by it a
    moment ago and names it in the trail a moment later.
    """
    known = [
        (field, getattr(row, field.attname), field.get_cached_value(row))
        for field in row._meta.concrete_fields
        if field.is_relation and field.is_cached(row)
    ]
    row.refresh_from_db()
    for field, key, related in known:
        if getattr(row, field.attname) == key:
            field.set_cached_value(row, related)


def change(row: Any, *, version: int | None = None, **values: Any) -> None:
    """Set ``values`` on ``row`` if it still has the ``version`` read
    before; raises Stale otherwise.
    """
    seen = row.version if version is None else version
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, version=seen)
        .update(version=F("version") + 1, **values)
    )
    if changed != 1:
        raise Stale(row)
    _reread(row)


def move(
    row: Any,
    *,
    allowed: Mapping[Any, frozenset[Any]],
    to: str,
    version: int | None = None,
    **values: Any,
) -> str:
    """Move ``row.state`` to ``to`` by one conditional update and return the
    state it left; raises NotAllowed or Stale.
    """
    if to not in allowed.get(row.state, frozenset()):
        labels = dict(row._meta.get_field("state").choices or [])
        raise NotAllowed(
            f"{row._meta.verbose_name}现为“{labels.get(row.state, row.state)}”，不能转为“{labels.get(to, to)}”。"
        )
    left, seen = str(row.state), row.version if version is None else version
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, state=row.state, version=seen)
        .update(state=to, version=F("version") + 1, **values)
    )
    if changed != 1:
        raise Stale(row)
    _reread(row)
    return left
