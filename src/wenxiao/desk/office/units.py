"""单位与用户: the unit tree with contacts and validity, and what may happen to a unit."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.budget.services import hand_over
from wenxiao.desk.office.splitting import choosing, split
from wenxiao.followup.services import merge_with_work, succeed_in_work
from wenxiao.orgs import selectors, services
from wenxiao.orgs.selectors import UNIT_KINDS
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, need_any, person, view
from wenxiao.records.selectors import trail_of
from wenxiao.store.clock import today
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division, Unit

ENTRY = "desk:people"
ANY = ("manage_units", "manage_users", "grant")
RESETS = ("manage_users", "consent_reset", "consent_security_reset")
SIZE = 60


def tabs(chosen: str) -> list[tuple[str, str, bool]]:
    """Units, users, first codes on paper, and what their accounts must be like."""
    return [
        ("单位", reverse("desk:people"), chosen == "units"),
        ("用户与授权", reverse("desk:users"), chosen == "users"),
        ("账号发放", reverse("desk:account_sheets"), chosen == "sheets"),
        ("账号安全要求", reverse("desk:account_policy"), chosen == "policy"),
    ]


def all_units(division: Division) -> QuerySet[Unit]:
    """Every unit of the division, ended ones too: administrators work on the whole tree."""
    return selectors.units_of(division)


@view("login")
def people(request: HttpRequest) -> HttpResponse:
    """The unit tree, in tree order."""
    need_any(request, *ANY)
    division = division_of(request, ENTRY)
    rows, q = all_units(division), request.GET.get("q", "").strip()[:60]
    ended = request.GET.get("ended") == "1"
    units = rows if ended else rows.filter(Q(valid_to=None) | Q(valid_to__gte=today()))
    for one in q.split():
        units = units.filter(
            Q(name__icontains=one) | Q(code__icontains=one) | Q(contact__icontains=one)
        )
    shown = page(
        units.select_related("office", "successor"),
        ["path", "pk"],
        size=SIZE,
        token=request.GET.get("at"),
    )
    values = {
        "shown": shown,
        "q": q,
        "ended": ended,
        "total": units.count(),
        "tabs": tabs("units"),
        "today": today(),
        "may": held(request).can("manage_units"),
        "kinds": rows.model._meta.get_field("kind").choices,
        "without": units.filter(contact="", pk__in=selectors.owing_units(division)).count(),
    }
    return render(request, "desk/office/people/units.html", values)


@view("login")
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: contacts, validity, people, what happened to it, and the acts on it."""
    need_any(request, *ANY)
    row = _unit(request, pk)
    values = {
        "row": row,
        "people": list(selectors.people_of(row)[:50]),
        "trail": list(trail_of(row)[:30]),
        "below": list(all_units(row.division).filter(parent=row).order_by("path")[:50]),
        "may": held(request).can("manage_units"),
        "kinds": row._meta.get_field("kind").choices,
        "today": today(),
        "heirs": selectors.heirs(row)[1:],
        "subjects": subjects_visible_to(person(request)).filter(unit=row).count(),
    }
    return render(request, "desk/office/people/unit.html", values)


def _unit(request: HttpRequest, pk: int) -> Unit:
    row: Unit | None = (
        all_units(division_of(request, ENTRY))
        .filter(pk=pk)
        .select_related("parent", "office", "successor")
        .first()
    )
    if row is None:
        raise Http404
    return row


def needed_unit(request: HttpRequest, name: str, word: str) -> Unit:
    """As :func:`named_unit`, where one must be named."""
    row = named_unit(request, name, word)
    if row is None:
        raise NotAllowed(f"请填写{word}的单位代码或全称。")
    return row


def named_unit(request: HttpRequest, name: str, word: str, *, needed: bool = True) -> Unit | None:
    """The unit a person typed by code or full name; NotAllowed where none
    or several are called so.
    """
    text = text_of(request, name, 100)
    if not text:
        if needed:
            raise NotAllowed(f"请填写{word}的单位代码或全称。")
        return None
    division = person(request).division
    rows = list(all_units(division).filter(Q(code=text) | Q(name=text))[:2]) if division else []
    if len(rows) != 1:
        raise NotAllowed(
            f"{word}“{text}”{'有几个同名单位，请填单位代码' if rows else '不在单位名单中，请填单位代码或全称'}。"
        )
    return rows[0]


