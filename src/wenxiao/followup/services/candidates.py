"""Contradictions between money, goals and proof: rules draw candidates over
a whole round, a person decides each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from wenxiao.budget.models import Milestone, Round
from wenxiao.budget.money_columns import FEW, chosen, cut_off
from wenxiao.followup.models import CatalogueItem, Finding
from wenxiao.followup.watch.table import watch_frame
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.checks import tables_in, tables_of
from wenxiao.reviews.models import Review
from wenxiao.rulebook import pace as pacing
from wenxiao.rulebook.checks import Rule, Table, doors, registry, rules_in_force
from wenxiao.rulebook.numbers import from_fen
from wenxiao.store.moves import NotAllowed
from wenxiao.store.progress import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wenxiao.orgs.models import User
    from wenxiao.rulebook.checks.registry import Hit
    from wenxiao.rulebook.problems import Problem

AT_ONCE = 500
"""How many dossiers' tables are held at a time."""
WORDS_OF_SLOW = {"red": "红", "yellow": "黄"}
SLOW = "JD-01"
"""The catalogue's own words for slow execution: the pace of money is coded to it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule found on one dossier: its sentences in order, the first
    of them the finding's text.
    """

    dossier: int
    review: int | None
    rule: str
    sentences: tuple[str, ...]


def draw_candidates(*, round: Round, by: User | None) -> list[Finding]:
    """Candidate findings of a monitoring or self-evaluation round, by the checks its units see
    before they hand in.

    The rows are read and judged before anything is locked. What a rule proposed before on the same
    review is not proposed again, whatever a person decided about it. The evidence holds the
    arithmetic and the rule's basis. Returns the new ones; one entry carries their number.
    """
    permissions.require(by, "confirm_finding", division=round.division)
    if round.kind == Round.Kind.MONITORING:
        drawn = list(_of_monitoring(round))
    elif round.kind in {Round.Kind.SELFEVAL, Round.Kind.RECHECK}:
        drawn = list(_of_selfeval(round))
    else:
        raise NotAllowed(f"“{round.get_kind_display()}”任务没有矛盾核对规则。")
    return _write(round, drawn, by)


@transaction.atomic
def _write(round: Round, drawn: list[Candidate], by: User | None) -> list[Finding]:
    fresh = _not_known(round, drawn)
    findings = Finding.objects.bulk_create(_findings(round, fresh), batch_size=FEW)
    if findings:
        counts: dict[str, int] = defaultdict(int)
        for one in fresh:
            counts[one.rule] += 1
        record(
            division=round.division,
            by=by,
            act="按规则提出问题",
            target=round,
            label=f"{round}：{len(findings)} 条",
            data={"count": len(findings), "rules": dict(sorted(counts.items()))},
        )
    return findings


def _not_known(round: Round, drawn: list[Candidate]) -> list[Candidate]:
    rules = {one.rule for one in drawn}
    rows = Finding.objects.filter(Q(review__round=round) | Q(review=None), rule__in=rules)
    known = set(rows.values_list("dossier", "rule"))
    return [one for one in drawn if (one.dossier, one.rule) not in known]


def _findings(round: Round, fresh: Iterable[Candidate]) -> list[Finding]:
    rules = {one.code: one for one in registry()} | {one.code: one for one in _strict(round)}
    slow = CatalogueItem.objects.filter(division=round.division_id, code=SLOW).first()
    findings = []
    for one in fresh:
        rule = rules[one.rule]
        cited = f"规则 {rule.code} {rule.title}，依据：{rule.basis or '无文件依据（惯例）'}。"
        item = slow if one.rule == doors.PACE else None
        findings.append(
            Finding(
                dossier_id=one.dossier,
                review_id=one.review,
                item=item,
                rule=one.rule,
                text=f"{rule.title}：{one.sentences[0]}",
                evidence="\n".join((*one.sentences, cited)),
                synthetic=round.synthetic,
            )
        )
    return findings


