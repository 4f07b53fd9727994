"""An honest workbook of very many rows, as a treasury exports it: made in a
second, read like any other.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 200_000
HEADINGS = ("项目代码", "项目名称", "单位", "日期", "金额", "摘要")
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="明细" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}


def honest_workbook(path: Path, rows: int = ROWS, note: str = "") -> Path:
    """A .xlsx of ``rows`` payment lines under headings; ``note`` stands in the last line's text."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, text in _PARTS.items():
            package.writestr(name, text)
        with package.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f'<worksheet xmlns="{_NAMESPACE}"><sheetData>'.encode())
            part.write(_row(1, [_text(word) for word in HEADINGS]))
            for at in range(2, rows + 2):
                part.write(_row(at, _line(at, note if at == rows + 1 else "")))
            part.write(b"</sheetData></worksheet>")
    return path


def _line(at: int, note: str) -> list[str]:
    return [
        _text(f"36010021{at * 7919 % 10**13:013d}"),
        _text(f"专项资金{at % 997}"),
        _text(f"第{at % 40 + 1}中学"),
        _text(f"2026-{at % 12 + 1:02d}-{at % 28 + 1:02d}"),
        f"><v>{at * 37 % 999983 / 100:.2f}</v>",
        _text(note or f"支付第{at}笔"),
    ]


def _text(words: str) -> str:
    return f' t="inlineStr"><is><t>{words}</t></is>'


def _row(at: int, cells: list[str]) -> bytes:
    inside = "".join(f'<c r="{chr(65 + n)}{at}"{cell}</c>' for n, cell in enumerate(cells))
    return f'<row r="{at}">{inside}</row>'.encode()
