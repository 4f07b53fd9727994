"""What waits for a person: to-dos made for them, and rows standing at the step only they can take."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from wenxiao.desk.home.duties import Task, duties, to
from wenxiao.followup.selectors.ledger import mending_of, use_states
from wenxiao.followup.selectors.problems import findings_seen_by
from wenxiao.followup.selectors.reminders import reminders_for
from wenxiao.orgs.selectors import todos_for
from wenxiao.pages.views import held, person
from wenxiao.reviews.worklists import missing_of, rounds_of_year
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest

TODOS = 40


_ROUTES = {
    "followup.Rectification": ("desk:rectification", "整改", "去办"),
    "reviews.Review": ("desk:filling", "填报", "填报"),
    "budget.Dossier": ("desk:dossier", "档案", "打开"),
    "records.Notice": ("desk:feedback", "反馈", "签收"),
    "records.Instruction": ("desk:instruction", "批示", "办理"),
}
_ROUND_ROUTES = {"selfeval": "desk:selfeval_round", "monitoring": "desk:monitoring_round"}


def waiting(request: HttpRequest, year: int) -> list[Task]:
    """All of it: late first by day, then what has no day."""
    tasks = [*_todos(request, year), *_steps(request, year)]
    return sorted(tasks, key=lambda task: (task.due is None, task.due or task.on))


def _todos(request: HttpRequest, year: int) -> list[Task]:
    user, on = person(request), today()
    rounds = {row.pk: row for row in rounds_of_year(user, year)}
    made, reminders = [], reminders_for(user, rounds)
    for row in todos_for(user)[:TODOS]:
        who = row.unit.name if row.unit else ""
        if row.target_type == "budget.Round":
            known = rounds.get(row.target_id or 0)
            href = to(_ROUND_ROUTES.get(known.kind, "") if known else "", row.target_id)
            told = reminders.get((row.target_id or 0, row.unit_id or 0))
            title = f"{row.title}（{told.words}）" if told else row.title
            made.append(
                Task(
                    known.get_kind_display() if known else "任务",
                    who,
                    title,
                    row.due_on,
                    "填报",
                    href,
                    on,
                )
            )
        else:
            route, kind, verb = _ROUTES.get(row.target_type, ("", "待办", "打开"))
            href = to(route, row.target_id) or to(route)
            made.append(Task(kind, who, row.title, row.due_on, verb, href, on))
    return made


def _steps(request: HttpRequest, year: int) -> list[Task]:
    """Rows that stand at the officer's own step, grouped: each says how many."""
    holding, user, on = held(request), person(request), today()
    made = duties(user, holding, year, on)
    if holding.can("manage_round"):
        made += _chases(user, year, on)
    if holding.can("confirm_finding"):
        found = findings_seen_by(user).filter(state="candidate").count()
        if found:
            made.append(
                Task(
                    "问题",
                    "",
                    f"提示的问题 {found} 个待确认",
                    None,
                    "确认",
                    to("desk:findings"),
                    on,
                )
            )
        mending = mending_of(user, on)
        if answered := mending.states["replied"]:
            made.append(
                Task(
                    "核验",
                    "",
                    f"整改结果 {answered} 项待核验",
                    None,
                    "核验",
                    to("desk:rectifications"),
                    on,
                )
            )
        if mending.late:
            made.append(
                Task(
                    "督办",
                    "",
                    f"整改逾期 {mending.late} 项",
                    mending.first,
                    "督办",
                    to("desk:rectifications"),
                    on,
                )
            )
    if holding.can("decide_use") and (open_uses := use_states(user).get("proposed", 0)):
        made.append(
            Task(
                "应用", "", f"结果应用建议 {open_uses} 项待决定", None, "决定", to("desk:uses"), on
            )
        )
    return made


def _chases(user: Any, year: int, on: date) -> list[Task]:
    """Units that owe a filled form past the round's day."""
    made = []
    for row in rounds_of_year(user, year):
        if (
            row.kind not in _ROUND_ROUTES
            or row.state != "open"
            or row.deadline is None
            or row.deadline >= on
        ):
            continue
        missing, units = missing_of(user, row)
        if missing:
            text = f"{row.name}：{units} 个单位 {missing} 项未报送"
            made.append(
                Task(
                    "催办",
                    "",
                    text,
                    row.deadline,
                    "催办",
                    to(_ROUND_ROUTES[row.kind], row.pk) + "#missing",
                    on,
                )
            )
    return made
