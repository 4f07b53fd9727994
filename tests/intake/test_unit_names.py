"""An unknown or short unit name is asked about, never given to the
department above; the answer is remembered.
"""

import pytest
from tests.bureaus import PASS

from wenxiao.intake.matching import Directory, Match, _match_unit
from wenxiao.intake.unattended import import_file
from wenxiao.orgs.models import Unit
from wenxiao.orgs.services import add_unit, call_unit, edit_unit

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SHEET = PASS / "02_SE025_空值满分.xlsx"


class Form:
    """What a form says of its unit."""

    sheet, code, subject_text = "表1", "", "高考考务经费"

    def __init__(self, unit, department=""):
        self.unit_text, self.department_text = unit, department


def matched(bureau, form, **said):
    made = Match(skip=False, year=2022)
    _match_unit(form, Directory(bureau.division), said, made)
    return made


@pytest.fixture
def school(bureau):
    return add_unit(division=bureau.division, code="101002", name="示例县第一中学", by=None)


@pytest.mark.parametrize("name", ["第一中学", "某某街道办事处"])
def test_a_name_nobody_bears_is_asked_and_never_given_to_the_department(bureau, school, name):
    made = matched(bureau, Form(name, bureau.unit.name))
    assert made.unit is None
    assert [problem.code for problem in made.problems] == ["DR-31"]
    offered = [pk for pk, _ in made.close["unit"]]
    assert bureau.unit.pk in offered
    if name == "第一中学":
        assert offered[0] == school.pk


def test_where_no_unit_is_written_the_department_is_meant(bureau):
    assert matched(bureau, Form("", bureau.unit.name)).unit == bureau.unit.pk


def test_an_alias_finds_its_unit_until_it_is_taken_off(bureau, school):
    call_unit(unit=school, name="第一中学", by=bureau.finance, why="导入时选定")
    assert matched(bureau, Form("第一中学", bureau.unit.name)).unit == school.pk
    school.refresh_from_db()
    edit_unit(unit=school, by=None, why="登记错了", aliases=[])
    assert matched(bureau, Form("第一中学", bureau.unit.name)).unit is None


def test_an_alias_of_two_units_tells_neither(bureau, school):
    other = add_unit(division=bureau.division, code="101003", name="示例县第一中学分校", by=None)
    for unit in (school, other):
        call_unit(unit=unit, name="一中", by=bureau.finance, why="简称")
    assert matched(bureau, Form("一中")).unit is None


def test_the_unit_chosen_for_a_file_is_remembered_by_the_name_it_wrote(bureau, selfeval_round):
    Unit.objects.filter(pk=bureau.unit.pk).update(name="天长市水利和湖泊局")
    outcome = import_file(SHEET, division=bureau.division, by=bureau.finance)
    assert outcome.unmatched
    outcome = import_file(
        SHEET,
        division=bureau.division,
        by=bureau.finance,
        choices={"0": {"unit": "天长市水利和湖泊局"}},
    )
    assert outcome.accepted == 1
    bureau.unit.refresh_from_db()
    assert bureau.unit.aliases == ["天长市水利局"]


@pytest.mark.parametrize(
    "written",
    ["农村道路养护(一期)", "农村道路养护（一期）", "农村道路养护 【一期】", "农村道路养护〔一期〕"],
)
def test_brackets_of_any_width_name_the_same_subject(bureau, written):
    from wenxiao.budget.services import ensure_subject

    subject = ensure_subject(
        division=bureau.division,
        unit=bureau.unit,
        code="1" * 21,
        name="农村道路养护（一期）",
        by=None,
    )
    known = Directory(bureau.division)
    assert known.subject(code="", name=written, unit=bureau.unit.pk) == subject.pk


def test_a_score_sheet_in_half_width_finds_the_subject_in_full_width(
    bureau, evaluation_round, tmp_path
):
    import openpyxl

    from wenxiao.budget.models import Subject

    source = PASS / "61_财政重点评价评分表_标准式_合成.xlsx"
    import_file(source, division=bureau.division, by=bureau.finance, create=True)
    book = openpyxl.load_workbook(source)
    cell = next(one for row in book.active.iter_rows() for one in row if one.value == "项目名称")
    value = next(one for one in book.active[cell.row] if one.column > 1 and one.value)
    value.value = value.value.replace("（", "(").replace("）", ")").replace("：", ":")
    path = tmp_path / "评分表.xlsx"
    book.save(path)
    subjects = Subject.objects.count()
    import_file(path, division=bureau.division, by=bureau.finance)
    assert Subject.objects.count() == subjects
