"""Ratios of a department as a whole, computed from reported amounts and head counts.

Nothing is capped and nothing is guessed: an absent input makes the ratio ``missing``, a denominator
of 0 makes it ``none``, whatever the numerator. Formulas are dated data in ``basis/ratios.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from wenxiao.rulebook.basis import Overrides, Value, in_force
from wenxiao.rulebook.numbers import scaled

Inputs = Mapping[str, Decimal | Sequence[Decimal] | None]
"""A department's figures by field: amounts in 元, head counts, ``planned_progress`` in percent,
``treasury_months`` the payments of each month from January. Absent or None is missing, never 0.
"""

Status = Literal["computed", "none", "missing"]
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio: ``value`` is a percent with two decimals, half-up, when ``status`` is computed."""

    code: str
    name: str
    formula: str
    status: Status
    value: Decimal | None
    inputs: Mapping[str, Decimal | Sequence[Decimal]]
    missing: tuple[str, ...] = ()
    assumed: str = ""


def ratios(
    figures: Inputs, on: date | int | None = None, overrides: Overrides | None = None
) -> list[Ratio]:
    """Every ratio in force on a day (a year: its last day) for one
    department, in the order of the rule.
    """
    return [_ratio(rule, figures) for rule in formulas(on, overrides).content["ratios"]]


def formulas(on: date | int | None = None, overrides: Overrides | None = None) -> Value:
    """The dated rule with its document."""
    return in_force("ratios", on, overrides)


def _ratio(rule: Mapping[str, Any], figures: Inputs) -> Ratio:
    denominator, assumed = str(rule["denominator"]), ""
    instead = rule.get("instead")
    if instead and figures.get(denominator) is None and figures.get(instead) is not None:
        denominator, assumed = str(instead), "没有决算口径的预算数，以年初预算为分母"
    against = rule.get("against")
    if against and figures.get(against) is None:
        against, assumed = None, "没有既定支付进度，以月份数÷12为既定进度"
    terms = [str(term) for term in rule["numerator"]]
    fields = dict.fromkeys([*(term.lstrip("-") for term in terms), denominator])
    if against:
        fields[str(against)] = None
    absent = tuple(name for name in fields if _absent(figures.get(name)))
    inputs = {name: figures[name] for name in fields if name not in absent}
    head: dict[str, Any] = {
        "code": str(rule["code"]),
        "name": str(rule["name"]),
        "formula": str(rule["formula"]),
    }
    if absent:
        return Ratio(**head, status="missing", value=None, inputs=_known(inputs), missing=absent)
    top = sum((_term(term, figures) for term in terms), Fraction(0))
    bottom = _amount(figures[denominator])
    if "against" in rule:
        bottom *= _planned(figures, against)
    if bottom == 0:
        return Ratio(**head, status="none", value=None, inputs=_known(inputs), assumed=assumed)
    value = scaled(top / bottom * 100, 2)
    return Ratio(**head, status="computed", value=value, inputs=_known(inputs), assumed=assumed)


def _absent(figure: object) -> bool:
    return figure is None or (isinstance(figure, Sequence) and len(figure) == 0)


def _known(inputs: Inputs) -> dict[str, Decimal | Sequence[Decimal]]:
    return {name: figure for name, figure in inputs.items() if figure is not None}


def _term(term: str, figures: Inputs) -> Fraction:
    amount = _amount(figures[term.lstrip("-")])
    return -amount if term.startswith("-") else amount


def _amount(figure: Decimal | Sequence[Decimal] | None) -> Fraction:
    """One figure, or the sum of its months."""
    if isinstance(figure, Decimal):
        return Fraction(figure)
    return sum((Fraction(month) for month in figure or ()), Fraction(0))


def _planned(figures: Inputs, against: object) -> Fraction:
    """The share of the year's money that should have been paid: as planned,
    else by the months told of.
    """
    if against:
        return _amount(figures[str(against)]) / 100
    months = figures["treasury_months"]
    return Fraction(len(months) if isinstance(months, Sequence) else 1, _MONTHS)
