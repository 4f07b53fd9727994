"""对象: the list of dossiers a person may see, by unit, kind, year, tag and work of the year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import QueryDict
from django.shortcuts import render

from wenxiao.budget.census import Listed, census, numbers_in
from wenxiao.budget.reasons import EXEMPTION_REASONS
from wenxiao.budget.selectors import KINDS, dossiers_visible_to, found_by, named, rounds_visible_to
from wenxiao.budget.subtotals import GroupSums, sums_by_group, totals_of
from wenxiao.desk.subjects.counts import (
    WORKS,
    DossierGroup,
    OwnLook,
    by_unit,
    chips_of,
    groups_of,
    narrowed,
    subtree_of,
    tree_of,
)
from wenxiao.desk.subjects.lines import lines_of
from wenxiao.desk.subjects.order import (
    SORTS,
    ListKey,
    applied,
    by_column,
    by_group,
    heads,
    near_page,
)
from wenxiao.followup.selectors import common_lines, troubled
from wenxiao.orgs.selectors import (
    UnitPlace,
    places,
    places_visible_to,
    saved_views,
    sight_of,
    units_among,
)
from wenxiao.pages.frame import work_year
from wenxiao.pages.jinja import address
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, view
from wenxiao.reviews.census import looks_counted, looks_reviewed, reviews_counted
from wenxiao.reviews.selectors import untold_among
from wenxiao.reviews.works import works_and_running
from wenxiao.store.among import IDS, prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.census import CensusLook
    from wenxiao.budget.models import Dossier, Round
    from wenxiao.budget.subtotals import GroupKey
    from wenxiao.desk.subjects.order import NearPage
    from wenxiao.followup.selectors import ProblemLine as CommonLine
    from wenxiao.orgs.models import User
    from wenxiao.reviews.works import WorkRound, Works

KEY_KINDS = ("finance_evaluation", "monitoring")
SUMMED = 1000
"""Up to how many dossiers the groups' money is added up while one waits."""
FEW = 20_000
"""Up to how many dossiers' reviews are looked up by dossier, not by the year's rounds."""


@dataclass(frozen=True)
class ListQuery:
    """What the address asks for."""

    q: str = ""
    unit: int | None = None
    kind: str = ""
    fiscal_year: int | None = None
    work: str = ""
    problem: int | None = None
    tag: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> ListQuery:
        """From a query string; what makes no sense is left out."""
        number = {name: whole(query.get(name)) for name in ("unit", "fy", "problem")}
        work, sort = query.get("work", ""), query.get("sort", "")
        return cls(
            q=query.get("q", "").strip()[:60],
            unit=number.get("unit"),
            kind=query.get("kind", "")[:24],
            fiscal_year=number.get("fy"),
            work=work if work in WORKS else "",
            problem=number.get("problem"),
            tag=query.get("tag", "").strip()[:20],
            sort=sort if sort in SORTS else "",
        )

    def address(self, route: str = "desk:subjects", **changed: Any) -> str:
        """The list (or another page over the same rows) with some of it
        changed; always its first page.
        """
        wanted = {
            "q": self.q,
            "unit": self.unit,
            "kind": self.kind,
            "fy": self.fiscal_year,
            "work": self.work,
            "problem": self.problem,
            "tag": self.tag,
            "sort": self.sort,
            **changed,
        }
        return address(route, **wanted)

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return self != ListQuery(sort=self.sort)


