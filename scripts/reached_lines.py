"""Pytest plugin (`-p scripts.reached_lines`): which lines and branches of the product the tests
reach.

Loaded before anything of the product is imported. SlipCover writes its probes into the code as it
is imported. A probe that was hit costs as much again each time, so from time to time those that
were hit are taken out. Each process writes its part, the first joins them.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import sys
import time
from pathlib import Path
from types import FunctionType
from typing import Any

import probed_modules
import pytest
from slipcover import FileMatcher, Slipcover, merge_coverage

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "build" / "tests" / "coverage.json"
SOURCE, OMIT = [str(ROOT / "src" / "wenxiao")], ["*/migrations/*"]
NEVER = 2**30
"""SlipCover itself takes no probe out: it would look through all modules after every few hits and
miss what decorators wrap.
"""
FIRST, LATER = 5.0, 1.25
"""CPU seconds until hit probes are taken out, and how much longer the process runs until the next
time.
"""

MEASURE = Slipcover(branch=True, d_miss_threshold=NEVER, source=SOURCE, omit=OMIT)
SHARING_OUT = "-n" in sys.argv and "PYTEST_XDIST_WORKER" not in os.environ
"""This process only hands tests out to workers: it runs nothing of the product that counts."""
PRODUCT = sorted(path for path in Path(SOURCE[0]).rglob("*.py") if "migrations" not in path.parts)
if SHARING_OUT:
    probed_modules.make(PRODUCT)
else:
    matcher = FileMatcher(sources=SOURCE, omit=OMIT)
    sys.meta_path.insert(0, probed_modules.Finder(MEASURE, matcher, PRODUCT))


class Functions:
    """Every function of the product that this process holds, wrapped ones too."""

    def __init__(self) -> None:
        self.lasting: list[FunctionType] = []
        self.due = FIRST

    def collected(self) -> None:
        """What exists when the tests are collected is frozen next, and the collector shows it no
        more.
        """
        self.lasting = self.tracked()
        self.due = time.process_time() + FIRST

    def tracked(self) -> list[FunctionType]:
        """The functions of the product among the objects that the collector looks through."""
        return [
            each
            for each in gc.get_objects()
            if type(each) is FunctionType and each.__code__.co_filename.startswith(SOURCE[0])
        ]

    def quieten(self) -> None:
        """Take out every probe that was hit; what it saw stays counted."""
        hit = MEASURE._get_newly_seen()
        for name, lines in hit.items():
            for code in list(MEASURE.instrumented[name]):
                MEASURE.deinstrument(code, lines)
            MEASURE.all_seen[name].update(lines)
        bare = {id(old): new for old, new in MEASURE.replace_map.items()}
        for each in [*self.lasting, *self.tracked()]:
            each.__code__ = bare.get(id(each.__code__), each.__code__)
        MEASURE.replace_map.clear()


FUNCTIONS = Functions()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish() -> None:
    """Before tests/conftest.py freezes all there is."""
    FUNCTIONS.collected()


def pytest_runtest_logfinish() -> None:
    """Between two tests, seldom: each time costs 0.2 s."""
    if not SHARING_OUT and time.process_time() >= FUNCTIONS.due:
        FUNCTIONS.quieten()
        FUNCTIONS.due = time.process_time() * LATER


def part(worker: str) -> Path:
    """Where one process leaves what it reached."""
    return MEASURED.with_name(f"coverage-{worker}.json")


def pytest_configure() -> None:
    """The first process removes what an earlier run left."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        MEASURED.parent.mkdir(parents=True, exist_ok=True)
        for left in [MEASURED, *MEASURED.parent.glob("coverage-*.json")]:
            left.unlink(missing_ok=True)


def pytest_sessionfinish() -> None:
    """A worker writes its part; the first process, ending last, joins the
    parts, or writes its own where none is.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        part(worker).write_text(json.dumps(MEASURE.get_coverage()), encoding="utf-8")
        return
    parts: list[dict[str, Any]] = [
        json.loads(each.read_text(encoding="utf-8"))
        for each in sorted(MEASURED.parent.glob("coverage-*.json"))
    ]
    reached = functools.reduce(merge_coverage, parts) if parts else MEASURE.get_coverage()
    MEASURED.write_text(json.dumps(reached), encoding="utf-8")
