"""With the disk full or the home read-only people go on reading, nothing is
written half, and it comes back by itself.
"""

import errno

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Grant, Role, Unit, User
from wenxiao.records import chain, selectors, storage
from wenxiao.records.models import Document, Entry, StoredFile, Upload

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def place(settings, tmp_path):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    division = orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)
    division.account_policy = {"second_factor": []}
    division.save()
    for name, role in (("system", Role.SYSTEM), ("officer", Role.PERFORMANCE)):
        user = User.objects.create(division=division, username=name, name=name)
        Grant.objects.create(user=user, role=role, division=division)
        setattr(division, name, user)
    return division


@pytest.fixture
def browser(client):
    client.raise_request_exception = False
    return client


def save(client, code):
    form = {"code": code, "name": f"单位{code}", "kind": "unit", "why": "试验" * 150}
    return client.post("/people/units/add", form)


def whole(saved):
    """Exactly the acknowledged units are there, each with its entry, the chain unbroken."""
    assert sorted(Unit.objects.values_list("code", flat=True)) == sorted(saved)
    noted = [
        one["code"] for one in Entry.objects.filter(act="新增单位").values_list("data", flat=True)
    ]
    assert sorted(noted) == sorted(saved)
    assert chain.verify(selectors.export_entries(), selectors.export_heads()) == []


def say(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgresql": (
        "SET default_transaction_read_only = on",
        "SET default_transaction_read_only = off",
    ),
}


def test_while_the_database_is_read_only_pages_are_read_and_nothing_is_written(place, browser):
    browser.force_login(place.system)
    assert save(browser, "1").status_code == 302
    closed, opened = READ_ONLY[connection.vendor]
    say(closed)
    try:
        refused = save(browser, "2")
        assert refused.status_code == 503
        assert "现在只能查看" in refused.content.decode()
        assert browser.get("/people").status_code == 200
    finally:
        say(opened)
    assert save(browser, "2").status_code == 302
    whole(["1", "2"])


def test_a_full_disk_for_files_leaves_no_row_and_no_upload(place, browser, settings, monkeypatch):
    browser.force_login(place.officer)

    def post():
        file = SimpleUploadedFile("办法.pdf", PDF)
        return browser.post(
            "/documents/add", {"kind": "measures", "title": "办法", "number": "1号", "file": file}
        )

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_place", full)
        refused = post()
    assert refused.status_code == 503
    assert "磁盘已满" in refused.content.decode()
    assert not StoredFile.objects.exists()
    assert not Document.objects.exists()
    assert not Upload.objects.filter(state__in=("waiting", "reading")).exists()
    assert not list((settings.HOME / "uploads").iterdir())
    assert browser.get("/documents").status_code == 200
    assert post().status_code == 302
    assert Document.objects.get().file.name == "办法.pdf"
