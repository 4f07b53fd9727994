"""A filled table against the approved target (批复目标): what differs is named, never taken over.

Rows carry ``approved_target``, ``approved_weight``, ``approved_level2``, ``approved_level3`` where
they were joined to an approved row, or ``added`` where there is none; the head's ``absent`` lists
approved rows the table lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wenxiao.rulebook.checks.registry import Cells, Hit, Table, rule
from wenxiao.rulebook.expressions import Expression, parse
from wenxiao.rulebook.numbers import plain


def _folded(text: object) -> str:
    return "".join(str(text or "").translate(str.maketrans("（）：，％", "():,%")).split())


def _joined(table: Table) -> Iterator[tuple[int, Cells]]:
    return ((at, row) for at, row in enumerate(table.rows) if "approved_target" in row)


@rule("MB-41")
def other_value(table: Table) -> Iterator[Hit]:
    """Another 指标值 than the approved one; a form without the column says nothing."""
    for at, row in _joined(table):
        target, approved = row.get("target"), row["approved_target"]
        if target and _folded(target) != _folded(approved):
            text = f"“{row['approved_level3']}”批复的指标值是“{approved}”，表上写“{target}”。"
            yield Hit(at, "target", text, expected=str(approved), got=str(target))


@rule("MB-42")
def other_weight(table: Table) -> Iterator[Hit]:
    """Another 分值 than the approved one."""
    for at, row in _joined(table):
        weight, approved = row.get("weight"), row.get("approved_weight")
        if isinstance(weight, Decimal) and isinstance(approved, Decimal) and weight != approved:
            text = (
                f"“{row['approved_level3']}”批复的分值是{plain(approved)}，表上写{plain(weight)}。"
            )
            yield Hit(at, "weight", text, expected=plain(approved), got=plain(weight))


@rule("MB-43")
def other_wording(table: Table) -> Iterator[Hit]:
    """The approved row under another name or another level 2."""
    for at, row in _joined(table):
        for field, approved in (
            ("level3", row.get("approved_level3")),
            ("level2", row.get("approved_level2")),
        ):
            own_text = row.get(field)
            if own_text and approved and _folded(own_text) != _folded(approved):
                text = f"批复写“{approved}”，表上写“{own_text}”。"
                yield Hit(at, field, text, expected=str(approved), got=str(own_text))


@rule("MB-44")
def approved_row_absent(table: Table) -> Iterator[Hit]:
    """An approved row the table lacks."""
    for name in table.head.get("absent", ()):
        yield Hit(None, "rows", f"批复的指标“{name}”表中没有。", expected=str(name))


@rule("MB-45")
def row_added(table: Table) -> Iterator[Hit]:
    """A row the approved target lacks."""
    for at, row in enumerate(table.rows):
        if row.get("added"):
            name = row.get("level3") or ""
            text = f"指标“{name}”（{row.get('target') or '未写指标值'}）不在批复的目标里，不计分。"
            yield Hit(at, "level3", text, got=str(name))


@rule("FH-07")
def lowered_afterwards(table: Table) -> Iterator[Hit]:
    """A table whose 指标值 is easier to reach than the approved one: a doubt for the re-check."""
    for at, row in _joined(table):
        target, approved = row.get("target"), row["approved_target"]
        if target and _easier(parse(str(target)), parse(str(approved or ""))):
            text = f"“{row['approved_level3']}”由“{approved}”改为“{target}”，目标事后调低。"
            yield Hit(at, "target", text, expected=str(approved), got=str(target))


def _easier(told: Expression, approved: Expression) -> bool:
    """Whether less is asked: a lower floor, or a higher ceiling.
    What is not two numbers of one unit is no doubt.
    """
    if (told.kind, approved.kind) != ("number", "number") or told.unit != approved.unit:
        return False
    ceiling = {"<=", "<"}
    if (told.comparator in ceiling) != (approved.comparator in ceiling):
        return False
    if approved.comparator in ceiling:
        return told.high is not None and approved.high is not None and told.high > approved.high
    return told.low is not None and approved.low is not None and told.low < approved.low
