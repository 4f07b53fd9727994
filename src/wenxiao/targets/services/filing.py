"""送审 · 审核 · 批复: a target drawn up here, from the unit's hand to the
approval, by hands that check each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Round
from wenxiao.budget.money import money
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, holdings, require, require_for, require_other, who_can
from wenxiao.orgs.services.library import refuse_faulty
from wenxiao.records.models import Document
from wenxiao.records.services import finish_todos, make_todo, record
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move
from wenxiao.targets.checks import faults_of
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.rubric import PASSING, consequence_of
from wenxiao.targets.selectors import (
    noted_at_return,
    owed_in,
    rounds_asking,
    same_wording,
    target_in_force,
)
from wenxiao.targets.services.rows import record_act, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile

S = Target.State
MOVES = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.RETURNED: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.CHECKED, S.RETURNED, S.DRAFT}),
    S.CHECKED: frozenset({S.APPROVED, S.RETURNED}),
}


def blocking(target: Target) -> list[str]:
    """What keeps a target from being handed in: no row, or a problem that blocks."""
    blocks = [
        one.problem.text for one in faults_of([target])[target.pk] if one.problem.level == "阻断"
    ]
    return blocks if target.indicators.exists() else ["还没有一行指标。", *blocks]


@transaction.atomic
def submit_target(*, target: Target, by: User | None, version: int) -> Target:
    """送审: nothing that blocks may be left, and a round that asks for it
    must still run; after its day it counts as late.
    """
    require_for(by, "submit", target.dossier)
    before, late = _hand_in(target, version, filed_by=by, hand=None, signed=None)
    _moved(target, before, act="送审绩效目标", by=by, late=late)
    return target


@transaction.atomic
def submit_target_for_unit(
    *,
    target: Target,
    by: User | None,
    version: int,
    signed: StoredFile | None = None,
    why: str = "",
) -> Target:
    """代单位报送: the unit is the submitter with its ``signed`` paper, ``by``
    the hand; never from outside.
    """
    require_for(by, "submit_for", target.dossier)
    before, late = _hand_in(target, version, filed_by=None, hand=by, signed=signed)
    _moved(
        target,
        before,
        act="代单位报送绩效目标",
        by=by,
        why=why,
        unit=target.dossier.unit.name,
        signed=[signed.sha256] if signed else [],
        late=late,
    )
    return target


def _hand_in(target: Target, version: int, **values: Any) -> tuple[dict[str, Any], list[str]]:
    """Nothing that blocks may be left; ``values`` say who handed it in.
    Returns where it stood and what it is late for.
    """
    _must_file(target)
    rounds = _rounds_asking(target)
    wrong = blocking(target)
    if wrong:
        raise NotAllowed(f"还有 {len(wrong)} 处须改正，不能送审：{wrong[0]}")
    before = standing_of(target)
    unjudged: dict[str, Any] = {
        "opinions": [],
        "rubric": {},
        "rubric_points": None,
        "rubric_grade": "",
    }
    values |= {"checked_by": None, **unjudged}  # what was said of the last text stays in the trail
    move(target, allowed=MOVES, to=S.SUBMITTED, version=version, **values)
    finish_todos(target=target)
    for row in rounds:
        if not owed_in(row).filter(unit=target.dossier.unit).exists():
            finish_todos(target=row, unit=target.dossier.unit)
    late = [row.name for row in rounds if row.deadline is not None and row.deadline < today()]
    return before, late


def _rounds_asking(target: Target) -> list[Round]:
    """The running rounds that ask for this target; NotAllowed where every
    one that asked for it has ended.
    """
    asking = rounds_asking(target.dossier)
    open_ones = [row for row in asking if row.state == Round.State.OPEN]
    if asking and not open_ones and not _adjusts(target):
        raise NotAllowed(
            f"“{asking[-1].name}”已结束，不再收目标；需要补报请联系财政绩效科重开任务。"
        )
    return open_ones


def _adjusts(target: Target) -> bool:
    return target.dossier.targets.filter(state=S.APPROVED, number__lt=target.number).exists()


@transaction.atomic
def withdraw_target(*, target: Target, by: User | None, version: int, why: str = "") -> Target:
    """撤回: what nobody has checked yet goes back to the unit to be changed, and is owed again."""
    require_for(by, "submit", target.dossier)
    _must_file(target)
    if target.state != S.SUBMITTED:
        raise NotAllowed(
            f"目标现为“{target.get_state_display()}”，不能撤回；审核通过的请审核人退回。"
        )
    before = standing_of(target)
    move(target, allowed=MOVES, to=S.DRAFT, version=version, filed_by=None, hand=None)
    _moved(target, before, act="撤回绩效目标", by=by, why=why)
    _ask_again(target, "已撤回，改后送审")
    return target


def _all_said(why: str, marks: Sequence[Mapping[str, Any]]) -> str:
    """The reason of a return in one line: what is said of the whole, then of each marked row."""
    rows = [f"“{mark['name']}”{mark['note']}" for mark in marks]
    return "；".join([*([why.strip()] if why.strip() else []), *rows])


def _ask_again(target: Target, word: str) -> None:
    """A to-do for the unit's clerk about this very target."""
    dossier = target.dossier
    make_todo(
        division=dossier.subject.division,
        kind="target",
        title=f"{dossier.subject.name}（{dossier.fiscal_year}）的绩效目标{word}",
        role=Role.CLERK,
        unit=dossier.unit,
        target=target,
    )


