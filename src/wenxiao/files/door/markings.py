"""Secrecy markings of state secrets in a file: what carries one may not enter the system at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wenxiao.files.cells.cells import Book
from wenxiao.files.cells.labels import squeezed
from wenxiao.rulebook.codes import CLASSIFIED
from wenxiao.rulebook.problems import Problem

_STARRED = re.compile(r"(?:绝密|机密|秘密)级?[★☆✩✭⭐](?:\d{1,2}年|\d{1,2}个月|长期|启封|.{0,6})")
_ALONE = re.compile(
    r"[(\[【〔]?(?:绝密|机密|秘密)级?(?:[★☆✩✭⭐*].{0,10}|\d{1,2}年|长期)?[)\]】〕]?"
)
_NAMED = re.compile(r"(?:定密|文件)?密级(?:为)?[:是为]?(?:绝密|机密|秘密)(?![□○☐/、,或和])")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""Characters that take no room: soft hyphen, joiners, marks of direction."""


def marking_in(text: str) -> str | None:
    """The state-secret marking a text is or carries; None for 保密, 涉密, 商业秘密,
    工作秘密 and the like in prose.
    """
    if "密" not in text:
        return None
    words = _UNSEEN.sub("", squeezed(text))
    if not any(word in words for word in ("绝密", "机密", "秘密")):
        return None
    if _ALONE.fullmatch(words):
        return words
    marking = _STARRED.search(words) or _NAMED.search(words)
    return marking[0] if marking and not _is_prose(words, marking.start()) else None


def _is_prose(words: str, at: int) -> bool:
    """Whether the word is the tail of another term, as in 商业秘密★ of an indicator's name."""
    return words[max(0, at - 2) : at] in {"商业", "工作", "国家", "个人", "技术"}


def _texts(book: Book) -> Iterator[tuple[str | None, str | None, str]]:
    for text in book.margins:
        yield None, None, text
    for _, text in book.paragraphs:
        for line in text.splitlines():
            yield None, None, line
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            for line in {cell.text, *cell.text.splitlines()}:
                yield sheet.name, cell.address, line


def marking_problem(book: Book) -> Problem | None:
    """The refusal of a file that carries a secrecy marking; None when it carries none.
    The content is not repeated.
    """
    for sheet, cell, text in _texts(book):
        marking = marking_in(text)
        if marking is not None:
            refusal, mend = marking_refused(marking)
            return Problem(CLASSIFIED, "阻断", refusal, sheet, cell, mend=mend)
    return None


def marking_refused(marking: str) -> tuple[str, str]:
    """What to say of a file with a marking, and what to do with it."""
    return (
        f"文件标有国家秘密标志“{marking[:12]}”，不得导入本系统。",
        "涉密项目请线下管理：立即从本机删除该文件，按保密规定在涉密设备上处理，并告知本单位保密工作机构；若为误标，请先由定密责任人更正。",
    )
