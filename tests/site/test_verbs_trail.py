"""`wenxiao trail`: verified with anchors noted down elsewhere; whoever
rewrote it past the program is found. As a program of its own: test_command.py.
"""

import json
from types import SimpleNamespace

import pytest
from django.db import connection
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.site.command import main

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(bureau, capsys):
    """run("trail", …) over the bureau's rows → exit code and texts."""

    def told(*words):
        code = main(list(words))
        out, err = capsys.readouterr()
        return SimpleNamespace(returncode=code, stdout=out, stderr=err)

    return told


def rewritten():
    """The last entry gone with its head, by plain SQL after the triggers were taken away."""
    with connection.cursor() as rows:
        rows.execute("SELECT name FROM sqlite_master WHERE name LIKE 'guard_records%'")
        for (name,) in rows.fetchall():
            rows.execute(f"DROP TRIGGER {name}")
        last = "(SELECT max(id) FROM records_entry)"
        rows.execute(f"DELETE FROM records_entry WHERE id = {last}")
        rows.execute(
            f"UPDATE records_chainhead SET (number, hash) = (SELECT number, hash FROM records_entry WHERE id = {last})"
        )


def test_anchors_are_only_added_and_find_what_the_chain_alone_does_not(run, tmp_path):
    noted = tmp_path / "anchors.jsonl"
    told = json.loads(run("trail", "anchors", str(noted)).stdout)
    assert (told["before"], told["added"]) == (0, 1)
    before = noted.read_text()
    assert json.loads(run("trail", "anchors", str(noted)).stdout)["added"] == 0
    assert noted.read_text() == before
    fine = run("trail", "verify", "--anchors", str(noted))
    assert (fine.returncode, json.loads(fine.stdout)["anchors"]) == (0, 1)

    rewritten()
    alone = json.loads(run("trail", "verify").stdout)["faults"]
    assert {"trigger"} <= set(alone[0])
    assert all("trigger" in fault for fault in alone), "chain and head were made to agree"
    found = run("trail", "verify", "--anchors", str(noted))
    assert found.returncode == 1
    assert "尾部被截断" in found.stdout


def test_what_is_no_file_of_anchors_is_named(run, tmp_path):
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"division": 1}\n')
    done = run("trail", "verify", "--anchors", str(wrong))
    assert done.returncode == 2
    assert "wrong.jsonl 第 1 行不是锚点" in done.stderr
    wrong.write_text("")
    assert "没有锚点" in run("trail", "verify", "--anchors", str(wrong)).stderr
    nowhere = run("trail", "anchors", str(tmp_path / "no" / "a"))
    assert (nowhere.returncode, "写不进去" in nowhere.stderr) == (2, True)
