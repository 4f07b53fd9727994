"""申报: the grid a unit fills, saved by itself, checked as it stands; a block
from Excel may be pasted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from wenxiao.desk.targets.checking import checked
from wenxiao.desk.targets.target import ENTRY, target_of
from wenxiao.desk.targets.typed import (
    COLUMNS,
    HEAD,
    LONG_COLUMNS,
    MONEY_KINDS,
    SPARE,
    explained_typed,
    long_typed,
    money_typed,
    rows_typed,
    steps_typed,
)
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import Typed, carry_out, in_wan, text_of, version_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.targets import services
from wenxiao.targets.carryover import stale_parts
from wenxiao.targets.plan import span_of_step
from wenxiao.targets.selectors import (
    changed_since_return,
    dossiers_without_target,
    last_return_of,
    stale_rows,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.targets.models import Indicator, Target

PAGE = 50
LONG_SPARE = 3


@view("fill", methods=("GET", "POST"))
def start(request: HttpRequest) -> HttpResponse:
    """The dossiers of a budget year that have no target yet; one is begun
    with last year's words where there are any.
    """
    put_under(request, ENTRY)
    year = whole(request.POST.get("fy") or request.GET.get("fy")) or work_year(request)
    rows = dossiers_without_target(person(request), year)
    if request.method == "POST":
        row = rows.filter(pk=whole(request.POST.get("dossier")) or 0).first()
        if row is None:
            raise Http404
        begun = services.begin_target(dossier=row, by=person(request))
        return redirect("desk:target_fill", pk=begun.pk)
    shown = page(rows, ["unit__path", "pk"], size=PAGE, token=request.GET.get("at"))
    return render(request, "desk/targets/start.html", {"list_year": year, "shown": shown})


@view("fill", methods=("GET", "POST"))
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid; saved on its own (``auto``) or by the button."""
    row = target_of(request, pk)
    if request.method == "POST":
        return _auto(request, row) if request.POST.get("auto") else _save(request, row)
    if not row.filing or row.state not in {"draft", "returned"}:
        return redirect("desk:target", pk=row.pk)
    rows = list(row.indicators.all())
    before = services.last_years(row.dossier)
    values = {
        "target": row,
        "money": _money_rows(row),
        "money_kinds": MONEY_KINDS,
        "steps": [*row.plan, *({"step": "", "from": "", "to": ""} for _ in range(3))],
        "long_columns": LONG_COLUMNS,
        "long_rows": [
            *(
                [getattr(one, name) for name, _ in LONG_COLUMNS]
                for one in row.long_indicators.all()
            ),
            *([""] * len(LONG_COLUMNS) for _ in range(LONG_SPARE)),
        ],
        "stale_parts": stale_parts(row, before),
        "fields": [(name, word, getattr(row, name)) for name, word in HEAD],
        "columns": COLUMNS,
        "rows": [
            *((r, _cells(r)) for r in rows),
            *((None, [""] * len(COLUMNS)) for _ in range(SPARE)),
        ],
        "marks": row.marks,
        **_returned(row),
        "notes": {mark["row"]: mark for mark in row.marks if mark["row"]},
        "stale": stale_rows(row, before),
        **checked(row),
        "bars": _bars(row),
        "submits": held(request).can("submit", subject=row.dossier.subject),
    }
    return render(request, "desk/targets/fill.html", values)


def _returned(row: Target) -> dict[str, object]:
    """Who gave the target back and when, and what was changed since."""
    returned = last_return_of(row)
    return {"returned": returned, "changed": changed_since_return(row) if returned else []}


def _bars(row: Target) -> list[tuple[int, int] | None]:
    """Of each step of the plan where it lies in the year, in thousandths."""
    return [span_of_step(step, row.dossier.fiscal_year) for step in row.plan]


def _money_rows(row: Target) -> list[tuple[str, str, str, str]]:
    """(kind, name, amount in 万元, what it was reckoned by) of each amount, and room for more."""
    amounts = [(one.kind, one.name, in_wan(one.amount), one.content) for one in row.amounts.all()]
    return [*amounts, *(("fund", "", "", "") for _ in range(3))]


def _cells(row: Indicator) -> list[str]:
    texts = [getattr(row, name) for name, _ in COLUMNS]
    return ["" if value is None else _shown(value) for value in texts]


def _shown(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _write(request: HttpRequest, row: Target) -> Target:
    return services.fill_target(
        target=row,
        rows=rows_typed(request, row),
        money=money_typed(request),
        steps=steps_typed(request),
        long_rows=long_typed(request),
        explained=explained_typed(request),
        head={name: text_of(request, name) for name, _ in HEAD if name in request.POST},
        by=person(request),
        version=version_of(request),
    )


def _auto(request: HttpRequest, row: Target) -> HttpResponse:
    """Saved while typing: the new version, the numbers of the rows, what
    the checks say; or why it was not saved.
    """
    try:
        _write(request, row)
    except Stale as refusal:
        return JsonResponse({"error": f"{refusal}请重新打开这一页。"}, status=409)
    except (NotAllowed, Refused) as refusal:
        return JsonResponse({"error": str(refusal)}, status=409)
    now = checked(row)
    answer = {
        "version": row.version,
        "rows": list(row.indicators.values_list("pk", flat=True)),
        "state": now["state_now"],
        "spots": now["spots"],
        "panel": render_to_string("desk/targets/checks_part.html", now, request),
        "weights": render_to_string("desk/targets/weights_part.html", now, request),
        "bars": _bars(row),
    }
    return JsonResponse(answer)


def _save(request: HttpRequest, row: Target) -> HttpResponse:
    back = reverse("desk:target_fill", args=[row.pk])

    def run() -> str:
        _write(request, row)
        if request.POST.get("then") != "submit":
            return "已保存，右边是按现在的内容检查的。"
        services.submit_target(target=row, by=person(request), version=row.version)
        return f"{row.dossier.subject.name}的目标已送审。"

    return carry_out(request, run, back, _typed(request))


def _typed(request: HttpRequest) -> list[Typed]:
    """What stands in the grid and beside it, for whoever is refused:
    nothing that was typed is lost.
    """
    lines = []
    for at in range(services.MOST_ROWS):
        if f"r{at}" not in request.POST:
            break
        words = [request.POST.get(f"{name}{at}", "").strip() for name, _ in COLUMNS]
        if any(words):
            lines.append(Typed(f"第 {at + 1} 行", "", "　".join(word for word in words if word)))
    heads = [(word, request.POST.get(name, "").strip()) for name, word in HEAD]
    return [*lines, *(Typed(word, "", text) for word, text in heads if text)]


@view("submit", methods=("POST",))
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回: what nobody has checked yet, to be changed and handed in again."""
    row = target_of(request, pk)

    def run() -> str:
        services.withdraw_target(
            target=row, by=person(request), version=version_of(request), why=text_of(request, "why")
        )
        return f"{row.dossier.subject.name}的目标已撤回，改后请再送审。"

    return carry_out(request, run, reverse("desk:target", args=[row.pk]))
