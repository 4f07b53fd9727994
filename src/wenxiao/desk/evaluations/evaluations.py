"""评价: the results of a year's evaluations, and one review: its sheet, its
points, its way to an issued report.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.dossiers.tables import score_sheets
from wenxiao.desk.evaluations import forms, score_grid
from wenxiao.desk.evaluations.panel import panel_of
from wenxiao.desk.evaluations.picture import drawn_of, level_table, losses_of, result_strip
from wenxiao.desk.evaluations.report_runs import rounds_to_report
from wenxiao.desk.evaluations.result_lines import RESULT_FIELDS, groups_of, lines_of, result_rows
from wenxiao.desk.evaluations.steps import may, review_of, steps
from wenxiao.followup.selectors.ledger import notices_about, orderable, reviews_seen_by
from wenxiao.followup.selectors.problems import catalogue, severities
from wenxiao.followup.selectors.years import (
    departments_over_years,
    results_by_field,
    results_over_years,
)
from wenxiao.followup.services import propose_finding
from wenxiao.followup.services.notices import require_letter
from wenxiao.orgs.permissions import require_for
from wenxiao.orgs.selectors import own_rules_of
from wenxiao.pages.acts import Typed, carry_out, day_of, person, text_of, version_of, who, yuan_of
from wenxiao.pages.charts import grades_over_years
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import show_year, work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, view
from wenxiao.reports.facts import facts_of_review
from wenxiao.reports.letters import NothingToTellError, feedback_docx
from wenxiao.reviews import services
from wenxiao.reviews.kinds import KINDS, kind_of
from wenxiao.reviews.levels import levels_of
from wenxiao.reviews.result_counts import result_cells
from wenxiao.reviews.selectors import changed_points, held_in, lost_by_level, review_trail
from wenxiao.reviews.services.panel import METHODS
from wenxiao.reviews.services.seats import seat_of
from wenxiao.reviews.states import MARKABLE, SETTLED
from wenxiao.reviews.worklists import not_begun, rounds_of_year
from wenxiao.rulebook.codes import SCORE_MISSING
from wenxiao.rulebook.deductions import reasons as deduction_reasons
from wenxiao.rulebook.grading import bands_in_force
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.desk.evaluations.result_lines import ResultRow
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.result_counts import ResultCell
    from wenxiao.rulebook.grading import Band

T = TypeVar("T")
EVALUATIONS = ("finance_evaluation", "department_evaluation")
ORDER = ["-round__fiscal_year", "dossier__subject__kind", "dossier__unit__path", "pk"]
"""部门整体 sorts before every other kind by its code, so departments come first."""
SIZE = 100
DRAWN = 200
"""Up to how many results are drawn as one square each."""
GRADES = "优良中差"
MOST_ROUNDS, MOST_NAMED = 6, 60


@view("see_unit")
def evaluations(request: HttpRequest) -> HttpResponse:
    """The year's results: departments as a whole first, then projects;
    every result under its own name.
    """
    year = work_year(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in EVALUATIONS else EVALUATIONS[0]
    rows = reviews_seen_by(person(request)).filter(held_in(year, (kind,)))
    every = result_cells(person(request), year, EVALUATIONS)
    cells = [cell for cell in every if cell.kind == kind]
    years = _counted(cells, lambda cell: cell.fiscal_year)
    asked = whole(request.GET.get("fy"))
    fiscal = asked if asked in years else None
    if fiscal:
        rows = rows.filter(round__fiscal_year=fiscal)
        cells = [cell for cell in cells if cell.fiscal_year == fiscal]
    shown = page(
        rows, ORDER, size=SIZE, token=request.GET.get("at"), by_ids=True, fields=RESULT_FIELDS
    )
    listed, groups = result_rows(shown.rows), groups_of(cells)
    levels = level_table(levels_of([row.pk for row in listed]))
    unbegun = _unbegun(request, year, kind)
    values = {
        "list_year": year,
        "kind": KINDS[kind],
        "kinds": _tabs(every, year, kind),
        "shown": shown,
        "groups": groups,
        "lines": lines_of(listed, groups, levels),
        "strip": result_strip(listed, _bands(request, drawn_of(listed))),
        "losses": losses_of(lost_by_level(rows)),
        "levels": levels,
        "total": sum(g.count for g in groups.values()),
        "states": _states(cells),
        "grades": _grades(cells),
        "fiscal": fiscal,
        "years": sorted(years.items(), reverse=True),
        "drawn": DRAWN,
        "manages": held(request).can("manage_round"),
        "settles": _waiting(request, cells),
        "reported": rounds_to_report(held(request), cells),
        "unbegun": unbegun[:MOST_NAMED],
        "unnamed": len(unbegun) > MOST_NAMED,
        "fields": results_by_field(rows) if fiscal or len(years) == 1 else [],
        **_over_years(request, kind),
    }
    return render(request, "desk/evaluations/index.html", values)


def _bands(request: HttpRequest, drawn: list[ResultRow]) -> tuple[Band, ...]:
    """The grade bands of the first result: of its year, as its division has them."""
    if not drawn:
        return ()
    own, first = person(request).division, drawn[0]
    mine = own is not None and own.pk == first.division
    rules = own.own_rules if own and mine else own_rules_of(first.division)
    return bands_in_force(first.fiscal_year, rules).bands


def _over_years(request: HttpRequest, kind: str) -> dict[str, object]:
    """The settled results of this kind once there are years to compare, and
    the chart of their grades.
    """
    history = results_over_years(person(request), kind)
    graded = [(one.year, one.grades) for one in history if one.projects]
    several = len(history) > 1
    known, departments = departments_over_years(person(request), kind) if several else ((), [])
    return {
        "known_years": known,
        "department_years": departments,
        "history": history if several else [],
        "chart": grades_over_years(graded) if several and graded else None,
    }


def _unbegun(request: HttpRequest, year: int, kind: str) -> list[tuple[Round, Dossier]]:
    """What the year's rounds of this kind ask for and no score sheet came
    in for: the rest of the honest denominator.
    """
    if not held(request).can("evaluate") and not held(request).can("manage_round"):
        return []
    rounds = rounds_of_year(person(request), year, kind)[:MOST_ROUNDS]
    return [
        (asking, dossier)
        for asking in rounds
        for dossier in not_begun(person(request), asking, MOST_NAMED + 1)
    ]


def _counted(cells: Iterable[ResultCell], key: Callable[[ResultCell], T]) -> Counter[T]:
    """How many reviews by what ``key`` says of their cell."""
    counts: Counter[T] = Counter()
    for cell in cells:
        counts[key(cell)] += cell.n
    return counts


def _waiting(request: HttpRequest, cells: list[ResultCell]) -> list[tuple[int, str, int]]:
    """Rounds with results to hand in, to check, to confirm or to issue, for whoever may: id, name,
    how many.
    """
    states = ["submitted", "checked", "confirmed"] if held(request).can("confirm") else []
    if held(request).can("evaluate"):
        states += ["filling", "returned"]
    waiting = [cell for cell in cells if cell.state in states]
    counts = _counted(waiting, lambda cell: (cell.round, cell.round_name))
    return [(pk, name, n) for (pk, name), n in counts.items()]


def _tabs(cells: list[ResultCell], year: int, chosen: str) -> list[tuple[str, str, bool]]:
    counts = _counted(cells, lambda cell: cell.kind)
    base = reverse("desk:evaluations")
    return [
        (f"{KINDS[code].title} {counts[code]}", f"{base}?kind={code}&year={year}", code == chosen)
        for code in EVALUATIONS
    ]


def _states(cells: list[ResultCell]) -> dict[str, int]:
    counted = _counted(cells, lambda cell: cell.state)
    settled = sum(counted[state] for state in SETTLED)
    return {
        "settled": settled,
        "issued": counted["issued"],
        "open": sum(counted.values()) - settled,
    }


def _grades(cells: list[ResultCell]) -> list[tuple[str, list[tuple[str, int]], int]]:
    """By group (部门整体, 项目 …): how many settled results of each grade, and
    how many are not settled yet.
    """
    counted: dict[str, Counter[str]] = {"部门整体": Counter(), "项目": Counter()}
    for cell in cells:
        name = "部门整体" if cell.subject_kind == "department_overall" else "项目"
        graded = cell.state in SETTLED and cell.grade in GRADES
        counted[name][cell.grade if graded else ""] += cell.n
    return [
        (name, [(grade, held_[grade]) for grade in GRADES], held_[""])
        for name, held_ in counted.items()
        if sum(held_.values())
    ]


# --- One review -----------------------------------------------------------------------------------


@view("see_unit")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review whole: points, sheet, differences, advice, what may be done next and by whom."""
    row = review_of(request, pk)
    show_year(request, row.round.work_year)
    return review_page(request, row)


