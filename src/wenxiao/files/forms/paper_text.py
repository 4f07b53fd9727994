"""The plain words of an official paper (Word, PDF with text, plain text), a
paragraph a line, for splitting by 条.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from wenxiao.files.forms.reading import open_book
from wenxiao.rulebook.articles import cites, plain_characters
from wenxiao.rulebook.codes import FILE_KIND_NOT_TAKEN, FILE_TOO_LARGE, UNREADABLE
from wenxiao.rulebook.problems import Problem

MOST_PAGES = 400
MOST_LETTERS = 2_000_000
_ENCODINGS = ("utf-8-sig", "gb18030")


class PaperText(msgspec.Struct):
    """A paper's words as they cross the pipe."""

    file: str
    text: str
    problems: list[Problem]


def paper_text(path: Path) -> PaperText:
    """The words of a file; what can't be read has none, and its problem says what to do."""
    suffix = path.suffix.lower()
    if suffix == ".txt":
        text, problems = _plain(path)
    elif suffix == ".pdf":
        text, problems = _pdf(path)
    elif suffix == ".docx":
        text, problems = _word(path)
    else:
        reason = f"不能从 {suffix or '没有后缀的'} 文件里读条文。"
        text, problems = "", [_told(FILE_KIND_NOT_TAKEN, reason)]
    if not problems and not text.strip():
        problems = [_told(UNREADABLE, "文件里没有可读的文字，可能是扫描件。")]
    if not problems and len(text) > MOST_LETTERS:
        problems = [_too_long(f"文件超过 {MOST_LETTERS // 10_000} 万字")]
    return PaperText(path.name, "" if problems else text, problems)


def _too_long(reason: str) -> Problem:
    mend = "请只留正文，或分成几份录入。"
    return Problem(FILE_TOO_LARGE, "阻断", f"{reason}，没有读。", mend=mend)


def _told(code: str, text: str) -> Problem:
    mend = "请换 Word（docx）、带文字的 PDF 或 txt 文本，或把条文粘贴进来。"
    return Problem(code, "阻断", text, mend=mend)


def _plain(path: Path) -> tuple[str, list[Problem]]:
    content = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding), []
        except UnicodeDecodeError:
            continue
    return "", [_told(UNREADABLE, "文本文件的文字编码不认识。")]


def _word(path: Path) -> tuple[str, list[Problem]]:
    book, problems = open_book(path)
    if book is None:
        return "", list(problems)
    return "\n".join(text for _, text in book.paragraphs), []


def _pdf(path: Path) -> tuple[str, list[Problem]]:
    """The words of a PDF: lines that a page's width broke are joined again,
    except where a 条 begins.
    """
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        pages = pypdf.PdfReader(path).pages
        if len(pages) > MOST_PAGES:
            return "", [_too_long(f"PDF 有 {len(pages)} 页，超过 {MOST_PAGES} 页")]
        text = "\n".join(page.extract_text() for page in pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError):
        return "", [_told(UNREADABLE, "PDF 文件读不出文字。")]
    return joined(text), []


_BEGINS = re.compile(
    r"^[\s\u3000]*(?:第[一二三四五六七八九十百千零〇]+[编章节条]|[（(][一二三四五六七八九十]+[)）])"
)


def joined(text: str) -> str:
    """Lines that a page's width broke, joined again except where a 条
    begins; page numbers left out.
    """
    lines: list[str] = []
    for line in (one.strip() for one in plain_characters(text).splitlines()):
        if not line or re.fullmatch(r"[-—\s]*\d{1,4}[-—\s]*", line):
            continue
        if (
            lines
            and (cites(line) or not _BEGINS.match(line))
            and not lines[-1].endswith(("。", "：", "；", ":"))
        ):
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines)
