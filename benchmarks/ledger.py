"""A ledger of a million payments over 50 000 subjects: read, matched, reconciled, stored, lit
again, taken back.

Beside it, in the same run: merely reading the file, and a bulk load without any check. On SQLite
and PostgreSQL. WENXIAO_BENCH_LINES makes it smaller.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LINES = int(os.environ.get("WENXIAO_BENCH_LINES", "1000000"))
SUBJECTS = max(LINES // 20, 10)
UNITS = 500
YEAR = 2021
ROOT = Path(__file__).parent.parent
HEAD = "单位代码,单位名称,项目代码,项目名称,支付日期,凭证号,资金性质,支付金额,收款人,用途\n"


def measure():
    """Both databases, each in a process of its own."""
    from benchmarks.section import Section

    about = (
        f"{LINES:,} 笔支付、{SUBJECTS:,} 个对象、一份 csv。导入 = 受限子进程读取、逐列核对、匹配、与已存数据比对、对账、"
        "写入（可整批撤销、一条留痕）。同一份再导入而其间没有别的导入或撤销时，按文件摘要认出。倍数均以同一次运行的“只读文件”为 1。"
    )
    section = Section("支付台账导入", about, ("步骤", "SQLite 秒", "倍数", "PostgreSQL 秒", "倍数"))
    told = [_one(url) for url in _databases()]
    for step in told[0]["seconds"]:
        cells = []
        for one in told:
            spent, base = one["seconds"].get(step), one["seconds"]["只读文件（csv 模块逐行）"]
            cells += [f"{spent:.2f}", f"{spent / base:.1f}"] if spent is not None else ["—", "—"]
        section.rows.append((step, *cells))
    for name, one in zip(("SQLite", "PostgreSQL"), told, strict=True):
        whole = sum(
            one["seconds"][step]
            for step in ("导入：读取", "导入：核对、匹配、对账、比对", "导入：写入")
        )
        bare = (
            one["seconds"]["只读文件（csv 模块逐行）"]
            + one["seconds"]["不核对直接装入（已在内存）"]
        )
        section.notes.append(
            f"{name}：整个导入 {whole:.1f} 秒，是“只读文件再不核对装入”（{bare:.1f} 秒）的 {whole / bare:.1f} 倍；"
            f"主进程内存最高 {one['peak']} MB，读取子进程最高 {one['child']} MB。"
        )
    return section


def _databases():
    sys.path.insert(0, str(ROOT / "scripts"))
    from postgres import postgres

    yield ""
    with postgres() as (url, _):
        yield url


def _one(url):
    with tempfile.TemporaryDirectory() as home:
        env = {
            **os.environ,
            "WENXIAO_HOME": home,
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        }
        env["WENXIAO_DATABASE_URL"] = url
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.ledger"],
            cwd=ROOT,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            env=env,
        )
    return json.loads(done.stdout.splitlines()[-1])


class Watchman:
    """Seconds by step, in order."""

    def __init__(self):
        self.seconds = {}

    def run(self, step, work):
        """Do it and keep how long it took."""
        start = time.perf_counter()
        given = work()
        self.seconds[step] = time.perf_counter() - start
        print(step, f"{self.seconds[step]:.2f}", file=sys.stderr, flush=True)
        return given


def main():
    """Everything once, told as one line of JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from wenxiao.intake.ledger.ledger_import import LedgerImport
    from wenxiao.intake.ledger.reading import read_ledger_file
    from wenxiao.records.services import undo_batch

    call_command("migrate", verbosity=0)
    division = plant()
    path = Path(settings.HOME) / "ledger.csv"
    write(path)
    watch = Watchman()
    watch.run("只读文件（csv 模块逐行）", lambda: read_merely(path))
    watch.run("只读文件（Polars）", lambda: read_polars(path))
    taking = LedgerImport(path=path, division=division, by=None)
    watch.run("导入：读取", taking.read)
    watch.run("导入：核对、匹配、对账、比对", taking.plan)
    outcome = watch.run("导入：写入", taking.write)
    assert (outcome.stored, outcome.accepted) == (True, LINES), outcome.problems[:5]
    watch.run("重新亮灯（全部对象）", lambda: light(division))
    again = LedgerImport(path=path, division=division, by=None)
    watch.run("同一份再导入（没有变化）", lambda: (again.read(), again.plan()))
    assert again.outcome.difference["same"] == LINES
    anew = LedgerImport(path=path, division=division, by=None, ledger=read_ledger_file(path))
    watch.run("其间有过别的导入时：逐行比对（不含读取）", anew.plan)
    assert anew.outcome.difference["same"] == LINES
    batch = type(division)._meta.apps.get_model("records.ImportBatch").objects.get(pk=outcome.batch)
    watch.run("整批撤销", lambda: undo_batch(batch=batch, by=None, why="量速度"))
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    )  # before the bulk load, which holds all its rows
    bare(watch)
    print(
        json.dumps({"seconds": watch.seconds, "peak": peak, "child": taking.child_peak_kib // 1024})
    )


def plant():
    """A division with units, subjects, dossiers and budgets."""
    from django.db import transaction

    from wenxiao.budget.models import Appropriation, Dossier, Subject
    from wenxiao.orgs.models import Unit
    from wenxiao.orgs.services import create_division
    from wenxiao.store.bulk import insert_rows

    division = create_division(code="990000", name="某省", bureau="某省财政厅", by=None)
    with transaction.atomic():
        insert_rows(
            Unit,
            ["division", "code", "name", "path"],
            [(division.pk, f"{n:06}", f"单位{n:04}", f"/{n}/") for n in range(UNITS)],
        )
        units = dict(Unit.objects.values_list("code", "pk"))
        insert_rows(
            Subject,
            ["division", "unit", "code", "name"],
            [
                (division.pk, units[f"{n % UNITS:06}"], f"{n:021}", f"项目{n:06}")
                for n in range(SUBJECTS)
            ],
        )
        rows = list(Subject.objects.values_list("pk", "unit"))
        insert_rows(
            Dossier, ["subject", "unit", "fiscal_year"], [(pk, unit, YEAR) for pk, unit in rows]
        )
        dossiers = list(Dossier.objects.values_list("pk", flat=True))
        insert_rows(
            Appropriation,
            ["dossier", "fund", "opening", "adjusted"],
            [(pk, "general", 10_000_000, 10_000_000) for pk in dossiers],
        )
    return division


def write(path):
    """The file, from a fixed seed."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        for n in range(LINES):
            at = n % SUBJECTS
            cents = chance.randrange(1, 40_000_000)
            out.write(
                f"{at % UNITS:06},单位{at % UNITS:04},{at:021},项目{at:06},{YEAR}-{1 + n % 12:02}-{1 + n % 28:02},V{n:08},"
                f"一般公共预算,{cents // 100}.{cents % 100:02},收款人{n % 977},进度款\n"
            )


def read_merely(path):
    """What any import must at least do."""
    import csv

    with path.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream))


def read_polars(path):
    """The fastest reading there is here."""
    import polars as pl

    return pl.read_csv(path, infer_schema=False).height


def bare(watch):
    """The same rows into the same table with nothing checked: executemany on SQLite, COPY on
    PostgreSQL; rolled back.
    """
    from django.db import connection, transaction

    from wenxiao.budget.models import Dossier

    chance, dossiers = (
        random.Random(7),
        list(Dossier.objects.order_by("pk").values_list("pk", flat=True)),
    )
    names = ("dossier_id", "fund", "source", "month", "cumulative", "amount", "line", "synthetic")
    rows = [
        (
            dossiers[n % SUBJECTS],
            "general",
            "treasury",
            1 + n % 12,
            False,
            chance.randrange(1, 40_000_000),
            f"V{n:08}",
            False,
        )
        for n in range(LINES)
    ]

    def load():
        with transaction.atomic(), connection.cursor() as cursor:
            columns = ", ".join(names)
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY budget_spending ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(
                    f"INSERT INTO budget_spending ({columns}) VALUES ({marks})", rows
                )
            transaction.set_rollback(rollback=True)

    watch.run("不核对直接装入（已在内存）", load)


def light(division):
    """Every subject's money light anew, through September."""
    import polars as pl
    from django.db.models import Q

    from wenxiao.budget import money_columns as money
    from wenxiao.rulebook.pace_columns import pace_columns

    which = Q(dossier__fiscal_year=YEAR, dossier__subject__division=division)
    joined = money.arranged(which, YEAR).join(money.spent(which, 9), on="dossier", how="left")
    nothing = {name: pl.lit(0, dtype=pl.Int64) for name in ("due", "done", "planned")}
    lit = pace_columns(
        joined.rename({"spent": "executed"}).with_columns(
            through=pl.lit(9, dtype=pl.Int64), **nothing
        ),
        YEAR,
    )
    assert lit.height == SUBJECTS
    return lit


if __name__ == "__main__":
    main()
