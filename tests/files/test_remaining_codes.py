"""The codes of readers that no other test shows: each by the smallest file that earns it."""

from __future__ import annotations

import openpyxl
import pytest
from tests.files.test_layouts import FORM, codes, workbook

from wenxiao.files.forms import reading
from wenxiao.files.forms.ledger import read_ledger
from wenxiao.files.forms.reading import read_file


def test_a_rate_in_words_is_no_rate(tmp_path):
    rows = [list(row) for row in FORM]
    rows[5][6] = "基本完成"
    assert ("ZJ-05", "G6") in codes(read_file(workbook(tmp_path, rows)))


def test_a_form_without_indicators_says_so(tmp_path):
    rows = [*FORM[:11], ["总分", "", "", "", "", "", 100, 99.17]]
    assert "ZP-20" in [code for code, _ in codes(read_file(workbook(tmp_path, rows)))]


def test_hidden_rows_are_named(tmp_path):
    path = workbook(tmp_path, FORM)
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[13].hidden = True
    book.save(path)
    assert "DR-23" in [code for code, _ in codes(read_file(path))]


def test_a_formula_that_was_never_calculated_is_named(tmp_path):
    rows = [list(row) for row in FORM]
    rows[16][7] = "=SUM(H12:H15)+H6"
    found = read_file(workbook(tmp_path, rows))
    assert ("DR-24", "H17") in codes(found)


def test_a_file_too_large_for_memory_is_a_sentence(tmp_path, monkeypatch):
    def burst(path):
        raise MemoryError(path)

    monkeypatch.setattr(reading, "open_book", burst)
    assert [code for code, _ in codes(read_file(workbook(tmp_path, FORM)))] == ["DR-17"]


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [("项目名称,支付日期,支付金额（元）", "DR-58", 3), ("甲,2021-03-01,5,多出,两列", "DR-47", 3)],
)
def test_odd_lines_of_a_ledger_are_named(tmp_path, line, code, number):
    path = tmp_path / "支付.csv"
    path.write_text(
        f"项目名称,支付日期,支付金额（元）\n甲,2021-02-01,10\n{line}\n乙,2021-02-01,10\n",
        encoding="utf-8",
    )
    found = read_ledger(path)
    assert (code, number) in [(p["code"], p["line"]) for p in found["problems"]]


def test_a_word_file_is_no_ledger(tmp_path):
    import docx

    document = docx.Document()
    document.add_table(rows=2, cols=2).cell(0, 0).text = "项目名称"
    document.save(tmp_path / "台账.docx")
    assert [p["code"] for p in read_ledger(tmp_path / "台账.docx")["problems"]] == ["DR-56"]
