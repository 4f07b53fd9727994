"""Trees of criteria (决策/过程/产出/效益 …) that reviews are scored by, as dated data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from wenxiao.rulebook import basis
from wenxiao.rulebook.grounds import Standing

TREES = (
    "project_framework",
    "department_framework",
    "government_framework",
    "policy_framework",
    "special_bond_framework",
    "ppp_construction_framework",
    "ppp_operation_framework",
    "ppp_agency_framework",
    "purchase_framework",
    "target_review",
    "ex_ante",
)


@dataclass(frozen=True, slots=True)
class FrameworkNode:
    """One node of a tree. ``full`` is its full mark where the rule fixes
    one; weights are otherwise set per object.
    """

    code: str
    name: str
    level: int
    explanation: str = ""
    points: tuple[str, ...] = ()
    formula: str = ""
    better: str = ""
    note: str = ""
    full: Decimal | None = None
    standing: Standing = "未核"
    children: tuple[FrameworkNode, ...] = ()

    def leaves(self) -> Iterator[FrameworkNode]:
        """The criteria that carry points, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def walk(self) -> Iterator[FrameworkNode]:
        """The criterion and everything under it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Tree:
    """A framework with its basis."""

    name: str
    title: str
    criteria: tuple[FrameworkNode, ...]
    basis: str
    standing: Standing

    def leaves(self) -> Iterator[FrameworkNode]:
        """All criteria that carry points."""
        for criterion in self.criteria:
            yield from criterion.leaves()

    def find(self, code: str) -> FrameworkNode | None:
        """The criterion of a code, None when there is none."""
        return next((one for top in self.criteria for one in top.walk() if one.code == code), None)


def tree(name: str, on: date | int | None = None, overrides: basis.Overrides | None = None) -> Tree:
    """One framework in force: project_framework, department_framework, target_review, ex_ante …"""
    value = basis.in_force(name, on, overrides)
    criteria = tuple(_criterion(node, 1) for node in value.content["criteria"])
    return Tree(name, basis.load(name).title, criteria, value.basis, value.standing)


def _criterion(node: Mapping[str, Any], level: int) -> FrameworkNode:
    full = node.get("full")
    return FrameworkNode(
        code=str(node["code"]),
        name=str(node["name"]),
        level=level,
        explanation=str(node.get("explanation", "")),
        points=tuple(node.get("points", ())),
        formula=str(node.get("formula", "")),
        better=str(node.get("better", "")),
        note=str(node.get("note", "")),
        full=None if full is None else basis.number(full),
        standing=basis.standing_of(node),
        children=tuple(_criterion(child, level + 1) for child in node.get("children", ())),
    )
