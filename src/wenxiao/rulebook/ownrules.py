"""Rules an indicator carries of its own: direct, threshold, interval,
satisfaction, deduction, formula, Likert.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.numbers import plain, round_points, scaled
from wenxiao.rulebook.profiles import Profile
from wenxiao.rulebook.rows import Outcome, Row, RowRule
from wenxiao.rulebook.settle import Settled, reached

Answer = tuple[Fraction | None, str]
"""Share of the weight (None: a person must judge) and the sentence that says why."""

_CODES = {
    "direct": "DIRECT",
    "threshold": "THRESHOLD",
    "interval": "INTERVAL",
    "satisfaction": "SAT",
    "deduction": "DEDUCT",
    "formula": "FORMULA",
    "likert": "LIKERT",
    "tier": "TIER",
}


def own_rule(row: Row, settled: Settled, profile: Profile) -> Outcome:
    """The outcome of a row that carries its own rule; open
    (needs_judgement) where the facts do not suffice.
    """
    rule = row.rule
    if rule is None or row.weight is None:
        raise ValueError("该行没有自己的计分规则或没有分值。")
    if rule.kind == "tier":
        settled = replace(settled, sum="none", reason="定性指标，由评定人选档给分。")
    share, answer = _ANSWERS[rule.kind](_Case(row, row.weight, rule, settled, profile))
    code = _CODES[rule.kind]
    text = profile.rules[code]
    points = (
        None
        if share is None
        else round_points(Fraction(row.weight) * min(Fraction(1), max(Fraction(0), share)))
    )
    return Outcome(
        status="needs_judgement" if points is None else "scored",
        points=points,
        reason=answer,
        rule=code,
        assumed="；".join(settled.assumed) or None,
        formula=text.formula,
        basis=rule.basis or text.basis,
        standing=rule.standing if rule.basis else text.standing,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What a rule of its own looks at."""

    row: Row
    weight: Decimal
    rule: RowRule
    settled: Settled
    profile: Profile


def _direct(case: _Case) -> Answer:
    if case.settled.sum == "none":
        return None, case.settled.reason
    return (
        (Fraction(1), "达到，得满分。")
        if reached(case.settled)
        else (Fraction(0), "未达到，不得分。")
    )


def _threshold(case: _Case) -> Answer:
    share = _completion(case.settled)
    if share is None:
        return None, case.settled.reason or "需人工判定。"
    line = _param(case.rule, "pass_percent", Decimal(60))
    if share * 100 < Fraction(line):
        return Fraction(0), f"完成比例 {_percent(share)}，低于合格线 {plain(line)}%，不得分。"
    return share, f"完成比例 {_percent(share)}。"


def _interval(case: _Case) -> Answer:
    share = _completion(case.settled)
    if share is None or not case.rule.bands:
        return None, case.settled.reason or "没有区间表，需人工判定。"
    return _from_bands(share * 100, case.rule.bands), f"完成比例 {_percent(share)}，按区间表给分。"


def _satisfaction(case: _Case) -> Answer:
    least = case.profile.min_sample
    if case.row.sample is not None and least is not None and case.row.sample < least:
        return None, f"有效问卷 {case.row.sample} 份，少于规定的 {least} 份，需人工判定。"
    bands = case.rule.bands or tuple(
        (step.at_least, step.share) for step in case.profile.satisfaction
    )
    figure = case.row.actual
    if (
        figure is None
        or figure.kind != "number"
        or figure.low is None
        or figure.unit not in {"%", None}
        or not bands
    ):
        return None, "没有可用的满意度数值或区间表，需人工判定。"
    if figure.comparator not in {None, "="} or "完成" in figure.text:
        return None, f"实际值“{figure.text}”不是测得的满意度，需人工判定。"
    counted = "" if case.row.sample is None else f"（有效问卷 {case.row.sample} 份）"
    return _from_bands(
        Fraction(figure.low), bands
    ), f"满意度 {plain(figure.low)}%{counted}，按区间给分。"


def _deduction(case: _Case) -> Answer:
    if case.settled.sum == "none":
        return None, case.settled.reason
    short = max(
        Fraction(0),
        case.settled.target - case.settled.actual
        if case.settled.sum == "forward"
        else case.settled.actual - case.settled.target,
    )
    each, size = (
        Fraction(_param(case.rule, "per_unit", Decimal(0))),
        Fraction(_param(case.rule, "unit_size", Decimal(1))),
    )
    lost = each * short / size
    return 1 - lost / Fraction(
        case.weight
    ), f"偏差 {plain(scaled(short, 2))}，扣 {plain(scaled(lost, 2))} 分，扣完为止。"


def _formula(case: _Case) -> Answer:
    part, whole = (
        case.row.elements.get(str(case.rule.params.get(key, ""))) for key in ("part", "whole")
    )
    target = case.row.target.low if case.row.target and case.row.target.kind == "number" else None
    if part is None or whole is None or whole == 0 or target is None or target <= 0:
        return None, "要素不全或分母为0，需人工判定。"
    rate = Fraction(part) / Fraction(whole) * 100
    sentence = f"{plain(part)} ÷ {plain(whole)} × 100% = {plain(scaled(rate, 2))}%。"
    return min(Fraction(1), rate / Fraction(target)), sentence


def _likert(case: _Case) -> Answer:
    lowest, highest = (
        _param(case.rule, "lowest", Decimal(1)),
        _param(case.rule, "highest", Decimal(5)),
    )
    mean = case.row.actual.low if case.row.actual and case.row.actual.kind == "number" else None
    if mean is None or not lowest <= mean <= highest or lowest == highest:
        return None, "平均分不在量表范围内，需人工判定。"
    return Fraction(mean - lowest) / Fraction(highest - lowest), f"量表平均 {plain(mean)}。"


def _completion(settled: Settled) -> Fraction | None:
    if settled.sum == "none":
        return None
    if reached(settled):
        return Fraction(1)
    if settled.sum == "forward":
        return settled.actual / settled.target
    return settled.target / settled.actual if settled.sum.startswith("reverse") else Fraction(0)


def _from_bands(percent: Fraction, bands: tuple[tuple[Decimal, Decimal], ...]) -> Fraction:
    shares = [share for least, share in bands if percent >= Fraction(least)]
    return Fraction(shares[0]) / 100 if shares else Fraction(0)


def _param(rule: RowRule, key: str, default: Decimal) -> Decimal:
    value = rule.params.get(key, default)
    return value if isinstance(value, Decimal) else Decimal(value)


def _percent(share: Fraction) -> str:
    return f"{plain(scaled(share * 100, 2))}%"


_ANSWERS: dict[str, Callable[[_Case], Answer]] = {
    "direct": _direct,
    "threshold": _threshold,
    "interval": _interval,
    "satisfaction": _satisfaction,
    "deduction": _deduction,
    "formula": _formula,
    "likert": _likert,
    "tier": _direct,
}
