"""A second person saves every second while a workbook of 200 000 rows goes through each door: how
long a save waits.

The whole system runs, website and workers. WENXIAO_BENCH_ROWS makes the workbook smaller.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

ROWS = int(os.environ.get("WENXIAO_BENCH_ROWS", "200000"))
LONGEST = 1200
PAGE = "reliability.md"
PLANT = f"""
import os; os.environ["WENXIAO_BENCH_LINES"] = "{ROWS}"
import django; django.setup()
from django.conf import settings
from benchmarks import ledger
ledger.SUBJECTS = max({ROWS} // 4, 10)
ledger.plant(); ledger.write(settings.HOME / "ledger.csv")
"""
WRITE = """
import django, time; django.setup()
from django.conf import settings
from wenxiao.intake.ledger.ledger_import import LedgerImport
from wenxiao.orgs.models import Division
division = Division.objects.get(code="990000")
taking = LedgerImport(path=settings.HOME / "ledger.csv", division=division, by=None)
taking.read(); taking.plan()
began = time.perf_counter()
assert taking.write().stored
print(time.perf_counter() - began)
"""
BUDGETS = ROWS // 4
"""Lines of the ledger of budgets: one a project, more than a province has."""
BUDGET = f"""
import django, sys, time; django.setup()
from django.conf import settings
from wenxiao.intake.ledger.ledger_import import LedgerImport
from wenxiao.intake.undoing import undo_in_parts
from wenxiao.orgs.models import Division
from wenxiao.records.models import ImportBatch
division, step = Division.objects.get(code="990000"), "{{step}}"
path = settings.HOME / "budget.csv"
if step == "undo":
    batch = ImportBatch.objects.filter(kind="budget", state="applied").latest("pk")
    began = time.perf_counter()
    undo_in_parts(batch=batch, by=None, why="量速度")
else:
    plus = 1 if step == "new" else 2
    lines = (f"{{{{n:021}}}},项目{{{{n:06}}}},{{{{n + plus}}}}.00\\n" for n in range({BUDGETS}))
    path.write_text("项目代码,项目名称,全年预算\\n" + "".join(lines), encoding="utf-8")
    taking = LedgerImport(path=path, division=division, by=None, kind="budget", year=2022)
    taking.read(); taking.plan()
    began = time.perf_counter()
    assert taking.write().stored
print(time.perf_counter() - began)
"""
BUDGET_STEPS = {
    "new": f"写入 {BUDGETS:,} 行预算，全部新增",
    "changed": f"写入 {BUDGETS:,} 行预算，全部改动",
    "undo": f"撤销 {BUDGETS:,} 行改动的预算",
}
DOORS = {
    "制度文件 /documents/add": (
        "/documents/add",
        "file",
        {"kind": "measures", "title": "办法", "number": "1号"},
    ),
    "报表 /imports": ("/imports", "files", {"token": "f"}),
    "台账 /imports/ledgers": ("/imports/ledgers", "file", {"token": "l"}),
}


def measure():
    """Every door on both databases; the longest save of each, beside saves
    with nothing going on.
    """
    from benchmarks.section import Section

    about = (
        f"一份 {ROWS:,} 行的工作簿从每个入口上传，后台读取；另一个人每秒新增一个单位（一次写入、一条留痕）。"
        "整套系统在运行：网页 2 个进程、后台任务 2 个。"
    )
    section = Section(
        "大文件读取时别人的保存",
        about,
        ("数据库", "入口", "上传到答复 秒", "读完 秒", "其间保存 次", "最久的一次 秒", "未成 次"),
    )
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with tempfile.TemporaryDirectory() as home, database() as url:
            section.rows += [(name, *row) for row in _one(Path(home), url)]
    section.notes = [
        "上传各行：没有写事务在等读取，读取时持有事务会当场出错（`store/locks.py`）。",
        "写入台账各行：整份生效或全不生效；分批写入的行先不算数，每批约占用数据库四分之一秒，最后一步很短。",
    ]
    return section


@contextmanager
def _sqlite():
    yield ""


@contextmanager
def _postgresql():
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
    from postgres import own_server

    with own_server(lasting=True) as (server, _):
        yield server.url


def _one(home, url):
    from tests.large import honest_workbook
    from tests.site.running import running

    content = honest_workbook(home / "支付明细.xlsx", ROWS).read_bytes()
    with running(home, url) as system:
        saver = Saver(system)
        officer = system.person("finance")
        yield _told("没有上传", 0.0, 10.0, saver.during(lambda: time.sleep(10)))
        for door, (path, field, form) in DOORS.items():
            spent = {}

            def through(path=path, field=field, form=form, spent=spent):
                began = time.perf_counter()
                status, text = officer.ask(path, form, [(field, ("支付明细.xlsx", content))])
                spent["answer"] = time.perf_counter() - began
                assert status == 302, (status, text[:300])
                _until_idle(system)
                spent["read"] = time.perf_counter() - began

            saves = saver.during(through)
            yield _told(door, spent["answer"], spent["read"], saves)
        system.run(PLANT, seconds=LONGEST)
        spent = []

        def written():
            spent.append(float(system.run(WRITE, seconds=LONGEST)))

        saves = saver.during(written)
        yield _told(f"写入 {ROWS:,} 笔支付（分批写入，最后一步一起生效）", 0.0, spent[0], saves)
        yield from budget_rows(system, saver)


def budget_rows(system, saver):
    """A ledger of budgets written, changed and taken back, with what a save waited meanwhile."""
    for step, about in BUDGET_STEPS.items():
        spent = []

        def done(step=step, spent=spent):
            spent.append(float(system.run(BUDGET.format(step=step), seconds=LONGEST)))

        saves = saver.during(done)
        yield _told(about, 0.0, spent[0], saves)


def _until_idle(system):
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        tasks = system.health()[1].get("tasks")
        if tasks and not tasks["waiting"] + tasks["running"]:
            return
        time.sleep(0.5)
    raise TimeoutError


def _told(door, answer, read, saves):
    lasted = [seconds for seconds, _ in saves]
    failed = sum(1 for _, fine in saves if not fine)
    return (
        door,
        f"{answer:.2f}",
        f"{read:.1f}",
        str(len(saves)),
        f"{max(lasted):.2f}",
        str(failed),
    )


class Saver:
    """A second person, once a second."""

    def __init__(self, system):
        self.person, self.count = system.person("system"), 0

    def during(self, work):
        """(seconds, whether it was acknowledged) of each save while ``work`` goes on."""
        saves, over = [], threading.Event()

        def go_on():
            while not over.is_set():
                saves.append(self._save())
                over.wait(max(0.0, 1.0 - saves[-1][0]))

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            work()
        finally:
            over.set()
            thread.join()
        return saves

    def _save(self):
        self.count += 1
        form = {
            "code": str(self.count),
            "name": f"单位{self.count}",
            "kind": "unit",
            "why": "量速度",
        }
        began = time.perf_counter()
        status, _ = self.person.ask("/people/units/add", form)
        return time.perf_counter() - began, status == 302
