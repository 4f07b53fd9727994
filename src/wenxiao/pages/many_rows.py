"""Tables in which hundreds of rows are edited at once: a form of plain fields, over which the page
lays a grid; what was sent, and what is answered to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect

from wenxiao.pages.texts import LONGEST
from wenxiao.store.many_rows import RowsRefused
from wenxiao.store.moves import NotAllowed
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.store.many_rows import RowFault

Changed = TypeVar("Changed")
MOST_LINES = 500
"""Rows on one page."""
WIDE, MIDDLE, NARROW = 260, 140, 90


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column: its field, its word, how wide the grid begins it. ``choices`` are (value, word)
    pairs to choose from; a ``fixed`` column is only read.
    """

    name: str
    word: str
    width: int = MIDDLE
    choices: tuple[tuple[str, str], ...] = ()
    fixed: bool = False
    hint: str = ""


@dataclass(slots=True)
class GridLine:
    """A row as it stands on the page: what is in its cells, and by column what is wrong there."""

    pk: int
    line: int
    cells: dict[str, str]
    address: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    seen: str = ""
    stored: dict[str, str] = field(default_factory=dict)
    """What stands where something else was typed."""


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row as it was sent, whole: nothing is cut; texts without blanks around them."""

    pk: int
    line: int
    cells: dict[str, str]
    seen: str = ""


def sent_rows(request: HttpRequest, columns: Sequence[GridColumn]) -> list[SentRow]:
    """Every row of the form, in its order. Where a row lacks a field, that field is "missing", not
    empty: the row is left out.
    """
    numbers = request.POST.getlist("line")
    rows = []
    for at, text in enumerate(request.POST.getlist("row")):
        pk = _whole(text)
        names = [one.name for one in columns if not one.fixed]
        if pk is None or any(f"{name}-{pk}" not in request.POST for name in names):
            continue
        cells = {name: _text(request.POST[f"{name}-{pk}"]) for name in names}
        line = _whole(numbers[at]) if at < len(numbers) else None
        seen = request.POST.get(f"seen-{pk}", "")[:LONGEST].replace("\r\n", "\n")
        rows.append(SentRow(pk, line or at + 1, cells, seen))
    return rows


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _text(text: str) -> str:
    plain = text.replace("\0", "").replace("\r\n", "\n").strip()
    return plain[: LONGEST * 10]  # no cell holds so much; the service refuses it by its length


def asked_by_script(request: HttpRequest) -> bool:
    """Whether the grid sent it and reads the answer itself."""
    return request.headers.get("Accept", "").startswith("application/json")


def put_back(
    lines: Iterable[GridLine], sent: Iterable[SentRow], faults: Iterable[RowFault]
) -> None:
    """What was typed and is not stored, and what is wrong with it, back into the lines."""
    by_pk = {one.pk: one for one in lines}
    for row in sent:
        if row.pk in by_pk:
            line = by_pk[row.pk]
            line.stored = {
                name: line.cells[name]
                for name, text in row.cells.items()
                if text != line.cells[name]
            }
            line.cells |= row.cells
    for fault in faults:
        if fault.pk in by_pk:
            by_pk[fault.pk].faults[fault.column] = fault.sentence


def save_table(
    request: HttpRequest,
    save: Callable[[], Changed],
    *,
    said: Callable[[Changed], str],
    lines: Callable[[Changed], Mapping[int, GridLine]],
    again: Callable[[NotAllowed], HttpResponse],
) -> HttpResponse:
    """``save`` stores what was sent, or refuses it whole. The grid is answered with the sentence
    and the ``lines`` that now stand, by the row that was sent; a plain form goes on to its page.
    ``again`` is the page with what was typed and why it was refused.
    """
    try:
        with one_wins():
            changed = save()
    except NotAllowed as refusal:
        if not asked_by_script(request):
            return again(refusal)
        return refused_answer(str(refusal), faults_of(refusal))
    if asked_by_script(request):
        return stored_answer(said(changed), lines(changed))
    messages.success(request, said(changed))
    return redirect(request.get_full_path())


def faults_of(refusal: NotAllowed | None) -> Sequence[RowFault]:
    """The cells a refusal names, where it names any."""
    return refusal.faults if isinstance(refusal, RowsRefused) else ()


def refused_answer(sentence: str, faults: Iterable[RowFault] = ()) -> JsonResponse:
    """Nothing was stored: the sentence, and which cells are why."""
    cells = [{"row": one.pk, "column": one.column, "sentence": one.sentence} for one in faults]
    return JsonResponse({"error": sentence, "faults": cells}, status=409)


def stored_answer(sentence: str, stored: Mapping[int, GridLine]) -> JsonResponse:
    """What now stands, by the row that was sent."""
    rows = {
        str(pk): {"pk": line.pk, "cells": line.cells, "address": line.address, "seen": line.seen}
        for pk, line in stored.items()
    }
    return JsonResponse({"said": sentence, "rows": rows})
