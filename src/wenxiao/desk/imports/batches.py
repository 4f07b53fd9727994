"""导入批次: every import with its state, and taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render

from wenxiao.desk.imports.file import batch_of, undoing_of
from wenxiao.desk.imports.intake import line_of
from wenxiao.desk.imports.upload import importer_of, said, tabs
from wenxiao.intake.lists import batches_visible_to, with_standing
from wenxiao.intake.status import STANDINGS
from wenxiao.intake.tasks import undo as undo_task
from wenxiao.intake.undoing import leave_standing, take_back
from wenxiao.pages.views import held, person, view
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGE = 50


@view("see_unit")
def batches(request: HttpRequest) -> HttpResponse:
    """All imports this person may see, latest first."""
    importer_of(request)
    asked = request.GET.get("standing", "")
    rows = batches_visible_to(person(request), held(request)).select_related("file", "by")
    rows = with_standing(rows.defer("reading", "written", "problems"), asked)
    shown = page(rows, ["-pk"], size=PAGE, token=request.GET.get("at"))
    values = {
        "lines": [line_of(batch) for batch in shown.rows],
        "shown": shown,
        "asked": asked if asked in STANDINGS else "",
        "standings": STANDINGS,
        "tabs": tabs(request, "desk:import_batches"),
    }
    return render(request, "desk/imports/batches.html", values)


@view("see_unit", methods=("POST",))
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back, with a reason; one that wrote very much is taken back by the worker."""
    batch = batch_of(request, pk)
    if batch.state in {"applied", "undo_waiting"}:
        why = request.POST.get("why", "")
        done = take_back(batch=batch, by=person(request), why=why, task=undo_task)
        waits = done.state != "undone"
        said(
            request,
            "写入的行很多，已交后台撤销，可以离开这一页。"
            if waits
            else "这次导入已撤销，写入的内容都已恢复原样。",
        )
    return redirect("desk:import_file", pk=batch.pk)


@view("see_unit", methods=("POST",))
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not take it back after all, while that has not begun."""
    batch = batch_of(request, pk)
    leave_standing(batch=batch, by=person(request))
    said(request, "撤销已取消，这次导入照旧有效。")
    return redirect("desk:import_file", pk=batch.pk)


@view("see_unit")
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """How far taking it back is; tells the page to load anew when that changes."""
    batch = batch_of(request, pk)
    progress = undoing_of(batch)
    response = (
        render(request, "desk/imports/undoing.html", {"batch": batch, **progress})
        if progress
        else HttpResponse()
    )
    if batch.state != request.GET.get("state"):
        response["HX-Refresh"] = "true"
    return response