def review_page(
    request: HttpRequest, row: Review, typed: score_grid.WrongMarks | None = None
) -> HttpResponse:
    """The page; with ``typed`` the grid keeps what was refused, each row with its reason."""
    seat = seat_of(person(request), held(request))
    sheets = score_sheets([row], seat=seat)
    audited, kind = row.audited, KINDS.get(row.kind)
    judges = (
        bool(kind)
        and row.state in MARKABLE
        and may(request, kind.fill if kind else "evaluate", row)
    )
    sent = notices_about([row.pk]).get(row.pk, [])
    findings = row.findings.select_related("item", "rectification", "criterion").order_by(
        "item__order", "pk"
    )
    sheet = sheets[0] if sheets else None
    marking = (
        score_grid.rows_of(person(request), sheet, typed) if judges and sheet and sheet.rows else []
    )
    values = {
        "review": row,
        "kind": kind,
        "sheet": sheet,
        "dossier": row.dossier,
        "audited": audited,
        "rate": rate_percent(audited.used, audited.arranged) if audited else None,
        "steps": steps(request, row),
        "marking": marking,
        "problems": [] if seat else _problems(row, marking),
        "further": score_grid.further_columns(),
        "unmarked": sum(not cell.points for cell in marking),
        "wrong": typed,
        "seat": seat,
        "seats": []
        if seat and any(not cell.points for cell in marking)
        else score_grid.seats_of(sheet),
        "methods": METHODS if judges and not seat else {},
        "reasons": deduction_reasons(row.round.fiscal_year, row.round.division.own_rules),
        **panel_of(person(request), row, seat),
        "withdraws": held(request).can("manage_round", subject=row.dossier.subject),
        "tells": judges and may(request, "evaluate", row),
        "advises": judges and may(request, "evaluate", row) and not seat,
        "findings": findings,
        "exchange": getattr(row, "exchange", None),
        "tells_unit": row.kind in EVALUATIONS
        and row.state in {"submitted", "checked"}
        and may(request, "evaluate", row)
        and not seat,
        "notices": sent,
        "feeds": may(request, "confirm_finding", row),
        "to_order": orderable(person(request), row).count() if row.state in SETTLED else 0,
        "now": today(),
        "items": catalogue(row.round.division, active=True),
        "degrees": severities(),
        "trail": list(review_trail(row)[:10]),
        "changed": changed_points(row),
        "who": who,
    }
    return render(request, "desk/evaluations/review.html", values, status=422 if typed else 200)


