"""成批登记、成批授权: contacts and offices of many units, one role for many people
over many units; each told alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.office.units import ENTRY, all_units, tabs
from wenxiao.desk.office.users import granted_roles, until_of
from wenxiao.orgs import selectors, services
from wenxiao.pages.acts import text_of
from wenxiao.pages.outcomes import BatchOutcome
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, person, view
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division, Unit, User

SIZE, MOST = 60, 500
FIELDS = ("contact", "phone", "office")
COLUMNS = ("联系人", "联系电话", "对口业务科室")


def _in_use(division: Division) -> QuerySet[Unit]:
    rows = all_units(division).filter(Q(valid_to=None) | Q(valid_to__gte=today()))
    return rows.select_related("office")


@view("manage_units", methods=("GET", "POST"))
def unit_contacts(request: HttpRequest) -> HttpResponse:
    """Contacts, telephone and serving office of many units, typed in a
    table or pasted from a list.
    """
    division = division_of(request, ENTRY)
    if request.method == "POST":
        return _save_contacts(request, division)
    q = request.GET.get("q", "").strip()[:60]
    rows = selectors.owing_units(division).select_related("office")
    for one in q.split():
        rows = rows.filter(Q(name__icontains=one) | Q(code__icontains=one))
    values = {
        "tabs": tabs("units"),
        "q": q,
        "shown": page(rows, ["path", "pk"], size=SIZE, token=request.GET.get("at")),
        "without": rows.filter(Q(contact="") | Q(office=None)).count(),
        "total": rows.count(),
        "offices": _offices(division),
    }
    return render(request, "desk/office/people/contacts.html", values)


def _offices(division: Division) -> QuerySet[Any]:
    """The finance sections with how many units each serves."""
    rows = _in_use(division).filter(kind="finance")
    return rows.annotate(serves=Count("served", distinct=True)).order_by("code")


def _save_contacts(request: HttpRequest, division: Division) -> HttpResponse:
    outcome = BatchOutcome("登记联系人和对口科室", "单位", reverse(ENTRY))
    units = {row.pk: row for row in _in_use(division)}
    called = _called(units.values())
    lines = [*_pasted(text_of(request, "pasted", 20_000)), *_typed(request, units)]
    for name, cells, version in lines[:MOST]:
        outcome.carry(name, _edited, request, called, name, cells, version)
    if len(lines) > MOST:
        outcome.refused.append((f"第 {MOST + 1} 行起", f"一次最多 {MOST} 行，其余没有办。"))
    outcome.done = [one for one in outcome.done if one[1]]
    return outcome.shown(request)


def _pasted(text: str) -> Iterator[tuple[str, list[str | None], int | None]]:
    """The lines of a pasted list: unit, contact, telephone, office; an
    empty cell leaves what stands.
    """
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"\t|,|，", line)]
        if cells[0] and cells[0] not in {"单位代码", "单位名称", "单位"}:
            rest = [cell or None for cell in cells[1:4]]
            yield cells[0], [*rest, *[None] * (3 - len(rest))], None


def _typed(
    request: HttpRequest, units: dict[int, Unit]
) -> Iterator[tuple[str, list[str | None], int | None]]:
    """The rows of the table that were changed."""
    for text in request.POST.getlist("unit")[:MOST]:
        pk, _, version = text.partition(":")
        unit = units.get(whole(pk) or 0)
        if unit is None:
            continue
        stood = (unit.contact, unit.phone, unit.office.name if unit.office else "")
        cells = [text_of(request, f"{name}{pk}", 100) for name in FIELDS]
        if tuple(cells) != stood:
            yield unit.code, list(cells), whole(version)


def _edited(
    request: HttpRequest,
    called: dict[str, list[Unit]],
    name: str,
    cells: list[str | None],
    version: int | None,
) -> str:
    """Write what changed of one unit; empty where everything stood already."""
    unit = _one(called, name, "单位")
    values: dict[str, Any] = {}
    for field, cell in zip(FIELDS, cells, strict=True):
        if cell is None:
            continue
        wanted = (
            (_one(called, cell, "对口业务科室") if cell else None) if field == "office" else cell
        )
        if getattr(unit, field) != wanted:
            values[field] = wanted
    if not values:
        return ""
    office = values.get("office")
    if office is not None and office.kind != "finance":
        raise NotAllowed(f"“{office}”不是财政科室，不能作对口业务科室。")
    why = text_of(request, "why", 200)
    services.edit_unit(unit=unit, by=person(request), why=why, version=version, **values)
    words = dict(zip(FIELDS, COLUMNS, strict=True))
    return f"{unit}：" + "，".join(
        f"{words[field]} {value or '已清空'}" for field, value in values.items()
    )


def _called(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units by code and by name."""
    called: dict[str, list[Unit]] = {}
    for unit in units:
        for name in (unit.code, unit.name):
            called.setdefault(name, []).append(unit)
    return called


