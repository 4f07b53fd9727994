"""请人填: one row of a form asked of the office that owns the figure, by link
and QR code or by a one-row workbook.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.filling.filling import may_fill, review_of
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.evidence.selectors import kinds_of
from wenxiao.files.out.assistance_row import assistance_workbook
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.downloads import as_received, attachment
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, put_under, view
from wenxiao.reviews.checks import rows_of
from wenxiao.reviews.form_selectors import assistances_visible_to
from wenxiao.reviews.services import assisting
from wenxiao.reviews.services.assisting import number_of
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.records.models import Upload
    from wenxiao.reviews.assistance import Assistance
    from wenxiao.reviews.models import Review

DAYS = 7
"""For how long a request holds where nobody chose another day."""


@view("fill", methods=("GET", "POST"))
def assistance(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    """What was asked about one row and what came back; asking anew."""
    review = review_of(request, pk)
    line = next((one for one in rows_of([review])[pk] if one.indicator.pk == indicator), None)
    if line is None:
        raise Http404
    if request.method == "POST":
        return _asked(request, review, indicator)
    return _page(request, review, indicator)


def _page(
    request: HttpRequest,
    review: Review,
    indicator: int,
    link: str = "",
    row: Assistance | None = None,
) -> HttpResponse:
    line = next(one for one in rows_of([review])[review.pk] if one.indicator.pk == indicator)
    division = review.round.division
    values = {
        "review": review,
        "line": line,
        "rows": list(
            assistances_visible_to(person(request)).filter(review=review, indicator=indicator)
        ),
        "fills": may_fill(request, review),
        "links": division.assist_links,
        "until": today() + timedelta(days=DAYS),
        "kinds": kinds_of(division, review.dossier.fiscal_year),
        "link": link,
        "picture": segno.make(link, error="m").svg_data_uri(scale=5) if link else "",
        "fresh": row,
    }
    return render(request, "desk/filling/assistance.html", values)


def _asked(request: HttpRequest, review: Review, indicator: int) -> HttpResponse:
    """Ask; a link is shown once, in the answer to the form that made it."""
    back = reverse("desk:assistance", args=[review.pk, indicator])
    fresh: list[tuple[Assistance, str]] = []
    asked_of, question = text_of(request, "asked_of", 60), text_of(request, "question", 300)

    def ask() -> str:
        line = next(one for one in rows_of([review])[review.pk] if one.indicator.pk == indicator)
        fresh.append(
            assisting.ask_assistance(
                review=review,
                indicator=line.indicator,
                asked_of=asked_of,
                question=question,
                until=day_of(request, "until", "期限"),
                road="link" if request.POST.get("road") == "link" else "workbook",
                by=person(request),
            )
        )
        return f"已请{asked_of}填这一行。"

    typed = [Typed("请谁填", "asked_of", asked_of), Typed("要填什么", "question", question)]
    response = carry_out(request, ask, back, typed)
    if not fresh or not fresh[0][1]:
        return response
    row, token = fresh[0]
    link = request.build_absolute_uri(reverse("portal:assist", args=[token]))
    return _page(request, review, indicator, link, row)


def _row(request: HttpRequest, pk: int) -> Assistance:
    row = assistances_visible_to(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, "desk:selfeval" if row.review.kind == "selfeval" else "desk:monitoring")
    return row


def _back(row: Assistance) -> str:
    return reverse("desk:assistance", args=[row.review_id, row.indicator_id])


@view("fill", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Take an answer over, leave it, or take the request back."""
    row = _row(request, pk)
    if act not in {"take", "decline", "withdraw"}:
        raise Http404
    why = text_of(request, "why", 300)

    def run() -> str:
        by, version = person(request), version_of(request)
        if act == "take":
            assisting.take_assistance(
                assistance=row,
                by=by,
                kind=request.POST.get("kind", ""),
                version=version,
                row_version=whole(request.POST.get("row_version")),
            )
            return f"已采用{row.asked_of}填的“{row.value}”，现在是您填的完成值。"
        if act == "decline":
            assisting.decline_assistance(assistance=row, by=by, why=why, version=version)
            return "没有采用，填的内容留存。"
        assisting.withdraw_assistance(assistance=row, by=by, version=version)
        return "已撤回，发出去的链接不能再用。"

    return carry_out(request, run, _back(row), [Typed("理由", "", why)])


@view("fill")
def row_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The one-row workbook to send out."""
    row = _row(request, pk)
    dossier = row.review.dossier
    given = (
        number_of(row),
        dossier.unit.name,
        dossier.subject.name,
        str(dossier.fiscal_year),
        row.indicator.name,
        row.indicator.expression,
        row.question,
    )
    return attachment(assistance_workbook(given), f"{number_of(row)}_{row.indicator.name}", "xlsx")


@view("fill", methods=("POST",), files=True)
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The filled workbook comes back: judged and read like every file, then a proposal."""
    row = _row(request, pk)

    def begin() -> Upload:
        upload = request.FILES.get("book")
        if upload is None or not str(upload.name).lower().endswith(".xlsx"):
            raise NotAllowed("请选择对方填好发回的一行表（.xlsx）。")
        return set_aside(
            request,
            division=row.review.round.division,
            act="assistance",
            values={"assistance": row.pk},
            files=[upload],
            back=_back(row),
            target=row.pk,
        )

    return hand_in(request, begin, _back(row))


@view("see_unit")
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof that came with an answer, byte for byte."""
    row = _row(request, pk)
    if row.file is None:
        raise Http404
    return as_received(row.file)
