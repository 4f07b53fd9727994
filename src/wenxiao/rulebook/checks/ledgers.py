"""台账 ZJ: lines of a ledger that say something unusual; rows are the few
lines a reader of columns picked out.
"""

from __future__ import annotations

from collections.abc import Iterator

from wenxiao.rulebook.checks.facts import number
from wenxiao.rulebook.checks.registry import Hit, Table, numbered, rule
from wenxiao.rulebook.numbers import wan


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


@rule("ZJ-25")
def sum_broken(table: Table) -> Iterator[Hit]:
    """年初 + 追加 - 收回 that is another amount than 全年预算, of the file and what is stored together."""
    for index, year, row in numbered(table, "year_budget"):
        opening, added, back = (number(row, key) for key in ("opening", "added", "cut_back"))
        if opening is None or (added is None and back is None):
            continue
        due = opening + (added or 0) - (back or 0)
        if due != year:
            parts = f"年初预算 {wan(opening)}"
            parts += f" + 追加 {wan(added)}" if added else ""
            parts += f" - 收回 {wan(back)}" if back else ""
            text = f"{parts} = {wan(due)} 万元，全年预算是 {wan(year)} 万元，相差 {wan(abs(due - year))} 万元。"
            yield Hit(index, "year_budget", text, got=wan(year), expected=wan(due))
