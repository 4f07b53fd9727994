"""The limited child over an honest workbook of 200 000 rows, by each of its readers: seconds and
the most memory held.

WENXIAO_BENCH_ROWS makes it smaller.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

ROWS = int(os.environ.get("WENXIAO_BENCH_ROWS", "200000"))
PAGE = "reliability.md"
READERS = {"佐证、制度文件（逐格查看）": "texts", "报表": "forms", "台账": "ledger"}


def measure():
    """A fresh child for each reader."""
    from tests.large import honest_workbook

    from benchmarks.section import Section
    from wenxiao.files.pool import PEAK_KIB, Pool

    about = f"一份 {ROWS:,} 行、六列的工作簿，受限子进程读一遍；内存上限 {PEAK_KIB >> 10} MB。"
    section = Section("大文件的子进程", about, ("读法", "秒", "内存最高 MB", "结果"))
    with tempfile.TemporaryDirectory() as folder:
        path = honest_workbook(Path(folder) / "支付明细.xlsx", ROWS)
        for word, what in READERS.items():
            with Pool(1, seconds=600) as pool:
                began = time.perf_counter()
                if what == "forms":
                    problems = [one.text[:24] for one in pool.forms(path).problems]
                else:
                    rows_to = Path(folder) / "rows" if what == "ledger" else None
                    answer = pool.read(path, what, rows_to=rows_to)
                    problems = [one["text"][:24] for one in answer["problems"]]
                spent = time.perf_counter() - began
                told = problems[0] + "……" if problems else "读完"
                section.rows.append((word, f"{spent:.1f}", str(pool.peak_kib >> 10), told))
    section.notes = ["报表读法不收台账：一张表超过四十万格，数过即答复，不展开。"]
    return section
