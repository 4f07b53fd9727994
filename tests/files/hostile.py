"""Small hostile files, made by code: each of the kinds a gate must refuse,
and honest ones beside them.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOOK = (
    f'<workbook {MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def sheet(rows: str = "", after: str = "", before: str = "") -> str:
    return f"<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def cell(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def package(
    parts: dict[str, str | bytes] | None = None, method: int = zipfile.ZIP_DEFLATED, extra=()
) -> bytes:
    """An .xlsx of the least parts; ``parts`` replace or add, ``extra`` are
    (ZipInfo, content) put in last.
    """
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_RELS,
        "xl/worksheets/sheet1.xml": sheet(
            f'<row r="1">{cell("A1", "项目名称")}<c r="B1"><v>1</v></c></row>'
        ),
    } | (parts or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in whole.items():
            made.writestr(name, content)
        for info, content in extra:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made.writestr(info, content)
    return out.getvalue()


def one(sheet_xml: str) -> bytes:
    return package({"xl/worksheets/sheet1.xml": sheet_xml})


def flip_encryption(data: bytes) -> bytes:
    out = bytearray(data)
    at = out.rfind(b"PK\x01\x02")
    out[at + 8] |= 1
    return bytes(out)


def lie_about_size(data: bytes) -> bytes:
    """The declared size of the last entry forged to 10 in directory and header."""
    out = bytearray(data)
    at = out.rfind(b"PK\x01\x02")
    struct.pack_into("<I", out, at + 24, 10)
    header = struct.unpack_from("<I", out, at + 42)[0]
    struct.pack_into("<I", out, header + 22, 10)
    return bytes(out)


def overlap(data: bytes) -> bytes:
    """The last directory record points at the first entry's bytes."""
    out = bytearray(data)
    first, last = out.find(b"PK\x01\x02"), out.rfind(b"PK\x01\x02")
    out[last + 42 : last + 46] = out[first + 42 : first + 46]
    return bytes(out)


def flip_bit(data: bytes) -> bytes:
    out = bytearray(data)
    at = out.find(b"xl/worksheets/sheet1.xml") + 40
    out[at] ^= 0x10
    return bytes(out)


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00" * 20
    )


def jpeg(width: int, height: int) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x00" * 30
    )


def relation(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    )


def symlink() -> tuple[zipfile.ZipInfo, str]:
    info = zipfile.ZipInfo("xl/media/link")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info, "/etc/passwd"


def compressed_blanks(megabytes: int) -> bytes:
    return one(
        f"<worksheet {MAIN}><sheetData>" + " " * (megabytes << 20) + "</sheetData></worksheet>"
    )


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


def ole(*names: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\x00" * 504
        + b"".join(name.encode("utf-16-le") for name in names)
        + b"\x00" * 512
    )


