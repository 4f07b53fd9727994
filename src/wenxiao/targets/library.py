"""指标库 read: rows uses_by_row by what people type, by the database's own
ranking; how often and how well each was used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from wenxiao.budget.models import Dossier
from wenxiao.rulebook.expressions import parse
from wenxiao.store.segments import segments
from wenxiao.targets.models import Indicator, LibraryRow, Target
from wenxiao.targets.selectors import targets_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User

MOST_WORDS, MOST_HITS = 12, 500
MOST_LIKE, LIKE_PROJECTS, LIKE_ROWS = 300, 4, 12
_VECTOR = "to_tsvector('simple', targets_libraryrow.words)"


def library_visible_to(user: User | None) -> QuerySet[LibraryRow]:
    """The library of the person's division, every state and version."""
    rows = LibraryRow.objects.filter(division=getattr(user, "division_id", None))
    return rows.select_related("division", "proposed_by", "confirmed_by", "replaces")


def published(user: User | None) -> QuerySet[LibraryRow]:
    """What may be taken into a target."""
    return library_visible_to(user).filter(state=LibraryRow.State.PUBLISHED)


def boilerplate_of(division: Division | int | None) -> list[str]:
    """The names marked as common speech: they never make a pair of targets that say the same."""
    rows = LibraryRow.objects.filter(division=division, boilerplate=True)
    return list(rows.exclude(state=LibraryRow.State.RETIRED).values_list("name", flat=True))


def found_in(rows: QuerySet[LibraryRow], text: str) -> list[LibraryRow]:
    """The rows that hold every word typed (the last may be unfinished),
    else those that hold any; the best first.
    """
    words = segments(text)[:MOST_WORDS]
    if not words:
        ordered = rows.order_by("level1", "level2", "name", "pk")
        return [] if text.strip() else list(ordered[:MOST_HITS])
    return _matching(rows, words, every=True) or _matching(rows, words, every=False)


