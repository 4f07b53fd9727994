"""问题 on pages: candidates are the bureau's, decided one by one or many; the
matrix's totals are the sentences' counts.
"""

import re

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def candidate(small):
    return small.dossiers[0].findings.get(state="candidate")


def item(small):
    return small.dossiers[0].findings.get(state="confirmed").item


def test_units_see_confirmed_problems_of_their_own_only(small, inside):
    page = inside(small.clerk).get(reverse("desk:findings") + "?state=candidate").content.decode()
    assert "7.4公里乡道未验收就报完成" not in page
    assert "预算执行率低于80%" in page


def test_confirming_needs_a_catalogue_item(candidate, small, inside):
    address = reverse("desk:finding_decide", args=[candidate.pk])
    data = {"verdict": "confirm", "version": candidate.version, "severity": "major"}
    assert inside(small.officer).post(address, data).status_code == 409
    assert inside(small.officer).post(address, data | {"item": item(small).pk}).status_code == 302
    candidate.refresh_from_db()
    assert (candidate.state, candidate.severity) == ("confirmed", "major")


def test_a_batch_says_what_came_of_each(candidate, small, inside):
    client = inside(small.officer)
    data = {"verdict": "dismiss", "tick": [f"{candidate.pk}:{candidate.version}"], "why": ""}
    page = client.post(reverse("desk:findings_batch"), data, follow=True).content.decode()
    assert "认定问题不成立须写明理由" in page
    client.post(reverse("desk:findings_batch"), data | {"why": "已补验收"})
    candidate.refresh_from_db()
    assert candidate.state == "dismissed"


def test_many_are_confirmed_at_once_with_item_degree_and_the_place_kept(candidate, small, inside):
    client, chosen = inside(small.officer), item(small)
    answer = client.post(
        reverse("desk:findings_batch"),
        {
            "verdict": "confirm",
            "tick": [f"{candidate.pk}:{candidate.version}"],
            "item": chosen.pk,
            "severity": "serious",
            "why": "查实",
            "at_q": "乡道",
            "at_unit": str(candidate.dossier.unit_id),
        },
    )
    candidate.refresh_from_db()
    assert (candidate.state, candidate.severity, candidate.item) == ("confirmed", "serious", chosen)
    assert "unit=" in answer.url
    assert "q=%E4%B9%A1%E9%81%93" in answer.url


def test_candidates_are_narrowed_by_unit_rule_and_degree(candidate, small, inside):
    client, base = inside(small.officer), reverse("desk:findings") + "?state=candidate"
    unit = candidate.dossier.unit_id
    assert candidate.text in client.get(f"{base}&unit={unit}").content.decode()
    for other in (f"unit={unit + 999}", "rule=ZZ-99", "severity=serious", "round=999999"):
        assert candidate.text not in client.get(f"{base}&{other}").content.decode()


def test_a_unit_decides_nothing(candidate, small, inside):
    assert (
        inside(small.clerk)
        .post(reverse("desk:finding_decide", args=[candidate.pk]), {})
        .status_code
        == 403
    )


def test_the_catalogue_is_added_to_once_and_switched_off(small, inside):
    client = inside(small.officer)
    data = {"code": "HG-90", "text": "档案不全", "category": "档案"}
    assert client.post(reverse("desk:catalogue_add"), data).status_code == 302
    assert client.post(reverse("desk:catalogue_add"), data).status_code == 409
    made = item(small)
    change = {"text": made.text, "category": made.category, "seen": made.text}
    assert client.post(reverse("desk:catalogue_change", args=[made.pk]), change).status_code == 302
    made.refresh_from_db()
    assert not made.active


def test_the_matrix_counts_what_the_sentence_says(small, inside):
    client = inside(small.officer)
    data = {"t0": "预算执行率低于80%", "c0": [item(small).code], "o0": "1"}
    assert client.post(reverse("desk:common_arrange") + "?year=2021", data).status_code == 302
    page = client.get(reverse("desk:common") + "?year=2021").content.decode()
    count = re.search(r"涉及到(\d+)个项目", page)[1]
    table = client.get(reverse("desk:matrix") + "?year=2021").content.decode()
    assert (
        re.search(r"涉及项目数.*?<td class=\"c full\"[^>]*>(\d+)</td>", table, re.DOTALL)[1]
        == count
    )
    assert table.count(">√<") == int(count) > 0
    assert client.get(reverse("desk:matrix_file") + "?year=2021").content[:2] == b"PK"


def test_candidates_are_cases_grouped_by_rule_with_one_open(candidate, small, inside):
    client = inside(small.officer)
    page = client.get(reverse("desk:findings") + "?state=candidate").content.decode()
    assert page.count("data-case") == 1
    assert f'action="{reverse("desk:finding_decide", args=[candidate.pk])}"' in page
    assert 'data-key="1"' in page
    assert "评价报告或评价人员" in page
    other = candidate.dossier.findings.create(
        text="另一个疑点", state="candidate", rule="JK-01", evidence="1 ÷ 2"
    )
    page = client.get(reverse("desk:findings") + f"?state=candidate&case={other.pk}")
    text = page.content.decode()
    assert f'action="{reverse("desk:finding_decide", args=[other.pk])}"' in text
    assert "JK-01" in text
    assert "data-next" in text or "data-before" in text


def test_the_last_decision_is_taken_back(candidate, small, inside):
    client, chosen = inside(small.officer), item(small)
    address = reverse("desk:finding_decide", args=[candidate.pk])
    data = {"verdict": "confirm", "version": candidate.version, "item": chosen.pk}
    page = client.post(address, data, follow=True).content.decode()
    assert "undo-bar" in page
    candidate.refresh_from_db()
    assert candidate.state == "confirmed"
    undo = reverse("desk:finding_reopen", args=[candidate.pk])
    client.post(undo, {"version": candidate.version})
    candidate.refresh_from_db()
    assert (candidate.state, candidate.why) == ("candidate", "")
    assert "undo-bar" not in client.get(reverse("desk:findings")).content.decode()
    assert inside(small.clerk).post(undo, {"version": candidate.version}).status_code == 403


def test_what_is_being_mended_is_not_taken_back(small, inside):
    from datetime import date

    from wenxiao.followup.services import order_rectification

    confirmed = small.dossiers[0].findings.get(state="confirmed")
    if not hasattr(confirmed, "rectification"):
        order_rectification(finding=confirmed, by=small.officer, deadline=date(2021, 12, 31))
    confirmed.refresh_from_db()
    answer = inside(small.officer).post(
        reverse("desk:finding_reopen", args=[confirmed.pk]), {"version": confirmed.version}
    )
    assert answer.status_code == 409
    assert "请先在整改台账办理" in answer.content.decode()
