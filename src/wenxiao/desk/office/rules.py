"""评分规则与制度: every rule value in force on a day, its history, the checks, and
the division's own values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.office.check_levels import changed_checks, changed_codes, choices, code_choices
from wenxiao.desk.office.clauses import opened
from wenxiao.desk.office.rule_uses import uses_of
from wenxiao.followup.selectors.proposals import open_proposals
from wenxiao.followup.services.proposing import propose_rules
from wenxiao.followup.services.trying import try_rules
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services import RuleSource
from wenxiao.orgs.services.library import add_document
from wenxiao.pages.acts import carry_out, day_of, text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.rule_words import changed, parts, word
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.records.selectors import documents
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.services import rescore_round
from wenxiao.reviews.worklists import rounds_at_work
from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Value
from wenxiao.rulebook.changes import FIXED
from wenxiao.rulebook.checks import CATALOGUE, registry, rules_in_force
from wenxiao.rulebook.checks.doors import doors_of
from wenxiao.rulebook.code_levels import CODES
from wenxiao.rulebook.grounds import LEVELS, READ, STANDINGS, UNREAD
from wenxiao.rulebook.laws import named
from wenxiao.rulebook.trial_summary import trial_summary
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Document

ENTRY = "desk:rules"
CHOSEN = {CATALOGUE: (choices, changed_checks), CODES: (code_choices, changed_codes)}
"""Rules whose form is a choice of levels: what is offered, and what a form says of it."""


@dataclass(frozen=True)
class RuleLine:
    """A rule on a day: its value in force and how many dated values there are."""

    name: str
    title: str
    value: Value
    dated: int


def _division(request: HttpRequest) -> Division:
    division: Division = division_of(request, ENTRY)
    return division


def _on(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        year = work_year(request)
        return today() if today().year == year else date(year, 12, 31)


@view("see_unit")
def rules(request: HttpRequest) -> HttpResponse:
    """All rules as they stand on a chosen day."""
    division, on = _division(request), _on(request)
    own = division.own_rules
    lines = [
        RuleLine(
            name,
            basis.load(name).title,
            basis.in_force(name, on, own),
            len(basis.load(name).values) + len(own.get(name, ())),
        )
        for name in basis.names()
    ]
    lines.sort(key=lambda line: (not line.value.own, line.value.standing == READ, line.title))
    unchecked = sum(line.value.standing != READ for line in lines)
    values = {
        "lines": lines,
        "on": on,
        "unchecked": unchecked,
        "own": sum(line.value.own for line in lines),
        "tab": "values",
        "rounds": [row for row in _rounds(request) if _by_rules(row)]
        if held(request).can("manage_rules")
        else [],
        "may": held(request).can("manage_rules"),
        "proposals": open_proposals(person(request)).count(),
    }
    return render(request, "desk/office/rules/index.html", values)


@view("see_unit")
def checks(request: HttpRequest) -> HttpResponse:
    """Which checks exist, how strict each may really be, and on what basis."""
    division = _division(request)
    level, own = request.GET.get("level", ""), division.own_rules
    known = [rule for rule in rules_in_force(own, _on(request)) if doors_of(rule.code)]
    left_out = {rule.code for rule in registry()} - {rule.code for rule in known}
    counts = {name: sum(rule.level == name for rule in known) for name in LEVELS}
    shown = [rule for rule in known if not level or rule.level == level]
    return render(
        request,
        "desk/office/rules/checks.html",
        {
            "checks": shown,
            "counts": counts,
            "level": level,
            "all": len(known),
            "runs": {
                rule.code: "、".join(door.title for door in doors_of(rule.code)) for rule in shown
            },
            "left_out": [rule for rule in registry() if rule.code in left_out],
            "own": "checks" in own,
        },
    )


@view("see_unit")
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """One rule: the value on a day in words, where it stands, and every dated value."""
    division, on = _division(request), _on(request)
    if name not in basis.names():
        raise Http404
    own = division.own_rules
    value = basis.in_force(name, on, own)
    values = {
        "name": name,
        "title": basis.load(name).title,
        "value": value,
        "parts": parts(value.content),
        "on": on,
        "history": _history(name, own),
        "may": held(request).can("manage_rules") and name not in FIXED,
        "may_read": held(request).can("manage_rules"),
        "laws": opened(division, named(value.laws)),
        "national": basis.in_force(name, on) if value.own else None,
        "uses": [(word(key), text) for key, text in uses_of(name, value.content)],
    }
    return render(request, "desk/office/rules/rule.html", values)


def _history(name: str, own: dict[str, list[dict[str, Any]]]) -> list[tuple[Value, list[Any]]]:
    """Every dated value, newest first; of the division's own ones only what they say themselves."""
    rows: list[tuple[Value, list[Any]]] = [(value, []) for value in basis.load(name).values]
    for entry in own.get(name, ()):
        value = Value(
            date.fromisoformat(entry["from"]),
            entry["document"],
            entry["clause"],
            entry.get("standing", UNREAD),
            entry["content"],
            entry.get("note", ""),
            own=entry.get(basis.RAISED) is None,
        )
        rows.append((value, parts(entry["content"]) if value.own else []))
    return sorted(rows, key=lambda row: (row[0].start, row[0].own), reverse=True)


# ---- the division's own value --------------------------------------------------------------------


