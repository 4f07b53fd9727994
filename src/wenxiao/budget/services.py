"""Subjects, dossiers, money and the year's rounds: one function per act, each in one transaction with its trail entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget import selectors
from wenxiao.budget.models import (
    Appropriation,
    AuditedAmount,
    Dossier,
    Exemption,
    Fund,
    Level,
    Round,
    Spending,
    Subject,
)
from wenxiao.budget.reasons import EXEMPTION_REASONS, NEEDS_NOTE
from wenxiao.orgs.models import Role, Unit
from wenxiao.orgs.permissions import require
from wenxiao.records.models import Todo
from wenxiao.records.services import make_todos, record, void_todos
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import Document, ImportBatch

_SECRET_MARKS = ("绝密", "机密", "秘密★", "涉密")
_AMOUNTS = {
    "opening": "年初预算",
    "added": "追加",
    "cut_back": "收回",
    "adjusted": "全年预算",
    "arrived": "到位",
}
_DAYS = frozenset({"arrived_on", "cut_back_on"})
_MOVES = {
    Round.State.DRAFT: frozenset({Round.State.OPEN}),
    Round.State.OPEN: frozenset({Round.State.CLOSED}),
    Round.State.CLOSED: frozenset({Round.State.OPEN}),
}
ROUND_TODO = "round"
DEFAULT_ROUTE = ("head", "department", "office", "performance")


def refuse_secret(name: str) -> None:
    """No state secrets enter: a name that carries a marking is refused with what to do instead."""
    marks = [mark for mark in _SECRET_MARKS if mark in name and f"非{mark}" not in name]
    if marks:
        raise NotAllowed(f"“{name}”带有“{marks[0]}”字样。涉密项目和文件不得进入本系统，请按保密规定线下管理。")


@transaction.atomic
def ensure_subject(
    *,
    division: Division,
    unit: Unit,
    code: str,
    name: str,
    by: User | None,
    kind: str = Subject.Kind.PROJECT,
    why: str = "",
    **details: Any,
) -> Subject:
    """The subject with this code, made if unknown; a known one is returned as it is.

    ``details``: nature, recurring, restriction, tags, starts_on, ends_on, synthetic. Codes of 预算管理一体化 have 21
    characters; what has no such code yet (部门整体, a new policy) takes one of the bureau's own, at most 21.
    """
    known = selectors.subject_by_code(division=division, code=code)
    if known is not None:
        return known
    refuse_secret(name)
    if not code or len(code) > 21 or not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        raise NotAllowed(f"项目代码“{code}”无效：应为不超过21位的数字或字母，一体化系统的代码为21位。")
    if unit.division_id != division.pk:
        raise NotAllowed(f"“{unit}”不属于{division}。")
    subject = Subject.objects.create(division=division, unit=unit, code=code, name=name, kind=kind, **details)
    record(
        division=division,
        by=by,
        act="新增对象",
        target=subject,
        why=why,
        data={"code": code, "unit": unit, "kind": kind},
    )
    return subject


@transaction.atomic
def open_dossier(
    *,
    subject: Subject,
    fiscal_year: int,
    by: User | None,
    unit: Unit | None = None,
    batch: ImportBatch | None = None,
    why: str = "",
) -> Dossier:
    """The subject's dossier of a fiscal year (一项一档), made if there is none; ``unit`` defaults to today's."""
    dossier, made = Dossier.objects.get_or_create(
        subject=subject,
        fiscal_year=fiscal_year,
        defaults={"unit": unit or subject.unit, "batch": batch},
    )
    if made:
        record(division=subject.division, by=by, act="建立档案", target=dossier, why=why, label=str(dossier))
    return dossier


LONGEST_TAG, MOST_TAGS = 20, 12


@transaction.atomic
def tag_subject(*, subject: Subject, tag: str, taken_off: bool = False, by: User | None, why: str = "") -> Subject:
    """One 领域标签 on the subject, or off it. Tags may set a round's scope, so whoever opens rounds puts them on."""
    require(by, "manage_round", subject=subject)
    tag = tag.strip()
    if not tag or len(tag) > LONGEST_TAG or any(sign in tag for sign in "、，,;；\n\t"):
        raise NotAllowed(f"标签须为1至{LONGEST_TAG}个字，一次一个，不带顿号、逗号。")
    refuse_secret(tag)
    kept = Subject.objects.select_for_update().get(pk=subject.pk)
    tags = list(kept.tags or [])
    if (tag in tags) != taken_off:
        raise NotAllowed(f"原来就{'没有' if taken_off else '有'}标签“{tag}”。")
    if not taken_off and len(tags) >= MOST_TAGS:
        raise NotAllowed(f"一个对象最多{MOST_TAGS}个标签。")
    kept.tags = [one for one in tags if one != tag] if taken_off else [*tags, tag]
    kept.save(update_fields=["tags"])
    record(
        division=kept.division, by=by, act="去标签" if taken_off else "加标签", target=kept, why=why,
        data={"before": tags, "after": kept.tags},
    )  # fmt: skip
    return kept


