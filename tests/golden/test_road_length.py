"""How long one form's road is from its cells to the report's files: what docs/architecture.md
prints.

``pytest -s tests/golden/test_road_length.py`` prints the figures it holds.
"""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.bureaus import PASS, bureau, selfeval_round

from wenxiao.files.forms.reading import read_file
from wenxiao.intake.unattended import import_file
from wenxiao.reports.services import write_all
from wenxiao.reviews.models import Review

__all__ = ["bureau", "selfeval_round"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]
PRODUCT = str(Path(__file__).resolve().parents[2] / "src" / "wenxiao") + "/"
FORM = PASS / "02_SE025_空值满分.xlsx"
MOST_FILES, MOST_FUNCTIONS = 130, 1000


class Road:
    """Files and functions met on the way, how deep the calls went, how
    often one file followed another.
    """

    def __init__(self):
        self.files, self.functions = set(), set()
        self.depth = self.deepest = self.changes = 0
        self.last = ""

    def note(self, frame, event, _arg):
        name = frame.f_code.co_filename
        if not name.startswith(PRODUCT) or frame.f_code.co_name.startswith("<"):
            return
        if event == "call":
            self.files.add(name)
            self.functions.add((name, frame.f_code.co_qualname))
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)
            self.changes += name != self.last
            self.last = name
        elif event == "return":
            self.depth -= 1

    def __str__(self):
        return f"{len(self.files)} | {len(self.functions)} | {self.deepest} | {self.changes}"


@contextmanager
def walked():
    road, before = Road(), sys.getprofile()
    sys.setprofile(road.note)
    try:
        yield road
    finally:
        sys.setprofile(before)


def test_one_form_meets_few_files(bureau, selfeval_round, tmp_path):
    with walked() as reading:
        read_file(FORM)
    with walked() as taking_in:
        import_file(FORM, division=bureau.division, by=bureau.finance, create=True)
    assert Review.objects.filter(round=selfeval_round).exists()
    with walked() as reporting:
        write_all(bureau.division, 2023, tmp_path)
    roads = {"read": reading, "preview, apply, score": taking_in, "report's files": reporting}
    files = set().union(*(road.files for road in roads.values()))
    functions = set().union(*(road.functions for road in roads.values()))
    for name, road in roads.items():
        sys.stdout.write(f"\n| {name} | {road} |")
    sys.stdout.write(f"\n| together | {len(files)} | {len(functions)} | | |\n")
    assert len(files) <= MOST_FILES
    assert len(functions) <= MOST_FUNCTIONS
