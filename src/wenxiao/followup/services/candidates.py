"""Contradictions between money, goals and proof: rules draw candidates over a whole round, a person decides each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from wenxiao.budget.models import Dossier, Milestone, Round
from wenxiao.budget.selectors import money_of
from wenxiao.evidence.models import Actual, Material
from wenxiao.evidence.selectors import Proof, day_in, proofs_of, rule_of
from wenxiao.followup.models import CatalogueItem, Finding
from wenxiao.followup.watch.goals import goal_rows
from wenxiao.followup.watch.money import FEW, chosen, cut_off, taken_back_on
from wenxiao.followup.watch.table import watch
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services.scoring import overrides_of
from wenxiao.rulebook import pace as pacing
from wenxiao.rulebook.checks import Rule, Table, registry, rules_in_force, run
from wenxiao.rulebook.numbers import from_fen
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wenxiao.orgs.models import User

CHECKED_ROWS = ("JK-02", "JK-04", "JK-05", "JK-06", "JK-07", "JK-08")
"""JK-01 comes from the watch's own lights, JK-03 looks at all targets, reported on or not."""
WORDS_OF_SLOW = {"red": "红", "yellow": "黄"}
SELFEVAL_RULES = ("ZP-03", "ZP-05", "ZP-06", "ZP-07", "ZP-08", "ZP-09", "ZP-17")
WHOLE_UNIT_RULE = "ZP-04"
SLOW = "JD-01"
"""The catalogue's own words for slow execution: JK-01 is coded to it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule found on one dossier: its sentences in order, the first of them the finding's text."""

    dossier: int
    review: int | None
    rule: str
    sentences: tuple[str, ...]


@transaction.atomic
def draw_candidates(*, round: Round, by: User | None) -> list[Finding]:
    """Candidate findings of a monitoring or self-evaluation round, by the registered checks over the stored rows.

    What a rule proposed before on the same review is not proposed again, whatever a person decided about it. The
    evidence holds the arithmetic and the rule's basis. Returns the new ones; one entry carries their number.
    """
    permissions.require(by, "confirm_finding")
    if round.kind == Round.Kind.MONITORING:
        drawn = list(_of_monitoring(round))
    elif round.kind in {Round.Kind.SELFEVAL, Round.Kind.RECHECK}:
        drawn = list(_of_selfeval(round))
    else:
        raise NotAllowed(f"“{round.get_kind_display()}”任务没有矛盾核对规则。")
    fresh = _not_known(round, drawn)
    made = Finding.objects.bulk_create(_findings(round, fresh), batch_size=FEW)
    if made:
        counts: dict[str, int] = defaultdict(int)
        for one in fresh:
            counts[one.rule] += 1
        record(
            division=round.division,
            by=by,
            act="按规则提出问题",
            target=round,
            label=f"{round}：{len(made)} 条",
            data={"count": len(made), "rules": dict(sorted(counts.items()))},
        )
    return made


def _not_known(round: Round, drawn: list[Candidate]) -> list[Candidate]:
    rules = {one.rule for one in drawn}
    rows = Finding.objects.filter(Q(review__round=round) | Q(review=None), rule__in=rules)
    known = set(rows.values_list("dossier", "rule"))
    return [one for one in drawn if (one.dossier, one.rule) not in known]