def _one(called: dict[str, list[Unit]], name: str, word: str) -> Unit:
    units = called.get(name, [])
    if len(units) != 1:
        raise NotAllowed(
            f"{word}“{name}”{'有几个同名的，请填单位代码' if units else '不在单位名单中，请填单位代码或全称'}。"
        )
    return units[0]


@view("grant", methods=("GET", "POST"))
def grant_many(request: HttpRequest) -> HttpResponse:
    """One role for the listed accounts over each of the listed units; a
    finance section stands for the units it serves.
    """
    division = division_of(request, ENTRY)
    if request.method == "POST":
        return _granted(request, division)
    values = {"tabs": tabs("users"), "roles": granted_roles(), "offices": _offices(division)}
    return render(request, "desk/office/people/grants.html", values)


def _names(request: HttpRequest, field: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"[^\s、，,;；]+", text_of(request, field, 20_000))))[
        :MOST
    ]


def _granted(request: HttpRequest, division: Division) -> HttpResponse:
    outcome = BatchOutcome("成批授权", "用户与授权", reverse("desk:users"))
    role, people, places = (
        request.POST.get("role", ""),
        _names(request, "people"),
        _names(request, "units"),
    )
    whole_division = request.POST.get("whole") == "1"
    users = {row.username: row for row in selectors.users_of(division).filter(username__in=people)}
    called = _called(_in_use(division))
    if len(people) * max(len(places), 1) > MOST:
        outcome.refused.append(("全部", f"一次最多授权 {MOST} 项，请分几次办。"))
        return outcome.shown(request)
    for who in people:
        for place in places or [""]:
            name, scope = f"{who} · {place or '全区划'}", (called, place, whole_division)
            outcome.carry(name, _one_grant, request, division, role, users.get(who), who, scope)
    if not people:
        outcome.refused.append(("账号", "请填写要授权的账号，一行一个。"))
    return outcome.shown(request)


def _one_grant(
    request: HttpRequest,
    division: Division,
    role: str,
    user: User | None,
    who: str,
    scope: tuple[dict[str, list[Unit]], str, bool],
) -> str:
    """One grant of the batch; over the whole division only where that was
    ticked and no unit named.
    """
    called, place, whole_division = scope
    names = {code: word for code, word, _ in granted_roles()}
    if role not in names:
        raise NotAllowed("请选择角色。第三方机构和专家在“第三方与专家”里按评审分派。")
    if user is None:
        raise NotAllowed(f"没有账号“{who}”，请核对账号名（不是姓名）。")
    if not place and not whole_division:
        raise NotAllowed("请填写单位范围；确实要授全区划的，勾选“全区划”。")
    unit = _one(called, place, "单位范围") if place else None
    services.grant(
        user=user,
        role=role,
        division=division,
        by=person(request),
        unit=unit,
        until=until_of(request),
        why=text_of(request, "why", 200),
    )
    return f"已授予{names[role]}"
