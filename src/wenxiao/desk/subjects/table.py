"""项目情况整表登记: hundreds of subjects as one table, saved all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.budget.services import SUBJECT_FACTS, DescribedRow, describe_subjects, facts_of
from wenxiao.pages.many_rows import (
    MOST_LINES,
    NARROW,
    WIDE,
    GridColumn,
    GridLine,
    faults_of,
    put_back,
    save_table,
    sent_rows,
)
from wenxiao.pages.texts import text_of
from wenxiao.pages.views import division_of, person, put_under, view
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Subject
    from wenxiao.pages.many_rows import SentRow
    from wenxiao.store.moves import NotAllowed

ENTRY = "desk:subjects"
CODE = 200
"""How wide the grid begins the column of codes: one of 21 digits stands in one line."""


@view("import", methods=("GET", "POST"))
def table(request: HttpRequest) -> HttpResponse:
    """What papers say of each subject, as one table to edit; a POST saves what changed."""
    division = division_of(request, ENTRY)
    put_under(request, ENTRY)
    rows = subjects_visible_to(person(request)).filter(division=division)
    if request.method != "POST":
        return _show(request, rows)
    sent = sent_rows(request, _columns(rows))

    def save() -> list[int]:
        return describe_subjects(
            division=division,
            rows=[DescribedRow(one.pk, one.line, one.cells, one.seen) for one in sent],
            by=person(request),
            why=text_of(request, "why", 200, "依据"),
        )

    def lines(changed: list[int]) -> dict[int, GridLine]:
        at = {one.pk: one.line for one in sent}
        return {pk: _line(at[pk], row) for pk, row in _annotated(rows).in_bulk(changed).items()}

    return save_table(
        request,
        save,
        said=lambda changed: f"登记了 {len(changed)} 个对象。" if changed else "没有改动。",
        lines=lines,
        again=lambda refusal: _show(request, rows, sent=sent, refusal=refusal),
    )


def _columns(rows: QuerySet[Subject]) -> tuple[GridColumn, ...]:
    kinds = tuple((str(code), str(word)) for code, word in rows.model.Kind.choices)
    return (
        GridColumn("name", "名称", WIDE, fixed=True),
        GridColumn("unit", "实施单位", fixed=True),
        GridColumn("kind", "类型", choices=kinds),
        GridColumn("manager", "项目负责人"),
        GridColumn("term_years", "设立年限", NARROW),
        GridColumn("expires_on", "到期日期"),
        GridColumn("midterm_on", "中期评估日期"),
        GridColumn("code", "项目代码", CODE, fixed=True),
    )


def _annotated(rows: QuerySet[Subject]) -> QuerySet[Subject]:
    return rows.select_related("unit").annotate(latest=Max("dossiers"))


def _line(at: int, row: Subject) -> GridLine:
    facts = facts_of(row)
    latest = getattr(row, "latest", None)
    address = reverse("desk:dossier", args=[latest]) if latest else reverse("desk:subjects")
    cells = {"name": row.name, "unit": row.unit.name, "code": row.code, **facts}
    return GridLine(row.pk, at, cells, address, seen="|".join(facts.values()))


def _show(
    request: HttpRequest,
    rows: QuerySet[Subject],
    *,
    sent: Sequence[SentRow] = (),
    refusal: NotAllowed | None = None,
) -> HttpResponse:
    shown = page(_annotated(rows), ["code", "pk"], size=MOST_LINES, token=request.GET.get("at"))
    lines = [_line(at, row) for at, row in enumerate(shown.rows, 1)]
    put_back(lines, sent, faults_of(refusal))
    seen = {one.pk: one.seen for one in sent}
    for line in lines:
        line.seen = seen.get(line.pk, line.seen)  # what was typed was typed over that
    values = {
        "columns": _columns(rows),
        "lines": lines,
        "action": request.get_full_path(),
        "why": request.POST.get("why", "") if refusal else "",
        "refusal": str(refusal) if refusal else "",
        "total": rows.count(),
        "words": list(SUBJECT_FACTS.values()),
        "shown": shown,
    }
    return render(request, "desk/subjects/table.html", values, status=409 if refusal else 200)
