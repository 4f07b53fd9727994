"""一项一档: everything of one subject in one fiscal year, and where each of its points comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.kind_facts import facts_recorded
from wenxiao.budget.money import money
from wenxiao.budget.selectors import (
    FUNDS,
    RESTRICTIONS,
    SOURCES,
    dossiers_visible_to,
    spending_by_month,
    years_of,
)
from wenxiao.budget.services import facts_of, kinds_for
from wenxiao.desk.dossiers.correction import editable
from wenxiao.desk.dossiers.materials import asked_row, panel
from wenxiao.desk.dossiers.picture import money_way, open_mendings, result_axis, sentence
from wenxiao.desk.dossiers.results import results, stages
from wenxiao.desk.dossiers.tables import indicator_table, score_sheets
from wenxiao.evidence.selectors import shelf_of
from wenxiao.followup.selectors import findings_and_uses
from wenxiao.followup.selectors.ledger import reviews_seen_by
from wenxiao.followup.selectors.next_budget import decisions_on
from wenxiao.pages.formats import full_day
from wenxiao.pages.frame import latest_year_known
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.exante import ex_ante_of
from wenxiao.reviews.selectors import (
    dossier_trail,
    mark_seen_by,
    marks_of,
    promise_of,
    reviews_of,
    told_money,
)
from wenxiao.reviews.services.seats import seat_of
from wenxiao.rulebook.grounds import UNREAD
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.rulebook.profiles import rule_texts
from wenxiao.targets.selectors import history_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.budget.money import Money
    from wenxiao.budget.selectors import Years
    from wenxiao.reviews.models import Mark

TRAIL_SHOWN = 12


def dossier_of(request: HttpRequest, pk: int) -> Dossier:
    """The dossier, if this person may see it; otherwise it is as if there were none."""
    row = (
        dossiers_visible_to(person(request))
        .select_related("subject__division", "subject__unit", "unit")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise Http404
    put_under(request, "desk:subjects")
    return row


@view("see_unit")
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole dossier on one page."""
    years = years_of(person(request), pk)
    if years is None:
        raise Http404
    row = years.row
    put_under(request, "desk:subjects")
    if row.subject.division_id == person(request).division_id:
        latest_year_known(request, years.latest_work_year)
    reviews = reviews_of(row.pk, person(request))
    marks, shelf = marks_of(review.pk for review in reviews), shelf_of(person(request), row.pk)
    promise, amounts = promise_of(row, marks=marks, shelf=shelf), _money(request, row)
    findings, uses = findings_and_uses(row.pk)
    targets = history_of(row)
    asked = whole(request.GET.get("why"))
    mark = mark_seen_by(person(request), asked) if asked is not None else None
    opened = None if mark else asked_row(request)
    rate, outcomes = rate_percent(amounts.spent, amounts.budget), results(reviews)
    values = {
        "opening": sentence(amounts, rate, outcomes),
        "unmended": open_mendings(findings),
        "way": money_way(amounts),
        "axis": result_axis(row, outcomes),
        "shelf": shelf,
        "hands": held(request).can("fill", unit=row.unit, subject=row.subject),
        "opened": opened,
        "proofs": panel(request, row, opened, "dossier", shelf=shelf) if opened else None,
        "dossier": row,
        "subject": row.subject,
        "about": _about(row.subject),
        "money": amounts,
        "rate": rate,
        "results": outcomes,
        "stages": stages(reviews, targets, ex_ante_of(row), findings, uses),
        "targets": targets,
        "reviews": reviews,
        "rates": {review.pk: rate_percent(review.executed, review.budget) for review in reviews},
        "promise": promise,
        "table": indicator_table(promise, reviews, row),
        "sheets": score_sheets(reviews, marks),
        "seat": seat_of(person(request), held(request)),
        "findings": findings,
        "uses": uses,
        "decided": decisions_on(
            row.subject_id,
            (row.fiscal_year, row.fiscal_year + 1),
            internal=held(request).can("decide_use") or held(request).can("watch_trail"),
        ),
        "mark": mark,
        "why": explained(mark) if mark else None,
        "editing": editable(request, mark),
        "years": _years(years),
        "trail": list(dossier_trail(row, reviews)[:TRAIL_SHOWN]),
        "watches": held(request).can("watch_trail"),
        "steps": list(row.milestones.all()) if years.planned else [],
        "plans": held(request).can("fill", unit=row.unit, subject=row.subject),
    }
    return render(request, "desk/dossiers/dossier.html", values | _registered(request, row))


