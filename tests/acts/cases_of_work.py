"""Who may do what in budget, targets, evidence and reviews: each act with
its roles and a call that would succeed.
"""

from datetime import date
from decimal import Decimal

from tests.acts.cases_of_effects import REQUESTS
from tests.acts.cases_of_kinds import KIND_FACTS
from tests.acts.cases_of_rounds import RECHECKS
from tests.acts.house import SOON, YEAR
from tests.acts.shape import Act

from wenxiao.budget import services as budget
from wenxiao.evidence import services as evidence
from wenxiao.reviews import services as reviews
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import monitoring
from wenxiao.reviews.services.hands import stood
from wenxiao.store.clock import today
from wenxiao.targets import services as targets
from wenxiao.targets.services import TargetRow, layouts

IMPORTS = "performance budget treasury"
JUDGES = "department office performance agency expert"
PANEL = "department office performance agency"
ROW = TargetRow("产出指标", "数量指标", "培训人数", "≥100人", Decimal(50))


def _new_subject(h, by):
    return budget.ensure_subject(division=h.division, unit=h.unit, code="P9", name="新项目", by=by)


def _spend(h, by):
    return budget.add_spending(dossier=h.dossier, month=3, amount=Decimal(100), by=by)


BUDGET = {
    **REQUESTS,
    **KIND_FACTS,
    "set_appropriation": Act(
        IMPORTS,
        lambda h: h.dossier,
        lambda h, row, by: budget.set_appropriation(dossier=row, by=by, opening=Decimal(1)),
    ),
    "add_spending": Act(IMPORTS, lambda h: None, lambda h, row, by: _spend(h, by)),
    "set_audited": Act(
        f"{IMPORTS} department office agency expert",
        lambda h: h.dossier,
        lambda h, row, by: budget.set_audited(
            dossier=row, by=by, arranged=Decimal(2), used=Decimal(1)
        ),
    ),
    "add_subjects": Act(
        f"{IMPORTS} system",
        lambda h: None,
        lambda h, row, by: budget.add_subjects(
            division=h.division, subjects=[budget.NewSubject("P8", "新项目", h.unit.pk)], by=by
        ),
    ),
    "open_dossiers": Act(
        IMPORTS,
        lambda h: h.batch(),
        lambda h, row, by: budget.open_dossiers(
            division=h.division, subjects=[h.subject.pk], fiscal_year=YEAR + 2, batch=row, by=by
        ),
    ),
    "set_appropriations": Act(
        IMPORTS,
        lambda h: h.batch(),
        lambda h, row, by: budget.set_appropriations(
            division=h.division,
            new=[budget.Arrangement(h.dossier.pk, {"opening": Decimal(1)}, "other")],
            changed=[],
            batch=row,
            by=by,
        ),
    ),
    "ensure_subject": Act(
        f"{IMPORTS} system", lambda h: None, lambda h, row, by: _new_subject(h, by)
    ),
    "open_dossier": Act(
        f"{IMPORTS} clerk department office agency expert",
        lambda h: h.subject,
        lambda h, row, by: budget.open_dossier(subject=row, fiscal_year=YEAR + 1, by=by),
    ),
    "describe_subject": Act(
        f"{IMPORTS} clerk",
        lambda h: h.subject,
        lambda h, row, by: budget.describe_subject(
            subject=row, manager="某某", by=by, why="批复载明"
        ),
    ),
    "edit_subject": Act(
        IMPORTS,
        lambda h: h.subject,
        lambda h, row, by: budget.edit_subject(
            subject=row,
            values={
                "kind": "investment_fund",
                "manager": "某某",
                "term_years": 5,
                "expires_on": None,
                "midterm_on": None,
            },
            seen="|".join(budget.facts_of(row).values()),
            by=by,
            why="批复载明",
        ),
    ),
    "tag_subject": Act(
        "performance",
        lambda h: h.subject,
        lambda h, row, by: budget.tag_subject(subject=row, tag="教育", by=by),
    ),
    "restrict_subject": Act(
        "performance secretariat leader",
        lambda h: h.subject,
        lambda h, row, by: budget.restrict_subject(
            subject=row, restriction="internal", by=by, why="涉及个人"
        ),
    ),
    "hand_over": Act(
        "performance system",
        lambda h: h.subject,
        lambda h, row, by: budget.hand_over(
            subjects=[row], to=h.other, by=by, why="机构改革", from_year=YEAR
        ),
    ),
    "open_round": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: budget.open_round(
            division=h.division,
            kind="selfeval",
            name="自评",
            work_year=YEAR + 1,
            fiscal_year=YEAR,
            by=by,
        ),
    ),
    "close_round": Act(
        "performance",
        lambda h: h.round(),
        lambda h, row, by: budget.close_round(round=row, by=by, why="已报齐"),
    ),
    "reopen_round": Act(
        "performance",
        lambda h: h.closed(),
        lambda h, row, by: budget.reopen_round(round=row, by=by, why="漏报"),
    ),
    "extend_round": Act(
        "performance",
        lambda h: h.round(),
        lambda h, row, by: budget.extend_round(
            round=row, deadline=today() + 2 * SOON, by=by, why="单位申请"
        ),
    ),
    "exempt": Act(
        "performance",
        lambda h: h.round(),
        lambda h, row, by: budget.exempt(
            round=row, dossier=h.dossier, reason="cancelled", by=by or h.people["performance"]
        ),
    ),
    "end_exemption": Act(
        "performance",
        lambda h: h.exempted(),
        lambda h, row, by: budget.end_exemption(round=row, dossier=h.dossier, by=by, why="仍须报"),
    ),
}

