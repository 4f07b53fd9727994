"""One window from opening to closure: three units, one goes red, is fed
back, mends, is refused once, and is closed.
"""

from datetime import date
from decimal import Decimal

import pytest
from tests.monitoring.from_scratch import watch

from wenxiao.budget.services import open_round
from wenxiao.followup.selectors.rectifications import closing_by_department, ledger
from wenxiao.followup.services import (
    confirm_finding,
    escalate,
    extend_deadline,
    order_rectification,
    plan_rectification,
    receive_feedback,
    reply_rectification,
    send_feedback,
    verify_rectification,
)
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.followup.watch.sentences import watch_rows
from wenxiao.orgs.models import Role
from wenxiao.records.chain import verify
from wenxiao.records.models import Todo
from wenxiao.records.selectors import export_entries
from wenxiao.reviews.services import check_review, record_actual, submit_review
from wenxiao.reviews.services.monitoring import start_monitoring
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_from_deviation_to_closure(watched, officer):
    clerks, window = _monitored(watched, officer)

    table = watch(window, officer, on=date(2021, 8, 21))
    assert [(row.unit, row.pace.light, row.goal) for row in watch_rows(table)] == [
        ("丙单位", "red", "red"),
        ("乙单位", "yellow", "green"),
        ("甲单位", "green", "green"),
    ]
    found = {
        one.dossier.unit.name: one
        for one in draw_candidates(round=window, by=officer)
        if one.rule == "JK-01"
    }
    assert set(found) == {"丙单位", "乙单位"}

    _closed_after_one_refusal(found["丙单位"], officer, clerks["丙单位"])

    (line,) = ledger(officer, on=date(2021, 11, 1))
    assert (line.state, line.refusals, line.escalated, line.days_late) == ("closed", 1, 1, 0)
    assert closing_by_department([line])[-1].rate == Decimal("100.00")
    assert verify(export_entries()) == []


def _monitored(watched, officer):
    """Three units hand in their forms and pass the check; their clerks by unit, and the round."""
    second = watched.user(Role.DEPARTMENT, name="主管")
    clerks, rows = {}, {}
    for name, paid in (("甲单位", "60"), ("乙单位", "45"), ("丙单位", "20")):
        dossier = watched.dossier(f"{name}项目", name, "100")
        clerks[name] = watched.user(Role.CLERK, watched.unit(name), name=name)
        (rows[name],) = watched.goals(dossier, ("完成数量", "≥100项", None, "数量指标"))
        watched.pay(dossier, 6, paid)
    window = open_round(
        division=watched.division,
        kind="monitoring",
        name="1-7月监控",
        work_year=2021,
        fiscal_year=2021,
        by=officer,
        through_month=7,
        deadline=date(2021, 8, 20),
        opens_on=date(2021, 8, 1),
    )
    assert Todo.objects.filter(kind="round", state="open").count() == 3
    assert start_monitoring(round=window, by=officer) == 3
    for review in window.reviews.select_related("dossier__unit"):
        name = review.dossier.unit.name
        late = name == "丙单位"
        record_actual(
            review=review,
            indicator=rows[name],
            by=clerks[name],
            value="15项" if late else "70项",
            forecast="60项" if late else "100项",
            causes=["人员保障"] if late else [],
            possibility="完全不可能" if late else "确定能",
            note="增配人员" if late else "",
        )
        submit_review(review=review, by=clerks[name])
        check_review(review=review, by=second)
    assert not Todo.objects.filter(kind="round", state="open").exists()
    return clerks, window


def _closed_after_one_refusal(candidate, officer, clerk):
    finding = confirm_finding(finding=candidate, by=officer, why="属实")
    review = finding.review
    notice = send_feedback(
        review=review,
        by=officer,
        issued_on=date(2021, 8, 25),
        due_on=date(2021, 9, 14),
        number="1号",
    )
    receive_feedback(notice=notice, by=clerk, on=date(2021, 8, 26), name="经办人")
    item = order_rectification(
        finding=finding, by=officer, deadline=date(2021, 9, 30), notice=notice
    )
    plan_rectification(item=item, by=clerk, measure="加快支付", owner="李四")
    assert [line.days_late for line in ledger(officer, on=date(2021, 10, 8))] == [8]
    escalate(item=item, by=officer, on=date(2021, 10, 8), why="逾期")
    extend_deadline(item=item, by=officer, to=date(2021, 10, 31), why="雨季")
    reply_rectification(item=item, by=clerk, reply="已支付")
    verify_rectification(
        item=item, by=officer, passed=False, verdict="缺支付凭证", on=date(2021, 10, 20)
    )
    with pytest.raises(NotAllowed):
        verify_rectification(item=item, by=officer, passed=True, verdict="x", on=date(2021, 10, 21))
    reply_rectification(item=item, by=clerk, reply="已补凭证")
    verify_rectification(item=item, by=officer, passed=True, verdict="属实", on=date(2021, 10, 25))
