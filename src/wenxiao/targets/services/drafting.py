"""起草 and 填报: a target drawn up here, carried over from last year's, with its rows, money and plan;
and the draft of an adjustment.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.selectors import KINDS, kinds_filed_here
from wenxiao.orgs.permissions import require_for
from wenxiao.store.moves import NotAllowed, change
from wenxiao.targets.models import Indicator, LongIndicator, Target, TargetAmount
from wenxiao.targets.plan import PlanStep, day_of_step, spelled
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services.rows import next_number, record_act, refuse_wide, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.records.models import StoredFile
    from wenxiao.targets.services.approving import AskedAmount
    from wenxiao.targets.services.rows import Explanation, TargetRow

S = Target.State
OPEN = frozenset({S.DRAFT, S.RETURNED})
"""The states in which the unit writes."""
MOST_ROWS = 200
MOST_AMOUNTS, MOST_STEPS, MOST_LONG = 40, 24, 40
MOST_EXPLAINED, LONGEST_WHY = 60, 300
LONGEST_NAME, LONGEST_STEP = 200, 60
_HEAD = ("text", "long_text", "content", "manager", "starts", "ends")
_COPIED = ("scope", "level", *_HEAD, "plan")


@transaction.atomic
def begin_target(*, dossier: Dossier, by: User | None, why: str = "") -> Target:
    """A draft of the dossier's target, carried over from last year's
    approved one where there is one.
    """
    require_for(by, "fill", dossier)
    _refuse_elsewhere(dossier)
    _refuse_second(dossier)
    standing = target_in_force(dossier)
    if standing is not None and standing.state == S.APPROVED:
        raise NotAllowed("这份档案的目标已经批复，改动请办理目标调整。")
    before = last_years(dossier)
    return _drafted(dossier, before, by=by, why=why, act="起草绩效目标", adjusts=False)


@transaction.atomic
def begin_adjustment(
    *,
    target: Target,
    by: User | None,
    why: str,
    budget_change: Decimal | None = None,
    proof: StoredFile | None = None,
    running: Sequence[str] = (),
) -> Target:
    """目标调整: a draft of the next version over the approved one, which holds until the new one is
    approved.

    ``budget_change``: the money added (below zero: cut back) that the request rests on, in 元;
    ``proof`` its paper. ``running``: the monitoring and self-evaluations under way by the present
    version, for the record.
    """
    dossier = target.dossier
    require_for(by, "fill", dossier)
    if not why.strip():
        raise NotAllowed("目标调整须写明理由，如预算追加、政策变化。")
    if target.state != Target.State.APPROVED:
        raise NotAllowed(f"只有批复的目标可以调整，这一版现为“{target.get_state_display()}”。")
    _refuse_second(dossier)
    return _drafted(
        dossier,
        target,
        by=by,
        why=why.strip(),
        act="申请目标调整",
        adjusts=True,
        budget_change=budget_change or None,
        change_proof=proof,
        running=running,
    )


def last_years(dossier: Dossier) -> Target | None:
    """The approved target of the same subject a year before; None where there is none."""
    rows = Target.objects.filter(
        dossier__subject=dossier.subject_id,
        dossier__fiscal_year=dossier.fiscal_year - 1,
        state=S.APPROVED,
    )
    return rows.order_by("-number").first()


def _refuse_elsewhere(dossier: Dossier) -> None:
    subject, year = dossier.subject, dossier.fiscal_year
    if subject.kind not in kinds_filed_here(subject.division, year):
        raise NotAllowed(
            f"{year} 预算年度{KINDS[subject.kind]}的目标不在本系统申报，批复后由财政导入；"
            f"确需在这里填的，请财政绩效科在“目标 → 申报范围”里选定。"
        )


def _refuse_second(dossier: Dossier) -> None:
    """NotAllowed while another version is being drawn up."""
    other = dossier.targets.filter(filing=True).first()
    if other is not None:
        raise NotAllowed(
            f"第 {other.number} 版目标还在办理（{other.get_state_display()}），不能再起草。"
        )


def _drafted(
    dossier: Dossier,
    before: Target | None,
    *,
    by: User | None,
    why: str,
    act: str,
    adjusts: bool,
    running: Sequence[str] = (),
    **values: Any,
) -> Target:
    """A draft with the words of the version before it; ``adjusts``: over
    the approved version of the same year.
    """
    copied = {name: getattr(before, name) for name in _COPIED} if before is not None else {}
    if before is None:
        kinds = {"department_overall": "department", "transfer": "transfer"}
        copied["scope"] = kinds.get(dossier.subject.kind, "project")
    draft = Target.objects.create(
        dossier=dossier,
        number=next_number(dossier),
        state=S.DRAFT,
        origin=Target.Origin.FILED,
        filing=True,
        asks_source=True,
        why=why,
        synthetic=dossier.subject.synthetic,
        **copied,
        **values,
    )
    if before is not None:
        _copy_rows(before, draft, adjusts=adjusts)
    proof = draft.change_proof
    more = {
        "from": before.pk if before else None,
        "before": {},
        "after": standing_of(draft, draft.indicators.all()),
        "budget_change": draft.budget_change,
        "proof": proof.sha256 if proof is not None else None,
        "running": list(running),
    }
    record_act(draft, [], act=act, by=by, why=why, more=more)
    return draft


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
            amount=row.amount,
        )
        for row in before.amounts.all()
    )


@transaction.atomic
def fill_target(
    *,
    target: Target,
    rows: Sequence[tuple[int | None, TargetRow]],
    head: Mapping[str, str],
    by: User | None,
    version: int,
    money: Sequence[tuple[str, AskedAmount]] | None = None,
    steps: Sequence[PlanStep] | None = None,
    long_rows: Sequence[TargetRow] | None = None,
    explained: Sequence[Explanation] | None = None,
) -> Target:
    """What the unit wrote: (number of the row it had, its texts) in their order; a row left out
    goes. Raises Stale.

    ``money`` (kind and amount), ``steps`` of the plan and ``long_rows`` (中长期指标) replace what stood;
    None leaves them. So do ``explained``: what the unit says of problems the checks name and leave
    open.
    """
    require_for(by, "fill", target.dossier)
    _must_be_open(target)
    _refuse_many(rows, money or (), steps or ())
    refuse_wide([row for _, row in rows])
    _refuse_long(long_rows or ())
    values: dict[str, Any] = {name: head[name] for name in _HEAD if name in head}
    if steps is not None:
        values["plan"] = [asdict_of_step(one) for one in _in_order(steps)]
    if explained is not None:
        values["explained"] = _explained(explained)
    beside = _beside_rows(target)
    change(target, version=version, **values)
    known = {row.pk: row for row in target.indicators.all()}
    before = standing_of(target, known.values()) | beside
    _write_rows(target, known, rows)
    if money is not None:
        _write_money(target, money)
    if long_rows is not None:
        _write_long(target, long_rows)
    texts_given = [row for _, row in rows]
    after = standing_of(target, texts_given) | _beside_rows(target)
    more = {"before": before, "after": after}
    record_act(target, texts_given, act="填报绩效目标", by=by, why="", more=more)
    return target


def _explained(given: Sequence[Explanation]) -> list[dict[str, str]]:
    written = [one for one in given if one.why.strip()]
    if len(written) > MOST_EXPLAINED:
        raise NotAllowed(f"检查说明最多 {MOST_EXPLAINED} 条，收到 {len(written)} 条。")
    for one in written:
        if len(one.why) > LONGEST_WHY:
            raise NotAllowed(f"对“{one.text[:30]}”的说明不超过 {LONGEST_WHY} 字。")
    return [asdict(one) | {"why": one.why.strip()} for one in written]


def _refuse_many(
    rows: Sequence[Any], money: Sequence[tuple[str, AskedAmount]], steps: Sequence[PlanStep]
) -> None:
    if len(rows) > MOST_ROWS:
        raise NotAllowed(
            f"一份目标最多 {MOST_ROWS} 行指标，收到 {len(rows)} 行；请核对粘贴的内容。"
        )
    if len(money) > MOST_AMOUNTS or len(steps) > MOST_STEPS:
        raise NotAllowed(f"资金最多 {MOST_AMOUNTS} 行，进度计划最多 {MOST_STEPS} 步。")
    for at, (_, one) in enumerate(money, start=1):
        if not one.name.strip() or len(one.name) > LONGEST_NAME:
            raise NotAllowed(f"资金第 {at} 行须写明名称，不超过 {LONGEST_NAME} 字。")


def _refuse_long(rows: Sequence[TargetRow]) -> None:
    if len(rows) > MOST_LONG:
        raise NotAllowed(f"中长期指标最多 {MOST_LONG} 行，收到 {len(rows)} 行。")
    for at, row in enumerate(rows, start=1):
        if not row.name.strip():
            raise NotAllowed(f"中长期指标第 {at} 行须写明三级指标。")
    try:
        refuse_wide(rows)
    except NotAllowed as refusal:
        raise NotAllowed(f"中长期指标{refusal}") from refusal


def _write_long(target: Target, rows: Sequence[TargetRow]) -> None:
    """The rows of the whole term; what a table brought beside the words
    typed here stays with the row of that name.
    """
    known = {one.name: one for one in target.long_indicators.all()}
    typed = ("level1", "level2", "name", "expression")
    term_rows = []
    for order, row in enumerate(rows, start=1):
        values = asdict(row)
        if (old := known.get(row.name)) is not None:
            values = {
                name: values[name] if name in typed else getattr(old, name) for name in values
            }
        term_rows.append(LongIndicator(target=target, order=order, **values))
    target.long_indicators.all().delete()
    LongIndicator.objects.bulk_create(term_rows)


def _in_order(steps: Sequence[PlanStep]) -> list[PlanStep]:
    names: set[str] = set()
    for at, one in enumerate(steps, start=1):
        if not one.name or len(one.name) > LONGEST_STEP:
            raise NotAllowed(f"进度计划第 {at} 步须写明步骤，不超过 {LONGEST_STEP} 字。")
        if one.name in names:
            raise NotAllowed(f"进度计划的“{one.name}”写了两次。")
        names.add(one.name)
        first, last = (day_of_step(text) for text in (one.start, one.end))
        if (one.start and first is None) or (one.end and last is None):
            wrong = one.end if one.end and last is None else one.start
            raise NotAllowed(f"“{one.name}”的时间“{wrong}”读不出来，请写作 2022-03 或 2022-03-15。")
        if first and last and first > last and one.start != one.end:
            raise NotAllowed(f"“{one.name}”的开始时间晚于完成时间，请核对。")
    return list(steps)


def _write_rows(
    target: Target, known: Mapping[int, Indicator], rows: Sequence[tuple[int | None, TargetRow]]
) -> None:
    ids_given = [pk for pk, _ in rows if pk is not None]
    if not set(ids_given) <= set(known) or len(set(ids_given)) < len(ids_given):
        raise NotAllowed("页面上的行与系统里的对不上，请重新打开再填。")
    came = {pk: row.came_from_id for pk, row in known.items()}
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


def _write_money(target: Target, money: Sequence[tuple[str, AskedAmount]]) -> None:
    orders: dict[str, int] = {}
    amounts = []
    for kind, one in money:
        orders[kind] = orders.get(kind, 0) + 1
        amounts.append(
            TargetAmount(
                target=target,
                kind=kind,
                order=orders[kind],
                name=one.name,
                content=one.content,
                amount=one.amount,
            )
        )
    target.amounts.all().delete()
    TargetAmount.objects.bulk_create(amounts)


def _beside_rows(target: Target) -> dict[str, Any]:
    """The money, the plan and the rows of the whole term as entries keep
    them; empty where there is none.
    """
    money = [[one.kind, one.name, one.amount] for one in target.amounts.all()]
    long_rows = [[one.name, one.expression] for one in target.long_indicators.all()]
    entry_data = {"money": money, "plan": target.plan, "long_rows": long_rows}
    entry_data["explained"] = target.explained
    return {name: value for name, value in entry_data.items() if value}


def asdict_of_step(step: PlanStep) -> dict[str, str]:
    """A step as the target holds it, its days in one spelling."""
    return {"step": step.name, "from": spelled(step.start), "to": spelled(step.end)}


def _must_be_open(target: Target) -> None:
    if not target.filing or target.state not in OPEN:
        raise NotAllowed(f"目标现为“{target.get_state_display()}”，不能再改；要改请审核人退回。")
