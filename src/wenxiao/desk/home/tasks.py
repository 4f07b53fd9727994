"""What waits for a person: to-dos made for them, and rows standing at the
step only they can take.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.desk.home.duties import HomeTask, duties, of_year
from wenxiao.followup.selectors.desk_counts import desk_counts
from wenxiao.followup.selectors.ledger import mending_of
from wenxiao.followup.selectors.reminders import reminders_about
from wenxiao.orgs.todos import todo_lines
from wenxiao.pages.jinja import address
from wenxiao.pages.views import held, person
from wenxiao.records.selectors import latest_link
from wenxiao.reviews.kinds import FILED
from wenxiao.reviews.worklists import due_and_open, missing_of, rounds_at_work
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User
    from wenxiao.orgs.todos import TodoLine

TODOS = 40


_ROUND = "budget.Round"
_ROUND_ROUTES = {
    "selfeval": "desk:selfeval_round",
    "monitoring": "desk:monitoring_round",
    "target_review": "desk:target_round",
}
"""Rounds whose forms units fill in; what a to-do of theirs opens."""
_TARGET = "targets.Target"
_RECTIFICATION = "followup.Rectification"
_REVIEW = "reviews.Review"
_EXCHANGE = "reviews.Exchange"


def waiting(request: HttpRequest, year: int) -> list[HomeTask]:
    """All of it: late first by day, then what has no day."""
    tasks = [*_todos(request, year), *_steps(request, year)]
    return sorted(tasks, key=lambda task: (task.due is None, task.due or task.on))


_KEPT: OrderedDict[tuple[int, int, date, str], tuple[float, list[HomeTask]]] = OrderedDict()
_MOST, _SECONDS = 200, 60


def waiting_lately(request: HttpRequest, year: int) -> list[HomeTask]:
    """The same for the list under the search, asked at every letter typed: counted again once
    somebody has done something, and after a minute.
    """
    user = person(request)
    link = latest_link(user.division) if user.division else ""
    if not link:
        return waiting(request, year)
    key = (user.pk, year, today(), link)
    since, tasks = _KEPT.get(key, (0.0, None))
    if tasks is None or monotonic() - since > _SECONDS:
        tasks = waiting(request, year)
        _KEPT[key] = (monotonic(), tasks)
        while len(_KEPT) > _MOST:
            _KEPT.popitem(last=False)
    return tasks


def _todos(request: HttpRequest, year: int) -> list[HomeTask]:
    """The person's open to-dos: forms of rounds, forms given back, and steps of rectifications."""
    user, on = person(request), today()
    rounds = {row.pk: row for row in rounds_at_work(user, year)}
    listed = todo_lines(user, (_ROUND, _RECTIFICATION, _REVIEW, _TARGET, _EXCHANGE), TODOS)
    asked = [row.target_id for row in listed if row.target_type == _ROUND]
    reminders = reminders_about(row for row in listed if row.target_id in rounds)
    if earlier := {pk for pk in asked if pk is not None} - set(rounds):
        rounds |= rounds_visible_to(user).in_bulk(earlier)
    tasks = []
    for row in listed:
        who, key = row.unit or "", row.target_id or 0
        if row.target_type == _RECTIFICATION:
            href = address("desk:rectification", key)
            verb = "核验" if row.kind == "核验" else "去办"
            tasks.append(HomeTask(row.kind, who, row.title, row.due_on, verb, href, on))
        elif row.target_type == _REVIEW:
            href = address("desk:filling", key)
            tasks.append(HomeTask("退回", who, row.title, row.due_on, "重填", href, on))
        elif row.target_type == _EXCHANGE:
            href = address("desk:opinions", key)
            tasks.append(HomeTask("评价", who, row.title, row.due_on, "去办", href, on))
        elif row.target_type == _TARGET:
            href = address("desk:target_fill", key)
            tasks.append(HomeTask("目标", who, row.title, row.due_on, "重填", href, on))
        elif row.target_type == _ROUND and key in rounds and rounds[key].kind in _ROUND_ROUTES:
            reminder = reminders.get((key, row.unit_id or 0))
            title = of_year(rounds[key], year) + _counted(rounds[key], row)
            title += f"（{reminder.words}）" if reminder else ""
            href = address(_ROUND_ROUTES[rounds[key].kind], key)
            word = rounds[key].get_kind_display()
            tasks.append(HomeTask(word, who, title, row.due_on, "填报", href, on))
    return tasks


def _counted(round: Round, row: TodoLine) -> str:
    """What a unit owes in a round as it stands now: the to-do's own words
    tell how it stood when it was issued.
    """
    if row.unit_id is None:
        return row.title
    due, left = due_and_open(round, row.unit_id)
    standing = f"还有{left}项没有报" if left else "都已报送"
    return f"{round.name}（应报{due}项，{standing}）"


def _steps(request: HttpRequest, year: int) -> list[HomeTask]:
    """Rows that stand at the officer's own step, grouped: each says how many."""
    holding, user, on = held(request), person(request), today()
    tasks = duties(user, holding, year, on)
    if holding.can("manage_round"):
        tasks += _chases(user, year, on)
    if holding.can("confirm_finding"):
        candidates = desk_counts(user).candidates
        if candidates:
            tasks.append(
                HomeTask(
                    "问题",
                    "",
                    f"提示的问题 {candidates} 个待确认",
                    None,
                    "确认",
                    address("desk:findings"),
                    on,
                )
            )
        mending = mending_of(user, on)
        if answered := mending.states["replied"]:
            tasks.append(
                HomeTask(
                    "核验",
                    "",
                    f"整改结果 {answered} 项待核验",
                    None,
                    "核验",
                    address("desk:rectifications", state="replied"),
                    on,
                )
            )
        if mending.late:
            tasks.append(
                HomeTask(
                    "督办",
                    "",
                    f"整改逾期 {mending.late} 项",
                    mending.first,
                    "督办",
                    address("desk:rectifications", state="late"),
                    on,
                )
            )
    if holding.can("decide_use") and (open_uses := desk_counts(user).uses["proposed"]):
        tasks.append(
            HomeTask(
                "应用",
                "",
                f"结果应用建议 {open_uses} 项待决定",
                None,
                "决定",
                address("desk:uses", state="proposed"),
                on,
            )
        )
    return tasks


def _chases(user: User, year: int, on: date) -> list[HomeTask]:
    """Units that owe a filled form past the round's day; a 补录 round chases nobody: what is left
    to register is the officer's own work.
    """
    tasks = []
    for row in rounds_at_work(user, year):
        registers = row.past and row.state == row.State.OPEN
        if row.kind not in _ROUND_ROUTES or not (registers or row.chases(on)):
            continue
        missing, units = missing_of(user, row)
        if missing and registers:
            text = f"{of_year(row, year)}{row.name}：{units} 个单位 {missing} 项待登记"
            page = "desk:received" if row.kind in FILED else _ROUND_ROUTES[row.kind]
            tasks.append(HomeTask("补录", "", text, None, "登记", address(page, row.pk), on))
        elif missing:
            text = f"{of_year(row, year)}{row.name}：{units} 个单位 {missing} 项未收到"
            tasks.append(
                HomeTask("催办", "", text, row.deadline, "催办", address("desk:round", row.pk), on)
            )
    return tasks
