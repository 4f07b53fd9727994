"""单位成本: what a unit of output cost, from a quantity and an amount as they were written.

A hint beside last year's, the division's own standard and the like objects'; it gives no points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.listed_lines import columns_of, refused_lines
from wenxiao.rulebook.numbers import AmountError, scaled, to_yuan

RULE = "unit_costs"
SHAPE = "产出指标｜计量单位｜每单位多少元"
EXAMPLE = "培训人次｜人次｜350"
LONGEST = 100
MONEY_UNITS = ("元", "千元", "万元", "亿元")
_SHARES = ("%", "‰", "％", "百分比", "分", "天", "日", "年", "月", "小时")
_TIMES = {"万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class OutputQuantity:
    """How much was put out, in which unit."""

    number: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class CostStandard:
    """One line of a division's standards, in 元 a unit."""

    name: str
    unit: str
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class CostRule:
    """The standards in force and on what they stand."""

    standards: tuple[CostStandard, ...]
    basis: str
    standing: Standing


def quantity_of(text: str, unit: str) -> OutputQuantity | None:
    """A plain number above 0 of countable things (1.2万人次 is 12 000 人次); None for anything else."""
    number, written = _plain(text, unit)
    if number is None or written in MONEY_UNITS or written in _SHARES:
        return None
    times = _TIMES.get(written[:1], 1) if len(written) > 1 else 1
    return OutputQuantity(number * times, written[1:] if times > 1 else written)


def money_of(text: str, unit: str) -> Decimal | None:
    """An amount in 元; None for what names no money unit."""
    number, written = _plain(text, unit)
    if number is None or written not in MONEY_UNITS:
        return None
    try:
        return to_yuan(number, written)
    except AmountError:
        return None


def _plain(text: str, unit: str) -> tuple[Decimal | None, str]:
    read = parse(text, "actual")
    exact = read.kind == "number" and read.comparator is None and read.low == read.high
    if not exact or read.ambiguous or read.low is None or read.low <= 0:
        return None, ""
    return read.low, (read.unit or unit).strip()


def per_unit(yuan: Decimal, quantity: OutputQuantity) -> Decimal:
    """元 a unit, two decimals half-up."""
    return scaled(Fraction(yuan) / Fraction(quantity.number), 2)


def median(costs: Sequence[Decimal]) -> Decimal | None:
    """The middle one, or half-way between the two in the middle; None of nothing."""
    if not costs:
        return None
    ordered, half = sorted(costs), len(costs) // 2
    if len(ordered) % 2:
        return ordered[half]
    return scaled((Fraction(ordered[half - 1]) + Fraction(ordered[half])) / 2, 2)


def cost_rule(overrides: Overrides | None = None, on: date | int | None = None) -> CostRule:
    """The standards in force on a day."""
    value = basis.in_force(RULE, on, overrides)
    listed = tuple(_standard(str(line)) for line in value.content["standards"])
    return CostRule(listed, value.basis, value.standing)


def refused_standards(content: Mapping[str, object]) -> str:
    """Why a division may not fix this list; empty where it may."""
    return refused_lines(content.get("standards"), _standard, shape=SHAPE)


def _standard(line: str) -> CostStandard:
    name, unit, text = columns_of(line, SHAPE, EXAMPLE, longest=LONGEST)
    try:
        yuan = Decimal(text)
    except InvalidOperation:
        yuan = Decimal(0)
    if not yuan.is_finite() or yuan <= 0 or yuan != round(yuan, 2):
        raise ValueError(f"每单位多少元应为大于 0、最多两位小数的数，收到“{text}”。")
    if not unit:
        raise ValueError("应写计量单位。")
    return CostStandard(name, unit, yuan)
