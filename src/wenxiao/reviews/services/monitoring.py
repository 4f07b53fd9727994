"""绩效监控, act by act: begin a window, fill what only the unit knows, choose what the bureau watches itself, look and advise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Dossier, Exemption, Milestone, Round
from wenxiao.budget.selectors import dossiers_of
from wenxiao.budget.services import open_round
from wenxiao.evidence.models import Actual
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.filling import record_actual, set_suggestions
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook import basis
from wenxiao.rulebook.expressions import parse
from wenxiao.store.bulk import insert_rows
from wenxiao.store.moves import NotAllowed, change
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from wenxiao.orgs.models import User

CAUSES = ("经费", "制度", "人员", "硬件", "其他")
"""The official list of causes as said on screen; the rulebook's long names (经费保障 …) are taken as well."""


# ---- beginning -------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_monitoring(*, round: Round, by: User | None) -> int:  # noqa: A002 - the field's own word (任务)
    """A waiting review for every dossier in scope, excused ones left out; returns how many are new.

    The target in force is laid under each. Doing it again adds what came into scope since.
    """
    permissions.require(by, "manage_round")
    _monitoring(round)
    owed = dossiers_of(round).exclude(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    missing = list(owed.exclude(reviews__round=round).order_by("pk").values_list("pk", flat=True))
    if not missing:
        return 0
    targets = _targets_in_force(round)
    rows = [(key, round.pk, round.kind, "waiting", targets.get(key), round.synthetic) for key in missing]
    made = insert_rows(Review, ("dossier", "round", "kind", "state", "target", "synthetic"), rows)
    record(
        division=round.division, by=by, act="建立监控表", target=round, data={"count": made, "digest": _span(missing)}
    )
    return made


def _monitoring(round: Round) -> None:  # noqa: A002 - as above
    if round.kind != Round.Kind.MONITORING:
        raise NotAllowed(f"“{round}”不是绩效监控任务。")
    if round.state != Round.State.OPEN:
        raise NotAllowed(f"任务“{round}”现为“{round.get_state_display()}”，须先下达。")


def _targets_in_force(round: Round) -> dict[int, int]:  # noqa: A002 - as above
    """By dossier of the round's year: the approved target of the highest number, else the latest."""
    rows = Target.objects.filter(
        dossier__fiscal_year=round.fiscal_year, dossier__subject__division=round.division_id
    ).values_list("dossier", "pk", "number", "state")
    ranked = sorted(rows, key=lambda row: (row[0], row[3] == Target.State.APPROVED, row[2]))
    return {dossier: pk for dossier, pk, _, _ in ranked}


def _span(keys: list[int]) -> str:
    return f"{keys[0]}–{keys[-1]}，共 {len(keys)}"


# ---- what the unit fills ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """What a unit says of one indicator. ``version`` is that of the value seen before, None for a first one."""

    indicator: Indicator
    value: str
    forecast: str = ""
    causes: tuple[str, ...] = ()
    possibility: str = ""
    measure: str = ""
    version: int | None = None


@transaction.atomic
def fill_monitoring(
    *, review: Review, by: User | None, rows: Sequence[Filled], budget: Decimal | None = None,
    executed: Decimal | None = None,
) -> list[Actual]:  # fmt: skip
    """Write the rows a unit filled, all or none; money only where the system doesn't know it.

    NotAllowed names every wrong cell at once: unreadable figures, causes and likelihoods outside the official lists,
    a deviation without measure.
    """
    problems = [sentence for row in rows for sentence in faults_of(row, review.round.fiscal_year)]
    if problems:
        raise NotAllowed("；".join(problems))
    if budget is not None or executed is not None:
        _fill_money(review, by, budget, executed)
    return [
        record_actual(
            review=review, indicator=row.indicator, by=by, value=row.value.strip(), forecast=row.forecast.strip(),
            note=row.measure.strip(), causes=[_cause(cause, review.round.fiscal_year) or cause for cause in row.causes],
            possibility=row.possibility, version=row.version,
        )
        for row in rows
    ]  # fmt: skip


def faults_of(row: Filled, year: int) -> list[str]:
    """What is wrong with one row, as sentences naming the indicator; empty when it can be taken."""
    name, found = row.indicator.name, []
    rules = basis.in_force("monitoring", year).content
    for label, text in (("完成值", row.value), ("全年预计", row.forecast)):
        if text.strip() and _unreadable(text, row.indicator):
            found.append(f"“{name}”的{label}“{text}”不是数值，应按目标“{row.indicator.expression}”的单位填写数字")
    wrong = [cause for cause in row.causes if _cause(cause, year) is None]
    if wrong:
        found.append(f"“{name}”的偏差原因“{'、'.join(wrong)}”不在所列之中，可选：{'、'.join(CAUSES)}")
    if row.possibility and row.possibility not in rules["possibility"].values():
        listed = "、".join(rules["possibility"].values())
        found.append(f"“{name}”的完成可能性“{row.possibility}”不在所列之中，可选：{listed}")
    if row.possibility in {rules["possibility"]["2"], rules["possibility"]["3"]}:
        if not row.causes:
            found.append(f"“{name}”全年“{row.possibility}”完成，请选择偏差原因")
        if not row.measure.strip():
            found.append(f"“{name}”全年“{row.possibility}”完成，请写明改进措施")
    return found


def _unreadable(text: str, indicator: Indicator) -> bool:
    """Only a numeric target demands a number; a negative count is none."""
    target = parse(indicator.expression, "target") if indicator.expression.strip() else None
    if target is None or target.kind != "number":
        return False
    return parse(text, "actual").kind != "number"


def _cause(said: str, year: int) -> str | None:
    """The short official word for a cause, or None when it isn't on the list."""
    long = basis.in_force("monitoring", year).content["causes"]
    return next((word for word in CAUSES if said == word or (said in long and said.startswith(word))), None)


def _fill_money(review: Review, by: User | None, budget: Decimal | None, executed: Decimal | None) -> None:
    permissions.require(by, "fill", unit=review.dossier.unit, subject=review.dossier.subject)
    if review.state not in OPEN:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再改；如确需更改，请由审核人退回。")
    given: dict[str, Any] = {
        name: value for name, value in (("budget", budget), ("executed", executed)) if value is not None
    }
    if any(value < 0 for value in given.values()):
        raise NotAllowed("预算数和执行数不能为负数；退回、冲减请先核对国库数据。")
    before = {name: getattr(review, name) for name in given}
    change(review, **given)
    record(
        division=review.round.division, by=by, act="填报监控资金", target=review, label=str(review),
        data={"before": before, "after": given},
    )  # fmt: skip


# ---- milestones ------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_milestones(
    *, dossier: Dossier, steps: Mapping[str, date], by: User | None, why: str = "", synthetic: bool = False
) -> list[Milestone]:
    """The dossier's own plan: name → day due, replacing the steps not done yet. Steps that are done keep their day."""
    permissions.require(by, "fill", unit=dossier.unit, subject=dossier.subject)
    if any(not name.strip() for name in steps):
        raise NotAllowed("计划节点须有名称，如招标、开工、验收。")
    before = {step.name: step.due for step in dossier.milestones.all()}
    dossier.milestones.filter(done=None).exclude(name__in=steps).delete()
    for order, (name, due) in enumerate(steps.items(), start=1):
        Milestone.objects.update_or_create(
            dossier=dossier, name=name.strip(), defaults={"due": due, "order": order, "synthetic": synthetic}
        )
    record(
        division=dossier.subject.division, by=by, act="填报计划节点", target=dossier, label=str(dossier), why=why,
        data={"before": before, "after": dict(steps)},
    )  # fmt: skip
    return list(dossier.milestones.all())


