"""开张准备: what a new bureau does first, in the order that works, counted from
the rows until the first round stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from wenxiao.budget.selectors import dossiers_visible_to, has_rounds
from wenxiao.files.out.sample_books import sample_zip
from wenxiao.followup.selectors.problems import catalogue
from wenxiao.orgs.permissions import ADMINISTRATORS
from wenxiao.orgs.selectors import grants_in_force, owing_units, users_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.jinja import address
from wenxiao.pages.views import held, person, view
from wenxiao.records.selectors import documents
from wenxiao.reviews.worklists import rounds_at_work
from wenxiao.store.clock import today
from wenxiao.targets.library import published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division, User
    from wenxiao.orgs.permissions import Holdings

POWERS = ("manage_round", "manage_units", "manage_users", "grant")
TEMPLATE = "启用模板（wenxiao init --template）的"


@dataclass(frozen=True)
class Preparation:
    """One thing to prepare: how many of how many, why, from which template,
    by whom, the page it is done on, and whether it is this person's work (``mine``).
    """

    name: str
    count: int
    total: int
    why: str
    template: str
    who: str
    href: str
    mine: bool

    @property
    def done(self) -> bool:
        """Whether nothing of it is left."""
        return self.count >= self.total


def next_of(listed: Sequence[Preparation]) -> Preparation | None:
    """The first thing left that is this person's work; None where all left is others'."""
    return next((one for one in listed if one.mine and not one.done), None)


def preparations(user: User, holding: Holdings, year: int | None = None) -> list[Preparation]:
    """The list for who prepares a bureau; empty for everybody else, in a
    demonstration, once the first round stands, and once all is done. ``year``: the one the
    page shows.
    """
    division = user.division
    if division is None or division.demo or not any(holding.can(power) for power in POWERS):
        return []
    if rounds_at_work(user, year or today().year) or has_rounds(division):
        return []
    first = holding.can("manage_round")
    listed = [*_people(division, holding), *(_work(user, division, holding) if first else [])]
    return [] if all(one.done for one in listed) else listed


def _people(division: Division, holding: Holdings) -> list[Preparation]:
    units = owing_units(division)
    total = units.count()
    contacts = units.exclude(contact="").exclude(phone="").count()
    served = units.exclude(office=None).count()
    people = users_of(division).filter(is_active=True)
    administrators = grants_in_force().filter(role__in=ADMINISTRATORS).values("user")
    people = people.exclude(pk__in=administrators)
    granted = people.filter(pk__in=grants_in_force().values("user")).count()
    page, users = address("desk:people"), address("desk:users")
    keeps = holding.can("manage_units")
    many = address("desk:unit_contacts") if keeps else page
    return [
        Preparation(
            "单位",
            total,
            max(total, 1),
            "报表按单位收，先把主管部门和下级单位建齐",
            f"{TEMPLATE}“单位”表",
            "系统管理员、绩效科",
            page,
            keeps,
        ),
        Preparation(
            "联系人",
            contacts,
            max(total, 1),
            "催办、退回、反馈都找他；没有就只能打电话问",
            "在表里成批填，或从 Excel 粘贴一段",
            "系统管理员、绩效科",
            many,
            keeps,
        ),
        Preparation(
            "对口科室",
            served,
            max(total, 1),
            "业务科室只看得到归它的单位",
            "在表里成批填，或从 Excel 粘贴一段",
            "系统管理员、绩效科",
            many,
            keeps,
        ),
        Preparation(
            "账号",
            granted,
            max(people.count(), 1),
            "系统管理员建账号，安全管理员授权；没有授权的登录后什么也看不到",
            f"{TEMPLATE}“人员”表",
            "两位管理员",
            users,
            holding.can("manage_users") or holding.can("grant"),
        ),
    ]


def _work(user: User, division: Division, holding: Holdings) -> list[Preparation]:
    papers, rules = documents(division=division), holding.can("manage_rules")
    items = len(catalogue(division, active=True))
    listed = dossiers_visible_to(user).count()
    offered = published(user).count()
    return [
        Preparation(
            "文件依据",
            papers.exclude(file=None).count(),
            max(papers.count(), 1),
            "本级办法、通知的原文，评分规则和任务引用它",
            "PDF 或 Word 原文",
            "绩效科",
            address("desk:documents"),
            rules,
        ),
        Preparation(
            "问题目录",
            items,
            max(items, 1),
            "判断问题时归到这里",
            "可在页面上增删改名",
            "绩效科",
            address("desk:catalogue"),
            rules,
        ),
        Preparation(
            "预算项目清单",
            listed,
            max(listed, 1),
            "一体化导出的清单直接交进来，编码按文本读",
            f"{TEMPLATE}“对象”表，或一体化导出的清单",
            "预算科",
            address("desk:ledgers"),
            holding.can("import"),
        ),
        Preparation(
            "指标库",
            offered,
            max(offered, 1),
            "申报目标时从这里挑，带用过几次、做到多少；批复的好指标也可以收进来",
            "指标库页的“导入文件”，列名照页上写的",
            "绩效科",
            address("desk:library"),
            rules,
        ),
        Preparation(
            "第一个任务",
            0,
            1,
            "选对象、定期限，单位从这时起有事可办",
            "不用模板",
            "绩效科",
            address("desk:round_new"),
            holding.can("manage_round"),
        ),
    ]


@view("login")
def preparation_list(request: HttpRequest) -> HttpResponse:
    """开张准备清单 on paper: the same list with room for who does it and when."""
    rows = preparations(person(request), held(request))
    if not rows:
        raise Http404
    return render(request, "desk/home/preparations.html", {"preparations": rows, "on": today()})


@view("login")
def sample(request: HttpRequest) -> HttpResponse:
    """样例: filled workbooks of a made-up county, for whoever prepares a bureau."""
    if not preparations(person(request), held(request)):
        raise Http404
    return attachment(sample_zip(today().year), "开张样例", "zip")
