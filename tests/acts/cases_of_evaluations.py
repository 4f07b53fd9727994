"""Who may plan, announce and assign the year's evaluations, and exchange opinions on their conclusions."""

from tests.acts.house import SOON, YEAR
from tests.acts.shape import Act

from wenxiao.followup import services as followup
from wenxiao.reviews import services as reviews
from wenxiao.reviews.services.batch_assigning import Assignees
from wenxiao.store.clock import today


def _plan(h, by=None):
    return reviews.draft_plan(
        division=h.division,
        kind="finance_evaluation",
        name="年度评价计划",
        work_year=YEAR + 1,
        fiscal_year=YEAR,
        dossiers=[h.dossier.pk],
        reason="金额大",
        by=by,
    )


def _announce(h, row, by):
    return followup.announce_evaluation(round=row, number="财绩1号", issued_on=today(), by=by)


EVALUATIONS = {
    "draft_plan": Act("performance", lambda h: None, lambda h, row, by: _plan(h, by)),
    "issue_plan": Act(
        "performance",
        _plan,
        lambda h, row, by: reviews.issue_plan(
            plan=row, approval="会议纪要3号", approved_on=today(), by=by
        ),
    ),
    "drop_plan": Act(
        "performance", _plan, lambda h, row, by: reviews.drop_plan(plan=row, by=by, why="重选")
    ),
    "assign_batch": Act(
        "performance",
        lambda h: (h.round("finance_evaluation"), h.user()),
        lambda h, row, by: reviews.assign_batch(
            round=row[0],
            dossiers=[h.dossier.pk],
            to=Assignees(today() + SOON, lead=row[1]),
            by=by,
            why="合同",
        ),
    ),
}

ANNOUNCED = {
    "announce_evaluation": Act("performance", lambda h: h.round("finance_evaluation"), _announce)
}
