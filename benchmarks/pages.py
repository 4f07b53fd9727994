"""Officers' pages at 1 000 and at 100 000 subjects: CPU a page, queries and bytes, over the empty
frame (help), on SQLite and on PostgreSQL (the page's own process; the server's work is not in it).

In one process, without network and web server: what a page itself costs. WENXIAO_BENCH_SUBJECTS
makes the large house smaller.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

LARGE = int(os.environ.get("WENXIAO_BENCH_SUBJECTS", "100000"))
SMALL = min(1000, LARGE)
YEAR = 2021
MONTHS = (3, 6)
JUDGED = 100
"""How many evaluations a small house has at least: a page of them is full there too."""
TIMES = 5
WORDS = ("CPU 毫秒", "净", "查询", "KB")
LONGEST = 12.0
"""Seconds spent on one page at most: a slow page is asked fewer times."""
AFTER_AN_ACT = "，有人办过事之后"
"""Such a page is asked after an entry was written each time: nothing kept may serve it."""
PAGES = (
    ("登录后的空白框架", "/help"),
    ("登录", "/login"),
    ("工作台", "/?year=2021"),
    ("工作台" + AFTER_AN_ACT, "/?year=2021"),
    ("对象列表", "/subjects?year=2021"),
    ("对象列表" + AFTER_AN_ACT, "/subjects?year=2021"),
    ("对象列表，按名称", "/subjects?year=2021&sort=name"),
    ("对象列表，按单位名", "/subjects?year=2021&sort=-unit"),
    ("对象列表，按单位缩小", "/subjects?year=2021&unit={unit}"),
    ("对象列表，缩小后按执行率", "/subjects?year=2021&unit={unit}&sort=-rate"),
    ("对象列表，财政评价", "/subjects?year=2021&work=finance"),
    ("对象列表，按标签", "/subjects?year=2021&tag=民生"),
    ("对象列表，查找", "/subjects?year=2021&q=第77"),
    ("对象档案", "/dossiers/{dossier}"),
    ("监控", "/monitoring?year=2021"),
    ("督看", "/watch?year=2021"),
    ("评价", "/evaluations?year=2021"),
    ("自评", "/selfeval?year=2021"),
    ("任务", "/rounds?year=2021"),
    ("一个任务（自评）", "/rounds/{round}"),
    ("问题", "/findings?year=2021"),
    ("整改台账", "/rectifications?year=2021"),
    ("查找", "/search?q=专项"),
    ("制度库", "/documents"),
)


def measure():
    """Two houses on two databases, each house in a process of its own."""
    from benchmarks.section import Section

    sizes = sorted({SMALL, LARGE})
    houses = {
        (name, size): house
        for name, database in (("SQLite", nullcontext(("", ""))), ("PostgreSQL", _postgresql()))
        for size, house in _houses(database, sizes)
    }
    about = (
        f"同一页在 {' 和 '.join(f'{size:,}' for size in sizes)} 个对象的区划各取一次（科员登录；每个对象一份档案、预算、"
        f"{len(MONTHS)} 笔支付，每七个有一个标签，一半有自评，百分之一（至少 {JUDGED} 个）有财政评价、问题和整改）。CPU 毫秒为页面自己的进程 {TIMES} 次（超过 {LONGEST:.0f} 秒即止）中最好的一次，不含网络和网页服务器，PostgreSQL 不含数据库服务器自己的时间；“净”为减去登录后只有框架的一页（帮助）。"
    )
    head = ("页面", *(f"{name} {size:,} 个：{word}" for name, size in houses for word in WORDS))
    section = Section("页面", about, head)
    for name, _ in PAGES:
        cells = [cell for house in houses.values() for cell in _cells(house, name)]
        section.rows.append((name, *cells))
    section.notes = [
        f"内存最高 {house['peak']} MB（{name}，{size:,} 个对象）。"
        for (name, size), house in houses.items()
    ]
    return section


def _postgresql():
    sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
    from postgres import postgres

    return postgres()


def _houses(database, sizes):
    """(size, what its house cost) one after the other; on a server each in a database of its own."""
    with database as (url, _):
        for size in sizes:
            yield size, _house(size, _own_database(url, f"pages_{size}") if url else "")


def _own_database(url, name):
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _cells(told, name):
    bare, page = told["pages"][PAGES[0][0]], told["pages"][name]
    return (
        f"{page['cpu']:.1f}",
        f"{page['cpu'] - bare['cpu']:.1f}",
        str(page["queries"]),
        f"{page['bytes'] / 1024:.0f}",
    )


def _house(size, url):
    with tempfile.TemporaryDirectory() as home:
        env = {
            **os.environ,
            "WENXIAO_HOME": home,
            "WENXIAO_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
            "WENXIAO_STATICFILES": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.pages", str(size)],
            cwd=Path(__file__).parent.parent,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            env=env,
        )
    return json.loads(done.stdout.splitlines()[-1])


def main(size):
    """Plant, look at every page, tell as one line of JSON."""
    import resource

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    user, unit, dossier, round_ = plant(size)
    client, told = Client(), {}
    client.force_login(user)
    for name, path in PAGES:
        act = act_of(user) if name.endswith(AFTER_AN_ACT) else None
        asked = Client() if path == "/login" else client
        told[name] = look(asked, path.format(unit=unit, dossier=dossier, round=round_), act)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"pages": told, "peak": peak}))


def act_of(user):
    """Something that leaves an entry, as every act does."""
    from wenxiao.records.services import record

    return lambda: record(division=user.division, by=user, act="测量")


def look(client, path, act=None):
    """Best CPU time of a page in milliseconds, its queries and its bytes;
    the first time warms up and doesn't count.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun, best = time.perf_counter(), None
    client.get(path, secure=True)
    if act:
        act()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, secure=True)
    asked = len(queries)  # before the next request empties the log
    assert response.status_code == 200, (path, response.status_code, response.get("Location"))
    for _ in range(TIMES):
        if act:
            act()
        start = time.process_time()
        client.get(path, secure=True)
        spent = (time.process_time() - start) * 1000
        best = spent if best is None else min(best, spent)
        if time.perf_counter() - begun > LONGEST:
            break
    return {"cpu": best, "queries": asked, "bytes": len(response.content)}


