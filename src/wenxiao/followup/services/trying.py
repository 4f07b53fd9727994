"""What a proposed value of a rule would move in what is stored: points, grades, lights, checks.
Nothing is written.

Every round of every year is looked at, those the value does not reach with the reason. Rows are
read by the columns that score and light them; the checks are asked only where the changed rule is
one they read.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier, Round
from wenxiao.followup.watch.table import lit
from wenxiao.orgs import permissions
from wenxiao.orgs.services import with_rule
from wenxiao.reviews.checks import checks_of, tables_of
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import indicator_rows, results_under
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.changes import start_of
from wenxiao.rulebook.checks import CATALOGUE, doors, rules_in_force
from wenxiao.rulebook.trying import Ledger, MovedResult, out_of_reach
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.checks import faults_of
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wenxiao.orgs.models import Division, User
    from wenxiao.reviews.services import Moved

AT_ONCE = 500
"""How many reviews' tables are held at a time."""
READ_BY_CHECKS = frozenset({CATALOGUE, "grades", "monitoring", "profiles", "reverse_names"})
"""Rules a check may read; no other moves what the checks say."""
EVERY = "*"
"""Stands for every rule where it is not known which were asked for: a window's rows are judged by
rules while its tables are made.
"""
SETTLED = "结果已确认，不随规则改动；按改后的规则应为"


@dataclass(frozen=True, slots=True)
class _Sides:
    """The same division by its rules now and with the proposed value."""

    now: Division
    then: Division
    start: date
    rules: frozenset[str]

    def both(self, round: Round) -> tuple[Round, Round]:
        """A round as it stands, and as it would under the proposed value."""
        now, then = copy(round), copy(round)
        now.division, then.division = self.now, self.then
        return now, then


def try_rules(
    *, division: Division, changes: Sequence[Mapping[str, Any]], by: User | None
) -> Ledger:
    """The ledger of what some proposed values would move, over every round
    and open target of the division.
    """
    permissions.require(by, "manage_rules", division=division)
    if not changes:
        raise NotAllowed("没有改动任何数值：请写明规则、起用日期和改后的数值。")
    then = copy(division)
    for change in changes:
        then.rules = _as_stored(with_rule(then, change))
    start = min(start_of(change) for change in changes)
    sides = _Sides(division, then, start, frozenset(str(change["rule"]) for change in changes))
    ledger = Ledger()
    rounds = Round.objects.filter(division=division).exclude(state=Round.State.DRAFT)
    for round in rounds.order_by("fiscal_year", "pk"):
        _try_round(ledger, round, sides)
    if CATALOGUE in sides.rules:
        _try_targets(ledger, sides)
    return ledger


