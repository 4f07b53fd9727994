"""Score sheets of finance and department evaluation, read by their labels whatever the layout."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from msgspec import structs

from wenxiao.files.cells.cells import Book, Cell, Sheet
from wenxiao.files.cells.grids import TableGrid, plain_number
from wenxiao.files.cells.seen import Grade, Seen, Year, missing
from wenxiao.files.cells.textforms import (
    LEADING_NUMBER,
    half_width,
    numbered_items,
    squeezed,
    year_of,
)
from wenxiao.files.forms.audited_funds import audited_funds, take_money
from wenxiao.files.forms.evaluation_columns import ScoreTableHead, find_heads, looks_like_evaluation
from wenxiao.files.forms.evaluation_figures import is_trimmed, shares_as_points, sum_text
from wenxiao.files.forms.evaluation_head import (
    HERE,
    LabelledValue,
    Where,
    field_of,
    head_fields,
    labelled_values,
    paragraph_values,
    stated_unit,
    title_of,
    unit_beside,
    unit_of_money,
)
from wenxiao.files.forms.evaluation_names import opens_block
from wenxiao.files.forms.evaluation_outline import outline_of
from wenxiao.files.forms.evaluation_rows import (
    ScoreSheetReading,
    levels_after,
    take_criterion,
    take_subtotal,
)
from wenxiao.files.forms.evaluation_totals import (
    GRADE_INLINE,
    GRADE_LABEL,
    GRADES,
    SIGNATURE,
    TOTAL,
    criteria_follow,
    says_grade,
    take_grade,
    take_total,
    take_total_in_words,
    takes_bare_sum,
)
from wenxiao.files.forms.heads import grade_in
from wenxiao.files.forms.score_sheet import ScoredCriterion, ScoreSheet

__all__ = ["looks_like_evaluation", "read_evaluation"]

SUBTOTAL = re.compile(r"^(.{0,14}?)\(?小计\)?$")
TITLE_ABOVE = re.compile(
    r"(?=.{6,80}$)[^:。；;]*(?:评分|评价|得分|绩效)[^:。；;]*表(?:\(.{1,12}\))?"
)
SUBJECT_IN_TITLE = re.compile(
    r"^(?:附[件表]\d*)?20\d\d年度?([^:。]{2,40}?项目)(?:支出|资金)?(?:财政|部门|重点|事后|整体|支出|绩效){0,4}(?:评价|评分|得分)"
)
GENERAL = re.compile(
    r"(?:中央|省|市|县|区|级|本|财政|部门|预算|重点|专项|支出|资金|绩效|政策|一般|各|单位)+项目"
)
"""A title such as 「2021年度县级项目绩效评价评分表」 names no subject."""
YEAR_ALONE = re.compile(r"\(?20\d\d年度?\)?")
"""The line under a title that only names the year."""
MOST_COVER_CELLS = 120
REMARK = re.compile(r"^(备注|注|说明)$")


def read_evaluation(book: Book) -> list[ScoreSheet]:
    """Every score sheet of the file.

    Weights and points are decimal text; money is 元; a formula without cached value has ``value``
    None and ``computed``. Working papers and summary lists give no form.
    """
    forms: list[ScoreSheet] = []
    last_head: ScoreTableHead | None = None
    width = 0
    for index, sheet in enumerate(book.sheets):
        if sheet.hidden:
            continue
        if _continues(book, sheet, forms, last_head):
            before = forms[-1].criteria[-1] if forms[-1].criteria else None
            _join(forms[-1], _read_form(book, index, sheet, _segments(sheet)[0], after=before))
        elif last_head is not None and _goes_on(book, sheet, forms, last_head, width):
            head = replace(last_head, row=sheet.origin - 1, last_row=sheet.origin - 1)
            whole = _Segment(head, sheet.origin, sheet.bottom, frozenset())
            _join(forms[-1], _read_form(book, index, sheet, whole, after=forms[-1].criteria[-1]))
        elif looks_like_evaluation(sheet):
            segments = _segments(sheet)
            forms += [_read_form(book, index, sheet, segment) for segment in segments]
            last_head, width = segments[-1].head, sheet.right
    if len(forms) == 1:
        _complete_from_cover(book, forms[0])
    return forms


def _continues(
    book: Book, sheet: Sheet, forms: list[ScoreSheet], last_head: ScoreTableHead | None
) -> bool:
    """Whether a Word table goes on with the score table before it: the same
    head again and no total yet.
    """
    if book.container != "docx" or not forms or last_head is None:
        return False
    if not forms[-1].total.is_missing:
        return False
    heads = find_heads(sheet)
    return bool(heads) and heads[0].row == sheet.origin and heads[0].same_columns(last_head)


def _goes_on(
    book: Book, sheet: Sheet, forms: list[ScoreSheet], head: ScoreTableHead, width: int
) -> bool:
    """Whether a Word table without a head goes on with the score table
    before it: as wide, scored, no total yet.
    """
    if (
        book.container != "docx"
        or not forms
        or not forms[-1].total.is_missing
        or not forms[-1].criteria
    ):
        return False
    score = head.roles.get("score", -1)
    scored = any(
        col == score and plain_number(cell) is not None for (_, col), cell in sheet.cells.items()
    )
    return sheet.right <= width and scored and not find_heads(sheet)


def _join(form: ScoreSheet, rest: ScoreSheet) -> None:
    for item in [*rest.criteria, *rest.subtotals]:
        item.table = rest.table
    form.criteria += rest.criteria
    form.subtotals += rest.subtotals
    form.problems += rest.problems
    form.suggestions += rest.suggestions
    for name in ("total", "total_weight", "grade", "remark"):
        theirs = getattr(rest, name)
        if theirs is not None and not theirs.is_missing:
            setattr(form, name, structs.replace(theirs, table=rest.table))
    if rest.expert_totals is not None:
        form.expert_totals = rest.expert_totals
    form.level_weights = rest.level_weights | form.level_weights
    form.sum_of_scores = _sum_of_scores(form)


def _sum_of_scores(form: ScoreSheet) -> str | None:
    return sum_text(item.score for item in form.criteria)


@dataclass(slots=True)
class _Segment:
    head: ScoreTableHead
    first: int
    last: int
    repeated: frozenset[int]


def _segments(sheet: Sheet) -> list[_Segment]:
    """One stretch of rows a form; a head repeated on the next printed page
    doesn't begin another.
    """
    grid = TableGrid(sheet)
    out: list[_Segment] = []
    for head in find_heads(sheet):
        start = sheet.origin if not out else _start_above(grid, head, out[-1].head.last_row)
        if out and start is None and head.same_columns(out[-1].head):
            out[-1].repeated |= frozenset(range(head.row, head.last_row + 1))
            continue
        begin = head.row if start is None else start
        if out:
            out[-1].last = begin - 1
        out.append(_Segment(head, begin, grid.bottom, frozenset()))
    return out


def _start_above(grid: TableGrid, head: ScoreTableHead, after: int) -> int | None:
    """The row where the head block of a further form on the same sheet
    begins; None when there is none.
    """
    start = None
    for row in range(head.row - 1, after, -1):
        cells = grid.own_cells(row)
        if not cells:
            continue
        if any(field_of(cell.text) for cell in cells) or (
            len(cells) == 1 and re.search(r"评分|评价表|得分表", cells[0].text)
        ):
            start = row
        elif start is not None:
            break
    return start


def _read_form(
    book: Book, index: int, sheet: Sheet, segment: _Segment, after: ScoredCriterion | None = None
) -> ScoreSheet:
    grid, head = TableGrid(sheet), segment.head
    money = audited_funds(grid, segment.first, segment.last, None)
    out = _begun(book, index, grid, segment, money.rows)
    reading = ScoreSheetReading(
        grid,
        head,
        segment.first,
        segment.last,
        out,
        levels_after(after),
        skipped=segment.repeated | money.rows,
    )
    reading.outline = outline_of(grid, head, segment.last)
    for row in range(head.last_row + 1, segment.last + 1):
        if row not in reading.skipped and (grid.own_cells(row) or reading.mode == "criteria"):
            _read_row(reading, row)
    for block in ("problems", "suggestions"):
        places = getattr(out, f"{block}_cells")
        if len(places) == 1 and len(getattr(out, block)) > 1:
            setattr(out, f"{block}_cell", places[0])
            setattr(out, f"{block}_cells", [])
    _read_paragraphs(book, index, out)
    shares_as_points(out)
    out.sum_of_scores = _sum_of_scores(out)
    take_money(out, audited_funds(grid, segment.first, segment.last, out.money_unit))
    for number in _head_tables(book, index) if book.container == "docx" else ():
        table = TableGrid(book.sheets[number])
        take_money(out, audited_funds(table, table.top, table.bottom, out.money_unit))
    return out


def _begun(
    book: Book, index: int, grid: TableGrid, segment: _Segment, skipped: Collection[int]
) -> ScoreSheet:
    """The form with what stands above its table; nothing is read of the table yet."""
    sheet, head = grid.sheet, segment.head
    own = [row for row, _ in sheet.cells if segment.first <= row <= segment.last]
    head_values, texts = _head_sources(book, index, grid, segment, skipped)
    unit, title = stated_unit(texts), title_of(grid, segment.first, head.row - 1)
    above = head_fields(head_values, unit)
    trimmed = bool(head.experts) and is_trimmed(
        [*(cell.text for cell in sheet.cells.values()), *texts]
    )
    out = ScoreSheet(
        sheet=sheet.name,
        table=index if book.container == "docx" else None,
        first_row=min(own, default=segment.first),
        last_row=max(own, default=segment.last),
        title=title,
        subject_name=above.subject_name,
        dept=above.dept,
        year=above.year if not above.year.is_missing else _year_above(grid, segment, title),
        audited_arranged=above.audited_arranged,
        audited_used=above.audited_used,
        money_unit=unit or unit_of_money(head_values),
        header_extra=above.extra,
        header_row=head.last_row,
        columns=head.names,
        criteria=[],
        subtotals=[],
        level_weights={},
        total=missing(),
        total_weight=missing(),
        grade=Grade(cell=None, value=None),
        problems=[],
        suggestions=[],
        remark=None,
        sum_of_scores=None,
        mean="trimmed" if trimmed else None,
    )
    if book.container == "docx" and out.title is None:
        _take_title_above(book, index, out)
    named = grade_in(above.grade.value or "") or ""
    if named in GRADES:
        stored = above.grade.value if named != above.grade.value else None
        out.grade = Grade(cell=above.grade.cell, value=named, norm=GRADES[named], stored=stored)
    return out


def _head_sources(
    book: Book, index: int, grid: TableGrid, segment: _Segment, skipped: Collection[int]
) -> tuple[list[LabelledValue], list[str]]:
    head_values = labelled_values(grid, segment.first, segment.head.row - 1, HERE, skipped)
    texts = [
        cell.text for row in range(segment.first, segment.head.row) for cell in grid.own_cells(row)
    ]
    texts += unit_beside(grid, segment.first, segment.head.row - 1)
    if book.container == "docx":
        for number in _head_tables(book, index):
            table = TableGrid(book.sheets[number])
            rows = audited_funds(table, table.top, table.bottom, None).rows
            head_values += labelled_values(
                table, table.top, table.bottom, Where(table=number), rows
            )
            texts += [cell.text for cell in book.sheets[number].cells.values()]
            texts += unit_beside(table, table.top, table.bottom)
        above = [text for at, text in book.paragraphs if at <= index]
        head_values += paragraph_values(above)
        texts += above
    return head_values, texts


def _head_tables(book: Book, index: int) -> list[int]:
    """The tables of a Word file that may hold the head of a score sheet:
    back to the sheet before, and in its cells.
    """
    out = []
    for number in range(index - 1, -1, -1):
        if looks_like_evaluation(book.sheets[number]):
            break
        out.append(number)
    return out + [number for number, sheet in enumerate(book.sheets) if sheet.inside == index]


def _take_title_above(book: Book, index: int, out: ScoreSheet) -> None:
    """Title, year and a plainly named subject from the title paragraph
    above the table of a Word file.
    """
    first = min([index, *_head_tables(book, index)])
    above = [
        cell.text.strip() for sheet in book.sheets[first:index] for cell in sheet.cells.values()
    ]
    above += [text.strip() for at, text in book.paragraphs if first <= at <= index]
    text = next((text for text in reversed(above) if TITLE_ABOVE.fullmatch(squeezed(text))), None)
    if text is None:
        return
    out.title = Seen(value=text, cell=None)
    alone = [line for line in reversed(above) if YEAR_ALONE.fullmatch(squeezed(line))]
    for line in [text, *alone]:
        year = year_of(half_width(line))
        if out.year.is_missing and year is not None:
            out.year = Year(value=year, raw=line, cell=None)
    named = SUBJECT_IN_TITLE.match(squeezed(text))
    if out.subject_name.is_missing and named and not GENERAL.fullmatch(named[1]):
        out.subject_name = Seen(value=named[1], cell=None)


def _year_above(grid: TableGrid, segment: _Segment, title: Seen | None) -> Year:
    """The year in a subtitle or the title, when no label gives it."""
    for row in range(segment.head.row - 1, segment.first - 1, -1):
        for cell in grid.own_cells(row):
            text = half_width(cell.text)
            if (re.search(r"20\d\d\s*年", text) and len(text) < 20) or (
                title and cell.address == title.cell
            ):
                year = year_of(text)
                if year:
                    return Year(value=year, raw=cell.text.strip(), cell=cell.address)
    return Year(value=None, cell=None)


def _complete_from_cover(book: Book, form: ScoreSheet) -> None:
    """What the only score sheet lacks is taken from a cover sheet that is no form of its own."""
    for sheet in book.sheets:
        if (
            sheet.name == form.sheet
            or sheet.hidden
            or looks_like_evaluation(sheet)
            or len(sheet.cells) > MOST_COVER_CELLS
        ):
            continue
        grid = TableGrid(sheet)
        unit = stated_unit([cell.text for cell in sheet.cells.values()])
        money = audited_funds(grid, grid.top, grid.bottom, unit or form.money_unit)
        values = labelled_values(grid, grid.top, grid.bottom, Where(sheet=sheet.name), money.rows)
        cover = head_fields(values, unit or form.money_unit)
        for name in ("subject_name", "dept", "year", "audited_arranged", "audited_used"):
            theirs = getattr(cover, name)
            if getattr(form, name).is_missing and not theirs.is_missing:
                setattr(form, name, theirs)
        if not (form.audited_funds or form.audited_differences):
            take_money(form, money)


def _read_row(reading: ScoreSheetReading, row: int) -> None:
    grid, out = reading.grid, reading.out
    cells = grid.own_cells(row)
    if not cells:
        return
    label = squeezed(grid.text(row, cells[0].col))
    left = squeezed(grid.text(row, grid.left))
    bare = squeezed(LEADING_NUMBER.sub("", cells[0].text, count=1))
    if _take_text_block(reading, cells, bare, left):
        return
    if SIGNATURE.search(label):
        reading.mode = "done"
    elif REMARK.match(bare.split(":", maxsplit=1)[0]) and reading.mode != "criteria":
        _take_remark(out, cells)
    elif len(cells) == 1 and take_total_in_words(out, cells[0]):
        reading.mode = "after"
    elif reading.mode in {"criteria", "after"}:
        _take_table_row(reading, row, cells, bare)


def _take_text_block(reading: ScoreSheetReading, cells: list[Cell], bare: str, left: str) -> bool:
    """Problems and suggestions: a label with its text at the right, below,
    behind a colon, or one line a cell.
    """
    opening = opens_block(bare.split(":", maxsplit=1)[0]) or (
        opens_block(left) if len(left) < 20 else None
    )
    if opening is None:
        if (
            reading.mode not in {"problems", "suggestions"}
            or SIGNATURE.search(bare)
            or REMARK.match(bare.split(":", maxsplit=1)[0])
            or GRADE_LABEL.search(bare)
        ):
            return False
        _collect(reading, reading.mode, cells)
        return True
    scored = any(plain_number(cell) is not None for cell in cells)
    if reading.mode == "criteria" and scored and len(cells) > 3:
        return False
    reading.mode = opening
    rest = cells[1:] if opens_block(bare) else cells
    if opens_block(bare) is None and opens_block(bare.split(":", maxsplit=1)[0]):
        text = re.split(r"[:：]", cells[0].text, maxsplit=1)[1]
        _add_items(reading.out, opening, numbered_items(text), cells[0].address)
        rest = cells[1:]
    _collect(reading, opening, rest)
    return True


NOTHING = {"无", "暂无", "没有", "/", "—", "-"}


def _collect(reading: ScoreSheetReading, block: str, cells: list[Cell]) -> None:
    for cell in cells:
        items = [item for item in numbered_items(cell.text) if item.strip("。. ") not in NOTHING]
        if items:
            _add_items(reading.out, block, items, cell.address)


def _add_items(out: ScoreSheet, block: str, items: list[str], cell: str | None) -> None:
    """Problems or suggestions with the cell they stand in."""
    getattr(out, block).extend(items)
    if cell is not None:
        getattr(out, f"{block}_cells").append(cell)


def _take_remark(out: ScoreSheet, cells: list[Cell]) -> None:
    cell = cells[1] if len(cells) > 1 else cells[0]
    text = (
        cell.text.strip()
        if len(cells) > 1
        else re.split(r"[:：]", cell.text, maxsplit=1)[-1].strip()
    )
    out.remark = Seen(cell=cell.address, value=text)


def _take_table_row(reading: ScoreSheetReading, row: int, cells: list[Cell], bare: str) -> None:
    grid, head, out = reading.grid, reading.head, reading.out
    names = [squeezed(grid.text(row, col)) for col in head.level_columns()] or [bare]
    subtotal = next((match for name in [*names, bare] if (match := SUBTOTAL.match(name))), None)
    if says_grade(bare, cells) or (
        GRADE_INLINE.search(bare) and not TOTAL.match(bare) and len(bare) < 16
    ):
        take_grade(out, cells)
        reading.mode = "after"
    elif TOTAL.match(bare) or any(TOTAL.match(name) for name in names):
        take_total(reading, row, cells)
        reading.mode = "criteria" if criteria_follow(reading, row) else "after"
    elif subtotal is not None:
        take_subtotal(reading, row, subtotal[1])
    elif reading.mode == "criteria" and not takes_bare_sum(reading, row, cells):
        take_criterion(reading, row, cells)


def _read_paragraphs(book: Book, index: int, out: ScoreSheet) -> None:
    """Problems and suggestions written as paragraphs behind the table of a
    Word file; the grade too.
    """
    block: str | None = None
    for at, text in book.paragraphs:
        if at != index + 1 or not text.strip():
            continue
        opened = opens_block(text)
        if opened is not None:
            block = opened
        elif (grade := GRADE_INLINE.search(squeezed(text[:400]))) and out.grade.is_missing:
            out.grade = Grade(cell=None, value=grade[1], norm=GRADES[grade[1]], stored=text)
        elif SIGNATURE.search(squeezed(text)):
            block = None
        elif block is not None:
            head, _, rest = text.partition("：")
            inner = opens_block(head) if rest else None
            block = inner or block
            _add_items(out, block, numbered_items(rest if inner else text), None)
