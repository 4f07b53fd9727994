"""Who may bring in next year's requests, decide on them and sign, and do
what else follows from results.
"""

from decimal import Decimal

from tests.acts.house import SOON, YEAR
from tests.acts.shape import Act

from wenxiao.budget import services as budget
from wenxiao.budget.services.departments import DepartmentAmount
from wenxiao.followup import services as followup
from wenxiao.followup.services import assessing, proposing
from wenxiao.orgs import services as orgs
from wenxiao.orgs.services import training
from wenxiao.orgs.services.reading import note_rules_read
from wenxiao.reports import public_issue
from wenxiao.reports.models import PublicHolder, Signed
from wenxiao.store.clock import today

IMPORTS = "performance budget treasury"

REQUESTS = {
    "fill_subject_facts": Act(
        IMPORTS,
        lambda h: h.subject,
        lambda h, row, by: budget.fill_subject_facts(
            division=h.division, values={row.pk: {"manager": "某某"}}, by=by, why="台账载明"
        ),
    ),
    "issue_round": Act(
        "performance",
        lambda h: h.draft_round(),
        lambda h, row, by: budget.issue_round(round=row, deadline=today() + SOON, by=by),
    ),
    "choose_own_filing": Act(
        "performance",
        lambda h: h.division,
        lambda h, row, by: budget.choose_own_filing(
            division=row, fiscal_year=2030, kinds=["policy"], by=by, why="本级申报"
        ),
    ),
    "set_requests": Act(
        IMPORTS,
        lambda h: h.subject,
        lambda h, row, by: budget.set_requests(
            division=h.division,
            fiscal_year=YEAR + 1,
            new={(row.pk, "first"): Decimal(5)},
            changed=[],
            by=by,
        ),
    ),
    "set_department_figures": Act(
        IMPORTS,
        lambda h: h.unit,
        lambda h, row, by: budget.set_department_figures(
            division=h.division,
            fiscal_year=YEAR,
            new={(row.pk, "basic", "final"): DepartmentAmount(Decimal(5), None, "决算!C3")},
            by=by,
        ),
    ),
    "approve_budget": Act(
        "performance budget",
        lambda h: h.division,
        lambda h, row, by: budget.approve_budget(
            division=row, fiscal_year=YEAR, on=today(), paper="人代会批准", by=by
        ),
    ),
}

NEXT_BUDGET = {
    "decide_requests": Act(
        "office performance budget",
        lambda h: h.request(),
        lambda h, row, by: followup.decide_requests(
            division=h.division,
            fiscal_year=row.fiscal_year,
            verdicts=[followup.Verdict(row.pk, "plain", row.asked)],
            by=by,
        ),
    ),
    "take_proposals": Act(
        "office performance budget",
        lambda h: h.request(),
        lambda h, row, by: followup.take_proposals(
            division=h.division, unit=h.department, fiscal_year=row.fiscal_year, by=by
        ),
    ),
    "sign_use_list": Act(
        "leader",
        lambda h: h.request(decided=True),
        lambda h, row, by: followup.sign_use_list(
            division=h.division, unit=h.department, fiscal_year=row.fiscal_year, by=by
        ),
    ),
    "reopen_decisions": Act(
        "leader",
        lambda h: h.signed_list(),
        lambda h, row, by: followup.reopen_decisions(
            division=h.division,
            unit=h.department,
            fiscal_year=row.fiscal_year,
            by=by,
            why="申报有误",
        ),
    ),
}

ASSESSING = {
    "prepare_assessments": Act(
        "performance",
        lambda h: h.assessed(),
        lambda h, row, by: assessing.prepare_assessments(
            division=h.division, work_year=row.work_year, by=by
        ),
    ),
    "give_points": Act(
        "performance",
        lambda h: h.assessed(),
        lambda h, row, by: assessing.give_points(
            assessment=row, item="其他", points=Decimal(5), by=by, why="配合较好"
        ),
    ),
    "confirm_assessment": Act(
        "performance",
        lambda h: h.assessed(judged=True),
        lambda h, row, by: assessing.confirm_assessment(assessment=row, by=by),
    ),
    "reopen_assessment": Act(
        "performance",
        lambda h: h.assessed(judged=True, confirmed=True),
        lambda h, row, by: assessing.reopen_assessment(assessment=row, by=by, why="取数有误"),
    ),
}


