"""Begin an empty division: the territory, its three administrators, and
what the template workbook holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Subject
from wenxiao.budget.services import ensure_subject, open_dossier, set_appropriation
from wenxiao.files.out.opening_template import Opening, read_opening
from wenxiao.files.pool import read_in_child
from wenxiao.followup.services import ensure_catalogue
from wenxiao.orgs.models import Division, Role, Unit, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import (
    add_unit,
    create_division,
    create_user,
    edit_unit,
    grant,
    one_time_password,
)
from wenxiao.orgs.services.secrecy import refuse_secret
from wenxiao.rulebook.codes import CLASSIFIED, DIVISION_REFUSED, ROLE_NOT_LISTED
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

WHY = "初始化"
# 三员分立: nobody holds two of these, so a beginning needs all three.
ADMINISTRATORS = (
    ("sysadmin", Role.SYSTEM),
    ("secadmin", Role.SECURITY),
    ("auditadmin", Role.AUDIT),
)
ROLES = {
    "单位经办人": Role.CLERK,
    "单位负责人": Role.HEAD,
    "主管部门": Role.DEPARTMENT,
    "业务科室": Role.OFFICE,
    "绩效科": Role.PERFORMANCE,
    "预算科": Role.BUDGET,
    "国库科": Role.TREASURY,
    "办公室": Role.SECRETARIAT,
    "分管领导": Role.LEADER,
    "第三方机构": Role.AGENCY,
    "专家": Role.EXPERT,
    "系统管理员": Role.SYSTEM,
    "安全管理员": Role.SECURITY,
    "审计管理员": Role.AUDIT,
    "查阅": Role.AUDITOR,
}
WHOLE_DIVISION = {
    Role.PERFORMANCE,
    Role.BUDGET,
    Role.TREASURY,
    Role.SECRETARIAT,
    Role.LEADER,
    Role.SYSTEM,
    Role.SECURITY,
    Role.AUDIT,
    Role.AUDITOR,
}
KINDS = {
    "部门整体": Subject.Kind.DEPARTMENT,
    "项目": Subject.Kind.PROJECT,
    "政策": Subject.Kind.POLICY,
    "转移支付": Subject.Kind.TRANSFER,
    "专项债券": Subject.Kind.BOND,
    "PPP": Subject.Kind.PPP,
    "政府购买服务": Subject.Kind.SERVICES,
    "政府采购": Subject.Kind.PROCUREMENT,
    "政府投资基金": Subject.Kind.INVESTMENT_FUND,
}
NATURES = {label: value for value, label in Subject.Nature.choices}


@dataclass
class Begun:
    """What was made, or the problems for which nothing was."""

    division: str = ""
    units: int = 0
    subjects: int = 0
    passwords: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the command line; one-time passwords appear here and nowhere else."""
        return {
            "division": self.division,
            "units": self.units,
            "subjects": self.subjects,
            "accounts": [{"username": u, "password": p} for u, p in self.passwords.items()],
            "problems": [problem.as_json() for problem in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Administrator:
    """One of the three accounts a division begins with; a password that is
    ``known`` need not be changed at once.
    """

    username: str
    name: str
    role: Role
    password: str
    known: bool = False


def found_division(
    *,
    code: str,
    name: str,
    bureau: str,
    administrators: Iterable[Administrator],
    body: str = Division.Body.GOVERNMENT,
    short_name: str = "",
    report_chain: Iterable[str] = (),
    demo: bool = False,
) -> Division:
    """A division, its three administrators and the rulebook's problem catalogue.

    Nobody has an account before this, so it is the act of whoever sits at the machine; everything
    after it has a person.
    """
    division = create_division(
        code=code,
        name=name,
        bureau=bureau,
        body=body,
        short_name=short_name,
        report_chain=report_chain,
        demo=demo,
        by=None,
        why=WHY,
    )
    for one in administrators:
        user = create_user(
            division=division,
            username=one.username,
            name=one.name,
            password=one.password,
            must_change_password=not one.known,
            by=None,
            why=WHY,
        )
        grant(user=user, role=one.role, division=division, by=None, why=WHY)
    ensure_catalogue(division=division, by=None)
    return division


def _unheard(_sentence: str) -> None:
    """Where nobody waits."""


def begin(
    *,
    code: str,
    name: str,
    bureau: str,
    committee: bool = False,
    source: Path | None = None,
    progress: Callable[[str], None] = _unheard,
) -> Begun:
    """A division with its administrators and, from ``source``, units, people and subjects: all of
    it or nothing.

    Problems of 阻断, in the workbook or because the division exists, are returned and nothing is
    stored: all of them at once, each with sheet, row and cell. ``progress`` is told what is being
    done while one waits.
    """
    if source:
        progress(f"正在读取 {source.name}……")
    opening = _read(source) if source else Opening()
    begun = Begun(problems=[*opening.problems, *_unknown_words(opening), *_secrets(opening)])
    if any(problem.level == "阻断" for problem in begun.problems):
        return begun
    try:
        return _stored(
            begun, opening, progress, code=code, name=name, bureau=bureau, committee=committee
        )
    except (NotAllowed, Refused) as error:
        return Begun(problems=[*begun.problems, Problem(DIVISION_REFUSED, "阻断", str(error))])


def _stored(
    begun: Begun,
    opening: Opening,
    progress: Callable[[str], None],
    *,
    code: str,
    name: str,
    bureau: str,
    committee: bool,
) -> Begun:
    body = Division.Body.COMMITTEE if committee else Division.Body.GOVERNMENT
    with transaction.atomic():
        prefix = f"{code}-" if Division.objects.exists() else ""
        first = [
            Administrator(prefix + login, Role(role).label, role, one_time_password())
            for login, role in ADMINISTRATORS
        ]
        division = found_division(
            code=code, name=name, bureau=bureau, body=body, administrators=first
        )
        begun.division = division.name
        begun.passwords.update({one.username: one.password for one in first})
        progress(f"正在建立单位 {len(opening.units)} 个……")
        units = _units(division, opening.units)
        progress(f"正在建立账号 {len(opening.people)} 个……")
        _people(begun, division, opening.people, units)
        progress(f"正在建立对象 {len(opening.subjects)} 个……")
        begun.subjects = _subjects(division, opening.subjects, units)
        begun.units = len(opening.units)
    return begun


def _read(source: Path) -> Opening:
    """The workbook, read in a limited child like every file from outside."""
    answer = read_in_child(source, "book")
    if answer["book"] is None:
        return Opening(
            problems=[
                Problem(**{k: v for k, v in p.items() if k != "place"}) for p in answer["problems"]
            ]
        )
    return read_opening(answer["book"])


def _unknown_words(opening: Opening) -> list[Problem]:
    """Roles and classes that are none: guessing what a person may do is not ours."""
    checked = (("人员", "role", "角色", ROLES), ("对象", "class", "项目类别", NATURES))
    return [
        Problem(
            ROLE_NOT_LISTED,
            "阻断",
            f"{label}“{row[key]}”不在可选范围内。",
            sheet,
            opening.cell(sheet, key, row["line"]),
            line=int(row["line"] or 0),
            mend=f"应填{'、'.join(known)}之一。",
        )
        for sheet, key, label, known in checked
        for row in opening.written(sheet)
        if row[key] and row[key] not in known
    ]


def _secrets(opening: Opening) -> list[Problem]:
    """Units and subjects whose names carry a marking: what may not enter is
    named by its row before anything is made.
    """
    problems = []
    for sheet in ("单位", "对象"):
        for row in opening.written(sheet):
            try:
                refuse_secret(str(row["name"] or ""))
            except NotAllowed as error:
                mend = "请从模板里删去这一行。"
                problems.append(
                    Problem(
                        CLASSIFIED,
                        "阻断",
                        str(error),
                        sheet,
                        opening.cell(sheet, "name", row["line"]),
                        line=int(row["line"] or 0),
                        mend=mend,
                    )
                )
    return problems


def _account(
    begun: Begun,
    division: Division,
    login: str,
    name: str,
    role: str,
    *,
    unit: Unit | None = None,
    until: date | None = None,
    **details: Any,
) -> User:
    """An account with a one-time password that must be changed, and its grant."""
    password = one_time_password()
    user = create_user(
        division=division,
        username=login,
        name=name,
        unit=unit,
        password=password,
        by=None,
        why=WHY,
        **details,
    )
    scope = None if role in WHOLE_DIVISION else unit
    if role in {Role.AGENCY, Role.EXPERT}:
        grant(user=user, role=role, division=division, subjects=[], until=until, by=None, why=WHY)
    else:
        grant(user=user, role=role, division=division, unit=scope, until=until, by=None, why=WHY)
    begun.passwords[login] = password
    return user


def _units(division: Division, rows: list[dict[str, Any]]) -> dict[str, Unit]:
    """Units by code; a parent may stand below its children in the sheet."""
    units: dict[str, Unit] = {}
    offices = _offices(division, rows)
    waiting = list(rows)
    while waiting:
        ready = [
            row for row in waiting if row["parent_code"] is None or row["parent_code"] in units
        ]
        if not ready:
            raise NotAllowed("单位表的上级单位互相指向，排不出先后。")
        for row in ready:
            parent = units.get(row["parent_code"])
            kind = Unit.Kind.UNIT if parent else Unit.Kind.DEPARTMENT
            units[row["code"]] = add_unit(
                division=division,
                code=row["code"],
                name=row["name"],
                kind=kind,
                parent=parent,
                office=offices.get(row["office"] or ""),
                aliases=[one for one in (row["short"] or "").split("、") if one],
                valid_from=_day(row["valid_from"]),
                by=None,
                why=f"{WHY}；备注：{row['note']}"[:500] if row["note"] else WHY,
            )
        waiting = [row for row in waiting if row not in ready]
    return units | offices


def _offices(division: Division, rows: list[dict[str, Any]]) -> dict[str, Unit]:
    """The finance offices that serve the units (归口业务科室), by name; each is a
    unit of the bureau's own.
    """
    names = dict.fromkeys(row["office"] for row in rows if row["office"])
    return {
        name: add_unit(
            division=division,
            code=f"CZ{number:02d}",
            name=name,
            kind=Unit.Kind.FINANCE,
            by=None,
            why=WHY,
        )
        for number, name in enumerate(names, 1)
    }


def _people(
    begun: Begun, division: Division, rows: list[dict[str, Any]], units: dict[str, Unit]
) -> None:
    for row in rows:
        unit = units.get(row["unit_code"])
        _account(
            begun,
            division,
            row["login"],
            row["name"],
            ROLES[row["role"]],
            unit=unit,
            phone=row["phone"] or "",
            until=_day(row["valid_until"]),
        )
        clerk = ROLES[row["role"]] == Role.CLERK
        if clerk and unit is not None and row["phone"] and not unit.contact:
            edit_unit(unit=unit, by=None, why=WHY, contact=row["name"], phone=row["phone"])


def _subjects(division: Division, rows: list[dict[str, Any]], units: dict[str, Unit]) -> int:
    for number, row in enumerate(rows, 1):
        subject = ensure_subject(
            division=division,
            unit=units[row["unit_code"]],
            code=row["project_code"] or f"ZX{number:06d}",
            name=row["name"],
            kind=KINDS[row["kind"]],
            nature=NATURES.get(row["class"] or "", ""),
            recurring={"是": True, "否": False}.get(row["recurring"] or ""),
            tags=[tag for tag in (row["tags"] or "").split("、") if tag],
            manager=row["manager"] or "",
            term_years=row["term_years"],
            expires_on=_day(row["expires_on"]),
            midterm_on=_day(row["midterm_on"]),
            by=None,
            why=f"{WHY}；备注：{row['note']}"[:500] if row["note"] else WHY,
        )
        dossier = open_dossier(subject=subject, fiscal_year=row["year"], by=None, why=WHY)
        if row["budget"] is not None:
            set_appropriation(dossier=dossier, opening=Decimal(row["budget"]), by=None, why=WHY)
    return len(rows)


def _day(text: str | None) -> date | None:
    """A day of the workbook, which its reader gives as YYYY-MM-DD."""
    return date.fromisoformat(text) if text else None
