"""A package as one zip: the files of every item in its own folder, and a
list of contents that names what is missing.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.desk.packages.sources import Made, made_from, table
from wenxiao.desk.packages.upper import upper_files
from wenxiao.files.out.spreadsheets import ColumnSpec, workbook_bytes
from wenxiao.rulebook.packages import PACKAGES, PackageItem, PackageList, package_list
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.orgs.models import Division

CONTENTS = "目录.xlsx"
NO_LIST = "本级还没有列出{word}里有哪些材料。请在 更多 → 评分规则与制度 → 材料包清单 按要求填写。"


@dataclass(frozen=True, slots=True)
class PackedItem:
    """One item of the list with what was made for it."""

    item: PackageItem
    outcome: Made


def packed(
    division: Division, package: str, year: int
) -> tuple[PackageList, tuple[PackedItem, ...]]:
    """The package's list in force and its items, each with its files or why
    there are none; a source is made once.
    """
    rule = package_list(package, division.own_rules, year)
    by_source: dict[str, Made] = {}
    for item in rule.items:
        if item.source not in by_source:
            by_source[item.source] = made_from(item, division, year)
    return rule, tuple(PackedItem(item, by_source[item.source]) for item in rule.items)


def package_zip(division: Division, package: str, year: int) -> tuple[bytes, str]:
    """(zip, name). NotAllowed where the division listed nothing."""
    rule, items = packed(division, package, year)
    if not items:
        raise NotAllowed(NO_LIST.format(word=PACKAGES[package]))
    title = f"{division.short_name or division.name}{year}年{PACKAGES[package]}"
    files = [
        (f"{at:02d} {_safe(one.item.name)}/{_safe(name)}", content)
        for at, one in enumerate(items, 1)
        for name, content in one.outcome.files
    ]
    if package == "upper":
        files = [*upper_files(division, year, items), *files]
    return zipped([(CONTENTS, _contents(division, rule, items)), *files]), title


def zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Named files as one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def _contents(division: Division, rule: PackageList, items: Sequence[PackedItem]) -> bytes:
    columns = (
        ColumnSpec("序号", 6, "number"),
        ColumnSpec("材料", 36),
        ColumnSpec("来源", 24),
        ColumnSpec("文件", 50),
        ColumnSpec("SHA-256", 66),
        ColumnSpec("缺什么", 40),
    )
    rows = []
    for at, one in enumerate(items, 1):
        for name, content in one.outcome.files:
            digest = hashlib.sha256(content).hexdigest()
            rows.append((at, one.item.name, one.item.source, name, digest, ""))
        if one.outcome.missing:
            rows.append((at, one.item.name, one.item.source, "", "", one.outcome.missing))
    note = f"清单依据：{rule.basis}。不含限制知悉的对象"
    return workbook_bytes([table(division, "目录", columns, rows, note)])


def _safe(name: str) -> str:
    """A name a file system takes, short enough for any."""
    return "".join("_" if sign in '/\\:*?"<>|\n\r\t' else sign for sign in name).strip()[:80]
