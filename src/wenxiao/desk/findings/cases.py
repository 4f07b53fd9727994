"""Candidates as cases: a page of them grouped by the rule that proposed
them, one open, and its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.rulebook.checks.registry import registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.followup.models import Finding


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """The cases one rule proposed; without a rule, those of reports and reviewers."""

    rule: str
    title: str
    rows: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """The groups of a page, the open case, its place in the page and the
    ids beside it (None at the ends).
    """

    groups: tuple[CaseGroup, ...]
    counts: Mapping[str, int]
    open: Finding
    place: tuple[int, int]
    before: int | None
    after: int | None


def cases_of(rows: Sequence[Finding], rules: Sequence[tuple[str, str, int]], asked: str) -> Cases:
    """A page laid out; ``rules`` tells how many the whole list has of each.
    The first is open where none was asked for.
    """
    counts = {code: count for code, _, count in rules}
    by_rule: dict[str, list[Finding]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row)
    order = sorted(by_rule, key=lambda rule: (-counts.get(rule, 0), rule))
    titles = {one.code: one.title for one in registry()}
    groups = tuple(CaseGroup(rule, titles.get(rule, ""), tuple(by_rule[rule])) for rule in order)
    line = [row for group in groups for row in group.rows]
    at = next((number for number, row in enumerate(line) if str(row.pk) == asked), 0)
    return Cases(
        groups,
        counts,
        line[at],
        (at + 1, len(line)),
        line[at - 1].pk if at else None,
        line[at + 1].pk if at + 1 < len(line) else None,
    )
