"""部门评价 and 财政评价: a score sheet of its own, weights set per object; it never reuses a
self-evaluation's points.
"""

from wenxiao.reviews.kinds.shape import Kind

DEPARTMENT_EVALUATION = Kind(
    code="department_evaluation",
    title="部门评价",
    result="部门评价分",
    rows="criteria",
    scores=True,
    stage=None,
    fill="evaluate",
    check=("confirm",),
    owner="department",
)

FINANCE_EVALUATION = Kind(
    code="finance_evaluation",
    title="财政评价",
    result="财政评价分",
    rows="criteria",
    scores=True,
    stage=None,
    fill="evaluate",
    check=("confirm",),
    owner="bureau",
)
