"""The year's rounds and who is exempt: one function per act, each in one
transaction with its trail entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget import selectors
from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.reasons import EXEMPTION_REASONS, NEEDS_NOTE
from wenxiao.budget.services.filing_scope import filed_here
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import require
from wenxiao.records.models import Todo
from wenxiao.records.services import make_todos, record, void_todos
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import Document

_MOVES = {
    Round.State.DRAFT: frozenset({Round.State.OPEN}),
    Round.State.OPEN: frozenset({Round.State.CLOSED}),
    Round.State.CLOSED: frozenset({Round.State.OPEN}),
}
ROUND_TODO = "round"
DEFAULT_ROUTE = ("head", "department", "office", "performance")


@transaction.atomic
def open_round(  # noqa: PLR0913 - every fact of the notice, by keyword
    *,
    division: Division,
    kind: str,
    name: str,
    work_year: int,
    fiscal_year: int,
    by: User | None,
    key: bool | None = None,
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
    past: bool = False,
) -> Round:
    """下达任务: the round opens at once and a to-do appears for the clerk of every unit in scope.

    ``scope`` as in ``selectors.dossiers_of``; ``route`` the roles that check, in order. ``key``
    left open is right by its kind. Without ``todos``, and for ``past`` (补录), nobody is asked.
    """
    require(by, "manage_round", division=division)
    _refuse_round(kind, from_month, through_month, deadline, opens_on)
    if kind == Round.Kind.MONITORING and from_month is None:
        from_month = 1
    if kind == Round.Kind.TARGET:
        scope = filed_here(division, fiscal_year, scope or {})
    opened = Round.objects.create(
        division=division,
        kind=kind,
        name=name,
        work_year=work_year,
        fiscal_year=fiscal_year,
        key=kind == Round.Kind.FINANCE if key is None else key,
        from_month=from_month,
        through_month=through_month,
        scope=dict(scope or {}),
        deadline=deadline,
        basis=basis,
        route=list(route) if kind in FILED_BY_UNITS else [],
        opens_on=opens_on or (min(deadline, today()) if deadline else today()),
        state=Round.State.OPEN,
        synthetic=synthetic,
        past=past,
    )
    todos_made = _ask_units(opened) if todos and not past and kind in FILED_BY_UNITS else 0
    record(
        division=division,
        by=by,
        act="下达任务",
        target=opened,
        why=why,
        data=_facts(opened, todos_made),
    )
    return opened


def _facts(opened: Round, todos: int) -> dict[str, Any]:
    """What the trail holds of a round opened."""
    return {
        "kind": opened.kind,
        "scope": opened.scope,
        "deadline": opened.deadline,
        "todos": todos,
        "route": opened.route,
    }


WORKED = (
    Round.Kind.EX_ANTE,
    Round.Kind.TARGET,
    Round.Kind.MONITORING,
    Round.Kind.SELFEVAL,
    Round.Kind.RECHECK,
    Round.Kind.DEPARTMENT,
    Round.Kind.FINANCE,
)
"""The kinds somebody can work on in a page; no other round is opened."""
FILED_BY_UNITS = frozenset({Round.Kind.TARGET, Round.Kind.MONITORING, Round.Kind.SELFEVAL})
"""Rounds in which the units fill in a form; the others begin with an assignment."""


KEYED = frozenset({Round.Kind.MONITORING, Round.Kind.FINANCE})
"""Kinds of which a round may be the bureau's own (财政重点)."""


def round_kinds() -> list[tuple[str, str]]:
    """The kinds of rounds one may open, with their words."""
    return [(str(kind.value), str(kind.label)) for kind in WORKED]


def _refuse_round(
    kind: str,
    from_month: int | None,
    through_month: int | None,
    deadline: date | None,
    opens_on: date | None,
) -> None:
    if not kind:
        raise NotAllowed(
            "没有选任务类别，请先选：下达的是哪一类，单位就照哪一类办，下达以后不能改。"
        )
    if kind not in WORKED:
        word = dict(Round.Kind.choices).get(kind, kind)
        able = "、".join(word for _, word in round_kinds())
        raise NotAllowed(f"“{word}”还没有办理的页面，不能下达。可以下达的任务类别：{able}。")
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
            division_id=opened.division_id,
            kind=ROUND_TODO,
            role=Role.CLERK,
            unit_id=unit,
            due_on=opened.deadline,
            title=f"{opened.name}（应报{count}项）"[:200],
            target_type=Round._meta.label,
            target_id=opened.pk,
        )
        for unit, count in sorted(owed.items())
    )


