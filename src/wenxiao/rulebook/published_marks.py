"""How a published figure is compared: its own digits, its grade words, and
the shape of a named difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grading import OutOfBandsError, grade
from wenxiao.rulebook.numbers import plain, scaled

ROUNDED = "rounded_to_integer"
_GRADE_WORDS = {
    "优秀": "优",
    "优": "优",
    "良好": "良",
    "良": "良",
    "中等": "中",
    "中": "中",
    "合格": "中",
    "一般": "中",
    "不合格": "差",
    "较差": "差",
    "差": "差",
}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_POWER = re.compile(r"\d[eE][-+]?\d")
_NOTHING = frozenset({"", "-", "--", "—", "——", "－", "/", "无", "不计分", "不适用"})
_RATE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing in which a published table differs from its own figures or from the rule."""

    code: str
    place: str
    text: str

    def as_json(self) -> dict[str, str]:
        """The promised three fields."""
        return {"code": self.code, "place": self.place, "text": self.text}


def number_in(value: object) -> Decimal | None:
    """The number a cell or a JSON field holds (99.55, "99.55分", "86%",
    {"value": …}); None where there is none.
    """
    if isinstance(value, dict):
        return number_in(value.get("value"))
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, str) and _POWER.search(value):
        return None
    number = _NUMBER.search(str(value).replace(",", "").replace("，", "").replace("％", "%"))
    return Decimal(number.group()) if number else None


def points_text(points: Decimal | None) -> str | None:
    """Points as the command line prints them: two decimals."""
    return None if points is None else f"{points:.2f}"


def published_text(value: Decimal | None) -> str | None:
    """A published figure with the digits it has."""
    return None if value is None else format(value, "f")


def digits_of(published: Decimal) -> int:
    """Decimals written."""
    exponent = published.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def agreement(points: Decimal, published: Decimal) -> tuple[bool, str]:
    """Whether two-decimal points, rounded to the digits published (at least one), are what was
    published.

    The reason is ``rounded_to_integer`` when they meet only as whole points, ``differs`` when not
    even there.
    """
    digits = min(max(digits_of(published), 1), 2)
    if scaled(Fraction(points), digits) == published:
        return True, ""
    if scaled(Fraction(points), 0) == published:
        return False, ROUNDED
    return False, "differs"


def rate_agreement(rate: Decimal | Fraction, published: Decimal) -> bool:
    """Whether a percent, rounded to the digits published (looked at up to six), is what was
    published.

    Give the exact rate where more than two digits may be published.
    """
    digits = min(digits_of(published), _RATE_DIGITS)
    return scaled(Fraction(rate), digits) == scaled(Fraction(published), digits)


def not_a_number(value: object) -> str | None:
    """The words of a cell that should hold a number and holds none (十,
    abc); None where it is empty or a number.
    """
    if isinstance(value, dict):
        value = value.get("value")
    text = "" if value is None else str(value).strip()
    return text if text not in _NOTHING and number_in(value) is None else None


def grade_word(value: object) -> str | None:
    """The grade a cell names (优秀, 评价等级：良, 良（85分）) as 优 良 中 差; None for words no band knows."""
    if isinstance(value, dict):
        value = value.get("norm") or value.get("value")
    text = re.sub(r"[\s（(].*$", "", str(value or "").strip())
    text = re.sub(r"^.*(?:等级|结论|结果)(?:为|是)?[：:]?", "", text)
    return _GRADE_WORDS.get(re.sub(r"[等级。]+$", "", text) or text)


def grade_of(
    points: Decimal | None, year: int | None, overrides: Overrides | None = None
) -> str | None:
    """The grade these points earn in a year; None without points or outside 0 to 100."""
    if points is None:
        return None
    try:
        return grade(points, year, overrides)
    except OutOfBandsError:
        return None


def judged_grade(
    points: Decimal | None,
    cell: object,
    rules: tuple[int | None, Overrides | None],
    found: list[Mismatch],
    verb: str,
) -> dict[str, Any]:
    """The grade of some points by the rules of a year against the word of a
    cell; a difference is named with ``verb``.
    """
    computed, word = grade_of(points, *rules), grade_word(cell)
    agrees = None if computed is None or word is None else computed == word
    published = cell.get("value") if isinstance(cell, Mapping) else cell
    if agrees is False and points is not None:
        text = f"{shown(points)} 分应为“{computed}”，{verb}“{published}”"
        found.append(Mismatch("grade_differs", "等级", text))
    return {"computed": computed, "published": published, "agrees": agrees}


def shown(value: Decimal) -> str:
    """A figure in a sentence."""
    return plain(value)


def amounts_in_words(budget: Mapping[str, Any]) -> str | None:
    """What is wrong with an amount that is no number; None when every
    amount is a number or missing.
    """
    for key, name in (
        ("full_year", "全年预算数"),
        ("initial", "年初预算数"),
        ("executed", "全年执行数"),
    ):
        words = not_a_number(budget.get(key))
        if words is not None:
            return f"{name}“{words}”不是数"
    return None