@view("manage_units", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """A new unit under a parent."""
    division = division_of(request, ENTRY)

    def run() -> str:
        new_unit = services.add_unit(
            division=division,
            code=text_of(request, "code", 21),
            name=text_of(request, "name", 100),
            by=person(request),
            kind=_kind(request),
            parent=named_unit(request, "parent", "上级", needed=False),
            contact=text_of(request, "contact", 60),
            phone=text_of(request, "phone", 40),
            valid_from=_day(request, "valid_from", "启用日期"),
            why=text_of(request, "why", 500),
        )
        return f"已新增单位“{new_unit}”。"

    typed = [
        Typed(word, "", text_of(request, name, 100))
        for name, word in (("code", "单位代码"), ("name", "单位名称"))
    ]
    return carry_out(request, run, reverse(ENTRY), typed)


def _kind(request: HttpRequest) -> str:
    kind = request.POST.get("kind", "")
    if kind not in UNIT_KINDS:
        raise NotAllowed("请选择单位类别。")
    return kind


def _day(request: HttpRequest, name: str, word: str) -> date | None:
    return day_of(request, name, word) if request.POST.get(name) else None


@view("manage_units", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Edit, rename, move, merge, split, hand objects over; each with a
    reason, none rewriting what was signed before.
    """
    row = _unit(request, pk)
    if act not in ACTS:
        raise Http404
    why = text_of(request, "why", 500)
    if act == "split" and (page_of_choices := choosing(request, row)) is not None:
        return page_of_choices

    def run() -> str:
        return ACTS[act](request, row, why)

    typed = [Typed(word, name, text_of(request, name, 200)) for name, word in _TYPED.get(act, ())]
    return carry_out(request, run, reverse("desk:unit", args=[pk]), typed)


_TYPED = {
    "edit": (("contact", "联系人"), ("phone", "联系电话")),
    "rename": (("name", "新名称"),),
    "move": (("parent", "新上级"),),
    "merge": (("into", "并入"),),
    "split": (("parts", "分设的单位"),),
    "hand-over": (("codes", "移交的对象"), ("to", "移交到")),
}


def _edit(request: HttpRequest, row: Unit, why: str) -> str:
    services.edit_unit(
        unit=row,
        by=person(request),
        why=why,
        version=version_of(request),
        contact=text_of(request, "contact", 60),
        phone=text_of(request, "phone", 40),
        aliases=[
            one for one in re.split(r"[\s、，,;；]+", text_of(request, "aliases", 400)) if one
        ],
        office=named_unit(request, "office", "对口业务科室", needed=False),
        kind=_kind(request),
        valid_from=_day(request, "valid_from", "启用日期"),
        valid_to=_day(request, "valid_to", "停用日期"),
    )
    return f"“{row}”已修改。"


def _rename(request: HttpRequest, row: Unit, why: str) -> str:
    before = row.name
    services.rename_unit(
        unit=row,
        name=text_of(request, "name", 100),
        by=person(request),
        why=why,
        version=version_of(request),
    )
    return f"“{before}”已更名为“{row}”，以前签发的仍是旧名。"


def _move(request: HttpRequest, row: Unit, why: str) -> str:
    parent = named_unit(request, "parent", "新上级", needed=False)
    services.move_unit(
        unit=row, parent=parent, by=person(request), why=why, version=version_of(request)
    )
    return f"“{row}”已调整到“{parent}”之下。" if parent else f"“{row}”已调整为一级单位。"


def _merge(request: HttpRequest, row: Unit, why: str) -> str:
    into = needed_unit(request, "into", "并入的单位")
    merge_with_work(
        units=[row], into=into, on=day_of(request, "on", "合并日期"), by=person(request), why=why
    )
    return f"“{row}”已并入“{into}”，没办完的整改、待办和没签收的函件随之转来，历史留在原单位名下；对象用“移交对象”移交。"


def _hand_over(request: HttpRequest, row: Unit, why: str) -> str:
    to = needed_unit(request, "to", "移交到")
    year = whole(text_of(request, "from_year", 4), 4)
    if year is None or not 2000 <= year <= 2100:
        raise NotAllowed("请填写从哪个预算年度起移交，四位年份，如 2022。")
    mine = subjects_visible_to(person(request)).filter(unit=row)
    codes = list(dict.fromkeys(re.findall(r"[^\s,，、;；]+", text_of(request, "codes"))))
    chosen = list(mine.filter(code__in=codes) if codes else mine)
    if lost := [code for code in codes if code not in {one.code for one in chosen}]:
        raise NotAllowed(f"“{row}”名下没有编码为 {'、'.join(lost[:5])} 的对象，请核对编码。")
    with transaction.atomic():
        count = hand_over(subjects=chosen, to=to, by=person(request), why=why, from_year=year)
        succeed_in_work(subjects=chosen, to=to, by=person(request), why=why)
    return f"{count} 个对象已移交给“{to}”，{year} 预算年度起的档案随之转移，以前的留在“{row}”名下。"


ACTS = {
    "edit": _edit,
    "rename": _rename,
    "move": _move,
    "merge": _merge,
    "split": split,
    "hand-over": _hand_over,
}
