"""How many dossiers there are of which year, kind, tags and unit: what the counts around lists are
added up from.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Aggregate, Count, TextField
from django.db.models.functions import Cast

from wenxiao.store.among import answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier


class CensusLook(NamedTuple):
    """Dossiers of one fiscal year whose subjects are of one kind and carry the same tags (as the
    database writes them): how many in each unit.
    """

    fiscal_year: int
    kind: str
    tag_text: str
    units: dict[int, int]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags themselves."""
        return tags_of(self.tag_text)

    @property
    def n(self) -> int:
        """How many in all units."""
        return sum(self.units.values())


@lru_cache(maxsize=4096)
def tags_of(text: str) -> tuple[str, ...]:
    """The tags of a subject as the database writes them; a house has few sets of them."""
    return tuple(json.loads(text) or ())


class Listed(Aggregate):
    """The numbers of a group's rows one after the other, ``3,1,4``; two of them in one statement
    are in the same order.
    """

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """As PostgreSQL calls it."""
        template = "STRING_AGG(CAST(%(expressions)s AS text), ',')"
        return self.as_sql(compiler, connection, template=template, **context)


def numbers_in(listed: str) -> Iterator[int]:
    """The numbers as :class:`Listed` writes them."""
    return map(int, listed.split(","))


def looks_from(rows: Iterable[tuple[int, str, str, str, str]]) -> list[CensusLook]:
    """Looks from rows of year, kind, tags, units and how many in each (as :class:`Listed` writes
    them); a look may have several rows, and a unit several places in them.
    """
    looks: dict[tuple[int, str, str], dict[int, int]] = {}
    for year, kind, tag_text, listed, numbers in rows:
        counted = dict(zip(numbers_in(listed), numbers_in(numbers), strict=True))
        units = looks.setdefault((year, kind, tag_text), counted)
        if units is counted and len(counted) == listed.count(",") + 1:
            continue
        if units is counted:
            units.clear()
        for unit, n in zip(numbers_in(listed), numbers_in(numbers), strict=True):
            units[unit] = units.get(unit, 0) + n
    return [CensusLook(*look, units) for look, units in looks.items()]


def census(rows: QuerySet[Dossier]) -> list[CensusLook]:
    """The looks of some dossiers, in one query; exact whatever their number, for every dossier is
    in one unit of one look.
    """
    return looks_from(answered(counted_one_by_one(rows)))


def counted_one_by_one(rows: QuerySet[Dossier]) -> QuerySet[Any, Any]:
    """Some dossiers counted for :func:`looks_from`, a row for each unit of a look."""
    tag_text = Cast("subject__tags", TextField())
    parted = rows.order_by().annotate(tag_text=tag_text, listed=Cast("unit", TextField()))
    named = parted.values_list("fiscal_year", "subject__kind", "tag_text", "listed")
    return named.annotate(numbers=Cast(Count("pk"), TextField()))
