"""Runs the measures (all, or those named) and writes their sections into docs/benchmarks.md; others keep theirs."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import benchmarks
from benchmarks.section import machine

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """# 性能

由 `make bench` 写入（`python -m benchmarks 名称` 只量其中一项）。数字随机器而变，要看的是同一次运行里的比值；每节写明日期和机器。
"""


def main(names):
    """Measure the named modules, or all that have a ``measure``."""
    known = {one.name for one in pkgutil.iter_modules(benchmarks.__path__)} - {"__main__", "section"}
    wanted = [name for name in sorted(known) if not names or name in names]
    if unknown := set(names) - known:
        raise SystemExit(f"没有这些测量：{'、'.join(sorted(unknown))}；有：{'、'.join(sorted(known))}")
    sections = _kept()
    for name in wanted:
        print(f"测量 {name}……", flush=True)
        section = importlib.import_module(f"benchmarks.{name}").measure()
        stamp = f"{datetime.now(tz=UTC):%Y-%m-%d}，{machine()}。"
        text = section.page().replace(section.about, f"{section.about}\n\n{stamp}", 1)
        sections[section.title] = text
        print(text)
    PAGE.write_text(
        "\n".join([HEAD, *(sections[title].rstrip() + "\n" for title in sorted(sections))]), encoding="utf-8"
    )


def _kept():
    """The sections written before, by title."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return {part.split("\n", 1)[0]: f"## {part}" for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]}


main(sys.argv[1:])
