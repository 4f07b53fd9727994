"""The report's words and choices as its author works on them: one paragraph
at a time, beside the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.report.report import KEYS, bureau_of, desk, edition_for
from wenxiao.orgs.permissions import require
from wenxiao.pages.acts import version_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.texts import whole_text
from wenxiao.pages.views import person, view
from wenxiao.reports import annual, services, structure, wording
from wenxiao.reports.facts import OPTIONAL_BLOCKS
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from wenxiao.reports.services import Edition

LONGEST = 20_000
PRINTS = {
    "": "按默认",
    "exact-亿元": "亿元，有几位印几位",
    "rounded2-亿元": "亿元，保留两位小数",
    "about1-亿元": "亿元，约数，一位小数",
    "exact-万元": "万元，有几位印几位",
}
PRINTED = {
    "departments.opening": "部门预算安排合计",
    "projects.opening": "项目预算安排合计",
    "monitored.opening": "监控项目预算安排",
}


@view("see_unit")
def report(request: HttpRequest, year: int) -> HttpResponse:
    """The sheet with its marks at the left, the opened figure, paragraph or
    choices at the right.
    """
    return desk(request, year, drawer=asked(request, year), opened=request.GET.get("figure", ""))


def asked(request: HttpRequest, year: int) -> dict[str, Any] | None:
    """The part the address asks for beside the sheet: ``?write=plan`` or ``?choices=1``."""
    key = request.GET.get("write", "")
    if key in KEYS:
        return _writing(request, year, key)
    return _choosing(request, year) if request.GET.get("choices") else None


def _may_write(request: HttpRequest) -> None:
    bureau_of(request)
    require(person(request), "write_report")


# --- one paragraph --------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrongPart:
    """Why something typed was not saved, what was typed, and what stands
    there now when somebody was faster.
    """

    text: str
    typed: str
    theirs: str | None = None


def _writing(
    request: HttpRequest, year: int, key: str, wrong: WrongPart | None = None
) -> dict[str, Any]:
    """The editor of a paragraph: its text, the words one may insert, last
    year's text and the default to take over.
    """
    _may_write(request)
    division, edition, draft = edition_for(request, year)
    default = wording.default(key, edition.facts)
    last = services.draft_of(division, year - 1)
    inherited = (last.prose.get(key, "") if last else "") if key == "plan" else ""
    own = draft.prose.get(key, "") if draft else ""
    text = own or inherited or default
    return {
        "template": "desk/report/writing_part.html",
        "key": key,
        "name": KEYS[key],
        "own": own,
        "text": text,
        "default": default,
        "inherited": inherited,
        "source": "own" if own else "last_year" if inherited else "default",
        "wrong": wrong,
        "value": wrong.typed if wrong else text,
        "version": draft.version if draft else 0,
        "report_year": year,
        "words": _words(edition),
        "used": set(structure.placeholders(wrong.typed if wrong else text)),
        "names": KEYS,
    }


def _words(edition: Edition) -> list[tuple[str, str]]:
    """The bound words with what they print now, in the order of the report."""
    known = annual.words(edition.facts, edition.choices)
    return [(name, structure.plain_text(structure.as_runs(word))) for name, word in known.items()]


@view("write_report", methods=("GET", "POST"))
def write(request: HttpRequest, year: int, key: str) -> HttpResponse:
    """Open a paragraph's editor, or save what was written."""
    if key not in KEYS:
        raise Http404
    if request.method == "POST":
        return _save(request, year, key)
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{reverse('desk:report', args=[year])}?write={key}#drawer")
    part = _writing(request, year, key)
    return render(request, part["template"], part)


def _typed(request: HttpRequest, name: str = "text") -> str:
    return request.POST.get(name, "").replace("\r\n", "\n").replace("\0", "").strip()[:LONGEST]


def _save(request: HttpRequest, year: int, key: str) -> HttpResponse:
    """Save one paragraph. Another paragraph changed meanwhile is no
    conflict; this one changed is, and both are shown.
    """
    _may_write(request)
    division, edition, draft = edition_for(request, year)
    text, began = _typed(request), _typed(request, "began")
    now = draft.prose.get(key, "") if draft else ""
    if (draft.version if draft else 0) != version_of(request) and now not in {began, text}:
        wrong = WrongPart(
            "这一段刚被别人改过。两份文字都在下面：合并到您的一份里再保存，或者不保存、沿用现在的。",
            text,
            now,
        )
        return desk(request, year, drawer=_writing(request, year, key, wrong), status=409)
    same = key != "plan" and text == wording.default(key, edition.facts)
    prose = {**(draft.prose if draft else {}), key: "" if same else text}
    try:
        services.save_draft(
            division=division,
            work_year=year,
            by=person(request),
            prose=prose,
            version=draft.version if draft else None,
        )
    except Stale:
        wrong = WrongPart("别人刚保存过报告。您的文字在下面，请再保存一次。", text, None)
        return desk(request, year, drawer=_writing(request, year, key, wrong), status=409)
    except NotAllowed as refusal:
        return desk(
            request,
            year,
            drawer=_writing(request, year, key, WrongPart(str(refusal), text)),
            status=409,
        )
    messages.success(
        request, f"“{KEYS[key]}”已保存。" if text else f"“{KEYS[key]}”已恢复默认文字。"
    )
    return redirect(f"{reverse('desk:report', args=[year])}?saved={key}#w-{key}")


