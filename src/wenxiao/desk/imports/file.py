"""One file of an intake: its forms, its problems, the match step, and importing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.desk.imports.intake import KINDS, line_of
from wenxiao.desk.imports.upload import importer_of, said
from wenxiao.intake import queueing
from wenxiao.intake.changes import ReadValues, read_of
from wenxiao.intake.confirm import confirm_batch
from wenxiao.intake.decide import choose, leave_out, read_choices, seal, try_again, why_not
from wenxiao.intake.lists import batches_visible_to, file_name
from wenxiao.intake.preview import ASKED
from wenxiao.intake.scope import SeenDirectory
from wenxiao.intake.status import all_problems, look
from wenxiao.intake.tasks import undo
from wenxiao.intake.undoing import rows_written
from wenxiao.pages.views import held, person, view
from wenxiao.rulebook.codes import ROWS_NOT_JOINED
from wenxiao.store.moves import Stale

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_PANELS = 30
"""So many forms of one file are shown each by itself; a longer list shows what is open."""
LEVELS = {"阻断": "bad", "警告": "warn", "提示": "acc"}


def batch_of(request: HttpRequest, pk: int) -> Any:
    """The file's batch, if this person may see it; otherwise it is as if there were none."""
    importer_of(request)
    rows = batches_visible_to(person(request), held(request))
    row = rows.select_related("file", "intake", "by", "division").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def undoing_of(batch: Any) -> dict[str, Any]:
    """How far taking an import back is; empty where nobody asked for it."""
    if batch.state not in {"undo_waiting", "undoing"}:
        return {}
    return {
        "undo_rows": rows_written(batch),
        "undo_gone": batch.summary.get("gone", 0),
        "undo_ahead": queueing.ahead(undo, batch.pk),
    }


MOST_NAMED = 600
"""So many names are offered to choose from."""