@transaction.atomic
def restrict_subject(*, subject: Subject, restriction: str, by: User | None, why: str) -> Subject:
    """可公开 · 不予公开 · 限制知悉, with a reason."""
    require(by, "disclose", subject=subject)
    if not why.strip():
        raise NotAllowed("改变公开属性须写明理由。")
    if restriction not in Subject.Restriction.values:
        raise NotAllowed(f"公开属性应为{'、'.join(Subject.Restriction.labels)}之一。")
    before = subject.restriction
    if before == restriction:
        raise NotAllowed(f"原来就是“{subject.get_restriction_display()}”。")
    subject.restriction = restriction
    subject.save(update_fields=["restriction"])
    record(
        division=subject.division, by=by, act="改变公开属性", target=subject, why=why,
        data={"before": before, "after": restriction},
    )  # fmt: skip
    return subject


@transaction.atomic
def hand_over(*, subjects: Iterable[Subject], to: Unit, by: User | None, why: str, from_year: int) -> int:
    """Subjects go to another unit after a merger or split; dossiers from ``from_year`` follow, earlier ones stay."""
    require(by, "manage_units")
    moved = list(subjects)
    keys = [subject.pk for subject in moved]
    Subject.objects.filter(pk__in=keys).update(unit=to)
    for dossier in Dossier.objects.filter(subject__in=keys, fiscal_year__gte=from_year):
        change(dossier, unit=to)
    record(
        division=to.division, by=by, act="对象移交", target=to, why=why, label=f"{len(moved)} 个对象 → {to}",
        data={"subjects": {str(s.pk): s.unit_id for s in moved}, "to": to, "from_year": from_year},
    )  # fmt: skip
    return len(moved)


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
    """Money arranged from one fund, in 元: opening, added, cut_back, adjusted, arrived (Decimal); arrived_on, cut_back_on.

    Only what is given changes. Raises NotAllowed for a negative amount, Stale when somebody changed the row meanwhile.
    """
    unknown = set(amounts) - {*_AMOUNTS, *_DAYS}
    if unknown:
        raise KeyError(*sorted(unknown))
    for name, value in amounts.items():
        if name not in _DAYS and value is not None and value < 0:
            label = _AMOUNTS[name]
            raise NotAllowed(f"{label} {value} 元为负数；调减请填在“收回”。")
    row, made = Appropriation.objects.get_or_create(
        dossier=dossier,
        fund=fund,
        level=level,
        defaults={**amounts, "batch": batch, "synthetic": synthetic},
    )
    before = {} if made else {name: getattr(row, name) for name in amounts}
    if not made and before != amounts:
        change(row, version=version, **amounts)
    if made or before != amounts:
        _record_money(
            "登记预算安排", row, by=by, why=why, before=before, after={"fund": fund, "level": level, **amounts}
        )
    return row


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
    """One payment, or with ``cumulative`` the sum from January through ``month``, in 元. A negative one is a reversal.

    The same voucher ``line`` of one source counts once: a second one is refused.
    """
    if not 1 <= month <= 12:
        raise NotAllowed(f"月份应为1至12，收到的是 {month}。")
    if paid_on is not None and (paid_on.year, paid_on.month) != (dossier.fiscal_year, month) and not cumulative:
        raise NotAllowed(f"支付日期 {paid_on} 不在 {dossier.fiscal_year} 年 {month} 月。")
    if line and Spending.objects.filter(dossier=dossier, fund=fund, source=source, line=line).exists():
        raise NotAllowed(f"凭证号 {line} 已经登记，不能重复计算。")
    row = Spending.objects.create(
        dossier=dossier, fund=fund, source=source, month=month, cumulative=cumulative, amount=amount, paid_on=paid_on,
        line=line, batch=batch, synthetic=synthetic,
    )  # fmt: skip
    _record_money("登记支出", row, by=by, why=why, fund=fund, month=month, amount=amount, line=line)
    return row


