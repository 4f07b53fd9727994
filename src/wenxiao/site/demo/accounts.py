"""One demo account per role.
They exist in the demonstration alone, with a password everybody may know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.orgs.models import Role, Unit, User
from wenxiao.orgs.permissions import ADMINISTRATORS
from wenxiao.orgs.services import add_agency, add_expert, change_password, create_user, grant
from wenxiao.site.opening import Administrator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import Agency, Division

WHY = "演示账号"
PASSWORD = "Wenxiao-2021-open"  # noqa: S105 - printed at every start of the demonstration


@dataclass(frozen=True, slots=True)
class Account:
    """A demo person: roles, never names of real persons."""

    username: str
    name: str
    role: Role
    unit: str = ""


ACCOUNTS = (
    Account("jingban", "经办人甲", Role.CLERK, "示例单位甲"),
    Account("fuzeren", "单位负责人甲", Role.HEAD, "示例单位甲"),
    Account("zhuguan", "主管部门经办乙", Role.DEPARTMENT, "示例单位乙"),
    Account("yewu", "业务科室经办丙", Role.OFFICE, "行政政法科"),
    Account("jixiao", "绩效科经办丁", Role.PERFORMANCE),
    Account("jixiao2", "绩效科复核戊", Role.PERFORMANCE),
    Account("yusuan", "预算科经办己", Role.BUDGET),
    Account("guoku", "国库科经办庚", Role.TREASURY),
    Account("bangong", "办公室经办辛", Role.SECRETARIAT),
    Account("lingdao", "局领导", Role.LEADER),
    Account("jigou", "示例事务所主评人", Role.AGENCY),
    Account("zhuanjia", "评审专家甲", Role.EXPERT),
    Account("xitong", "系统管理员", Role.SYSTEM),
    Account("anquan", "安全管理员", Role.SECURITY),
    Account("shenji", "审计管理员", Role.AUDIT),
    Account("waishen", "外部审计人员", Role.AUDITOR),
)
LISTED = (Role.AGENCY, Role.EXPERT)
"""Roles that see only what they are assigned to; their grants are made with the assignments."""
AGENCY = "示例事务所"
EXPERTS = (("评审专家甲", "财政管理"), ("评审专家乙", "财务会计"), ("评审专家丙", "公共事业管理"))
"""The pool of made-up experts; the first has an account one may try."""


def administrators() -> list[Administrator]:
    """The three the demonstration begins with, as any division does."""
    return [
        Administrator(one.username, one.name, one.role, PASSWORD, known=True)
        for one in ACCOUNTS
        if one.role in ADMINISTRATORS
    ]


def make_accounts(division: Division) -> dict[str, User]:
    """Everybody's account by the system administrator, their right by the security administrator;
    by username.

    Whoever may be tried sets the password everybody knows as their own.
    """
    accounts = {one.username: one for one in User.objects.filter(division=division)}
    for account in ACCOUNTS:
        if account.username in accounts:
            continue
        unit = (
            Unit.objects.filter(division=division, name=account.unit).first()
            if account.unit
            else None
        )
        user = _account(division, account.username, account.name, accounts, unit)
        change_password(user=user, password=PASSWORD)
        if account.role not in LISTED:
            _let_in(user, account.role, accounts, unit)
        accounts[account.username] = user
    for number, (name, _field) in enumerate(EXPERTS[1:], start=2):
        accounts[f"zhuanjia{number}"] = _account(division, f"zhuanjia{number}", name, accounts)
    return accounts


def clerks_of(units: Iterable[Unit], users: dict[str, User]) -> dict[int, User]:
    """Who files for each unit, by its id: the clerk with a demo account,
    else one whose password nobody has set yet.
    """
    known = users["jingban"]
    clerks: dict[int, User] = {}
    for unit in units:
        if unit.pk == known.unit_id:
            clerks[unit.pk] = known
            continue
        clerks[unit.pk] = _account(
            unit.division, f"jb{unit.code}", f"经办人（{unit.name}）", users, unit
        )
        _let_in(clerks[unit.pk], Role.CLERK, users, unit)
    return clerks


def _account(
    division: Division, username: str, name: str, by: dict[str, User], unit: Unit | None = None
) -> User:
    return create_user(
        division=division,
        username=username,
        name=name,
        unit=unit,
        by=by["xitong"],
        must_change_password=False,
        why=WHY,
    )


def _let_in(user: User, role: Role, by: dict[str, User], unit: Unit | None) -> None:
    assert user.division is not None
    grant(user=user, role=role, division=user.division, unit=unit, by=by["anquan"], why=WHY)


def list_outsiders(division: Division, by: User) -> Agency:
    """The firm and the experts of the lists, all 合成; the firm."""
    for name, field in EXPERTS:
        add_expert(division=division, name=name, by=by, field=field, synthetic=True, why="演示")
    return add_agency(
        division=division,
        name=AGENCY,
        by=by,
        lead="示例事务所主评人",
        phone="0000-9001",
        synthetic=True,
        why="演示",
    )
