"""The process that opens a stranger's file: limited, alone, without Django and Polars; speaks JSON
over its pipes.

Run as ``python -m wenxiao.files.child``. One request a line (``{"path", "what"}``), one answer: a
length line and JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
_LARGEST_OUTPUT = 512 * 1024 * 1024


def limit() -> None:
    """Memory, size of written files, core dumps: bound for the whole life of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_OUTPUT, _LARGEST_OUTPUT))


def _allow_cpu() -> None:
    """The CPU time of the next job, on top of what this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _peak_kib() -> int:
    """The most memory this program held; getrusage would count what the
    parent held when it started us.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def answer(
    path: Path,
    what: str,
    rows_to: Path | None = None,
    layouts: list[Any] | None = None,
    words: dict[str, str] | None = None,
) -> bytes:
    """One file read, as JSON: "forms" typed (also by ``layouts``), "book" as a grid, "paper" as its
    words, "public" as what readers see, "ledger" as rows (into ``rows_to``).
    """
    from wenxiao.files.cells.bookjson import book_as_json
    from wenxiao.files.forms.ledger import read_ledger
    from wenxiao.files.forms.reading import open_book, read_forms

    if what == "forms":
        import msgspec

        from wenxiao.files.forms.targets.layouts import ListLayout

        mapped = msgspec.convert(layouts or [], list[ListLayout])
        return _encoded(read_forms(path, mapped, words))
    if what == "texts":
        from wenxiao.files.forms.looking import look_through

        return _encoded(look_through(path))
    if what == "paper":
        from wenxiao.files.forms.paper_text import paper_text

        return _encoded(paper_text(path))
    if what == "public":
        from wenxiao.files.forms.public_reading import public_paper

        return _encoded(public_paper(path))
    if what == "ledger":
        return _encoded(read_ledger(path, rows_to, words))
    book, problems = open_book(path)
    return _encoded(
        {
            "file": path.name,
            "book": None if book is None else book_as_json(book),
            "problems": [problem.as_json() for problem in problems],
        }
    )


def _encoded(found: object) -> bytes:
    """JSON in UTF-8; half a letter of a broken file becomes a question mark."""
    import msgspec

    try:
        return msgspec.json.encode(found)
    except UnicodeEncodeError:
        plain = json.dumps(msgspec.to_builtins(found), ensure_ascii=False)
        return plain.encode("utf-8", "replace")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the parent closes the pipe."""
    for line in requests:
        request = json.loads(line)
        _allow_cpu()
        rows_to = request.get("rows_to")
        body = answer(
            Path(request["path"]),
            request["what"],
            Path(rows_to) if rows_to else None,
            request.get("layouts"),
            request.get("words"),
        )
        answers.write(f"{len(body)} {_peak_kib()}\n".encode())
        answers.write(body)
        answers.flush()


def main() -> None:
    """Shield the answer pipe from stray prints, go to a private folder, warm the readers, serve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="wenxiao-") as folder, contextlib.chdir(folder):
        limit()
        with contextlib.suppress(KeyboardInterrupt):
            serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
