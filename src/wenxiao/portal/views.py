"""公开: what a citizen reads without logging in.
Every list starts from ``published()`` and from nothing else.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from wenxiao.budget.selectors import KINDS
from wenxiao.files.out.spreadsheets import csv_text, workbook_bytes
from wenxiao.followup.selectors.disclosed import (
    apart_from_own,
    arranged_and_used,
    confirmed_findings,
    divisions_published,
    published,
    scored_rows,
    shown_comments,
    suggested,
)
from wenxiao.followup.selectors.promises import (
    heads,
    kept_sentence,
    promised_of,
    promises,
    scored_sentence,
)
from wenxiao.followup.selectors.public_front import MOST, public_front
from wenxiao.followup.services.disclosing import LONGEST_COMMENT, take_comment
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import view
from wenxiao.portal.open_data import records, schema
from wenxiao.portal.sheets import headings, open_sheet, result_sheets, row_of
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.callers import client_address
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

ORDER = ["-published_on", "-pk"]
SIZE = 30
GRADES = ("优", "良", "中", "差")
MOST_ROWS = 20_000


def _frame(tab: str) -> dict[str, Any]:
    """What the public's header says: whose results these are."""
    divisions = divisions_published()
    return {
        "place": divisions[0].name if len(divisions) == 1 else "",
        "divisions": divisions,
        "tab": tab,
    }


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@view("anyone")
def results(request: HttpRequest) -> HttpResponse:
    """The published results, latest first; by words, unit and year."""
    words, unit, year = (
        request.GET.get("q", "").strip()[:60],
        _number(request, "unit"),
        _number(request, "year"),
    )
    rows = published()
    by_year = list(
        rows.order_by()
        .values_list("review__dossier__fiscal_year")
        .annotate(n=Count("pk"))
        .order_by("-review__dossier__fiscal_year")
    )
    if words:
        rows = rows.filter(review__dossier__subject__name__icontains=words)
    if unit is not None:
        rows = rows.filter(review__dossier__unit=unit)
    if year is not None:
        rows = rows.filter(review__dossier__fiscal_year=year)
    kind, tag = request.GET.get("kind", "")[:30], request.GET.get("tag", "").strip()[:30]
    if kind in KINDS:
        rows = rows.filter(review__dossier__subject__kind=kind)
    if tag:
        rows = rows.filter(review__dossier__subject__tags__holds=tag)
    grades = dict(rows.order_by().values_list("review__grade").annotate(n=Count("pk")))
    shown, total = page(rows, ORDER, size=SIZE, token=request.GET.get("at")), sum(grades.values())
    values = {
        **_frame("home"),
        "front": public_front(
            shown.rows if total == len(shown.rows) else rows.order_by("pk")[: MOST + 1]
        ),
        "shown": shown,
        "lines": [line_of(row) for row in shown.rows],
        "words": words,
        "unit": unit,
        "asked_year": year,
        "by_year": by_year,
        "kind": kind if kind in KINDS else "",
        "tag": tag,
        "filters": _filters(),
        "total": total,
        "grades": [(grade, grades[grade]) for grade in GRADES if grade in grades],
        "unit_name": shown.rows[0].review.dossier.unit.name
        if unit is not None and shown.rows
        else "",
    }
    return render(request, "portal/results.html", values)


def _filters() -> dict[str, list[tuple[str, str]]]:
    """The kinds and tags among what is published, to choose from."""
    rows = (
        published()
        .order_by()
        .values_list("review__dossier__subject__kind", "review__dossier__subject__tags")
    )
    kinds: set[str] = set()
    tags: set[str] = set()
    for kind, own in rows.distinct()[:MOST_ROWS]:
        kinds.add(kind)
        tags.update(own or ())
    return {
        "kinds": [(code, word) for code, word in KINDS.items() if code in kinds],
        "tags": [(tag, tag) for tag in sorted(tags)],
    }


def grades_of(rows: Iterable[Any]) -> list[tuple[str, int]]:
    """How many results of each grade, the best first."""
    counts = Counter(row.review.grade for row in rows)
    return [(grade, counts[grade]) for grade in GRADES if counts[grade]]


def line_of(row: Any) -> dict[str, Any]:
    """What a list shows of one result."""
    review, dossier = row.review, row.review.dossier
    arranged, used = arranged_and_used(review) if "money" in row.what else (None, None)
    return {
        "row": row,
        "name": dossier.subject.name,
        "unit": dossier.unit,
        "year": dossier.fiscal_year,
        "review": review,
        "arranged": arranged,
        "used": used,
        "synthetic": row.synthetic or review.synthetic or dossier.subject.synthetic,
    }


@view("anyone")
def units(request: HttpRequest) -> HttpResponse:
    """How many results each unit has published, by grade."""
    lines = unit_lines(published())
    return render(request, "portal/units.html", {**_frame("units"), "lines": lines[:1_000]})


