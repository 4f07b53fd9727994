"""The rows of a watch as a page shows them: every light with its
arithmetic, both sums of late money, open findings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum

from wenxiao.budget.models import COUNTED_SOURCES, Dossier, Milestone, Spending
from wenxiao.budget.money_columns import cut_off, dated_cuts
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import Finding
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.followup.watch.goals import GoalLine, goal_lines
from wenxiao.followup.watch.table import compliance_condition, open_findings
from wenxiao.reviews.checks import window_head
from wenxiao.reviews.models import Review, Suggestion
from wenxiao.rulebook import pace as pacing
from wenxiao.rulebook.checks import Table, doors
from wenxiao.rulebook.goals import WORDS
from wenxiao.rulebook.numbers import from_fen, plain, scaled, wan
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.budget.models import Round
    from wenxiao.followup.watch.lines import Watch

SOURCES = {str(code): str(word) for code, word in Spending.Source.choices} | {"": ""}


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One dossier in one window. Money in 元, None = nobody said.
    ``pace`` opens the light: its sentence and basis.

    ``source`` is the Chinese name of the record of spending that counts. ``warnings`` are whole
    sentences: money far ahead, two sources that differ, money taken back, late arrival.
    ``compliance`` are open findings, (text, confirmed). ``forecast`` is the system's own range,
    ``expected`` what the unit's form says it will spend in the whole year.
    """

    round: int
    dossier: int
    review: int | None
    state: str
    period: str
    name: str
    unit: str
    department: str
    synthetic: bool
    budget: Decimal | None
    executed: Decimal | None
    source: str
    pace: pacing.Pace
    whole_year: pacing.Pace | None
    forecast: pacing.Forecast | None
    milestones: tuple[Milestone, ...]
    goal: str
    goals: tuple[GoalLine, ...]
    goals_owed: int
    goal_text: str
    compliance: tuple[tuple[str, bool], ...]
    suggestions: tuple[str, ...]
    warnings: tuple[str, ...]
    expected: Decimal | None = None

    @property
    def goals_synthetic(self) -> bool:
        """Whether goals made for the demonstration stand on a project that
        is not: their names then say so.
        """
        return not self.synthetic and any(INVENTED in goal.name for goal in self.goals)


def watch_rows(table: Watch, start: int = 0, stop: int | None = None) -> list[WatchRow]:
    """The rows from ``start`` to ``stop``, with sentences: a fixed number
    of queries a window, whatever their number.
    """
    return in_words(table.rounds, table.part(start, stop))


@dataclass(frozen=True, slots=True)
class Lamp:
    """What a desk says of one dossier in one window: the light with its sum, open findings and, of
    an alarming one, what was suggested.
    """

    dossier: int
    name: str
    period: str
    synthetic: bool
    pace: pacing.Pace
    goal: str
    goal_text: str
    goals_synthetic: bool
    compliance: tuple[tuple[str, bool], ...]
    suggestions: tuple[str, ...]


def lamps(table: Watch, start: int = 0, stop: int | None = None) -> list[Lamp]:
    """Some rows of a watch as :class:`Lamp`: five queries for all windows at most, none about what
    no row has.
    """
    part = table.part(start, stop)
    if not part:
        return []
    rounds = {one.pk: one for one in table.rounds}
    names = Dossier.objects.filter(pk__in={row["dossier"] for row in part})
    named: dict[int, tuple[str, bool]] = {
        pk: (name, synthetic)
        for pk, name, synthetic in names.values_list("pk", "subject__name", "subject__synthetic")
    }
    steps = _steps_of([row["dossier"] for row in part if row["planned"]])
    open_ones = {one.pk: _open_in(one, part) for one in rounds.values()}
    advised = _advice([row["review"] for row in part if row["review"] and _alarming(row)])
    invented = _invented_goals(part)
    shown = []
    for row in part:
        window, pk = rounds[row["round"]], row["dossier"]
        name, synthetic = named[pk]
        shown.append(
            Lamp(
                pk,
                name,
                window.period,
                synthetic,
                _pace_of(window, row, steps.get(pk, ())),
                row["goal"],
                goal_text(row),
                not synthetic and pk in invented,
                tuple(open_ones[window.pk].get(pk, ())),
                tuple(advised.get(row["review"], ())),
            )
        )
    return shown


