"""Website and task workers under one supervisor: each is started again by
itself, all end together and leave nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

from django.conf import settings

from wenxiao.site.database_state import Away, NotReady, require_ready
from wenxiao.store import parts

WEB = "网页"
WORKERS = (("后台任务", "default"), ("大件任务", "heavy"))
"""Each queue has a worker of its own: what is small never waits behind what is large."""
# A page or a task in hand gets this long to finish after the stop signal.
GRACE = 10.0
SLOW = 30.0
FIRST_PAUSE, LONGEST_PAUSE, STEADY = 1.0, 60.0, 60.0
"""A part that ended starts again after the first pause, twice as long each
time, until it lived steadily.
"""
HOPELESS = 5
NOTED_EVERY, LOOKED_EVERY = 10.0, 5.0
PR_SET_PDEATHSIG = 1


def serve(*, host: str, port: int, workers: int = 2) -> int:
    """Serve until a signal: 0 after one, 1 when the website can't be started, 2 when address or
    database don't do.

    A database that is away is waited for; one that is empty or of an older structure is refused.
    """
    if sentence := refusal(host, port):
        _say(sentence)
        return 2
    away = _reached()
    collect_static()
    with Supervisor(f"http://{_shown(host)}:{port}", away=away) as supervisor:
        supervisor.start(WEB, _web(host, port, workers))
        for name, queue in WORKERS:
            supervisor.start(name, [sys.executable, "-m", "wenxiao.site.worker", queue])
        return supervisor.watch()


def _reached() -> bool:
    """Whether the database has yet to be waited for; NotReady when it is there and does not do."""
    from django.db import connection

    try:
        require_ready()
        _tell_mixed_accounts()
    except Away as error:
        _say(f"{error}网页先启动，数据库恢复后自己接上。")
        return True
    finally:
        connection.close()
    return False


def refusal(host: str, port: int) -> str:
    """Why the address can't be listened on, in one sentence; empty when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), port))
            probe.listen(1)
    except PermissionError:
        return f"没有权限使用端口 {port}。请换 1024 以上的端口，如 PORT={port + 8000}。"
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == 98:
            return f"端口 {port} 已被占用。请停掉占用它的程序，或换一个端口，如 PORT={port + 1}。"
        return f"不能在 {host}:{port} 上监听：{error}。请检查 HOST 与 PORT。"
    return ""


def collect_static() -> bool:
    """Bring the static files to STATIC_ROOT when a source changed since the
    last time; True when work was done.
    """
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp, now = root / ".stamp", _static_digest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now, encoding="utf-8")
    return True


def _static_digest() -> str:
    """A digest over names, sizes and times of every source file."""
    from django.contrib.staticfiles.finders import get_finders

    total = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = os.stat(storage.path(name))  # noqa: PTH116 - thousands of names need no Path each
            total.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return total.hexdigest()


def _web(host: str, port: int, workers: int) -> list[str]:
    """Gunicorn with sync workers: processes, not threads, for pages are bound by CPU. What all of
    them read is read once, before they part: they share its memory, and a replaced one is there at
    once.
    """
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "wenxiao.site.wsgi:application",
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(workers),
        "--worker-class",
        "sync",
        "--preload",
        "--timeout",
        "120",
        "--graceful-timeout",
        "8",
        "--max-requests",
        "5000",
        "--max-requests-jitter",
        "500",
        "--log-level",
        "warning",
        "--no-control-socket",
    ]


def _tell_mixed_accounts() -> None:
    """Accounts of an older database whose duties may not meet in one person
    are named at the start, with how to mend it.
    """
    from wenxiao.orgs.selectors import mixed_sentences

    for sentence in mixed_sentences():
        _say(sentence)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _shown(host: str) -> str:
    """The address a person types: 0.0.0.0 is no place to go to."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound


def _end_with_parent() -> None:
    """In the child, before it becomes its program: end when the supervisor
    is gone, however it went.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class _Run:
    """One part: its command, the process it is now, and how often it had to be started again."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    restarts: int = 0
    pause: float = 0.0
    next_at: float = 0.0
    ended: str = ""
    ended_at: float = 0.0

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        """Start it in a session of its own, so that Ctrl+C reaches it
        through the supervisor and only once.
        """
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings"}
        self.process = subprocess.Popen(
            self.command,
            env=env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        self.begun = time.monotonic()

    def note_end(self) -> None:
        """Take note that it ended by itself, end what it left, and set when it starts again."""
        assert self.process is not None
        self.ended, self.ended_at = _how(self.process.returncode), time.time()
        self.kill_rest()
        lived = time.monotonic() - self.begun
        self.pause = FIRST_PAUSE if lived > STEADY else min(LONGEST_PAUSE, self.pause * 2 or 1.0)
        self.next_at = time.monotonic() + self.pause
        self.restarts += 1
        self.process = None

    def kill_rest(self) -> None:
        """End every process of its session."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def state(self) -> parts.Part:
        """What pages and /health are told."""
        return parts.Part(self.name, self.running, self.restarts, self.ended, self.ended_at)