def _strict(round: Round) -> tuple[Rule, ...]:
    """The checks as the division's own list makes them for the round's year."""
    return rules_in_force(round.division.own_rules, round.fiscal_year)


def _hits(
    dossier: int, review: int | None, problems: Iterable[tuple[Hit, Problem]]
) -> Iterator[Candidate]:
    """One candidate per rule, its hits joined."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for hit, problem in problems:
        sentences[problem.code].append(hit.text)
    for code, some in sentences.items():
        yield Candidate(dossier, review, code, tuple(dict.fromkeys(some)))


# ---- monitoring ----------------------------------------------------------------------------------


def _of_monitoring(round: Round) -> Iterator[Candidate]:
    """The checks over every dossier of the window, and the pace of money
    from the watch's own lights.
    """
    frame = watch_frame(round)
    plans, strict = _plans(round, frame["dossier"].to_list()), _strict(round)
    paced = any(one.code == doors.PACE for one in strict)
    for at, part in enumerate(frame.iter_slices(AT_ONCE)):
        tell(at * AT_ONCE, frame.height)
        tables = tables_in(round, part["dossier"].to_list())
        for row in part.iter_rows(named=True):
            problems = doors.CANDIDATES.run(tables[row["dossier"]], round.kind, strict)
            yield from _hits(row["dossier"], row["review"], problems)
            if paced and row["light"] in WORDS_OF_SLOW:
                yield Candidate(
                    row["dossier"], row["review"], doors.PACE, (_paced(row, round, plans),)
                )


def _paced(row: dict[str, Any], round: Round, plans: dict[int, list[pacing.PaceStep]]) -> str:
    """The pace of money in words, by the division's own cut points and the
    dossier's own plan, as the watch lights it.
    """
    budget, executed = (
        None if row[name] is None else from_fen(row[name]) for name in ("budget", "executed")
    )
    steps, month = plans.get(row["dossier"]), round.through_month or 12
    pace = pacing.pace(
        budget,
        executed,
        month,
        row["arrived"],
        steps,
        cut_off(round),
        overrides=round.division.own_rules,
    )
    return f"执行进度{WORDS_OF_SLOW.get(pace.light, '')}灯：{pace.reason}"


def _plans(round: Round, dossiers: list[int]) -> dict[int, list[pacing.PaceStep]]:
    steps: dict[int, list[pacing.PaceStep]] = defaultdict(list)
    for step in Milestone.objects.filter(chosen(round, dossiers)):
        steps[step.dossier_id].append(pacing.PaceStep(step.name, step.due, step.done))
    return steps


# ---- self-evaluation -----------------------------------------------------------------------------


def _of_selfeval(round: Round) -> Iterator[Candidate]:
    rows = Review.objects.filter(round=round).select_related("dossier__subject", "round__division")
    reviews, strict = list(rows.order_by("pk")), _strict(round)
    for start in range(0, len(reviews), AT_ONCE):
        tell(start, len(reviews))
        part = reviews[start : start + AT_ONCE]
        tables = tables_of(part)
        for review in part:
            problems = doors.CANDIDATES.run(tables[review.pk], review.kind, strict)
            yield from _hits(review.dossier_id, review.pk, problems)
    yield from _all_full(reviews, strict)


def _all_full(reviews: list[Review], strict: tuple[Rule, ...]) -> Iterator[Candidate]:
    """All points full speaks of a unit: its candidate stands on the unit's
    first dossier and names the others.
    """
    by_unit: dict[int, list[Review]] = defaultdict(list)
    for review in reviews:
        if review.points is not None and review.complete:
            by_unit[review.dossier.unit_id].append(review)
    for group in by_unit.values():
        table = Table([{"total": one.points} for one in group])
        problems = doors.CANDIDATES.run(table, "unit", strict)
        for hit in _hits(group[0].dossier_id, group[0].pk, problems):
            names = "、".join(one.dossier.subject.name for one in group)
            yield Candidate(hit.dossier, hit.review, hit.rule, (*hit.sentences, f"涉及：{names}。"))
