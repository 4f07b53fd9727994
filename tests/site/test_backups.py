"""A backup holds rows and files, knows when it was touched, and comes back whole."""

import json

import pytest
from django.db import connection

from wenxiao.orgs.models import Division, Unit, User
from wenxiao.records.models import Entry, StoredFile
from wenxiao.records.storage import read_file, store_file
from wenxiao.site import backups
from wenxiao.site.database_state import NotReady
from wenxiao.site.opening import begin

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kept(settings, tmp_path):
    """A division with one stored file, and the backup made of it."""
    settings.MEDIA_ROOT = tmp_path / "files"
    begin(code="360100", name="某某市\t“引号”\\", bureau="某某市财政局")
    store_file(division=Division.objects.get(), by=None, name="表.xlsx", content=b"as received")
    backups.make(tmp_path / "copy")
    return tmp_path / "copy"


def empty_the_tables():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"TRUNCATE {', '.join(map(connection.ops.quote_name, backups._tables()))}"
            )


def test_it_verifies_and_every_change_shows(kept):
    assert backups.verify(kept) == []
    stored = StoredFile.objects.get()
    (kept / "files" / stored.path).write_bytes(b"changed")
    (kept / "files" / "more").write_bytes(b"")
    assert [fault.split()[0] for fault in backups.verify(kept)] == ["多出", "内容不符"]
    with pytest.raises(NotReady, match="备份不完整"):
        backups.restore(kept)


def test_no_backup_is_overwritten_and_no_rows_are(kept):
    with pytest.raises(NotReady, match="不是空目录"):
        backups.make(kept)
    with pytest.raises(NotReady, match="已有数据"):
        backups.restore(kept)


def test_what_is_no_backup_says_so(tmp_path):
    assert "不是完整的备份" in backups.verify(tmp_path)[0]


def test_a_lost_file_is_named_in_the_backup(kept, settings, tmp_path):
    (tmp_path / "files" / StoredFile.objects.get().path).unlink()
    assert backups.make(tmp_path / "second")["missing_files"] == ["表.xlsx"]


def test_on_a_server_everything_comes_back_and_numbers_go_on(kept, settings, tmp_path):
    before = list(Entry.objects.order_by("pk").values())
    if connection.vendor != "postgresql":
        assert json.loads((kept / "manifest.json").read_text())["database"] == "sqlite"
        return
    empty_the_tables()
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    backups.restore(kept)
    assert list(Entry.objects.order_by("pk").values()) == before
    assert read_file(StoredFile.objects.get()) == b"as received"
    assert User.objects.count() == 3
    division = Division.objects.get()
    assert division.name == "某某市\t“引号”\\"
    Unit.objects.create(division=division, code="1", name="新单位")