def _must_file(target: Target) -> None:
    if target.origin == Target.Origin.FILED and target.state in {S.APPROVED, S.REPLACED}:
        raise NotAllowed(f"这份目标{target.get_state_display()}，不再审核、报送或批复。")
    if not target.filing:
        raise NotAllowed("这份目标不是在这里申报的，不用送审。")


def _may_check(by: User | None, target: Target) -> None:
    if by is None:
        return
    held, subject = holdings(by), target.dossier.subject
    if not any(held.can(power, subject=subject) for power in ("check_department", "check_office")):
        raise Refused(f"目标由{who_can('check_department')}、{who_can('check_office')}审核。")
    require_other(by, target.filed_by_id)


@transaction.atomic
def return_target(
    *, target: Target, marks: Sequence[Mapping[str, Any]], why: str, by: User | None, version: int
) -> Target:
    """退回: one list with all marks, each on a row ``{"row": number,
    "note"}``, and the reason on top.
    """
    _may_check(by, target)
    _must_file(target)
    if not why.strip() and not marks:
        raise NotAllowed("退回须写明理由，或在行上写明意见。")
    known = {row.pk: row for row in target.indicators.all()}
    if any(mark["row"] not in known for mark in marks):
        raise NotAllowed("标注的行不在这份目标里，请重新打开再标。")
    marks_kept = [
        {
            "row": mark["row"],
            "note": str(mark["note"])[:500],
            "name": known[mark["row"]].name,
            "was": known[mark["row"]].expression,
        }
        for mark in marks
    ]
    whole_note = (
        [{"row": None, "note": why.strip()[:500], "name": "", "was": ""}] if why.strip() else []
    )
    before = standing_of(target)
    values: dict[str, Any] = {
        "marks": whole_note + marks_kept,
        "returned_rows": noted_at_return(target),
    }
    move(target, allowed=MOVES, to=S.RETURNED, version=version, **values)
    _moved(target, before, act="退回绩效目标", by=by, why=why, marks=marks_kept)
    _ask_again(target, f"被退回：{_all_said(why, marks_kept)}")
    return target


@transaction.atomic
def check_target(*, target: Target, by: User | None, version: int, why: str = "") -> Target:
    """审核通过: by somebody else than who handed it in."""
    _may_check(by, target)
    _must_file(target)
    decision, refused = consequence_of(target)
    if refused:
        raise NotAllowed(f"审核等级为“{target.rubric_grade}”：{decision}，请退回单位。")
    seat = {"seat": "审核", "opinion": why.strip() or "同意", "person": by.name if by else ""}
    if target.rubric_grade and target.rubric_grade not in PASSING:
        why = "；".join(
            part for part in (why, f"审核等级“{target.rubric_grade}”，规则写明：{decision}") if part
        )
    before = standing_of(target)
    move(
        target,
        allowed=MOVES,
        to=S.CHECKED,
        version=version,
        checked_by=by,
        marks=[],
        opinions=[*target.opinions, {**seat, "date": None}],
    )
    _moved(target, before, act="审核绩效目标", by=by, why=why)
    return target


def _moved(
    target: Target, before: dict[str, Any], *, act: str, by: User | None, why: str = "", **more: Any
) -> None:
    """The entry of a step of the road: where the target stood, and where it stands now."""
    more |= {"before": before, "after": standing_of(target)}
    record_act(target, [], act=act, by=by, why=why, more=more)


