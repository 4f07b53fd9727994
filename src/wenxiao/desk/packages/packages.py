"""材料包: what goes to 人大 and the upper level by the division's lists, and
what each department publishes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from wenxiao.desk.packages.building import package_zip, packed
from wenxiao.desk.packages.departments import DepartmentPackage, department_package, department_zip
from wenxiao.followup.selectors.assessing import departments, sees_all
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.reports.department_text import OCCASIONS
from wenxiao.rulebook.packages import PACKAGES, SOURCES
from wenxiao.rulebook.upper_forms import SOURCES_OF_COLUMNS, upper_forms
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Unit

ENTRY = "desk:packages"


def _units(request: HttpRequest) -> list[Unit]:
    """The departments whose package this person may make: their own, or
    every one for the bureau.
    """
    division, holding = division_of(request, ENTRY), held(request)
    return [row for row in departments(division) if holding.can("see_unit", unit=row)]


@view("see_unit")
def listed(request: HttpRequest) -> HttpResponse:
    """The two packages with each item's state, and the departments with their two occasions."""
    division, year = division_of(request, ENTRY), work_year(request)
    bureau = sees_all(person(request), division)
    values = {
        "list_year": year,
        "bureau": bureau,
        "packages": [(code, word, *packed(division, code, year)) for code, word in PACKAGES.items()]
        if bureau
        else [],
        "sources": SOURCES,
        "forms": upper_forms(division.own_rules, year),
        "columns_from": SOURCES_OF_COLUMNS,
        "units": _units(request),
        "occasions": OCCASIONS,
        "rules": held(request).can("manage_rules", division=division.pk),
    }
    return render(request, "desk/packages/index.html", values)


@view("see_unit")
def package_file(request: HttpRequest, package: str) -> HttpResponse:
    """One package as .zip."""
    division = division_of(request, ENTRY)
    if package not in PACKAGES or not sees_all(person(request), division):
        raise Http404
    content, title = package_zip(division, package, work_year(request))
    return attachment(content, title, "zip")


def _unit(request: HttpRequest, pk: int, occasion: str) -> Unit:
    unit = next((row for row in _units(request) if row.pk == pk), None)
    if unit is None or occasion not in OCCASIONS:
        raise Http404
    return unit


def _made(request: HttpRequest, unit: Unit, occasion: str) -> DepartmentPackage:
    return department_package(unit, occasion, work_year(request))


@view("see_unit")
def department(request: HttpRequest, pk: int, occasion: str) -> HttpResponse:
    """What a department would publish and what the check says of it."""
    unit = _unit(request, pk, occasion)
    try:
        package, empty = _made(request, unit, occasion), ""
    except NotAllowed as refusal:
        package, empty = None, str(refusal)
    values = {
        "unit": unit,
        "occasion": occasion,
        "word": OCCASIONS[occasion],
        "list_year": work_year(request),
        "made": package,
        "empty": empty,
    }
    return render(request, "desk/packages/department.html", values)


@view("see_unit")
def department_file(request: HttpRequest, pk: int, occasion: str) -> HttpResponse:
    """The department's package as .zip."""
    package = _made(request, _unit(request, pk, occasion), occasion)
    return attachment(department_zip(package), package.title, "zip")