def _registered(request: HttpRequest, row: Dossier) -> dict[str, object]:
    """What is registered of the subject and its kind, and what this person may change of it."""
    return {
        "restrictions": _restrictions(request, row),
        "subject_kinds": _kinds(request, row),
        "facts_seen": "|".join(facts_of(row.subject).values()),
        "own": facts_recorded([row.pk])[row.pk],
    }


def _years(years: Years) -> list[tuple[str, str, bool]]:
    """The same subject in its other fiscal years."""
    return [
        (f"{one.fiscal_year}年", reverse("desk:dossier", args=[one.pk]), one.pk == years.row.pk)
        for one in years.all
    ]


def _about(subject: Subject) -> list[tuple[str, str]]:
    """Who answers for the subject and for how long it was set up, as far as
    anybody wrote it down.
    """
    words = [("项目负责人", subject.manager)]
    if subject.term_years is not None:
        words.append(("设立年限", f"{subject.term_years} 年"))
    words += [
        (word, full_day(day))
        for word, day in (("到期", subject.expires_on), ("中期评估", subject.midterm_on))
        if day is not None
    ]
    return [(word, text) for word, text in words if text]


def _kinds(request: HttpRequest, row: Dossier) -> list[tuple[str, str]]:
    """The kinds whoever may write the subject's facts chooses from; empty for whoever may not."""
    return kinds_for(row.subject) if held(request).can("import", subject=row.subject) else []


def _restrictions(request: HttpRequest, row: Dossier) -> list[tuple[str, str]]:
    """What this person may make of the subject's 公开属性, (code, word); empty for whoever may not."""
    may = held(request).can("disclose", subject=row.subject)
    return list(RESTRICTIONS.items()) if may else []


@view("see_unit")
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a row's points come from: formula, inputs, rule, basis and how far that was read."""
    mark = mark_seen_by(person(request), pk)
    if mark is None:
        raise Http404
    put_under(request, "desk:subjects")
    template = "desk/dossiers/why_part.html" if request.htmx else "desk/dossiers/why.html"  # type: ignore[attr-defined]
    return render(
        request,
        template,
        {"mark": mark, "why": explained(mark), "editing": editable(request, mark)},
    )


def explained(mark: Mark) -> dict[str, object]:
    """A mark's explanation as the panel shows it; marks set by people have
    none and say whose they are.
    """
    explanation = mark.explanation or {}
    row = mark.criterion or mark.indicator
    given = explanation.get("inputs") or {}
    texts = rule_texts(mark.review.dossier.fiscal_year, mark.review.round.division.own_rules)
    weight = row.weight if row is not None else None
    lost = weight - mark.points if weight is not None and mark.points is not None else None
    return {
        "row": row,
        "review": mark.review,
        "formula": explanation.get("formula", ""),
        "reason": explanation.get("reason", ""),
        "rule": explanation.get("rule", ""),
        "rule_text": texts.get(explanation.get("rule", "")),
        "assumed": explanation.get("assumed") or "",
        "basis": explanation.get("basis", ""),
        "standing": explanation.get("standing", UNREAD),
        "inputs": [(name, value) for name, value in given.items() if value != ""],
        "lost": lost if lost and lost > 0 else None,
        "computed": bool(explanation),
    }


@view("see_unit")
def spending(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows behind the year's spending."""
    row = dossier_of(request, pk)
    rows = [
        {
            **entry,
            "source_word": SOURCES.get(entry["source"], entry["source"]),
            "fund_word": FUNDS.get(entry["fund"], ""),
        }
        for entry in spending_by_month(row)
    ]
    template = "desk/dossiers/spending_part.html" if request.htmx else "desk/dossiers/spending.html"  # type: ignore[attr-defined]
    return render(request, template, {"dossier": row, "rows": rows, "money": _money(request, row)})


@view("see_unit")
def latest_review(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The latest review of a kind of one dossier, for links that know the dossier only."""
    review = reviews_seen_by(person(request)).filter(dossier=pk, kind=kind).order_by("-pk").first()
    if review is None:
        raise Http404
    return redirect("desk:review", pk=review.pk)


def _money(request: HttpRequest, row: Dossier) -> Money:
    """The dossier's money as this person may read it."""
    return told_money(person(request), {row.pk: money(row)})[row.pk]
