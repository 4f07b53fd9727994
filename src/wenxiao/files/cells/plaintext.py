"""csv files: encoding found by trying, rows with the line a person sees, faults named by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, Self

from wenxiao.rulebook.codes import BROKEN_QUOTES, MIXED_ENCODING, NUL_CHARACTERS, TOO_MANY_COLUMNS

WIDEST = 512
LONGEST_FIELD = 32_767
_PIECE = 1 << 20
_BLOCK = 1 << 18
_EDGE = 4_000
_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
SHOWN = {"utf-8-sig": "UTF-8", "gb18030": "GBK", "utf-16": "UTF-16"}


class PlainTextError(Exception):
    """A csv that can't be read: code, Chinese sentence, what to do, line as a person counts."""

    def __init__(self, code: str, text: str, mend: str, line: int | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.mend, self.line = code, text, mend, line


@dataclass(frozen=True, slots=True)
class PlainText:
    """A csv looked through once, never held whole: its codec, encoding as shown to people,
    separator and edges.

    ``head`` is its beginning, ``tail`` its end (both a few thousand characters), ``quotes`` how
    many quote signs it has.
    """

    path: Path
    codec: str
    encoding: str
    separator: str
    quotes: int
    head: str
    tail: str

    def lines(self) -> IO[str]:
        """The text from its beginning, with line ends as they are."""
        return self.path.open(encoding=self.codec, newline="")


@dataclass(slots=True)
class _Survey:
    quotes: int = 0
    lines: int = 0
    head: str = ""
    tail: str = ""

    def take(self, words: str) -> None:
        if "\x00" in words:
            line = self.lines + words.count("\n", 0, words.index("\x00")) + 1
            raise PlainTextError(
                NUL_CHARACTERS,
                "文件里有空字节（NUL），不是正常的 csv。",
                "请用 WPS 或 Excel 打开后另存为 .xlsx 再导入。",
                line,
            )
        self.quotes += words.count('"')
        self.lines += words.count("\n")
        if len(self.head) < _EDGE:
            self.head += words[:_EDGE]
        self.tail = (self.tail + words)[-_EDGE:]


def decoded(path: Path) -> PlainText:
    """The text of a csv: UTF-8, else GBK (GB18030), else UTF-16.
    Raises PlainTextError with the line of broken bytes.
    """
    with path.open("rb") as stream:
        beginning = stream.read(2_000)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
        survey = _strict(path, codec)
    else:
        survey, codec = _guessed(path, beginning)
    shown = SHOWN.get(codec, "UTF-16")
    return PlainText(
        path, codec, shown, _separator(survey.head), survey.quotes, survey.head, survey.tail
    )


def _surveyed(path: Path, codec: str) -> _Survey:
    """The text in pieces; UnicodeDecodeError with ``start`` counted from
    the beginning of the file.
    """
    decoder, survey, read = codecs.getincrementaldecoder(codec)(), _Survey(), 0
    with path.open("rb") as stream:
        while True:
            piece = stream.read(_PIECE)
            try:
                survey.take(decoder.decode(piece, final=not piece))
            except UnicodeDecodeError as error:
                error.start += read + len(piece) - len(error.object)
                raise
            read += len(piece)
            if not piece:
                return survey


def _strict(path: Path, codec: str) -> _Survey:
    try:
        return _surveyed(path, codec)
    except UnicodeDecodeError as error:
        raise _broken(path, error.start) from error


def _broken(path: Path, at: int) -> PlainTextError:
    line, left = 1, at
    with path.open("rb") as stream:
        while left > 0 and (piece := stream.read(min(left, _PIECE))):
            line += piece.count(b"\n")
            left -= len(piece)
    mend = "请用 WPS 或 Excel 打开核对该行，另存为 .xlsx 再导入。"
    return PlainTextError(MIXED_ENCODING, f"第 {line} 行有乱码，文字编码不一致。", mend, line)


def _guessed(path: Path, beginning: bytes) -> tuple[_Survey, str]:
    size = path.stat().st_size
    wide = size % 2 == 0 and beginning.count(b"\x00") > min(size, 2_000) // 8
    furthest, empty = 0, None
    for codec in _ENCODINGS[:2]:
        try:
            return _surveyed(path, codec), codec
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
        except PlainTextError as error:
            empty = empty or error
    if wide:
        codec = "utf-16-le" if beginning[1:2] == b"\x00" else "utf-16-be"
        return _strict(path, codec), codec
    raise empty or _broken(path, furthest)


def _separator(words: str) -> str:
    head = words[:4_000].splitlines()[:5]
    counts = {sign: sum(line.count(sign) for line in head) for sign in (",", "\t", ";", "，")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


class Stretch(NamedTuple):
    """Lines without any quote sign, so that each is one row and splits at
    the separator: the first one's number, and they.
    """

    line: int
    lines: list[str]


class TextRow(NamedTuple):
    """One row that had to be read sign by sign: its line as a person sees it, and its fields."""

    line: int
    fields: list[str]


def rows_of(text: PlainText) -> Iterator[tuple[int, list[str]]]:
    """(line as a person sees it, fields) of every row that isn't blank.
    Raises PlainTextError for what no table has.
    """
    for piece in pieces_of(text):
        if isinstance(piece, TextRow):
            yield piece
            continue
        for line, words in enumerate(piece.lines, piece.line):
            fields = fields_of(words, line, text.separator)
            if fields is not None:
                yield line, fields


def pieces_of(text: PlainText) -> Iterator[Stretch | TextRow]:
    """The text in stretches of plain lines, and row by row where quotes stand.
    Raises PlainTextError as :func:`rows_of`.
    """
    if text.quotes % 2:
        line = _unclosed_line(text)
        raise PlainTextError(
            BROKEN_QUOTES,
            f"第 {line} 行的引号没有成对，后面的内容会连成一格。",
            '请补上或删去多余的引号（"）后再导入。',
            line,
        )
    with text.lines() as stream:
        source = _Source(stream)
        reader = csv.reader(source, delimiter=text.separator)
        while block := source.block():
            first = source.read + 1
            plain = _plain_lines(block)
            if plain is None:
                yield from _quoted(block, source, reader)
            else:
                source.read += len(plain)
                yield Stretch(first, plain)


def _plain_lines(block: str) -> list[str] | None:
    """The block's lines when each of them is a row by itself; None when
    quotes or lone carriage returns say otherwise.
    """
    if '"' in block:
        return None
    if "\r" in block:
        block = block.replace("\r\n", "\n")
        if "\r" in block:
            return None
    lines = block.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


class _Source:
    """A text in blocks of whole lines, and as lines for the csv reader: a
    row may need lines beyond its block.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self.read = 0

    def block(self) -> str:
        """What is left of the block the reader was in, else the next one; "" at the end."""
        if self._waiting:
            left = "".join(reversed(self._waiting))
            self._waiting = []
            return left
        return self._stream.read(_BLOCK) + self._stream.readline()

    def give_back(self, block: str) -> None:
        """Hand the block to the csv reader line by line."""
        self._waiting = list(io.StringIO(block, newline=""))[::-1]

    @property
    def is_empty(self) -> bool:
        """Whether the reader has taken the whole block."""
        return not self._waiting

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if not self._waiting:
            self.give_back(self._stream.read(_BLOCK) + self._stream.readline())
        if not self._waiting:
            raise StopIteration
        self.read += 1
        return self._waiting.pop()


def _quoted(block: str, source: _Source, reader: Iterator[list[str]]) -> Iterator[TextRow]:
    """The rows of one block by the csv reader, which stops between two rows
    at the block's end or a little behind it.
    """
    source.give_back(block)
    while not source.is_empty:
        line = source.read + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PlainTextError(
                BROKEN_QUOTES,
                f"第 {line} 行的内容太长或引号不成对。",
                "请核对该行的引号后再导入。",
                line,
            ) from error
        if _has_words(fields, line):
            yield TextRow(line, fields)


def fields_of(words: str, line: int, separator: str) -> list[str] | None:
    """The fields of a line without quotes; None for a blank one.
    Raises PlainTextError for what no table has.
    """
    fields = words.split(separator)
    return fields if _has_words(fields, line) else None


def _has_words(fields: list[str], line: int) -> bool:
    if len(fields) > WIDEST:
        raise PlainTextError(
            TOO_MANY_COLUMNS,
            f"第 {line} 行有 {len(fields)} 列，不是正常的表。",
            "请核对分隔符，或另存为 .xlsx 再导入。",
            line,
        )
    if max(map(len, fields), default=0) > LONGEST_FIELD:
        raise PlainTextError(
            BROKEN_QUOTES,
            f"第 {line} 行有一格超过 {LONGEST_FIELD} 字。",
            "请核对该行的引号后再导入。",
            line,
        )
    return any(field.strip() for field in fields)


def _unclosed_line(text: PlainText) -> int:
    """The first line with an odd number of quotes: where the trouble began, or near it."""
    with text.lines() as stream:
        for number, line in enumerate(stream, 1):
            if line.count('"') % 2:
                return number
    return 1
