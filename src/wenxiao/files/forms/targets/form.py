"""A target form (绩效目标表, 申报表) as it was read: every value with its cell. As JSON it is kind ``target``."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

Scope = Literal["project", "department", "transfer"]


class ReadText(msgspec.Struct, frozen=True):
    """A text as a person sees it and the cell it stands in; both None where the form has no such field."""

    value: str | None = None
    cell: str | None = None


class TargetYear(msgspec.Struct, frozen=True):
    """The budget year and the words it was read from."""

    value: int | None = None
    raw: str | None = None
    cell: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """Money asked for in 元 as decimal text; ``yuan`` None where the cell holds no amount (a dash is none)."""

    yuan: str | None
    raw: str | None
    cell: str | None


class RequestedFund(msgspec.Struct, frozen=True):
    """One line of the money asked for; last year's money never stands here."""

    label: str
    row: int
    initial: Asked


class TargetIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """One row: levels carried down, sign, value and unit as they stand in one, two or three columns.

    ``source`` and ``proof`` are None where the form has no such column and "" where it was left empty; ``extra`` are
    filled cells of columns whose heading is not known.
    """

    row: int
    level1: str | None
    level2: str | None
    level3: str | None
    level3_cell: str | None
    target: ReadText
    target_text: str | None
    unit: str | None = None
    nature: str | None = None
    weight: ReadText = ReadText()
    note: str | None = None
    last_actual: str | None = None
    source: str | None = None
    proof: str | None = None
    extra: dict[str, ReadText] = {}
    hidden: bool = False


class Task(msgspec.Struct, frozen=True):
    """A main task of a department with its money."""

    name: str
    content: str | None
    total: Asked


class FormStep(msgspec.Struct, frozen=True):
    """A step of the plan; dates as ISO text as far as the form gives them (2023-03)."""

    step: str
    start: str | None = msgspec.field(name="from")
    end: str | None = msgspec.field(name="to")


class Seat(msgspec.Struct, frozen=True):
    """What one reviewing seat wrote."""

    seat: str
    opinion: str | None
    person: str | None
    date: str | None


class Goals(msgspec.Struct, frozen=True):
    """The mid-term or long-term goal and the year's."""

    long: str | None = None
    year: str | None = None


class TargetForm(msgspec.Struct, kw_only=True, tag_field="kind", tag="target"):
    """One target form; in a list each project's rows make one. ``table`` is the number of the Word table."""

    kind: ClassVar[str] = "target"
    scope: Scope
    sheet: str
    title: ReadText
    year: TargetYear
    project_name: ReadText
    project_code: str | None
    dept: ReadText
    unit: ReadText
    money_unit: str | None
    first_row: int
    last_row: int
    table: int | None = None
    indicators: list[TargetIndicator] = []
    long_indicators: list[TargetIndicator] = []
    funds: list[RequestedFund] = []
    tasks: list[Task] = []
    plan: list[FormStep] = []
    seats: list[Seat] = []
    goals: Goals = Goals()
    text: str | None = None
    start: str | None = None
    end: str | None = None
    responsible: str | None = None
