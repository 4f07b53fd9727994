"""工作考核: the year's list of units, one unit's items with the rows behind
each, and the table as a workbook.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, workbook_bytes
from wenxiao.followup.selectors.assessing import assessment_seen_by, assessments_seen_by, sees_all
from wenxiao.followup.selectors.sources import dossiers_behind
from wenxiao.followup.services import assessing
from wenxiao.pages.acts import Typed, carry_out, points_of, text_of, version_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import show_year, work_year
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.rulebook.unit_assessment import BY_HAND, MEASURES, assessment_rule

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.followup.assessment import UnitAssessment

ENTRY = "desk:assessments"


def _rows(request: HttpRequest) -> list[UnitAssessment]:
    return assessments_seen_by(person(request), division_of(request, ENTRY), work_year(request))


@view("see_unit")
def listed(request: HttpRequest) -> HttpResponse:
    """The year's units in the order of their codes, never ranked; what is
    counted and on what it stands.
    """
    division, year = division_of(request, ENTRY), work_year(request)
    rows = _rows(request)
    everything = sees_all(person(request), division)
    values = {
        "list_year": year,
        "rows": rows,
        "rule": assessment_rule(division.own_rules, year),
        "confirmed": sum(row.state == "confirmed" for row in rows),
        "everything": everything,
        "prepares": held(request).can("manage_round", division=division.pk),
        "rules": held(request).can("manage_rules", division=division.pk),
        "measures": {**MEASURES, BY_HAND: "由人给分并写明理由"},
    }
    return render(request, "desk/assessments/index.html", values)


@view("manage_round", methods=("POST",))
def prepare(request: HttpRequest) -> HttpResponse:
    """Count all units by the list in force."""
    division, year = division_of(request, ENTRY), work_year(request)

    def carry() -> str:
        rows = assessing.prepare_assessments(division=division, work_year=year, by=person(request))
        return f"按规则考核了 {len(rows)} 个单位，请另一人逐个确认。"

    return carry_out(request, carry, f"{reverse(ENTRY)}?year={year}")


def _one(request: HttpRequest, pk: int) -> UnitAssessment:
    """One assessment this person may read; its year is the page's."""
    row = assessment_seen_by(person(request), division_of(request, ENTRY), pk)
    if row is None:
        raise Http404
    show_year(request, row.work_year)
    return row


@view("see_unit")
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: each item with its formula, its rows and where they lead."""
    row = _one(request, pk)
    holding = held(request)
    keys = [key for line in row.lines for key, _, _ in line["rows"]]
    confirms = holding.can("confirm", division=row.division_id)
    draft = row.state == "draft"
    values = {
        "row": row,
        "draft": draft,
        "dossiers": dossiers_behind(person(request), keys),
        "measures": MEASURES,
        "judges": draft and holding.can("manage_round", division=row.division_id),
        "confirms": confirms and draft and row.prepared_by_id != person(request).pk,
        "reopens": confirms and not draft,
    }
    return render(request, "desk/assessments/assessment.html", values)


@view("manage_round", methods=("POST",))
def points(request: HttpRequest, pk: int) -> HttpResponse:
    """Points of an item judged by hand."""
    row = _one(request, pk)
    item, why = text_of(request, "item", 100), text_of(request, "why", 500)
    given, version = text_of(request, "points", 20), version_of(request)

    def carry() -> str:
        assessing.give_points(
            assessment=row,
            item=item,
            points=points_of(given, "得分"),
            by=person(request),
            why=why,
            version=version,
        )
        return f"“{item}”已评定。"

    typed = [Typed("得分", "", given), Typed("理由", "", why)]
    return carry_out(request, carry, reverse("desk:assessment", args=[pk]), typed)


@view("confirm", methods=("POST",))
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """确认."""
    row, version = _one(request, pk), version_of(request)

    def carry() -> str:
        assessing.confirm_assessment(assessment=row, by=person(request), version=version)
        return f"{row}已确认，单位现在看得到。"

    return carry_out(request, carry, reverse("desk:assessment", args=[pk]))


@view("confirm", methods=("POST",))
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """退回 a confirmed one."""
    row, version = _one(request, pk), version_of(request)
    why = text_of(request, "why", 500)

    def carry() -> str:
        assessing.reopen_assessment(assessment=row, by=person(request), why=why, version=version)
        return f"{row}已退回。"

    back = reverse("desk:assessment", args=[pk])
    return carry_out(request, carry, back, [Typed("理由", "", why)])


@view("see_unit")
def list_file(request: HttpRequest) -> HttpResponse:
    """工作考核汇总表: a row a unit and item, with what was due and done; a second
    sheet with every row behind.
    """
    division, year = division_of(request, ENTRY), work_year(request)
    rows = _rows(request)
    title = f"{year}年单位预算绩效管理工作考核表"
    watermark = "演示" if division.demo else None
    sheets = [_summary(title, rows, watermark), _sources(rows, watermark)]
    return attachment(workbook_bytes(sheets), title, "xlsx")


def _summary(title: str, rows: list[UnitAssessment], watermark: str | None) -> SheetSpec:
    columns = (
        ColumnSpec("单位", 24),
        ColumnSpec("考核内容", 26),
        ColumnSpec("取数", 16),
        ColumnSpec("应办", 8, "number"),
        ColumnSpec("已办", 8, "number"),
        ColumnSpec("分值", 9, "points"),
        ColumnSpec("得分", 9, "points"),
        ColumnSpec("说明", 30),
        ColumnSpec("状态", 10),
    )
    lines: list[tuple[Any, ...]] = []
    for row in rows:
        state = row.get_state_display()
        lines.extend(_listed(row.unit.name, line, state) for line in row.lines)
        lines.append((row.unit.name, "合计", "", None, None, row.full, row.points, "", state))
    notes = ["合计的分值只含适用的内容；按单位代码排列，不排名。"]
    notes += [f"依据：{rows[0].basis}"] if rows else []
    return SheetSpec("考核表", title, columns, lines, notes=notes, watermark=watermark)


def _listed(unit: str, line: dict[str, Any], state: str) -> tuple[Any, ...]:
    points = None if line["points"] is None else Decimal(line["points"])
    counted = (line.get("due"), line.get("done"))
    remark = line["why"] or ("不适用" if points is None else "")
    weight = Decimal(line["weight"])
    return (unit, line["name"], line["measure"], *counted, weight, points, remark, state)


def _sources(rows: list[UnitAssessment], watermark: str | None) -> SheetSpec:
    columns = (
        ColumnSpec("单位", 24),
        ColumnSpec("考核内容", 26),
        ColumnSpec("行", 26),
        ColumnSpec("名称", 40),
        ColumnSpec("是否已办", 9),
    )
    lines = [
        (row.unit.name, line["name"], key, name, "是" if done else "否")
        for row in rows
        for line in row.lines
        for key, name, done in line["rows"]
    ]
    return SheetSpec("取数明细", "取数明细", columns, lines, watermark=watermark)
