"""Who may plan, announce and assign the year's evaluations, and exchange
opinions on their conclusions.
"""

from decimal import Decimal

from tests.acts.house import SOON, YEAR
from tests.acts.shape import Act

from wenxiao.files.forms.evaluation_package import BroughtPackage
from wenxiao.files.forms.frame_rows import FrameRow
from wenxiao.followup import services as followup
from wenxiao.orgs.models import Agency
from wenxiao.reports import report_runs
from wenxiao.reports.tasks import write
from wenxiao.reviews import services as reviews
from wenxiao.reviews.packaging import BroughtPackages, compare_files, contents_of
from wenxiao.reviews.services.batch_assigning import Assignees
from wenxiao.reviews.services.filling import GivenMark, record_marks
from wenxiao.reviews.services.seats import seat_of
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


def _told(h):
    """A preliminary conclusion at the unit, with one objection."""
    made = h.review("finance_evaluation", "submitted")
    exchange = reviews.open_exchange(
        review=made, text="初步", due_on=today() + SOON, by=h.people["agency"]
    )
    reviews.raise_objection(
        exchange=exchange, text="漏计", criterion=made.criteria.get(), by=h.people["clerk"]
    )
    return exchange


def _decided(h):
    exchange = _told(h)
    reviews.decide_objection(
        objection=exchange.objections.get(), verdict="refused", reason="无据", by=h.people["agency"]
    )
    return reviews.finish_objections(exchange=exchange, name="某", by=h.people["clerk"])


def _closed(h):
    return reviews.close_exchange(exchange=_decided(h), by=h.people["performance"])


JUDGES = "department office performance agency"
UNIT = "clerk head"


def _paper(h, review, by):
    return reviews.write_paper(
        review=review, kind="facts", facts="少计", source="凭证1号", done_on=today(), by=by
    )


def _agency(h):
    return Agency.objects.create(division=h.division, name="示例事务所")


def _contract(h, row, by=None):
    return reviews.add_contract(
        agency=row,
        number="2022-7",
        work="重点评价",
        price=Decimal(80000),
        signed_on=today(),
        due_on=today() + SOON,
        by=by,
    )


def _accepted(row, by):
    return reviews.accept_contract(
        contract=row, verdict="accepted", acceptance="齐全", accepted_on=today(), by=by
    )


def _brought(h, review, by):
    """A package as it is taken away, with one criterion filled in."""
    criterion = review.criteria.get()
    seat = seat_of(by)
    contents = contents_of(review, seat)
    row = dict(contents.criteria[0]) | {"facts": "少计", "source": "凭证1号"}
    one = BroughtPackage(dict(contents.given), whole=True, criteria=[("第 2 行", row)])
    brought = BroughtPackages([("底稿.xlsx", one)])
    seen = compare_files(review, seat, brought)
    return reviews.take_package(
        review=review,
        brought=brought,
        chosen=[f"c:{criterion.pk}:facts", f"c:{criterion.pk}:source"],
        seen=seen.digest,
        by=by,
    )


def _marks(h, review, by):
    given = GivenMark(
        review.criteria.get(), Decimal(91), "欠", version=review.marks.get().version, why="补交材料"
    )
    return record_marks(review=review, marks=[given], by=by)


EVALUATIONS = {
    "record_marks": Act(
        "department office performance agency", lambda h: h.review("finance_evaluation"), _marks
    ),
    "bring_frame": Act(
        f"{JUDGES} expert",
        lambda h: h.framed(),
        lambda h, row, by: reviews.bring_frame(
            review=row,
            rows=[FrameRow(2, "产出", "数量", "里程", "100")],
            source="体系.xlsx",
            by=by,
            version=row.version,
        ),
    ),
    "add_contract": Act("performance", _agency, _contract),
    "accept_contract": Act(
        "performance", lambda h: _contract(h, _agency(h)), lambda h, row, by: _accepted(row, by)
    ),
    "take_package": Act(f"{JUDGES} expert", lambda h: h.review("finance_evaluation"), _brought),
    "write_criterion_facts": Act(
        f"{JUDGES} expert",
        lambda h: h.review("finance_evaluation"),
        lambda h, row, by: reviews.write_criterion_facts(
            review=row, criterion=row.criteria.get(), facts="少计", source="凭证1号", by=by
        ),
    ),
    "change_paper": Act(
        f"{JUDGES} expert",
        lambda h: _paper(h, h.review("finance_evaluation"), h.people["agency"]),
        lambda h, row, by: reviews.change_paper(paper=row, facts="多计", by=by),
    ),
    "write_paper": Act(f"{JUDGES} expert", lambda h: h.review("finance_evaluation"), _paper),
    "confirm_facts": Act(
        f"{JUDGES} expert",
        lambda h: _paper(h, h.review("finance_evaluation"), h.people["agency"]),
        lambda h, row, by: reviews.confirm_facts(
            paper=row, signed_on=today(), signed_by="某", by=by
        ),
    ),
    "open_exchange": Act(
        JUDGES,
        lambda h: h.review("finance_evaluation", "submitted"),
        lambda h, row, by: reviews.open_exchange(
            review=row, text="初步", due_on=today() + SOON, by=by
        ),
    ),
    "raise_objection": Act(
        UNIT, _told, lambda h, row, by: reviews.raise_objection(exchange=row, text="另有", by=by)
    ),
    "finish_objections": Act(
        UNIT, _told, lambda h, row, by: reviews.finish_objections(exchange=row, name="某", by=by)
    ),
    "decide_objection": Act(
        JUDGES,
        _told,
        lambda h, row, by: reviews.decide_objection(
            objection=row.objections.get(), verdict="refused", reason="无据", by=by
        ),
    ),
    "close_exchange": Act(
        "performance", _decided, lambda h, row, by: reviews.close_exchange(exchange=row, by=by)
    ),
    "sign_exchange": Act(
        UNIT, _closed, lambda h, row, by: reviews.sign_exchange(exchange=row, name="某", by=by)
    ),
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
    "agree_panel": Act(
        "department office performance agency",
        lambda h: h.paneled(),
        lambda h, row, by: reviews.agree_panel(
            review=row,
            points={},
            reasons={},
            people="专家1、专家2",
            held_on=today(),
            by=by,
            why="会商",
        ),
    ),
    "hand_in_scores": Act(
        "expert",
        lambda h: h.empaneled(),
        lambda h, row, by: reviews.hand_in_scores(review=row, by=by),
    ),
    "return_scores": Act(
        "department office performance agency",
        lambda h: h.empaneled(handed_in=True).assignments.get(),
        lambda h, row, by: reviews.return_scores(assignment=row, by=by, why="漏看佐证"),
    ),
}

ANNOUNCED = {
    "announce_evaluation": Act("performance", lambda h: h.round("finance_evaluation"), _announce)
}


def _key_round(h):
    """A round of key evaluations with one result, whose report can be written."""
    opened = h.review("finance_evaluation", "issued").round
    opened.key = True
    opened.save()
    return opened


def _run_of_each(h):
    """A run under way for everybody who may begin one."""
    opened = _key_round(h)
    return {
        user.pk: report_runs.ReportRun.objects.create(
            division=h.division, round=opened, by=user, reviews=[]
        )
        for user in h.people.values()
    }


REPORT_RUNS = {
    "start_reports": Act(
        "department office performance agency expert",
        _key_round,
        lambda h, row, by: report_runs.start_reports(round=row, by=by, task=write),
    ),
    "cancel_reports": Act(
        "department office performance agency expert",
        _run_of_each,
        lambda h, row, by: report_runs.cancel_reports(run=row[by.pk], by=by),
    ),
}
