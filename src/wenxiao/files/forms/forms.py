"""What a form says, typed: every amount, figure and text with the cell it stands in.

These structs cross the child's pipe and are, flattened by :func:`form_json`, the JSON of ``wenxiao read``. Numbers stay
decimal text as written; money is 元. None is missing. A field that has a default is left out of the JSON while it holds it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from wenxiao.files.cells.seen import FormPart, Seen, Year
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.rulebook.problems import Problem


class Amount(FormPart, kw_only=True):
    """Money: as written (``raw``) and in 元 as decimal text; None in 元 where it is no number or nobody says the unit."""

    cell: str | None
    raw: str | None
    yuan: str | None
    stored: str | None = None
    computed: str | msgspec.UnsetType | None = msgspec.UNSET
    sheet: str | None = None

    @property
    def is_uncached(self) -> bool:
        """Whether the cell is a formula whose result the file does not hold."""
        return self.computed is not msgspec.UNSET

    @property
    def is_missing(self) -> bool:
        """Whether the form has neither the amount nor a place for it."""
        return self.cell is None and not self.raw and self.yuan is None

    @property
    def computed_text(self) -> str | None:
        """What a formula without saved result yields; None where there is none."""
        return self.computed if isinstance(self.computed, str) else None

    @property
    def amount(self) -> Decimal | None:
        """In 元."""
        return None if self.yuan is None else Decimal(self.yuan)


class Rate(FormPart, kw_only=True):
    """An execution rate in percent: as published, as read, and as the row's amounts make it."""

    cell: str | None
    published: str | None
    percent: str | None
    text: str | None = None
    computed_percent: str | None = None
    stored: str | None = None
    computed: str | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def is_uncached(self) -> bool:
        """Whether the cell is a formula whose result the file does not hold."""
        return self.computed is not msgspec.UNSET


class Grade(FormPart, kw_only=True):
    """A grade as written and, of a score sheet, as one of 优 良 中 差."""

    cell: str | None
    value: str | None
    norm: str | None = None
    stored: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether no grade was found."""
        return self.cell is None and self.value is None


class Lines(FormPart, kw_only=True):
    """A text of several lines in one cell."""

    cell: str | None
    value: list[str]


class FundLine(FormPart, kw_only=True):
    """One line of a money block; ``dashes``: the line says that it is not scored.

    ``budget_candidates``: where two columns may be the year's budget, what each says; ``full_year`` is None then.
    """

    label: str
    row: int
    label_cell: str
    hidden: bool = False
    initial: Amount | None = None
    adjustment: Amount | None = None
    full_year: Amount | None = None
    arrived: Amount | None = None
    executed: Amount | None = None
    expected_full_year: Amount | None = None
    weight: Seen | None = None
    score: Seen | None = None
    rate: Rate | None = None
    dashes: bool = False
    budget_candidates: list[Amount] = []


class IndicatorRow(FormPart, kw_only=True):
    """A third-level indicator with what every form says of one; ``target_text`` joins sign, value and unit."""

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


class SelfEvalRow(IndicatorRow, kw_only=True):
    """An indicator of a self-evaluation."""

    actual: Seen | None
    weight: Seen | None
    score: Seen | None
    deviation: Seen | None


class MonitorRow(IndicatorRow, kw_only=True):
    """An indicator watched: so far, forecast, causes by their keys, possibility."""

    actual: Seen | None
    forecast: Seen | None
    possibility: Seen | None
    note: Seen | None
    causes: dict[str, Seen]
    weight: Seen | None = None
    score: Seen | None = None


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


class SelfEvalForm(DossierForm, kw_only=True, tag="selfeval"):
    """项目支出绩效自评表, also of a department's whole or a transfer payment."""

    kind: ClassVar[str] = "selfeval"
    goal: YearGoal
    indicators: list[SelfEvalRow]
    total: TotalRow | None
    grade: Seen | None
    indicator_header_row: int | None = None
    indicator_columns: dict[str, str] = {}
    blank_indicator_rows: list[int] | None = None
    subtotals: list[Subtotal] = []


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
    """A criterion of a score sheet; its points are people's. ``opinion``: the grade ticked beside them."""

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
    hidden: bool = False


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
    problems_cell: str | None = None
    problems_cells: list[str] = []
    suggestions_cell: str | None = None
    suggestions_cells: list[str] = []


class ListRow(FormPart, kw_only=True):
    """One object of a list: its texts and its money by the key of the column."""

    row: int
    texts: dict[str, Seen]
    money: dict[str, Amount]
    year: Year | None = None
    group: str | None = None
    sheet_of: str | None = None
    hidden: bool = False


