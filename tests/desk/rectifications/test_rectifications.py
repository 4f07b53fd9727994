"""整改 on pages: fed back, planned, refused once, closed; units act on their
own; gate, stale versions, uses decided.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.task_queue import outcome

from wenxiao.orgs.services import create_user, grant

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def item(small, inside):
    review = small.evaluation
    finding = small.dossiers[0].findings.get(state="confirmed")
    data = {
        "number": "1号",
        "on": "2021-11-10",
        "due": "2021-12-10",
        "told": "0",
        "finding": [finding.pk],
    }
    client = inside(small.officer)
    assert client.post(reverse("desk:feedback_send", args=[review.pk]), data).status_code == 302
    assert (
        client.post(reverse("desk:feedback_send", args=[review.pk]), data).status_code == 409
    )  # twice: once
    finding.refresh_from_db()
    return finding.rectification


def step(client, item, act, **data):
    item.refresh_from_db()
    address = reverse("desk:rectification_act", args=[item.pk, act])
    return client.post(address, {"version": item.version, **data})


def test_the_whole_road_refused_once_then_closed(item, small, inside):
    assert (
        step(inside(small.clerk), item, "plan", measure="定办法", owner="负责人").status_code == 302
    )
    proof = SimpleUploadedFile("办法.pdf", b"%PDF-1.4 made up\n%%EOF\n")
    assert step(inside(small.clerk), item, "reply", reply="已印发", proof=proof).status_code == 302
    assert (
        step(inside(small.officer), item, "verify", verdict="缺文号", passed="no").status_code
        == 302
    )
    assert step(inside(small.clerk), item, "reply", reply="已补文号").status_code == 302
    assert (
        step(inside(small.officer), item, "verify", verdict="属实", passed="yes").status_code == 302
    )
    item.refresh_from_db()
    assert (item.state, item.refusals, item.proof.name) == ("closed", 1, "办法.pdf")


def test_a_unit_may_not_verify_and_the_bureau_may_not_reply(item, small, inside):
    step(inside(small.clerk), item, "reply", reply="已改")
    assert step(inside(small.clerk), item, "verify", verdict="好", passed="yes").status_code == 403
    assert step(inside(small.officer), item, "reply", reply="代报").status_code == 403


def test_a_foreign_item_looks_absent(item, small, inside):
    type(small.clerk).objects.filter(pk=small.clerk.pk).update(unit=small.units[1])
    small.clerk.grants.update(unit=small.units[1])
    assert inside(small.clerk).get(reverse("desk:rectification", args=[item.pk])).status_code == 404


def test_a_stale_plan_shows_both_and_writes_nothing(item, small, inside):
    step(inside(small.officer), item, "extend", to="2021-12-31", extend_why="会期")
    data = {"version": 1, "measure": "我的措施", "owner": "甲"}
    answer = inside(small.clerk).post(
        reverse("desk:rectification_act", args=[item.pk, "plan"]), data
    )
    assert answer.status_code == 409
    assert "我的措施" in answer.content.decode()
    item.refresh_from_db()
    assert item.measure == ""


@pytest.mark.parametrize(
    ("name", "content"), [("假.pdf", b"MZ"), ("机密.pdf", b"%PDF-"), ("坏.docx", b"PK nothing")]
)
def test_a_proof_passes_the_gate_or_nothing_is_written(name, content, item, small, inside):
    client = inside(small.clerk)
    sent = step(client, item, "reply", reply="已改", proof=SimpleUploadedFile(name, content))
    answer = outcome(client, sent)
    assert answer.status_code == 409
    item.refresh_from_db()
    assert item.state == "ordered"


def test_the_unit_signs_once(item, small, inside):
    client, address = inside(small.clerk), reverse("desk:receive", args=[item.notice_id])
    assert client.post(address, {"name": "示例经办"}).status_code == 302
    assert client.post(address, {"name": "示例经办"}).status_code == 409


def test_a_use_is_proposed_and_decided_with_a_reason(small, inside):
    client = inside(small.officer)
    data = {"review": small.evaluation.pk, "kind": "strict", "basis": "执行率低"}
    assert client.post(reverse("desk:use_propose"), data).status_code == 302
    use = small.dossiers[0].uses.get()
    address = reverse("desk:use_decide", args=[use.pk])
    assert (
        client.post(address, {"version": use.version, "verdict": "accept", "why": ""}).status_code
        == 409
    )
    done = {"version": use.version, "verdict": "accept", "why": "支出慢", "amount": "400.5"}
    assert client.post(address, done).status_code == 302
    use.refresh_from_db()
    assert (use.state, str(use.next_year_amount)) == ("accepted", "4005000.00")
    assert client.get(reverse("desk:strict_file") + "?year=2021").content[:2] == b"PK"


@pytest.mark.parametrize("route", ["rectifications", "board", "feedback", "uses"])
def test_lists_open_for_unit_and_bureau(route, item, small, inside):
    for user in (small.officer, small.clerk, small.leader):
        assert inside(user).get(reverse(f"desk:{route}") + "?year=2021").status_code == 200


def test_a_deadline_borrowed_from_another_province_says_so(small, inside):
    """The default is another province's; the bureau's own rule takes its place and is named
    alone.
    """
    address = f"/feedback?year=2021&review={small.evaluation.pk}"
    page = inside(small.officer).get(address).content.decode()
    assert "这是湖北省的规定，本级还没有自己的，先借作默认天数" in page
    own = {"rule": "rectification", "from": "2021-01-01", "document": "示例区整改办法"}
    own |= {"clause": "第五条", "standing": "未核", "content": {"plan_days": "15"}}
    small.division.rules = [own]
    small.division.save(update_fields=["rules"])
    page = inside(small.officer).get(address).content.decode()
    assert "示例区整改办法" in page
    assert "湖北省" not in page


def test_an_auditor_from_outside_reads_a_rectification_with_who_answered_for_it(
    item, small, inside
):
    """Sees every dossier, restricted ones too: no list of units stands in the statement."""
    user = create_user(
        division=small.division,
        username="outside",
        name="外部审计",
        by=None,
        password="Chang-e_2021!",
        must_change_password=False,
    )
    grant(user=user, role="auditor", division=small.division, by=None)
    page = inside(user).get(reverse("desk:rectification", args=[item.pk]))
    assert page.status_code == 200
    assert "整改" in page.content.decode()
