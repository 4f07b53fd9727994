"""反馈函打包: every letter of the year that went out, in one zip for one print
run, with what came of each.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.followup.selectors.ledger import notices_about, to_feed_back
from wenxiao.followup.services.notices import require_letter
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import person
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import view
from wenxiao.reports.facts import facts
from wenxiao.reports.letters import NothingToTellError, feedback_docx

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.reviews.models import Review

MOST = 50
"""Letters of one pack: drawn in the web request, at 30 ms each, so that a
pack is answered in about two seconds.
"""
OUTCOMES = "打包结果.txt"
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


@view("see_unit")
def letters(request: HttpRequest) -> HttpResponse:
    """The year's letters the person may read, sent ones alone; a list
    inside says of each: packed, or why not.
    """
    year = work_year(request)
    rows = list(
        to_feed_back(person(request), year)
        .select_related("dossier__subject", "dossier__unit", "round__division")
        .order_by("dossier__unit__path", "pk")
    )
    notices = notices_about([row.pk for row in rows])
    sent = [row for row in rows if notices.get(row.pk)]
    if not sent:
        messages.error(request, f"{year}年还没有发出的反馈函；发出以后可以一起打包。")
        return redirect(f"{reverse('desk:feedback')}?year={year}")
    asked = request.GET.get("pack", "1")
    pack = int(asked) if asked.isdecimal() and 0 < int(asked[:4]) <= packs_of(len(sent)) else 1
    content = _packed(request, sent, pack)
    return attachment(content, f"{year}年反馈函{f'第{pack}包' if len(sent) > MOST else ''}", "zip")


def packs_of(letters: int) -> int:
    """In how many packs so many letters come."""
    return max(1, -(-letters // MOST))


def _packed(request: HttpRequest, rows: list[Review], pack: int) -> bytes:
    known = facts(rows[0].round.division, rows[0].round.work_year)
    stream, outcomes, first = io.BytesIO(), [], (pack - 1) * MOST
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, row in enumerate(rows[first : first + MOST], first + 1):
            name = _UNSAFE.sub("_", f"{number:03}_{row.dossier.unit}_{row.dossier.subject.name}")
            try:
                require_letter(person(request), row)
                packed.writestr(f"{name[:80]}_反馈函.docx", feedback_docx(known, row.pk))
            except (NothingToTellError, Refused) as error:
                outcomes.append(f"{name}：没有打包，{error}")
            else:
                outcomes.append(f"{name}：已打包")
        if len(rows) > MOST:
            outcomes.append(
                f"共 {len(rows)} 份，每包 {MOST} 份，分 {packs_of(len(rows))} 包，这是第 {pack} 包。"
            )
        packed.writestr(OUTCOMES, "\r\n".join(outcomes) + "\r\n")
    return stream.getvalue()
