"""Whether money and goals keep pace with the year: lights that are ours
(测算), never the bureau's verdict.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from wenxiao.rulebook import basis
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.numbers import exact_rate, plain, scaled, wan

Light = Literal["green", "yellow", "red", "none"]

YEAR_MONTHS = 12


class PaceError(ValueError):
    """A month outside 1–12, or money below 0."""


@dataclass(frozen=True, slots=True)
class PaceStep:
    """A step with the day it is due and the day it was done, None while open."""

    name: str
    due: date
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """Rate and elapsed in percent (two decimals), index one decimal; None where they cannot be
    computed.

    ``steps`` are (done, due) where milestones were judged and not months: the index is then theirs,
    not rate ÷ elapsed.
    """

    rate: Decimal | None
    elapsed: Decimal | None
    index: Decimal | None
    light: Light
    above_pace: bool
    reason: str
    basis: str
    standing: Standing
    steps: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Lights:
    """The cut points of one date: below red → red, below green → yellow;
    above_over → ahead of the year.
    """

    red_below: Decimal
    green_from: Decimal
    above_over: Decimal
    basis: str
    standing: Standing

    def of(self, index: Fraction) -> Light:
        """The light of an exact index in percent: compared before rounding."""
        if index < self.red_below:
            return "red"
        return "yellow" if index < self.green_from else "green"


def lights_in_force(
    on: date | int | None = None, overrides: basis.Overrides | None = None
) -> Lights:
    """The cut points of the monitoring lights on a day."""
    value = basis.in_force("monitoring", on, overrides)
    cuts = value.content["lights"]
    return Lights(
        basis.number(cuts["red_below"]),
        basis.number(cuts["green_from"]),
        basis.number(cuts["above_pace_over"]),
        value.basis,
        value.standing,
    )


def pace(
    budget: Decimal | None,
    executed: Decimal | None,
    through_month: int,
    arrived_month: int | None = None,
    milestones: Sequence[PaceStep] | None = None,
    on: date | None = None,
    *,
    overrides: basis.Overrides | None = None,
) -> Pace:
    """Execution against the elapsed share of the year.

    Money in 元. index = (executed ÷ budget) ÷ elapsed × 100. With ``arrived_month`` the year runs
    from that month (both counted in). ``milestones`` win over months; ``on`` is the day they are
    judged by (default: the last day of ``through_month`` in the year of the first due day) and the
    day the cut points are read for; ``above_pace`` looks at the money in either case. No budget, a
    negative one or no figure: light ``none``, never a division. PaceError for months outside 1–12.
    """
    _check_months(through_month, arrived_month)
    lights = lights_in_force(on, overrides)
    share = exact_rate(executed, budget)
    if share is None or budget is None or executed is None:
        return _dark(None, "未填预算数或预算数为 0，或没有执行数，不判断进度。", lights)
    if budget < 0:
        return _dark(None, "预算数为负数，不判断进度，请核实。", lights)
    rate = scaled(share * 100, 2)
    if milestones:
        return _by_milestones(
            share, milestones, _cut_off(milestones, through_month, on), lights, through_month
        )
    elapsed, reason = _elapsed(through_month, arrived_month)
    if elapsed is None:
        return _dark(rate, reason, lights)
    return _by_months(share, elapsed, f"{wan(executed)} ÷ {wan(budget)} 万元，{reason}", lights)


def goal_light(
    target: Decimal | None,
    actual: Decimal | None,
    elapsed: Fraction,
    on: date | int | None = None,
    *,
    overrides: basis.Overrides | None = None,
) -> Light:
    """A quantitative goal's light: completion against the elapsed share (1
    = whole year), same cut points as money.
    """
    share = exact_rate(actual, target)
    return (
        "none"
        if share is None or elapsed <= 0
        else lights_in_force(on, overrides).of(share / elapsed * 100)
    )


def quality_light(
    tier: str | None, on: date | int | None = None, *, overrides: basis.Overrides | None = None
) -> Light:
    """A qualitative goal's light by its tier code ('1' 达成, '2' 部分达成, '3'
    未达成); none when not judged.
    """
    table: Mapping[str, Light] = basis.in_force("monitoring", on, overrides).content["tier_lights"]
    return "none" if tier is None else table.get(tier, "none")


@dataclass(frozen=True, slots=True)
class Forecast:
    """Year-end spending in 元 as a range: the lowest and highest of the named methods."""

    low: Decimal
    high: Decimal
    methods: tuple[tuple[str, Decimal], ...]


def forecast(monthly: Sequence[Decimal]) -> Forecast | None:
    """Where the year will end, from the spending of each month so far (元, January first); None
    without months.

    Two plain methods, both named: 直线外推 (so far ÷ months × 12) and, from three months on, 近三月外推 (so
    far plus the mean of the last three months for each month left). Rounded half-up to the 分.
    """
    count = len(monthly)
    if not 0 < count <= YEAR_MONTHS:
        return None
    done = sum(map(Fraction, monthly), Fraction(0))
    methods = [("直线外推", done * YEAR_MONTHS / count)]
    if count >= 3:
        recent = sum(map(Fraction, monthly[-3:]), Fraction(0)) / 3
        methods.append(("近三月外推", done + recent * (YEAR_MONTHS - count)))
    named = tuple((name, scaled(value, 2)) for name, value in methods)
    return Forecast(min(value for _, value in named), max(value for _, value in named), named)


_AHEAD = "，超过时间进度，请核实是否超进度支付"


def _by_months(share: Fraction, elapsed: Fraction, said: str, lights: Lights) -> Pace:
    index = share / elapsed * 100
    rate, passed, shown = scaled(share * 100, 2), scaled(elapsed * 100, 2), scaled(index, 1)
    above = index > lights.above_over
    tail = _AHEAD if above else ""
    reason = f"执行率 {rate}%（{said}），进度指数 {shown}{tail}。"
    return Pace(rate, passed, shown, lights.of(index), above, reason, lights.basis, lights.standing)


def _by_milestones(
    share: Fraction, steps: Sequence[PaceStep], day: date, lights: Lights, month: int
) -> Pace:
    rate, above = scaled(share * 100, 2), share * YEAR_MONTHS * 100 / month > lights.above_over
    money = f"执行率 {rate}%{_AHEAD if above else ''}。"
    due = [step for step in steps if step.due <= day]
    done = [step for step in due if step.done is not None and step.done <= day]
    passed = scaled(Fraction(month * 100, YEAR_MONTHS), 2)
    if not due:
        reason = f"按节点判断：截至{_spoken(day)}尚无到期节点，无滞后；{money}"
        return Pace(
            rate, passed, None, "green", above, reason, lights.basis, standing="未核", steps=(0, 0)
        )
    index = Fraction(len(done) * 100, len(due))
    open_names = "、".join(step.name for step in due if step not in done)
    late_names = "、".join(
        step.name for step in done if step.done is not None and step.done > step.due
    )
    tail = (f"，逾期完成：{late_names}" if late_names else "") + (
        f"，未完成：{open_names}" if open_names else ""
    )
    reason = f"按节点判断：截至{_spoken(day)}到期 {len(due)} 个、完成 {len(done)} 个{tail}；{money}"
    counted = (len(done), len(due))
    return Pace(
        rate,
        passed,
        scaled(index, 1),
        lights.of(index),
        above,
        reason,
        lights.basis,
        standing="未核",
        steps=counted,
    )


def _elapsed(through: int, arrived: int | None) -> tuple[Fraction | None, str]:
    whole_year = Fraction(through, YEAR_MONTHS)
    plainly = f"时间进度 {through} ÷ 12 = {plain(scaled(whole_year * 100, 2))}%"
    if arrived is None or arrived == 1:
        return whole_year, plainly
    if arrived > through:
        return None, f"资金 {arrived} 月才到位，{through} 月底尚未到位，不判断进度。"
    since, left = through - arrived + 1, YEAR_MONTHS - arrived + 1
    share = Fraction(since, left)
    counted = f"资金 {arrived} 月到位，按到位后 {since} 个月 ÷ 到位后全年 {left} 个月 = {plain(scaled(share * 100, 2))}%"
    return share, f"{counted}；如按全年则{plainly}"


def _dark(rate: Decimal | None, reason: str, lights: Lights) -> Pace:
    return Pace(
        rate,
        None,
        None,
        "none",
        above_pace=False,
        reason=reason,
        basis=lights.basis,
        standing=lights.standing,
    )


def _cut_off(steps: Sequence[PaceStep], month: int, on: date | None) -> date:
    if on is not None:
        return on
    year = min(step.due for step in steps).year
    return date(year, month, monthrange(year, month)[1])


def _check_months(*months: int | None) -> None:
    for month in months:
        if month is not None and not 1 <= month <= YEAR_MONTHS:
            raise PaceError(f"月份应为 1 至 12，现为 {month}。")


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