@view("manage_rules", methods=("GET", "POST"))
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Type the changed values, see what they would move, then keep them as a proposal by the
    division's document; another person publishes it.
    """
    division = _division(request)
    if name not in basis.names() or name in FIXED:
        raise Http404
    start = _start(request)
    values = basis.in_force(name, start, division.own_rules)
    shown = {
        "name": name,
        "title": basis.load(name).title,
        "value": values,
        "parts": [] if name in CHOSEN else parts(values.content),
        "choices": CHOSEN[name][0](division.own_rules, start) if name in CHOSEN else [],
        "standings": STANDINGS,
        "start": start,
        "documents": list(documents(division=division)[:200]),
        "seen": len(division.rules),
        "error": "",
        "trial": None,
        "posted": request.POST,
        "typed": {},
        "entry": None,
    }
    if request.method in {"GET", "HEAD"}:
        return render(request, "desk/office/rules/change.html", shown)
    shown["typed"] = {key: text for key, text in request.POST.items() if key.startswith("v:")}
    try:
        return _act(request, name, division, shown)
    except NotAllowed as refusal:
        shown["error"] = str(refusal)
        return render(request, "desk/office/rules/change.html", shown, status=422)
    except Stale as refusal:
        shown["error"] = f"{refusal}您填的都还在下面。"
        return render(request, "desk/office/rules/change.html", shown, status=409)


def _start(request: HttpRequest) -> date:
    text = request.POST.get("start") or request.GET.get("start", "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date(work_year(request), 1, 1)


def _act(
    request: HttpRequest, name: str, division: Division, shown: dict[str, Any]
) -> HttpResponse:
    require(person(request), "manage_rules")
    start = day_of(request, "start", "起用日期")
    posted = {key[2:]: str(text) for key, text in request.POST.items() if key.startswith("v:")}
    content = _typed(name, start, shown, posted)
    if request.POST.get("step") != "save":
        entry = {"rule": name, "from": start.isoformat(), "content": content}
        ledger = try_rules(division=division, changes=[entry], by=person(request))
        shown["trial"] = trial_summary(ledger)
        shown["changes"] = parts(content)
        return render(request, "desk/office/rules/change.html", shown)
    seen = whole(request.POST.get("seen"))
    proposal = propose_rules(
        division=division,
        changes=[{"rule": name, "from": start.isoformat(), "content": content}],
        source=_source(request, division),
        by=person(request),
        why=text_of(request, "why", 500),
        seen=-1 if seen is None else seen,
    )
    messages.success(request, "已留作提案，附试算清单；由另一人公布以后才起用。")
    return redirect("desk:rule_proposal", pk=proposal.pk)


def _typed(name: str, start: date, shown: dict[str, Any], posted: dict[str, str]) -> dict[str, Any]:
    """What the form changed, laid over the national value, never over an earlier own one;
    NotAllowed when nothing.
    """
    if name in CHOSEN:
        held = {key[2:]: text for one in shown["choices"] for key, text in one.fields()}
        content = CHOSEN[name][1](posted, start)
        different = any(posted.get(key, text) != text for key, text in held.items())
    else:
        content = changed(basis.in_force(name, start).content, posted)
        different = bool(changed(shown["value"].content, posted))
    if not different:
        raise NotAllowed("没有改动任何数值：请在下面的表里改好再试算。")
    return content


def _source(request: HttpRequest, division: Division) -> RuleSource:
    """The document, clause and how far it was read, as the form says."""
    standing: Any = request.POST.get("standing") or UNREAD
    document = _document(request, division)
    return RuleSource(
        document=document,
        clause=text_of(request, "clause", 100),
        standing=standing,
        words=request.POST.get("words", ""),
        compared_by=text_of(request, "compared_by", 60),
    )


def _by_rules(row: Round) -> bool:
    kind = KINDS.get(row.kind)
    return kind is not None and kind.scores


def _rounds(request: HttpRequest) -> list[Round]:
    """Every round that runs, of whatever year."""
    return [
        row for row in rounds_at_work(person(request), work_year(request)) if row.state == "open"
    ]


def _document(request: HttpRequest, division: Division) -> Document:
    """The library's document chosen, or a new one with at least its title."""
    chosen = request.POST.get("document", "")
    if chosen.isdecimal():
        paper = documents(division=division).filter(pk=whole(chosen) or 0).first()
        if paper is None:
            raise NotAllowed("所选的文件不在本级制度库中。")
        return paper
    title = text_of(request, "new_title", 200)
    if not title:
        raise NotAllowed("请从制度库选择文件，或填写新文件的名称。")
    number = text_of(request, "new_number", 60)
    return documents(division=division).filter(title=title, number=number).first() or add_document(
        division=division,
        kind="measures",
        title=title,
        number=number,
        issuer=division.bureau,
        by=person(request),
        why="规定本级规则时登记",
    )


@view("manage_rules", methods=("POST",))
def rescore(request: HttpRequest, pk: int) -> HttpResponse:
    """按新规则重新计分: what is not settled yet is scored again by the rules in force."""
    _division(request)
    row = next((one for one in _rounds(request) if one.pk == pk and _by_rules(one)), None)
    if row is None:
        raise Http404
    why = text_of(request, "why", 500)

    def run() -> str:
        if not why:
            raise NotAllowed("重新计分须写明理由。")
        count = rescore_round(round=row, by=person(request), why=why)
        return (
            f"{row.name}：{count} 项的得分或等级按现行规则改动，已确认的不动。"
            if count
            else f"{row.name}：没有得分要改动。"
        )

    return carry_out(request, run, reverse("desk:rules"))
