"""A bureau collects workbooks: received at once, handed in for the unit where nothing blocks, the
rest named to be mended.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.desk.imports.steps import SELFEVAL, hand_in, piece

from wenxiao.intake.tasks import apply
from wenxiao.records.models import Entry
from wenxiao.reviews import services
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.journey]


def imported(client, place, **more):
    intake = hand_in(client, piece(SELFEVAL))
    client.post(reverse("desk:intake_import", args=[intake.pk]), more)
    apply.func(intake.pk, place.finance.pk)
    return intake, Review.objects.get()


def fill_up(review, clerk):
    for mark in review.marks.filter(status="not_reported"):
        services.record_actual(
            review=review, indicator=mark.indicator, by=clerk, value="按计划完成"
        )
        mark.refresh_from_db()
        if mark.status != "not_reported":
            services.record_mark(
                review=review,
                row=mark.indicator,
                by=clerk,
                points=mark.indicator.weight,
                version=mark.version,
            )
    review.refresh_from_db()


def test_a_collected_workbook_is_received_mended_and_handed_in_with_its_scan(place, enter):
    client = enter(place.finance)
    intake, review = imported(client, place, for_units="1")
    page = client.get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert "已收到 1 份，其中 0 份已报送" in page
    missing = f"{reverse('desk:missing')}?year=2023&round={place.round.pk}"
    page = client.get(missing).content.decode()
    assert "应报的 1 项都已收到" in page
    assert "1 项待更正或待报送" in page
    received = reverse("desk:received", args=[place.round.pk])
    page = client.get(received).content.decode()
    assert "已收到·待更正" in page
    assert f'value="{review.pk}:' not in page
    fill_up(review, place.clerk)
    page = client.get(received).content.decode()
    assert f'value="{review.pk}:{review.version}"' in page
    client.post(
        reverse("desk:submit_for", args=[place.round.pk]),
        {
            "tick": f"{review.pk}:{review.version}",
            "scan": SimpleUploadedFile("签章.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"),
        },
    )
    review.refresh_from_db()
    assert review.state == "submitted"
    assert review.hand == place.finance
    assert review.signed.name == "签章.pdf"
    settle = client.get(reverse("desk:settle", args=[place.round.pk]) + "?step=ahead")
    assert "天长市水利局（finance代报）" in settle.content.decode()
    assert "由 finance 代单位报送，附单位签章件" in " ".join(
        client.get(reverse("desk:filling", args=[review.pk])).content.decode().split()
    )


def test_bulk_hand_in_tells_each_by_name(place, enter):
    client = enter(place.finance)
    _, review = imported(client, place)
    address = reverse("desk:submit_for", args=[place.round.pk])
    page = client.post(
        address, {"tick": f"{review.pk}:{review.version}"}, follow=True
    ).content.decode()
    assert "已代单位报送 0 份，1 份没有报" in page
    assert "要改好才能报送" in page
    assert client.post(address, {}).status_code == 409


def test_paper_that_came_first_is_registered_on_the_page(place, enter):
    client = enter(place.finance)
    page = client.get(reverse("desk:received", args=[place.round.pk])).content.decode()
    assert "登记收到" in page
    values = {"dossier": place.dossier.pk, "on": "2023-03-01", "road": "paper", "sender": "李某"}
    page = client.post(
        reverse("desk:register_received", args=[place.round.pk]), values, follow=True
    ).content.decode()
    assert "已登记收到 1 份" in page
    review = Review.objects.get()
    assert (str(review.received_on), review.received_from) == ("2023-03-01", "李某")
    assert "李某交" in client.get(reverse("desk:filling", args=[review.pk])).content.decode()


def test_lateness_goes_by_the_day_on_the_paper_also_when_the_sheet_is_imported_later(place, enter):
    client = enter(place.finance)
    place.round.deadline = date(2023, 3, 10)
    place.round.save()
    address = reverse("desk:register_received", args=[place.round.pk])
    client.post(address, {"dossier": place.dossier.pk, "on": "2023-03-01", "road": "paper"})
    imported(client, place)  # months later: the day that was registered stays
    assert str(Review.objects.get().received_on) == "2023-03-01"
    round_page = reverse("desk:round", args=[place.round.pk])
    assert "晚于期限" not in client.get(round_page).content.decode()


def test_the_day_of_an_imported_sheet_is_corrected_with_a_reason(place, enter):
    client = enter(place.finance)
    place.round.deadline = date(2023, 3, 10)
    place.round.save()
    imported(client, place)
    round_page = reverse("desk:round", args=[place.round.pk])
    assert "收到的表里有 1 项晚于期限" in client.get(round_page).content.decode()
    page = reverse("desk:received", args=[place.round.pk])
    assert "更正收到日期" in client.get(page).content.decode()
    address = reverse("desk:register_received", args=[place.round.pk])
    values = {"again": "1", "dossier": place.dossier.pk, "on": "2023-03-09"}
    refused = client.post(address, values)
    assert refused.status_code == 409
    assert "写明理由" in refused.content.decode()
    told = client.post(address, {**values, "why": "补录"}, follow=True).content.decode()
    assert "已更正 1 份的收到日期" in told
    review = Review.objects.get()
    assert (str(review.received_on), review.received_road) == ("2023-03-09", "file")
    assert "晚于期限" not in client.get(round_page).content.decode()
    assert Entry.objects.get(act="更正收到日期").why == "补录"
    client.post(address, {**values, "on": "2023-03-12", "why": "补录"})
    assert "晚 2 天" in client.get(page).content.decode()


def test_nobody_from_outside_collects_forms(place, enter):
    for user in (place.judge, place.stranger, place.leader):
        client = enter(user)
        assert client.get(reverse("desk:received", args=[place.round.pk])).status_code in {403, 404}
        address = reverse("desk:submit_for", args=[place.round.pk])
        assert client.post(address, {"tick": "1:1"}).status_code in {403, 404}
    assert not Entry.objects.filter(act="代单位报送").exists()
