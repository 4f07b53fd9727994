"""Checks on plain typed rows: one registry read by forms, imports, the command line and the page of rules."""

from __future__ import annotations

from wenxiao.rulebook.checks import ledgers, monitoring, selfeval, sheets, targets
from wenxiao.rulebook.checks.registry import Rule, Table, registry, rule, run

__all__ = ["Rule", "Table", "ledgers", "monitoring", "registry", "rule", "run", "selfeval", "sheets", "targets"]
