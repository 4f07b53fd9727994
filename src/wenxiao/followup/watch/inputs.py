"""What a line of the watch is worked out from: a change of any of these
rows marks its dossiers, whoever makes it.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

import wenxiao
from wenxiao.budget.models import Appropriation, Dossier, Exemption, Milestone, Spending, Subject
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import CatalogueItem, Finding, Rectification
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Review
from wenxiao.store.triggers import Input, drop, install, mark_together, standing, statements
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from django.db.models import Model

    from wenxiao.budget.models import Round

PREFIX = "watch_"
MARKS = "followup_watchmark"


def _table(model: type[Model]) -> str:
    return model._meta.db_table


def _column(model: type[Model], name: str) -> str:
    """A field's column; a field that was renamed fails here, when the program starts."""
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]  # a field of the table


def _input(model: type[Model], fields: str, lookup: str, only: str = "") -> Input:
    """The rows of a model whose ``fields`` (by name) feed a line."""
    return Input(
        _table(model), tuple(_column(model, name) for name in fields.split()), lookup, only
    )


def _through(model: type[Model], own: str, key: str) -> str:
    """The dossiers (``key``) of rows of another model whose ``own`` field
    is the changed row itself.
    """
    return (
        f"SELECT d.{_column(model, key)} AS key FROM {_table(model)} d "
        f"WHERE d.{_column(model, own)} = {{r}}.id"
    )


def _up(model: type[Model], field: str, above: type[Model], key: str) -> str:
    """The dossier (``key``) of the row of ``above`` that a field of the changed row names."""
    return (
        f"SELECT a.{_column(above, key)} AS key FROM {_table(above)} a "
        f"WHERE a.id = {{r}}.{_column(model, field)}"
    )


_OWN = f"SELECT {{r}}.{_column(Appropriation, 'dossier')} AS key"
_OF_INDICATOR = (
    f"SELECT t.{_column(Target, 'dossier')} AS key FROM {_table(Indicator)} i "
    f"JOIN {_table(Target)} t ON t.id = i.{_column(Indicator, 'target')} "
    f"WHERE i.id = {{r}}.{_column(Actual, 'indicator')}"
)

INPUTS = (
    _input(Dossier, "subject unit fiscal_year", "SELECT {r}.id AS key"),
    _input(Subject, "division kind nature tags", _through(Dossier, "subject", "id")),
    _input(Unit, "path", _through(Dossier, "unit", "id")),
    _input(Exemption, "round dossier", _OWN),
    _input(Appropriation, "dossier fund opening added cut_back adjusted arrived arrived_on", _OWN),
    _input(Spending, "dossier fund source month cumulative amount", _OWN),
    _input(Milestone, "dossier due done", _OWN),
    _input(Target, "dossier number state filing", _OWN),
    _input(Indicator, "target name expression", _up(Indicator, "target", Target, "dossier")),
    _input(
        Actual,
        "indicator stage through_month value possibility",
        _OF_INDICATOR,
        f"{{r}}.{_column(Actual, 'stage')} = 'monitoring'",
    ),
    _input(
        Review,
        "dossier round kind state budget executed",
        _OWN,
        f"{{r}}.{_column(Review, 'kind')} = 'monitoring'",
    ),
    _input(Finding, "dossier state item", _OWN),
    _input(Rectification, "finding state", _up(Rectification, "finding", Finding, "dossier")),
    _input(CatalogueItem, "code category", _through(Finding, "item", "dossier")),
)
"""Tables and columns :func:`~wenxiao.followup.watch.table.lit` reads.
Rounds, rules and the arithmetic itself are in
:func:`digest_of`.
"""


OPEN_MARK = "round_id IS NULL"
mark_together(INPUTS, marks=MARKS, key="dossier", open_where=OPEN_MARK)


def inputs_watched() -> bool:
    """Whether the database marks every change today, by the triggers of this release. One query."""
    return set(standing(PREFIX)) == set(_wanted())


def _wanted() -> dict[str, list[str]]:
    """The triggers by name; the name carries what they do, so that those of
    another release are seen to be others.
    """
    kinds_digest = sha256(repr(INPUTS).encode()).hexdigest()[:8]
    return statements(
        INPUTS, prefix=f"{PREFIX}{kinds_digest}_", marks=MARKS, key="dossier", open_where=OPEN_MARK
    )


def watch_inputs() -> bool:
    """Let the database mark changes from now on; returns whether anything
    was missing (then nothing kept is trusted).
    """
    wanted = _wanted()
    if set(standing(PREFIX)) == set(wanted):
        return False
    drop(PREFIX)
    install(wanted)
    return True


def unwatch_inputs() -> bool:
    """Take the marks' triggers away (before tables are rebuilt); returns whether there were any."""
    return drop(PREFIX) > 0


def mark_batch(model: type[Model], batch: int) -> None:
    """Mark the dossiers of a batch's rows, where no trigger does: hidden rows begin to count, or
    count no more.

    On PostgreSQL a mark is appended even beside an open one, as the triggers do; SQLite has one
    writer at a time.
    """
    if not any(field.name == "dossier" for field in model._meta.concrete_fields):
        return  # nothing of a line of the watch stands on it
    dossier = _column(model, "dossier")
    rows = (
        f"SELECT DISTINCT r.{dossier} AS key FROM {_table(model)} r "
        f"WHERE r.{_column(model, 'batch')} = %s"
    )
    unless = (
        f" WHERE NOT EXISTS (SELECT 1 FROM {MARKS} m WHERE m.dossier = s.key AND m.{OPEN_MARK})"
    )
    only = unless if connection.vendor == "sqlite" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {MARKS} (dossier) SELECT s.key FROM ({rows}) s{only}", [batch])


def digest_of(round: Round) -> str:
    """What all lines of a window stand on beside rows: its own scope and
    months, the division's rules, the arithmetic.
    """
    parts: list[Any] = [
        round.division_id,
        round.kind,
        round.fiscal_year,
        round.through_month,
        round.scope,
        round.division.rules,
        arithmetic(),
    ]
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def arithmetic() -> str:
    """The digest of the programs and rules that light: another release may light otherwise."""
    home = Path(wenxiao.__file__).parent
    digest = sha256()
    files = [path for path in (home / "rulebook").rglob("*") if path.suffix in {".py", ".yaml"}]
    files += [
        home / name
        for name in (
            "followup/watch/table.py",
            "followup/watch/goals.py",
            "budget/money_columns.py",
            "reviews/kinds/monitoring.py",
            "budget/money.py",
            "budget/selectors.py",
        )
    ]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()
