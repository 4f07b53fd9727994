"""A dossier's money in 元: arranged, spent and audited, of one dossier or of
many, in one statement.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, CharField, F, IntegerField, QuerySet, Sum, Value
from django.db.models.functions import Cast

from wenxiao.budget.models import (
    COUNTED_SOURCES,
    Appropriation,
    AuditedAmount,
    Dossier,
    Fund,
    Spending,
)
from wenxiao.store.among import IDS, answered, exact, prepared
from wenxiao.store.fields import MoneyField

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Money:
    """A dossier's money in 元. None = nobody reported it; 0 = reported as nothing.

    ``source`` names the record of spending that counts; months accumulate, a whole-year figure
    stands for the year.
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

    @property
    def unexplained(self) -> Decimal:
        """By how much 全年预算 is not what 年初, 追加 and 收回 come to; nothing where
        one of them alone is known.
        """
        if self.adjusted is None or self.opening is None:
            return Decimal(0)
        if self.added is None and self.cut_back is None:
            return Decimal(0)
        due = self.opening + (self.added or Decimal(0)) - (self.cut_back or Decimal(0))
        return abs(self.adjusted - due)


def money(dossier: Dossier, *, through_month: int = 12) -> Money:
    """One dossier's money up to a month; for lists take :func:`money_of`."""
    return money_of([dossier.pk], through_month=through_month)[dossier.pk]


def money_of(
    dossiers: Iterable[int] | QuerySet[Any], *, through_month: int = 12
) -> dict[int, Money]:
    """Money of many dossiers (their ids) in one query; every dossier asked for is answered."""
    if isinstance(dossiers, QuerySet):
        chosen = dossiers.order_by().values("pk")
        rows = answered(_question({"dossier__in": chosen}, through_month, _named(dossiers)))
        keys = [row[KEY] for row in rows if row[TABLE] == NAMED]
    else:
        keys = list(dossiers)
        rows = _rows_among(keys, through_month) if keys else []
    appropriations: dict[int, list[FundSums]] = defaultdict(list)
    spendings: dict[int, dict[str, list[SpentSum]]] = {}
    audited: dict[int, tuple[int, int | None, int | None]] = {}
    for table, key, fund, source, cumulative, order, *sums in rows:
        if table == ARRANGED:
            appropriations[key].append((fund, sums))
        elif table == SPENT:
            spent = SpentSum(fund, bool(cumulative), order, sums[0] or 0)
            spendings.setdefault(key, {}).setdefault(source, []).append(spent)
        elif table == AUDITED and (key not in audited or order > audited[key][0]):
            audited[key] = (order, sums[0], sums[1])
    return {
        key: _money(appropriations.get(key), spendings.get(key), audited.get(key)) for key in keys
    }


def _money(
    appropriations: list[FundSums] | None,
    spendings: dict[str, list[SpentSum]] | None,
    audited: tuple[int, int | None, int | None] | None,
) -> Money:
    """One dossier's money from what was read of it."""
    columns = _arranged(appropriations) if appropriations else NOTHING
    spent, source = _counted(spendings) if spendings else (None, "")
    _, arranged, used = audited or (0, None, None)
    opening, added, cut_back, adjusted, arrived = map(exact, columns)
    return Money(
        opening,
        added,
        cut_back,
        adjusted,
        arrived,
        exact(spent),
        source,
        exact(arranged),
        exact(used),
    )


def funds_of(dossier: int) -> dict[str, Money]:
    """A dossier's money by fund where its records name one, in the order of the funds; the spending
    is that of the record which counts.
    """
    arranged: dict[str, list[FundSums]] = defaultdict(list)
    spent: dict[str, list[SpentSum]] = defaultdict(list)
    for table, _, fund, source, cumulative, order, *sums in _rows_among([dossier], 12):
        if table == ARRANGED:
            arranged[fund].append((fund, sums))
        elif table == SPENT:
            spent[source].append(SpentSum(fund, bool(cumulative), order, sums[0] or 0))
    source = next((str(one) for one in COUNTED_SOURCES if one in spent), "")
    by_fund = {}
    for fund in Fund:
        own = [row for row in spent.get(source, []) if row.fund == fund]
        named = any(row.fund == fund for rows in spent.values() for row in rows)
        if fund != Fund.TOTAL and (fund in arranged or named):
            by_fund[str(fund)] = _money(arranged.get(fund), {source: own} if own else None, None)
    return by_fund


BUDGETS = (Fund.GENERAL, Fund.GOVERNMENT, Fund.STATE_CAPITAL, Fund.SOCIAL)
"""The four budgets (四本预算)."""
SEVERAL, NO_MONEY = "several", "none"
"""Of a dossier with money from more than one budget, and of one without any."""


class Budgeted(NamedTuple):
    """A dossier's 全年预算数 in 元 (None: nobody reported it), and the one budget that it stands in."""

    yuan: Decimal | None
    fund: str


def budgets_of(dossiers: QuerySet[Dossier]) -> dict[int, Budgeted]:
    """The full-year budgets of some dossiers and where each stands, in one query; whoever has none
    is left out.

    A dossier stands in the budget its money is from, whatever was carried over beside it; in
    ``SEVERAL`` where that is more than one, in ``Fund.TOTAL`` where the form gives no parts, in
    ``NO_MONEY`` where every amount is 0 or missing.
    """
    appropriations = Appropriation.objects.filter(dossier__in=dossiers.order_by().values("pk"))
    read: dict[int, list[FundSums]] = defaultdict(list)
    for dossier, fund, *sums in answered(
        appropriations.order_by().values_list("dossier", "fund", *COLUMNS)
    ):
        read[dossier].append((fund, sums))
    return {
        dossier: Budgeted(_full_year(_arranged(rows)), _budget_of(rows))
        for dossier, rows in read.items()
    }


