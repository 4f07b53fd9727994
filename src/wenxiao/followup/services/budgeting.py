"""下年度预算决定: a person decides on a request, beside what the rules propose; a
leader signs the department's list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.services.requests import refuse_approved
from wenxiao.followup.models import BudgetDecision, UseList
from wenxiao.followup.selectors.next_budget import (
    KINDS,
    Line,
    lines_of,
    listed,
    requests_seen_by,
    sheet,
    signed_list,
)
from wenxiao.orgs import permissions
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.rulebook.numbers import plain, wan
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wenxiao.orgs.models import Division, Unit, User


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of one request: the kind, the amount to arrange
    (元), why; ``version`` of the decision seen.
    """

    request: int
    kind: str
    amount: Decimal
    why: str = ""
    version: int | None = None


@transaction.atomic
def decide_requests(
    *, division: Division, fiscal_year: int, verdicts: Sequence[Verdict], by: User | None
) -> int:
    """Decide on requests for a budget that is not approved yet; the proposal of the day is kept
    beside each.

    Whoever departs from the proposal says why. Nothing is decided twice in silence: a changed
    decision is in the trail with both values. Returns how many were made or changed. Raises
    Refused, NotAllowed, Stale.
    """
    permissions.require(by, "decide_use", division=division)
    refuse_approved(division, fiscal_year)
    rows = requests_seen_by(by, division, fiscal_year).filter(
        pk__in={one.request for one in verdicts}
    )
    lines = {
        line.request.pk: line for line in sheet(rows, division=division, year=fiscal_year).lines
    }
    done = 0
    for verdict in verdicts:
        line = lines.get(verdict.request)
        if line is None:
            raise NotAllowed("所选的申报已有新的一上或二上，或不在您的范围内，请刷新后再定。")
        done += _decide(line, verdict, by)
    return done


def _decide(line: Line, verdict: Verdict, by: User | None) -> bool:
    request, name = line.request, line.request.subject.name
    permissions.require(by, "decide_use", unit=request.subject.unit, subject=request.subject)
    why = verdict.why.strip()
    _refuse_verdict(line, verdict, why)
    values = {
        "proposed": line.proposed.kind,
        "proposed_amount": line.proposed.amount,
        "basis": line.proposed.reason,
        "kind": verdict.kind,
        "asked": request.asked,
        "amount": verdict.amount,
        "cut": request.asked - verdict.amount,
        "why": why,
        "decided_by": by,
        "decided_on": today(),
        "synthetic": request.synthetic,
    }
    row = line.decision
    if row is not None and row.signed_id is not None:
        if _same(row, values):
            return False
        raise NotAllowed(
            f"“{name}”的决定已在签字的结果应用清单里，不能再改；如有错误请重新签一份。"
        )
    if row is not None and _same(row, values):
        return False
    before = _told(row) if row is not None else {}
    if row is None:
        row = BudgetDecision.objects.create(request=request, **values)
    else:
        change(row, version=verdict.version, **values)
    record(
        division=request.subject.division,
        by=by,
        act="决定下年度预算",
        target=row,
        why=why or line.proposed.reason,
        label=f"{name} {request.fiscal_year}年：{KINDS[verdict.kind]}，审减 {wan(row.cut)} 万元",
        data={"before": before, "after": _told(row)},
    )
    return True


def _refuse_verdict(line: Line, verdict: Verdict, why: str) -> None:
    name, asked = line.request.subject.name, line.request.asked
    if verdict.kind not in KINDS:
        raise NotAllowed(f"“{name}”：请选定怎么处理。")
    if verdict.amount < 0:
        raise NotAllowed(f"“{name}”：安排数不能为负数。")
    if verdict.amount > asked:
        raise NotAllowed(
            f"“{name}”：安排数 {wan(verdict.amount)} 万元超过申报数 {wan(asked)} 万元。"
            "要多安排的，请单位先改申报。"
        )
    if verdict.kind == BudgetDecision.Kind.CANCEL and verdict.amount:
        raise NotAllowed(f"“{name}”：取消的项目安排数应为 0，现为 {wan(verdict.amount)} 万元。")
    departs = verdict.kind != line.proposed.kind or (
        line.proposed.amount is not None and verdict.amount != line.proposed.amount
    )
    unpriced = line.proposed.amount is None
    if (departs or unpriced) and not why:
        raise NotAllowed(
            f"“{name}”：决定与建议（{KINDS[line.proposed.kind]}）不同或建议没有金额，请写明理由。"
        )


