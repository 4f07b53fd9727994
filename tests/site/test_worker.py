"""A task is taken up, marked or tried again; none stays RUNNING under a worker that is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult

from wenxiao.followup.tasks import keep
from wenxiao.site import worker

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME = tmp_path


def running(*workers):
    """A task under way with the last of these workers."""
    row = DBTaskResult.objects.get(pk=keep.enqueue().id)
    for name in workers:
        row.claim(name)
    return row


def test_a_dead_workers_task_is_taken_up():
    row = running("gone")
    assert worker.take_up() == 1
    row.refresh_from_db()
    assert (row.status, row.started_at) == ("READY", None)


def test_a_task_is_left_to_a_worker_that_lives():
    with worker.present() as name:
        row = running(name)
        assert worker.take_up() == 0
        assert worker.take_up(dead={name}) == 1
    row.refresh_from_db()
    assert row.status == "READY"


def test_a_task_that_took_three_workers_down_is_marked():
    row = running("first", "second", "third")
    assert worker.take_up() == 1
    row.refresh_from_db()
    assert (row.status, row.exception_class_path) == ("FAILED", worker.KILLED)
    assert row.finished_at is not None
    assert "3 次" in row.traceback


def test_a_worker_killed_outright_lives_no_more(settings):
    program = (
        "from wenxiao.site.database_state import start_django; start_django()\n"
        "import time; from wenxiao.site import worker\n"
        "with worker.present() as name: print(name, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "WENXIAO_HOME": str(settings.HOME),
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    name = child.stdout.readline().strip()
    assert worker.lives(name)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not worker.lives(name)
    assert not worker.lives("never heard of")


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("django.db.utils.OperationalError", True),
        ("django.db.utils.InterfaceError", True),
        ("builtins.OSError", True),
        ("builtins.ValueError", False),
    ],
)
def test_what_an_outage_broke_is_tried_again(path, again):
    row = running("one")
    row.status, row.exception_class_path = "FAILED", path
    row.save()
    worker.try_again(row)
    row.refresh_from_db()
    assert (row.status == "READY") is again


def test_what_fails_three_times_stays_failed():
    row = running("one", "two", "three")
    row.status, row.exception_class_path = "FAILED", "django.db.utils.OperationalError"
    row.save()
    worker.try_again(row)
    row.refresh_from_db()
    assert row.status == "FAILED"


def test_a_worker_waits_for_a_database_that_is_away(monkeypatch, capsys):
    """Away, then not yet made up to date, then there: it starts to work
    without being started again.
    """
    answers = iter([worker.NotReady("数据库连不上"), worker.NotReady("有 1 项结构更新未执行")])
    pauses, worked = [], []

    def ready():
        error = next(answers, None)
        if error:
            raise error

    class Once:
        def run(self):
            worked.append(True)

    monkeypatch.setattr(worker, "require_ready", ready)
    monkeypatch.setattr(worker, "_steady", lambda *_: Once())
    monkeypatch.setattr(worker, "_close", lambda: None)
    monkeypatch.setattr(time, "sleep", pauses.append)
    assert worker.run("default") == 0
    assert pauses == [1.0, 2.0]
    assert worked == [True]
    assert "结构更新未执行" in capsys.readouterr().err
    assert DBTaskResult.objects.ready().filter(task_path=keep.module_path).count() == 1


def test_a_worker_that_begins_sweeps_what_a_killed_one_left_of_a_ledger(settings):
    program = (
        "from wenxiao.site.database_state import start_django; start_django()\n"
        "import os, signal; from wenxiao.store.scratch import Scratch\n"
        "folder = Scratch('rows'); print(folder.name, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ
        | {"WENXIAO_HOME": str(settings.HOME), "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    left = Path(told.stdout.strip())
    assert left.parent == settings.HOME / "scratch"
    assert left.is_dir()
    worker._bring_up_to_date()
    assert not left.exists()