def _alarming(row: dict[str, Any]) -> bool:
    return row["light"] in {"red", "yellow"}


def _steps_of(dossiers: list[int]) -> dict[int, list[Milestone]]:
    """Milestones by dossier; asked for those alone that have any."""
    rows = Milestone.objects.filter(dossier__in=dossiers) if dossiers else ()
    return _grouped(rows, "dossier_id")


def _open_in(round: Round, part: list[dict[str, Any]]) -> dict[int, list[tuple[str, bool]]]:
    """Open compliance findings by dossier: the text, and whether it is confirmed."""
    keys = [
        row["dossier"]
        for row in part
        if row["round"] == round.pk and (row["confirmed"] or row["candidates"])
    ]
    by_dossier: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    rows = _findings(round, keys).values_list("dossier", "text", "state") if keys else ()
    for pk, text, state in rows:
        by_dossier[pk].append((text, state == Finding.State.CONFIRMED))
    return by_dossier


def _advice(reviews: list[int]) -> dict[int, list[str]]:
    """What was suggested, by review, in order."""
    by_review: dict[int, list[str]] = defaultdict(list)
    rows = Suggestion.objects.filter(review__in=reviews).order_by("number") if reviews else None
    for pk, text in rows.values_list("review", "text") if rows is not None else ():
        by_review[pk].append(text)
    return by_review


def _invented_goals(part: list[dict[str, Any]]) -> set[int]:
    """Dossiers with a reported goal made for the demonstration, among those whose goal alarms."""
    keys = [row["dossier"] for row in part if row["goal"] in {"red", "yellow"}]
    if not keys:
        return set()
    rows = Actual.objects.filter(
        indicator__target__dossier__in=keys, stage="monitoring", indicator__name__contains=INVENTED
    )
    return set(rows.values_list("indicator__target__dossier", flat=True))


INVENTED = "（合成）"
"""What the name of a goal carries that was made for the demonstration."""


def rows_of_watches(wanted: Iterable[tuple[Watch | None, int]]) -> list[list[WatchRow]]:
    """The first rows of several watches, each so many, with sentences: what hangs on them is asked
    once for all.
    """
    parts: list[list[dict[str, Any]]] = []
    rounds: dict[int, Round] = {}
    for table, most in wanted:
        parts.append(table.part(0, most) if table is not None else [])
        rounds |= {one.pk: one for one in (table.rounds if table is not None else ())}
    once = {(row["round"], row["dossier"]): row for part in parts for row in part}
    worded = in_words(rounds.values(), list(once.values()))
    lines = dict(zip(once, worded, strict=True))
    return [[lines[row["round"], row["dossier"]] for row in part] for part in parts]


def in_words(rounds: Iterable[Round], part: list[dict[str, Any]]) -> list[WatchRow]:
    """Rows of a watch (:data:`~wenxiao.followup.watch.table.COLUMNS`) with
    their sentences, in the same order.
    """
    by_round: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in part:
        by_round[row["round"]].append(row)
    shown = _ShownDossiers(part)
    parts = {
        one.pk: _WindowParts(one, by_round[one.pk], shown) for one in rounds if one.pk in by_round
    }
    return [parts[row["round"]].row(row) for row in part]


