"""How far rounds are, from the counts kept by unit: as long as a division has units, however many
objects they answer for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q

from wenxiao.budget.census import tags_of
from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.selectors import Progress, any_of, in_scope, seen_by
from wenxiao.orgs.models import Unit
from wenxiao.orgs.selectors import within
from wenxiao.reviews.census import EVERYBODY, dossiers_counted, reviews_counted
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN
from wenxiao.store.among import Among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wenxiao.reviews.census import Reader

ARRIVED = ~Q(state__in=OPEN) | Q(received_on__isnull=False)
"""The condition on reviews that the form arrived: handed in, or received and not handed in yet."""
SCOPED_BY = {"units": "unit", "natures": "nature", "tags": "tag_text"}
"""What a scope may ask beside year and kind, and the census's word for it."""
OF_OBJECTS = ("kinds", "natures", "tags")
"""What a scope may ask of objects that the counts of reviews don't say."""


class DueCell(NamedTuple):
    """Dossiers that are alike in all a scope asks; what no scope asks is not told apart."""

    division: int
    fiscal_year: int
    kind: str
    unit: int = 0
    nature: str = ""
    tag_text: str = "[]"


def columns_asked(rounds: Iterable[Round]) -> list[str]:
    """What dossiers are counted by so that the scopes of some rounds can be told apart."""
    named = {name for one in rounds for name, value in (one.scope or {}).items() if value}
    by = ["division", "fiscal_year", "kind"]
    return by + [column for name, column in SCOPED_BY.items() if name in named]


def cell_in_scope(round: Round) -> Callable[[DueCell], bool]:
    """The condition of :func:`~wenxiao.budget.selectors.in_scope` on what
    the census counts by; not for listed dossiers.
    """
    scope = round.scope or {}
    kinds, natures = set(scope.get("kinds") or ()), set(scope.get("natures") or ())
    tags, units = set(scope.get("tags") or ()), _units_of(round)

    def holds(cell: DueCell) -> bool:
        return (
            cell.division == round.division_id
            and cell.fiscal_year == round.fiscal_year
            and (not kinds or cell.kind in kinds)
            and (not natures or cell.nature in natures)
            and (not tags or not tags.isdisjoint(tags_of(cell.tag_text)))
            and (units is None or cell.unit in units)
        )

    return holds


def _units_of(round: Round) -> frozenset[int] | None:
    """The units a scope names, each with those below it; None where it names none."""
    named = (round.scope or {}).get("units")
    if not named:
        return None
    tops = Unit.objects.filter(pk__in=named).values_list("path", flat=True)
    return frozenset(Unit.objects.filter(within(tops)).values_list("pk", flat=True))


Parts = dict[int, tuple[int, int, int]]
"""By unit: dossiers in scope, of these excused, of the others arrived."""


ReviewCount = tuple[int, str, bool, bool, int]
"""Unit, state, whether it arrived, whether it is excused; how many reviews."""


def parts_counted(
    reader: Reader, round: Round, counted: Iterable[ReviewCount] | None = None
) -> Parts | None:
    """A round's parts by unit; None where the rows must be asked: rounds of targets, scopes that
    list their dossiers, and whoever sees parts of a division. ``counted``: the round's reviews that
    the reader sees, where they are known already.
    """
    if not _countable(round):
        return None
    by = list(dict.fromkeys(["unit", *columns_asked([round])]))
    only = {"division": round.division_id, "fiscal_year": round.fiscal_year}
    rows = dossiers_counted(reader, *by, **only)
    names = ("unit", "state", "arrived", "excused")
    reviews = counted or reviews_counted(reader, *names, round__in=[round.pk])
    if rows is None or reviews is None:
        return None
    holds, units = cell_in_scope(round), _units_of(round)
    scoped: Counter[int] = Counter()
    for row in rows:
        cell = DueCell(**dict(zip(by, row, strict=False)))
        if holds(cell):
            scoped[cell.unit] += row[-2]
    arrived: Counter[int] = Counter()
    for unit, state, came, excused, n in reviews:
        if not excused and (came or state not in OPEN) and (units is None or unit in units):
            arrived[unit] += n
    arrived.subtract(_arrived_outside(reader, round))
    free = _excused(reader, round)
    return {unit: (n, free.get(unit, 0), arrived[unit]) for unit, n in scoped.items() if n}


