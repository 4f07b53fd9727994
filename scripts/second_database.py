"""Which tests run on PostgreSQL after all ran on SQLite: what the database itself decides, and the
fewest seconds of tests that together send every statement any test marked ``db`` sent there.

A pytest plugin too (`-p scripts.second_database`): it takes of what was collected the chosen ones.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHOSEN = ROOT / "build" / "tests" / "second_database.json"
STATEMENTS = ROOT / "build" / "tests" / "statements.json"
LEAST = 0.02
"""CPU seconds that any test costs, whatever it does."""


def fewest(tests: dict[str, set[str]], seconds: dict[str, float], sent: set[str]) -> list[str]:
    """Tests that send what ``sent`` lacks, the cheapest for what it adds first; those that later
    ones made needless are left out again, the dearest first. Ties by name.
    """
    left = {name: statements - sent for name, statements in tests.items()}
    chosen: list[str] = []
    while left := {name: more for name, more in left.items() if more}:
        name = min(left, key=lambda one: (max(seconds[one], LEAST) / len(left[one]), one))
        chosen.append(name)
        new = left.pop(name)
        left = {other: more - new for other, more in left.items()}
    times = Counter(key for name in chosen for key in tests[name] - sent)
    for name in sorted(chosen, key=lambda one: (-seconds[one], one)):
        own = tests[name] - sent
        if all(times[key] > 1 for key in own):
            chosen.remove(name)
            times.subtract(own)
    return chosen


def choose(recorded: dict[str, Any]) -> list[str]:
    """The tests of a run's record that the second database runs."""
    marked = {name: set(recorded["tests"].get(name, ())) for name in recorded["marked"]}
    always = [name for name in recorded["always"] if name in marked]
    sent: set[str] = set()
    for name in always:
        sent |= marked.pop(name)
    return sorted(always + fewest(marked, recorded["seconds"], sent))


def write() -> tuple[int, int]:
    """Choose from the last run's record; (how many tests were chosen, of how many)."""
    recorded = json.loads(STATEMENTS.read_text(encoding="utf-8"))
    chosen = choose(recorded)
    CHOSEN.write_text(json.dumps(chosen, ensure_ascii=False, indent=0), encoding="utf-8")
    return len(chosen), len(recorded["marked"])


def files() -> list[str]:
    """Where the chosen tests stand: no other file need be collected."""
    chosen = json.loads(CHOSEN.read_text(encoding="utf-8"))
    return sorted({name.partition("::")[0] for name in chosen})


def missed() -> list[str]:
    """After all tests marked ``db`` ran there: the statements that none of the chosen ones sent,
    each with a test that does.
    """
    recorded = json.loads(STATEMENTS.read_text(encoding="utf-8"))
    if not CHOSEN.exists():
        return ["还没有运行过 make test，无从比较"]
    chosen = set(json.loads(CHOSEN.read_text(encoding="utf-8")))
    tests = {name: set(sent) for name, sent in recorded["tests"].items()}
    tried = {key for name, sent in tests.items() if name in chosen for key in sent}
    lost: dict[str, str] = {}
    for name, sent in tests.items():
        for key in sent - tried:
            lost.setdefault(key, name)
    return [f"{name}：{recorded['texts'][key][:200]}" for key, name in sorted(lost.items())]


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Only the chosen ones stay."""
    chosen = set(json.loads(CHOSEN.read_text(encoding="utf-8")))
    left = [item for item in items if item.nodeid not in chosen]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item.nodeid in chosen]