def _signed(h):
    return Signed.objects.create(
        division=h.division,
        work_year=YEAR,
        issue_number=1,
        signer="局领导",
        signed_on=today(),
        snapshot={},
    )


PUBLIC_TEXTS = {
    "correct_public": Act(
        "leader",
        _signed,
        lambda h, row, by: public_issue.correct_public(
            signed=row, issue_number=2, signer="局领导", signed_on=today(), by=by, why="更正"
        ),
        blocked="不必更正公开稿",
    ),
    "enter_holder": Act(
        "performance secretariat leader",
        _signed,
        lambda h, row, by: public_issue.enter_holder(
            signed=row, name="某单位", contact="", given_on=today(), by=by
        ),
    ),
    "tell_holder": Act(
        "performance secretariat leader",
        lambda h: PublicHolder.objects.create(signed=_signed(h), name="某单位", given_on=today()),
        lambda h, row, by: public_issue.tell_holder(holder=row, on=today(), how="电话", by=by),
        blocked="不必告知",
    ),
}

TURNING = {
    "roll_over": Act(
        "performance",
        lambda h: h.subject,
        lambda h, row, by: followup.roll_over(
            division=h.division, year=YEAR, by=by, seen=1, unsaid=True
        ),
    ),
    "undo_roll_over": Act(
        "performance",
        lambda h: followup.roll_over(
            division=h.division, year=YEAR, by=h.people["performance"], seen=1, unsaid=True
        ),
        lambda h, row, by: followup.undo_roll_over(batch=row, by=by, why="重来"),
    ),
}

TRAINING = {
    "plan_course": Act(
        "performance",
        lambda h: h.division,
        lambda h, row, by: training.plan_course(
            division=row, year=YEAR, title="自评", audience=["clerk"], on=today(), by=by
        ),
    ),
    "register_attendance": Act(
        "performance",
        lambda h: h.course(),
        lambda h, row, by: training.register_attendance(course=row, lines="示例学校 张三", by=by),
    ),
    "sign_in": Act(
        "clerk head department office performance budget treasury secretariat leader agency "
        "expert auditor",
        lambda h: h.course(),
        lambda h, row, by: training.sign_in(course=row, by=by),
    ),
    "note_rules_read": Act(
        "clerk head department office performance budget treasury secretariat leader agency "
        "expert auditor",
        lambda h: h.division,
        lambda h, row, by: note_rules_read(by=by, year=YEAR),
    ),
}


def _proposal(house):
    return proposing.propose_rules(
        division=house.division,
        changes=[
            {
                "rule": "monitoring",
                "from": today().isoformat(),
                "content": {"lights": {"red_below": "55"}},
            }
        ],
        source=orgs.RuleSource(house.paper(), "三"),
        by=None,
        why="本级办法",
    )


PROPOSING = {
    "propose_rules": Act(
        "performance",
        lambda h: h.paper(),
        lambda h, row, by: proposing.propose_rules(
            division=h.division,
            changes=[{"rule": "monitoring", "from": "2021-01-01", "content": {"idle_months": "4"}}],
            source=orgs.RuleSource(row, "三"),
            by=by,
            why="本级办法",
        ),
    ),
    "retry_proposal": Act(
        "performance", _proposal, lambda h, row, by: proposing.retry_proposal(proposal=row, by=by)
    ),
    "publish_proposal": Act(
        "performance leader",
        _proposal,
        lambda h, row, by: proposing.publish_proposal(proposal=row, by=by, why="会议纪要"),
    ),
    "drop_proposal": Act(
        "performance leader",
        _proposal,
        lambda h, row, by: proposing.drop_proposal(proposal=row, by=by, why="不改"),
    ),
}
TURNING.update(PROPOSING)
