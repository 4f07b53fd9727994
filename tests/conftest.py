"""What every test stands on: how many examples a property sees, what is
traced, what is kept from test to test.
"""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from contextlib import closing

import empty_databases
import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, settings
from plants import STANDING, wanted
from postgres import EMPTY
from reach import SOAK
from xdist.scheduler import LoadScopeScheduling

# 200 examples in `make test`, 20 000 in `make soak`; no deadline, for a busy machine must not fail
# a law of arithmetic.
settings.register_profile(
    "wenxiao",
    max_examples=int(os.environ.get("WENXIAO_EXAMPLES", "200")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="WENXIAO_EXAMPLES" not in os.environ,
    database=None,
)
settings.load_profile("wenxiao")
FIRST = ("tests/browser/", "tests/site/", "tests/golden/")
"""Folders of the longest files: one of them begun last would keep a single worker busy."""
WARM = 2
"""Children that wait for the next test, at most."""


class ByFile(LoadScopeScheduling):
    """Workers take whole files, so that what a file's tests share is made once. All of
    tests/browser are one: they share browsers and servers.
    """

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return FIRST[0] if file.startswith(FIRST[0]) else file


def pytest_xdist_make_scheduler(config, log):
    """Files in the order of the collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items):
    """The longest files first."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_collection_finish():
    """What is loaded by now stays: collecting garbage needs not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """On a PostgreSQL that scripts/postgres.py began the test database is a copy of its empty one."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = %s", [EMPTY])
        connection.settings_dict["TEST"]["TEMPLATE"] = EMPTY if cursor.fetchone() else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """The database under test; on SQLite a copy of it as it was made,
    migrated and empty, else None.
    """
    from django.db import connection

    if connection.vendor != "sqlite":
        return None
    path = tmp_path_factory.mktemp("migrated") / "wenxiao.sqlite3"
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as copy:
        connection.ensure_connection()
        if not connection.introspection.table_names():  # no test of this session asks for rows
            call_command("migrate", verbosity=0)
        connection.connection.backup(copy)
    return path


@pytest.fixture(scope="session")
def compiled():
    """The folder with every page's template compiled, by this run and earlier ones: three seconds
    less for each server a test starts. What was compiled from another text is compiled anew.
    """
    from django.conf import settings

    whole = settings.COMPILED / "whole"
    with empty_databases.alone(whole):
        if not whole.exists():
            from wenxiao.site.wsgi import read_ahead

            read_ahead()
            whole.touch()
    return settings.COMPILED


@pytest.fixture(scope="session")
def migrated(django_db_setup, compiled):
    """Lays an empty database, all migrations applied, into a home of a program of its own."""

    def lay(home):
        shutil.copytree(compiled, home / "compiled", dirs_exist_ok=True)
        if django_db_setup is not None:
            shutil.copy(django_db_setup, home / "wenxiao.sqlite3")

    return lay


@pytest.fixture(scope="session")
def _plants(django_db_setup):
    yield STANDING
    STANDING.take_away()


@pytest.fixture
def _django_db_helper(_plant, _django_db_helper):
    """The test's transaction begins over what it stands on."""


@pytest.fixture
def _plant(request, _plants, django_db_blocker):
    _plants.plant(request.node, django_db_blocker)


def pytest_runtest_setup(item):
    """What stands for the tests of one module does not stand in the way of another's; a test with
    rows of its own then has planted what it wants.
    """
    if item.path != STANDING.module:
        STANDING.take_away(STANDING.shared(wanted(item)))


@pytest.fixture
def plain_refusals(monkeypatch):
    """Refusals, "not found" and the like say their words and what was left to be said once, without
    the frame around them: half the answers of a walk have the same one, and each page that opens
    has it too. In make soak they are pages as everywhere.
    """

    from django.contrib.messages import get_messages
    from django.http import HttpResponse

    from wenxiao.pages import errors

    def said(request, status, title, text, hint="", *, lost=False):
        words = [title, text, hint, *map(str, get_messages(request))]
        return HttpResponse("\n".join(words), status=status)

    if not SOAK:
        monkeypatch.setattr(errors, "_page", said)


@pytest.fixture(autouse=True)
def _warm_children(request, _idle_children):
    """Children that read strangers' files stay from test to test, for a start costs 0.3 s; not
    where children are the matter.
    """
    if request.node.get_closest_marker("cold"):
        yield
        return
    from wenxiao.files.pool import Pool

    begin = Pool.__init__

    def begun(self, size=2, **named):
        begin(self, size, **named)
        for _ in range(min(size, len(_idle_children))):
            self._idle.get()
            self._idle.put(_idle_children.pop())

    def closed(self):
        self._threads.shutdown(wait=True, cancel_futures=True)
        waiting = [self._idle.get() for _ in range(self._idle.qsize())]
        for child in filter(None, waiting):
            if len(_idle_children) < WARM:
                _idle_children.append(child)
            else:
                child.end()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pool, "__init__", begun)
        patch.setattr(Pool, "close", closed)
        yield


@pytest.fixture(scope="session")
def _idle_children():
    idle = []
    yield idle
    for child in idle:
        child.end()


STAYING = {"django_migrations", "django_content_type", "auth_permission"}
"""What a migrated and empty database holds."""


def _delete_rows(connection):
    """Take the rows away where there are any: truncating a hundred tables takes a second each time,
    and no sequence begins anew either way.
    """
    quoted = connection.ops.quote_name
    names = sorted(set(connection.introspection.django_table_names(only_existing=True)) - STAYING)
    asked = " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT FROM {quoted(name)})"
        for number, name in enumerate(names)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [names[number] for (number,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger, no reference
        for name in filled:
            cursor.execute(f"DELETE FROM {quoted(name)}")


@pytest.fixture(autouse=True, scope="session")
def _emptied_past_the_guards():
    """What takes a test's rows away again is let past the triggers that keep the trail."""
    from django.core.management.commands.flush import Command

    def emptied(command, **options):
        from django.db import connection

        from wenxiao.store import guards

        if connection.vendor == "postgresql":
            return _delete_rows(connection)
        with guards.aside(guards._KEPT):
            return handle(command, **options)

    handle = Command.handle
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Command, "handle", emptied)
        yield
