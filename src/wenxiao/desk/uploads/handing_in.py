"""A form with files: set aside at once; done on the spot where nothing must
be opened, else by the task worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.intake import queueing, uploads
from wenxiao.intake.tasks import take
from wenxiao.pages.acts import Typed, carry_out
from wenxiao.pages.views import person

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Upload

FOUND = 302
MADE = {"target_adjustment": "desk:target_fill", "document": "desk:document"}
"""Acts that make something with a page of its own."""


def hand_in(
    request: HttpRequest, begin: Callable[[], Upload], back: str, typed: Sequence[Typed] = ()
) -> HttpResponse:
    """Answer a form with files.
    ``begin`` checks the form and gives the upload set aside (uploads.set_aside).

    Pictures and PDF are judged by their bytes and the act is done before the answer. What a child
    must open waits for the worker, and the page of the upload says how far it is; no web process
    waits for a file to be read.
    """
    waiting: list[int] = []
    set_aside_now: list[Upload] = []

    def run() -> str:
        upload = begin()
        set_aside_now.append(upload)
        if not uploads.needs_reading(upload):
            return uploads.carry_now(upload)
        waiting.append(upload.pk)
        return f"已收到文件 {len(upload.files)} 份，正在读取。"

    response = carry_out(request, run, back, typed)
    if waiting:
        return redirect("desk:upload", pk=waiting[0])
    return redirect(landing(set_aside_now[0])) if response.status_code == FOUND else response


def landing(upload: Upload) -> str:
    """Where a person goes after an upload is done: to what it made, else back."""
    route = MADE.get(upload.act)
    upload.refresh_from_db(fields=["target_id"])
    if route and upload.target_id:
        return reverse(route, args=[upload.target_id])
    return upload.back or "/"


def typed_of(typed: Sequence[Typed]) -> list[tuple[str, str]]:
    """What was typed, as the upload keeps it for the page that tells the outcome."""
    return [(one.word, one.value) for one in typed if one.value]


def set_aside(
    request: HttpRequest,
    *,
    division: Division,
    act: str,
    values: dict[str, Any],
    files: Sequence[Any],
    back: str,
    target: int | None = None,
    typed: Sequence[Typed] = (),
) -> Upload:
    """The upload of this request's person."""
    return uploads.set_aside(
        division=division,
        by=person(request),
        act=act,
        values=values,
        uploads=files,
        back=back,
        target=target,
        typed=typed_of(typed),
        queue=lambda upload: queueing.begin_upload(
            upload, take, at_once=not uploads.needs_reading(upload)
        ),
    )
