"""Whether one goal keeps pace with the year: a light with its arithmetic, ours (测算) and never a
verdict.

Amounts that grow over the year are set against the elapsed share; rates in percent, upper limits
and dates are not: 98 % 合格率 is owed in July as in December. Words are read by the three official
tiers, the forecast of the unit by its own.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook import basis
from wenxiao.rulebook.deadlines import days, meets_deadline
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.numbers import plain, scaled
from wenxiao.rulebook.pace import YEAR_MONTHS, Light, goal_light, quality_light
from wenxiao.rulebook.units import UnitsDifferError, same_unit

WORDS = {"red": "红", "yellow": "黄", "green": "绿", "none": "不亮"}
_TIERS = (
    ("未达成", "3"),
    ("未完成", "3"),
    ("部分达成", "2"),
    ("部分完成", "2"),
    ("达成", "1"),
    ("已完成", "1"),
)
_GROWING = ("完成率", "进度", "执行率", "支付率", "拨付率")
"""Rates in percent that grow with the year all the same."""


@dataclass(frozen=True, slots=True)
class GoalLight:
    """The light of one goal, the sentence that says how, whether the year's
    value is reached, or an upper limit exceeded.
    """

    light: Light
    reason: str
    reached: bool = False
    over: bool = False


def goal_pace(
    name: str,
    target: Expression | None,
    actual: Expression | None,
    through: int,
    year: int,
    possibility: str = "",
    *,
    overrides: basis.Overrides | None = None,
) -> GoalLight:
    """The light of one goal through a month (1–12) of a fiscal year, by the rules in force on that
    month's last day.

    ``overrides`` are the division's own values. ``possibility`` is the official answer (确定能, 有可能,
    完全不可能): 完全不可能 is red whatever the figure, 有可能 at most yellow. Nothing reported, units that
    differ or unreadable text: light ``none``, never a guess.
    """
    window = _Window(through, year, overrides)
    plainly = _plainly(name, target, actual, window)
    answers = basis.in_force("monitoring", window.day, overrides).content["possibility"]
    if possibility == answers["3"]:
        return GoalLight("red", f"单位预计全年“{possibility}”完成；{plainly.reason}")
    if possibility == answers["2"] and plainly.light == "green" and not plainly.reached:
        return GoalLight("yellow", f"单位预计全年“{possibility}”完成；{plainly.reason}")
    return plainly


@dataclass(frozen=True, slots=True)
class _Window:
    """Until when a goal is looked at, and by whose rules."""

    through: int
    year: int
    overrides: basis.Overrides | None

    @property
    def day(self) -> date:
        """Its last day: the rules of that day count, for goals as for money."""
        return date(self.year, self.through, monthrange(self.year, self.through)[1])


def _plainly(
    name: str, target: Expression | None, actual: Expression | None, window: _Window
) -> GoalLight:
    if (
        actual is None
        or actual.kind == "unreadable"
        or (actual.kind == "text" and not actual.text.strip())
    ):
        return GoalLight(
            "none", "未填完成值。" if actual is None else "完成值无法识别，待人工判断。"
        )
    if target is not None and target.kind == "date":
        return _by_date(target, actual, window.through, window.year)
    if actual.kind == "text":
        return _by_words(actual.text, window)
    if target is None or target.kind != "number" or actual.kind != "number":
        return GoalLight("none", "目标值与完成值不能直接比较，待人工判断。")
    return _by_number(name, target, actual, window)


def _by_words(text: str, window: _Window) -> GoalLight:
    tier = next((tier for word, tier in _TIERS if word in text), None)
    light = quality_light(tier, window.day, overrides=window.overrides)
    if light == "none":
        return GoalLight("none", f"“{text}”不能按档次判断，待人工判断。")
    return GoalLight(light, f"定性指标：“{text}”，{WORDS[light]}灯。", light == "green")


def _by_date(target: Expression, actual: Expression, through: int, year: int) -> GoalLight:
    late = meets_deadline(target, actual, year) if actual.kind == "date" else None
    if late is not None:
        lateness = "按期完成" if late <= 0 else f"逾期 {late} 天"
        return GoalLight(
            "green" if late <= 0 else "red",
            f"时限 {target.text}，{actual.text}完成，{lateness}。",
            late <= 0,
        )
    due = days(target.date_end or target.date, year)
    if due is not None and (due[1].year, due[1].month) > (year, through):
        return GoalLight("none", f"时限 {target.text} 未到。")
    return GoalLight("none", f"时限 {target.text}，完成时间“{actual.text}”不能比较，待人工判断。")


def _by_number(name: str, target: Expression, actual: Expression, window: _Window) -> GoalLight:
    goal, reached = _bound(target), actual.low if actual.low is not None else actual.high
    if goal is None or reached is None:
        return GoalLight("none", "目标值或完成值没有数字，待人工判断。")
    try:
        want, have, _ = same_unit(goal, target.unit, reached, actual.unit)
    except UnitsDifferError as error:
        return GoalLight("none", str(error))
    if _is_limit(name, target, window):
        within = have < want if target.comparator == "<" else have <= want
        verdict = "未超过" if within else "已超过"
        return GoalLight(
            "green" if within else "red",
            f"上限 {plain(goal)}，实际 {plain(reached)}，{verdict}。",
            within,
            not within,
        )
    if want <= 0:
        return GoalLight("none", "目标值为 0 或负数，需单独判定。")
    return _against_time(name, target, (want, have), (goal, reached), window)


def _against_time(
    name: str,
    target: Expression,
    pair: tuple[Fraction, Fraction],
    said: tuple[Decimal, Decimal],
    window: _Window,
) -> GoalLight:
    want, have = pair
    steady = target.unit == "%" and not any(word in name for word in _GROWING)
    elapsed = Fraction(1) if steady else Fraction(window.through, YEAR_MONTHS)
    goal, reached = scaled(want, 6), scaled(have, 6)
    light = goal_light(goal, reached, elapsed, window.day, overrides=window.overrides)
    share = scaled(have / want * 100, 2)
    head = f"完成 {plain(said[1])} ÷ 目标 {plain(said[0])} = {plain(share)}%"
    if steady:
        return GoalLight(light, f"{head}（比率指标不按时间折算），{WORDS[light]}灯。", have >= want)
    index = scaled(have / want / elapsed * 100, 1)
    passed = plain(scaled(elapsed * 100, 2))
    return GoalLight(
        light, f"{head}，时间进度 {passed}%，进度指数 {index}，{WORDS[light]}灯。", have >= want
    )


def _bound(target: Expression) -> Decimal | None:
    if target.comparator in {"<=", "<"}:
        return target.high
    return target.low if target.low is not None else target.high


def _is_limit(name: str, target: Expression, window: _Window) -> bool:
    """An upper limit: by its comparator, or by its name where nothing is
    said (rule data reverse_names).
    """
    if target.comparator in {"<=", "<"}:
        return True
    if target.comparator is not None:
        return False
    content = basis.in_force("reverse_names", window.day, window.overrides).content
    return any(word in name for word in content["names"]) and not any(
        word in name for word in content["not_names"]
    )


def worst(lights: list[Light]) -> Light:
    """The worst of some lights; dark ones say nothing."""
    order: tuple[Light, ...] = ("red", "yellow", "green")
    return next((one for one in order if one in lights), "none")
