"""A shared library without what only a debugger reads: the names of its parts lie behind everything
that is ever loaded, so the file ends sooner. Needs no tool of the machine.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

_MAGIC = b"\x7fELF\x02\x01"
"""64 bit, lowest byte first; anything else stays as it is."""
_PARTS_AT, _PARTS = 0x20, 0x36
"""Where the header says where the loaded parts are listed, and how long and many the lines are."""
_NAMES_AT, _NAMES = 0x28, 0x3C
"""Where it says where the named sections are listed, and their number and names."""


def loaded_end(head: bytes, read_at: int, lines: bytes) -> int:
    """Where the last byte a program loads ends; ``lines`` is the list of parts at ``read_at``."""
    size, count = struct.unpack_from("<HH", head, _PARTS)
    ends: list[int] = [read_at + size * count]
    for number in range(count):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", lines, number * size)
        if kind:
            ends.append(int(offset) + int(length))
    return max(ends)


def make_lean(path: Path) -> int:
    """Cut a library to what is loaded; how many bytes that saved. One in use is never written over:
    the lean copy takes its place.
    """
    with path.open("rb") as source:
        head = bytearray(source.read(64))
        if len(head) < 64 or not head.startswith(_MAGIC):
            return 0
        (at,) = struct.unpack_from("<Q", head, _PARTS_AT)
        size, count = struct.unpack_from("<HH", head, _PARTS)
        source.seek(at)
        end = loaded_end(bytes(head), at, source.read(size * count))
        whole = path.stat().st_size
        if end >= whole:
            return 0
        struct.pack_into("<Q", head, _NAMES_AT, 0)
        struct.pack_into("<HH", head, _NAMES, 0, 0)
        lean = path.with_suffix(".lean")
        with lean.open("wb") as copy:
            copy.write(head)
            source.seek(64)
            left = end - 64
            while left > 0 and (block := source.read(min(left, 1 << 20))):
                copy.write(block)
                left -= len(block)
    os.chmod(lean, path.stat().st_mode)  # noqa: PTH101
    lean.replace(path)
    return whole - end
