"""One demo account per role. They exist in the demonstration alone, with a password everybody may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.orgs.models import Role, Unit
from wenxiao.orgs.services import add_agency, add_expert, create_user, grant

if TYPE_CHECKING:
    from wenxiao.orgs.models import Agency, Division, User

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
"""The pool of made-up experts; the first has an account."""


def make_accounts(division: Division) -> dict[str, User]:
    """Create them all with their grants; by username."""
    made = {}
    for account in ACCOUNTS:
        unit = (
            Unit.objects.filter(division=division, name=account.unit).first()
            if account.unit
            else None
        )
        user = create_user(
            division=division,
            username=account.username,
            name=account.name,
            by=None,
            unit=unit,
            password=PASSWORD,
            must_change_password=False,
            why="演示账号",
        )
        if account.role not in LISTED:
            grant(
                user=user, role=account.role, division=division, unit=unit, by=None, why="演示账号"
            )
        made[account.username] = user
    return made


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
