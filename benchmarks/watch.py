"""The watch page over a province: 50 000 dossiers, a million payments, goals and findings; server time and queries.

Runs in a throwaway SQLite house. WENXIAO_BENCH_DOSSIERS makes it smaller.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

DOSSIERS = int(os.environ.get("WENXIAO_BENCH_DOSSIERS", "50000"))
PAYMENTS = 20
GOALS = 2
UNITS = 500
YEAR = 2021


def measure():
    """In a process of its own: its database must not be anybody's."""
    import json

    from benchmarks.section import Section

    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.watch"], cwd=Path(__file__).parent.parent, check=True, text=True,
            stdout=subprocess.PIPE, env={**os.environ, "WENXIAO_HOME": home, "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings"},
        )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    about = (
        f"{DOSSIERS:,} 个档案、{DOSSIERS * PAYMENTS:,} 笔支付、{DOSSIERS * GOALS:,} 个指标实绩，SQLite；一次请求 = "
        "灯、钱与事对照、按部门、前 50 行的算式与依据。不含网络与页面排版。"
    )
    section = Section("监控一览", about, ("情形", "毫秒", "查询数"))
    section.rows = [tuple(row) for row in told["rows"]]
    section.notes = [
        "“有人办过事之后”是整张表从数据库重算；“无人办事”时按留痕链头取已算好的表，只重读前 50 行。",
        f"查询数：{told['few']} 个档案与 {DOSSIERS:,} 个档案相同（{told['queries_few']} = {told['queries']}）。",
    ]
    return section


def main():
    """Plant, look, tell as one line of JSON."""
    import json

    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _, window, user = plant(DOSSIERS)
    _, small, other = plant(600)
    rows, counts = [], {}
    look(small, other)
    first, _ = timed(lambda: look(window, user))
    rows.append(("新进程第一次（指标文字也是第一次读）", f"{first:.0f}", "—"))
    times = []
    for _ in range(3):
        act(window)
        spent, counts["big"] = timed(lambda: look(window, user))
        times.append(spent)
    rows.append(("有人办过事之后", f"{sorted(times)[1]:.0f}", str(counts["big"])))
    times = [timed(lambda: look(window, user)) for _ in range(5)]
    rows.append(("无人办事时再看", f"{sorted(times)[2][0]:.0f}", str(times[0][1])))
    act(small)
    _, counts["few"] = timed(lambda: look(small, other))
    print(json.dumps({"rows": rows, "few": 600, "queries_few": counts["few"], "queries": counts["big"]}))


def timed(work):
    """Milliseconds and queries."""
    import time

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        start = time.perf_counter()
        work()
        spent = (time.perf_counter() - start) * 1000
    return spent, len(queries)


def look(window, user):
    """What the page asks for."""
    from datetime import date

    from wenxiao.followup.kinds.lines import watch_rows
    from wenxiao.followup.kinds.standing import by_department, money_by_goals
    from wenxiao.followup.kinds.watch import watch_kept

    table = watch_kept(window, user, on=date(YEAR, 8, 1))
    return table.lights, money_by_goals(table), by_department(table), watch_rows(table, 0, 50)


def act(window):
    """Anybody does anything: what was kept no longer counts."""
    from wenxiao.records.services import record

    record(division=window.division, by=None, act="测量")


def plant(dossiers):
    """A division with so many dossiers; returns it, its window and an officer."""
    from django.db import transaction

    from wenxiao.budget.models import Dossier, Round, Subject
    from wenxiao.orgs.models import Role, Unit
    from wenxiao.orgs.services import create_division, create_user, grant
    from wenxiao.store.bulk import insert_rows

    code = f"{dossiers:06d}"
    with transaction.atomic():
        division = create_division(code=code, name=f"测量{code}", bureau="测量局", by=None)
        insert_rows(
            Unit, ("division", "code", "name", "kind"),
            [(division.pk, f"{n:03d}", f"部门{n}", "department") for n in range(UNITS)],
        )  # fmt: skip
        units = list(Unit.objects.filter(division=division).order_by("pk"))
        for unit in units:
            unit.path = f"/{unit.pk}/"
        Unit.objects.bulk_update(units, ["path"], batch_size=200)
        names = ("division", "unit", "code", "name", "tags")
        insert_rows(
            Subject,
            names,
            [(division.pk, units[n % UNITS].pk, f"{code}{n:012d}", f"项目{n}", []) for n in range(dossiers)],
        )
        subjects = Subject.objects.filter(division=division).order_by("pk").values_list("pk", "unit")
        insert_rows(Dossier, ("subject", "unit", "fiscal_year"), [(pk, unit, YEAR) for pk, unit in subjects])
        keys = list(Dossier.objects.filter(subject__division=division).order_by("pk").values_list("pk", flat=True))
        _money(keys)
        _goals(keys)
        window = Round.objects.create(
            division=division, kind="monitoring", name="1-7月监控", work_year=YEAR, fiscal_year=YEAR, from_month=1,
            through_month=7, state="open",
        )  # fmt: skip
        user = create_user(division=division, username=f"u{code}", name="测量", by=None, password="Ce-liang_2021!")  # noqa: S106 - a throwaway house
        grant(user=user, role=Role.PERFORMANCE, division=division, by=None)
    return division, window, user


def _money(keys):
    from decimal import Decimal

    from wenxiao.budget.models import Appropriation, Spending
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(7)  # noqa: S311 - the same rows at every run
    budgets = {key: Decimal(chance.randint(10, 5000)) * 10000 for key in keys}
    insert_rows(
        Appropriation, ("dossier", "fund", "opening", "adjusted"), [(k, "general", b, b) for k, b in budgets.items()]
    )
    names = ("dossier", "fund", "source", "month", "amount", "line")
    for part in range(0, len(keys), 10_000):
        insert_rows(
            Spending, names,
            [
                (key, "general", "treasury", chance.randint(1, 9), budgets[key] * chance.randint(1, 60) / 1000, f"{key}-{n}")
                for key in keys[part : part + 10_000]
                for n in range(PAYMENTS)
            ],
        )  # fmt: skip


def _goals(keys):
    from wenxiao.evidence.models import Actual
    from wenxiao.store.bulk import insert_rows
    from wenxiao.targets.models import Indicator, Target

    chance = random.Random(8)  # noqa: S311 - as above
    insert_rows(Target, ("dossier", "state"), [(key, "approved") for key in keys])
    targets = list(
        Target.objects.filter(dossier__gte=keys[0], dossier__lte=keys[-1]).order_by("pk").values_list("pk", flat=True)
    )
    names = ("target", "order", "name", "expression", "level2")
    wanted = (("完成任务数量", "≥{}项", "数量指标"), ("验收合格率", "≥{}%", "质量指标"))
    insert_rows(
        Indicator, names,
        [
            (target, n, wanted[n][0], wanted[n][1].format(chance.randint(10, 99)), wanted[n][2])
            for target in targets
            for n in range(GOALS)
        ],
    )  # fmt: skip
    rows = (
        Indicator.objects.filter(target__gte=targets[0], target__lte=targets[-1])
        .order_by("pk")
        .values_list("pk", "order")
    )
    insert_rows(
        Actual, ("indicator", "stage", "through_month", "value"),
        [(pk, "monitoring", 7, f"{chance.randint(1, 99)}{'项' if order == 0 else '%'}") for pk, order in rows],
    )  # fmt: skip


if __name__ == "__main__":
    main()
