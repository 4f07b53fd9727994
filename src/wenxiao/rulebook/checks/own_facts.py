"""What an object's kind and budgets have of their own (类型事项): recorded where a stage wants it, and
agreeing.

The head carries ``own_kinds`` (the kind and the budgets its money is from) and ``own_facts`` (name
→ stored value); a head without them is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from wenxiao.rulebook.checks.registry import Hit, Table, rule
from wenxiao.rulebook.object_kinds import OwnOfKinds, disagreements, own_of, wanting


@rule("ZJ-26")
def facts_wanting(table: Table) -> Iterator[Hit]:
    """Facts this stage wants of the kind, that nobody recorded."""
    own = _own(table)
    names = wanting(own, str(table.head.get("own_stage")), table.head["own_facts"]) if own else []
    if names:
        yield Hit(None, None, f"{'、'.join(names)}没有登记。")


@rule("ZJ-27")
def facts_disagree(table: Table) -> Iterator[Hit]:
    """Recorded facts that do not agree with each other."""
    own = _own(table)
    for text in disagreements(own, table.head["own_facts"]) if own else ():
        yield Hit(None, None, text)


def _own(table: Table) -> OwnOfKinds | None:
    kinds = table.head.get("own_kinds")
    return own_of(kinds, table.year, table.overrides) if kinds else None
