"""How the list of subjects is ordered: by a column's head, upwards or downwards; missing money
always stands last.

Names and units are ordered by the database with keyset pages. Where the order begins with columns
of the census (year and unit), its counts say which units hold the next page, and the database sorts
these alone, not the whole list. Money and rate are what a line shows (the year's own, else audited,
else a review's), which no single column holds: they are ordered here, and only while the whole list
is small enough to be read at once (the same bound as its subtotals).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core import signing
from django.db.models import Q

from wenxiao.budget.money import Money, money_of
from wenxiao.budget.selectors import any_of
from wenxiao.desk.subjects.counts import by_unit
from wenxiao.orgs.selectors import sight_of, units_among
from wenxiao.reviews.lines import review_lines
from wenxiao.reviews.selectors import told_money
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.among import IDS, OTHER_IDS
from wenxiao.store.keyset import Page, page, place_of, token_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from django.db.models import QuerySet

    from wenxiao.budget.census import CensusLook
    from wenxiao.budget.models import Dossier
    from wenxiao.desk.subjects.counts import OwnLook
    from wenxiao.orgs.models import User
    from wenxiao.orgs.selectors import UnitPlace
    from wenxiao.reviews.lines import ReviewLine

DEFAULT = ["rank", "-fiscal_year", "subject__kind", "unit__path", "subject__code", "pk"]
"""``rank`` 0: judged or watched by the bureau itself (财政重点) in the work year; these stand first."""
STORED = {
    "name": ["subject__name", "-fiscal_year", "pk"],
    "-name": ["-subject__name", "-fiscal_year", "pk"],
    "unit": ["unit__name", "subject__name", "-fiscal_year", "pk"],
    "-unit": ["-unit__name", "subject__name", "-fiscal_year", "pk"],
}
SHOWN = {"budget": 0, "spent": 1, "rate": 2}
"""Columns ordered here: place in (budget, spent, rate)."""
HEADS = {
    "name": "对象",
    "unit": "单位",
    "budget": "全年预算（万元）",
    "spent": "支出（万元）",
    "rate": "执行率",
}
SORTS = frozenset(STORED) | frozenset(f"{side}{name}" for name in SHOWN for side in ("", "-"))
SIZE = 50
Key = tuple[int, Decimal, int]


def shown_money(money: Money, held: list[ReviewLine]) -> tuple[Decimal | None, Decimal | None, str]:
    """Budget and spending a line shows, always a pair of one basis, and the word for it where it
    isn't the year's own.

    The year's spending first; else what an evaluation audited; else what the latest review states
    for its period.
    """
    if money.spent is not None:
        return money.budget, money.spent, ""
    if money.audited_arranged is not None and money.audited_used is not None:
        return money.audited_arranged, money.audited_used, "审定"
    reviewed = next((review for review in reversed(held) if review.executed is not None), None)
    if reviewed is not None:
        budget = reviewed.budget if reviewed.budget is not None else money.budget
        return budget, reviewed.executed, reviewed.round.period or "填报"
    return money.budget, None, ""


@dataclass(frozen=True)
class ColumnHead:
    """One column's head: its word, where pressing it leads (empty: not
    ordered by it), and how it is ordered now.
    """

    word: str
    href: str
    aria: str = ""


def heads(asked: Any, *, small: bool) -> dict[str, ColumnHead]:
    """The heads by name; money only leads somewhere while the list is small.
    Pressed again the order turns, then goes.
    """
    columns = {}
    for name, word in HEADS.items():
        first, second = (name, f"-{name}") if name in {"name", "unit"} else (f"-{name}", name)
        onward = {first: second, second: ""}.get(asked.sort, first)
        aria = {name: "ascending", f"-{name}": "descending"}.get(asked.sort, "")
        columns[name] = ColumnHead(
            word, asked.address(sort=onward) if small or name not in SHOWN else "", aria
        )
    return columns


def applied(sort: str, *, small: bool) -> str:
    """The order that really holds: a money order over a long list is none."""
    return sort if sort in STORED or (small and sort.lstrip("-") in SHOWN) else ""


class ListKey(NamedTuple):
    """By what a dossier stands in the order of DEFAULT, but for its rank."""

    pk: int
    unit: int
    fiscal_year: int
    kind: str
    code: str


class RowRun(NamedTuple):
    """Rows that stand together in an order: where, how many, and by which
    columns they are found.
    """

    at: tuple[int | str, ...]
    rows: int
    unit: int
    fiscal_year: int | None = None
    own: tuple[int, ...] = ()


class NearPage(NamedTuple):
    """Dossiers that hold a whole page and few others: some by themselves, and those of some units,
    in one fiscal year or (None) in all.
    """

    own: list[int]
    units: dict[int | None, list[int]]

    def condition(self) -> Q:
        """By dossiers' own columns alone."""
        conditions = [Q(pk__among=self.own)] if self.own else []
        for year, some in self.units.items():
            one_year = {} if year is None else {"fiscal_year": year}
            conditions.append(Q(unit__in=some, **one_year))
        return any_of(conditions)

    def prepared_condition(self) -> Q | None:
        """The same for any ids in their place, where units are of one year alone; else None."""
        if len(self.units) > 1:
            return None
        conditions = [Q(pk__among=IDS)] if self.own else []
        conditions += [Q(fiscal_year=year, unit__among=OTHER_IDS) for year in self.units]
        return any_of(conditions)


