"""任务: what the bureau asks for in a work year, how far everybody is, and
what is done about those who are late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget import services
from wenxiao.budget.reasons import EXEMPTION_REASONS, NEEDS_NOTE
from wenxiao.budget.selectors import dossiers_of, rounds_visible_to
from wenxiao.budget.services import KEYED
from wenxiao.followup.selectors.reminders import reminders_of
from wenxiao.followup.services import remind_units, set_round_key
from wenxiao.intake.lists import standing_of_round
from wenxiao.orgs.selectors import units_of
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.frame import show_year, work_year
from wenxiao.pages.outcomes import why_not
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, person, view
from wenxiao.records.selectors import open_todos_about, trail_of
from wenxiao.reviews.kinds import ASKED, CHECKERS, FILED, owner_of
from wenxiao.reviews.worklists import late_arrivals, received_open_count, rounds_of_year, wholes_of
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.budget.selectors import Progress

ENTRY = "desk:rounds"
MOST_ROUNDS = 40
"""A work year has a handful of rounds; each line costs a query of its own,
for every scope differs.
"""
MOST_UNITS = 100
"""How many units a page lists at once; the rest when asked, and always in the list for copying."""
MOST_LISTED = 300
"""Up to how many missing dossiers are offered as ticks at once; more are narrowed by department."""


@view("manage_round")
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds of the work year with honest denominators."""
    division_of(request, ENTRY)
    rows = rounds_of_year(person(request), work_year(request))
    shown = rows[:MOST_ROUNDS]
    wholes = wholes_of([row for row in shown if row.state != "draft"])
    lines = [(row, wholes.get(row.pk)) for row in shown]
    lines.sort(
        key=lambda line: (
            line[0].state != "open",
            line[0].deadline is None,
            line[0].deadline or today(),
        )
    )
    late = sum(1 for row, whole in lines if _late(row, whole))
    past = (
        rounds_visible_to(person(request))
        .filter(work_year=work_year(request) - 1)
        .order_by("kind", "pk")[:MOST_ROUNDS]
    )
    values = {
        "lines": lines,
        "late": late,
        "running": sum(row.state == "open" for row, _ in lines),
        "past": list(past),
    }
    return render(request, "desk/rounds/index.html", values)


def _late(row: Round, whole: Progress | None) -> bool:
    return bool(whole and row.chases(today()) and whole.missing)


def round_of(request: HttpRequest, pk: int) -> Round:
    """A round of the person's own division; 404 for any other.
    The bureau's rounds are run by whoever holds them all.
    """
    division = division_of(request, ENTRY)
    row = (
        rounds_visible_to(person(request))
        .filter(pk=pk, division=division)
        .select_related("division", "basis")
        .first()
    )
    if row is None:
        raise Http404
    show_year(request, row.work_year)
    return row


@view("manage_round")
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: its notice, progress by department, who is missing with
    whom to call, the excused, the acts.
    """
    return _page(request, round_of(request, pk))


def _page(
    request: HttpRequest, row: Round, results: list[tuple[str, str]] | None = None
) -> HttpResponse:
    standing = standing_of_round(row)
    todos = open_todos_about(row)
    values = {
        "row": row,
        "standing": standing,
        "results": results,
        "reasons": EXEMPTION_REASONS,
        "needs_note": NEEDS_NOTE,
        "options": _options(row, standing),
        "waiting": todos.count(),
        "trail": list(trail_of(row)[:20]),
        "today": today(),
        "route": [CHECKERS.get(role, role) for role in row.route],
        "scope": _scope_words(row),
        "most": MOST_LISTED,
        "reminders": reminders_of(row),
        "owner": owner_of(row.kind),
        "keyed": row.kind in KEYED,
        "late_ones": late_arrivals(row),
        "filed": row.kind in ASKED,
        "chased": row.kind in ASKED and not row.past,
        "receives": row.kind in FILED,
        "to_hand_in": received_open_count(person(request), row) if row.kind in FILED else 0,
        "units_shown": None if request.GET.get("all") else MOST_UNITS,
    }
    return render(request, "desk/rounds/round.html", values)


def _options(row: Round, standing: Any) -> list[tuple[int, str]]:
    """What may be excused: the missing dossiers by unit, while they are few enough to tick."""
    if row.state != "open" or not 0 < sum(one.lacking for one in standing.missing) <= MOST_LISTED:
        return []
    left = {(one.unit, name) for one in standing.missing for name in one.subjects}
    rows = (
        dossiers_of(row)
        .order_by("unit__path", "subject__code")
        .values_list("pk", "unit__name", "subject__name")
    )
    return [(pk, f"{unit} · {name}") for pk, unit, name in rows if (unit, name) in left]


def kind_words(dossiers: Any) -> dict[str, str]:
    """The kinds of subjects by code, from the dossiers' own model."""
    return dict(dossiers._meta.get_field("subject").related_model._meta.get_field("kind").choices)


def _scope_words(row: Round) -> str:
    scope = row.scope or {}
    kinds = kind_words(dossiers_of(row).model)
    phrases = []
    if ids := scope.get("units"):
        phrases.append(
            "单位："
            + "、".join(
                units_of(row.division).filter(pk__in=ids).values_list("name", flat=True)[:10]
            )
        )
    if chosen := scope.get("kinds"):
        phrases.append("类型：" + "、".join(kinds.get(kind, kind) for kind in chosen))
    if tags := scope.get("tags"):
        phrases.append("标签：" + "、".join(tags))
    if listed := scope.get("dossiers"):
        phrases.append(f"指定的 {len(listed)} 个对象")
    return "；".join(phrases) or "全部对象"


