"""Web server and task worker as one: they start together, end together, and leave nothing behind."""

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
from pathlib import Path
from types import FrameType
from typing import Any, Self

from django.conf import settings

# A page or a task in hand gets this long to finish after the stop signal.
GRACE = 10.0
READY = 30.0
PR_SET_PDEATHSIG = 1
SERVER_FAULT = 500


def serve(*, host: str, port: int, workers: int = 2) -> int:
    """Serve until a signal: 0 after one, 1 when a part ended by itself, 2 when the address can't be taken."""
    if sentence := refusal(host, port):
        _say(sentence)
        return 2
    collect_static()
    with _Group() as group:
        group.start("网页", _web(host, port, workers))
        group.start(
            "后台任务", [sys.executable, "-m", "django", "db_worker", "--interval", "1", "-v", "0"]
        )
        if group.wait_until_answers(host, port):
            _say(f"问效已启动：http://{_shown(host)}:{port}　（Ctrl+C 停止）")
        elif not group.stopping:
            _say("登录页没有正常应答，原因见上面的输出。")
        return group.watch()


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
    """Bring the static files to STATIC_ROOT when a source changed since the last time; True when work was done."""
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
    """Gunicorn with sync workers: processes, not threads, for pages are bound by CPU."""
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


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _shown(host: str) -> str:
    """The address a person types: 0.0.0.0 is no place to go to."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound


def _end_with_parent() -> None:
    """In the child, before it becomes its program: end when the supervisor is gone, however it went."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class _Group:
    """The processes that live and die together."""

    def __init__(self) -> None:
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def start(self, name: str, command: list[str]) -> None:
        """Start one part in a session of its own, so that Ctrl+C reaches it through here and only once."""
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings"}
        self.parts[name] = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )

    def wait_until_answers(self, host: str, port: int) -> bool:
        """True once the web part answers a request; False when asked to stop, or a part ended, before."""
        until = time.monotonic() + READY
        address = f"http://{_shown(host)}:{port}/login"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < until and not self.stopping and not self._ended():
            try:
                with opener.open(address, timeout=5):
                    return True
            except urllib.error.HTTPError as error:
                if error.code < SERVER_FAULT:
                    return True
                time.sleep(1)
            except OSError:
                time.sleep(0.05)
        return False

    def watch(self) -> int:
        """Wait for a stop signal or the end of any part."""
        while not self.stopping:
            if ended := self._ended():
                _say(
                    f"{ended}意外结束（退出码 {self.parts[ended].returncode}），整个系统随之停止。原因见上面的输出。"
                )
                return 1
            time.sleep(0.2)
        _say("正在停止…")
        return 0

    def _ended(self) -> str:
        return next((name for name, part in self.parts.items() if part.poll() is not None), "")

    def _end(self) -> None:
        """Ask every part to end, wait, then end what is left with its whole session."""
        for part in self.parts.values():
            if part.poll() is None:
                part.send_signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        for part in self.parts.values():
            with suppress(subprocess.TimeoutExpired):
                part.wait(timeout=max(0.1, until - time.monotonic()))
        for part in self.parts.values():
            with suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)
