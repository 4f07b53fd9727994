"""部门整体: the units with final accounts of a year, and one unit's figures with their cells, the
ratios computed from them alone, and its projects counted beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.departments import (
    accounts_of,
    accounts_of_year,
    figures_seen_by,
    years_with_figures,
)
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.departments import projects_below, whole_departments

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.departments import DepartmentAccounts

UNDER = "desk:subjects"
PAGE = 100


@view("see_unit")
def listed(request: HttpRequest) -> HttpResponse:
    """Each unit with the ratios of a year; those no unit has are left out and named."""
    put_under(request, UNDER)
    years = years_with_figures(person(request))
    year = _year(request, years)
    rows = accounts_of_year(person(request), year)
    values = {
        "fiscal_year": year,
        "years": [
            (f"{one} 年", f"{reverse('desk:departments')}?fy={one}", one == year) for one in years
        ],
        "rows": rows[:PAGE],
        "total": len(rows),
        "columns": _columns(rows),
        "imports": held(request).can("import"),
    }
    return render(request, "desk/departments/index.html", values)


def _year(request: HttpRequest, years: list[int]) -> int:
    asked = whole(request.GET.get("fy"))
    if asked is not None and 2000 <= asked <= 2100:
        return asked
    looked_at = work_year(request)
    return next((one for one in years if one <= looked_at), years[0] if years else looked_at)


def _columns(rows: list[DepartmentAccounts]) -> list[tuple[int, str]]:
    """(place, name) of the ratios that at least one unit has."""
    known = {
        at: one.ratio.name
        for row in rows
        for at, one in enumerate(row.ratios)
        if one.ratio.status != "missing"
    }
    return sorted(known.items())


@view("see_unit")
def department(request: HttpRequest, pk: int, fiscal: int) -> HttpResponse:
    """One unit in one budget year."""
    put_under(request, UNDER)
    user = person(request)
    unit = units_visible_to(user).select_related("division").filter(pk=pk).first()
    if unit is None or not 2000 <= fiscal <= 2100:
        raise Http404
    accounts = accounts_of(user, unit, fiscal)
    wholes = whole_departments(user, unit, fiscal)
    if not accounts.lines and not wholes and not figures_seen_by(user).filter(unit=unit).exists():
        raise Http404
    values = {
        "unit": unit,
        "fiscal_year": fiscal,
        "years": [
            (f"{one} 年", reverse("desk:department", args=[unit.pk, one]), one == fiscal)
            for one in years_with_figures(user, unit)
        ],
        "accounts": accounts,
        "stages": accounts.table.stages,
        "wholes": wholes,
        "projects": projects_below(user, unit, fiscal),
        "imports": held(request).can("import"),
        "rules": held(request).can("manage_rules", division=unit.division_id),
    }
    return render(request, "desk/departments/department.html", values)
