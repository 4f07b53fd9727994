"""申报 · 审核 · 批复 · 调整: a target drawn up here, from the first row to the approval, by hands that check each other."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs.permissions import Refused, holdings, require, require_other, who_can
from wenxiao.orgs.services.library import refuse_faulty
from wenxiao.records.models import Document
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed, change, move
from wenxiao.targets.checks import faults_of
from wenxiao.targets.models import Indicator, LongIndicator, Target, TargetAmount
from wenxiao.targets.selectors import same_wording, target_in_force
from wenxiao.targets.services.rows import next_number, record_act, refuse_wide, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile
    from wenxiao.targets.services.rows import Promise

S = Target.State
MOVES = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.RETURNED: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.CHECKED, S.RETURNED}),
    S.CHECKED: frozenset({S.APPROVED, S.RETURNED}),
}
OPEN = frozenset({S.DRAFT, S.RETURNED})
"""The states in which the unit writes."""
MOST_ROWS = 200
_HEAD = ("text", "long_text", "content", "manager", "starts", "ends")
_COPIED = ("scope", "level", *_HEAD, "plan")


@transaction.atomic
def begin_target(*, dossier: Dossier, by: User | None, why: str = "") -> Target:
    """A draft of the dossier's target, carried over from last year's approved one where there is one."""
    require(by, "fill", unit=dossier.unit, subject=dossier.subject)
    _refuse_second(dossier)
    standing = target_in_force(dossier)
    if standing is not None and standing.state == S.APPROVED:
        raise NotAllowed("这份档案的目标已经批复，改动请办理目标调整。")
    before = last_years(dossier)
    return _drafted(dossier, before, by=by, why=why, act="起草绩效目标", adjusts=False)


@transaction.atomic
def begin_adjustment(*, target: Target, by: User | None, why: str) -> Target:
    """目标调整: a draft of the next version over the approved one, which holds until the new one is approved."""
    dossier = target.dossier
    require(by, "fill", unit=dossier.unit, subject=dossier.subject)
    if not why.strip():
        raise NotAllowed("目标调整须写明理由，如预算追加、政策变化。")
    if target.state != S.APPROVED:
        raise NotAllowed(f"只有批复的目标可以调整，这一版现为“{target.get_state_display()}”。")
    _refuse_second(dossier)
    return _drafted(dossier, target, by=by, why=why.strip(), act="申请目标调整", adjusts=True)


def last_years(dossier: Dossier) -> Target | None:
    """The approved target of the same subject a year before; None where there is none."""
    rows = Target.objects.filter(
        dossier__subject=dossier.subject_id,
        dossier__fiscal_year=dossier.fiscal_year - 1,
        state=S.APPROVED,
    )
    return rows.order_by("-number").first()


def _refuse_second(dossier: Dossier) -> None:
    other = dossier.targets.filter(filing=True).first()
    if other is not None:
        raise NotAllowed(
            f"第 {other.number} 版目标还在办理（{other.get_state_display()}），不能再起草。"
        )


def _drafted(
    dossier: Dossier, before: Target | None, *, by: User | None, why: str, act: str, adjusts: bool
) -> Target:
    kept = {name: getattr(before, name) for name in _COPIED} if before is not None else {}
    if before is None:
        kinds = {"department_overall": "department", "transfer": "transfer"}
        kept["scope"] = kinds.get(dossier.subject.kind, "project")
    made = Target.objects.create(
        dossier=dossier,
        number=next_number(dossier),
        state=S.DRAFT,
        origin=Target.Origin.FILED,
        filing=True,
        asks_source=True,
        why=why,
        synthetic=dossier.subject.synthetic,
        **kept,
    )
    if before is not None:
        _copy_rows(before, made, adjusts=adjusts)
    more = {
        "from": before.pk if before else None,
        "before": {},
        "after": standing_of(made, made.indicators.all()),
    }
    record_act(made, [], act=act, by=by, why=why, more=more)
    return made


def _copy_rows(before: Target, made: Target, *, adjusts: bool) -> None:
    names = [
        field.name
        for field in Indicator._meta.concrete_fields
        if field.name not in {"id", "version", "target", "came_from"}
    ]
    Indicator.objects.bulk_create(
        Indicator(
            target=made,
            came_from=row if adjusts else None,
            **{name: getattr(row, name) for name in names},
        )
        for row in before.indicators.all()
    )
    LongIndicator.objects.bulk_create(
        LongIndicator(target=made, **{name: getattr(row, name) for name in names})
        for row in before.long_indicators.all()
    )
    TargetAmount.objects.bulk_create(
        TargetAmount(
            target=made,
            kind=row.kind,
            order=row.order,
            name=row.name,
            content=row.content,
            amount=row.amount if adjusts else None,
        )
        for row in before.amounts.all()
    )


@transaction.atomic
def fill_target(
    *,
    target: Target,
    rows: Sequence[tuple[int | None, Promise]],
    head: Mapping[str, str],
    by: User | None,
    version: int,
) -> Target:
    """What the unit wrote: (number of the row it had, its texts) in their order; a row left out goes. Raises Stale."""
    require(by, "fill", unit=target.dossier.unit, subject=target.dossier.subject)
    _must_be_open(target)
    if len(rows) > MOST_ROWS:
        raise NotAllowed(
            f"一份目标最多 {MOST_ROWS} 行指标，收到 {len(rows)} 行；请核对粘贴的内容。"
        )
    refuse_wide([row for _, row in rows])
    change(target, version=version, **{name: head[name] for name in _HEAD if name in head})
    known = {row.pk: row for row in target.indicators.all()}
    kept = [pk for pk, _ in rows if pk is not None]
    if not set(kept) <= set(known) or len(set(kept)) < len(kept):
        raise NotAllowed("页面上的行与系统里的对不上，请重新打开再填。")
    came = {pk: row.came_from_id for pk, row in known.items()}
    before = standing_of(target, known.values())
    target.indicators.all().delete()
    Indicator.objects.bulk_create(
        Indicator(pk=pk, target=target, order=order, came_from_id=came.get(pk or 0), **asdict(row))
        for order, (pk, row) in enumerate(rows, start=1)
        if pk is not None
    )
    Indicator.objects.bulk_create(
        Indicator(target=target, order=order, **asdict(row))
        for order, (pk, row) in enumerate(rows, start=1)
        if pk is None
    )
    record_act(
        target,
        [row for _, row in rows],
        act="填报绩效目标",
        by=by,
        why="",
        more={"before": before, "after": standing_of(target, [row for _, row in rows])},
    )
    return target


def _must_be_open(target: Target) -> None:
    if not target.filing or target.state not in OPEN:
        raise NotAllowed(f"目标现为“{target.get_state_display()}”，不能再改；要改请审核人退回。")


def blocking(target: Target) -> list[str]:
    """What keeps a target from being handed in: no row, or a problem that blocks."""
    found = [
        one.problem.text for one in faults_of([target])[target.pk] if one.problem.level == "阻断"
    ]
    return found if target.indicators.exists() else ["还没有一行指标。", *found]


@transaction.atomic
def submit_target(*, target: Target, by: User | None, version: int) -> Target:
    """送审: nothing that blocks may be left."""
    require(by, "submit", unit=target.dossier.unit, subject=target.dossier.subject)
    before = _hand_in(target, version, filed_by=by, hand=None, signed=None)
    _moved(target, before, act="送审绩效目标", by=by)
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
    """代单位报送: the unit is the submitter with its ``signed`` paper, ``by`` the hand; never from outside."""
    require(by, "submit_for", unit=target.dossier.unit, subject=target.dossier.subject)
    before = _hand_in(target, version, filed_by=None, hand=by, signed=signed)
    _moved(
        target,
        before,
        act="代单位报送绩效目标",
        by=by,
        why=why,
        unit=target.dossier.unit.name,
        signed=[signed.sha256] if signed else [],
    )
    return target


def _hand_in(target: Target, version: int, **values: Any) -> dict[str, Any]:
    """Nothing that blocks may be left; ``values`` say who handed it in. Returns where it stood."""
    _must_file(target)
    wrong = blocking(target)
    if wrong:
        raise NotAllowed(f"还有 {len(wrong)} 处须改正，不能送审：{wrong[0]}")
    before = standing_of(target)
    move(target, allowed=MOVES, to=S.SUBMITTED, version=version, checked_by=None, **values)
    return before


def _must_file(target: Target) -> None:
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
    """退回: one list with all marks, each on a row ``{"row": number, "note"}``, and the reason on top."""
    _may_check(by, target)
    _must_file(target)
    if not why.strip() and not marks:
        raise NotAllowed("退回须写明理由，或在行上写明意见。")
    known = {row.pk: row for row in target.indicators.all()}
    if any(mark["row"] not in known for mark in marks):
        raise NotAllowed("标注的行不在这份目标里，请重新打开再标。")
    told = [
        {
            "row": mark["row"],
            "note": str(mark["note"])[:500],
            "name": known[mark["row"]].name,
            "was": known[mark["row"]].expression,
        }
        for mark in marks
    ]
    kept = [{"row": None, "note": why.strip()[:500], "name": "", "was": ""}] if why.strip() else []
    before = standing_of(target)
    move(target, allowed=MOVES, to=S.RETURNED, version=version, marks=kept + told)
    _moved(target, before, act="退回绩效目标", by=by, why=why, marks=told)
    return target


@transaction.atomic
def check_target(*, target: Target, by: User | None, version: int, why: str = "") -> Target:
    """审核通过: by somebody else than who handed it in."""
    _may_check(by, target)
    _must_file(target)
    seat = {"seat": "审核", "opinion": why.strip() or "同意", "person": by.name if by else ""}
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
    """批复文件: the paper targets are approved by, from the library, or entered into it by whoever approves."""
    require(by, "approve_target", division=division)
    if not number.strip():
        raise NotAllowed("请填写批复文号。")
    refuse_faulty(Document.Kind.APPROVAL, title)
    known = Document.objects.filter(division=division, title=title, number=number).first()
    if known is not None:
        return known
    made = Document.objects.create(
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
        target=made,
        why="批复绩效目标",
        data={"number": number},
    )
    return made


@transaction.atomic
def approve_filed(
    *, target: Target, approval: Document, by: User | None, version: int, why: str = ""
) -> Target | None:
    """批复: the target holds from now on; returns the version it replaces, None for the first.

    A third hand: neither who handed in nor who checked. Rows that go on keep their number, with all that was filled of
    them; the replaced version keeps its own words.
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
    move(target, allowed=MOVES, to=S.APPROVED, version=version, approval=approval, filing=False)
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
    """The old row's number takes the new words and moves to the new version; the old words stay with the old version."""
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
