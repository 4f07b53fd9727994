"""Units, people and what waits for them, as the person asking may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import Now

from wenxiao.orgs.models import (
    AWAITS,
    Agency,
    Attendance,
    Course,
    Division,
    Expert,
    Grant,
    Installation,
    Role,
    SavedView,
    Unit,
    User,
)
from wenxiao.orgs.permissions import (
    ADMINISTRATORS,
    HELD,
    READ_RESTRICTED,
    divisions_below,
    duty_of,
    grants_held,
    once,
    served_paths,
)
from wenxiao.store.among import answered, prepared
from wenxiao.store.prepared import PreparedRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

UNIT_KINDS = {one.value: str(one.label) for one in Unit.Kind}
"""The kinds of units with their words."""
BUREAU_ROLES = (Role.PERFORMANCE, Role.BUDGET, Role.TREASURY, Role.SECRETARIAT, Role.LEADER)
"""Whoever holds one of these works in the finance bureau itself."""
SEEING_ROLES = tuple(role for role, powers in HELD.items() if "see_unit" in powers)


def is_demonstration() -> bool:
    """Whether this database was begun as a demonstration."""
    return Installation.objects.filter(kind=Installation.Kind.DEMO).exists()


def mixed_accounts() -> list[tuple[str, str]]:
    """Accounts with duties that may not meet in one person, from before that was refused: account,
    roles. One query.

    Grants that have not begun count, those that ended do not.
    """
    rows = Grant.objects.filter(
        Q(until=None) | Q(until__gte=Now()), user__is_active=True
    ).select_related("user", "division")
    administrators: dict[int, list[Grant]] = {}
    for row in rows.filter(user__grants__role__in=ADMINISTRATORS).distinct().order_by("user", "pk"):
        administrators.setdefault(row.user_id, []).append(row)
    return [
        (held[0].user.username, "、".join(dict.fromkeys(one.get_role_display() for one in held)))
        for held in administrators.values()
        if len({duty_of(one.role) for one in held}) > 1
    ]


def mixed_sentences() -> list[str]:
    """What administrators and whoever starts the server are told of such
    accounts, and how to mend it.
    """
    return [
        f"账号 {username} 兼有{roles}：系统、安全、审计管理员与业务互不兼任。请另建账号，由安全管理员终止这个账号多出的授权。"
        for username, roles in mixed_accounts()
    ]


def within(paths: Iterable[str], field: str = "path") -> Q:
    """Rows whose unit path lies in one of the subtrees; no path means no row."""
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def seeing_grants(user: User | None) -> list[Grant]:
    """The user's grants in force that let them see units and subjects."""
    return [grant for grant in grants_held(user) if grant.role in SEEING_ROLES]


def paths_of(user: User, grants: Iterable[Grant]) -> list[str]:
    """The subtrees of a user's grants over a unit, and of the units a finance office serves."""
    over_units = [grant for grant in grants if grant.unit]
    units, served = (
        [grant.unit for grant in over_units if grant.unit],
        served_paths(user, over_units),
    )
    below = [path for unit in units for path in served.get(unit.pk, ())]
    return [*(unit.path for unit in units), *below]


def seeing_paths(user: User | None) -> list[str]:
    """The subtrees the user sees through grants over units; nothing of what
    is listed subject by subject.
    """
    grants = [grant for grant in seeing_grants(user) if not grant.by_subjects]
    return (
        once(user, "paths", lambda: paths_of(user, grants)) if user is not None and grants else []
    )


UNITS_SEEN, LISTS_SEEN = "units a person sees", "grants that list a person's subjects"
"""What stands for both in a question that is put together once for many people."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person may look at, resolved once a request: sets that conditions name, so that no row
    is asked by itself.

    ``full`` are the divisions seen as a whole with their 限制知悉 subjects, ``open`` those seen
    without: the person's own and, for looking only, all below a division seen as a whole. ``paths``
    are unit subtrees, ``units`` the ids of the units in them, ``listed`` the grants that name
    subjects one by one. ``everything``: no other division is kept here, nothing is left to be
    sorted out.
    """

    full: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    paths: tuple[str, ...] = ()
    units: tuple[int, ...] | str = ()
    listed: tuple[int, ...] | str = ()
    everything: bool = False

    @property
    def whole(self) -> frozenset[int]:
        """The divisions seen as a whole, 限制知悉 aside."""
        return self.full | self.open

    def subjects(self) -> QuerySet[Any, Any]:
        """The subjects that grants list, as a set of ids."""
        through = Grant.subjects.through.objects.filter(grant__among=self.listed)
        return through.values("subject")

    def form(self) -> Sight:
        """The same with words for the units and lists: what the text of a question depends on."""
        units, listed = UNITS_SEEN if self.units else (), LISTS_SEEN if self.listed else ()
        return replace(self, paths=(), units=units, listed=listed)

    def lists(self) -> dict[str, Iterable[int]]:
        """What those words stand for."""
        return {UNITS_SEEN: self.units, LISTS_SEEN: self.listed}  # type: ignore[dict-item]  # ids, in all but a form

    def of_units(self, unit: str) -> Q:
        """The condition of rows whose ``unit`` (a path to it) lies in the subtrees."""
        return Q(**{f"{unit}__among": self.units}) if self.units else Q(pk__in=())