def _full_year(columns: Sequence[int | None]) -> Decimal | None:
    opening, added, cut_back, adjusted, _ = map(exact, columns)
    return Money(opening, added, cut_back, adjusted).budget


def _budget_of(rows: list[FundSums]) -> str:
    """The fund that the amounts of a dossier put it in."""
    funds: dict[str, Decimal] = defaultdict(Decimal)
    for fund, sums in rows:
        funds[fund] += _full_year(sums) or Decimal(0)
    paid = {fund for fund, amount in funds.items() if amount}
    own = paid & set(BUDGETS) or paid - {Fund.TOTAL.value} or paid
    return str(next(iter(own))) if len(own) == 1 else SEVERAL if own else NO_MONEY


ARRANGED, SPENT, AUDITED, NAMED = range(4)
"""Which table a row of the one statement is from; NAMED: the dossier itself."""
COLUMNS = ("opening", "added", "cut_back", "adjusted", "arrived")


NOTHING = (None,) * len(COLUMNS)
NOTHING_AUDITED = (0, None, None)
FundSums = tuple[str, list[Any]]
"""A fund and its sums of :data:`COLUMNS` in 分."""
TABLE, KEY = 0, 1


class SpentSum(NamedTuple):
    """What was spent from a fund in a month (``order``), or up to it; in 分."""

    fund: str
    cumulative: bool
    order: int
    amount: int


def _rows_among(dossiers: list[int], through_month: int) -> list[tuple[Any, ...]]:
    """The rows of all three tables that concern some dossiers: which table, dossier, fund, source,
    cumulative, order (the month of spending, the number of an audited amount), sums in 分.
    """
    return prepared(
        ("money", through_month),
        lambda: _question({"dossier__among": IDS}, through_month),
        dossiers,
    )


def _question(
    which: dict[str, Any], through_month: int, *more: QuerySet[Any, Any]
) -> QuerySet[Any, Any]:
    arranged = Appropriation.objects.filter(**which)
    spent = Spending.objects.filter(**which, month__lte=through_month, source__in=COUNTED_SOURCES)
    audited = AuditedAmount.objects.filter(**which)
    first = same_columns(arranged, ARRANGED, F("fund"), sums=[F(name) for name in COLUMNS])
    summed = spent.values("dossier", "fund", "source", "cumulative", "month")
    return first.union(
        same_columns(
            summed,
            SPENT,
            F("fund"),
            source=F("source"),
            cumulative=F("cumulative"),
            order=F("month"),
            sums=[Sum("amount")],
        ),
        same_columns(audited, AUDITED, order=F("pk"), sums=[F("arranged"), F("used")]),
        *more,
        all=True,
    )


def _named(dossiers: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    return same_columns(dossiers.order_by(), NAMED, key="pk", sums=[])


def same_columns(
    rows: QuerySet[Any, Any],
    table: int,
    fund: Any = None,
    *,
    sums: list[Any],
    key: str = "dossier",
    source: Any = None,
    cumulative: Any = None,
    order: Any = None,
) -> QuerySet[Any, Any]:
    """The same columns of every table, by name and kind; what a table hasn't got is empty."""
    nothing = Value(None, output_field=MoneyField())
    filled = [*sums, *(Cast(nothing, MoneyField()) for _ in range(len(COLUMNS) - len(sums)))]
    text = CharField()
    columns: QuerySet[Any, Any] = rows.annotate(
        _table=Value(table, output_field=IntegerField()),
        _key=F(key),
        _fund=fund if fund is not None else Value("", output_field=text),
        _source=source if source is not None else Value("", output_field=text),
        _cumulative=cumulative
        if cumulative is not None
        else Value(False, output_field=BooleanField()),
        _order=order if order is not None else Value(0, output_field=IntegerField()),
        **{f"_sum{number}": value for number, value in enumerate(filled)},
    )
    names = ("_table", "_key", "_fund", "_source", "_cumulative", "_order")
    return columns.values_list(*names, *(f"_sum{number}" for number in range(len(COLUMNS))))


def _arranged(rows: list[FundSums]) -> Sequence[int | None]:
    """Sums over funds; a total row counts only where no part is given, and column by column."""
    if len(rows) == 1:
        return rows[0][1]
    columns = []
    for at in range(len(COLUMNS)):
        given = [(fund, sums[at]) for fund, sums in rows if sums[at] is not None]
        parts = [fen for fund, fen in given if fund != Fund.TOTAL]
        counted = parts or [fen for _, fen in given]
        columns.append(sum(counted) if counted else None)
    return columns


def _counted(by_source: dict[str, list[SpentSum]]) -> tuple[int, str]:
    """Of the first source that has rows what was spent, and its name.

    Months add up; a total row counts in a month where no part is given. Where a source has no
    months, its latest cumulative figures stand for them.
    """
    source = next(s for s in COUNTED_SOURCES if s in by_source)
    rows = by_source[source]
    flows = [row for row in rows if not row.cumulative]
    if flows:
        return _without_doubles(flows), str(source)
    ordered = sorted(rows, key=lambda row: row.order)
    latest = {row.fund: row._replace(order=0) for row in ordered}
    return _without_doubles(list(latest.values())), str(source)


def _without_doubles(rows: list[SpentSum]) -> int:
    """The sum of the parts of each month, or its undivided total where there are no parts."""
    parts = {row.order for row in rows if row.fund != Fund.TOTAL}
    return sum(row.amount for row in rows if row.fund != Fund.TOTAL or row.order not in parts)
