"""Who may do what while a target is filed, reviewed, approved and adjusted in the house."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.acts.shape import Act

from wenxiao.budget.services import set_appropriation
from wenxiao.files.forms.targets.own_workbook import Brought
from wenxiao.reviews.models import ExAnte
from wenxiao.reviews.services import approval, exante
from wenxiao.store.clock import today
from wenxiao.targets.models import Indicator, LibraryRow, Target
from wenxiao.targets.offline import given_of
from wenxiao.targets.rubric import rubric_of
from wenxiao.targets.services import (
    LibraryEntry,
    TargetRow,
    adjusting,
    drafting,
    engaging,
    filing,
    library,
    offline,
    reviewing,
    row_revisions,
)

SOON = timedelta(days=30)
ROW = TargetRow("产出指标", "数量指标", "培训人数", "≥100人", Decimal(50))
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


def after_a_budget_change(h):
    """An approved target whose dossier got more money since."""
    set_appropriation(dossier=h.dossier, by=None, opening=8800000, adjusted=9800000)
    return filed("approved")(h)


FILING = {
    "begin_target": Act(
        "clerk", lambda h: h.dossier, lambda h, row, by: drafting.begin_target(dossier=row, by=by)
    ),
    "begin_adjustment": Act(
        "clerk",
        filed("approved"),
        lambda h, row, by: drafting.begin_adjustment(target=row, by=by, why="预算追加"),
    ),
    "score_rubric": Act(
        CHECK,
        filed("submitted"),
        lambda h, row, by: reviewing.score_rubric(
            target=row,
            points={leaf.code: leaf.full for leaf in rubric_of(row).leaves},
            by=by,
            version=row.version,
        ),
    ),
    "state_opinion": Act(
        "department",
        filed("submitted"),
        lambda h, row, by: reviewing.state_opinion(
            target=row, seat="主管部门", opinion="同意", by=by, version=row.version
        ),
    ),
    "engage_reviewer": Act(
        "performance",
        lambda h: (filed("submitted")(h), h.user()),
        lambda h, row, by: engaging.engage_reviewer(
            target=row[0], user=row[1], role="agency", until=today() + SOON, by=by, why="合同"
        ),
    ),
    "keep_target": Act(
        "clerk",
        after_a_budget_change,
        lambda h, row, by: adjusting.keep_target(
            target=row, by=by, why="追加的是应付款", version=row.version
        ),
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
    "request_adjustment": Act(
        "clerk",
        filed("approved"),
        lambda h, row, by: approval.request_adjustment(target=row, by=by, why="预算追加"),
    ),
    "approve_filed_target": Act(
        APPROVE,
        lambda h: (filed("checked")(h), h.paper()),
        lambda h, row, by: approval.approve_filed_target(
            target=row[0], approval=row[1], by=by, version=row[0].version
        ),
    ),
}


# ---- 事前评估 ----------------------------------------------------------------------------------------

JUDGES = "department office performance agency expert"
PANEL = "department office performance agency"


def _asked(h):
    return ExAnte.objects.create(
        dossier=h.dossier,
        round=h.round("ex_ante"),
        requested=Decimal(500),
        why="需要",
        requested_on=today(),
    )


def _weighed(h):
    made = _asked(h)
    made.review = h.review("ex_ante")
    made.save()
    return made


APPROVAL |= {
    "request_ex_ante": Act(
        "clerk",
        lambda h: h.round("ex_ante"),
        lambda h, row, by: exante.request_ex_ante(
            dossier=h.dossier, round=row, requested=Decimal(500), why="需要", by=by
        ),
    ),
    "begin_ex_ante": Act(
        JUDGES + " treasury budget",
        _asked,
        lambda h, row, by: exante.begin_ex_ante(ex_ante=row, by=by, version=row.version),
    ),
    "note_meeting": Act(
        PANEL,
        _weighed,
        lambda h, row, by: exante.note_meeting(
            ex_ante=row,
            on=today(),
            place="",
            people="甲",
            summary="同意",
            by=by,
            version=row.version,
        ),
    ),
    "conclude_ex_ante": Act(
        PANEL,
        _weighed,
        lambda h, row, by: exante.conclude_ex_ante(
            ex_ante=row,
            conclusion="refused",
            supported=None,
            opinion="不必要",
            by=by,
            version=row.version,
        ),
    ),
}


# ---- 指标库 -----------------------------------------------------------------------------------------

PROPOSERS = "clerk department office performance"
LINE = LibraryEntry("产出指标", "数量指标", "清淤长度")


def _library_row(state):
    def make(h):
        return LibraryRow.objects.create(
            division=h.division, state=state, level1="产出指标", level2="数量指标", name="清淤长度"
        )

    return make


FILING |= {
    "propose_row": Act(
        PROPOSERS,
        lambda h: None,
        lambda h, row, by: library.propose_row(division=h.division, entry=LINE, by=by, why="常用"),
    ),
    "confirm_row": Act(
        CHECK,
        _library_row("proposed"),
        lambda h, row, by: library.confirm_row(row=row, by=by, version=row.version),
    ),
    "publish_row": Act(
        "performance",
        _library_row("confirmed"),
        lambda h, row, by: library.publish_row(row=row, by=by, version=row.version),
    ),
    "decline_row": Act(
        CHECK,
        _library_row("proposed"),
        lambda h, row, by: library.decline_row(row=row, by=by, version=row.version, why="重复"),
    ),
    "retire_row": Act(
        "performance",
        _library_row("published"),
        lambda h, row, by: library.retire_row(row=row, by=by, version=row.version, why="作废"),
    ),
    "turn_boilerplate": Act(
        "performance",
        _library_row("published"),
        lambda h, row, by: library.turn_boilerplate(
            row=row, by=by, version=row.version, why="人人都写"
        ),
    ),
    "fill_library": Act(
        "performance",
        lambda h: h.target.indicators.update(level1="产出指标", level2="数量指标"),
        lambda h, row, by: library.fill_library(division=h.division, by=by),
    ),
    "revise_rows": Act(
        "performance",
        _library_row("published"),
        lambda h, row, by: row_revisions.revise_rows(
            division=h.division,
            revisions=[row_revisions.Revision(row.pk, 1, replace(LINE, unit="公里"))],
            by=by,
            why="补计量单位",
        ),
    ),
    "import_library": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: library.import_library(
            division=h.division, entries=[(2, LINE)], source="库.xlsx", by=by
        ),
    ),
}
