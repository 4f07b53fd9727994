"""绩效监控, act by act: begin a window, fill what only the unit knows, choose what the bureau watches
itself, look and advise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Dossier, Exemption, Milestone, Round
from wenxiao.budget.money import money
from wenxiao.budget.selectors import dossiers_of
from wenxiao.budget.services import open_round
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.hands import add_author
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.numbers import wan
from wenxiao.store.bulk import insert_rows
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from wenxiao.orgs.models import User

# ---- beginning -----------------------------------------------------------------------------------


@transaction.atomic
def start_monitoring(*, round: Round, by: User | None) -> int:
    """A waiting review for every dossier in scope, excused ones left out; returns how many are new.

    The target in force is laid under each. Doing it again adds what came into scope since.
    """
    permissions.require(by, "manage_round", division=round.division)
    _monitoring(round)
    owed = dossiers_of(round).exclude(
        pk__in=Exemption.objects.filter(round=round).values("dossier")
    )
    missing = list(owed.exclude(reviews__round=round).order_by("pk").values_list("pk", flat=True))
    if not missing:
        return 0
    targets = _targets_in_force(round)
    rows = [
        (key, round.pk, round.kind, "waiting", targets.get(key), round.synthetic) for key in missing
    ]
    created = insert_rows(
        Review, ("dossier", "round", "kind", "state", "target", "synthetic"), rows
    )
    record(
        division=round.division,
        by=by,
        act="建立监控表",
        target=round,
        data={"count": created, "digest": _span(missing)},
    )
    return created


def _monitoring(round: Round) -> None:
    if round.kind != Round.Kind.MONITORING:
        raise NotAllowed(f"“{round}”不是绩效监控任务。")
    if round.state != Round.State.OPEN:
        raise NotAllowed(f"任务“{round}”现为“{round.get_state_display()}”，须先下达。")


def _targets_in_force(round: Round) -> dict[int, int]:
    """By dossier of the round's year: the approved target of the highest
    number, else the latest.
    """
    rows = Target.objects.filter(
        dossier__fiscal_year=round.fiscal_year,
        dossier__subject__division=round.division_id,
        filing=False,
    ).values_list("dossier", "pk", "number", "state")
    ranked = sorted(rows, key=lambda row: (row[0], row[3] == Target.State.APPROVED, row[2]))
    return {dossier: pk for dossier, pk, _, _ in ranked}


def _span(keys: list[int]) -> str:
    return f"{keys[0]}–{keys[-1]}，共 {len(keys)}"


# ---- what the unit fills -------------------------------------------------------------------------


@transaction.atomic
def report_money(
    *,
    review: Review,
    by: User | None,
    budget: Decimal | None = None,
    executed: Decimal | None = None,
    expected: Decimal | None = None,
    version: int | None = None,
) -> Review:
    """The money of a window in 元 as the unit says it: ``expected`` is what it will have spent by
    the year's end.

    Budget and spending are the unit's to say only where neither treasury nor accounts told them.
    Raises Refused, NotAllowed (handed in already, below zero, told by the official record, less
    expected than spent), Stale.
    """
    permissions.require_for(by, "fill", review.dossier)
    _monitoring(review.round)
    if review.state not in OPEN:
        raise NotAllowed(
            f"现为“{review.get_state_display()}”，不能再改；如确需更改，请由审核人退回。"
        )
    known = money(review.dossier, through_month=review.round.through_month or 12)
    official = known.source not in {"", "form"}
    if official and (budget is not None or executed is not None):
        raise NotAllowed(
            "这个对象的支出由国库或核算数据带出，不用填报；与实际不符的请联系国库部门核对。"
        )
    given: dict[str, Any] = {
        name: value
        for name, value in (("budget", budget), ("executed", executed), ("expected", expected))
        if value is not None
    }
    if not given:
        raise NotAllowed("请填写预算数、执行数或全年预计执行数，没有支出的填 0。")
    if any(value < 0 for value in given.values()):
        raise NotAllowed("预算数和执行数不能为负数；退回、冲减请先核对国库数据。")
    _refuse_less_than_spent(review, expected, known.spent if official else executed)
    before = {name: getattr(review, name) for name in given}
    begun = {"state": "filling"} if review.state in {"waiting", "returned"} else {}
    change(review, version=version, **given, **begun)
    add_author(review, by)
    record(
        division=review.round.division,
        by=by,
        act="填报监控资金",
        target=review,
        label=str(review),
        data={"before": before, "after": given},
    )
    return review


def _refuse_less_than_spent(
    review: Review, expected: Decimal | None, executed: Decimal | None
) -> None:
    """By the year's end no less is spent than is spent now."""
    spent = review.executed if executed is None else executed
    if expected is not None and spent is not None and expected < spent:
        raise NotAllowed(
            f"全年预计执行数 {wan(expected)} 万元小于已执行的 {wan(spent)} 万元，请核对；单位是万元。"
        )


# ---- milestones ----------------------------------------------------------------------------------


