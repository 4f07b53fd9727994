"""整改: ledger, board and each item's whole road, from the order to closure;
units see and act on their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, workbook_bytes
from wenxiao.followup import services
from wenxiao.followup.selectors.ledger import (
    account_kinds,
    accountabilities_seen_by,
    handed_over,
    of_work_year,
    overdue,
    proof_seen_by,
    rectifications_seen_by,
    state_counts,
    states,
    trail_of,
)
from wenxiao.followup.selectors.problems import catalogue, departments_of, repeats
from wenxiao.followup.selectors.rectifications import closing_by_department, closing_by_year, ledger
from wenxiao.orgs.permissions import Refused, require
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.acts import Typed, carry_out, day_of, person, text_of, version_of, who
from wenxiao.pages.downloads import as_received, attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, put_under, view
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from wenxiao.followup.models import Rectification
    from wenxiao.orgs.models import Unit
    from wenxiao.records.models import Upload


ENTRY = "desk:rectifications"
ORDER = ["done", "due", "pk"]
SIZE = 60
BOARD_SIZE = 40
REPEATS_SHOWN = 12
EXPORTED = 5000


def tabs(request: HttpRequest, chosen: str) -> list[tuple[str, str, bool]]:
    """The pages about what follows a result."""
    holding = held(request)
    year = work_year(request)
    entries = [
        ("台账", "desk:rectifications", "ledger"),
        ("看板", "desk:board", "board"),
        ("反馈函", "desk:feedback", "feedback"),
    ]
    if holding.can("confirm_finding") or holding.can("watch_trail"):
        entries.append(("移送清单", "desk:handover", "handover"))
    entries.append(("结果应用", "desk:uses", "uses"))
    if any(holding.can(power) for power in ("decide_use", "sign_report", "watch_trail")):
        entries.append(("下年度预算", "desk:next_budget", "next_budget"))
    return [
        (word, f"{reverse(route)}?year={year}", code == chosen) for word, route, code in entries
    ]


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; what makes no sense is left out."""
    query = request.GET
    state = query.get("state", "")
    conditions = {
        "state": state if state in {*dict(states()), "late", "open"} else "",
        "q": query.get("q", "").strip()[:60],
    }
    for name in ("unit", "item"):
        conditions[name] = (
            query[name] if query.get(name, "").isdecimal() and len(query[name]) < 18 else ""
        )
    return conditions


def _narrow(
    rows: QuerySet[Rectification], asked: dict[str, str], units: dict[int, Unit], on: date
) -> QuerySet[Rectification]:
    if asked["state"] == "late":
        rows = overdue(rows, on)
    elif asked["state"] == "open":
        rows = rows.exclude(state="closed")
    elif asked["state"]:
        rows = rows.filter(state=asked["state"])
    if asked["unit"] and (unit := units.get(int(asked["unit"]))):
        rows = rows.filter(unit__path__startswith=unit.path)
    if asked["item"]:
        rows = rows.filter(finding__item=int(asked["item"]))
    for word in asked["q"].split():
        rows = rows.filter(finding__dossier__subject__name__icontains=word) | rows.filter(
            finding__text__icontains=word
        )
    return rows


def _of_year(request: HttpRequest) -> QuerySet[Rectification]:
    return of_work_year(rectifications_seen_by(person(request)), work_year(request))


def _units(request: HttpRequest, rows: QuerySet[Rectification]) -> dict[int, Unit]:
    concerned = rows.order_by().values("unit")
    return {
        unit.pk: unit
        for unit in units_visible_to(person(request)).filter(pk__in=concerned).order_by("path")
    }


@view("see_unit")
def rectifications(request: HttpRequest) -> HttpResponse:
    """The ledger: what still waits first, soonest deadline on top, overdue
    ones saying by how many days; then the closed.
    """
    rows, asked, on = _of_year(request), _asked(request), today()
    units = _units(request, rows)
    listed = _narrow(rows, asked, units, on)
    shown = page(listed, ORDER, size=SIZE, token=request.GET.get("at"), by_ids=True)
    counts = state_counts(rows)
    division = person(request).division
    values = {
        "tabs": tabs(request, "ledger"),
        "shown": shown,
        "asked": asked,
        "counts": counts,
        "states": states(),
        "late": overdue(rows, on).count(),
        "total": sum(counts.values()),
        "units": units.values(),
        "on": on,
        "items": catalogue(division) if division else [],
        "list_year": work_year(request),
        "departments": departments_of(row.unit for row in shown.rows),
        "orders": held(request).can("confirm_finding"),
    }
    return render(request, "desk/rectifications/index.html", values)