def _problems(row: Review, marking: list[Any]) -> list[Any]:
    """What the check of the original found, for whoever answers for all of it: not for a seat.
    Whoever scores now sees the empty rows in the sheet itself.
    """
    problems = [
        one
        for one in row.problems
        if not (marking and isinstance(one, dict) and one.get("code") == SCORE_MISSING)
    ]
    return list(problems)


@view("see_unit", methods=("POST",))
def move(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One step on the review's road: submit, return, check, confirm, issue, reopen."""
    row, version, why = review_of(request, pk), version_of(request), text_of(request, "why")
    by = person(request)
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "submit": (
            lambda: services.submit_review(review=row, by=by, why=why, version=version),
            "已报送，等审核。",
        ),
        "return": (
            lambda: services.return_review(review=row, by=by, why=why, version=version),
            "已退回，对方可立即修改。",
        ),
        "check": (
            lambda: services.check_review(review=row, by=by, why=why, version=version),
            "已审核通过。",
        ),
        "confirm": (
            lambda: services.confirm_review(review=row, by=by, why=why, version=version),
            "评价结果已确认。",
        ),
        "issue": (lambda: _issue(request, row, version), "报告已出具。"),
        "reopen": (
            lambda: services.reopen_review(review=row, by=by, why=why, version=version),
            "已重开，可以重新评分。",
        ),
    }
    if act not in acts:
        raise Http404
    run, done_text = acts[act]

    def carry() -> str:
        run()
        return done_text

    return carry_out(
        request, carry, _address(row), [Typed("状态", "state", ""), Typed("理由", "", why)]
    )


