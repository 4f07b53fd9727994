"""领导批示 on a signed report: entered by the office, given to somebody,
followed until its outcome is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.permissions import Holdings, Refused, holdings, require, role_label, who_can
from wenxiao.records import services as records
from wenxiao.records.selectors import instruction_of, instructions_about
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import Instruction
    from wenxiao.reports.models import Signed

TAKERS = ("performance", "office", "budget", "treasury", "secretariat")
"""Who of the bureau may be told to carry an instruction out."""


def instructions_on(signed: Signed) -> tuple[Instruction, ...]:
    """The instructions on one signed report, oldest first."""
    return tuple(instructions_about(signed))


def instruction_in(division: Division, pk: int) -> Instruction | None:
    """One instruction of a division on a signed report, None where there is no such."""
    instruction = instruction_of(division=division, pk=pk)
    return (
        instruction
        if instruction is not None and instruction.about_type == "reports.Signed"
        else None
    )


@transaction.atomic
def record_instruction(
    *,
    signed: Signed,
    leader: str,
    text: str,
    given_on: date,
    taker: str,
    due_on: date | None,
    by: User | None,
) -> Instruction:
    """Enter what a leader wrote on the report and make it a to-do of ``taker`` (a role of
    :data:`TAKERS`).

    The same words of the same leader and day are entered once: a second time the first entry is
    returned. Refused without the power instruct in this division; NotAllowed for an empty text or a
    deadline before the day it was given.
    """
    require(by, "instruct")
    if by is not None and not holdings(by).can("instruct", division=signed.division_id):
        raise Refused(f"只能登记本区划报告上的批示，由其{who_can('instruct')}办理。")
    _refuse_faulty(signed, leader, text, given_on, taker, due_on)
    twins = [
        row
        for row in instructions_about(signed)
        if (row.leader, row.text, row.given_on) == (leader, text, given_on)
    ]
    if twins:
        return twins[0]
    label = role_label(taker)
    instruction = records.add_instruction(
        division=signed.division,
        leader=leader,
        text=text,
        given_on=given_on,
        by=by,
        about=signed,
        assigned_to=label,
        due_on=due_on,
    )
    records.make_todo(
        division=signed.division,
        kind="instruction",
        title=f"办理{leader}批示：{text}",
        role=taker,
        target=instruction,
        due_on=due_on,
    )
    return instruction


def _refuse_faulty(
    signed: Signed, leader: str, text: str, given_on: date, taker: str, due_on: date | None
) -> None:
    if not leader or not text:
        raise NotAllowed("请写明批示领导和批示内容。")
    if taker not in TAKERS:
        raise NotAllowed(f"承办应为{'、'.join(role_label(role) for role in TAKERS)}之一。")
    if given_on < signed.signed_on:
        raise NotAllowed(f"批示日期 {given_on} 早于报告签发日期 {signed.signed_on}，请改正。")
    if due_on is not None and due_on < given_on:
        raise NotAllowed(f"办结期限 {due_on} 早于批示日期 {given_on}，请改正。")


def may_close(holding: Holdings, instruction: Instruction) -> bool:
    """Whoever was told to carry it out, and those who enter instructions."""
    division = instruction.division_id
    assigned = any(
        scope.division == division and role_label(scope.role) == instruction.assigned_to
        for scope in holding.scopes
    )
    return assigned or holding.can("instruct", division=division)


@transaction.atomic
def carry_out_instruction(
    *, instruction: Instruction, outcome: str, on: date, by: User | None
) -> Instruction:
    """办结: what came of it; its to-do is done.
    Refused for others, NotAllowed when it was closed already.
    """
    if by is not None and not may_close(holdings(by), instruction):
        raise Refused(
            f"这条批示由{instruction.assigned_to}承办，办理结果由其或{who_can('instruct')}登记。"
        )
    if on < instruction.given_on:
        raise NotAllowed(f"办结日期 {on} 早于批示日期 {instruction.given_on}，请改正。")
    closed = records.close_instruction(instruction=instruction, outcome=outcome, on=on, by=by)
    records.finish_todos(target=closed)
    return closed
