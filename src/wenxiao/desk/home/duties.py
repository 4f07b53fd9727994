"""What stands at a person's own step: forms on the road, scoring, receipts, signatures.
Each line is one query at most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min

from wenxiao.followup.selectors.desk_counts import desk_counts
from wenxiao.followup.selectors.ledger import notices_to_receive
from wenxiao.orgs.selectors import roles_held, users_without_grants
from wenxiao.pages.formats import lateness, subject_title
from wenxiao.pages.jinja import address
from wenxiao.reports.hand_in import draft_states
from wenxiao.reviews.exante import day_asked, terms_asked, to_request
from wenxiao.reviews.kinds import FILED, JUDGED
from wenxiao.reviews.road_counts import waiting_at_steps
from wenxiao.reviews.services.road import STEPS
from wenxiao.reviews.states import OPEN
from wenxiao.reviews.worklists import reviews_visible_to, rounds_at_work, to_score
from wenxiao.targets.budget_changes import asked_about
from wenxiao.targets.selectors import waiting_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User
    from wenxiao.orgs.permissions import Holdings

MOST = 20


@dataclass(frozen=True)
class HomeTask:
    """One thing to do: kind of act, whose, what, until when, the verb of
    its button and where it leads.
    """

    kind: str
    who: str
    what: str
    due: date | None
    verb: str
    href: str
    on: date

    @property
    def late(self) -> bool:
        """Whether its day has passed."""
        return self.due is not None and self.due < self.on

    @property
    def when(self) -> str:
        """逾期 2 天 · 今天 · 11月18日; empty without a day."""
        return lateness(self.due, self.on)


def duties(user: User, holding: Holdings, year: int, on: date) -> list[HomeTask]:
    """Everything at this person's own step in a work year."""
    wanted: tuple[tuple[bool, Callable[[], list[HomeTask]]], ...] = (
        (
            holding.can("sign_report") or holding.can("write_report"),
            lambda: _reports(user, holding, on),
        ),
        (
            any(holding.can(power) for power in (*STEPS.values(), "confirm")),
            lambda: _road(user, holding, year, on),
        ),
        (any(holding.can(power) for power in _TARGET_STEPS), lambda: _targets(user, holding, on)),
        (holding.can("evaluate"), lambda: _scoring(user, holding, year, on)),
        (holding.can("fill"), lambda: _receipts(user, on)),
        (holding.can("fill"), lambda: _before_the_money(user, year, on)),
        (holding.can("disclose"), lambda: _disclosures(user, on)),
        (holding.can("grant"), lambda: _ungranted(user, on)),
    )
    return [task for asked, tasks_of in wanted if asked for task in tasks_of()]


def _ungranted(user: User, on: date) -> list[HomeTask]:
    """Accounts made and granted nothing; their people enter and see an empty desk."""
    count = users_without_grants(user.division).count() if user.division else 0
    words, href = f"新建的账号 {count} 个还没有授权", address("desk:users", bare="1")
    return [HomeTask("授权", "", words, None, "授权", href, on)] if count else []


_TARGET_STEPS = ("check_department", "check_office", "approve_target")


def _targets(user: User, holding: Holdings, on: date) -> list[HomeTask]:
    """Targets handed in that wait to be checked, checked ones that wait for
    the approval; one query.
    """
    powers = [power for power in _TARGET_STEPS if holding.can(power)]
    pages = {"审核": "desk:target_review", "批复": "desk:target_approval"}
    return [
        HomeTask("目标", "", f"绩效目标 {n} 份待{verb}", None, verb, address(pages[verb]), on)
        for verb, n in waiting_targets(user, powers).items()
        if n
    ]


def _reports(user: User, holding: Holdings, on: date) -> list[HomeTask]:
    """Annual reports handed in and waiting for the leader's signature; sent
    back and waiting for their writers.
    """
    wanted = (
        ("sign_report", "handed", "待签发", "签发"),
        ("write_report", "returned", "被退回，待修改", "修改"),
    )
    return [
        HomeTask(
            "报告",
            "",
            f"{row.work_year} 年度工作报告{words}",
            None,
            verb,
            address("desk:report", row.work_year),
            on,
        )
        for power, state, words, verb in wanted
        if holding.can(power)
        for row in draft_states(user)
        if row.state == state
    ]


def _road(user: User, holding: Holdings, year: int, on: date) -> list[HomeTask]:
    """What was handed in and stands at one of this person's steps of its
    round's road, counted by round and step.
    """
    rounds = {row.pk: row for row in rounds_at_work(user, year)}
    waiting: Counter[tuple[int, str]] = Counter()
    counts = waiting_at_steps(user, year, but_own=holding.can("confirm"))
    manned = roles_held(user.division) if counts and user.division else frozenset(STEPS)
    for (pk, kind, state, step), n in counts.items():
        route = rounds[pk].route if pk in rounds else []
        power = _next_power(route, kind, state, step, manned)
        if holding.can(power):
            waiting[pk, "确认" if power == "confirm" and state == "checked" else "审核"] += n
    return [
        HomeTask(
            verb,
            "",
            f"{of_year(rounds[pk], year)}{rounds[pk].name}：{n} 份待{verb}",
            None,
            verb,
            address("desk:settle", pk),
            on,
        )
        for (pk, verb), n in sorted(waiting.items())
    ]