@view("see_unit", methods=("GET", "POST"))
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file is, what is wrong in it, and what is still to be chosen."""
    batch = batch_of(request, pk)
    if request.method != "POST":
        return _show(request, batch)
    directory = SeenDirectory(importer_of(request))
    choices, errors = read_choices(batch, request.POST, directory)
    if errors:
        return _show(request, batch, errors=errors, status=422, notice="有几处还要改，其余已保留。")
    try:
        choose(batch=batch, choices=choices, seen=request.POST.get("seen", ""), by=person(request))
    except Stale as stale:
        batch.refresh_from_db()
        return _show(request, batch, status=409, notice=str(stale))
    if request.POST.get("then") == "import":
        return _import(request, batch)
    said(request, "选择已保存。")
    return redirect("desk:import_file", pk=batch.pk)


def _show(
    request: HttpRequest,
    batch: Any,
    *,
    errors: dict[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    problems = (
        [one for one in all_problems(batch) if one["code"] not in ASKED]
        if batch.summary
        else list(batch.problems)
    )
    order = list(LEVELS)
    problems.sort(key=lambda one: order.index(one["level"]))
    line = line_of(batch)
    shown, brief = _divided(batch)
    waiting = batch.state == "previewed" and bool(batch.summary.get("forms"))
    directory = SeenDirectory(importer_of(request)) if waiting else None
    values = {
        "read": _read(batch, directory, {at for at, _ in shown}) if directory else {},
        "named": _named(directory, [form for _, form in shown]) if directory else {},
        "shown": shown,
        "brief": brief,
        "batch": batch,
        "name": file_name(batch),
        "line": line,
        "problems": problems,
        "levels": LEVELS,
        "kinds": KINDS,
        "errors": errors or {},
        "notice": notice,
        "ask_codes": ASKED,
        "rows_not_joined": ROWS_NOT_JOINED,
        "posted": request.POST if status != 200 else {},
        "seen": seal(batch),
        "dossiers": _made(request, batch),
        "waiting": batch.state == "previewed",
        **undoing_of(batch),
        "creates": importer_of(request).creates,
        "hands_in": held(request).can("submit_for"),
        "why_not": why_not(batch) if batch.state == "previewed" and line["code"] != "ready" else "",
    }
    return render(request, "desk/imports/file.html", values, status=status)


def _divided(batch: Any) -> tuple[list[tuple[int, Any]], list[Any]]:
    """The forms shown each by itself with their place, and of a long list
    those in a table because nothing is open.
    """
    forms = list(enumerate(batch.summary.get("forms", [])))
    if len(forms) <= MOST_PANELS:
        return forms, []
    open_ones = [(at, form) for at, form in forms if form["skip"] or not form["ready"]]
    return open_ones[:MOST_PANELS], [
        form for _, form in forms if form["ready"] and not form["skip"]
    ]


def _read(batch: Any, directory: SeenDirectory, places: set[int]) -> dict[int, ReadValues]:
    """What was read of each form shown beside what the system has, before anybody confirms."""
    if not places:
        return {}
    forms = look(batch, directory).forms
    return {at: read_of(one) for at, one in enumerate(forms) if at in places}


def _named(directory: SeenDirectory, forms: list[Any]) -> dict[str, list[tuple[str, str]]]:
    """What another unit or project may be chosen from, (what is filled in, words): of a long list
    of projects those of the forms' own units; one still too long is typed.
    """
    units = sorted((name, name) for name in directory.unit_names.values())
    own = {form["unit_id"] for form in forms if form.get("unit_id")}
    subjects = directory.subjects_of(None)
    if len(subjects) > MOST_NAMED:
        subjects = directory.subjects_of(own)
    named = {"unit": units, "subject": subjects}
    return {name: rows for name, rows in named.items() if len(rows) <= MOST_NAMED}


def _made(request: HttpRequest, batch: Any) -> list[tuple[int, str]]:
    """The dossiers an import wrote into, as far as this person sees them: number and name."""
    acts = batch.written if batch.state == "applied" else []
    written = {
        name: {act["pk"] for act in acts if act["model"] == model}
        for name, model in (("reviews", "reviews.Review"), ("targets", "targets.Target"))
    }
    if not any(written.values()):
        return []
    theirs = Q(reviews__in=written["reviews"]) | Q(targets__in=written["targets"])
    rows = dossiers_visible_to(person(request)).filter(theirs).distinct().order_by("pk")
    return [
        (pk, f"{name}（{year}年）")
        for pk, name, year in rows.values_list("pk", "subject__name", "fiscal_year")[:50]
    ]


@view("see_unit", methods=("POST",))
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Import this one file."""
    return _import(request, batch_of(request, pk))


def _import(request: HttpRequest, batch: Any) -> HttpResponse:
    if batch.state == "applied":  # sent twice: the first one counted
        return redirect("desk:import_file", pk=batch.pk)
    outcome = confirm_batch(
        batch, by=person(request), for_units=bool(request.POST.get("for_units"))
    )
    if outcome.accepted:
        handed = f"其中 {outcome.handed_in} 份已代单位报送。" if outcome.handed_in else ""
        said(request, f"已导入 {outcome.accepted} 份表。{handed}")
    else:
        said(request, f"没有导入：{outcome.problems[-1]['text']}", bad=True)
    return redirect("desk:import_file", pk=batch.pk)


@view("see_unit", methods=("POST",))
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave one file out."""
    batch = batch_of(request, pk)
    if batch.state == "previewed":
        leave_out(batch=batch, by=person(request), why=request.POST.get("why", ""))
        said(request, "这份文件不导入，可以重新预览。")
    return redirect("desk:import_file", pk=batch.pk)


@view("see_unit", methods=("POST",))
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Preview a refused or undone file anew."""
    retried = try_again(batch=batch_of(request, pk), by=person(request))
    said(request, "已按原始文件重新预览，先前的选择都在。")
    return redirect("desk:import_file", pk=retried.pk)
