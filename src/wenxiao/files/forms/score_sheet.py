"""The score sheet of a finance or department evaluation, typed, and what it says of its object."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from wenxiao.files.cells.seen import (
    Amount,
    FormPart,
    Grade,
    Seen,
    Year,
    places_of,
    unnumbered,
    with_amount,
    with_value,
)
from wenxiao.files.forms.audited_funds import AuditDifferenceLine, AuditedFundLine
from wenxiao.files.forms.dossier_forms import Subtotal
from wenxiao.files.forms.fund_lines import Money


class CriterionRatio(FormPart, kw_only=True):
    """A ratio of a criterion with its parts and the percent printed or computed."""

    numerator: Seen
    denominator: Seen
    computed: ComputedShare | None = None


class ComputedShare(FormPart, kw_only=True):
    """The percent of a ratio and what the cell holds."""

    cell: str
    stored: str | None
    percent: str | None


class ScoredCriterion(FormPart, kw_only=True):
    """A criterion of a score sheet; its points are people's.
    ``opinion``: the grade ticked beside them.
    """

    row: int
    level1: str | None
    level1_cell: str | None
    level2: str | None
    level2_cell: str | None
    level3: str | None
    level3_cell: str | None
    weight: Seen
    score: Seen
    experts: list[Seen] | None
    reason: Seen
    level1_raw: str | None = None
    level2_raw: str | None = None
    level3_raw: str | None = None
    level4: str | None = None
    code: str | None = None
    opinion: Seen | None = None
    nameless: bool = False
    ratio: CriterionRatio | None = None
    note: str | None = None
    explanation: str = ""
    standard: str = ""
    hidden: bool = False

    promise: ClassVar[str] = ""
    actual_text: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The third-level criterion."""
        return (self.level3 or "").strip()

    @property
    def note_text(self) -> str:
        """Why points were taken off."""
        return self.reason.words

    @property
    def weight_number(self) -> Decimal | None:
        """分值."""
        return self.weight.number

    @property
    def score_number(self) -> Decimal | None:
        """The evaluator's points."""
        return self.score.number

    @property
    def places(self) -> dict[str, str]:
        """Where each of these stands."""
        return places_of(score_number=self.score, weight_number=self.weight, note_text=self.reason)

    def say(self, name: str, value: Decimal | str | None) -> None:
        """Let points or reason say another value."""
        if name == "score_number":
            self.score = with_value(self.score, value)
        elif name == "note_text":
            self.reason = with_value(self.reason, value)


class ScoreSheet(FormPart, kw_only=True, tag_field="kind", tag="evaluation"):
    """The score sheet of a finance or department evaluation."""

    kind: ClassVar[str] = "evaluation"
    sheet: str
    first_row: int
    last_row: int
    title: Seen | None
    subject_name: Seen
    dept: Seen
    year: Year
    audited_arranged: Amount
    audited_used: Amount
    money_unit: str | None
    header_extra: dict[str, Seen]
    header_row: int
    columns: dict[str, str]
    criteria: list[ScoredCriterion]
    subtotals: list[Subtotal]
    level_weights: dict[str, Seen]
    total: Seen
    total_weight: Seen
    grade: Grade
    problems: list[str]
    suggestions: list[str]
    remark: Seen | None
    sum_of_scores: str | None
    mean: str | None = None
    expert_totals: list[Seen] | None = None
    audited_funds: list[AuditedFundLine] = []
    audited_differences: list[AuditDifferenceLine] = []
    problems_cell: str | None = None
    problems_cells: list[str] = []
    suggestions_cell: str | None = None
    suggestions_cells: list[str] = []

    round_kind: ClassVar[str] = "finance_evaluation"
    code: ClassVar[str] = ""
    scope: ClassVar[str] = ""
    goal_text: ClassVar[str] = ""
    through_month: ClassVar[int | None] = None

    @property
    def rows(self) -> list[ScoredCriterion]:
        """The criteria."""
        return self.criteria

    @property
    def subject_text(self) -> str:
        """What was evaluated, by the name written."""
        return self.subject_name.words

    @property
    def unit_text(self) -> str:
        """The official sheet names the department alone."""
        return self.dept.words

    @property
    def department_text(self) -> str:
        """主管部门."""
        return self.dept.words

    @property
    def fiscal_year(self) -> int | None:
        """The budget year."""
        return None if self.year.value is None else int(self.year.value)

    @property
    def total_number(self) -> Decimal | None:
        """The sheet's own total."""
        return self.total.number

    @property
    def grade_text(self) -> str:
        """The grade as one of 优 良 中 差 where it is one."""
        return self.grade.norm or self.grade.value or ""

    @property
    def problem_texts(self) -> list[str]:
        """The problems, without the numbers before them."""
        return unnumbered(self.problems)

    @property
    def suggestion_texts(self) -> list[str]:
        """The suggestions, without the numbers before them."""
        return unnumbered(self.suggestions)

    @property
    def places(self) -> dict[str, str]:
        """Where money, total and grade stand."""
        return places_of(
            audited_arranged=self.audited_arranged,
            audited_used=self.audited_used,
            total_number=self.total,
            grade_text=self.grade,
        )

    def say(self, name: str, value: Any) -> None:
        """Let total, grade or examined money say another value."""
        if name == "total_number":
            self.total = with_value(self.total, value)
        elif name == "grade_text":
            self.grade = Grade(cell=self.grade.cell, value=value)
        elif name == "audited_arranged":
            self.audited_arranged = with_amount(self.audited_arranged, value)
        elif name == "audited_used":
            self.audited_used = with_amount(self.audited_used, value)

    def money(self) -> Money:
        """A score sheet has no money block; what was examined stands in :attr:`audited_used`."""
        return None, None, None
