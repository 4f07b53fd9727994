"""Formulas without cached value, computed exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest

from wenxiao.files.cells.cells import Cell, Sheet
from wenxiao.files.cells.formulas import computed_value, decimal_text, percent_text


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:A3)", "6.5"),
        ("=A1+A2*2", "6"),
        ("=(A1-A2)/A2", "0"),
        ("=ROUND(A3/3,2)", "0.83"),
        ("=IF(B9=0,0,A1/B9)", "0"),
        ('=IF(A1>1,"高",A1)', None),
        ("=IFERROR(A1/B9,7)", "7"),
        ("=IFERROR(A1,7)", "2"),
        ("=AVERAGE(A1:A3)/1", "13/6"),
        ("=-A1%", "-0.02"),
        ("=A1/B9", None),
        ("=VLOOKUP(A1,A1:A3,1)", None),
        ("=A1&A2", None),
        ("=C1", None),
        ("=$A$1*50%", "1"),
        ("=MAX(A1:A3)-MIN(A1:A3)", "0.5"),
        ("=AVERAGE(B1:B9)", None),
        ("=IF(A1<>2,1)", None),
        ("=IF(A1=2,1,0)", "1"),
        ("=(A1", None),
        ("=", None),
    ],
)
def test_small_formulas(formula, value):
    sheet = Sheet("表")
    for row, text in enumerate(("2", "2", "2.5"), start=1):
        sheet.cells[row, 1] = Cell(row, 1, f"A{row}", text, text)
    sheet.cells[1, 3] = Cell(1, 3, "C1", "", None, None, formula, has_cached=False)
    assert computed_value(sheet, 1, 3) == (None if value is None else Fraction(value))


def test_printing():
    assert decimal_text(Fraction(1, 8), 2) == "0.13"
    assert decimal_text(Fraction(100)) == "100"
    assert (
        percent_text(Fraction(-23, 385)),
        percent_text(Fraction(118, 115)),
        percent_text(Fraction(-1, 10**9)),
    ) == ("-5.97", "102.61", "0.00")
