"""The same codes on the same rows: what a command reads in a sheet, and what the unit is told once
the rows are stored.

The unit is told the faults its form came with and those of the stored rows. Faults of the form's
own points stay with the form: the rows have the rule's points.
"""

import json

import pytest
from django.db import transaction
from tests.bureaus import PASS
from tests.intake.test_doors import changed

from wenxiao.budget.services import open_round
from wenxiao.files.forms.reading import read_file
from wenxiao.intake.unattended import import_file
from wenxiao.reviews.checks import checks_of
from wenxiao.reviews.models import Review
from wenxiao.rulebook.checks import doors, registry
from wenxiao.site.command import parser

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def shared():
    """The codes that both the reading and the hand-in run on a self-evaluation."""
    read, handed = doors.FORM.codes["selfeval"], doors.HAND_IN.codes["selfeval"]
    return {one.code for one in registry()} & set(read) & set(handed)


SPOILT = PASS / "10_SE013_二十五行.xlsx"
BOOKS = sorted(PASS.glob("*SE0*.xlsx"))


SPOILS = {
    "as it came": lambda row: {},
    "points above the weight": lambda row: {
        row["score"]["cell"]: float(row["weight"]["value"]) + 5
    },
    "points below nothing": lambda row: {row["score"]["cell"]: -3},
    "no value promised": lambda row: {row["target"]["cell"]: None},
    "no value reached": lambda row: {row["actual"]["cell"]: None},
    "no points": lambda row: {row["score"]["cell"]: None},
}


def compared(path, bureau, capsys):
    """Codes the command reads, codes of the stored rows, codes the form
    brought along; of those both doors run.
    """
    args = parser().parse_args(["read", str(path)])
    args.run(args)
    said, codes = json.loads(capsys.readouterr().out)["problems"], shared()
    import_file(path, division=bureau.division, by=None, create=True)
    reviews = list(Review.objects.all())
    assert reviews
    return (
        {one["code"] for one in said} & codes,
        set().union(*({check.code for check in checks_of(one)} & codes for one in reviews)),
        {one["code"] for review in reviews for one in review.problems} & codes,
    )


@pytest.fixture
def rounds(bureau):
    for year in (2020, 2021, 2022, 2023, 2024):
        open_round(
            division=bureau.division,
            kind="selfeval",
            name=f"{year}年度自评",
            work_year=year + 1,
            fiscal_year=year,
            by=None,
        )


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_command_reads_a_sheet_as_the_unit_is_told_it(bureau, rounds, capsys, path):
    """The same rows as a file and as they are stored: the codes both doors run."""
    read, judged, brought = compared(path, bureau, capsys)
    assert judged <= read
    assert judged | brought == read


@pytest.mark.parametrize("path", [SPOILT], ids=lambda path: path.stem)
def test_a_spoilt_sheet_too(bureau, rounds, capsys, tmp_path, path):
    """One fault after the other in the first row; together they meet several codes."""
    met = set()
    row = read_file(path)["forms"][0]["indicators"][0]
    for number, (name, spoil) in enumerate(SPOILS.items()):
        undone = transaction.atomic()
        undone._from_testcase = True  # the test's own, so it doesn't count as a lock
        with undone:
            spoilt = changed(path, tmp_path, name=f"表{number}.xlsx", **spoil(row))
            read, judged, brought = compared(spoilt, bureau, capsys)
            transaction.set_rollback(True)
        assert judged <= read, name
        assert judged | brought == read, name
        met |= read
    assert len(met) >= 4, met


def test_the_walk_over_sheets_meets_several_files():
    assert len(BOOKS) >= 8
