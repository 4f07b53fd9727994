"""The parts of a running system end together, and an address that is taken is said to be."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wenxiao.site import serving

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


def test_when_one_part_ends_the_others_end_too(capsys):
    with serving._Group() as group:
        group.start("网页", SLEEP)
        group.start("后台任务", [sys.executable, "-c", "raise SystemExit(3)"])
        assert group.watch() == 1
    assert "后台任务意外结束（退出码 3）" in capsys.readouterr().err
    assert all(part.poll() is not None for part in group.parts.values())


def test_a_stop_signal_ends_all_and_is_no_fault(capsys):
    with serving._Group() as group:
        group.start("网页", SLEEP)
        signal.raise_signal(signal.SIGTERM)
        assert group.watch() == 0
    assert group.parts["网页"].poll() is not None


def test_parts_end_when_the_supervisor_is_killed(tmp_path):
    noted = tmp_path / "pid"
    program = (
        "import sys, time; from pathlib import Path; from wenxiao.site.serving import _Group\n"
        f"group = _Group(); group.start('x', {SLEEP!r})\n"
        f"Path({str(noted)!r}).write_text(str(group.parts['x'].pid)); time.sleep(60)"
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
