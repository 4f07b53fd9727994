"""One finding's way to closure: ordered, planned, replied, verified;
refused ones come back; late ones are escalated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from wenxiao.followup.models import Accountability, Finding, Rectification
from wenxiao.followup.states import RECTIFICATION, UNDER_WAY
from wenxiao.orgs import permissions
from wenxiao.records.services import finish_todos, make_todo, record
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.records.models import Notice, StoredFile


@transaction.atomic
def order_rectification(
    *,
    finding: Finding,
    by: User | None,
    deadline: date,
    notice: Notice | None = None,
    owner: str = "",
    synthetic: bool = False,
) -> Rectification:
    """Order the mending of a confirmed finding by a day; the unit gets a to-do."""
    _bureau(by, finding)
    if finding.state != Finding.State.CONFIRMED:
        raise NotAllowed("只有已确认的问题才能下达整改。")
    if hasattr(finding, "rectification"):
        raise NotAllowed("该问题已下达整改。")
    unit = finding.dossier.unit
    item = Rectification.objects.create(
        finding=finding,
        unit=unit,
        deadline=deadline,
        notice=notice,
        owner=owner,
        synthetic=synthetic,
    )
    division = finding.dossier.subject.division
    make_todo(
        division=division,
        kind="整改",
        title=f"{finding.dossier.subject.name}：{finding.text}"[:200],
        unit=unit,
        role="clerk",
        target=item,
        due_on=deadline,
    )
    _enter(item, by=by, act="下达整改", data={"deadline": deadline.isoformat()})
    return item


@transaction.atomic
def plan_rectification(
    *, item: Rectification, by: User | None, measure: str, owner: str, version: int | None = None
) -> Rectification:
    """The unit says what it will do and who answers for it."""
    permissions.require(by, "fill", unit=item.unit)
    if not measure.strip() or not owner.strip():
        raise NotAllowed("请写明整改措施和责任人。")
    values = {"measure": measure, "owner": owner}
    before = move(item, allowed=RECTIFICATION, to="planned", version=version, **values)
    _enter(item, by=by, act="报整改方案", why=measure, data=_moved(item, before))
    return item


@transaction.atomic
def reply_rectification(
    *,
    item: Rectification,
    by: User | None,
    reply: str,
    proof: StoredFile | None = None,
    version: int | None = None,
) -> Rectification:
    """The unit says it is mended, with proof."""
    permissions.require(by, "fill", unit=item.unit)
    if not reply.strip():
        raise NotAllowed("请写明整改结果。")
    values = {"reply": reply, "submitted_by": by, **({"proof": proof} if proof else {})}
    before = move(item, allowed=RECTIFICATION, to="replied", version=version, **values)
    finish_todos(target=item)
    division = item.finding.dossier.subject.division
    make_todo(
        division=division,
        kind="核验",
        title=f"{item.finding.dossier.subject.name}：{item.finding.text}"[:200],
        role="performance",
        target=item,
        due_on=item.falls_due,
    )
    _enter(item, by=by, act="报整改结果", why=reply, data=_moved(item, before))
    return item


@transaction.atomic
def verify_rectification(
    *,
    item: Rectification,
    by: User | None,
    passed: bool,
    verdict: str,
    on: date,
    version: int | None = None,
) -> Rectification:
    """The bureau looks: closed, or refused with what is missing. Nobody verifies his own reply."""
    _bureau(by, item.finding)
    permissions.require_other(by, item.submitted_by_id)
    if not verdict.strip():
        raise NotAllowed("请写明核验意见。")
    finish_todos(target=item)
    if passed:
        values = {"verdict": verdict, "closed_on": on}
        before = move(item, allowed=RECTIFICATION, to="closed", version=version, **values)
        _enter(item, by=by, act="整改销号", why=verdict, data=_moved(item, before))
        return item
    before = move(
        item,
        allowed=RECTIFICATION,
        to="refused",
        version=version,
        verdict=verdict,
        refusals=F("refusals") + 1,
    )
    make_todo(
        division=item.finding.dossier.subject.division,
        kind="整改",
        unit=item.unit,
        role="clerk",
        target=item,
        title=f"退回重改：{item.finding.text}"[:200],
        due_on=item.falls_due,
    )
    _enter(item, by=by, act="整改退回", why=verdict, data=_moved(item, before))
    return item


@transaction.atomic
def extend_deadline(
    *, item: Rectification, by: User | None, to: date, why: str, version: int | None = None
) -> Rectification:
    """More time, with a reason; the first deadline stays on record."""
    _bureau(by, item.finding)
    if item.state not in UNDER_WAY:
        raise NotAllowed("已销号的整改不能延期。")
    if not why.strip() or to <= item.falls_due:
        raise NotAllowed("延期须写明理由，且晚于现在的期限。")
    before = item.falls_due
    change(item, version=version, extended_to=to, extension_why=why)
    data: dict[str, object] = {"before": {"deadline": before}, "after": {"deadline": to}}
    _enter(item, by=by, act="整改延期", why=why, data=data)
    return item


@transaction.atomic
def escalate(*, item: Rectification, by: User | None, on: date, why: str = "") -> Rectification:
    """Put an overdue item before the unit's head and department (督办)."""
    _bureau(by, item.finding)
    if item.state not in UNDER_WAY or item.falls_due >= on:
        raise NotAllowed("未逾期的整改无须督办。")
    change(item, escalated=F("escalated") + 1)
    make_todo(
        division=item.finding.dossier.subject.division,
        kind="督办",
        unit=item.unit,
        role="head",
        target=item,
        title=f"逾期整改：{item.finding.text}"[:200],
        due_on=on,
    )
    _enter(item, by=by, act="逾期督办", why=why)
    return item


