"""制度库: papers the bureau stands on.
Who keeps its rules enters and corrects them; what was received stays stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.files.door.markings import marking_in, marking_refused
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services.secrecy import refuse_secret
from wenxiao.records.models import Article, Document
from wenxiao.records.services import record
from wenxiao.rulebook.articles import split
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile


@transaction.atomic
def add_document(
    *,
    division: Division,
    kind: str,
    title: str,
    by: User | None,
    number: str = "",
    issuer: str = "",
    issued_on: date | None = None,
    in_force_from: date | None = None,
    note: str = "",
    file: StoredFile | None = None,
    why: str = "",
) -> Document:
    """A paper enters the document library (制度库); kind is Document.Kind.
    The same title and number is listed once.
    """
    require(by, "manage_rules", division=division)
    refuse_faulty(kind, title)
    refuse_double(division, title, number)
    document = Document.objects.create(
        division=division,
        kind=kind,
        title=title,
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        in_force_from=in_force_from,
        note=note,
        file=file,
    )
    record(
        division=division, by=by, act="登记文件", target=document, why=why, data={"number": number}
    )
    return document


@transaction.atomic
def edit_document(
    *,
    document: Document,
    by: User | None,
    why: str,
    seen: dict[str, Any] | None = None,
    **values: Any,
) -> Document:
    """Change what the library says of a paper; ``seen`` are the values the person had before them,
    Stale if they moved.

    ``values``: kind, title, number, issuer, issued_on, in_force_from, note, file. The paper
    received before stays stored.
    """
    require(by, "manage_rules", division=document.division)
    refuse_unreasoned(why)
    allowed = {"kind", "title", "number", "issuer", "issued_on", "in_force_from", "note", "file"}
    if unknown := set(values) - allowed:
        raise KeyError(*sorted(unknown))
    refuse_faulty(values.get("kind", document.kind), values.get("title", document.title))
    before = {name: getattr(document, name) for name in values}
    if Document.objects.filter(pk=document.pk, **(seen or {})).update(**values) != 1:
        raise Stale(document)
    document.refresh_from_db()
    record(
        division=document.division,
        by=by,
        act="修改文件信息",
        target=document,
        why=why,
        data={"before": before, "after": values},
    )
    return document


def refuse_unreasoned(why: str) -> None:
    """NotAllowed where what the library says of a paper is changed without a reason."""
    if not why.strip():
        raise NotAllowed("修改文件信息须写明理由。")


def refuse_double(division: Division, title: str, number: str) -> None:
    """NotAllowed where the library has this paper already."""
    same = Document.objects.filter(division=division, title=title, number=number).first()
    if same is not None:
        raise NotAllowed(f"{same}已在制度库中，不必重复登记。")


def refuse_faulty(kind: str, title: str) -> None:
    """NotAllowed for a paper without a title or of no kind, or whose title carries a marking."""
    if not title.strip():
        raise NotAllowed("请填写文件名称。")
    refuse_secret(title)
    if kind not in Document.Kind.values:
        raise NotAllowed("请选择文件类别。")


@transaction.atomic
def set_articles(*, document: Document, text: str, by: User | None, why: str) -> list[Article]:
    """The words of a paper, split by 条, in place of those it had: rules open their clauses here.

    NotAllowed where nothing reads like an article. The entry holds which articles changed, never
    the words.
    """
    require(by, "manage_rules", division=document.division)
    if not why.strip():
        raise NotAllowed("录入条文须写明文本的来处或理由。")
    for line in text.splitlines():
        if (marking := marking_in(line)) is not None:
            raise NotAllowed("".join(marking_refused(marking)))
    parts = split(text)
    if not parts:
        raise NotAllowed("没有找到以“第…条”开头的条文。请贴入带条号的正文，每条另起一行。")
    held = Document.objects.select_for_update().get(pk=document.pk)
    before = dict(held.articles.values_list("label", "sha256"))
    held.articles.all().delete()
    articles = Article.objects.bulk_create(
        Article(document=held, order=at, label=one.label, words=one.words, sha256=one.sha256)
        for at, one in enumerate(parts, 1)
    )
    after = {one.label: one.sha256 for one in articles}
    record(
        division=held.division,
        by=by,
        act="录入条文",
        target=held,
        why=why,
        data={
            "count": len(articles),
            "changed": [
                label for label in after if before.get(label, after[label]) != after[label]
            ],
            "gone": [label for label in before if label not in after],
        },
    )
    return articles