@view("see_unit")
def board(request: HttpRequest) -> HttpResponse:
    """The same items by state, one column a state, the most urgent on top."""
    put_under(request, ENTRY)
    rows, on = _of_year(request), today()
    counts = state_counts(rows)
    columns = []
    for code, word in states():
        order = "-closed_on" if code == "closed" else "due"
        columns.append(
            (
                code,
                word,
                counts[code],
                list(rows.filter(state=code).order_by(order, "pk")[:BOARD_SIZE]),
            )
        )
    total = sum(counts.values())
    lines = ledger(person(request), on=on)
    again = repeats(person(request))
    values = {
        "again": again[:REPEATS_SHOWN],
        "again_count": len(again),
        "again_years": sorted({year for one in again for year, _ in one.years}),
        "heats": held(request).can("confirm_finding"),
        "departments": closing_by_department(
            [line for line in lines if line.work_year == work_year(request)]
        ),
        "years": closing_by_year(lines),
        "tabs": tabs(request, "board"),
        "columns": columns,
        "on": on,
        "total": total,
        "closed": counts["closed"],
        "late": overdue(rows, on).count(),
        "list_year": work_year(request),
        "most": BOARD_SIZE,
    }
    return render(request, "desk/rectifications/board.html", values)


COLUMNS = (
    ColumnSpec("序号", 5, "number"),
    ColumnSpec("责任单位", 20),
    ColumnSpec("对象", 28),
    ColumnSpec("问题", 34),
    ColumnSpec("程度", 7, "centre"),
    ColumnSpec("责任人", 12),
    ColumnSpec("整改措施", 30),
    ColumnSpec("整改期限", 11, "centre"),
    ColumnSpec("延至", 11, "centre"),
    ColumnSpec("状态", 11, "centre"),
    ColumnSpec("整改结果", 30),
    ColumnSpec("核验意见", 24),
    ColumnSpec("退回次数", 7, "number"),
    ColumnSpec("督办次数", 7, "number"),
    ColumnSpec("销号日期", 11, "centre"),
)


def ledger_sheet(request: HttpRequest, rows: list[Rectification], title: str) -> bytes:
    """Rectifications as one workbook of the ledger's columns."""
    division = person(request).division
    lines = [
        (
            at,
            row.unit.name,
            row.finding.dossier.subject.name,
            row.finding.text,
            row.finding.get_severity_display(),
            row.owner or None,
            row.measure or None,
            row.deadline.isoformat(),
            row.extended_to.isoformat() if row.extended_to else None,
            row.get_state_display(),
            row.reply or None,
            row.verdict or None,
            row.refusals,
            row.escalated,
            row.closed_on.isoformat() if row.closed_on else None,
        )
        for at, row in enumerate(rows, start=1)
    ]
    mark = "演示数据" if division and division.demo else None
    return workbook_bytes([SheetSpec("整改台账", title, COLUMNS, lines, watermark=mark, paper=8)])


@view("see_unit")
def ledger_file(request: HttpRequest) -> HttpResponse:
    """The ledger as filtered, as .xlsx; a longer one than a workbook is read with is refused."""
    rows, asked = _of_year(request), _asked(request)
    exported = list(
        _narrow(rows, asked, _units(request, rows), today()).order_by(*ORDER)[: EXPORTED + 1]
    )
    if len(exported) > EXPORTED:
        raise NotAllowed(f"台账超过 {EXPORTED} 条，请先按单位或状态缩小范围再导出。")
    title = f"{work_year(request)}年整改台账"
    return attachment(ledger_sheet(request, exported, title), title, "xlsx")


@view("confirm_finding")
def handover_file(request: HttpRequest) -> HttpResponse:
    """The list of what is serious or was handed over, as .xlsx."""
    title = f"{work_year(request)}年移送清单"
    rows = of_work_year(handed_over(person(request)), work_year(request)).order_by(*ORDER)
    return attachment(ledger_sheet(request, list(rows[:EXPORTED]), title), title, "xlsx")


@view("see_unit")
def handover(request: HttpRequest) -> HttpResponse:
    """What belongs to 审计 and 纪检: serious problems and accountability items,
    with the papers behind each.
    """
    put_under(request, ENTRY)
    holding = held(request)
    if not (holding.can("confirm_finding") or holding.can("watch_trail")):
        raise Refused(f"移送清单由财政部门编制；{who('confirm_finding')}。")
    rows = of_work_year(handed_over(person(request)), work_year(request)).order_by(*ORDER)
    values = {
        "tabs": tabs(request, "handover"),
        "rows": list(rows[:EXPORTED]),
        "on": today(),
        "list_year": work_year(request),
        "accounts": list(accountabilities_seen_by(person(request))[:100]),
        "files": holding.can("confirm_finding"),
    }
    return render(request, "desk/rectifications/handover.html", values)


# --- One item -------------------------------------------------------------------------------------