class Sums(FormPart, kw_only=True):
    """A line of sums: a subtotal or the total, by the key of the column."""

    row: int | None
    money: dict[str, Amount]


class Group(FormPart, kw_only=True):
    """A line that opens a group, with the money beside it and the subtotal that closes it."""

    name: str
    row: int
    cell: str
    money: dict[str, Amount]
    subtotal: Sums | None = None


class ListForm(FormPart, kw_only=True, tag_field="kind", tag="list"):
    """A list of objects; ``role`` "summary" where it only repeats the score sheets of its file."""

    kind: ClassVar[str] = "list"
    sheet: str
    title: Seen | None
    header_row: int
    money_unit: str | None
    unit_cell: str | None
    year: int | None
    columns: dict[str, str]
    rows: list[ListRow]
    groups: list[Group]
    total_row: int | None
    totals: dict[str, Amount]
    role: str | None = None


_WHOLE = re.compile(r"总额|合计|总计")


def total_first(funds: Sequence[FundLine]) -> list[FundLine]:
    """The lines of a money block, that of the whole first: it may stand last, below its parts."""
    whole = next((line for line in funds if _WHOLE.search(line.label)), None)
    if whole is None:
        return [*funds]
    return [whole, *(line for line in funds if line is not whole)]


Form = SelfEvalForm | MonitorForm | ScoreSheet | ListForm | TargetForm


class Reading(msgspec.Struct, kw_only=True):
    """What was read of one file; ``kind`` is that of most of its forms, None when nothing could be read."""

    file: str
    kind: str | None
    forms: list[Form]
    problems: list[Problem]


def reading_json(reading: Reading) -> dict[str, Any]:
    """The JSON of ``wenxiao read``."""
    return {
        "file": reading.file,
        "kind": reading.kind,
        "forms": [form_json(form) for form in reading.forms],
        "problems": [problem.as_json() for problem in reading.problems],
    }


def typed(draft: dict[str, Any]) -> Form:
    """A form as its reader put it down, typed; ``msgspec.ValidationError`` where it says what no form has."""
    if draft["kind"] == "list":
        draft = _list_draft(draft)
    form: Form = msgspec.convert(draft, Form)
    return form


_ROW_FIELDS = frozenset(ListRow.__struct_fields__)
_GROUP_FIELDS = frozenset(Group.__struct_fields__)


def _list_draft(draft: dict[str, Any]) -> dict[str, Any]:
    rows = [_sorted_columns(row, _ROW_FIELDS, texts=True) for row in draft["rows"]]
    groups = [_sorted_columns(group, _GROUP_FIELDS) for group in draft["groups"]]
    for group in groups:
        if "subtotal" in group:
            group["subtotal"] = _sorted_columns(group["subtotal"], frozenset({"row"}))
    return draft | {"rows": rows, "groups": groups}


def _sorted_columns(
    line: dict[str, Any], fields: frozenset[str], *, texts: bool = False
) -> dict[str, Any]:
    """A line whose columns stand among its fields, texts and money each in a place of their own."""
    out = {key: value for key, value in line.items() if key in fields}
    others = {key: value for key, value in line.items() if key not in fields}
    out["money"] = {key: value for key, value in others.items() if "yuan" in value}
    if texts:
        out["texts"] = {key: value for key, value in others.items() if "yuan" not in value}
    return out


def reading_of(said: dict[str, Any]) -> Reading:
    """The reading behind its JSON, as a batch keeps it."""
    return Reading(
        file=said["file"],
        kind=said["kind"],
        forms=[typed(form) for form in said["forms"]],
        problems=[Problem(**problem) for problem in said["problems"]],
    )


def form_json(form: Form) -> dict[str, Any]:
    """A form as promised on the command line: the columns of a list stand in its rows by their keys."""
    out: dict[str, Any] = msgspec.to_builtins(form)
    if isinstance(form, ListForm):
        out["rows"] = [_row_json(row) for row in out["rows"]]
        out["groups"] = [_group_json(group) for group in out["groups"]]
    return out


def _row_json(row: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = row.pop("texts") | row.pop("money")
    return row | columns


def _group_json(group: dict[str, Any]) -> dict[str, Any]:
    money: dict[str, Any] = group.pop("money")
    if "subtotal" in group:
        sums = group["subtotal"].pop("money")
        group["subtotal"] |= sums
    return group | money
