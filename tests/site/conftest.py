"""The command as a program of its own, in a home of its own."""

import os
import shutil
import subprocess
import sys

import forged_backups
import pytest


def command(*words, home, **env):
    """The finished process with its texts."""
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_", "COV_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "wenxiao.site.command", *words],
        env={**clean, "WENXIAO_HOME": str(home), **env},
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )


@pytest.fixture
def run():
    """run("verb", …, home=folder) → the finished process with its texts."""
    return command


@pytest.fixture(scope="session")
def _begun(tmp_path_factory, migrated):
    """A home in which a real division was begun, once for all that begin with a copy of it."""
    home = tmp_path_factory.mktemp("begun")
    migrated(home)
    words = ("--code", "360100", "--name", "某某市", "--bureau", "某某市财政局")
    done = command("init", *words, home=home)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def begun(_begun, tmp_path):
    """A home of one's own in which a real division was begun."""
    return shutil.copytree(_begun, tmp_path / "home")


@pytest.fixture
def forge():
    """Ways in which a backup may be unsound: forge.absent(folder), forge.link(folder) …"""
    return forged_backups


@pytest.fixture(scope="session")
def _built(django_db_setup, django_db_blocker):
    """On PostgreSQL a copy of the tests' database, migrated and empty, to
    begin others with; its name.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        yield ""
        return
    own = connection.settings_dict["NAME"]
    copy = f"{own}_migrated"
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}"')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{own}"')
    yield copy
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{copy}"')


@pytest.fixture
def built(_built, monkeypatch):
    """Databases to restore into are migrated already: building one takes twenty seconds.
    The one that is brought up to date from an older structure is built from nothing.
    """
    from wenxiao.site.backups import database

    asked = database._on_server
    monkeypatch.setattr(
        database,
        "_on_server",
        lambda text: asked(text.replace("TEMPLATE template0", f'TEMPLATE "{_built}"')),
    )
