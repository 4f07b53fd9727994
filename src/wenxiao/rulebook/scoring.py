"""How one row, the execution line and a whole table are scored: the readable specification.

Points are computed as exact fractions and rounded half-up once to two decimals. The columns
(columns.py) are proved equal to this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.execution import Execution, execution
from wenxiao.rulebook.numbers import plain, round_points, scaled
from wenxiao.rulebook.ownrules import own_rule
from wenxiao.rulebook.profiles import Profile, profile
from wenxiao.rulebook.rows import Judged, Outcome, Row, RowRule, Status
from wenxiao.rulebook.settle import Settled, reached, settle
from wenxiao.rulebook.tiers import TierError, check_judged, tier_ranges

__all__ = [
    "Agreement",
    "Execution",
    "Judged",
    "Outcome",
    "Profile",
    "Row",
    "RowRule",
    "Status",
    "TierError",
    "Total",
    "agreement",
    "check_judged",
    "execution",
    "profile",
    "score_one",
    "share_of",
    "total",
    "weights_sum",
]


@dataclass(frozen=True, slots=True)
class Total:
    """The exact sum of the printed points; ``complete`` only when every
    weighted row and execution is scored.
    """

    points: Decimal
    complete: bool
    scored: int
    open: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether computed points equal published ones; None when nothing was
    published or a person must judge.
    """

    agrees: bool | None
    reason: str | None = None


def score_one(row: Row, profile: Profile) -> Outcome:
    """The honest outcome of one row under a profile.

    Never a silent full mark: without a fact ``not_reported``, without a certain reading
    ``unreadable`` or ``needs_judgement``. A judgement on the row decides what only a person can;
    TierError when it lies outside its tier.
    """
    settled = settle(row, profile)
    if row.weight is None or settled.status in {"not_reported", "not_due"}:
        return _outcome(settled, profile)
    if settled.status == "unreadable" and row.judged is None:
        return _outcome(settled, profile)
    if row.proved is False and profile.no_evidence == "zero":
        return _outcome(settled, profile, Fraction(0), "没有佐证材料，按当年规则不得分。")
    if row.judged is not None:
        return _judged(row.weight, row.judged, settled, profile)
    if row.rule is not None and row.rule.kind != "ratio":
        return own_rule(row, settled, profile)
    if settled.sum == "none":
        return _late(row, settled, profile) or _outcome(settled, profile)
    return _arithmetic(row, row.weight, settled, profile)


def share_of(settled: Settled) -> Fraction:
    """The share of the weight a settled row earns, exactly, between 0 and 1."""
    if reached(settled):
        return Fraction(1)
    target, actual = settled.target, settled.actual
    if settled.sum == "forward":
        return max(Fraction(0), actual / target)
    if settled.sum == "reverse_ratio":
        return target / actual
    if settled.sum == "reverse_deduction":
        return max(Fraction(0), (2 * target - actual) / target) if target else Fraction(0)
    return Fraction(0)


def total(outcomes: Iterable[Outcome], execution: Execution | None = None) -> Total:
    """The exact sum of printed points, execution included, and whether anything is still open.

    Rows without weight (of which a table may list 其中 items) neither count nor keep a table open. A
    table in which nothing is weighted is not complete.
    """
    rows = [one for one in outcomes if one.status != "unweighted"]
    parts = [one.points for one in rows if one.points is not None]
    open_rows = sum(1 for one in rows if one.points is None)
    if execution is not None and execution.counts:
        parts += [execution.points] if execution.points is not None else []
        open_rows += execution.points is None
    cents = sum(int(points.scaleb(2)) for points in parts)
    return Total(Decimal(f"{cents}E-2"), open_rows == 0 and bool(parts), len(parts), open_rows)


def weights_sum(weights: Iterable[Decimal | None]) -> Decimal:
    """The exact sum of the weights that exist."""
    return sum((weight for weight in weights if weight is not None), Decimal(0))


def agreement(points: Decimal | None, published: Decimal | None) -> Agreement:
    """Computed points against published ones.

    The two-decimal points are rounded half-up to the digits published, at least one. Equal only as
    whole numbers: False with reason ``rounded_to_integer``.
    """
    if points is None or published is None:
        return Agreement(None)
    exponent = published.as_tuple().exponent
    digits = max(1, -exponent) if isinstance(exponent, int) else 1
    if scaled(Fraction(points), min(digits, 2)) == published:
        return Agreement(agrees=True)
    if scaled(Fraction(points), 0) == published:
        return Agreement(agrees=False, reason="rounded_to_integer")
    return Agreement(agrees=False, reason="differs")


