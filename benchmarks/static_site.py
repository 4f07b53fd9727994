"""静态站 of a year with 5 000 published projects, beside writing the same bytes.

WENXIAO_BENCH_REPORTED makes it smaller.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.house import YEAR, alone, best, opened, peak, statements

PUBLISHED = int(os.environ.get("WENXIAO_BENCH_REPORTED", "5000"))
FEW = 60


def measure():
    """In a process of its own."""
    from benchmarks.section import Section

    told = alone("static_site")
    about = (
        f"{PUBLISHED:,} 个已公开的评价结果（每个 20 行指标、2 个问题、3 条建议）写成静态站："
        f"{told['files']:,} 个文件，{told['bytes'] / 2**20:.0f} MB，SQLite。"
    )
    section = Section("静态站", about, ("步骤", "处理器秒", "墙上秒", "倍数"))
    floor, site = told["floor"], told["site"]
    section.rows = [
        ("只写同样的文件", f"{floor[0]:.2f}", f"{floor[1]:.2f}", "1.0"),
        ("从行到静态站", f"{site[0]:.2f}", f"{site[1]:.2f}", f"{site[0] / floor[0]:.1f}"),
    ]
    section.notes = [
        (
            f"每个结果：处理器 {site[0] / PUBLISHED * 1000:.1f} 毫秒，查询 {told['many'] / PUBLISHED:.2f} 次"
            f"（{FEW} 个结果共 {told['few']} 次，{PUBLISHED:,} 个共 {told['many']:,} 次）。"
        ),
        (
            f"内存最高：建好数据后 {told['peak_before']} MB，"
            f"{PUBLISHED:,} 个结果 {told['peak']} MB。"
        ),
    ]
    return section


def plant(size, code="990000"):
    """So many published results."""
    from benchmarks.house import disclose, division, evaluations

    made, keys = division(size, code=code)
    disclose(evaluations(made, keys))
    return made


def main():
    """Plant, write, write the same once more; told as one line of JSON."""
    opened()
    from django.conf import settings

    from wenxiao.portal.static_site import pages, write_site

    made = plant(PUBLISHED)
    before, place = peak(), Path(settings.HOME) / "site"
    cpu, wall, written = best(lambda: write_site(made, YEAR, place), 1)
    after = peak()
    many = statements(lambda: sum(len(content) for _, content in pages(made, YEAR)))
    told = {"files": written["files"], "bytes": written["bytes"], "many": many}
    told |= {"peak_before": before, "peak": after}
    small = plant(FEW, "990001")
    told["few"] = statements(lambda: sum(len(content) for _, content in pages(small, YEAR)))
    told |= {"site": (cpu, wall), "floor": same_bytes(place, Path(settings.HOME) / "again")}
    print(json.dumps(told))


def same_bytes(place, again):
    """(seconds of the processor, on the wall) of writing every file of the site elsewhere; reading
    it first is not counted.
    """
    import time

    cpu = wall = 0.0
    for path in sorted(place.rglob("*")):
        if not path.is_file():
            continue
        content, to = path.read_bytes(), again / path.relative_to(place)
        to.parent.mkdir(parents=True, exist_ok=True)
        walls, start = time.perf_counter(), time.process_time()
        to.write_bytes(content)
        cpu, wall = cpu + time.process_time() - start, wall + time.perf_counter() - walls
    return cpu, wall


if __name__ == "__main__":
    main()
