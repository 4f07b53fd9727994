"""Strict Open XML (Excel's „Strict Open XML 电子表格“): the same parts under
other namespaces, made transitional in memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (
        rb"http://purl\.oclc\.org/ooxml/officeDocument/",
        b"http://schemas.openxmlformats.org/officeDocument/2006/",
    ),
    (
        rb"http://purl\.oclc\.org/ooxml/(spreadsheetml|wordprocessingml)/",
        rb"http://schemas.openxmlformats.org/\1/2006/",
    ),
    (
        rb"http://purl\.oclc\.org/ooxml/drawingml/",
        b"http://schemas.openxmlformats.org/drawingml/2006/",
    ),
    (
        rb"http://purl\.oclc\.org/ooxml/schemaLibrary/",
        b"http://schemas.openxmlformats.org/schemaLibrary/2006/",
    ),
)


def is_strict(stream: IO[bytes], part: str) -> bool:
    """Whether the package's main part is Strict; the stream stands at its beginning afterwards."""
    with zipfile.ZipFile(stream) as package:
        strict = part in package.namelist() and _STRICT in package.read(part)[:4_000]
    stream.seek(0)
    return strict


def transitional(stream: IO[bytes]) -> IO[bytes]:
    """The package with every XML part under the namespaces readers know."""
    out = io.BytesIO()
    with zipfile.ZipFile(stream) as package, zipfile.ZipFile(out, "w") as rewritten:
        for entry in package.infolist():
            content = package.read(entry)
            if entry.filename.lower().endswith((".xml", ".rels")):
                for strict, known in _NAMES:
                    content = re.sub(strict, known, content)
            rewritten.writestr(entry.filename, content)
    out.seek(0)
    return out
