"""Acts from forms: run one, say what was done and go back; refused or overtaken, show what was
typed beside what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from wenxiao.orgs.permissions import POWERS, who_can
from wenxiao.pages.texts import LONGEST, TooLong, text_of
from wenxiao.rulebook.numbers import wan
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["LONGEST", "text_of"]
MONEY_LARGEST = Decimal(10) ** 13


@dataclass(frozen=True)
class Typed:
    """One field of a form: its word, the row's attribute it changes ("" for
    none), and what the person typed.
    """

    word: str
    attribute: str
    value: str


def carry_out(
    request: HttpRequest, run: Callable[[], str], back: str, typed: Sequence[Typed] = ()
) -> HttpResponse:
    """Run an act whose return value says what was done; afterwards the page ``back`` is fetched
    anew.

    A stale version shows both values, a refusal of the state its sentence; what was typed is kept
    on that page to copy. Refused (nobody's permission) goes on to the page frame.
    """
    try:
        with one_wins():
            sentence = run()
    except Stale as refusal:
        row: Any = refusal.row
        row.refresh_from_db()
        both = [(one.word, one.value, shown(row, one.attribute)) for one in typed if one.value]
        return unwritten(request, "别人刚改过这一项", str(refusal), both, back, stale=True, row=row)
    except TooLong:
        raise
    except NotAllowed as refusal:
        typed_values = [(one.word, one.value, "") for one in typed if one.value]
        return unwritten(request, "这一步还办不了", str(refusal), typed_values, back)
    if sentence:
        messages.success(request, sentence)
    return redirect(back)


def unwritten(
    request: HttpRequest,
    title: str,
    text: str,
    both: list[tuple[str, str, str]],
    back: str,
    *,
    stale: bool = False,
    row: Any = None,
) -> HttpResponse:
    """Nothing was written: why, what was typed beside what is there now, and the way back."""
    values = {
        "title": title,
        "text": text,
        "both": both,
        "back": back,
        "stale": stale,
        "state": shown(row, "state") if row else "",
    }
    return render(request, "pages/unwritten.html", values, status=409)


def shown(row: Any, attribute: str) -> str:
    """A row's value as people read it; empty where there is none."""
    if not attribute or not hasattr(row, attribute):
        return ""
    word = getattr(row, f"get_{attribute}_display", None)
    value = word() if word else getattr(row, attribute)
    return "" if value is None else str(value)


def person(request: HttpRequest) -> Any:
    """Who asks; the view's decorator has let nobody in who is not logged in."""
    return request.user


def version_of(request: HttpRequest) -> int:
    """The version the form carries; 0, which no row has, where it carries none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def day_of(request: HttpRequest, name: str, word: str) -> date:
    """A posted day; NotAllowed names the field."""
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError as error:
        raise NotAllowed(f"请填写{word}，如 2021-11-05。") from error


def number_of(text: str, word: str) -> Decimal:
    """A number with at most two decimals; full-width digits and commas are
    read; NotAllowed says what was received.
    """
    plain = (
        text.translate(str.maketrans("０１２３４５６７８９．，", "0123456789.,"))
        .replace(",", "")
        .strip()
    )
    try:
        value = Decimal(plain)
    except InvalidOperation as error:
        raise NotAllowed(f"{word}应为数字，收到“{text[:30]}”。") from error
    if not value.is_finite() or abs(value) > MONEY_LARGEST:
        raise NotAllowed(f"{word}超出范围，收到“{text[:30]}”。")
    return value


def points_of(text: str, word: str) -> Decimal:
    """Points: at most two decimals."""
    value = number_of(text, word)
    if value != value.quantize(Decimal("0.01")):
        raise NotAllowed(f"{word}最多两位小数，收到“{text[:30]}”。")
    return value.quantize(Decimal("0.01"))


def yuan_of(request: HttpRequest, name: str, word: str) -> Decimal | None:
    """A posted amount in 万元 as 元; None where nothing was typed. Not below zero, no finer than 分."""
    text = text_of(request, name, 30)
    if not text:
        return None
    yuan = number_of(text, word) * 10000
    if yuan < 0 or yuan != yuan.quantize(Decimal("0.01")):
        raise NotAllowed(f"{word}以万元填写，不小于 0，最多六位小数，收到“{text}”。")
    return yuan


def signed_wan(text: str, word: str) -> Decimal:
    """An amount in 万元, with its sign, as 元; no finer than 分."""
    yuan = number_of(text, word) * 10000
    if yuan != yuan.quantize(Decimal("0.01")):
        raise NotAllowed(f"{word}（万元）最多六位小数，收到“{text[:30]}”。")
    return yuan.quantize(Decimal("0.01"))


def in_wan(yuan: Decimal | None) -> str:
    """元 as a field for :func:`yuan_of` holds it; empty where nothing is known."""
    return "" if yuan is None else wan(yuan)


def who(power: str) -> str:
    """「确认评价结果」由财政绩效科办理."""
    return f"“{POWERS[power]}”由{who_can(power)}办理"
