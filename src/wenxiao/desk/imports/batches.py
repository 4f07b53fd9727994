"""导入批次: every import with its state, and taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from wenxiao.desk.imports.file import batch_of
from wenxiao.desk.imports.intake import line_of
from wenxiao.desk.imports.upload import importer_of, said, tabs
from wenxiao.intake.decide import take_back
from wenxiao.intake.lists import batches_visible_to, with_standing
from wenxiao.intake.status import STANDINGS
from wenxiao.pages.views import held, person, view
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

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
    """Take an import back, with a reason."""
    batch = batch_of(request, pk)
    if batch.state != "undone":
        take_back(batch=batch, by=person(request), why=request.POST.get("why", ""))
        said(request, "这次导入已撤销，写入的内容都已恢复原样。")
    return redirect("desk:import_file", pk=batch.pk)
