"""A form that is imported, and the same form with other values: what moved
stands in the trail, old and new.
"""

import openpyxl
import pytest
from tests.acts.moved import changed, standing, unsaid
from tests.bureaus import PASS

from wenxiao.intake.unattended import import_file
from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
EXPERTS = PASS / "63_专家评分_级名带分_合成.xlsx"


def brought(path, bureau):
    """What a file moved, and what of it no entry tells."""
    before, last = standing(), Entry.objects.order_by("pk").last()
    import_file(path, division=bureau.division, by=bureau.finance, create=True)
    moved = changed(before, standing())
    return moved, unsaid(moved, Entry.objects.filter(pk__gt=last.pk if last else 0))


def columns(moved):
    return {f"{label}.{name}" for label, _, name in moved}


def altered(path, cells, folder):
    """The same workbook with other values in some cells."""
    book, copy = openpyxl.load_workbook(path), folder / path.name
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(copy)
    return copy


def test_a_score_sheet_with_experts(bureau, evaluation_round, tmp_path):
    moved, silent = brought(EXPERTS, bureau)
    assert silent == set()
    assert columns(moved) >= {
        "reviews.Mark.points",
        "reviews.Review.points",
        "reviews.Review.grade",
    }
    again = altered(EXPERTS, {"F7": 1.2, "I7": 2.17, "I28": 93.46, "H5": 380}, tmp_path)
    moved, silent = brought(again, bureau)
    assert silent == set()
    assert columns(moved) >= {
        "reviews.Mark.points",
        "reviews.Review.points",
        "reviews.Review.executed",
    }


def test_a_self_evaluation(bureau, selfeval_round, tmp_path):
    moved, silent = brought(SELFEVAL, bureau)
    assert silent == set()
    assert columns(moved) >= {"evidence.Actual.value", "targets.Indicator.weight"}
    again = altered(SELFEVAL, {"F13": 2, "H13": 9, "F14": None, "F6": 860}, tmp_path)
    moved, silent = brought(again, bureau)
    assert silent == set()
    assert columns(moved) >= {"evidence.Actual.value", "reviews.Review.executed"}
