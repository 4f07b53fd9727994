"""导入: files handed over, many at once or as a zip; the first step of the
wizard and the list of what came in.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.files.door.gate import LARGEST_FILE
from wenxiao.intake import queueing, tasks
from wenxiao.intake.decide import stalled
from wenxiao.intake.lists import intakes_visible_to, standings_of
from wenxiao.intake.receive import HandedFile, receive
from wenxiao.intake.scope import Importer
from wenxiao.intake.status import STANDINGS
from wenxiao.intake.zips import MOST_FILES
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.texts import text_of
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed
from wenxiao.store.progress import share_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENTRY = "desk:imports"
PAGE = 30


def importer_of(request: HttpRequest) -> Importer:
    """What this person may import; Refused, with who can, when it is nothing.
    Puts the page under 导入 in the menu.
    """
    put_under(request, ENTRY)
    user = person(request)
    if user.division is None:
        raise Refused("您的账号不属于任何财政区划，请系统管理员核对账号。")
    return Importer(user, user.division, held(request))


def tabs(request: HttpRequest, chosen: str) -> list[tuple[str, str, bool]]:
    """The wizard's side pages as this person may open them."""
    entries = [("收件", "desk:imports")]
    if held(request).can("import"):
        entries.append(("台账", "desk:ledgers"))
    entries.append(("导入批次", "desk:import_batches"))
    if held(request).can("manage_round"):
        entries.append(("未报送", "desk:missing"))
    return [(word, reverse(route), route == chosen) for word, route in entries]


@view("see_unit", methods=("GET", "POST"), files=True)
def imports(request: HttpRequest) -> HttpResponse:
    """Choose files, send them, and see what came in before."""
    importer = importer_of(request)
    error, note = "", text_of(request, "note", 200)
    if request.method == "POST":
        try:
            return _receive(request, importer)
        except NotAllowed as refusal:
            error = str(refusal)
    shown = page(
        intakes_visible_to(person(request), held(request))
        .filter(kind="forms")
        .select_related("by"),
        ["-pk"],
        size=PAGE,
        token=request.GET.get("at"),
    )
    counts = standings_of(row.pk for row in shown.rows)
    values = {
        "error": error,
        "note": note,
        "token": secrets.token_urlsafe(18),
        "shown": shown,
        "importer": importer,
        "lines": [
            (
                row,
                [
                    (STANDINGS[code], counts[row.pk][code], code)
                    for code in STANDINGS
                    if counts[row.pk][code]
                ],
                _refused(row),
            )
            for row in shown.rows
        ],
        "tabs": tabs(request, ENTRY),
        "most": MOST_FILES,
        "largest": LARGEST_FILE >> 20,
    }
    return render(request, "desk/imports/upload.html", values, status=422 if error else 200)


def _refused(intake: Any) -> int:
    return sum(1 for one in intake.files if one["problem"])


def _receive(request: HttpRequest, importer: Importer) -> HttpResponse:
    uploads = request.FILES.getlist("files")
    times = _times(request.POST.get("modified", ""), len(uploads))
    intake, fresh = receive(
        division=importer.division,
        by=person(request),
        note=request.POST.get("note", ""),
        uploads=[HandedFile(upload, when) for upload, when in zip(uploads, times, strict=True)],
        token=request.POST.get("token", "")[:40],
    )
    if fresh:
        queueing.begin_reading(intake, tasks.read)
    return redirect("desk:intake", pk=intake.pk)


def _times(told: str, count: int) -> list[str]:
    """When each file was last saved, as the browser says; nothing when that makes no sense."""
    try:
        times = json.loads(told) if told else []
    except ValueError:
        times = []
    plain = (
        isinstance(times, list)
        and len(times) == count
        and all(isinstance(one, str) for one in times)
    )
    return [str(one)[:16] for one in times] if plain else [""] * count


def waits(intake: Any) -> dict[str, Any]:
    """The progress part's values."""
    total, busy = len(intake.files), intake.state != "ready"
    before = queueing.ahead(_task_of(intake), intake.pk) if busy else None
    return {
        "intake": intake,
        "total": total,
        "ahead": before,
        "stalled": stalled(intake) and not before,
        "busy": busy,
        "share": share_of(f"intake-{intake.pk}") if busy else None,
    }


def _task_of(intake: Any) -> Any:
    if intake.kind != "forms":
        return tasks.ledger
    return tasks.read if intake.state == "reading" else tasks.apply


def said(request: HttpRequest, text: str, *, bad: bool = False) -> None:
    """A toast on the next page; a bad one stays until closed."""
    (messages.error if bad else messages.success)(request, text)