def of_year(round: Round, year: int) -> str:
    """The work year before a round's name, where it is not the one the page shows."""
    return "" if round.work_year == year else f"{round.work_year} 工作年度 "


def _next_power(route: list[str], kind: str, state: str, step: int, manned: Collection[str]) -> str:
    """The power of whoever acts next on a handed-in review. A step whose role nobody holds goes to
    the next that somebody holds, to the bureau's section where there is none.
    """
    if state == "checked" or kind not in FILED:
        return "confirm"
    road = [role for role in route if role in STEPS]
    if step >= len(road):
        return "check_office"
    return next((STEPS[role] for role in road[step:] if role in manned), "confirm")


def _scoring(user: User, holding: Holdings, year: int, on: date) -> list[HomeTask]:
    """Score sheets assigned to this person and not done; a department's own
    evaluations, counted by round.
    """
    roles = {scope.role for scope in holding.scopes}
    tasks = (
        [_sheet(row, on) for row in to_score(user, expert=roles == {"expert"})[:MOST]]
        if roles & {"agency", "expert"}
        else []
    )
    if "department" in roles:
        rows = (
            reviews_visible_to(user)
            .filter(round__work_year=year, kind=JUDGED[0], state__in=OPEN)
            .order_by()
        )
        tasks += [
            HomeTask(
                "部门评价",
                "",
                f"{name}：{n} 项未评完",
                due,
                "评价",
                address("desk:evaluations", kind=JUDGED[0], year=year),
                on,
            )
            for name, due, n in rows.values_list("round__name").annotate(
                due=Min("round__deadline"), n=Count("pk")
            )
        ]
    return tasks


def _sheet(row: Any, on: date) -> HomeTask:
    left = row.asked - row.given
    waiting = (
        f"还有 {left} 行没有评分"
        if row.given and left
        else f"{left} 行待评分"
        if left
        else "已评完，待报送"
    )
    return HomeTask(
        "评分",
        row.dossier.unit.name,
        f"{subject_title(row.dossier)}：{waiting}",
        row.round.deadline,
        "评分" if left else "报送",
        address("desk:review", row.pk),
        on,
    )


def _receipts(user: User, on: date) -> list[HomeTask]:
    """Notices the unit has not signed for: feedback, and that an evaluation is coming."""
    rows = notices_to_receive(user)[:MOST]
    return [
        HomeTask(
            "反馈" if row.kind == "feedback" else "评价",
            row.unit.name,
            f"{row.get_kind_display()}{row.number}待签收",
            row.due_on,
            "签收",
            address("desk:feedback")
            if row.kind == "feedback"
            else address("desk:evaluation_notices", row.target_id),
            on,
        )
        for row in rows
    ]


def _before_the_money(user: User, year: int, on: date) -> list[HomeTask]:
    """What a unit is asked beside its forms: ex-ante requests, ends of
    terms, targets that stayed while the budget moved.
    """
    tasks = []
    for row in rounds_at_work(user, year):
        if row.kind == row.Kind.EX_ANTE and row.state == row.State.OPEN:
            left = len(to_request(user, row))
            words, href = (
                f"{row.name}：{left} 项待申请",
                address("desk:ex_ante", fy=row.fiscal_year),
            )
            tasks += (
                [HomeTask("事前评估", "", words, row.deadline, "申请", href, on)] if left else []
            )
    if terms := terms_asked(user, on):
        words, href = f"设立年限到期或该做中期评估的 {len(terms)} 项", address("desk:ex_ante")
        tasks.append(HomeTask("到期", "", words, day_asked(terms[0], on), "看", href, on))
    if changed := asked_about(user, year):
        words = f"预算变了而目标没有变的 {len(changed)} 份待答复"
        href = address("desk:target_budget_changes", fy=year)
        tasks.append(HomeTask("目标", "", words, None, "答复", href, on))
    return tasks


def _disclosures(user: User, on: date) -> list[HomeTask]:
    """Results on their way to the public at a step another person left to
    this one; opinions nobody answered.
    """
    counts = desk_counts(user)
    states, waiting = counts.disclosures, counts.comments
    words = (("proposed", "待审查", "审查"), ("approved", "待签发公开", "签发"))
    tasks = [
        HomeTask(
            "公开",
            "",
            f"拟公开的结果 {states[state]} 项{words_of_state}",
            None,
            verb,
            address("desk:disclosures", state=state),
            on,
        )
        for state, words_of_state, verb in words
        if states[state]
    ]
    return [
        *tasks,
        *(
            [
                HomeTask(
                    "公开",
                    "",
                    f"公众意见 {waiting} 条待回应",
                    None,
                    "回应",
                    address("desk:disclosures"),
                    on,
                )
            ]
            if waiting
            else []
        ),
    ]
