"""成批办理: many reviews of a round at once, handed in, passed, confirmed or issued; each by its own
service, each told alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import day_of, text_of
from wenxiao.pages.formats import subject_title
from wenxiao.pages.outcomes import why_not
from wenxiao.pages.request_values import ticked, whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews import services
from wenxiao.reviews.checks import checks_in, doubts_in, rows_of
from wenxiao.reviews.kinds import CHECKERS, FILED, JUDGED, KINDS
from wenxiao.reviews.services.road import STEPS, blocking_texts, over_hundred
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User
    from wenxiao.reviews.checks import Check
    from wenxiao.reviews.models import Review

SIZE, MOST = 100, 300
"""Rows a page, and how many one act may take."""
ORDER = ["dossier__unit__path", "dossier__subject__code", "pk"]
KEPT = "settled_batch"
WORDS = {
    "submit": "待我报送",
    "check": "待我审核",
    "ahead": "前面环节还没审",
    "confirm": "待确认结果",
    "issue": "待出具报告",
}
"""What a person may settle here: what they filled and did not hand in, what stands at their own
step, what stands before it, what only wants confirming, what was confirmed and has no report yet.
"""
VERBS = {
    "submit": "报送",
    "check": "审核通过",
    "ahead": "审核通过",
    "confirm": "确认评价结果",
    "issue": "出具报告",
}


def _round(request: HttpRequest, pk: int) -> Round:
    shown_round = (
        rounds_visible_to(person(request))
        .filter(pk=pk, kind__in=KINDS)
        .select_related("division")
        .first()
    )
    if shown_round is None:
        raise Http404
    return shown_round


def steps_held(request: HttpRequest, found: Round) -> dict[str, QuerySet[Review]]:
    """By what a person may settle in a round: the reviews that wait for it.
    Empty where they may settle nothing.
    """
    holding = held(request)
    rows = reviews_visible_to(person(request)).filter(round=found)
    parts: dict[str, QuerySet[Review]] = {}
    if holding.can("submit" if found.kind in FILED else "evaluate"):
        parts["submit"] = rows.filter(state__in=("filling", "returned"))
    if found.kind in FILED:
        road = [role for role in found.route if role in STEPS]
        own = [at for at, role in enumerate(road) if holding.can(STEPS[role])]
        if own:
            parts["check"] = rows.filter(state="submitted", step__in=own)
            parts["ahead"] = rows.filter(state="submitted", step__lt=max(own)).exclude(step__in=own)
    elif holding.can("confirm"):
        parts["check"] = rows.filter(state="submitted")
    if holding.can("confirm"):
        parts["confirm"] = rows.filter(state="checked")
        if found.kind in JUDGED:
            parts["issue"] = rows.filter(state="confirmed")
    return parts


@view("see_unit")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for this person in one round, to be ticked and passed or confirmed together."""
    shown_round = _round(request, pk)
    parts = steps_held(request, shown_round)
    if not parts:
        raise Refused(
            "成批报送由填报、评分的人办理，审核和确认由单位负责人、主管部门、财政业务科室和财政绩效科办理。"
        )
    counts = {name: rows.count() for name, rows in parts.items()}
    asked = request.GET.get("step", "")
    chosen = (
        asked
        if asked in parts
        else next((name for name in parts if counts[name]), next(iter(parts)))
    )
    shown = page(parts[chosen], ORDER, size=SIZE, token=request.GET.get("at"))
    barred = _barred(shown.rows, request, chosen)
    put_under(request, _entry(shown_round))
    doubts = _doubts(shown.rows) if shown_round.kind in FILED and chosen != "submit" else {}
    values = {
        "one": shown_round,
        "back": _list(shown_round),
        "shown": shown,
        "chosen": chosen,
        "verb": VERBS[chosen],
        "most": MOST,
        "chips": [
            (word, counts[name], f"?step={name}", name == chosen)
            for name, word in WORDS.items()
            if name in parts
        ],
        "lines": [
            (
                row,
                rate_percent(row.executed, row.budget),
                barred.get(row.pk, ""),
                doubts.get(row.pk, []),
            )
            for row in shown.rows
        ],
        "today": today(),
        "total": counts[chosen],
        "scores": KINDS[shown_round.kind].scores,
        "filed": shown_round.kind in FILED,
    }
    return render(request, "desk/rounds/batch_approval.html", values)


def _doubts(rows: Sequence[Review]) -> dict[int, list[Check]]:
    """What to doubt of each form, so that nobody passes it unseen."""
    if not rows:
        return {}
    return {pk: doubts_in(checks) for pk, checks in checks_in(rows, rows_of(rows)).items()}


def _barred(rows: Sequence[Review], request: HttpRequest, step: str) -> dict[int, str]:
    """Why a row cannot be ticked, by review; the services say the last word."""
    if step == "submit":
        return _blocked(rows)
    if step == "issue":
        return {}
    reasons = services.barred_in(rows, person(request), confirms=step == "confirm")
    return {row.pk: reasons.get(row.pk, "").rstrip("。") or _unfinished(row, step) for row in rows}


