"""`wenxiao disclose check`: JSON on standard output, exit 1 where something
must be mended, 2 for wrong use.
"""

import json

import pytest


@pytest.fixture
def home(begun):
    return begun


def test_a_folder_is_checked_and_its_problems_are_told(run, home, tmp_path):
    folder = tmp_path / "公开"
    folder.mkdir()
    (folder / "说明.txt").write_text("部门决算公开说明\n", encoding="utf-8")
    fine = run("disclose", "check", str(folder), "--json", home=home)
    told = json.loads(fine.stdout)
    assert (fine.returncode, told["files"]) == (0, ["说明.txt"])
    assert [(one["code"], one["level"]) for one in told["problems"]] == [("GK-04", "提示")]
    (folder / "说明.txt").write_text("联系人电话 13812345678\n", encoding="utf-8")
    found = run("disclose", "check", str(folder / "说明.txt"), home=home)
    assert found.returncode == 1
    (one,) = [one for one in json.loads(found.stdout)["problems"] if one["code"] == "GK-01"]
    assert (one["file"], one["cell"], one["text"]) == ("说明.txt", "第 1 行", "有手机号 138…78。")
    assert "13812345678" not in found.stdout


def test_what_is_not_there_is_wrong_use(run, home, tmp_path):
    done = run("disclose", "check", str(tmp_path / "没有"), home=home)
    assert done.returncode == 2
    assert f"用法不对：没有这个文件或目录：{tmp_path / '没有'}" in done.stderr
