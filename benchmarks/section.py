"""What a measure hands back: lines of a page, with the machine it ran on."""

from __future__ import annotations

import os
import platform
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Section:
    """A title, what was measured in a sentence, and a table: head and rows of text."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def page(self):
        """The section as Markdown."""
        lines = [f"## {self.title}", "", self.about, "", f"| {' | '.join(self.head)} |"]
        lines += [
            f"| {' | '.join('---' for _ in self.head)} |",
            *(f"| {' | '.join(row)} |" for row in self.rows),
        ]
        return "\n".join([*lines, "", *(f"- {note}" for note in self.notes), ""])


def median(work, times=5):
    """The middle of several runs, in seconds, and what the last run gave."""
    spent, given = [], None
    for _ in range(times):
        start = time.perf_counter()
        given = work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent), given


def machine():
    """The machine in one line."""
    names = [
        line.split(":", 1)[1].strip()
        for line in _lines("/proc/cpuinfo")
        if line.startswith("model name")
    ]
    memory = next(
        (
            int(line.split()[1]) // 2**20
            for line in _lines("/proc/meminfo")
            if line.startswith("MemTotal")
        ),
        0,
    )
    cpu = names[0] if names else platform.processor()
    return f"{len(os.sched_getaffinity(0))} 核 {cpu}，内存 {memory} GB，Python {platform.python_version()}"


def _lines(path):
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
