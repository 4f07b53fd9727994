"""类型事项 as they are recorded: which facts a dossier has of its own, and what stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wenxiao.budget.models import Dossier
from wenxiao.rulebook.object_kinds import KINDS, MONEY, PERCENT, OwnOfKinds, disagreements, own_of
from wenxiao.store.among import IDS, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


@dataclass(slots=True)
class RecordedFacts:
    """Of one dossier: its kind and the budgets its money is from, as far as they have facts of
    their own, and the values by name.
    """

    kinds: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def facts_recorded(dossiers: Iterable[int]) -> dict[int, RecordedFacts]:
    """Of many dossiers (ids), in one query."""
    facts: dict[int, RecordedFacts] = defaultdict(RecordedFacts)
    names = ("subject__kind", "appropriations__fund", "kind_facts__name", "kind_facts__value")

    def question() -> QuerySet[Dossier, tuple[object, ...]]:
        return Dossier.objects.filter(pk__among=IDS).values_list("pk", *names)

    for dossier, kind, fund, name, value in prepared("kind facts", question, dossiers):
        own = facts[dossier]
        own.kinds += [one for one in (kind, fund) if one in KINDS and one not in own.kinds]
        if name is not None:
            own.values[name] = value
    for own in facts.values():
        own.kinds.sort(key=list(KINDS).index)
    return facts


def recorded(dossier: Dossier) -> dict[str, str]:
    """The values of one dossier by name."""
    return dict(dossier.kind_facts.order_by("name").values_list("name", "value"))


def kinds_of(dossier: Dossier) -> list[str]:
    """A dossier's kind and the budgets its money is from, as far as they have facts of their
    own.
    """
    funds = dossier.appropriations.values_list("fund", flat=True)
    own = {dossier.subject.kind, *funds}
    return [one for one in KINDS if one in own]


def dossier_numbered(pk: int) -> Dossier:
    """A dossier with its subject, for papers that know its number."""
    return Dossier.objects.select_related("subject__division", "unit").get(pk=pk)


def printed_facts(dossier: Dossier) -> tuple[list[tuple[str, str, str]], list[str]]:
    """(group, fact, value with its unit or 没有登记) for print, and what does not agree."""
    facts = facts_recorded([dossier.pk])[dossier.pk]
    values = facts.values
    own = own_of(facts.kinds, dossier.fiscal_year, dossier.subject.division.own_rules)
    units = {MONEY: "万元", PERCENT: "%"}
    lines = [
        (
            one.group,
            one.name,
            f"{one.shown(values[one.name])}{units.get(one.type, '')}"
            if values.get(one.name)
            else "没有登记",
        )
        for one in own.facts
    ]
    return lines, disagreements(own, values)


def own_of_dossier(dossier: Dossier) -> OwnOfKinds:
    """The facts, agreements and criteria of a dossier by the rules of its year."""
    own = dossier.subject.division.own_rules
    return own_of(kinds_of(dossier), dossier.fiscal_year, own)
