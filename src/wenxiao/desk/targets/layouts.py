"""一体化表样: the bureau's own list registered by its table, mapped column by
column, filled on export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.files.cells.labels import UNIT_FACTORS
from wenxiao.files.forms.targets.layouts import KEYS, headings_of
from wenxiao.files.out.target_list import fill_list
from wenxiao.files.pool import read_in_child
from wenxiao.pages.acts import carry_out, text_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, person, put_under, view
from wenxiao.records.services import read_file, store_file
from wenxiao.store.moves import NotAllowed
from wenxiao.store.scratch import Scratch
from wenxiao.targets import services
from wenxiao.targets.selectors import layouts_visible_to, lines_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.targets.models import Layout

ENTRY = "desk:targets"
LARGEST = 2 << 20
SECONDS = 10.0
"""So large, and for so long, a form of headings is read while the person
waits; other files wait for the worker.
"""


@view("import", methods=("GET", "POST"), files=True)
def layouts(request: HttpRequest) -> HttpResponse:
    """The layouts in use and those before them; a new one by its table."""
    division = division_of(request, ENTRY)
    if request.method == "POST":
        return carry_out(
            request, lambda: _register(request, division), reverse("desk:target_layouts")
        )
    rows = list(layouts_visible_to(person(request)))
    values = {"rows": rows, "year": work_year(request), "keys": KEYS}
    return render(request, "desk/targets/layouts.html", values)


def _register(request: HttpRequest, division: Division) -> str:
    if request.POST.get("sample"):
        layout = services.add_sample(division=division, by=person(request))
        return f"{layout}已装入，标为合成，供试用。"
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > LARGEST:
        raise NotAllowed(
            "请选择一张空的或填过的清单（.xlsx，不超过 2 MB，数据多的只留表头和几行）。"
        )
    with Scratch("layout") as folder:
        path = folder / "表样.xlsx"
        path.write_bytes(upload.read())
        book = read_in_child(path, "book", seconds=SECONDS)
        if book["book"] is None:
            raise NotAllowed("；".join(problem["text"] for problem in book["problems"]))
        seen = headings_of(book["book"])
        if seen is None:
            raise NotAllowed("没有找到表头：前 15 行里应有一行列名，至少三列。")
        sheet, row, headings = seen
        file = store_file(
            division=division, by=person(request), name=str(upload.name), content=path
        )
    layout = services.register_layout(
        division=division,
        name=text_of(request, "name"),
        file=file,
        sheet=sheet.name,
        heading_row=row,
        headings=headings,
        by=person(request),
    )
    known = sum(1 for one in layout.columns if one["key"])
    return f"{layout}已登记，{len(layout.columns)} 列中认出 {known} 列，请逐列核对。"


def _layout(request: HttpRequest, pk: int) -> Layout:
    row = layouts_visible_to(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    return row


@view("import", methods=("GET", "POST"))
def layout(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column holds, with the codes it is filled with."""
    row = _layout(request, pk)
    if request.method == "POST":
        return carry_out(request, lambda: _map(request, row), reverse("desk:target_layouts"))
    columns = [
        (one, "\n".join(f"{c}={w}" for c, w in row.codes.get(one["key"], {}).items()))
        for one in row.columns
    ]
    values = {"layout": row, "columns": columns, "keys": KEYS, "units": list(UNIT_FACTORS)}
    return render(request, "desk/targets/layout.html", values)


def _map(request: HttpRequest, row: Layout) -> str:
    why = text_of(request, "why", 200)
    if request.POST.get("act") == "retire":
        services.retire_layout(layout=row, by=person(request), why=why)
        return f"{row}已停用。"
    keys = {one["column"]: request.POST.get(f"key-{one['column']}", "") for one in row.columns}
    codes = {
        key: _codes(request.POST.get(f"codes-{column}", ""), key)
        for column, key in keys.items()
        if key
    }
    mapped = services.map_layout(
        layout=row,
        keys=keys,
        codes=codes,
        money_unit=request.POST.get("money_unit", ""),
        by=person(request),
        why=why,
    )
    return f"已存为{mapped}，以后按它读取和导出。"


def _codes(text: str, key: str) -> dict[str, str]:
    """Code and word, one pair a line: 01=产出指标."""
    words: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        code, sign, word = line.partition("=")
        if not sign or not code.strip() or not word.strip():
            raise NotAllowed(
                f"“{KEYS.get(key, key)}”的代码表应一行一个，如 01=产出指标，收到“{line[:30]}”。"
            )
        words[code.strip()] = word.strip()
    return words


@view("import")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The approved targets of a budget year in exactly this layout."""
    row = _layout(request, pk)
    year = whole(request.GET.get("fy")) or work_year(request)
    lines = lines_of(row.division, year, row)
    if not lines:
        raise NotAllowed(f"{year} 预算年度还没有批复的目标可以导出。")
    content = fill_list(
        read_file(row.file),
        sheet=row.sheet,
        heading_row=row.heading_row,
        columns={one["key"]: one["column"] for one in row.columns if one["key"]},
        lines=lines,
    )
    return attachment(content, f"{row.name}（{year}年批复目标）", "xlsx")
