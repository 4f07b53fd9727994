"""From a candidate to closure: who decides, what is refused, what stays on record."""

from __future__ import annotations

from datetime import date

import pytest
from tests.bureaus import bureau, selfeval_round  # noqa: F401 - fixtures used by name

from wenxiao.followup import services
from wenxiao.followup.models import CatalogueItem, CommonProblem, Finding, Use
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry, Todo
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DUE = date(2023, 7, 1)


@pytest.fixture
def finding(bureau):
    services.ensure_catalogue(division=bureau.division, by=None)
    item = CatalogueItem.objects.get(division=bureau.division, code="WT-02")
    return services.propose_finding(
        dossier=bureau.dossier, item=item, text=item.text, by=bureau.finance
    )


@pytest.fixture
def ordered(finding, bureau):
    services.confirm_finding(finding=finding, by=bureau.finance, why="查实")
    return services.order_rectification(finding=finding, by=bureau.finance, deadline=DUE)


def test_the_catalogue_is_given_once(bureau):
    first = services.ensure_catalogue(division=bureau.division, by=None)
    assert first == CatalogueItem.objects.count() > 4
    assert services.ensure_catalogue(division=bureau.division, by=None) == 0


def test_the_same_candidate_is_proposed_once(finding, bureau):
    again = services.propose_finding(
        dossier=bureau.dossier, item=finding.item, text=finding.text, by=bureau.second
    )
    assert again.pk == finding.pk


def test_dismissing_needs_a_reason_and_can_be_taken_back(finding, bureau):
    with pytest.raises(NotAllowed, match="理由"):
        services.dismiss_finding(finding=finding, by=bureau.finance, why="")
    services.dismiss_finding(finding=finding, by=bureau.finance, why="已另有办法")
    services.confirm_finding(finding=finding, by=bureau.second, why="办法未施行")
    assert finding.state == "confirmed"


def test_a_unit_does_not_confirm_findings(finding, bureau):
    with pytest.raises(Refused):
        services.confirm_finding(finding=finding, by=bureau.clerk)


def test_refused_once_then_closed(ordered, bureau):
    services.plan_rectification(
        item=ordered, by=bureau.clerk, measure="制定办法", owner="单位负责人"
    )
    services.reply_rectification(item=ordered, by=bureau.clerk, reply="已印发")
    services.verify_rectification(
        item=ordered, by=bureau.finance, passed=False, verdict="缺少文号", on=DUE
    )
    assert (ordered.state, ordered.refusals) == ("refused", 1)
    services.reply_rectification(item=ordered, by=bureau.clerk, reply="已补文号")
    services.verify_rectification(
        item=ordered, by=bureau.finance, passed=True, verdict="已核", on=DUE
    )
    assert (ordered.state, ordered.closed_on) == ("closed", DUE)
    assert Todo.objects.filter(target_type="followup.Rectification", state="open").count() == 0
    acts = list(
        Entry.objects.filter(target_type="followup.Rectification").values_list("act", flat=True)
    )
    assert acts == ["下达整改", "报整改方案", "报整改结果", "整改退回", "报整改结果", "整改销号"]


def test_only_confirmed_findings_are_ordered_and_only_once(finding, ordered, bureau):
    with pytest.raises(NotAllowed, match="已下达"):
        services.order_rectification(
            finding=Finding.objects.get(pk=finding.pk), by=bureau.finance, deadline=DUE
        )
    other = services.propose_finding(dossier=bureau.dossier, text="另一问题", by=bureau.finance)
    with pytest.raises(NotAllowed, match="已确认"):
        services.order_rectification(finding=other, by=bureau.finance, deadline=DUE)


def test_extension_and_escalation(ordered, bureau):
    with pytest.raises(NotAllowed, match="未逾期"):
        services.escalate(item=ordered, by=bureau.finance, on=DUE)
    services.extend_deadline(item=ordered, by=bureau.finance, to=date(2023, 8, 1), why="机构改革")
    assert ordered.deadline == DUE
    with pytest.raises(NotAllowed, match="未逾期"):
        services.escalate(item=ordered, by=bureau.finance, on=date(2023, 7, 15))
    services.escalate(item=ordered, by=bureau.finance, on=date(2023, 8, 2))
    assert ordered.escalated == 1
    made = services.hold_to_account(
        item=ordered, by=bureau.finance, matter="逾期未整改", on=date(2023, 9, 1)
    )
    assert made.unit == bureau.unit


def test_common_problems_group_catalogue_items(bureau):
    services.ensure_catalogue(division=bureau.division, by=None)
    lines = [("管理不规范", ["WT-02", "WT-03"])]
    services.set_common_problems(
        division=bureau.division, work_year=2021, lines=lines, by=bureau.finance
    )
    assert CommonProblem.objects.get().items.count() == 2
    with pytest.raises(NotAllowed, match="没有编码"):
        services.set_common_problems(
            division=bureau.division, work_year=2021, lines=[("x", ["没有"])], by=bureau.finance
        )


def test_use_is_proposed_by_rule_and_decided_by_a_person(bureau):
    use = services.propose_use(
        dossier=bureau.dossier, kind="strict", basis="等级为中", rule="中", by=bureau.finance
    )
    assert (
        services.propose_use(
            dossier=bureau.dossier, kind="strict", basis="等级为中", rule="中", by=bureau.finance
        ).pk
        == use.pk
    )
    with pytest.raises(NotAllowed, match="理由"):
        services.decide_use(use=use, by=bureau.finance, accepted=True, why="", on=DUE)
    services.decide_use(use=use, by=bureau.finance, accepted=True, why="同意从严审核", on=DUE)
    assert Use.objects.get().state == "accepted"
    with pytest.raises(NotAllowed):
        services.decide_use(use=use, by=bureau.finance, accepted=False, why="再改", on=DUE)


def test_feedback_counts_only_with_its_receipt(bureau, selfeval_round):
    from wenxiao.reviews.services import start_review

    review = start_review(dossier=bureau.dossier, round=selfeval_round, by=None)
    with pytest.raises(NotAllowed, match="确认后才能发反馈函"):
        services.send_feedback(review=review, by=bureau.finance, issued_on=DUE)
    type(review).objects.filter(pk=review.pk).update(state="confirmed")
    review.refresh_from_db()
    notice = services.send_feedback(review=review, by=bureau.finance, issued_on=DUE)
    assert notice.received_on is None
    services.receive_feedback(notice=notice, by=bureau.clerk, on=DUE, name="经办人甲")
    assert notice.received_on == DUE
