"""Verifying a trail of 100 000 entries: chain, heads and anchors.
WENXIAO_BENCH_ENTRIES makes it shorter.
"""

from __future__ import annotations

import os

ENTRIES = int(os.environ.get("WENXIAO_BENCH_ENTRIES", "100000"))
A_DAY = 500
PAGE = "reliability.md"


def measure():
    """In memory, as the command and the stand-alone verifier do it."""
    from benchmarks.section import Section, median
    from wenxiao.records import chain

    entries = list(_entries(chain))
    heads = [
        {name: one[name] for name in ("division", "day", "number", "hash")}
        for one, after in zip(entries, [*entries[1:], {"day": ""}], strict=True)
        if one["day"] != after["day"]
    ]
    spent, faults = median(lambda: chain.verify(entries, heads, anchors=heads), times=3)
    assert faults == []
    about = f"{ENTRIES:,} 条留痕，每天 {A_DAY} 条，连同每日链头和同样多的锚点；SM3。"
    section = Section("留痕核验", about, ("步骤", "秒", "每秒条数"))
    section.rows = [("核验整链、链头、锚点", f"{spent:.2f}", f"{ENTRIES / spent:,.0f}")]
    return section


def _entries(chain):
    previous = chain.GENESIS
    for at in range(ENTRIES):
        day = f"{2000 + at // A_DAY // 300:04}-{at // A_DAY // 25 % 12 + 1:02}-{at // A_DAY % 25 + 1:02}"
        entry = {
            "division": 1,
            "day": day,
            "number": at % A_DAY + 1,
            "at": f"{day}T01:00:00.000000+00:00",
            "by": 3,
            "by_name": "王某",
            "act": "登记支出",
            "target_type": "budget.Spending",
            "target_id": at,
            "label": "校园安保",
            "why": "",
            "data": {"amount": "5.00"},
            "previous": previous,
        }
        entry["hash"] = previous = chain.link(previous, entry)
        yield entry