def _matching(rows: QuerySet[LibraryRow], words: Sequence[str], *, every: bool) -> list[LibraryRow]:
    """The best hits of the database's own search, as far as they are among ``rows``."""
    # Words are letters, digits and Chinese signs alone, and go in as a parameter: nothing of them
    # is read as SQL.
    if connection.vendor == "postgresql":
        query = (" & " if every else " | ").join([*words[:-1], f"{words[-1]}:*"])
        # All words held: the row with fewest words says most. ts_rank would be reckoned for every
        # hit.
        ranked = "length(words)" if every else f"-ts_rank({_VECTOR}, to_tsquery('simple', %s))"
        sql = f"SELECT id FROM targets_libraryrow WHERE {_VECTOR} @@ to_tsquery('simple', %s) ORDER BY {ranked}, id LIMIT {MOST_HITS}"
        params = [query] if every else [query, query]
    else:
        quoted = [*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"*']
        sql = f"SELECT rowid FROM targets_librarywords WHERE targets_librarywords MATCH %s ORDER BY rank LIMIT {MOST_HITS}"
        params = [(" AND " if every else " OR ").join(quoted)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        best = {pk: at for at, (pk,) in enumerate(cursor.fetchall())}
    return sorted(rows.filter(pk__in=best), key=lambda row: best[row.pk])


@dataclass(slots=True)
class LibraryUses:
    """How a row was used in approved targets: how often, by how many units,
    in which years, what was achieved.
    """

    count: int = 0
    units: set[int] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    values: list[Decimal] = field(default_factory=list)
    unit: str = ""

    @property
    def span(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """The lowest, the middle and the highest value achieved; None where
        nothing was reported.
        """
        if not self.values:
            return None
        ordered = sorted(self.values)
        return ordered[0], ordered[len(ordered) // 2], ordered[-1]

    @property
    def told(self) -> str:
        """「2020–2021 年 3 个单位」."""
        years = sorted(self.years)
        if not years:
            return "没有用过"
        named = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
        return f"{named} 年 {len(self.units)} 个单位"


def uses_of(rows: Iterable[LibraryRow]) -> dict[int, LibraryUses]:
    """By row how it was used in the division's approved targets; two queries for all rows."""
    listed = list(rows)
    by_name: dict[tuple[int, str], list[int]] = defaultdict(list)
    uses_by_row: dict[int, LibraryUses] = {row.pk: LibraryUses() for row in listed}
    for row in listed:
        by_name[row.division_id, row.name].append(row.pk)
    rows_used = Indicator.objects.filter(
        name__in={name for _, name in by_name}, target__state=Target.State.APPROVED
    ).exclude(target__dossier__subject__restriction="restricted")
    used = rows_used.values_list(
        "pk",
        "name",
        "target__dossier__subject__division",
        "target__dossier__unit",
        "target__dossier__fiscal_year",
    )
    owners: dict[int, list[int]] = {}
    for pk, name, division, unit, year in used:
        owners[pk] = by_name.get((division, name), [])
        for key in owners[pk]:
            uses_by_row[key].count += 1
            uses_by_row[key].units.add(unit)
            uses_by_row[key].years.add(year)
    _achieved(uses_by_row, owners)
    return uses_by_row


def _achieved(uses_by_row: Mapping[int, LibraryUses], owners: Mapping[int, list[int]]) -> None:
    """Reported values of the year's end that are plain numbers."""
    rows = Indicator.objects.filter(
        pk__in=owners, actuals__stage__in=("selfeval", "recheck"), actuals__through_month=12
    )
    latest = dict(rows.order_by("pk", "actuals__stage").values_list("pk", "actuals__value"))
    for pk, value in latest.items():
        read = parse(value, "actual")
        if read.kind != "number" or read.low is None or read.low != read.high:
            continue
        for key in owners[pk]:
            if uses_by_row[key].unit in {"", read.unit or ""}:
                uses_by_row[key].unit = read.unit or ""
                uses_by_row[key].values.append(read.low)


GAPS = (
    ("unit", "没有计量单位"),
    ("direction", "没有指标方向"),
    ("proof", "没有佐证要求"),
    ("explanation", "没有指标解释"),
)


def gaps_of(row: LibraryRow) -> list[str]:
    """What a row of the library still lacks to be of use."""
    return [word for name, word in GAPS if not getattr(row, name)]


@dataclass(frozen=True, slots=True)
class OfferedRow:
    """A row offered to a target, with where it comes from; every word of it
    was written by somebody.
    """

    level1: str
    level2: str
    name: str
    expression: str
    unit: str
    proof: str
    source: str
    achieved: str = ""


def offer_of(row: LibraryRow, uses: LibraryUses) -> OfferedRow:
    """A row of the library as it is offered, with how often it was used and what was achieved."""
    source = f"指标库，用过 {uses.count} 次，{uses.told}"
    span = uses.span
    achieved = f"{span[0]} – {span[2]}{uses.unit}" if span is not None else ""
    return OfferedRow(row.level1, row.level2, row.name, "", row.unit, row.proof, source, achieved)


def suggested(user: User, dossier: Dossier, purpose: str, limit: int = 8) -> list[OfferedRow]:
    """Rows for a project by its name, purpose and kind: of the library, and
    approved ones of like projects.
    """
    text = f"{dossier.subject.name} {purpose[:200]} {' '.join(dossier.subject.tags)}"
    words = segments(text)[:MOST_WORDS]
    rows = _matching(published(user), words, every=False)[:limit] if words else []
    uses = uses_of(rows)
    library = [offer_of(row, uses[row.pk]) for row in rows]
    return [*library, *_of_like_projects(user, dossier, set(words))]


def _of_like_projects(user: User, dossier: Dossier, words: set[str]) -> list[OfferedRow]:
    """Rows of the approved targets whose projects share most words of the
    name; none where none does.
    """
    rows = targets_visible_to(user).filter(
        state=Target.State.APPROVED, dossier__subject__kind=dossier.subject.kind
    )
    rows = rows.exclude(dossier__subject=dossier.subject_id).order_by("-dossier__fiscal_year", "pk")
    ranked: Counter[int] = Counter()
    listed: dict[int, Any] = {}
    for target in rows[:MOST_LIKE]:
        shared = words & set(segments(target.dossier.subject.name))
        if shared:
            ranked[target.pk] = len(shared)
            listed[target.pk] = target
    chosen = [pk for pk, _ in ranked.most_common(LIKE_PROJECTS)]
    offered = []
    for row in Indicator.objects.filter(target__in=chosen).order_by("target", "order"):
        target = listed[row.target_id]
        source = f"{target.dossier.unit.name}“{target.dossier.subject.name}”{target.dossier.fiscal_year} 年批复"
        offered.append(
            OfferedRow(
                row.level1, row.level2, row.name, row.expression, row.unit, row.proof, source
            )
        )
    return offered[:LIKE_ROWS]
