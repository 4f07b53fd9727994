"""选定重点监控: from a window that watches everybody, the projects the bureau watches itself, chosen
worst first, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_of
from wenxiao.desk.monitoring.lights import counts_of, rows_of_table, rule_of, table_of
from wenxiao.desk.rounds.rounds import round_of
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.views import person, view
from wenxiao.reviews.services.monitoring import choose_key, key_round_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 60
"""How many are offered at once; the rest by name."""


@view("manage_round", methods=("GET", "POST"))
def key_choice(request: HttpRequest, pk: int) -> HttpResponse:
    """The window's projects with their lights to tick; the chosen go into
    the key round of the same months.
    """
    row = round_of(request, pk)
    if row.kind != "monitoring" or row.key:
        raise Http404
    here = reverse("desk:key_choice", args=[pk])
    known = key_round_of(row)
    watched = set(dossiers_of(known).values_list("pk", flat=True)) if known else set()
    if request.method == "POST":
        ids = [
            int(one) for one in request.POST.getlist("dossier") if one.isdecimal() and len(one) < 16
        ][:SHOWN]
        why = text_of(request, "why", 200)
        back = reverse("desk:round", args=[pk])

        def write() -> str:
            if row.state != "open":
                raise NotAllowed(
                    f"“{row.name}”现为“{row.get_state_display()}”，不能再选；需要时先重开任务。"
                )
            chosen = list(dossiers_of(row).filter(pk__in=ids).select_related("subject", "unit"))
            new = [one for one in chosen if one.pk not in watched]
            if chosen and not new:
                raise NotAllowed("所选的都已经在重点监控里了。")
            key = choose_key(round=row, dossiers=new, why=why, by=person(request))
            return f"已选定 {len(new)} 个，在“{key.name}”里监控。"

        return carry_out(
            request, write, back if ids and why else here, [Typed("选取理由", "", why)]
        )
    asked = request.GET.get("q", "").strip()[:60]
    table = table_of([row], person(request))
    whole = len(table or ())
    if asked and table is not None:
        table = table.only(dossier__subject__name__contains=asked)
    values = {
        "row": row,
        "asked": asked,
        "rows": rows_of_table(table, 0, SHOWN),
        "total": len(table or ()),
        "whole": whole,
        "watched": watched,
        "known": known,
        "counts": counts_of(table),
        "rule": rule_of(row.division),
    }
    return render(request, "desk/rounds/key_choice.html", values)
