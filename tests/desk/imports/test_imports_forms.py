"""Forms go in, are looked at, matched, imported, taken back; of several
versions the newest is marked.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.desk.imports.steps import OLD, SCORES, SELFEVAL, hand_in, piece, seen_on, standings

from wenxiao.intake import confirm
from wenxiao.intake.tasks import apply, read
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.reviews.models import Review
from wenxiao.store import progress

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_whole_way_from_upload_to_undo(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    assert standings(intake) == ["ready"]
    page = client.get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert "1 份可以导入" in page
    batch = intake.batches.get()
    page = client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()
    assert "水旱灾害防御经费" in page
    assert "F15" in page
    assert client.post(reverse("desk:import_confirm", args=[batch.pk])).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.accepted) == ("applied", 1)
    assert Review.objects.get().dossier == place.dossier
    assert (
        client.post(reverse("desk:import_confirm", args=[batch.pk])).status_code == 302
    )  # twice is harmless
    assert Review.objects.count() == 1
    refused = client.post(reverse("desk:import_undo", args=[batch.pk]), {"why": " "})
    assert refused.status_code == 409
    assert "理由" in refused.content.decode()
    client.post(reverse("desk:import_undo", args=[batch.pk]), {"why": "收错了一份"})
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert not Review.objects.exists()
    assert Entry.objects.filter(act="撤销导入", why="收错了一份").exists()
    again = client.post(reverse("desk:import_again", args=[batch.pk]))
    fresh = intake.batches.order_by("pk").last()
    assert again["Location"].endswith(str(fresh.pk))
    assert fresh.summary["standing"] == "ready"


def test_all_ready_files_go_in_the_background_and_once(place, enter, monkeypatch):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL), piece(SCORES))
    assert standings(intake) == ["ready", "ready"]
    client.post(reverse("desk:intake_import", args=[intake.pk]))
    intake.refresh_from_db()
    assert intake.state == "applying"
    client.post(reverse("desk:intake_import", args=[intake.pk]))
    looked = reverse("desk:intake_progress", args=[intake.pk])
    shares = []

    def seen(*share):
        progress.tell(*share)
        shares.append("已办 {} / {} 份".format(*share) in client.get(looked).content.decode())

    monkeypatch.setattr(confirm, "tell", seen)
    assert apply.func(intake.pk, place.finance.pk) == (2, 0)
    assert shares == [True, True]
    assert standings(intake) == ["applied", "applied"]
    intake.refresh_from_db()
    assert intake.state == "ready"


def test_an_unknown_unit_is_chosen_by_name_and_nothing_typed_is_lost(place, enter):
    client = enter(place.finance)
    place.unit.name = "天长市水务局"
    place.unit.save()
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    assert standings(intake) == ["ask"]
    address = reverse("desk:import_file", args=[batch.pk])
    page = client.get(address)
    named = page.content.decode().partition("<template")[2]
    assert '<option value="天长市水务局">' in named
    assert f'<option value="{place.subject.code}">' in named
    seen = page.content.decode().split('name="seen" value="')[1].split('"')[0]
    wrong = client.post(
        address,
        {
            "seen": seen,
            "unit-0": "name",
            "unit-name-0": "水务厅",
            "subject-0": str(place.subject.pk),
        },
    )
    assert wrong.status_code == 422
    assert "水务厅" in wrong.content.decode()
    assert "没有名为" in wrong.content.decode()
    right = {
        "seen": seen,
        "unit-0": str(place.unit.pk),
        "subject-0": str(place.subject.pk),
        "do-0": "import",
    }
    assert client.post(address, right).status_code == 302
    batch.refresh_from_db()
    assert batch.choices["0"]["unit"] == place.unit.pk
    assert batch.summary["standing"] == "ready"
    stale = client.post(
        address, {**right, "do-0": "skip"}
    )  # the same page once more, after somebody chose
    assert stale.status_code == 409
    assert "以您的为准" in stale.content.decode()
    assert client.post(address, {**right, "seen": "", "then": "import"}).status_code == 409


def test_choices_that_no_longer_hold_are_asked_again(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    place.round.state = "closed"
    place.round.save()
    response = client.post(reverse("desk:import_confirm", args=[batch.pk]))
    assert response.status_code == 409
    assert "不能导入" in response.content.decode()
    assert not Review.objects.exists()


def test_a_wrong_year_is_never_taken_silently(place, enter):
    client = enter(place.finance)
    place.round.fiscal_year = 2021
    place.round.save()
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    assert standings(intake) == ["ask"]
    assert batch.summary["forms"][0]["offers"]["round"] == [[place.round.pk, "2022年度自评", 2021]]
    address = reverse("desk:import_file", args=[batch.pk])
    seen = seen_on(client, address)
    client.post(
        address,
        {
            "seen": seen,
            "unit-0": str(place.unit.pk),
            "subject-0": str(place.subject.pk),
            "round-0": str(place.round.pk),
        },
    )
    batch.refresh_from_db()
    assert batch.choices["0"]["year"] == 2021  # the decision is recorded
    assert batch.summary["standing"] == "ready"


def test_of_two_versions_the_newest_is_marked_and_the_older_must_be_decided(place, enter):
    client = enter(place.finance)
    intake = hand_in(
        client, piece(OLD), piece(SELFEVAL), modified=["2023-02-01T09:00", "2023-02-20T16:30"]
    )
    assert standings(intake) == ["ask", "ready"]
    assert (
        intake.batches.order_by("pk").first().summary["forms"][0]["twin"]["problem"]["code"]
        == "DR-39"
    )
    newest = intake.batches.order_by("pk").last()
    assert newest.summary["forms"][0]["twin"]["newest"]
    client.post(reverse("desk:intake_newest", args=[intake.pk]))
    assert standings(intake) == ["left", "ready"]


def test_without_times_nobody_guesses_which_is_newer(place, enter):
    intake = hand_in(enter(place.finance), piece(OLD), piece(SELFEVAL))
    assert standings(intake) == ["ask", "ask"]


def test_the_same_bytes_twice_are_left_out_by_themselves(place, enter):
    intake = hand_in(enter(place.finance), piece(SELFEVAL), piece(SELFEVAL, "另一个名字.xlsx"))
    assert standings(intake) == ["ready", "same"]


def test_the_form_sent_twice_is_one_intake(place, enter):
    client = enter(place.finance)
    first = hand_in(client, piece(SELFEVAL), token="abc")
    second = hand_in(client, piece(SELFEVAL), token="abc")
    assert first == second
    assert ImportBatch.objects.count() == 1


def test_reading_goes_on_where_it_stopped(place, enter):
    intake = hand_in(enter(place.finance), piece(SELFEVAL), piece(SCORES))
    read.func(intake.pk)
    assert intake.batches.count() == 2


def test_a_round_that_ended_after_it_was_chosen_is_named(place, enter):
    client = enter(place.finance)
    batch = hand_in(client, piece(SELFEVAL)).batches.get()
    address = reverse("desk:import_file", args=[batch.pk])
    chosen = {
        "unit-0": str(place.unit.pk),
        "subject-0": str(place.subject.pk),
        "round-0": str(place.round.pk),
    }
    client.post(address, {"seen": seen_on(client, address), **chosen})
    place.round.state = "closed"
    place.round.save()
    client.post(reverse("desk:intake_again", args=[batch.intake_id]))
    client.post(address, {"seen": seen_on(client, address), **chosen})
    batch.refresh_from_db()
    assert "DR-38" in [one["code"] for one in batch.summary["forms"][0]["problems"]]
    assert batch.summary["standing"] == "ask"
