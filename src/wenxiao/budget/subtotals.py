"""Subtotals of many dossiers' money in 分: of whole groups at once, and by dossier."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce

from wenxiao.budget.models import COUNTED_SOURCES, Appropriation, AuditedAmount, Fund, Spending
from wenxiao.budget.money import (
    ARRANGED,
    AUDITED,
    COLUMNS,
    NOTHING,
    NOTHING_AUDITED,
    SPENT,
    Money,
    money_of,
    same_columns,
)
from wenxiao.store.among import IDS, exact, prepared, raw_rows
from wenxiao.store.fields import MoneyField

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

GroupKey = tuple[int, int, str]
"""Rank (0: those named apart), fiscal year and kind of subject."""


class GroupSums(NamedTuple):
    """What the dossiers of a group come to, in 分; ``budgeted`` of them have a budget."""

    budget: int | None = None
    budgeted: int = 0
    spent: int | None = None


def sums_by_group(groups: Mapping[GroupKey, list[int]]) -> dict[GroupKey, GroupSums | None]:
    """The budgets and spending of groups of dossiers (ids) added up; a group without any money is
    absent. One query.

    None where mere addition doesn't settle it (a total beside its parts, several sources,
    cumulative figures, only audited amounts): ask :func:`totals_of`.
    """
    keys = list(groups)
    sums: dict[GroupKey, GroupSums] = defaultdict(GroupSums)
    unsettled: set[GroupKey] = set()
    audited: set[GroupKey] = set()
    for table, at, records, *counts, plus, added, off in _by_group(list(groups.values())):
        if not records:
            continue
        key = keys[at]
        known = sums[key]
        if table == ARRANGED:
            different, adjusted, whole, known_budgets = counts
            if records != different and (adjusted != records or whole not in {0, records}):
                unsettled.add(key)
            budgeted = min(different, known_budgets)
            budget = int(plus or 0) + int(added or 0) - int(off or 0) if budgeted else None
            sums[key] = known._replace(budget=budget, budgeted=budgeted)
        elif table == SPENT:  # a row for each source and way of counting
            if known.spent is not None or counts[0]:
                unsettled.add(key)
            sums[key] = known._replace(spent=int(plus or 0))
        else:
            audited.add(key)
    unsettled.update(key for key in audited if sums[key].spent is None)
    return {key: None if key in unsettled else one for key, one in sums.items()}


def _by_group(groups: list[list[int]]) -> list[tuple[Any, ...]]:
    """Which table, the place of the group, how many records, four counts, the amounts, what was
    added to them and cut back.

    The counts are of appropriations: dossiers, adjusted records, total records, records with a
    budget; of spending, which has rows for each source and way of counting: whether cumulative.
    Audited amounts say only that there are some. Each group is asked for by its own ids: of what
    year and kind a dossier is need not be looked up again.
    """
    if not groups:
        return []
    words = [f"ids of group {at}" for at in range(len(groups))]

    def question() -> QuerySet[Any, Any]:
        first, *more = [part for at, ids in enumerate(words) for part in _of_group(at, ids)]
        return first.union(*more, all=True)

    shape = ("sums by group", len(groups))
    return raw_rows(shape, question, dict(zip(words, groups, strict=True)))


def _of_group(at: int, ids: str) -> Iterator[QuerySet[Any, Any]]:
    """What each of the three tables says of a group."""
    unchanged = Q(adjusted=None, opening__isnull=False)
    budget = Q(adjusted__isnull=False) | Q(opening__isnull=False)
    added, cut_back = (Sum(name, filter=unchanged) for name in ("added", "cut_back"))
    total = Case(When(fund=Fund.TOTAL, then=Value(1)), default=Value(0))
    cumulative = Case(When(cumulative=True, then=Value(1)), default=Value(0))
    none = Value(0, output_field=IntegerField())
    counts = (
        Count("dossier", distinct=True),
        Count("adjusted"),
        Count("pk", filter=Q(fund=Fund.TOTAL)),
        Count("pk", filter=budget),
    )
    sums = (Sum(Coalesce("adjusted", "opening")), added, cut_back)
    yield _summed(Appropriation.objects.filter(dossier__among=ids), ARRANGED, at, counts, sums)
    spent = Spending.objects.filter(dossier__among=ids, month__lte=12)
    parted = spent.annotate(_source=F("source"), _cumulative=cumulative, _total=total)
    parts, counted = ("_source", "_total", "_cumulative"), (F("_cumulative"), none, none, none)
    yield _summed(parted, SPENT, at, counted, (Sum("amount"),), parts)
    yield _summed(AuditedAmount.objects.filter(dossier__among=ids), AUDITED, at, (none,) * 4, ())


def _summed(
    rows: QuerySet[Any, Any],
    table: int,
    at: int,
    counts: Any,
    sums: Any,
    parts: tuple[str, ...] = (),
) -> QuerySet[Any, Any]:
    """The records added up (by ``parts``), in the same columns."""
    nothing = Cast(Value(None, output_field=MoneyField()), MoneyField())
    number = IntegerField()
    columns = {
        "_records": Count("pk"),
        **{f"_count{n}": value for n, value in enumerate(counts)},
        **{f"_sum{n}": value for n, value in enumerate((*sums, nothing, nothing, nothing)[:3])},
    }
    fixed = {"_table": Value(table, output_field=number), "_at": Value(at, output_field=number)}
    grouped = rows.order_by().annotate(**fixed).values(*fixed, *parts).annotate(**columns)
    listed: QuerySet[Any, Any] = grouped.values_list(*fixed, *columns)
    return listed


class Totals(NamedTuple):
    """What subtotals add up of one dossier, in 分, each as in :class:`Money`."""

    budget: int | None
    spent: int | None
    audited_arranged: int | None
    audited_used: int | None

    def money(self) -> Money:
        """The same in 元; of how the budget came about nothing is known."""
        budget, spent, arranged, used = map(exact, self)
        return Money(adjusted=budget, spent=spent, audited_arranged=arranged, audited_used=used)


def totals_of(dossiers: list[int]) -> dict[int, Totals]:
    """Of many dossiers what their subtotals need, added up by the database over funds and months.

    Dossiers whose records the sums alone don't settle (a total beside its parts, cumulative figures
    only) are read as :func:`money_of` does.
    """
    arranged: dict[int, list[Any]] = {}
    spent: dict[int, list[tuple[str, bool, int]]] = {}
    audited: dict[int, tuple[int, int | None, int | None]] = {}
    unsettled: set[int] = set()
    for table, key, _, source, cumulative, order, *sums in _sums_among(dossiers):
        if table == SPENT:
            spent.setdefault(key, []).append((source, bool(cumulative), sums[0] or 0))
        elif table == ARRANGED:
            if key in arranged:
                unsettled.add(key)
            arranged[key] = sums
        elif key not in audited or order > audited[key][0]:
            audited[key] = (order, sums[0], sums[1])
    totals = {}
    for key in dossiers:
        amount = None
        if own := spent.get(key):
            source = own[0][0] if len(own) == 1 else _counted_source(own)
            counted = [row for row in own if row[0] == source and not row[1]]
            amount = counted[0][2] if len(counted) == 1 else None
            if len(counted) != 1:
                unsettled.add(key)
        _, given, used = audited.get(key, NOTHING_AUDITED)
        totals[key] = Totals(_full_year_fen(arranged.get(key, NOTHING)), amount, given, used)
    for key, one in money_of(list(unsettled)).items():
        known = totals[key]
        totals[key] = known._replace(budget=_fen(one.budget), spent=_fen(one.spent))
    return totals


def _counted_source(rows: list[tuple[str, bool, int]]) -> str:
    given = {source for source, _, _ in rows}
    return str(next(one for one in COUNTED_SOURCES if one in given))


def _full_year_fen(sums: Sequence[int | None]) -> int | None:
    """As :attr:`Money.budget`."""
    opening, added, cut_back, adjusted, *_ = sums
    if adjusted is not None or opening is None:
        return adjusted
    return opening + (added or 0) - (cut_back or 0)


def _fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan.scaleb(2))


def _sums_among(dossiers: list[int]) -> list[tuple[Any, ...]]:
    """As :func:`_rows_among`, but sums over funds (a total row apart from its parts) and over
    months.
    """

    def question() -> QuerySet[Any, Any]:
        total = Case(When(fund=Fund.TOTAL, then=Value("total")), default=Value(""))
        given = Appropriation.objects.filter(dossier__among=IDS).annotate(_part=total)
        spent = Spending.objects.filter(dossier__among=IDS, month__lte=12).annotate(_part=total)
        audited = AuditedAmount.objects.filter(dossier__among=IDS)
        return same_columns(
            given.values("dossier", "_part"),
            ARRANGED,
            F("_part"),
            sums=[Sum(name) for name in COLUMNS],
        ).union(
            same_columns(
                spent.values("dossier", "_part", "source", "cumulative"),
                SPENT,
                F("_part"),
                source=F("source"),
                cumulative=F("cumulative"),
                sums=[Sum("amount")],
            ),
            same_columns(audited, AUDITED, order=F("pk"), sums=[F("arranged"), F("used")]),
            all=True,
        )

    return prepared("totals", question, dossiers) if dossiers else []
