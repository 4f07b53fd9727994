"""A sound workbook under a wrong suffix is read by what it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wenxiao.files.forms.reading import read_file

PASS = Path(__file__).parent / "pass"


@pytest.mark.parametrize("suffix", [".xls", ".docx", ".et", ".XLSX", ""])
def test_a_workbook_under_another_suffix(tmp_path, suffix):
    source = min(PASS.glob("*.xlsx"))
    path = tmp_path / f"表{suffix}"
    shutil.copy(source, path)
    assert read_file(path)["forms"] == read_file(source)["forms"] != []


def test_an_old_workbook_named_xlsx(tmp_path):
    source = min(PASS.glob("*.xls"))
    path = tmp_path / "表.xlsx"
    shutil.copy(source, path)
    assert read_file(path)["forms"] == read_file(source)["forms"] != []
