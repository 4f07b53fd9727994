"""目标审核表: the aspects a target is reviewed by, the grade its points earn and
what follows from it, by rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.rulebook import basis, frameworks
from wenxiao.rulebook.grading import grade

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.rulebook.frameworks import FrameworkNode
    from wenxiao.targets.models import Target

RULE = "target_review"
PASSING = ("优", "良")
"""The grades whose rule lets a target go on; the others' says that the unit
mends it, or that it may not go on.
"""


@dataclass(frozen=True, slots=True)
class Rubric:
    """The aspects with their criteria, the points given (by code), and where the weights stand."""

    aspects: tuple[FrameworkNode, ...]
    given: Mapping[str, Decimal]
    basis: str
    standing: str

    @property
    def leaves(self) -> list[FrameworkNode]:
        """The criteria that bear points."""
        return [leaf for aspect in self.aspects for leaf in aspect.leaves()]

    @property
    def complete(self) -> bool:
        """Whether every criterion has its points."""
        return all(leaf.code in self.given for leaf in self.leaves)


def rubric_of(target: Target) -> Rubric:
    """The rubric in force in the target's year, with the points it has."""
    division, year = target.dossier.subject.division, target.dossier.fiscal_year
    tree = frameworks.tree(RULE, year, division.own_rules)
    given = {code: Decimal(points) for code, points in target.rubric.items()}
    return Rubric(tree.criteria, given, tree.basis, tree.standing)


def grade_of(target: Target, points: Decimal) -> str:
    """优, 良, 中 or 差, by the bands of the target's year."""
    division = target.dossier.subject.division
    return grade(points, target.dossier.fiscal_year, division.own_rules)


def consequence_of(target: Target) -> tuple[str, bool]:
    """(what the rule says of the grade, whether passing is refused): only
    an article that was read refuses, else it warns.
    """
    if not target.rubric_grade:
        return "", False
    division = target.dossier.subject.division
    value = basis.in_force(RULE, target.dossier.fiscal_year, division.own_rules)
    decision = str(value.content["decision"].get(target.rubric_grade, ""))
    return decision, target.rubric_grade not in PASSING and value.standing == "原文"
