"""How values look on screen: money in 万元 with two decimals, points, rates,
dates, and what is said where one is missing.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from markupsafe import Markup, escape

from wenxiao.rulebook import numbers
from wenxiao.rulebook.checks import registry
from wenxiao.store.clock import today

GRADE_CLASS = {"优": "a", "良": "b", "中": "c", "差": "d"}
STATUS = {
    "scored": ("计分", "ok"),
    "judged": ("已评定", "acc"),
    "needs_judgement": ("待评定", "warn"),
    "not_reported": ("未填报", "bad"),
    "not_due": ("未到期", ""),
    "unreadable": ("待确认（无法识别）", "warn"),
    "unweighted": ("未设分值", "warn"),
}
"""A row's honest status: the word, and the tone of its tag."""

OTHER_RULES = {"rate_below": "执行率低于问题目录的界限"}
"""Rules that stand in the problem catalogue and not among the checks."""

_WEEKDAYS = "一二三四五六日"


def absent(said: str) -> Markup:
    """What is said where a value is missing: never 0, never blank."""
    return Markup('<span class="none">{}</span>').format(said)


def money_wan(yuan: Decimal | None, said: str = "未报") -> Markup:
    """元 as 万元 with two decimals and commas; the title carries the exact figure.
    ``said`` where nothing is known.
    """
    if yuan is None:
        return absent(said)
    return Markup('<span class="nowrap" title="{} 万元">{}</span>').format(
        numbers.wan(yuan), numbers.wan_screen(yuan)
    )


def unknown_money(subject: Any, demo: object) -> str:
    """What a missing amount is called: 未公布 for a fact of the published report, which only the
    demonstration has, else 未报.
    """
    return "未公布" if demo and not subject.synthetic else "未报"


def money_yuan(yuan: Decimal | str) -> Markup:
    """An amount to the cent with thousands commas, for sums that are held
    against a list given in 元.
    """
    return Markup('<span class="nowrap">{:,.2f} 元</span>').format(Decimal(yuan))


def rule_title(code: str) -> str:
    """A rule as people call it, with its code; what proposes a problem of
    the catalogue has no code of its own.
    """
    titles = {one.code: one.title for one in registry()}
    return f"{titles[code]}（{code}）" if code in titles else OTHER_RULES.get(code, code)


def points(value: Decimal | None, said: str = "未评") -> Markup:
    """Points with two decimals."""
    return absent(said) if value is None else escape(format(value, ".2f"))


def weight(value: Decimal | None, said: str = "未设") -> Markup:
    """A weight with the digits that exist."""
    return absent(said) if value is None else escape(numbers.plain(value))


def rate(value: Decimal | None, said: str = "—") -> Markup:
    """A percentage with two decimals and its sign."""
    return absent(said) if value is None else escape(f"{value:.2f}%")


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def day(value: date | datetime | None, said: str = "未定") -> Markup:
    """11月5日, as tables have it."""
    if value is None:
        return absent(said)
    on = _day(value)
    return escape(f"{on.month}月{on.day}日")


def full_day(value: date | datetime | None, said: str = "未定") -> Markup:
    """2021年11月5日, as texts have it."""
    if value is None:
        return absent(said)
    on = _day(value)
    return escape(f"{on.year}年{on.month}月{on.day}日")


def weekday(value: date) -> str:
    """星期一."""
    return f"星期{_WEEKDAYS[value.weekday()]}"


def moment(value: datetime | None, said: str = "未定") -> Markup:
    """2021年11月5日 14:03. While a demonstration's story stands at an earlier
    day, that day: its acts happen then.
    """
    if value is None:
        return absent(said)
    day = min(timezone.localtime(value).date(), today())
    return Markup("{} {}").format(full_day(day), timezone.localtime(value).strftime("%H:%M"))


def real_moment(value: datetime | None, said: str = "未定") -> Markup:
    """2026年11月5日 14:03 as the trail keeps it, whatever day a story stands at."""
    if value is None:
        return absent(said)
    return Markup("{} {}").format(full_day(value), timezone.localtime(value).strftime("%H:%M"))


def lateness(due: date | None, today: date, *, far: bool = True) -> str:
    """逾期 2 天 · 今天 · 还有 3 天 · 11月5日; empty without a deadline, or with a day
    beside which a far one was said.
    """
    if due is None:
        return ""
    left = (due - today).days
    if left < 0:
        return f"逾期 {-left} 天"
    if left == 0:
        return "今天"
    if left <= 3:
        return f"还有 {left} 天"
    return str(day(due)) if far else ""


def subject_title(dossier: Any) -> str:
    """As :func:`title_of` its kind, name and unit."""
    return title_of(dossier.subject.kind, dossier.subject.name, dossier.unit.name)


def title_of(kind: str, name: str, unit: str) -> str:
    """What a dossier is called: a department as a whole by its unit's name,
    anything else by its own.
    """
    if kind == "department_overall" and unit not in name:
        return f"{unit}部门整体支出"
    return name


def grade_class(grade: str) -> str:
    """The look of a grade's square: a b c d, empty for a grade of another scale."""
    return GRADE_CLASS.get(grade, "")


def permille(part: Decimal | None, whole: Decimal | None = Decimal(100)) -> int:
    """A bar's length in thousandths of its bed, between 0 and 1000; 0 where
    nothing can be drawn.
    """
    if part is None or not whole or part <= 0:
        return 0
    (n, d), (m, e) = part.as_integer_ratio(), whole.as_integer_ratio()
    return min(1000, numbers.half_up(n * e * 1000, d * m)) if m > 0 else 0
