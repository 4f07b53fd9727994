"""Candidate findings drawn from a form that lands, in its transaction and batch; persons confirm them later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.followup.models import CatalogueItem
from wenxiao.followup.services import CATALOGUE, LOW_EXECUTION, propose_finding
from wenxiao.rulebook import basis
from wenxiao.rulebook.numbers import exact_rate, rate_percent

if TYPE_CHECKING:
    from decimal import Decimal

    from wenxiao.intake.apply_form import Landing
    from wenxiao.intake.forms import Incoming
    from wenxiao.reviews.models import Review


def draw_findings(review: Review, form: Incoming, landing: Landing) -> None:
    """Candidates from an evaluation's own problem list and from the execution rule; persons confirm them later."""
    known = set(review.findings.values_list("pk", flat=True))
    items = {
        item.text: item for item in CatalogueItem.objects.filter(division=landing.batch.division)
    }
    for text in form.problems:
        finding = propose_finding(
            dossier=landing.dossier,
            review=review,
            text=text,
            item=items.get(text.strip("。；")),
            by=landing.by,
            batch=landing.batch,
            synthetic=landing.synthetic,
        )
        if finding.pk not in known:
            landing.written.created(finding)
            known.add(finding.pk)
    low = _low_execution(review, landing)
    if low is not None and low.pk not in known:
        landing.written.created(low)


def _low_execution(review: Review, landing: Landing) -> Any:
    """The execution-rate candidate: audited (or reported) spending below the catalogue's limit of what was arranged."""
    if review.kind != "finance_evaluation":
        return None
    item = CatalogueItem.objects.filter(division=landing.batch.division, rule=LOW_EXECUTION).first()
    share = exact_rate(review.executed, review.budget)
    if item is None or share is None:
        return None
    limit = _limit(item.code, review.round.fiscal_year)
    if limit is None or share * 100 >= limit:
        return None
    rate = rate_percent(review.executed, review.budget)
    return propose_finding(
        dossier=landing.dossier,
        review=review,
        item=item,
        text=item.text,
        rule=item.rule,
        by=landing.by,
        evidence=f"经审查使用 {review.executed} 元 ÷ 安排 {review.budget} 元 = {rate}%，低于 {limit}%",
        batch=landing.batch,
        synthetic=landing.synthetic,
    )


def _limit(code: str, year: int) -> Decimal | None:
    """The percentage below which the catalogue's execution problem is proposed in a year; None when its rule is off."""
    entries = basis.in_force(CATALOGUE, year).content["entries"]
    found = [
        e["candidate_rule"]["rate_below"]
        for e in entries
        if e["code"] == code and "candidate_rule" in e
    ]
    return basis.number(found[0]) if found else None
