"""The command that writes what papers say of many subjects, by the same act as the page."""

from __future__ import annotations

import json

import openpyxl
import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.budget.models import Subject
from wenxiao.budget.services import facts_of
from wenxiao.site.command import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_rows_of_a_file_describe_the_subjects_they_name(bureau, tmp_path, capsys):
    one = bureau.dossier.subject

    def run(*lines, why="批复〔2026〕1号"):
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        book.save(tmp_path / "情况.xlsx")
        code = main(["subjects", "describe", str(tmp_path / "情况.xlsx"), "--why", why])
        out, error = capsys.readouterr()
        return code, json.loads(out) if out else None, error

    heads = ["序号", "项目代码", "项目负责人", "到期日期", "设立年限"]
    code, _, said = run(heads, [1, one.code, "甲", None, None], [2, "没有的", "乙", None, None])
    assert (code, "第 3 行：没有代码为“没有的”的对象" in said) == (1, True)
    code, answer, _ = run(heads, [1, one.code, "甲", "2026年12月31日", 5])
    assert (code, answer["lines"], answer["described"]) == (0, 1, 1)
    run(heads, [1, one.code, None, None, 3])
    facts = facts_of(Subject.objects.get(pk=one.pk))
    assert list(facts.values())[1:4] == ["甲", "3", "2026-12-31"], "an empty cell changes nothing"
    assert run(["项目代码", "金额"], [one.code, 5])[0] == 1
    assert "没有找到表头" in run(["项目代码", "金额"], [one.code, 5])[2]
