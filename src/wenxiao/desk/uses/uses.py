"""结果应用: what rules and people propose from results, what was decided and
why, and the 从严审核 list of each office.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.findings.rule_runs import drawn
from wenxiao.desk.rectifications.rectifications import ENTRY, tabs
from wenxiao.desk.uses.rule_runs import CONSEQUENCES
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, workbook_bytes
from wenxiao.followup import services
from wenxiao.followup.selectors import confirmed_counts
from wenxiao.followup.selectors.ledger import reviews_seen_by, use_kinds, uses_seen_by
from wenxiao.pages.acts import Typed, carry_out, person, text_of, version_of, who, yuan_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, put_under, view
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.followup.models import Use
    from wenxiao.reviews.models import Review

ORDER = ["dossier__unit__path", "pk"]
SIZE = 60
STATES = {"proposed": "待决定", "accepted": "采纳", "declined": "不采纳"}
INSIDE = ("decide_use", "instruct", "sign_report", "watch_trail")
"""Powers of which one sees proposals before they are decided."""


def _rows(request: HttpRequest) -> QuerySet[Use]:
    internal = any(held(request).can(power) for power in INSIDE)
    rows = uses_seen_by(person(request), internal=internal)
    return rows.filter(review__round__work_year=work_year(request))


@view("see_unit")
def uses(request: HttpRequest) -> HttpResponse:
    """Proposals and decisions of a work year's results."""
    put_under(request, ENTRY)
    rows, kinds = _rows(request), use_kinds()
    by_kind = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    by_state = dict.fromkeys(STATES, 0) | dict(
        rows.order_by().values_list("state").annotate(n=Count("pk"))
    )
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    uses_shown = rows.filter(kind=kind) if kind in dict(kinds) else rows
    uses_shown = uses_shown.filter(state=state) if state in STATES else uses_shown
    shown = page(uses_shown, ORDER, size=SIZE, token=request.GET.get("at"))
    decides = held(request).can("decide_use")
    values = {
        "tabs": tabs(request, "uses"),
        "shown": shown,
        "kinds": [(c, w, by_kind.get(c, 0)) for c, w in kinds],
        "states": STATES,
        "by_state": by_state,
        "kind": kind if kind in dict(kinds) else "",
        "state": state if state in STATES else "",
        "decides": decides,
        "list_year": work_year(request),
        "who": who,
        "findings": confirmed_counts([row.dossier_id for row in shown.rows]),
        "total": sum(by_state.values()),
        "results": _results(request) if decides else [],
        "all_kinds": kinds,
        "drawn": drawn(request, CONSEQUENCES) if decides else None,
    }
    return render(request, "desk/uses/index.html", values)


def _results(request: HttpRequest) -> list[Review]:
    """Fixed evaluation results a proposal can rest on, lowest points first."""
    rows = reviews_seen_by(person(request)).filter(
        round__work_year=work_year(request), state__in=("confirmed", "issued"), round__key=True
    )
    return list(rows.order_by("points", "pk")[:200])


@view("decide_use", methods=("POST",))
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline one proposal, with reason and next year's amount."""
    row = _rows(request).filter(pk=pk).first()
    if row is None:
        raise Http404
    why, amount = text_of(request, "why"), text_of(request, "amount", 30)
    accepted = request.POST.get("verdict") == "accept"

    def carry() -> str:
        services.decide_use(
            use=row,
            by=person(request),
            accepted=accepted,
            why=why,
            on=today(),
            version=version_of(request),
            next_year_amount=yuan_of(request, "amount", "下年度安排"),
        )
        return f"{row.get_kind_display()}：{'已采纳' if accepted else '不采纳'}，理由已记入留痕。"

    typed = [
        Typed("决定", "state", STATES["accepted" if accepted else "declined"]),
        Typed("理由", "why", why),
    ]
    typed.append(Typed("下年度安排（万元）", "next_year_amount", amount))
    return carry_out(request, carry, f"{reverse('desk:uses')}?year={work_year(request)}", typed)


@view("decide_use", methods=("POST",))
def propose(request: HttpRequest) -> HttpResponse:
    """A proposal by hand, resting on a fixed result."""
    asked, kind, why = (
        text_of(request, "review", 18),
        text_of(request, "kind", 10),
        text_of(request, "basis", 1000),
    )
    row = (
        reviews_seen_by(person(request)).filter(pk=int(asked)).first()
        if asked.isdecimal()
        else None
    )

    def carry() -> str:
        if row is None:
            raise NotAllowed("请选定对象和建议，并写明依据。")
        with transaction.atomic():
            services.propose_use(
                dossier=row.dossier,
                review=row,
                kind=kind,
                basis=why,
                by=person(request),
                amount=yuan_of(request, "amount", "涉及金额"),
            )
        return "建议已提出，待决定。"

    return carry_out(
        request,
        carry,
        f"{reverse('desk:uses')}?year={work_year(request)}",
        [Typed("依据", "", why)],
    )


COLUMNS = (
    ColumnSpec("序号", 5, "number"),
    ColumnSpec("业务科室", 14),
    ColumnSpec("单位", 20),
    ColumnSpec("对象", 28),
    ColumnSpec("预算年度", 8, "number"),
    ColumnSpec("评价得分", 9, "points"),
    ColumnSpec("等级", 6, "centre"),
    ColumnSpec("已确认问题", 9, "number"),
    ColumnSpec("依据", 36),
    ColumnSpec("决定", 9, "centre"),
    ColumnSpec("理由", 28),
    ColumnSpec("下年度安排（万元）", 14, "money"),
)


@view("decide_use")
def strict_file(request: HttpRequest) -> HttpResponse:
    """The 从严审核 list for the offices (业务科室), as .xlsx: declined ones are left out."""
    rows = list(
        _rows(request).filter(kind="strict").exclude(state="declined").order_by(*ORDER)[:5000]
    )
    counts = confirmed_counts([row.dossier_id for row in rows])
    lines = [
        (
            at,
            row.dossier.unit.office.name if row.dossier.unit.office else None,
            row.dossier.unit.name,
            row.dossier.subject.name,
            row.dossier.fiscal_year,
            row.review.points if row.review else None,
            (row.review.grade or None) if row.review else None,
            counts.get(row.dossier_id, 0),
            row.basis,
            row.get_state_display(),
            row.why or None,
            None if row.next_year_amount is None else row.next_year_amount / 10000,
        )
        for at, row in enumerate(rows, start=1)
    ]
    division = person(request).division
    title = f"{work_year(request)}年评价结果从严审核清单"
    mark = "演示数据" if division and division.demo else None
    return attachment(
        workbook_bytes([SheetSpec("从严审核", title, COLUMNS, lines, watermark=mark)]),
        title,
        "xlsx",
    )
