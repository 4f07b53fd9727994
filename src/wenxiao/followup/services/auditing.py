"""审定金额 typed by the evaluators: what an evaluation found was arranged and
used, each difference with its voucher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.models import Fund
from wenxiao.budget.money import Money, funds_of, money_of
from wenxiao.budget.services import set_audited
from wenxiao.followup.services.findings import propose_low_execution
from wenxiao.orgs import permissions
from wenxiao.reviews.kinds import JUDGED, kind_of
from wenxiao.reviews.services import score_review
from wenxiao.reviews.states import MARKABLE
from wenxiao.rulebook.numbers import wan
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

WHICH = {"arranged": "安排（预算）", "used": "使用（支出）"}


@dataclass(frozen=True, slots=True)
class AuditDifference:
    """One difference between what was reported and what was found: of which
    amount, how much (元, signed), why, voucher.
    """

    which: str
    amount: Decimal
    reason: str
    voucher: str
    fund: str = ""


@dataclass(frozen=True, slots=True)
class AuditedFund:
    """What was found of one fund, in 元."""

    fund: str
    arranged: Decimal | None
    used: Decimal | None


@transaction.atomic
def audit_money(
    *,
    review: Review,
    arranged: Decimal | None,
    used: Decimal | None,
    differences: Sequence[AuditDifference],
    funds: Sequence[AuditedFund] = (),
    by: User | None,
    version: int,
    why: str = "",
) -> Review:
    """Write 经审查实际安排 and 实际使用 (元) of an evaluation; its rate divides these two alone, and a low one
    is proposed as a problem. Listed differences must explain the whole way from what was reported,
    fund by fund where it was reported from several. Raises Refused, NotAllowed, Stale.
    """
    if review.kind not in JUDGED:
        raise NotAllowed("只有评价才审定金额。")
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    if review.state not in MARKABLE:
        raise NotAllowed(f"现为“{review.get_state_display()}”，审定金额不能再改。")
    if arranged is None or used is None:
        raise NotAllowed("经审查实际安排、实际使用两个数都要填。")
    if review.audited_id is not None and not why.strip():
        raise NotAllowed("审定金额已经登记过，改它要写明理由。")
    explain_audit(review.dossier_id, (arranged, used), differences, funds)
    row = set_audited(
        dossier=review.dossier,
        by=by,
        arranged=arranged,
        used=used,
        differences=[asdict(one) for one in differences],
        funds=[asdict(one) for one in funds],
        synthetic=review.synthetic,
        why=why,
    )
    change(review, version=version, audited=row, budget=arranged, executed=used)
    if by is not None:
        review.authors.add(by)
    score_review(review=review, by=by)
    propose_low_execution(review=review, by=by)
    return review


def explain_audit(
    dossier: int | None,
    totals: tuple[Decimal, Decimal],
    differences: Sequence[AuditDifference],
    funds: Sequence[AuditedFund],
) -> None:
    """Whether the differences, each with amount, reason and voucher, lead from what the dossier
    reported (None: not opened yet) to what was found, in all and fund by fund, typed or read from a
    score sheet. NotAllowed says which does not.
    """
    known = Money() if dossier is None else money_of([dossier])[dossier]
    _explain(known, totals, differences)
    _explain_funds({} if dossier is None else funds_of(dossier), totals, funds, differences)


def _explain(
    known: Money, totals: tuple[Decimal, Decimal], differences: Sequence[AuditDifference]
) -> None:
    for number, one in enumerate(differences, start=1):
        if one.which not in WHICH:
            raise NotAllowed(f"第 {number} 条差异请选是安排还是使用。")
        if not one.amount:
            raise NotAllowed(f"第 {number} 条差异请填金额。")
        if not one.reason.strip() or not one.voucher.strip():
            raise NotAllowed(f"第 {number} 条差异请写明原因和凭证号（或取证单编号）。")
    for which, reported, audited in (
        ("arranged", _budget(known), totals[0]),
        ("used", known.spent, totals[1]),
    ):
        if reported is None:
            continue
        listed = sum((one.amount for one in differences if one.which == which), Decimal(0))
        if reported + listed != audited:
            raise NotAllowed(
                f"{WHICH[which]}申报 {wan(reported)} 万元，经审查 {wan(audited)} 万元，相差 "
                f"{wan(audited - reported)} 万元；列出的差异合计 {wan(listed)} 万元，请逐条列清原因和凭证。"
            )


def _explain_funds(
    reported: Mapping[str, Money],
    totals: tuple[Decimal, Decimal],
    funds: Sequence[AuditedFund],
    differences: Sequence[AuditDifference],
) -> None:
    """Each fund complete, once, together the two totals, and each difference of one of them."""
    words = {str(fund): str(fund.label) for fund in Fund if fund != Fund.TOTAL}
    several = [fund for fund, one in reported.items() if _budget(one)]
    if not funds:
        if len(several) > 1:
            named = "、".join(words[fund] for fund in several)
            raise NotAllowed(f"申报的资金有 {len(several)} 种来源（{named}），请分资金填经审查数。")
        return
    if any(one.fund not in words for one in funds) or len({one.fund for one in funds}) < len(funds):
        raise NotAllowed("分资金的审定数，每种资金来源填一次。")
    given = {one.fund: one for one in funds}
    lacking = [fund for fund in several if fund not in given]
    empty = [one.fund for one in funds if one.arranged is None or one.used is None]
    if lacking or empty:
        named = "、".join(words[fund] for fund in (*lacking, *empty))
        raise NotAllowed(f"{named}的经审查实际安排、实际使用两个数都要填，没有的填 0。")
    for at, which in enumerate(WHICH):
        parts = {fund: getattr(one, which) for fund, one in given.items()}
        if sum(parts.values(), Decimal(0)) != totals[at]:
            raise NotAllowed(
                f"{WHICH[which]}分资金合计 {wan(sum(parts.values(), Decimal(0)))} 万元，"
                f"与总额 {wan(totals[at])} 万元不符。"
            )
        for fund, audited in parts.items():
            known = reported.get(fund, Money())
            before = _budget(known) if which == "arranged" else known.spent
            listed = [one for one in differences if (one.which, one.fund) == (which, fund)]
            explained = sum((one.amount for one in listed), Decimal(0))
            if before is not None and before + explained != audited:
                raise NotAllowed(
                    f"{words[fund]}{WHICH[which]}申报 {wan(before)} 万元，经审查 {wan(audited)} 万元；"
                    f"列出的这种资金的差异合计 {wan(explained)} 万元，请逐条写明是哪种资金的差异。"
                )


def _budget(known: Money) -> Decimal | None:
    return known.adjusted if known.adjusted is not None else known.opening
