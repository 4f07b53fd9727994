"""The list's rows in finished words: what a page says of each dossier, put together once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from wenxiao.budget.census import tags_of
from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import KINDS
from wenxiao.desk.dossiers.results import results, share_words, stage_words
from wenxiao.desk.subjects.order import shown_money
from wenxiao.followup.selectors.dossier_rows import dossier_rows
from wenxiao.pages.formats import grade_class, permille, title_of, unknown_money
from wenxiao.pages.jinja import address
from wenxiao.reviews.lines import review_lines
from wenxiao.reviews.selectors import told_money
from wenxiao.rulebook.numbers import rate_percent, wan, wan_screen

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    from wenxiao.budget.subtotals import GroupKey
    from wenxiao.desk.subjects.counts import DossierGroup
    from wenxiao.desk.subjects.subjects import ListView
    from wenxiao.reviews.lines import ReviewLine


class LastResult(NamedTuple):
    """The furthest result of a dossier: its title, its points, grade and the grade's look, how much
    of it is proved; ``missing`` stands in their place where nothing is settled.
    """

    title: str
    missing: str | None
    points: str
    grade: str
    look: str
    proved: str


class DossierLine(NamedTuple):
    """One dossier of the list in finished words; ``opens`` is the group it opens, if it is the
    first of one on the page. Money in 万元, exactly and as shown; an empty one is unknown. ``tags``
    with the address each leads to and whether it is the one asked for.
    """

    pk: int
    title: str
    href: str
    fiscal_year: int
    kind: str
    unit: str
    synthetic: bool
    restricted: bool
    tags: list[tuple[str, str, bool]]
    unknown: str
    budget: tuple[str, str] | None
    spent: tuple[str, str] | None
    rate: str
    filled: int
    basis: str
    stage: str
    result: LastResult | None
    findings: int
    opens: DossierGroup | None


def lines_of(
    whole: ListView, ids: list[int], groups: dict[GroupKey, DossierGroup], own: Collection[int]
) -> list[DossierLine]:
    """The lines of the page; groups are opened where ``groups`` are given."""
    user, asked, rows = whole.user, whole.asked, dossier_rows(ids)
    monies, reviews = told_money(user, money_of(ids)), review_lines(ids, user)
    demo = bool(settings.DEMO or (user.division and user.division.demo))
    tags = {text: tags_of(text) for text in {row.tag_text for row in rows.values()}}
    links = {
        tag: (tag, asked.address(tag="" if tag == asked.tag else tag), tag == asked.tag)
        for tag in {tag for some in tags.values() for tag in some}
    }
    dossier_at = address("desk:dossier", 0).removesuffix("0")
    lines, before = [], None
    for row in (rows[pk] for pk in ids if pk in rows):
        held_ = reviews.get(row.pk, [])
        group = (int(row.pk not in own), row.fiscal_year, row.kind)
        budget, spent, basis = shown_money(monies[row.pk], held_)
        rate, unit = rate_percent(spent, budget), whole.known[row.unit].name
        lines.append(
            DossierLine(
                row.pk,
                title_of(row.kind, row.name, unit),
                f"{dossier_at}{row.pk}",
                row.fiscal_year,
                KINDS.get(row.kind, row.kind),
                unit,
                row.synthetic,
                row.restriction == "restricted",
                [links[tag] for tag in tags[row.tag_text]],
                unknown_money(row, demo),
                _in_wan(budget),
                _in_wan(spent),
                "" if rate is None else f"{rate:.2f}%",
                permille(rate),
                basis,
                stage_words(held_),
                _last(held_),
                row.findings,
                groups[group] if groups and group != before else None,
            )
        )
        before = group
    return lines


def _in_wan(yuan: Decimal | None) -> tuple[str, str] | None:
    """元 as 万元: exactly, and with two decimals."""
    return None if yuan is None else (wan(yuan), wan_screen(yuan))


def _last(held: list[ReviewLine]) -> LastResult | None:
    """What the latest of the reviews that give points says."""
    scored = results(held)
    if not scored:
        return None
    one = scored[-1]
    if not one.settled or one.points is None:
        return LastResult(one.title, one.standing, "", "", "", "")
    proved, points = share_words(one.review.proved_share), f"{one.points:.2f}"
    return LastResult(one.title, None, points, one.grade, grade_class(one.grade), proved)