def word(body: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    main = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", TYPES)
        made.writestr("_rels/.rels", RELS.replace("xl/workbook.xml", "word/document.xml"))
        made.writestr(
            "word/document.xml", f"<w:document {main}><w:body>{body}</w:body></w:document>"
        )
        for name, content in (parts or {}).items():
            made.writestr(name, content)
    return out.getvalue()


def samples() -> dict[str, tuple[str, bytes]]:
    """File name → (code the gate must give, bytes)."""
    return _oversized() | _markup() | _addresses() | _wrong_format() | _packages() | _documents()


def _oversized() -> dict[str, tuple[str, bytes]]:
    return {
        "空白炸弹.xlsx": ("DR-07", compressed_blanks(8)),
        "一长串.xlsx": ("DR-07", one(sheet(f'<row r="1">{cell("A1", "长" * 40_000)}</row>'))),
        "共享长串.xlsx": (
            "DR-07",
            package(
                {"xl/sharedStrings.xml": f"<sst {MAIN}><si><t>{'x' * 1_048_576}</t></si></sst>"}
            ),
        ),
        "bzip2.xlsx": ("DR-07", package(method=zipfile.ZIP_BZIP2)),
        "lzma.xlsx": ("DR-07", package(method=zipfile.ZIP_LZMA)),
        "大小造假.xlsx": ("DR-06", lie_about_size(package())),
        "套压缩包.xlsx": ("DR-08", package({"xl/media/nested.zip": b"PK"})),
        "三千部件.xlsx": (
            "DR-07",
            package({f"xl/media/{number}.xml": "<a/>" for number in range(2_001)}),
        ),
        "重叠.xlsx": ("DR-07", overlap(package())),
    }


def _markup() -> dict[str, tuple[str, bytes]]:
    return {
        "实体.xlsx": ("DR-12", one(LAUGHS + sheet())),
        "外部实体.xlsx": ("DR-12", one('<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + sheet())),
        "实体utf16.xlsx": (
            "DR-12",
            package(
                {
                    "xl/worksheets/sheet1.xml": (
                        '<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + sheet()
                    ).encode("utf-16")
                }
            ),
        ),
        "深嵌套.xlsx": (
            "DR-07",
            one(f"<worksheet {MAIN}>" + "<a>" * 300 + "</a>" * 300 + "</worksheet>"),
        ),
        "长属性.xlsx": ("DR-07", one(f'<worksheet {MAIN} b="{"x" * (6 << 20)}"/>')),
        "多属性.xlsx": (
            "DR-07",
            one(f"<worksheet {MAIN} " + " ".join(f'a{number}="1"' for number in range(100)) + "/>"),
        ),
    }


def _addresses() -> dict[str, tuple[str, bytes]]:
    return {
        "两角.xlsx": (
            "DR-14",
            one(
                sheet(
                    f'<row r="1">{cell("A1", "x")}</row><row r="1048576">{cell("XFD1048576", "x")}</row>'
                )
            ),
        ),
        "全表合并.xlsx": (
            "DR-14",
            one(sheet(after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')),
        ),
        "坏引用.xlsx": ("DR-14", one(sheet(f'<row r="1">{cell("ZZZZ1", "x")}</row>'))),
        "越界列.xlsx": ("DR-14", one(sheet(f'<row r="1">{cell("XFE1", "x")}</row>'))),
        "巨行号.xlsx": ("DR-14", one(sheet('<row r="4294967295"/>'))),
        "一格两次.xlsx": (
            "DR-14",
            one(sheet(f'<row r="1">{cell("A1", "100")}{cell("A1", "1")}</row>')),
        ),
        "外链.xlsx": (
            "DR-13",
            package(
                {
                    "xl/externalLinks/_rels/externalLink1.xml.rels": relation(
                        "externalLinkPath", "file://127.0.0.1/x"
                    )
                }
            ),
        ),
    }


def _wrong_format() -> dict[str, tuple[str, bytes]]:
    return {
        "截断.xlsx": ("DR-06", package()[:900]),
        "网页.xlsx": ("DR-04", b"<html><table><tr><td>1</td></tr></table></html>"),
        "pdf.docx": ("DR-04", b"%PDF-1.7 x"),
        "加密.xlsx": ("DR-09", ole("EncryptionInfo", "EncryptedPackage")),
        "旧文档.doc": ("DR-05", ole("WordDocument")),
        "旧宏.xls": ("DR-10", ole("Workbook", "_VBA_PROJECT")),
        "空.xlsx": ("DR-02", b""),
        "图片合体.xlsx": ("DR-04", b"GIF89a" + package()),
        "尾巴.xlsx": ("DR-06", package() + b"tail"),
        "乱字节.xlsx": ("DR-06", b"PK\x03\x04" + bytes(range(256)) * 20),
        "坏一位.xlsx": ("DR-06", flip_bit(package())),
    }


def _packages() -> dict[str, tuple[str, bytes]]:
    duplicate = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    return {
        "路径.xlsx": ("DR-08", package({"../../wx.txt": "x"})),
        "盘符.xlsx": ("DR-08", package({"C:\\x.txt": "x"})),
        "链接.xlsx": ("DR-08", package(extra=[symlink()])),
        "重名.xlsx": ("DR-08", package(extra=[(duplicate, sheet())])),
        "大小写重名.xlsx": ("DR-08", package({"xl/worksheets/SHEET1.XML": sheet()})),
        "宏.xlsx": ("DR-10", package({"xl/vbaProject.bin": b"x"})),
        "加密位.xlsx": ("DR-09", flip_encryption(package())),
        "程序.xlsx": ("DR-08", package({"xl/media/a.exe": b"MZ"})),
        "外来.xlsx": ("DR-08", package({"other/a.xml": "<a/>"})),
        "大图.xlsx": ("DR-15", package({"xl/media/a.png": png(50_000, 50_000)})),
        "大照片.xlsx": ("DR-15", package({"xl/media/a.jpeg": jpeg(40_000, 40_000)})),
    }


def _documents() -> dict[str, tuple[str, bytes]]:
    return {
        "嵌入.docx": ("DR-11", word(parts={"word/embeddings/oleObject1.bin": b"x"})),
        "宏.docx": ("DR-10", word(parts={"word/vbaProject.bin": b"x"})),
        "模板.docx": (
            "DR-13",
            word(
                parts={
                    "word/_rels/settings.xml.rels": relation(
                        "attachedTemplate", "http://127.0.0.1/x"
                    )
                }
            ),
        ),
        "深表.docx": ("DR-07", word("<w:tbl><w:tr><w:tc>" * 100 + "</w:tc></w:tr></w:tbl>" * 100)),
        "实体.docx": ("DR-12", word(parts={"word/styles.xml": LAUGHS + "<x>&b;</x>"})),
    }


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
