"""The pages 督看 and 监控 over a province: 50 000 dossiers, a million payments, goals, findings; server
time and queries.

The whole page is asked of the program as a browser would, in a throwaway house: embedded SQLite, or
the database of WENXIAO_BENCH_DATABASE_URL. WENXIAO_BENCH_DOSSIERS makes it smaller.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

DOSSIERS = int(os.environ.get("WENXIAO_BENCH_DOSSIERS", "50000"))
PAYMENTS = 20
GOALS = 2
UNITS = 500
YEAR = 2021


PAGES = {"督看": "/watch?year=2021", "监控": "/monitoring/{window}?year=2021"}
IMPORTED = 20_000
"""Payments of one large import, each of another dossier."""


def measure():
    """In a process of its own: its database must not be anybody's."""
    from benchmarks.section import Section

    with tempfile.TemporaryDirectory() as home:
        told = json.loads(_run(home, "watch"))
    about = (
        f"{DOSSIERS:,} 个档案（两个监控期间，每期 {DOSSIERS:,} 张监控表）、{DOSSIERS * PAYMENTS:,} 笔支付、{DOSSIERS * GOALS:,} 个指标实绩，"
        f"{told['vendor']}。整页的服务器时间（取数、比较上期、逾期、按部门、前几行的算式与依据、排版），不含网络；"
        f"{'处理器毫秒' if told['vendor'] == 'SQLite' else '毫秒'}，5 次中最好的一次（新进程只有一次）。"
    )
    section = Section("监控一览", about, ("情形", "督看 毫秒", "监控 毫秒", "查询数"))
    section.rows = [tuple(row) for row in told["rows"]]
    section.notes = told["notes"]
    return section


def _run(home, *words):
    env = {
        **os.environ,
        "WENXIAO_HOME": home,
        "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        "WENXIAO_DATABASE_URL": os.environ.get("WENXIAO_BENCH_DATABASE_URL", ""),
        "WENXIAO_STATICFILES": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.watch", *words],
        cwd=Path(__file__).parent.parent,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        env=env,
    )
    return done.stdout.splitlines()[-1]


def _start():
    """A process as the web server begins it: whole before its first request."""
    from django.conf import settings

    import wenxiao.site.wsgi  # noqa: F401 - reads addresses and templates

    settings.ALLOWED_HOSTS = ["*"]


def fresh(window, user):
    """The first request of a process, and the second, as JSON."""
    _start()
    times = [looked(path, int(window), int(user))[0] for path in PAGES.values() for _ in range(2)]
    print(json.dumps(times))


def main():
    """Plant, look, tell as one line of JSON."""
    _start()
    from django.core.management import call_command
    from django.db import connection

    from wenxiao.followup.services.keeping import watch_changes
    from wenxiao.followup.watch.inputs import unwatch_inputs

    call_command("migrate", verbosity=0)
    unwatch_inputs()  # planting is not measured
    _, window, user = plant(DOSSIERS)
    _, small, other = plant(600)
    watch_changes()
    notes, rows = [], []
    notes.append(f"台账第一次建立（全部期间，由后台做）：{_worker() / 1000:.1f} 秒。")
    first = json.loads(_run(os.environ["WENXIAO_HOME"], "fresh", str(window.pk), str(user.pk)))
    rows.append(("新进程第一次取页", f"{first[0]:.0f}", f"{first[2]:.0f}", "—"))
    rows.append(("同一进程第二次", f"{first[1]:.0f}", f"{first[3]:.0f}", "—"))
    for name, act in (("有人办过一件事之后", _pay_one), ("导入 200 个项目的支付之后", _pay_some)):
        rows.append((name, *_after(act, window, user)))
    rows.append(("无人办事时再看", *_after(lambda _: None, window, user)))
    _import_many(window)
    rows.append(
        (
            f"导入 {min(IMPORTED, DOSSIERS):,} 个项目的支付之后，重算完成之前（页面说明）",
            *_after(lambda _: None, window, user),
        )
    )
    notes.append(
        f"后台重算两期共 {_worker() / 1000:.1f} 秒；之前的页面写明还有多少在重算、数字截至几时，列出的各行是现算的。"
    )
    rows.append(("重算完成之后", *_after(lambda _: None, window, user)))
    queries = [
        looked(PAGES["督看"], one.pk, person.pk)[1]
        for one, person in ((window, user), (small, other))
    ]
    notes.append(f"督看页查询数：600 个档案与 {DOSSIERS:,} 个档案为 {queries[1]} 与 {queries[0]}。")
    notes.append(_cost_of_marks(window))
    print(
        json.dumps(
            {
                "rows": rows,
                "notes": notes,
                "vendor": connection.vendor.replace("sqlite", "SQLite").replace(
                    "postgresql", "PostgreSQL"
                ),
            }
        )
    )