def _as_stored(own: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Own values by rule as a division holds them: one list, each entry with its rule."""
    return [{**entry, "rule": rule} for rule, entries in own.items() for entry in entries]


def _try_round(ledger: Ledger, round: Round, sides: _Sides) -> None:
    if why := out_of_reach(round.fiscal_year, sides.start):
        for key in _keys(round).values():
            ledger.leave(key, why)
        return
    if round.kind not in KINDS:
        return
    now, then = sides.both(round)
    if round.kind == Round.Kind.MONITORING:
        _try_lights(ledger, now, then, sides)
        return
    codes = _codes(now, then, sides.rules) if sides.rules & READ_BY_CHECKS else {}
    rows = indicator_rows(now)
    before = results_under(round=now, overrides=sides.now.own_rules, rows=rows)
    were = {one.review: one for one in before}
    for one in results_under(round=then, overrides=sides.then.own_rules, rows=rows):
        _add_result(ledger, round, were[one.review], one, codes.get(one.review))


def _add_result(
    ledger: Ledger, round: Round, was: Moved, now: Moved, codes: tuple[str, str] | None
) -> None:
    """A scored review; one whose result is settled keeps it, and what it would be is said."""
    key = f"{round.name}/{was.code} {was.subject}"
    before, after = _result(was), _result(now)
    if was.settled:
        if before == after:
            ledger.add(MovedResult(key, round.kind, before, after))
        else:
            would = f"{after['points'] or '—'} 分 {after['grade'] or '不定等级'}"
            ledger.leave(key, f"{SETTLED} {would}", settled=True)
        return
    if codes is not None:
        before, after = {**before, "codes": codes[0]}, {**after, "codes": codes[1]}
    ledger.add(MovedResult(key, round.kind, before, after))


def _result(one: Moved) -> dict[str, Any]:
    points = None if one.new_points is None else format(one.new_points, "f")
    return {"points": points, "grade": one.new_grade or None}


def _keys(round: Round) -> dict[int, str]:
    """How the ledger names the reviews of a round, by review."""
    rows = Review.objects.filter(round=round).order_by("pk")
    listed = rows.values_list("pk", "dossier__subject__code", "dossier__subject__name")
    return {pk: f"{round.name}/{code} {name}" for pk, code, name in listed}


# ---- lights --------------------------------------------------------------------------------------


def _try_lights(ledger: Ledger, now: Round, then: Round, sides: _Sides) -> None:
    """Both lights of every dossier of a window, and what the checks say of
    the forms that are there.
    """
    columns = ["dossier", "review", "light", "goal", "index_t", "above"]
    was = {row["dossier"]: row for row in lit(now).select(columns).iter_rows(named=True)}
    frame = lit(then).select(columns).sort("dossier")
    codes = _codes(now, then, sides.rules) if sides.rules & READ_BY_CHECKS else {}
    names = {
        pk: f"{code} {name}"
        for pk, code, name in Dossier.objects.filter(subject__division=sides.now).values_list(
            "pk", "subject__code", "subject__name"
        )
    }
    for row in frame.iter_rows(named=True):
        before, after = _lights(was[row["dossier"]]), _lights(row)
        if (codes_of_review := codes.get(row["review"])) is not None:
            before, after = (
                {**before, "codes": codes_of_review[0]},
                {**after, "codes": codes_of_review[1]},
            )
        ledger.add(MovedResult(f"{now.name}/{names[row['dossier']]}", now.kind, before, after))


def _lights(row: Mapping[str, Any]) -> dict[str, Any]:
    index = row["index_t"]
    return {
        "light": row["light"],
        "goal": row["goal"],
        "index": None if index is None else f"{index // 10}.{index % 10}",
        "above_pace": bool(row["above"]),
    }


# ---- checks --------------------------------------------------------------------------------------


class _Read(dict[str, Any]):
    """A division's own values that note which rules were asked for.

    A check that asked for none of the changed rules finds the same under the changed ones.
    """

    def __init__(self, own: Mapping[str, Any]) -> None:
        super().__init__(own)
        self.names: set[str] = set()

    def __bool__(self) -> bool:
        return True

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        self.names.add(EVERY)
        return super().__iter__()

    def items(self) -> Any:
        self.names.add(EVERY)
        return super().items()


def _codes(now: Round, then: Round, changed: frozenset[str]) -> dict[int, tuple[str, str]]:
    """What the checks say of each review that is not settled, before and after: what its unit or
    the bureau would see.
    """
    codes: dict[int, tuple[str, str]] = {}
    for part in _unsettled(now):
        before, read = _said(part, now)
        touched = [
            one for one in part if CATALOGUE in changed or read[one.pk] & (changed | {EVERY})
        ]
        after = before | _said(touched, then)[0]
        codes |= {review.pk: (before[review.pk], after[review.pk]) for review in part}
    return codes


def _unsettled(round: Round) -> Iterator[list[Review]]:
    rows = Review.objects.filter(round=round).select_related("dossier__subject", "target")
    listed = list(rows.exclude(state__in=("confirmed", "issued")).order_by("pk"))
    for at in range(0, len(listed), AT_ONCE):
        yield listed[at : at + AT_ONCE]


def _said(reviews: list[Review], round: Round) -> tuple[dict[int, str], dict[int, frozenset[str]]]:
    """The codes by review, and the rules that were asked for on the way to them."""
    for review in reviews:
        review.round = round
    if not reviews or KINDS[round.kind].rows == "criteria":
        codes = {
            one.pk: _listed(f"{check.code} {check.level}" for check in checks_of(one))
            for one in reviews
        }
        return codes, dict.fromkeys(codes, frozenset({EVERY}))
    own = round.division.own_rules
    tables, strict = tables_of(reviews), rules_in_force(own, round.fiscal_year)
    every = frozenset({EVERY}) if round.kind == Round.Kind.MONITORING else frozenset[str]()
    codes, read = {}, {}
    for one in reviews:
        door, noted = doors.HAND_IN if one.state in OPEN else doors.CANDIDATES, _Read(own)
        problems = door.run(replace(tables[one.pk], overrides=noted), one.kind, strict)
        codes[one.pk] = _listed(f"{problem.code} {problem.level}" for _, problem in problems)
        read[one.pk] = frozenset(noted.names) | every
    return codes, read


def _listed(codes: Iterator[str]) -> str:
    return "、".join(sorted(set(codes)))


def _try_targets(ledger: Ledger, sides: _Sides) -> None:
    """The checks over targets nobody approved yet: what a hand-in or a
    review of them would meet.
    """
    rows = Target.objects.filter(dossier__subject__division=sides.now).filter(
        state__in=(
            Target.State.DRAFT,
            Target.State.SUBMITTED,
            Target.State.CHECKED,
            Target.State.RETURNED,
        )
    )
    listed = list(rows.select_related("dossier__subject", "dossier__unit").order_by("pk"))
    targets = []
    for division in (sides.now, sides.then):
        for target in listed:
            target.dossier.subject.division = division
        faults = faults_of(listed)
        targets.append(
            {
                pk: _listed(f"{one.problem.code} {one.problem.level}" for one in some)
                for pk, some in faults.items()
            }
        )
    for target in listed:
        subject, year = target.dossier.subject, target.dossier.fiscal_year
        key = f"{year} 年绩效目标/{subject.code} {subject.name}"
        if why := out_of_reach(year, sides.start):
            ledger.leave(key, why)
            continue
        ledger.add(
            MovedResult(
                key, "target", {"codes": targets[0][target.pk]}, {"codes": targets[1][target.pk]}
            )
        )
