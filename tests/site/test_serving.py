"""The parts of a running system live and die alone, end together when
asked, and say what became of them.
"""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wenxiao.site import serving
from wenxiao.site.database_state import Away, NotReady
from wenxiao.store import parts

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_port_in_use_is_named_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        assert f"端口 {port} 已被占用" in serving.refusal("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("203.0.113.1", 8000), ("127.0.0.1", 99999)])
def test_an_impossible_address_is_refused(host, port):
    assert "不能在" in serving.refusal(host, port)


def watched(supervisor, until):
    """Let the supervisor watch until the condition holds; its exit code."""
    tend = supervisor._tend

    def tended():
        tend()
        if until():
            signal.raise_signal(signal.SIGTERM)

    supervisor._tend = tended
    return supervisor.watch()


@pytest.fixture(autouse=True)
def _home(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(serving, "NOTED_EVERY", 0.0)


def test_a_part_that_ends_is_started_again_and_the_others_stay(capsys):
    with serving.Supervisor() as supervisor:
        supervisor.start(serving.WEB, SLEEP)
        supervisor.start("后台任务", [sys.executable, "-c", "raise SystemExit(3)"])
        web, worker = (supervisor.runs[name] for name in (serving.WEB, "后台任务"))
        first = web.process
        assert watched(supervisor, lambda: worker.restarts >= 2) == 0
        assert web.process is first
        told = {part.name: part for part in parts.read()}
    assert "后台任务意外结束（退出码 3），1 秒后自动重启" in capsys.readouterr().err
    assert (told["后台任务"].restarts, told["后台任务"].ended) == (2, "退出码 3")
    assert told[serving.WEB].restarts == 0
    assert worker.pause == 2.0, "each time the pause is twice as long"
    assert not any(run.running for run in supervisor.runs.values())


def test_a_part_that_is_killed_says_by_which_signal():
    run = serving._Run("后台任务", SLEEP)
    run.launch()
    run.process.kill()
    run.process.wait()
    run.note_end()
    assert run.ended == "被信号 SIGKILL 终止"


def test_the_pause_has_an_end_and_starts_anew_after_a_steady_life():
    run = serving._Run("后台任务", SLEEP, pause=40.0)
    run.launch()
    run.process.kill()
    run.process.wait()
    process = run.process
    run.note_end()
    assert run.pause == serving.LONGEST_PAUSE
    run.process, run.begun = process, time.monotonic() - serving.STEADY - 1
    run.note_end()
    assert run.pause == serving.FIRST_PAUSE


def test_a_website_that_never_answers_and_ends_each_time_is_given_up(capsys, monkeypatch):
    monkeypatch.setattr(serving, "LONGEST_PAUSE", 0.0)
    with serving.Supervisor("http://127.0.0.1:9") as supervisor:
        supervisor.start(serving.WEB, [sys.executable, "-c", "raise SystemExit(3)"])
        assert supervisor.watch() == 1
    said = capsys.readouterr().err
    assert said.count("网页意外结束（退出码 3）") == serving.HOPELESS
    assert f"连续 {serving.HOPELESS} 次没有启动起来" in said


def test_a_slow_start_is_waited_for_and_said_truly(capsys, monkeypatch):
    monkeypatch.setattr(serving, "SLOW", 0.0)
    answers = iter([False, False, True])
    monkeypatch.setattr(serving, "_answers", lambda _: next(answers))
    with serving.Supervisor("http://127.0.0.1:9") as supervisor:
        supervisor.start(serving.WEB, SLEEP)
        assert watched(supervisor, lambda: supervisor.answered) == 0
    said = capsys.readouterr().err
    assert said.index("继续等待") < said.index("问效已启动：http://127.0.0.1:9")
    assert "见上面的输出" not in said


@pytest.fixture
def _in_a_browsers_process(monkeypatch):
    """A browser test of the same process leaves its loop running; the
    supervisor itself has none.
    """
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.mark.usefixtures("_in_a_browsers_process")
def test_a_database_that_is_away_is_waited_for(capsys, monkeypatch):
    answers = iter([Away("数据库连不上：没有应答。"), Away("数据库连不上：没有应答。"), None])

    def ready():
        error = next(answers)
        if error:
            raise error

    monkeypatch.setattr(serving, "require_ready", ready)
    monkeypatch.setattr(serving, "LOOKED_EVERY", 0.0)
    monkeypatch.setattr(serving, "_answers", lambda _: True)
    assert serving._reached() is True
    with serving.Supervisor("http://127.0.0.1:9", away=True) as supervisor:
        supervisor.start(serving.WEB, SLEEP)
        assert watched(supervisor, lambda: not supervisor.away) == 0
    said = capsys.readouterr().err
    assert "网页先启动，数据库恢复后自己接上" in said
    assert "数据库已经连上" in said


@pytest.mark.usefixtures("_in_a_browsers_process")
def test_a_database_that_comes_back_empty_is_refused(monkeypatch):
    def ready():
        raise NotReady("数据库还是空的。")

    monkeypatch.setattr(serving, "require_ready", ready)
    monkeypatch.setattr(serving, "_answers", lambda _: True)
    with serving.Supervisor("http://127.0.0.1:9", away=True) as supervisor:
        supervisor.start(serving.WEB, SLEEP)
        assert supervisor.watch() == 2
    with pytest.raises(NotReady):
        serving._reached()


def test_a_stop_signal_ends_all_and_is_no_fault(capsys):
    with serving.Supervisor() as supervisor:
        supervisor.start(serving.WEB, SLEEP)
        signal.raise_signal(signal.SIGTERM)
        assert supervisor.watch() == 0
    assert not supervisor.runs[serving.WEB].running


def test_parts_end_when_the_supervisor_is_killed(tmp_path):
    noted = tmp_path / "pid"
    program = (
        "import sys, time; from pathlib import Path; from wenxiao.site.serving import _Run\n"
        f"run = _Run('x', {SLEEP!r}); run.launch()\n"
        f"Path({str(noted)!r}).write_text(str(run.process.pid)); time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    until = time.monotonic() + 20
    while not (noted.exists() and noted.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    supervisor.kill()
    supervisor.wait()
    state = Path(f"/proc/{noted.read_text()}/stat")
    while state.exists() and state.read_text().split()[2] != "Z" and time.monotonic() < until:
        time.sleep(0.05)
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_static_files_are_collected_once(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    assert serving.collect_static()
    assert not serving.collect_static()
