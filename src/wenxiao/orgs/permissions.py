"""Who may do what: powers of roles as data, grants (role × scope × period) that give them.

Access is grants and nothing else. A user without grants in force sees and does nothing, whatever
their unit is. ``None`` as user is whoever sits at the machine itself (the ``wenxiao`` command); no
web request can be that. The machine founds, reads and imports (:data:`BY_MACHINE`); what a person
answers for it never does.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db.models import Exists, OuterRef

from wenxiao.orgs.models import Division, Duty, Grant, Role, Unit, User
from wenxiao.store.prepared import PreparedRead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier, Subject

T = TypeVar("T")


class Refused(Exception):
    """The person may not do that; the sentence says who can."""


POWERS: dict[str, str] = {
    "see_unit": "查看单位资料",
    "fill": "填报",
    "submit": "提交",
    "submit_for": "代单位报送",
    "check_unit": "单位审核",
    "check_department": "主管部门审核",
    "check_office": "财政业务科室审核",
    "manage_round": "下达任务",
    "evaluate": "评分",
    "confirm": "确认评价结果",
    "confirm_finding": "确认问题",
    "write_report": "编写报告",
    "sign_report": "签发报告",
    "import": "导入",
    "approve_target": "批复绩效目标",
    "manage_units": "维护单位",
    "manage_users": "维护用户",
    "grant": "授权",
    "manage_accounts_policy": "规定账号安全要求",
    "consent_reset": "同意重置密码",
    "consent_security_reset": "同意重置安全管理员的密码",
    "watch_trail": "查看留痕",
    "manage_rules": "维护评分规则与制度",
    "disclose": "办理公开",
    "decide_use": "决定结果应用",
    "instruct": "登记批示",
}

BY_MACHINE = frozenset(
    {
        "see_unit",
        "watch_trail",
        "import",
        "manage_round",
        "manage_units",
        "manage_users",
        "manage_rules",
        "grant",
    }
)
"""What documented commands do without an account: begin a division, reset a password, import, try a
rule, read. Nothing is handed in, checked, scored, confirmed, signed or made public by nobody.
"""

HELD: dict[str, frozenset[str]] = {
    Role.CLERK: frozenset({"see_unit", "fill", "submit"}),
    Role.HEAD: frozenset({"see_unit", "check_unit"}),
    Role.DEPARTMENT: frozenset({"see_unit", "submit_for", "check_department", "evaluate"}),
    Role.OFFICE: frozenset(
        {"see_unit", "submit_for", "check_office", "evaluate", "confirm_finding", "decide_use"}
    ),
    Role.PERFORMANCE: frozenset(
        {
            "see_unit",
            "submit_for",
            "check_office",
            "manage_round",
            "evaluate",
            "confirm",
            "confirm_finding",
            "write_report",
            "import",
            "approve_target",
            "manage_units",
            "manage_rules",
            "disclose",
            "decide_use",
        }
    ),
    Role.BUDGET: frozenset({"see_unit", "import", "approve_target", "decide_use"}),
    Role.TREASURY: frozenset({"see_unit", "import"}),
    Role.SECRETARIAT: frozenset({"see_unit", "instruct", "disclose"}),
    Role.LEADER: frozenset({"see_unit", "sign_report", "instruct", "disclose"}),
    Role.AGENCY: frozenset({"see_unit", "evaluate"}),
    Role.EXPERT: frozenset({"see_unit", "evaluate"}),
    Role.SYSTEM: frozenset({"manage_units", "manage_users"}),
    Role.SECURITY: frozenset({"grant", "consent_reset", "manage_accounts_policy"}),
    Role.AUDIT: frozenset({"watch_trail", "consent_security_reset"}),
    Role.AUDITOR: frozenset({"see_unit", "watch_trail"}),
}

FILING = frozenset({"fill", "submit", "submit_for"})
"""What a unit does itself or has done for it; never by whoever was engaged from outside."""

ADMINISTRATORS = frozenset({Role.SYSTEM, Role.SECURITY, Role.AUDIT})
"""三员: disjoint from each other and from all business, whenever the grants hold."""

TWO_CONSENT = ADMINISTRATORS | {Role.LEADER, Role.PERFORMANCE}
"""Whose password is reset only when a second administrator consents."""

THIRD_PARTIES = frozenset({Role.AGENCY, Role.EXPERT})
"""Engaged from outside: they work on what they are assigned to and never file for a unit."""

READ_RESTRICTED = frozenset({Role.PERFORMANCE, Role.LEADER, Role.AUDITOR})
"""Roles a grant over the whole division shows 限制知悉; others need the unit or the subject."""


def duty_of(role: str) -> str:
    """What an account with this role is for."""
    return Duty(role) if role in ADMINISTRATORS else Duty.BUSINESS


@dataclass(frozen=True)
class _Scope:
    """One grant in force, ready to be asked about units and subjects without a query."""

    role: str
    division: int
    whole: bool
    paths: tuple[str, ...]
    subjects: frozenset[int] | None
    named: frozenset[str] = frozenset()
    below: frozenset[int] = frozenset()
    """Divisions under its own, for a grant over a whole division: it only looks there."""

    def holds_unit(self, unit: Unit, power: str) -> bool:
        if power == "see_unit" and unit.division_id in self.below:
            return True
        if unit.division_id != self.division or self.subjects is not None:
            return False
        return self.whole or unit.path.startswith(self.paths)

    def lists(self, subject: Subject | None) -> bool:
        """Whether the grant names this very subject; whose unit it is then asks no further."""
        return self.subjects is not None and subject is not None and self.holds_subject(subject)

    def holds_subject(self, subject: Subject, power: str = "") -> bool:
        if power == "see_unit" and subject.division_id in self.below:
            return subject.restriction != "restricted"
        if subject.division_id != self.division:
            return False
        if self.subjects is not None:
            return subject.pk in self.subjects
        if self.whole:
            return subject.restriction != "restricted" or self.role in READ_RESTRICTED
        return subject.unit.path.startswith(self.paths)


class Holdings:
    """Everything a user may do now, read once: ask it as often as a page has rows."""

    def __init__(self, scopes: Iterable[_Scope], user_unit: int | None = None) -> None:
        self.scopes = tuple(scopes)
        self._own_unit = user_unit

    def role_names(self) -> list[str]:
        """The Chinese names of the roles, in the order of Role."""
        roles = {scope.role for scope in self.scopes}
        return [role.label for role in Role if role in roles]

    def can(
        self,
        power: str,
        *,
        unit: Unit | None = None,
        subject: Subject | None = None,
        division: int | None = None,
    ) -> bool:
        """Whether some grant gives ``power`` over the unit, the subject, or at all."""
        if power not in POWERS:
            raise KeyError(power)
        if power in FILING and self._third_party(subject):
            return False
        return any(
            (power in HELD[scope.role] or power in scope.named)
            and (unit is None or scope.holds_unit(unit, power) or scope.lists(subject))
            and (subject is None or scope.holds_subject(subject, power))
            and (division is None or scope.division == division)
            and not self._judges_own(scope, power, subject)
            for scope in self.scopes
        )

    def can_for_all(self, power: str, division: int | None = None) -> bool:
        """Whether a grant over a whole division gives ``power``."""
        return any(
            scope.whole and power in HELD[scope.role] and division in {None, scope.division}
            for scope in self.scopes
        )

    def _third_party(self, subject: Subject | None) -> bool:
        """An agency never files for a unit; an expert not for what they judge."""
        for scope in self.scopes:
            if scope.role == Role.AGENCY:
                return True
            if scope.role == Role.EXPERT and subject is not None and scope.holds_subject(subject):
                return True
        return False

    def _judges_own(self, scope: _Scope, power: str, subject: Subject | None) -> bool:
        """An expert doesn't judge the unit they work in."""
        return (
            power == "evaluate"
            and scope.role in THIRD_PARTIES
            and subject is not None
            and self._own_unit is not None
            and subject.unit_id == self._own_unit
        )