@transaction.atomic
def reach_milestone(*, milestone: Milestone, on: date, by: User | None, why: str = "") -> Milestone:
    """A step is done on a day."""
    dossier = milestone.dossier
    permissions.require(by, "fill", unit=dossier.unit, subject=dossier.subject)
    before = milestone.done
    change(milestone, done=on)
    record(
        division=dossier.subject.division, by=by, act="完成计划节点", target=dossier, why=why,
        label=f"{dossier}：{milestone.name}", data={"before": before, "after": on},
    )  # fmt: skip
    return milestone


# ---- what the bureau does itself -------------------------------------------------------------------------------------


@transaction.atomic
def choose_key(*, round: Round, dossiers: Sequence[Dossier], why: str, by: User | None) -> Round:  # noqa: A002 - as above
    """重点监控: the chosen dossiers of a window are watched by the bureau itself, in a key round over the same months.

    A key round of that window takes them in; without one it is opened. Each gets its waiting review.
    """
    permissions.require(by, "manage_round")
    _monitoring(round)
    if not dossiers or not why.strip():
        raise NotAllowed("请选定重点监控的对象，并写明选取理由。")
    foreign = [str(one) for one in dossiers if one.fiscal_year != round.fiscal_year]
    if foreign:
        raise NotAllowed(f"{'、'.join(foreign)}不是{round.fiscal_year}年度的档案。")
    keys = sorted(one.pk for one in dossiers)
    known = _key_round(round)
    if known is None:
        known = open_round(
            division=round.division, kind=round.kind, name=f"{round.fiscal_year}年财政重点监控（{round.period}）",
            work_year=round.work_year, fiscal_year=round.fiscal_year, by=by, key=True, from_month=round.from_month,
            through_month=round.through_month, scope={"dossiers": keys}, deadline=round.deadline, basis=round.basis,
            todos=False, why=why,
        )  # fmt: skip
    elif "dossiers" in known.scope:
        scope = {**known.scope, "dossiers": sorted({*known.scope.get("dossiers", ()), *keys})}
        change(known, scope=scope)
    record(division=round.division, by=by, act="选定重点监控", target=known, why=why, data={"dossiers": keys})
    start_monitoring(round=known, by=by)
    return known


def _key_round(round: Round) -> Round | None:  # noqa: A002 - as above
    if round.key:
        return round
    return Round.objects.filter(
        division=round.division, kind=round.kind, fiscal_year=round.fiscal_year, work_year=round.work_year, key=True,
        from_month=round.from_month, through_month=round.through_month, state=Round.State.OPEN,
    ).first()  # fmt: skip


@transaction.atomic
def note_field_visit(*, review: Review, notes: str, by: User | None, version: int | None = None) -> Review:
    """现场情况: what was seen on the spot, by who evaluates; the words that stood before stay in the trail."""
    _looks(review, by)
    before = review.field_notes
    change(review, version=version, field_notes=notes.strip())
    record(
        division=review.round.division, by=by, act="记录现场情况", target=review, label=str(review),
        data={"before": before, "after": review.field_notes},
    )  # fmt: skip
    return review


@transaction.atomic
def advise(*, review: Review, texts: Sequence[str], by: User | None) -> None:
    """意见建议 of a monitored project, numbered in the order given; empty ones are left out."""
    _looks(review, by)
    set_suggestions(review=review, texts=[text.strip() for text in texts if text.strip()], by=by)


def _looks(review: Review, by: User | None) -> None:
    permissions.require(by, "evaluate", unit=review.dossier.unit, subject=review.dossier.subject)
    if review.kind != Round.Kind.MONITORING:
        raise NotAllowed("只有监控任务有现场情况和监控建议。")
    if review.state == Review.State.ISSUED:
        raise NotAllowed("监控结果已出具，不能再改；如确需更改，请重开。")
