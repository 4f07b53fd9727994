"""A dossier at a glance: its sentence, the way of its money, its results on
one axis over the grade bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.pages.drawings import Axis
from wenxiao.rulebook.grading import bands_in_force
from wenxiao.rulebook.numbers import rate_percent, wan_screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.budget.models import Dossier
    from wenxiao.budget.money import Money
    from wenxiao.desk.dossiers.results import Result
    from wenxiao.followup.models import Finding

FLOOR, TOP = 150, 34
LOWEST, FULL = 60, 100


def sentence(money: Money, rate: Decimal | None, results: Sequence[Result]) -> str:
    """「花 569.91 万元（88.44%），得 88.33 良」; empty where neither is known.
    The result is the last settled one, by name.
    """
    parts = []
    if money.spent is not None:
        share = f"（{rate:.2f}%）" if rate is not None else ""
        parts.append(f"花 {wan_screen(money.spent)} 万元{share}")
    elif money.audited_used is not None:
        audited = rate_percent(money.audited_used, money.audited_arranged)
        share = f"（{audited:.2f}%）" if audited is not None else ""
        parts.append(f"经审查用 {wan_screen(money.audited_used)} 万元{share}")
    settled = [one for one in results if one.settled and one.points is not None]
    if settled:
        last = settled[-1]
        parts.append(f"{last.name} {last.points:.2f} {last.grade}".rstrip())
    return "，".join(parts)


def open_mendings(findings: Sequence[Finding]) -> int:
    """Rectifications that are not closed yet."""
    return sum(
        1
        for row in findings
        if row.state == "confirmed"
        and hasattr(row, "rectification")
        and row.rectification.state != "closed"
    )


@dataclass(frozen=True, slots=True)
class MoneyBar:
    """One bar of the money's way: word, amount in 万元, its place (x, y,
    height), how it looks, a note below.
    """

    word: str
    shown: str
    x: int
    y: int
    height: int
    look: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class MoneyWay:
    """年初 → 调整 → 全年预算 → 到位 → 支出 → 结余, as far as each is known."""

    finding: str
    steps: tuple[MoneyBar, ...]


def money_way(money: Money) -> MoneyWay | None:
    """The bars; None where no budget or spending is known."""
    reported = money.spent is not None and money.budget is not None
    budget = money.budget if reported else money.audited_arranged
    spent = money.spent if reported else money.audited_used
    if budget is None or spent is None:
        return None
    opening = money.opening
    changed = None if opening is None else budget - opening
    left = budget - spent
    most = max(abs(one) for one in (opening, budget, money.arrived, spent) if one is not None)
    up = Axis(0, Fraction(most) or 1, FLOOR, TOP)
    steps: list[MoneyBar] = []

    def bar(
        word: str, value: Decimal | None, low: Decimal, high: Decimal, look: str, below: str
    ) -> None:
        if value is None:
            return
        top, foot = up.at(Fraction(high)), up.at(Fraction(low))
        height = max(foot - top, 1)
        steps.append(
            MoneyBar(word, wan_screen(value), 8 + 66 * len(steps), top, height, look, below)
        )

    zero, note = Decimal(0), "" if reported else "经审查"
    bar("年初预算", opening, zero, opening or zero, "quiet", "")
    if changed and opening is not None:
        bar("调整", changed, min(opening, budget), max(opening, budget), "quiet", "追加、收回合计")
    bar("全年预算" if reported else "实际安排", budget, zero, budget, "strong", note)
    bar("到位", money.arrived, zero, money.arrived or zero, "plain", _share(money.arrived, budget))
    bar("支出" if reported else "实际使用", spent, zero, spent, "plain", _share(spent, budget))
    if left >= 0:
        bar("结余", left, spent, budget, "open", _share(left, budget))
    word = f"结余 {wan_screen(left)} 万元" if left >= 0 else f"超预算 {wan_screen(-left)} 万元"
    return MoneyWay(f"花了 {wan_screen(spent)} 万元，{word}", tuple(steps))


def _share(part: Decimal | None, whole: Decimal) -> str:
    if part is None or not whole:
        return ""
    return f"{part * 100 / whole:.2f}%"


@dataclass(frozen=True, slots=True)
class AxisLine:
    """One result on the axis: its name, points and grade, where its dot and its words stand."""

    name: str
    shown: str
    x: int
    y: int
    settled: bool
    left: bool


@dataclass(frozen=True, slots=True)
class BandBox:
    """A grade's stretch of the axis."""

    grade: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class ResultAxis:
    """自评 → 复核 → 部门 → 财政 over the grade bands; each sheet is its own, no line joins two of them."""

    finding: str
    lines: tuple[AxisLine, ...]
    bands: tuple[BandBox, ...]
    ticks: tuple[tuple[int, int], ...]
    foot: int


def result_axis(dossier: Dossier, results: Sequence[Result]) -> ResultAxis | None:
    """The axis from 60 (or the ten below the lowest) to 100; None without points."""
    pointed = [one for one in results if one.points is not None]
    if not pointed:
        return None
    lowest = min(LOWEST, int(min(one.points or 0 for one in pointed)) // 10 * 10)
    across = Axis(lowest, FULL, 84, 388)
    lines = []
    for number, one in enumerate(pointed):
        x = across.at(Fraction(one.points or 0))
        grade = f" {one.grade}" if one.settled else ""
        lines.append(
            AxisLine(
                one.name, f"{one.points:.2f}{grade}", x, 46 + 28 * number, one.settled, x > 270
            )
        )
    foot = 46 + 28 * len(pointed)
    rules = dossier.subject.division.own_rules
    bands = []
    for band in bands_in_force(dossier.fiscal_year, rules).bands:
        left, right = across.at(Fraction(band.at_least)), across.at(Fraction(band.below))
        if right > left:
            bands.append(BandBox(band.grade, left, right - left))
    ticks = tuple((across.at(value), value) for value in range(lowest, FULL + 1, 10))
    finding = "，".join(f"{line.name} {line.shown}" for line in lines)
    return ResultAxis(finding, tuple(lines), tuple(bands), ticks, foot)
