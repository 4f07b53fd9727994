"""台账: payments and budget lines, with the column mapping, the sums that
must agree, and what to do with faulty lines.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from wenxiao.desk.imports.intake import intake_of
from wenxiao.desk.imports.upload import importer_of, tabs, waits
from wenxiao.intake import ledger_wizard, queueing
from wenxiao.intake.ledger.columns import ROLES, asked_roles
from wenxiao.intake.lists import intakes_visible_to
from wenxiao.intake.tasks import ledger as ledger_task
from wenxiao.orgs.permissions import who_can
from wenxiao.pages.views import held, person, view
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _ledger(request: HttpRequest, pk: int) -> Any:
    row = intake_of(request, pk)
    if row.kind != ledger_wizard.LEDGER:
        raise Http404
    return row


@view("import", methods=("GET", "POST"), files=True)
def upload(request: HttpRequest) -> HttpResponse:
    """Hand over one ledger; below, those that came before."""
    importer, error = importer_of(request), ""
    if request.method == "POST":
        try:
            intake, fresh = ledger_wizard.receive_ledger(
                division=importer.division,
                by=person(request),
                upload=request.FILES.get("file"),
                said=request.POST,
                token=request.POST.get("token", "")[:40],
            )
        except NotAllowed as refusal:
            error = str(refusal)
        else:
            if fresh:
                queueing.begin_ledger(intake, ledger_task, person(request))
            return redirect("desk:ledger", pk=intake.pk)
    rows = (
        intakes_visible_to(person(request), held(request))
        .filter(kind=ledger_wizard.LEDGER)
        .select_related("by")
    )
    values = {
        "error": error,
        "token": secrets.token_urlsafe(18),
        "shown": page(rows, ["-pk"], size=30, token=request.GET.get("at")),
        "tabs": tabs(request, "desk:ledgers"),
        "kinds": ledger_wizard.KINDS,
        "sources": ledger_wizard.SOURCES,
        "units": ledger_wizard.UNITS,
        "posted": request.POST,
        "year_now": timezone.localdate().year,
    }
    return render(request, "desk/imports/ledgers.html", values, status=422 if error else 200)


@view("import")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What the ledger holds, how it adds up, what each column is taken for,
    and what stands in the way.
    """
    return _show(request, _ledger(request, pk))


def _show(request: HttpRequest, intake: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    ledger = intake.files[0]
    values = {
        **waits(intake),
        "told": ledger,
        "said": ledger["said"],
        "outcome": ledger["outcome"],
        "error": error or ledger.get("error", ""),
        "roles": ROLES,
        "asked_roles": asked_roles(ledger["outcome"]["kind"] if ledger["outcome"] else ""),
        "kinds": ledger_wizard.KINDS,
        "sources": ledger_wizard.SOURCES,
        "units": ledger_wizard.UNITS,
        "batch": ledger["outcome"]["batch"] if ledger["outcome"] else None,
        "creates": importer_of(request).creates,
        "unit_makers": who_can("manage_units"),
        "names": ledger_wizard.matched_names(ledger["said"]["matches"], person(request)),
    }
    return render(request, "desk/imports/ledger.html", values, status=status)


@view("import", methods=("POST",))
def look_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the choices and look through the ledger again."""
    row = _ledger(request, pk)
    try:
        ledger_wizard.replan(
            intake=row, said=request.POST, turn=request.POST.get("turn", ""), by=person(request)
        )
    except NotAllowed as refusal:
        return _show(request, row, error=str(refusal), status=422)
    queueing.begin_ledger(row, ledger_task, person(request))
    return redirect("desk:ledger", pk=row.pk)


@view("import", methods=("POST",))
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Import it as shown."""
    row = _ledger(request, pk)
    if (
        row.files[0]["outcome"] and row.files[0]["outcome"]["stored"]
    ):  # sent twice: the first one counted
        return redirect("desk:ledger", pk=row.pk)
    try:
        ledger_wizard.begin_import(
            intake=row, turn=request.POST.get("turn", ""), by=person(request)
        )
    except NotAllowed as refusal:
        return _show(request, row, error=str(refusal), status=422)
    queueing.begin_ledger(row, ledger_task, person(request))
    return redirect("desk:ledger", pk=row.pk)