@view("write_report", methods=("POST",))
def preview(request: HttpRequest, year: int, key: str) -> HttpResponse:
    """What the typed text would print; a name nobody knows is refused with those that are."""
    _may_write(request)
    if key not in KEYS:
        raise Http404
    edition = edition_for(request, year)[1]
    known = annual.words(edition.facts, edition.choices)
    parts = [part for part in _typed(request).split("\n") if part.strip()]
    values: dict[str, Any] = {"parts": [], "wrong": ""}
    try:
        values["parts"] = [structure.bind(part, known) for part in parts]
    except structure.UnknownPlaceError as error:
        values["wrong"] = str(error)
    return render(request, "desk/report/preview_part.html", values)


@view("write_report", methods=("POST",))
def seen(request: HttpRequest, year: int) -> HttpResponse:
    """Start the draft, or take note of the figures that changed: the text
    stays, what was seen is today's.
    """
    _may_write(request)
    division, _, draft = edition_for(request, year)
    services.save_draft(
        division=division,
        work_year=year,
        by=person(request),
        version=version_of(request) if draft else None,
    )
    messages.success(
        request, "已记下现在的数据。" if draft else f"{year} 年度报告已起草，可以逐段改写。"
    )
    return redirect("desk:report", year=year)


# --- choices --------------------------------------------------------------------------------------


def _choosing(
    request: HttpRequest,
    year: int,
    *,
    choices: annual.ReportChoices | None = None,
    wrong: str = "",
    theirs: list[tuple[str, str, str]] | None = None,
) -> dict[str, Any]:
    """The form of choices: what is cited, named, listed, and which blocks and numbers print."""
    _may_write(request)
    _, edition, draft = edition_for(request, year)
    chosen = choices or edition.choices
    facts = edition.facts
    cited = [paper.id for paper in annual.chosen_papers(facts, chosen)]
    papers = sorted(
        facts.papers, key=lambda paper: cited.index(paper.id) if paper.id in cited else len(cited)
    )
    prints = {
        ident: f"{one.rule.kind}{one.rule.digits or ''}-{one.unit}"
        for ident, one in chosen.prints.items()
    }
    return {
        "template": "desk/report/choices_part.html",
        "report_year": year,
        "version": draft.version if draft else 0,
        "papers": papers,
        "cited": cited,
        "projects": facts.projects,
        "named": [row.dossier for row in annual.named_projects(facts, chosen)],
        "lines": [
            (line, len(facts.concerned[line.id]), chosen.lines is None or line.id in chosen.lines)
            for line in facts.lines
        ],
        "chosen": chosen,
        "blocks": OPTIONAL_BLOCKS,
        "editor": chosen.editor or facts.place.bureau,
        "prints": prints,
        "print_rules": PRINTS,
        "printed": PRINTED,
        "wrong": wrong,
        "theirs": theirs or [],
    }


@view("write_report", methods=("GET", "POST"))
def choose(request: HttpRequest, year: int) -> HttpResponse:
    """Open the choices, or save them."""
    if request.method == "POST":
        return _choose(request, year)
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{reverse('desk:report', args=[year])}?choices=1#drawer")
    part = _choosing(request, year)
    return render(request, part["template"], part)


def _choose(request: HttpRequest, year: int) -> HttpResponse:
    _may_write(request)
    division, edition, draft = edition_for(request, year)
    chosen: annual.ReportChoices | None = None
    try:
        posted = posted_choices(request.POST, edition)
        chosen = annual.ReportChoices.read(posted)
        services.save_draft(
            division=division,
            work_year=year,
            by=person(request),
            choices=posted,
            version=version_of(request) if draft else None,
        )
    except Stale:
        theirs = _apart(edition.choices, chosen or edition.choices, edition)
        notice = "别人刚保存过取舍或文字。您选的还在下面，与现在不同的列在前面；看过后可以再保存。"
        part = _choosing(request, year, choices=chosen, wrong=notice, theirs=theirs)
        return desk(request, year, drawer=part, status=409)
    except NotAllowed as refusal:
        part = _choosing(request, year, choices=chosen, wrong=str(refusal))
        return desk(request, year, drawer=part, status=409)
    messages.success(request, "取舍已保存。")
    return redirect("desk:report", year=year)


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isdecimal() and len(value) < 18]


