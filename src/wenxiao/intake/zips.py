"""A zip of many forms, opened without trusting it: bounded in number, size and ratio, names as the
sender saw them.

Nothing is ever written under a name from inside the archive; what comes out are bytes and a name to
show. Standard library only. What makes the whole archive untrustworthy raises
:class:`ParcelRefusedError`; a single unusable entry comes out as a piece with its problem.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from wenxiao.files.door.gate import LARGEST_FILE, MB, oversize
from wenxiao.rulebook.codes import (
    DAMAGED,
    EMPTY_FILE,
    FILE_KIND_NOT_TAKEN,
    FILE_TOO_LARGE,
    LOCKED_FILE,
)
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FILES = 600
LARGEST_PARCEL = 200 * MB
LARGEST_CONTENT = 600 * MB
STEEPEST = 200
"""How many times its packed size an entry above 1 MB may have: honest csv
packs about twentyfold, xlsx hardly at all.
"""
READABLE = frozenset(
    {".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".docx", ".doc", ".wps", ".csv", ".txt"}
)
"""What the gate has a sentence for; anything else is told from its name alone and not kept."""
ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz"})
_JUNK = re.compile(
    r"(^|/)(__MACOSX/|\._|~\$|\.~|Thumbs\.db$|desktop\.ini$|\.DS_Store$)", re.IGNORECASE
)
_LEADS_OUT = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:|[\x00-\x1f]")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x41
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


class ParcelRefusedError(Exception):
    """The archive as a whole is not opened; carries the problem to show."""

    def __init__(self, text: str, mend: str) -> None:
        self.problem = Problem(FILE_KIND_NOT_TAKEN, "阻断", text, mend=mend)
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a parcel: its name, the folder it lay in, its bytes (None
    when it is not taken, then with why).
    """

    name: str
    folder: str = ""
    modified: str = ""
    content: bytes | None = None
    problem: Problem | None = None


def refusal_by_name(name: str) -> Problem | None:
    """Why a file is not taken at all, judged by its name; None when the gate may look at it."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in ARCHIVES:
        return Problem(
            FILE_KIND_NOT_TAKEN,
            "阻断",
            f"“{name}”是压缩包。",
            mend="页面上可以上传一层 .zip；其余请先解压，再导入里面的文件。",
        )
    if suffix not in READABLE:
        text = f"“{name}”不是表格或 Word 文件。"
        return Problem(
            FILE_KIND_NOT_TAKEN,
            "阻断",
            text,
            mend="可以导入 .xlsx、.xls、.docx、.csv；PDF 和照片请作为佐证材料上传。",
        )
    return None


def refusal_unread(name: str, size: int, *, most: int = LARGEST_FILE) -> Problem | None:
    """Why a file is not even opened, by its name and its size in bytes,
    whichever door it came to; None when it may be.
    """
    return refusal_by_name(name) or too_large(name, size, most=most)


def too_large(name: str, size: int, *, most: int = LARGEST_FILE) -> Problem | None:
    """Why a file of this size in bytes is not taken; None when it may be."""
    if size > most:
        text = oversize(size, most, f"“{name}”")
        return Problem(FILE_TOO_LARGE, "阻断", text, mend="请删除图片或拆成几份再导入。")
    if size == 0:
        return Problem(
            EMPTY_FILE, "阻断", f"“{name}”是空文件（0 字节）。", mend="请重新保存后再导入。"
        )
    return None


def is_office_file(stream: IO[bytes]) -> bool:
    """Whether a zip is itself one workbook or Word file, whatever its name says."""
    try:
        with zipfile.ZipFile(stream) as package:
            return "[Content_Types].xml" in package.namelist()
    except _BROKEN:
        return False


def unpack(stream: IO[bytes], *, size: int = 0) -> Iterator[Piece]:
    """The files of a zip one after the other, each read when asked for.
    Raises ParcelRefusedError before the first.
    """
    if size > LARGEST_PARCEL:
        raise ParcelRefusedError(
            f"压缩包超过 {LARGEST_PARCEL // MB} MB。", "请分成几个压缩包，分次上传。"
        )
    try:
        package = zipfile.ZipFile(stream)
    except _BROKEN as error:
        raise ParcelRefusedError(
            "压缩包已损坏或不是 .zip。", "请重新压缩为 .zip（不设密码）再上传。"
        ) from error
    with package:
        entries = [entry for entry in package.infolist() if not entry.is_dir()]
        names = {id(entry): shown_name(entry) for entry in entries}
        _check_whole(entries, names)
        wanted = [entry for entry in entries if not _JUNK.search(names[id(entry)])]
        if not wanted:
            raise ParcelRefusedError("压缩包里没有文件。", "请核对后重新压缩。")
        for entry in wanted:
            yield _piece(package, entry, names[id(entry)])


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name as its sender saw it: UTF-8 where the entry says so (or its
    bytes are), else GBK, as Windows packs.
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name.replace("\\", "/")
        for coding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(coding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _check_whole(entries: list[zipfile.ZipInfo], names: dict[int, str]) -> None:
    if len(entries) > MOST_FILES:
        raise ParcelRefusedError(
            f"压缩包里有 {len(entries)} 个文件，一次最多 {MOST_FILES} 个。",
            "请分成几个压缩包，分次上传。",
        )
    if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise ParcelRefusedError(
            f"压缩包解开后超过 {LARGEST_CONTENT // MB} MB。", "请分成几个压缩包，分次上传。"
        )
    last = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if _LEADS_OUT.search(names[id(entry)]) or entry.external_attr >> 28 == 0xA:
            raise ParcelRefusedError(
                "压缩包里有指向别处的路径或链接，可能是恶意文件。", "请由报送单位重新压缩后再上传。"
            )
        if entry.file_size > MB and entry.file_size > STEEPEST * max(1, entry.compress_size):
            raise ParcelRefusedError(
                "压缩包里有压缩率异常的文件，可能是压缩炸弹。", "请由报送单位重新压缩后再上传。"
            )
        if entry.header_offset < last:
            raise ParcelRefusedError(
                "压缩包内部的文件互相重叠，可能是压缩炸弹。", "请由报送单位重新压缩后再上传。"
            )
        last = entry.header_offset + 30 + entry.compress_size


def _piece(package: zipfile.ZipFile, entry: zipfile.ZipInfo, whole: str) -> Piece:
    path = PurePosixPath(whole)
    name, folder = (
        path.name[-200:] or "未命名",
        "" if path.parent == PurePosixPath() else str(path.parent)[-200:],
    )
    problem = refusal_unread(name, entry.file_size)
    if problem is None and entry.flag_bits & _ENCRYPTED:
        problem = Problem(
            LOCKED_FILE,
            "阻断",
            f"“{name}”在压缩包里设有密码。",
            mend="请去掉密码重新压缩后再上传。",
        )
    if problem is not None:
        return Piece(name, folder, problem=problem)
    try:
        with package.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
    except _BROKEN:
        content = b""
    if len(content) != entry.file_size or not content:
        damaged = Problem(
            DAMAGED, "阻断", f"“{name}”在压缩包里已损坏。", mend="请重新压缩后再上传。"
        )
        return Piece(name, folder, problem=damaged)
    return Piece(name, folder, _modified(entry), content)


def _modified(entry: zipfile.ZipInfo) -> str:
    """When the file was last saved, by the packer's clock; empty when the
    entry carries nonsense or zip's zero date.
    """
    try:
        when = datetime(*entry.date_time)  # noqa: DTZ001 - a zip has wall-clock time without a zone
    except ValueError:
        return ""
    return "" if when.year <= 1980 else when.isoformat(timespec="minutes")
