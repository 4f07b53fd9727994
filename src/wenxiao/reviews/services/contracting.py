"""委托合同: entered with work, price and days; accepted by another person, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.reviews.contract import AgencyContract
from wenxiao.rulebook.numbers import wan
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Agency, User


@transaction.atomic
def add_contract(
    *,
    agency: Agency,
    number: str,
    work: str,
    price: Decimal,
    signed_on: date,
    due_on: date,
    by: User | None,
    round: Round | None = None,
) -> AgencyContract:
    """Enter what an agency was engaged for. Raises Refused, NotAllowed."""
    require(by, "manage_round", division=agency.division)
    if not number.strip() or not work.strip():
        raise NotAllowed("请写明合同编号和服务内容。")
    if price <= 0:
        raise NotAllowed(f"合同价应大于 0，收到 {wan(price)} 万元。")
    if signed_on > today():
        raise NotAllowed(f"签订日期 {signed_on} 还没有到，请改正。")
    if due_on < signed_on:
        raise NotAllowed(f"完成期限 {due_on} 早于签订日期 {signed_on}，请改正。")
    if AgencyContract.objects.filter(agency=agency, number=number.strip()).exists():
        raise NotAllowed(f"{agency}的合同“{number.strip()}”已经登记过。")
    row = AgencyContract.objects.create(
        agency=agency,
        round=round,
        number=number.strip()[:60],
        work=work.strip(),
        price=price,
        signed_on=signed_on,
        due_on=due_on,
        by=by,
        synthetic=agency.synthetic,
    )
    record(
        division=agency.division,
        by=by,
        act="登记委托合同",
        target=row,
        label=str(row),
        data={"price": price, "signed_on": signed_on, "due_on": due_on, "work": row.work},
    )
    return row


@transaction.atomic
def accept_contract(
    *,
    contract: AgencyContract,
    verdict: str,
    acceptance: str,
    accepted_on: date,
    by: User | None,
    paid: Decimal | None = None,
    version: int | None = None,
) -> AgencyContract:
    """Enter how the work was accepted, by another person than who entered the contract, once.
    Raises Refused, NotAllowed, Stale.
    """
    division = contract.agency.division
    require(by, "manage_round", division=division)
    if contract.verdict:
        raise NotAllowed(f"合同“{contract.number}”已于 {contract.accepted_on} 验收，不能重复验收。")
    if by is not None and contract.by_id == by.pk:
        raise NotAllowed("合同由您登记，验收须由另一人办理。")
    if verdict not in AgencyContract.Verdict.values:
        raise NotAllowed("请选取验收结论。")
    if not acceptance.strip():
        raise NotAllowed("请写明验收意见：按合同逐项核对了什么，有什么没有做到。")
    if not contract.signed_on <= accepted_on <= today():
        raise NotAllowed(f"验收日期应在 {contract.signed_on} 与今天之间，收到 {accepted_on}。")
    if paid is not None and not 0 <= paid <= contract.price:
        raise NotAllowed(
            f"验收支付额应在 0 与合同价 {wan(contract.price)} 万元之间，收到 {wan(paid)} 万元。"
        )
    change(
        contract,
        version=version,
        verdict=verdict,
        acceptance=acceptance.strip(),
        accepted_on=accepted_on,
        accepted_by=by,
        paid=paid,
    )
    record(
        division=division,
        by=by,
        act="验收委托合同",
        target=contract,
        label=str(contract),
        data={"verdict": contract.get_verdict_display(), "paid": paid, "on": accepted_on},
    )
    return contract
