"""Who may import what; foreign numbers do not exist."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from tests.desk.imports.steps import SCORES, SELFEVAL, hand_in, piece, seen_on, standings

from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_clerk_imports_the_own_unit_alone(place, enter):
    intake = hand_in(enter(place.clerk), piece(SELFEVAL), piece(SCORES))
    assert standings(intake) == ["ready", "blocked"]
    text = json.dumps(intake.batches.order_by("pk").last().summary, ensure_ascii=False)
    assert "不由单位导入" in text
    assert "DR-37" in text
    assert place.foreign.name not in [
        f["subject_name"] for b in intake.batches.all() for f in b.summary["forms"]
    ]
    batch = intake.batches.order_by("pk").first()
    assert (
        enter(place.clerk).post(reverse("desk:import_confirm", args=[batch.pk])).status_code == 302
    )
    assert Review.objects.get().dossier == place.dossier


def test_another_units_clerk_gets_nothing_in(place, enter):
    client = enter(place.stranger)
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    assert standings(intake) == ["ask"]
    assert batch.summary["forms"][0]["offers"].get("subject") in ([], None)
    address = reverse("desk:import_file", args=[batch.pk])
    seen = seen_on(client, address)
    posted = {
        "seen": seen,
        "unit-0": str(place.unit.pk),
        "subject-0": str(place.subject.pk),
        "then": "import",
    }
    assert client.post(address, posted).status_code == 409
    create = {"seen": seen, "unit-0": "create", "subject-0": "create", "round-0": "create"}
    client.post(address, create | {"seen": seen_on(client, address)})
    batch.refresh_from_db()
    assert batch.summary["standing"] == "ask"
    assert not Review.objects.exists()


def test_an_agency_imports_what_it_was_assigned(place, enter):
    intake = hand_in(enter(place.judge), piece(SCORES), piece(SELFEVAL))
    assert standings(intake)[0] == "ready"
    assert standings(intake)[1] in {"ask", "blocked"}
    batch = intake.batches.order_by("pk").first()
    enter(place.judge).post(reverse("desk:import_confirm", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "applied"


def test_who_may_not_import_is_told_who_can(place, enter):
    response = enter(place.leader).get(reverse("desk:imports"))
    assert response.status_code == 403
    assert "财政绩效科" in response.content.decode()


def test_foreign_numbers_do_not_exist(place, enter):
    intake = hand_in(enter(place.finance), piece(SELFEVAL))
    batch = intake.batches.get()
    client = enter(place.clerk)
    for name, key in (
        ("intake", intake.pk),
        ("intake_faults", intake.pk),
        ("import_file", batch.pk),
        ("import_original", batch.pk),
    ):
        assert client.get(reverse(f"desk:{name}", args=[key])).status_code == 404
    for name, key in (
        ("import_confirm", batch.pk),
        ("import_undo", batch.pk),
        ("intake_import", intake.pk),
    ):
        assert client.post(reverse(f"desk:{name}", args=[key])).status_code == 404