@contextmanager
def grants_kept(user: User | None) -> Iterator[None]:
    """While a page is looked at, or one person's batch is written, read that person's grants once.

    Never around what gives or ends grants: that counts at once. Within another nothing changes.
    """
    if user is None or hasattr(user, "kept_grants"):
        yield
        return
    entered = getattr(user, "grants_at_entry", None)
    if entered is not None:
        del user.grants_at_entry  # type: ignore[attr-defined]  # what was read at the door serves one look
    user.kept_grants = {} if entered is None else {"grants": entered}  # type: ignore[attr-defined]  # one request's memory
    try:
        yield
    finally:
        del user.kept_grants  # type: ignore[attr-defined]  # as above


def once(user: User, name: str, read: Callable[[], T]) -> T:
    """What ``read`` says of the user's grants, once while :func:`grants_kept` holds."""
    answers: dict[str, object] | None = getattr(user, "kept_grants", None)
    if answers is None:
        return read()
    if name not in answers:
        answers[name] = read()
    return cast("T", answers[name])


def grants_held(user: User | None) -> list[Grant]:
    """The user's grants in force with their units, as given; none of a disabled account."""
    if user is None or not user.is_authenticated or not user.is_active:
        return []
    return once(user, "grants", lambda: _grants_of(user))


def _grants_of(user: User) -> list[Grant]:
    return _GRANTS.rows(user.pk)


