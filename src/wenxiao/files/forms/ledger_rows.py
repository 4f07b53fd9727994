"""Where a ledger's lines go, and which of them are certainly nothing but
lines, so that a million of them pass at once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from wenxiao.files.cells.labels import squeezed
from wenxiao.files.cells.plaintext import LONGEST_FIELD
from wenxiao.files.forms.listing import GROUP, NOTE_LINE

MOST_ROWS = 1_200_000
PART_ROWS = 50_000
_MOST_KNOWN = 10_000
_CODE_ENDING_IN_ZERO = re.compile(r"\s*\d{15,23}0\s*")


def noting_codes(values: Iterable[object], noted: list[str]) -> Iterator[object]:
    """The values of a row, the same; long codes ending in zero that the workbook stores as text are
    noted: a text never lost a digit.
    """
    for value in values:
        if isinstance(value, str) and _CODE_ENDING_IN_ZERO.fullmatch(value):
            code = value.strip()
            if len(noted) < _MOST_KNOWN and code not in noted[-1:]:
                noted.append(code)
        yield value


def part_of(rows: Path, number: int) -> Path:
    """The file with the ``number``-th part (from 0) of the lines."""
    return rows.with_name(f"{rows.name}.{number}")


class Rows:
    """Where the lines go: a list, or csv files of 50 000 lines each, which
    neither end of the pipe must hold at once.
    """

    def __init__(self, to: Path | None) -> None:
        self.listed: list[list[Any]] = []
        self.count = self.last = self.parts = 0
        self._to = to
        self._stream: IO[str] | None = None
        self._write: Any = self.listed.append

    def add(self, row: list[Any]) -> None:
        """One line: its number and its fields."""
        self._room()
        self._write(row)
        self.count += 1
        self.last = row[0]

    def add_plain(self, line: int, words: str) -> None:
        """One line whose fields stand between commas, none of them quoted."""
        self._room()
        if self._stream is not None:
            self._stream.write(f"{line},{words}\n")
        else:
            self.listed.append([line, *words.split(",")])
        self.count += 1
        self.last = line

    def _room(self) -> None:
        """The next part when the last one is full."""
        if self._to is not None and self.count == self.parts * PART_ROWS:
            self.close()
            self._stream = part_of(self._to, self.parts).open("w", encoding="utf-8", newline="")
            self._write = csv.writer(self._stream, lineterminator="\n").writerow
            self.parts += 1

    def clear(self) -> None:
        """Forget every line."""
        self.listed.clear()
        self.close()
        for number in range(self.parts if self._to else 0):
            part_of(self._to or Path(), number).unlink(missing_ok=True)
        self.count = self.last = self.parts = 0

    def close(self) -> None:
        """Everything is in the files."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class Ordinary:
    """Tells lines that are certainly no total, group, note, marking or second heading; those are
    taken over as they stand.

    Whatever is not certain is left to the caller, and so is the line behind it (totals look at what
    follows them).
    """

    def __init__(self, out: dict[str, Any]) -> None:
        self._out = out
        self._rows: Rows = out["rows"]
        self._heads = {row[0] for row in out["heading_rows"] if row}
        self._width = len(out["columns"])
        self._known: dict[str, bool] = {}
        self._follows_odd = False

    def odd_lines(self, first: int, lines: list[str], separator: str) -> Iterator[tuple[int, str]]:
        """Take over the ordinary ones of ``lines`` (without quotes) and
        give the others, each in its turn.
        """
        signs, full = self._width - 1, self._out["source_rows"] + len(lines) > MOST_ROWS
        for line, words in enumerate(lines, first):
            words_of_line = words if separator == "," else self._with_commas(words, separator)
            odd = (
                words_of_line is None
                or full
                or words.count(separator) != signs
                or len(words) > LONGEST_FIELD
                or "计" in words
                or "密" in words
                or "页" in words
                or not self._begins_plainly(words.partition(separator)[0])
            )
            if odd or self._follows_odd or words_of_line is None:
                self._follows_odd = odd
                yield line, words
                continue
            self._out["source_rows"] += 1
            self._rows.add_plain(line, words_of_line)

    @staticmethod
    def _with_commas(words: str, separator: str) -> str | None:
        return None if "," in words else words.replace(separator, ",")

    def took(self, line: int, fields: list[str]) -> bool:
        """The same for one line already in fields: whether it was ordinary and is taken over."""
        words = "\x1f".join(fields)
        odd = (
            len(fields) != self._width
            or self._out["source_rows"] >= MOST_ROWS
            or "计" in words
            or "密" in words
            or "页" in words
            or not self._begins_plainly(fields[0])
        )
        if odd or self._follows_odd:
            self._follows_odd = odd
            return False
        self._out["source_rows"] += 1
        self._rows.add([line, *fields])
        return True

    def _begins_plainly(self, first: str) -> bool:
        known = self._known.get(first)
        if known is None:
            words = squeezed(first)
            known = (
                bool(words)
                and words not in self._heads
                and not GROUP.match(words)
                and not NOTE_LINE.match(words)
            )
            if len(self._known) < _MOST_KNOWN:
                self._known[first] = known
        return known
