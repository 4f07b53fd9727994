"""Strangers' files are read by limited children, kept and reused; whatever
happens to a child, the user gets a sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import msgspec

from wenxiao.files.cells.bookjson import book_from_json
from wenxiao.files.forms.forms import Reading
from wenxiao.files.forms.public_paper import PublicPaper
from wenxiao.files.forms.targets.layouts import ListLayout
from wenxiao.rulebook.codes import READING_TIMED_OUT, UNREADABLE
from wenxiao.rulebook.problems import Problem

What = Literal["book", "texts", "paper", "ledger"]
Answer = TypeVar("Answer")
_PAPERS = msgspec.json.Decoder(PublicPaper)
_FORMS = msgspec.json.Decoder(Reading)
WALL_SECONDS = 120.0
JOBS_PER_CHILD = 200
GRACE_SECONDS = 1.0
PEAK_KIB = 300 * 1024
"""A child that ever grew beyond this is replaced after its job."""
_LARGEST_ANSWER = 512 * 1024 * 1024

BEFORE_READING: list[Callable[[], None]] = []
"""Asked before every reading, each may raise: whoever holds something that
others wait for must not read a file.
"""


class _ChildDiedError(Exception):
    """The child ended without an answer."""


class _TooSlowError(Exception):
    """The child did not answer in time."""


class _Child:
    """One limited process and the talk with it."""

    def __init__(self) -> None:
        # a clean environment: no settings module, no credentials of the server
        surroundings = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH")
            if name in os.environ
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wenxiao.files.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings | {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"},
            bufsize=0,
        )
        self.jobs = self.peak = 0

    def ask(
        self,
        path: Path,
        what: str,
        seconds: float,
        rows_to: Path | None = None,
        layouts: Sequence[ListLayout] = (),
        words: Mapping[str, str] | None = None,
    ) -> bytes:
        """The child's answer; raises _ChildDiedError or _TooSlowError."""
        assert self.process.stdin is not None
        self.jobs += 1
        asked = {
            "path": str(path.resolve()),
            "what": what,
            "rows_to": str(rows_to.resolve()) if rows_to else None,
            "layouts": [msgspec.to_builtins(one) for one in layouts],
            "words": None if words is None else dict(words),
        }
        request = json.dumps(asked).encode() + b"\n"
        try:
            self.process.stdin.write(request)
        except OSError as error:
            raise _ChildDiedError from error
        deadline = time.monotonic() + seconds
        length, peak = self._line(deadline).split()
        self.peak = int(peak)
        if int(length) > _LARGEST_ANSWER:
            raise _ChildDiedError
        return self._bytes(int(length), deadline)

    def _line(self, deadline: float) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            line += self._some(1, deadline)
            if len(line) > 64:
                raise _ChildDiedError
        return line

    def _bytes(self, length: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        while length:
            part = self._some(min(length, 1 << 20), deadline)
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _some(self, most: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        stream = self.process.stdout.fileno()
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([stream], [], [], left)[0]:
            raise _TooSlowError
        part = os.read(stream, most)
        if not part:
            raise _ChildDiedError
        return part

    @property
    def is_worn(self) -> bool:
        """Whether the next job should get a fresh process."""
        return self.jobs >= JOBS_PER_CHILD or self.peak > PEAK_KIB

    def end(self) -> None:
        """Let the process tidy up and go; stop it if it doesn't, whatever it does."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_SECONDS)
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Pool:
    """``size`` children that read files one after the other; use as a
    context manager or call :meth:`close`.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        seconds: float = WALL_SECONDS,
        layouts: Sequence[ListLayout] = (),
        words: Mapping[str, str] | None = None,
    ) -> None:
        self.seconds, self.layouts, self.words = seconds, layouts, words
        self.peak_kib = 0
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._threads = ThreadPoolExecutor(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every child."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._idle.empty():
            child = self._idle.get_nowait()
            if child is not None:
                child.end()

    def forms(self, path: Path) -> Reading:
        """What stands in one file, read by whichever child is free; never
        raises for what the file contains.
        """
        answer = self._asked(path, "forms", _FORMS.decode)
        if isinstance(answer, Problem):
            return Reading(file=path.name, kind=None, forms=[], problems=[answer])
        return answer

    def public(self, path: Path) -> PublicPaper:
        """What the public would read of one file; never raises for what the file contains."""
        answer = self._asked(path, "public", _PAPERS.decode)
        if isinstance(answer, Problem):
            return PublicPaper(path.name, problems=[answer])
        return answer

    def read(self, path: Path, what: What, *, rows_to: Path | None = None) -> dict[str, Any]:
        """One file as a grid or a ledger.

        "ledger" gives the JSON of :func:`wenxiao.files.forms.ledger.read_ledger`, "book" ``{"file",
        "book": Book | None, "problems"}``. A ledger's rows go into the csv file ``rows_to`` if
        given, so that a million of them fit into a small child.
        """
        answer = self._asked(path, what, json.loads, rows_to)
        if isinstance(answer, Problem):
            return _refused(path, what, answer)
        if what == "book" and answer["book"] is not None:
            answer["book"] = book_from_json(answer["book"])
        out: dict[str, Any] = answer
        return out

    def _asked(
        self, path: Path, what: str, decode: Callable[[bytes], Answer], rows_to: Path | None = None
    ) -> Answer | Problem:
        """The child's answer, or what to tell the user where it gave none."""
        _ask_first()
        child = self._idle.get()
        alive = False
        try:
            if child is None or child.process.poll() is not None:
                child = _Child()
            answer = decode(child.ask(path, what, self.seconds, rows_to, self.layouts, self.words))
            self.peak_kib = max(self.peak_kib, child.peak)
            alive = not child.is_worn
        except _TooSlowError:
            text = f"读取超过 {self.seconds:.0f} 秒，已停止。"
            return Problem(
                READING_TIMED_OUT, "阻断", text, mend="请只保留要导入的表，删除多余的行列后再导入。"
            )
        except (_ChildDiedError, OSError, ValueError):
            text = "文件无法读取：内容过大或内部已损坏。"
            return Problem(
                UNREADABLE, "阻断", text, mend="请用 WPS 或 Excel 打开，另存为新文件后再导入。"
            )
        else:
            return answer
        finally:
            if child is not None and not alive:
                child.end()
            self._idle.put(child if alive else None)

    def map(self, paths: Iterable[Path]) -> Iterator[Reading]:
        """The forms of many files, answers in the order of the paths."""
        _ask_first()
        return self._threads.map(self.forms, paths)


def _ask_first() -> None:
    """In the thread of whoever asks, for that is whose locks count."""
    for check in BEFORE_READING:
        check()


def _refused(path: Path, what: What, problem: Problem) -> dict[str, Any]:
    if what == "book":
        return {"file": path.name, "book": None, "problems": [problem.as_json()]}
    if what == "paper":
        return {"file": path.name, "text": "", "problems": [problem.as_json()]}
    if what == "texts":
        return {
            "file": path.name,
            "container": None,
            "personal": [],
            "problems": [problem.as_json()],
        }
    from wenxiao.files.forms.ledger import empty_ledger

    return empty_ledger(path) | {"problems": [problem.as_json()]}


def forms_in_child(
    path: Path,
    *,
    seconds: float = WALL_SECONDS,
    layouts: Sequence[ListLayout] = (),
    words: Mapping[str, str] | None = None,
) -> Reading:
    """The forms of one file, read in a child of its own; for many files keep a :class:`Pool`."""
    with Pool(1, seconds=seconds, layouts=layouts, words=words) as pool:
        return pool.forms(path)


def read_in_child(path: Path, what: What, *, seconds: float = WALL_SECONDS) -> dict[str, Any]:
    """One file as a grid or a ledger, read in a child of its own."""
    with Pool(1, seconds=seconds) as pool:
        return pool.read(path, what)
