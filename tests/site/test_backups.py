"""A backup holds rows and files, knows when it was touched, and comes back
whole on either database.
"""

import json
import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.followup.models import WatchMark
from wenxiao.orgs.models import ApiToken, Division, Unit, User
from wenxiao.orgs.services import add_unit
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.apps import GUARDS
from wenxiao.records.chain import verify as verify_chain
from wenxiao.records.models import BackupRun, Entry, StoredFile
from wenxiao.records.selectors import export_entries, export_heads
from wenxiao.records.services import record
from wenxiao.records.storage import store_file
from wenxiao.site import backups
from wenxiao.site.backups.database import scratch_database
from wenxiao.site.database_state import NotReady, is_empty
from wenxiao.site.opening import begin
from wenxiao.store import guards, triggers

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kept(settings, tmp_path):
    """A division with a stored file, a session, a token and waiting marks,
    and the backup made of it.
    """
    settings.MEDIA_ROOT = tmp_path / "files"
    begin(code="360100", name="某某市\t“引号”\\", bureau="某某市财政局")
    division = Division.objects.get()
    store_file(division=division, by=None, name="表.xlsx", content=b"as received")
    make_token(user=User.objects.first(), name="推送", days=30, by=None)
    Session.objects.create(
        session_key="a" * 32, session_data="", expire_date=timezone.now() + timedelta(days=1)
    )
    unit = add_unit(
        division=division, code="1", name="示例局", kind=Unit.Kind.DEPARTMENT, by=None, why="测试"
    )
    subject = ensure_subject(
        division=division,
        unit=unit,
        code="X1",
        name="示例项目",
        kind="project",
        by=None,
        why="测试",
    )
    open_dossier(subject=subject, fiscal_year=2025, by=None, why="测试")
    backups.make(tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def elsewhere(built, blank):
    """A database of the same kind without rows, in use within the test that asks for it."""
    return blank


@pytest.fixture
def blank(tmp_path):
    """The same without tables."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    with scratch_database(folder):
        yield tmp_path / "put back"


def test_it_verifies_and_every_change_shows(kept):
    assert backups.verify(kept) == []
    stored = StoredFile.objects.get()
    (kept / "files" / stored.path).write_bytes(b"changed")
    (kept / "files" / "more").write_bytes(b"")
    assert sorted(fault.split()[0] for fault in backups.verify(kept)) == ["内容不符", "多出"]
    with pytest.raises(NotReady, match="备份不完整"):
        backups.restore(kept)


def test_no_backup_is_overwritten_and_no_rows_are(kept):
    with pytest.raises(NotReady, match="不是空目录"):
        backups.make(kept)
    with pytest.raises(NotReady, match="已有数据"):
        backups.restore(kept)


def test_a_lost_file_is_named_in_the_backup_and_by_the_restored(kept, built, tmp_path):
    (tmp_path / "files" / StoredFile.objects.get().path).unlink()
    assert backups.make(tmp_path / "second")["missing_files"] == ["表.xlsx"]
    (tmp_path / "scratch").mkdir()
    with scratch_database(tmp_path / "scratch"):
        assert backups.restore(tmp_path / "second", files=tmp_path / "out")["rows"] > 0


def test_a_backup_that_cannot_be_finished_leaves_nothing(kept, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wenxiao.site.backups.writing.write_manifest", full)
    with pytest.raises(NotReady, match="已写的部分已清除"):
        backups.make(tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_everything_comes_back_and_numbers_go_on(kept, built, tmp_path):
    trail = list(Entry.objects.order_by("pk").values())
    marks = sorted(WatchMark.objects.values_list("dossier", "round"))
    assert marks, "the dossier waits to be worked out"
    stored = StoredFile.objects.get()
    (tmp_path / "scratch").mkdir()
    with scratch_database(tmp_path / "scratch"):
        told = backups.restore(kept, files=tmp_path / "out")
        assert told["sessions_ended"] == told["tokens_revoked"] == 1
        now = list(Entry.objects.order_by("pk").values())
        assert now[:-1] == trail
        assert now[-1]["act"] == "从备份恢复"
        assert now[-1]["data"]["tokens_revoked"] == 1
        assert verify_chain(export_entries(), export_heads()) == []
        assert sorted(WatchMark.objects.values_list("dossier", "round")) == marks
        assert not Session.objects.exists()
        assert not ApiToken.objects.filter(revoked_at=None).exists()
        assert (tmp_path / "out" / stored.path).read_bytes() == b"as received"
        assert User.objects.count() == 3
        division = Division.objects.get()
        assert division.name == "某某市\t“引号”\\"
        Unit.objects.create(division=division, code="2", name="新单位")
        assert guards.missing(GUARDS) == []
        assert len(triggers.standing("watch_")) > 10
        WatchMark.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE budget_dossier SET fiscal_year = 2024")
        assert WatchMark.objects.count() == 1, "what changes from now on is marked again"


def test_a_demonstration_that_went_on_stands_at_its_day_again(kept, built, tmp_path, settings):
    settings.STORY_DAY_FILE = day = tmp_path / "story-day.txt"
    day.write_text("2023-01-20", encoding="utf-8")
    backups.make(tmp_path / "later")
    day.unlink()
    (tmp_path / "scratch").mkdir()
    with scratch_database(tmp_path / "scratch"):
        settings.MEDIA_ROOT = tmp_path / "out"
        backups.restore(tmp_path / "later")
        assert day.read_text(encoding="utf-8") == "2023-01-20"
    (tmp_path / "again").mkdir()
    with scratch_database(tmp_path / "again"):
        backups.restore(kept, files=tmp_path / "drill")  # a drill leaves what is in use alone
        assert day.exists()
    (tmp_path / "third").mkdir()
    with scratch_database(tmp_path / "third"):
        backups.restore(kept)  # another house's backup: that day was not its own
        assert not day.exists()


def test_a_backup_of_an_older_structure_is_brought_up_to_date(kept, blank, forge):
    forge.older(kept)
    assert backups.restore(kept, files=blank)["upgrade_applied"] == 1
    assert not TOTPDevice.objects.filter(last_used_at=None).exists(), "its columns are there"


ROWS_REFUSED = {"changed_file", "left_out_file", "damaged_rows", "changed_rows"}
"""Refused when tables are made and rows are in. That a server takes the tables back too, all in one
transaction, is tried once, with a changed trail: making them takes six seconds.
"""


@pytest.mark.usefixtures("_built")  # copied while the tests' database is empty, before `kept`
@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("half_written", "写到一半中断"),
        ("other_product", "不是问效的备份"),
        ("other_format", "备份格式是 9"),
        ("other_kind", "种类须相同"),
        ("newer", "结构比本程序新"),
        ("climbing", "位置越界"),
        ("link", "符号链接"),
        ("absent", "缺少 files/"),
        ("damaged_manifest", "不能读取"),
        ("changed_file", "与收到时的摘要不符"),
        ("left_out_file", "缺少原始文件《表.xlsx》"),
        ("damaged_rows", "没有恢复"),
        ("changed_rows", "内容与清单不符|放不进数据库"),
        ("changed_trail", "留痕对不上"),
        ("empty_folder", "里面是空的"),
    ],
)
def test_what_is_not_a_sound_backup_is_refused_and_nothing_is_left(
    kept, request, forge, how, sentence
):
    if how in ROWS_REFUSED:
        request.getfixturevalue("built")
    blank = request.getfixturevalue("blank")
    getattr(forge, how)(kept)
    with pytest.raises(NotReady, match=sentence):
        backups.restore(kept, files=blank)
    assert is_empty()
    assert not blank.exists()
    if connection.vendor == "sqlite" or how not in ROWS_REFUSED:
        assert connection.introspection.table_names() == []


def test_another_backup_than_the_one_noted_is_refused(kept, elsewhere):
    seal = backups.opened(kept).seal
    with pytest.raises(NotReady, match="与给出的"):
        backups.restore(kept, seal="0" * 64, files=elsewhere)
    assert backups.restore(kept, seal=seal.upper(), files=elsewhere)["rows"] > 0


def test_a_backup_made_while_others_write_is_one_moment(kept, built, tmp_path):
    """Each writer adds a unit and its entry in one transaction: no copy
    holds one without the other.
    """
    from django.db import transaction

    division = Division.objects.get()
    done, errors = threading.Event(), []

    def writer(own):
        number = 0
        try:
            while not done.is_set() and number < 400:
                number += 1
                with transaction.atomic():
                    unit = Unit.objects.create(
                        division=division, code=f"{own}-{number}", name=f"并发单位{own}-{number}"
                    )
                    record(division=division, by=None, act="并发新增", target=unit)
        except Exception as error:  # noqa: BLE001 - told to the test, which fails on it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=writer, args=(own,)) for own in range(3)]
    for thread in threads:
        thread.start()
    try:
        copies = [tmp_path / f"busy{number}" for number in range(2)]
        for copy in copies:
            backups.make(copy)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    counts = []
    for number, copy in enumerate(copies):
        folder = tmp_path / f"scratch{number}"
        folder.mkdir()
        with scratch_database(folder):
            backups.restore(copy, files=tmp_path / "out")
            units = Unit.objects.filter(name__startswith="并发").count()
            assert units == Entry.objects.filter(act="并发新增").count()
            counts.append(units)
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_what_a_server_brought_back_to_a_moment_needs(kept, tmp_path):
    (tmp_path / "files" / StoredFile.objects.get().path).unlink()
    told = backups.after_recovery()
    assert told == {"sessions_ended": 1, "tokens_revoked": 1, "missing_files": ["表.xlsx"]}
    assert Entry.objects.order_by("-pk").first().act == "数据库恢复到某一时刻"


def test_a_drill_restores_compares_and_notes_the_result(kept, built):
    told = backups.drill()
    assert told["faults"] == []
    assert told["rows"] > 0
    run = BackupRun.objects.get()
    assert (run.kind, run.faults) == ("drill", [])
    assert Entry.objects.order_by("-pk").first().act == "恢复演练"


def test_a_drill_over_a_damaged_backup_notes_what_is_wrong(kept, forge):
    forge.absent(kept)
    assert "缺少 files/" in backups.drill(kept)["faults"][0]
    assert "缺少 files/" in BackupRun.objects.get().faults[0]
    assert not is_empty()


def test_a_manifest_says_what_came_back(kept):
    head = json.loads((kept / "manifest.json").read_text())
    assert head["product"] == "wenxiao"
    assert head["facts"]["rows"]["records_storedfile"] == 1
    assert head["facts"]["heads"] == export_heads()
    assert "budget_appropriation.opening" in head["facts"]["sums"]
