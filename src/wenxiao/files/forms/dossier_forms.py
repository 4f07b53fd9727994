"""Self-evaluation and monitoring forms, typed, and what each says of its
project, its money and its indicators.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from wenxiao.files.cells.seen import (
    FormPart,
    Lines,
    Seen,
    Year,
    number_of,
    places_of,
    unnumbered,
    with_amount,
    with_value,
    words_of,
)
from wenxiao.files.forms.fund_lines import FundLine, Money, amount_of, sum_of, total_first


class IndicatorRow(FormPart, kw_only=True):
    """A third-level indicator with what every form says of one;
    ``target_text`` joins sign, value and unit.
    """

    row: int
    level1: str | None
    level1_cell: str | None
    level2: str | None
    level2_cell: str | None
    level3: str | None
    level3_cell: str | None
    target: Seen
    target_text: str | None
    hidden: bool
    level1_raw: str | None = None
    level2_raw: str | None = None
    nature: Seen | None = None
    unit: Seen | None = None
    note: Seen | None = None
    extra: dict[str, Seen] = {}

    @property
    def name(self) -> str:
        """The third-level indicator."""
        return (self.level3 or "").strip()

    @property
    def promise(self) -> str:
        """The target value as it is promised: sign, value and unit."""
        return (self.target_text or "").strip()


class AchievedRow(IndicatorRow, kw_only=True):
    """An indicator with what was achieved of it, and points where the form gives any."""

    actual: Seen | None
    weight: Seen | None = None
    score: Seen | None = None

    @property
    def actual_text(self) -> str:
        """What was achieved; in a monitoring form so far."""
        return words_of(self.actual)

    @property
    def weight_number(self) -> Decimal | None:
        """分值."""
        return number_of(self.weight)

    @property
    def score_number(self) -> Decimal | None:
        """The form's own points, never ours."""
        return number_of(self.score)

    @property
    def places(self) -> dict[str, str]:
        """Where each of these stands."""
        places = places_of(
            score_number=self.score,
            actual_text=self.actual,
            promise=self.target,
            weight_number=self.weight,
        )
        return places | ({"name": self.level3_cell} if self.level3_cell else {})


class SelfEvalRow(AchievedRow, kw_only=True):
    """An indicator of a self-evaluation."""

    weight: Seen | None
    score: Seen | None
    deviation: Seen | None

    forecast_text: ClassVar[str] = ""
    possibility_text: ClassVar[str] = ""
    causes_named: ClassVar[list[str]] = []

    @property
    def note_text(self) -> str:
        """偏差原因分析及改进措施."""
        return words_of(self.deviation)

    @property
    def places(self) -> dict[str, str]:
        """Where each of these stands."""
        return super().places | places_of(note_text=self.deviation)

    def say(self, name: str, value: Decimal | str | None) -> None:
        """Let one of these say another value."""
        if name == "actual_text":
            self.actual = with_value(self.actual, value)
        elif name == "score_number":
            self.score = with_value(self.score, value)
        elif name == "note_text":
            self.deviation = with_value(self.deviation, value)


CAUSES = {
    "funds": "经费保障",
    "system": "制度保障",
    "staff": "人员保障",
    "hardware": "硬件条件保障",
    "other": "其他",
}
"""Kinds of cause by the key of their column; what is written about it stands under :data:`TEXT`."""
TEXT = "text"


class MonitorRow(AchievedRow, kw_only=True):
    """An indicator watched: so far, forecast, causes by their keys, possibility."""

    forecast: Seen | None
    possibility: Seen | None
    note: Seen | None
    causes: dict[str, Seen]

    @property
    def forecast_text(self) -> str:
        """全年预计."""
        return words_of(self.forecast)

    @property
    def possibility_text(self) -> str:
        """完成目标可能性."""
        return words_of(self.possibility)

    @property
    def note_text(self) -> str:
        """The reason in words and the remark."""
        parts = (words_of(self.causes.get(TEXT)), words_of(self.note))
        return "；".join(part for part in parts if part)

    @property
    def causes_named(self) -> list[str]:
        """The kinds of cause that are ticked."""
        return [CAUSES[key] for key in self._ticked]

    @property
    def _ticked(self) -> list[str]:
        return [key for key in CAUSES if words_of(self.causes.get(key))]

    @property
    def places(self) -> dict[str, str]:
        """Where each of these stands."""
        return super().places | places_of(
            forecast_text=self.forecast,
            possibility_text=self.possibility,
            causes_named=self.causes[self._ticked[0]] if self._ticked else None,
            note_text=self.causes.get(TEXT) or self.note,
        )

    def say(self, name: str, value: Any) -> None:
        """Let one of these say another value."""
        if name == "actual_text":
            self.actual = with_value(self.actual, value)
        elif name == "forecast_text":
            self.forecast = with_value(self.forecast, value)
        elif name == "possibility_text":
            self.possibility = with_value(self.possibility, value)
        elif name == "note_text":
            self.causes.pop(TEXT, None)
            self.note = with_value(self.note, value)
        elif name == "causes_named":
            self.causes = {key: seen for key, seen in self.causes.items() if key not in CAUSES} | {
                key: with_value(self.causes.get(key), "√")
                for key, word in CAUSES.items()
                if word in (value or ())
            }


