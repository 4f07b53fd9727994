"""资金 ZJ and 导入 DR: amounts and lines that cannot be right, whatever they came from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wenxiao.rulebook.checks.registry import Hit, Table, head_number, numbered, rule
from wenxiao.rulebook.numbers import plain, wan

_MONEY = ("initial", "full_year", "executed", "arrived", "amount")


@rule("ZJ-01")
def negative_money(table: Table) -> Iterator[Hit]:
    """Money below 0; refunds may be meant, so it warns."""
    for key in _MONEY:
        if (head_number(table, key) or Decimal(0)) < 0:
            yield Hit(None, key, f"金额 {wan(table.head[key])} 万元为负数。")
        for index, amount, _ in numbered(table, key):
            if amount < 0:
                yield Hit(index, key, f"金额 {wan(amount)} 万元为负数。")


@rule("ZJ-02")
def spent_more_than_budget(table: Table) -> Iterator[Hit]:
    """More spent than the adjusted budget allows."""
    budget, executed = head_number(table, "full_year"), head_number(table, "executed")
    if budget is not None and executed is not None and budget > 0 and executed > budget:
        yield Hit(
            None, "executed", f"全年执行数 {wan(executed)} 万元超过全年预算数 {wan(budget)} 万元。"
        )


@rule("ZJ-04")
def rate_over_hundred(table: Table) -> Iterator[Hit]:
    """A published rate above 100 %."""
    rate = head_number(table, "rate")
    most = table.limits["highest"]
    if rate is not None and rate > most:
        yield Hit(None, "rate", f"公布的执行率 {plain(rate)}% 超过{plain(most)}%。")


@rule("DR-01")
def duplicate_line(table: Table) -> Iterator[Hit]:
    """Two lines that give the same ``key``."""
    seen: dict[object, int] = {}
    for index, row in enumerate(table.rows):
        key = row.get("key")
        if key is None:
            continue
        if key in seen:
            yield Hit(index, "key", f"与第 {seen[key] + 1} 条重复。")
        else:
            seen[key] = index
