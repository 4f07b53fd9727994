"""/health tells machines what works; administrators read on their pages what does not."""

import time

import pytest
from django.db import OperationalError, connection

from wenxiao.store import parts


@pytest.fixture
def noted(settings, tmp_path):
    """noted(part, …): what the supervisor last wrote."""
    settings.HOME = tmp_path

    def note(*rows):
        parts.write(rows)

    return note


WELL = parts.Part("网页", running=True)
KILLED = parts.Part("后台任务", False, 3, "被信号 SIGKILL 终止", time.time())


@pytest.mark.db
@pytest.mark.django_db
def test_all_is_well(client, noted):
    noted(WELL)
    response = client.get("/health")
    told = response.json()
    assert (response.status_code, told["state"], told["database"]) == (200, "ok", "ok")
    assert told["tasks"] == {"waiting": 0, "running": 0, "oldest_seconds": 0}
    assert [part["name"] for part in told["parts"]] == ["网页"]


@pytest.mark.django_db
def test_a_part_that_ended_is_said(client, noted):
    noted(WELL, KILLED)
    told = client.get("/health").json()
    assert told["state"] == "degraded"
    assert told["parts"][1]["restarts"] == 3


@pytest.mark.django_db
def test_waiting_tasks_are_counted(client, noted):
    from wenxiao.followup.tasks import keep

    noted(WELL)
    keep.enqueue()
    assert client.get("/health").json()["tasks"]["waiting"] == 1


@pytest.mark.django_db
def test_a_full_disk_is_said(client, noted, monkeypatch):
    noted(WELL)
    monkeypatch.setattr("wenxiao.site.health._free", lambda: 1 << 20)
    assert client.get("/health").json()["state"] == "degraded"


@pytest.mark.django_db
def test_a_database_that_is_away_answers_503_and_comes_back(client, noted, monkeypatch):
    noted(WELL)

    def refuse(*_):
        raise OperationalError("connection refused")

    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", refuse)
        response = client.get("/health")
        assert (response.status_code, response.json()["state"]) == (503, "away")
    assert client.get("/health").status_code == 200


def test_a_state_nobody_renews_is_none(noted, monkeypatch):
    noted(KILLED)
    assert parts.read() == [KILLED]
    later = time.time() + parts.STALE_SECONDS + 1
    monkeypatch.setattr(parts.time, "time", lambda: later)
    assert parts.read() == []


def test_a_state_that_cannot_be_kept_ends_nothing(settings, tmp_path):
    settings.HOME = tmp_path / "not there"
    parts.write([WELL])
    assert parts.read() == []


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (WELL, ""),
        (KILLED, "正在重启"),
        (parts.Part("后台任务", True, 1, "退出码 1", time.time()), "现在正常"),
        (parts.Part("后台任务", True, 1, "退出码 1", time.time() - 7200), ""),
    ],
)
def test_administrators_read_what_ended_for_an_hour(part, said):
    assert bool(part.sentence) == bool(said)
    assert said in part.sentence
