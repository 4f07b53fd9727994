"""Error lists for units, who has not handed in, waiting and stopping."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.desk.imports.steps import OLD, PASS, SELFEVAL, hand_in, piece, seen_on

from wenxiao.intake.tasks import read
from wenxiao.records.models import Entry, Intake
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_error_lists_per_unit_can_be_copied_and_downloaded(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    page = client.get(reverse("desk:intake_faults", args=[intake.pk])).content.decode()
    assert "天长市水利局：报送的文件有 6 处需要核对" in page
    book = client.get(reverse("desk:intake_faults_xlsx", args=[intake.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert any("ZP-14" in row for row in sheet.iter_rows(values_only=True))
    assert Entry.objects.get(act="下载文件").label == "报送文件问题清单.xlsx"
    word = client.get(reverse("desk:intake_faults_docx", args=[intake.pk, 0]))
    assert word.content.startswith(b"PK")
    assert client.get(reverse("desk:intake_faults_docx", args=[intake.pk, 9])).status_code == 404


def test_who_has_not_handed_in_is_listed_with_phone_and_letter(place, enter):
    client = enter(place.finance)
    place.unit.contact, place.unit.phone = "示例联系人", "0000-1234"
    place.unit.save()
    address = f"{reverse('desk:missing')}?year=2023&round={place.round.pk}"
    page = client.get(address).content.decode()
    assert "1 个单位还缺 1 项" in page
    assert "0000-1234" in page
    letter = client.post(
        reverse("desk:reminder_letter", args=[place.round.pk]), {"unit": place.unit.name}
    )
    assert letter.content.startswith(b"PK")
    assert "已催 1 次" in client.get(address).content.decode()
    excuse = reverse("desk:excuse", args=[place.round.pk])
    assert (
        client.post(
            excuse, {"dossier": place.dossier.pk, "reason": "other", "note": ""}
        ).status_code
        == 422
    )
    assert (
        client.post(excuse, {"dossier": place.dossier.pk, "reason": "cancelled"}).status_code == 302
    )
    page = client.get(address).content.decode()
    assert "应报的 0 项都已收到" in page
    assert "项目取消" in page
    assert enter(place.treasury).get(address).status_code == 403


def test_lists_cost_the_same_for_one_and_for_fifty(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    addresses = [
        reverse("desk:imports"),
        reverse("desk:import_batches"),
        reverse("desk:intake", args=[intake.pk]),
    ]

    def costs():
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return found

    one = costs()
    batch = intake.batches.get()
    for _ in range(49):
        batch.pk = None
        batch.save(force_insert=True)
        Intake.objects.create(
            division=place.division, by=place.finance, state="ready", files=intake.files
        )
    assert costs() == one


def test_progress_is_told_and_ends_with_the_result(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL), run=False)
    address = reverse("desk:intake_progress", args=[intake.pk])
    response = client.get(address)
    assert "已读 0 / 1 份" in response.content.decode()
    assert "HX-Refresh" not in response
    Intake.objects.filter(pk=intake.pk).update(beat=None)
    assert "接着办" in client.get(address).content.decode()
    assert client.post(reverse("desk:intake_go_on", args=[intake.pk])).status_code == 302
    read.func(intake.pk)
    assert client.get(address)["HX-Refresh"] == "true"


def test_why_a_file_was_refused_stays_with_it(place, enter):
    client = enter(place.finance)
    first = hand_in(client, piece(SELFEVAL))
    client.post(reverse("desk:import_confirm", args=[first.batches.get().pk]))
    batch = hand_in(client, piece(OLD)).batches.get()
    Review.objects.update(state="confirmed")  # while the second file waits
    told = client.post(reverse("desk:import_confirm", args=[batch.pk]), follow=True)
    batch.refresh_from_db()
    assert batch.state == "previewed"
    assert told.status_code == 409


def test_a_file_for_what_was_handed_in_is_not_promised(place, enter):
    """officers-1 F7: such files stood as 可以导入 and failed afterwards."""
    client = enter(place.finance)
    first = hand_in(client, piece(SELFEVAL))
    client.post(reverse("desk:import_confirm", args=[first.batches.get().pk]))
    Review.objects.update(state="confirmed")
    second = hand_in(client, piece(OLD))
    page = client.get(reverse("desk:intake", args=[second.pk])).content.decode()
    assert "导入可以导入的" not in page
    told = client.get(reverse("desk:import_file", args=[second.batches.get().pk])).content.decode()
    assert "DR-41" in told
    assert "如须更正，请先退回或重开" in told


def test_a_file_left_out_can_come_back(place, enter):
    client = enter(place.finance)
    batch = hand_in(client, piece(SELFEVAL)).batches.get()
    client.post(reverse("desk:import_leave", args=[batch.pk]))
    client.post(reverse("desk:import_leave", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert client.post(reverse("desk:import_again", args=[batch.pk])).status_code == 302
    listed = client.get(reverse("desk:import_batches"), {"standing": "refused"}).content.decode()
    assert "未通过" in listed
    assert (
        client.get(reverse("desk:import_original", args=[batch.pk])).content
        == SELFEVAL.read_bytes()
    )


def test_what_was_created_makes_the_rest_ready(place, enter):
    client = enter(place.finance)
    other = PASS / "04_SE011_丽江式_元.xlsx"
    intake = hand_in(client, piece(other))
    batch = intake.batches.get()
    address = reverse("desk:import_file", args=[batch.pk])
    seen = seen_on(client, address)
    create = {
        "seen": seen,
        "unit-0": "create",
        "subject-0": "create",
        "round-0": "",
        "then": "import",
    }
    assert client.post(address, create).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert Review.objects.get().dossier.unit.name == "永德县明朗中学"
    assert client.post(reverse("desk:intake_again", args=[intake.pk])).status_code == 302


def test_hostile_words_stay_words(place, enter):
    client = enter(place.finance)
    place.unit.name = "<script>alert(1)</script>"
    place.unit.save()
    page = client.get(
        f"{reverse('desk:missing')}?year=2023&round={place.round.pk}&by=%3Cb%3E"
    ).content.decode()
    assert "<script>alert" not in page
    assert 'name="by" value=""' in page
    for bad in ("x", "0", "99999999999999999999"):
        assert (
            client.get(reverse("desk:missing"), {"round": bad, "year": "2023"}).status_code == 404
        )
    assert client.get(reverse("desk:imports"), {"at": "rubbish"}).status_code == 200
    posted = {"dossier": "9" * 30, "reason": "cancelled"}
    assert client.post(reverse("desk:excuse", args=[place.round.pk]), posted).status_code == 422
