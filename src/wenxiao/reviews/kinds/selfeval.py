"""单位自评 and its re-check: the approved target's own rows, filled further."""

from wenxiao.reviews.kinds.shape import Kind

SELFEVAL = Kind(
    code="selfeval",
    title="单位自评",
    result="自评分",
    rows="indicators",
    scores=True,
    stage="selfeval",
    fill="fill",
    check=("check_department", "check_office"),
    owner="unit",
)

RECHECK = Kind(
    code="recheck",
    title="自评复核",
    result="复核分",
    rows="indicators",
    scores=True,
    stage="recheck",
    fill="evaluate",
    check=("confirm",),
    owner="bureau",
)
