"""A stranger's zip: bounded, its names read as sent, its traps refused
before anything comes out.
"""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from wenxiao.intake.zips import MOST_FILES, ParcelRefusedError, is_office_file, unpack


def packed(*entries, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as package:
        for name, content in entries:
            package.writestr(name, content)
    out.seek(0)
    return out


def opened(stream, **more):
    return list(unpack(stream, **more))


def refusal(stream, **more):
    with pytest.raises(ParcelRefusedError) as caught:
        opened(stream, **more)
    return caught.value.problem.text


def test_files_come_out_with_folder_and_time():
    entry = zipfile.ZipInfo("水利局/自评.xlsx", (2023, 2, 20, 16, 30, 0))
    (piece,) = opened(packed((entry, b"abc")))
    assert (piece.name, piece.folder, piece.modified, piece.content) == (
        "自评.xlsx",
        "水利局",
        "2023-02-20T16:30",
        b"abc",
    )


def test_names_packed_by_windows_are_read_as_gbk():
    raw = "天长市水利局.xlsx".encode("gbk")
    plain = packed(("x" * len(raw), b"abc")).getvalue().replace(b"x" * len(raw), raw)
    (piece,) = opened(io.BytesIO(plain))
    assert piece.name == "天长市水利局.xlsx"


def test_junk_of_packers_is_passed_over():
    names = ("__MACOSX/._a.xlsx", "~$a.xlsx", "Thumbs.db", ".DS_Store", "b/._c.xlsx")
    (piece,) = opened(packed(*((name, b"x") for name in names), ("a.xlsx", b"y")))
    assert piece.name == "a.xlsx"


@pytest.mark.parametrize(
    "name", ["../a.xlsx", "a/../../b.xlsx", "/etc/a.xlsx", "C:/a.xlsx", "..\\a.xlsx"]
)
def test_paths_that_lead_out_refuse_the_whole(name):
    assert "指向别处" in refusal(packed((name, b"x"), ("good.xlsx", b"y")))


def test_links_refuse_the_whole():
    link = zipfile.ZipInfo("a.xlsx")
    link.external_attr = 0xA1FF << 16
    assert "链接" in refusal(packed((link, b"/etc/passwd")))


def test_bombs_are_refused_before_they_open():
    assert "压缩炸弹" in refusal(packed(("a.xlsx", b"\0" * (8 << 20))))


def test_too_many_and_too_large():
    assert "最多" in refusal(packed(*((f"{n}.xlsx", b"x") for n in range(MOST_FILES + 1))))
    assert "超过 200 MB" in refusal(packed(("a.xlsx", b"x")), size=201 << 20)


def test_overlapping_entries_are_refused():
    plain = bytearray(
        packed(
            ("a.xlsx", b"1" * 50), ("b.xlsx", b"2" * 50), compression=zipfile.ZIP_STORED
        ).getvalue()
    )
    second = plain.index(b"PK\x01\x02", plain.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", plain, second + 42, 10)
    with pytest.raises(ParcelRefusedError):
        opened(io.BytesIO(bytes(plain)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_is_a_sentence(content):
    assert refusal(io.BytesIO(content))


def test_nested_archives_and_strangers_are_named_and_passed():
    found = opened(
        packed(
            ("a.zip", b"PK"),
            ("b.rar", b"Rar!"),
            ("c.exe", b"MZ"),
            ("d.xlsx", b"ok"),
            ("e.xlsx", b""),
        )
    )
    assert [piece.problem.code if piece.problem else None for piece in found] == [
        "DR-40",
        "DR-40",
        "DR-40",
        None,
        "DR-02",
    ]


def test_a_password_is_said():
    plain = bytearray(packed(("a.xlsx", b"abc")).getvalue())
    plain[6] |= 1
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    (piece,) = opened(io.BytesIO(bytes(plain)))
    assert piece.problem.code == "DR-09"


def test_a_lying_size_is_damage():
    plain = bytearray(packed(("a.xlsx", b"abcdef"), compression=zipfile.ZIP_STORED).getvalue())
    at = plain.index(b"abcdef")
    plain[at] ^= 1
    (piece,) = opened(io.BytesIO(bytes(plain)))
    assert piece.problem.code == "DR-06"


def test_an_office_file_is_no_parcel():
    assert is_office_file(packed(("[Content_Types].xml", b"<x/>")))
    assert not is_office_file(packed(("a.xlsx", b"x")))
    assert not is_office_file(io.BytesIO(b"no"))
