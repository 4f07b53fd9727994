"""PostgreSQL's own log of changes, archived: after a crash everything comes back to the moment one
names.

The settings and commands are those of docs/operators/backup.md, on a server of this test's own.
"""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from recovery_point import server


def test_a_crash_loses_nothing_archived_and_one_goes_back_to_before_a_mistake():
    with server() as made:
        made.begin(60)
        made.ask("CREATE TABLE entry (id int PRIMARY KEY)")
        made.ask("INSERT INTO entry SELECT generate_series(1, 200)")
        moment = made.ask("SELECT clock_timestamp()::text")[0][0]
        time.sleep(0.05)
        made.ask("DELETE FROM entry WHERE id <= 150")
        last = made.ask("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
        archived(made, last)
        made.stop(made.data)
        made.recover(made.archive, f"recovery_target_time = '{moment}'")
        assert made.ask("SELECT count(*), max(id) FROM entry") == [(200, 200)]


def archived(made, segment):
    """Wait until a finished part of the log lies in the archive."""
    for _ in range(200):
        if (made.archive / segment).is_file() and (made.archive / segment).stat().st_size:
            return
        time.sleep(0.1)
    pytest.fail("the server did not archive its log")
