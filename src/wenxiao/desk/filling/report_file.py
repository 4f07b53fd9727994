"""The self-evaluation report (单位自评报告) of one form as a Word document, made of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from wenxiao.desk.filling.filling import review_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.formats import subject_title
from wenxiao.pages.views import view
from wenxiao.reports.selfeval_report import selfeval_docx

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("see_unit")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of one self-evaluation in this person's scope; 404 for any
    other and for monitoring.
    """
    row = review_of(request, pk)
    if row.kind != "selfeval":
        raise Http404
    name = f"{subject_title(row.dossier)}{row.dossier.fiscal_year}年度绩效自评报告"
    return attachment(selfeval_docx(row), name, "docx")
