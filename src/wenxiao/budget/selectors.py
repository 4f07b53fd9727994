"""Dossiers and their money as the person asking may see them; rounds and how far they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from wenxiao.budget.models import (
    BudgetApproval,
    Dossier,
    Exemption,
    Fund,
    Milestone,
    OwnFiling,
    Round,
    Spending,
    Subject,
)
from wenxiao.orgs.models import Unit, User
from wenxiao.orgs.permissions import grants_kept
from wenxiao.orgs.selectors import seeing_grants, sight_of, within
from wenxiao.store.among import Among
from wenxiao.store.clock import today
from wenxiao.store.prepared import PreparedReads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.budget.questions import RoundScope
    from wenxiao.orgs.models import Division
    from wenxiao.orgs.selectors import Sight

KINDS = {kind.value: str(kind.label) for kind in Subject.Kind}
"""The kinds of subjects with their words."""
RESTRICTIONS = {one.value: str(one.label) for one in Subject.Restriction}
"""How open a subject is, with the words for it (公开属性)."""
SOURCES = {one.value: str(one.label) for one in Spending.Source}
"""Who says what was spent, with their words."""
FUNDS = {one.value: str(one.label) for one in Fund}
"""The kinds of funds with their words."""


def subjects_visible_to(user: User | None) -> QuerySet[Subject]:
    """Subjects in the scope of the user's grants; 限制知悉 ones only to their
    own side and those named in permissions.
    """
    with grants_kept(user):
        sight = sight_of(user)
        return Subject.objects.filter(_whole(sight, "") | _parts(sight, "unit", "pk"))


def dossiers_visible_to(user: User | None) -> QuerySet[Dossier]:
    """Dossiers in the scope of the user's grants, by the unit responsible in that year or today."""
    return Dossier.objects.filter(seen_by(user, ""))


def seen_by(user: User | None, path: str = "dossier") -> Q:
    """The condition of :func:`dossiers_visible_to` on rows that hang on a dossier; ``path`` leads
    to it ("": itself).

    Who sees everything kept here is asked nothing. Who sees whole divisions among others is asked
    by the columns of the row's own dossier; who sees some units has their few dossiers looked up
    first. Nothing is asked for a row by itself.
    """
    with grants_kept(user):
        return seen_with(sight_of(user), path)


def seen_with(sight: Sight, path: str = "dossier") -> Q:
    """As :func:`seen_by`, of what somebody may look at."""
    if sight.everything:
        return Q(**{f"{path}__isnull": False}) if path else Q(pk__isnull=False)
    if not path:
        return _whole(sight, "subject__") | _parts(sight, "unit", "subject") | _moved(sight)
    if not sight.whole:
        return Q(**{f"{path}__in": Dossier.objects.filter(seen_with(sight, ""))})
    condition = _whole(sight, f"{path}__subject__")
    if sight.units or sight.listed:
        few = _parts(sight, "unit", "subject") | _moved(sight)
        condition |= Q(**{f"{path}__in": Dossier.objects.filter(few)})
    return condition


def _whole(sight: Sight, prefix: str) -> Q:
    """The condition on subjects (reached by ``prefix``) of divisions the user sees as a whole."""
    condition = Q(**{f"{prefix}division__in": sorted(sight.full)}) if sight.full else Q(pk__in=())
    if sight.open:
        open_to_all = ~Q(**{f"{prefix}restriction": Subject.Restriction.RESTRICTED})
        condition |= Q(**{f"{prefix}division__in": sorted(sight.open)}) & open_to_all
    return condition


def _parts(sight: Sight, unit: str, subject: str) -> Q:
    """The condition of units, and of subjects listed one by one; each on a
    column of its own that has an index.
    """
    condition = sight.of_units(unit)
    return condition | Q(**{f"{subject}__in": sight.subjects()}) if sight.listed else condition


def _moved(sight: Sight) -> Q:
    """Dossiers of subjects that stand in the user's units today, whoever had them that year."""
    if not sight.units:
        return Q(pk__in=())
    return Q(subject__in=Subject.objects.filter(sight.of_units("unit")))


def sees_all_of(user: User | None, divisions: Iterable[int]) -> bool:
    """Whether the user sees every dossier of these divisions, 限制知悉 ones
    included: then nothing need be sorted out.
    """
    return set(divisions) <= sight_of(user).full


def approval_of(division: Division, fiscal_year: int) -> BudgetApproval | None:
    """When and by which paper the division's budget of a year was approved; None before that."""
    return BudgetApproval.objects.filter(division=division, fiscal_year=fiscal_year).first()


