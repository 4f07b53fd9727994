"""Acts on ticked subjects: tags on and off, 本次免报.
Each is done by its service alone, and told alone: done, or why not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.budget.services import exempt, tag_subject
from wenxiao.desk.subjects.subjects import ListQuery, look, open_rounds
from wenxiao.pages.formats import subject_title
from wenxiao.pages.outcomes import why_not
from wenxiao.pages.texts import text_of
from wenxiao.pages.views import person, put_under, view
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier

MOST = 300
"""How many rows one act may take."""
MOST_FILTERED = 5_000
"""How many objects a round may name one by one."""
KEPT = "subjects_batch"
Act = tuple[str, "Callable[[Dossier], object]"]


@view("manage_round", methods=("GET", "POST"))
def batch(request: HttpRequest) -> HttpResponse:
    """Carry an act out over the ticked rows, then show what became of each;
    shown again on reload, never done again.
    """
    if request.method == "POST":
        return _carry(request)
    outcome = request.session.get(KEPT)
    if not outcome:
        return redirect("desk:subjects")
    put_under(request, "desk:subjects")
    return render(
        request, "desk/subjects/batch.html", {"told": outcome, "back": _back(outcome["query"])}
    )


def _back(query: str) -> str:
    return ListQuery.read(QueryDict(query[:1000])).address()


def _carry(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")[:1000]
    ids = list(
        dict.fromkeys(
            int(one) for one in request.POST.getlist("tick") if one.isdecimal() and len(one) < 16
        )
    )
    if request.POST.get("act") == "round" and ids:
        return _to_round(request, ids)
    try:
        if not ids:
            raise NotAllowed("还没有勾选对象。")  # noqa: TRY301 - told on the list like every other refusal
        if len(ids) > MOST:
            raise NotAllowed(f"一次最多办 {MOST} 个，您勾选了 {len(ids)} 个。")  # noqa: TRY301 - as above
        title, act = _act(request)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(_back(query))
    rows = dossiers_visible_to(person(request)).select_related("subject__unit", "unit").in_bulk(ids)
    done, refused = [], []
    for pk in ids:
        if pk not in rows:
            refused.append((0, "未列出的对象", "没有这个对象，或不在您的授权范围内。"))
            continue
        name = f"{subject_title(rows[pk])}（{rows[pk].fiscal_year}）"
        if why := why_not(act, rows[pk]):
            refused.append((pk, name, why))
        else:
            done.append((pk, name, rows[pk].unit.name))
    request.session[KEPT] = {"title": title, "done": done, "refused": refused, "query": query}
    return redirect("desk:subjects_batch")


TICKED = "round_dossiers"
"""Under which name the form of a new round finds what was ticked here."""


def _to_round(request: HttpRequest, ids: list[int]) -> HttpResponse:
    """On to the form of a new round over exactly these objects; they must be of one budget year."""
    rows = dossiers_visible_to(person(request)).filter(pk__in=ids)
    years = sorted(set(rows.order_by().values_list("fiscal_year", flat=True)))
    if len(years) != 1:
        years_named = "、".join(str(year) for year in years)
        messages.error(
            request, f"所选对象分属 {years_named} 预算年度，一项任务只能评一个预算年度。"
        )
        return redirect(_back(request.POST.get("query", "")[:1000]))
    chosen = list(rows.order_by("pk").values_list("pk", flat=True))
    request.session[TICKED] = {"dossiers": chosen, "fiscal_year": years[0]}
    return redirect(reverse("desk:round_new") + "?ticked=1")


@view("manage_round")
def filtered(request: HttpRequest) -> HttpResponse:
    """On to the form of a new round over everything the list's conditions leave now."""
    dossiers = look(request).found
    ids = list(dossiers.order_by("pk").values_list("pk", flat=True)[:MOST_FILTERED])
    if not ids:
        messages.error(request, "这些条件下没有对象。")
        return redirect(_back(request.GET.urlencode()[:1000]))
    return _to_round(request, ids)


def _act(request: HttpRequest) -> Act:
    """What is to be done with each row, and its words; NotAllowed where the form leaves it open."""
    user, asked = person(request), request.POST.get("act", "")
    if asked in {"tag", "untag"}:
        tag, taken = request.POST.get("tag", ""), asked == "untag"
        title = f"{'去掉' if taken else '加上'}标签“{tag.strip()[:20]}”"
        return title, lambda row: tag_subject(
            subject=row.subject, tag=tag, taken_off=taken, by=user
        )
    if asked != "exempt":
        raise NotAllowed("没有这种办理。")
    chosen = next(
        (row for row in open_rounds(user) if str(row.pk) == request.POST.get("round", "")), None
    )
    if chosen is None:
        raise NotAllowed("请选择要免报的任务；只能选进行中的。")
    reason, note = request.POST.get("reason", ""), text_of(request, "note", 200)
    return f"“{chosen.name}”本次免报", lambda row: exempt(
        round=chosen, dossier=row, reason=reason, note=note, by=user
    )
