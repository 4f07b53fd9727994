"""The evaluation report (评价报告) of one result as a Word document, to be
completed by its chief evaluator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from wenxiao.followup.selectors.ledger import EVALUATIONS, reviews_seen_by
from wenxiao.pages.downloads import attachment
from wenxiao.pages.formats import subject_title
from wenxiao.pages.views import person, view
from wenxiao.reports.evaluation_report import evaluation_docx
from wenxiao.reports.facts import facts_of_review
from wenxiao.reports.letters import NothingToTellError
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("see_unit")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of one review in this person's scope; 404 for any other."""
    row = (
        reviews_seen_by(person(request))
        .filter(pk=pk, kind__in=EVALUATIONS)
        .select_related("round__division")
        .first()
    )
    if row is None:
        raise Http404
    try:
        content = evaluation_docx(facts_of_review(row), row)
    except NothingToTellError as error:
        raise NotAllowed(str(error)) from error
    return attachment(
        content, f"{subject_title(row.dossier)}{row.dossier.fiscal_year}年度评价报告", "docx"
    )