class Years(NamedTuple):
    """A dossier and its subject's dossiers in all fiscal years, the latest first.

    ``planned``: whether the dossier has steps; ``latest_work_year``: of its division's opened
    rounds until today.
    """

    row: Dossier
    all: list[Dossier]
    planned: bool
    latest_work_year: int | None


def years_of(user: User | None, pk: int) -> Years | None:
    """A dossier among its subject's years, as the user may see them, in one
    query; None where they don't see it.
    """
    this_year = today().year

    def question(pk: int) -> QuerySet[Dossier]:
        rows = dossiers_visible_to(user).select_related(
            "subject__division", "subject__unit", "unit"
        )
        opened = Round.objects.filter(
            division=OuterRef("subject__division"), work_year__lte=this_year
        ).exclude(state=Round.State.DRAFT)
        latest = opened.order_by("-work_year").values("work_year")[:1]
        years = rows.filter(subject__in=Dossier.objects.filter(pk=pk).values("subject"))
        years = years.annotate(
            planned=Exists(Milestone.objects.filter(dossier=OuterRef("pk"))),
            latest_work_year=Subquery(latest),
        )
        return years.order_by("-fiscal_year")

    with grants_kept(user):
        years: list[Any] = _YEARS.rows((sight_of(user), this_year), pk, question)
    row = next((one for one in years if one.pk == pk), None)
    return None if row is None else Years(row, years, row.planned, row.latest_work_year)


_YEARS: PreparedReads[Dossier] = PreparedReads()


def found_by(near: Q, rows: QuerySet[Dossier] | None = None) -> QuerySet[Dossier]:
    """The dossiers that meet a condition on their own columns, of ``rows`` where these are given.

    They are found by that condition, and each is then asked whether it belongs to ``rows``: where
    the condition leaves few, what ``rows`` asks of subjects, units and reviews costs next to
    nothing.
    """
    near_dossiers = Dossier.objects.filter(near)
    return (
        near_dossiers
        if rows is None
        else near_dossiers.filter(Exists(rows.filter(pk=OuterRef("pk"))))
    )


FEW_NAMED = 2000
"""Up to how many objects a word is looked up once for; one in more names is asked of each row."""


def named(word: str) -> Q:
    """The condition of dossiers in whose name, project code or unit a word stands, whoever sees
    them: a page that asks it several times reads the names once. Two queries.
    """
    of_subject = Q(name__icontains=word) | Q(code__icontains=word)
    subjects = Subject.objects.filter(of_subject).order_by().values_list("pk", flat=True)
    ids = list(subjects[: FEW_NAMED + 1])
    if len(ids) > FEW_NAMED:
        return (
            Q(subject__name__icontains=word)
            | Q(subject__code__icontains=word)
            | Q(unit__name__icontains=word)
        )
    units = Unit.objects.filter(name__icontains=word).values_list("pk", flat=True)
    return Q(subject__among=ids) | Q(unit__among=list(units))


def kinds_filed_here(division: Division | int, fiscal_year: int) -> frozenset[str]:
    """The kinds of subjects whose targets of a budget year are filed in this system (申报范围)."""
    rows = OwnFiling.objects.filter(division=division, fiscal_year=fiscal_year)
    return frozenset(rows.values_list("kind", flat=True))


def rounds_visible_to(user: User | None) -> QuerySet[Round]:
    """Rounds of the divisions the user has grants in; drafts only to whoever may open them."""
    return _rounds_in(*_divisions_of_rounds(user))


