"""Dossiers and their money as the person asking may see them; rounds and how far they are."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from wenxiao.budget.models import (
    COUNTED_SOURCES,
    Appropriation,
    Dossier,
    Exemption,
    Fund,
    Round,
    Spending,
    Subject,
)
from wenxiao.orgs.models import Grant, Unit, User
from wenxiao.orgs.permissions import grants_kept
from wenxiao.orgs.selectors import reads_restricted, seeing_grants, seeing_paths, within
from wenxiao.records.models import ChainHead

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import Division

KINDS = {kind.value: str(kind.label) for kind in Subject.Kind}
"""The kinds of subjects with their words."""


def subjects_visible_to(user: User | None) -> QuerySet[Subject]:
    """Subjects in the scope of the user's grants; 限制知悉 ones only to their own side and those named in permissions."""
    with grants_kept(user):
        return Subject.objects.filter(_whole(user, "") | _parts(user, "unit", "pk"))


def dossiers_visible_to(user: User | None) -> QuerySet[Dossier]:
    """Dossiers in the scope of the user's grants, by the unit responsible in that year or today."""
    return Dossier.objects.filter(seen_by(user, ""))


def seen_by(user: User | None, path: str = "dossier") -> Q:
    """The condition of :func:`dossiers_visible_to` on rows that hang on a dossier; ``path`` leads to it ("": itself).

    Who sees a whole division sees nearly all: every row is asked for its own dossier, so that what is ordered or counted
    is never gathered by way of the division. Who sees some units has their few dossiers looked up first.
    """
    with grants_kept(user):
        if not path:
            return _whole(user, "subject__") | _parts(user, "unit", "subject") | _moved(user)
        rows = Dossier.objects.filter(seen_by(user, ""))
        if any(grant.unit_id is None and not grant.by_subjects for grant in seeing_grants(user)):
            return Q(Exists(rows.filter(pk=OuterRef(path))))
        return Q(**{f"{path}__in": rows})


def _whole(user: User | None, prefix: str) -> Q:
    """The condition on subjects (reached by ``prefix``) of divisions the user sees as a whole."""
    grants = seeing_grants(user)
    all_of = set(reads_restricted(grants))
    others = {g.division_id for g in grants if g.unit_id is None and not g.by_subjects} - all_of
    condition = Q(**{f"{prefix}division__in": sorted(all_of)}) if all_of else Q(pk__in=())
    if others:
        open_to_all = ~Q(**{f"{prefix}restriction": Subject.Restriction.RESTRICTED})
        condition |= Q(**{f"{prefix}division__in": sorted(others)}) & open_to_all
    return condition


def _parts(user: User | None, unit: str, subject: str) -> Q:
    """The condition of units, and of subjects listed one by one; each on a column of its own that has an index."""
    listed = [g.pk for g in seeing_grants(user) if g.by_subjects]
    condition = Q(**{f"{unit}__in": _units(user)}) if seeing_paths(user) else Q(pk__in=())
    if listed:
        through = Grant.subjects.through.objects.filter(grant__in=listed)
        condition |= Q(**{f"{subject}__in": through.values("subject")})
    return condition


def _moved(user: User | None) -> Q:
    """Dossiers of subjects that stand in the user's units today, whoever had them that year."""
    return (
        Q(subject__in=Subject.objects.filter(unit__in=_units(user)))
        if seeing_paths(user)
        else Q(pk__in=())
    )


def _units(user: User | None) -> QuerySet[Any, Any]:
    """The ids of the units in the user's subtrees."""
    return Unit.objects.filter(within(seeing_paths(user))).values("pk")


def sees_all_of(user: User | None, divisions: Iterable[int]) -> bool:
    """Whether the user sees every dossier of these divisions, 限制知悉 ones included: then nothing need be sorted out."""
    return set(divisions) <= set(reads_restricted(seeing_grants(user)))