@transaction.atomic
def plan_milestones(
    *,
    dossier: Dossier,
    steps: Mapping[str, date],
    by: User | None,
    why: str = "",
    synthetic: bool = False,
) -> list[Milestone]:
    """The dossier's own plan: name → day due, in order, replacing the steps not done yet.
    Steps done keep their day.

    A plan that stood before is changed only with a reason. Raises Refused, NotAllowed.
    """
    permissions.require_for(by, "fill", dossier)
    named = {name.strip(): due for name, due in steps.items()}
    if any(not name for name in named):
        raise NotAllowed("计划节点须有名称，如招标、开工、验收。")
    before = {step.name: step.due for step in dossier.milestones.all()}
    _refuse_other_years(dossier, {name: on for name, on in named.items() if before.get(name) != on})
    if before and not why.strip() and named != before:
        raise NotAllowed("改动已报的计划节点须写明理由。")
    replace_milestones(dossier, named, synthetic=synthetic)
    record(
        division=dossier.subject.division,
        by=by,
        act="填报计划节点",
        target=dossier,
        label=str(dossier),
        why=why,
        data={"before": before, "after": named},
    )
    return list(dossier.milestones.all())


def _refuse_other_years(dossier: Dossier, named: Mapping[str, date]) -> None:
    """The steps of a year's dossier are due in that year: another year's
    would light this year's money by mistake.
    """
    year = dossier.fiscal_year
    wrong = [f"“{name}”{on}" for name, on in named.items() if on.year != year]
    if wrong:
        raise NotAllowed(
            f"{'、'.join(wrong)}不在 {year} 年；这是 {year} 预算年度的档案，节点的应完成日期须在 {year} 年内，"
            "别的年度的节点填在那一年的档案里。"
        )


def replace_milestones(
    dossier: Dossier, named: Mapping[str, date], *, synthetic: bool = False
) -> None:
    """The steps not done yet give way to these, in order; steps done keep their day.
    The caller records it.
    """
    done = set(dossier.milestones.exclude(done=None).values_list("name", flat=True))
    dossier.milestones.filter(done=None).exclude(name__in=named).delete()
    for order, (name, due) in enumerate(named.items(), start=1):
        planned = (
            {"order": order}
            if name in done
            else {"due": due, "order": order, "synthetic": synthetic}
        )
        Milestone.objects.update_or_create(dossier=dossier, name=name, defaults=planned)


@transaction.atomic
def reach_milestone(
    *, milestone: Milestone, on: date, by: User | None, why: str = "", version: int | None = None
) -> Milestone:
    """A step is done on a day, not a day to come; another day than was told before needs a reason.
    Raises Stale.
    """
    dossier = milestone.dossier
    permissions.require_for(by, "fill", dossier)
    if on > today():
        raise NotAllowed(f"完成日期 {on} 还没有到；没有完成的节点不用填。")
    if on.year < dossier.fiscal_year:
        raise NotAllowed(
            f"完成日期 {on} 早于 {dossier.fiscal_year} 预算年度；以前年度完成的节点填在那一年的档案里。"
        )
    before = milestone.done
    if before and before != on and not why.strip():
        raise NotAllowed(f"“{milestone.name}”原报 {before} 完成，改动须写明理由。")
    change(milestone, version=version, done=on)
    record(
        division=dossier.subject.division,
        by=by,
        act="完成计划节点",
        target=dossier,
        why=why,
        label=f"{dossier}：{milestone.name}",
        data={"before": before, "after": on},
    )
    return milestone


# ---- what the bureau does itself -----------------------------------------------------------------


@transaction.atomic
def choose_key(*, round: Round, dossiers: Sequence[Dossier], why: str, by: User | None) -> Round:
    """重点监控: the chosen dossiers of a window are watched by the bureau itself, in a key round over
    the same months.

    A key round of that window takes them in; without one it is opened. Each gets its waiting
    review.
    """
    permissions.require(by, "manage_round", division=round.division)
    _monitoring(round)
    if not dossiers or not why.strip():
        raise NotAllowed("请选定重点监控的对象，并写明选取理由。")
    foreign = [str(one) for one in dossiers if one.fiscal_year != round.fiscal_year]
    if foreign:
        raise NotAllowed(f"{'、'.join(foreign)}不是{round.fiscal_year}年度的档案。")
    keys = sorted(one.pk for one in dossiers)
    known = key_round_of(round)
    if known is None:
        known = open_round(
            division=round.division,
            kind=round.kind,
            name=f"{round.fiscal_year}年财政重点监控（{round.period}）",
            work_year=round.work_year,
            fiscal_year=round.fiscal_year,
            by=by,
            key=True,
            from_month=round.from_month,
            through_month=round.through_month,
            scope={"dossiers": keys},
            deadline=round.deadline,
            basis=round.basis,
            todos=False,
            why=why,
        )
    elif "dossiers" in known.scope:
        scope = {**known.scope, "dossiers": sorted({*known.scope.get("dossiers", ()), *keys})}
        change(known, scope=scope)
    record(
        division=round.division,
        by=by,
        act="选定重点监控",
        target=known,
        why=why,
        data={"dossiers": keys},
    )
    start_monitoring(round=known, by=by)
    return known


def key_round_of(round: Round) -> Round | None:
    """The bureau's own open round over the same months of the same year,
    itself if it is one; None without.
    """
    if round.key:
        return round
    return Round.objects.filter(
        division=round.division,
        kind=round.kind,
        fiscal_year=round.fiscal_year,
        work_year=round.work_year,
        key=True,
        from_month=round.from_month,
        through_month=round.through_month,
        state=Round.State.OPEN,
    ).first()
