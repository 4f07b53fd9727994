"""Findings: rules and readers propose, a person confirms or dismisses with a reason.
Only confirmed ones count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wenxiao.followup.models import CatalogueItem, CommonProblem, Finding
from wenxiao.followup.states import FINDING
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook import basis
from wenxiao.rulebook.numbers import exact_rate, rate_percent, wan
from wenxiao.store.moves import NotAllowed, move

if TYPE_CHECKING:
    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch
    from wenxiao.reviews.models import Criterion, Review

CATALOGUE = "problem_catalogue"
LOW_EXECUTION, ZERO = "rate_below", Decimal(0)
"""The rule of the catalogue item that is proposed where spending stays below its limit."""


@transaction.atomic
def ensure_catalogue(*, division: Division, by: User | None) -> int:
    """Give a division the rulebook's problem catalogue; entries it has already stay as they are.
    Returns how many are new.

    ``by`` is None where the division is founded (``wenxiao init``): the catalogue is there from the
    first day.
    """
    if by is not None:
        permissions.require_for_all(by, "confirm_finding", division)
    known = set(CatalogueItem.objects.filter(division=division).values_list("code", flat=True))
    rows = [
        CatalogueItem(
            division=division,
            code=item["code"],
            text=item["name"],
            category=item.get("kind", ""),
            order=order,
            rule=LOW_EXECUTION if "rate_below" in item.get("candidate_rule", {}) else "",
        )
        for order, item in enumerate(basis.in_force(CATALOGUE).content["entries"], start=1)
        if item["code"] not in known
    ]
    CatalogueItem.objects.bulk_create(rows)
    if rows:
        record(
            division=division,
            by=by,
            act="建立问题目录",
            label=division.name,
            data={"count": len(rows)},
        )
    return len(rows)


@transaction.atomic
def set_common_problems(
    *,
    division: Division,
    work_year: int,
    lines: Sequence[tuple[str, Sequence[str]]],
    by: User | None,
) -> None:
    """The printed lines of common problems of a work year: (wording,
    catalogue codes it groups), in print order.
    """
    permissions.require_for_all(by, "confirm_finding", division)
    items = {item.code: item for item in CatalogueItem.objects.filter(division=division)}
    unknown = [code for _, codes in lines for code in codes if code not in items]
    if unknown:
        raise NotAllowed(f"问题目录里没有编码 {'、'.join(unknown)}。")
    CommonProblem.objects.filter(division=division, work_year=work_year).delete()
    for order, (text, codes) in enumerate(lines, start=1):
        line = CommonProblem.objects.create(
            division=division, work_year=work_year, order=order, text=text
        )
        line.items.set([items[code] for code in codes])
    record(
        division=division,
        by=by,
        act="编排共性问题",
        label=f"{work_year}年度",
        data={"lines": [[text, list(codes)] for text, codes in lines]},
    )


@transaction.atomic
def propose_finding(
    *,
    dossier: Dossier,
    text: str,
    by: User | None,
    review: Review | None = None,
    item: CatalogueItem | None = None,
    severity: str = "minor",
    criterion: Criterion | None = None,
    amount: Decimal | None = None,
    rule: str = "",
    evidence: str = "",
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> Finding:
    """A candidate, with its criterion and the amount (元) where given.
    The same text on the same review, or the same rule on the same dossier, is proposed once.

    Whoever evaluates, confirms or imports proposes; a unit only what its own form brings while that
    is open.
    """
    _may_propose(by, dossier, review)
    if not text.strip():
        raise NotAllowed("请写明问题。")
    if review is not None and review.dossier_id != dossier.pk:
        raise NotAllowed(f"这份评审不是“{dossier}”的，问题不能记在它上面。")
    _refuse_coding(dossier, item, severity)
    if criterion is not None and (review is None or criterion.review_id != review.pk):
        raise NotAllowed("这一行不是这份评分表的，问题不能记在它上面。")
    known = Finding.objects.filter(dossier=dossier, review=review, item=item, text=text).first()
    if known is not None:
        return known
    finding = Finding.objects.create(
        dossier=dossier,
        review=review,
        item=item,
        text=text,
        severity=severity,
        criterion=criterion,
        amount=amount,
        rule=rule,
        evidence=evidence,
        batch=batch,
        synthetic=synthetic,
    )
    record(
        division=dossier.subject.division,
        by=by,
        act="提出问题",
        target=finding,
        label=f"{dossier}：{text}"[:300],
        data={"criterion": criterion.name if criterion else "", "amount": amount},
    )
    return finding


@transaction.atomic
def propose_low_execution(
    *, review: Review, by: User | None, batch: ImportBatch | None = None, synthetic: bool = False
) -> Finding | None:
    """The execution-rate candidate of a financial evaluation: 经审查使用 below the catalogue's share of
    安排. None: nothing to say.
    """
    if review.kind != "finance_evaluation":
        return None
    item = CatalogueItem.objects.filter(division=review.round.division, rule=LOW_EXECUTION).first()
    share = exact_rate(review.executed, review.budget)
    if item is None or share is None:
        return None
    limit = _limit(item.code, review.round.fiscal_year)
    if limit is None or share * 100 >= limit:
        return None
    rate = rate_percent(review.executed, review.budget)
    used, arranged = (wan(amount or ZERO) for amount in (review.executed, review.budget))
    return propose_finding(
        dossier=review.dossier,
        review=review,
        item=item,
        text=item.text,
        rule=item.rule,
        by=by,
        evidence=f"经审查使用 {used} 万元 ÷ 安排 {arranged} 万元 = {rate}%，低于 {limit}%",
        batch=batch,
        synthetic=synthetic,
    )


def _limit(code: str, year: int) -> Decimal | None:
    """The percentage below which the catalogue's execution problem is
    proposed in a year; None when its rule is off.
    """
    entries = basis.in_force(CATALOGUE, year).content["entries"]
    limits = [
        entry["candidate_rule"]["rate_below"]
        for entry in entries
        if entry["code"] == code and "candidate_rule" in entry
    ]
    return basis.number(limits[0]) if limits else None


@transaction.atomic
def confirm_finding(
    *,
    finding: Finding,
    by: User | None,
    why: str = "",
    item: CatalogueItem | None = None,
    severity: str | None = None,
    version: int | None = None,
) -> Finding:
    """A person says it is so; it counts from now on.
    ``item`` codes it if it was not coded yet: uncoded it cannot count.
    """
    permissions.require_for(by, "confirm_finding", finding.dossier)
    if item is None and finding.item is None:
        raise NotAllowed("请先归入问题目录，再确认；统计和共性问题按目录计数。")
    _refuse_coding(finding.dossier, item, severity)
    values = {"item": item or finding.item, "severity": severity or finding.severity, "why": why}
    return _decide(
        finding, to="confirmed", by=by, act="确认问题", why=why, version=version, values=values
    )


@transaction.atomic
def dismiss_finding(
    *, finding: Finding, by: User | None, why: str, version: int | None = None
) -> Finding:
    """A person says it is not so, and why."""
    permissions.require_for(by, "confirm_finding", finding.dossier)
    if not why.strip():
        raise NotAllowed("认定问题不成立须写明理由。")
    if hasattr(finding, "rectification"):
        raise NotAllowed("该问题已下达整改，请先在整改台账办理。")
    return _decide(
        finding,
        to="dismissed",
        by=by,
        act="问题不成立",
        why=why,
        version=version,
        values={"why": why},
    )


@transaction.atomic
def reopen_finding(
    *, finding: Finding, by: User | None, why: str, version: int | None = None
) -> Finding:
    """Take a decision back: the problem waits to be decided again and
    counts for nothing meanwhile.
    """
    permissions.require_for(by, "confirm_finding", finding.dossier)
    if hasattr(finding, "rectification"):
        raise NotAllowed("该问题已下达整改，请先在整改台账办理。")
    return _decide(
        finding,
        to="candidate",
        by=by,
        act="撤销问题认定",
        why=why,
        version=version,
        values={"why": ""},
    )


def _may_propose(by: User | None, dossier: Dossier, review: Review | None) -> None:
    own = review is not None and review.state in OPEN and kind_of(review.kind).fill == "fill"
    permissions.require_one(
        by,
        ("evaluate", "confirm_finding", "import", *(("fill",) if own else ())),
        what="提出问题",
        division=dossier.subject.division_id,
        unit=dossier.unit,
        subject=dossier.subject,
    )


def _refuse_coding(dossier: Dossier, item: CatalogueItem | None, severity: str | None) -> None:
    if item is not None and (item.division_id != dossier.subject.division_id or not item.active):
        raise NotAllowed("所选目录问题不存在或已停用，请重选。")
    if severity is not None and severity not in Finding.Severity.values:
        raise NotAllowed(f"问题程度应为{'、'.join(Finding.Severity.labels)}之一。")


def _decide(
    finding: Finding,
    *,
    to: str,
    by: User | None,
    act: str,
    why: str,
    version: int | None,
    values: Mapping[str, object],
) -> Finding:
    before = _standing(finding)
    move(
        finding,
        allowed=FINDING,
        to=to,
        version=version,
        decided_by=by,
        decided_at=timezone.now(),
        **values,
    )
    record(
        division=finding.dossier.subject.division,
        by=by,
        act=act,
        target=finding,
        why=why,
        label=f"{finding.dossier}：{finding.text}"[:300],
        data={"before": before, "after": _standing(finding)},
    )
    return finding


def _standing(finding: Finding) -> dict[str, str]:
    return {
        "state": finding.state,
        "item": finding.item.code if finding.item else "",
        "severity": finding.severity,
    }
