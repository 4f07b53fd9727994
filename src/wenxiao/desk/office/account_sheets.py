"""账号发放: a unit's first codes on paper, listed by 系统管理员, agreed to by 安全管理员, printed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from wenxiao.desk.office.units import ANY, ENTRY, all_units, tabs
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import handing_out
from wenxiao.pages.acts import text_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, need_any, person, view
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import AccountSheet, Division, Unit
    from wenxiao.orgs.services.handing_out import PrintedSheet

Row = TypeVar("Row")
Made = TypeVar("Made")
PAGE = "desk:account_sheets"
POWERS = ("manage_users", "consent_reset")
SIZE, MOST = 50, 200
"""Sheets a page, and how many one act may take."""

ACTS: dict[str, tuple[Callable[..., AccountSheet], str]] = {
    "release": (handing_out.release_account_sheet, "已同意 {} 份，系统管理员可以打印。"),
    "withdraw": (handing_out.withdraw_account_sheet, "已作废 {} 份，没有用过的领取码不再有效。"),
}


@view("login")
def account_sheets(request: HttpRequest) -> HttpResponse:
    """Units with accounts to hand out, and every sheet with how far it is."""
    need_any(request, *ANY)
    division, me, holding = division_of(request, ENTRY), person(request), held(request)
    waiting: dict[int, tuple[Unit, list[str]]] = {}
    for one in handing_out.accounts_waiting(division):
        assert one.unit is not None
        waiting.setdefault(one.unit.pk, (one.unit, []))[1].append(one.name)
    shown = page(
        handing_out.sheets_of(division).prefetch_related("users", "codes"),
        ["-pk"],
        size=SIZE,
        token=request.GET.get("at"),
    )
    lists, agrees = holding.can("manage_users"), holding.can("consent_reset")
    lines = [_line(row, prints=lists, agrees=agrees, me=me.pk) for row in shown.rows]
    values = {
        "waiting": list(waiting.values()),
        "shown": shown,
        "lines": lines,
        "acts": {act for line in lines for act in line["acts"]},
        "lists": lists,
        "agrees": agrees,
        "days": handing_out.DAYS,
        "tabs": tabs("sheets"),
    }
    return render(request, "desk/office/people/account_sheets.html", values)


def _line(row: AccountSheet, *, prints: bool, agrees: bool, me: int) -> dict[str, Any]:
    """A sheet's standing in words, and what this administrator may do with it."""
    codes = list(row.codes.all())
    used = sum(one.closed_at is not None for one in codes) if row.closed_at is None else 0
    over = row.until is not None and row.until <= timezone.now()
    acts = []
    if row.closed_at is not None:
        status = ("已作废", "")
    elif row.printed_at is not None:
        passed = over and used < len(codes)
        count = f"已领 {used} 个，共 {len(codes)} 个"
        status = (f"已过期，{count}" if passed else count, "good" if used == len(codes) else "")
        acts = [] if over or used == len(codes) else ["withdraw"]
    elif row.released_by_id is not None:
        status, acts = ("可以打印", "good"), [*(["print"] if prints else []), "withdraw"]
    else:
        may = agrees and row.prepared_by_id != me
        status, acts = ("等安全管理员同意", "warn"), [*(["release"] if may else []), "withdraw"]
    return {
        "row": row,
        "names": [one.name for one in row.users.all()],
        "status": status,
        "acts": acts,
    }


@view("login", methods=("POST",))
def act(request: HttpRequest, act: str) -> HttpResponse:
    """List, agree to, print or withdraw what is ticked; each by itself,
    each that is refused said with its reason.
    """
    need_any(request, *POWERS)
    division, by = division_of(request, ENTRY), person(request)
    ids = {one for one in map(whole, request.POST.getlist("tick")[: MOST + 1]) if one is not None}
    if not ids or len(ids) > MOST:
        messages.error(request, f"请勾选要办的，一次最多 {MOST} 份。")
        return redirect(PAGE)
    why = text_of(request, "why", 500)
    if act == "prepare":
        units = all_units(division).filter(pk__in=ids).select_related("division").order_by("path")
        listed = _each(
            request, units, lambda row: handing_out.prepare_account_sheet(unit=row, by=by, why=why)
        )
        return _said(request, listed, "已列出 {} 个单位的发放单，等安全管理员同意后打印。")
    rows = _sheets(division, ids)
    if act == "print":
        return _print(request, rows)
    if act not in ACTS:
        raise Http404
    carry, words = ACTS[act]
    return _said(request, _each(request, rows, lambda row: carry(sheet=row, by=by, why=why)), words)


def _sheets(division: Division, ids: set[int]) -> list[AccountSheet]:
    return sorted(
        handing_out.sheets_of(division).filter(pk__in=ids), key=lambda row: (row.unit.path, row.pk)
    )


def _each(request: HttpRequest, rows: Iterable[Row], run: Callable[[Row], Made]) -> list[Made]:
    """What each came to; one that is refused doesn't keep the others."""
    done = []
    for row in rows:
        try:
            with one_wins():
                done.append(run(row))
        except (NotAllowed, Refused) as refusal:
            messages.error(request, f"{row}：{refusal}")
    return done


def _said(request: HttpRequest, done: list[AccountSheet], words: str) -> HttpResponse:
    if done:
        messages.success(request, words.format(len(done)))
    return redirect(PAGE)


def _print(request: HttpRequest, rows: list[AccountSheet]) -> HttpResponse:
    """The papers, one unit a page; asked for again they are not shown again."""
    by = person(request)
    printed: list[PrintedSheet] = _each(
        request, rows, lambda row: handing_out.print_account_sheet(sheet=row, by=by)
    )
    if not printed:
        return redirect(PAGE)
    values = {
        "printed": printed,
        "days": handing_out.DAYS,
        "claim": request.build_absolute_uri(reverse("desk:claim")),
    }
    return render(request, "desk/office/people/printed_sheets.html", values)
