"""What can't be imported is said in the preview: a wrong year, a form handed in; a unit's object is
found below its department.
"""

import pytest
from tests.bureaus import PASS

from wenxiao.budget.services import ensure_subject, open_dossier, open_round
from wenxiao.intake.lists import OURS
from wenxiao.intake.matching import Directory, match
from wenxiao.intake.unattended import import_file
from wenxiao.orgs.services import add_unit
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SHEET = PASS / "02_SE025_空值满分.xlsx"


class Form:
    """What a score sheet says of itself: its department alone."""

    sheet, code, scope, round_kind = "表1", "", "project", "finance_evaluation"
    fiscal_year, through_month = 2022, None

    def __init__(self, subject, department, unit=""):
        self.subject_text, self.department_text = subject, department
        self.unit_text = unit or department


def test_a_form_of_another_year_is_called_so_and_stands_in_its_units_list(bureau):
    """officers-1 F6."""
    open_round(
        division=bureau.division,
        kind="selfeval",
        name="2023年度自评",
        work_year=2024,
        fiscal_year=2023,
        by=None,
    )
    told = import_file(path=SHEET, division=bureau.division, by=bureau.finance, dry_run=True)
    found = [one for one in told.problems if one["code"] == "DR-92"]
    assert "年度不对：表上是 2022 预算年度" in found[0]["text"]
    assert "收 2023 预算年度的" in found[0]["text"]
    assert found[0]["code"] not in OURS


def test_what_was_handed_in_is_said_before_the_import(bureau, selfeval_round):
    """officers-1 F7."""
    import_file(path=SHEET, division=bureau.division, by=bureau.finance)
    Review.objects.update(state="submitted")
    told = import_file(path=SHEET, division=bureau.division, by=bureau.finance, dry_run=True)
    assert "DR-41" in [one["code"] for one in told.problems]


def test_a_sheet_that_names_the_department_alone_finds_the_object_of_its_unit(bureau):
    """officers-2 F18: our own blank score sheet of a sub-unit's object came
    back with a question.
    """
    school = add_unit(
        division=bureau.division, code="101002", name="示例学校", parent=bureau.unit, by=None
    )
    meals = ensure_subject(
        division=bureau.division, unit=school, code="P77", name="营养改善", by=None
    )
    open_dossier(subject=meals, fiscal_year=2022, by=None)
    open_round(
        division=bureau.division,
        kind="finance_evaluation",
        name="2022年重点评价",
        work_year=2023,
        fiscal_year=2022,
        by=None,
    )
    made = match(Form("营养改善", bureau.unit.name), Directory(bureau.division))
    assert (made.subject, made.unit, made.problems) == (meals.pk, school.pk, [])
    elsewhere = match(Form("营养改善", bureau.other.name), Directory(bureau.division))
    assert elsewhere.subject is None
    named = match(Form("营养改善", "示例主管局", bureau.unit.name), Directory(bureau.division))
    assert named.subject is None