def _item(request: HttpRequest, pk: int) -> Rectification:
    row = rectifications_seen_by(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    return row


@view("see_unit")
def rectification(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: the problem, the road so far, and what this person can do next."""
    row = _item(request, pk)
    holding, subject = held(request), row.finding.dossier.subject
    values = {
        "item": row,
        "finding": row.finding,
        "dossier": row.finding.dossier,
        "on": today(),
        "who": who,
        "fills": holding.can("fill", unit=row.unit),
        "bureau": holding.can("confirm_finding", unit=row.finding.dossier.unit, subject=subject),
        "own": row.submitted_by_id == person(request).pk,
        "road": _road(row),
        "trail": list(trail_of(row, row.finding)),
        "accounts": list(accountabilities_seen_by(person(request)).filter(rectification=row)),
        "account_kinds": account_kinds(),
        "late": row.state not in {"closed", "replied"} and row.falls_due < today(),
    }
    return render(request, "desk/rectifications/rectification.html", values)


def _road(row: Rectification) -> list[tuple[str, str, str]]:
    """下达 → 方案 → 整改 → 核验 → 销号: word, state (done, now, none) and remark of each."""
    at = {"ordered": 1, "planned": 2, "refused": 2, "replied": 3, "closed": 5}[row.state]
    remarks = ("已下达", row.owner, "核验未通过，重改" if row.state == "refused" else "", "", "")
    words = ("下达整改", "报方案", "整改并回复", "核验", "销号")
    return [
        (word, "done" if n < at else "now" if n == at else "none", remark)
        for n, (word, remark) in enumerate(zip(words, remarks, strict=True))
    ]


@view("see_unit", methods=("POST",), files=True)
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One step on the road; permissions and states are the services'."""
    row = _item(request, pk)
    acts: dict[str, Callable[[HttpRequest, Rectification], str]] = {
        "plan": _plan,
        "reply": _reply,
        "verify": _verify,
        "extend": _extend,
        "escalate": _escalate,
        "account": _account,
    }
    if act not in acts:
        raise Http404

    back = reverse("desk:rectification", args=[row.pk])
    if act == "reply" and request.FILES.get("proof"):
        return hand_in(request, lambda: _replying(request, row, back), back, _typed(request))

    def carry() -> str:
        return acts[act](request, row)

    return carry_out(request, carry, back, _typed(request))


FIELDS = (
    ("measure", "整改措施", "measure"),
    ("owner", "责任人", "owner"),
    ("reply", "整改结果", "reply"),
    ("verdict", "核验意见", "verdict"),
    ("to", "延至", "extended_to"),
    ("extend_why", "延期理由", "extension_why"),
    ("matter", "事由", ""),
)


def _typed(request: HttpRequest) -> list[Typed]:
    typed = [Typed(word, attribute, text_of(request, name)) for name, word, attribute in FIELDS]
    return [Typed("状态", "state", ""), *typed]


def _plan(request: HttpRequest, row: Rectification) -> str:
    services.plan_rectification(
        item=row,
        by=person(request),
        measure=text_of(request, "measure"),
        owner=text_of(request, "owner", 60),
        version=version_of(request),
    )
    return "整改方案已报。"


def _reply(request: HttpRequest, row: Rectification) -> str:
    services.reply_rectification(
        item=row, by=person(request), reply=text_of(request, "reply"), version=version_of(request)
    )
    if row.proof_id:
        return "整改结果已报，等财政部门核验。"
    return "整改结果已报；没有附佐证，核验时可能退回。"


def _replying(request: HttpRequest, row: Rectification, back: str) -> Upload:
    """The reply with its proof, set aside until the file is looked at."""
    require(person(request), "fill", unit=row.unit)
    values = {"item": row.pk, "reply": text_of(request, "reply"), "version": version_of(request)}
    return set_aside(
        request,
        division=row.finding.dossier.subject.division,
        act="rectification",
        values=values,
        files=[request.FILES["proof"]],
        back=back,
        target=row.pk,
        typed=_typed(request),
    )


def _verify(request: HttpRequest, row: Rectification) -> str:
    passed = request.POST.get("passed") == "yes"
    services.verify_rectification(
        item=row,
        by=person(request),
        passed=passed,
        verdict=text_of(request, "verdict"),
        on=today(),
        version=version_of(request),
    )
    return "核验通过，已销号。" if passed else "已退回重改，单位会看到您的意见。"


def _extend(request: HttpRequest, row: Rectification) -> str:
    to = day_of(request, "to", "延至的日期")
    services.extend_deadline(
        item=row,
        by=person(request),
        to=to,
        why=text_of(request, "extend_why"),
        version=version_of(request),
    )
    return f"已延至 {to.year}年{to.month}月{to.day}日，原期限留在记录里。"


def _escalate(request: HttpRequest, row: Rectification) -> str:
    services.escalate(
        item=row, by=person(request), on=today(), why=text_of(request, "escalate_why")
    )
    return "已督办，单位负责人会收到待办。"


def _account(request: HttpRequest, row: Rectification) -> str:
    matter = text_of(request, "matter")
    services.hold_to_account(
        item=row,
        by=person(request),
        matter=matter,
        person=text_of(request, "person", 60),
        on=today(),
        consequence=text_of(request, "consequence"),
        handed_to=text_of(request, "handed_to", 60),
        kind=request.POST.get("kind", "talk"),
        decided_body=text_of(request, "decided_body", 100),
        paper=text_of(request, "paper", 100),
    )
    return "问责事项已登记。"


@view("see_unit")
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof as received; always as a file to keep, never shown inside the page."""
    stored = proof_seen_by(person(request), pk)
    if stored is None:
        raise Http404
    return as_received(stored)
