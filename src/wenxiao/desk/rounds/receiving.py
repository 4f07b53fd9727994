"""收表: what arrived from units and is not handed in yet; entered as
received, and handed in for them, one or many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of
from wenxiao.pages.formats import subject_title
from wenxiao.pages.frame import show_year
from wenxiao.pages.request_values import ticked, whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.checks import checks_in, rows_of
from wenxiao.reviews.kinds import FILED
from wenxiao.reviews.services import correct_received_day, register_received, submit_for_units
from wenxiao.reviews.services.receiving import ROADS
from wenxiao.reviews.services.road import blocking_texts
from wenxiao.reviews.worklists import arrived_unsettled, not_arrived, received_open
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round

MOST = 300
"""How many one act may take, and how many stand on the page."""
KEPT = "received_batch"


def _round(request: HttpRequest, pk: int) -> Round:
    """A round in which units file, seen by somebody who receives their forms."""
    holding = held(request)
    shown_round = (
        rounds_visible_to(person(request))
        .filter(pk=pk, kind__in=FILED)
        .select_related("division")
        .first()
    )
    if shown_round is None:
        raise Http404
    show_year(request, shown_round.work_year)
    if not (holding.can("submit_for") or holding.can("import")):
        raise Refused("收表和代单位报送由主管部门、财政业务科室、财政绩效科办理。")
    put_under(request, "desk:monitoring" if shown_round.kind == "monitoring" else "desk:selfeval")
    return shown_round


@view("see_unit")
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """What arrived with what still blocks it, and what has not arrived."""
    row = _round(request, pk)
    reviews = list(received_open(person(request), row)[:MOST])
    checks = checks_in(reviews, rows_of(reviews))
    absent = list(not_arrived(person(request), row)[:MOST])
    values = {
        "row": row,
        "lines": [(one, blocking_texts(one, checks[one.pk])) for one in reviews],
        "absent": absent,
        "arrived": list(arrived_unsettled(person(request), row)[:MOST]),
        "most": MOST,
        "today": today(),
        "roads": ROADS,
        "hands_in": held(request).can("submit_for"),
        "told": request.session.pop(KEPT, None),
        "home": reverse(f"desk:{row.kind}_round", args=[row.pk]),
    }
    return render(request, "desk/rounds/received.html", values)


@view("submit_for", methods=("GET", "POST"), files=True)
def submit_for(request: HttpRequest, pk: int) -> HttpResponse:
    """代单位报送 for the ticked ones, with the signed paper's scan where there is one."""
    row, back = _round(request, pk), reverse("desk:received", args=[pk])
    if request.method != "POST":
        return redirect(back)
    wanted, why = ticked(request), text_of(request, "why", 300)
    typed = [Typed("说明", "", why)]
    if not 0 < len(wanted) <= MOST:
        return carry_out(request, lambda: _wrong_number(len(wanted)), back, typed)
    scan = request.FILES.get("scan")
    if scan is not None:
        values = {"reviews": list(wanted.items()), "why": why}
        return hand_in(
            request,
            lambda: set_aside(
                request,
                division=row.division,
                act="for_units",
                values=values,
                files=[scan],
                back=back,
                typed=typed,
            ),
            back,
            typed,
        )
    outcome = submit_for_units(reviews=wanted, by=person(request), why=why)
    request.session[KEPT] = [
        (subject_title(one.dossier), one.dossier.unit.name, refused) for one, refused in outcome
    ]
    return redirect(back)


def _wrong_number(count: int) -> str:
    raise NotAllowed(
        f"一次最多代报 {MOST} 份，您勾选了 {count} 份。" if count else "没有勾选任何一份。"
    )


@view("see_unit", methods=("GET", "POST"))
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """登记收到 for the ticked dossiers: the day the form came, by which road, from whom."""
    row, back = _round(request, pk), reverse("desk:received", args=[pk])
    if request.method != "POST":
        return redirect(back)
    wanted = [one for one in map(whole, request.POST.getlist("dossier")) if one is not None][:MOST]
    typed = [
        Typed("收到日期", "", text_of(request, "on", 10)),
        Typed("交表人", "", text_of(request, "sender", 60)),
    ]
    if request.POST.get("again"):
        typed.append(Typed("理由", "", text_of(request, "why", 300)))
        return carry_out(request, lambda: _correct_days(request, row, wanted), back, typed)
    return carry_out(request, lambda: _register(request, row, wanted), back, typed)


def _register(request: HttpRequest, row: Round, wanted: list[int]) -> str:
    if not wanted:
        raise NotAllowed("没有勾选任何一项。")
    on, count = day_of(request, "on", "收到日期"), 0
    for dossier in not_arrived(person(request), row).filter(pk__in=wanted):
        register_received(
            dossier=dossier,
            round=row,
            by=person(request),
            on=on,
            road=text_of(request, "road", 8),
            sender=text_of(request, "sender", 60),
        )
        count += 1
    if not count:
        raise NotAllowed("所选的都已登记收到。")
    messages.info(request, "收到不等于报送：录入或导入表里的内容，检查通过后再代单位报送。")
    return f"已登记收到 {count} 份。"


def _correct_days(request: HttpRequest, row: Round, wanted: list[int]) -> str:
    """The day the ticked forms really came, with why; road and sender stay."""
    on, why = day_of(request, "on", "收到日期"), text_of(request, "why", 300)
    chosen = list(arrived_unsettled(person(request), row).filter(dossier__in=wanted))
    if not chosen:
        raise NotAllowed("没有勾选任何一份还没确认的表。")
    with transaction.atomic():
        for one in chosen:
            correct_received_day(review=one, on=on, by=person(request), why=why)
    return f"已更正 {len(chosen)} 份的收到日期：{on}。"
