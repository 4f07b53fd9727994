"""Bringing a target and its actual to one unit, only where that is certain."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

_MULTIPLIER = re.compile(r"^(万亿|千万|百万|十万|亿|万|千)(?!克|米|瓦|伏|卡|帕|赫)")
_FACTORS = {
    "千": 10**3,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}
_SAME = {
    "％": "%",
    "百分比": "%",
    "百分之": "%",
    "%(百分比)": "%",
    "名": "人",
    "位": "人",
    "m2": "平方米",
    "㎡": "平方米",
    "km": "公里",
    "千米": "公里",
    "kg": "公斤",
    "千克": "公斤",
    "圆": "元",
    "人民币元": "元",
}
_FAR = 1000


class UnitsDifferError(ValueError):
    """Target and actual are in units that cannot be turned into one another with certainty."""


def same_unit(
    target: Decimal, target_unit: str | None, actual: Decimal, actual_unit: str | None
) -> tuple[Fraction, Fraction, str | None]:
    """Target and actual as exact numbers in one unit, and what was assumed (None when nothing was).

    Multipliers (万, 亿) are converted, ``百分比`` is %, a unit missing on one side is taken from the
    other unless the two figures then lie a thousandfold apart. UnitsDifferError, with a Chinese
    sentence, when nothing is certain.
    """
    (t_factor, t_rest), (a_factor, a_rest) = _split(target_unit), _split(actual_unit)
    if target_unit and actual_unit:
        if t_rest and a_rest and t_rest != a_rest:
            raise UnitsDifferError(_differ(target_unit, actual_unit))
        return Fraction(target) * t_factor, Fraction(actual) * a_factor, None
    if not target_unit and not actual_unit:
        return Fraction(target), Fraction(actual), None
    return _one_sided(target, target_unit, actual, actual_unit)


def _one_sided(
    target: Decimal, target_unit: str | None, actual: Decimal, actual_unit: str | None
) -> tuple[Fraction, Fraction, str]:
    percent = "%" in {_split(target_unit)[1], _split(actual_unit)[1]}
    if percent and not target_unit:
        raise UnitsDifferError("实际值是百分比而目标没有单位，可能是完成率，需人工判定。")
    if percent and 0 < actual <= 1 < target:
        raise UnitsDifferError(
            f"目标是百分比，实际值 {actual} 没有单位，不能确定是否为百分数，需人工判定。"
        )
    if target and actual and not _near(Fraction(target), Fraction(actual)):
        raise UnitsDifferError("目标与实际相差千倍以上且一方没有单位，可能单位不同，需人工判定。")
    return (
        Fraction(target),
        Fraction(actual),
        f"一方未写单位，按同一单位“{target_unit or actual_unit}”计",
    )


def _near(one: Fraction, other: Fraction) -> bool:
    ratio = abs(one / other)
    return Fraction(1, _FAR) < ratio < _FAR


def _split(unit: str | None) -> tuple[Fraction, str]:
    text = re.sub(r"[\s、·]", "", unit or "")
    text = _SAME.get(text, text)
    if text == "‰":
        return Fraction(1, 10), "%"
    multiplier = _MULTIPLIER.match(text)
    if not multiplier:
        return Fraction(1), text
    rest = text[multiplier.end() :]
    return Fraction(_FACTORS[multiplier[1]]), _SAME.get(rest, rest)


def _differ(target_unit: str, actual_unit: str) -> str:
    if "%" in {_split(target_unit)[1], _split(actual_unit)[1]}:
        return f"目标单位“{target_unit}”、实际单位“{actual_unit}”：可能是完成率，需人工判定。"
    return f"目标单位“{target_unit}”与实际单位“{actual_unit}”不同，需人工判定。"