@view("see_unit")
def subjects(request: HttpRequest) -> HttpResponse:
    """The list page."""
    whole = look(request)
    asked, token = whole.asked, request.GET.get("at")
    total = whole.total
    small = total <= SUMMED
    sort = applied(asked.sort, small=small)
    if sort:
        near = near_page(whole.kept, whole.known, (), sort, token)
        rows = whole.found if near is None else found_by(near.condition(), whole.found)
        shown, groups, own = by_column(rows, sort, token, person(request)), {}, frozenset[int]()
    else:
        keys, first = whole.group_keys(token, small=small)
        own = frozenset[int]().union(*(one.units for one in first))
        shown, groups = by_group(keys, own, whole.known, token), whole.groups(first)
        if small:
            add_up(keys, own, groups, shown.rows, person(request))
    manages = held(request).can("manage_round")
    values = {
        "asked": asked,
        "lines": lines_of(whole, shown.rows, groups, own),
        "shown": shown,
        "total": total,
        "unit": whole.unit,
        "heads": heads(asked, small=small),
        "list_year": whole.year,
        "problem": whole.problem,
        "tree": tree_of(
            whole.but("unit"),
            asked,
            whole.units,
            whole.known,
            whole=request.GET.get("tree") == "all",
        ),
        "chips": chips_of(whole.looks, asked, whole.work_counts(), KINDS),
        "summed": small,
        "sort": sort,
        "views": saved_views(person(request), "subjects"),
        "query": asked.address().partition("?")[2],
        "manages": manages,
        "describes": held(request).can("import"),
        "rounds": whole.running if manages and shown.rows else [],
        "reasons": EXEMPTION_REASONS,
    }
    return render(request, "desk/subjects/index.html", values)


