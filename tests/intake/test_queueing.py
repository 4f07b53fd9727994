"""Small work passes large work, people take turns with large work, batches
give way; a page says how many come before.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult
from tests.task_queue import work_off

from wenxiao.intake import queueing, receive
from wenxiao.intake.decide import stop_reading
from wenxiao.intake.receive import HandedFile
from wenxiao.intake.tasks import read
from wenxiao.orgs.permissions import Refused
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]
CSV = "姓名,金额\n甲,1\n".encode()


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


def parcel(bureau, by, count):
    files = [HandedFile(SimpleUploadedFile(f"{n}.csv", CSV + b"%d" % n)) for n in range(count)]
    intake, _ = receive.receive(division=bureau.division, by=by, uploads=files)
    return intake


def begun(bureau, by, count):
    intake = parcel(bureau, by, count)
    queueing.begin_reading(intake, read)
    return intake


def order(queue):
    return [
        row.args_kwargs["args"][0] for row in DBTaskResult.objects.ready().filter(queue_name=queue)
    ]


def test_small_and_large_work_wait_in_queues_of_their_own(bureau):
    large, small = begun(bureau, bureau.finance, 6), begun(bureau, bureau.finance, 2)
    assert order("heavy") == [large.pk]
    assert order("default") == [small.pk]


def test_bytes_make_work_large_too(bureau, monkeypatch):
    monkeypatch.setattr(queueing, "HEAVY_BYTES", 10)
    intake = begun(bureau, bureau.finance, 1)
    assert order("heavy") == [intake.pk]


def test_ones_second_large_job_stands_behind_everybodys_first(bureau, django_user_model):
    from wenxiao.orgs.models import Grant, Role

    other = django_user_model.objects.create_user("other", division=bureau.division, name="乙")
    Grant.objects.create(user=other, role=Role.PERFORMANCE, division=bureau.division)
    mine = [begun(bureau, bureau.finance, 6) for _ in range(3)]
    theirs = begun(bureau, other, 6)
    assert order("heavy") == [mine[0].pk, theirs.pk, mine[1].pk, mine[2].pk]
    assert queueing.ahead(read, theirs.pk) == 1
    assert queueing.ahead(read, mine[2].pk) == 3


def test_a_batch_gives_way_and_goes_on_where_it_stopped(bureau, monkeypatch):
    """With somebody waiting, each turn reads one part; in the end every file is read once."""
    monkeypatch.setattr(queueing, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(receive, "AT_ONCE", 2)
    first, second = begun(bureau, bureau.finance, 6), begun(bureau, bureau.finance, 6)
    turns, read_intake = [], receive.read_intake

    def noted(intake, *given):
        turns.append(intake.pk)
        return read_intake(intake, *given)

    monkeypatch.setattr("wenxiao.intake.tasks.read_intake", noted)
    work_off()
    assert turns[:2] == [first.pk, second.pk], "the second began before the first was through"
    assert turns.count(first.pk) > 1
    for intake in (first, second):
        intake.refresh_from_db()
        assert (intake.state, intake.batches.count()) == ("ready", 6)


def test_alone_a_batch_reads_to_its_end(bureau, monkeypatch):
    monkeypatch.setattr(queueing, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(receive, "AT_ONCE", 2)
    intake = begun(bureau, bureau.finance, 6)
    work_off()
    assert DBTaskResult.objects.count() == 1
    assert intake.batches.count() == 6
    assert queueing.ahead(read, intake.pk) is None


def test_reading_can_be_stopped_and_says_what_was_not_read(bureau):
    intake = begun(bureau, bureau.finance, 3)
    with pytest.raises(Refused):
        stop_reading(intake=intake, by=bureau.clerk)
    assert stop_reading(intake=intake, by=bureau.finance) == 3
    with pytest.raises(NotAllowed):
        stop_reading(intake=intake, by=bureau.finance)
    work_off()
    intake.refresh_from_db()
    assert (intake.state, intake.batches.count()) == ("ready", 0)
    assert {one["problem"]["code"] for one in intake.files} == {"DR-91"}
