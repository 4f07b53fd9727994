"""The look of an old .xls out of its records: formats, merges, what is
hidden; broken files have none.
"""

from __future__ import annotations

import struct

import pytest

from wenxiao.files.cells.cells import Merge
from wenxiao.files.cells.oldbooks import look_of

FREE, END = 0xFFFFFFFF, 0xFFFFFFFE
SECTOR = 512


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def workbook(name: str = "自评表", *, hidden: bool = False) -> bytes:
    """A globals substream with one format and two styles, and one sheet
    with every record that is looked at.
    """
    eof = record(0x0A, b"")
    label = name.encode("utf-16-le")
    heads = [
        record(0x041E, struct.pack("<HHB", 164, 4, 0) + b"0.0%"),
        record(0x00E0, struct.pack("<HH", 0, 0) + bytes(16)),
        record(0x00E0, struct.pack("<HH", 0, 164) + bytes(16)),
    ]
    bound = struct.pack("<BBBB", hidden, 0, len(name), 1) + label
    start = sum(map(len, heads)) + 4 + 4 + len(bound) + len(eof)
    sheet = [
        record(0x0208, struct.pack("<HHHHHHHH", 4, 0, 2, 300, 0, 0, 0x20, 0)),
        record(0x0208, struct.pack("<HHHHHHHH", 5, 0, 2, 300, 0, 0, 0, 0)),
        record(0x007D, struct.pack("<HHHHHH", 2, 3, 2000, 0, 1, 0)),
        record(0x007D, struct.pack("<HHHHHH", 5, 5, 2000, 0, 0, 0)),
        record(0x0203, struct.pack("<HHHd", 0, 0, 1, 0.9)),
        record(0x027E, struct.pack("<HHHI", 0, 1, 9, 0)),
        record(0x00BD, struct.pack("<HHHIHIH", 1, 0, 0, 0, 1, 0, 1)),
        record(0x00E5, struct.pack("<H8H", 2, 0, 1, 0, 2, 3, 3, 1, 4)),
        eof,
    ]
    return b"".join([*heads, record(0x0085, struct.pack("<I", start) + bound), eof, *sheet])


def compound(stream: bytes) -> bytes:
    """A compound file with one Workbook stream: in sectors of its own, or
    in the small stream when it is short.
    """
    small = len(stream) < 4096
    body = stream + bytes(-len(stream) % SECTOR)
    count = len(body) // SECTOR
    fat = [0xFFFFFFFD, END, END, *range(4, 3 + count), END][: 3 + count]
    fat_sector = struct.pack(f"<{len(fat)}I", *fat) + struct.pack("<I", FREE) * (128 - len(fat))
    minis = -(-len(stream) // 64)
    mini = [*range(1, minis), END] if small else []
    mini_sector = struct.pack(f"<{len(mini)}I", *mini) + struct.pack("<I", FREE) * (128 - len(mini))

    def entry(name: str, kind: int, start: int, size: int) -> bytes:
        words = (name + "\0").encode("utf-16-le")
        links = struct.pack("<HBB3I", len(words), kind, 1, FREE, FREE, FREE)
        return words.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    first = (3, len(body)) if small else (END, 0)
    own = (0, len(stream)) if small else (3, len(stream))
    directory = (entry("Root Entry", 5, *first) + entry("Workbook", 2, *own)).ljust(SECTOR, b"\0")
    head = bytearray(SECTOR)
    head[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIIII", head, 40, 0, 1, 1, 0, 4096, 2, 1, END, 0, 0)
    struct.pack_into("<109I", head, 76, 0, *[FREE] * 108)
    return bytes(head) + fat_sector + directory + mini_sector + body


@pytest.mark.parametrize("padding", [0, 6000])
@pytest.mark.parametrize("hidden", [False, True])
def test_formats_merges_and_what_is_hidden(tmp_path, padding, hidden):
    path = tmp_path / "旧.xls"
    path.write_bytes(compound(workbook(hidden=hidden) + bytes(padding)))
    (look,) = look_of(path).values()
    assert list(look_of(path)) == ["自评表"]
    assert look.formats == {(1, 1): "0.0%", (1, 2): "General", (2, 1): "General", (2, 2): "0.0%"}
    assert look.merges == [Merge(1, 1, 2, 3), Merge(4, 2, 4, 5)]
    assert (look.hidden_rows, look.hidden_cols, look.hidden) == ({5}, {3, 4}, hidden)


def test_narrow_names(tmp_path):
    stream = workbook("Sheet1").replace(
        struct.pack("<BB", 6, 1) + "Sheet1".encode("utf-16-le"),
        struct.pack("<BB", 6, 0) + b"Sheet1" + bytes(6),
    )
    path = tmp_path / "旧.xls"
    path.write_bytes(compound(stream))
    assert list(look_of(path)) == ["Sheet1"]


@pytest.mark.parametrize("cut", [0, 100, 520, 1100, 1600])
def test_a_broken_file_has_no_look(tmp_path, cut):
    path = tmp_path / "旧.xls"
    path.write_bytes(compound(workbook())[:cut])
    assert look_of(path) == {}


def test_a_file_without_a_workbook_has_no_look(tmp_path):
    path = tmp_path / "旧.xls"
    path.write_bytes(
        compound(workbook()).replace("Workbook".encode("utf-16-le"), "Contents".encode("utf-16-le"))
    )
    assert look_of(path) == {}


def test_sectors_that_run_in_a_circle_end(tmp_path):
    content = bytearray(compound(workbook() + bytes(6000)))
    struct.pack_into("<I", content, SECTOR + 4 * 4, 3)
    path = tmp_path / "旧.xls"
    path.write_bytes(content)
    assert isinstance(look_of(path), dict)