def sight_of(user: User | None) -> Sight:
    """What the user may look at; resolved once while a page is looked at (:func:`grants_kept`)."""
    grants = seeing_grants(user)
    if user is None or not grants:
        return Sight()
    return once(user, "sight", lambda: _sight(user, grants))


def _sight(user: User, grants: list[Grant]) -> Sight:
    over_all = [row for row in grants if row.unit_id is None and not row.by_subjects]
    full = frozenset(reads_restricted(grants))
    own = frozenset(row.division_id for row in over_all)
    tops = {row.division_id for row in over_all if getattr(row, "above", False)}
    paths = tuple(seeing_paths(user))
    return Sight(
        full=full,
        open=(own | divisions_below(tops)) - full,
        paths=paths,
        units=units_within(paths),
        listed=tuple(row.pk for row in grants if row.by_subjects),
        everything=any(row.division_id in full and getattr(row, "alone", False) for row in grants),
    )


FEW_PATHS = 3
"""Up to how many subtrees the database is asked which units lie in them; of more it is asked for
the units of their divisions, which are then told apart here.
"""


def units_within(paths: tuple[str, ...]) -> tuple[int, ...]:
    """The ids of the units in some subtrees. One query, none without a path."""
    if not paths:
        return ()
    if len(paths) <= FEW_PATHS:
        near = Unit.objects.filter(within(paths))
    else:
        tops = Unit.objects.filter(path__in=paths)
        near = Unit.objects.filter(division__in=tops.values("division"))
    rows = answered(near.order_by().values_list("pk", "path"))
    return tuple(pk for pk, path in rows if path.startswith(paths))


def units_visible_to(user: User | None) -> QuerySet[Unit]:
    """Units in the scope of the user's grants.
    One that sees listed subjects alone sees the units of these.
    """
    sight = sight_of(user)
    condition = Q(division__in=sight.whole) | sight.of_units("pk")
    if sight.listed:
        through = Grant.subjects.through.objects.filter(grant__among=sight.listed)
        condition |= Q(pk__in=through.values("subject__unit"))
    return Unit.objects.filter(condition)


class UnitPlace(NamedTuple):
    """A unit as trees and orders need it: a thousand of them are read as plain rows."""

    pk: int
    name: str
    path: str
    parent: int | None
    synthetic: bool


def places_visible_to(user: User | None) -> dict[int, UnitPlace]:
    """The units the user sees by id in the order of the tree. One query."""

    def question() -> QuerySet[Any, Any]:
        return _in_order(units_visible_to(user))

    return _places(prepared(("places", sight_of(user)), question))


def places(units: QuerySet[Unit]) -> dict[int, UnitPlace]:
    """Some units by id in the order of the tree. One query."""
    return _places(answered(_in_order(units)))


def _in_order(units: QuerySet[Unit]) -> QuerySet[Any, Any]:
    ordered = units.order_by("path", "pk")
    return ordered.values_list("pk", "name", "path", "parent_id", "synthetic")


def _places(rows: list[tuple[Any, ...]]) -> dict[int, UnitPlace]:
    return {row[0]: tuple.__new__(UnitPlace, row) for row in rows}


def units_among(ids: Iterable[int]) -> QuerySet[Unit]:
    """The units with these ids, whoever sees them: for putting rows in
    order, never for showing units.
    """
    return Unit.objects.filter(pk__in=list(ids))


def heirs(unit: Unit) -> list[Unit]:
    """The unit and those that took over from it, in order: history joins through a merger."""
    chain, seen = [unit], {unit.pk}
    while chain[-1].successor is not None and chain[-1].successor.pk not in seen:
        chain.append(chain[-1].successor)
        seen.add(chain[-1].pk)
    return chain


def waiting_node(entry: Mapping[str, Any]) -> str:
    """What of a rule an entry speaks of: the node raised ("" the whole
    rule), or an own value by its first day.
    """
    raised = entry.get("raised")
    return f"own:{entry['from']}" if raised is None else str(raised)


def awaiting_standings(division: Division, rule: str) -> list[dict[str, Any]]:
    """Of a rule what one person said was read and another has not confirmed yet."""
    return [
        {**entry, "node": waiting_node(entry), "is_own": entry.get("raised") is None}
        for entry in division.rules
        if AWAITS in entry and entry["rule"] == rule
    ]


def reads_restricted(grants: Iterable[Grant]) -> list[int]:
    """Divisions in which the grants show 限制知悉 subjects."""
    return [
        g.division_id
        for g in grants
        if g.unit_id is None and not g.by_subjects and g.role in READ_RESTRICTED
    ]


def own_rules_of(division: int) -> dict[str, list[dict[str, Any]]]:
    """A division's own rule values, whoever asks."""
    return Division.objects.get(pk=division).own_rules


def role_codes(user: User) -> list[str]:
    """The roles the user holds now, in the order of Role."""
    held = {grant.role for grant in grants_held(user)}
    return [role.value for role in Role if role in held]


