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
from wenxiao.store.fields import MoneyField

if TYPE_CHECKING:
    from collections.abc import Iterable


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
        chosen: Any = dossiers.order_by().values("pk")
        rows = _rows(chosen, through_month, _named(dossiers))
        keys = [row.dossier for row in rows if row.table == NAMED]
    else:
        chosen = keys = list(dossiers)
        rows = _rows(chosen, through_month) if keys else []
    parts: tuple[dict[int, dict[str, Any]], ...] = (
        _arranged(row for row in rows if row.table == ARRANGED),
        _spent(row for row in rows if row.table == SPENT),
        {
            row.dossier: {"audited_arranged": row.sums[0], "audited_used": row.sums[1]}
            for row in sorted(rows, key=lambda row: row.order)
            if row.table == AUDITED
        },
    )
    return {
        key: Money(**{name: value for part in parts for name, value in part.get(key, {}).items()})
        for key in keys
    }


def funds_of(dossier: int) -> dict[str, Money]:
    """A dossier's money by fund where its records name one, in the order of the funds; the spending
    is that of the record which counts.
    """
    rows = _rows([dossier], 12)
    source = _spent(row for row in rows if row.table == SPENT).get(dossier, {}).get("source")
    by_fund = {}
    for fund in Fund:
        own = [row for row in rows if row.fund == fund and fund != Fund.TOTAL]
        spent = [row for row in own if row.table == SPENT and row.source == source]
        parts = _arranged(row for row in own if row.table == ARRANGED).get(dossier, {})
        if own:
            by_fund[str(fund)] = Money(**parts, **_spent(spent).get(dossier, {}))
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
    rows = [
        MoneyRow(ARRANGED, dossier, fund, "", False, 0, tuple(sums))
        for dossier, fund, *sums in appropriations.order_by().values_list(
            "dossier", "fund", *COLUMNS
        )
    ]
    funds: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        yuan = _full_year(dict(zip(COLUMNS, row.sums, strict=True)))
        funds[row.dossier][row.fund] += yuan or Decimal(0)
    return {
        dossier: Budgeted(_full_year(columns), _budget_of(funds[dossier]))
        for dossier, columns in _arranged(rows).items()
    }


def _full_year(columns: dict[str, Any]) -> Decimal | None:
    return Money(**columns).budget


def _budget_of(funds: dict[str, Decimal]) -> str:
    """The fund that the amounts of a dossier put it in."""
    paid = {fund for fund, yuan in funds.items() if yuan}
    own = paid & set(BUDGETS) or paid - {Fund.TOTAL.value} or paid
    return str(next(iter(own))) if len(own) == 1 else SEVERAL if own else NO_MONEY


ARRANGED, SPENT, AUDITED, NAMED = range(4)
"""Which table a row of the one statement is from; NAMED: the dossier itself."""
COLUMNS = ("opening", "added", "cut_back", "adjusted", "arrived")


class MoneyRow(NamedTuple):
    """A row of the one statement.
    ``order``: the month of spending, the number of an audited amount; ``sums`` in 元.
    """

    table: int
    dossier: int
    fund: str
    source: str
    cumulative: bool
    order: int
    sums: tuple[Decimal | None, ...]


def _rows(dossiers: Any, through_month: int, *more: QuerySet[Any, Any]) -> list[MoneyRow]:
    """The rows of all three tables that concern some dossiers, read together."""
    arranged = Appropriation.objects.filter(dossier__in=dossiers)
    spent = Spending.objects.filter(dossier__in=dossiers, month__lte=through_month)
    audited = AuditedAmount.objects.filter(dossier__in=dossiers)
    first = _columns(arranged, ARRANGED, F("fund"), sums=[F(name) for name in COLUMNS])
    summed = spent.values("dossier", "fund", "source", "cumulative", "month")
    read = first.union(
        _columns(
            summed,
            SPENT,
            F("fund"),
            source=F("source"),
            cumulative=F("cumulative"),
            order=F("month"),
            sums=[Sum("amount")],
        ),
        _columns(audited, AUDITED, order=F("pk"), sums=[F("arranged"), F("used")]),
        *more,
        all=True,
    )
    return [MoneyRow._make((*row[:6], tuple(row[6:]))) for row in read]


def _named(dossiers: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    return _columns(dossiers.order_by(), NAMED, key="pk", sums=[])


def _columns(
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


def _arranged(rows: Iterable[MoneyRow]) -> dict[int, dict[str, Any]]:
    """Sums over funds; a total row counts only where no part is given, and column by column."""
    parts: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    totals: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    for row in rows:
        known = (totals if row.fund == Fund.TOTAL else parts)[row.dossier]
        for name, value in zip(COLUMNS, row.sums, strict=True):
            if value is not None:
                known[name] = (known.get(name) or Decimal(0)) + value
    return {
        key: {name: parts[key].get(name, totals[key].get(name)) for name in COLUMNS}
        for key in set(parts) | set(totals)
    }


def _spent(rows: Iterable[MoneyRow]) -> dict[int, dict[str, Any]]:
    """Per dossier the first source that has rows.
    Months add up; a total row counts in a month where no part is given.

    Where a source has no months, its latest cumulative figures stand for them.
    """
    sources: dict[int, dict[str, list[MoneyRow]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda row: row.order):
        sources[row.dossier][row.source].append(row)
    return {dossier: _counted(by_source) for dossier, by_source in sources.items()}


def _counted(by_source: dict[str, list[MoneyRow]]) -> dict[str, Any]:
    source = next(s for s in COUNTED_SOURCES if s in by_source)
    rows = by_source[source]
    flows = [row for row in rows if not row.cumulative]
    latest = {row.fund: row._replace(order=0) for row in rows if row.cumulative}
    return {"spent": _without_doubles(flows or list(latest.values())), "source": str(source)}


def _without_doubles(rows: list[MoneyRow]) -> Decimal:
    """The sum of the parts of each month, or its undivided total where there are no parts."""
    parts = {row.order for row in rows if row.fund != Fund.TOTAL}
    return sum(
        (
            row.sums[0] or Decimal(0)
            for row in rows
            if row.fund != Fund.TOTAL or row.order not in parts
        ),
        Decimal(0),
    )
