"""Papers kept as they came, never parsed: what the gate knows, and PDF by
its magic, end and size.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wenxiao.files.door.gate import LARGEST_FILE, Admitted, admit, oversize
from wenxiao.rulebook.codes import DAMAGED, FILE_TOO_LARGE, MACROS
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path

_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)[^A-Za-z]")


def admit_attachment(path: Path, *, largest: int = LARGEST_FILE) -> Admitted:
    """As ``gate.admit``, and PDF besides (container "pdf"): begins and ends as one, no script,
    nothing embedded.

    What lies inside compressed PDF streams is not looked at: the file is only ever handed back as a
    download.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head.startswith(b"%PDF-"):
        return admit(path, largest=largest)
    if (size := path.stat().st_size) > largest:
        return _refused(FILE_TOO_LARGE, oversize(size, largest), "请压缩扫描件的清晰度后再上传。")
    content = path.read_bytes()
    if b"%%EOF" not in content[-2048:]:
        return _refused(
            DAMAGED, "PDF 文件不完整（可能没下载完）。", "请重新下载或重新扫描后再上传。"
        )
    if _ACTIVE.search(_plain_names(content)):
        return _refused(
            MACROS, "PDF 文件带有脚本或夹带了附件。", "请用“打印为 PDF”另存一份后再上传。"
        )
    return Admitted("pdf")


def _plain_names(content: bytes) -> bytes:
    """The bytes with letters of names written as codes (/J#61vaScript) put back."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code[1].decode()), content)


def _refused(code: str, text: str, mend: str) -> Admitted:
    return Admitted(None, (Problem(code, "阻断", text, mend=mend),))