def holders_of(division: Division, roles: list[str], most: int = 3) -> dict[str, list[User]]:
    """Active people who hold these roles over the whole division now, at
    most ``most`` each, by account; one query.
    """
    rows = Grant.objects.in_force().filter(
        division=division, role__in=roles, unit=None, by_subjects=False
    )
    holders: dict[str, list[User]] = {}
    for grant in (
        rows.filter(user__is_active=True).select_related("user").order_by("user__username", "pk")
    ):
        people = holders.setdefault(grant.role, [])
        if grant.user not in people and len(people) < most:
            people.append(grant.user)
    return holders


def people_of(unit: Unit) -> QuerySet[User]:
    """Active people of the unit itself, by name."""
    return User.objects.filter(unit=unit, is_active=True).order_by("name", "pk")


# ---- what administrators see: the whole division -------------------------------------------------


def units_of(division: Division) -> QuerySet[Unit]:
    """Every unit of a division, ended ones too."""
    return Unit.objects.filter(division=division)


def owing_units(division: Division) -> QuerySet[Unit]:
    """The units in use that owe forms: neither a finance section nor the bureau's own unit, known
    by its name or by who has an account there.
    """
    staff = Grant.objects.in_force().filter(
        division=division, role__in=BUREAU_ROLES, user__is_active=True
    )
    rows = units_of(division).filter(valid_to=None).exclude(kind=Unit.Kind.FINANCE)
    return rows.exclude(name=division.bureau).exclude(
        pk__in=staff.exclude(user__unit=None).values("user__unit")
    )


def users_of(division: Division) -> QuerySet[User]:
    """Every account of a division, disabled ones too."""
    return User.objects.filter(division=division)


def users_without_grants(division: Division) -> QuerySet[User]:
    """Accounts in use nobody granted anything yet: whoever enters with one sees nothing."""
    return users_of(division).filter(is_active=True, grants=None)


def grants_of(division: Division) -> QuerySet[Grant]:
    """Every grant of a division, ended ones too."""
    return Grant.objects.filter(division=division)


def grants_in_force() -> QuerySet[Grant]:
    """Grants that hold now, in the order of roles; for prefetching beside users."""
    return Grant.objects.in_force().order_by("role", "pk")


def roles_held(division: Division) -> frozenset[str]:
    """The roles somebody with an active account holds in a division now."""
    grants = Grant.objects.in_force().filter(division=division, user__is_active=True)
    return frozenset(grants.order_by().values_list("role", flat=True).distinct())


def outside_people(division: Division) -> list[User]:
    """Accounts that may be assigned: active, and not of any budget unit (those have a side)."""
    rows = users_of(division).filter(is_active=True, unit=None).order_by("name", "pk")
    inside = grants_in_force().exclude(role__in=(Role.AGENCY, Role.EXPERT)).values("user")
    return list(rows.exclude(pk__in=inside)[:200])


def roles() -> list[tuple[str, str]]:
    """Roles with their Chinese names."""
    return [(role.value, role.label) for role in Role]


def agencies_of(division: Division) -> QuerySet[Agency]:
    """Third-party evaluators, by name."""
    return Agency.objects.filter(division=division).order_by("name", "pk")


def experts_of(division: Division) -> QuerySet[Expert]:
    """The expert pool, by name."""
    return Expert.objects.filter(division=division).order_by("name", "pk")


def saved_views(user: User, page: str = "") -> list[SavedView]:
    """The user's own lists of a page (of all pages without one), oldest first."""
    return [view for view in _VIEWS.rows(user.pk) if page in {"", view.page}]


_VIEWS = PreparedRead(lambda user: SavedView.objects.filter(user=user).order_by("page", "pk"))


@dataclass(frozen=True, slots=True)
class Trained:
    """A work year's courses that were held, the people in them, and the units they came from."""

    courses: tuple[int, ...]
    people: tuple[int, ...]
    units: tuple[int, ...]


def course_of(division: Division, pk: int) -> Course | None:
    """A course of the division; None without it."""
    return Course.objects.filter(division=division, pk=pk).first()


def courses_of(division: Division, year: int) -> QuerySet[Course]:
    """The year's courses with how many came, by day."""
    rows = Course.objects.filter(division=division, year=year).select_related("material")
    return rows.annotate(came=Count("people")).order_by("held_on", "pk")


def trained(division: Division, year: int) -> Trained:
    """What the report may say of the year's training."""
    rows = Attendance.objects.filter(course__division=division, course__year=year)
    seen = list(rows.order_by("pk").values_list("course", "pk", "unit"))
    return Trained(
        tuple(sorted({course for course, _, _ in seen})),
        tuple(pk for _, pk, _ in seen),
        tuple(sorted({unit for _, _, unit in seen if unit is not None})),
    )


def attended(division: Division, year: int) -> list[tuple[str, str, int]]:
    """(unit, person, courses) of a year, by unit and name."""
    rows = Attendance.objects.filter(course__division=division, course__year=year)
    counted = rows.values_list("unit__name", "name").annotate(n=Count("pk"))
    return [(unit or "", name, n) for unit, name, n in counted.order_by("unit__name", "name")]
