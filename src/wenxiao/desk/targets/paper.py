"""正式表 and 离线表: the official form to look at and print; a workbook out,
filled elsewhere, and back cell by cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.targets.target import target_of
from wenxiao.files.forms.targets.own_workbook import StrangeWorkbookError, read_workbook
from wenxiao.files.out.form_grid import FormGrid, form_document, form_workbook, shown
from wenxiao.files.out.target_form import (
    MoneyLine,
    PrintedIndicator,
    TargetPaper,
    printed_columns,
    target_form,
)
from wenxiao.files.out.target_workbook import target_workbook
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.pages.acts import carry_out, text_of, version_of
from wenxiao.pages.brought_files import BroughtFiles, book_in_child
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import held, person, view
from wenxiao.store.moves import NotAllowed
from wenxiao.targets import services
from wenxiao.targets.offline import GOALS, differences, filled

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

    from wenxiao.files.forms.targets.own_workbook import Brought
    from wenxiao.targets.models import Indicator, LongIndicator, Target, TargetAmount

WATERMARK = "演示数据"


def paper_of(row: Target) -> FormGrid:
    """The target as its official form."""
    subject, dossier = row.dossier.subject, row.dossier
    amounts = list(row.amounts.all())
    return target_form(
        TargetPaper(
            scope=row.scope,
            name=dossier.unit.name if row.scope == "department" else subject.name,
            code=subject.code,
            dept=departments_of([dossier.unit])[dossier.unit_id],
            unit=dossier.unit.name,
            year=dossier.fiscal_year,
            manager=row.manager or subject.manager,
            starts=row.starts,
            ends=row.ends,
            content=row.content,
            long_text=row.long_text,
            text=row.text,
            funds=[_money(one) for one in amounts if one.kind == "fund"],
            tasks=[_money(one) for one in amounts if one.kind == "task"],
            steps=[
                (str(one.get("step") or ""), str(one.get("from") or ""), str(one.get("to") or ""))
                for one in row.plan
            ],
            rows=[_line(one) for one in row.indicators.all()],
            long_rows=[_line(one) for one in row.long_indicators.all()],
            opinions=[
                (str(one.get("seat") or ""), str(one.get("opinion") or ""), one.get("person") or "")
                for one in row.opinions
            ],
            watermark=WATERMARK if subject.division.demo else None,
        )
    )


def _money(one: TargetAmount) -> MoneyLine:
    return MoneyLine(one.name, one.amount, one.content)


def _line(one: Indicator | LongIndicator) -> PrintedIndicator:
    return {column.field: getattr(one, column.field) for column in printed_columns()}


@view("see_unit")
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """The official form as it prints; with ``as`` the file itself."""
    row = target_of(request, pk)
    paper = paper_of(row)
    kind = request.GET.get("as", "")
    if kind in {"docx", "xlsx"}:
        content = form_document([paper]) if kind == "docx" else form_workbook([paper])
        return attachment(content, f"{row.dossier.subject.name}{paper.title}", kind)
    values = {"target": row, "paper": paper, "lines": _cells(paper)}
    return render(request, "desk/targets/form.html", values)


def _cells(paper: FormGrid) -> list[list[tuple[str, int, int, bool, bool]]]:
    """Rows of (text, rows, columns, head?, left?) as a table of the page takes them."""
    spans = {(one.top, one.left): one for one in paper.spans}
    covered = {
        (row, col)
        for one in paper.spans
        for row in range(one.top, one.top + one.rows)
        for col in range(one.left, one.left + one.cols)
    } - set(spans)
    lines = []
    for row in range(paper.rows):
        cells = []
        for col in range(len(paper.widths)):
            if (row, col) in covered:
                continue
            span, place = spans.get((row, col)), (row, col)
            high, wide = (span.rows, span.cols) if span else (1, 1)
            text = shown(paper.cells.get(place))
            cells.append((text, high, wide, place in paper.strong, place in paper.left))
        lines.append(cells)
    return lines


@view("fill", methods=("GET", "POST"), files=True)
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook to fill elsewhere; posted, it is read and compared."""
    row = target_of(request, pk)
    if request.method != "POST":
        _must_fill(request, row)
        name = f"{row.dossier.subject.name}（{row.dossier.fiscal_year}）目标离线表"
        return attachment(target_workbook(filled(row)), name, "xlsx")
    back = reverse("desk:target_fill", args=[row.pk])
    names: list[str] = []

    def run() -> str:
        _must_fill(request, row)
        division = row.dossier.subject.division
        token, _ = FILES.take(
            request,
            about=row.pk,
            division=division,
            look=lambda brought, _: differences(row, brought),
        )
        names.append(token)
        return "离线表已读完，请逐格选用。"

    answer = carry_out(request, run, back)
    if not names:
        return answer
    return redirect(reverse("desk:target_compare", args=[row.pk]) + f"?of={names[0]}")


def _must_fill(request: HttpRequest, row: Target) -> None:
    if not held(request).can("fill", unit=row.dossier.unit, subject=row.dossier.subject):
        raise Http404
    if not row.filing or row.state not in {"draft", "returned"}:
        raise NotAllowed(f"目标现为“{row.get_state_display()}”，不能再改，离线表带不回来。")


def _read(path: Path) -> Brought:
    try:
        return read_workbook(book_in_child(path), GOALS)
    except StrangeWorkbookError as error:
        raise NotAllowed(str(error)) from error


FILES = BroughtFiles(
    salt="target-workbook",
    endings=frozenset({".xlsx"}),
    largest=2 << 20,
    asks="请选择填好的离线表（.xlsx，不超过 2 MB）。",
    expired="离线表带回已超过一天或地址不完整，请重新带回。",
    read=_read,
)


@view("fill", methods=("GET", "POST"))
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Each difference with both values and a choice; what is chosen is taken in one act."""
    row = target_of(request, pk)
    token = request.POST.get("of") or request.GET.get("of", "")
    _must_fill(request, row)
    division = row.dossier.subject.division
    brought, _ = FILES.again(request, token, about=row.pk, division=division)
    differing = differences(row, brought)
    if request.method == "POST":
        chosen = [one.key for one in differing if text_of(request, f"use-{one.key}", 4) == "new"]

        def run() -> str:
            services.take_workbook(
                target=row,
                brought=brought,
                chosen=chosen,
                by=person(request),
                version=version_of(request),
            )
            return (
                f"已选用离线表 {len(chosen)} 处，其余 {len(differing) - len(chosen)} 处留系统里的。"
            )

        return carry_out(request, run, reverse("desk:target_fill", args=[row.pk]))
    values = {
        "target": row,
        "found": differing,
        "of": token,
        "moved": brought.given.get("version") != str(row.version),
    }
    return render(request, "desk/targets/compare.html", values)
