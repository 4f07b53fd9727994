"""Qualitative tiers: a person picks the tier and the points, the tier's cut
points hold the points.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.numbers import plain, round_points, scaled
from wenxiao.rulebook.profiles import Profile
from wenxiao.rulebook.rows import Judged


class TierError(ValueError):
    """Judged points outside the weight or outside the tier that was picked."""


def check_judged(weight: Decimal, judged: Judged, profile: Profile) -> None:
    """TierError, with a Chinese sentence, unless the points lie within the weight and within the
    tier picked.

    A tier holds its lower bound and not its upper one, except the full weight. Points have at most
    two decimals.
    """
    points = judged.points
    if not 0 <= points <= weight:
        raise TierError(f"得分 {plain(points)} 超出 0 至 {plain(weight)} 分。")
    if round_points(points) != points:
        raise TierError(f"得分 {plain(points)} 超过两位小数。")
    if not judged.tier:
        return
    tier = next((one for one in profile.tiers if one.code == judged.tier), None)
    if tier is None:
        raise TierError(f"没有档次“{judged.tier}”。")
    low, high = (
        Fraction(weight) * Fraction(tier.low) / 100,
        Fraction(weight) * Fraction(tier.high) / 100,
    )
    if not (low <= points and (points < high or (tier.high == 100 and points == high))):
        raise TierError(
            f"得分 {plain(points)} 不在“{tier.name}”档 {_span(weight, tier.low, tier.high)} 内。"
        )


def tier_ranges(weight: Decimal, profile: Profile) -> str:
    """The tiers of a weight in one line: 「达成 8—10 分；…」."""
    return "；".join(f"{tier.name} {_span(weight, tier.low, tier.high)}" for tier in profile.tiers)


def _span(weight: Decimal, low: Decimal, high: Decimal) -> str:
    lower, upper = (plain(scaled(Fraction(weight) * Fraction(cut) / 100, 2)) for cut in (low, high))
    return f"{lower}（含）—{upper} 分" if high != 100 else f"{lower}（含）—{upper}（含）分"
