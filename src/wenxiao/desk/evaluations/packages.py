"""底稿包 of an evaluation: taken away as plain workbook and Word files, filled elsewhere, brought
back cell by cell.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.core import signing
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.files.forms.evaluation_package import StrangePackageError, read_package
from wenxiao.files.out.evaluation_package import package_workbook
from wenxiao.files.pool import read_in_child
from wenxiao.followup.selectors.plannable import asked_materials
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import held, person, view
from wenxiao.records.selectors import file_of
from wenxiao.records.services import read_file, store_file
from wenxiao.reports.evaluation_notice import MATERIALS
from wenxiao.reports.working_papers import blank_papers_docx, papers_docx, scoring_note_docx
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.packaging import compare, contents_of, file_name
from wenxiao.reviews.services import take_package
from wenxiao.reviews.services.filling import asks_reason
from wenxiao.reviews.services.seats import seat_of
from wenxiao.reviews.states import SETTLED
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.files.forms.evaluation_package import BroughtPackage
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.packaging import PackageComparison

LARGEST = 4 << 20
SECONDS = 10.0
LASTS = 60 * 60 * 24
_SALT = "evaluation-package"


def _review(request: HttpRequest, pk: int) -> Review:
    row = review_of(request, pk)
    if row.kind not in JUDGED or not may(request, "evaluate", row):
        raise Http404
    return row


def _seat(request: HttpRequest) -> str:
    return seat_of(person(request), held(request))


@view("evaluate", methods=("GET", "POST"), files=True)
def package(request: HttpRequest, pk: int) -> HttpResponse:
    """The package to take away; posted, a file of it is read and compared."""
    row = _review(request, pk)
    if request.method != "POST":
        name = file_name(row, _seat(request)).removesuffix(".xlsx")
        return attachment(_zipped(request, row), f"{name}包", "zip")
    tokens: list[str] = []

    def run() -> str:
        _must_write(row)
        tokens.append(_received(request, row))
        return "底稿包已读完，请逐格选用。"

    answer = carry_out(request, run, reverse("desk:working_papers", args=[pk]))
    if not tokens:
        return answer
    return redirect(reverse("desk:evaluation_package_compare", args=[pk]) + f"?of={tokens[0]}")


def _zipped(request: HttpRequest, row: Review) -> bytes:
    seat = _seat(request)
    asked = [*MATERIALS, *asked_materials(row)]
    papers = row.working_papers.exclude(kind="criterion").select_related("criterion", "by")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(file_name(row, seat), package_workbook(contents_of(row, seat, asked)))
        if papers:
            out.writestr("取证单和记录.docx", papers_docx(row, list(papers)))
        out.writestr("空白底稿.docx", blank_papers_docx(row))
        if not seat:
            out.writestr("打分说明书.docx", scoring_note_docx(row))
    return stream.getvalue()


def _must_write(row: Review) -> None:
    if row.state in SETTLED:
        raise NotAllowed(f"现为“{row.get_state_display()}”，底稿不再增改，底稿包带不回来。")


def _received(request: HttpRequest, row: Review) -> str:
    """The file is stored as received; the token says which file of which evaluation."""
    upload = request.FILES.get("file")
    ending = Path(str(upload.name)).suffix.lower() if upload is not None else ""
    if upload is None or ending not in {".xlsx", ".docx"} or (upload.size or 0) > LARGEST:
        raise NotAllowed(
            "请选择底稿包里填好的表格（.xlsx）或 Word 底稿（.docx），不超过 4 MB；整个压缩包请先解开。"
        )
    with tempfile.TemporaryDirectory(prefix="wenxiao-package-") as folder:
        path = Path(folder) / f"底稿{ending}"
        path.write_bytes(upload.read())
        compare(row, _seat(request), _read(path), str(upload.name))
        file = store_file(
            division=row.round.division, by=person(request), name=str(upload.name), content=path
        )
    return signing.dumps([row.pk, file.pk, person(request).pk], salt=_SALT)


def _read(path: Path) -> BroughtPackage:
    answer = read_in_child(path, "book", seconds=SECONDS)
    if answer["book"] is None:
        raise NotAllowed("；".join(problem["text"] for problem in answer["problems"]))
    try:
        return read_package(answer["book"])
    except StrangePackageError as error:
        raise NotAllowed(str(error)) from error


def _brought(request: HttpRequest, row: Review, token: str) -> tuple[BroughtPackage, str]:
    """The file this person brought for this evaluation a moment ago, and its name."""
    try:
        review, pk, by = signing.loads(token, salt=_SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise NotAllowed("底稿包带回已超过一天或地址不完整，请重新带回。") from error
    file = file_of(pk, division=row.round.division)
    if (review, by) != (row.pk, person(request).pk) or file is None:
        raise Http404
    with tempfile.TemporaryDirectory(prefix="wenxiao-package-") as folder:
        path = Path(folder) / f"底稿{Path(file.name).suffix.lower()}"
        path.write_bytes(read_file(file))
        return _read(path), file.name


@view("evaluate", methods=("GET", "POST"))
def compared(request: HttpRequest, pk: int) -> HttpResponse:
    """Each difference with both values and a choice, and what was named but not taken."""
    row = _review(request, pk)
    token = request.POST.get("of") or request.GET.get("of", "")
    _must_write(row)
    brought, name = _brought(request, row, token)
    comparison = compare(row, _seat(request), brought, name)
    if request.method == "POST":
        return _take(request, row, (brought, name), comparison)
    asks = any(
        one.key.endswith(":points") and one.old for one in comparison.choices
    ) and _asks_reason(request, row)
    values = {
        "review": row,
        "comparison": comparison,
        "of": token,
        "name": name,
        "asks": asks,
        "moved": brought.whole and brought.given.get("version") != str(row.version),
    }
    return render(request, "desk/evaluations/package.html", values)


def _asks_reason(request: HttpRequest, row: Review) -> bool:
    marks = row.marks.filter(seat=_seat(request), indicator=None)
    return any(asks_reason(row, mark, person(request)) for mark in marks)


def _take(
    request: HttpRequest,
    row: Review,
    file: tuple[BroughtPackage, str],
    comparison: PackageComparison,
) -> HttpResponse:
    every = [one.key for one in comparison.choices]
    chosen = [key for key in every if request.POST.get(f"use-{key}") == "new"]
    why = text_of(request, "why", 500)

    def run() -> str:
        count = take_package(
            review=row,
            brought=file[0],
            chosen=chosen,
            seen=request.POST.get("seen", ""),
            by=person(request),
            why=why,
            name=file[1],
        )
        return f"已选用底稿包 {count} 处，其余 {len(every) - count} 处留系统里的。"

    back = reverse("desk:working_papers", args=[row.pk])
    return carry_out(request, run, back, [Typed("改分理由", "", why)])