def posted_choices(posted: QueryDict, edition: Edition) -> dict[str, Any]:
    """The form as a draft's choices; what equals the default is left out, so that it follows the
    data. NotAllowed if wrong.
    """
    facts = edition.facts
    places = {paper.id: posted.get(f"place-{paper.id}", "") for paper in facts.papers}
    order = {
        pk: int(text) if text.isdecimal() and len(text) < 4 else 999 for pk, text in places.items()
    }
    documents = sorted(
        (pk for pk in _numbers(posted.getlist("documents")) if pk in order),
        key=lambda pk: order[pk],
    )
    projects = {row.dossier for row in facts.projects}
    named = [pk for pk in _numbers(posted.getlist("named")) if pk in projects]
    lines = [pk for pk in _numbers(posted.getlist("lines")) if pk in facts.concerned]
    least, number = posted.get("least", "1").strip() or "1", posted.get("issue", "").strip()
    if not whole(least, 5) or (number and not whole(number, 4)):
        raise NotAllowed("项目数和期号应为正整数。")
    chosen: dict[str, Any] = {
        "least": int(least),
        "blocks": [key for key in posted.getlist("blocks") if key in OPTIONAL_BLOCKS],
    }
    if documents != [paper.id for paper in facts.papers]:
        chosen["documents"] = documents
    if named != [row.dossier for row in facts.projects[:2]]:
        chosen["named"] = named
    if len(lines) != len(facts.lines):
        chosen["lines"] = lines
    editor = whole_text(posted.get("editor", ""), 60, "编写单位")
    if editor and editor != facts.place.bureau:
        chosen["editor"] = editor
    prints = {
        ident: _print(posted.get(f"print-{ident}", ""))
        for ident in PRINTED
        if posted.get(f"print-{ident}", "") in PRINTS
    }
    chosen["prints"] = {ident: rule for ident, rule in prints.items() if rule}
    day = posted.get("printed_on", "").strip()[:10]
    return (
        chosen
        | ({"number": int(number)} if number else {})
        | ({"day": day} if _is_day(day) else {})
    )


def _is_day(text: str) -> bool:
    from datetime import date

    if not text:
        return False
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise NotAllowed(f"日期应如 2021-12-05，收到“{text}”。") from error
    return True


def _print(code: str) -> dict[str, Any]:
    if not code:
        return {}
    rule, unit = code.split("-")
    digits = rule[-1] if rule[-1].isdecimal() else "0"
    return {"kind": rule.rstrip("0123456789"), "digits": int(digits), "unit": unit}


def _apart(
    now: annual.ReportChoices, yours: annual.ReportChoices, edition: Edition
) -> list[tuple[str, str, str]]:
    """Where two sets of choices differ, in words: what, yours, now."""
    titles = {paper.id: f"《{paper.title}》" for paper in edition.facts.papers}
    names = {row.dossier: row.name for row in edition.facts.projects}
    texts = {line.id: line.text for line in edition.facts.lines}

    def told(chosen: annual.ReportChoices) -> dict[str, str]:
        return {
            "依据文件": "全部"
            if chosen.documents is None
            else "、".join(titles.get(pk, "") for pk in chosen.documents),
            "点名项目": "前两个"
            if chosen.named is None
            else "、".join(names.get(pk, "") for pk in chosen.named),
            "共性问题": "全部"
            if chosen.lines is None
            else "、".join(texts.get(pk, "") for pk in chosen.lines),
            "列示起点": f"{chosen.least} 个项目",
            "可选段落": "、".join(
                OPTIONAL_BLOCKS[key] for key in OPTIONAL_BLOCKS if key in chosen.blocks
            )
            or "无",
            "编印单位": chosen.editor or edition.facts.place.bureau,
            "期号和日期": f"{chosen.number or '未定'}，{chosen.day or '未定'}",
            "金额印法": "、".join(
                f"{PRINTED.get(k, k)} {v.rule.text} {v.unit}"
                for k, v in sorted(chosen.prints.items())
            )
            or "默认",
        }

    mine, theirs = told(yours), told(now)
    return [(word, mine[word], theirs[word]) for word in mine if mine[word] != theirs[word]]
