"""Money of a dossier: one function per act, each in one transaction with its trail entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Fund, Level, Spending
from wenxiao.orgs.permissions import require_one
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch

_AMOUNTS = {
    "opening": "年初预算",
    "added": "追加",
    "cut_back": "收回",
    "adjusted": "全年预算",
    "arrived": "到位",
}
_DAYS = frozenset({"arrived_on", "cut_back_on"})
_WITH_A_FORM = ("import", "fill", "evaluate")
"""Who brings money in with a form of the dossier's own; budgets and
payments themselves come by import alone.
"""


@transaction.atomic
def set_appropriation(
    *,
    dossier: Dossier,
    by: User | None,
    fund: str = Fund.TOTAL,
    level: str = Level.DISTRICT,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
    why: str = "",
    version: int | None = None,
    **amounts: Any,
) -> Appropriation:
    """Money arranged from one fund, in 元: opening, added, cut_back, adjusted, arrived (Decimal);
    arrived_on, cut_back_on.

    Only what is given changes. Raises NotAllowed for a negative amount, Stale when somebody changed
    the row meanwhile.
    """
    _may(by, dossier, ("import",) if batch is None else _WITH_A_FORM, "登记预算安排")
    unknown = set(amounts) - {*_AMOUNTS, *_DAYS}
    if unknown:
        raise KeyError(*sorted(unknown))
    refuse_negative(amounts)
    row, created = Appropriation.objects.get_or_create(
        dossier=dossier,
        fund=fund,
        level=level,
        defaults={**amounts, "batch": batch, "synthetic": synthetic},
    )
    before = {} if created else {name: getattr(row, name) for name in amounts}
    if not created and before != amounts:
        change(row, version=version, **amounts)
    if created or before != amounts:
        _record_money(
            "登记预算安排",
            row,
            by=by,
            why=why,
            before=before,
            after={"fund": fund, "level": level, **amounts},
        )
    return row


def refuse_negative(amounts: dict[str, Any]) -> None:
    """NotAllowed for an amount arranged below nothing."""
    for name, value in amounts.items():
        if name not in _DAYS and value is not None and value < 0:
            label = _AMOUNTS[name]
            raise NotAllowed(f"{label} {value} 元为负数；调减请填在“收回”。")


@transaction.atomic
def add_spending(
    *,
    dossier: Dossier,
    month: int,
    amount: Decimal,
    by: User | None,
    fund: str = Fund.TOTAL,
    source: str = Spending.Source.TREASURY,
    cumulative: bool = False,
    paid_on: date | None = None,
    line: str = "",
    batch: ImportBatch | None = None,
    synthetic: bool = False,
    why: str = "",
) -> Spending:
    """One payment, or with ``cumulative`` the sum from January through ``month``, in 元.
    A negative one is a reversal.

    The same voucher ``line`` of one source counts once: a second one is refused.
    """
    on_form = source == Spending.Source.FORM
    _may(by, dossier, _WITH_A_FORM if on_form else ("import",), "登记支出")
    if not 1 <= month <= 12:
        raise NotAllowed(f"月份应为1至12，收到的是 {month}。")
    if (
        paid_on is not None
        and (paid_on.year, paid_on.month) != (dossier.fiscal_year, month)
        and not cumulative
    ):
        raise NotAllowed(f"支付日期 {paid_on} 不在 {dossier.fiscal_year} 年 {month} 月。")
    if (
        line
        and Spending.objects.filter(dossier=dossier, fund=fund, source=source, line=line).exists()
    ):
        raise NotAllowed(f"凭证号 {line} 已经登记，不能重复计算。")
    row = Spending.objects.create(
        dossier=dossier,
        fund=fund,
        source=source,
        month=month,
        cumulative=cumulative,
        amount=amount,
        paid_on=paid_on,
        line=line,
        batch=batch,
        synthetic=synthetic,
    )
    payment = {"fund": fund, "month": month, "amount": amount, "line": line}
    _record_money("登记支出", row, by=by, why=why, before={}, after=payment)
    return row


@transaction.atomic
def set_audited(
    *,
    dossier: Dossier,
    by: User | None,
    arranged: Decimal | None,
    used: Decimal | None,
    differences: Iterable[Mapping[str, Any]] = (),
    funds: Iterable[Mapping[str, Any]] = (),
    batch: ImportBatch | None = None,
    synthetic: bool = False,
    why: str = "",
) -> AuditedAmount:
    """经审查实际安排 / 实际使用资金 in 元, beside what was reported; a later evaluation
    adds a row, none is overwritten.
    """
    _may(by, dossier, ("import", "evaluate"), "登记审定金额")
    if any(value is not None and value < 0 for value in (arranged, used)):
        raise NotAllowed("经审查的资金不能为负数，请核对。")
    last = AuditedAmount.objects.filter(dossier=dossier).order_by("-pk").first()
    row = AuditedAmount.objects.create(
        dossier=dossier,
        arranged=arranged,
        used=used,
        batch=batch,
        synthetic=synthetic,
        differences=[
            {key: str(value) for key, value in difference.items()} for difference in differences
        ],
        funds=[{key: str(value) for key, value in one.items()} for one in funds],
    )
    _record_money(
        "登记审定金额",
        row,
        by=by,
        why=why,
        before={"arranged": last.arranged, "used": last.used, "funds": last.funds} if last else {},
        after={"arranged": arranged, "used": used, "funds": row.funds},
    )
    return row


def _may(by: User | None, dossier: Dossier, powers: tuple[str, ...], what: str) -> None:
    subject = dossier.subject
    require_one(by, powers, what=what, division=subject.division_id, subject=subject)


def _record_money(act: str, row: Any, *, by: User | None, why: str, **data: Any) -> None:
    dossier: Dossier = row.dossier
    division = dossier.subject.division
    record(
        division=division,
        by=by,
        act=act,
        target=row,
        why=why,
        label=str(dossier),
        data={"dossier": dossier, **data},
    )
