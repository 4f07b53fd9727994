"""底稿包 of an evaluation: taken away as plain workbook and Word files, filled elsewhere, brought
back cell by cell.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.files.forms.evaluation_package import NoPapersError, StrangePackageError, read_package
from wenxiao.files.out.evaluation_package import package_workbook
from wenxiao.followup.selectors.plannable import asked_materials
from wenxiao.intake.zips import ParcelRefusedError, unpack
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.brought_files import BroughtFiles, book_in_child
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import held, person, view
from wenxiao.reports.evaluation_notice import MATERIALS
from wenxiao.reports.working_papers import blank_papers_docx, papers_docx, scoring_note_docx
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.packaging import BroughtPackages, compare_files, contents_of, file_name
from wenxiao.reviews.services import take_package
from wenxiao.reviews.services.filling import asks_reason
from wenxiao.reviews.services.seats import seat_of
from wenxiao.reviews.states import SETTLED
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.models import Review
    from wenxiao.reviews.packaging import PackageComparison

PARTS = frozenset({".xlsx", ".docx"})
MOST_FILES = 20


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
        seat = _seat(request)
        token, _ = FILES.take(
            request,
            about=row.pk,
            division=row.round.division,
            look=lambda brought, name: compare_files(row, seat, _named(brought, name)),
        )
        tokens.append(token)
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


def _read(path: Path) -> BroughtPackages:
    """A single file, or each file of the whole package."""
    if path.suffix == ".zip":
        return _unpacked(path)
    try:
        return BroughtPackages([(path.name, read_package(book_in_child(path)))])
    except StrangePackageError as error:
        raise NotAllowed(str(error)) from error


def _unpacked(path: Path) -> BroughtPackages:
    """Each file of a zip read or said why not; one that isn't of the package stands in the way of
    none.
    """
    brought = BroughtPackages(zipped=True)
    with (
        path.open("rb") as stream,
        tempfile.TemporaryDirectory(prefix="wenxiao-package-") as folder,
    ):
        try:
            pieces = list(islice(unpack(stream, size=path.stat().st_size), MOST_FILES + 1))
        except ParcelRefusedError as refused:
            raise NotAllowed(refused.problem.sentence()) from refused
        if len(pieces) > MOST_FILES:
            raise NotAllowed(f"压缩包里最多 {MOST_FILES} 个文件；底稿包应只有取走时的几个。")
        for at, piece in enumerate(pieces):
            ending = PurePosixPath(piece.name).suffix.lower()
            if piece.content is None or ending not in PARTS:
                why = piece.problem.text if piece.problem else "不是底稿包里的表格或 Word"
                brought.left.append((piece.name, f"{why.rstrip('。')}，没有读。"))
                continue
            part = Path(folder) / f"{at}{ending}"
            part.write_bytes(piece.content)
            try:
                brought.files.append((piece.name, read_package(book_in_child(part))))
            except NoPapersError:
                brought.left.append((piece.name, "里面没有底稿表（如打分说明书），没有读。"))
            except (StrangePackageError, NotAllowed) as error:
                brought.left.append((piece.name, str(error)))
    if not brought.files:
        reasons = "；".join(f"“{name}”：{why}" for name, why in brought.left)
        raise NotAllowed(f"压缩包里没有可以带回的底稿。{reasons}")
    brought.files.sort(key=lambda one: not one[1].whole)
    return brought


FILES = BroughtFiles(
    salt="evaluation-package",
    endings=frozenset({".xlsx", ".docx", ".zip"}),
    largest=12 << 20,
    asks=(
        "请选择整个底稿包（.zip），或其中填好的表格（.xlsx）、Word 底稿（.docx），不超过 12 MB。"
    ),
    expired="底稿包带回已超过一天或地址不完整，请重新带回。",
    read=_read,
)


def _named(brought: BroughtPackages, name: str) -> BroughtPackages:
    """A single file under the name it came with."""
    return brought if brought.zipped else replace(brought, files=[(name, brought.files[0][1])])


@view("evaluate", methods=("GET", "POST"))
def compared(request: HttpRequest, pk: int) -> HttpResponse:
    """Each difference with both values and a choice, and what was named but not taken."""
    row = _review(request, pk)
    token = request.POST.get("of") or request.GET.get("of", "")
    _must_write(row)
    read, name = FILES.again(request, token, about=row.pk, division=row.round.division)
    brought = _named(read, name)
    comparison = compare_files(row, _seat(request), brought)
    if request.method == "POST":
        return _take(request, row, brought, comparison)
    asks = any(
        one.key.endswith(":points") and one.old for one in comparison.choices
    ) and _asks_reason(request, row)
    values = {
        "review": row,
        "comparison": comparison,
        "of": token,
        "name": name,
        "asks": asks,
        "moved": any(
            one.whole and one.given.get("version") != str(row.version) for _, one in brought.files
        ),
    }
    return render(request, "desk/evaluations/package.html", values)


def _asks_reason(request: HttpRequest, row: Review) -> bool:
    marks = row.marks.filter(seat=_seat(request), indicator=None)
    return any(asks_reason(row, mark, person(request)) for mark in marks)


def _take(
    request: HttpRequest, row: Review, brought: BroughtPackages, comparison: PackageComparison
) -> HttpResponse:
    every = [one.key for one in comparison.choices]
    chosen = [key for key in every if request.POST.get(f"use-{key}") == "new"]
    why = text_of(request, "why", 500)

    def run() -> str:
        count = take_package(
            review=row,
            brought=brought,
            chosen=chosen,
            seen=request.POST.get("seen", ""),
            by=person(request),
            why=why,
        )
        return f"已选用底稿包 {count} 处，其余 {len(every) - count} 处留系统里的。"

    back = reverse("desk:working_papers", args=[row.pk])
    return carry_out(request, run, back, [Typed("改分理由", "", why)])