def _divisions_of_rounds(user: User | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The divisions whose rounds a user sees, and those whose drafts too."""
    grants = seeing_grants(user)
    divisions = {g.division_id for g in grants} | sight_of(user).open
    makers = {g.division_id for g in grants if g.role == "performance"}
    return tuple(sorted(divisions)), tuple(sorted(makers))


def _rounds_in(divisions: tuple[int, ...], makers: tuple[int, ...]) -> QuerySet[Round]:
    return Round.objects.filter(
        Q(division__in=divisions), ~Q(state=Round.State.DRAFT) | Q(division__in=makers)
    )


def rounds_running_or_of(user: User, work_year: int) -> list[Round]:
    """The rounds the user sees of a work year, and those of any other that still run, with division
    and paper; by kind, key rounds first, then by period. One query.
    """
    divisions, makers = _divisions_of_rounds(user)

    def at_work(years: str) -> QuerySet[Round]:
        asked = Q(work_year__among=years) | Q(state=Round.State.OPEN)
        rows = _rounds_in(divisions, makers).filter(asked).select_related("division", "basis")
        return rows.order_by("kind", "-key", "through_month", "pk")

    return _AT_WORK.rows((divisions, makers), [work_year], at_work)


_AT_WORK: PreparedReads[Round] = PreparedReads()


def has_rounds(division: Division) -> bool:
    """Whether the bureau ever prepared or opened a round: told to whoever asks."""
    return Round.objects.filter(division=division).exists()


def closed_among(*, dossiers: set[int], reviews: set[int]) -> int:
    """How many objects of these dossiers and reviews (ids) may not, or no longer, be published."""
    rows = Dossier.objects.filter(Q(pk__in=dossiers) | Q(reviews__in=reviews))
    shut = rows.exclude(subject__restriction=Subject.Restriction.OPEN)
    return shut.values("subject").distinct().count()


def dossiers_of(round: Round) -> QuerySet[Dossier]:
    """The dossiers in a round's scope, those excused (本次免报) included.

    Scope is data: units (ids, each with its subtree), kinds, natures, tags (any of), dossiers
    (ids); all given must hold.
    """
    scope = round.scope or {}
    if chosen := scope.get("dossiers"):
        return found_by(
            Q(pk__among=[int(one) for one in chosen]), Dossier.objects.filter(in_scope(round))
        )
    return Dossier.objects.filter(in_scope(round))


def successors_of(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """The next year's dossiers of the same objects, wherever a merger put them since."""
    going_on = dossiers.filter(subject=OuterRef("subject"), fiscal_year=OuterRef("fiscal_year") - 1)
    return Dossier.objects.filter(Exists(going_on)).order_by("pk")


def same_objects(division: Division, dossiers: Iterable[int], year: int) -> list[int]:
    """These dossiers' objects in another budget year; the numbers as they are where none is of
    another year.
    """
    named = list(dossiers)
    given = Dossier.objects.filter(subject__division=division, pk__in=named)
    if not given.exclude(fiscal_year=year).exists():
        return named
    there = Dossier.objects.filter(fiscal_year=year, subject__in=given.values("subject"))
    return list(there.order_by("pk").values_list("pk", flat=True))


def in_scope(round: Round | RoundScope) -> Q:
    """The condition of :func:`dossiers_of` on dossiers, for counting several rounds at once."""
    condition = Q(subject__division=round.division_id, fiscal_year=round.fiscal_year)
    scope = round.scope or {}
    if units := scope.get("units"):
        paths = Unit.objects.filter(pk__in=units).values_list("path", flat=True)
        condition &= Q(unit__in=Unit.objects.filter(within(paths)).values("pk"))
    if kinds := scope.get("kinds"):
        condition &= Q(subject__kind__in=kinds)
    if natures := scope.get("natures"):
        condition &= Q(subject__nature__in=natures)
    if dossiers := scope.get("dossiers"):
        condition &= Q(pk__among=[int(one) for one in dossiers])
    if tags := scope.get("tags"):
        condition &= any_of(Q(subject__tags__holds=tag) for tag in tags)
    return condition


def any_of(conditions: Iterable[Q]) -> Q:
    """Any of the conditions; of none, no row."""
    joined = Q(pk__in=())
    for condition in conditions:
        joined |= condition
    return joined


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a department (or the whole round) is.
    ``due`` is the honest denominator: in scope less excused.
    """

    unit: int | None
    name: str
    in_scope: int
    excused: int
    received: int
    late: int = 0

    @property
    def due(self) -> int:
        """How many must be handed in."""
        return self.in_scope - self.excused

    @property
    def missing(self) -> int:
        """How many have not arrived yet."""
        return self.due - self.received


@dataclass(frozen=True, slots=True)
class UnitCount:
    """One unit's part of a round, with whom to call; in the order of the tree."""

    unit: int
    name: str
    path: str
    contact: str
    phone: str
    in_scope: int
    excused: int
    received: int

    @property
    def missing(self) -> int:
        """How many have not arrived yet."""
        return self.in_scope - self.excused - self.received


def unit_counts(
    rows: QuerySet[Dossier], round: Round, received: Iterable[int] | QuerySet[Any, Any]
) -> list[UnitCount]:
    """Some dossiers of a round counted by their unit; two queries, whatever their number.

    ``received`` are dossier ids or a query for them; budget doesn't know reviews, so the caller
    (reviews) gives them.
    """
    excused = Q(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    done = Q(pk__in=received) & ~excused
    counted = (
        rows.order_by()
        .values_list("unit")
        .annotate(n=Count("pk"), free=Count("pk", filter=excused), done=Count("pk", filter=done))
    )
    return named_counts({unit: (n, free, arrived) for unit, n, free, arrived in counted})


def named_counts(counts_of: Mapping[int, tuple[int, int, int]]) -> list[UnitCount]:
    """(in scope, excused, received) by unit, with whom to call; in the order of the tree."""
    units = Unit.objects.filter(Among(F("pk"), list(counts_of))).order_by("path", "pk")
    return [
        UnitCount(*unit, *counts_of[unit[0]])
        for unit in units.values_list("pk", "name", "path", "contact", "phone")
    ]


NAMED = 2000
"""Up to how many missing dossiers a list names; beyond, the units at its
head are named and the others counted.
"""
HEAD = 10


def missing_names(
    rows: QuerySet[Dossier], round: Round, received: Any, counts: Iterable[UnitCount]
) -> dict[int, tuple[str, ...]]:
    """The names of what some dossiers of a round lack, by unit; ``counts``
    in the order in which they are listed.
    """
    lacking = [one for one in counts if one.missing]
    chosen = lacking if sum(one.missing for one in lacking) <= NAMED else lacking[:HEAD]
    units = Q(unit__in=[one.unit for one in chosen])
    if isinstance(received, QuerySet):  # each of the few is looked up, not all that arrived
        came = Q(Exists(received.filter(dossier=OuterRef("pk"))))
    else:
        came = Q(pk__in=received)
    free = Exemption.objects.filter(round=round, dossier=OuterRef("pk"))
    rows = found_by(units, rows).filter(~came, ~Exists(free))
    names_of: dict[int, list[str]] = defaultdict(list)
    for unit, name in rows.order_by("subject__code", "pk").values_list("unit", "subject__name")[
        :NAMED
    ]:
        names_of[unit].append(name)
    return {unit: tuple(names) for unit, names in names_of.items()}


def called(who: Iterable[str], lacking: int, names: tuple[str, ...], gap: str = "") -> str:
    """One line to copy into a message: 区教体局 张三 8888 缺3项：甲、乙、丙; names that
    are left out are said (等).
    """
    listed = "、".join(names) + ("等" if names and len(names) < lacking else "")
    return f"{' '.join(part for part in who if part)} 缺{gap}{lacking}{gap}项" + (
        f"：{listed}" if listed else ""
    )


def round_progress(
    round: Round,
    *,
    received: Iterable[int] | QuerySet[Any, Any] = (),
    counts: list[UnitCount] | None = None,
) -> list[Progress]:
    """Progress by department (the top unit of each dossier's unit), the whole round last;
    ``counts`` if known already.
    """
    names = _department_names(round.division_id)
    added: dict[int | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in unit_counts(dossiers_of(round), round, received) if counts is None else counts:
        top = _department(one.path, names)
        for row in (added[top], added[None]) if top is not None else (added[None],):
            row[:] = [row[0] + one.in_scope, row[1] + one.excused, row[2] + one.received]
    rows = [Progress(key, names[key], *added[key]) for key in added if key is not None]
    rows.sort(key=lambda row: (-row.missing, row.name))
    return [*rows, Progress(None, "合计", *added[None])]


def _department_names(division: int) -> dict[int, str]:
    departments = Q(kind=Unit.Kind.DEPARTMENT) | Q(parent=None)
    return dict(Unit.objects.filter(departments, division=division).values_list("pk", "name"))


def _department(path: str, names: dict[int, str]) -> int | None:
    """The topmost budget department on a unit's path."""
    return next((int(key) for key in path.strip("/").split("/") if key and int(key) in names), None)


@dataclass(frozen=True, slots=True)
class Missing:
    """One unit whose forms have not arrived, with whom to call.
    Of a long list (NAMED) not all ``subjects`` are named.
    """

    unit: str
    contact: str
    phone: str
    subjects: tuple[str, ...]
    lacking: int

    @property
    def line(self) -> str:
        """One line to copy into a message."""
        return called((self.unit, self.contact, self.phone), self.lacking, self.subjects)


def not_received(
    round: Round,
    *,
    received: Iterable[int] | QuerySet[Any, Any] = (),
    counts: list[UnitCount] | None = None,
) -> list[Missing]:
    """Whose forms have not arrived, by unit in tree order: the copy-ready list for 催办."""
    rows = dossiers_of(round)
    counts = unit_counts(rows, round, received) if counts is None else counts
    names = missing_names(rows, round, received, counts)
    return [
        Missing(one.name, one.contact, one.phone, names.get(one.unit, ()), one.missing)
        for one in counts
        if one.missing
    ]


def spending_by_month(dossier: Dossier) -> list[dict[str, Any]]:
    """Rows of source, fund, month, sum in 元 (cumulative figures apart), in that order."""
    keys = ("source", "fund", "month", "cumulative")
    rows = Spending.objects.filter(dossier=dossier).values(*keys).annotate(sum=Sum("amount"))
    return [dict(row) for row in rows.order_by("source", "fund", "month")]


def subject_by_code(*, division: Division, code: str) -> Subject | None:
    """The subject with this project code, if any."""
    return Subject.objects.filter(division=division, code=code).first()
