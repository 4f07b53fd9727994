"""下年度预算: one sheet a department before the budget meeting, decisions on it,
and the list a leader signs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import approval_of
from wenxiao.budget.services import approve_budget
from wenxiao.desk.rectifications.rectifications import ENTRY, tabs
from wenxiao.desk.uses.use_list_files import decided_docx, decided_xlsx, whole_xlsx
from wenxiao.followup import services
from wenxiao.followup.selectors.budget_effect import simulate
from wenxiao.followup.selectors.next_budget import (
    KINDS,
    DepartmentSheet,
    Line,
    effect_of,
    lines_of,
    listed,
    lists_signed,
    requests_seen_by,
    sheet,
    signed_lines_seen_by,
    signed_list,
)
from wenxiao.followup.services.budgeting import Verdict
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.acts import Typed, carry_out, day_of, in_wan, person, signed_wan, text_of, who
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import division_of, held, view
from wenxiao.rulebook.next_budget import growth, said_terms
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Unit

POWERS = ("decide_use", "sign_report", "watch_trail")


def _year(request: HttpRequest) -> int:
    """The budget that is being made in the work year shown."""
    return work_year(request) + 1


def _refuse_outside(request: HttpRequest) -> None:
    if not any(held(request).can(power) for power in POWERS):
        raise Http404


def _whole(request: HttpRequest) -> DepartmentSheet:
    division = division_of(request, ENTRY)
    rows = requests_seen_by(person(request), division, _year(request))
    rows = rows.order_by("subject__unit__path", "subject__code")
    return sheet(rows, division=division, year=_year(request))


@view("see_unit")
def departments(request: HttpRequest) -> HttpResponse:
    """All departments with what they ask, what the rules would take off,
    and how far decisions are.
    """
    _refuse_outside(request)
    division, year = division_of(request, ENTRY), _year(request)
    whole = simulate(person(request), division, year)
    values = {
        "tabs": tabs(request, "next_budget"),
        "budget_year": year,
        "whole": whole,
        "rows": whole.departments,
        "signed": lists_signed(division, year),
        "kinds": KINDS,
        "terms": said_terms(whole.shares),
        "approval": approval_of(division, year),
        "approves": held(request).can("approve_target"),
        "imports": held(request).can("import"),
        "rules": held(request).can("manage_rules"),
        "last_year": work_year(request),
    }
    return render(request, "desk/uses/next_budget.html", values)


def _of(request: HttpRequest, pk: int) -> Unit:
    _refuse_outside(request)
    unit = (
        units_visible_to(person(request))
        .filter(pk=pk, division=division_of(request, ENTRY))
        .first()
    )
    if unit is None:
        raise Http404
    return unit


def _lines(request: HttpRequest, unit: Unit) -> list[Line]:
    return lines_of(
        division=division_of(request, ENTRY),
        unit=unit,
        fiscal_year=_year(request),
        by=person(request),
    )


@view("see_unit")
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """One department before the meeting: money, past, rule, decision side
    by side; the simulator above.
    """
    row, year, division = _of(request, pk), _year(request), division_of(request, ENTRY)
    lines = _lines(request, row)
    whole = sheet([], division=division, year=year)
    approval, signed = approval_of(division, year), signed_list(row, year)
    frozen = approval is not None or any(
        line.decision is not None and line.decision.signed_id for line in lines
    )
    values = {
        "unit": row,
        "budget_year": year,
        "last_year": work_year(request),
        "lines": lines,
        "growth": {line.request.pk: growth(line.past) for line in lines},
        "effect": effect_of(lines),
        "kinds": KINDS,
        "terms": said_terms(whole.shares),
        "cited": whole.cited,
        "own": whole.own,
        "approval": approval,
        "signed": signed,
        "frozen": frozen,
        "decides": held(request).can("decide_use", unit=row) and not frozen,
        "signs": held(request).can("sign_report") and approval is None,
        "stages": sorted({line.request.get_stage_display() for line in lines}),
        "who": who,
        "in_wan": in_wan,
        "synthetic": any(line.request.synthetic for line in lines),
    }
    return render(request, "desk/uses/next_budget_of.html", values)


def _back(request: HttpRequest, pk: int) -> str:
    return f"{reverse('desk:next_budget_of', args=[pk])}?year={work_year(request)}"


@view("decide_use", methods=("POST",))
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the decisions typed into the sheet: rows left without a kind stay open."""
    row = _of(request, pk)
    typed: list[Typed] = []

    def carry() -> str:
        verdicts = [one for line in _lines(request, row) if (one := _verdict(request, line))]
        done = services.decide_requests(
            division=division_of(request, ENTRY),
            fiscal_year=_year(request),
            verdicts=verdicts,
            by=person(request),
        )
        return f"已保存 {done} 项决定。" if done else "没有改动。"

    return carry_out(request, carry, _back(request, pk), typed)


