"""制度库: the papers rules and rounds stand on; the file as received beside what is said of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.desk.office.clauses import papers_beside, words_of
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.files.door.gate import LARGEST_FILE
from wenxiao.orgs.services.library import (
    add_document,
    edit_document,
    refuse_double,
    refuse_faulty,
    refuse_unreasoned,
)
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.downloads import BYTES, CONTENT, to_keep
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.records import selectors
from wenxiao.records.services import read_file
from wenxiao.rulebook import basis
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Document, Upload

ENTRY = "desk:documents"
MOST_BESIDE = 500
"""So many papers of a library are looked through for those that rules stand on."""
TEXTS = {
    "title": ("名称", 200),
    "number": ("文号", 60),
    "issuer": ("发文单位", 100),
    "note": ("说明", 1000),
}
DAYS = {"issued_on": "发文日期", "in_force_from": "施行日期"}


def _library(request: HttpRequest) -> QuerySet[Document]:
    division = division_of(request, ENTRY)
    return selectors.documents(division=division).select_related("file")


def _kinds(rows: Any) -> list[tuple[str, str]]:
    return list(rows.model._meta.get_field("kind").choices)


@view("see_unit")
def documents(request: HttpRequest) -> HttpResponse:
    """The library: by kind, by words, latest entry first."""
    rows = _library(request)
    kinds = _kinds(rows)
    kind, q = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    papers = rows
    for one in q.split():
        papers = papers.filter(
            Q(title__icontains=one)
            | Q(number__icontains=one)
            | Q(issuer__icontains=one)
            | Q(pk__in=rows.filter(articles__words__icontains=one).values("pk"))
        )
    if kind in dict(kinds):
        papers = papers.filter(kind=kind)
    shown = page(papers, ["-pk"], token=request.GET.get("at"))
    held_rows = list(rows.annotate(articles_held=Count("articles")).order_by("pk")[:MOST_BESIDE])
    values = {
        "shown": shown,
        "kinds": kinds,
        "kind": kind,
        "q": q,
        "total": len(held_rows) if len(held_rows) < MOST_BESIDE else rows.count(),
        "narrowed": bool(kind or q),
        "may": held(request).can("manage_rules"),
        "texts": TEXTS,
        "days": DAYS,
        "papers": papers_beside(held_rows),
    }
    return render(request, "desk/office/documents/index.html", values)


def _document(request: HttpRequest, pk: int) -> Document:
    row = _library(request).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@view("see_unit")
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: what is said of it, its file, and everything that cites it."""
    row = _document(request, pk)
    values = {
        "row": row,
        "kinds": _kinds(_library(request)),
        "may": held(request).can("manage_rules"),
        "rounds": list(
            rounds_visible_to(person(request)).filter(basis=row).order_by("-work_year", "pk")[:50]
        ),
        "rules": _rules_citing(row),
        "words": words_of(row),
        "trail": list(selectors.trail_of(row)[:20]),
    }
    return render(request, "desk/office/documents/document.html", values)


def _rules_citing(row: Document) -> list[tuple[str, str, bool, Any]]:
    """Rules that stand in this paper: the division's own by its id, the
    national ones by its number.
    """
    citing: list[tuple[str, str, bool, Any]] = []
    own = row.division.own_rules
    for name in basis.names():
        file = basis.load(name)
        if row.number:
            citing += [
                (name, file.title, False, value.start)
                for value in file.values
                if row.number in value.document
            ]
        citing += [
            (name, file.title, True, date.fromisoformat(entry["from"]))
            for entry in own.get(name, ())
            if entry.get("document_id") == row.pk
        ]
    return citing


@view("see_unit")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as received, to keep; found by the paper's id, never by a
    path, and never shown inside a page.
    """
    row = _document(request, pk)
    if row.file is None:
        raise Http404
    kind = CONTENT.get(Path(row.file.name).suffix.lower().lstrip("."), BYTES)
    return to_keep(HttpResponse(read_file(row.file), content_type=kind), row.file.name)


# ---- entering and editing ------------------------------------------------------------------------


@view("manage_rules", methods=("POST",), files=True)
def add(request: HttpRequest) -> HttpResponse:
    """A paper enters the library, with its file if there is one."""
    division = division_of(request, ENTRY)
    typed, back = _typed(request), reverse(ENTRY)
    if request.FILES.get("file"):
        return hand_in(request, lambda: _entering(request, division, back), back, typed)
    created: list[int] = []

    def run() -> str:
        values = _told(request)
        created.append(add_document(division=division, by=person(request), **values).pk)
        return f"已登记《{values['title']}》。"

    return _done(request, run, created)


def _entering(request: HttpRequest, division: Division, back: str) -> Upload:
    """The paper with its file, set aside until the file is looked at."""
    values = _told(request)
    refuse_double(division, values["title"], values["number"])
    return set_aside(
        request,
        division=division,
        act="document",
        values={"said": _plain(values), "largest": LARGEST_FILE},
        files=[request.FILES["file"]],
        back=back,
        typed=_typed(request),
    )


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    """The fields with days as text."""
    return said | {name: said[name].isoformat() if said[name] else None for name in DAYS}


def _done(request: HttpRequest, run: Any, made: list[int]) -> HttpResponse:
    response = carry_out(request, run, reverse(ENTRY), _typed(request))
    return (
        redirect("desk:document", pk=made[0]) if made and response.status_code == 302 else response
    )


def _typed(request: HttpRequest) -> list[Typed]:
    return [
        Typed(word, name, text_of(request, name, longest))
        for name, (word, longest) in TEXTS.items()
    ]


def _told(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: text_of(request, name, longest) for name, (_, longest) in TEXTS.items()
    }
    values["kind"] = request.POST.get("kind", "")
    refuse_faulty(values["kind"], values["title"])
    for name, word in DAYS.items():
        text = text_of(request, name, 10)
        try:
            values[name] = date.fromisoformat(text) if text else None
        except ValueError as error:
            raise NotAllowed(f"{word}应写作 2021-11-05，收到“{text}”。") from error
    return values


@view("manage_rules", methods=("POST",), files=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is said of a paper, or give it its file; the values seen before come along."""
    row = _document(request, pk)
    typed = _typed(request)
    back = reverse("desk:document", args=[pk])
    if request.FILES.get("file"):
        return hand_in(request, lambda: _editing(request, row, back), back, typed)

    def run() -> str:
        why, values, seen = _changed(request)
        edit_document(document=row, by=person(request), why=why, seen=seen, **values)
        return f"{row}已修改，原来的内容在留痕中。"

    return carry_out(request, run, back, typed)


def _editing(request: HttpRequest, row: Document, back: str) -> Upload:
    """The change with a file, set aside until the file is looked at."""
    why, texts, seen = _changed(request)
    values = {
        "document": row.pk,
        "said": _plain(texts),
        "why": why,
        "seen": seen,
        "largest": LARGEST_FILE,
    }
    return set_aside(
        request,
        division=row.division,
        act="document_edit",
        values=values,
        files=[request.FILES["file"]],
        back=back,
        target=row.pk,
        typed=_typed(request),
    )


def _changed(request: HttpRequest) -> tuple[str, dict[str, Any], dict[str, str]]:
    """The reason, the fields as typed, and what the person had before them."""
    why = text_of(request, "why", 500)
    refuse_unreasoned(why)
    seen = {name: request.POST.get(f"seen_{name}", "") for name in ("title", "number")}
    return why, _told(request), seen