class TotalRow(FormPart, kw_only=True):
    """The total row of a self-evaluation."""

    row: int
    weight: Seen | None = None
    score: Seen | None = None


class Subtotal(FormPart, kw_only=True):
    """A subtotal row with the level it closes; ``named``: it names its level itself."""

    row: int
    level1: str | None
    level2: str | None = None
    label: str | None = None
    named: bool | None = None
    weight: Seen | None = None
    score: Seen | None = None


class YearGoal(FormPart, kw_only=True):
    """The year's goal as planned and as reached."""

    expected: Seen
    actual: Seen


class DossierHead(FormPart, kw_only=True):
    """The head and money every form of one project or department begins with."""

    sheet: str
    first_row: int
    last_row: int
    title: Seen
    year: Year
    project_name: Seen
    dept: Seen
    unit: Seen
    money_label: Seen
    money_unit: str | None
    hidden_rows: list[int]
    funds: list[FundLine]
    hidden_sheet: bool = False
    other_units: list[Seen] = []
    unread_money: list[Seen] = []


class DossierForm(DossierHead, kw_only=True, tag_field="kind"):
    """A form of one project or department."""

    code: ClassVar[str] = ""
    scope: ClassVar[str] = ""
    problem_texts: ClassVar[list[str]] = []

    @property
    def scored_line(self) -> FundLine | None:
        """The line of the money block that is scored; None where a form scores none."""
        return None

    @property
    def subject_text(self) -> str:
        """The project, or the department as a whole, by the name written."""
        return self.project_name.words

    @property
    def unit_text(self) -> str:
        """实施单位."""
        return self.unit.words

    @property
    def department_text(self) -> str:
        """主管部门."""
        return self.dept.words

    @property
    def fiscal_year(self) -> int | None:
        """The budget year."""
        return None if self.year.value is None else int(self.year.value)

    def money(self) -> Money:
        """The whole's: the total row's, or the sum of the parts when that
        row is empty or all zero while they are not.
        """
        lines = [line.money for line in total_first(self.funds)]
        if not lines or any(lines[0]) or not any(any(part) for part in lines[1:]):
            return lines[0] if lines else (None, None, None)
        opening, full, executed = ([part[at] for part in lines[1:]] for at in range(3))
        return sum_of(opening), sum_of(full), sum_of(executed)

    def budget(self) -> Decimal | None:
        """The year's budget: the full-year one, else the initial one; None
        where two columns may be it.
        """
        opening, full, _ = self.money()
        if full is not None or any(line.budget_candidates for line in self.funds):
            return full
        return opening

    def expected(self) -> Decimal | None:
        """What the unit expects to spend in the whole year: the total
        row's, else the sum of the parts.
        """
        values = [amount_of(line.expected_full_year) for line in total_first(self.funds)]
        return values[0] if values and values[0] is not None else sum_of(values[1:])

    def say_money(
        self,
        *,
        opening: Decimal | None,
        full: Decimal | None,
        executed: Decimal | None,
        expected: Decimal | None,
    ) -> None:
        """Let the whole say other amounts; its parts fall away, what is scored stays."""
        whole, scored = total_first(self.funds)[0], self.scored_line
        line = FundLine(
            label=whole.label,
            row=whole.row,
            label_cell=whole.label_cell,
            initial=with_amount(whole.initial, opening),
            full_year=with_amount(whole.full_year, full),
            executed=with_amount(whole.executed, executed),
            expected_full_year=with_amount(whole.expected_full_year, expected),
            weight=scored.weight if scored else None,
            score=scored.score if scored else None,
            budget_candidates=whole.budget_candidates,
        )
        self.funds = [line]


