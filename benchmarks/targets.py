"""Targets: the check of one of 40 rows, the comparison of 50 000, the library's search over 50 000
rows on both databases.

WENXIAO_BENCH_ROWS makes the last two smaller.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = int(os.environ.get("WENXIAO_BENCH_ROWS", "50000"))
CHECKED_ROWS = 40
THINGS = (
    "道路",
    "桥梁",
    "管网",
    "学校",
    "医院",
    "泵站",
    "图书",
    "路灯",
    "林地",
    "水库",
    "设备",
    "课程",
)
DEEDS = (
    "养护",
    "改造",
    "新建",
    "维修",
    "检测",
    "培训",
    "购置",
    "整治",
    "巡查",
    "清运",
    "更新",
    "补助",
)
MEASURES = (
    "合格率",
    "完成率",
    "数量",
    "里程",
    "覆盖率",
    "及时率",
    "满意度",
    "人数",
    "面积",
    "次数",
)
ASKED = ("道路养护", "满意度", "管网改造 合格率", "培训人数", "课程", "水库巡查次数", "路灯更新")
CHILD = """
import json, sys, time
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from benchmarks import targets
print(json.dumps(targets.on_rows()))
"""


def measure():
    """One section: what is checked, compared and searched, each beside what it is held against."""
    from benchmarks.section import Section

    about = (
        f"送审前检查一份 {CHECKED_ROWS} 行的目标（库里的行，从读取到问题清单）；"
        f"串稿比对 {ROWS:,} 份目标；指标库 {ROWS:,} 行里检索。"
    )
    section = Section("绩效目标", about, ("做法", "量到的", "对照"))
    section.rows += _compared()
    for name, database in (("SQLite", None), ("PostgreSQL", _postgresql)):
        section.rows += [(f"{name}：{what}", one, than) for what, one, than in _child(database)]
    section.notes = [
        "串稿的倍数以同一份 JSON 读入内存的时间为 1。",
        "检索各词各问五遍，p95 是全部问法里第 95 百分位；要求不超过 100 毫秒，检查一份也是。",
    ]
    return section


def named(chance):
    """The name of an indicator: a place of its own, and words that many share."""
    place = "".join(chr(chance.randint(0x4E00, 0x6E00)) for _ in range(4))
    return place + "".join(chance.choice(words) for words in (THINGS, DEEDS, MEASURES))


def tables(count):
    """Targets as ``wenxiao similar`` takes them; every hundredth copies the one before it."""
    chance, made = random.Random(2022), []
    for at in range(count):
        if at % 100 == 99:
            made.append({**made[-1], "id": str(at)})
            continue
        rows = [
            {"level3": named(chance), "target": f"≥{chance.randint(1, 999)}项"} for _ in range(6)
        ]
        text = f"{named(chance)}，{named(chance)}。"
        made.append(
            {"id": str(at), "rows": rows, "text": text, "subject": {"goals": named(chance)}}
        )
    return made


def _compared():
    from benchmarks.section import median
    from wenxiao.rulebook.similarity import similar

    text = json.dumps(tables(ROWS), ensure_ascii=False)
    read, listed = median(lambda: json.loads(text), times=3)
    spent, pairs = median(lambda: similar(listed), times=1)
    assert len(pairs) >= ROWS // 100 - 1
    return [
        ("读入同样的 JSON", f"{read:.2f} 秒", "1.0 倍"),
        (f"串稿比对，找出 {len(pairs):,} 对", f"{spent:.1f} 秒", f"{spent / read:.1f} 倍"),
    ]


def _postgresql():
    sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
    from postgres import postgres

    return postgres()


def _child(database):
    with tempfile.TemporaryDirectory() as home:
        env = {
            **os.environ,
            "WENXIAO_HOME": home,
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
            "WENXIAO_DATABASE_URL": "",
        }
        if database is None:
            return _run(env)
        with database() as (url, _):
            return _run(env | {"WENXIAO_DATABASE_URL": url})


def _run(env):
    command = [sys.executable, "-c", CHILD]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def on_rows():
    """In a process with a database of its own: the check of a stored target
    and the library's search.
    """
    from wenxiao.orgs.services import create_division

    division = create_division(code="990000", name="量", bureau="量财政局", by=None)
    return [_checked(division), *_searched(division)]


def _checked(division):
    from benchmarks.section import median
    from wenxiao.budget.services import ensure_subject, open_dossier
    from wenxiao.orgs.services import add_unit
    from wenxiao.targets.checks import faults_of
    from wenxiao.targets.models import Indicator, Target

    unit = add_unit(division=division, code="101001", name="甲局", by=None)
    subject = ensure_subject(division=division, unit=unit, code="P1", name="道路养护", by=None)
    dossier = open_dossier(subject=subject, fiscal_year=2022, by=None)
    target, chance = Target.objects.create(dossier=dossier, filing=True), random.Random(1)
    Indicator.objects.bulk_create(
        Indicator(
            target=target,
            order=at,
            level1="产出指标" if at % 2 else "效益指标",
            level2="数量指标" if at % 2 else "社会效益指标",
            name=named(chance),
            expression=f"≥{at}项" if at % 3 else "明显提升",
            weight=2,
            source="台账",
        )
        for at in range(1, CHECKED_ROWS + 1)
    )
    row = Target.objects.select_related("dossier__subject__division", "dossier__unit").get()
    faults_of([row])
    spent, _ = median(lambda: faults_of([row]), times=15)
    return (f"检查一份 {CHECKED_ROWS} 行的目标", f"{spent * 1000:.0f} 毫秒", "要求 ≤ 100 毫秒")


def _searched(division):
    import time

    from wenxiao.store.segments import segments
    from wenxiao.targets.library import found_in
    from wenxiao.targets.models import LibraryRow

    chance = random.Random(3)
    LibraryRow.objects.bulk_create(
        (
            LibraryRow(
                division=division,
                state="published",
                level1="产出指标",
                level2="数量指标",
                name=name,
                words=" ".join(segments(name)),
            )
            for name in (named(chance) for _ in range(ROWS))
        ),
        batch_size=1000,
    )
    rows, spent = LibraryRow.objects.filter(division=division, state="published"), []
    for _ in range(5):
        for text in ASKED:
            begun = time.perf_counter()
            assert found_in(rows, text)
            spent.append(time.perf_counter() - begun)
    spent.sort()
    worst = spent[max(0, -(-len(spent) * 95 // 100) - 1)]
    middle = spent[len(spent) // 2]
    return [
        (f"指标库检索，{ROWS:,} 行，p95", f"{worst * 1000:.0f} 毫秒", "要求 ≤ 100 毫秒"),
        ("指标库检索，中位数", f"{middle * 1000:.0f} 毫秒", ""),
    ]
