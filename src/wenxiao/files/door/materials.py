"""Papers handed in as proof (佐证): let in by their bytes, looked through for secrecy markings and
personal data.

What can be read as text is read in a limited child. A scan or a photograph can't be: ``read`` says
so, and the person who hands it in answers for what stands on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wenxiao.files.door.attachments import admit_attachment
from wenxiao.files.door.gate import MB, oversize
from wenxiao.files.door.markings import marking_in
from wenxiao.files.door.partscan import PartError, scan_image
from wenxiao.rulebook.codes import CLASSIFIED, FILE_KIND_NOT_TAKEN, FILE_TOO_LARGE, OTHER_CONTENT
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from wenxiao.files.pool import Pool

LARGEST_PROOF = 30 * MB
_PICTURES = {".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n\x1a\n"}
_OFFICE = {".docx": "docx", ".xlsx": "xlsx", ".xls": "xls", ".csv": "csv", ".txt": "csv"}
TAKEN = (".pdf", *_PICTURES, *_OFFICE)
"""What may be handed in, by suffix; the bytes must be what the suffix says."""
_MARKS = tuple(
    f"{mark}{star}".encode(coding)
    for mark in ("绝密", "机密", "秘密")
    for star in "★☆"
    for coding in ("utf-8", "utf-16-be", "utf-16-le", "gb18030")
)
"""A marking in plain bytes, as titles and properties of PDF and pictures
carry it; too long to stand there by chance.
"""
_HEX_MARK = re.compile(
    b"|".join(
        "".join(rf"{byte:02x}\s*" for byte in mark.encode("utf-16-be")).encode()
        for mark in ("绝密★", "机密★", "秘密★")
    ),
    re.IGNORECASE,
)
"""The same in a PDF's hexadecimal strings, as many programs write a Chinese title."""
_NUMBERED = re.compile(r"^\d*(绝密|机密|秘密)(?:文件|材料|件)?\d*$")
_APART = re.compile(r"[\s_\-()（）\[\]【】〔〕]+")
WHAT_TO_DO = "涉密材料请按保密规定线下报送，并从本机删除；若为误标，请先由定密责任人更正。"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: the container (None: refused, then why), personal data by kind with how
    often, text read or not.
    """

    container: str | None
    problem: Problem | None = None
    personal: tuple[tuple[str, int], ...] = ()
    read: bool = False


def look_at(path: Path, name: str, *, pool: Pool, largest: int = LARGEST_PROOF) -> Looked:
    """Whether the file at ``path``, which its sender calls ``name``, may be kept.
    ``largest`` in bytes; never raises.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in TAKEN:
        return _refused(
            FILE_KIND_NOT_TAKEN,
            f"不收 {suffix or '没有后缀的'} 文件。",
            "可用 PDF、照片（jpg、png）、Word 或 Excel。",
        )
    if (size := path.stat().st_size) > largest:
        mend = "请拆分，或压缩扫描件的清晰度后再传。"
        return _refused(FILE_TOO_LARGE, oversize(size, largest), mend)
    if suffix in _PICTURES:
        return _picture(path, suffix)
    admitted = admit_attachment(path, largest=largest)
    if admitted.container is None:
        return Looked(None, admitted.problems[0])
    if admitted.container != ("pdf" if suffix == ".pdf" else _OFFICE[suffix]):
        return _refused(
            OTHER_CONTENT, f"文件内容与后缀 {suffix} 不符。", "请用原来的软件另存后再传。"
        )
    return _pdf(path) if admitted.container == "pdf" else _office(path, admitted.container, pool)


def _refused(code: str, text: str, mend: str) -> Looked:
    return Looked(None, Problem(code, "阻断", text, mend=mend))


def _picture(path: Path, suffix: str) -> Looked:
    with path.open("rb") as stream:
        head = stream.read(65_536)
    if not head.startswith(_PICTURES[suffix]):
        return _refused(OTHER_CONTENT, f"文件内容与后缀 {suffix} 不符。", "请核对文件后再传。")
    try:
        scan_image(head)
    except PartError as error:
        return _refused(error.code, "图片尺寸过大。", "请压缩图片后再传。")
    return _marked(path) or Looked("png" if suffix == ".png" else "jpg")


def _pdf(path: Path) -> Looked:
    """A PDF's pages are mostly compressed or scanned: only what stands in
    it in plain bytes (title, author) is seen.
    """
    return _marked(path) or Looked("pdf")


def _marked(path: Path) -> Looked | None:
    content = path.read_bytes()
    if any(mark in content for mark in _MARKS) or _HEX_MARK.search(content):
        return _refused(CLASSIFIED, "文件标有国家秘密标志，不得上传。", WHAT_TO_DO)
    return None


def _office(path: Path, container: str, pool: Pool) -> Looked:
    answer = pool.read(path, "texts")
    if answer["container"] is None:
        problem = answer["problems"][0]
        return _refused(problem["code"], problem["text"], problem.get("mend") or "")
    personal = tuple((str(kind), int(count)) for kind, count in answer["personal"])
    return Looked(container, personal=personal, read=True)


def opens(name: str) -> bool:
    """Whether a file of this name must be opened by a child to be looked
    through; pictures and PDF are not.
    """
    return PurePosixPath(name).suffix.lower() in _OFFICE


def name_problem(name: str) -> Problem | None:
    """The refusal of a file whose name says it is a state secret; 保密制度 and 商业秘密 are none."""
    stem = PurePosixPath(name).stem
    secret = "涉密" in stem.replace("非涉密", "").replace("不涉密", "")
    if secret or any(
        marking_in(part) or _NUMBERED.match(part) for part in (stem, *_APART.split(stem))
    ):
        return Problem(CLASSIFIED, "阻断", "文件名带有密级字样，不得上传。", mend=WHAT_TO_DO)
    return None
