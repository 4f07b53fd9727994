"""Rules over a round from a page: begun once, told honestly while they run, when they found
nothing, when they failed.
"""

import pytest
from django.urls import reverse

from wenxiao.followup import tasks
from wenxiao.followup.models import Finding
from wenxiao.store import progress

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_contradictions_are_drawn_once_and_become_candidates(small, inside):
    client, address = inside(small.officer), reverse("desk:findings_draw") + "?year=2021"
    before = Finding.objects.filter(state="candidate").count()
    assert "还没有核对过" in client.get(reverse("desk:findings") + "?year=2021").content.decode()
    assert client.post(address, {"round": small.selfeval.pk}).status_code == 302
    assert client.post(address, {"round": small.selfeval.pk}).status_code == 409
    looked = reverse("desk:findings_drawn") + "?year=2021"
    assert "正在核对" in client.get(looked).content.decode()
    with progress.reporting(f"draw-{small.selfeval.pk}"):
        progress.tell(1_200, 5_000)
        assert "正在核对，已办 1,200 / 5,000 个" in client.get(looked).content.decode()
    made = tasks.draw.call(small.selfeval.pk, small.officer.pk)
    assert Finding.objects.filter(state="candidate").count() == before + made


def test_what_a_run_left_is_said(small, inside):
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    client = inside(small.officer)
    client.post(reverse("desk:findings_draw") + "?year=2021", {"round": small.selfeval.pk})
    told = []
    for status, made in (("FAILED", None), ("SUCCESSFUL", 0), ("SUCCESSFUL", 3)):
        DBTaskResult.objects.update(status=status, return_value=made, finished_at=timezone.now())
        told.append(client.get(reverse("desk:findings_drawn") + "?year=2021").content.decode())
    assert "没有做完，什么都没有写入" in told[0]
    assert "没有新的" in told[1]
    assert "新提出疑点 3 条" in told[2]


def test_uses_are_proposed_by_rule(small, inside):
    client = inside(small.officer)
    address = reverse("desk:uses_draw") + "?year=2021"
    assert client.post(address, {"round": small.finance.pk}).status_code == 302
    assert tasks.propose.call(small.finance.pk, small.officer.pk) >= 0
    assert client.post(address, {"round": small.selfeval.pk}).status_code == 404
    assert client.post(address, {"round": "x"}).status_code == 404


def test_a_unit_begins_nothing(small, inside):
    client = inside(small.clerk)
    for name, row in (("findings_draw", small.selfeval), ("uses_draw", small.finance)):
        assert (
            client.post(reverse(f"desk:{name}") + "?year=2021", {"round": row.pk}).status_code
            == 403
        )
    assert client.get(reverse("desk:findings_drawn")).status_code == 403
