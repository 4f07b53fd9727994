"""What stays, read: the trail of a row, exports for verification, papers waiting for receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from wenxiao.records.models import (
    Article,
    ChainHead,
    Document,
    Entry,
    Instruction,
    Notice,
    StoredFile,
    Todo,
)
from wenxiao.records.trail import fields_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from django.db.models import Model, QuerySet

    from wenxiao.orgs.models import Division


def trail_of(row: Model) -> QuerySet[Entry]:
    """The entries about one row, latest first."""
    kind, pk = target_of(row)
    return Entry.objects.filter(target_type=kind, target_id=pk).order_by("-pk")


def latest_link(division: Division) -> str:
    """The hash of a division's latest act; empty before its first. While it stays the same, nobody
    has done anything.
    """
    heads = ChainHead.objects.filter(division=division).order_by("-day")
    return heads.values_list("hash", flat=True).first() or ""


def export_entries(
    *, division: Division | None = None, since: date | None = None
) -> Iterator[dict[str, Any]]:
    """The trail as the verifier reads it, in order; a part must begin at the start of a day."""
    entries = Entry.objects.order_by("division", "day", "number")
    if division is not None:
        entries = entries.filter(division=division)
    if since is not None:
        entries = entries.filter(day__gte=since)
    return (fields_of(entry) for entry in entries.iterator(chunk_size=2000))


def export_heads(
    *, division: Division | None = None, since: date | None = None
) -> list[dict[str, Any]]:
    """The last link of each day: what to note down elsewhere, and what the
    stored entries must end with.
    """
    heads = ChainHead.objects.filter(number__gt=0).order_by("division", "day")
    if division is not None:
        heads = heads.filter(division=division)
    if since is not None:
        heads = heads.filter(day__gte=since)
    return [
        {"division": h.division_id, "day": h.day.isoformat(), "number": h.number, "hash": h.hash}
        for h in heads
    ]


def notices_about(row: Model) -> QuerySet[Notice]:
    """Papers about one row, oldest first."""
    kind, pk = target_of(row)
    return (
        Notice.objects.filter(target_type=kind, target_id=pk)
        .select_related("unit")
        .order_by("issued_on", "pk")
    )


def documents(*, division: Division, kind: str = "") -> QuerySet[Document]:
    """The document library (制度库), latest first; papers without a date at the end."""
    papers = Document.objects.filter(division=division).order_by("-issued_on", "-pk")
    return papers.filter(kind=kind) if kind else papers


def articles(*, division: Division, labels: Iterable[str]) -> QuerySet[Article]:
    """The articles of the division's papers that bear one of these labels, with their paper."""
    rows = Article.objects.filter(document__division=division, label__in=list(labels))
    return rows.select_related("document").order_by("document", "order")


def articles_holding(*, division: Division, words: Iterable[str]) -> QuerySet[Article]:
    """The articles of the division's papers in whose words every word stands, with their paper."""
    rows = Article.objects.filter(document__division=division)
    for word in words:
        rows = rows.filter(Q(words__icontains=word) | Q(label__icontains=word))
    return rows.select_related("document").order_by("document", "order")


def entries_of(*, division: Division) -> QuerySet[Entry]:
    """The division's trail; order and pages are the caller's."""
    return Entry.objects.filter(division=division)


def entries_about(targets: Iterable[tuple[str, Iterable[int]]]) -> QuerySet[Entry]:
    """The entries about many rows given as ("budget.Dossier", ids), oldest first."""
    condition = Q(pk__in=())
    for kind, ids in targets:
        condition |= Q(target_type=kind, target_id__in=list(ids))
    return Entry.objects.filter(condition).order_by("day", "number", "pk")


def open_todos_about(row: Model, *, units: Iterable[int] | None = None) -> QuerySet[Todo]:
    """What still waits about one row, of some units or of all."""
    kind, pk = target_of(row)
    todos = Todo.objects.filter(
        target_type=kind, target_id=pk, state=Todo.State.OPEN
    ).select_related("division", "unit")
    return todos if units is None else todos.filter(unit__in=list(units))


def instructions_about(row: Model) -> QuerySet[Instruction]:
    """Leaders' instructions on one paper, oldest first."""
    kind, pk = target_of(row)
    return Instruction.objects.filter(about_type=kind, about_id=pk).order_by("given_on", "pk")


def instruction_of(*, division: Division, pk: int) -> Instruction | None:
    """One instruction of a division, None where there is no such."""
    return Instruction.objects.filter(division=division, pk=pk).select_related("division").first()


def file_of(pk: int, *, division: Division) -> StoredFile | None:
    """A file the division received; whoever asks for it knows its number from their own act."""
    return StoredFile.objects.filter(pk=pk, division=division).first()
