"""制度库: the papers rules and rounds stand on; the file as received beside what is said of it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.budget.services import refuse_secret
from wenxiao.files.door.attachments import admit_attachment
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.records import selectors
from wenxiao.records.services import add_document, edit_document, read_file, store_file
from wenxiao.rulebook import basis
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

ENTRY = "desk:documents"
TEXTS = {
    "title": ("名称", 200),
    "number": ("文号", 60),
    "issuer": ("发文单位", 100),
    "note": ("说明", 1000),
}
DAYS = {"issued_on": "发文日期", "in_force_from": "施行日期"}
MIMES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def _library(request: HttpRequest) -> Any:
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
    found = rows
    for one in q.split():
        found = found.filter(
            Q(title__icontains=one) | Q(number__icontains=one) | Q(issuer__icontains=one)
        )
    if kind in dict(kinds):
        found = found.filter(kind=kind)
    shown = page(found, ["-pk"], token=request.GET.get("at"))
    values = {
        "shown": shown,
        "kinds": kinds,
        "kind": kind,
        "q": q,
        "total": rows.count(),
        "narrowed": bool(kind or q),
        "may": held(request).can("manage_rules"),
        "texts": TEXTS,
        "days": DAYS,
    }
    return render(request, "desk/office/documents/index.html", values)


def _document(request: HttpRequest, pk: int) -> Any:
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
        "trail": list(selectors.trail_of(row)[:20]),
    }
    return render(request, "desk/office/documents/document.html", values)


def _rules_citing(row: Any) -> list[tuple[str, str, bool, Any]]:
    """Rules that stand in this paper: the division's own by its id, the national ones by its number."""
    found: list[tuple[str, str, bool, Any]] = []
    own = row.division.own_rules
    for name in basis.names():
        file = basis.load(name)
        if row.number:
            found += [
                (name, file.title, False, value.start)
                for value in file.values
                if row.number in value.document
            ]
        found += [
            (name, file.title, True, date.fromisoformat(entry["from"]))
            for entry in own.get(name, ())
            if entry.get("document_id") == row.pk
        ]
    return found


@view("see_unit")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as received, to keep; found by the paper's id, never by a path, and never shown inside a page."""
    row = _document(request, pk)
    if row.file is None:
        raise Http404
    kind = MIMES.get(Path(row.file.name).suffix.lower().lstrip("."), "application/octet-stream")
    response = HttpResponse(read_file(row.file), content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.file.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ---- entering and editing --------------------------------------------------------------------------------------------


@view("manage_rules", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """A paper enters the library, with its file if there is one."""
    division = division_of(request, ENTRY)
    kinds = dict(_kinds(_library(request)))
    made: list[int] = []

    def run() -> str:
        said = _told(request, kinds)
        with transaction.atomic():
            kept = _received(request, division)
            same = _library(request).filter(title=said["title"], number=said["number"]).first()
            if same is not None:
                raise NotAllowed(f"{same}已在制度库中，不必重复登记。")
            made.append(add_document(division=division, by=person(request), file=kept, **said).pk)
        return f"已登记《{said['title']}》。"

    return _done(request, run, made)


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


def _told(request: HttpRequest, kinds: dict[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        name: text_of(request, name, longest) for name, (_, longest) in TEXTS.items()
    }
    if not said["title"]:
        raise NotAllowed("请填写文件名称。")
    refuse_secret(said["title"])
    said["kind"] = request.POST.get("kind", "")
    if said["kind"] not in kinds:
        raise NotAllowed("请选择文件类别。")
    for name, word in DAYS.items():
        text = text_of(request, name, 10)
        try:
            said[name] = date.fromisoformat(text) if text else None
        except ValueError as error:
            raise NotAllowed(f"{word}应写作 2021-11-05，收到“{text}”。") from error
    return said


def _received(request: HttpRequest, division: Any) -> Any:
    """The upload through the gate into the store; None where none was sent."""
    upload = request.FILES.get("file")
    if upload is None:
        return None
    refuse_secret(str(upload.name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"paper{Path(str(upload.name)).suffix[:10].lower()}"
        with path.open("wb") as out:
            for block in upload.chunks():
                out.write(block)
        admitted = admit_attachment(path)
        if admitted.container is None:
            problem = admitted.problems[0]
            raise NotAllowed(f"《{upload.name}》没有收下：{problem.text}{problem.mend or ''}")
        return store_file(
            division=division, by=person(request), name=str(upload.name), content=path
        )


@view("manage_rules", methods=("POST",))
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is said of a paper, or give it its file; the values seen before come along."""
    row = _document(request, pk)
    kinds = dict(_kinds(_library(request)))

    def run() -> str:
        why = text_of(request, "why", 500)
        if not why:
            raise NotAllowed("修改文件信息须写明理由。")
        said = _told(request, kinds)
        seen = {
            "title": request.POST.get("seen_title", ""),
            "number": request.POST.get("seen_number", ""),
        }
        with transaction.atomic():
            if kept := _received(request, row.division):
                said["file"] = kept
            edit_document(document=row, by=person(request), why=why, seen=seen, **said)
        return f"{row}已修改，原来的内容在留痕中。"

    return carry_out(request, run, reverse("desk:document", args=[pk]), _typed(request))