# ---- acts ----------------------------------------------------------------------------------------


@view("manage_round", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Extend, close, reopen, remind."""
    row = round_of(request, pk)
    if act not in _ACTS:
        raise Http404
    typed = [
        Typed("新期限", "deadline", text_of(request, "deadline", 10)),
        Typed("理由", "", text_of(request, "why", 500)),
    ]
    return carry_out(
        request, lambda: _ACTS[act](request, row), reverse("desk:round", args=[pk]), typed
    )


def _why(request: HttpRequest) -> str:
    why = text_of(request, "why", 500)
    if not why:
        raise NotAllowed("请写明理由，它会写进留痕。")
    return why


def _extend(request: HttpRequest, row: Round) -> str:
    deadline = day_of(request, "deadline", "新期限")
    services.extend_round(
        round=row,
        deadline=deadline,
        by=person(request),
        why=_why(request),
        version=version_of(request),
    )
    return f"“{row}”延长到 {deadline.month}月{deadline.day}日，待办的期限一起改了。"


def _close(request: HttpRequest, row: Round) -> str:
    services.close_round(
        round=row, by=person(request), why=_why(request), version=version_of(request)
    )
    return f"“{row}”已结束，没办的待办已取消。"


def _issue(request: HttpRequest, row: Round) -> str:
    deadline = day_of(request, "deadline", "报送期限")
    services.issue_round(
        round=row, deadline=deadline, by=person(request), version=version_of(request)
    )
    return f"“{row}”已下达，期限 {deadline.month}月{deadline.day}日。"


def _reopen(request: HttpRequest, row: Round) -> str:
    deadline = day_of(request, "deadline", "新期限") if request.POST.get("deadline") else None
    services.reopen_round(round=row, by=person(request), why=_why(request), deadline=deadline)
    return f"“{row}”已重开。"


def _remind(request: HttpRequest, row: Round) -> str:
    """Remind the units that still owe something; the others' to-dos are left alone."""
    names = {one.unit for one in standing_of_round(row).missing}
    owing = units_of(row.division).filter(name__in=names).values_list("pk", flat=True)
    count = remind_units(
        round=row, units=owing, by=person(request), why=text_of(request, "why", 500)
    )
    return f"已催办 {count} 个单位，对方的待办上会显示已催次数。"


def _key(request: HttpRequest, row: Any) -> str:
    set_round_key(
        round=row,
        key=not row.key,
        by=person(request),
        why=_why(request),
        version=version_of(request),
    )
    return f"“{row}”已改为{'财政重点' if row.key else '日常'}。"


_ACTS = {
    "issue": _issue,
    "extend": _extend,
    "close": _close,
    "reopen": _reopen,
    "remind": _remind,
    "rekey": _key,
}


@view("manage_round", methods=("POST",))
def excuse(request: HttpRequest, pk: int) -> HttpResponse:
    """本次免报 for all ticked dossiers with one listed reason; each succeeds or
    is refused by itself and says so.
    """
    row = round_of(request, pk)
    ids = [pk for pk in map(whole, request.POST.getlist("dossier")) if pk is not None][:MOST_LISTED]
    reason, note = request.POST.get("reason", ""), text_of(request, "note", 200)
    back = reverse("desk:round", args=[pk])
    if not ids or row.state != "open" or reason not in EXEMPTION_REASONS:
        return carry_out(
            request, lambda: _cannot(row, ids, reason), back, [Typed("说明", "", note)]
        )
    ticked_dossiers = (
        dossiers_of(row)
        .filter(pk__in=ids)
        .select_related("subject__unit", "subject__division", "unit")
    )
    given: dict[str, Any] = {"round": row, "reason": reason, "note": note, "by": person(request)}
    results = [
        (f"{one.unit.name} · {one.subject.name}", why_not(services.exempt, dossier=one, **given))
        for one in ticked_dossiers.order_by("unit__path", "subject__code")
    ]
    foreign = len(set(ids)) - len(results)
    if foreign:
        results.append((f"另有 {foreign} 项", "不在本任务范围内，没有免报"))
    return _page(request, row, results)


@view("manage_round", methods=("GET", "POST"))
def unexcuse(request: HttpRequest, pk: int, dossier: int) -> HttpResponse:
    """The dossier must hand in after all; with a reason."""
    row = round_of(request, pk)
    back = reverse("desk:round", args=[pk])
    one = dossiers_of(row).filter(pk=dossier).first()
    if one is None:
        raise Http404
    if request.method != "POST":
        return redirect(back)

    def write() -> str:
        services.end_exemption(round=row, dossier=one, by=person(request), why=_why(request))
        return f"{one.subject.name}已取消免报，计入应报。"

    return carry_out(request, write, back, [Typed("理由", "", text_of(request, "why", 500))])


def _cannot(row: Round, ids: list[int], reason: str) -> str:
    services.refuse_ended(row, "免报")
    if ids:
        services.refuse_unlisted(reason)
    raise NotAllowed("请先勾选要免报的对象。")