def _windows(window):
    from wenxiao.budget.models import Round

    return list(
        Round.objects.filter(division=window.division_id)
        .select_related("division")
        .order_by("through_month")
    )


def _worker():
    from wenxiao.followup.services.keeping import keep_all

    return timed(keep_all)[0]


def _after(act, window, user):
    """Best of five of both pages, each time after an act, and the queries of both."""
    told = []
    for path in PAGES.values():
        looked(path, window.pk, user.pk)
        found = []
        for _ in range(5):
            act(window)
            found.append(looked(path, window.pk, user.pk))
        told.append(min(found))
    return f"{told[0][0]:.0f}", f"{told[1][0]:.0f}", f"{told[0][1]} / {told[1][1]}"


_CLIENTS = {}


def looked(path, window, user):
    """Milliseconds and queries of one page."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    if user not in _CLIENTS:
        _CLIENTS[user] = Client()
        _CLIENTS[user].force_login(get_user_model().objects.get(pk=user))
    spent, queries, answer = timed(
        lambda: _CLIENTS[user].get(path.format(window=window), secure=True)
    )
    assert answer.status_code == 200, (path, answer.status_code, answer.get("Location"))
    return spent, queries


def timed(work):
    """Milliseconds (of the processor, or with a server of the clock), queries and the answer."""
    import time

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    # The embedded database works inside the process: its CPU time is the whole cost, whoever else
    # uses the machine.
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    with CaptureQueriesContext(connection) as queries:
        start = clock()
        answer = work()
        spent = (clock() - start) * 1000
    return spent, len(queries), answer


def _pay_one(window):
    _pay(window, 1)


def _pay_some(window):
    _pay(window, 200)


def _import_many(window):
    return _pay(window, IMPORTED)


def _pay(window, many):
    """Payments to so many dossiers, in one transaction, with its entry."""
    from django.db import transaction

    from wenxiao.budget.models import Dossier, Spending
    from wenxiao.records.services import record
    from wenxiao.store.bulk import insert_rows

    keys = list(
        Dossier.objects.filter(subject__division=window.division_id)
        .order_by("?")
        .values_list("pk", flat=True)[:many]
    )

    def write():
        with transaction.atomic():
            insert_rows(
                Spending,
                ("dossier", "fund", "source", "month", "amount"),
                [(key, "general", "treasury", 3, 100) for key in keys],
            )
            record(division=window.division, by=None, act="测量")

    return timed(write)[0]


def _cost_of_marks(window):
    from wenxiao.followup.services.keeping import watch_changes
    from wenxiao.followup.watch.inputs import unwatch_inputs

    many = min(IMPORTED, DOSSIERS)
    _worker()
    marked = _pay(window, many)
    unwatch_inputs()
    bare = _pay(window, many)
    watch_changes()
    return f"数据库自己记下改动的代价：写入 {many:,} 笔支付（各属一个项目）由 {bare:.0f} 毫秒变为 {marked:.0f} 毫秒。"


def plant(dossiers):
    """A division with so many dossiers; returns it, its window and an officer."""
    from django.db import transaction

    from wenxiao.orgs.models import Role
    from wenxiao.orgs.services import create_division, create_user, grant

    code = f"{dossiers:06d}"
    with transaction.atomic():
        division = create_division(code=code, name=f"测量{code}", bureau="测量局", by=None)
        keys = _dossiers(division, dossiers)
        _money(keys)
        _goals(keys)
        window = _windows(division, keys)
        _problems(division, keys)
        user = create_user(
            division=division, username=f"u{code}", name="测量", by=None, password="Shan-shui_2021!"
        )
        grant(user=user, role=Role.PERFORMANCE, division=division, by=None)
        user.must_change_password = False
        user.save()
    return division, window, user


def _dossiers(division, dossiers):
    """So many subjects over the units, each with the year's dossier; the dossiers' keys."""
    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.orgs.models import Unit
    from wenxiao.store.bulk import insert_rows

    insert_rows(
        Unit,
        ("division", "code", "name", "kind"),
        [(division.pk, f"{n:03d}", f"部门{n}", "department") for n in range(UNITS)],
    )
    units = list(Unit.objects.filter(division=division).order_by("pk"))
    for unit in units:
        unit.path = f"/{unit.pk}/"
    Unit.objects.bulk_update(units, ["path"], batch_size=200)
    names = ("division", "unit", "code", "name", "tags")
    insert_rows(
        Subject,
        names,
        [
            (division.pk, units[n % UNITS].pk, f"{division.code}{n:012d}", f"项目{n}", [])
            for n in range(dossiers)
        ],
    )
    subjects = Subject.objects.filter(division=division).order_by("pk").values_list("pk", "unit")
    insert_rows(
        Dossier, ("subject", "unit", "fiscal_year"), [(pk, unit, YEAR) for pk, unit in subjects]
    )
    return list(
        Dossier.objects.filter(subject__division=division)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _windows(division, keys):
    """Two monitoring rounds with a form of every dossier; the later round."""
    from wenxiao.budget.models import Round
    from wenxiao.reviews.models import Review
    from wenxiao.store.bulk import insert_rows

    windows = [
        Round.objects.create(
            division=division,
            kind="monitoring",
            name=f"1-{month}月监控",
            work_year=YEAR,
            fiscal_year=YEAR,
            from_month=1,
            through_month=month,
            state="open",
            deadline=date(YEAR, month + 1, 10),
        )
        for month in (4, 7)
    ]
    for window in windows:
        rows = [
            (key, window.pk, window.kind, "waiting" if n % 3 else "submitted")
            for n, key in enumerate(keys)
        ]
        insert_rows(Review, ("dossier", "round", "kind", "state"), rows)
    return window


def _problems(division, keys):
    """One dossier in fifty has an open compliance finding."""
    from wenxiao.followup.models import CatalogueItem, Finding
    from wenxiao.store.bulk import insert_rows

    item = CatalogueItem.objects.create(division=division, code="HG-01", text="用工不规范", order=1)
    rows = [(key, item.pk, "用工不规范", "confirmed") for key in keys[::50]]
    insert_rows(Finding, ("dossier", "item", "text", "state"), rows)


def _money(keys):
    from decimal import Decimal

    from wenxiao.budget.models import Appropriation, Spending
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(7)
    budgets = {key: Decimal(chance.randint(10, 5000)) * 10000 for key in keys}
    insert_rows(
        Appropriation,
        ("dossier", "fund", "opening", "adjusted"),
        [(k, "general", b, b) for k, b in budgets.items()],
    )
    names = ("dossier", "fund", "source", "month", "amount", "line")
    for part in range(0, len(keys), 10_000):
        insert_rows(
            Spending,
            names,
            [
                (
                    key,
                    "general",
                    "treasury",
                    chance.randint(1, 9),
                    budgets[key] * chance.randint(1, 60) / 1000,
                    f"{key}-{n}",
                )
                for key in keys[part : part + 10_000]
                for n in range(PAYMENTS)
            ],
        )


def _goals(keys):
    from wenxiao.evidence.models import Actual
    from wenxiao.store.bulk import insert_rows
    from wenxiao.targets.models import Indicator, Target

    chance = random.Random(8)
    insert_rows(Target, ("dossier", "state"), [(key, "approved") for key in keys])
    targets = list(
        Target.objects.filter(dossier__gte=keys[0], dossier__lte=keys[-1])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    names = ("target", "order", "name", "expression", "level2")
    wanted = (("完成任务数量", "≥{}项", "数量指标"), ("验收合格率", "≥{}%", "质量指标"))
    insert_rows(
        Indicator,
        names,
        [
            (target, n, wanted[n][0], wanted[n][1].format(chance.randint(10, 99)), wanted[n][2])
            for target in targets
            for n in range(GOALS)
        ],
    )
    rows = (
        Indicator.objects.filter(target__gte=targets[0], target__lte=targets[-1])
        .order_by("pk")
        .values_list("pk", "order")
    )
    insert_rows(
        Actual,
        ("indicator", "stage", "through_month", "value"),
        [
            (pk, "monitoring", 7, f"{chance.randint(1, 99)}{'项' if order == 0 else '%'}")
            for pk, order in rows
        ],
    )


if __name__ == "__main__":
    fresh(*sys.argv[2:]) if sys.argv[1] == "fresh" else main()
