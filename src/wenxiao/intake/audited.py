"""审定资金 of an imported score sheet: the same row a person types, by fund, with each difference,
and what keeps it from being that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.budget.models import Dossier
from wenxiao.followup.services.auditing import AuditDifference, AuditedFund, explain_audit
from wenxiao.rulebook.codes import AUDIT_UNEXPLAINED
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.files.forms.score_sheet import ScoreSheet
    from wenxiao.intake.matching import Match

MEND = "请在评分表里改正，或把分资金和差异两张表从评分表里删去，导入后在“审定金额”页填。"


@dataclass(slots=True)
class SheetAudit:
    """What a score sheet says was found, in 元."""

    arranged: Decimal | None
    used: Decimal | None
    funds: list[AuditedFund] = field(default_factory=list)
    differences: list[AuditDifference] = field(default_factory=list)


def audit_of(form: ScoreSheet) -> SheetAudit:
    """The sheet's audited money; its two totals are the sum of the funds where it has none."""
    funds = [
        AuditedFund(line.fund, line.arranged.amount, line.used.amount)
        for line in form.audited_funds
        if line.fund is not None
    ]
    totals = [form.audited_arranged.amount, form.audited_used.amount]
    for at, which in enumerate(("arranged", "used")):
        parts = [getattr(one, which) for one in funds]
        if totals[at] is None and parts and None not in parts:
            totals[at] = sum(parts, Decimal(0))
    differences = [
        AuditDifference(
            one.which or "",
            one.amount.amount or Decimal(0),
            one.grounds.words,
            one.voucher.words,
            one.fund,
        )
        for one in form.audited_differences
    ]
    return SheetAudit(totals[0], totals[1], funds, differences)


def audit_problems(form: ScoreSheet, matched: Match) -> list[Problem]:
    """What keeps the funds and differences of a sheet from being taken; a sheet of two totals alone
    is asked nothing.
    """
    if not (form.audited_funds or form.audited_differences):
        return []
    strange = [line for line in form.audited_funds if line.fund is None]
    if strange:
        names = "、".join(f"“{line.label}”（{line.label_cell}）" for line in strange)
        return [
            _problem(form, f"分资金的审定数里，资金来源{names}没有认出。", strange[0].label_cell)
        ]
    audit = audit_of(form)
    if audit.arranged is None or audit.used is None:
        return [_problem(form, "经审查实际安排、实际使用两个数都要有，分资金的每一行也一样。")]
    dossier = (
        Dossier.objects.filter(subject=matched.subject, fiscal_year=matched.year)
        .values_list("pk", flat=True)
        .first()
        if matched.subject and matched.year is not None
        else None
    )
    try:
        explain_audit(dossier, (audit.arranged, audit.used), audit.differences, audit.funds)
    except NotAllowed as refused:
        cell = next((one.cell for one in form.audited_differences if one.cell), None)
        return [_problem(form, str(refused), cell)]
    return []


def _problem(form: ScoreSheet, text: str, cell: str | None = None) -> Problem:
    return Problem(AUDIT_UNEXPLAINED, "阻断", text, sheet=form.sheet or None, cell=cell, mend=MEND)
