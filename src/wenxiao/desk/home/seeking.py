"""What a search finds, in the groups of its list: 去哪里 · 办什么 · 对象 · 指标 · 文件与条款 · 人; each cut, each
within what one may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q

from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.desk.home.places import acts, destinations, matches, named
from wenxiao.followup.selectors.problems import catalogue, findings_seen_by
from wenxiao.orgs.selectors import units_visible_to, users_of
from wenxiao.pages.jinja import address
from wenxiao.records.selectors import articles_holding, documents
from wenxiao.rulebook.laws import clauses
from wenxiao.rulebook.papers import papers
from wenxiao.store.fields import ends_of
from wenxiao.store.segments import segments
from wenxiao.store.spelling import slip_pattern, sound_pattern
from wenxiao.targets.library import found_in, published
from wenxiao.targets.selectors import indicators_seen_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from wenxiao.desk.home.duties import HomeTask
    from wenxiao.orgs.models import User
    from wenxiao.orgs.permissions import Holdings

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One line of the list: its word, where it leads, what stands beside it
    in grey, what stands at its right.
    """

    word: str
    href: str
    beside: str = ""
    right: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """The lines of one group; ``more``: others were left off."""

    word: str
    hits: tuple[SearchHit, ...]
    more: bool = False


def seek(
    typed: str, user: User, holding: Holdings, tasks: Sequence[HomeTask], most: int
) -> list[SearchGroup]:
    """The groups that have lines, in the order of the list; nothing of nothing."""
    words = _words(typed)
    if not words:
        return []
    groups = [
        ("去哪里", [SearchHit(word, href) for word, href in named(destinations(holding), words)]),
        ("办什么", _to_do(words, holding, tasks)),
    ]
    if holding.can("see_unit"):
        groups += [
            ("对象", _subjects(user, words, most)),
            ("单位", _units(user, words, most)),
            ("指标", _indicators(user, typed, words, most)),
            ("文件与条款", _papers(user, typed, words, most)),
            ("问题", _problems(user, words, most)),
        ]
    groups.append(("人", _people(user, holding, words, most)))
    return [
        SearchGroup(word, tuple(hits[:most]), len(hits) > most) for word, hits in groups if hits
    ]


def _words(typed: str) -> list[str]:
    """Words by blanks and commas; letters with blanks between them stay words of their own."""
    for sign in "，、,；;　":
        typed = typed.replace(sign, " ")
    return typed.split()[:6]


def narrowed(rows: QuerySet[Row], words: Sequence[str], spoken: str, *others: str) -> QuerySet[Row]:
    """The rows in which every word stands somewhere; letters also find the
    field ``spoken`` by its sound. A sealed telephone is found by its whole number.
    """
    for word in words:
        condition = Q()
        for name in (spoken, *others):
            how = "numbered" if name == "phone" else "icontains"
            condition |= Q(**{f"{name}__{how}": word})
        if sound_pattern(word):
            condition |= Q(**{f"{spoken}__sounds": word})
        rows = rows.filter(condition)
    return rows


def _subjects(user: User, words: Sequence[str], most: int) -> list[SearchHit]:
    seen = subjects_visible_to(user).select_related("unit").prefetch_related("dossiers")
    rows = list(
        narrowed(seen, words, "name", "code", "unit__name").order_by("name", "pk")[: most + 1]
    )
    if not rows and (long := [word for word in words if slip_pattern(word)]):
        mistyped = reduce(or_, (Q(name__slips=word) for word in long))
        rows = list(seen.filter(mistyped).order_by("name", "pk")[: most + 1])
    if not rows:
        rows = list(_by_near_words(seen, words)[: most + 1])
    hits = []
    for row in rows:
        years = sorted(row.dossiers.all(), key=lambda one: -one.fiscal_year)
        if not years:
            continue
        years_shown = "、".join(str(one.fiscal_year) for one in years[:3])
        right = f"{years_shown}　{row.get_kind_display()}"
        beside = f"{row.unit.name}　{row.code}"
        href = address("desk:dossier", years[0].pk)
        hits.append(SearchHit(row.name, href, beside, right, row.synthetic))
    return hits


def _by_near_words(seen: QuerySet[Row], words: Sequence[str]) -> QuerySet[Row]:
    """Names that hold all words of the text, cut as Chinese is cut."""
    pieces = [piece for piece in segments(" ".join(words)) if len(piece) > 1]
    if not pieces:
        return seen.none()
    for piece in pieces:
        seen = seen.filter(name__icontains=piece)
    return seen.order_by("name", "pk")


