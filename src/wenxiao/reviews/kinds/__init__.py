"""What each kind of review is made of. Shared machinery asks here, so that no kind is spelled out anywhere else."""

from __future__ import annotations

from wenxiao.reviews.kinds.evaluation import DEPARTMENT_EVALUATION, FINANCE_EVALUATION
from wenxiao.reviews.kinds.monitoring import MONITORING
from wenxiao.reviews.kinds.selfeval import RECHECK, SELFEVAL
from wenxiao.reviews.kinds.shape import Kind

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (MONITORING, SELFEVAL, RECHECK, DEPARTMENT_EVALUATION, FINANCE_EVALUATION)
}
"""Kinds by code. Ex-ante evaluation and target review have rubrics in the rulebook but no working kind yet."""

FILED = ("selfeval", "monitoring")
"""What units fill in themselves and hand in."""
HANDED_IN = (*FILED, "department_evaluation")
"""What a unit or its department owes the bureau: only these are asked for by reminder and letter."""
JUDGED = ("department_evaluation", "finance_evaluation")
"""What somebody else judges by a score sheet."""
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


__all__ = ["CHECKERS", "FILED", "HANDED_IN", "JUDGED", "KINDS", "Kind", "kind_of"]
