"""Runs the measures (all, or those named) and writes their sections into docs/benchmarks.md; others
keep theirs.

Only full sizes are written: with --quick, or when a WENXIAO_BENCH_ variable makes one smaller, the
page stays as it is.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import benchmarks
from benchmarks.section import machine

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """# 性能

由 `make bench` 写入（`python -m benchmarks 名称` 只量其中一项，`--quick` 只看能不能跑通、不写入）。数字随机器和当时的负载而变，要看的是同一次运行里的比值；每节写明日期、机器和开始时的负载（负载超过核数时，秒数偏大）。
"""
END = "<!-- 以上由 make bench 写入 -->"
SMALLER = "WENXIAO_BENCH_"
QUICK = {
    "SUBJECTS": "2000",
    "FORMS": "6",
    "LINES": "2000",
    "DOSSIERS": "60",
    "REPORTED": "60",
    "ROWS": "2000",
}


def main(words):
    """Measure the named modules, or all that have a ``measure``; 0."""
    names = [word for word in words if word != "--quick"]
    if "--quick" in words:
        os.environ.update({f"{SMALLER}{name}": size for name, size in QUICK.items()})
    known = {one.name for one in pkgutil.iter_modules(benchmarks.__path__)} - {
        "__main__",
        "house",
        "section",
    }
    wanted = [name for name in sorted(known) if not names or name in names]
    if unknown := set(names) - known:
        raise SystemExit(
            f"没有这些测量：{'、'.join(sorted(unknown))}；有：{'、'.join(sorted(known))}"
        )
    for name in wanted:
        print(f"测量 {name}……", flush=True)
        stamp = f"{datetime.now(tz=UTC):%Y-%m-%d}，{machine()}，负载 {os.getloadavg()[0]:.1f}。"
        module = importlib.import_module(f"benchmarks.{name}")
        section = module.measure()
        text = section.page().replace(section.about, f"{section.about}\n\n{stamp}", 1)
        print(text, flush=True)
        if not any(variable.startswith(SMALLER) for variable in os.environ):
            command = f"命令：`python -m benchmarks {name}`。"
            page = PAGE.with_name(getattr(module, "PAGE", PAGE.name))
            keep(section.title, text.replace(stamp, f"{command}{stamp}", 1), page)
    return 0


def keep(title, text, page=PAGE):
    """Put one section into the page at once, so that a later measure that fails takes nothing with
    it.

    What the page says before its first section and after its last stays.
    """
    before, sections, after = _parts(page)
    sections[title] = text
    body = [sections[title].rstrip() + "\n" for title in sorted(sections)]
    page.write_text("\n".join([before, *body]) + after, encoding="utf-8")


def _parts(page):
    """(what stands before the sections, the sections written before by
    title, what stands behind them).
    """
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    measured, end, after = text.partition(END)
    before, *parts = re.split(r"^## ", measured, flags=re.MULTILINE)
    sections = {part.split("\n", 1)[0]: f"## {part}" for part in parts}
    return (before.rstrip() + "\n" if before else HEAD), sections, f"\n{end}{after}" if end else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
