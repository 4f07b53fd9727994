"""事前绩效评估: a request weighed before there is any money, by a frame for its kind; it ends in a
conclusion, not a grade.
"""

from wenxiao.reviews.kinds.shape import Kind

EX_ANTE = Kind(
    code="ex_ante",
    title="事前评估",
    result="事前评估分",
    rows="criteria",
    scores=True,
    stage=None,
    fill="evaluate",
    check=("confirm",),
    owner="bureau",
)
