"""送签, 撤回, 退回: the draft's way up to whoever signs it and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from wenxiao.desk.report.report import bureau_of
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.views import person, view
from wenxiao.reports import services
from wenxiao.reports.hand_in import hand_in_report, send_back_report, take_back_report
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reports.models import Draft


def _draft(request: HttpRequest, year: int) -> Draft:
    draft = services.draft_of(bureau_of(request), year)
    if draft is None:
        raise NotAllowed(f"{year} 年度还没有起草报告，请财政绩效科先起草。")
    return draft


@view("write_report", methods=("POST",))
def hand_in(request: HttpRequest, year: int) -> HttpResponse:
    """送签 what the writer has before him; a second click finds it handed in and changes nothing."""
    draft = _draft(request, year)

    def run() -> str:
        if draft.state != "handed":
            shown = request.POST.get("shown", "")
            hand_in_report(
                draft=draft, by=person(request), shown=shown, version=version_of(request)
            )
        return "已送签，局领导的工作台上会列出来。签发之前可以撤回。"

    return carry_out(request, run, reverse("desk:report", args=[year]))


@view("write_report", methods=("POST",))
def take_back(request: HttpRequest, year: int) -> HttpResponse:
    """撤回 with a reason; the words may be changed again."""
    draft, why = _draft(request, year), text_of(request, "why")

    def run() -> str:
        take_back_report(draft=draft, by=person(request), why=why, version=version_of(request))
        return "已撤回，可以修改；改好后再送签。"

    return carry_out(request, run, reverse("desk:report", args=[year]), [Typed("理由", "", why)])


@view("sign_report", methods=("POST",))
def send_back(request: HttpRequest, year: int) -> HttpResponse:
    """退回 by a leader with a reason, which the writers find on their own desk."""
    draft, why = _draft(request, year), text_of(request, "why")

    def run() -> str:
        send_back_report(draft=draft, by=person(request), why=why, version=version_of(request))
        return "已退回绩效科，理由已写明。"

    return carry_out(request, run, reverse("desk:report", args=[year]), [Typed("理由", "", why)])
