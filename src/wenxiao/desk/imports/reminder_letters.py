"""催办函 on paper: to one unit, or to all that still owe something in one zip with one print run."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.files.out.notices import Letterhead, Reminder, reminder_letter, reminder_letters
from wenxiao.followup.selectors.reminders import letters_about
from wenxiao.followup.services import send_reminder
from wenxiao.intake.lists import missing_dossiers, standing_of_round
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.downloads import attachment
from wenxiao.pages.formats import full_day
from wenxiao.pages.views import person, view
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.records.models import Notice

MOST = 50
"""Letters of one pack, so that a pack is answered in a few seconds."""
PRINT_RUN, OUTCOMES = "全部催办函（一次打印）.docx", "打包结果.txt"
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


def packs_of(letters: int) -> int:
    """In how many packs so many letters come."""
    return -(-letters // MOST)


def _asked(request: HttpRequest, pk: int) -> tuple[Round, date | None]:
    """The round, and the day the letters name; NotAllowed for a day that has passed."""
    rows = rounds_visible_to(person(request)).select_related("division", "basis")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    try:
        by_day = date.fromisoformat(request.POST.get("by", ""))
    except ValueError:
        by_day = None
    if by_day is not None and by_day < today():
        raise NotAllowed(f"要求报送的日期 {full_day(by_day)} 已经过去，请改日期后再印。")
    return row, by_day


@view("manage_round", methods=("POST",))
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """催办函 to one unit as Word, on record and counted: what is missing and
    until when it is now expected.
    """
    row, by_day = _asked(request, pk)
    unit = request.POST.get("unit", "")
    rows = missing_dossiers(row, unit)
    if not rows:
        raise Http404
    notice = send_reminder(round=row, missing=rows, by=person(request), on=today(), due_on=by_day)
    return attachment(reminder_letter(*_contents(row, rows, notice)), f"催办函（{unit}）", "docx")


@view("manage_round", methods=("POST",))
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """催办函 to every unit that still owes something: a file each, all in one
    to print, and a list of what came of each.
    """
    row, by_day = _asked(request, pk)
    units = [one.unit for one in standing_of_round(row).missing]
    asked = request.POST.get("pack", "1")
    pack = int(asked) if asked.isdecimal() and 0 < int(asked[:4]) <= packs_of(len(units)) else 1
    printed, outcomes = [], []
    for number, unit in enumerate(units[(pack - 1) * MOST : pack * MOST], (pack - 1) * MOST + 1):
        name = f"{number:03}_{_UNSAFE.sub('_', unit)[:60]}"
        rows = missing_dossiers(row, unit)
        try:
            notice = send_reminder(
                round=row, missing=rows, by=person(request), on=today(), due_on=by_day
            )
        except (NotAllowed, Refused) as refusal:
            outcomes.append(f"{name}：没有印，{refusal}")
        else:
            printed.append((name, _contents(row, rows, notice)))
            outcomes.append(f"{name}：已印，缺 {len(rows)} 项")
    if not printed:
        raise NotAllowed(
            outcomes[0].partition("，")[2] if outcomes else "应报的都已收到，没有要印的催办函。"
        )
    several = f"第{pack}包" if packs_of(len(units)) > 1 else ""
    return attachment(_packed(printed, outcomes), f"{row.name}催办函{several}", "zip")


def _packed(printed: list[tuple[str, tuple[Letterhead, Reminder]]], outcomes: list[str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(PRINT_RUN, reminder_letters([contents for _, contents in printed]))
        for name, contents in printed:
            packed.writestr(f"{name}_催办函.docx", reminder_letter(*contents))
        packed.writestr(OUTCOMES, "\r\n".join(outcomes) + "\r\n")
    return stream.getvalue()


def _contents(row: Round, rows: list[Any], notice: Notice) -> tuple[Letterhead, Reminder]:
    """What one letter says; the second and later ones to a unit say which they are."""
    sent = list(letters_about(row).filter(unit=notice.unit).values_list("pk", flat=True))
    due = str(full_day(row.deadline)) if row.deadline else "未定"
    what = f"{row.get_kind_display()}材料"
    head = Letterhead(
        row.division.bureau,
        "",
        str(full_day(notice.issued_on)),
        watermark="演示" if row.division.demo else None,
    )
    return head, Reminder(
        addressee=str(rows[0].unit),
        round_name=row.name,
        missing=[(dossier.subject.name, what, due) for dossier in rows],
        submit_by=str(full_day(notice.due_on)) if notice.due_on else "　　年　　月　　日",
        basis=[str(row.basis)] if row.basis else [],
        times=sent.index(notice.pk) + 1,
    )
