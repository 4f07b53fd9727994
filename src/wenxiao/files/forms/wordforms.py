"""Forms of a Word file that are spread over several tables: the head in
one, the indicators in the next, and on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeGuard, TypeVar

import msgspec

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.labels import Grid, money_unit_in, year_in
from wenxiao.files.cells.seen import FormPart, Seen, Year
from wenxiao.files.forms import funds, heads
from wenxiao.files.forms.dossier_forms import DossierHead, MonitorForm, SelfEvalForm, YearGoal
from wenxiao.files.forms.evaluation_columns import looks_like_evaluation
from wenxiao.files.forms.headings import Heading
from wenxiao.files.forms.indicators import Levels, indicator_heading, is_closed, read_block
from wenxiao.files.forms.monitor import indicator as monitor_row
from wenxiao.files.forms.selfeval import indicator as selfeval_row
from wenxiao.files.forms.selfeval import read_head

Form = SelfEvalForm | MonitorForm
Row = TypeVar("Row", bound=FormPart)
FARTHEST_HEAD = 4
"""A head standing more tables above its indicators than this belongs to something else."""
NAMES = ("project_name", "dept", "unit", "year", "title", "money_label")


def gathered(book: Book, by_table: list[list[Form]]) -> list[list[Form]]:
    """The forms found table by table, those that belong together joined; the forms are changed in
    place.

    What was read from another table than the form's own (``table``) names it: ``{"value", "cell",
    "table"}``.
    """
    gathering = _Gathering(book)
    taken = [gathering.take(index, forms_of_table) for index, forms_of_table in enumerate(by_table)]
    joined = {id(form) for form in gathering.joined}
    return [[form for form in forms if id(form) not in joined] for forms in taken]


@dataclass(slots=True)
class _Gathering:
    """A Word file while its tables are gone through in order; ``last`` is the form still open."""

    book: Book
    last: Form | None = None
    heading: Heading | None = None
    """The headings of the open form; None once its block is closed or while it has none."""
    heads: list[int] = field(default_factory=list)
    """Tables since the last form that hold no form of their own."""
    hosts: set[int] = field(default_factory=set)
    """Tables that hold a form."""
    joined: list[Form] = field(default_factory=list)
    """Forms that were only the head of another."""

    def take(self, index: int, found: list[Form]) -> list[Form]:
        """The forms that begin in this table."""
        sheet = self.book.sheets[index]
        if (
            self.last is not None
            and self.heading is not None
            and self._goes_on(sheet, self.heading, found)
        ):
            self._continue(self.last, self.heading, sheet, index)
            return []
        for form in found:
            form.table = index
            _complete_from_paragraphs(
                form, [text for number, text in self.book.paragraphs if number == index]
            )
        if not found:
            # what stands in a cell of a form's own table is that form's, not the next one's head
            if sheet.inside not in self.hosts:
                self.heads.append(index)
            return []
        self.hosts.add(index)
        self._complete(found[0])
        self._complete_from_nested(found[0], index)
        self.last, self.heads = found[-1], []
        grid = Grid(sheet)
        heading = indicator_heading(grid, heads.form_spans(grid)[-1])
        self.heading = None if heading is None or is_closed(grid, heading) else heading
        return found

    def _goes_on(self, sheet: Sheet, heading: Heading, found: list[Form]) -> bool:
        """Whether the open form goes on here: no names or money of its own, the same columns."""
        if self.heads or not sheet.cells:
            return False
        grid = Grid(sheet)
        if (
            heads.field(grid, heads.PROJECT, grid.rows) is not None
            or funds.fund_heading(grid, grid.rows) is not None
        ):
            return False
        own = indicator_heading(grid, grid.rows)
        if own is not None:
            return bool(found) and set(own.columns) == set(heading.columns)
        columns = [*heading.columns.values(), *heading.others.values()]
        if sheet.right > max(column.right for column in columns) or looks_like_evaluation(sheet):
            return False
        # rows reach as far as their targets; what is narrower has a part in the form only if it
        # closes it
        return sheet.right >= heading.columns["target"].left or is_closed(grid, _above(heading))

    def _continue(self, form: Form, heading: Heading, sheet: Sheet, index: int) -> None:
        """Read the rows of this table with the columns of the table before, levels carried over."""
        grid, above = Grid(sheet), _above(heading)
        if isinstance(form, MonitorForm):
            watched = read_block(grid, above, grid.bottom, monitor_row, _levels_of(form))
            form.indicators += _of_table(watched.rows, index)
        else:
            block = read_block(grid, above, grid.bottom, selfeval_row, _levels_of(form))
            form.indicators += _of_table(block.rows, index)
            if block.total is not None:
                form.total = msgspec.structs.replace(block.total, table=index)
            if form.grade is None and (grade := heads.grade(grid, grid.rows)) is not None:
                form.grade = msgspec.structs.replace(grade, table=index)
        if is_closed(grid, above):
            self.heading = None

    def _complete(self, form: Form) -> None:
        """Fill what the form lacks from the tables above it; a form that is
        only a head becomes one with its rows.
        """
        if form.project_name.cell is not None or form.funds or not _has_block(form):
            return
        for number in reversed(self.heads[-FARTHEST_HEAD:]):
            _fill(form, *read_head(self.book.sheets[number]), number)
            above = [text for at, text in self.book.paragraphs if at == number]
            _complete_from_paragraphs(form, above)
        only_head = self.last
        if only_head is not None and not _has_block(only_head):
            goal = only_head.goal if isinstance(only_head, SelfEvalForm) else None
            _fill(form, only_head, goal, only_head.table or 0)
            self.joined.append(only_head)

    def _complete_from_nested(self, form: Form, index: int) -> None:
        """Fill what the form lacks from tables in its own cells, and its
        title from the cell its table stands in.
        """
        for number, sheet in enumerate(self.book.sheets):
            if sheet.inside == index and _has_block(form):
                _fill(form, *read_head(sheet), number)
        outer = self.book.sheets[index].inside
        if outer is not None:
            texts = [cell.text for cell in self.book.sheets[outer].cells.values()]
            _complete_from_paragraphs(form, [line for text in texts for line in text.splitlines()])
            _complete_from_paragraphs(
                form, [text for at, text in self.book.paragraphs if at == outer]
            )


def _above(heading: Heading) -> Heading:
    """The headings as if they stood above the first row of a table that repeats none."""
    return replace(heading, top=-1, bottom=-1)


def _has_block(form: Form) -> bool:
    """Whether the headings of the form's indicators were found."""
    return form.blank_indicator_rows is not None


