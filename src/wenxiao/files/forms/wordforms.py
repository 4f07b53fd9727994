"""Forms of a Word file that are spread over several tables: the head in one, the indicators in the next, and on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.labels import Grid, money_unit_in, year_in
from wenxiao.files.forms import funds, heads
from wenxiao.files.forms.evaluation_columns import looks_like_evaluation
from wenxiao.files.forms.headings import Heading
from wenxiao.files.forms.indicators import indicator_heading, is_closed, read_block
from wenxiao.files.forms.monitor import MONITOR
from wenxiao.files.forms.monitor import indicator as monitor_row
from wenxiao.files.forms.selfeval import SELFEVAL, read_head
from wenxiao.files.forms.selfeval import indicator as selfeval_row

Form = dict[str, Any]
FARTHEST_HEAD = 4
"""A head standing more tables above its indicators than this belongs to something else."""
NAMES = ("project_name", "dept", "unit", "year", "title", "money_label")
BLOCK = "blank_indicator_rows"
"""Stands in a form whose indicator headings were found."""
ROW_OF = {MONITOR: monitor_row, SELFEVAL: selfeval_row}


def gathered(book: Book, by_table: list[list[Form]]) -> list[list[Form]]:
    """The forms found table by table, those that belong together joined; the forms are changed in place.

    What was read from another table than the form's own (``table``) names it: ``{"value", "cell", "table"}``.
    """
    gathering = _Gathering(book)
    taken = [gathering.take(index, found) for index, found in enumerate(by_table)]
    return [[form for form in forms if not form.pop("joined", False)] for forms in taken]


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
            form["table"] = index
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
        # rows reach as far as their targets; what is narrower has a part in the form only if it closes it
        return sheet.right >= heading.columns["target"].left or is_closed(grid, _above(heading))

    def _continue(self, form: Form, heading: Heading, sheet: Sheet, index: int) -> None:
        """Read the rows of this table with the columns of the table before, levels carried over."""
        grid, above, rows = Grid(sheet), _above(heading), form["indicators"]
        levels: dict[str, tuple[str, str | None]] = {
            level: (rows[-1][level], None)
            for level in ("level1", "level2")
            if rows and rows[-1][level] is not None
        }
        block = read_block(grid, above, grid.bottom, ROW_OF[form["kind"]], levels)
        form["indicators"] += [row | {"table": index} for row in block.rows]
        if block.total is not None:
            form["total"] = block.total | {"table": index}
        if form.get("grade", True) is None and (grade := heads.grade(grid, grid.rows)) is not None:
            form["grade"] = grade | {"table": index}
        if is_closed(grid, above):
            self.heading = None

    def _complete(self, form: Form) -> None:
        """Fill what the form lacks from the tables above it; a form that is only a head becomes one with its rows."""
        if form["project_name"]["cell"] is not None or form["funds"] or BLOCK not in form:
            return
        for number in reversed(self.heads[-FARTHEST_HEAD:]):
            _fill(form, read_head(self.book.sheets[number]), number)
            above = [text for at, text in self.book.paragraphs if at == number]
            _complete_from_paragraphs(form, above)
        only_head = self.last
        if only_head is not None and BLOCK not in only_head:
            _fill(form, only_head, only_head["table"])
            only_head["joined"] = True

    def _complete_from_nested(self, form: Form, index: int) -> None:
        """Fill what the form lacks from tables in its own cells, and its title from the cell its table stands in."""
        for number, sheet in enumerate(self.book.sheets):
            if sheet.inside == index and BLOCK in form:
                _fill(form, read_head(sheet), number)
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


def _fill(form: Form, other: Form, number: int) -> None:
    """Take from the head in another table what the form lacks."""
    for key in NAMES:
        if form[key]["value"] is None and (
            other[key]["value"] is not None or form[key]["cell"] is None
        ):
            form[key] = other[key] | ({"table": number} if other[key]["cell"] is not None else {})
    if not form["funds"] and other["funds"]:
        form["funds"] = [row | {"table": number} for row in other["funds"]]
        form["money_unit"] = other["money_unit"]
    if form["kind"] == SELFEVAL and not _says_goal(form["goal"]) and _says_goal(other["goal"]):
        form["goal"] = other["goal"] | {"table": number}


def _says_goal(goal: Form) -> bool:
    """Whether a goal block was found at all."""
    return any(part["cell"] is not None for part in goal.values() if isinstance(part, dict))


def _complete_from_paragraphs(form: Form, above: list[str]) -> None:
    """In Word the title, the year and the money unit often stand above the table."""
    if form["title"]["value"] is None:
        words = next(
            (words for text in reversed(above) if (words := heads.title_words(text))), None
        )
        if words:
            form["title"] = {"value": words, "cell": None}
    if form["year"]["value"] is None:
        for text in reversed(above):
            if len(text) < 80 and (year := year_in(text)) is not None:
                form["year"] = {"value": year, "raw": text, "cell": None}
                break
    if form["money_unit"] is None:
        for text in reversed(above):
            if len(text) < 60 and (unit := money_unit_in(text)) is not None:
                form["money_label"] = {"value": text, "cell": None}
                funds.in_unit(form, unit)
                break
