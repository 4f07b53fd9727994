"""The numbers around the list of subjects: groups, alternatives and the unit tree, all added up
from one reading.

Every count is exact: the looks of :func:`wenxiao.budget.census.census` hold each dossier once,
and narrowing them here costs nothing per dossier.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from wenxiao.store.among import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.budget.census import CensusLook
    from wenxiao.budget.subtotals import GroupKey, GroupSums, Totals
    from wenxiao.orgs.selectors import UnitPlace

TAGS = 12
"""How many tags stand ready to be chosen, the most used first."""
TOPS = 120
"""How many top units the tree opens with; all of them when asked."""

PLACE = "PLACE-OF-UNIT"
"""Stands for a unit's number in an address made for all units at once."""

WORKS: dict[str, tuple[str, str, bool]] = {
    "finance": ("财政评价", "finance_evaluation", False),
    "key_monitoring": ("重点监控", "monitoring", True),
    "department": ("部门评价", "department_evaluation", False),
    "selfeval": ("单位自评", "selfeval", False),
    "recheck": ("自评复核", "recheck", False),
}
"""The year's works a list may be narrowed to: word, kind of review, key rounds only."""


class OwnLook(NamedTuple):
    """The bureau's own (财政重点) of one fiscal year and kind: their ids, each with its unit."""

    fiscal_year: int
    kind: str
    units: dict[int, int]


@dataclass
class DossierGroup:
    """Dossiers of one kind in one fiscal year: the only ones whose money may be added up."""

    fiscal_year: int
    kind: str
    count: int
    key: bool = False
    budget: Decimal | None = None
    spent: Decimal | None = None
    without: int = 0
    audited: int = 0
    arranged: Decimal | None = None
    used: Decimal | None = None

    def add(self, sums: GroupSums) -> None:
        """The money of its dossiers, added up already."""
        self.budget, self.spent = exact(sums.budget), exact(sums.spent)
        self.without = self.count - sums.budgeted

    def add_each(self, totals: Iterable[Totals]) -> None:
        """The money of its dossiers one by one; audited figures add to audited figures alone."""
        rows = list(totals)
        audited = [row for row in rows if row.audited_arranged is not None]
        budgets = [row.budget for row in rows if row.budget is not None]
        self.audited, self.without = len(audited), len(rows) - len(budgets)
        self.arranged = _sum(row.audited_arranged for row in audited)
        self.used = _sum(row.audited_used or 0 for row in audited)
        self.budget = _sum(budgets)
        self.spent = _sum(row.spent for row in rows)


def _sum(fen: Iterable[int | None]) -> Decimal | None:
    """In 元 what is known, added up in 分; None where nothing is."""
    known = [one for one in fen if one is not None]
    return exact(sum(known)) if known else None


class Branch(NamedTuple):
    """A unit of the tree in finished words: where it leads, how far it is set in (the fifth level
    stands where the fourth does), the sign of what is below, how many dossiers stand at it and
    below it.
    """

    href: str
    shade: int
    name: str
    synthetic: bool
    dossiers: int
    chosen: bool
    twig: str
    below: list[Branch]


@dataclass(frozen=True)
class UnitTree:
    """The unit tree as far as it is opened; ``more`` top units are left out
    until somebody asks for all.
    """

    tops: list[Branch]
    more: int


def subtree_of(unit: UnitPlace | None, known: Mapping[int, UnitPlace]) -> frozenset[int] | None:
    """The ids of a unit and everything below it; None where no unit is asked for."""
    if unit is None:
        return None
    return frozenset(pk for pk, place in known.items() if place.path.startswith(unit.path))


def narrowed(
    looks: Iterable[CensusLook], asked: Any, below: frozenset[int] | None, but: str = ""
) -> list[CensusLook]:
    """The looks asked for, leaving out the condition named ``but`` (for counting its alternatives);
    of a unit asked for they hold the units ``below`` alone.
    """
    if asked.kind and but != "kind":
        looks = [look for look in looks if look.kind == asked.kind]
    if asked.fiscal_year and but != "fiscal_year":
        looks = [look for look in looks if look.fiscal_year == asked.fiscal_year]
    if asked.tag and but != "tag":
        looks = [look for look in looks if asked.tag in look.tags]
    if below is not None and but != "unit":
        parts = ((look, look.units.keys() & below) for look in looks)
        looks = [look._replace(units={u: look.units[u] for u in own}) for look, own in parts if own]
    return list(looks)


