"""How an old .xls looks: number formats, merges and hidden rows, which calamine doesn't tell.
BIFF8 records, no values.

Record layouts as published in [MS-XLS] and [MS-CFB]; whatever does not fit is passed over, for
values come from calamine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.styles.numbers import BUILTIN_FORMATS

from wenxiao.files.cells.cells import Merge

_END = 0xFFFFFFFA
_FIRST_OF_CELLS = {0x0203, 0x027E, 0x00FD, 0x0006, 0x0201, 0x0204}
_BOUNDSHEET, _FORMAT, _XF, _ROW, _COLINFO, _MULRK, _MERGED, _EOF = (
    0x85,
    0x41E,
    0xE0,
    0x208,
    0x7D,
    0xBD,
    0xE5,
    0x0A,
)
MOST_RECORDS = 3_000_000


@dataclass(slots=True)
class Look:
    """The look of one sheet; rows and columns count from 1."""

    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    hidden: bool = False


def look_of(path: Path) -> dict[str, Look]:
    """The look of every sheet by name; empty when the file is no BIFF8 workbook."""
    try:
        stream = _stream(path.read_bytes())
        return _looks(stream) if stream else {}
    except (struct.error, IndexError, ValueError, OverflowError):
        return {}


def _chain(fat: list[int], start: int) -> Iterator[int]:
    """Sector numbers of a stream; a loop ends with the table's length."""
    sector, steps = start, 0
    while sector < _END and sector < len(fat) and steps <= len(fat):
        yield sector
        sector, steps = fat[sector], steps + 1


def _stream(data: bytes) -> bytes | None:
    """The Workbook stream out of the compound file."""
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def longs(block: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4]))

    directory, cutoff, small_fat_at = (
        struct.unpack_from("<I", data, 48)[0],
        struct.unpack_from("<I", data, 56)[0],
        struct.unpack_from("<I", data, 60)[0],
    )
    tables = [number for number in struct.unpack_from("<109I", data, 76) if number < _END]
    further, steps = struct.unpack_from("<I", data, 68)[0], 0
    while further < _END and steps < 10_000:
        block = longs(sector(further))
        tables += [number for number in block[:-1] if number < _END]
        further, steps = block[-1], steps + 1
    fat = [number for table in tables for number in longs(sector(table))]
    entries = b"".join(sector(number) for number in _chain(fat, directory))
    root = b""
    for at in range(0, len(entries) - 127, 128):
        name = entries[at : at + max(0, struct.unpack_from("<H", entries, at + 64)[0] - 2)].decode(
            "utf-16-le", "replace"
        )
        start, length = (
            struct.unpack_from("<I", entries, at + 116)[0],
            struct.unpack_from("<I", entries, at + 120)[0],
        )
        if name == "Root Entry":
            root = b"".join(sector(number) for number in _chain(fat, start))
        if name in {"Workbook", "Book"}:
            if length >= cutoff:
                return b"".join(sector(number) for number in _chain(fat, start))[:length]
            small = longs(b"".join(sector(number) for number in _chain(fat, small_fat_at)))
            return b"".join(
                root[number * 64 : number * 64 + 64] for number in _chain(small, start)
            )[:length]
    return None


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of the records of one substream."""
    for _ in range(MOST_RECORDS):
        if at + 4 > len(stream):
            return
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def _looks(stream: bytes) -> dict[str, Look]:
    formats: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    sheets: list[tuple[str, int, bool]] = []
    for kind, content in _records(stream, 0):
        if kind == _FORMAT:
            formats[struct.unpack_from("<H", content)[0]] = _text(content, 2, wide=True)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == _BOUNDSHEET:
            sheets.append(
                (
                    _text(content, 6, wide=False),
                    struct.unpack_from("<I", content)[0],
                    bool(content[4] & 3),
                )
            )
    printed = [formats.get(number, "General") for number in styles]
    return {name: _look(stream, at, printed, hidden=hidden) for name, at, hidden in sheets}


def _text(content: bytes, at: int, *, wide: bool) -> str:
    count = struct.unpack_from("<H" if wide else "<B", content, at)[0]
    at += 2 if wide else 1
    if content[at] & 1:
        return content[at + 1 : at + 1 + 2 * count].decode("utf-16-le", "replace")
    return content[at + 1 : at + 1 + count].decode("latin-1")


def _look(stream: bytes, at: int, printed: list[str], *, hidden: bool) -> Look:
    look = Look(hidden=hidden)
    for kind, content in _records(stream, at):
        if kind in _FIRST_OF_CELLS:
            row, col, style = struct.unpack_from("<HHH", content)
            look.formats[row + 1, col + 1] = printed[style] if style < len(printed) else "General"
        elif kind == _MULRK:
            row, col = struct.unpack_from("<HH", content)
            for number in range((len(content) - 6) // 6):
                style = struct.unpack_from("<H", content, 4 + 6 * number)[0]
                look.formats[row + 1, col + 1 + number] = (
                    printed[style] if style < len(printed) else "General"
                )
        elif kind == _MERGED:
            for number in range(struct.unpack_from("<H", content)[0]):
                top, bottom, left, right = struct.unpack_from("<HHHH", content, 2 + 8 * number)
                look.merges.append(Merge(top + 1, left + 1, bottom + 1, right + 1))
        else:
            _hidden(kind, content, look)
    return look


def _hidden(kind: int, content: bytes, look: Look) -> None:
    if kind == _ROW and struct.unpack_from("<H", content, 12)[0] & 0x20:
        look.hidden_rows.add(struct.unpack_from("<H", content)[0] + 1)
    elif kind == _COLINFO and struct.unpack_from("<H", content, 8)[0] & 1:
        first, last = struct.unpack_from("<HH", content)
        look.hidden_cols.update(range(first + 1, min(last, 255) + 2))