def found_by(near: Q, rows: QuerySet[Dossier] | None = None) -> QuerySet[Dossier]:
    """The dossiers that meet a condition on their own columns, of ``rows`` where these are given.

    They are found by that condition, and each is then asked whether it belongs to ``rows``: where the condition leaves
    few, what ``rows`` asks of subjects, units and reviews costs next to nothing.
    """
    found = Dossier.objects.filter(near)
    return found if rows is None else found.filter(Exists(rows.filter(pk=OuterRef("pk"))))


class Cell(NamedTuple):
    """``n`` dossiers of one unit and fiscal year whose subjects are of one kind and carry the same tags."""

    unit: int
    fiscal_year: int
    kind: str
    tags: tuple[str, ...]
    n: int


def census(rows: QuerySet[Dossier]) -> list[Cell]:
    """The cells of some dossiers, in one query; exact whatever their number, for every dossier is in one cell only."""
    names = ("unit_id", "fiscal_year", "subject__kind", "subject__tags")
    counted = rows.order_by().values_list(*names).annotate(n=Count("pk"))
    return [Cell(unit, year, kind, tuple(tags or ()), n) for unit, year, kind, tags, n in counted]


_KEPT: OrderedDict[str, tuple[object, list[Cell]]] = OrderedDict()
"""Latest used last; each request takes its own out and puts it back, so threads never meet halfway."""
_KEPT_CENSUSES = 16


def census_kept(rows: QuerySet[Dossier], divisions: Iterable[int]) -> list[Cell]:
    """As :func:`census`, kept in this process until anybody acts in these divisions; never older than the last act.

    Every act leaves an entry, written while the division's chain is locked: the heads of the chains tell. Rows that came
    without one are told by the latest dossier. Without a trail nothing is kept. Only for rows chosen by what subjects
    and dossiers say of themselves.
    """
    heads = [
        ChainHead.objects.filter(division=one)
        .order_by("-day")
        .values_list("day", "number", "hash")
        .first()
        for one in sorted(set(divisions))
    ]
    if not heads or None in heads:
        return census(rows)
    stamp = (*heads, Dossier.objects.order_by("-pk").values_list("pk", flat=True).first())
    key = str(rows.query)
    seen, cells = _KEPT.pop(key, (None, []))
    if seen != stamp:
        cells = census(rows)
    _KEPT[key] = (stamp, cells)
    while len(_KEPT) > _KEPT_CENSUSES:
        _KEPT.popitem(last=False)
    return cells


def forget_censuses() -> None:
    """Keep nothing: for tests, whose databases go back in time."""
    _KEPT.clear()


def rounds_visible_to(user: User | None) -> QuerySet[Round]:
    """Rounds of the divisions the user has grants in; drafts only to whoever may open them."""
    grants = seeing_grants(user)
    divisions = {g.division_id for g in grants}
    makers = {g.division_id for g in grants if g.role == "performance"}
    return Round.objects.filter(
        Q(division__in=divisions), ~Q(state=Round.State.DRAFT) | Q(division__in=makers)
    )


@dataclass(frozen=True, slots=True)
class Money:
    """A dossier's money in 元. None = nobody reported it; 0 = reported as nothing.

    ``source`` names the record of spending that counts; months accumulate, a whole-year figure stands for the year.
    """

    opening: Decimal | None = None
    added: Decimal | None = None
    cut_back: Decimal | None = None
    adjusted: Decimal | None = None
    arrived: Decimal | None = None
    spent: Decimal | None = None
    source: str = ""
    audited_arranged: Decimal | None = None
    audited_used: Decimal | None = None

    @property
    def budget(self) -> Decimal | None:
        """全年预算数: after adjustment, else opening with what was added and cut back."""
        if self.adjusted is not None or self.opening is None:
            return self.adjusted
        return self.opening + (self.added or Decimal(0)) - (self.cut_back or Decimal(0))


def money(dossier: Dossier, *, through_month: int = 12) -> Money:
    """One dossier's money up to a month; for lists take :func:`money_of`."""
    return money_of([dossier.pk], through_month=through_month)[dossier.pk]


