"""Pytest plugin (`-p scripts.reached_lines`): which lines and branches of the product the tests
reach.

Loaded before anything of the product is imported. SlipCover writes its probes into the code as it
is imported: the run costs a few seconds more, where a tracer cost three quarters more. Each process
writes its part, the first joins them.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

from slipcover import FileMatcher, ImportManager, Slipcover, merge_coverage

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "build" / "tests" / "coverage.json"
SOURCE, OMIT = [str(ROOT / "src" / "wenxiao")], ["*/migrations/*"]
NEVER = 2**30
"""Probes stay where they are: taking out those that were hit walks all
modules each time and costs more.
"""

MEASURE = Slipcover(branch=True, d_miss_threshold=NEVER, source=SOURCE, omit=OMIT)
ImportManager(MEASURE, FileMatcher(sources=SOURCE, omit=OMIT)).__enter__()


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