def near_page(
    looks: Iterable[CensusLook],
    known: Mapping[int, UnitPlace],
    first: Iterable[OwnLook],
    sort: str,
    token: str | None,
) -> NearPage | None:
    """Where a page's rows are; None where the order doesn't say. Where the unit of a page by group
    is gone, the first page.

    ``looks`` are those of the list, ``known`` their units in the order of the tree, ``first`` the
    rows of rank 0.
    """
    if sort not in {"", "unit", "-unit"}:
        return None
    place = place_of(token, STORED.get(sort, DEFAULT))
    if sort:
        runs, positions = _by_unit_name(looks, sort)
        start = _start(place.values, positions, sort) if place else None
        if place and start is None:
            return None
        backwards = place is not None and place.backwards
        return _near(_taken(reversed(runs) if backwards else runs, start, backwards=backwards))
    at = {pk: number for number, pk in enumerate(known)}
    positions = {known[pk].path: number for pk, number in at.items()} if place else {}
    start = _start(place.values, positions, sort) if place else None
    backwards = start is not None and place is not None and place.backwards
    grouped = _by_group(looks, at, first, start, backwards=backwards)
    return _near(_taken(grouped, start, backwards=backwards))


Positions = dict[str, int]
Group = tuple[int, int, str]
"""Rank, year turned so that the latest stands first, and kind."""


def _by_group(
    looks: Iterable[CensusLook],
    at: Mapping[int, int],
    first: Iterable[OwnLook],
    start: tuple[int | str, ...] | None,
    *,
    backwards: bool,
) -> Iterator[RowRun]:
    """The runs of DEFAULT (rank, year, kind, unit) from the group of ``start`` on, put in order as
    far as they are asked for.

    Kinds are ASCII words, which every database puts in one order.
    """
    alike: dict[Group, list[CensusLook]] = defaultdict(list)
    for look in looks:
        alike[1, -look.fiscal_year, look.kind].append(look)
    counts = {group: by_unit(some) for group, some in alike.items()}
    own: dict[Group, dict[int, list[int]]] = {}
    for one in first:
        by_own_unit = own.setdefault((0, -one.fiscal_year, one.kind), defaultdict(list))
        rest = counts.setdefault((1, -one.fiscal_year, one.kind), {})
        for pk, unit in one.units.items():
            by_own_unit[unit].append(pk)
            rest[unit] = rest.get(unit, 0) - 1
    for group in sorted([*own, *counts], reverse=backwards):
        if start is not None and (group > start[:3] if backwards else group < start[:3]):
            continue
        rank, year, _ = group
        units: Collection[int] = own[group] if rank == 0 else counts[group]
        for unit in sorted(units, key=at.__getitem__, reverse=backwards):
            if rank == 0:
                pks = own[group][unit]
                yield RowRun((*group, at[unit]), len(pks), 0, own=tuple(pks))
            elif counts[group][unit] > 0:
                yield RowRun((*group, at[unit]), counts[group][unit], unit, -year)


def _by_unit_name(looks: Iterable[CensusLook], sort: str) -> tuple[list[RowRun], Positions]:
    """The runs of the order by unit: one for each unit, those of one name
    at one place, as the database orders names.
    """
    counts = by_unit(looks)
    positions: Positions = {}
    runs = []
    for pk, name in units_among(counts).order_by("name", "pk").values_list("pk", "name"):
        number = positions.setdefault(name, len(positions))
        runs.append(RowRun((-number if sort.startswith("-") else number,), counts[pk], pk))
    return sorted(runs, key=lambda run: run.at), positions


def _start(values: list[Any], positions: Positions, sort: str) -> tuple[int | str, ...] | None:
    """Where in the runs the row stands that the page follows; None where
    its unit is not there any more.
    """
    name = values[0] if sort else values[3]
    number = positions.get(name)
    if number is None:
        return None
    if sort:
        return (-number if sort.startswith("-") else number,)
    return (values[0], -values[1], values[2], number)


def _taken(
    runs: Iterable[RowRun], start: tuple[int | str, ...] | None, *, backwards: bool
) -> list[RowRun]:
    """Runs (in the page's direction) from the start on until they surely hold one row more than a
    page; the starting run counts as used up.
    """
    taken_runs: list[RowRun] = []
    sure = 0
    for run in runs:
        if start is not None and (run.at > start if backwards else run.at < start):
            continue
        if sure > SIZE and run.at != taken_runs[-1].at:
            break
        taken_runs.append(run)
        sure += run.rows if run.at != start else 0
    return taken_runs


