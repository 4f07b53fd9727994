"""Ledgers in every encoding with the line a person sees; children that die
or hang become a sentence.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from wenxiao.files import pool as pools
from wenxiao.files.forms.ledger import read_ledger
from wenxiao.files.forms.reading import read_file
from wenxiao.files.pool import Pool, forms_in_child, read_in_child

PASS = Path(__file__).parent / "pass"
pytestmark = pytest.mark.cold
TEXT = '单位：元,,\n项目名称,单位名称,支付金额\n甲,一局,"1,234.50"\n小计,,1234.50\n乙,二局,0.1\n合计,,1234.60\n'


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GBK"), ("utf-16", "UTF-16")],
)
def test_a_csv_is_read_in_any_encoding(tmp_path, encoding, shown):
    path = tmp_path / "台账.csv"
    path.write_bytes(TEXT.encode(encoding))
    found = read_ledger(path)
    assert (found["encoding"], found["unit"], found["header_line"]) == (shown, "元", 2)
    assert found["rows"] == [[3, "甲", "一局", "1,234.50"], [5, "乙", "二局", "0.1"]]
    assert [row[0] for row in found["totals"]] == [4, 6]
    assert [(problem["code"], problem["line"]) for problem in found["problems"]] == [("DR-59", 4)]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (TEXT.encode() + "丙,三局,1\n".encode("gbk"), "DR-27", 7),
        (b"\xef\xbb\xbf" + TEXT.encode().replace("甲".encode(), b"\x00"), "DR-26", 3),
        ((TEXT + '"没有完,三局,1\n').encode(), "DR-28", 7),
        ((TEXT + "x," * 600 + "\n").encode(), "DR-29", 7),
        ((TEXT + "丙,三局").encode(), "DR-55", 7),
        (b"a,b\n1,2\n", "DR-57", None),
    ],
)
def test_a_broken_csv_names_its_line(tmp_path, content, code, line):
    path = tmp_path / "台账.csv"
    path.write_bytes(content)
    problem = read_ledger(path)["problems"][-1]
    assert (problem["code"], problem["level"], problem["line"]) == (code, "阻断", line)
    assert read_file(path)["problems"] or code == "DR-55"


def test_a_workbook_ledger_keeps_decimals_exact(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["支付台账"],
        ["单位：万元"],
        ["序号", "项目名称", "支付金额"],
        [1, "甲", 0.1 + 0.2],
        [],
        [2, "乙", 260.013],
    ):
        book.active.append(row)
    path = tmp_path / "台账.xlsx"
    book.save(path)
    found = read_ledger(path)
    assert found["unit"] == "万元"
    assert found["rows"] == [[4, "1", "甲", "0.3"], [6, "2", "乙", "260.013"]]


def test_children_read_many_files_in_order_and_are_reused():
    paths = sorted(PASS.glob("*.xlsx"))
    with Pool() as pool:
        found = list(pool.map(paths))
        assert [item.file for item in found] == [path.name for path in paths]
        assert all(item.forms for item in found)
        book = pool.read(paths[0], "book")["book"]
        assert book.sheets[0].cells
        assert pool.read(paths[0], "ledger")["file"] == paths[0].name
        children = [pool._idle.get() for _ in range(2)]
        assert sum(child.jobs for child in children if child) == len(paths) + 2
        for child in children:
            pool._idle.put(child)
            assert child is None or child.peak < 300 * 1024


def test_a_child_that_hangs_or_dies_becomes_a_sentence(monkeypatch):
    path = PASS / "41_清单_万元.xlsx"
    assert forms_in_child(path, seconds=0.001).problems[0].code == "DR-48"
    monkeypatch.setattr(pools.sys, "executable", "/bin/false")
    assert read_in_child(path, "book") == {"file": path.name, "book": None} | {
        "problems": [forms_in_child(path).problems[0].as_json()]
    }
    assert read_in_child(path, "ledger")["problems"][0]["code"] == "DR-18"


def test_the_child_imports_neither_django_nor_polars():
    import subprocess
    import sys

    code = "import sys, wenxiao.files.child, wenxiao.files.forms.reading, wenxiao.files.forms.ledger, wenxiao.files.cells.documents;"
    code += (
        "print([name for name in ('django', 'polars', 'pandas', 'numpy') if name in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )
