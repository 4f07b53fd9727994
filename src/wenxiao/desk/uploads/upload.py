"""上传: how far the files of an act are read, the way to take them back, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from wenxiao.desk.uploads.handing_in import landing
from wenxiao.intake import queueing, uploads
from wenxiao.intake.tasks import take
from wenxiao.pages.acts import unwritten
from wenxiao.pages.views import person, view
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.records.models import Upload

LOOK_AGAIN = "2"
"""Seconds after which the browser asks again, with or without script."""


def _upload(request: HttpRequest, pk: int) -> Upload:
    row = uploads.uploads_of(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _waits(row: Upload) -> dict[str, object]:
    before = queueing.ahead(take, row.pk)
    stalled = uploads.stalled(row) and not before
    return {"row": row, "ahead": before, "stalled": stalled, "total": len(row.files)}


@view("login")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """While it is read, how far; afterwards the page it came from with what
    was done, or why nothing was.
    """
    row = _upload(request, pk)
    if row.state in uploads.OPEN:
        response = render(request, "desk/uploads/upload.html", _waits(row))
        response["Refresh"] = LOOK_AGAIN
        return response
    uploads.mark_seen(row)
    if row.state == "refused":
        typed = [(word, value, "") for word, value in row.typed]
        return unwritten(request, "这一步还办不了", row.text, typed, row.back)
    message = row.text if row.state == "done" else "已取消，没有写入任何内容。"
    messages.success(request, message)
    return redirect(landing(row) if row.state == "done" else row.back or "/")


@view("login", methods=("POST",))
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the files back."""
    row = _upload(request, pk)
    try:
        uploads.cancel(upload=row, by=person(request))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:upload", pk=row.pk)
    messages.success(request, "已取消，没有写入任何内容。")
    return redirect(row.back or "/")
