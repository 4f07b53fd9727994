"""An import killed with kill -9 at any moment leaves nothing half: no
batch, no row, no entry; the next one is whole.
"""

import contextlib
import os
import select
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from wenxiao.budget import services
from wenxiao.budget.models import Spending
from wenxiao.intake.ledger import import_ledger
from wenxiao.orgs import services as orgs

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
MOMENTS = (
    "reading",
    "after planning",
    "after file stored",
    "after batch opened",
    "amid the rows",
    "after rows written",
    "before commit",
)
TABLES = (
    "budget_spending",
    "budget_dossier",
    "records_entry",
    "records_importbatch",
    "records_storedfile",
)
LINES = 300
SECONDS = 600
ROOT = Path(__file__).resolve().parents[3]


class Importer:
    """The process that imports, and its database as everybody else sees it."""

    def __init__(self, environment, rows_of):
        self.rows_of = rows_of
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.intake.ledger.killed_import"],
            cwd=ROOT,
            env=environment,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._standing = 0

    def _heard(self):
        ready, _, _ = select.select([self._process.stdout], [], [], SECONDS)
        assert ready, "the import did not get there"
        return self._process.stdout.readline().decode().split()

    def take(self, path, moment=""):
        """Import to the end, or up to ``moment`` and kill it there; what was heard."""
        self._process.stdin.write(f"{path}\t{moment}\n".encode())
        heard = self._heard()
        if heard and heard[0] == "standing":
            self._standing = int(heard[1])
            os.killpg(self._standing, signal.SIGKILL)
        ended = self._heard()
        self._standing = 0
        return heard[0], ended

    def counts(self):
        """How many rows each table holds for others."""
        return {table: self.rows_of(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}

    def states(self):
        """The batches' states."""
        return [state for (state,) in self.rows_of("SELECT state FROM records_importbatch")]

    def close(self):
        """No process is left, whatever happened."""
        for group in filter(None, (self._standing, self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=SECONDS)


def own_file(path):
    """The SQLite under test lives in memory: a copy in a file, which
    another process can open; how to ask it.
    """
    kept = sqlite3.connect(path)
    connection.connection.backup(kept)
    kept.close()

    def rows_of(query):
        with contextlib.closing(sqlite3.connect(path, timeout=600)) as asked:
            return asked.execute(query).fetchall()

    return {"WENXIAO_TEST_SQLITE": str(path)}, rows_of


def own_server():
    """The PostgreSQL under test, opened a second time; how to ask it."""
    made = connection.settings_dict
    socket = str(made["HOST"]).startswith("/")
    who = made["USER"] + (f":{made['PASSWORD']}" if made["PASSWORD"] else "")
    port = f":{made['PORT']}" if made["PORT"] and not socket else ""
    place = (
        f"@/{made['NAME']}?host={made['HOST']}"
        if socket
        else f"@{made['HOST']}{port}/{made['NAME']}"
    )

    def rows_of(query):
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    return {"WENXIAO_TEST_DATABASE_URL": f"postgresql://{who}{place}"}, rows_of


@pytest.fixture
def importer(tmp_path):
    """A division with one subject, and a process that imports into it."""
    division = orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)
    unit = orgs.add_unit(division=division, code="101", name="教体局", kind="department", by=None)
    services.ensure_subject(division=division, unit=unit, code="P1", name="校园安保", by=None)
    own, rows_of = (
        own_file(tmp_path / "own.sqlite3") if connection.vendor == "sqlite" else own_server()
    )
    settings = {"DJANGO_SETTINGS_MODULE": "tests.intake.ledger.settings_for_killing"}
    made = Importer({**os.environ, **own, **settings}, rows_of)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "支付.csv"
    rows = [f"P1,校园安保,2021-03-05,V{n},1.00" for n in range(LINES)]
    path.write_text(
        "\n".join(["项目代码,项目名称,支付日期,凭证号,支付金额", *rows]) + "\n", encoding="utf-8"
    )
    return path


def test_killed_at_any_moment_nothing_is_half_and_the_next_is_whole(importer, ledger):
    before = importer.counts()
    for moment in MOMENTS:
        assert importer.take(ledger, moment) == (
            "standing",
            ["ended", str(signal.SIGKILL.value)],
        ), moment
        assert importer.counts() == before, moment
    assert importer.take(ledger) == ("stored", ["ended", "0"])
    after = importer.counts()
    assert {
        table: after[table] - before[table] for table in TABLES if table != "records_entry"
    } == {
        "budget_spending": LINES,
        "budget_dossier": 1,
        "records_importbatch": 1,
        "records_storedfile": 1,
    }
    assert after["records_entry"] > before["records_entry"]
    assert importer.states() == ["applied"]


IN_PARTS = ("between parts", "after all parts", "amid the last part")
COUNTED = """SELECT count(*) FROM budget_spending s WHERE NOT EXISTS (
    SELECT 1 FROM records_importbatch b WHERE b.id = s.batch_id AND b.state = 'writing')"""


def test_killed_between_the_parts_of_a_large_ledger_nothing_counts_and_the_next_clears_it(
    importer, ledger
):
    before = importer.counts()
    for moment in IN_PARTS:
        assert importer.take(ledger, moment)[0] == "standing", moment
        assert importer.rows_of("SELECT count(*) FROM budget_spending")[0][0] > 0, "parts were in"
        assert importer.rows_of(COUNTED) == [(0,)], moment
        assert importer.states() == ["writing"], "what the one before left is gone"
    assert importer.take(ledger) == ("stored", ["ended", "0"])
    after = importer.counts()
    assert {name: after[name] - before[name] for name in TABLES if name != "records_entry"} == {
        "budget_spending": LINES,
        "budget_dossier": 1,
        "records_importbatch": 1,
        "records_storedfile": 1,
    }
    assert importer.states() == ["applied"]
    assert importer.rows_of(COUNTED) == [(LINES,)]


def test_a_file_that_stops_half_way_is_named_and_stores_nothing(ledger):
    division = orgs.create_division(code="360192", name="新区", bureau="新区财政局", by=None)
    content = ledger.read_bytes()
    ledger.write_bytes(content[: len(content) - 12])
    outcome = import_ledger(path=ledger, division=division, by=None)
    assert not outcome.stored
    assert "DR-55" in [p.code for p in outcome.problems if p.level == "阻断"]
    assert not Spending.objects.exists()
