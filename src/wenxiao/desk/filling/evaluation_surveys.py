"""满意度问卷 of an evaluation: the evaluators ask for one criterion; the result stands in its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse

from wenxiao.desk.filling.surveying import AskedRow, opened, survey_page
from wenxiao.followup.selectors.ledger import reviews_seen_by
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.packaging import criterion_paper
from wenxiao.reviews.states import OPEN
from wenxiao.reviews.surveys import surveys_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("evaluate", methods=("GET", "POST"))
def survey(request: HttpRequest, pk: int, criterion: int) -> HttpResponse:
    """The surveys of one criterion and their results; opening one."""
    review = reviews_seen_by(person(request)).filter(pk=pk, kind__in=JUDGED).first()
    row = review.criteria.filter(pk=criterion).first() if review is not None else None
    if review is None or row is None:
        raise Http404
    dossier = review.dossier
    if not held(request).can("evaluate", unit=dossier.unit, subject=dossier.subject):
        raise Http404
    put_under(request, "desk:evaluations")
    if request.method == "POST":
        return opened(request, review, row)
    paper = criterion_paper(row)
    back = reverse("desk:working_papers", args=[pk])
    asked = AskedRow(
        name=row.name,
        goal="",
        now=f"评分底稿{'已写' if paper else '还没有写'}",
        version=paper.version if paper else None,
        back=back,
        crumbs=[
            ("评价", reverse("desk:evaluations")),
            (review.dossier.subject.name, reverse("desk:review", args=[pk])),
            ("工作底稿", back),
        ],
        taken_as="把满意度记入评分底稿",
    )
    mine = surveys_visible_to(person(request)).filter(review=review, criterion=row)
    return survey_page(request, review, mine, asked, fills=review.state in OPEN)