TARGETS = {
    "bring_target": Act(
        f"{IMPORTS} clerk department office agency expert",
        lambda h: h.dossier,
        lambda h, row, by: targets.bring_target(dossier=row, rows=[ROW], by=by, why="随表"),
    ),
    "complete_target": Act(
        f"{IMPORTS} clerk department office agency expert",
        lambda h: targets.bring_target(dossier=h.dossier, rows=[], by=None, why="随表")[0],
        lambda h, row, by: targets.complete_target(
            target=row, added=[ROW], filled={}, by=by, why="随表"
        ),
    ),
    "approve_target": Act(
        IMPORTS,
        lambda h: h.dossier,
        lambda h, row, by: targets.approve_target(dossier=row, rows=[ROW], by=by, why="批复"),
    ),
}

LAYOUTS = {
    "register_layout": Act(
        IMPORTS,
        lambda h: h.file("表样.xlsx"),
        lambda h, row, by: layouts.register_layout(
            division=h.division,
            name="导出",
            file=row,
            sheet="表1",
            heading_row=1,
            headings=[(1, "项目代码"), (2, "三级指标"), (3, "指标值")],
            by=by,
        ),
    ),
    "add_sample": Act(
        IMPORTS, lambda h: None, lambda h, row, by: layouts.add_sample(division=h.division, by=by)
    ),
    "map_layout": Act(
        IMPORTS,
        lambda h: layouts.add_sample(division=h.division, by=None),
        lambda h, row, by: layouts.map_layout(
            layout=row,
            keys={one["column"]: one["key"] for one in row.columns},
            codes={},
            money_unit="元",
            by=by,
        ),
    ),
    "retire_layout": Act(
        IMPORTS,
        lambda h: layouts.add_sample(division=h.division, by=None),
        lambda h, row, by: layouts.retire_layout(layout=row, by=by, why="系统升级"),
    ),
}
TARGETS |= LAYOUTS

EVIDENCE = {
    "hand_in_material": Act(
        f"clerk {JUDGES}",
        lambda h: (h.file(), h.indicator),
        lambda h, row, by: evidence.hand_in_material(
            dossier=h.dossier, indicators=[row[1]], file=row[0], kind=h.kind_of_proof, by=by
        ),
    ),
    "replace_material": Act(
        "clerk",
        lambda h: (h.material(), h.file(text="新版")),
        lambda h, row, by: evidence.replace_material(material=row[0], file=row[1], by=by),
    ),
    "withdraw_material": Act(
        "clerk",
        lambda h: h.material(),
        lambda h, row, by: evidence.withdraw_material(material=row, by=by, why="交错"),
    ),
    "add_rows": Act(
        "clerk",
        lambda h: (h.material(), h.indicator),
        lambda h, row, by: evidence.add_rows(material=row[0], indicators=[row[1]], by=by),
    ),
    "judge_material": Act(
        "department office performance agency expert",
        lambda h: h.material(),
        lambda h, row, by: evidence.judge_material(material=row, by=by, accepted=True),
    ),
    "record_actuals": Act(
        f"{IMPORTS} clerk department office agency expert",
        lambda h: h.indicator,
        lambda h, row, by: evidence.record_actuals(
            dossier=h.dossier,
            rows=[evidence.Reached(row, {"value": "11公里"})],
            stage="selfeval",
            through_month=12,
            by=by,
            why="随表",
        ),
    ),
}


