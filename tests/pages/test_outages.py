"""While database or disk are away every page says so in plain words, writes
nothing and comes back by itself.
"""

import errno
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError

from wenxiao.pages import outages


def wrapped(text, sqlstate=None):
    """A database error as Django raises it over the driver's own."""
    cause = Exception(text)
    cause.sqlstate = sqlstate
    error = OperationalError(text)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("connection refused"), "away"),
        (InterfaceError("connection already closed"), "away"),
        (OperationalError("unable to open database file"), "away"),
        (OperationalError("database is locked"), "busy"),
        (OperationalError("database or disk is full"), "full"),
        (OperationalError("attempt to write a readonly database"), "read-only"),
        (wrapped("could not write", "53100"), "full"),
        (wrapped("cannot execute INSERT", "25006"), "read-only"),
        (OSError(errno.ENOSPC, "No space left on device"), "full"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
    ],
)
def test_each_outage_is_known_by_its_error(error, code):
    assert outages.outage_of(error).code == code


def test_an_outage_is_found_behind_the_error_it_caused():
    error = RuntimeError("could not keep it")
    error.__context__ = OSError(errno.ENOSPC, "No space left on device")
    assert outages.outage_of(error) is outages.FULL


@pytest.mark.parametrize("error", [ValueError("x"), ProgrammingError("no such column"), None])
def test_a_fault_of_the_program_is_no_outage(error):
    assert outages.outage_of(error) is None


@pytest.fixture
def broken(client, monkeypatch):
    """broken(error) → a client whose every look at the login page meets that error."""

    def meet(error):
        def fail(_request):
            raise error

        monkeypatch.setattr("wenxiao.desk.home.login.demo_accounts", fail)
        client.raise_request_exception = False
        return client

    return meet


@pytest.mark.parametrize("outage", [outages.AWAY, outages.BUSY, outages.FULL, outages.READ_ONLY])
def test_the_page_says_what_is_away_and_tries_again(broken, outage):
    words = {"away": "refused", "busy": "is locked", "full": "disk is full"}
    text = words.get(outage.code, "attempt to write a readonly database")
    response = broken(OperationalError(text)).get("/login")
    assert response.status_code == 503
    assert response["Retry-After"] == response["Refresh"] == str(outage.seconds)
    assert outage.title in response.content.decode()


def test_what_was_sent_is_not_sent_again_by_itself(broken, settings):
    response = broken(OperationalError("refused")).post("/login", {"username": ""})
    assert "Refresh" not in response


def test_a_fault_of_the_program_stays_a_fault(broken):
    assert broken(ValueError("x")).get("/login").status_code == 500


@pytest.mark.parametrize("text", ["disk I/O error", "unable to open database file"])
def test_a_disk_without_any_room_is_said_to_be_full_not_the_database_away(monkeypatch, text):
    """Seen on a real file system of 40 MB, filled: SQLite can't keep its
    own files and says no more than this.
    """

    def left(free):
        return lambda _: SimpleNamespace(free=free)

    monkeypatch.setattr(outages.shutil, "disk_usage", left(0))
    assert outages.outage_of(OperationalError(text)) is outages.FULL
    assert outages.outage_of(OperationalError("connection refused")) is outages.AWAY
    monkeypatch.setattr(outages.shutil, "disk_usage", left(40_000_000))
    assert outages.outage_of(OperationalError(text)) is outages.AWAY