def _same(row: BudgetDecision, values: dict[str, Any]) -> bool:
    return all(getattr(row, key) == values[key] for key in ("kind", "amount", "asked", "why"))


def _told(row: BudgetDecision) -> dict[str, str]:
    return {"kind": row.kind, "amount": plain(row.amount), "cut": plain(row.cut), "why": row.why}


@transaction.atomic
def take_proposals(*, division: Division, unit: Unit, fiscal_year: int, by: User | None) -> int:
    """Decide everything of a department that is still open as proposed,
    where the proposal names an amount.
    """
    permissions.require(by, "decide_use", unit=unit)
    verdicts = [
        Verdict(line.request.pk, line.proposed.kind, line.proposed.amount)
        for line in lines_of(division=division, unit=unit, fiscal_year=fiscal_year, by=by)
        if line.decision is None and line.proposed.amount is not None
    ]
    return decide_requests(division=division, fiscal_year=fiscal_year, verdicts=verdicts, by=by)


@transaction.atomic
def sign_use_list(
    *, division: Division, unit: Unit, fiscal_year: int, by: User | None, why: str = ""
) -> UseList:
    """A leader signs a department's decisions as one list, which never changes; whoever decided one
    doesn't sign it.

    Everything asked must be decided. A second list needs a reason and names itself 第 2 次. Raises
    Refused, NotAllowed.
    """
    permissions.require(by, "sign_report", division=division)
    refuse_approved(division, fiscal_year)
    lines = lines_of(division=division, unit=unit, fiscal_year=fiscal_year, by=by)
    open_ones = [line for line in lines if line.decision is None or line.stale]
    if not lines:
        raise NotAllowed(f"{unit.name}没有{fiscal_year}年的申报，没有可签字的清单。")
    if open_ones:
        names = "、".join(line.request.subject.name for line in open_ones[:5])
        raise NotAllowed(f"还有 {len(open_ones)} 项没有决定，或决定后申报又变了：{names}。")
    decisions = [line.decision for line in lines if line.decision is not None]
    if by is not None and any(one.decided_by_id == by.pk for one in decisions):
        raise NotAllowed("清单里有您自己作的决定，请由另一位领导签字。")
    before = signed_list(unit, fiscal_year)
    if before is not None and not why.strip():
        raise NotAllowed(f"{before.signed_on:%Y年%m月%d日}已签过一份，重新签字请写明理由。")
    lines_signed = [listed(line) for line in lines]
    row = UseList.objects.create(
        division=division,
        unit=unit,
        fiscal_year=fiscal_year,
        number=before.number + 1 if before else 1,
        lines=lines_signed,
        digest=digest_of(lines_signed),
        signed_by=by,
        signed_on=today(),
    )
    BudgetDecision.objects.filter(pk__in=[one.pk for one in decisions]).update(signed=row)
    record(
        division=division,
        by=by,
        act="签发结果应用清单",
        target=row,
        why=why,
        label=f"{unit.name} {fiscal_year}年 {len(lines_signed)} 项",
        data={"count": len(lines_signed), "digest": row.digest, "number": row.number},
    )
    return row


@transaction.atomic
def reopen_decisions(
    *, division: Division, unit: Unit, fiscal_year: int, by: User | None, why: str
) -> int:
    """Let a signed list's decisions be changed again; the signed list itself stays as it is.
    Needs a reason.
    """
    permissions.require(by, "sign_report", division=division)
    refuse_approved(division, fiscal_year)
    if not why.strip():
        raise NotAllowed("请写明为什么要重新决定。")
    row = signed_list(unit, fiscal_year)
    if row is None:
        raise NotAllowed("还没有签字的清单。")
    freed = BudgetDecision.objects.filter(signed=row).update(signed=None)
    record(
        division=division,
        by=by,
        act="重新决定下年度预算",
        target=row,
        why=why,
        label=f"{unit.name} {fiscal_year}年 {freed} 项",
        data={"count": freed},
    )
    return freed
