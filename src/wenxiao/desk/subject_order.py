"""How the list of subjects is ordered: by a column's head, upwards or downwards; missing money always stands last.

Names and units are ordered by the database with keyset pages. Money and rate are what a line shows (the year's own,
else audited, else a review's), which no single column holds: they are ordered here, and only while the whole list is
small enough to be read at once (the same bound as its subtotals).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core import signing

from wenxiao.budget.selectors import Money, money_of
from wenxiao.reviews.selectors import reviews_of
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.keyset import Page, page

if TYPE_CHECKING:
    from django.db.models import QuerySet

DEFAULT = ["rank", "-fiscal_year", "subject__kind", "unit__path", "subject__code", "pk"]
"""``rank`` 0: judged or watched by the bureau itself (财政重点) in the work year; these stand first."""
STORED = {
    "name": ["subject__name", "-fiscal_year", "pk"], "-name": ["-subject__name", "-fiscal_year", "pk"],
    "unit": ["unit__name", "subject__name", "-fiscal_year", "pk"], "-unit": ["-unit__name", "subject__name", "-fiscal_year", "pk"],
}  # fmt: skip
SHOWN = {"budget": 0, "spent": 1, "rate": 2}
"""Columns ordered here: place in (budget, spent, rate)."""
HEADS = {"name": "对象", "unit": "单位", "budget": "全年预算（万元）", "spent": "支出（万元）", "rate": "执行率"}
SORTS = frozenset(STORED) | frozenset(f"{side}{name}" for name in SHOWN for side in ("", "-"))
SIZE = 50
Key = tuple[int, Decimal, int]


def shown_money(money: Money, held: list[Any]) -> tuple[Decimal | None, Decimal | None, str]:
    """Budget and spending a line shows, always a pair of one basis, and the word for it where it isn't the year's own.

    The year's spending first; else what an evaluation audited; else what the latest review states for its period.
    """
    if money.spent is not None:
        return money.budget, money.spent, ""
    if money.audited_arranged is not None and money.audited_used is not None:
        return money.audited_arranged, money.audited_used, "审定"
    told = next((review for review in reversed(held) if review.executed is not None), None)
    if told is not None:
        budget = told.budget if told.budget is not None else money.budget
        return budget, told.executed, told.round.period or "填报"
    return money.budget, None, ""


@dataclass(frozen=True)
class Head:
    """One column's head: its word, where pressing it leads (empty: not ordered by it), and how it is ordered now."""

    word: str
    href: str
    aria: str = ""


def heads(asked: Any, *, small: bool) -> dict[str, Head]:
    """The heads by name; money only leads somewhere while the list is small. Pressed again the order turns, then goes."""
    made = {}
    for name, word in HEADS.items():
        first, second = (name, f"-{name}") if name in {"name", "unit"} else (f"-{name}", name)
        onward = {first: second, second: ""}.get(asked.sort, first)
        aria = {name: "ascending", f"-{name}": "descending"}.get(asked.sort, "")
        made[name] = Head(word, asked.address(sort=onward) if small or name not in SHOWN else "", aria)
    return made


def applied(sort: str, *, small: bool) -> str:
    """The order that really holds: a money order over a long list is none."""
    return sort if sort in STORED or (small and sort.lstrip("-") in SHOWN) else ""


def ordered(found: QuerySet[Any], sort: str, token: str | None) -> Page:
    """A page of ``found`` in the order that ``applied`` gave."""
    if sort.lstrip("-") in SHOWN:
        return _by_shown(found, sort, token)
    return page(found, STORED.get(sort, DEFAULT), size=SIZE, token=token)


def _by_shown(found: QuerySet[Any], sort: str, token: str | None) -> Page:
    keys = keys_by_shown(found, sort)
    start, stop = _window(keys, sort, token)
    rows = {row.pk: row for row in found.filter(pk__in=[key[2] for key in keys[start:stop]])}
    return Page(
        rows=[rows[key[2]] for key in keys[start:stop] if key[2] in rows],
        after=_sign("after", sort, keys[stop - 1]) if stop < len(keys) else None,
        before=_sign("before", sort, keys[start]) if start else None,
    )


def keys_by_shown(found: QuerySet[Any], sort: str) -> list[Key]:
    """(missing, value turned so that small stands first, id) of every row, in order."""
    ids = list(found.order_by().values_list("pk", flat=True))
    monies = money_of(ids)
    bare = [pk for pk, one in monies.items() if one.spent is None and one.audited_used is None]
    held = reviews_of(bare)
    keys = []
    for pk, one in monies.items():
        budget, spent, _ = shown_money(one, held.get(pk, []))
        value = (budget, spent, rate_percent(spent, budget))[SHOWN[sort.lstrip("-")]]
        told = value or Decimal(0)
        keys.append((int(value is None), -told if sort.startswith("-") else told, pk))
    return sorted(keys)


def _window(keys: list[Key], sort: str, token: str | None) -> tuple[int, int]:
    try:
        side, kept, missing, value, pk = signing.loads(token or "", salt="subjects")
        key = (int(missing), Decimal(value), int(pk))
    except (signing.BadSignature, ValueError, TypeError, InvalidOperation):
        side, kept, key = "", "", (0, Decimal(0), 0)
    start = 0
    if kept == sort and side == "after":
        start = bisect_right(keys, key)
    elif kept == sort:
        start = max(bisect_left(keys, key) - SIZE, 0)
    return start, min(start + SIZE, len(keys))


def _sign(side: str, sort: str, key: Key) -> str:
    return signing.dumps([side, sort, key[0], str(key[1]), key[2]], salt="subjects")