def _mark(h, review, by, **more):
    row = review.criteria.get()
    mark = review.marks.get()
    return reviews.record_mark(
        review=review,
        row=row,
        by=by,
        points=Decimal(91),
        note="欠",
        why="补交材料",
        version=mark.version,
        **more,
    )


def _as_expert(h, review, by):
    """An expert writes the own seat; for anybody else this is another's."""
    return reviews.record_mark(
        review=review,
        row=review.criteria.get(),
        by=by,
        points=Decimal(91),
        note="欠",
        seat=h.people["expert"].name,
    )


REVIEWS = {
    **RECHECKS,
    "start_review": Act(
        f"{IMPORTS} clerk department office",
        lambda h: h.round(),
        lambda h, row, by: reviews.start_review(dossier=h.dossier, round=row, by=by),
    ),
    "submit_review": Act(
        "clerk",
        lambda h: h.review("selfeval"),
        lambda h, row, by: reviews.submit_review(review=row, by=by),
    ),
    "register_received": Act(
        f"{IMPORTS} department office",
        lambda h: h.round("selfeval"),
        lambda h, row, by: reviews.register_received(
            dossier=h.dossier, round=row, by=by, on=today()
        ),
    ),
    "submit_for_unit": Act(
        "department office performance",
        lambda h: h.received(),
        lambda h, row, by: reviews.submit_for_unit(review=row, by=by),
    ),
    "submit_for_units": Act(
        "department office performance",
        lambda h: h.received(),
        lambda h, row, by: reviews.submit_for_units(reviews={row.pk: row.version}, by=by),
    ),
    "submit_review: a score sheet": Act(
        PANEL,
        lambda h: h.review("finance_evaluation"),
        lambda h, row, by: reviews.submit_review(review=row, by=by),
    ),
    "return_review": Act(
        "head department office performance",
        lambda h: h.review("selfeval", "submitted"),
        lambda h, row, by: reviews.return_review(review=row, by=by, why="缺佐证"),
    ),
    "check_review": Act(
        "head department office performance",
        lambda h: h.review("selfeval", "submitted"),
        lambda h, row, by: reviews.check_review(review=row, by=by),
    ),
    "hand_in_paper": Act(
        "clerk head department office performance",
        lambda h: (h.review("selfeval", "submitted"), h.file("签字页.txt")),
        lambda h, row, by: reviews.hand_in_paper(review=row[0], file=row[1], by=by),
    ),
    "confirm_paper": Act(
        "department office performance",
        lambda h: h.signature(),
        lambda h, row, by: reviews.confirm_paper(paper=row, by=by),
    ),
    "refuse_paper": Act(
        "department office performance",
        lambda h: h.signature(),
        lambda h, row, by: reviews.refuse_paper(paper=row, by=by, why="没有盖章"),
    ),
    "confirm_review": Act(
        "performance",
        lambda h: h.review("finance_evaluation", "checked"),
        lambda h, row, by: reviews.confirm_review(review=row, by=by),
    ),
    "issue_review": Act(
        "performance",
        lambda h: h.review("finance_evaluation", "confirmed"),
        lambda h, row, by: reviews.issue_review(review=row, by=by, issued_on=today()),
    ),
    "reopen_review": Act(
        "performance",
        lambda h: h.review("finance_evaluation", "confirmed"),
        lambda h, row, by: reviews.reopen_review(review=row, by=by, why="复议"),
    ),
    "record_actual": Act(
        "clerk",
        lambda h: (h.review("selfeval"), h.indicator),
        lambda h, row, by: reviews.record_actual(
            review=row[0], indicator=row[1], by=by, value="11公里", version=1
        ),
    ),
    "record_mark": Act(PANEL, lambda h: h.review("finance_evaluation"), _mark),
    "record_mark: an expert's seat": Act(
        "expert", lambda h: h.review("finance_evaluation"), _as_expert
    ),
    "settle_panel": Act(
        PANEL,
        lambda h: h.paneled(),
        lambda h, row, by: reviews.settle_panel(review=row, method="mean", by=by, why="合议"),
    ),
    "set_suggestions": Act(
        f"{IMPORTS} department office agency expert",
        lambda h: h.review("finance_evaluation"),
        lambda h, row, by: reviews.set_suggestions(review=row, texts=["加快支出"], by=by),
    ),
    "begin_evaluation": Act(
        JUDGES,
        lambda h: h.round("finance_evaluation"),
        lambda h, row, by: reviews.begin_evaluation(
            dossier=h.dossier, round=row, frame="project_framework", by=by
        ),
    ),
    "set_weights": Act(
        JUDGES,
        lambda h: h.framed(),
        lambda h, row, by: reviews.set_weights(
            review=row, weights={row.criteria.get().pk: Decimal(90)}, by=by, version=row.version
        ),
    ),
    "fix_frame": Act(
        JUDGES,
        lambda h: h.framed(),
        lambda h, row, by: reviews.fix_frame(review=row, by=by, version=row.version),
    ),
    "open_frame": Act(
        JUDGES,
        lambda h: h.framed(fixed=True),
        lambda h, row, by: reviews.open_frame(
            review=row, by=by, why="权重有误", version=row.version
        ),
    ),
    "record_field_notes": Act(
        JUDGES,
        lambda h: h.review("finance_evaluation"),
        lambda h, row, by: reviews.record_field_notes(review=row, by=by, text="已开工"),
    ),
    "note_imported_changes": Act(
        f"{IMPORTS} clerk",
        lambda h: h.review("selfeval"),
        lambda h, row, by: reviews.note_imported_changes(
            review=row, by=by, changes={"里程": ("1", "2")}, before=stood(row), why="重导"
        ),
    ),
    "assign_reviewer": Act(
        "performance",
        lambda h: (h.review("finance_evaluation"), h.user()),
        lambda h, row, by: reviews.assign_reviewer(
            review=row[0], user=row[1], duty="lead", until=today() + SOON, by=by, why="合同"
        ),
    ),
    "unassign_reviewer": Act(
        "performance",
        lambda h: reviews.assign_reviewer(
            review=h.review("finance_evaluation"),
            user=h.user(),
            duty="lead",
            until=today() + SOON,
            by=h.people["performance"],
            why="合同",
        ),
        lambda h, row, by: reviews.unassign_reviewer(assignment=row, by=by, why="回避"),
    ),
    "judge_proof": Act(
        "department office performance agency expert",
        lambda h: h.material(),
        lambda h, row, by: reviews.judge_proof(material=row, by=by, accepted=True),
    ),
    "receive_approval": Act(
        IMPORTS,
        lambda h: h.dossier,
        lambda h, row, by: reviews.receive_approval(dossier=row, rows=[ROW], by=by, why="批复"),
    ),
    "rescore_round": Act(
        "performance",
        lambda h: h.review("selfeval").round,
        lambda h, row, by: reviews.rescore_round(round=row, by=by, why="办法更新"),
    ),
    "start_monitoring": Act(
        "performance",
        lambda h: h.round("monitoring"),
        lambda h, row, by: monitoring.start_monitoring(round=row, by=by),
    ),
    "choose_key": Act(
        "performance",
        lambda h: h.round("monitoring"),
        lambda h, row, by: monitoring.choose_key(
            round=row, dossiers=[h.dossier], why="金额大", by=by
        ),
    ),
    "report_money": Act(
        "clerk",
        lambda h: Review.objects.create(
            dossier=h.dossier, round=h.round("monitoring"), kind="monitoring", state="filling"
        ),
        lambda h, row, by: monitoring.report_money(review=row, by=by, executed=Decimal(1)),
    ),
    "plan_milestones": Act(
        "clerk",
        lambda h: h.dossier,
        lambda h, row, by: monitoring.plan_milestones(
            dossier=row, steps={"招标": date(2022, 3, 31)}, by=by
        ),
    ),
    "reach_milestone": Act(
        "clerk",
        lambda h: monitoring.plan_milestones(
            dossier=h.dossier, steps={"招标": date(2022, 3, 31)}, by=h.people["clerk"]
        )[0],
        lambda h, row, by: monitoring.reach_milestone(milestone=row, on=today(), by=by),
    ),
}
