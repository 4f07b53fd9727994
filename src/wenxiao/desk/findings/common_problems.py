"""共性问题: the year's printed lines with live counts, the matrix 对照表 whose
columns equal them, heat and repeats.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.findings.findings import ENTRY, tabs
from wenxiao.files.out.spreadsheets import workbook_bytes
from wenxiao.files.out.summary_table import problem_matrix_sheet
from wenxiao.followup import services
from wenxiao.followup.selectors import common_lines
from wenxiao.followup.selectors.problems import Selected, catalogue, heat, repeats, selection
from wenxiao.pages.acts import Typed, carry_out, person, text_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, put_under, view
from wenxiao.rulebook import tally
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

WATERMARK = "演示数据"


def _lines(request: HttpRequest, year: int) -> list[tuple[str, tuple[str, ...]]]:
    """The year's lines as (wording, codes), in printed order."""
    division = person(request).division
    if division is None:
        return []
    codes = {item.pk: item.code for item in catalogue(division)}
    return [
        (line.text, tuple(sorted(codes[pk] for pk in line.items)))
        for line in common_lines(division, year)
    ]


def _counted(
    rows: Sequence[Selected], groups: Sequence[tuple[str, Sequence[str]]]
) -> list[tally.ReportLine]:
    """The lines counted over the selection, each kept in its printed place
    and with 0 where nobody is concerned.
    """
    coded = [tally.CountedFinding(row.dossier, code) for row in rows for code in row.codes]
    subjects = [row.dossier for row in rows]
    lines = []
    for text, codes in groups:
        counted = tally.tally(coded, subjects, [(text, codes)])
        lines.append(counted[0] if counted else tally.ReportLine(text, tuple(codes), ()))
    return lines


def _partial(request: HttpRequest) -> bool:
    """Whether the person sees only a part of the division's objects, so
    that counts are theirs and not the report's.
    """
    return not any(scope.whole for scope in held(request).scopes)


@view("confirm_finding")
def common(request: HttpRequest) -> HttpResponse:
    """The lines of the year, their sentences, and the form that arranges them."""
    put_under(request, ENTRY)
    year, division = work_year(request), person(request).division
    rows, groups = selection(person(request), year), _lines(request, year)
    lines = _counted(rows, groups)
    items = catalogue(division, active=True) if division else []
    single = {
        line.codes[0]: line.count
        for line in _counted(rows, [(item.text, (item.code,)) for item in items])
    }
    used = {code for _, codes in groups for code in codes}
    values = {
        "tabs": tabs(request, "common"),
        "lines": lines,
        "rows": rows,
        "list_year": year,
        "items": items,
        "single": single,
        "used": used,
        "partial": _partial(request),
        "keeps": held(request).can_for_all("confirm_finding"),
        "spare": range(2),
    }
    return render(request, "desk/findings/common.html", values)


@view("confirm_finding", methods=("POST",))
def arrange(request: HttpRequest) -> HttpResponse:
    """Replace the year's lines by what the form holds; a line without wording is dropped."""
    year, division = work_year(request), person(request).division
    wanted: list[tuple[int, str, list[str]]] = []
    for at in range(40):
        text = text_of(request, f"t{at}", 200)
        place = text_of(request, f"o{at}", 3)
        if text:
            codes = request.POST.getlist(f"c{at}")[:100]
            wanted.append((int(place) if place.isdecimal() else at + 1, text, codes))
    wanted.sort(key=lambda line: line[0])

    def carry() -> str:
        if division is None:
            raise NotAllowed("账号没有所属区划，不能编排。")
        if seen := text_of(request, "seen", 20_000):
            _check_seen(request, year, seen)
        empty = [text for _, text, codes in wanted if not codes]
        if empty:
            raise NotAllowed(f"“{empty[0]}”没有勾选所含的目录问题，无法计数。")
        lines = [(text, codes) for _, text, codes in wanted]
        services.set_common_problems(
            division=division, work_year=year, lines=lines, by=person(request)
        )
        return f"{year} 年共性问题已编排 {len(lines)} 条。"

    typed = [
        Typed(f"第 {at} 条", "", f"{text}（{'、'.join(codes)}）")
        for at, (_, text, codes) in enumerate(wanted, 1)
    ]
    return carry_out(request, carry, f"{reverse('desk:common')}?year={year}", typed)


def seen_text(lines: Sequence[Any]) -> str:
    """The lines as one text, by which a form says what its author had before them."""
    return " | ".join(f"{text}:{','.join(codes)}" for text, codes in lines)


def _check_seen(request: HttpRequest, year: int, seen: str) -> None:
    now = seen_text(_lines(request, year))
    if " ".join(now.split()) != " ".join(seen.split()):
        raise NotAllowed(f"别人刚改过共性问题，现在是：{now or '（空）'}。请看最新内容后再改。")


@view("confirm_finding")
def matrix(request: HttpRequest) -> HttpResponse:
    """共性问题对照表: projects × lines, the totals equal to the sentences."""
    put_under(request, ENTRY)
    year = work_year(request)
    rows, lines = _matrix(request, year)
    table = tally.matrix(lines, [row.dossier for row in rows])
    values = {
        "tabs": tabs(request, "matrix"),
        "rows": list(zip(rows, table.marks, strict=True)),
        "lines": lines,
        "totals": table.totals,
        "list_year": year,
        "partial": _partial(request),
    }
    return render(request, "desk/findings/matrix.html", values)


def _matrix(request: HttpRequest, year: int) -> tuple[list[Selected], list[tally.ReportLine]]:
    rows = selection(person(request), year)
    return rows, _counted(rows, _lines(request, year))


@view("confirm_finding")
def matrix_file(request: HttpRequest) -> HttpResponse:
    """The same table as .xlsx."""
    year, division = work_year(request), person(request).division
    rows, lines = _matrix(request, year)
    objects = [
        (
            row.department,
            row.name,
            frozenset(at for at, line in enumerate(lines) if row.dossier in line.subjects),
        )
        for row in rows
    ]
    sheet = problem_matrix_sheet(
        [line.text for line in lines], objects, title=f"{year}年共性问题对照表"
    )
    sheet = replace(sheet, watermark=WATERMARK) if division and division.demo else sheet
    return attachment(workbook_bytes([sheet]), f"{year}年共性问题对照表", "xlsx")


@view("confirm_finding")
def heat_page(request: HttpRequest) -> HttpResponse:
    """Departments × problems, and who had the same problem in more than one year."""
    put_under(request, ENTRY)
    year = work_year(request)
    heat_table = heat(person(request), year)
    tied = sum(sum(cells) == sum(heat_table.rows[0][1]) for _, cells, _ in heat_table.rows)
    values = {
        "tabs": tabs(request, "heat"),
        "heat": heat_table,
        "tied": tied,
        "repeats": repeats(person(request)),
        "list_year": year,
        "partial": _partial(request),
    }
    return render(request, "desk/findings/heat.html", values)