def plant(size):
    """A division with so many subjects; an officer, a unit, an evaluated dossier and the
    self-evaluation round of it.
    """
    from django.db import connection, transaction

    from wenxiao.followup.services.keeping import keep_all
    from wenxiao.orgs.models import Role
    from wenxiao.orgs.services import create_division, create_user, grant
    from wenxiao.reviews.services.tallies import renew_all

    division = create_division(code="990000", name="某区", bureau="某区财政局", by=None)
    with transaction.atomic():
        units, keys = _dossiers(division, size)
        _money(keys)
        judged = keys[:: max(size // max(size // 100, JUDGED), 1)]
        selfeval = _results(division, judged, keys)
        user = create_user(
            division=division, username="ceshi", name="测量", by=None, password="Shan-shui_2021!"
        )
        grant(user=user, role=Role.PERFORMANCE, division=division, by=None)
    user.must_change_password = False
    user.save()
    keep_all()  # what the worker does after an import: the lights and the counts stand ready
    renew_all()
    if connection.vendor == "postgresql":  # as its own daemon does in time
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return user, units[0].pk, judged[0], selfeval


def _dossiers(division, size):
    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.orgs.models import Unit
    from wenxiao.store.bulk import insert_rows

    many = max(size // 100, 10)
    insert_rows(
        Unit,
        ("division", "code", "name", "kind"),
        [(division.pk, f"{n:04}", f"某区第{n}单位", "department") for n in range(many)],
    )
    units = list(Unit.objects.filter(division=division).order_by("pk"))
    for unit in units:
        unit.path = f"/{unit.pk}/"
    Unit.objects.bulk_update(units, ["path"], batch_size=200)
    insert_rows(
        Subject,
        ("division", "unit", "code", "name", "kind", "tags"),
        [
            (
                division.pk,
                units[n % many].pk,
                f"{n:021}",
                f"某区第{n}项专项经费",
                "project",
                ["民生"] if n % 7 == 0 else [],
            )
            for n in range(size)
        ],
    )
    subjects = Subject.objects.order_by("pk").values_list("pk", "unit")
    insert_rows(
        Dossier,
        ("subject", "unit", "fiscal_year"),
        [(pk, unit, YEAR - n % 2) for n, (pk, unit) in enumerate(subjects)],
    )
    return units, list(Dossier.objects.order_by("pk").values_list("pk", flat=True))


def _money(keys):
    from wenxiao.budget.models import Appropriation, Spending
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(7)
    budgets = {key: Decimal(chance.randint(10, 5000)) * 10_000 for key in keys}
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
                    month,
                    budgets[key] * chance.randint(1, 50) / 100,
                    f"{key}-{month}",
                )
                for key in keys[part : part + 10_000]
                for month in MONTHS
            ],
        )


