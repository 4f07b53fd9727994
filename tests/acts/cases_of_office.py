"""Who may do what in orgs, followup and reports: each act with its roles
and a call that would succeed.
"""

from datetime import timedelta
from decimal import Decimal

from tests.acts.cases_of_accounts import SHEETS
from tests.acts.cases_of_effects import ASSESSING, NEXT_BUDGET, PUBLIC_TEXTS, TRAINING, TURNING
from tests.acts.cases_of_evaluations import REPORT_RUNS
from tests.acts.cases_of_rounds import TAKEN_OVER
from tests.acts.cases_of_standings import STANDINGS
from tests.acts.house import PASSWORD, SOON, YEAR
from tests.acts.shape import Act

from wenxiao.followup import services as followup
from wenxiao.followup.models import Comment
from wenxiao.followup.services import candidates, consequences, disclosing, trying
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Grant
from wenxiao.orgs.services import resetting, tokens
from wenxiao.orgs.services.account_policy import LIMITS, set_account_policy
from wenxiao.orgs.services.second_factor import drop_second_factor
from wenxiao.reports import hand_in, instructions
from wenxiao.reports import services as reports
from wenxiao.reports.models import Draft, Signed
from wenxiao.store.clock import today

ORGS = {
    **SHEETS,
    **STANDINGS,
    **TRAINING,
    "create_division": Act(
        "",
        lambda h: None,
        lambda h, row, by: orgs.create_division(code="3601", name="新区", bureau="财政局", by=by),
    ),
    "add_unit": Act(
        "performance system",
        lambda h: None,
        lambda h, row, by: orgs.add_unit(division=h.division, code="900", name="新单位", by=by),
    ),
    "call_unit": Act(
        "performance budget treasury system",
        lambda h: h.unit,
        lambda h, row, by: orgs.call_unit(unit=row, name="一中", by=by, why="简称"),
    ),
    "rename_unit": Act(
        "performance system",
        lambda h: h.other,
        lambda h, row, by: orgs.rename_unit(unit=row, name="水务局", by=by, why="更名"),
    ),
    "edit_unit": Act(
        "performance system",
        lambda h: h.other,
        lambda h, row, by: orgs.edit_unit(unit=row, by=by, why="换人", contact="某人"),
    ),
    "move_unit": Act(
        "performance system",
        lambda h: h.other,
        lambda h, row, by: orgs.move_unit(unit=row, parent=h.department, by=by, why="划转"),
    ),
    "merge_units": Act(
        "performance system",
        lambda h: h.other,
        lambda h, row, by: orgs.merge_units(units=[row], into=h.unit, on=today(), by=by, why="合"),
    ),
    "split_unit": Act(
        "performance system",
        lambda h: h.other,
        lambda h, row, by: orgs.split_unit(
            unit=row, parts=[("901", "河湖中心")], on=today(), by=by, why="分设"
        ),
    ),
    "add_agency": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: orgs.add_agency(division=h.division, name="某事务所", by=by),
    ),
    "add_expert": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: orgs.add_expert(division=h.division, name="某某", field="财务", by=by),
    ),
    "add_document": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: orgs.add_document(
            division=h.division, kind="measures", title="管理办法", by=by
        ),
    ),
    "edit_document": Act(
        "performance",
        lambda h: h.paper(),
        lambda h, row, by: orgs.edit_document(document=row, by=by, why="补文号", number="1号"),
    ),
    "override_rule": Act(
        "performance leader",
        lambda h: h.paper(),
        lambda h, row, by: orgs.override_rule(
            division=h.division,
            rule="monitoring",
            start=today(),
            source=orgs.RuleSource(row, "三"),
            content={"lights": {"red_below": "55"}},
            proposed_by=None,
            by=by,
            why="本级办法",
        ),
    ),
    "set_articles": Act(
        "performance",
        lambda h: h.paper(),
        lambda h, row, by: orgs.set_articles(
            document=row, text="第一条　为了规范管理。", by=by, why="官方文本"
        ),
    ),
    "set_account_policy": Act(
        "security",
        lambda h: None,
        lambda h, row, by: set_account_policy(
            division=h.division, values={LIMITS[0].name: LIMITS[0].highest}, by=by, why="等保要求"
        ),
    ),
    "create_user": Act(
        "system",
        lambda h: None,
        lambda h, row, by: orgs.create_user(
            division=h.division, username="u9", name="新人", by=by, password=PASSWORD
        ),
    ),
    "disable_user": Act(
        "system",
        lambda h: h.user(),
        lambda h, row, by: orgs.disable_user(user=row, by=by, why="调离"),
    ),
    "enable_user": Act(
        "system",
        lambda h: h.user(),
        lambda h, row, by: orgs.enable_user(user=row, by=by, why="调回"),
    ),
    "reset_password": Act(
        "", lambda h: h.user(), lambda h, row, by: orgs.reset_password(user=row, by=by, why="忘记")
    ),
    "approve_reset": Act(
        "system",
        lambda h: h.reset("clerk"),
        lambda h, row, by: resetting.approve_reset(reset=row, by=by, why="当面核对"),
    ),
    "consent_reset": Act(
        "security",
        lambda h: h.reset("leader"),
        lambda h, row, by: resetting.consent_reset(reset=row, by=by, why="当面核对"),
    ),
    "refuse_reset": Act(
        "system",
        lambda h: h.reset("clerk"),
        lambda h, row, by: resetting.refuse_reset(reset=row, by=by, why="查无此人"),
    ),
    "grant": Act(
        "security",
        lambda h: h.user(),
        lambda h, row, by: orgs.grant(
            user=row, role="budget", division=h.division, by=by, why="任命"
        ),
    ),
    "end_grant": Act(
        "security",
        lambda h: Grant.objects.get(user=h.people["budget"]),
        lambda h, row, by: orgs.end_grant(grant=row, by=by, why="调离"),
    ),
    "name_confirmers": Act(
        "leader",
        lambda h: None,
        lambda h, row, by: orgs.name_confirmers(
            division=h.division, roles=["budget"], by=by, why="回避"
        ),
    ),
    "set_small_office": Act(
        "leader",
        lambda h: None,
        lambda h, row, by: orgs.set_small_office(
            division=h.division, on=True, by=by, why="只有一名干部"
        ),
    ),
    "drop_second_factor": Act(
        "", lambda h: h.user(), lambda h, row, by: drop_second_factor(user=row, by=by, why="丢失")
    ),
    "make_token": Act(
        "system",
        lambda h: h.people["performance"],
        lambda h, row, by: tokens.make_token(user=row, name="接口", days=30, by=by),
    ),
    "revoke_token": Act(
        "system",
        lambda h: tokens.make_token(user=h.people["leader"], name="接口", days=30, by=None)[0],
        lambda h, row, by: tokens.revoke_token(number=row.pk, by=by, why="停用"),
    ),
}