def money_of(
    dossiers: Iterable[int] | QuerySet[Any], *, through_month: int = 12
) -> dict[int, Money]:
    """Money of many dossiers (their ids) in three queries; every id given as a list is answered."""
    keys = (
        list(dossiers.values_list("pk", flat=True))
        if isinstance(dossiers, QuerySet)
        else list(dossiers)
    )
    chosen = dossiers.order_by().values("pk") if isinstance(dossiers, QuerySet) else keys
    arranged, spent, audited = _arranged(chosen), _spent(chosen, through_month), _audited(chosen)
    known = (arranged, spent, audited)
    return {
        key: Money(**{name: value for part in known for name, value in part.get(key, {}).items()})
        for key in keys
    }


def _arranged(dossiers: Any) -> dict[int, dict[str, Any]]:
    """Sums over funds; a total row counts only where no part is given, and column by column."""
    names = ("opening", "added", "cut_back", "adjusted", "arrived")
    parts: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    totals: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    for row in Appropriation.objects.filter(dossier__in=dossiers).values("dossier", "fund", *names):
        side = totals if row["fund"] == Fund.TOTAL else parts
        known = side[row["dossier"]]
        for name in names:
            if row[name] is not None:
                known[name] = (known.get(name) or Decimal(0)) + row[name]
    return {
        key: {name: parts[key].get(name, totals[key].get(name)) for name in names}
        for key in set(parts) | set(totals)
    }


def _spent(dossiers: Any, through_month: int) -> dict[int, dict[str, Any]]:
    """Per dossier the first source that has rows. Months add up; a total row counts in a month where no part is given.

    Where a source has no months, its latest cumulative figures stand for them.
    """
    rows = (
        Spending.objects.filter(dossier__in=dossiers, month__lte=through_month)
        .values("dossier", "source", "fund", "month", "cumulative")
        .annotate(sum=Sum("amount"))
        .order_by("month")
    )
    kept: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        kept[row["dossier"]][row["source"]].append(dict(row))
    return {dossier: _counted(by_source) for dossier, by_source in kept.items()}


