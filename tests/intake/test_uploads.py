"""An upload is looked at without a lock and settled once, whatever happens
to the worker meanwhile.
"""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from wenxiao.files.pool import Pool, read_in_child
from wenxiao.intake import uploads
from wenxiao.intake.upload_acts import ACTS, Done
from wenxiao.orgs.models import LoginTry
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import StoredFile, Upload
from wenxiao.records.services import store_file
from wenxiao.store.locks import SlowUnderLockError
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.engine]
CSV = "姓名,金额\n甲,1\n".encode()


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def acted(monkeypatch):
    """The files an act was done with; the act writes nothing itself."""
    done = []

    def act(values, arrived, by):
        done.append(([one.file.name for one in arrived], by.username))
        return Done("已办。")

    monkeypatch.setitem(ACTS, "material", act)
    return done


def hand_over(bureau, *files, **more):
    return uploads.set_aside(
        division=bureau.division,
        by=bureau.finance,
        act="material",
        values={},
        uploads=files or (SimpleUploadedFile("表.csv", CSV),),
        back="/x",
        **more,
    )


@pytest.mark.django_db
def test_an_upload_is_read_then_done_once(bureau, acted, settings):
    upload = hand_over(bureau)
    assert uploads.needs_reading(upload)
    assert uploads.settle(upload.pk).state == "done"
    assert uploads.settle(upload.pk) is None
    assert acted == [(["表.csv"], bureau.finance.username)]
    assert StoredFile.objects.get().name == "表.csv"
    assert not list((settings.HOME / "uploads").iterdir())


@pytest.mark.django_db
@pytest.mark.parametrize("error", [NotAllowed("不行。"), Refused("不行。")])
def test_a_refusal_leaves_nothing_but_its_reason(bureau, acted, monkeypatch, error, settings):
    def refuse(*_):
        raise error

    monkeypatch.setitem(ACTS, "material", refuse)
    row = uploads.settle(hand_over(bureau).pk)
    assert (row.state, row.text) == ("refused", "不行。")
    assert not StoredFile.objects.exists()
    assert not list((settings.HOME / "uploads").iterdir())