JUDGES = "office performance"


def _rectify(act, state="ordered", **more):
    return (
        lambda h: h.rectification(state),
        lambda h, row, by: getattr(followup, act)(item=row, by=by, **more),
    )


FOLLOWUP = {
    **TAKEN_OVER,
    "ensure_catalogue": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: followup.ensure_catalogue(division=h.division, by=by),
    ),
    "add_item": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: followup.add_item(division=h.division, by=by, code="X1", text="问题"),
    ),
    "change_item": Act(
        "performance",
        lambda h: h.item,
        lambda h, row, by: followup.change_item(
            item=row, by=by, text="改写", category="", active=True, seen=row.text
        ),
    ),
    "set_common_problems": Act(
        "performance",
        lambda h: h.item,
        lambda h, row, by: followup.set_common_problems(
            division=h.division, work_year=YEAR, lines=[("共性", [row.code])], by=by
        ),
    ),
    "propose_finding": Act(
        "performance budget treasury department office agency expert",
        lambda h: h.item,
        lambda h, row, by: followup.propose_finding(
            dossier=h.dossier, item=row, text="未验收", by=by
        ),
    ),
    "propose_low_execution": Act(
        "performance budget treasury department office agency expert",
        lambda h: h.spent_little(),
        lambda h, row, by: followup.propose_low_execution(review=row, by=by),
    ),
    "audit_money": Act(
        "department office performance agency expert",
        lambda h: h.review("finance_evaluation"),
        lambda h, row, by: followup.audit_money(
            review=row,
            arranged=Decimal(8_800_000),
            used=Decimal(8_800_000),
            differences=[],
            by=by,
            version=row.version,
            why="核对",
        ),
    ),
    "confirm_finding": Act(
        JUDGES,
        lambda h: h.finding(),
        lambda h, row, by: followup.confirm_finding(finding=row, by=by, why="查实"),
    ),
    "dismiss_finding": Act(
        JUDGES,
        lambda h: h.finding(),
        lambda h, row, by: followup.dismiss_finding(finding=row, by=by, why="不实"),
    ),
    "reopen_finding": Act(
        JUDGES,
        lambda h: h.finding("confirmed"),
        lambda h, row, by: followup.reopen_finding(finding=row, by=by, why="认定有误"),
    ),
    "draw_candidates": Act(
        JUDGES,
        lambda h: h.review("selfeval").round,
        lambda h, row, by: candidates.draw_candidates(round=row, by=by),
    ),
    "try_rules": Act(
        "performance",
        lambda h: h.review("selfeval").round,
        lambda h, row, by: trying.try_rules(
            division=h.division,
            changes=[
                {
                    "rule": "monitoring",
                    "from": "2021-01-01",
                    "content": {"lights": {"red_below": "55"}},
                }
            ],
            by=by,
        ),
    ),
    "propose_consequences": Act(
        "office performance budget",
        lambda h: h.review("finance_evaluation", "confirmed").round,
        lambda h, row, by: consequences.propose_consequences(round=row, by=by),
    ),
    "propose_use": Act(
        "office performance budget",
        lambda h: h.review("finance_evaluation", "confirmed"),
        lambda h, row, by: followup.propose_use(
            dossier=h.dossier, review=row, kind="strict", basis="得分低", by=by
        ),
    ),
    **ASSESSING,
    **NEXT_BUDGET,
    **TURNING,
    "decide_use": Act(
        "office performance budget",
        lambda h: followup.propose_use(
            dossier=h.dossier, kind="strict", basis="得分低", by=h.people["performance"]
        ),
        lambda h, row, by: followup.decide_use(
            use=row, by=by, accepted=True, why="同意", on=today()
        ),
    ),
    "send_feedback": Act(
        JUDGES,
        lambda h: h.review("finance_evaluation", "confirmed"),
        lambda h, row, by: followup.send_feedback(review=row, by=by, issued_on=today()),
    ),
    "receive_feedback": Act(
        "clerk",
        lambda h: followup.send_feedback(
            review=h.review("finance_evaluation", "confirmed"),
            by=h.people["performance"],
            issued_on=today(),
        ),
        lambda h, row, by: followup.receive_feedback(notice=row, by=by, on=today(), name="某人"),
    ),
    "send_reminder": Act(
        "performance",
        lambda h: h.round(),
        lambda h, row, by: followup.send_reminder(
            round=row, missing=[h.dossier], by=by, on=today()
        ),
    ),
    "remind_units": Act(
        "performance",
        lambda h: h.round(),
        lambda h, row, by: followup.remind_units(round=row, units=[h.unit.pk], by=by),
    ),
    "order_rectification": Act(
        JUDGES,
        lambda h: h.finding("confirmed"),
        lambda h, row, by: followup.order_rectification(
            finding=row, by=by, deadline=today() + SOON
        ),
    ),
    "plan_rectification": Act(
        "clerk", *_rectify("plan_rectification", measure="修订办法", owner="负责人")
    ),
    "reply_rectification": Act("clerk", *_rectify("reply_rectification", reply="已改")),
    "verify_rectification": Act(
        JUDGES,
        lambda h: h.rectification("replied"),
        lambda h, row, by: followup.verify_rectification(
            item=row, by=by, passed=True, verdict="属实", on=today()
        ),
    ),
    "extend_deadline": Act(
        JUDGES,
        lambda h: h.rectification(),
        lambda h, row, by: followup.extend_deadline(
            item=row, by=by, to=today() + 2 * SOON, why="会期"
        ),
    ),
    "escalate": Act(
        JUDGES,
        lambda h: h.rectification(deadline=today() - timedelta(days=1)),
        lambda h, row, by: followup.escalate(item=row, by=by, on=today()),
    ),
    "hold_to_account": Act(
        JUDGES,
        lambda h: h.rectification(),
        lambda h, row, by: followup.hold_to_account(item=row, by=by, matter="未整改", on=today()),
    ),
    "propose_disclosure": Act(
        "performance secretariat leader",
        lambda h: h.review("finance_evaluation", "issued"),
        lambda h, row, by: disclosing.propose_disclosure(review=row, by=by, sentence="修了10公里"),
    ),
    "approve_disclosure": Act(
        "performance secretariat leader",
        lambda h: h.disclosure(),
        lambda h, row, by: disclosing.approve_disclosure(disclosure=row, by=by, opinion="可以"),
    ),
    "publish_disclosure": Act(
        "performance secretariat leader",
        lambda h: h.disclosure("approved"),
        lambda h, row, by: disclosing.publish_disclosure(disclosure=row, by=by),
    ),
    "decline_disclosure": Act(
        "performance secretariat leader",
        lambda h: h.disclosure(),
        lambda h, row, by: disclosing.decline_disclosure(disclosure=row, by=by, why="不宜"),
    ),
    "withdraw_disclosure": Act(
        "performance secretariat leader",
        lambda h: h.disclosure("published"),
        lambda h, row, by: disclosing.withdraw_disclosure(disclosure=row, by=by, why="更正"),
    ),
    "answer_comment": Act(
        "performance secretariat leader",
        lambda h: Comment.objects.create(
            disclosure=h.disclosure("published"), text="很好，继续", sender="x"
        ),
        lambda h, row, by: disclosing.answer_comment(comment=row, by=by, answer="谢谢", show=False),
    ),
}


