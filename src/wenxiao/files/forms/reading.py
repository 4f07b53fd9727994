"""``wenxiao read``: gate, book, forms, faults; whatever the bytes are, the
answer is JSON and never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.grids import column_name
from wenxiao.files.cells.labels import Grid, squeezed
from wenxiao.files.cells.numberformats import format_number
from wenxiao.files.cells.workbooks import UnreadableError, read_csv, read_xls, read_xlsx
from wenxiao.files.door.gate import admit
from wenxiao.files.door.markings import marking_problem
from wenxiao.files.forms.checking import checked
from wenxiao.files.forms.dossier_forms import MonitorForm, SelfEvalForm
from wenxiao.files.forms.evaluation import looks_like_evaluation, read_evaluation
from wenxiao.files.forms.forms import Form, ListForm, Reading, reading_json
from wenxiao.files.forms.headings import words_in_force
from wenxiao.files.forms.listing import looks_like_list, mark_summary, read_list
from wenxiao.files.forms.monitor import read_monitor
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.selfeval import read_selfeval
from wenxiao.files.forms.targets.layouts import ListLayout, read_by_layout
from wenxiao.files.forms.targets.reading import read_targets
from wenxiao.files.forms.unknown_columns import no_score_column, unknown_columns
from wenxiao.files.forms.wordforms import gathered
from wenxiao.rulebook.codes import (
    HIDDEN_PARTS,
    HIDDEN_SHEET,
    NO_FORM,
    SAVED_RESULT_WRONG,
    TOO_MUCH_CONTENT,
    UNREADABLE,
)
from wenxiao.rulebook.problems import Problem

_TARGET_TITLE = re.compile(
    r"(?!.*(?:自评|评价|完成情况|监控|运行|评分)).{0,30}绩效目标.{0,12}表.{0,12}"
)
_TITLE_ROWS = 4
MOST_FORMULAS = 2_000
MOST_NAMED = 10
_NOISE = Decimal("0.0000001")


def read_file(path: Path) -> dict[str, Any]:
    """The JSON of ``wenxiao read`` for one file: ``{"file", "kind",
    "forms", "problems"}``; see :func:`read_forms`.
    """
    return reading_json(checked(read_forms(path)))


def read_forms(
    path: Path, layouts: Sequence[ListLayout] = (), words: Mapping[str, str] | None = None
) -> Reading:
    """What stands in one file, typed; ``kind`` None when nothing could be read. ``layouts``: lists
    a bureau mapped itself.

    ``words``: what its offices call the columns
    (:func:`wenxiao.rulebook.column_words.column_words`).

    Never raises: a refused, broken or unknown file is a problem of level 阻断 with what to do. Call
    it through :mod:`wenxiao.files.pool` for files of strangers; this function itself sets no limits
    of memory or time.
    """
    try:
        book, problems = open_book(path)
        with words_in_force(words):
            forms = [] if book is None else forms_of(book, layouts)
            if book is not None:
                problems += problems_of(book, forms)
    except MemoryError:
        forms, problems = (
            [],
            [
                Problem(
                    TOO_MUCH_CONTENT, "阻断", "文件太大，内存放不下。", mend="请拆成几份再导入。"
                )
            ],
        )
    except Exception:  # noqa: BLE001  a stranger's bytes may break any library; the user gets a sentence
        text = "文件内部有意料之外的内容，无法读取。"
        forms, problems = (
            [],
            [
                Problem(
                    UNREADABLE, "阻断", text, mend="请用 WPS 或 Excel 打开后另存为新文件再导入。"
                )
            ],
        )
    kinds = [form.kind for form in forms]
    kind = max(kinds, key=kinds.count) if kinds else None
    return Reading(file=path.name, kind=kind, forms=forms, problems=problems)


def open_book(path: Path) -> tuple[Book | None, list[Problem]]:
    """The file as a grid, behind the gate; (None, why) when it may not or can't be opened."""
    admitted = admit(path)
    if admitted.container is None:
        return None, list(admitted.problems)
    try:
        book = _reader(admitted.container)(path)
    except UnreadableError as error:
        return None, [
            Problem(
                error.code, "阻断", str(error), sheet=error.sheet, cell=error.cell, line=error.line
            )
        ]
    marking = marking_problem(book)
    return (None, [marking]) if marking is not None else (book, [])