def _arithmetic(row: Row, weight: Decimal, settled: Settled, profile: Profile) -> Outcome:
    far = settled.sum == "forward" and settled.actual * 100 > settled.target * Fraction(
        profile.over_percent
    )
    if far and profile.over == "judgement":
        over = f"实际超过目标的 {plain(profile.over_percent)}%，应说明原因并人工判定。"
        if row.published != weight:
            return _outcome(_open(settled, over), profile)
        supposed = f"实际超过目标的 {plain(profile.over_percent)}%，公布为满分，照此认可"
        return _scored(weight, _supposing(settled, supposed), profile)
    if settled.sum == "between" and not reached(settled) and profile.range_outside == "judgement":
        return _outcome(_open(settled, "实际在目标区间之外，按当年规则判定。"), profile)
    return _scored(weight, settled, profile)


def _scored(weight: Decimal, settled: Settled, profile: Profile) -> Outcome:
    share = share_of(settled)
    done = share == 1
    reason = settled.reason or (
        "达到目标，得满分。" if done else f"未达到目标，得分值的 {_share_shown(share)}。"
    )
    points = Fraction(weight) * share
    return _outcome(settled, profile, points, reason, _formula(settled, weight, points))


def _share_shown(share: Fraction) -> str:
    """A share below the whole in percent, never rounded up to a full 100 %."""
    percent = scaled(share * 100, 2)
    return "近 100%（不足 100%）" if percent >= 100 else f"{plain(percent)}%"


def _judged(weight: Decimal, judged: Judged, settled: Settled, profile: Profile) -> Outcome:
    check_judged(weight, judged, profile)
    rule = "TIER" if judged.tier else settled.rule
    reason = judged.reason or "评定人判定。"
    text = profile.rules[rule]
    return Outcome(
        "scored",
        round_points(judged.points),
        reason,
        rule,
        None,
        tier_ranges(weight, profile),
        text.basis,
        text.standing,
    )


def _late(row: Row, settled: Settled, profile: Profile) -> Outcome | None:
    """Points for a missed deadline where the year's rule deducts by the day."""
    if (
        settled.rule != "DATE"
        or settled.actual <= 0
        or profile.late != "per_day"
        or row.weight is None
    ):
        return None
    points = max(
        Fraction(0), Fraction(row.weight) - settled.actual * Fraction(profile.late_per_day)
    )
    return _outcome(
        settled, profile, points, f"逾期 {settled.actual} 天，每天扣 {profile.late_per_day} 分。"
    )


def _outcome(
    settled: Settled,
    profile: Profile,
    points: Fraction | None = None,
    reason: str = "",
    formula: str = "",
) -> Outcome:
    rule = profile.rules[settled.rule]
    return Outcome(
        status=settled.status if points is None else "scored",
        points=None if points is None else round_points(points),
        reason=reason or settled.reason,
        rule=settled.rule,
        assumed="；".join(settled.assumed) or None,
        formula=formula or rule.formula,
        basis=rule.basis,
        standing=rule.standing,
    )


def _formula(settled: Settled, weight: Decimal, points: Fraction) -> str:
    target, actual, w = _shown(settled.target), _shown(settled.actual), plain(weight)
    points_text = plain(round_points(points))
    if settled.sum in {"full", "zero", "between"} or reached(settled):
        return (
            f"实际 {actual}，目标 {target}：得 {points_text} 分"
            if settled.sum != "full"
            else f"得 {points_text} 分"
        )
    sums = {
        "forward": f"{w} × {actual} ÷ {target} = {points_text}",
        "reverse_ratio": f"{w} × {target} ÷ {actual} = {points_text}",
        "reverse_deduction": f"{w} ×（1 －（{actual} － {target}）÷ {target}）= {points_text}",
    }
    return sums[settled.sum]


def _shown(value: Fraction) -> str:
    return plain(scaled(value, 6))


def _open(settled: Settled, reason: str) -> Settled:
    return Settled(
        "none",
        "needs_judgement",
        reason,
        settled.rule,
        settled.target,
        settled.high,
        settled.actual,
        settled.assumed,
    )


def _supposing(settled: Settled, said: str) -> Settled:
    sums: Sequence[str] = (*settled.assumed, said)
    return Settled(
        settled.sum,
        settled.status,
        settled.reason,
        settled.rule,
        settled.target,
        settled.high,
        settled.actual,
        tuple(sums),
    )
