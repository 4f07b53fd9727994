"""Large and hostile files at the child: it stays small, answers in a
sentence, and survives a panic of a library.
"""

import pytest
from reach import SOAK
from tests.large import honest_workbook

from wenxiao.files.cells import panics, streaming, workbooks
from wenxiao.files.forms import looking
from wenxiao.files.forms.forms import reading_json
from wenxiao.files.pool import PEAK_KIB, Pool

pytestmark = pytest.mark.cold
MANY = 200_000
ROWS = MANY if SOAK else 70_000
"""More than a page takes in; what a child grew by tells what it would hold of 200 000."""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    return honest_workbook(folder / "支付明细.xlsx", ROWS)


@pytest.fixture
def child(tmp_path):
    """A child that read one row; after more it tells what it would hold of very many."""
    few = honest_workbook(tmp_path / "一行.xlsx", 1)
    with Pool(1, seconds=300) as pool:
        pool.forms(few)
        least = pool.peak_kib
        pool.peak_of_many = lambda: least + (pool.peak_kib - least) * MANY // ROWS
        yield pool


@pytest.mark.soak
@pytest.mark.parametrize("what", ["texts", "forms", "book"] if SOAK else ["forms"])
def test_200_000_rows_stay_under_300_mb(what, large, child):
    answer = reading_json(child.forms(large)) if what == "forms" else child.read(large, what)
    assert 0 < child.peak_of_many() < PEAK_KIB
    if what == "texts":
        assert (answer["container"], answer["problems"]) == ("xlsx", [])
    else:
        assert "请在“台账”处导入" in answer["problems"][0]["text"]


@pytest.mark.soak
def test_a_ledger_of_200_000_rows_stays_under_300_mb(large, child, tmp_path):
    answer = child.read(large, "ledger", rows_to=tmp_path / "rows")
    assert 0 < child.peak_of_many() < PEAK_KIB
    assert (answer["source_rows"], answer["problems"]) == (ROWS, [])


def test_a_marking_in_the_last_row_of_a_large_workbook_is_found(tmp_path):
    path = honest_workbook(tmp_path / "a.xlsx", 12_000, note="机密★10年")
    assert streaming.cells_of(path) == 12_001 * 6
    answer = looking.look_through(path)
    assert (answer["container"], answer["problems"][0]["code"]) == (None, "DR-16")


def test_streamed_and_held_texts_are_the_same(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["甲", 12.5, "=1+1", "多\n行"])
    book.create_sheet("二").append(["乙 & <丙>", None, "13800138000"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    found = list(streaming.texts_of(path))
    assert {text for text, formula in found if not formula} == {
        "甲",
        "12.5",
        "多\n行",
        "乙 & <丙>",
        "13800138000",
    }
    assert [text for text, formula in found if formula] == ["1+1"]


@pytest.mark.parametrize(
    ("formula", "kept"),
    [
        ("=cmd|'/c calc'!A0", False),
        ('=DDE("cmd";"/c calc";"x")', False),
        ('=WEBSERVICE("http://example.invalid/")', False),
        ("=MSEXCEL|'\\..\\..\\cmd.exe'!''", False),
        ("=SUM(A1:A2)", True),
        ('=IF(A1="a|b",1,2)', True),
    ],
)
def test_a_formula_that_reaches_outside_keeps_a_paper_out(formula, kept, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["甲", formula])
    path = tmp_path / "a.xlsx"
    book.save(path)
    answer = looking.look_through(path)
    assert (answer["container"] == "xlsx") is kept
    assert kept or answer["problems"][0]["code"] == "DR-10"


class PanicException(BaseException):
    """As pyo3 raises it: no Exception."""


def test_a_panic_counts_as_a_broken_file_and_an_interrupt_does_not():
    assert panics.breaks_reading(PanicException())
    assert panics.breaks_reading(ValueError())
    assert not panics.breaks_reading(KeyboardInterrupt())


@pytest.mark.parametrize("reader", ["forms", "ledger"])
def test_the_reader_goes_on_after_a_panic(reader, tmp_path, monkeypatch):
    from wenxiao.files.forms import ledger, reading

    read = {"forms": reading.read_file, "ledger": ledger.read_ledger}[reader]

    class Panics:
        @staticmethod
        def from_filelike(_):
            raise PanicException

    path = tmp_path / "a.xls"
    path.write_bytes(b"x")
    admitted = type("Admitted", (), {"container": "xls", "problems": ()})()
    for module in (reading, ledger):
        monkeypatch.setattr(module, "admit", lambda *_, **__: admitted)
    monkeypatch.setattr(workbooks, "CalamineWorkbook", Panics)
    monkeypatch.setattr(ledger, "CalamineWorkbook", Panics)
    answer = read(path)
    assert answer["problems"][0]["level"] == "阻断"
    problem = answer["problems"][0]
    sentence = problem["text"] + (problem["mend"] or "")
    assert "无法读取" in sentence
    assert "另存为" in sentence
    assert "PanicException" not in sentence  # what to do is said, not the library's name
