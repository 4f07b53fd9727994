"""Layouts of the tables that are published or printed row by row, as data
in ``tables/*.yaml``; one file, one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from wenxiao.rulebook.basis import standing_of
from wenxiao.rulebook.grounds import Standing

FOLDER = Path(__file__).parent / "tables"
Held = Literal["text", "number", "money", "points", "percent", "centre"]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its heading, the field of a row it holds, how wide and how it is printed.

    ``summed``: a group's line carries its sum. ``json``: its type for machines, of a table that is
    open data. ``printed``: not on the filling page alone. ``typed``: a text of its own input there.
    """

    label: str
    field: str
    width: float = 12
    kind: Held = "text"
    summed: bool = False
    left: bool = False
    json: str = ""
    printed: bool = True
    typed: bool = False


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table. ``each`` is the column that stands once for every expert
    or problem; ``internal`` the bureau's own.
    ``subtotal`` heads the line under a level, which it names.
    """

    title: str
    sheet: str
    columns: tuple[TableColumn, ...]
    standing: Standing
    corner: str | None = None
    attachment: str | None = None
    paper: str = "A4"
    notes: tuple[str, ...] = ()
    internal: tuple[TableColumn, ...] = ()
    each: TableColumn | None = None
    mean: str = ""
    head: tuple[tuple[TableColumn, ...], ...] = ()
    closing: tuple[str, ...] = ()
    subtotal: str = ""
    below: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The headings."""
        return tuple(column.label for column in self.columns)

    @property
    def printed(self) -> tuple[TableColumn, ...]:
        """The columns on paper."""
        return tuple(column for column in self.columns if column.printed)

    @property
    def typed(self) -> tuple[TableColumn, ...]:
        """The columns the filling page asks for with a text of their own."""
        return tuple(column for column in self.columns if column.typed)

    def each_named(self, label: str) -> TableColumn:
        """The column of one expert or problem, headed by its name."""
        if self.each is None:
            raise ValueError(self.sheet)
        return replace(self.each, label=label)

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of a row in the order of the columns; KeyError where a column has none."""
        return tuple(values[column.field] for column in self.columns)


@cache
def table_layout(name: str) -> TableLayout:
    """The layout of one table by the name of its file."""
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    each = data.get("each")
    return TableLayout(
        title=data["title"],
        sheet=data["sheet"],
        columns=_columns(data["columns"]),
        standing=standing_of(data),
        corner=data.get("corner"),
        attachment=data.get("attachment"),
        paper=data.get("paper", "A4"),
        notes=tuple(data.get("notes", ())),
        internal=_columns(data.get("internal", ())),
        each=TableColumn(**each) if each else None,
        mean=data.get("mean", ""),
        head=tuple(_columns(line) for line in data.get("head", ())),
        closing=tuple(data.get("closing", ())),
        subtotal=data.get("subtotal", ""),
        below=tuple(data.get("below", ())),
    )


def _columns(entries: Iterable[Mapping[str, Any]]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(**entry) for entry in entries)