def _draft(state="writing"):
    return lambda h: Draft.objects.create(division=h.division, work_year=YEAR, state=state)


def _signed(h):
    return Signed.objects.create(
        division=h.division,
        work_year=YEAR,
        issue_number=1,
        signer="局领导",
        signed_on=today(),
        snapshot={},
    )


def _sign(act, **given):
    return lambda h, row, by: act(
        issue_number=2, signer="局领导", signed_on=today(), by=by, why="更正", **given, **row
    )


REPORTS = {
    **PUBLIC_TEXTS,
    **REPORT_RUNS,
    "save_draft": Act(
        "performance",
        lambda h: None,
        lambda h, row, by: reports.save_draft(division=h.division, work_year=YEAR, by=by),
    ),
    "hand_in_report": Act(
        "performance", _draft(), lambda h, row, by: hand_in.hand_in_report(draft=row, by=by)
    ),
    "take_back_report": Act(
        "performance",
        _draft("handed"),
        lambda h, row, by: hand_in.take_back_report(draft=row, by=by, why="改数"),
    ),
    "send_back_report": Act(
        "leader",
        _draft("handed"),
        lambda h, row, by: hand_in.send_back_report(draft=row, by=by, why="再核"),
    ),
    "sign_report": Act(
        "leader", lambda h: {"draft": _draft()(h)}, _sign(reports.sign_report), blocked="还没有送签"
    ),
    "correct_report": Act(
        "leader",
        lambda h: {"signed": _signed(h)},
        _sign(reports.correct_report),
        blocked="没有报告草稿",
    ),
    "record_instruction": Act(
        "secretariat leader",
        _signed,
        lambda h, row, by: instructions.record_instruction(
            signed=row,
            leader="某领导",
            text="抓紧",
            given_on=today(),
            taker="performance",
            due_on=None,
            by=by,
        ),
    ),
    "carry_out_instruction": Act(
        "secretariat leader performance",
        lambda h: instructions.record_instruction(
            signed=_signed(h),
            leader="某领导",
            text="抓紧",
            given_on=today(),
            taker="performance",
            due_on=None,
            by=h.people["secretariat"],
        ),
        lambda h, row, by: instructions.carry_out_instruction(
            instruction=row, outcome="已办", on=today(), by=by
        ),
    ),
}