def _units(user: User, words: Sequence[str], most: int) -> list[SearchHit]:
    rows = narrowed(units_visible_to(user), words, "name", "code").order_by("path")[: most + 1]
    return [
        SearchHit(
            row.name,
            address("desk:subjects", unit=row.pk),
            row.code,
            row.get_kind_display(),
            row.synthetic,
        )
        for row in rows
    ]


def _indicators(user: User, typed: str, words: Sequence[str], most: int) -> list[SearchHit]:
    """Names in targets one may see, each once; then rows of the library, by
    the library's own search.
    """
    rows = narrowed(indicators_seen_by(user), words, "name", "level2").order_by("name", "-pk")
    hits: dict[str, SearchHit] = {}
    for name, level, wanted, dossier, subject in rows.values_list(
        "name", "level2", "expression", "target__dossier", "target__dossier__subject__name"
    )[: most * 4]:
        hits.setdefault(
            name, SearchHit(name, address("desk:dossier", dossier), f"{level}　{wanted}", subject)
        )
    for row in found_in(published(user), typed)[: most + 1]:
        href = address("desk:library", q=row.name)
        hits.setdefault(row.name, SearchHit(row.name, href, row.level2, "指标库"))
    return list(hits.values())[: most + 1]


def _papers(user: User, typed: str, words: Sequence[str], most: int) -> list[SearchHit]:
    """The division's papers and their articles, the clauses rules stand on."""
    hits = []
    if user.division is not None:
        rows = narrowed(documents(division=user.division), words, "title", "number", "issuer")
        hits += [
            SearchHit(f"《{row.title}》", address("desk:document", row.pk), row.number, row.issuer)
            for row in rows[: most + 1]
        ]
        if len(typed) > 1:
            hits += [
                SearchHit(
                    f"《{row.document.title}》{row.label}",
                    address("desk:document", row.document_id),
                    row.words[:24],
                )
                for row in articles_holding(division=user.division, words=words)[:most]
            ]
    hits += [
        SearchHit(f"《{paper.title}》", address("desk:documents"), paper.number, "规则依据")
        for paper in papers()
        if matches(f"{paper.number} {paper.title}", words)
    ]
    hits += [
        SearchHit(
            clause.named, address("desk:rules"), clause.fact[:24], clause.cite.get("number", "")
        )
        for clause in clauses().values()
        if matches(" ".join((clause.named, clause.cite.get("number", ""), clause.fact)), words)
    ][: most + 1]
    return hits[: most + 1]


def _problems(user: User, words: Sequence[str], most: int) -> list[SearchHit]:
    """Coded problems of the catalogue, then problems of dossiers one may see."""
    hits = []
    if user.division is not None:
        hits = [
            SearchHit(row.text, address("desk:findings", item=row.pk), row.code, "问题目录")
            for row in catalogue(user.division)
            if matches(f"{row.code} {row.text} {row.category}", words)
        ]
    seen = findings_seen_by(user).exclude(state="dismissed")
    hits += [
        SearchHit(
            row.text,
            address("desk:dossier", row.dossier_id),
            row.dossier.subject.name,
            row.get_state_display(),
        )
        for row in narrowed(seen, words, "text", "item__text").order_by("-pk")[: most + 1]
    ]
    return hits[: most + 1]


def _to_do(words: Sequence[str], holding: Holdings, tasks: Sequence[HomeTask]) -> list[SearchHit]:
    waiting = [
        SearchHit(f"{task.verb}：{task.what}", task.href, task.who, task.when or "等我办")
        for task in tasks
        if matches(f"{task.kind} {task.verb} {task.what} {task.who}", words)
    ]
    return waiting + [SearchHit(word, href) for word, href in named(acts(holding), words)]


def _people(user: User, holding: Holdings, words: Sequence[str], most: int) -> list[SearchHit]:
    """Contacts of units one may see; accounts for whoever manages them."""
    hits = []
    if user.division and (holding.can("manage_users") or holding.can("grant")):
        rows = narrowed(users_of(user.division), words, "name", "username", "phone")
        hits = [
            SearchHit(
                row.name,
                address("desk:users", q=row.username),
                row.username,
                row.unit.name if row.unit else "",
            )
            for row in rows.select_related("unit").order_by("name")[: most + 1]
        ]
    if holding.can("see_unit"):
        units = units_visible_to(user).exclude(contact="")
        rows_of_units = narrowed(units, words, "contact", "phone").order_by("path")[: most + 1]
        hits += [
            SearchHit(
                row.contact,
                address("desk:subjects", unit=row.pk),
                f"{row.name}联系人",
                ends_of(row.phone),
            )
            for row in rows_of_units
        ]
    return hits[: most + 1]
