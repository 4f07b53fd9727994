"""问题: candidates a person confirms or dismisses, what is confirmed, and the
catalogue they are coded to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.findings.cases import cases_of
from wenxiao.desk.findings.rule_runs import CONTRADICTIONS, drawn
from wenxiao.followup import services
from wenxiao.followup.selectors.ordering import of_amount
from wenxiao.followup.selectors.problems import (
    catalogue,
    catalogue_counts,
    catalogue_item,
    choices_in,
    finding_counts,
    findings_seen_by,
    severities,
)
from wenxiao.orgs.selectors import saved_views
from wenxiao.pages.acts import Typed, carry_out, person, text_of, version_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.outcomes import why_not
from wenxiao.pages.request_values import ticked, whole
from wenxiao.pages.views import held, put_under, view
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict

    from wenxiao.followup.models import CatalogueItem, Finding

ENTRY = "desk:evaluations"
ORDER = ["dossier__unit__path", "dossier__subject__code", "pk"]
SIZE = 60
STATES = {"candidate": "待确认", "confirmed": "已确认", "dismissed": "不成立"}
MOST_AT_ONCE = 200


def tabs(request: HttpRequest, chosen: str) -> list[tuple[str, str, bool]]:
    """The pages about problems; candidates and the catalogue are the bureau's."""
    year, mine = work_year(request), held(request).can("confirm_finding")
    entries = [("问题清单", reverse("desk:findings"), "list")]
    if mine:
        entries += [
            ("共性问题", reverse("desk:common"), "common"),
            ("对照表", reverse("desk:matrix"), "matrix"),
            ("部门×问题", reverse("desk:heat"), "heat"),
            ("问题目录", reverse("desk:catalogue"), "catalogue"),
        ]
    return [(word, f"{href}?year={year}", code == chosen) for word, href, code in entries]


@view("see_unit")
def findings(request: HttpRequest) -> HttpResponse:
    """The list in one state; candidates carry their evidence and can be
    decided one by one or many at once.
    """
    put_under(request, ENTRY)
    decides = held(request).can("confirm_finding")
    counts = finding_counts(person(request))
    state = request.GET.get("state", "")
    if state not in STATES or not decides:
        state = "candidate" if decides and counts["candidate"] else "confirmed"
    whole_list = findings_seen_by(person(request)).filter(state=state)
    rows = _narrow(whole_list, request.GET)
    shown = page(rows, ORDER, size=SIZE, token=request.GET.get("at"), by_ids=True)
    division = person(request).division
    choices = choices_in(whole_list) if decides else None
    q = request.GET.get("q", "")[:60]
    asked = {name: request.GET.get(name, "")[:30] for name in NARROWED}
    conditions = {name: text for name, text in {"q": q, **asked}.items() if text}
    values = {
        "views": saved_views(person(request), "findings"),
        "narrowed": bool(conditions),
        "query": urlencode({"state": state, **conditions}),
        "tabs": tabs(request, "list"),
        "state": state,
        "states": STATES,
        "counts": counts,
        "shown": shown,
        "decides": decides,
        "items": catalogue(division, active=True) if division else [],
        "degrees": severities(),
        "q": q,
        "choices": choices,
        "asked": asked,
        "left": rows.count(),
        "dossier": request.GET.get("dossier", ""),
        "item": request.GET.get("item", ""),
        "outcome": request.session.pop("findings_outcome", None),
        "drawn": drawn(request, CONTRADICTIONS) if decides else None,
        "decided": request.session.pop("finding_decided", None) if decides else None,
        "token": request.GET.get("at", ""),
        "cases": cases_of(shown.rows, choices.rules, request.GET.get("case", ""))
        if state == "candidate" and shown.rows and choices
        else None,
    }
    return render(request, "desk/findings/index.html", values)


NARROWED = {
    "dossier": "dossier",
    "item": "item",
    "round": "review__round",
    "unit": "dossier__unit",
    "rule": "rule",
    "severity": "severity",
    "amount": "amount",
}
"""What the list may be narrowed by, beside words: the name in the address and the column."""
WORDS = frozenset({"rule", "severity"})


def _narrow(rows: QuerySet[Finding], given: QueryDict) -> QuerySet[Finding]:
    rows = of_amount(rows, given.get("amount", ""))
    for name, column in NARROWED.items():
        asked = given.get(name, "")
        if name in WORDS and asked:
            rows = rows.filter(**{column: asked[:30]})
        elif name != "amount" and asked.isdecimal() and len(asked) < 18:
            rows = rows.filter(**{column: int(asked)})
    for word in given.get("q", "")[:60].split():
        rows = rows.filter(dossier__subject__name__icontains=word) | rows.filter(
            text__icontains=word
        )
    return rows


