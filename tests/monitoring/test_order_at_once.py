"""A deviation seen in monitoring is confirmed and ordered to be mended from
the project's own page, in one act.
"""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from wenxiao.followup.models import Finding, Rectification
from wenxiao.orgs.models import Role
from wenxiao.records.models import Entry, Todo
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def seen(watched, officer, client):
    type(officer).objects.filter(pk=officer.pk).update(must_change_password=False)
    dossier = watched.dossier(budget="100")
    watched.pay(dossier, 3, "10")
    window = watched.window()
    watched.review(dossier, window)
    client.force_login(officer)
    return window, dossier, watched.finding(dossier, state="candidate", rule="JK-01")


def test_a_candidate_is_confirmed_and_ordered_in_one_act(watched, seen, client, officer):
    window, dossier, finding = seen
    page = client.get(reverse("desk:monitored", args=[window.pk, dossier.pk])).content.decode()
    assert "确认并下达整改" in page
    due = today() + timedelta(days=20)
    path = reverse("desk:finding_order", args=[finding.pk])
    sent = {"deadline": due.isoformat(), "version": finding.version, "round": window.pk}
    answer = client.post(path, sent)
    assert answer["Location"] == reverse("desk:monitored", args=[window.pk, dossier.pk])
    finding.refresh_from_db()
    assert (finding.state, finding.rectification.deadline) == ("confirmed", due)
    assert Todo.objects.get(kind="整改", state="open").unit == dossier.unit
    acts = list(
        Entry.objects.filter(act__in=("确认问题", "下达整改")).values_list("act", flat=True)
    )
    assert acts == ["确认问题", "下达整改"]
    again = client.post(path, sent)
    assert again.status_code == 409
    assert Rectification.objects.count() == 1


def test_a_day_that_has_passed_or_no_item_leaves_the_candidate_as_it_was(watched, seen, client):
    _, _, finding = seen
    path = reverse("desk:finding_order", args=[finding.pk])
    past = client.post(path, {"deadline": "2020-01-01", "version": finding.version})
    assert "已经过去" in past.content.decode()
    Finding.objects.filter(pk=finding.pk).update(item=None)
    due = (today() + timedelta(days=20)).isoformat()
    uncoded = client.post(path, {"deadline": due, "version": finding.version})
    assert "请先归入问题目录" in uncoded.content.decode()
    finding.refresh_from_db()
    assert finding.state == "candidate"
    assert not Rectification.objects.exists()


def test_a_confirmed_one_is_ordered_and_a_clerk_may_not(watched, seen, client):
    _, _, finding = seen
    Finding.objects.filter(pk=finding.pk).update(state="confirmed")
    path = reverse("desk:finding_order", args=[finding.pk])
    sent = {"deadline": (today() + timedelta(days=9)).isoformat()}
    assert client.post(path, sent).status_code == 302
    assert Rectification.objects.get().finding == finding
    clerk = watched.user(Role.CLERK, watched.unit("示例单位甲"))
    type(clerk).objects.filter(pk=clerk.pk).update(must_change_password=False)
    client.force_login(clerk)
    assert client.post(path, {"deadline": date(2030, 1, 1).isoformat()}).status_code == 403


def test_candidates_are_narrowed_by_the_money_they_concern(watched, seen, client):
    _, dossier, _ = seen
    small = watched.dossier("小项目", budget="5")
    watched.finding(small, state="candidate", rule="JK-01")
    page = client.get("/findings?state=candidate&amount=50").content.decode()
    assert dossier.subject.name in page
    assert "小项目" not in page
    both = client.get("/findings?state=candidate&amount=abc").content.decode()
    assert "小项目" in both
