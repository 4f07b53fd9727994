"""结转新年度 over 5 000 subjects: preview, act and undoing, beside merely writing the same dossiers.

WENXIAO_BENCH_REPORTED makes it smaller.
"""

from __future__ import annotations

import json
import os

from benchmarks.house import YEAR, alone, best, opened, peak, statements

SUBJECTS = int(os.environ.get("WENXIAO_BENCH_REPORTED", "5000"))
FEW = 60
STEPS = {"preview": "预览", "turn": "结转", "undo": "撤销结转"}


def measure():
    """In a process of its own."""
    from benchmarks.section import Section

    told = alone("turning")
    about = f"{SUBJECTS:,} 个对象、四项任务的一年结转到下一年，再撤销；处理器时间，三次中最少的一次，SQLite。"
    head = ("步骤", "处理器秒", "墙上秒", "倍数", f"查询：{FEW} 个", f"查询：{SUBJECTS:,} 个")
    section = Section("结转新年度", about, head)
    floor = told["floor"][0]
    section.rows = [("只写入同样的档案", f"{floor:.3f}", f"{told['floor'][1]:.3f}", "1.0", "", "")]
    for step, word in STEPS.items():
        cpu, wall, few, many = told[step]
        section.rows.append(
            (word, f"{cpu:.3f}", f"{wall:.3f}", f"{cpu / floor:.1f}", str(few), str(many))
        )
    section.notes = [
        f"每个对象的查询数：结转 {told['turn'][3] / SUBJECTS:.4f}，撤销 {told['undo'][3] / SUBJECTS:.4f}。",
        f"内存：建好数据后 {told['peak_before']} MB，三步之后最高 {told['peak']} MB。",
    ]
    return section


def plant(size, code="990000"):
    """A division with a year of work behind it: self-evaluations, evaluations, monitoring, open
    rectifications.
    """
    from benchmarks.house import division, evaluations, self_evaluations
    from wenxiao.budget.models import Round

    made, keys = division(size, year=YEAR, code=code)
    self_evaluations(made, keys)
    evaluations(made, keys[::10])
    for name, scope in (("1-7月监控", {}), ("重点监控", {"dossiers": keys[:50]})):
        Round.objects.create(
            division=made,
            kind="monitoring",
            name=f"{YEAR}年{name}",
            work_year=YEAR,
            fiscal_year=YEAR,
            from_month=1,
            through_month=7,
            state="open",
            scope=scope,
        )
    return made


def acts(made):
    """The three steps, each a function of its own; the last two follow each other."""
    from wenxiao.followup.selectors.turning import turn_of
    from wenxiao.followup.services.turning import roll_over, undo_roll_over

    batch = []

    def turn():
        plan = turn_of(made, YEAR)
        batch.append(roll_over(division=made, year=YEAR, by=None, seen=len(plan.carried)))

    return {
        "preview": lambda: turn_of(made, YEAR),
        "turn": turn,
        "undo": lambda: undo_roll_over(batch=batch[-1], by=None, why="量速度"),
    }


def main():
    """Plant, turn, undo; told as one line of JSON."""
    opened()
    made = plant(SUBJECTS)
    told = {"peak_before": peak(), "floor": best(_floor(made))[:2]}
    spent = {step: [] for step in STEPS}
    for _ in range(3):
        for step, work in acts(made).items():
            spent[step].append(best(work, 1)[:2])
    many = {step: statements(work) for step, work in acts(made).items()}
    told["peak"] = peak()
    few = {step: statements(work) for step, work in acts(plant(FEW, "990001")).items()}
    for step, times in spent.items():
        told[step] = (min(t[0] for t in times), min(t[1] for t in times), few[step], many[step])
    print(json.dumps(told))


def _floor(made):
    """The same dossiers written and nothing else, rolled back."""
    from django.db import transaction

    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.store.bulk import insert_rows

    rows = [
        (pk, unit, YEAR + 1)
        for pk, unit in Subject.objects.filter(division=made).values_list("pk", "unit")
    ]

    def write():
        with transaction.atomic():
            insert_rows(Dossier, ("subject", "unit", "fiscal_year"), rows)
            transaction.set_rollback(True)

    return write


if __name__ == "__main__":
    main()