def units_lacking(reader: Reader, round: Round, most: int) -> list[int] | None:
    """The first units of the tree that together surely lack ``most`` reviews of a round, or all
    units that lack any; None where the counts don't say it.

    What was begun or excused outside the scope is taken off too: rather a unit too many.
    """
    counts = parts_counted(reader, round)
    begun = reviews_counted(reader, "unit", round__in=[round.pk])
    if counts is None or begun is None:
        return None
    lacking = Counter({unit: scoped - free for unit, (scoped, free, _) in counts.items()})
    for unit, n in begun:
        lacking[unit] -= n
    tree = Unit.objects.filter(Among(F("pk"), list(counts))).order_by("path", "pk")
    units: list[int] = []
    sure = 0
    for unit in tree.values_list("pk", flat=True):
        if sure >= most:
            break
        units.append(unit)
        sure += max(lacking[unit], 0)
    return units


def wholes_counted(rounds: Sequence[Round]) -> dict[int, Progress]:
    """How far whole rounds are, whoever looks; those that must be asked row by row are left out."""
    counted = [one for one in rounds if _countable(one)]
    if not counted:
        return {}
    by = columns_asked(counted)
    years = {one.fiscal_year for one in counted}
    divisions = {one.division_id for one in counted}
    rows = dossiers_counted(EVERYBODY, *by, division__in=divisions, fiscal_year__in=years) or []
    cells = [(DueCell(**dict(zip(by, row, strict=False))), row[-2]) for row in rows]
    arrived, free = _arrived(counted), _excused_of(counted)
    wholes = {}
    for one in counted:
        holds = cell_in_scope(one)
        scoped = sum(n for cell, n in cells if holds(cell))
        came = arrived[one.pk] - sum(_arrived_outside(EVERYBODY, one).values())
        wholes[one.pk] = Progress(None, "合计", scoped, free.get(one.pk, 0), came)
    return wholes


def _countable(round: Round) -> bool:
    return round.kind != Round.Kind.TARGET and not (round.scope or {}).get("dossiers")


def _arrived(rounds: Sequence[Round]) -> Counter[int]:
    """The reviews of rounds that arrived and are not excused, of the units their scopes name."""
    units = {one.pk: _units_of(one) for one in rounds}
    by = ["round", "state", "arrived", "excused"]
    named = any(some is not None for some in units.values())
    counts: Counter[int] = Counter()
    rows = reviews_counted(EVERYBODY, *by, *(["unit"] if named else []), round__in=list(units))
    for pk, state, came, excused, *unit, n in rows or []:
        own = units[pk]
        if not excused and (came or state not in OPEN) and (own is None or unit[0] in own):
            counts[pk] += n
    return counts


def _arrived_outside(reader: Reader, round: Round) -> dict[int, int]:
    """By unit the reviews that arrived and whose object is not in the round's scope; no query where
    the scope asks no more than units.
    """
    scope = round.scope or {}
    if not any(scope.get(name) for name in OF_OBJECTS):
        return {}
    free = Exemption.objects.filter(round=round, dossier=OuterRef("dossier"))
    own = Dossier.objects.filter(in_scope(round), pk=OuterRef("dossier"))
    rows = Review.objects.filter(ARRIVED, ~Exists(free), ~Exists(own), _seen(reader), round=round)
    units = _units_of(round)
    rows = rows if units is None else rows.filter(dossier__unit__in=units)
    counted = rows.order_by().values_list("dossier__unit").annotate(n=Count("pk"))
    return dict(counted)


def _excused(reader: Reader, round: Round) -> dict[int, int]:
    """By unit the excused dossiers of a round's scope that the reader sees."""
    own = Dossier.objects.filter(in_scope(round), pk=OuterRef("dossier"))
    rows = Exemption.objects.filter(Exists(own), _seen(reader), round=round).order_by()
    return dict(rows.values_list("dossier__unit").annotate(n=Count("pk")))


def _excused_of(rounds: Sequence[Round]) -> dict[int, int]:
    """How many dossiers of each round's scope are excused; one query for all."""
    own = Dossier.objects.filter(pk=OuterRef("dossier"))
    of_any = any_of(_of(one, Exists(own.filter(in_scope(one)))) for one in rounds)
    counted = Exemption.objects.filter(of_any).order_by().values_list("round")
    by_round: dict[int, int] = defaultdict(int, counted.annotate(n=Count("pk")))
    return by_round


def _of(round: Round, condition: Exists) -> Q:
    return Q(condition, round=round)


def _seen(reader: Reader) -> Q:
    return Q() if isinstance(reader, str) else seen_by(reader)
