"""培训: the year's plan, one course with its sign-in, and short lessons made from the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.orgs.selectors import attended, course_of, courses_of, roles, trained
from wenxiao.orgs.services import training
from wenxiao.pages.acts import Typed, carry_out, day_of, person, text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, view
from wenxiao.records.selectors import documents
from wenxiao.rulebook.checks import registry
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Course

ENTRY = "desk:training"
AREAS = {"MB": "填绩效目标", "ZP": "填自评", "JK": "填监控", "PJ": "评价"}


@view("see_unit")
def plan(request: HttpRequest) -> HttpResponse:
    """The year's courses, who came, and the sentence the report may take."""
    division, year = division_of(request, ENTRY), work_year(request)
    values = {
        "list_year": year,
        "courses": list(courses_of(division, year)),
        "trained": trained(division, year),
        "people": attended(division, year)[:500],
        "plans": held(request).can("manage_round"),
        "roles": roles(),
        "words": dict(roles()),
        "papers": list(documents(division=division)[:200]),
    }
    return render(request, "desk/training/index.html", values)


@view("manage_round", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """A course into the plan."""
    title, place = text_of(request, "title", 100), text_of(request, "place", 100)
    division, chosen = division_of(request, ENTRY), whole(request.POST.get("material"))

    def carry() -> str:
        course = training.plan_course(
            division=division,
            year=work_year(request),
            title=title,
            audience=request.POST.getlist("audience"),
            on=day_of(request, "on", "培训日期"),
            place=place,
            material=documents(division=division).filter(pk=chosen).first() if chosen else None,
            by=person(request),
        )
        return f"“{course}”已列入 {course.year} 年培训计划。"

    return carry_out(request, carry, _back(request), [Typed("名称", "", title)])


def _back(request: HttpRequest) -> str:
    return f"{reverse('desk:training')}?year={work_year(request)}"


def _course(request: HttpRequest, pk: int) -> Course:
    row = course_of(division_of(request, ENTRY), pk)
    if row is None:
        raise Http404
    return row


@view("see_unit")
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """One course: who came, the code to scan, the paper list."""
    row = _course(request, pk)
    address = request.build_absolute_uri(reverse("desk:course", args=[pk]))
    values = {
        "course": row,
        "people": list(row.people.select_related("unit").order_by("at")),
        "mine": row.people.filter(user=person(request)).exists(),
        "words": dict(roles()),
        "today": today(),
        "plans": held(request).can("manage_round"),
        "picture": segno.make(address, error="m").svg_data_uri(scale=4),
        "address": address,
    }
    return render(request, "desk/training/course.html", values)


@view("see_unit", methods=("POST",))
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign in oneself."""
    row = _course(request, pk)

    def carry() -> str:
        training.sign_in(course=row, by=person(request))
        return "已签到。"

    return carry_out(request, carry, reverse("desk:course", args=[pk]))


@view("manage_round", methods=("POST",))
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the paper list."""
    row, lines = _course(request, pk), text_of(request, "texts", 40_000)

    def carry() -> str:
        fresh = training.register_attendance(course=row, lines=lines, by=person(request))
        return f"登记了 {fresh} 人。"

    back = reverse("desk:course", args=[pk])
    return carry_out(request, carry, back, [Typed("签到表", "", lines)])


@view("see_unit")
def lessons(request: HttpRequest) -> HttpResponse:
    """Short lessons: what each check asks, a bad and a good example, how to mend it."""
    division_of(request, ENTRY)
    area = request.GET.get("area", "MB")
    area = area if area in AREAS else "MB"
    rows = [
        (rule.code, rule)
        for rule in registry()
        if rule.code.startswith(f"{area}-") and rule.bad and rule.good
    ]
    values = {"area": area, "areas": AREAS, "rows": rows}
    return render(request, "desk/training/lessons.html", values)
