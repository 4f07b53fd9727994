"""The command's manners: JSON alone on standard output, 0/1/2, and no
Django for the plain verbs.
"""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from wenxiao.site.command import main


@pytest.mark.parametrize(
    "words", [(), ("nothing",), ("serve", "--port", "many"), ("report", "annual")]
)
def test_wrong_use_is_exit_2_with_a_sentence(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert not out
    assert "用法不对" in err


SEVERAL = """
import json, sys
from wenxiao.site.command import main
for words in json.loads(sys.argv[1]):
    code = main(words)
    print(f"{words[0]} {code}", file=sys.stderr)
"""
"""Commands one after the other, each with its exit code: a start of the program costs a second."""


def test_an_empty_database_is_exit_2_and_says_what_to_do(run, tmp_path):
    verbs = [["users", "list"], ["trail", "verify"], ["serve"]]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "DJANGO_"))}
    several = subprocess.run(
        [sys.executable, "-c", SEVERAL, json.dumps(verbs)],
        env={**env, "WENXIAO_HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert not several.stdout
    lines = several.stderr.splitlines()
    for at, words in enumerate(verbs):
        assert ("wenxiao demo" in lines[2 * at], "wenxiao init" in lines[2 * at]) == (True, True)
        assert lines[2 * at + 1] == f"{words[0]} 2"
    done = run("backup", "copy", home=tmp_path)
    assert done.returncode == 2
    assert "wenxiao demo" in done.stderr
    assert "wenxiao init" in done.stderr
    assert not done.stdout
    assert not (tmp_path / "wenxiao.sqlite3").exists()


def test_an_unreachable_server_is_exit_2_in_one_sentence(run, tmp_path):
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    done = run("users", "list", home=tmp_path, WENXIAO_DATABASE_URL=nowhere)
    assert done.returncode == 2
    assert "数据库连不上" in done.stderr
    assert "Traceback" not in done.stderr


def test_plain_verbs_start_without_django(tmp_path):
    asked = tmp_path / "texts.json"
    asked.write_text(json.dumps([{"text": "≥95%", "role": "target"}]), encoding="utf-8")
    watched = (
        "import sys; from wenxiao.site.command import main; code = main(['parse', '--file', sys.argv[1], '--json']);"
        " assert code == 0; assert not {'django', 'polars'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", watched, str(asked)],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["low"] == "95"


def test_the_filled_sample_is_written_before_there_is_any_home(run, tmp_path):
    packed = tmp_path / "样例.zip"
    done = run("init", "--sample", str(packed), home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(packed) as held:
        assert "说明.txt" in held.namelist()
    assert not (tmp_path / "home").exists()


def test_a_division_begins_and_its_passwords_are_not_default(run, tmp_path, migrated):
    migrated(tmp_path)
    begins(run, tmp_path)


@pytest.mark.long(
    core=[
        "tests/site/test_command.py::test_a_division_begins_and_its_passwords_are_not_default",
        "tests/site/test_command.py::test_an_empty_database_is_exit_2_and_says_what_to_do",
    ]
)
def test_a_division_begins_in_an_empty_folder(run, tmp_path):
    begins(run, tmp_path)


def begins(run, tmp_path):
    first = run(
        "init", "--code", "360100", "--name", "某某市", "--bureau", "某某市财政局", home=tmp_path
    )
    begun = json.loads(first.stdout)
    assert first.returncode == 0
    assert [a["username"] for a in begun["accounts"]] == ["sysadmin", "secadmin", "auditadmin"]
    assert len({a["password"] for a in begun["accounts"]}) == 3
    again = run(
        "init", "--code", "360100", "--name", "某某市", "--bureau", "某某市财政局", home=tmp_path
    )
    assert (again.returncode, [one["code"] for one in json.loads(again.stdout)["problems"]]) == (
        1,
        ["DR-75"],
    )
    assert "没有写入任何内容" in again.stderr
    listed = json.loads(run("users", "list", home=tmp_path).stdout)
    assert [u["roles"] for u in listed] == [["系统管理员"], ["安全管理员"], ["审计管理员"]]
    demo = run("demo", home=tmp_path)
    assert demo.returncode == 2
    assert "已有数据" in demo.stderr
    assert run("trail", "verify", home=tmp_path).returncode == 0
