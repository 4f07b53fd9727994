"""台账 ZJ: lines of a ledger that say something unusual; rows are the few lines a reader of columns picked out."""

from __future__ import annotations

from collections.abc import Iterator

from wenxiao.rulebook.checks.registry import Hit, Table, numbered, rule


@rule("ZJ-20")
def reversal(table: Table) -> Iterator[Hit]:
    """A negative payment that takes back an equal earlier one (``reverses``: its line)."""
    for index, paid, row in numbered(table, "paid"):
        if paid < 0 and row.get("reverses") is not None:
            yield Hit(index, "paid", f"负数支付，冲销第 {row['reverses']} 行的同额支付。")


@rule("ZJ-21")
def negative_addition(table: Table) -> Iterator[Hit]:
    """A budget added that is negative: it counts as taken back."""
    for index, added, _ in numbered(table, "added"):
        if added < 0:
            yield Hit(index, "added", "追加为负数，按收回计。")


@rule("ZJ-22")
def negative_budget(table: Table) -> Iterator[Hit]:
    """A budget below nothing (``arranged``), after additions below nothing were taken back."""
    for index, arranged, _ in numbered(table, "arranged"):
        if arranged < 0:
            yield Hit(index, "arranged", "预算金额为负数。")
