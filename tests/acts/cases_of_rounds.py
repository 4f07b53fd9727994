"""Who may say whether a round is the bureau's own, and hand open work over to another unit."""

from decimal import Decimal

from tests.acts.cases_of_evaluations import ANNOUNCED, EVALUATIONS
from tests.acts.house import SOON
from tests.acts.shape import Act

from wenxiao.followup import services as followup
from wenxiao.reviews import services as reviews
from wenxiao.store.clock import today

TAKEN_OVER = {
    **ANNOUNCED,
    "merge_with_work": Act(
        "performance system",
        lambda h: h.unit,
        lambda h, row, by: followup.merge_with_work(
            units=[row], into=h.other, on=today() + SOON, by=by, why="机构改革"
        ),
    ),
    "split_with_work": Act(
        "performance system",
        lambda h: h.other,
        lambda h, row, by: followup.split_with_work(
            unit=row, parts=[("901", "河湖中心")], on=today() + SOON, by=by, why="分设", rest="901"
        ),
    ),
    "succeed_in_work": Act(
        "performance system",
        lambda h: h.subject,
        lambda h, row, by: followup.succeed_in_work(
            subjects=[row], to=h.other, by=by, why="机构改革"
        ),
    ),
    "set_round_key": Act(
        "performance",
        lambda h: h.round("finance_evaluation"),
        lambda h, row, by: followup.set_round_key(
            round=row, key=not row.key, by=by, why="局务会议定"
        ),
    ),
}

RECHECKS = {
    **EVALUATIONS,
    "draw_recheck": Act(
        "performance",
        lambda h: h.review("selfeval", "checked").round,
        lambda h, row, by: reviews.draw_recheck(round=row, seed=7, by=by, why="复核方案"),
    ),
    "start_rechecks": Act(
        "performance",
        lambda h: reviews.draw_recheck(
            round=h.review("selfeval", "checked").round,
            seed=7,
            share=Decimal(100),
            by=h.people["performance"],
            why="复核方案",
        ),
        lambda h, row, by: reviews.start_rechecks(sample=row, by=by),
    ),
}