def _levels_of(form: Form) -> Levels:
    """The names in force below the form's last row."""
    last = form.indicators[-1] if form.indicators else None
    if last is None:
        return Levels()
    known = (("level1", last.level1), ("level2", last.level2))
    return Levels({level: (name, None) for level, name in known if name is not None})


def _of_table(rows: list[Row], number: int) -> list[Row]:
    """Rows that stand in another table than the form's own."""
    return [msgspec.structs.replace(row, table=number) for row in rows]


def _fill(form: Form, other: DossierHead, goal: YearGoal | None, number: int) -> None:
    """Take from the head in another table what the form lacks."""
    for key in NAMES:
        own, theirs = getattr(form, key), getattr(other, key)
        if own.value is None and (theirs.value is not None or own.cell is None):
            placed = theirs.cell is not None
            setattr(form, key, msgspec.structs.replace(theirs, table=number) if placed else theirs)
    if not form.funds and other.funds:
        form.funds = _of_table(other.funds, number)
        form.money_unit = other.money_unit
    if isinstance(form, SelfEvalForm) and not _says_goal(form.goal) and _says_goal(goal):
        form.goal = msgspec.structs.replace(goal, table=number)


def _says_goal(goal: YearGoal | None) -> TypeGuard[YearGoal]:
    """Whether a goal block was found at all."""
    return goal is not None and not (goal.expected.cell is None and goal.actual.cell is None)


def _complete_from_paragraphs(form: Form, above: list[str]) -> None:
    """In Word the title, the year and the money unit often stand above the table."""
    if form.title.value is None:
        words = next(
            (words for text in reversed(above) if (words := heads.title_words(text))), None
        )
        if words:
            form.title = Seen(value=words, cell=None)
    _names_from(form, above)
    if form.year.value is None:
        for text in reversed(above):
            if len(text) < 80 and (year := year_in(text)) is not None:
                form.year = Year(value=year, raw=text, cell=None)
                break
    if form.money_unit is None:
        for text in reversed(above):
            if len(text) < 60 and (unit := money_unit_in(text)) is not None:
                form.money_label = Seen(value=text, cell=None)
                funds.in_unit(form, unit)
                break


def _names_from(form: Form, above: list[str]) -> None:
    """Unit, department and project a line above the table names, where the
    table has no place for them.
    """
    for key, labels in (
        ("dept", heads.DEPT),
        ("unit", heads.UNIT),
        ("project_name", heads.PROJECT),
    ):
        own = getattr(form, key)
        words = next((one for text in above if (one := heads.said_in(text, labels))), None)
        if words and own.cell is None and own.value is None:
            setattr(form, key, Seen(value=words, cell=None))
