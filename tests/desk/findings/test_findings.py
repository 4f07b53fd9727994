"""问题 on pages: candidates are the bureau's, decided one by one or many; the matrix's totals are the sentences' counts."""

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
