"""A paper looked through in the limited child: secrecy markings, formulas that reach outside,
personal data.

Nothing of its content is given back but how often which kind of personal data stands in it. A large
workbook or text is read as a stream, so that the child stays small.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

from wenxiao.files.cells.plaintext import PlainTextError, decoded, rows_of
from wenxiao.files.cells.streaming import cells_of, texts_of
from wenxiao.files.door.gate import admit
from wenxiao.files.door.markings import marking_in, marking_refused
from wenxiao.files.door.personal import personal_data_in
from wenxiao.rulebook.codes import CLASSIFIED, MACROS
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wenxiao.files.cells.cells import Book

MOST_HELD = 60_000
"""A workbook with more cells in a sheet than this is streamed."""
LARGEST_HELD = 4 << 20
"""A plain text larger than this is streamed."""
MOST_TEXT = 2_000_000
"""Characters of a file looked through for personal data; a list longer than that is one anyway."""
SHORTEST = 6
"""No personal datum is shorter: a@b.cn."""
_DIGIT = re.compile(r"[0-9@]")
_REACHES_OUT = re.compile(
    r"""[\w.]+\s*\|\s*'?[^!]{0,400}'?!          # DDE: program|topic!item
      |\b(?:WEBSERVICE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|DDE|SQL\.REQUEST)\s*\(""",
    re.IGNORECASE | re.VERBOSE,
)
"""A formula that starts a program or fetches from elsewhere when the paper is opened."""


def look_through(path: Path) -> dict[str, Any]:
    """``{"file", "container", "personal": [[kind, how often]],
    "problems"}``; ``container`` None when refused.
    """
    admitted = admit(path)
    if admitted.container is None:
        return _answer(path, None, (), list(admitted.problems))
    try:
        personal = _looked(texts(path, admitted.container))
    except _LookRefusedError as refused:
        return _answer(path, None, (), [refused.problem])
    except PlainTextError as error:
        problem = Problem(error.code, "阻断", error.text, line=error.line, mend=error.mend)
        return _answer(path, None, (), [problem])
    return _answer(path, admitted.container, personal, [])


def _answer(
    path: Path, container: str | None, personal: Iterable[tuple[str, int]], problems: list[Problem]
) -> dict[str, Any]:
    return {
        "file": path.name,
        "container": container,
        "personal": [list(one) for one in personal],
        "problems": [problem.as_json() for problem in problems],
    }


class _LookRefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def texts(path: Path, container: str) -> Iterator[tuple[str, bool]]:
    """(text, whether it is a formula) of all a paper holds; as a stream where it is large."""
    if container == "xlsx" and cells_of(path) > MOST_HELD:
        return texts_of(path)
    if container == "csv" and path.stat().st_size > LARGEST_HELD:
        return ((field, False) for _, fields in rows_of(decoded(path)) for field in fields)
    return _held(path)


def _held(path: Path) -> Iterator[tuple[str, bool]]:
    from wenxiao.files.forms.reading import open_book

    book, problems = open_book(path)
    if book is None:
        raise _LookRefusedError(problems[0])
    return _of_book(book)


def _of_book(book: Book) -> Iterator[tuple[str, bool]]:
    plain = chain(book.margins, (text for _, text in book.paragraphs))
    yield from ((text, False) for text in plain)
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            yield cell.text, False
            if cell.formula:
                yield cell.formula, True


def _looked(found: Iterable[tuple[str, bool]]) -> tuple[tuple[str, int], ...]:
    """Personal data by kind; raises _RefusedError for a marking or a
    formula that reaches outside.
    """
    counted: Counter[str] = Counter()
    left = MOST_TEXT
    for text, formula in found:
        if formula:
            if _REACHES_OUT.search(text):
                raise _LookRefusedError(_reaches_out())
            continue
        if "密" in text:
            _refuse_marked(text)
        left -= len(text)
        if left >= 0 and len(text) >= SHORTEST and _DIGIT.search(text):
            counted.update(kind for kind, _ in personal_data_in(text))
    return tuple(sorted(counted.items()))


def _refuse_marked(text: str) -> None:
    for line in {text, *text.splitlines()}:
        if (marking := marking_in(line)) is not None:
            refusal, mend = marking_refused(marking)
            raise _LookRefusedError(Problem(CLASSIFIED, "阻断", refusal, mend=mend))


def _reaches_out() -> Problem:
    return Problem(
        MACROS,
        "阻断",
        "文件里有会启动程序或取外部数据的公式（如 DDE）。",
        mend="请把这些单元格粘贴为数值，另存后再交。",
    )