def _read(user: int) -> QuerySet[Grant]:
    """Grants in force; ``alone``: no other division is kept, ``above``: some lies below its own."""
    others = Division.objects.exclude(pk=OuterRef("division"))
    below = Division.objects.filter(parent=OuterRef("division"))
    rows = Grant.objects.filter(user=user).in_force().select_related("unit", "division")
    return rows.annotate(alone=~Exists(others), above=Exists(below)).order_by("pk")


_GRANTS = PreparedRead(_read)
_AT_THE_DOOR = PreparedRead(
    lambda user: _read(user).select_related("unit", "division", "user__division")
)


def entering(user: int) -> User | None:
    """Whose session this is, in one query with division and grants (for :func:`grants_kept`)."""
    grants = _AT_THE_DOOR.rows(user)
    if not grants:
        return User.objects.filter(pk=user).select_related("division").first()
    person: User = grants[0].user
    person.grants_at_entry = grants  # type: ignore[attr-defined]  # taken by grants_kept
    return person


def holdings(user: User | None) -> Holdings:
    """The user's grants in force with their scopes, in three queries at most."""
    grants = grants_held(user)
    if user is None or not grants:
        return Holdings((), user.unit_id if user is not None and user.is_authenticated else None)
    return once(user, "holdings", lambda: _holdings_of(user, grants))


def _holdings_of(user: User, grants: list[Grant]) -> Holdings:
    served = served_paths(user, grants)
    listed = _listed([grant.pk for grant in grants if grant.by_subjects])
    return Holdings([_scope(grant, served, listed) for grant in grants], user.unit_id)


def _scope(grant: Grant, served: dict[int, list[str]], listed: dict[int, set[int]]) -> _Scope:
    paths = (grant.unit.path, *served.get(grant.unit.pk, ())) if grant.unit else ()
    subjects = frozenset(listed.get(grant.pk, ())) if grant.by_subjects else None
    whole = grant.unit is None and not grant.by_subjects
    return _Scope(
        role=grant.role,
        division=grant.division_id,
        whole=whole,
        paths=paths,
        subjects=subjects,
        named=_named(grant),
        below=divisions_below([grant.division_id]) if whole and grant.above else frozenset(),  # type: ignore[attr-defined]  # as read by _read
    )


def divisions_below(tops: Iterable[int]) -> frozenset[int]:
    """All divisions under some (县 under 市), these left out; one query, none without any."""
    below: set[int] = set()
    edge = set(tops)
    if not edge:
        return frozenset()
    pairs = list(Division.objects.exclude(parent=None).values_list("pk", "parent_id"))
    while edge:
        edge = {pk for pk, parent in pairs if parent in edge} - below
        below |= edge
    return frozenset(below)


def _named(grant: Grant) -> frozenset[str]:
    """What the division gives the role beside its powers: confirming, as the leader decided."""
    names = {*grant.division.confirmers, *([Role.LEADER] if grant.division.small_office else ())}
    return frozenset({"confirm"}) if grant.role in names else frozenset()


def _listed(grants: list[int]) -> dict[int, set[int]]:
    """The subjects that grants over listed subjects name, by grant."""
    subjects: dict[int, set[int]] = defaultdict(set)
    rows = Grant.subjects.through.objects.filter(grant__in=grants) if grants else None
    for grant, subject in rows.values_list("grant_id", "subject_id") if rows is not None else ():
        subjects[grant].add(subject)
    return subjects


def served_paths(user: User, grants: Iterable[Grant]) -> dict[int, list[str]]:
    """The subtrees of the units each finance office of a user's grants serves (谁分配资金，谁审核目标).
    One query, none without a grant over a unit.
    """
    offices = {grant.unit_id for grant in grants if grant.unit_id}

    def read() -> dict[int, list[str]]:
        served: dict[int, list[str]] = {}
        rows = Unit.objects.filter(office__in=offices).order_by("pk")
        for office, path in rows.values_list("office", "path"):
            served.setdefault(office or 0, []).append(path)
        return served

    return once(user, f"served by {sorted(offices)}", read) if offices else {}


def can(
    user: User | None, power: str, *, unit: Unit | None = None, subject: Subject | None = None
) -> bool:
    """Whether the user may; for many rows take :func:`holdings` once instead."""
    if user is None:
        return power in BY_MACHINE
    return holdings(user).can(power, unit=unit, subject=subject)


