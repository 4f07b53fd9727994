"""The list of subjects as a workbook: the rows the address asks for, in the order it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import KINDS
from wenxiao.desk.dossiers.results import results, stage_words
from wenxiao.desk.subjects.counts import WORKS
from wenxiao.desk.subjects.order import DEFAULT, SHOWN, STORED, applied, keys_by_shown, shown_money
from wenxiao.desk.subjects.subjects import SUMMED, ListView, look
from wenxiao.files.out.spreadsheets import SheetSpec, workbook_bytes
from wenxiao.files.out.summary_table import columns_of
from wenxiao.followup.selectors import confirmed_counts
from wenxiao.pages.downloads import attachment
from wenxiao.pages.formats import subject_title
from wenxiao.pages.views import person, view
from wenxiao.records.services import record
from wenxiao.reviews.lines import review_lines
from wenxiao.reviews.selectors import told_money
from wenxiao.rulebook.numbers import as_wan, rate_percent
from wenxiao.rulebook.table_layouts import table_layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier
    from wenxiao.budget.money import Money
    from wenxiao.orgs.models import User
    from wenxiao.reviews.lines import ReviewLine

MOST = 20_000
"""How many rows one workbook holds; beyond that it says so."""
AT_ONCE = 1000


@view("see_unit")
def subjects_file(request: HttpRequest) -> HttpResponse:
    """As .xlsx, at most 20 000 rows; taking it out is on record.
    限制知悉 subjects stay inside the system, and the sheet says how many.
    """
    whole = look(request)
    exported = whole.found.exclude(subject__restriction="restricted")
    total, kept_in = exported.count(), whole.found.filter(subject__restriction="restricted").count()
    sort = applied(whole.asked.sort, small=total <= SUMMED)
    ids = _ids(whole.ranked(exported), sort, person(request))
    layout = table_layout("subjects")
    notes = [*layout.notes]
    if total > MOST:
        notes.append(f"符合条件的对象共 {total:,} 个，本表只列前 {MOST:,} 个；缩小条件后分次导出。")
    if kept_in:
        notes.append(f"另有 {kept_in:,} 个限制知悉的对象不导出，请在系统内查看。")
    division = person(request).division
    if division is not None:
        record(
            division=division,
            by=person(request),
            act="导出对象清单",
            label=f"{len(ids)} 个对象，{conditions(whole)}",
            data={
                "count": len(ids),
                "kept_in": kept_in,
                "conditions": whole.asked.address().partition("?")[2],
            },
        )
    sheet = SheetSpec(
        layout.sheet,
        layout.title,
        columns_of(layout.columns),
        list(_rows(whole.seen.model.objects.all(), ids, person(request))),
        notes=notes,
        corner=layout.corner,
        watermark="演示数据" if division and division.demo else None,
    )
    return attachment(workbook_bytes([sheet]), "对象清单", "xlsx")


def conditions(whole: ListView) -> str:
    """What the address asks for in words, for the trail: 全部对象, or 单位“区教体局”、2020 预算年度、标签“民生”."""
    asked = whole.asked
    phrases = [
        f"名称、单位或代码含“{asked.q}”" if asked.q else "",
        f"单位“{whole.unit.name}”" if whole.unit else "",
        f"类型“{KINDS.get(asked.kind, asked.kind)}”" if asked.kind else "",
        f"{asked.fiscal_year} 预算年度" if asked.fiscal_year else "",
        f"{whole.year} 年“{WORKS[asked.work][0]}”" if asked.work else "",
        f"标签“{asked.tag}”" if asked.tag else "",
        f"共性问题“{whole.problem.text}”" if whole.problem else "",
    ]
    return "、".join(part for part in phrases if part) or "全部对象"


def _ids(found: QuerySet[Dossier], sort: str, user: User) -> list[int]:
    if sort.lstrip("-") in SHOWN:
        return [key[2] for key in keys_by_shown(found, sort, user)][:MOST]
    return list(found.order_by(*STORED.get(sort, DEFAULT)).values_list("pk", flat=True)[:MOST])


def _rows(
    dossiers: QuerySet[Dossier], ids: list[int], user: User
) -> Iterator[tuple[str | int | Decimal | None, ...]]:
    """Tuples as wide as the columns, a thousand dossiers read at once; of
    reviews what ``user`` may read.
    """
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        rows = dossiers.select_related("subject", "unit").in_bulk(part)
        monies = told_money(user, money_of(part))
        reviews, findings = review_lines(part, user), confirmed_counts(part)
        for at, pk in enumerate(part, start=start + 1):
            yield _row(at, rows[pk], monies[pk], reviews.get(pk, []), findings.get(pk, 0))


def _row(
    at: int, dossier: Dossier, money: Money, held: list[ReviewLine], findings: int
) -> tuple[str | int | Decimal | None, ...]:
    budget, spent, basis = shown_money(money, held)
    last = results(held)[-1:]
    settled = last[0] if last and last[0].settled else None
    values = {
        "number": at,
        "code": dossier.subject.code,
        "subject": subject_title(dossier),
        "unit": dossier.unit.name,
        "kind": dossier.subject.get_kind_display(),
        "year": dossier.fiscal_year,
        "tags": "、".join(dossier.subject.tags or ()) or None,
        "budget": as_wan(budget),
        "spent": as_wan(spent),
        "basis": basis or None,
        "rate": rate_percent(spent, budget),
        "stages": stage_words(held),
        "result": last[0].title if last else None,
        "points": settled.points if settled else None,
        "grade": (settled.grade or None) if settled else None,
        "findings": findings,
    }
    return table_layout("subjects").row(values)
