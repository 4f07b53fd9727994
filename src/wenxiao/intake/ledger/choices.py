"""What a person or a machine writes about unknown units and projects, as
the choices of an import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Subject
from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.intake.ledger.matching import CREATE, SKIP, UNIT
from wenxiao.orgs.models import Unit
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import Division, User

WORDS = {"新建": CREATE, "不导入": SKIP, CREATE: CREATE, SKIP: SKIP}


def matches_told(told: Mapping[str, str], *, division: Division, by: User | None) -> dict[str, Any]:
    """The ``choice`` of something unmatched (as the outcome names it) → what to do: 新建, 不导入, or a
    known code.

    NotAllowed for a code that no unit or project of the division bears, as far as this person sees
    it.
    """
    units = dict(
        Unit.objects.filter(division=division, code__in=told.values()).values_list("code", "pk")
    )
    seen = subjects_visible_to(by) if by is not None else Subject.objects.all()
    subjects = dict(
        seen.filter(division=division, code__in=told.values()).values_list("code", "pk")
    )
    matches: dict[str, Any] = {}
    for choice, value in told.items():
        is_unit = choice.startswith(UNIT)
        known = WORDS.get(value, (units if is_unit else subjects).get(value))
        if known is None:
            what = "单位代码" if is_unit else "项目代码"
            raise NotAllowed(
                f"“{choice}”要匹配的{what}“{value}”不存在；可写已有的{what}、新建或不导入。"
            )
        matches[choice] = known
    return matches
