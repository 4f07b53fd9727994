"""An import killed with kill -9 at any moment leaves nothing half: no batch, no row, no entry; the next one is whole."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from wenxiao.budget.models import Spending
from wenxiao.budget.sheets import import_ledger
from wenxiao.orgs import services as orgs

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
MOMENTS = (
    "reading", "after planning", "after file stored", "after batch opened", "after rows written", "before commit",
)  # fmt: skip
LINES = 300
ROOT = Path(__file__).resolve().parents[2]


def run(env, *words):
    """The helper process, to its end; what it printed last."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.budget.killed_import", *words], cwd=ROOT, env=env, check=True, text=True,
        stdout=subprocess.PIPE, timeout=120,
    )  # fmt: skip
    return (done.stdout.splitlines() or [""])[-1]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A prepared SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("killed") / "template.sqlite3"
    run(environment(path), "prepare")
    return path


def environment(path):
    return {
        **os.environ,
        "WENXIAO_TEST_SQLITE": str(path),
        "DJANGO_SETTINGS_MODULE": "tests.budget.settings_for_killing",
    }


@pytest.fixture
def place(request, tmp_path):
    """The environment of a database with a division in it, on the database under test."""
    if connection.vendor == "sqlite":
        path = tmp_path / "own.sqlite3"
        shutil.copy(request.getfixturevalue("template"), path)
        return environment(path)
    made = connection.settings_dict
    secret = f":{made['PASSWORD']}" if made["PASSWORD"] else ""
    host = made["HOST"] if not str(made["HOST"]).startswith("/") else ""
    port = f":{made['PORT']}" if host and made["PORT"] else ""
    query = f"?host={made['HOST']}" if not host else ""
    url = f"postgresql://{made['USER']}{secret}@{host}{port}/{made['NAME']}{query}"
    env = {
        **os.environ,
        "WENXIAO_TEST_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.budget.settings_for_killing",
    }
    run(env, "prepare")
    return env


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "支付.csv"
    rows = [f"P1,校园安保,2021-03-05,V{n},1.00" for n in range(LINES)]
    path.write_text("\n".join(["项目代码,项目名称,支付日期,凭证号,支付金额", *rows]) + "\n", encoding="utf-8")
    return path


def until(there, process):
    for _ in range(1200):
        if there():
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("the import did not get there")


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_nothing_is_half(place, ledger, tmp_path, moment):
    before, mark = run(place, "count"), tmp_path / "mark"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.budget.killed_import", "take", str(ledger), moment, str(mark)], cwd=ROOT, env=place,
        start_new_session=True,
    )  # fmt: skip
    try:
        until(mark.exists, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert run(place, "count") == before
    run(place, "take", str(ledger), "", "")
    stored, dossiers, _, batches = run(place, "count").split()
    assert (stored, dossiers, batches) == (str(LINES), "1", "[applied]")


def test_a_file_that_stops_half_way_is_named_and_stores_nothing(ledger):
    division = orgs.create_division(code="360192", name="新区", bureau="新区财政局", by=None)
    content = ledger.read_bytes()
    ledger.write_bytes(content[: len(content) - 12])
    outcome = import_ledger(path=ledger, division=division, by=None)
    assert not outcome.stored
    assert "DR-31" in [p.code for p in outcome.problems if p.level == "阻断"]
    assert not Spending.objects.exists()
