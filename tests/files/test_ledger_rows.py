"""Lines taken over as they stand are exactly those the careful way would
take, with the same problems.
"""

from __future__ import annotations

import csv
import random

import pytest

from wenxiao.files.cells import plaintext
from wenxiao.files.forms import ledger_rows
from wenxiao.files.forms.ledger import read_ledger
from wenxiao.files.forms.ledger_rows import Ordinary, part_of

HEAD = "序号,项目名称,单位名称,支付日期,支付金额"
LINES = (
    "1,垃圾分类,城管局,2021-03-05,10.00",
    "2,审计系统,审计局,2021-03-05,10.00",
    "一局,甲,乙,2021-03-05,1",
    ",,,,",
    "",
    "   ",
    "小计,,,,20.00",
    ",小计,,,20.00",
    "合 计,,,,20.00",
    "（一）甲局整体支出,,,,20.00",
    "（一）甲局整体支出,甲,甲局,,20.00",
    "注：到年底,,,,",
    "一、项目支出,,,,3",
    HEAD,
    "序 号,项目名称,单位名称,支付日期,支付金额",
    "3,少一列,城管局,2021-03-05",
    "4,多一列,城管局,2021-03-05,1.00,又",
    '5,"引,号",城管局,2021-03-05,"1,000.00"',
    '6,"换\n行",城管局,2021-03-05,1',
    " 7 ,前后有空格 ,城管局,2021-03-05, 8",
    "8,密云合作,城管局,2021-03-05,8",
    "9,长" + "长" * 40_000 + ",城管局,2021-03-05,8",
)


@pytest.fixture
def carefully(monkeypatch):
    def off():
        monkeypatch.setattr(Ordinary, "took", lambda *_: False)
        monkeypatch.setattr(
            Ordinary, "odd_lines", lambda _self, first, lines, _sign: enumerate(lines, first)
        )

    return off


def cases():
    chance = random.Random(20211123)
    for number in range(120):
        separator = chance.choice([",", ",", "\t"])
        lines = [
            chance.choice(LINES[:-1] if number % 10 else LINES)
            for _ in range(chance.randrange(1, 40))
        ]
        text = chance.choice(["\n", "\r\n"]).join([HEAD, *lines])
        yield (text if separator == "," else text.replace(",", "\t")) + chance.choice(["", "\n"])


def test_the_quick_way_reads_what_the_careful_way_reads(tmp_path, monkeypatch, carefully):
    monkeypatch.setattr(plaintext, "_BLOCK", 200)
    paths = []
    for number, text in enumerate(cases()):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_bytes(text.encode())
    quick = [read_ledger(path) for path in paths]
    carefully()
    for path, found in zip(paths, quick, strict=True):
        assert found == read_ledger(path), path.read_text()
    assert sum(len(found["rows"]) for found in quick) > 500


def test_too_many_lines_are_refused_at_their_line(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_rows, "MOST_ROWS", 5)
    monkeypatch.setattr("wenxiao.files.forms.ledger.MOST_ROWS", 5)
    path = tmp_path / "台账.csv"
    path.write_text("\n".join([HEAD, *[LINES[0]] * 8]) + "\n")
    found = read_ledger(path)
    assert [(p["code"], p["line"]) for p in found["problems"]] == [("DR-17", 7)]
    assert found["rows"] == []


def test_rows_go_into_parts_and_a_refused_file_leaves_none(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_rows, "PART_ROWS", 3)
    path, rows = tmp_path / "台账.csv", tmp_path / "rows"
    lines = [LINES[0], '5,"引,号",城管局,2021-03-05,1.00', LINES[1], LINES[2], LINES[0]]
    path.write_text("\n".join([HEAD, *lines]) + "\n")
    found = read_ledger(path, rows)
    assert (found["rows"], found["parts"]) == ([], 2)
    parts = [
        list(csv.reader(part_of(rows, at).open(encoding="utf-8", newline=""))) for at in range(2)
    ]
    assert [[int(row[0]) for row in part] for part in parts] == [[2, 3, 4], [5, 6]]
    assert parts[0][1] == ["3", "5", "引,号", "城管局", "2021-03-05", "1.00"]
    path.write_text("\n".join([HEAD, *lines, "x," * 600]) + "\n")
    assert read_ledger(path, rows)["parts"] == 0
    assert not list(tmp_path.glob("rows.*"))
