"""全覆盖: the cells of a budget year counted a second way, from the rows one by one."""

from collections import defaultdict
from decimal import Decimal

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.budget.models import Dossier, Exemption, Round, Subject
from wenxiao.budget.money import NO_MONEY, SEVERAL, budgets_of, money_of
from wenxiao.budget.services import ensure_subject, open_dossier, set_appropriation
from wenxiao.followup.models import Use
from wenxiao.followup.selectors.coverage import STAGES, coverage_of, coverage_seen_by, of_cells
from wenxiao.reviews.models import Review
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
YEAR = 2022


@pytest.fixture
def year(bureau):
    """Five objects of 2022: of three kinds, three budgets, one with two, one without any money."""
    made = {"P001": bureau.dossier}
    for code, kind, funds in (
        ("P002", "project", {"government_fund": 1000, "carried": 50}),
        ("P003", "project", {"general": 300, "government_fund": 700}),
        ("Z001", "policy", {"general": 4000}),
        ("B001", "department_overall", {}),
    ):
        subject = ensure_subject(
            division=bureau.division, unit=bureau.unit, code=code, name=code, kind=kind, by=None
        )
        made[code] = open_dossier(subject=subject, fiscal_year=YEAR, by=None)
        for fund, yuan in funds.items():
            set_appropriation(dossier=made[code], fund=fund, opening=yuan, by=None)
    before = open_dossier(subject=made["Z001"].subject, fiscal_year=YEAR - 1, by=None)
    set_appropriation(dossier=before, opening=9, by=None)
    bureau.made = made
    return bureau


def asked(year, kind, state, codes, **named):
    made = Round.objects.create(
        division=year.division, kind=kind, name=kind, work_year=YEAR, fiscal_year=YEAR
    )
    for code in codes:
        Review.objects.create(dossier=year.made[code], round=made, kind=kind, state=state, **named)
    return made


def whole(cells, stage):
    return of_cells(cell for cell in cells if cell.stage == stage)


def test_every_stage_adds_up_to_the_dossiers_of_the_year(year):
    cells = coverage_of(year.division, YEAR)
    rows = Dossier.objects.filter(fiscal_year=YEAR)
    yuan = [one.budget for one in money_of(rows).values()]
    for stage in STAGES:
        due, done = whole(cells, stage)
        assert due.objects == rows.count() == 5
        assert due.yuan == sum(one for one in yuan if one is not None) == 8806050
        assert due.unknown == yuan.count(None) == 1
        assert (done.objects, done.yuan) == (0, None)
    for cell in cells:
        assert cell.due.objects == cell.done.objects + len(cell.bare)
        left = [one.yuan for one in cell.bare if one.yuan is not None]
        assert (cell.due.yuan or 0) - (cell.done.yuan or 0) == sum(left, Decimal(0))


def test_an_object_stands_in_the_budget_its_money_is_from(year):
    rows = Dossier.objects.filter(fiscal_year=YEAR)
    found = budgets_of(rows)
    money = money_of(rows)
    assert {key: one.yuan for key, one in found.items()} == {
        key: one.budget for key, one in money.items() if one.budget is not None
    }
    funds = {code: found[row.pk].fund for code, row in year.made.items() if row.pk in found}
    assert funds == {"P001": "total", "P002": "government_fund", "P003": SEVERAL, "Z001": "general"}
    (bare,) = [
        c
        for c in coverage_of(year.division, YEAR)
        if (c.stage, c.kind) == ("use", "department_overall")
    ]
    assert bare.fund == NO_MONEY
    assert (bare.due.objects, bare.due.yuan, bare.due.unknown) == (1, None, 1)


def test_a_budget_of_nothing_is_not_a_missing_one(year):
    set_appropriation(dossier=year.made["B001"], fund="general", opening=0, by=None)
    found = budgets_of(Dossier.objects.filter(pk=year.made["B001"].pk))
    assert list(found.values()) == [(Decimal(0), NO_MONEY)]


def test_what_counts_as_done_in_each_stage(year):
    asked(year, "ex_ante", "confirmed", ["P001"])
    asked(year, "ex_ante", "checked", ["P002"])
    asked(year, "monitoring", "submitted", ["P001"])
    asked(year, "monitoring", "filling", ["P002"], received_on="2022-08-01")
    asked(year, "monitoring", "filling", ["P003"])
    asked(year, "selfeval", "waiting", ["P001", "P002"])
    asked(year, "selfeval", "checked", ["Z001"])
    asked(year, "department_evaluation", "submitted", ["P001"])
    asked(year, "finance_evaluation", "issued", ["P003"])
    Target.objects.create(dossier=year.made["P001"], state="approved")
    Target.objects.create(dossier=year.made["P002"], state="unapproved", origin="sheet")
    Use.objects.create(dossier=year.made["P001"], kind="cut", state="declined")
    Use.objects.create(dossier=year.made["P002"], kind="cut", state="proposed")
    bare, done = defaultdict(set), {}
    cells = coverage_of(year.division, YEAR)
    for cell in cells:
        bare[cell.stage] |= {one.code for one in cell.bare}
    for stage in STAGES:
        done[stage] = set(year.made) - bare[stage]
    assert done == {
        "ex_ante": {"P001"},
        "target_review": {"P001"},
        "monitoring": {"P001", "P002"},
        "selfeval": {"Z001"},
        "department_evaluation": set(),
        "finance_evaluation": {"P003"},
        "use": {"P001"},
    }
    assert whole(cells, "monitoring")[1].yuan == 8800000 + 1050


def test_an_excused_object_stays_bare_and_is_named(year):
    made = asked(year, "selfeval", "waiting", [])
    Exemption.objects.create(round=made, dossier=year.made["P001"], reason="other", by=year.finance)
    excused = {
        (cell.stage, one.code)
        for cell in coverage_of(year.division, YEAR)
        for one in cell.bare
        if one.excused
    }
    assert excused == {("selfeval", "P001")}


def test_restricted_objects_are_counted_only_for_those_who_see_them(year):
    Subject.objects.filter(code="P001").update(restriction="restricted")
    due, _ = whole(coverage_seen_by(year.finance, YEAR), "use")
    assert due.objects == 5
    assert coverage_seen_by(year.stranger, YEAR) == []


def test_the_cost_does_not_grow_with_the_objects(year, django_assert_num_queries):
    with django_assert_num_queries(6):
        coverage_of(year.division, YEAR)
