"""What a year's results mean for next year's request: the first rule that fits, and the money where
the division shares how much.

Percentages are the division's own data. Without them a proposal names no amount: nothing is
guessed. A person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from wenxiao.rulebook.basis import Value
from wenxiao.rulebook.numbers import fen, from_fen, rate_percent

RULE = "results_application"
KEPT_IN_FULL = ("priority", "plain")
"""Proposals under which the request stays whole."""
_POOR = "中差"
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a subject before its request is talked about; money in 元, None where nobody
    reported it.

    ``unmended`` counts confirmed problems not closed; ``years`` in how many budget years in a row
    one of them stood.
    """

    asked: Decimal
    last_budget: Decimal | None = None
    execution: Decimal | None = None
    grade: str = ""
    unmended: int = 0
    years: int = 0
    recurring: bool | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A rule's word: the kind, why in one sentence, and the amount it would
    leave (元); None where no share is set.
    """

    kind: str
    reason: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The division's limits and shares in percent; None where it has set none."""

    redesign_years: int
    execution_below: Decimal | None
    growth_above: Decimal | None
    strict_cut: Decimal | None
    cut_to: Decimal | None
    redesign_keep: Decimal | None
    order: tuple[str, ...]


def terms(rule: Value) -> Terms:
    """The terms of a value of the rule; shares left empty stay None."""
    content = rule.content["next_budget"]
    limits, amounts = content["limits"], content["amounts"]
    return Terms(
        redesign_years=int(limits["redesign_years"]),
        execution_below=_share(limits, "execution_below"),
        growth_above=_share(limits, "growth_above"),
        strict_cut=_share(amounts, "strict_cut_percent"),
        cut_to=_share(amounts, "cut_to_percent_of_last_year"),
        redesign_keep=_share(amounts, "redesign_keep_percent_of_last_year"),
        order=tuple(one["kind"] for one in content["order"]),
    )


def growth(past: Past) -> Decimal | None:
    """By how many percent the request is above this year's budget; None
    without one to compare with.
    """
    if not past.last_budget:
        return None
    return rate_percent(past.asked - past.last_budget, past.last_budget)


def propose(past: Past, shares: Terms) -> Proposed:
    """The first rule of the order that fits the past."""
    for kind in shares.order:
        reason = _RULES[kind](past, shares)
        if reason:
            return Proposed(kind, reason, _amount(kind, past, shares))
    return Proposed("plain", "没有规则要求另作处理", past.asked)


def _redesign(past: Past, shares: Terms) -> str:
    if past.unmended and past.years >= shares.redesign_years:
        return f"同一问题连续 {past.years} 年出现，仍有 {past.unmended} 个没有整改到位"
    return ""


def _cancel(past: Past, _: Terms) -> str:
    return "一次性项目，评为差" if past.grade == "差" and past.recurring is False else ""


def _cut(past: Past, shares: Terms) -> str:
    more = growth(past)
    if shares.execution_below is None or shares.growth_above is None:
        return ""
    if past.execution is None or more is None:
        return ""
    if past.execution < shares.execution_below and more > shares.growth_above:
        return f"执行率 {past.execution}%，申报反增 {more}%"
    return ""


def _strict(past: Past, shares: Terms) -> str:
    why = []
    if past.grade and past.grade in _POOR:
        why.append(f"评为{past.grade}")
    if past.unmended:
        why.append(f"{past.unmended} 个问题没有整改到位")
    more = growth(past)
    if shares.growth_above is not None and more is not None and more > shares.growth_above:
        why.append(f"申报增 {more}%")
    return "，".join(why)


def _priority(past: Past, _: Terms) -> str:
    return "评为优，没有未整改的问题" if past.grade == "优" and not past.unmended else ""


def _plain(past: Past, _: Terms) -> str:
    return f"评为{past.grade}，没有未整改的问题" if past.grade else "没有评价结果，没有未整改的问题"


_RULES = {
    "redesign": _redesign,
    "cancel": _cancel,
    "cut": _cut,
    "strict": _strict,
    "priority": _priority,
    "plain": _plain,
}


def _amount(kind: str, past: Past, shares: Terms) -> Decimal | None:
    """What the proposal leaves of the request, never more than was asked; half-up to the 分."""
    if kind in KEPT_IN_FULL:
        return past.asked
    if kind == "cancel":
        return Decimal(0)
    if kind == "strict":
        return (
            None if shares.strict_cut is None else _part(past.asked, _HUNDRED - shares.strict_cut)
        )
    share = shares.cut_to if kind == "cut" else shares.redesign_keep
    if share is None or past.last_budget is None:
        return None
    return min(past.asked, _part(past.last_budget, share))


def _part(yuan: Decimal, percent: Decimal) -> Decimal:
    """So many percent of an amount, rounded once, half-up, to the 分; in whole numbers."""
    hundredths = int(percent * 100)
    left = from_fen((2 * fen(yuan) * hundredths + 10_000) // 20_000)
    assert left is not None
    return left


def _share(node: Mapping[str, str], key: str) -> Decimal | None:
    text = str(node.get(key) or "").strip()
    return Decimal(text) if text else None


def said_terms(shares: Terms) -> str:
    """The division's parameters in one sentence, with what is not set."""
    parts = [f"同一问题连续 {shares.redesign_years} 年的重新设计"]
    parts.append(_told("从严审核按申报减", shares.strict_cut, "%"))
    parts.append(_told("压减到上年的", shares.cut_to, "%"))
    parts.append(_told("重新设计先留上年的", shares.redesign_keep, "%"))
    parts.append(_told("申报增幅超过", shares.growth_above, "% 算过快"))
    parts.append(_told("执行率低于", shares.execution_below, "% 算偏低"))
    return "；".join(parts)


def _told(words: str, value: Decimal | None, unit: str) -> str:
    return f"{words} {value}{unit}" if value is not None else f"{words}：本局未定"