def _reader(container: str) -> Callable[[Path], Book]:
    if container == "docx":
        from wenxiao.files.cells.documents import read_docx

        return read_docx
    if container in {"html", "xml2003"}:
        from wenxiao.files.cells.exported import read_html, read_xml2003

        return read_html if container == "html" else read_xml2003
    return {"xlsx": read_xlsx, "xls": read_xls, "csv": read_csv}[container]


def forms_of(book: Book, layouts: Sequence[ListLayout] = ()) -> list[Form]:
    """Every form of the book in the order of its sheets; a sheet is read as
    what its headings say it is.
    """
    mapped = _mapped(book, layouts)
    by_sheet = [one or own for one, own in zip(mapped, _own_forms(book), strict=True)]
    targets = _targets(book, by_sheet)
    by_sheet = [
        one or of_sheet or own for one, own, of_sheet in zip(mapped, by_sheet, targets, strict=True)
    ]
    rest = [
        Sheet(sheet.name, origin=sheet.origin, hidden=sheet.hidden) if by_sheet[at] else sheet
        for at, sheet in enumerate(book.sheets)
    ]
    scores, lists = _sheets_and_lists(Book(book.container, rest, book.paragraphs))
    if scores:
        mark_summary(lists, scores)
    order = {sheet.name: at for at, sheet in enumerate(book.sheets)}
    forms = [*(form for of_sheet in by_sheet for form in of_sheet), *scores, *lists]

    def place(form: Form) -> int:
        return order.get(form.sheet, 0) if form.table is None else form.table

    return sorted(forms, key=place)


def _sheets_and_lists(left: Book) -> tuple[list[ScoreSheet], list[ListForm]]:
    """Score sheets and lists of the sheets that are left; nobody looks
    where every sheet was read already.
    """
    if not any(sheet.cells for sheet in left.sheets):
        return [], []
    return read_evaluation(left), read_list(left)


def _targets(book: Book, taken: list[list[Form]]) -> list[list[Form]]:
    """Target forms of the sheets that hold no other form or say by their title that they are; in
    Word the paragraphs above a table are part of its head.
    """
    by_sheet: list[list[Form]] = []
    for at, (sheet, own) in enumerate(zip(book.sheets, taken, strict=True)):
        outside = [text for number, text in book.paragraphs if number == at]
        targets = [] if own and not _says_target(sheet) else read_targets(sheet, outside)
        for target in targets:
            target.table = at if book.container == "docx" else None
        by_sheet.append([*targets])
    return by_sheet


def _says_target(sheet: Sheet) -> bool:
    """Whether its first rows call it a table of targets: values of past
    years beside the target don't make it another.
    """
    top = (
        squeezed(cell.text)
        for (row, _), cell in sheet.cells.items()
        if row < sheet.origin + _TITLE_ROWS
    )
    return any(_TARGET_TITLE.fullmatch(words) for words in top)


def _mapped(book: Book, layouts: Sequence[ListLayout]) -> list[list[Form]]:
    """The targets of each sheet that is laid out as the bureau said."""
    return [[*read_by_layout(sheet, layouts)] if layouts else [] for sheet in book.sheets]


def _own_forms(book: Book) -> list[list[Form]]:
    """Self-evaluation and monitoring forms of each sheet or Word table."""
    by_sheet: list[list[SelfEvalForm | MonitorForm]] = [
        [*(read_monitor(sheet) or read_selfeval(sheet))] for sheet in book.sheets
    ]
    forms = gathered(book, by_sheet) if book.container == "docx" else by_sheet
    return [
        []
        if own and not any(form.funds for form in own) and looks_like_evaluation(sheet)
        else [*own]
        for sheet, own in zip(book.sheets, forms, strict=True)
    ]


