"""读表 DR: what a form must say of itself, and objects that stand twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wenxiao.rulebook.checks.facts import place, row_number
from wenxiao.rulebook.checks.money import is_ledger
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, rule

_OBJECT = (
    "project_code",
    "project_name",
    "subject_name",
    "dept",
    "unit",
    "year",
    "indicator_name",
    "fund",
)


@rule("DR-01")
def duplicate_line(table: Table) -> Iterator[Hit]:
    """Two lines that give the same ``key``, or a line of a ledger that
    stands further up (``same_as``).
    """
    seen: dict[object, int] = {}
    for index, row in enumerate(table.rows):
        first = row.get("same_as")
        if first is not None:
            done = "仍计入" if row.get("counted") else "没有计入"
            text = f"与第 {first} 行完全相同，{done}。"
            mend = "确为两笔的，请选择“保留重复行”。"
            yield Hit(index, "key", text, mild=bool(row.get("counted")), mend=mend)
        key = row.get("key")
        if key is None:
            continue
        if key in seen:
            yield Hit(index, "key", f"与第 {seen[key] + 1} 条重复。")
        else:
            seen[key] = index


@rule("DR-21")
def year_missing(table: Table) -> Iterator[Hit]:
    """A form that does not say its year; a list may hold many."""
    if table.head.get("kind") != "list" and not table.head.get("year"):
        word = "评价年度" if table.head.get("kind") == "evaluation" else "年度"
        yield Hit(None, "year", f"没有写明{word}。")


@rule("DR-22")
def name_missing(table: Table) -> Iterator[Hit]:
    """A form, or a row of a list, that does not say what it is about; a
    department's whole has no project.
    """
    kind = table.head.get("kind")
    if kind == "evaluation" and not table.head.get("name"):
        text = "没有写明评价对象（项目或部门名称）。"
        yield Hit(None, "name", text, mend="请在表头“项目名称”后填写。")
    elif kind != "list" and not table.head.get("name") and not _of_a_whole(table):
        yield Hit(None, "name", "项目名称是空的。")
    if kind != "list" or is_ledger(table):
        return
    for index, row in enumerate(table.rows):
        key = _name_key(row)
        if key is not None and not row[key]:
            yield Hit(index, key, f"第 {row_number(table, index)} 行没有写明名称。")


def _of_a_whole(table: Table) -> bool:
    """Whether the form is a department's whole, which has no project."""
    return "整体" in str(table.head.get("title") or "")


def _name_key(row: Cells) -> str | None:
    return next((key for key in ("project_name", "subject_name") if key in row), None)


@rule("DR-35")
def object_twice(table: Table) -> Iterator[Hit]:
    """An object of a list whose row stands further up already; payments and the like may repeat."""
    if table.head.get("kind") != "list" or is_ledger(table):
        return
    seen: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(table.rows):
        name = _name_key(row)
        if name is None or not row[name]:
            continue
        key = tuple(str(row.get(field) or "") for field in _OBJECT)
        if key in seen:
            text = f"“{row[name]}”与第 {row_number(table, seen[key])} 行重复。"
            yield Hit(index, name, text)
        seen.setdefault(key, index)


@rule("DR-24")
def formula_without_result(table: Table) -> Iterator[Hit]:
    """A formula whose result the file does not hold; where the system can
    compute it, it only hints.
    """
    for index, part in _parts(table):
        for key, (computed, stored) in (part.get("uncached") or {}).items():
            shown = f"系统算得 {computed}" if computed is not None else "也算不出来"
            yield Hit(
                index,
                key,
                f"公式没有保存结果，{shown}。",
                got=str(stored),
                mild=computed is not None,
                cell=place(part, key),
            )


def _parts(table: Table) -> Iterator[tuple[int | None, Cells]]:
    """Every part of a table that has cells: money lines, rows, then the head."""
    head: Any = table.head
    yield from ((None, line) for line in head.get("funds") or ())
    yield from enumerate(table.rows)
    yield None, head