@transaction.atomic
def hold_to_account(
    *,
    item: Rectification,
    by: User | None,
    matter: str,
    person: str = "",
    consequence: str = "",
    handed_to: str = "",
    on: date,
    kind: str = Accountability.Kind.TALK,
    decided_body: str = "",
    paper: str = "",
) -> Accountability:
    """Who answers for it, with what consequence; serious ones are listed for 审计/纪检 by
    ``handed_to``.

    The bureau talks, circulates, presses, advises and hands over. 处理处分 it only registers: who
    decided, by which paper. Without a name the person responsible for the project (项目负责人) answers.
    """
    _bureau(by, item.finding)
    _refuse_act(kind, handed_to, decided_body, paper)
    person = person.strip() or item.finding.dossier.subject.manager
    if not matter.strip():
        raise NotAllowed("请写明问责事由。")
    if on > today():
        raise NotAllowed(f"问责日期 {on} 还没有到，请改正。")
    accountability = Accountability.objects.create(
        rectification=item,
        dossier=item.finding.dossier,
        unit=item.unit,
        person=person,
        matter=matter,
        consequence=consequence,
        handed_to=handed_to,
        decided_on=on,
        kind=kind,
        decided_body=decided_body.strip(),
        paper=paper.strip(),
    )
    _enter(item, by=by, act="问责", why=matter, data={"kind": accountability.get_kind_display()})
    return accountability


def _refuse_act(kind: str, handed_to: str, decided_body: str, paper: str) -> None:
    """NotAllowed for an act that is none, and for one that lacks what makes it one."""
    if kind not in Accountability.Kind.values:
        raise NotAllowed("请选定问责方式：约谈、通报、整改督办、建议、移送；处理处分只作登记。")
    if kind == Accountability.Kind.HANDOVER and not handed_to.strip():
        raise NotAllowed("移送的请写明移送哪个机关。")
    penalty = kind == Accountability.Kind.PENALTY
    if penalty and not (decided_body.strip() and paper.strip()):
        raise NotAllowed("处理处分由有权机关作出，这里只登记：请写明作出决定的机关和决定文号。")
    if not penalty and (decided_body.strip() or paper.strip()):
        raise NotAllowed("作出决定的机关和文号只在登记处理处分时填写。")


def _bureau(by: User | None, finding: Finding) -> None:
    permissions.require_for(by, "confirm_finding", finding.dossier)


def _moved(item: Rectification, before: str) -> dict[str, object]:
    """Where the mending stood and where it stands, in words."""
    return {"before": Rectification.State(before).label, "after": item.get_state_display()}


def _enter(
    item: Rectification,
    *,
    by: User | None,
    act: str,
    why: str = "",
    data: dict[str, object] | None = None,
) -> None:
    finding = item.finding
    record(
        division=finding.dossier.subject.division,
        by=by,
        act=act,
        target=item,
        why=why,
        data=data or {},
        label=f"{finding.dossier}：{finding.text}"[:300],
    )
