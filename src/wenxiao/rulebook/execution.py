"""预算执行率 of the self-evaluation table: 全年执行数 ÷ 全年预算数.

Never to be mixed with the evaluation framework's own rate (实际支出 ÷ 实际到位).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.numbers import exact_rate, plain, round_points, scaled
from wenxiao.rulebook.profiles import Profile
from wenxiao.rulebook.rows import Status

Part = tuple[Decimal | None, Decimal | None, Decimal | None]
"""One fund row: full-year budget, opening budget, executed."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The execution line scored: ``rate`` in percent with two decimals, uncapped; ``points`` None
    unless scored.

    ``denominator`` names the base used; ``counts`` is False when the year's rule takes the line out
    of the table (exempt, redistribute); ``difference`` is the code of a fault of the table
    (``total_row_empty``) or None.
    """

    rate: Decimal | None
    points: Decimal | None
    status: Status
    reason: str
    denominator: str | None
    rule: str
    basis: str
    standing: Standing
    counts: bool = True
    difference: str | None = None
    exact: Fraction | None = None
    """The rate in percent before rounding, for comparing with a rate published to more digits."""


def execution(
    full_year: Decimal | None,
    initial: Decimal | None,
    executed: Decimal | None,
    profile: Profile,
    parts: Sequence[Part] | None = None,
    weight: Decimal | None = None,
) -> Execution:
    """Rate and points of the execution line.
    Money in one unit; ``weight`` defaults to the profile's.

    Base is 全年预算数 (adjusted), 年初预算数 if that is missing. A total row that is 0 or empty while its
    parts are not gives way to the sum of the parts, with difference ``total_row_empty``. A zero
    budget goes by the profile's rule (judgement, exempt, redistribute) and is never divided by.
    """
    full_year, initial, executed, difference = _of_parts(full_year, initial, executed, parts or ())
    base, named = (full_year, "全年预算数") if full_year is not None else (initial, "年初预算数")
    points = profile.execution_weight if weight is None else weight
    if base is None or executed is None:
        missing = "预算数" if base is None else "全年执行数"
        return _open("not_reported", f"没有填写{missing}，不计分。", profile, difference)
    if base < 0:
        return _open("needs_judgement", f"{named}为负数，需人工核实。", profile, difference)
    if base == 0:
        return _zero_budget(profile, difference)
    share = exact_rate(executed, base)
    if share is None or share < 0:
        return _open("needs_judgement", "全年执行数为负数，需人工核实。", profile, difference)
    return _scored(share, points, named, profile, difference)


def _scored(
    share: Fraction, weight: Decimal, named: str, profile: Profile, difference: str | None
) -> Execution:
    banded = profile.execution == "interval"
    rule = profile.rules["EXEC-BANDS" if banded else "EXEC"]
    earned = (
        _banded(share, weight, profile) if banded else min(share, Fraction(1)) * Fraction(weight)
    )
    rate = scaled(share * 100, 2)
    over = "；执行数超过预算数，请核实" if share > 1 else ""
    reason = f"全年执行数 ÷ {named} = {plain(rate)}%{over}。"
    points = round_points(earned)
    return Execution(
        rate,
        points,
        "scored",
        reason,
        named,
        rule.code,
        rule.basis,
        rule.standing,
        difference=difference,
        exact=share * 100,
    )


def _banded(share: Fraction, weight: Decimal, profile: Profile) -> Fraction:
    """Interval table for 10 points, scaled to the weight; beyond 100 % the
    next band counts: the budget was exceeded.
    """
    percent = share * 100
    steps = profile.execution_bands
    step = next(one for one in steps if percent >= one.at_least)
    if percent > 100 and len(steps) > 1:
        step = steps[1]
    return Fraction(step.share) / 10 * Fraction(weight)


def _zero_budget(profile: Profile, difference: str | None) -> Execution:
    reason = {
        "exempt": "全年预算为0，按规则免计执行率分值。",
        "redistribute": "全年预算为0，按规则将执行率分值分摊到其他指标。",
    }.get(profile.zero_budget)
    if reason is None:
        return _open(
            "needs_judgement", "全年预算为0，执行率不能相除，按当年规则判定。", profile, difference
        )
    rule = profile.rules["EXEC"]
    return Execution(
        None,
        None,
        "needs_judgement",
        reason,
        None,
        "EXEC",
        rule.basis,
        rule.standing,
        False,
        difference,
    )


def _open(status: Status, reason: str, profile: Profile, difference: str | None) -> Execution:
    rule = profile.rules["EXEC"]
    return Execution(
        None, None, status, reason, None, "EXEC", rule.basis, rule.standing, difference=difference
    )


def _of_parts(
    full_year: Decimal | None,
    initial: Decimal | None,
    executed: Decimal | None,
    parts: Sequence[Part],
) -> tuple[Decimal | None, Decimal | None, Decimal | None, str | None]:
    """The total row, or the sums of its parts when it is 0 or empty while they are not."""
    sums = [_sum(part[n] for part in parts) for n in range(3)]
    empty = not (full_year or initial or executed)
    if not empty or not any(sums):
        return full_year, initial, executed, None
    return sums[0], sums[1], sums[2], "total_row_empty"


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    present = [value for value in values if value is not None]
    return sum(present, Decimal(0)) if present else None
