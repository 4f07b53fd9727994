"""The gate before every reader: what a stranger's file is, and whether it may be opened at all.

Two passes over a zip, nothing is written to disk, standard library only. Each refusal is a
:class:`Problem` that says what to do instead. Limits were measured against 58 hostile and 110
honest files (docs/security.md).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from wenxiao.files.door.partscan import PartError, is_margin, scan_image, scan_margin, scan_part
from wenxiao.rulebook.codes import (
    DAMAGED,
    EMBEDDED_OBJECTS,
    EMPTY_FILE,
    FILE_TOO_LARGE,
    LOCKED_FILE,
    MACROS,
    NOT_OPENED,
    OLD_FORMAT,
    OTHER_CONTENT,
    OVERSIZED_INSIDE,
    STRANGE_PARTS,
)
from wenxiao.rulebook.problems import Problem

MB = 1024 * 1024
LARGEST_FILE = 30 * MB
MOST_ENTRIES = 2_000
LARGEST_PART = 256 * MB
LARGEST_WHOLE = 384 * MB
_CHUNK = 256 * 1024
_HELD = 8 * MB
"""What has been inflated is kept between the two passes up to this."""
MOST_TAGS = 12_000_000
"""``<`` signs in all parts together: 200 000 rows of six cells have about seven million."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EOCD = b"PK\x05\x06"
_ROOTS = (
    "xl/",
    "word/",
    "docprops/",
    "_rels/",
    "customxml/",
    "[content_types].xml",
    "[trash]/",
    "customui/",
    "docmetadata/",
    "package/",
)
_MACRO = re.compile(r"vbaproject|vbadata|macrosheets|\.xlm$|activex")
_EMBEDDED = re.compile(r"/embeddings/|oleobject")
_PROGRAM = re.compile(
    r"\.(?:exe|dll|bat|cmd|com|scr|js|vbs|ps1|jar|msi|hta|lnk|zip|rar|7z|gz|tar|sh|py)$"
)
_XML = re.compile(r"\.(?:xml|rels|vml)$")
_BAD_NAME = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[a-z]:|[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the gate found: ``container`` is what the bytes are, whatever
    the name says; None when refused.
    """

    container: str | None
    problems: tuple[Problem, ...] = ()


class _RefusedError(Exception):
    """Carries the refusal out of the depth of the scan."""

    def __init__(self, code: str, text: str, mend: str = "") -> None:
        super().__init__(text)
        self.problem = Problem(code, "阻断", text, mend=mend or None)


RESAVE = "请用 WPS 或 Excel 打开，另存为 .xlsx（Word 文件另存为 .docx）后再导入。"


def admit(path: Path, *, largest: int = LARGEST_FILE) -> Admitted:
    """Look at a file before anything reads it.

    ``largest`` is in bytes. Never raises for a file's content; a file that can't be opened is
    refused with a sentence.
    """
    try:
        return Admitted(_admit(path, largest))
    except _RefusedError as refused:
        return Admitted(None, (refused.problem,))
    except PartError as error:
        return Admitted(None, (Problem(error.code, "阻断", error.text, mend=error.mend or None),))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OverflowError,
    ):
        return Admitted(
            None,
            (
                Problem(
                    DAMAGED,
                    "阻断",
                    "文件已损坏或不完整，无法打开。",
                    mend="请重新下载或从原电脑重新拷贝；" + RESAVE,
                ),
            ),
        )
    except OSError:
        return Admitted(
            None,
            (
                Problem(
                    NOT_OPENED,
                    "阻断",
                    "文件打不开。",
                    mend="请确认文件没有被其他程序占用，再试一次。",
                ),
            ),
        )


def oversize(size: int, largest: int, name: str = "文件") -> str:
    """The sentence for a file of so many bytes where so many are taken, without how to mend it."""
    return f"{name}有 {size / MB:.1f} MB，超过 {largest // MB} MB。"


def _admit(path: Path, largest: int) -> str:
    size = path.stat().st_size
    if size == 0:
        raise _RefusedError(EMPTY_FILE, "文件是空的（0 字节）。", "请重新下载或重新保存后再导入。")
    if size > largest:
        raise _RefusedError(FILE_TOO_LARGE, oversize(size, largest), "请删除图片或拆成几份再导入。")
    with path.open("rb") as stream:
        head = stream.read(8)
    suffix = path.suffix.lower()
    if head == _OLE:
        return _admit_ole(path, suffix)
    if head.startswith(_ZIP):
        return _admit_zip(path, size)
    if suffix in {".csv", ".txt"}:
        return "csv"
    exported = _exported(path, size) if suffix in _EXPORTED else None
    if exported is not None:
        return exported
    raise _RefusedError(OTHER_CONTENT, _not_what_it_says(head, suffix), RESAVE)


_EXPORTED = {".xls", ".et", ".htm", ".html", ".xml"}
"""What the export of an older system may be called that is a page, XML or text with tabs."""
LARGEST_EXPORT = 12 * MB
_LOOKED_THROUGH = 64 * 1024


def _exported(path: Path, size: int) -> str | None:
    """Which of "html", "xml2003", "csv" (text with tabs) an export is; None
    where it is none of them.
    """
    with path.open("rb") as stream:
        words = _readable(stream.read(_LOOKED_THROUGH))
    start = words.lstrip("\ufeff \t\r\n")[:200].lower()
    if start.startswith("<"):
        if "urn:schemas-microsoft-com:office:spreadsheet" in words and "<html" not in start:
            export = "xml2003"
        elif "<table" in words.lower() or "<html" in start:
            export = "html"
        else:
            return None
        if size > LARGEST_EXPORT:
            text = f"这是网页或 XML 表格，有 {size / MB:.1f} MB，超过 {LARGEST_EXPORT // MB} MB。"
            raise _RefusedError(FILE_TOO_LARGE, text, RESAVE)
        return export
    lines = [line for line in words.splitlines()[:20] if line.strip()]
    printable = sum(1 for letter in words[:2_000] if letter.isprintable() or letter in "\t\r\n")
    is_table = sum("\t" in line for line in lines) >= 2 and printable >= 0.98 * len(words[:2_000])
    return "csv" if is_table else None


def _readable(content: bytes) -> str:
    """The beginning of a text in whichever encoding its bytes make sense;
    empty where they don't in any.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content[: len(content) // 2 * 2].decode("utf-16", "replace")
    if content[:400].count(b"\0") > len(content[:400]) // 4:
        codec = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return content[: len(content) // 2 * 2].decode(codec, "replace")
    for codec in ("utf-8-sig", "gb18030"):
        text = content.decode(codec, "ignore")
        if len(text.encode(codec.removesuffix("-sig"), "replace")) >= len(content) - 8:
            return text
    return ""


def _not_what_it_says(head: bytes, suffix: str) -> str:
    if head.startswith(b"%PDF"):
        return f"这是 PDF 文件，不是 {suffix or '表格'} 文件。"
    if head.lstrip()[:1] == b"<":
        return "这是网页（HTML）或 XML 文件，只是改了名字，不是真正的表格。"
    if head.startswith(b"PK\x05\x06"):
        return "这是空的压缩包，不是表格。"
    return "文件内容与扩展名不符，认不出是表格或 Word 文件。"


# ------------------------------------------------------------------ old Office files

_OLE_ENCRYPTED = ("EncryptedPackage", "EncryptionInfo")
_OLE_WORD, _OLE_BOOK = ("WordDocument",), ("Workbook", "Book")


def _admit_ole(path: Path, suffix: str) -> str:
    """.xls passes; an encrypted package, macros and .doc are refused with what to do."""
    content = path.read_bytes()
    if any(_utf16(name) in content for name in _OLE_ENCRYPTED):
        raise _RefusedError(
            LOCKED_FILE,
            "文件设有打开密码。",
            "请在 WPS 或 Excel 中去掉密码（文件—文档加密—清空密码），保存后再导入。",
        )
    if _utf16("_VBA_PROJECT") in content:
        raise _RefusedError(MACROS, "文件带有宏。", "请另存为 .xlsx（不带宏）后再导入。")
    if any(_utf16(name) in content for name in _OLE_BOOK):
        if _has_filepass(content):
            raise _RefusedError(
                LOCKED_FILE, "旧版 .xls 文件设有打开密码。", "请去掉密码并另存为 .xlsx 后再导入。"
            )
        return "xls"
    if any(_utf16(name) in content for name in _OLE_WORD) or suffix == ".doc":
        raise _RefusedError(OLD_FORMAT, "这是旧版 Word（.doc）文件。", "请另存为 .docx 后再导入。")
    raise _RefusedError(OLD_FORMAT, "这是旧版 Office 文件，认不出里面的表格。", RESAVE)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _has_filepass(content: bytes) -> bool:
    """The FILEPASS record (0x002F) stands right behind the first records of an encrypted .xls."""
    start = content.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    at = start
    for _ in range(20):
        if at < 0 or at + 4 > len(content):
            return False
        kind, length = struct.unpack_from("<HH", content, at)
        if kind == 0x2F:
            return True
        if kind == 0x0A:
            return False
        at += 4 + length
    return False


# ------------------------------------------------------------------ zip packages


@dataclass(slots=True)
class _Tally:
    """Bytes really inflated and tags really seen so far."""

    inflated: int = 0
    tags: int = 0
    names: set[str] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)


def _admit_zip(path: Path, size: int) -> str:
    with path.open("rb") as stream:
        content = stream.read()
    _check_end(content, size)
    with zipfile.ZipFile(path) as package:
        entries = package.infolist()
        if len(entries) > MOST_ENTRIES:
            raise _RefusedError(
                OVERSIZED_INSIDE, f"文件内部有 {len(entries)} 个部件，不是正常的表格。", RESAVE
            )
        tally = _Tally()
        for entry in entries:
            _check_entry(entry, tally)
        _check_overlap(content, entries)
        container = _container(tally.names)
        held = [_first_pass(package, entry, tally) for entry in entries]
        for entry, part in zip(entries, held, strict=True):
            _second_pass(package, entry, part)
    return container


def _second_pass(package: zipfile.ZipFile, entry: zipfile.ZipInfo, held: bytes | None) -> None:
    """Each XML part through the scan; a small one from memory, a large one inflated again."""
    name = entry.filename.replace("\\", "/").lower()
    for concerns, scan in ((bool(_XML.search(name)), scan_part), (is_margin(name), scan_margin)):
        if concerns:
            with package.open(entry) if held is None else io.BytesIO(held) as part:
                scan(name, part)


def _check_end(content: bytes, size: int) -> None:
    """One end record at the end of the file, no zip64."""
    at = content.rfind(_EOCD, max(0, size - 66_000))
    if at < 0:
        raise _RefusedError(
            DAMAGED, "文件不完整（可能没下载完）。", "请重新下载或重新拷贝后再导入。"
        )
    comment = struct.unpack_from("<H", content, at + 20)[0]
    if at + 22 + comment != size or content.find(_EOCD, max(0, size - 66_000), at) >= 0:
        raise _RefusedError(DAMAGED, "文件末尾夹带了别的内容或已损坏。", RESAVE)
    if (
        b"PK\x06\x06" in content[max(0, at - 200) : at]
        or struct.unpack_from("<H", content, at + 10)[0] == 0xFFFF
    ):
        raise _RefusedError(OVERSIZED_INSIDE, "文件内部部件过多，不是正常的表格。", RESAVE)


def _check_entry(entry: zipfile.ZipInfo, tally: _Tally) -> None:
    name = entry.filename.replace("\\", "/").lower()
    if _BAD_NAME.search(name):
        raise _RefusedError(STRANGE_PARTS, "文件内部有不合规的路径，可能是恶意文件。", RESAVE)
    if name in tally.names:
        raise _RefusedError(
            STRANGE_PARTS, "文件内部有两个同名部件，不同软件会读出不同的数。", RESAVE
        )
    tally.names.add(name)
    if entry.external_attr >> 28 == 0xA:
        raise _RefusedError(STRANGE_PARTS, "文件内部有链接，可能是恶意文件。", RESAVE)
    if entry.flag_bits & 0x41:
        raise _RefusedError(LOCKED_FILE, "文件设有密码。", "请去掉密码后再导入。")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _RefusedError(OVERSIZED_INSIDE, "文件用了表格软件不用的压缩方法。", RESAVE)
    _check_content_kind(name)
    if entry.file_size > LARGEST_PART:
        raise _RefusedError(
            OVERSIZED_INSIDE,
            f"文件解开后太大（单个部件超过 {LARGEST_PART // MB} MB）。",
            "请只保留要导入的表。",
        )


def _check_content_kind(name: str) -> None:
    if not name.startswith(_ROOTS):
        raise _RefusedError(STRANGE_PARTS, "文件内部结构不是表格或 Word 文件。", RESAVE)
    if _MACRO.search(name):
        raise _RefusedError(
            MACROS, "文件带有宏或控件。", "请另存为 .xlsx（Word 文件为 .docx，不带宏）后再导入。"
        )
    if _EMBEDDED.search(name):
        raise _RefusedError(
            EMBEDDED_OBJECTS,
            "文件里嵌有对象（如嵌入的 Excel 表、图表或附件）。",
            "请删除嵌入对象后再导入：选中对象按 Delete；要保留的内容改粘贴为图片或文字。",
        )
    if _PROGRAM.search(name):
        raise _RefusedError(STRANGE_PARTS, "文件里夹带了程序或压缩包。", "请删除后再导入。")


def _check_overlap(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Two directory records over the same bytes let a small file inflate without end."""
    last = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):
        at = entry.header_offset
        if at < last or content[at : at + 4] != _ZIP:
            raise _RefusedError(OVERSIZED_INSIDE, "文件内部部件互相重叠，可能是压缩炸弹。", RESAVE)
        name, extra = struct.unpack_from("<HH", content, at + 26)
        last = at + 30 + name + extra + entry.compress_size


def _container(names: set[str]) -> str:
    if "xl/workbook.xml" in names or any(
        name.startswith("xl/") and name.endswith("workbook.xml") for name in names
    ):
        return "xlsx"
    if any(name.startswith("word/document") for name in names):
        return "docx"
    if "xl/workbook.bin" in names:
        raise _RefusedError(OLD_FORMAT, "这是二进制表格（.xlsb）。", "请另存为 .xlsx 后再导入。")
    raise _RefusedError(OLD_FORMAT, "压缩包里没有表格或 Word 正文。", RESAVE)


def _first_pass(package: zipfile.ZipFile, entry: zipfile.ZipInfo, tally: _Tally) -> bytes | None:
    """Inflate once, count what really comes out, let zipfile check size and CRC, look at pictures.

    The bytes of a small XML part, so that they need not be inflated again; None of any other.
    """
    name = entry.filename.lower()
    is_xml = bool(_XML.search(name))
    count, tags, head = 0, 0, b""
    with package.open(entry) as part:
        while chunk := part.read(_CHUNK):
            head = head or chunk
            count += len(chunk)
            if is_xml:
                tags += chunk.count(b"<")
            _check_tally(tally, count, tags)
    tally.inflated += count
    tally.tags += tags
    if count != entry.file_size:
        raise _RefusedError(DAMAGED, "文件内部登记的大小与实际不符。", RESAVE)
    if not is_xml:
        scan_image(head[:65_536])
        return None
    return head if count == len(head) and tally.inflated <= _HELD else None


def _check_tally(tally: _Tally, count: int, tags: int) -> None:
    if count > LARGEST_PART or tally.inflated + count > LARGEST_WHOLE:
        raise _RefusedError(
            OVERSIZED_INSIDE,
            "文件解开后太大，可能是压缩炸弹。",
            "请只保留要导入的表，删除多余的行和图片。",
        )
    if tally.tags + tags > MOST_TAGS:
        raise _RefusedError(
            OVERSIZED_INSIDE, "表格内容太多，超过一次能读的量。", "请拆成几份再导入。"
        )