@transaction.atomic
def approval_paper(
    *, division: Division, number: str, title: str, issued_on: date | None, by: User | None
) -> Document:
    """批复文件: the paper targets are approved by, from the library, or entered
    into it by whoever approves.
    """
    require(by, "approve_target", division=division)
    if not number.strip():
        raise NotAllowed("请填写批复文号。")
    refuse_faulty(Document.Kind.APPROVAL, title)
    known = Document.objects.filter(division=division, title=title, number=number).first()
    if known is not None:
        return known
    paper = Document.objects.create(
        division=division,
        kind=Document.Kind.APPROVAL,
        title=title,
        number=number,
        issuer=division.bureau,
        issued_on=issued_on,
    )
    record(
        division=division,
        by=by,
        act="登记文件",
        target=paper,
        why="批复绩效目标",
        data={"number": number},
    )
    return paper


@transaction.atomic
def approve_filed(
    *, target: Target, approval: Document, by: User | None, version: int, why: str = ""
) -> Target | None:
    """批复: the target holds from now on; returns the version it replaces, None for the first.

    A third hand: neither who handed in nor who checked. Rows that go on keep their number, with all
    that was filled of them; the replaced version keeps its own words.
    """
    dossier = target.dossier
    require(by, "approve_target", subject=dossier.subject)
    require_other(by, target.filed_by_id)
    if target.signed_id is None:
        require_other(by, target.hand_id)
    require_other(by, target.checked_by_id)
    _must_file(target)
    before = target_in_force(dossier)
    if before is not None and before.state == S.APPROVED and before.number > target.number:
        raise NotAllowed("起草以后已经有了批复的目标，这一份不能再批复；确需改动请办理目标调整。")
    pairs = _going_on(target, before)
    stood = standing_of(target) | {
        "held": standing_of(before, before.indicators.all() if before else [])
    }
    values: dict[str, Any] = {"approval": approval, "filing": False}
    if (
        before is not None and before.state == S.APPROVED
    ):  # the adjustment answers the budget as it is
        values["budget_answered"] = money(dossier).budget
    move(target, allowed=MOVES, to=S.APPROVED, version=version, **values)
    if before is not None:
        change(before, state=S.REPLACED)
        for new, old in pairs:
            _exchange(new, old)
    more = {
        "replaced": before.pk if before else None,
        "approval": approval.pk,
        "before": stood,
        "after": standing_of(target, target.indicators.all()) | {"held": standing_of(before)},
    }
    record_act(target, [], act="批复绩效目标", by=by, why=why, more=more)
    return before


def _going_on(target: Target, before: Target | None) -> list[tuple[Indicator, Indicator]]:
    """(row of the new version, row of the old one it is) for every row that goes on."""
    if before is None:
        return []
    rows, old = list(target.indicators.all()), list(before.indicators.all())
    if before.state == S.APPROVED:
        known = {row.pk: row for row in old}
        return [(row, known[row.came_from_id]) for row in rows if row.came_from_id in known]
    pairs = same_wording(
        [(row.level2, row.name, row.weight) for row in old],
        [(row.level2, row.name, row.weight) for row in rows],
        strict=True,
    )
    left = [row.name for at, row in enumerate(old) if at not in pairs]
    if left:
        raise NotAllowed(
            f"随报表带入的 {len(left)} 行与这份目标对不上（{'、'.join(left[:3])}），"
            "请退回按原名称填写，或先撤销那份报表的导入。"
        )
    return [(rows[to], old[at]) for at, to in pairs.items()]


def _exchange(new: Indicator, old: Indicator) -> None:
    """The old row's number takes the new words and moves to the new
    version; the old words stay with the old version.
    """
    names = [
        field.attname
        for field in Indicator._meta.concrete_fields
        if field.name not in {"id", "version", "came_from"}
    ]
    ours = {name: getattr(new, name) for name in names}
    theirs = {name: getattr(old, name) for name in names}
    rows = Indicator.objects
    rows.filter(pk=new.pk).update(order=_ASIDE + new.order)
    rows.filter(pk=old.pk).update(**ours, version=old.version + 1)
    rows.filter(pk=new.pk).update(**theirs, came_from=None, version=new.version + 1)


_ASIDE = 10_000
"""Where a row waits while two numbers change places."""
