"""`wenxiao disclose check`: JSON on standard output, exit 1 where something
must be mended, 2 for wrong use.
"""

import json

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.site.command import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def check(capsys, place, *more):
    """(exit code, what stands on standard output) of the check."""
    code = main(["disclose", "check", str(place), *more])
    return code, capsys.readouterr().out


@pytest.mark.usefixtures("bureau")
def test_a_folder_is_checked_and_its_problems_are_told(capsys, tmp_path):
    folder = tmp_path / "公开"
    folder.mkdir()
    (folder / "说明.txt").write_text("部门决算公开说明\n", encoding="utf-8")
    code, out = check(capsys, folder, "--json")
    told = json.loads(out)
    assert (code, told["files"]) == (0, ["说明.txt"])
    assert [(one["code"], one["level"]) for one in told["problems"]] == [("GK-04", "提示")]
    (folder / "说明.txt").write_text("联系人电话 13812345678\n", encoding="utf-8")
    code, out = check(capsys, folder / "说明.txt")
    assert code == 1
    (one,) = [one for one in json.loads(out)["problems"] if one["code"] == "GK-01"]
    assert (one["file"], one["cell"], one["text"]) == ("说明.txt", "第 1 行", "有手机号 138…78。")
    assert "13812345678" not in out


def test_what_is_not_there_is_wrong_use(capsys, tmp_path):
    with pytest.raises(SystemExit, match="2"):
        main(["disclose", "check", str(tmp_path / "没有")])
    assert f"用法不对：没有这个文件或目录：{tmp_path / '没有'}" in capsys.readouterr().err