class _ShownDossiers:
    """What hangs on the shown rows whatever their windows, one query each."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        keys = {row["dossier"] for row in rows}
        named = Dossier.objects.filter(pk__in=keys).select_related("subject", "unit")
        self.dossiers = {one.pk: one for one in named} if keys else {}
        units = [one.unit for one in self.dossiers.values()]
        self.departments = departments_of(units) if units else {}
        self.milestones = _steps_of([row["dossier"] for row in rows if row["planned"]])
        reviews = [row["review"] for row in rows if row["review"]]
        expected = Review.objects.filter(pk__in=reviews).values_list("pk", "expected")
        self.expected = dict(expected) if reviews else {}
        self.suggestions = _advice(reviews)


class _WindowParts:
    """What hangs on the shown rows of one window, one query each."""

    def __init__(self, round: Round, rows: list[dict[str, Any]], shown: _ShownDossiers) -> None:
        keys = [row["dossier"] for row in rows]
        self.round, self.rules, self.shown = round, round.division.own_rules, shown
        self.monthly = _monthly(keys, round.through_month or 12)
        reported = [row["dossier"] for row in rows if row["reported"]]
        self.goals = goal_lines(round, reported) if reported else {}
        open_ones = [row["dossier"] for row in rows if row["confirmed"] or row["candidates"]]
        self.findings = _grouped(_findings(round, open_ones) if open_ones else (), "dossier_id")
        cut = [row["dossier"] for row in rows if row["cut_back"]]
        self.cuts = dated_cuts(Q(dossier__in=cut), round.fiscal_year) if cut else {}
        self.over = plain(pacing.lights_in_force(cut_off(round), self.rules).above_over)

    def row(self, row: dict[str, Any]) -> WatchRow:
        """One row of the frame told in full."""
        dossier = self.shown.dossiers[row["dossier"]]
        budget, executed = _yuan(row["budget"]), _yuan(row["executed"])
        steps = self.shown.milestones.get(dossier.pk, ())
        month, day = self.round.through_month or 12, cut_off(self.round)
        spending_pace = _pace_of(self.round, row, steps)
        late = not steps and row["arrived"] not in {None, 1}
        whole_year = (
            pacing.pace(budget, executed, month, None, None, day, overrides=self.rules)
            if late
            else None
        )
        goals = tuple(self.goals.get(dossier.pk, ()))
        return WatchRow(
            round=self.round.pk,
            dossier=dossier.pk,
            review=row["review"],
            state=row["state"] or "",
            period=self.round.period,
            name=dossier.subject.name,
            unit=dossier.unit.name,
            department=self.shown.departments[dossier.unit_id],
            synthetic=dossier.subject.synthetic,
            budget=budget,
            executed=executed,
            source=SOURCES[row["source"]],
            pace=spending_pace,
            whole_year=whole_year,
            forecast=self._forecast(row, executed),
            milestones=tuple(steps),
            goal=row["goal"],
            goals=goals,
            goals_owed=max(row["goals"], len(goals)),
            goal_text=goal_text(row),
            compliance=tuple(
                (f.text, f.state == Finding.State.CONFIRMED)
                for f in self.findings.get(dossier.pk, ())
            ),
            suggestions=tuple(self.shown.suggestions.get(row["review"], ())),
            warnings=tuple(_warnings(row, spending_pace, whole_year, self._table(row), self.over)),
            expected=self.shown.expected.get(row["review"]),
        )

    def _table(self, row: dict[str, Any]) -> Table:
        """The window's money as the checks look at it."""
        cut = self.cuts.get(row["dossier"])
        head = window_head(self.round, row, loaded=False, cut=cut)
        return Table(head=head, overrides=self.rules)

    def _forecast(self, row: dict[str, Any], executed: Decimal | None) -> pacing.Forecast | None:
        """From the months where there are any, else the straight line alone."""
        month = self.round.through_month or 12
        by_month = self.monthly.get((row["dossier"], row["source"]), {})
        if by_month:
            return pacing.forecast([by_month.get(one, Decimal(0)) for one in range(1, month + 1)])
        if executed is None:
            return None
        straight = scaled(Fraction(executed) * 12 / month, 2)
        return pacing.Forecast(straight, straight, (("直线外推", straight),))


