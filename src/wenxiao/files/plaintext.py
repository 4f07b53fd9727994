"""csv files: encoding found by trying, rows with the line a person sees, faults named by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WIDEST = 512
LONGEST_FIELD = 32_767
_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
SHOWN = {"utf-8-sig": "UTF-8", "gb18030": "GBK", "utf-16": "UTF-16"}


class PlainTextError(Exception):
    """A csv that can't be read: code, Chinese sentence, what to do, line as a person counts."""

    def __init__(self, code: str, text: str, mend: str, line: int | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.mend, self.line = code, text, mend, line


@dataclass(frozen=True, slots=True)
class PlainText:
    """A decoded csv: its words, encoding as shown to people, and separator."""

    words: str
    encoding: str
    separator: str


def decoded(path: Path) -> PlainText:
    """The text of a csv: UTF-8, else GBK (GB18030), else UTF-16. Raises PlainTextError with the line of broken bytes."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        words, encoding = _strict(content, "utf-16"), "UTF-16"
    else:
        words, encoding = _guessed(content)
    if "\x00" in words:
        line = words.count("\n", 0, words.index("\x00")) + 1
        raise PlainTextError(
            "DR-26", "文件里有空字节（NUL），不是正常的 csv。", "请用 WPS 或 Excel 打开后另存为 .xlsx 再导入。", line
        )
    return PlainText(words, encoding, _separator(words))


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _broken(content, error.start) from error


def _broken(content: bytes, at: int) -> PlainTextError:
    line = content.count(b"\n", 0, at) + 1
    mend = "请用 WPS 或 Excel 打开核对该行，另存为 .xlsx 再导入。"
    return PlainTextError("DR-27", f"第 {line} 行有乱码，文字编码不一致。", mend, line)


def _guessed(content: bytes) -> tuple[str, str]:
    furthest = 0
    for encoding in _ENCODINGS[:2]:
        try:
            return content.decode(encoding), SHOWN[encoding]
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    if len(content) % 2 == 0 and content[:2_000].count(b"\x00") > min(len(content), 2_000) // 8:
        return _strict(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"), "UTF-16"
    raise _broken(content, furthest)


def _separator(words: str) -> str:
    head = words[:4_000].splitlines()[:5]
    counts = {sign: sum(line.count(sign) for line in head) for sign in (",", "\t", ";", "，")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def rows_of(text: PlainText) -> Iterator[tuple[int, list[str]]]:
    """(line as a person sees it, fields) of every row that isn't blank. Raises PlainTextError for what no table has."""
    if text.words.count('"') % 2:
        line = _unclosed_line(text.words)
        raise PlainTextError(
            "DR-28",
            f"第 {line} 行的引号没有成对，后面的内容会连成一格。",
            '请补上或删去多余的引号（"）后再导入。',
            line,
        )
    reader = csv.reader(io.StringIO(text.words, newline=""), delimiter=text.separator)
    line = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PlainTextError(
                "DR-28", f"第 {line} 行的内容太长或引号不成对。", "请核对该行的引号后再导入。", line
            ) from error
        if len(fields) > WIDEST:
            raise PlainTextError(
                "DR-29",
                f"第 {line} 行有 {len(fields)} 列，不是正常的表。",
                "请核对分隔符，或另存为 .xlsx 再导入。",
                line,
            )
        if any(len(field) > LONGEST_FIELD for field in fields):
            raise PlainTextError(
                "DR-28", f"第 {line} 行有一格超过 {LONGEST_FIELD} 字。", "请核对该行的引号后再导入。", line
            )
        if any(field.strip() for field in fields):
            yield line, fields
        line = reader.line_num + 1


def _unclosed_line(words: str) -> int:
    """The first line with an odd number of quotes: where the trouble began, or near it."""
    for number, line in enumerate(words.splitlines(), 1):
        if line.count('"') % 2:
            return number
    return 1