def problems_of(book: Book, forms: list[Form]) -> list[Problem]:
    """What a person would not see in the file; a file without any form says so.
    Its contents are the checks' business.
    """
    if not forms:
        return [
            Problem(
                NO_FORM,
                "阻断",
                "没有认出绩效目标表、自评表、监控表、评分表或清单。",
                mend="请核对是否选错文件；表头应有“一级指标、二级指标、三级指标”等字样。",
            ),
            *(problem for sheet in book.sheets for problem in no_score_column(sheet)),
            *_hidden_sheets(book, forms),
        ]
    return [
        *unknown_columns(forms),
        *_hidden_sheets(book, forms),
        *_hidden_parts(book, forms),
        *_formula_problems(book, forms),
    ]


def _hidden_sheets(book: Book, forms: list[Form]) -> Iterator[Problem]:
    """Forms nobody sees when opening the file: an old version left behind, or one kept back."""
    read = {form.sheet for form in forms}
    for sheet in book.sheets:
        if sheet.hidden and (
            sheet.name in read or looks_like_list(sheet) or looks_like_evaluation(sheet)
        ):
            done = "已一并读取" if sheet.name in read else "没有读取"
            mend = "请核对这张表是否有效；不应导入的请删除，应导入的请取消隐藏。"
            yield Problem(
                HIDDEN_SHEET,
                "警告",
                f"工作表“{sheet.name}”是隐藏的，{done}。",
                sheet.name,
                mend=mend,
            )


def _hidden_parts(book: Book, forms: list[Form]) -> Iterator[Problem]:
    """Hidden rows and columns with content in what was read; of a unit's
    own form only rows of indicators.
    """
    whole = {form.sheet for form in forms if isinstance(form, ScoreSheet | ListForm)}
    read = {form.sheet for form in forms}
    named = {name: set[int]() for name in read}
    for form in forms:
        if not isinstance(form, ScoreSheet | ListForm):
            named[form.sheet] |= {row.row for row in form.indicators if row.hidden}
    for sheet in book.sheets:
        if sheet.name not in read:
            continue
        filled = {row for row, _ in sheet.cells}
        rows = sorted(filled & sheet.hidden_rows if sheet.name in whole else named[sheet.name])
        cols = sorted({col for _, col in sheet.cells} & sheet.hidden_cols)
        if rows:
            more = " 等" if len(rows) > MOST_NAMED else ""
            yield _hidden_part(sheet, f"第 {'、'.join(map(str, rows[:MOST_NAMED]))}{more} 行")
        if cols:
            names = "、".join(column_name(col) for col in cols[:MOST_NAMED])
            yield _hidden_part(sheet, f"第 {names} 列")


def _hidden_part(sheet: Sheet, part: str) -> Problem:
    text = f"{part}被隐藏但有内容，已一并读取。"
    return Problem(
        HIDDEN_PARTS, "提示", text, sheet.name, mend="请核对隐藏的内容是否有效；如不需要请删除。"
    )


def _formula_problems(book: Book, forms: list[Form]) -> list[Problem]:
    """Formulas whose saved result isn't what they yield: somebody or some
    program wrote the number in.
    """
    names = {form.sheet for form in forms}
    return [
        problem for sheet in book.sheets if sheet.name in names for problem in _saved_lies(sheet)
    ]


def _saved_lies(sheet: Sheet) -> Iterator[Problem]:
    probe = Sheet(sheet.name, dict(sheet.cells), sheet.merges)
    grid = Grid(probe)
    for cell in [
        cell for cell in sheet.cells.values() if cell.formula is not None and cell.has_cached
    ][:MOST_FORMULAS]:
        stored, unsaved = grid.number(cell.row, cell.col), replace(cell, has_cached=False)
        probe.cells[cell.row, cell.col] = unsaved
        exact = grid.computed_number(unsaved)
        probe.cells[cell.row, cell.col] = cell
        if stored is None or exact is None or abs(stored - exact) <= abs(exact) / 10**9 + _NOISE:
            continue
        shown = format_number(exact, cell.number_format)
        text = f"公式保存的结果是 {cell.text}，重算应为 {shown}。"
        mend = "请打开文件重新计算后保存，或核对公式。"
        yield Problem(
            SAVED_RESULT_WRONG,
            "警告",
            text,
            sheet.name,
            cell.address,
            expected=shown,
            got=cell.text,
            mend=mend,
        )
