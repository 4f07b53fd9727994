"""工作台: what waits for me, how far the year's works are, what is red and by which sum, what is late.
One screen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, When
from django.shortcuts import render

from wenxiao.desk.home.preparations import next_of, preparations
from wenxiao.desk.home.tasks import waiting
from wenxiao.desk.home.tour import tour_of
from wenxiao.desk.monitoring.lights import counts_of, lamps_of_table, table_of, told
from wenxiao.followup.selectors.common_problems import lines_with_codes
from wenxiao.followup.selectors.desk_counts import desk_counts
from wenxiao.followup.selectors.ledger import first_late, mending_of
from wenxiao.followup.selectors.problems import problem_codes
from wenxiao.followup.services.keeping import look_after
from wenxiao.pages.formats import title_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.jinja import address, addresses
from wenxiao.pages.views import held, person, view
from wenxiao.reports import services as reports
from wenxiao.reports.hand_in import draft_states
from wenxiao.reviews.dues import dues_of_year, outside_scope
from wenxiao.reviews.road_counts import best_results, states_of_year
from wenxiao.reviews.services.tallies import renew_few
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.reviews.worklists import (
    assigned_to,
    files_received,
    reviews_visible_to,
    rounds_of_year,
)
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.rulebook.year_changes import changes_of_year
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Division, User
    from wenxiao.orgs.permissions import Holdings
    from wenxiao.reviews.dues import Dues
    from wenxiao.reviews.models import Review
    from wenxiao.rulebook.year_changes import RuleChange

READERS = ("write_report", "sign_report", "instruct")
SHOWN = 6


@dataclass(frozen=True)
class StageCard:
    """One stage of the year: how many of how many, of what, one remark.
    ``total`` None: no round was opened.
    """

    name: str
    count: int
    total: int | None
    unit: str
    remark: str
    href: str
    running: bool = False


@view("login")
def home(request: HttpRequest) -> HttpResponse:
    """Where the day begins, for each role its own part of the year."""
    renew_few()
    user, holding, year = person(request), held(request), work_year(request)
    mine, listed = waiting(request, year), preparations(user, holding, year)
    values: dict[str, Any] = {
        "mine": mine,
        "late": sum(task.late for task in mine),
        "list_year": year,
        "sees": holding.can("see_unit"),
        "writes": holding.can("write_report"),
        "third": {scope.role for scope in holding.scopes} <= {"agency", "expert"}
        and bool(holding.scopes),
        "fills": holding.can("fill"),
        "watches": holding.can("watch_trail"),
        "shown_most": SHOWN,
        "desks": _desks(holding),
        "preparations": listed,
        "next_preparation": next_of(listed),
        "rule_changes": _unread_rules(user, holding),
        "tour": tour_of([scope.role for scope in holding.scopes]),
    }
    if values["third"]:
        values["assigned"] = list(_assigned(user, year))
    elif values["sees"]:
        values.update(_year(user, year))
        if values["fills"]:
            rows = reviews_visible_to(user).filter(
                round__work_year=year, state__in=OPEN, kind__in=("selfeval", "monitoring")
            )
            values["filling"] = list(rows.order_by("round__deadline", "pk")[:8])
        if user.division and any(holding.can(power) for power in READERS):
            values["report"] = _report(user, user.division, year)
    if values["watches"]:
        values["files"] = files_received(user)
    return render(request, "desk/home/home.html", values)


def _unread_rules(user: User, holding: Holdings) -> list[RuleChange] | None:
    """What changed in this year's rules, for whoever fills in forms and has not read it yet."""
    year = today().year
    if user.division is None or user.rules_read == year or not holding.can("fill"):
        return None
    return changes_of_year(year, user.division.own_rules)


def _desks(holding: Holdings) -> list[tuple[str, str, str]]:
    """Ways on for those who administer: word, what is done there, address."""
    known = (
        ("manage_users", "建账号、停账号", "一次性密码只显示一次，当面告诉本人", "desk:users"),
        ("manage_units", "维护单位", "新增、更名、合并、分设，按日期办", "desk:people"),
        ("manage_users", "重置密码", "忘记密码的人在登录页申请，到这里办", "desk:resets"),
        ("grant", "授权", "给谁什么权限、到什么时候", "desk:users"),
        ("consent_reset", "同意重置密码", "系统管理员提出的重置", "desk:resets"),
        (
            "manage_accounts_policy",
            "账号安全要求",
            "密码、登录失败、两步验证的要求",
            "desk:account_policy",
        ),
        ("watch_trail", "留痕", "谁在什么时候做了什么，链是否完整", "desk:trail"),
        (
            "watch_trail see_unit",
            "档案取证",
            "一个档案的原件、各次改动和当年规则，打成一包",
            "desk:inspection",
        ),
        ("manage_users", "备份", "最近一次备份和恢复演练", "desk:backups"),
        (
            "consent_security_reset",
            "同意重置安全管理员的密码",
            "系统管理员提出的重置",
            "desk:resets",
        ),
        ("watch_trail", "备份", "最近一次备份和恢复演练", "desk:backups"),
        ("import", "导入台账", "支付明细，预算安排、调整和到位", "desk:ledgers"),
    )
    if holding.can("manage_round"):
        return []
    return [
        (word, text, address(route))
        for powers, word, text, route in known
        if all(holding.can(power) for power in powers.split())
    ]