def _pace_of(round: Round, row: dict[str, Any], steps: Iterable[Milestone]) -> pacing.Pace:
    """The money light of a row with its sum and its reason."""
    budget, executed = _yuan(row["budget"]), _yuan(row["executed"])
    plan = [pacing.PaceStep(step.name, step.due, step.done) for step in steps] or None
    spending_pace = pacing.pace(
        budget,
        executed,
        round.through_month or 12,
        row["arrived"],
        plan,
        cut_off(round),
        overrides=round.division.own_rules,
    )
    if spending_pace.light == "none" and executed is None and (begins := _to_begin(round)):
        return replace(spending_pace, reason=begins)
    return spending_pace


def _to_begin(round: Round) -> str:
    """That a window has not begun yet, so that nothing is said of its money; empty once it has."""
    first = date(round.fiscal_year, round.from_month or 1, 1)
    if first <= today():
        return ""
    return f"{round.period}还没有开始（{first.year}年{first.month}月起），开始以后再判断进度。"


def _monthly(keys: list[int], through: int) -> dict[tuple[int, str], dict[int, Decimal]]:
    """Spending of each month by (dossier, source): the parts, or the
    undivided totals in months without parts.
    """
    rows = Spending.objects.filter(
        dossier__in=keys, month__lte=through, cumulative=False, source__in=COUNTED_SOURCES
    )
    cells: dict[tuple[int, str], dict[int, list[Decimal | None]]] = defaultdict(
        lambda: defaultdict(lambda: [None, None])
    )
    grouped = rows.values("dossier", "source", "month", "fund").annotate(sum=Sum("amount"))
    for row in grouped.order_by("dossier"):
        cell = cells[row["dossier"], row["source"]][row["month"]]
        at = int(row["fund"] == "total")
        cell[at] = (cell[at] or Decimal(0)) + row["sum"]
    return {
        key: {
            month: (parts if parts is not None else whole) or Decimal(0)
            for month, (parts, whole) in months.items()
        }
        for key, months in cells.items()
    }


def _findings(round: Round, keys: list[int]) -> Any:
    findings = Finding.objects.filter(
        compliance_condition(round), open_findings(), dossier__in=keys
    )
    return findings.order_by("-state", "item__order", "pk")


def _grouped(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups


def _yuan(cents: int | None) -> Decimal | None:
    return None if cents is None else from_fen(cents)


def goal_text(row: dict[str, Any]) -> str:
    """「2/5 滞后」: how many goals are of the worst light; 未报 where nothing was reported."""
    if not row["reported"]:
        return "未报"
    whole = max(row["goals"], row["reported"])
    if row["g_red"]:
        return f"{row['g_red']}/{whole} 难完成"
    if row["g_yellow"]:
        return f"{row['g_yellow']}/{whole} 滞后"
    return (
        f"{row['g_green']}/{whole} 正常" if row["g_green"] else f"{row['reported']}/{whole} 待判断"
    )


def _warnings(
    row: dict[str, Any], told: pacing.Pace, whole_year: pacing.Pace | None, table: Table, over: str
) -> Iterable[str]:
    """Sentences that a light alone would hide. They warn; none of them is a finding."""
    if told.above_pace:
        yield f"超进度：进度指数 {told.index} 超过 {over}（测算参数，{_mark(told)}），请核实是否超进度支付。"
    if row["paid"] is not None and row["filed"] is not None and row["paid"] != row["filed"]:
        paid, filed = from_fen(row["paid"]), from_fen(row["filed"])
        yield f"{SOURCES[row['source']]} {wan(paid)} 万元，单位填报 {wan(filed)} 万元，相差 {wan(abs(paid - filed))} 万元。"
    if whole_year is not None and whole_year.index is not None:
        ours = f"{told.index}（{WORDS[told.light]}灯）" if told.index is not None else "不判断"
        yield f"资金 {row['arrived']} 月到位：按到位后计 {ours}，按全年计 {whole_year.index}（{WORDS[whole_year.light]}灯）。"
    yield from (hit.text for hit, _ in doors.WATCH.run(table, "cut_back"))


def _mark(told: pacing.Pace) -> str:
    return f"依据{told.standing}"
