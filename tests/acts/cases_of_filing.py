"""Who may do what while a target is filed, reviewed, approved and adjusted in the house."""

from decimal import Decimal

from tests.acts.shape import Act

from wenxiao.files.forms.targets.own_workbook import Brought
from wenxiao.reviews.services import approval
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.offline import given_of
from wenxiao.targets.services import Promise, drafting, filing, offline

ROW = Promise("产出指标", "数量指标", "培训人数", "≥100人", Decimal(50))
CHECK = "department office performance"
APPROVE = "performance budget"


def filed(state):
    """A target of the dossier that is being filed, in a state."""

    def make(h):
        made = Target.objects.create(
            dossier=h.dossier, state=state, origin="filed", filing=state != "approved"
        )
        Indicator.objects.create(
            target=made, order=1, level1="产出指标", name="里程", expression="≥10公里"
        )
        return made

    return make


FILING = {
    "begin_target": Act(
        "clerk", lambda h: h.dossier, lambda h, row, by: drafting.begin_target(dossier=row, by=by)
    ),
    "begin_adjustment": Act(
        "clerk",
        filed("approved"),
        lambda h, row, by: drafting.begin_adjustment(target=row, by=by, why="预算追加"),
    ),
    "fill_target": Act(
        "clerk",
        filed("draft"),
        lambda h, row, by: drafting.fill_target(
            target=row, rows=[(None, ROW)], head={}, by=by, version=row.version
        ),
    ),
    "submit_target": Act(
        "clerk",
        filed("draft"),
        lambda h, row, by: filing.submit_target(target=row, by=by, version=row.version),
    ),
    "submit_target_for_unit": Act(
        "department office performance",
        filed("draft"),
        lambda h, row, by: filing.submit_target_for_unit(target=row, by=by, version=row.version),
    ),
    "withdraw_target": Act(
        "clerk",
        filed("submitted"),
        lambda h, row, by: filing.withdraw_target(target=row, by=by, version=row.version),
    ),
    "return_target": Act(
        CHECK,
        filed("submitted"),
        lambda h, row, by: filing.return_target(
            target=row, marks=[], why="指标太少", by=by, version=row.version
        ),
    ),
    "check_target": Act(
        CHECK,
        filed("submitted"),
        lambda h, row, by: filing.check_target(target=row, by=by, version=row.version),
    ),
    "approval_paper": Act(
        APPROVE,
        lambda h: None,
        lambda h, row, by: filing.approval_paper(
            division=h.division, number="1号", title="批复", issued_on=None, by=by
        ),
    ),
    "approve_filed": Act(
        APPROVE,
        lambda h: (filed("checked")(h), h.paper()),
        lambda h, row, by: filing.approve_filed(
            target=row[0], approval=row[1], by=by, version=row[0].version
        ),
    ),
}


def brought(target):
    """A workbook of the target with one row more."""
    row = (9, {"level1": "产出指标", "name": "人数", "expression": "≥5人"})
    return Brought(given_of(target), {}, [row])


FILING["take_workbook"] = Act(
    "clerk",
    filed("draft"),
    lambda h, row, by: offline.take_workbook(
        target=row, brought=brought(row), chosen=["r+:9"], by=by, version=row.version
    ),
)
APPROVAL = {
    "approve_filed_target": Act(
        APPROVE,
        lambda h: (filed("checked")(h), h.paper()),
        lambda h, row, by: approval.approve_filed_target(
            target=row[0], approval=row[1], by=by, version=row[0].version
        ),
    )
}
