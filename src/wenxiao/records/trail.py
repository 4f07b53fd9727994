"""One Entry per act, appended to the division's chain in the same transaction as what it did."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone

from wenxiao.records import chain
from wenxiao.records.models import ChainHead, Entry
from wenxiao.store.prepared import PreparedRead

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User

OPERATOR = "系统（命令行）"
"""The name in the trail where no person was logged in: commands at the
machine, the demonstration.
"""


def target_of(row: models.Model | None) -> tuple[str, int | None]:
    """How a row is named in the trail, to-dos and papers: ("budget.Dossier", 12)."""
    return ("", None) if row is None else (row._meta.label, row.pk)


def label_of(row: models.Model) -> str:
    """What a person calls the row."""
    return str(row)[:300]


def plain_data(value: Any) -> Any:
    """``value`` as JSON that both databases give back unchanged: numbers
    that matter and dates as text, no float.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dict):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain_data(item) for item in items]
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text.replace("\0", "")


def fields_of(entry: Entry) -> dict[str, Any]:
    """An entry as the chain hashes and exports it; times in UTC to the microsecond."""
    return {
        "division": entry.division_id,
        "day": entry.day.isoformat(),
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": entry.by_id,
        "by_name": entry.by_name,
        "act": entry.act,
        "target_type": entry.target_type,
        "target_id": entry.target_id,
        "label": entry.label,
        "why": entry.why,
        "data": entry.data,
        "previous": entry.previous,
        "hash": entry.hash,
    }


@transaction.atomic(savepoint=False)
def record(
    *,
    division: Division,
    by: User | None,
    act: str,
    target: models.Model | None = None,
    label: str = "",
    why: str = "",
    data: dict[str, Any] | None = None,
    by_name: str = "",
) -> Entry:
    """Append one act to the trail.
    Call it last in the act's transaction: the chain's head stays locked until commit. An entry that
    can't be written ends that transaction.

    ``act`` is the act's Chinese name, ``data`` what changed (before and after, or count and digest
    of a bulk act); ``by_name`` says who it was where nobody is logged in and nobody sits at the
    machine.
    """
    head, previous = _locked_head(division)
    kind, pk = target_of(target)
    entry = Entry(
        division=division,
        day=head.day,
        number=head.number + 1,
        at=timezone.now(),
        by=by,
        by_name=(by.name if by else by_name or OPERATOR)[:60],
        act=act[:60],
        target_type=kind,
        target_id=pk,
        label=_clean(label or (label_of(target) if target else ""))[:300],
        why=_clean(why),
        data=json.loads(json.dumps(plain_data(data or {}))),
        previous=previous,
    )
    entry.hash = chain.link(previous, fields_of(entry))
    entry.save(force_insert=True)
    ChainHead.objects.filter(pk=head.pk).update(number=entry.number, hash=entry.hash)
    return entry


def _clean(text: str) -> str:
    return str(text).replace("\0", "")


def _heads(division: int) -> models.QuerySet[ChainHead]:
    return ChainHead.objects.select_for_update().filter(division=division)


_LATEST = PreparedRead(lambda division: _heads(division).order_by("-day")[:1])


def _locked_head(division: Division) -> tuple[ChainHead, str]:
    """Today's head, locked, and the hash the next entry follows.

    The latest head is locked before today's is made, so that nobody can still append to yesterday.
    A clock set back keeps appending to the latest day: days never run backwards.
    """
    latest = next(iter(_LATEST.rows(division.pk)), None)
    today = timezone.localdate()
    if latest is not None and latest.day >= today:
        return latest, latest.hash
    start = latest.hash if latest else chain.GENESIS
    ChainHead.objects.bulk_create(
        [ChainHead(division=division, day=today, hash=start)], ignore_conflicts=True
    )
    head = _heads(division.pk).get(day=today)
    return head, head.hash
