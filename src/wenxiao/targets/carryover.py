"""沿用: what a carried-over target still says as last year's did, part by
part, so that nothing goes on unseen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wenxiao.targets.plan import day_of_step

if TYPE_CHECKING:
    from wenxiao.targets.models import Target

_WORDS = ("text", "long_text", "content")
_DAYS = ("starts", "ends")
UNCHANGED = "与上年相同"
GONE = "还写着以前的年份"


def stale_parts(target: Target, before: Target | None) -> dict[str, list[str]]:
    """Place (``text``, ``m0`` the first amount, ``s0`` the first step …) → why it may be last
    year's; empty without one.
    """
    if before is None:
        return {}
    year = target.dossier.fiscal_year
    stale: dict[str, list[str]] = {}
    for name in (*_WORDS, *_DAYS):
        _mark(stale, name, getattr(target, name), getattr(before, name), year)
    old = {(one.kind, one.name): one.amount for one in before.amounts.all()}
    for at, one in enumerate(target.amounts.all()):
        if one.amount is not None and old.get((one.kind, one.name)) == one.amount:
            stale.setdefault(f"m{at}", []).append(f"金额{UNCHANGED}")
        if _names_gone(one.content, year):
            stale.setdefault(f"m{at}", []).append(f"测算依据{GONE}")
    for at, row in enumerate(target.long_indicators.all()):
        if _names_gone(f"{row.name} {row.expression}", year):
            stale.setdefault(f"l{at}", []).append(GONE)
    for at, step in enumerate(target.plan):
        due = day_of_step(str(step.get("to") or ""))
        if due is not None and due.year < year:
            stale.setdefault(f"s{at}", []).append(
                f"时间{UNCHANGED if step in before.plan else GONE}"
            )
    return stale


def _mark(stale: dict[str, list[str]], name: str, now: str, was: str, year: int) -> None:
    if now and now == was and name != "content":
        stale.setdefault(name, []).append(UNCHANGED)
    if now and _names_gone(now, year):
        stale.setdefault(name, []).append(GONE)


def _names_gone(text: str, year: int) -> bool:
    """Whether the words name one of the three years before; longer numbers (2 0211 m) do not."""
    return any(re.search(rf"(?<!\d){gone}(?!\d)", text) for gone in range(year - 3, year))
