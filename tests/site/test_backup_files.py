"""The embedded database's backup, restored by the command into another home."""

import json


def test_an_embedded_database_moves_to_another_home(run, tmp_path, begun):
    first, second = begun, tmp_path / "second"
    made = run("backup", str(tmp_path / "copy"), home=first)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["missing_files"] == []
    assert run("backup", str(tmp_path / "copy"), "--verify", home=second).returncode == 0
    restored = run("restore", str(tmp_path / "copy"), home=second)
    assert restored.returncode == 0, restored.stderr
    assert run("users", "list", home=second).stdout == run("users", "list", home=first).stdout
    assert run("trail", "verify", home=second).returncode == 0
    assert run("restore", str(tmp_path / "copy"), home=second).returncode == 2