def _blocked(rows: Sequence[Review]) -> dict[int, str]:
    """What blocks the hand-in of each, the first by name and how many there
    are; from one reading of all rows.
    """
    checks = checks_in(rows, rows_of(rows))
    blocked = {}
    for row in rows:
        left = blocking_texts(row, checks[row.pk])
        if left:
            more = f" 等 {len(left)} 处" if len(left) > 1 else ""
            blocked[row.pk] = f"{left[0].rstrip('。')}{more}"
    return blocked


def _entry(found: Round) -> str:
    return (
        "desk:evaluations"
        if found.kind in JUDGED
        else "desk:monitoring"
        if found.kind == "monitoring"
        else "desk:selfeval"
    )


def _list(found: Round) -> str:
    """The round's own list page."""
    if found.kind in JUDGED:
        return f"{reverse('desk:evaluations')}?kind={found.kind}&year={found.work_year}"
    return reverse(
        "desk:monitoring_round" if found.kind == "monitoring" else "desk:selfeval_round",
        args=[found.pk],
    )


def _unfinished(row: Review, step: str) -> str:
    """Why a row can't be confirmed by anybody yet, empty when it can; the
    service says the last word.
    """
    if step != "confirm" or not KINDS[row.kind].scores:
        return ""
    return over_hundred(row).rstrip("。") if row.complete else "还有待评定的行"


@view("see_unit", methods=("POST",))
def settle_ticked(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass or confirm the ticked ones, then show what became of each."""
    shown_round = _round(request, pk)
    step = request.POST.get("step", "")
    if step not in VERBS:
        raise Http404
    wanted = ticked(request)
    if not wanted or len(wanted) > MOST:
        refusal = (
            f"一次最多办 {MOST} 份，您勾选了 {len(wanted)} 份。" if wanted else "没有勾选任何一份。"
        )
        messages.error(request, refusal)
        return redirect(f"{reverse('desk:settle', args=[pk])}?step={step}")
    act = _act_of(request, step)
    rows = reviews_visible_to(person(request)).filter(round=shown_round, pk__in=wanted).in_bulk()
    done, refused = [], []
    for one, version in wanted.items():
        if one not in rows:
            refused.append((0, "未列出的对象", "", "没有这一份，或不在您的授权范围内。"))
            continue
        over = over_hundred(rows[one]) if step == "confirm" else ""
        why = over or why_not(act, review=rows[one], by=person(request), version=version)
        line = (one, subject_title(rows[one].dossier), rows[one].dossier.unit.name)
        if why:
            refused.append((*line, why))
        else:
            done.append((*line, _stands(rows[one])))
    request.session[KEPT] = {"round": pk, "step": step, "done": done, "refused": refused}
    return redirect("desk:settled", pk=pk)


def _act_of(request: HttpRequest, step: str) -> Callable[..., object]:
    """The service that settles one review of a step, with what was typed for all of them."""
    if step == "issue":
        return _issuing(request)
    acts: dict[str, Callable[..., object]] = {
        "submit": services.submit_review,
        "confirm": services.confirm_review,
    }
    return partial(acts.get(step, services.check_review), why=text_of(request, "why", 500))


def _issuing(request: HttpRequest) -> Callable[..., object]:
    """Issue one report after the other on one day; with a number's beginning typed, they are
    numbered on from the first.
    """
    head = text_of(request, "number", 40)
    first = whole(text_of(request, "first", 6) or "1", 6)
    issued: list[int] = []

    def issue(*, review: Review, by: User, version: int) -> None:
        on = day_of(request, "on", "出具日期")
        if head and first is None:
            raise NotAllowed("编号从几号起，请填数字，如 1。")
        paper = f"{head}{(first or 0) + len(issued)}号" if head else ""
        services.issue_review(
            review=review, by=by, issued_on=on, paper_number=paper, version=version
        )
        issued.append(review.pk)

    return issue


def _stands(row: Review) -> str:
    role = services.waiting_for(row)
    if row.paper_number and row.state == "issued":
        return f"{row.get_state_display()}，{row.paper_number}"
    return f"等{CHECKERS[role]}审核" if role else str(row.get_state_display())


@view("see_unit")
def settled(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of each; shown again on reload, never done again."""
    shown_round, outcome = _round(request, pk), request.session.get(KEPT)
    if not outcome or outcome["round"] != pk:
        return redirect("desk:settle", pk=pk)
    put_under(request, _entry(shown_round))
    parts = steps_held(request, shown_round)
    values = {
        "told": outcome,
        "one": shown_round,
        "verb": VERBS[outcome["step"]],
        "left": parts[outcome["step"]].count() if outcome["step"] in parts else 0,
    }
    return render(request, "desk/rounds/batch_outcome.html", values)
