"""Whatever is handed over, the answer is a sentence and nothing is half kept."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.desk.imports.steps import SELFEVAL, hand_in, standings

from wenxiao.records.models import StoredFile

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_an_empty_upload_says_what_to_choose(place, enter):
    response = enter(place.finance).post(reverse("desk:imports"), {"note": "十一月"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "还没有选择文件" in page
    assert "十一月" in page


def test_too_many_files_are_refused_with_the_limit(place, enter):
    many = [SimpleUploadedFile(f"{n}.xlsx", b"x") for n in range(601)]
    response = enter(place.finance).post(reverse("desk:imports"), {"files": many})
    assert response.status_code == 422
    assert "最多 600 份" in response.content.decode()
    assert not StoredFile.objects.exists()


def test_wrong_and_large_files_are_named_and_not_kept(place, enter):
    large = SimpleUploadedFile("大.xlsx", b"PK\x03\x04" + b"0" * (31 << 20))
    pdf = SimpleUploadedFile("扫描.pdf", b"%PDF-1.4")
    empty = SimpleUploadedFile("空.xlsx", b" ")
    intake = hand_in(enter(place.finance), large, pdf, empty)
    said = [one["problem"]["code"] for one in intake.files if one["problem"]]
    assert said == ["DR-03", "DR-40"]
    assert standings(intake) == ["blocked"]
    page = enter(place.finance).get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert "没有收下 2 份" in page


def test_a_marked_file_is_refused_and_not_kept(place, enter):
    book = openpyxl.load_workbook(SELFEVAL)
    book.active["A1"] = "机密★5年"
    out = io.BytesIO()
    book.save(out)
    intake = hand_in(enter(place.finance), SimpleUploadedFile("表.xlsx", out.getvalue()))
    assert standings(intake) == ["refused"]
    assert not StoredFile.objects.exists()
    assert intake.batches.get().reading["forms"] == []


def test_marked_files_are_told_apart_by_their_place_and_the_reason(place, enter):
    """Which of many files it was: the number in the order handed over, and
    where the marking stands; never the name.
    """
    book = openpyxl.load_workbook(SELFEVAL)
    book.active["A1"] = "机密★5年"
    out = io.BytesIO()
    book.save(out)
    good = SimpleUploadedFile("自评.xlsx", SELFEVAL.read_bytes())
    marked = SimpleUploadedFile("某某工程.xlsx", out.getvalue())
    named = SimpleUploadedFile("绝密项目.xlsx", SELFEVAL.read_bytes())
    client = enter(place.finance)
    intake = hand_in(client, good, marked, named)
    page = client.get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert "第 2 份（未留存）" in page
    assert "机密" in page.partition("第 2 份（未留存）")[2][:1500]
    assert "第 3 份：文件名带有“绝密”字样" in page
    assert "某某工程" not in page
    assert "绝密项目" not in page
    batch = intake.batches.get(file=None)
    alone = client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()
    assert "<h1>第 2 份（未留存）</h1>" in alone


def test_a_zip_lands_file_by_file_with_its_own_names(place, enter):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("水利局/自评.xlsx", SELFEVAL.read_bytes())
        package.writestr("__MACOSX/._自评.xlsx", b"junk")
        package.writestr("里面.zip", b"PK\x03\x04")
    intake = hand_in(enter(place.finance), SimpleUploadedFile("报送.zip", out.getvalue()))
    assert [one["name"] for one in intake.files] == ["自评.xlsx", "里面.zip"]
    assert intake.files[0]["folder"] == "水利局"
    assert standings(intake) == ["ready"]