def _counted(by_source: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    source = next(s for s in COUNTED_SOURCES if s in by_source)
    rows = by_source[source]
    flows = [row for row in rows if not row["cumulative"]]
    latest = {row["fund"]: {**row, "month": 0} for row in rows if row["cumulative"]}
    return {"spent": _without_doubles(flows or list(latest.values())), "source": str(source)}


def _without_doubles(rows: list[dict[str, Any]]) -> Decimal:
    """The sum of the parts of each month, or its undivided total where there are no parts."""
    parts = {row["month"] for row in rows if row["fund"] != Fund.TOTAL}
    return sum(
        (row["sum"] for row in rows if row["fund"] != Fund.TOTAL or row["month"] not in parts),
        Decimal(0),
    )


def _audited(dossiers: Any) -> dict[int, dict[str, Any]]:
    from wenxiao.budget.models import AuditedAmount

    rows = (
        AuditedAmount.objects.filter(dossier__in=dossiers)
        .order_by("pk")
        .values("dossier", "arranged", "used")
    )
    return {
        row["dossier"]: {"audited_arranged": row["arranged"], "audited_used": row["used"]}
        for row in rows
    }


def dossiers_of(round: Round) -> QuerySet[Dossier]:
    """The dossiers in a round's scope, those excused (本次免报) included.

    Scope is data: units (ids, each with its subtree), kinds, natures, tags (any of), dossiers (ids); all given must hold.
    """
    scope = round.scope or {}
    if chosen := scope.get("dossiers"):
        return found_by(Q(pk__in=chosen), Dossier.objects.filter(in_scope(round)))
    return Dossier.objects.filter(in_scope(round))


def in_scope(round: Round) -> Q:
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
        condition &= Q(pk__in=dossiers)
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
    """How far a department (or the whole round) is. ``due`` is the honest denominator: in scope less excused."""

    unit: int | None
    name: str
    in_scope: int
    excused: int
    handed_in: int
    late: int = 0

    @property
    def due(self) -> int:
        """How many must hand in."""
        return self.in_scope - self.excused

    @property
    def missing(self) -> int:
        """How many have not yet."""
        return self.due - self.handed_in


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
    handed_in: int

    @property
    def missing(self) -> int:
        """How many have not been handed in yet."""
        return self.in_scope - self.excused - self.handed_in


def unit_counts(
    rows: QuerySet[Dossier], round: Round, handed_in: Iterable[int] | QuerySet[Any, Any]
) -> list[UnitCount]:
    """Some dossiers of a round counted by their unit; two queries, whatever their number.

    ``handed_in`` are dossier ids or a query for them; budget doesn't know reviews, so the caller (reviews) gives them.
    """
    excused = Q(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    done = Q(pk__in=handed_in) & ~excused
    told = {
        unit: counts
        for unit, *counts in rows.order_by()
        .values_list("unit")
        .annotate(n=Count("pk"), free=Count("pk", filter=excused), done=Count("pk", filter=done))
    }
    units = Unit.objects.filter(pk__in=list(told)).order_by("path", "pk")
    return [
        UnitCount(*unit, *told[unit[0]])
        for unit in units.values_list("pk", "name", "path", "contact", "phone")
    ]


NAMED = 2000
"""Up to how many missing dossiers a list names; beyond, the units at its head are named and the others counted."""
HEAD = 40


def missing_names(
    rows: QuerySet[Dossier], round: Round, handed_in: Any, counts: Iterable[UnitCount]
) -> dict[int, tuple[str, ...]]:
    """The names of what some dossiers of a round lack, by unit; ``counts`` in the order in which they are listed."""
    lacking = [one for one in counts if one.missing]
    chosen = lacking if sum(one.missing for one in lacking) <= NAMED else lacking[:HEAD]
    units = Q(unit__in=[one.unit for one in chosen])
    rows = found_by(units, rows).exclude(pk__in=handed_in)
    rows = rows.exclude(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    found: dict[int, list[str]] = defaultdict(list)
    for unit, name in rows.order_by("subject__code", "pk").values_list("unit", "subject__name")[
        :NAMED
    ]:
        found[unit].append(name)
    return {unit: tuple(names) for unit, names in found.items()}


def called(who: Iterable[str], lacking: int, names: tuple[str, ...], gap: str = "") -> str:
    """One line to copy into a message: 区教体局 张三 8888 缺3项：甲、乙、丙; names that are left out are said (等)."""
    told = "、".join(names) + ("等" if names and len(names) < lacking else "")
    return f"{' '.join(part for part in who if part)} 缺{gap}{lacking}{gap}项" + (
        f"：{told}" if told else ""
    )


def round_progress(
    round: Round,
    *,
    handed_in: Iterable[int] | QuerySet[Any, Any] = (),
    counts: list[UnitCount] | None = None,
) -> list[Progress]:
    """Progress by department (the top unit of each dossier's unit), the whole round last; ``counts`` if known already."""
    names = _department_names(round.division_id)
    added: dict[int | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in unit_counts(dossiers_of(round), round, handed_in) if counts is None else counts:
        top = _department(one.path, names)
        for row in (added[top], added[None]) if top is not None else (added[None],):
            row[:] = [row[0] + one.in_scope, row[1] + one.excused, row[2] + one.handed_in]
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
    """One unit that has not handed in, with whom to call. Of a long list (NAMED) not all ``subjects`` are named."""

    unit: str
    contact: str
    phone: str
    subjects: tuple[str, ...]
    lacking: int

    @property
    def line(self) -> str:
        """One line to copy into a message."""
        return called((self.unit, self.contact, self.phone), self.lacking, self.subjects)


def not_handed_in(
    round: Round,
    *,
    handed_in: Iterable[int] | QuerySet[Any, Any] = (),
    counts: list[UnitCount] | None = None,
) -> list[Missing]:
    """Who must still hand in, by unit in tree order: the copy-ready list for 催办."""
    rows = dossiers_of(round)
    counts = unit_counts(rows, round, handed_in) if counts is None else counts
    names = missing_names(rows, round, handed_in, counts)
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
