"""退回率: how often targets handed in were given back, by unit and by
reviewer, counted from the trail of the acts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.records.models import Entry
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import targets_visible_to

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

_HANDED = ("送审绩效目标", "代单位报送绩效目标")
_RETURNED, _PASSED = "退回绩效目标", "审核绩效目标"


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """One unit or one reviewer: of ``whole`` handings-in or decisions, how
    many were returns; marks named in them.
    """

    name: str
    whole: int
    returned: int
    marks: int

    @property
    def rate(self) -> Decimal:
        """Percent of the whole, two decimals."""
        return rate_percent(Decimal(self.returned), Decimal(self.whole)) or Decimal(0)


def return_rates(user: User, year: int) -> tuple[list[ReturnRate], list[ReturnRate]]:
    """(by unit, by reviewer) over the targets of a budget year this person may see; the highest
    rate first. Two queries.
    """
    rows = targets_visible_to(user).filter(dossier__fiscal_year=year)
    units = dict(rows.values_list("pk", "dossier__unit__name"))
    entries = Entry.objects.filter(
        target_type=Target._meta.label, target_id__in=units, act__in=(*_HANDED, _RETURNED, _PASSED)
    ).values_list("act", "target_id", "by_name", "data")
    handed: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    judged: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for act, pk, name, data in entries:
        marks = len(data.get("marks", ())) if act == _RETURNED else 0
        unit = handed[units[pk or 0]]
        unit[0] += act in _HANDED
        if act not in _HANDED:
            judged[name][0] += 1
        if act == _RETURNED:
            for counted in (unit, judged[name]):
                counted[1] += 1
                counted[2] += marks
    return _ordered(handed), _ordered(judged)


def _ordered(counted: dict[str, list[int]]) -> list[ReturnRate]:
    rates = [ReturnRate(name, *numbers) for name, numbers in counted.items() if numbers[0]]
    return sorted(rates, key=lambda one: (-one.rate, -one.returned, one.name))
