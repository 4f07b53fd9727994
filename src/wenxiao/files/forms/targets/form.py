"""A target form (绩效目标表, 申报表) as it was read: every value with its cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["project", "department", "transfer"]


@dataclass(frozen=True, slots=True)
class Read:
    """A text as a person sees it and the cell it stands in; both None where the form has no such field."""

    value: str | None = None
    cell: str | None = None

    def as_json(self) -> dict[str, object]:
        """``{"value", "cell"}``."""
        return {"value": self.value, "cell": self.cell}


@dataclass(frozen=True, slots=True)
class Year:
    """The budget year and the words it was read from."""

    value: int | None = None
    raw: str | None = None
    cell: str | None = None

    def as_json(self) -> dict[str, object]:
        """``{"value", "raw", "cell"}``."""
        return {"value": self.value, "raw": self.raw, "cell": self.cell}


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in 元 as decimal text; ``yuan`` None where the cell holds no amount (a dash is none)."""

    yuan: str | None
    raw: str | None
    cell: str | None

    def as_json(self) -> dict[str, object]:
        """``{"yuan", "raw", "cell"}``."""
        return {"yuan": self.yuan, "raw": self.raw, "cell": self.cell}


@dataclass(frozen=True, slots=True)
class Fund:
    """One line of the money asked for; last year's money never stands here."""

    label: str
    row: int
    initial: Amount

    def as_json(self) -> dict[str, object]:
        """``{"label", "row", "initial"}``."""
        return {"label": self.label, "row": self.row, "initial": self.initial.as_json()}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row: levels carried down, sign, value and unit as they stand in one, two or three columns."""

    row: int
    level1: str | None
    level2: str | None
    level3: str | None
    level3_cell: str | None
    target: Read
    target_text: str | None
    unit: str | None = None
    nature: str | None = None
    weight: Read = field(default_factory=Read)
    note: str | None = None
    last_actual: str | None = None
    extra: dict[str, Read] = field(default_factory=dict)
    hidden: bool = False

    def as_json(self) -> dict[str, object]:
        """The promised shape; ``extra`` only where a column without a known heading is filled."""
        shown: dict[str, object] = {
            "row": self.row,
            "level1": self.level1,
            "level2": self.level2,
            "level3": self.level3,
            "level3_cell": self.level3_cell,
            "target": self.target.as_json(),
            "target_text": self.target_text,
            "unit": self.unit,
            "nature": self.nature,
            "weight": self.weight.as_json(),
            "note": self.note,
            "last_actual": self.last_actual,
            "hidden": self.hidden,
        }
        if self.extra:
            shown["extra"] = {words: read.as_json() for words, read in self.extra.items()}
        return shown


@dataclass(frozen=True, slots=True)
class Task:
    """A main task of a department with its money."""

    name: str
    content: str | None
    total: Amount

    def as_json(self) -> dict[str, object]:
        """``{"name", "content", "total"}``."""
        return {"name": self.name, "content": self.content, "total": self.total.as_json()}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the plan; dates as ISO text as far as the form gives them (2023-03)."""

    step: str
    start: str | None
    end: str | None

    def as_json(self) -> dict[str, object]:
        """``{"step", "from", "to"}``."""
        return {"step": self.step, "from": self.start, "to": self.end}


@dataclass(frozen=True, slots=True)
class Seat:
    """What one reviewing seat wrote: opinion, person, date."""

    seat: str
    opinion: str | None
    person: str | None
    date: str | None

    def as_json(self) -> dict[str, object]:
        """``{"seat", "opinion", "person", "date"}``."""
        return {
            "seat": self.seat,
            "opinion": self.opinion,
            "person": self.person,
            "date": self.date,
        }


@dataclass(slots=True)
class TargetForm:
    """One target form; in a list each project's rows make one."""

    sheet: str
    scope: Scope
    title: Read
    year: Year
    project_name: Read
    project_code: str | None
    dept: Read
    unit: Read
    money_unit: str | None
    first_row: int
    last_row: int
    indicators: list[Indicator] = field(default_factory=list)
    long_indicators: list[Indicator] = field(default_factory=list)
    funds: list[Fund] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    plan: list[Step] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    goal_long: str | None = None
    goal_year: str | None = None
    text: str | None = None
    start: str | None = None
    end: str | None = None
    responsible: str | None = None

    def as_json(self) -> dict[str, object]:
        """The shape ``wenxiao read`` promises for kind ``target``."""
        return {
            "kind": "target",
            "scope": self.scope,
            "sheet": self.sheet,
            "first_row": self.first_row,
            "last_row": self.last_row,
            "title": self.title.as_json(),
            "year": self.year.as_json(),
            "project_name": self.project_name.as_json(),
            "project_code": self.project_code,
            "dept": self.dept.as_json(),
            "unit": self.unit.as_json(),
            "money_unit": self.money_unit,
            "start": self.start,
            "end": self.end,
            "responsible": self.responsible,
            "goals": {"long": self.goal_long, "year": self.goal_year},
            "text": self.text,
            "funds": [fund.as_json() for fund in self.funds],
            "indicators": [row.as_json() for row in self.indicators],
            "long_indicators": [row.as_json() for row in self.long_indicators],
            "tasks": [task.as_json() for task in self.tasks],
            "plan": [step.as_json() for step in self.plan],
            "seats": [seat.as_json() for seat in self.seats],
        }
