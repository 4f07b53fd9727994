"""问责: the draft of a 通报, one object and its facts; nobody is ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from wenxiao.files.out.circular import circular_paper
from wenxiao.followup.selectors.ledger import accountabilities_seen_by
from wenxiao.pages.acts import person
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import division_of, view
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("confirm_finding")
def circular(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft of one 通报 as .docx."""
    division = division_of(request, "desk:rectifications")
    row = accountabilities_seen_by(person(request)).filter(pk=pk, kind="circular").first()
    if row is None:
        raise Http404
    subject, item = row.dossier.subject, row.rectification
    facts = [("问题", item.finding.text)] if item else []
    if item:
        due = item.falls_due
        facts.append(("整改", f"{item.get_state_display()}，期限 {due:%Y年%m月%d日}"))
        facts.append(("整改措施", item.measure))
    facts += [("事由", row.matter), ("项目责任人", row.person), ("处理", row.consequence)]
    title = f"关于{subject.name}绩效问题的通报"
    content = circular_paper(
        title,
        row.unit.name,
        f"{row.dossier.fiscal_year}年度{subject.name}",
        facts,
        office=division.bureau,
        date=f"{today():%Y年%m月%d日}",
        watermark="演示数据" if division.demo else None,
    )
    return attachment(content, title, "docx")
