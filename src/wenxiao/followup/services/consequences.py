"""Consequences by rule: proposals with their arithmetic and basis over a whole round.
A person decides every one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction

from wenxiao.budget.models import Round
from wenxiao.budget.money_columns import FEW, cut_off
from wenxiao.followup.models import FALLS_DUE, Finding, Rectification, Use
from wenxiao.followup.states import UNDER_WAY
from wenxiao.followup.watch.sentences import WatchRow, in_words
from wenxiao.followup.watch.table import watch_frame
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook import basis
from wenxiao.rulebook.numbers import wan
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from wenxiao.orgs.models import User

MONITORING = "monitoring"
RESULTS = "results_application"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule suggests for one dossier, on what, with the money
    concerned (元) where arithmetic gives one.
    """

    dossier: int
    review: int | None
    kind: str
    rule: str
    basis: str
    amount: Decimal | None = None


@transaction.atomic
def propose_consequences(*, round: Round, by: User | None) -> list[Use]:
    """Proposals of a round: 暂停支付, 核减, 调整目标 from monitoring; 从严审核 from a settled evaluation.

    What was proposed before on the same review by the same rule is not proposed again, whatever was
    decided. Rules without a checked document say so in the proposal's basis. Returns the new ones.
    """
    permissions.require(by, "decide_use", division=round.division)
    drawn = list(
        _of_monitoring(round) if round.kind == Round.Kind.MONITORING else _of_results(round)
    )
    rows = Use.objects.filter(dossier__in=Review.objects.filter(round=round).values("dossier"))
    known = set(rows.values_list("dossier", "review", "kind", "rule"))
    fresh = [one for one in drawn if (one.dossier, one.review, one.kind, one.rule) not in known]
    uses = Use.objects.bulk_create(
        [
            Use(
                dossier_id=one.dossier,
                review_id=one.review,
                kind=one.kind,
                rule=one.rule,
                basis=one.basis,
                amount=one.amount,
                synthetic=round.synthetic,
            )
            for one in fresh
        ],
        batch_size=FEW,
    )
    if uses:
        record(
            division=round.division,
            by=by,
            act="按规则提出结果应用建议",
            target=round,
            label=f"{round}：{len(uses)} 条",
            data={
                "count": len(uses),
                "kinds": {k: sum(one.kind == k for one in fresh) for k in Use.Kind.values},
            },
        )
    return uses


# ---- from monitoring -----------------------------------------------------------------------------


def _of_monitoring(round: Round) -> Iterator[Proposal]:
    rule = basis.in_force(MONITORING, cut_off(round), round.division.own_rules)
    behind = pl.col("light").is_in(["red", "yellow"]) | (pl.col("goal") == "red")
    frame = watch_frame(round).filter(behind & pl.col("review").is_not_null())
    serious = _serious(round)
    for part in frame.iter_slices(FEW):
        for row in in_words([round], part.to_dicts()):
            yield from _for_row(row, rule, has_serious=row.dossier in serious)


def _for_row(row: WatchRow, rule: basis.Value, *, has_serious: bool) -> Iterator[Proposal]:
    deviation = rule.content["deviation"]
    objective, severe = (deviation[key] for key in sorted(deviation, key=lambda key: "严重" in key))
    if row.pace.light == "red" and (row.goal == "red" or has_serious):
        why = "绩效目标红灯" if row.goal == "red" else "有已确认的严重问题"
        text = f"{row.pace.reason}同时{why}（{row.goal_text}）。规则：严重问题{severe}。依据：{rule.basis}。"
        yield Proposal(row.dossier, row.review, Use.Kind.SUSPEND, MONITORING, text)
    if (
        row.pace.light in {"red", "yellow"}
        and row.forecast
        and row.budget
        and row.forecast.high < row.budget
    ):
        spare = row.budget - row.forecast.high
        methods = "，".join(f"{name} {wan(value, 2)} 万元" for name, value in row.forecast.methods)
        text = (
            f"{row.pace.reason}按现有进度全年预计支出：{methods}；预算 {wan(row.budget)} 万元 − 较高预计 "
            f"{wan(row.forecast.high, 2)} 万元 = {wan(spare, 2)} 万元（测算）。规则：客观原因{objective}。依据：{rule.basis}。"
        )
        yield Proposal(row.dossier, row.review, Use.Kind.CUT, MONITORING, text, spare)
    if row.goal == "red":
        worst = "；".join(
            f"{goal.name}：{goal.reason}" for goal in row.goals if goal.light == "red"
        )
        text = f"{row.goal_text}：{worst}规则：{objective}。依据：{rule.basis}。"
        yield Proposal(row.dossier, row.review, Use.Kind.ADJUST, MONITORING, text)


def _serious(round: Round) -> set[int]:
    """Dossiers with a confirmed serious finding that is not mended yet."""
    rows = Finding.objects.filter(
        dossier__reviews__round=round,
        state=Finding.State.CONFIRMED,
        severity=Finding.Severity.SERIOUS,
    ).exclude(rectification__state=Rectification.State.CLOSED)
    return set(rows.values_list("dossier", flat=True))


# ---- from results --------------------------------------------------------------------------------


def _of_results(round: Round) -> Iterator[Proposal]:
    rule = basis.in_force(RESULTS, round.fiscal_year, round.division.own_rules)
    unmended = _unmended(round)
    rows = Review.objects.filter(round=round, state__in=SETTLED).order_by("pk")
    for review, dossier, grade, points in rows.values_list("pk", "dossier", "grade", "points"):
        if text := _graded(grade, points, rule.content["national"], rule.basis):
            yield Proposal(dossier, review, Use.Kind.STRICT, f"{RESULTS}:grade", text)
        if left := unmended.get(dossier):
            text = f"尚有 {left} 项整改逾期或核验未通过。规则：{_unmended_action(rule.content)}。依据：{rule.basis}。"
            yield Proposal(dossier, review, Use.Kind.STRICT, f"{RESULTS}:unmended", text)


def _graded(grade: str, points: Decimal | None, entries: list[Any], cited: str) -> str:
    """The proposal's words for a grade the rule answers with a cut or a
    reform; empty for good ones.
    """
    action = next((entry["action"] for entry in entries if grade in entry.get("grades", ())), "")
    if not grade or "核减" not in action:
        return ""
    return f"评价得分 {points}，等级“{grade}”。下年度预算从严审核。规则：{action}。依据：{cited}。"


def _unmended_action(content: Any) -> str:
    return next(
        (str(entry["action"]) for entry in content["national"] if "when" in entry),
        "整改到位后再安排",
    )


def _unmended(round: Round) -> dict[int, int]:
    """By dossier: rectifications past their day or refused."""
    unmended: dict[int, int] = {}
    rows = Rectification.objects.filter(finding__dossier__reviews__round=round, state__in=UNDER_WAY)
    names = ("finding__dossier", "state", FALLS_DUE)
    for dossier, state, due in rows.values_list(*names):
        if state == Rectification.State.REFUSED or (state != "replied" and due < today()):
            unmended[dossier] = unmended.get(dossier, 0) + 1
    return unmended
