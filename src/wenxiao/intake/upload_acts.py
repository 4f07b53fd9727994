"""What is done with files once they were looked at, one function per act: the values of the form,
the files, the person.

Runs inside the transaction that notes the upload as done. Who may do what is asked by the services,
now as it was when the form was sent; what may have changed meanwhile is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.evidence.selectors import material_seen_by
from wenxiao.evidence.services import hand_in_material, replace_material
from wenxiao.files.forms.assistance_row import assistance_row
from wenxiao.files.forms.targets.library_file import library_rows
from wenxiao.followup.selectors.ledger import rectifications_seen_by
from wenxiao.followup.services import reply_rectification
from wenxiao.orgs.services.library import add_document, edit_document, set_articles
from wenxiao.records.models import Document
from wenxiao.reviews.form_selectors import assistances_visible_to
from wenxiao.reviews.selectors import promise_of
from wenxiao.reviews.services import hand_in_paper, request_adjustment, submit_for_units
from wenxiao.reviews.services.assisting import answer_by_workbook, number_of
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.rulebook.articles import held_against
from wenxiao.rulebook.papers import laws_of, paper_of
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.selectors import targets_visible_to
from wenxiao.targets.services import LibraryEntry, import_library, submit_target_for_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model, QuerySet

    from wenxiao.files.cells.cells import Book
    from wenxiao.files.pool import What
    from wenxiao.intake.uploads import Arrived
    from wenxiao.orgs.models import User
    from wenxiao.records.models import Article

Values = dict[str, Any]
GONE = "要办的对象已不在您的授权范围内，文件没有收下。"
DAYS = ("issued_on", "in_force_from")


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act: a sentence, and the number of what it made where
    a page should open it.
    """

    sentence: str
    opens: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What an act reads in its file: what a child is asked, where that
    stands in its answer, how it is read.
    """

    asked: What
    key: str
    read: Callable[[Any], Any]


def told_personal(arrived: Sequence[Arrived]) -> str:
    """What to say of personal data found: 「《花名册.xlsx》含身份证号 12 处」; empty without any."""
    sentences = [
        f"《{one.file.name}》含" + "、".join(f"{kind} {count} 处" for kind, count in one.personal)
        for one in arrived
        if one.personal
    ]
    return "；".join(sentences) + "，已标明；不需要的请遮盖后换一份新版。" if sentences else ""


def _found(rows: QuerySet[Any], pk: int) -> Any:
    row: Model | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotAllowed(GONE)
    return row


def _hand_in(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    dossier = _found(dossiers_visible_to(by), values["dossier"])
    promise, wanted = promise_of(dossier), set(values["rows"])
    for one in arrived:
        hand_in_material(
            dossier=dossier,
            indicators=[row for row in (promise.indicators if promise else ()) if row.pk in wanted],
            file=one.file,
            kind=values["kind"],
            by=by,
            dated=_day(values["dated"]),
            title=values["title"] if len(arrived) == 1 else "",
            note=values["note"],
            stage=values["stage"],
            through_month=values["month"],
            personal=one.personal,
        )
    return Done(f"已收佐证 {len(arrived)} 份。{told_personal(arrived)}")


def _replace(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = material_seen_by(by, values["material"])
    if row is None:
        raise NotAllowed(GONE)
    replace_material(
        material=row,
        file=arrived[0].file,
        by=by,
        why=values["why"],
        personal=arrived[0].personal,
        version=values["version"],
    )
    return Done(f"“{row.title}”已换新版，旧版留存。{told_personal(arrived)}")


def _reply(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(rectifications_seen_by(by), values["item"])
    reply_rectification(
        item=row, by=by, reply=values["reply"], proof=arrived[0].file, version=values["version"]
    )
    return Done("整改结果已报，等财政部门核验。")


def _approve(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(reviews_visible_to(by), values["review"])
    hand_in_paper(review=row, by=by, file=arrived[0].file, version=values["version"])
    return Done("签字件已收，等主管部门或财政部门核对确认后代替线上审核。")


def _for_units(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    seen = {int(pk): version for pk, version in values["reviews"]}
    outcome = submit_for_units(reviews=seen, by=by, signed=arrived[0].file, why=values["why"])
    done = [row for row, refused in outcome if not refused]
    left = "；".join(
        f"{row.dossier.subject.name}：{refused}" for row, refused in outcome if refused
    )
    if not done:
        raise NotAllowed(left or GONE)
    return Done(f"已代单位报送 {len(done)} 份。{'没有报的：' + left if left else ''}"[:2000])


def _target_for_unit(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(targets_visible_to(by), values["target"])
    submit_target_for_unit(
        target=row, by=by, version=values["version"], signed=arrived[0].file, why=values["why"]
    )
    return Done(f"已代{row.dossier.unit.name}报送{row.dossier.subject.name}的目标，附单位签章件。")


def _adjustment(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(targets_visible_to(by), values["target"])
    change = values["budget_change"]
    draft = request_adjustment(
        target=row,
        by=by,
        why=values["why"],
        budget_change=None if change is None else Decimal(change),
        proof=arrived[0].file,
    )
    return Done(f"已起草第 {draft.number} 版，批复前仍按第 {row.number} 版执行。", draft.pk)


def _enter(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    texts = _said(values)
    if by.division is None:
        raise NotAllowed(GONE)
    row = add_document(division=by.division, by=by, file=arrived[0].file, **texts)
    return Done(f"已登记《{texts['title']}》。", row.pk)


def _edit(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(Document.objects.filter(division=by.division), values["document"])
    texts = _said(values) | {"file": arrived[0].file}
    edit_document(document=row, by=by, why=values["why"], seen=values["seen"], **texts)
    return Done(f"{row}已修改，原来的内容在留痕中。")


def _articles(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(Document.objects.filter(division=by.division), values["document"])
    articles = set_articles(document=row, text=arrived[0].content, by=by, why=values["why"])
    return Done(told_articles(row, articles))


def told_articles(row: Document, made: Iterable[Article]) -> str:
    """What to say of a paper's words taken in: how many articles, and how
    many read otherwise than what was compared.
    """
    digests = {one.label: one.sha256 for one in made}
    known = paper_of(row.title, row.number)
    laws = laws_of(known) if known is not None else ()
    differs = sum(one.met == "differs" for one in held_against(laws, digests))
    differing = f"，其中 {differs} 条与核对过的条文不同，请看下面" if differs else ""
    return f"{row}已录入 {len(digests)} 条{differing}。"


def _library(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    if by.division is None:
        raise NotAllowed(GONE)
    lines: list[tuple[int, LibraryEntry]] = arrived[0].content
    count = import_library(division=by.division, entries=lines, source=values["source"], by=by)
    return Done(f"指标库导入 {count} 行，未核；已在库里的没有重复导入。")


def _assisted(values: Values, arrived: Sequence[Arrived], by: User) -> Done:
    row = _found(assistances_visible_to(by), values["assistance"])
    words: dict[str, str] = arrived[0].content
    if words["key"] != number_of(row):
        raise NotAllowed(
            f"这份一行表的编号是 {words['key'][:20]}，不是 {number_of(row)}；请在它自己那一行带回。"
        )
    words = {name: words.get(name, "") for name in ("value", "note", "answered_by", "phone")}
    answer_by_workbook(assistance=row, by=by, **words)
    return Done(f"{row.asked_of}填的已带回，请核对采用。")


def _row_of(book: Book) -> dict[str, str]:
    row = assistance_row(book)
    if row is None:
        raise NotAllowed("这不是从“请人填”下载的一行表，或编号那一格被改掉了；请重新下载一份再填。")
    return row


def _entries(book: Book) -> list[tuple[int, LibraryEntry]]:
    lines = library_rows(book)
    if lines is None:
        raise NotAllowed("没有找到表头：应有一级指标、二级指标、三级指标三列，列名不限顺序。")
    return [(line, LibraryEntry(**cells)) for line, cells in lines]


def _said(values: Values) -> Values:
    given: Values = dict(values["said"])
    return given | {name: _day(given[name]) for name in DAYS}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


ACTS: dict[str, Callable[[Values, Sequence[Arrived], User], Done]] = {
    "material": _hand_in,
    "material_version": _replace,
    "rectification": _reply,
    "signature": _approve,
    "for_units": _for_units,
    "target_for_unit": _target_for_unit,
    "target_adjustment": _adjustment,
    "document": _enter,
    "document_edit": _edit,
    "articles": _articles,
    "library": _library,
    "assistance": _assisted,
}
CONTENTS: dict[str, Content] = {
    "articles": Content("paper", "text", str),
    "library": Content("book", "book", _entries),
    "assistance": Content("book", "book", _row_of),
}
"""The acts that read their file, not only keep it; read before the transaction begins."""