def _how(code: int) -> str:
    """How a process ended, for people."""
    if code < 0:
        with suppress(ValueError):
            return f"被信号 {signal.Signals(-code).name} 终止"
    return f"退出码 {code}"


class Supervisor:
    """Starts the parts, starts again whichever ends, each by itself, and
    ends them all when asked to stop.
    """

    def __init__(self, address: str = "", *, away: bool = False) -> None:
        self.address = address
        self.away = away
        self.runs: dict[str, _Run] = {}
        self.stopping = False
        self.answered = False
        self._before: dict[int, Any] = {}
        self._told_slow = False
        self._next_look = self._next_note = 0.0

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._asked)
        self._begun = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def start(self, name: str, command: list[str]) -> None:
        """Add a part and start it."""
        self.runs[name] = _Run(name, command)
        self.runs[name].launch()

    def watch(self) -> int:
        """Look after the parts until asked to stop (0), or until the
        website proves unable to start (1).
        """
        while not self.stopping:
            self._tend()
            if self._hopeless():
                _say(f"{WEB}连续 {HOPELESS} 次没有启动起来，已停止。请看上面各次的结束原因。")
                return 1
            if sentence := self._look():
                _say(sentence)
                return 2
            time.sleep(0.2)
        _say("正在停止…")
        return 0

    def _tend(self) -> None:
        """Start again what ended, each after its own pause; keep the state for those who ask."""
        changed = False
        for run in self.runs.values():
            if run.process is not None and not run.running:
                run.note_end()
                _say(f"{run.name}意外结束（{run.ended}），{run.pause:.0f} 秒后自动重启。")
                changed = True
            elif run.process is None and time.monotonic() >= run.next_at:
                run.launch()
                changed = True
        if changed or time.monotonic() >= self._next_note:
            parts.write(run.state() for run in self.runs.values())
            self._next_note = time.monotonic() + NOTED_EVERY

    def _hopeless(self) -> bool:
        web = self.runs.get(WEB)
        return web is not None and not self.answered and web.restarts >= HOPELESS

    def _look(self) -> str:
        """Say when the website answers and when the database is there; why
        not to go on, if it does not do.
        """
        if time.monotonic() < self._next_look or (self.answered and not self.away):
            return ""
        self._next_look = time.monotonic() + (0.2 if not self.answered else LOOKED_EVERY)
        if not self.answered and self.address:
            self._look_for_page()
        if self.answered and self.away:
            try:
                self.away = _still_away()
            except NotReady as error:
                return str(error)
        return ""

    def _look_for_page(self) -> None:
        if _answers(self.address):
            self.answered = True
            _say(f"问效已启动：{self.address}　（Ctrl+C 停止）")
        elif not self._told_slow and time.monotonic() - self._begun > SLOW:
            self._told_slow = True
            _say(f"{SLOW:.0f} 秒了网页还没有应答，机器可能正忙；继续等待，应答后会在这里说明。")

    def _end(self) -> None:
        """Ask every part to end, wait, then end what is left with its whole session."""
        for run in self.runs.values():
            if run.process is not None and run.running:
                run.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        for run in self.runs.values():
            if run.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    run.process.wait(timeout=max(0.1, until - time.monotonic()))
        for run in self.runs.values():
            run.kill_rest()
        parts.write([])


def _answers(address: str) -> bool:
    """Whether the website answers at all; that the database is away is an answer too."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/health", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _still_away() -> bool:
    """Ask the database again; NotReady when it came back and does not do."""
    from django.db import connection

    try:
        require_ready()
    except Away:
        return True
    finally:
        connection.close()
    _say("数据库已经连上。")
    return False
