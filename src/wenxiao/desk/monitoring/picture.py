"""The leader's picture laid out: five figures, the curve of spending, money
beside goals, departments as bullets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.followup.watch.picture import QUADRANTS, quadrants
from wenxiao.pages.drawings import Axis, Box, Spark, crosses, path, spark, spark_bars, width_of
from wenxiao.rulebook.numbers import from_fen, half_up, scaled, wan_screen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wenxiao.followup.watch.lines import Watch
    from wenxiao.followup.watch.overview import DepartmentRow
    from wenxiao.followup.watch.picture import (
        Dot,
        Mended,
        PlannedYear,
        SinceOpening,
        SpentYear,
        WindowSum,
    )
    from wenxiao.rulebook.pace import Lights

YEAR = 12


@dataclass(frozen=True, slots=True)
class LargeFigure:
    """One of the large figures: its words, the figure as shown, what stands
    under it, its months.
    """

    word: str
    shown: str
    below: str
    drawn: Spark = field(default_factory=Spark)
    red: int | None = None
    yellow: int | None = None
    late: str = ""


def figures(
    windows: Sequence[WindowSum],
    table: Watch,
    curve: SpentYear | None,
    mending: Mended,
    since: SinceOpening,
) -> list[LargeFigure]:
    """The five large figures of a window."""
    last = windows[-1] if windows else None
    if last is None:
        return []
    share, elapsed = last.share, Fraction(last.through, YEAR)
    lights = table.lights
    apart = "" if share is None else f"，{_gap(share - elapsed)}"
    monthly = _months_of(curve)
    return [
        LargeFigure(
            "全年预算（万元）",
            wan_screen(from_fen(last.budget)),
            f"{len(table)} 个项目，{_since(since)}",
            spark_bars([since.opening, since.now], 4) if since.opening else Spark(),
        ),
        LargeFigure(
            f"{last.period}支出（万元）",
            wan_screen(from_fen(last.executed)),
            f"{last.through} 月支出 {wan_screen(from_fen(monthly[-1]))}"
            if monthly
            else "没有逐月支付数，按各期监控",
            spark_bars(monthly or [one.executed for one in windows], 12 if monthly else 4),
        ),
        LargeFigure(
            "执行率对时间进度",
            "—" if share is None else f"{_percent(share)}%",
            f"时间进度 {_percent(elapsed)}%{apart}",
            _rate_spark(curve),
        ),
        LargeFigure(
            "红灯、黄灯（测算）",
            "",
            f"绿灯 {lights['green']}，不亮灯 {lights['none']}{_more_red(windows)}",
            spark_bars([one.red + one.yellow for one in windows], 4)
            if len(windows) > 1
            else Spark(),
            red=lights["red"],
            yellow=lights["yellow"],
        ),
        LargeFigure(
            "整改销号率",
            f"{_percent(Fraction(mending.closed, mending.all))}%" if mending.all else "—",
            f"{mending.all} 项已销 {mending.closed} 项" if mending.all else "本年度还没有整改",
            spark(mending.by_month, top=mending.all) if mending.all else Spark(),
            late=f"逾期 {mending.late} 项" if mending.late else "",
        ),
    ]


def _since(since: SinceOpening) -> str:
    if since.change is None:
        return "没有年初数"
    change = scaled(since.change * 100, 2)
    return f"{since.dossiers} 个有年初数的比年初 {change:+}%".replace("-", "−")


def _gap(apart: Fraction) -> str:
    if not apart:
        return "与时间持平"
    return f"{'快' if apart > 0 else '慢'} {_percent(abs(apart))} 个百分点"


def _percent(share: Fraction) -> Decimal:
    return scaled(share * 100, 2)


def _more_red(windows: Sequence[WindowSum]) -> str:
    if len(windows) < 2:
        return ""
    more = windows[-1].red - windows[-2].red
    return f"，比上期红灯 {more:+d}" if more else "，红灯与上期一样多"


def _months_of(curve: SpentYear | None) -> list[int]:
    if curve is None or not curve.by_month:
        return []
    totals = [total for _, total in curve.points]
    return [now - before for now, before in zip(totals, [0, *totals[:-1]], strict=True)]


def _rate_spark(curve: SpentYear | None) -> Spark:
    if curve is None or len(curve.points) < 2:
        return Spark()
    values = [Fraction(total, curve.budget) for _, total in curve.points]
    return spark(values, len(values), top=Fraction(1))


def headline(windows: Sequence[WindowSum], turned: int) -> str:
    """The picture in one sentence; empty where nothing can be said."""
    if not windows or windows[-1].share is None:
        return ""
    last = windows[-1]
    share = last.share or Fraction(0)
    apart = (
        _gap(share - Fraction(last.through, YEAR))
        .replace("快", "比时间快")
        .replace("慢", "比时间慢")
    )
    red = f"；{last.red} 个红灯" if last.red else "；没有红灯"
    return f"到{last.through}月底花了 {_percent(share)}%，{apart}{red}" + (
        f"，{turned} 个是新转红的" if turned else ""
    )


# --- The curve ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Curve:
    """Cumulated spending as a share of the year's budget, 400 × 190; its
    rows are the table beside it.
    """

    finding: str
    line: str
    time: str
    plan: str
    marks: tuple[tuple[int, int], ...]
    cone: str
    last: tuple[int, int, str]
    ends: str
    rows: tuple[tuple[str, str, str, str, str], ...]
    grid: tuple[tuple[int, str], ...]
    months: tuple[tuple[int, int], ...]
    note: str


def curve_of(spent: SpentYear | None, planned: PlannedYear | None = None) -> Curve | None:
    """The curve laid out, beside it what was planned; None where no spending is known."""
    if spent is None or not spent.points:
        return None
    across, up = Axis(0, YEAR, 40, 388), Axis(0, 1, 160, 14)
    shares = [(month, Fraction(total, spent.budget)) for month, total in spent.points]
    month, share = shares[-1]
    places = [(across.at(0), up.at(0)), *((across.at(m), up.at(s)) for m, s in shares)]
    cone, ends = "", "没有支出，不作年底测算"
    if spent.forecast is not None:
        low, high = (Fraction(fen, spent.budget) for fen in spent.forecast[:2])
        cone = path([places[-1], (across.at(YEAR), up.at(low)), (across.at(YEAR), up.at(high))])
        span = f"{_percent(low)}%" if low == high else f"{_percent(low)}–{_percent(high)}%"
        ends = f"年底测算 {span}（{spent.forecast[2]}）"
    gap = _gap(share - Fraction(month, YEAR))
    source = (
        "按国库或单位核算的逐月支付" if spent.by_month else "按各期监控的累计数，期间之间连直线"
    )
    return Curve(
        f"支出{'比时间进度' + gap if '持平' not in gap else gap}",
        path(places),
        path([(across.at(0), up.at(0)), (across.at(YEAR), up.at(1))]),
        _plan_line(planned, across, up),
        tuple(places[1:]),
        cone,
        (*places[-1], f"{_percent(share)}%"),
        ends,
        tuple(
            (
                f"{m} 月底",
                wan_screen(from_fen(total)),
                f"{_percent(Fraction(total, spent.budget))}%",
                f"{_percent(Fraction(m, YEAR))}%",
                f"{_percent(Fraction(planned.points[m - 1], planned.budget))}%" if planned else "—",
            )
            for m, total in spent.points
        ),
        tuple((up.at(Fraction(part, 4)), f"{part * 25}%") for part in range(5)),
        tuple((across.at(m), m) for m in range(1, YEAR + 1)),
        f"{source}；{_plan_words(planned, month, share)}。",
    )


def _plan_line(planned: PlannedYear | None, across: Axis, up: Axis) -> str:
    """The plan as a share of the budget of those who have one; empty without."""
    if planned is None:
        return ""
    shares = [min(Fraction(total, planned.budget), Fraction(1)) for total in planned.points]
    places = [(across.at(month), up.at(share)) for month, share in enumerate(shares, 1)]
    return path([(across.at(0), up.at(0)), *places])


def _plan_words(planned: PlannedYear | None, month: int, share: Fraction) -> str:
    """Spending beside the plan, only where all have one; else how many have."""
    if planned is None:
        return "没有用款计划，只对时间进度"
    due = Fraction(planned.points[month - 1], planned.budget)
    words = f"用款计划到 {month} 月底 {_percent(due)}%"
    if planned.dossiers < planned.all:
        return f"{words}（只含有计划的 {planned.dossiers}/{planned.all} 个项目，不与全部支出相减）"
    return f"{words}，支出比计划{_gap(share - due).replace('与时间持平', '持平')}"


# --- Money beside goals ---------------------------------------------------------------------------

LEFT, RIGHT, TOP, MIDDLE, BOTTOM = 34, 392, 24, 150, 340
SIZE = 12


@dataclass(frozen=True, slots=True)
class PlacedDot:
    """A dossier's place: its mark's centre and half size, its label's place
    and anchor (no label: empty).
    """

    dot: Dot
    x: int
    y: int
    r: int
    index: Decimal
    label: str = ""
    label_x: int = 0
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Scatter:
    """Money × goals, 400 × 380: four named, counted quadrants cut where the
    rule cuts, and the dots.
    """

    finding: str
    dots: tuple[PlacedDot, ...]
    cut: int
    counts: dict[str, int]
    dark: int
    left_out: int
    ticks: tuple[tuple[int, int], ...]


def scatter_of(table: Watch, shown: Sequence[Dot], rule: Lights) -> Scatter | None:
    """The dots laid out: across by the pace index, down by the share of judged goals that go well.

    In the upper half all goals go well: there the height only keeps dots apart.
    """
    counts, dark = quadrants(table)
    if not any(counts.values()):
        return None
    across, down = Axis(20, 140, LEFT + 12, RIGHT - 12), Axis(0, 1, BOTTOM - 14, MIDDLE + 16)
    most = max([dot.budget for dot in shown] or [1]) or 1
    taken: list[Box] = []
    placed = []
    for dot in shown:
        r = 4 + half_up(7 * half_up(dot.budget * 1000, most), 1000)
        x = across.at(Fraction(dot.index_t, 10))
        wanted = (
            (TOP + MIDDLE) // 2 + 6
            if dot.goal == "green"
            else down.at(Fraction(dot.good, dot.judged or 1))
        )
        low, high = (TOP + 22, MIDDLE - 4) if dot.goal == "green" else (MIDDLE + 4, BOTTOM - 22)
        y = _free(x, wanted, r, taken, (low, high))
        taken.append((x - r, y - r, x + r, y + r))
        placed.append(PlacedDot(dot, x, y, r, scaled(Fraction(dot.index_t, 10), 1)))
    spent, both = counts[QUADRANTS[1]], counts[QUADRANTS[3]]
    finding = f"钱和事对照：{spent} 个钱花了、事没成，{both} 个都慢"
    ticks = tuple((across.at(one), one) for one in (40, 60, 80, 100, 120))
    left_out = sum(counts.values()) - len(placed)
    cut = across.at(Fraction(rule.green_from))
    return Scatter(finding, tuple(_labelled(placed, taken)), cut, counts, dark, left_out, ticks)


def _free(x: int, wanted: int, r: int, taken: Sequence[Box], within: tuple[int, int]) -> int:
    """The nearest height to the wanted one where the mark covers no other;
    the wanted one where there is none.
    """
    low, high = within
    beside = [(top, bottom) for left, top, right, bottom in taken if x - r < right and left < x + r]
    for step in range(0, high - low, 2):
        for y in (wanted - step, wanted + step):
            if low + r <= y <= high - r and not any(
                y - r < bottom and top < y + r for top, bottom in beside
            ):
                return y
    return min(max(wanted, low + r), high - r)


def _labelled(placed: Sequence[PlacedDot], taken: list[Box], most: int = 9) -> list[PlacedDot]:
    """The worst get their names where there is room: those not in the good
    quadrant, in the order they come.
    """
    named, boxes = 0, list(taken)
    labelled = []
    for one in placed:
        wide = width_of(one.dot.name, SIZE)
        spot = None
        if named < most and one.dot.quadrant != QUADRANTS[0]:
            spots = (
                (one.x + one.r + 3, "start", (one.x + one.r + 2, one.x + one.r + 4 + wide)),
                (one.x - one.r - 3, "end", (one.x - one.r - 4 - wide, one.x - one.r - 2)),
            )
            for x, anchor, (left, right) in spots:
                box = (left, one.y - 6, right, one.y + 7)
                if left >= LEFT and right <= RIGHT and not any(crosses(box, b) for b in boxes):
                    spot = (x, anchor)
                    boxes.append(box)
                    named += 1
                    break
        labelled.append(
            PlacedDot(one.dot, one.x, one.y, one.r, one.index, one.dot.name, spot[0], spot[1])
            if spot
            else one
        )
    return labelled


# --- Departments ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bullet:
    """A department's line: its execution beside the elapsed share of the year, in percent."""

    row: DepartmentRow
    apart: Decimal | None


@dataclass(frozen=True, slots=True)
class Bullets:
    """Departments, slowest first; those without figures at the end."""

    finding: str
    elapsed: Decimal
    lines: tuple[Bullet, ...]
    left_out: int


def bullets_of(rows: Sequence[DepartmentRow], through: int, most: int = 14) -> Bullets | None:
    """The departments of a window laid out."""
    known = sorted(
        (row for row in rows if row.rate is not None), key=lambda row: (row.rate or 0, row.name)
    )
    if not known:
        return None
    elapsed = _percent(Fraction(through, YEAR))
    slow = sum(1 for row in known if row.executed * YEAR < row.budget * through)
    finding = f"{len(known)} 个部门中 {slow} 个慢于时间进度 {elapsed}%"
    lines = tuple(
        Bullet(row, None if row.rate is None else row.rate - elapsed) for row in known[:most]
    )
    return Bullets(finding, elapsed, lines, len(known) - len(lines))
