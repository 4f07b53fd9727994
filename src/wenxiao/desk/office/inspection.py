"""档案取证: everything kept about one dossier, or about all of a scope, in plain files for whoever
comes to check.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.desk.dossiers.archive import csv_bytes, package
from wenxiao.pages.downloads import CONTENT, to_keep
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.records.services import record
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from wenxiao.budget.models import Dossier

ENTRY = "desk:trail"
MOST = 200
"""How many dossiers one package of a scope holds; all of everything by ``wenxiao takeaway``."""
HELD_IN_MEMORY = 8 << 20


def _asked(values: Any) -> tuple[str, str]:
    """The words to find by and the budget year, as typed."""
    return values.get("q", "").strip()[:60], values.get("fy", "").strip()[:4]


def _found(request: HttpRequest, q: str, year: str) -> QuerySet[Dossier]:
    """The dossiers of the scope that this person's own grants show."""
    rows = dossiers_visible_to(person(request)).select_related("subject__division", "unit")
    for one in q.split():
        rows = rows.filter(
            Q(subject__name__icontains=one)
            | Q(subject__code__icontains=one)
            | Q(unit__name__icontains=one)
        )
    if year:
        rows = rows.filter(fiscal_year=whole(year, 4) or 0)
    return rows


@view("watch_trail")
def packages(request: HttpRequest) -> HttpResponse:
    """Find the dossier whose material is to be taken out, or all of a scope; only what the person's
    own grants show.
    """
    division_of(request, ENTRY)
    q, year = _asked(request.GET)
    rows = _found(request, q, year)
    shown = page(rows, ["-fiscal_year", "pk"], size=30, token=request.GET.get("at"))
    return render(
        request,
        "desk/office/trail/packages.html",
        {
            "shown": shown,
            "q": q,
            "fy": year,
            "count": rows.count() if q or year else 0,
            "most": MOST,
            "may": held(request).can("see_unit"),
        },
    )


@view("watch_trail", methods=("POST",))
def package_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The zip of one dossier: originals, every row, its trail, the rules in force.
    Taking it out is on record.
    """
    division_of(request, ENTRY)
    row = _found(request, "", "").filter(pk=pk).first()
    if row is None:
        raise Http404
    content, held_in = package(row)
    record(
        division=row.subject.division,
        by=person(request),
        act="导出档案材料",
        target=row,
        data=held_in,
    )
    name = f"档案材料_{row.subject.name}_{row.fiscal_year}_{_stamp()}.zip"
    return to_keep(HttpResponse(content, content_type=CONTENT["zip"]), name, on_record=True)


@view("watch_trail", methods=("POST",))
def package_of_scope(request: HttpRequest) -> Any:
    """One zip of every dossier found: each its own package, with a list and digests. On record."""
    division = division_of(request, ENTRY)
    q, year = _asked(request.POST)
    if not q and not year:
        raise NotAllowed("请先写明范围：单位、项目的名称或代码，或预算年度。")
    rows = list(_found(request, q, year).order_by("-fiscal_year", "pk")[: MOST + 1])
    if not rows:
        raise NotAllowed("这个范围没有您看得到的档案，请换个叫法或年度。")
    if len(rows) > MOST:
        raise NotAllowed(
            f"这个范围超过 {MOST} 个档案：请按单位或年度分几次导出；全部资料用命令 wenxiao takeaway 取走。"
        )
    out = tempfile.SpooledTemporaryFile(HELD_IN_MEMORY)  # noqa: SIM115  FileResponse closes it
    lines = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for at, row in enumerate(rows, start=1):
            content, _ = package(row)
            name = f"{at:03}_{row.pk}_{row.fiscal_year}.zip"
            packed.writestr(name, content)
            digest = hashlib.sha256(content).hexdigest()
            subject = row.subject
            lines.append([name, subject.code, subject.name, row.unit.name, row.fiscal_year, digest])
        heads = ["文件", "项目代码", "对象", "单位", "预算年度", "SHA-256"]
        packed.writestr("清单.csv", csv_bytes(heads, lines))
    record(
        division=division,
        by=person(request),
        act="导出档案材料",
        target=division,
        label=f"{len(rows)} 个档案",
        data={"count": len(rows), "q": q, "fiscal_year": year, "dossiers": [r.pk for r in rows]},
    )
    out.seek(0)
    response = FileResponse(out, content_type=CONTENT["zip"])
    return to_keep(response, f"档案材料_{len(rows)}个_{_stamp()}.zip", on_record=True)


def _stamp() -> str:
    return timezone.localtime().strftime("%Y%m%d")
