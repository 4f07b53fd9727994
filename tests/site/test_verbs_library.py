"""The command that revises the library from a file, by the same act as the page."""

from __future__ import annotations

import json

import openpyxl
import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.site.command import main
from wenxiao.targets.models import LibraryRow
from wenxiao.targets.services import LibraryEntry, import_library

pytestmark = [pytest.mark.db, pytest.mark.django_db]
HEADS = ["一级指标", "二级指标", "三级指标", "计量单位"]


def test_rows_of_a_file_revise_the_rows_they_name(bureau, tmp_path, capsys):
    entry = LibraryEntry("产出指标", "数量指标", "清淤长度", proof="验收单")
    import_library(
        division=bureau.division, entries=[(2, entry)], source="库.xlsx", by=bureau.finance
    )

    def run(*lines):
        book = openpyxl.Workbook()
        for line in (HEADS, *lines):
            book.active.append(line)
        book.save(tmp_path / "改.xlsx")
        code = main(["library", "revise", str(tmp_path / "改.xlsx"), "--why", "补单位"])
        out, error = capsys.readouterr()
        return code, json.loads(out) if out else None, error

    line = ["产出指标", "数量指标", "清淤长度", "公里"]
    code, _, said = run(line, ["", "", "别的", "座"])
    assert (code, LibraryRow.objects.count()) == (1, 1)
    assert "第 3 行：“数量指标”下没有已发布的“别的”" in said
    code, answer, _ = run(line)
    assert (code, answer["lines"], answer["revised"]) == (0, 1, 1)
    now = LibraryRow.objects.get(state="published")
    assert (now.unit, now.proof, now.number) == ("公里", "验收单", 2)
    book = openpyxl.Workbook()
    book.active.append(["别的表"])
    book.save(tmp_path / "空.xlsx")
    assert main(["library", "revise", str(tmp_path / "空.xlsx"), "--why", "x"]) == 1
    assert "没有找到表头" in capsys.readouterr().err
