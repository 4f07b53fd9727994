"""The three sides of monitoring: money with its light and sum, goals, compliance. The lights are ours (测算), never a verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wenxiao.budget.selectors import money_of
from wenxiao.followup.selectors.problems import findings_seen_by
from wenxiao.reviews.services.scoring import overrides_of
from wenxiao.reviews.worklists import rows_of
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.goals import goal_pace, worst
from wenxiao.rulebook.pace import Milestone, Pace, lights_in_force, pace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from wenxiao.orgs.models import User
    from wenxiao.rulebook.pace import Lights

RANK = {"red": 0, "yellow": 1, "green": 2, "none": 3}
WORDS = {"red": "红", "yellow": "黄", "green": "绿", "none": "不亮灯"}


@dataclass(frozen=True)
class Goals:
    """The goal side: the worst light of the rows, how many rows there are, were reported, and keep pace; why, row by row."""

    light: str = "none"
    total: int = 0
    reported: int = 0
    on_pace: int = 0
    reasons: tuple[tuple[str, str, str], ...] = ()

    @property
    def word(self) -> str:
        """未报 · 2/5 正常: of the rows that could be judged, how many keep pace."""
        if not self.total:
            return "无目标数据"
        if not self.reported:
            return f"{self.total} 项未报"
        judged = sum(light != "none" for _, light, _ in self.reasons)
        return f"{self.on_pace}/{judged} 正常" if judged else "待判断"


@dataclass(frozen=True)
class Lit:
    """One monitored review with its three sides."""

    review: Any
    budget: Decimal | None
    executed: Decimal | None
    pace: Pace
    goals: Goals
    findings: list[Any] = field(default_factory=list)
    candidates: int = 0

    @property
    def dossier(self) -> Any:
        """The dossier monitored."""
        return self.review.dossier

    @property
    def order(self) -> tuple[Any, ...]:
        """Worst first: red, yellow, green that something stands beside, green, dark; within, the lowest index."""
        beside = bool(self.findings or self.pace.above_pace or self.goals.light in {"red", "yellow"})
        index = self.pace.index if self.pace.index is not None else 0
        return (RANK[self.pace.light], self.pace.light == "green" and not beside, index, self.review.pk)


def lit(user: User | None, reviews: Sequence[Any], *, goals: bool = True) -> list[Lit]:
    """Reviews of monitoring with their lights, worst first.

    Money is the review's own where the report states it, else the dossier's up to the round's month. ``goals`` False
    leaves the goal side dark where only money is asked for. Queries do not grow with the reviews.
    """
    reviews = list(reviews)
    monies = _monies(reviews)
    rows = rows_of(reviews) if goals else {}
    confirmed, candidates = _findings(user, reviews)
    made = []
    for review in reviews:
        known = monies[review.pk]
        budget = review.budget if review.budget is not None else known.budget
        executed = review.executed if review.executed is not None else known.spent
        made.append(
            Lit(
                review,
                budget,
                executed,
                _pace(review, budget, executed),
                _goals(review, rows.get(review.pk, ())),
                confirmed[review.dossier_id],
                candidates[review.dossier_id],
            )
        )
    return sorted(made, key=lambda one: one.order)


def rule_of(division: Any) -> Lights:
    """The cut points in force for a division today."""
    return lights_in_force(None, overrides_of(division))


def tally(rows: Iterable[Lit]) -> dict[str, int]:
    """How many of each light, worst first; lights nobody has are left out."""
    counts: Counter[str] = Counter(row.pace.light for row in rows)
    return {light: counts[light] for light in RANK if counts[light]}


def told(counts: dict[str, int]) -> str:
    """「1 红 1 黄 2 绿」."""
    return " ".join(f"{n} {WORDS[light]}" for light, n in counts.items())


@dataclass(frozen=True)
class Cell:
    """One cell of money × goals: how many, and where their names stand."""

    money: str
    goal: str
    count: int


def matrix(rows: Sequence[Lit]) -> list[tuple[str, list[Cell]]]:
    """Money light by goal light; the off-diagonal ones are the urgent ones."""
    counts: Counter[tuple[str, str]] = Counter((row.pace.light, row.goals.light) for row in rows)
    sides = ("red", "yellow", "green")
    return [(m, [Cell(m, g, counts[m, g]) for g in ("green", "yellow", "red", "none")]) for m in sides]


def _monies(reviews: Sequence[Any]) -> dict[int, Any]:
    by_month: dict[int, list[Any]] = defaultdict(list)
    for review in reviews:
        by_month[review.round.through_month or 12].append(review)
    found = {}
    for month, some in by_month.items():
        known = money_of([review.dossier_id for review in some], through_month=month)
        found.update({review.pk: known[review.dossier_id] for review in some})
    return found


def _pace(review: Any, budget: Decimal | None, executed: Decimal | None) -> Pace:
    steps = [Milestone(row.name, row.due, row.done) for row in review.dossier.milestones.all()]
    arrivals = [row.arrived_on for row in review.dossier.appropriations.all() if row.arrived_on]
    first = min(arrivals) if arrivals else None
    arrived = first.month if first and first.year == review.dossier.fiscal_year else None
    return pace(
        budget, executed, review.round.through_month or 12, arrived, steps or None,
        overrides=overrides_of(review.round.division),
    )  # fmt: skip


def _goals(review: Any, rows: Iterable[Any]) -> Goals:
    through, year, reasons, lights, total, reported = (
        review.round.through_month or 12,
        review.dossier.fiscal_year,
        [],
        [],
        0,
        0,
    )
    for row in rows:
        total += 1
        actual = row.actual
        reported += bool(actual and actual.value)
        goal = goal_pace(
            row.indicator.name, parse(row.indicator.expression, "target") if row.indicator.expression else None,
            parse(actual.value, "actual") if actual and actual.value else None, through, year,
            actual.possibility if actual else "",
        )  # fmt: skip
        lights.append(goal.light)
        reasons.append((row.indicator.name, goal.light, goal.reason))
    return Goals(worst(lights), total, reported, lights.count("green"), tuple(reasons))


def _findings(user: User | None, reviews: Sequence[Any]) -> tuple[dict[int, list[Any]], Counter[int]]:
    """Open findings by dossier (confirmed and not mended), and how many still wait to be confirmed."""
    confirmed: dict[int, list[Any]] = defaultdict(list)
    candidates: Counter[int] = Counter()
    wanted = findings_seen_by(user).filter(review__in=[r.pk for r in reviews]).exclude(state="dismissed").order_by("pk")
    for row in wanted:
        if row.state == "candidate":
            candidates[row.dossier_id] += 1
        elif getattr(getattr(row, "rectification", None), "state", "") != "closed":
            confirmed[row.dossier_id].append(row)
    return confirmed, candidates


def monitored(rows: Any) -> Any:
    """The queryset of reviews with what :func:`lit` reads beside them."""
    return rows.filter(kind="monitoring").prefetch_related(
        "dossier__milestones", "dossier__appropriations", "suggestions"
    )
