"""The only rounding, and the only place where 元 become 万元 or 亿元.

Money is 元 as :class:`~decimal.Decimal` to the 分, or int 分; points are Decimal with two places.
Everything is computed on exact integers and fractions, so no context precision can nibble at a
figure, and rounded half-up exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

PrintKind = Literal["exact", "rounded", "about"]

_SHIFTS = {"元": 0, "百元": 2, "千元": 3, "万元": 4, "百万元": 6, "千万元": 7, "亿元": 8}


class AmountError(ValueError):
    """An amount that cannot be money: finer than one 分, of an unknown unit, or no finite number."""


def half_up(n: int, d: int) -> int:
    """N ÷ d rounded half-up to a whole number (halves away from zero, as 四舍五入 does); d > 0.

    For n ≥ 0 this is ``(2n + d) // (2d)``, the formula of the columnar path.
    """
    return -half_up(-n, d) if n < 0 else (2 * n + d) // (2 * d)


def scaled(value: Fraction, digits: int) -> Decimal:
    """An exact fraction as Decimal with ``digits`` places, rounded half-up once."""
    return Decimal(f"{half_up(value.numerator * 10**digits, value.denominator)}E-{digits}")


def round_points(x: Decimal | Fraction) -> Decimal:
    """Points with two decimals, half-up: rounded once per criterion (design: exact numbers)."""
    return scaled(Fraction(x), 2)


def exact_rate(part: Decimal | None, whole: Decimal | None) -> Fraction | None:
    """Part ÷ whole as an exact share (1 = 100 %), for comparing before
    rounding; None without part or with whole 0.
    """
    if part is None or whole is None or whole == 0:
        return None
    return Fraction(part) / Fraction(whole)


def rate_percent(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Part ÷ whole in percent with two decimals, half-up; None when either
    is missing or whole is 0.
    """
    if part is None or whole is None or whole == 0:
        return None
    (n, d), (m, e) = part.as_integer_ratio(), whole.as_integer_ratio()
    top, bottom = n * e * 10_000, d * m
    return from_fen(half_up(top, bottom) if bottom > 0 else half_up(-top, -bottom))


def to_yuan(amount: Decimal, money_unit: str) -> Decimal:
    """An amount in 元/千元/万元/亿元 as 元 with two decimals; AmountError when
    finer than one 分 or unit unknown.
    """
    shift = _SHIFTS.get(money_unit)
    if shift is None:
        raise AmountError(f"金额单位“{money_unit}”无法识别，应为元、千元、万元或亿元。")
    return from_fen(fen(_shifted(amount, shift)))


def fen(yuan: Decimal) -> int:
    """元 as whole 分; AmountError when finer than one 分 or not finite."""
    if not yuan.is_finite():
        raise AmountError(f"“{yuan}”不是金额。")
    exact = Fraction(yuan) * 100
    if exact.denominator != 1:
        raise AmountError(f"金额 {plain(yuan)} 元精确到了分以下，请核对单位或小数位数。")
    return exact.numerator


def from_fen(n: int) -> Decimal:
    """Whole 分 as 元 with two decimals."""
    return Decimal(f"{n}E-2")


def plain(value: Decimal) -> str:
    """The digits that exist: no exponent, no trailing zeros, no thousands commas."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def as_wan(yuan: Decimal | None) -> Decimal | None:
    """元 as 万元, exact; None stays None."""
    return None if yuan is None else yuan / 10_000


def wan(yuan: Decimal, digits: int | None = None) -> str:
    """元 printed in 万元: the digits that exist (260.013, 280.2), or fixed
    ``digits`` decimals; no commas.
    """
    return _in_unit(yuan, 4, digits)


def wan_screen(yuan: Decimal) -> str:
    """元 in 万元 as tables on screen show it: two decimals, thousands commas."""
    n, d = yuan.as_integer_ratio()
    return format(from_fen(half_up(n, d * 100)), ",f")


@dataclass(frozen=True, slots=True)
class PrintRule:
    """How a figure is printed: ``exact`` (the digits that exist), ``rounded`` to ``digits``, or
    ``about`` (约 before it).
    """

    kind: PrintKind = "exact"
    digits: int = 0

    @property
    def text(self) -> str:
        """The rule as figures.json names it: exact, rounded(2), about(1)."""
        return "exact" if self.kind == "exact" else f"{self.kind}({self.digits})"


EXACT = PrintRule()


def rounded(digits: int) -> PrintRule:
    """Rounded half-up to ``digits`` decimals."""
    return PrintRule("rounded", digits)


def about(digits: int) -> PrintRule:
    """Rounded half-up to ``digits`` decimals with 约 before it."""
    return PrintRule("about", digits)


def print_value(value: Decimal, rule: PrintRule = EXACT, unit: str = "元") -> str:
    """A figure's digits by its print rule, without the unit's name.

    ``value`` is 元 when ``unit`` is a money unit (then it is turned into that unit), else it is
    printed as it stands (%, 分, 个). 33 652 000 元 exact in 亿元 is 0.33652; about(1) of 2.8 亿元 is 约2.8.
    """
    shift = _SHIFTS.get(unit, 0)
    if rule.kind == "exact":
        return plain(_shifted(value, -shift))
    text = format(scaled(Fraction(value) / 10**shift, rule.digits), "f")
    return f"约{text}" if rule.kind == "about" else text


def _in_unit(yuan: Decimal, shift: int, digits: int | None) -> str:
    if digits is None:
        return plain(_shifted(yuan, -shift))
    return format(scaled(Fraction(yuan) / 10**shift, digits), "f")


def _shifted(value: Decimal, places: int) -> Decimal:
    """Value × 10^places, exactly, whatever the decimal context's precision."""
    if not value.is_finite():
        raise AmountError(f"“{value}”不是金额。")
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + places))
