"""How far a form travels, traced by running until it is printed: a self-evaluation, and the one
number of a score sheet.

Two counts, both over product files under src/wenxiao alone. All: every function that is called on
the way, those that keep the trail, ask for permission and check included. Holding: only the
functions that have the number itself in hand, its own road. The ceilings only fall.

``pytest -s tests/golden/test_trace.py`` prints the figures docs/map.md and docs/architecture.md
hold.
"""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from tests.bureaus import PASS, bureau, selfeval_round
from tests.golden.test_walk import WAN, evaluation
from tests.golden.tracing import Trace

from wenxiao.files.forms.reading import read_forms
from wenxiao.files.out.form_grid import form_workbook
from wenxiao.files.out.official_forms import CriterionLine, PrintedScoreSheet, score_sheet_form
from wenxiao.intake.unattended import import_reading
from wenxiao.reports import services
from wenxiao.reviews.models import Review

__all__ = ["bureau", "selfeval_round"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]
FORM = PASS / "02_SE025_空值满分.xlsx"
ALL_FILES, ALL_FUNCTIONS = 110, 800
"""Of the self-evaluation, in a process that has read no rule yet; 106 and 778 when this was written
and the rules were read, 71 and 537 by that count at commit 8ae9578.
"""
HOLDING_FILES, HOLDING_FUNCTIONS = 39, 115
"""Of the score sheet's number; 39 since the audited amounts of each fund are read from the sheet, 38
and 114 when this was written, 31 and 101 at commit 8ae9578."""
USED = ("66.370041", "663700.41", Decimal("66.370041"), Decimal("663700.41"), 66_370_041)
"""经审查实际使用资金 as the sheet has it, in 元, in 分."""


def traced(bureau, path, year, values=()):
    """The three phases of a file's way: read, taken in, printed."""
    read, intake, report = (Trace(values) for _ in range(3))
    with read:
        reading = read_forms(path)
    with intake:
        answers = {"*": {"unit": "create", "subject": "create"}}
        outcome = import_reading(
            reading, path, division=bureau.division, by=bureau.finance, choices=answers
        )
    assert outcome.clean, outcome.problems
    with report:
        edition = services.current(bureau.division, year)
        services._files(edition, edition.report)
    return read, intake, report


def whole(traces, of="calls"):
    functions = {key for trace in traces for key in getattr(trace, of)}
    return len({file for file, _ in functions}), len(functions)


def sheet(folder):
    """A score sheet with few criteria, so that nothing of it is too long to be looked into."""
    lines = [
        CriterionLine("过程", "资金管理", "预算执行率", Decimal(40), Decimal(30), "按比例计分"),
        CriterionLine("产出", "数量", "完成里程", Decimal(60), Decimal(60)),
    ]
    form = score_sheet_form(
        PrintedScoreSheet(
            subject_name="村级道路养护（合成）",
            dept="天长市水利局",
            year=2024,
            agency="示例事务所",
            arranged=Decimal(100) * WAN,
            used=Decimal("66.370041") * WAN,
            criteria=lines,
            total=Decimal(90),
            grade="优",
        )
    )
    path = folder / "评分表.xlsx"
    path.write_bytes(form_workbook([form]))
    return path


def test_a_self_evaluation_meets_no_more_files_than_it_did(bureau, selfeval_round):
    read, intake, report = traced(bureau, FORM, 2023)
    files, functions = whole((read, intake, report))
    assert Review.objects.filter(round=selfeval_round).exists()
    phases = {
        "read one workbook": read,
        "preview, apply, score": intake,
        "the report's files": report,
    }
    for name, trace in phases.items():
        sys.stdout.write(f"\n| {name} | {trace.length} |")
    sys.stdout.write(f"\n| **together** | **{files}** | **{functions}** | | |\n")
    assert files <= ALL_FILES, files
    assert functions <= ALL_FUNCTIONS, functions
    assert len(read.files) > 15
    assert len(intake.files) > 40
    assert len(report.files) > 15


def test_the_number_of_a_score_sheet_passes_through_few_files(bureau, tmp_path):
    """The aim of the redesign: forty files from the cell to the printed figure."""
    evaluation(bureau)
    traces = traced(bureau, sheet(tmp_path), 2025, USED)
    files, functions = whole(traces, "holding")
    sys.stdout.write(f"\n| holding the number | {files} | {functions} | | |\n")
    assert files <= HOLDING_FILES, files
    assert functions <= HOLDING_FUNCTIONS, functions
    read, intake, report = (trace.files_holding for trace in traces)
    assert any(name.startswith("files/cells/") for name in read)
    assert {"intake/apply.py", "budget/services/money.py", "store/fields.py"} <= intake
    assert {"reports/figures.py", "files/out/spreadsheets.py"} <= report


def test_a_form_is_parsed_once_and_matched_once(bureau, selfeval_round):
    read, intake, _ = traced(bureau, FORM, 2023)
    assert read.times("files/forms/reading.py", "read_forms") == 1
    assert read.times("files/forms/selfeval.py", "_form") == 1
    assert not [name for name in intake.files if name.startswith(("files/door", "files/pool"))]
    assert not [name for name in intake.files if "openxml" in name or "workbooks" in name]
    assert intake.times("files/forms/tables.py", "table_of") == 1
    for function in ("match", "_match_unit", "_match_subject", "_match_round"):
        assert intake.times("intake/matching.py", function) == 1
    assert intake.times("intake/preview.py", "preview") == 1