def groups_of(
    looks: Iterable[CensusLook], first: Iterable[OwnLook]
) -> dict[GroupKey, DossierGroup]:
    """How many stand in each group; ``first`` are the bureau's own among them."""
    own = Counter({(0, one.fiscal_year, one.kind): len(one.units) for one in first})
    every: Counter[GroupKey] = Counter()
    for look in looks:
        every[1, look.fiscal_year, look.kind] += look.n
    for (_, year, kind), n in own.items():
        every[1, year, kind] -= n
    counted = {key: n for key, n in (own | +every).items() if n}
    return {key: DossierGroup(key[1], key[2], n, key=key[0] == 0) for key, n in counted.items()}


def chips_of(
    looks: list[CensusLook], asked: Any, works: Mapping[str, int], labels: Mapping[str, str]
) -> dict[str, list[tuple[object, ...]]]:
    """Alternatives with honest counts: how many there would be, everything else asked for staying
    as it is. ``looks`` are those of the unit asked for.
    """
    kinds, years, tags = Counter[str](), Counter[int](), Counter[str]()
    for look in narrowed(looks, asked, None, but="kind"):
        kinds[look.kind] += look.n
    for look in narrowed(looks, asked, None, but="fiscal_year"):
        years[look.fiscal_year] += look.n
    for look in narrowed(looks, asked, None, but="tag"):
        for tag in look.tags:
            tags[tag] += look.n

    def chip(name: str, word: str, value: object, n: int, *, on: bool) -> tuple[object, ...]:
        return (word, n, asked.address(**{name: "" if on else value}), on)

    shown = dict(sorted(tags.items(), key=lambda one: (-one[1], one[0]))[:TAGS])
    if asked.tag:
        shown.setdefault(asked.tag, tags[asked.tag])
    return {
        "works": [
            chip("work", WORKS[code][0], code, n, on=asked.work == code)
            for code, n in works.items()
            if n or asked.work == code
        ],
        "years": [
            chip("fy", f"{fy}年", fy, n, on=asked.fiscal_year == fy)
            for fy, n in sorted(years.items(), reverse=True)
        ],
        "kinds": [
            chip("kind", labels.get(kind, kind), kind, n, on=asked.kind == kind)
            for kind, n in sorted(kinds.items())
        ],
        "tags": [chip("tag", tag, tag, n, on=asked.tag == tag) for tag, n in shown.items()],
    }


def by_unit(looks: Iterable[CensusLook]) -> dict[int, int]:
    """How many each unit has, whatever they look like."""
    counts: dict[int, int] = {}
    for look in looks:
        if not counts:
            counts = dict(look.units)
            continue
        for unit, n in look.units.items():
            counts[unit] = counts.get(unit, 0) + n
    return counts


def _with_all_below(looks: Iterable[CensusLook], known: Mapping[int, UnitPlace]) -> dict[int, int]:
    """How many stand at each unit and below it; a unit without any is absent."""
    own = by_unit(looks)
    counts = dict(own)
    for unit, n in own.items():
        if known[unit].parent is None:
            continue
        for part in known[unit].path.split("/")[1:-2]:
            above = int(part)
            counts[above] = counts.get(above, 0) + n
    return {unit: n for unit, n in counts.items() if n}


def tree_of(
    looks: Iterable[CensusLook],
    asked: Any,
    units: Mapping[int, UnitPlace],
    known: Mapping[int, UnitPlace],
    *,
    whole: bool,
) -> UnitTree:
    """Top units of ``units``, opened along the way to the chosen one; a unit without any dossier is
    left out.

    ``known`` are the units of all looks, those too that dossiers once had and the person doesn't
    see.
    """
    counts = _with_all_below(looks, known)
    all_units, one_unit = asked.address(unit=""), asked.address(unit=PLACE)
    way = units[asked.unit].path if asked.unit in units else "/"
    below: dict[int | None, list[UnitPlace]] = {}
    for place in units.values():
        if place.pk in counts:
            below.setdefault(place.parent if place.parent in units else None, []).append(place)
    tops = below.get(None, [])
    tops_shown = (
        tops
        if whole
        else [top for at, top in enumerate(tops) if at < TOPS or way.startswith(top.path)]
    )

    alone = len(tops) == 1

    def grow(place: UnitPlace, depth: int) -> Branch:
        own = below.get(place.pk, ())
        opened = bool(own) and (way.startswith(place.path) or (alone and depth == 0))
        chosen = place.pk == asked.unit
        return Branch(
            all_units if chosen else one_unit.replace(PLACE, str(place.pk)),
            min(depth, 4),
            place.name,
            place.synthetic,
            counts[place.pk],
            chosen,
            ("▾" if opened else "▸") if own else "",
            [grow(child, depth + 1) for child in own] if opened else [],
        )

    return UnitTree([grow(top, 0) for top in tops_shown], len(tops) - len(tops_shown))
