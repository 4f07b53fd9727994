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


def kind_of(code: str) -> Kind:
    """The kind of this code; KeyError names one that does not work yet."""
    return KINDS[code]


__all__ = ["KINDS", "Kind", "kind_of"]
