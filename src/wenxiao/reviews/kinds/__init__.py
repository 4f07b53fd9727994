"""What each kind of review is made of.
Shared machinery asks here, so that no kind is spelled out anywhere else.
"""

from __future__ import annotations

from wenxiao.reviews.kinds.evaluation import DEPARTMENT_EVALUATION, FINANCE_EVALUATION
from wenxiao.reviews.kinds.exante import EX_ANTE
from wenxiao.reviews.kinds.monitoring import MONITORING
from wenxiao.reviews.kinds.selfeval import RECHECK, SELFEVAL
from wenxiao.reviews.kinds.shape import Kind
from wenxiao.reviews.states import JUDGED

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (EX_ANTE, MONITORING, SELFEVAL, RECHECK, DEPARTMENT_EVALUATION, FINANCE_EVALUATION)
}
"""Kinds by code. A target round has none: targets are filed, not marked."""

FILED = tuple(kind.code for kind in KINDS.values() if kind.owner == "unit")
"""What units fill in themselves and hand in as a review."""
ASKED = (*FILED, "target_review")
"""What units owe: only these rounds are asked of them by list, to-do and letter.
Targets are filed, not reviewed.
"""
OWNERS = {"unit": "单位", "department": "主管部门", "bureau": "财政部门"}
"""Whose work a kind is, as people call them."""
CHECKERS = {
    "head": "单位负责人",
    "department": "主管部门",
    "office": "财政业务科室",
    "performance": "财政绩效科",
}
"""The steps a form handed in may pass, as people call them."""


def kind_of(code: str) -> Kind:
    """The kind of this code; KeyError names one that does not work yet."""
    return KINDS[code]


def owner_of(code: str) -> str:
    """Whose work a kind of round is, in words; the bureau's where the kind does not work yet."""
    if code in ASKED:
        return OWNERS["unit"]
    return OWNERS[KINDS[code].owner if code in KINDS else "bureau"]


def work_title(code: str, *, key: bool) -> str:
    """What papers call the work of a round of this kind: 财政重点绩效评价 of a key round of the bureau,
    财政绩效评价 of another, 部门绩效评价 of a department's.
    """
    whose = {"bureau": "财政重点" if key else "财政", "department": "部门"}
    if code == MONITORING.code:
        return "财政重点绩效监控" if key else "绩效监控"
    return f"{whose.get(kind_of(code).owner, '')}绩效评价"


__all__ = [
    "ASKED",
    "CHECKERS",
    "FILED",
    "JUDGED",
    "KINDS",
    "OWNERS",
    "Kind",
    "kind_of",
    "owner_of",
    "work_title",
]