def _issue(request: HttpRequest, row: Review, version: int) -> None:
    services.issue_review(
        review=row,
        by=person(request),
        issued_on=day_of(request, "on", "出具日期"),
        paper_number=text_of(request, "number", 60),
        version=version,
    )


def _address(row: Review) -> str:
    return reverse("desk:review", args=[row.pk])


@view("evaluate", methods=("POST",))
def marks(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid handed in: all rows are written, or none and each refused
    row says why, with everything typed kept.
    """
    row = review_of(request, pk)
    require_for(person(request), kind_of(row.kind).fill, row.dossier)
    sheets = score_sheets([row], seat=seat_of(person(request), held(request)))
    if not sheets or not sheets[0].rows:
        raise NotAllowed("这项评审没有评分表。")
    written, wrong = score_grid.save(request, row, sheets[0], held(request))
    if wrong:
        return review_page(request, row, wrong)
    sentence = f"已记 {written} 行评分。" if written else "没有改动。"
    if seat_of(person(request), held(request)):
        sentence += "全部行评完以后，还要点表下的“交分”。"
    return carry_out(request, lambda: sentence, _address(row))


@view("evaluate", methods=("POST",))
def suggestions(request: HttpRequest, pk: int) -> HttpResponse:
    """The review's advice, one a line; numbers are given in order."""
    row = review_of(request, pk)
    typed = text_of(request, "texts", 20_000)

    def carry() -> str:
        texts = [line.strip() for line in typed.splitlines() if line.strip()]
        services.set_suggestions(
            review=row, texts=texts, by=person(request), version=version_of(request)
        )
        return f"意见建议已记 {len(texts)} 条。"

    return carry_out(request, carry, _address(row), [Typed("意见建议", "", typed)])


@view("evaluate", methods=("POST",))
def problem(request: HttpRequest, pk: int) -> HttpResponse:
    """A problem written down where it is found: a candidate until somebody confirms it."""
    row = review_of(request, pk)
    text, code = text_of(request, "text", 1000), text_of(request, "item", 20)

    def carry() -> str:
        items = {str(item.pk): item for item in catalogue(row.round.division, active=True)}
        with transaction.atomic():
            propose_finding(
                dossier=row.dossier,
                review=row,
                text=text,
                item=items.get(code),
                by=person(request),
                evidence=text_of(request, "evidence", 1000),
                severity=_degree(request),
                criterion=row.criteria.filter(pk=whole(request.POST.get("row")) or 0).first(),
                amount=yuan_of(request, "amount", "涉及金额"),
            )
        return "问题已记下，待确认后计入统计。"

    return carry_out(request, carry, _address(row), [Typed("问题", "", text)])


def _degree(request: HttpRequest) -> str:
    asked = text_of(request, "severity", 8)
    return asked if asked in dict(severities()) else "minor"


@view("see_unit")
def form(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The review's official form as a file; ``?blank=1`` leaves it to fill."""
    row = review_of(request, pk)
    if kind not in {"xlsx", "docx", "pdf"} or row.kind not in KINDS:
        raise Http404
    blank = request.GET.get("blank") == "1"
    official_form = forms.form_of(row, blank=blank)
    name = f"{row.dossier.subject.name}{official_form.title}{'（空表）' if blank else ''}"
    return attachment(forms.written(official_form, kind), name, kind)


@view("see_unit")
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The feedback notice (反馈函) as .docx, with the number and dates it went out with; the unit
    reads what it signs for.
    """
    row = review_of(request, pk)
    require_letter(person(request), row)
    try:
        content = feedback_docx(facts_of_review(row), row.pk)
    except NothingToTellError as error:
        raise NotAllowed(str(error)) from error
    return attachment(content, f"{row.dossier.subject.name}反馈函", "docx")
