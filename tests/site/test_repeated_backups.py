"""One store, many copies: only what changed is written, every copy comes
back, a run broken off harms none before it.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from wenxiao.orgs.models import Division, Unit
from wenxiao.records.models import BackupRun
from wenxiao.records.storage import store_file
from wenxiao.site import backups
from wenxiao.site.backups.archive import block_path, copies_of
from wenxiao.site.backups.database import scratch_database
from wenxiao.site.backups.repeating import _alone
from wenxiao.site.command import main
from wenxiao.site.database_state import NotReady
from wenxiao.site.opening import begin

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
LARGE = bytes(range(256)) * 12_000


@pytest.fixture
def store(settings, built, tmp_path):
    """A division with a file of three megabytes, and a store with one copy."""
    settings.MEDIA_ROOT = tmp_path / "files"
    begin(code="360100", name="某某市", bureau="某某市财政局")
    store_file(division=Division.objects.get(), by=None, name="大.xlsx", content=LARGE)
    backups.repeat(tmp_path / "store")
    return tmp_path / "store"


def restored(place, tmp_path, name):
    folder = tmp_path / f"scratch {name}"
    folder.mkdir()
    with scratch_database(folder):
        backups.restore(place, files=tmp_path / name)
        return Unit.objects.count()


def test_only_what_changed_is_written_and_each_copy_comes_back(store, tmp_path):
    again = backups.repeat(store)
    assert again["new_bytes"] < len(LARGE)
    assert backups.verify(store) == []
    Unit.objects.create(division=Division.objects.get(), code="9", name="新单位")
    last = backups.repeat(store)
    assert last["missing_files"] == []
    first = copies_of(store)[0]
    assert restored(store, tmp_path, "last") == Unit.objects.count()
    assert restored(first, tmp_path, "first") == Unit.objects.count() - 1
    placed = [p for p in (tmp_path / "first").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in placed] == [LARGE]


def test_a_run_broken_off_leaves_the_copies_before_it(store, monkeypatch):
    before = copies_of(store)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wenxiao.site.backups.repeating.write_manifest", full)
    with pytest.raises(NotReady, match="之前的各份不受影响"):
        backups.repeat(store)
    assert copies_of(store) == before
    assert backups.verify(store) == []


def test_two_runs_at_once_do_not_mix(store):
    with _alone(store), pytest.raises(NotReady, match="正有另一次备份"):
        backups.repeat(store)


def test_another_folder_is_not_taken_for_a_store(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("a")
    with pytest.raises(NotReady, match="不是连续备份的目录"):
        backups.repeat(tmp_path / "letters")


def test_a_lost_or_changed_block_shows(store):
    head = json.loads(copies_of(store)[-1].read_text())
    name = next(name for name in head["parts"] if name.startswith("files/"))
    block = block_path(store, head["parts"][name][0])
    block.write_bytes(b"x" * block.stat().st_size)
    assert backups.verify(store) == [f"内容不符 {name}"]
    block.unlink()
    assert backups.verify(store) == [f"缺少 {name}"]
    assert backups.repeat(store)["new_bytes"] > 0
    assert backups.verify(store) == [], "the next run writes a lost block anew"


def test_old_copies_go_and_so_do_the_blocks_only_they_had(store):
    def aged(days, hour):
        at = (datetime.now(UTC) - timedelta(days=days)).replace(hour=hour)
        return store / "copies" / f"{at:%Y%m%dT%H%M%S.%fZ}.json"

    first = copies_of(store)[0]
    lonely = block_path(store, "ab" * 32)
    lonely.parent.mkdir(exist_ok=True)
    lonely.write_bytes(b"nobody's")
    for path in (aged(40, 1), aged(5, 1), aged(5, 9), aged(6, 3)):
        path.write_bytes(first.read_bytes())
    kept = {aged(5, 9).name[:11], aged(6, 3).name[:11]}
    assert backups.repeat(store, keep_days=30)["copies_removed"] == 2
    old = [c.name[:11] for c in copies_of(store)[:2]]
    assert set(old) == kept
    assert len(copies_of(store)) == 4
    assert not lonely.exists()
    assert backups.verify(store) == []


def test_the_command_says_how_it_went_and_notes_one_run_for_a_store(store, capsys):
    assert main(["backup", str(store), "--repeat"]) == 0
    assert json.loads(capsys.readouterr().out)["new_bytes"] >= 0
    assert main(["backup", str(store), "--repeat"]) == 0
    assert [(run.kind, run.faults) for run in BackupRun.objects.all()] == [("repeated", [])]
    assert main(["backup", str(store), "--verify"]) == 0
    assert main(["backup", str(store), "--repeat", "--keep", "0"]) == 2
    assert main(["drill", str(store)]) == 0
    assert main(["restore"]) == 2
    assert main(["restore", "--after-recovery"]) == 0