def _findings(round: Round, fresh: Iterable[Candidate]) -> list[Finding]:
    rules = {one.code: one for one in registry()} | {one.code: one for one in _strict(round)}
    slow = CatalogueItem.objects.filter(division=round.division_id, code=SLOW).first()
    found = []
    for one in fresh:
        rule = rules[one.rule]
        cited = f"规则 {rule.code} {rule.title}，依据：{rule.basis or '无文件依据'}{'' if rule.verified else '（待核）'}。"
        item = slow if one.rule == "JK-01" and "快于" not in one.sentences[0] else None
        found.append(
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
    return found


def _strict(round: Round) -> tuple[Rule, ...]:
    """The checks as the division's own list makes them for the round's year."""
    return rules_in_force(overrides_of(round.division), round.fiscal_year)


def _hits(
    dossier: int, review: int | None, table: Table, codes: Iterable[str], rules: tuple[Rule, ...]
) -> Iterator[Candidate]:
    """One candidate per rule, its hits joined."""
    told: dict[str, list[str]] = defaultdict(list)
    for hit, problem in run(table, codes, rules):
        told[problem.code].append(hit.text)
    for code, sentences in told.items():
        yield Candidate(dossier, review, code, tuple(dict.fromkeys(sentences)))


# ---- monitoring ------------------------------------------------------------------------------------------------------


def _of_monitoring(round: Round) -> Iterator[Candidate]:
    frame = watch(round, None, on=today()).frame
    loaded = bool((frame["source"] == "treasury").any())
    keys = frame["dossier"].to_list()
    goals, zeroes = _goal_tables(round, keys), _zero_targets(round, keys)
    plans, rules, strict = _plans(round, keys), overrides_of(round.division), _strict(round)
    taken_back, paced = (
        taken_back_on(chosen(round, keys)),
        any(one.code == "JK-01" for one in strict),
    )
    for row in frame.iter_rows(named=True):
        head = _head(row, round, loaded=loaded) | {"cut_back_on": taken_back.get(row["dossier"])}
        reported = goals.get(row["dossier"], [])
        if row["reported"] < row["goals"]:
            reported = [*reported, {}]  # goals nobody reported on: not all are reached
        known = Table(reported, head, rules)
        yield from _hits(row["dossier"], row["review"], known, CHECKED_ROWS, strict)
        yield from _hits(
            row["dossier"],
            row["review"],
            Table(zeroes.get(row["dossier"], ()), {}),
            {"JK-03"},
            strict,
        )
        if paced and (row["light"] in WORDS_OF_SLOW or row["above"]):
            yield Candidate(
                row["dossier"], row["review"], "JK-01", (_paced(row, round, plans, rules),)
            )


def _paced(
    row: dict[str, Any],
    round: Round,
    plans: dict[int, list[pacing.Milestone]],
    rules: dict[str, Any],
) -> str:
    """JK-01 in words, by the division's own cut points and the dossier's own plan, as the watch lights it."""
    money = [None if row[name] is None else from_fen(row[name]) for name in ("budget", "executed")]
    steps, month = plans.get(row["dossier"]), round.through_month or 12
    told = pacing.pace(
        money[0], money[1], month, row["arrived"], steps, cut_off(round), overrides=rules
    )
    slow = WORDS_OF_SLOW.get(told.light)
    return f"执行进度{slow}灯：{told.reason}" if slow else f"执行进度快于时间进度：{told.reason}"


def _plans(round: Round, dossiers: list[int]) -> dict[int, list[pacing.Milestone]]:
    found: dict[int, list[pacing.Milestone]] = defaultdict(list)
    for step in Milestone.objects.filter(chosen(round, dossiers)):
        found[step.dossier_id].append(pacing.Milestone(step.name, step.due, step.done))
    return found


def _head(row: dict[str, Any], round: Round, *, loaded: bool) -> dict[str, Any]:
    """The head of a check's table. A dossier judged by its milestones is not judged by months as well."""
    head: dict[str, Any] = {
        name: None if row[key] is None else from_fen(row[key])
        for name, key in (
            ("full_year", "budget"),
            ("executed", "executed"),
            ("cut_back", "cut_back"),
        )
    }
    head |= {"year": round.fiscal_year, "arrived_month": row["arrived"]}
    if not row["planned"]:
        head["through_month"] = round.through_month
        head["last_month"] = (
            0 if row["last_month"] is None and loaded and not row["executed"] else row["last_month"]
        )
    return head


def _goal_tables(round: Round, dossiers: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Rows for checks by dossier: the goals reported on, with how many verified proofs each has."""
    rows = goal_rows(round, dossiers)
    through = Material.indicators.through
    proved = through.objects.filter(
        chosen(round, dossiers, "material__dossier"), material__state=Material.State.VERIFIED
    )
    proofs: dict[int, int] = defaultdict(int)
    for indicator in proved.values_list("indicator_id", flat=True):
        proofs[indicator] += 1
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.sort("indicator").iter_rows(named=True):
        found[row["dossier"]].append(
            {
                "level2": row["level2"],
                "level3": row["name"],
                "target": row["expression"],
                "actual": row["value"],
                "reached": row["reached"],
                "over": row["over"],
                "proofs": proofs[row["indicator"]],
            }
        )
    return found


def _zero_targets(round: Round, dossiers: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Target rows of a zero, by dossier: few, picked by the database."""
    rows = Indicator.objects.filter(
        chosen(round, dossiers, "target__dossier"), expression__contains="0"
    )
    rows = rows.filter(expression__regex=r"^ *(≥|>=|≧|不少于|不低于) *0[^0-9.]*$").order_by("pk")
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for dossier, name, expression in rows.values_list("target__dossier_id", "name", "expression"):
        found[dossier].append({"level3": name, "target": expression})
    return found


# ---- self-evaluation -------------------------------------------------------------------------------------------------


def _of_selfeval(round: Round) -> Iterator[Candidate]:
    reviews = list(
        Review.objects.filter(round=round).select_related("dossier__subject").order_by("pk")
    )
    money = money_of(Dossier.objects.filter(reviews__round=round))
    tables, own, strict = _marked_rows(round), overrides_of(round.division), _strict(round)
    for review in reviews:
        known = money.get(review.dossier_id)
        head = {
            "full_year": review.budget if review.budget is not None else known and known.budget,
            "executed": review.executed if review.executed is not None else known and known.spent,
            "execution_score": review.execution_points,
            "year": round.fiscal_year,
        }
        table = Table(tables.get(review.pk, ()), head, own)
        yield from _hits(review.dossier_id, review.pk, table, SELFEVAL_RULES, strict)
    yield from _all_full(reviews, strict)


def _all_full(reviews: list[Review], strict: tuple[Rule, ...]) -> Iterator[Candidate]:
    """ZP-04 speaks of a unit: its candidate stands on the unit's first dossier and names the others."""
    by_unit: dict[int, list[Review]] = defaultdict(list)
    for review in reviews:
        if review.points is not None and review.complete:
            by_unit[review.dossier.unit_id].append(review)
    for group in by_unit.values():
        table = Table([{"total": one.points} for one in group])
        for found in _hits(group[0].dossier_id, group[0].pk, table, (WHOLE_UNIT_RULE,), strict):
            names = "、".join(one.dossier.subject.name for one in group)
            yield Candidate(
                found.dossier, found.review, found.rule, (*found.sentences, f"涉及：{names}。")
            )


def _marked_rows(round: Round) -> dict[int, list[dict[str, Any]]]:
    """Rows for checks by review: points, texts and proofs of every indicator marked. Three queries."""
    marks = Mark.objects.filter(review__round=round, criterion=None, seat="").select_related(
        "indicator"
    )
    stage = "selfeval" if round.kind == Round.Kind.SELFEVAL else "recheck"
    ours = Indicator.objects.filter(marks__review__round=round).values("pk")
    actuals = {
        one.indicator_id: one for one in Actual.objects.filter(stage=stage, indicator__in=ours)
    }
    proofs = proofs_of(ours, rule_of(round.division, round.fiscal_year))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for mark in marks.order_by("review", "indicator__order"):
        row, actual = mark.indicator, actuals.get(mark.indicator_id or 0)
        if row is None:
            continue
        proof = proofs.get(row.pk, Proof())
        found[mark.review_id].append(
            {
                "level1": row.level1,
                "level2": row.level2,
                "level3": row.name,
                "target": row.expression,
                "weight": row.weight,
                "score": mark.points,
                "actual": actual.value if actual else "",
                "note": f"{mark.note} {actual.note if actual else ''}".strip(),
                "proof": proof.words,
                "done_on": day_in(actual.value) if actual else None,
                "proved_on": proof.proved_on,
                "papers": proof.standing,
                "proofs": proof.verified,
            }
        )
    return found