@transaction.atomic
def set_audited(
    *,
    dossier: Dossier,
    by: User | None,
    arranged: Decimal | None,
    used: Decimal | None,
    differences: Iterable[Mapping[str, Any]] = (),
    batch: ImportBatch | None = None,
    synthetic: bool = False,
    why: str = "",
) -> AuditedAmount:
    """经审查实际安排 / 实际使用资金 in 元, beside what was reported; a later evaluation adds a row, none is overwritten."""
    row = AuditedAmount.objects.create(
        dossier=dossier, arranged=arranged, used=used, batch=batch, synthetic=synthetic,
        differences=[{key: str(value) for key, value in difference.items()} for difference in differences],
    )  # fmt: skip
    _record_money("登记审定金额", row, by=by, why=why, arranged=arranged, used=used)
    return row


def _record_money(act: str, row: Any, *, by: User | None, why: str, **data: Any) -> None:
    dossier: Dossier = row.dossier
    division = dossier.subject.division
    record(
        division=division, by=by, act=act, target=row, why=why, label=str(dossier), data={"dossier": dossier, **data}
    )


@transaction.atomic
def open_round(  # noqa: PLR0913 - every fact of the notice, by keyword
    *,
    division: Division,
    kind: str,
    name: str,
    work_year: int,
    fiscal_year: int,
    by: User | None,
    key: bool = False,
    from_month: int | None = None,
    through_month: int | None = None,
    scope: Mapping[str, Any] | None = None,
    deadline: date | None = None,
    basis: Document | None = None,
    route: Iterable[str] = DEFAULT_ROUTE,
    opens_on: date | None = None,
    synthetic: bool = False,
    why: str = "",
    todos: bool = True,
) -> Round:
    """下达任务: the round opens at once and a to-do appears for the clerk of every unit in scope.

    ``scope`` as in ``selectors.dossiers_of``; ``route`` the roles that check, in order. Monitoring needs its months.
    """
    require(by, "manage_round")
    _refuse_round(kind, from_month, through_month, deadline, opens_on)
    if kind == Round.Kind.MONITORING and from_month is None:
        from_month = 1
    opened = Round.objects.create(
        division=division, kind=kind, name=name, work_year=work_year, fiscal_year=fiscal_year, key=key,
        from_month=from_month, through_month=through_month, scope=dict(scope or {}), deadline=deadline, basis=basis,
        route=list(route), opens_on=opens_on or today(), state=Round.State.OPEN, synthetic=synthetic,
    )  # fmt: skip
    made = _ask_units(opened) if todos and kind in FILED_BY_UNITS else 0
    record(
        division=division, by=by, act="下达任务", target=opened, why=why,
        data={"kind": kind, "scope": opened.scope, "deadline": deadline, "todos": made, "route": opened.route},
    )  # fmt: skip
    return opened


FILED_BY_UNITS = frozenset({Round.Kind.TARGET, Round.Kind.MONITORING, Round.Kind.SELFEVAL, Round.Kind.EX_ANTE})
"""Rounds in which the units hand something in; the others begin with an assignment."""


def _refuse_round(
    kind: str,
    from_month: int | None,
    through_month: int | None,
    deadline: date | None,
    opens_on: date | None,
) -> None:
    if kind == Round.Kind.MONITORING and through_month is None:
        raise NotAllowed("绩效监控须写明监控期间，如1-7月。")
    if through_month is not None and not 1 <= (from_month or 1) <= through_month <= 12:
        raise NotAllowed(f"监控期间 {from_month or 1}-{through_month}月 无效。")
    if deadline is not None and opens_on is not None and deadline < opens_on:
        raise NotAllowed(f"报送期限 {deadline} 早于下达日期 {opens_on}。")