def _assigned(user: User, year: int) -> Iterable[Review]:
    """What an agency or expert works on: what was assigned, else all the
    reviews their grants list.
    """
    rows = reviews_visible_to(user).filter(
        round__work_year=year, kind__in=("finance_evaluation", "department_evaluation")
    )
    named = assigned_to(user)
    rows = rows.filter(pk__in=named.values("pk")) if named.exists() else rows
    return rows.order_by(Case(When(state__in=SETTLED, then=1), default=0), "pk")[:60]


def _year(user: User, year: int) -> dict[str, object]:
    """The year's state as this person may see it."""
    watched = rounds_of_year(user, year, "monitoring")
    look_after(watched, user)
    key_rounds = [row for row in watched if row.key]
    key = table_of(key_rounds, user, summed=True)
    table = key if key or len(key_rounds) == len(watched) else table_of(watched, user, summed=True)
    late = mending_of(user, today()).late
    return {
        "stages": stages(user, year),
        "lights": lamps_of_table(table, SHOWN),
        "light_kind": "财政重点监控" if key else "日常监控",
        "light_total": len(table or ()),
        "key_total": len(key or ()),
        "light_counts": counts_of(table),
        "light_words": told(counts_of(table)),
        "behind": table.behind if table is not None else None,
        "problems": _problems(user, year),
        "overdue": _late_lines(user) if late else [],
        "overdue_count": late,
        "grades": _grades(user, year),
    }


class LateLine(NamedTuple):
    """An overdue rectification as the page says it."""

    pk: int
    text: str
    unit: str
    title: str
    due: date
    escalated: int


def _late_lines(user: User) -> list[LateLine]:
    return [
        LateLine(
            one.pk,
            one.text,
            one.unit,
            title_of(one.subject_kind, one.subject, one.subject_unit),
            one.due,
            one.escalated,
        )
        for one in first_late(user, today())
    ]


# --- The year's stages ----------------------------------------------------------------------------


def stages(user: User, year: int) -> list[StageCard]:
    """Nine stages, each counted within itself: what was handed in or
    settled of what is due in its round's scope.
    """
    rounds = rounds_of_year(user, year)
    counts = Counter(states_of_year(user, year))
    counts.subtract(outside_scope(user, rounds))
    dues = dues_of_year(user, rounds, year)
    ordered = mending_of(user, today()).states
    decided = desk_counts(user).uses
    total_uses = sum(decided.values())
    return [
        StageCard("绩效目标", dues.approved, dues.asked, "项已批复", f"{year} 预算年度对象", ""),
        _monitoring_card(dues, counts, rounds),
        _rounds_card(dues, "单位自评", "selfeval", counts, rounds, address("desk:selfeval")),
        _rounds_card(dues, "自评复核", "recheck", counts, rounds, address("desk:selfeval")),
        _rounds_card(
            dues,
            "部门评价",
            "department_evaluation",
            counts,
            rounds,
            address("desk:evaluations", kind="department_evaluation"),
        ),
        _rounds_card(
            dues, "财政评价", "finance_evaluation", counts, rounds, address("desk:evaluations")
        ),
        StageCard(
            "整改",
            ordered["closed"],
            sum(ordered.values()) or None,
            "项已销号",
            "" if sum(ordered.values()) else "尚未下达",
            address("desk:rectifications"),
            bool(sum(ordered.values())),
        ),
        StageCard(
            "结果应用",
            total_uses - decided.get("proposed", 0),
            total_uses or None,
            "项已决定",
            "" if total_uses else "尚未提出",
            address("desk:uses"),
        ),
    ]