def unit_lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Each unit with how many results it published, by grade; those with most first."""
    if isinstance(rows, QuerySet):
        names = ("review__dossier__unit", "review__dossier__unit__name", "review__grade")
        counted = rows.order_by().values_list(*names).annotate(n=Count("pk"))
    else:
        of = ((one.review.dossier.unit, one.review.grade) for one in rows)
        counted = [(unit.pk, unit.name, grade, 1) for unit, grade in of]
    counts: dict[tuple[int, str], Counter[str]] = {}
    for pk, name, grade, n in counted:
        counts.setdefault((pk, name), Counter())[grade] += n
    lines: list[dict[str, Any]] = [
        {"pk": pk, "name": name, "grades": dict(by), "total": sum(by.values())}
        for (pk, name), by in counts.items()
    ]
    lines.sort(key=lambda line: (-line["total"], line["name"]))
    return lines


@view("anyone")
def data(request: HttpRequest) -> HttpResponse:
    """What the open data hold and how to take them."""
    return render(
        request,
        "portal/data.html",
        {**_frame("data"), "headings": headings(), "total": published().count()},
    )


@view("anyone")
def data_file(request: HttpRequest) -> HttpResponse:
    """All published results as a workbook."""
    del request
    rows = list(published().order_by(*ORDER)[:MOST_ROWS])
    return attachment(workbook_bytes([open_sheet(rows)]), "绩效公开数据", "xlsx")


@view("anyone")
def data_csv(request: HttpRequest) -> HttpResponse:
    """The same as text, for machines and for people without office software."""
    del request
    rows = [row_of(row) for row in published().order_by(*ORDER)[:MOST_ROWS]]
    return attachment(csv_text([headings(), *rows]).encode("utf-8-sig"), "绩效公开数据", "csv")


@view("anyone")
def data_json(request: HttpRequest) -> HttpResponse:
    """The same as records, for machines."""
    del request
    rows = published().order_by(*ORDER)[:MOST_ROWS]
    return JsonResponse(records(rows), safe=False, json_dumps_params={"ensure_ascii": False})


@view("anyone")
def data_schema(request: HttpRequest) -> HttpResponse:
    """What each field of the open data means."""
    del request
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


def _published(pk: int) -> Any:
    row = published().filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@view("anyone")
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """One result: the sentence, the grade, what was promised and kept, the
    money, the problems and their mending.
    """
    return _result(request, _published(pk))


def _result(
    request: HttpRequest, row: Any, *, error: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    values = {
        **_frame("home"),
        **result_values(row),
        "comments": list(shown_comments(row)[:50]),
        "longest": LONGEST_COMMENT,
        "today": today(),
        "error": error,
        "typed": typed,
    }
    return render(request, "portal/result.html", values, status=status)


def result_values(row: Any) -> dict[str, Any]:
    """Everything the page of one result tells, as far as its parts were published."""
    review, parts = row.review, set(row.what)
    goals = [goal for goal in scored_rows(review) if goal["weight"]] if "goals" in parts else []
    promised = promised_of(review) if "goals" in parts else []
    arranged, used = arranged_and_used(review) if "money" in parts else (None, None)
    return {
        "row": row,
        "review": review,
        "dossier": review.dossier,
        "subject": review.dossier.subject,
        "goals": goals,
        "promised": promised,
        "kept": kept_sentence(promised),
        "heads": [] if promised and promises(review) else heads(goals),
        "scored": scored_sentence(heads(goals)),
        "arranged": arranged,
        "used": used,
        "left": arranged - used if arranged is not None and used is not None else None,
        "rate": rate_percent(used, arranged),
        "parts": parts,
        "findings": confirmed_findings(review) if "findings" in parts else [],
        "suggestions": suggested(review) if "suggestions" in parts else [],
        "synthetic": row.synthetic or review.synthetic or review.dossier.subject.synthetic,
        "made_up_points": any(goal["synthetic"] for goal in goals),
        "apart": apart_from_own(review),
        "comments": [],
    }


@view("anyone")
def result_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One result's rows as a workbook."""
    del request
    row = _published(pk)
    return attachment(workbook_bytes(result_sheets(row)), row.review.dossier.subject.name, "xlsx")


@view("anyone", methods=("POST",))
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an opinion; it is shown only after somebody answered it."""
    row, text = _published(pk), request.POST.get("text", "")
    if request.POST.get("website"):  # a field people do not see; what fills it is a machine
        return redirect("portal:result", pk=pk)
    try:
        take_comment(
            disclosure=row,
            text=text[:2_000],
            address=client_address(request),
            name=request.POST.get("name", ""),
            contact=request.POST.get("contact", ""),
        )
    except NotAllowed as refusal:
        return _result(request, row, error=str(refusal), typed=text[:2_000], status=422)
    messages.success(request, "意见已收到，财政部门处理后在这里公开回应。")
    return redirect("portal:result", pk=pk)