def _finding(request: HttpRequest, pk: int) -> Finding:
    row = findings_seen_by(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@view("confirm_finding", methods=("POST",))
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm with item and severity, or dismiss with a reason."""
    row, why = _finding(request, pk), text_of(request, "why")
    confirmed = request.POST.get("verdict") == "confirm"

    def carry() -> str:
        _decide(request, row, confirmed=confirmed, why=why, version=version_of(request))
        words = (
            f"已{'确认' if confirmed else '认定不成立'} {row.dossier.subject.name}：{row.text[:40]}"
        )
        decided = {"pk": row.pk, "version": row.version, "words": words}
        request.session["finding_decided"] = decided
        return ""

    typed = [
        Typed("状态", "state", STATES["confirmed" if confirmed else "dismissed"]),
        Typed("理由", "why", why),
    ]
    return carry_out(request, carry, _place(request), typed)


@view("confirm_finding", methods=("POST",))
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back: the problem waits for a person again, with what
    was decided in the trail.
    """
    row = _finding(request, pk)

    def carry() -> str:
        services.reopen_finding(
            finding=row, by=person(request), why="撤销上一条认定", version=version_of(request)
        )
        return f"已撤销，重新待确认：{row.text[:30]}"

    return carry_out(request, carry, f"{_place(request)}&case={row.pk}#case", [])


def _decide(request: HttpRequest, row: Finding, *, confirmed: bool, why: str, version: int) -> None:
    if not confirmed:
        services.dismiss_finding(finding=row, by=person(request), why=why, version=version)
        return
    item = coded_item(row, text_of(request, "item", 20))
    severity = text_of(request, "severity", 8)
    services.confirm_finding(
        finding=row,
        by=person(request),
        why=why,
        item=item,
        version=version,
        severity=severity if severity in dict(severities()) else None,
    )


def coded_item(row: Finding, asked: str) -> CatalogueItem | None:
    """The catalogue item that was chosen; None where none was."""
    if not asked.isdecimal():
        return None
    item = catalogue_item(row.dossier.subject.division, whole(asked) or 0)
    if item is None or not item.active:
        raise NotAllowed("所选目录问题不存在或已停用，请重选。")
    return item


@view("confirm_finding", methods=("POST",))
def batch(request: HttpRequest) -> HttpResponse:
    """Decide many ticked candidates; each is an act of its own and the page
    says what came of each.
    """
    confirmed, why = request.POST.get("verdict") == "confirm", text_of(request, "why")
    wanted = ticked(request, MOST_AT_ONCE)
    rows = {row.pk: row for row in findings_seen_by(person(request)).filter(pk__in=wanted)}
    outcome = [
        (
            f"{rows[pk].dossier.subject.name}：{rows[pk].text}"[:80],
            why_not(_decide, request, rows[pk], confirmed=confirmed, why=why, version=seen),
        )
        for pk, seen in wanted.items()
        if pk in rows
    ]
    done = sum(not text for _, text in outcome)
    if not outcome:
        messages.error(request, "没有勾选任何一条。")
    else:
        failed = [(name, text) for name, text in outcome if text]
        messages.success(
            request,
            f"{'确认' if confirmed else '认定不成立'} {done} 条，{len(failed)} 条没有办成。",
        )
        request.session["findings_outcome"] = failed
    return redirect(_place(request))


def _place(request: HttpRequest) -> str:
    """The list as it was narrowed when the form was sent, so that nobody
    begins again at the first of five hundred.
    """
    conditions = {"state": "candidate"}
    for name in (*NARROWED, "q", "case"):
        if asked := text_of(request, f"at_{name}", 60):
            conditions[name] = asked
    return f"{reverse('desk:findings')}?{urlencode(conditions)}"


# --- Catalogue ------------------------------------------------------------------------------------


@view("confirm_finding")
def items(request: HttpRequest) -> HttpResponse:
    """The problem catalogue with how many objects each item concerns."""
    put_under(request, ENTRY)
    division = person(request).division
    rows, counts = catalogue(division) if division else [], catalogue_counts(person(request))
    values = {
        "tabs": tabs(request, "catalogue"),
        "items": rows,
        "keeps": held(request).can_for_all("confirm_finding"),
        "counts": counts,
        "active": sum(row.active for row in rows),
        "edit": whole(request.GET.get("edit")) or 0,
        "categories": list(dict.fromkeys(row.category for row in rows if row.category)),
    }
    return render(request, "desk/findings/catalogue.html", values)


@view("confirm_finding", methods=("POST",))
def add_item(request: HttpRequest) -> HttpResponse:
    """Add an item to the catalogue."""
    division = person(request).division
    code, text, category = (text_of(request, name, 200) for name in ("code", "text", "category"))

    def carry() -> str:
        services.add_item(
            division=division, by=person(request), code=code, text=text, category=category
        )
        return f"目录已增加 {code}。"

    typed = [Typed("编码", "", code), Typed("问题", "", text), Typed("类别", "", category)]
    return carry_out(request, carry, reverse("desk:catalogue"), typed)


@view("confirm_finding", methods=("POST",))
def change_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Reword an item, or switch it on or off."""
    division = person(request).division
    row = catalogue_item(division, pk) if division else None
    if row is None:
        raise Http404
    text, category = text_of(request, "text", 200), text_of(request, "category", 30)

    def carry() -> str:
        services.change_item(
            item=row,
            by=person(request),
            text=text,
            category=category,
            active="active" in request.POST,
            seen=text_of(request, "seen", 200),
        )
        return f"{row.code} 已改。"

    return carry_out(request, carry, reverse("desk:catalogue"), [Typed("问题", "text", text)])