def _rounds_card(
    dues: Dues,
    name: str,
    kind: str,
    counts: dict[tuple[str, bool, str], int],
    rounds: list[Round],
    href: str,
) -> StageCard:
    """A stage held by rounds.
    What fills is counted by handing in, what judges by settled results.
    """
    held_ = [row for row in rounds if row.kind == kind]
    if not held_:
        return StageCard(name, 0, None, "", "未下达任务", href)
    due = sum(dues.rounds[row.pk] for row in held_)
    if not due:
        return StageCard(name, 0, None, "", "没有列入", href)
    fills = kind in {"selfeval", "monitoring"}
    of_kind = {
        state: sum(n for (k, _, s), n in counts.items() if (k, s) == (kind, state))
        for _, _, state in counts
    }
    done = sum(
        n for state, n in of_kind.items() if (state not in OPEN if fills else state in SETTLED)
    )
    remark = f"待审核 {of_kind['submitted']}" if of_kind.get("submitted") else ""
    if waits := of_kind.get("received", 0):
        remark = f"{waits} 项待报送" + (f"，{remark}" if remark else "")
    if due > done:
        remark = f"{due - done} 项{'未收到' if fills else '未出结果'}" + (
            f"，{remark}" if remark else ""
        )
    return StageCard(
        name, done, due, "项已收到" if fills else "项已确认", remark or "已办完", href, done < due
    )


def _monitoring_card(
    dues: Dues, counts: dict[tuple[str, bool, str], int], rounds: list[Round]
) -> StageCard:
    """Key monitoring is the stage's figure; ordinary monitoring is said
    beside it, never added to it.
    """
    key = [row for row in rounds if row.kind == "monitoring" and row.key]
    daily = [row for row in rounds if row.kind == "monitoring" and not row.key]
    href = address("desk:monitoring")
    handed = sum(
        n
        for (kind, k, state), n in counts.items()
        if kind == "monitoring" and not k and state not in OPEN
    )
    remark = (
        f"另有日常监控 {handed}/{sum(dues.rounds[row.pk] for row in daily)} 项已收到"
        if daily
        else ""
    )
    if not key:
        return StageCard("绩效监控", 0, None, "", remark or "未下达任务", href)
    done = sum(
        n
        for (kind, k, state), n in counts.items()
        if kind == "monitoring" and k and state in SETTLED
    )
    due = sum(dues.rounds[row.pk] for row in key)
    return StageCard(
        "重点监控",
        done,
        due,
        "个已出具",
        remark or "、".join(row.period for row in key),
        href,
        done < due,
    )


# --- Problems, grades, report ---------------------------------------------------------------------


@dataclass(frozen=True)
class ProblemBar:
    """One printed line of common problems: how many of how many projects it
    concerns, and where they stand.
    """

    text: str
    count: int
    total: int
    href: str


def _problems(user: User, year: int) -> list[ProblemBar]:
    lines = lines_with_codes(user.division_id, year) if user.division_id else []
    if not lines:
        return []
    projects = problem_codes(user, year)
    return [
        ProblemBar(
            line.text,
            sum(not line.codes.isdisjoint(codes) for codes in projects),
            len(projects),
            address("desk:subjects", problem=line.id, year=year),
        )
        for line in lines
    ]


class GradedResult(NamedTuple):
    """One settled result, as its square shows it; ``proved_share`` is the percent of the points
    that rest on verified proof.
    """

    href: str
    words: str
    grade: str
    points: Decimal
    kind: str
    proved_share: Decimal | None
    synthetic: bool


def _graded(user: User, year: int) -> list[GradedResult]:
    best = best_results(user, year)
    results = []
    for one, href in zip(
        best, addresses("desk:dossier", [row.dossier for row in best]), strict=True
    ):
        share = rate_percent(one.proved, one.points)
        words = f"{one.name} {one.points:.2f}" + (
            f"，已核佐证 {share:.2f}%" if share is not None else ""
        )
        results.append(
            GradedResult(href, words, one.grade, one.points, one.kind, share, one.synthetic)
        )
    return results


def _grades(user: User, year: int) -> dict[str, object]:
    """Settled results of the key finance evaluations: projects as squares, departments in words."""
    results = _graded(user, year)
    projects = [row for row in results if row.kind != "department_overall"]
    counts = {grade: sum(row.grade == grade for row in projects) for grade in "优良中差"}
    return {
        "projects": projects,
        "counts": counts,
        "unproved": {
            grade: sum(not row.proved_share for row in projects if row.grade == grade)
            for grade in counts
        },
        "departments": [row for row in results if row.kind == "department_overall"],
        "synthetic": any(row.synthetic for row in projects),
    }


def _report(user: User, division: Division, year: int) -> dict[str, object]:
    """Where the annual report stands, without writing it."""
    signed = reports.signed_reports(division, year)
    draft = next((one for one in draft_states(user) if one.work_year == year), None)
    return {"signed": signed[0] if signed else None, "draft": draft}