class SelfEvalForm(DossierForm, kw_only=True, tag="selfeval"):
    """项目支出绩效自评表, also of a department's whole or a transfer payment."""

    kind: ClassVar[str] = "selfeval"
    goal: YearGoal
    indicators: list[SelfEvalRow]
    total: TotalRow | None
    grade: Seen | None
    filler: Seen | None = None
    filler_phone: Seen | None = None
    indicator_header_row: int | None = None
    indicator_columns: dict[str, str] = {}
    blank_indicator_rows: list[int] | None = None
    subtotals: list[Subtotal] = []

    round_kind: ClassVar[str] = "selfeval"
    through_month: ClassVar[int | None] = None
    suggestion_texts: ClassVar[list[str]] = []

    @property
    def rows(self) -> Sequence[SelfEvalRow | MonitorRow]:
        """The indicators."""
        return self.indicators

    @property
    def goal_text(self) -> str:
        """The year's goal as planned."""
        return self.goal.expected.words

    @property
    def beside_rows(self) -> dict[str, str]:
        """What the form says beside its rows, by the review's columns; what
        is left empty is not in it.
        """
        texts = {
            "goal_done": words_of(self.goal.actual),
            "filler": words_of(self.filler),
            "filler_phone": words_of(self.filler_phone),
        }
        return {name: text for name, text in texts.items() if text}

    @property
    def total_number(self) -> Decimal | None:
        """The unit's own total."""
        return number_of(self.total.score) if self.total is not None else None

    @property
    def grade_text(self) -> str:
        """The unit's own grade."""
        return words_of(self.grade)

    @property
    def scored_line(self) -> FundLine | None:
        """The line of the money block that is scored: the first with a weight, else the first."""
        weighed = (line for line in self.funds if number_of(line.weight) is not None)
        return next(weighed, self.funds[0] if self.funds else None)

    def say(self, name: str, value: Decimal | str | None) -> None:
        """Let total, grade or what stands beside the rows say another value."""
        if name == "grade_text":
            self.grade = with_value(self.grade, value)
        elif name == "goal_done":
            self.goal.actual = with_value(self.goal.actual, value)
        elif name in {"filler", "filler_phone"}:
            setattr(self, name, with_value(getattr(self, name), value))
        elif name == "total_number":
            total = self.total or TotalRow(row=0)
            total.score = with_value(total.score, value)
            self.total = total

    @property
    def places(self) -> dict[str, str]:
        """Where total, grade, goal and who filled it in stand; one cell is
        the address of one value.
        """
        total = self.total.score if self.total is not None else None
        one_cell = self.filler and self.filler_phone and self.filler.cell == self.filler_phone.cell
        return places_of(
            total_number=total,
            grade_text=self.grade,
            goal_text=self.goal.expected,
            goal_done=self.goal.actual,
            filler=self.filler,
            filler_phone=None if one_cell else self.filler_phone,
        )


class MonitorForm(DossierForm, kw_only=True, tag="monitor"):
    """绩效运行监控表; ``period`` "1-7月"."""

    kind: ClassVar[str] = "monitor"
    period: str | None
    window: str | None
    goal: Seen | None
    indicators: list[MonitorRow]
    blank_indicator_rows: list[int] | None = None
    indicator_header_rows: list[int] = []
    suggestions: Lines | None = None

    round_kind: ClassVar[str] = "monitoring"
    total_number: ClassVar[Decimal | None] = None
    grade_text: ClassVar[str] = ""

    @property
    def beside_rows(self) -> dict[str, str]:
        """A monitoring form says nothing of the year's goal as reached."""
        return {}

    def say(self, name: str, value: Decimal | str | None) -> None:
        """A monitoring form has neither total nor grade to say otherwise."""

    @property
    def through_month(self) -> int | None:
        """The last month of the window."""
        return last_month(self.period or self.window or "")

    @property
    def rows(self) -> Sequence[SelfEvalRow | MonitorRow]:
        """The indicators."""
        return self.indicators

    @property
    def goal_text(self) -> str:
        """The year's goal."""
        return words_of(self.goal)

    @property
    def suggestion_texts(self) -> list[str]:
        """What is proposed, without the numbers before it."""
        return unnumbered(self.suggestions.value if self.suggestions is not None else [])

    @property
    def places(self) -> dict[str, str]:
        """Where the goal stands."""
        return places_of(goal_text=self.goal)


_WINDOW = re.compile(r"(\d{1,2})\s*月?\s*[-–—~至到]+\s*(\d{1,2})\s*月")
_LAST_MONTH = 12


def last_month(window: str) -> int | None:
    """The last month of a window written "1-7月" or "2021年1—10月"; None when there is none."""
    months = _WINDOW.search(window)
    month = int(months.group(2)) if months else 0
    return month if 1 <= month <= _LAST_MONTH else None
