"""Scans and proofs handed in on a page: kept as received once the gate let them in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.files.gate import admit
from wenxiao.pages.views import person
from wenxiao.records.services import store_file
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.records.models import StoredFile

PROOF_KINDS = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n\x1a\n"}
"""Scans and photographs, kept as they are: the first bytes must be those of the suffix."""
PROOF_LARGEST = 30 << 20
REFUSED_NAMES = ("机密", "秘密", "绝密", "涉密")


def kept(request: HttpRequest, division: Any, upload: Any) -> StoredFile:
    """The upload as a stored file; NotAllowed with a sentence when it is too large, marked secret or not what it says."""
    name = str(upload.name or "")
    if (upload.size or 0) > PROOF_LARGEST:
        raise NotAllowed("佐证文件超过 30 MB，请拆分或压缩图片后再传。")
    if any(word in name for word in REFUSED_NAMES):
        raise NotAllowed("文件名带有密级字样。涉密材料不得上传，请按保密规定线下报送。")
    content = b"".join(upload.chunks())
    _admitted(name, content)
    return store_file(division=division, by=person(request), name=name, content=content)


def _admitted(name: str, content: bytes) -> None:
    suffix = Path(name).suffix.lower()
    if suffix in PROOF_KINDS:
        if not content.startswith(PROOF_KINDS[suffix]):
            raise NotAllowed(f"《{name}》的内容与后缀 {suffix} 不符，请核对文件后再传。")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"proof{suffix}"
        path.write_bytes(content)
        admitted = admit(path, largest=PROOF_LARGEST)
    if admitted.problems:
        found = admitted.problems[0]
        raise NotAllowed(f"《{name}》不能作佐证：{found.text}{found.mend or ''}可用 PDF、图片、Word 或 Excel。")
