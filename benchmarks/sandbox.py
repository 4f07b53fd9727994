"""规则沙盘 over 100 000 self-evaluations of 12 rows: what a changed rule would move, beside merely
scanning the rows it reads.

WENXIAO_BENCH_SUBJECTS makes it smaller.
"""

from __future__ import annotations

import json
import os

from benchmarks.house import ROWS, alone, best, opened, peak, statements

SUBJECTS = int(os.environ.get("WENXIAO_BENCH_SUBJECTS", "100000"))
FEW = 200
CHANGES = {
    "等级线（grades）": {
        "rule": "grades",
        "from": "2021-01-01",
        "content": {
            "bands": [
                {"grade": "优", "at_least": "85", "below": "100", "closed": True},
                {"grade": "良", "at_least": "70", "below": "85"},
                {"grade": "中", "at_least": "60", "below": "70"},
                {"grade": "差", "at_least": "0", "below": "60"},
            ]
        },
    }
}


def measure():
    """In a process of its own."""
    from benchmarks.section import Section

    told = alone("sandbox")
    about = (
        f"{SUBJECTS:,} 份自评表 × {ROWS} 行，改一条规则，列出每个对象改前改后（不写入）；"
        "处理器时间，几次中最少的一次，SQLite。"
    )
    section = Section("规则沙盘", about, ("步骤", "处理器秒", "倍数", "查询"))
    floor = told["scan"]
    section.rows = [
        ("只把同样的行读入内存", f"{floor:.2f}", "1.0", "4"),
        *(
            (f"试算：{name}", f"{spent:.2f}", f"{spent / floor:.1f}", str(asked))
            for name, (spent, asked, _) in told["tried"].items()
        ),
    ]
    section.notes = [
        f"查询数：{FEW} 份与 {SUBJECTS:,} 份为 {told['few']} 与 {told['many']}。",
        f"内存最高：读入同样的行 {told['peak_scan']} MB，试算之后 {told['peak']} MB。",
        *(f"{name}：{moved:,} 个对象会变。" for name, (_, _, moved) in told["tried"].items()),
    ]
    return section


def scan(made):
    """The rows the sandbox reads, only the columns it needs, as Python values."""
    from wenxiao.evidence.models import Actual
    from wenxiao.reviews.models import Mark, Review

    reviews = Review.objects.filter(round__division=made)
    rows = "target__indicators__"
    parts = (
        reviews.values_list(
            "pk",
            "state",
            "points",
            "grade",
            "complete",
            "budget",
            "executed",
            "execution_weight",
            "published_execution_points",
            "dossier__subject__code",
            "dossier__subject__name",
        ),
        reviews.values_list(
            "pk",
            f"{rows}pk",
            f"{rows}level1",
            f"{rows}level2",
            f"{rows}name",
            f"{rows}expression",
            f"{rows}weight",
        ),
        Actual.objects.filter(stage="selfeval").values_list("indicator", "value", "cell"),
        Mark.objects.filter(seat="").values_list("review", "indicator", "points"),
    )
    return sum(len(list(part)) for part in parts)


def main():
    """Plant, scan, try; told as one line of JSON."""
    opened()
    from benchmarks.house import division, self_evaluations
    from wenxiao.followup.services.trying import try_rules

    made, keys = division(SUBJECTS)
    self_evaluations(made, keys)
    spent, _, rows = best(lambda: scan(made))
    peak_scan, tried = peak(), {}
    for name, change in CHANGES.items():
        cpu, _, ledger = best(
            lambda change=change: try_rules(division=made, changes=[change], by=None), 2
        )
        assert ledger.objects == SUBJECTS, ledger.objects
        tried[name] = [cpu, 0, len(ledger.moved)]
        del ledger
    told = {"scan": spent, "rows": rows, "peak_scan": peak_scan, "peak": peak()}
    few, few_keys = division(FEW, code="990001")
    self_evaluations(few, few_keys)
    for name, change in CHANGES.items():
        for key, one in (("few", few), ("many", made)):
            told[key] = statements(
                lambda one=one, change=change: try_rules(division=one, changes=[change], by=None)
            )
        tried[name][1] = told["many"]
    print(json.dumps({**told, "tried": tried}))


if __name__ == "__main__":
    main()
