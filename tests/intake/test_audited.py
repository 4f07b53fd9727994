"""审定资金 by fund read from a score sheet: the same row a person types, each difference with its
voucher, and nothing taken that does not lead from what was reported to what was found.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Spending
from wenxiao.desk.evaluations.forms import form_of
from wenxiao.followup.services import AuditDifference, AuditedFund, audit_money
from wenxiao.intake.unattended import import_file
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.road import unsettled

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SHEET = Path(__file__).parents[1] / "files" / "pass" / "61_财政重点评价评分表_标准式_合成.xlsx"
HEAD = ["资金来源", "申报（预算）数", "经审查实际安排", "经审查实际使用", "安排差异", "使用差异"]
HEAD += ["差异原因", "凭证或取证单编号"]
GENERAL = ["一般公共预算", 1100, 1086.5, 1000, -13.5, None, "调减未报", "取证单3号"]
CARRIED = ["上年结转", 200, 200, 198.37425, None, "-1.62575", "列支范围外", "记-12号"]
WHOLE = ["合计", 1300, 1286.5, 1198.37425]


def sheet(tmp_path, *rows, place="own sheet"):
    """The standard score sheet with its audited money fund by fund: on a sheet of its own, below the
    score table, between its head and its first criterion, or both as tables of a Word document.
    """
    book, lines = load_workbook(SHEET), (["金额单位：万元"], HEAD, *rows)
    page = book.create_sheet("审定资金") if place == "own sheet" else book.worksheets[0]
    if place.startswith("in Word"):
        return in_word(tmp_path, page, lines, first=place == "in Word above")
    if place == "above the table":
        for merged in [one for one in page.merged_cells.ranges if one.min_row > 4]:
            page.unmerge_cells(str(merged))
        page.insert_rows(5, len(lines))
        for at, row in enumerate(lines):
            for column, value in enumerate(row, 1):
                page.cell(5 + at, column, value)
    else:
        for row in lines:
            page.append(row)
    path = tmp_path / "评分表.xlsx"
    book.save(path)
    return path


def in_word(tmp_path, page, money, *, first):
    """The same sheet as an agency hands it over in Word; what is merged there is merged here."""
    paper = Document()
    paper.add_paragraph(page["A1"].value)

    def scores():
        table = paper.add_table(page.max_row - 1, page.max_column)
        for one in page.merged_cells.ranges:
            if one.min_row > 1:
                table.cell(one.min_row - 2, one.min_col - 1).merge(
                    table.cell(one.max_row - 2, one.max_col - 1)
                )
        for row in page.iter_rows(min_row=2):
            for cell in row:
                if cell.value is not None:
                    table.cell(cell.row - 2, cell.column - 1).text = str(cell.value)

    def funds():
        paper.add_paragraph(f"审定资金（{money[0][0]}）")
        table = paper.add_table(len(money) - 1, len(HEAD))
        for at, row in enumerate(money[1:]):
            for column, value in enumerate(row):
                table.cell(at, column).text = "" if value is None else str(value)

    for part in (funds, scores) if first else (scores, funds):
        part()
    path = tmp_path / "评分表.docx"
    paper.save(path)
    return path


def bring(bureau, path, **more):
    return import_file(path, division=bureau.division, by=bureau.finance, **more)


@pytest.fixture
def reported(bureau, evaluation_round, tmp_path):
    """The evaluated dossier with what its unit reported of two funds."""
    bring(bureau, SHEET, create=True)
    dossier = Dossier.objects.exclude(pk=bureau.dossier.pk).get()
    for fund, arranged, spent in (("general", 1100, 1000), ("carried", 200, 200)):
        Appropriation.objects.create(dossier=dossier, fund=fund, adjusted=Decimal(arranged) * 10000)
        Spending.objects.create(
            dossier=dossier, fund=fund, month=12, amount=Decimal(spent) * 10000, line=fund
        )
    return Review.objects.get(dossier=dossier)


@pytest.mark.parametrize(
    "place", ["own sheet", "below the table", "above the table", "in Word", "in Word above"]
)
def test_what_is_read_is_the_row_a_person_types(bureau, reported, tmp_path, place):
    outcome = bring(bureau, sheet(tmp_path, GENERAL, CARRIED, WHOLE, place=place))
    assert outcome.accepted == 1, outcome.problems
    read = AuditedAmount.objects.latest("pk")
    reported.refresh_from_db()
    assert reported.audited == read
    assert (read.arranged, read.used) == (Decimal(12865000), Decimal("11983742.50"))
    assert unsettled(reported) == ""
    audit_money(
        review=reported,
        arranged=Decimal(12865000),
        used=Decimal("11983742.5"),
        funds=[
            AuditedFund("general", Decimal(10865000), Decimal(10000000)),
            AuditedFund("carried", Decimal(2000000), Decimal("1983742.5")),
        ],
        differences=[
            AuditDifference("arranged", Decimal(-135000), "调减未报", "取证单3号", "general"),
            AuditDifference("used", Decimal("-16257.5"), "列支范围外", "记-12号", "carried"),
        ],
        by=bureau.finance,
        version=reported.version,
        why="照表再填一遍",
    )
    typed = AuditedAmount.objects.latest("pk")
    assert typed.pk != read.pk
    assert (typed.funds, typed.differences) == (read.funds, read.differences)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([GENERAL[:4], CARRIED, WHOLE], "列出的差异合计 0 万元"),
        ([[*GENERAL[:6], "调减未报", None], CARRIED, WHOLE], "写明原因和凭证号"),
        ([GENERAL, [*CARRIED[:2], 180, *CARRIED[3:]], WHOLE], "与总额"),
        ([["某某专户", *GENERAL[1:]], CARRIED, WHOLE], "“某某专户”（A3）没有认出"),
        ([[*GENERAL[:3], None, *GENERAL[4:]], CARRIED, WHOLE], "两个数都要填"),
    ],
)
def test_differences_that_explain_nothing_are_refused(bureau, reported, tmp_path, rows, told):
    before = AuditedAmount.objects.count()
    outcome = bring(bureau, sheet(tmp_path, *rows))
    assert outcome.accepted == 0
    (problem,) = [one for one in outcome.problems if one["code"] == "DR-98"]
    assert told in problem["text"]
    assert "审定金额" in problem["mend"]
    assert AuditedAmount.objects.count() == before


def test_a_sheet_of_funds_alone_gives_the_totals(bureau, evaluation_round, tmp_path):
    path = sheet(tmp_path, GENERAL, CARRIED)
    book = load_workbook(path)
    page = book["评分表"]
    page["C4"], page["G4"] = None, None
    book.save(path)
    assert bring(bureau, path, create=True).accepted == 1
    row = AuditedAmount.objects.get()
    assert (row.arranged, row.used) == (Decimal(12865000), Decimal("11983742.50"))
    assert {one["fund"] for one in row.funds} == {"general", "carried"}


def test_what_each_criterion_asks_for_is_kept_and_printed(bureau, reported):
    first = reported.criteria.order_by("order").first()
    asked = load_workbook(SHEET).worksheets[0]
    assert (first.explanation, first.standard) == (asked["D6"].value, asked["E6"].value)
    printed = form_of(reported).cells.values()
    assert {first.explanation, first.standard} <= set(printed)
