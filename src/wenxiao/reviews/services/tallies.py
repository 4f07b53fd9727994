"""Kept counts brought up to date: marked units are counted anew, under one lock, and compared with
the rows on demand.

Triggers of the database mark a unit in the transaction that changes anything counted in it; what is
marked is counted from the rows until it is renewed (reviews/census.py), so that no page ever shows
an old count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, transaction

from wenxiao.budget.models import Dossier, Exemption, Subject
from wenxiao.orgs.models import Unit
from wenxiao.reviews.census import counted_dossiers, counted_reviews
from wenxiao.reviews.models import Review
from wenxiao.reviews.tallies import DossierTally, ReviewTally, TallyMark
from wenxiao.store.triggers import Input, drop, install, mark_together, standing, statements
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

PREFIX = "tally_"
MARKS = TallyMark._meta.db_table
FEW, BY_PAGE, AT_ONCE = 8, 50, 100
"""Marked units that a page leaves as they are, that it counts anew at most,
and that are counted in one transaction.
"""
DOSSIER_NAMES = ("unit", "division", "fiscal_year", "kind", "nature", "tags", "restriction")
REVIEW_NAMES = (
    "unit",
    "division",
    "restriction",
    "round",
    "kind",
    "state",
    "arrived",
    "excused",
    "step",
    "unjudged",
    "apart",
    "full_points",
    "fiscal_year",
    "subject_kind",
    "tags",
)


def _column(model: type[Model], name: str) -> str:
    """A field's column; a field that was renamed fails here, when the program starts."""
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]  # a field of the table


def _input(model: type[Model], fields: str, lookup: str) -> Input:
    columns = tuple(_column(model, name) for name in fields.split())
    return Input(model._meta.db_table, columns, lookup)


_UNIT = _column(Dossier, "unit")
_DOSSIERS = Dossier._meta.db_table
_OF_DOSSIER = f"SELECT d.{_UNIT} AS key FROM {_DOSSIERS} d WHERE d.id = {{r}}.dossier_id"
_OF_SUBJECT = f"SELECT d.{_UNIT} AS key FROM {_DOSSIERS} d WHERE d.subject_id = {{r}}.id"
REVIEW_FIELDS = "dossier round kind state step received_on complete points published_points"
INPUTS = (
    _input(Dossier, "subject unit fiscal_year", f"SELECT {{r}}.{_UNIT} AS key"),
    _input(Subject, "division kind nature tags restriction", _OF_SUBJECT),
    _input(Review, REVIEW_FIELDS, _OF_DOSSIER),
    _input(Exemption, "round dossier", _OF_DOSSIER),
    _input(Target, "dossier state", _OF_DOSSIER),
)
"""What is counted, and what it is counted by: a change of any of these
marks the units concerned.
"""
mark_together(INPUTS, marks=MARKS, key="unit", open_where="unit IS NOT NULL")


def _wanted() -> dict[str, list[str]]:
    digest = sha256(repr((INPUTS, DOSSIER_NAMES, REVIEW_NAMES)).encode()).hexdigest()[:8]
    prefix = f"{PREFIX}{digest}_"
    return statements(INPUTS, prefix=prefix, marks=MARKS, key="unit", open_where="unit IS NOT NULL")


def watch_counts() -> None:
    """After tables changed: the database marks again, and no count kept before is trusted.
    Nothing while tables lack.
    """
    tables = set(connection.introspection.table_names())
    models = (DossierTally, ReviewTally, TallyMark, Unit)
    if not {one.table for one in INPUTS} | {one._meta.db_table for one in models} <= tables:
        return
    wanted = _wanted()
    if set(standing(PREFIX)) != set(wanted):
        drop(PREFIX)
        install(wanted)
        mark_all()


def unwatch_counts() -> None:
    """Take the marks' triggers away, before tables are rebuilt."""
    drop(PREFIX)


def mark_all() -> None:
    """Trust no kept count: every unit is counted anew."""
    with connection.cursor() as cursor:
        units = Unit._meta.db_table
        cursor.execute(f"INSERT INTO {MARKS} (unit) SELECT id FROM {units}")


def renew_few() -> None:
    """What a page does before it counts: once more than :data:`FEW` units are marked, some are
    counted anew.

    Where somebody else is at it, or nothing can be written now, the page counts their rows as they
    are.
    """
    marked = TallyMark.objects.values_list("unit", flat=True).distinct()[: FEW + 1]
    if len(marked) <= FEW:
        return
    try:
        _renew(BY_PAGE)
    except DatabaseError:
        return


def renew_all() -> int:
    """Count every marked unit anew, a hundred in a transaction; returns how many. The worker's."""
    renewed = 0
    while units := _renew(AT_ONCE):
        renewed += units
    return renewed


@transaction.atomic
def _renew(most: int) -> int:
    """Take up to so many marked units up and count them; what changes meanwhile is marked again."""
    if not _alone():
        return 0
    chosen = sorted(TallyMark.objects.values_list("unit", flat=True).distinct()[:most])
    if not chosen:
        return 0
    marks = ", ".join(str(int(unit)) for unit in chosen)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {MARKS} WHERE unit IN ({marks})")
    DossierTally.objects.filter(unit__in=chosen).delete()
    ReviewTally.objects.filter(unit__in=chosen).delete()
    dossiers = counted_dossiers(Dossier.objects.filter(unit__in=chosen), *DOSSIER_NAMES)
    _store(DossierTally, (*DOSSIER_NAMES, "dossiers", "approved"), dossiers)
    concerned = Dossier.objects.filter(unit__in=chosen).values("pk")
    reviews = counted_reviews(Review.objects.filter(dossier__in=concerned), *REVIEW_NAMES)
    _store(ReviewTally, (*REVIEW_NAMES, "reviews"), reviews)
    return len(chosen)


def _alone() -> bool:
    """Whether nobody else counts now. On SQLite the one writer is the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


_LOCK = 0x74616C6C
"""The number of the advisory lock on PostgreSQL."""


def _store(model: type[Model], names: tuple[str, ...], counted: QuerySet[Any, Any]) -> None:
    """Put counted rows into a table without their coming here."""
    columns = ", ".join(_column(model, name) for name in names)
    sql, parameters = counted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) {sql}", parameters)


@dataclass(frozen=True, slots=True)
class CountDifference:
    """A kept count that is not what the rows say: what is counted, how many
    were kept, how many there are.
    """

    what: str
    kept: int
    rows: int


def differences() -> list[CountDifference]:
    """Kept counts of unmarked units that are not what their rows say: none,
    unless somebody wrote past the database.
    """
    marked = TallyMark.objects.values("unit")
    pairs = (
        (
            "档案",
            DossierTally.objects.exclude(unit__in=marked),
            (*DOSSIER_NAMES, "dossiers", "approved"),
            counted_dossiers(Dossier.objects.exclude(unit__in=marked), *DOSSIER_NAMES),
        ),
        (
            "评审",
            ReviewTally.objects.exclude(unit__in=marked),
            (*REVIEW_NAMES, "reviews"),
            counted_reviews(Review.objects.exclude(dossier__unit__in=marked), *REVIEW_NAMES),
        ),
    )
    differing = []
    for word, tallies, names, counted in pairs:
        kept = Counter(repr(row) for row in tallies.values_list(*names))
        rows = Counter(repr(row) for row in counted)
        differing += [
            CountDifference(f"{word} {key}", kept[key], rows[key])
            for key in sorted(kept.keys() | rows.keys())
            if kept[key] != rows[key]
        ]
    return differing