def _results(division, judged, keys):
    """Evaluations with a finding and a rectification each; watched dossiers; a self-evaluation of
    every dossier of last year.

    The id of the self-evaluation round.
    """
    from wenxiao.budget.models import Dossier, Round
    from wenxiao.followup.models import CatalogueItem, Finding, Rectification
    from wenxiao.reviews.models import Review
    from wenxiao.rulebook.grading import grade
    from wenxiao.store.bulk import insert_rows

    chance = random.Random(8)
    made = {"division": division, "work_year": YEAR, "state": "open"}
    evaluation = Round.objects.create(
        kind="finance_evaluation", name="财政评价", fiscal_year=YEAR - 1, key=True, **made
    )
    selfeval = Round.objects.create(kind="selfeval", name="单位自评", fiscal_year=YEAR - 1, **made)
    watched = list(
        Dossier.objects.filter(pk__in=keys[:40], fiscal_year=YEAR).values_list("pk", flat=True)
    )
    watching = Round.objects.create(
        kind="monitoring",
        name="1-7月监控",
        fiscal_year=YEAR,
        from_month=1,
        through_month=7,
        key=True,
        scope={"dossiers": watched},
        **made,
    )
    points = [Decimal(chance.randint(6000, 9900)) / 100 for _ in judged]
    rows = [
        (pk, evaluation.pk, evaluation.kind, "issued", p, grade(p))
        for pk, p in zip(judged, points, strict=True)
    ]
    rows += [(pk, watching.pk, watching.kind, "issued", None, "") for pk in watched]
    own = Dossier.objects.filter(fiscal_year=YEAR - 1).order_by("pk").values_list("pk", flat=True)
    states = ("confirmed", "submitted", "filling", "confirmed")
    rows += [(pk, selfeval.pk, selfeval.kind, states[n % 4], None, "") for n, pk in enumerate(own)]
    insert_rows(Review, ("dossier", "round", "kind", "state", "points", "grade"), rows)
    item = CatalogueItem.objects.create(
        division=division, code="WT01", text="预算执行率低", order=1
    )
    reviews = Review.objects.filter(round=evaluation).order_by("pk").values_list("pk", "dossier")
    insert_rows(
        Finding,
        ("dossier", "review", "item", "text", "state"),
        [(dossier, pk, item.pk, "预算执行率低", "confirmed") for pk, dossier in reviews],
    )
    findings = Finding.objects.order_by("pk").values_list("pk", "dossier__unit")
    insert_rows(
        Rectification,
        ("finding", "unit", "deadline", "state"),
        [(pk, unit, date(YEAR, 12, 31), "ordered") for pk, unit in findings],
    )
    return selfeval.pk


if __name__ == "__main__":
    main(int(sys.argv[1]))