def require_one(
    user: User | None,
    powers: Sequence[str],
    *,
    what: str,
    division: Division | int,
    unit: Unit | None = None,
    subject: Subject | None = None,
) -> None:
    """Pass whoever holds one of ``powers`` there; Refused says who does ``what``.

    ``import`` is a power over the division: it never hangs on a unit or a subject.
    """
    if user is None and BY_MACHINE & set(powers):
        return
    held, key = holdings(user), division if isinstance(division, int) else division.pk
    for power in powers:
        where: dict[str, Any] = {} if power == "import" else {"unit": unit, "subject": subject}
        if held.can(power, division=key, **where):
            return
    roles = [Role(role).label for role, own in HELD.items() if own & set(powers)]
    raise Refused(f"{what}由{'、'.join(roles)}办理；您没有这项权限，或授权范围不包括这里。")


def role_label(role: str) -> str:
    """A role as people call it: 「财政绩效科」."""
    return str(Role(role).label)


def who_can(power: str) -> str:
    """The roles that hold a power, in Chinese: 「单位负责人」「财政绩效科、财政业务科室」."""
    return "、".join(Role(role).label for role, powers in HELD.items() if power in powers)


def require(
    user: User | None,
    power: str,
    *,
    unit: Unit | None = None,
    subject: Subject | None = None,
    division: Division | None = None,
    submitted_by: User | int | None = None,
) -> None:
    """Pass, or raise Refused saying who can; with ``division`` only its grants count.

    ``submitted_by``: the user or id who submitted what is to be approved now is refused.
    """
    if user is None:
        _require_machine(power)
        return
    held = holdings(user)
    key = division.pk if division is not None else None
    if not held.can(power, unit=unit, subject=subject, division=key):
        raise Refused(lacking(held, power, unit, subject, division))
    require_other(user, submitted_by)


def _require_machine(power: str) -> None:
    """Refused for what somebody has to answer for by name."""
    if power not in BY_MACHINE:
        raise Refused(
            f"{POWERS[power]}须由本人登录后办理，命令行不代人办理；可由{who_can(power)}办理。"
        )


def can_for_all(user: User | None, power: str, division: Division) -> bool:
    """Whether a grant over the whole division gives ``power``: everybody's pages need no less."""
    if user is None:
        return power in BY_MACHINE
    return holdings(user).can_for_all(power, division.pk)


def require_for(user: User | None, power: str, dossier: Dossier) -> None:
    """Pass, or raise Refused: the power over a dossier's unit and subject."""
    require(user, power, unit=dossier.unit, subject=dossier.subject)


def require_for_all(user: User | None, power: str, division: Division) -> None:
    """Pass who holds ``power`` over the whole division; Refused for a holder over some units."""
    require(user, power)
    if not can_for_all(user, power, division):
        raise Refused(
            f"这件事对全区划生效，须由授权范围为全区划的{_who_can_for_all(power)}办理；您的授权只到部分单位。"
        )


def _who_can_for_all(power: str) -> str:
    of_units = {Role.CLERK, Role.HEAD, Role.DEPARTMENT, Role.OFFICE, *THIRD_PARTIES}
    return "、".join(
        Role(role).label
        for role, powers in HELD.items()
        if power in powers and role not in of_units
    )


def require_other(user: User | None, submitted_by: User | int | None) -> None:
    """Nobody approves what they submitted themselves."""
    submitter = getattr(submitted_by, "pk", submitted_by)
    if user is not None and submitter is not None and submitter == user.pk:
        raise Refused("这份材料由您本人提交，不能自己审核自己；请由其他有审核权限的人员办理。")


def lacking(
    held: Holdings,
    power: str,
    unit: Unit | None = None,
    subject: Subject | None = None,
    division: Division | None = None,
) -> str:
    """What to say to whoever lacks a power: the same sentence on a page as from a service."""
    what, who = POWERS[power], who_can(power)
    if power in FILING and any(scope.role in THIRD_PARTIES for scope in held.scopes):
        done = what if power == "submit_for" else f"代单位{what}"
        return f"第三方机构和评审专家不得{done}；应由{who}办理。"
    if held.can(power):
        where = "该单位" if unit is not None and subject is None else "该对象"
        where = where if division is None else str(division)
        return f"您的授权范围不包括{where}，不能{what}；可由授权范围内的{who}办理。"
    return f"您没有“{what}”的权限；可由{who}办理，需要时请安全管理员授权。"
