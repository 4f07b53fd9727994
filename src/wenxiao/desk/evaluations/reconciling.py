"""An agency's Word report held against the score sheet as it stands: what differs, what is bound,
what nobody could compare, and which other units it speaks of.
"""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from wenxiao.desk.evaluations import forms
from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.files.forms.forms import reading_json
from wenxiao.files.forms.report_text import report_of, sheet_of
from wenxiao.files.pool import Pool
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.views import person, view
from wenxiao.reviews.kinds import JUDGED
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.rulebook.reconcile import reconcile, unbound_numbers
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.files.cells.cells import Book
    from wenxiao.reviews.models import Review

LARGEST = 20 << 20
SECONDS = 10.0
MOST = 300
SHORTEST = 4
"""Unit names below so many signs are found in other words too."""


@view("evaluate", methods=("GET", "POST"), files=True)
def reconciled(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the report; posted, it is read and compared, and nothing of it is kept."""
    row = review_of(request, pk)
    if row.kind not in JUDGED or not may(request, "evaluate", row):
        raise Http404
    values: dict[str, object] = {"review": row, "name": ""}
    if request.method == "POST":
        values |= _compared(request, row)
    return render(request, "desk/evaluations/reconciled.html", values)


def _compared(request: HttpRequest, row: Review) -> dict[str, object]:
    upload = request.FILES.get("file")
    name = str(upload.name) if upload is not None else ""
    if upload is None or not name.lower().endswith(".docx") or (upload.size or 0) > LARGEST:
        raise NotAllowed("请选择 Word 评价报告（.docx，不超过 20 MB）。")
    with tempfile.TemporaryDirectory(prefix="wenxiao-report-") as folder:
        report_path, sheet_path = Path(folder) / "报告.docx", Path(folder) / "评分表.xlsx"
        report_path.write_bytes(upload.read())
        sheet_path.write_bytes(forms.written(forms.form_of(row), "xlsx"))
        with Pool(1, seconds=SECONDS) as pool:
            answer = pool.read(report_path, "book")
            sheet_forms = reading_json(pool.forms(sheet_path))["forms"]
            sheet_book = pool.read(sheet_path, "book")["book"]
    if answer["book"] is None:
        raise NotAllowed("；".join(problem["text"] for problem in answer["problems"]))
    form = next((one for one in sheet_forms if one.get("kind") == "evaluation"), None)
    if form is None:
        raise NotAllowed("评分表还没有可以核对的分值和得分，评完再核对。")
    report = report_of(answer["book"])
    findings = reconcile(report, sheet_of(form, sheet_book))
    left = unbound_numbers(report, findings)
    bound = len(findings.bound) + len(findings.differences)
    return {
        "name": name,
        "differences": findings.differences,
        "bound": findings.bound[:MOST],
        "bound_count": len(findings.bound),
        "left": left[:MOST],
        "left_count": len(left),
        "share": rate_percent(Decimal(len(left)), Decimal(bound + len(left))),
        "others": _others(request, row, answer["book"]),
    }


def _others(request: HttpRequest, row: Review, book: Book) -> list[tuple[str, str]]:
    """Other units the report speaks of, each with the sentence: as text copied from elsewhere does.
    The unit's own department and subordinates are no others.
    """
    texts = [text for _, text in book.paragraphs]
    own = row.dossier.unit
    listed = []
    for unit in units_visible_to(person(request)).exclude(pk=own.pk):
        if len(unit.name) < SHORTEST or unit.name in own.name or own.name in unit.name:
            continue
        if unit.path and own.path and own.path.startswith(unit.path):
            continue
        text = next((one for one in texts if unit.name in one), "")
        if text:
            listed.append((unit.name, text[:120]))
    return listed[:50]
