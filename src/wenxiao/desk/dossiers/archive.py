"""The auditor's package of one dossier: a zip that says all it holds in
plain files, readable without this software.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from wenxiao.followup.selectors.custody import Kept, entries_of_tables, files_of, kept_about
from wenxiao.pages.rule_words import parts
from wenxiao.records import chain, sm3
from wenxiao.records.services import read_file
from wenxiao.records.trail import fields_of
from wenxiao.rulebook import basis
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.budget.models import Dossier
    from wenxiao.records.models import StoredFile

_CHECK = """

if __name__ == "__main__":
    import sys

    text = open(sys.argv[1], encoding="utf-8").read()
    export = json.loads(text)
    wrong = [e for e in export["entries"] if e["hash"] != link(e["previous"], e)]
    for e in wrong:
        print("内容与校验值不符：", e["day"], e["number"], e["act"])
    print(f"{len(export['entries'])} 条，{len(wrong)} 条不符。")
    if export.get("whole"):
        for fault in verify_export(text):
            print(fault.day, fault.number, fault.text)
"""


class Writes(Protocol):
    """Whatever takes named files: a zip, or one that counts what goes in."""

    def writestr(self, name: str, content: bytes | str, /) -> None:
        """Put one file in."""


def package(dossier: Dossier) -> tuple[bytes, dict[str, int]]:
    """The zip's bytes and what it holds by count.
    A file missing from the store is named in 说明.txt, not passed over.
    """
    tables = kept_about(dossier)
    entries = [fields_of(entry) for entry in entries_of_tables(tables)]
    files = files_of(tables, dossier)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        lost = _put_files(zipped, files)
        for table in tables:
            zipped.writestr(f"数据/{table.title}.csv", csv_bytes(table.columns, table.rows))
        put_trail(zipped, entries)
        _put_rules(zipped, dossier)
        zipped.writestr("说明.txt", _told(dossier, tables, files, entries, lost))
    return out.getvalue(), {
        "tables": len(tables),
        "files": len(files) - len(lost),
        "entries": len(entries),
    }


def csv_bytes(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table as .csv that Excel opens: UTF-8 with its mark, no cell a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _inert(cell: object) -> str:
    """A spreadsheet shall not take a cell for a formula; a plain negative number is none."""
    text = "" if cell is None else str(cell)
    risky = (
        text[:1] in {"=", "+", "-", "@", "\t", "\r"}
        and not text.lstrip("+-").replace(".", "", 1).isdigit()
    )
    return f"'{text}" if risky else text


def _put_files(zipped: zipfile.ZipFile, files: list[StoredFile]) -> list[str]:
    lost, rows = [], []
    for stored in files:
        name = f"{stored.pk}_{PurePosixPath(stored.name).name}"
        try:
            zipped.writestr(f"原件/{name}", read_file(stored))
            rows.append([name, stored.sha256, stored.size, stored.at.isoformat(), ""])
        except NotAllowed as refusal:
            lost.append(str(refusal))
            rows.append([name, stored.sha256, stored.size, stored.at.isoformat(), str(refusal)])
    zipped.writestr(
        "原件/清单.csv", csv_bytes(["文件", "SHA-256", "字节数", "收到时间", "说明"], rows)
    )
    return lost


def put_trail(
    zipped: Writes, entries: list[dict[str, Any]], *, folder: str = "留痕", verifier: bool = True
) -> None:
    """Entries as a sheet and as JSON into a folder of a package, beside the
    program that verifies them.
    """
    columns = ["day", "number", "at", "by_name", "act", "label", "why", "data", "hash"]
    words = ["日期", "当日序号", "时间", "经办人", "事项", "对象", "理由", "改动内容", "校验值"]
    if entries:
        rows = [
            [json.dumps(e[c], ensure_ascii=False) if c == "data" else e[c] for c in columns]
            for e in entries
        ]
        zipped.writestr(f"{folder}/留痕.csv", csv_bytes(words, rows))
        zipped.writestr(
            f"{folder}/留痕.json", json.dumps({"entries": entries}, ensure_ascii=False, indent=1)
        )
    if verifier:
        source = Path(chain.__file__).read_text(encoding="utf-8")
        alone = source.replace("from wenxiao.records.sm3 import sm3", "from sm3 import sm3")
        zipped.writestr(f"{folder}/核验.py", alone + _CHECK)
        zipped.writestr(f"{folder}/sm3.py", Path(sm3.__file__).read_text(encoding="utf-8"))


def _put_rules(zipped: zipfile.ZipFile, dossier: Dossier) -> None:
    """Every rule as it was in force for the dossier's fiscal year, in words."""
    own = dossier.subject.division.own_rules
    for name in basis.names():
        value = basis.in_force(name, dossier.fiscal_year, own)
        head = [
            basis.load(name).title,
            f"依据：{value.document or '没有文件依据'} {value.clause}".rstrip(),
            f"起用：{value.start.isoformat()}　依据{value.standing}　{'本级规定' if value.own else '通行规定'}",
            *([f"核对：{_seen(value.seen)}"] if value.seen else []),
            *([f"说明：{value.note}"] if value.note else []),
            "",
        ]
        zipped.writestr(
            f"规则/{basis.load(name).title}.txt", "\n".join([*head, *_lines(parts(value.content))])
        )


def _seen(seen: Any) -> str:
    """What was read of the clause, when, by whom, and the digest of its words."""
    people = [
        f"{word}{seen[key]}"
        for key, word in (("by", "核对人"), ("second", "复核人"))
        if seen.get(key)
    ]
    return "，".join([seen["what"], seen["compared"], *people, f"条文摘要值 {seen['sha256']}"])


def _lines(told: Iterable[Any], depth: int = 0) -> list[str]:
    lines = []
    for part in told:
        pad = "　" * depth
        if part.shape == "group":
            lines += [f"{pad}{part.word}：", *_lines(part.below, depth + 1)]
        elif part.shape == "table":
            lines += [
                f"{pad}{part.word}：",
                f"{pad}　{' | '.join(part.heads)}",
                *(f"{pad}　{' | '.join(map(str, row))}" for row in part.rows),
            ]
        else:
            lines.append(
                f"{pad}{part.word}：{'、'.join(part.items) if part.shape == 'list' else part.text}"
            )
    return lines


def _told(
    dossier: Dossier,
    tables: list[Kept],
    files: list[StoredFile],
    entries: list[dict[str, Any]],
    lost: list[str],
) -> str:
    subject = dossier.subject
    lines = [
        f"{subject.name}（{dossier.fiscal_year} 预算年度）档案材料",
        f"单位：{dossier.unit.name}　项目代码：{subject.code}",
        "",
        "原件　收到时的文件，一字节未改；清单.csv 有摘要，可用任何工具核对。",
        f"数据　系统中关于本档案的全部数据，共 {len(tables)} 张表，金额单位为元；空白表示没有填报，不是零。",
        f"留痕　{len(entries)} 条办理记录，含每次改动的前后内容、理由和校验值。核验：python 核验.py 留痕.json",
        "　　　单条内容可在此核验；前后是否相接，须用审计管理员导出的整链核验。",
        f"规则　{dossier.fiscal_year} 预算年度有效的各项规则和依据。",
        "",
        "数据表：",
        *(f"　{table.title}　{len(table.rows)} 行" for table in tables),
        "",
        f"原件 {len(files)} 份" + (f"，其中 {len(lost)} 份取不出：" if lost else "，全部在内。"),
        *(f"　{text}" for text in lost),
    ]
    return "\n".join(lines)