def _verdict(request: HttpRequest, line: Line) -> Verdict | None:
    pk = line.request.pk
    kind = request.POST.get(f"kind-{pk}", "")
    if not kind:
        return None
    text = text_of(request, f"amount-{pk}", 30, "安排数")
    if text:
        amount = signed_wan(text, f"“{line.request.subject.name}”的安排数")
    elif line.proposed.amount is not None and kind == line.proposed.kind:
        amount = line.proposed.amount
    elif kind == "cancel":
        amount = Decimal(0)
    else:
        raise NotAllowed(f"“{line.request.subject.name}”：请填安排数（万元）。")
    version = request.POST.get(f"version-{pk}", "")
    return Verdict(
        pk,
        kind,
        amount,
        text_of(request, f"why-{pk}", 1000, "理由"),
        int(version) if version.isdecimal() and len(version) < 9 else None,
    )


@view("decide_use", methods=("POST",))
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """按建议填决定: everything open that has a priced proposal."""
    row = _of(request, pk)

    def carry() -> str:
        done = services.take_proposals(
            division=division_of(request, ENTRY),
            unit=row,
            fiscal_year=_year(request),
            by=person(request),
        )
        return f"已按建议决定 {done} 项；建议没有金额的仍待人定。"

    return carry_out(request, carry, _back(request, pk))


@view("sign_report", methods=("POST",))
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the department's list."""
    row, why = _of(request, pk), text_of(request, "why", 500)

    def carry() -> str:
        signed = services.sign_use_list(
            division=division_of(request, ENTRY),
            unit=row,
            fiscal_year=_year(request),
            by=person(request),
            why=why,
        )
        return f"结果应用清单（第 {signed.number} 次）已签字，从此不再改动。"

    return carry_out(request, carry, _back(request, pk), [Typed("理由", "", why)])


@view("sign_report", methods=("POST",))
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Let decisions be changed again after a list was signed."""
    row, why = _of(request, pk), text_of(request, "why", 500)

    def carry() -> str:
        services.reopen_decisions(
            division=division_of(request, ENTRY),
            unit=row,
            fiscal_year=_year(request),
            by=person(request),
            why=why,
        )
        return "可以重新决定；原来签字的清单照旧留存。"

    return carry_out(request, carry, _back(request, pk), [Typed("理由", "", why)])


@view("approve_target", methods=("POST",))
def approved(request: HttpRequest) -> HttpResponse:
    """Register that the budget was approved."""
    paper = text_of(request, "paper", 200)

    def carry() -> str:
        approve_budget(
            division=division_of(request, ENTRY),
            fiscal_year=_year(request),
            on=day_of(request, "on", "批准日期"),
            paper=paper,
            by=person(request),
        )
        return f"{_year(request)}年预算已登记批准，申报和决定到此为止。"

    back = f"{reverse('desk:next_budget')}?year={work_year(request)}"
    return carry_out(request, carry, back, [Typed("批准文件", "", paper)])


@view("see_unit")
def list_file(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The department's 结果应用清单 as .docx or .xlsx: the signed one where there
    is one, else the draft.
    """
    row, year = _of(request, pk), _year(request)
    makers = {"docx": decided_docx, "xlsx": decided_xlsx}
    if name not in makers:
        raise Http404
    signed = signed_list(row, year)
    if signed is not None:
        rows = signed_lines_seen_by(person(request), signed)
    else:
        rows = [listed(line) for line in _lines(request, row)]
    content, title = makers[name](division_of(request, ENTRY), row, year, rows, signed)
    return attachment(content, title, name)


@view("see_unit")
def whole_file(request: HttpRequest) -> HttpResponse:
    """Everything the simulator counts, as .xlsx: its foot is the simulator's total."""
    _refuse_outside(request)
    content, name = whole_xlsx(division_of(request, ENTRY), _year(request), _whole(request))
    return attachment(content, name, "xlsx")