def _near(runs: Iterable[RowRun]) -> NearPage:
    units: dict[int | None, dict[int, None]] = defaultdict(dict)
    own: list[int] = []
    for run in runs:
        if run.own:
            own.extend(run.own)
        else:
            units[run.fiscal_year][run.unit] = None
    return NearPage(own, {year: list(some) for year, some in units.items()})


def by_group(
    keys: Iterable[ListKey], own: Collection[int], known: Mapping[int, UnitPlace], token: str | None
) -> Page:
    """A page (of ids) in the order of DEFAULT, of dossiers that hold at least this page."""
    at = {pk: number for number, pk in enumerate(known)}
    rows = sorted(
        (int(key.pk not in own), -key.fiscal_year, key.kind, at[key.unit], key.code, key.pk)
        for key in keys
    )
    place = place_of(token, DEFAULT)
    positions = {one.path: at[pk] for pk, one in known.items()} if place else {}
    if place is None or place.values[3] not in positions:
        shown, before, after = rows[:SIZE], False, len(rows) > SIZE
    else:
        rank, year, kind, path, code, pk = place.values
        start = (rank, -year, kind, positions[path], code, pk)
        if place.backwards:
            rows = rows[: bisect_left(rows, start)]
            shown, before, after = rows[-SIZE:], len(rows) > SIZE, True
        else:
            rows = rows[bisect_right(rows, start) :]
            shown, before, after = rows[:SIZE], True, len(rows) > SIZE
    units = list(known)

    def token_at(row: tuple[int, int, str, int, str, int], *, backwards: bool) -> str:
        rank, year, kind, unit, code, pk = row
        values = [rank, -year, kind, known[units[unit]].path, code, pk]
        return token_of(DEFAULT, values, backwards=backwards)

    return Page(
        rows=[row[5] for row in shown],
        after=token_at(shown[-1], backwards=False) if shown and after else None,
        before=token_at(shown[0], backwards=True) if shown and before else None,
    )


def by_column(found: QuerySet[Dossier], sort: str, token: str | None, user: User) -> Page:
    """A page (of ids) of ``found`` in the order that ``applied`` gave."""
    if sort.lstrip("-") in SHOWN:
        return _by_shown(found, sort, token, user)
    order = STORED[sort]
    rows, sight = found, sight_of(user)
    if sight.everything:  # the division said all the same: within it names have an index
        rows = found.filter(subject__division__in=sorted(sight.whole))
    cut = page(rows.values(*(name.lstrip("-") for name in order)), order, size=SIZE, token=token)
    return replace(cut, rows=[row["pk"] for row in cut.rows])


def _by_shown(found: QuerySet[Dossier], sort: str, token: str | None, user: User) -> Page:
    keys = keys_by_shown(found, sort, user)
    start, stop = _window(keys, sort, token)
    return Page(
        rows=[key[2] for key in keys[start:stop]],
        after=_sign("after", sort, keys[stop - 1]) if stop < len(keys) else None,
        before=_sign("before", sort, keys[start]) if start else None,
    )


def keys_by_shown(found: QuerySet[Dossier], sort: str, user: User) -> list[Key]:
    """(missing, value turned so that small stands first, id) of every row, in order.

    By the figures this person may read: an order by others would tell them.
    """
    ids = list(found.order_by().values_list("pk", flat=True))
    monies = told_money(user, money_of(ids))
    bare = [pk for pk, one in monies.items() if one.spent is None and one.audited_used is None]
    held = review_lines(bare, user)
    keys = []
    for pk, one in monies.items():
        budget, spent, _ = shown_money(one, held.get(pk, []))
        value = (budget, spent, rate_percent(spent, budget))[SHOWN[sort.lstrip("-")]]
        number = value or Decimal(0)
        keys.append((int(value is None), -number if sort.startswith("-") else number, pk))
    return sorted(keys)


def _window(keys: list[Key], sort: str, token: str | None) -> tuple[int, int]:
    try:
        side, order_of_token, missing, value, pk = signing.loads(token or "", salt="subjects")
        key = (int(missing), Decimal(value), int(pk))
    except (signing.BadSignature, ValueError, TypeError, InvalidOperation):
        side, order_of_token, key = "", "", (0, Decimal(0), 0)
    start = 0
    if order_of_token == sort and side == "after":
        start = bisect_right(keys, key)
    elif order_of_token == sort:
        start = max(bisect_left(keys, key) - SIZE, 0)
    return start, min(start + SIZE, len(keys))


def _sign(side: str, sort: str, key: Key) -> str:
    return signing.dumps([side, sort, key[0], str(key[1]), key[2]], salt="subjects")