@pytest.mark.django_db
def test_a_fault_of_the_program_is_told_and_raised(bureau, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setitem(ACTS, "material", fail)
    upload = hand_over(bureau)
    with pytest.raises(ZeroDivisionError):
        uploads.settle(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.text) == ("refused", uploads.FAULT)


@pytest.mark.django_db
def test_what_an_outage_breaks_waits_for_the_next_try(bureau, monkeypatch, acted):
    upload = hand_over(bureau)

    def away(*_):
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as outage:
        outage.setitem(ACTS, "material", away)
        with pytest.raises(OperationalError):
            uploads.settle(upload.pk)
    assert uploads.settle(upload.pk).state == "done"
    assert len(acted) == 1


@pytest.mark.django_db
def test_files_that_are_gone_are_said_to_be(bureau, acted):
    upload = hand_over(bureau)
    uploads.drop(upload)
    row = uploads.settle(upload.pk)
    assert (row.state, row.text, acted) == ("refused", uploads.GONE, [])


@pytest.mark.django_db
def test_a_cancel_between_two_files_stops_the_reading(bureau, acted, monkeypatch):
    upload = hand_over(bureau, *(SimpleUploadedFile(f"{n}.csv", CSV) for n in range(3)))
    look_at, looked = uploads.look_at, []

    def look(path, name, **more):
        looked.append(name)
        if len(looked) == 2:
            uploads.cancel(upload=upload, by=bureau.finance)
        return look_at(path, name, **more)

    monkeypatch.setattr(uploads, "look_at", look)
    assert uploads.settle(upload.pk).state == "cancelled"
    assert (len(looked), acted) == (2, [])


@pytest.mark.django_db
def test_only_the_person_takes_it_back_and_only_in_time(bureau, acted):
    upload = hand_over(bureau)
    with pytest.raises(NotAllowed, match="只有本人"):
        uploads.cancel(upload=upload, by=bureau.clerk)
    uploads.settle(upload.pk)
    with pytest.raises(NotAllowed, match="已经读完"):
        uploads.cancel(upload=upload, by=bureau.finance)


@pytest.mark.django_db
def test_a_name_or_size_that_is_none_is_refused_at_once(bureau):
    wrong = [SimpleUploadedFile("机密文件.pdf", b"x"), SimpleUploadedFile("好.pdf", b"x")]
    with pytest.raises(NotAllowed, match="一份都没有收下：《机密文件"):
        hand_over(bureau, *wrong)
    assert not Upload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_file_is_read_inside_a_transaction(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    with transaction.atomic(), pytest.raises(SlowUnderLockError):
        read_in_child(path, "book")
    with Pool(1) as pool, transaction.atomic(), pytest.raises(SlowUnderLockError):
        list(pool.map([path]))
    assert read_in_child(path, "texts")["container"] == "csv"


@pytest.mark.django_db(transaction=True)
def test_others_save_while_a_file_is_read(bureau, acted, monkeypatch):
    """A second person writes on a connection of their own during every
    reading: none waits for it.
    """
    upload, saved = hand_over(bureau), []
    look_at = uploads.look_at

    def save():
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA busy_timeout=0")
        LoginTry.objects.create(door="address", key="other", last_at=timezone.now())
        saved.append(True)
        connection.close()

    def look(*given, **more):
        other = threading.Thread(target=save)
        other.start()
        other.join(30)
        return look_at(*given, **more)

    monkeypatch.setattr(uploads, "look_at", look)
    assert uploads.settle(upload.pk).state == "done"
    assert saved == [True]


@pytest.mark.django_db(transaction=True)
def test_bytes_are_on_disk_before_the_act_begins(bureau, monkeypatch):
    """A large file is copied and flushed outside the transaction that only writes its row."""
    held, place_file = [], uploads.place_file

    def place(content):
        held.append(connection.in_atomic_block)
        return place_file(content)

    monkeypatch.setattr(uploads, "place_file", place)
    monkeypatch.setattr(
        "wenxiao.records.storage._place", lambda *_: held.append(connection.in_atomic_block)
    )
    monkeypatch.setitem(ACTS, "material", lambda *_: Done("已办。"))
    assert uploads.settle(hand_over(bureau).pk).state == "done"
    assert held == [False, False]


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once_however_they_come(bureau):
    from wenxiao.records.services import place_file

    first = store_file(division=bureau.division, by=None, name="a", content=b"x")
    again = store_file(division=bureau.division, by=None, name="a", content=place_file(b"x"))
    assert first == again


class Breaks:
    """An upload that a full disk stops halfway."""

    name, size = "表.csv", 8

    def chunks(self):
        yield b"half"
        raise OSError(28, "No space left on device")


@pytest.mark.django_db
def test_what_could_not_be_received_whole_leaves_nothing(bureau, settings):
    with pytest.raises(OSError, match="No space left"):
        hand_over(bureau, Breaks())
    assert not Upload.objects.exists()
    assert not list((settings.HOME / "uploads").iterdir())


@pytest.mark.django_db
def test_an_upload_that_cannot_be_queued_is_not_there(bureau, settings):
    def queue(_):
        raise OperationalError("gone")

    with pytest.raises(OperationalError):
        hand_over(bureau, queue=queue)
    assert not Upload.objects.exists()
    assert not list((settings.HOME / "uploads").iterdir())


@pytest.mark.django_db
def test_strays_of_a_killed_web_process_are_swept(bureau, settings):
    import os

    upload = hand_over(bureau)
    stray = settings.HOME / "uploads" / "arriving-x"
    stray.mkdir()
    (stray / "0.csv").write_bytes(b"half")
    assert uploads.sweep() == 0, "it may still be arriving"
    for folder in (settings.HOME / "uploads").iterdir():
        os.utime(folder, (0, 0))
    assert uploads.sweep() == 1
    assert [one.name for one in (settings.HOME / "uploads").iterdir()] == [str(upload.pk)]