def _ask_units(opened: Round) -> int:
    """One to-do per unit, naming how many dossiers it owes."""
    owed: dict[int, int] = {}
    for unit in selectors.dossiers_of(opened).values_list("unit", flat=True):
        owed[unit] = owed.get(unit, 0) + 1
    return make_todos(
        Todo(
            division_id=opened.division_id, kind=ROUND_TODO, role=Role.CLERK, unit_id=unit, due_on=opened.deadline,
            title=f"{opened.name}（{count}项）"[:200], target_type=Round._meta.label, target_id=opened.pk,
        )
        for unit, count in sorted(owed.items())
    )  # fmt: skip


@transaction.atomic
def close_round(*, round: Round, by: User | None, why: str = "", version: int | None = None) -> Round:  # noqa: A002 - the field's own word (任务)
    """The round ends; what still waits for it is called off."""
    require(by, "manage_round")
    move(round, allowed=_MOVES, to=Round.State.CLOSED, version=version)
    left = void_todos(target=round)
    record(division=round.division, by=by, act="结束任务", target=round, why=why, data={"todos_called_off": left})
    return round


@transaction.atomic
def reopen_round(*, round: Round, by: User | None, why: str, deadline: date | None = None) -> Round:  # noqa: A002 - as above
    """A closed round runs again, with a reason and, if given, a new deadline."""
    require(by, "manage_round")
    if not why.strip():
        raise NotAllowed("重开任务须写明理由。")
    move(round, allowed=_MOVES, to=Round.State.OPEN, deadline=deadline or round.deadline)
    record(division=round.division, by=by, act="重开任务", target=round, why=why, data={"deadline": deadline})
    return round


@transaction.atomic
def extend_round(*, round: Round, deadline: date, by: User | None, why: str, version: int | None = None) -> Round:  # noqa: A002 - as above
    """A later deadline for the round and its open to-dos, with a reason."""
    require(by, "manage_round")
    if round.deadline is not None and deadline <= round.deadline:
        raise NotAllowed(f"新期限 {deadline} 不晚于原期限 {round.deadline}。")
    before = round.deadline
    change(round, version=version, deadline=deadline)
    open_todos = Todo.objects.filter(target_type=Round._meta.label, target_id=round.pk, state=Todo.State.OPEN)
    open_todos.update(due_on=deadline)
    record(
        division=round.division,
        by=by,
        act="延长期限",
        target=round,
        why=why,
        data={"before": before, "after": deadline},
    )
    return round


@transaction.atomic
def exempt(*, round: Round, dossier: Dossier, reason: str, note: str = "", by: User, why: str = "") -> Exemption:  # noqa: A002 - as above
    """本次免报 with a listed reason (reasons.py); 其他 needs a note. Counted openly in every progress figure."""
    require(by, "manage_round")
    if reason not in EXEMPTION_REASONS:
        raise NotAllowed(f"免报理由“{reason}”不在所列之中：{'、'.join(EXEMPTION_REASONS.values())}。")
    if reason in NEEDS_NOTE and not note.strip():
        raise NotAllowed(f"免报理由为“{EXEMPTION_REASONS[reason]}”时须写明说明。")
    if not selectors.dossiers_of(round).filter(pk=dossier.pk).exists():
        raise NotAllowed(f"“{dossier}”不在任务“{round}”的范围内，无须免报。")
    excused, made = Exemption.objects.get_or_create(
        round=round,
        dossier=dossier,
        defaults={"reason": reason, "note": note, "by": by},
    )
    if not made:
        raise NotAllowed(f"“{dossier}”已经免报：{EXEMPTION_REASONS.get(excused.reason, excused.reason)}。")
    record(
        division=round.division, by=by, act="本次免报", target=round, why=why or note, label=f"{round}：{dossier}",
        data={"dossier": dossier, "reason": reason, "note": note},
    )  # fmt: skip
    return excused


@transaction.atomic
def end_exemption(*, round: Round, dossier: Dossier, by: User | None, why: str) -> None:  # noqa: A002 - as above
    """The dossier must hand in after all."""
    require(by, "manage_round")
    gone, _ = Exemption.objects.filter(round=round, dossier=dossier).delete()
    if not gone:
        raise NotAllowed(f"“{dossier}”在任务“{round}”中没有免报。")
    record(division=round.division, by=by, act="取消免报", target=round, why=why, label=f"{round}：{dossier}")
