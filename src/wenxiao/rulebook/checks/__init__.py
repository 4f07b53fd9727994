"""Checks on plain typed rows: one registry read by forms, imports, the
command line and the page of rules.
"""

from __future__ import annotations

from wenxiao.rulebook.checks import (
    approved,
    doors,
    filling,
    form_points,
    heads,
    ledgers,
    money,
    monitoring,
    own_facts,
    selfeval,
    sheet_sums,
    sheets,
    target_tables,
    target_values,
    target_wording,
    targets,
)
from wenxiao.rulebook.checks.registry import (
    CATALOGUE,
    Hit,
    Rule,
    Table,
    levels_offered,
    mild_levels_offered,
    refused_change,
    registry,
    rule,
    rules_in_force,
    run,
)

__all__ = [
    "CATALOGUE",
    "Hit",
    "Rule",
    "Table",
    "approved",
    "doors",
    "filling",
    "form_points",
    "heads",
    "ledgers",
    "levels_offered",
    "mild_levels_offered",
    "money",
    "monitoring",
    "own_facts",
    "refused_change",
    "registry",
    "rule",
    "rules_in_force",
    "run",
    "selfeval",
    "sheet_sums",
    "sheets",
    "target_tables",
    "target_values",
    "target_wording",
    "targets",
]