@dataclass(frozen=True)
class ListView:
    """What an address asks for, as the person asking may see it.

    ``seen`` are the dossiers in question before anything that has alternatives narrows them,
    ``census`` their looks (of the work asked for, if any), ``kept`` the looks that everything asked
    for leaves. ``units`` are those the person sees, ``known`` those of all looks; both in the order
    of the tree.
    """

    user: User
    asked: ListQuery
    year: int
    seen: QuerySet[Dossier]
    works: Works
    running: list[WorkRound]
    census: list[CensusLook]
    units: dict[int, UnitPlace]
    known: dict[int, UnitPlace]
    problem: CommonLine | None

    @property
    def unit(self) -> UnitPlace | None:
        """The unit asked for, where the person sees it."""
        return self.units.get(self.asked.unit or 0)

    @cached_property
    def below(self) -> frozenset[int] | None:
        """That unit and everything below it."""
        return subtree_of(self.unit, self.known)

    def but(self, name: str) -> list[CensusLook]:
        """The looks that stay with everything asked for but one condition."""
        return narrowed(self.census, self.asked, self.below, but=name)

    @cached_property
    def looks(self) -> list[CensusLook]:
        """The looks of the unit asked for."""
        return narrowed(self.census, ListQuery(), self.below)

    @cached_property
    def total(self) -> int:
        """How many there are with everything asked for."""
        return sum(look.n for look in self.kept)

    @cached_property
    def kept(self) -> list[CensusLook]:
        """The looks that stay with everything asked for."""
        return narrowed(self.looks, self.asked, None)

    @cached_property
    def found(self) -> QuerySet[Dossier]:
        """The dossiers with everything asked for."""
        return _narrow(self.seen, self.asked, self.below, self.works)

    @cached_property
    def shape(self) -> Hashable | None:
        """What the text of a question about what is asked for depends on; None where words or a
        problem are asked for, for then it holds what was found by them.
        """
        asked = self.asked
        if asked.q or asked.problem:
            return None
        narrowing = (asked.kind, asked.fiscal_year, asked.tag, asked.work, self.below)
        return (sight_of(self.user), self.works, *narrowing)

    def _shaped(self, *more: Hashable) -> Hashable | None:
        return None if self.shape is None else (self.shape, *more)

    def first(self) -> list[OwnLook]:
        """The bureau's own (财政重点) among them. They are few."""

        def question() -> QuerySet[Dossier, object]:
            own = self.found.filter(self.works.reviewed(*KEY_KINDS, key=True)).order_by()
            looks = own.values_list("fiscal_year", "subject__kind")
            return looks.annotate(listed=Listed("pk"), units=Listed("unit"))

        return [
            OwnLook(year, kind, dict(zip(numbers_in(listed), numbers_in(units), strict=True)))
            for year, kind, listed, units in prepared(self._shaped("own"), question)
        ]

    def groups(self, first: Iterable[OwnLook]) -> dict[GroupKey, DossierGroup]:
        """How many stand in each group, with ``first`` as above."""
        return groups_of(self.kept, first)

    def ranked(self, rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
        """``rank`` 0: judged or watched by the bureau itself in the work
        year; these stand first.
        """
        held_ = self.works.holds(*KEY_KINDS, key=True)
        own = Case(When(held_, then=Value(0)), default=Value(1), output_field=IntegerField())
        ranked: QuerySet[Dossier] = rows.annotate(rank=own)
        return ranked

    def work_counts(self) -> dict[str, int]:
        """How many each work of the year would leave."""
        free = _narrow(self.seen, replace(self.asked, work=""), self.below, self.works)
        works = {code: (kind, key) for code, (_, kind, key) in WORKS.items()}
        few = not self.asked.work and self.total <= FEW
        return self.works.counts(free, works, self._counted_reviews(), few=few)

    def _counted_reviews(self) -> list[tuple[int, str, int]] | None:
        """The year's reviews by round and kind from the kept counts; None where words or a common
        problem narrow the list.
        """
        asked = self.asked
        if asked.q or asked.problem:
            return None
        only: dict[str, Any] = {} if self.below is None else {"unit__in": self.below}
        narrowing = (
            ("subject_kind", asked.kind),
            ("fiscal_year", asked.fiscal_year),
            ("tags__holds", asked.tag),
        )
        only.update((name, value) for name, value in narrowing if value)
        return reviews_counted(self.user, "round", "kind", round__in=self.works.rounds, **only)

    def group_keys(self, token: str | None, *, small: bool) -> tuple[list[ListKey], list[OwnLook]]:
        """By what the page stands in the order of groups, and the bureau's own; of a small list all
        of it, read at once.
        """
        if not small:
            first = self.first()
            near = near_page(self.kept, self.known, first, "", token)
            return self._near(near) if near else [], first

        def question() -> QuerySet[Dossier, object]:
            held_ = self.works.holds(*KEY_KINDS, key=True)
            rows = found_by(Q(unit__among=IDS), self.found).annotate(own=held_)
            return rows.order_by().values_list(*KEY_NAMES, "own")

        units = by_unit(self.kept)
        rows = prepared(self._shaped("all"), question, units)
        own: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
        for pk, unit, year, kind, _, _ in (row for row in rows if row[-1]):
            own[year, kind][pk] = unit
        first = [OwnLook(*group, pks) for group, pks in own.items()]
        return [ListKey(*row[:-1]) for row in rows], first

    def _near(self, near: NearPage) -> list[ListKey]:
        """The rows near a page."""
        condition = near.prepared_condition()
        shape = None if condition is None else self._shaped("near", bool(near.own), *near.units)

        def question() -> QuerySet[Dossier, object]:
            there = near.condition() if shape is None else condition
            return found_by(there or Q(), self.found).order_by().values_list(*KEY_NAMES)

        rows = prepared(shape, question, near.own, next(iter(near.units.values()), ()))
        return [ListKey(*row) for row in rows]


KEY_NAMES = ("pk", "unit", "fiscal_year", "subject__kind", "subject__code")


def add_up(
    keys: Iterable[ListKey],
    own: Collection[int],
    groups: dict[GroupKey, DossierGroup],
    shown: Collection[int],
    user: User,
) -> None:
    """Add every dossier's money to its group, as this person may read it; of the groups that stand
    on the page.
    """
    of_group: dict[GroupKey, list[int]] = defaultdict(list)
    for key in keys:
        of_group[int(key.pk not in own), key.fiscal_year, key.kind].append(key.pk)
    on_page = set(shown)
    of_group = {group: pks for group, pks in of_group.items() if not on_page.isdisjoint(pks)}
    sums = sums_by_group(of_group)
    others = [group for group, amounts in sums.items() if amounts is None]
    for group in of_group:
        groups[group].add(sums.get(group) or GroupSums())
    if not others:
        return
    totals = totals_of([pk for group in others for pk in of_group[group]])
    audited = [pk for pk, one in totals.items() if one.audited_arranged is not None]
    for pk in untold_among(user, audited):
        totals[pk] = totals[pk]._replace(audited_arranged=None, audited_used=None)
    for group in others:
        groups[group].add_each(totals[pk] for pk in of_group[group])


def look(request: HttpRequest) -> ListView:
    """Read the address: the list, its export and its batch acts speak of the same rows."""
    asked, year = ListQuery.read(request.GET), work_year(request)
    units = places_visible_to(person(request))
    works, running = works_and_running(person(request).division_id, year)
    problem = _problem(request, asked, year)
    seen = _concerned(_searched(dossiers_visible_to(person(request)), asked.q), problem, works)
    looks = _census(person(request), seen, asked, works)
    strange = set[int]().union(*(look.units for look in looks)).difference(units)
    known = places(units_among(strange.union(units))) if strange else units
    return ListView(
        person(request), asked, year, seen, works, running, looks, units, known, problem
    )


def _problem(request: HttpRequest, asked: ListQuery, year: int) -> CommonLine | None:
    """The printed line of common problems asked for; None where none is, or
    the year has no such line.
    """
    division = person(request).division
    if asked.problem is None or division is None:
        return None
    return next((one for one in common_lines(division, year) if one.id == asked.problem), None)


def open_rounds(user: User) -> list[Round]:
    """The running rounds of the person's own division, the latest first:
    what a dossier may be excused from.
    """
    return list(
        rounds_visible_to(user)
        .filter(state="open", division=user.division_id)
        .order_by("-work_year", "kind", "pk")
    )


def _searched(rows: QuerySet[Dossier], q: str) -> QuerySet[Dossier]:
    """Those in whose name, project code or unit each word stands."""
    for word in q.split():
        rows = rows.filter(named(word))
    return rows


def _worked(rows: QuerySet[Dossier], work: str, works: Works) -> QuerySet[Dossier]:
    """Those of one of the year's works."""
    if not work:
        return rows
    _, kind, key = WORKS[work]
    return rows.filter(works.holds(kind, key=key))


def _census(
    user: User, seen: QuerySet[Dossier], asked: ListQuery, works: Works
) -> list[CensusLook]:
    """From the kept counts, unless searched for words or a problem: those are counted each time."""
    counted = not asked.q and not asked.problem
    if asked.work:
        _, kind, key = WORKS[asked.work]
        rounds = works.key if key else works.rounds
        looks = looks_reviewed(user, kind, rounds) if counted else None
        return census(seen.filter(works.reviewed(kind, key=key))) if looks is None else looks
    looks = looks_counted(user) if counted else None
    return census(seen) if looks is None else looks


def _narrow(
    rows: QuerySet[Dossier], asked: ListQuery, below: frozenset[int] | None, works: Works
) -> QuerySet[Dossier]:
    """The dossiers asked for, in the words of the database: the same as the
    looks that ``narrowed`` leaves.
    """
    if asked.kind:
        rows = rows.filter(subject__kind=asked.kind)
    if asked.fiscal_year:
        rows = rows.filter(fiscal_year=asked.fiscal_year)
    if asked.tag:
        rows = rows.filter(subject__tags__holds=asked.tag)
    rows = _worked(rows, asked.work, works)
    return rows if below is None else found_by(Q(unit__in=below), rows)


def _concerned(rows: QuerySet[Dossier], line: CommonLine | None, works: Works) -> QuerySet[Dossier]:
    """The evaluated projects of the year with a confirmed problem of a
    printed line (共性问题); all where none is asked.
    """
    if line is None:
        return rows
    rows = rows.filter(works.holds("finance_evaluation", key=True)).exclude(
        subject__kind="department_overall"
    )
    return rows.filter(troubled(line.items))