@transaction.atomic
def issue_round(
    *, round: Round, deadline: date, by: User | None, version: int | None = None
) -> Round:
    """下达 a round that was only prepared (结转): from now on it runs, and its units are asked."""
    require(by, "manage_round", division=round.division)
    _refuse_round(round.kind, round.from_month, round.through_month, deadline, today())
    move(
        round,
        allowed={Round.State.DRAFT: frozenset({Round.State.OPEN})},
        to=Round.State.OPEN,
        version=version,
        deadline=deadline,
        opens_on=today(),
    )
    asked = _ask_units(round) if round.kind in FILED_BY_UNITS else 0
    record(division=round.division, by=by, act="下达任务", target=round, data=_facts(round, asked))
    return round


@transaction.atomic
def close_round(
    *, round: Round, by: User | None, why: str = "", version: int | None = None
) -> Round:
    """The round ends; what still waits for it is called off."""
    require(by, "manage_round", division=round.division)
    move(round, allowed=_MOVES, to=Round.State.CLOSED, version=version)
    left = void_todos(target=round)
    record(
        division=round.division,
        by=by,
        act="结束任务",
        target=round,
        why=why,
        data={"todos_called_off": left},
    )
    return round


@transaction.atomic
def reopen_round(*, round: Round, by: User | None, why: str, deadline: date | None = None) -> Round:
    """A closed round runs again, with a reason and, if given, a new deadline."""
    require(by, "manage_round", division=round.division)
    if not why.strip():
        raise NotAllowed("重开任务须写明理由。")
    move(round, allowed=_MOVES, to=Round.State.OPEN, deadline=deadline or round.deadline)
    record(
        division=round.division,
        by=by,
        act="重开任务",
        target=round,
        why=why,
        data={"deadline": deadline},
    )
    return round


@transaction.atomic
def extend_round(
    *, round: Round, deadline: date, by: User | None, why: str, version: int | None = None
) -> Round:
    """A later deadline for the round and its open to-dos, with a reason."""
    require(by, "manage_round", division=round.division)
    if round.deadline is not None and deadline <= round.deadline:
        raise NotAllowed(f"新期限 {deadline} 不晚于原期限 {round.deadline}。")
    refuse_ended(round, "延长期限")
    before = round.deadline
    change(round, version=version, deadline=deadline)
    open_todos = Todo.objects.filter(
        target_type=Round._meta.label, target_id=round.pk, state=Todo.State.OPEN
    )
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


def refuse_ended(round: Round, what: str) -> None:
    """NotAllowed for a round that is not running: nothing of it is
    extended, excused or asked for any more.
    """
    if round.state != Round.State.OPEN:
        raise NotAllowed(
            f"任务“{round}”{round.get_state_display()}，没有在进行，不能{what}；需要时先重开任务。"
        )


def refuse_unlisted(reason: str) -> None:
    """NotAllowed for a reason of 本次免报 that is none of those listed, or none at all."""
    if reason not in EXEMPTION_REASONS:
        listed = "、".join(EXEMPTION_REASONS.values())
        refusal = f"免报理由“{reason[:40]}”不在所列之中" if reason else "还没有选择免报理由"
        raise NotAllowed(f"{refusal}，请从所列理由中选择：{listed}。")


@transaction.atomic
def exempt(
    *, round: Round, dossier: Dossier, reason: str, note: str = "", by: User, why: str = ""
) -> Exemption:
    """本次免报 with a listed reason (reasons.py); 其他 needs a note.
    Counted openly in every progress figure.
    """
    require(by, "manage_round", division=round.division)
    refuse_ended(round, "免报")
    refuse_unlisted(reason)
    if reason in NEEDS_NOTE and not note.strip():
        raise NotAllowed(f"免报理由为“{EXEMPTION_REASONS[reason]}”时须写明说明。")
    if not selectors.dossiers_of(round).filter(pk=dossier.pk).exists():
        raise NotAllowed(f"“{dossier}”不在任务“{round}”的范围内，无须免报。")
    excused, created = Exemption.objects.get_or_create(
        round=round, dossier=dossier, defaults={"reason": reason, "note": note, "by": by}
    )
    if not created:
        raise NotAllowed(
            f"“{dossier}”已经免报：{EXEMPTION_REASONS.get(excused.reason, excused.reason)}。"
        )
    record(
        division=round.division,
        by=by,
        act="本次免报",
        target=round,
        why=why or note,
        label=f"{round}：{dossier}",
        data={"dossier": dossier, "reason": reason, "note": note},
    )
    return excused


@transaction.atomic
def end_exemption(*, round: Round, dossier: Dossier, by: User | None, why: str) -> None:
    """The dossier must hand in after all."""
    require(by, "manage_round", division=round.division)
    refuse_ended(round, "取消免报")
    gone, _ = Exemption.objects.filter(round=round, dossier=dossier).delete()
    if not gone:
        raise NotAllowed(f"“{dossier}”在任务“{round}”中没有免报。")
    record(
        division=round.division,
        by=by,
        act="取消免报",
        target=round,
        why=why,
        label=f"{round}：{dossier}",
    )
