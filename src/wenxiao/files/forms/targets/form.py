"""A target form (绩效目标表, 申报表) as it was read: every value with its cell.
As JSON it is kind ``target``.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import ClassVar, Literal

import msgspec

Scope = Literal["project", "department", "transfer"]


class ReadText(msgspec.Struct, frozen=True):
    """A text as a person sees it and the cell it stands in; both None where
    the form has no such field.
    """

    value: str | None = None
    cell: str | None = None


class TargetYear(msgspec.Struct, frozen=True):
    """The budget year and the words it was read from."""

    value: int | None = None
    raw: str | None = None
    cell: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """Money asked for in 元 as decimal text; ``yuan`` None where the cell
    holds no amount (a dash is none).
    """

    yuan: str | None
    raw: str | None
    cell: str | None

    @property
    def amount(self) -> Decimal | None:
        """In 元, to the 分."""
        return two_decimals(self.yuan)


class RequestedFund(msgspec.Struct, frozen=True):
    """One line of the money asked for; last year's money never stands here."""

    label: str
    row: int
    initial: Asked


class TargetIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """One row: levels carried down, sign, value and unit as they stand in one, two or three
    columns.

    ``source`` and ``proof`` are None where the form has no such column and "" where it was left
    empty; ``extra`` are filled cells of columns whose heading is not known.
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

    actual_text: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The third-level indicator."""
        return self.level3 or ""

    @property
    def promise(self) -> str:
        """The target value as it is promised: sign, value and unit."""
        return self.target_text or ""

    @property
    def weight_number(self) -> Decimal | None:
        """分值."""
        return two_decimals(self.weight.value)

    @property
    def places(self) -> dict[str, str]:
        """Where each of these stands."""
        places = {
            "name": self.level3_cell,
            "promise": self.target.cell,
            "weight_number": self.weight.cell,
        }
        return {name: cell for name, cell in places.items() if cell}


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
    """One target form; in a list each project's rows make one.
    ``table`` is the number of the Word table.
    """

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

    round_kind: ClassVar[str] = "target"
    through_month: ClassVar[int | None] = None
    total_number: ClassVar[Decimal | None] = None
    grade_text: ClassVar[str] = ""
    problem_texts: ClassVar[list[str]] = []
    suggestion_texts: ClassVar[list[str]] = []

    @property
    def rows(self) -> list[TargetIndicator]:
        """The indicators of the year."""
        return self.indicators

    @property
    def subject_text(self) -> str:
        """The project by the name written; a department as a whole by that of its unit."""
        name, whose = self.project_name.value or "", self.unit_text or self.department_text
        if self.scope == "department" and not name:
            return f"{whose}部门整体支出" if whose else ""
        return name

    @property
    def unit_text(self) -> str:
        """实施单位."""
        return self.unit.value or ""

    @property
    def department_text(self) -> str:
        """主管部门."""
        return self.dept.value or ""

    @property
    def fiscal_year(self) -> int | None:
        """The budget year."""
        return self.year.value

    @property
    def code(self) -> str:
        """The project's code."""
        return self.project_code or ""

    @property
    def goal_text(self) -> str:
        """The year's goal."""
        return self.goals.year or ""

    def money(self) -> tuple[Decimal | None, None, None]:
        """What is asked for in all: the first line's, or the sum of the others where it is empty or
        zero while they are not.
        """
        asked = [fund.initial.amount for fund in self.funds]
        if not asked or asked[0] or not any(asked[1:]):
            return (asked[0] if asked else None), None, None
        return sum((one for one in asked[1:] if one is not None), Decimal(0)), None, None


def two_decimals(text: str | None) -> Decimal | None:
    """A number to two decimals as its column holds it; None for a word."""
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is None or value == round(value, 2) else round(value, 2)
