"""移送材料: the serious ones as one package: list, each finding's paper, its
proofs, its trail, and a digest of every file.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from typing import IO, TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from wenxiao.desk.dossiers.archive import csv_bytes, put_trail
from wenxiao.desk.rectifications.rectifications import ORDER, ledger_sheet
from wenxiao.evidence.selectors import materials_seen_by
from wenxiao.evidence.states import STANDING
from wenxiao.files.out.handover import finding_paper, handover_list
from wenxiao.followup.selectors.ledger import (
    accountabilities_seen_by,
    entries_behind,
    handed_over,
    of_work_year,
)
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import person, who
from wenxiao.pages.downloads import CONTENT, to_keep
from wenxiao.pages.formats import full_day
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, view
from wenxiao.records.services import read_file, record
from wenxiao.records.trail import fields_of
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.evidence.models import Material
    from wenxiao.followup.models import Accountability, Rectification
    from wenxiao.records.models import Notice

MOST = 300
LARGEST = 300 << 20
"""Bytes of proofs one package may hold; more is handed over in parts."""


class Parcel:
    """A zip that remembers the digest of everything put into it."""

    def __init__(self) -> None:
        # On disk: a year's proofs are more than a web process should hold.
        self.stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
        self.zipped = zipfile.ZipFile(self.stream, "w", zipfile.ZIP_DEFLATED)
        self.digests: list[tuple[str, str]] = []
        self.size = 0

    def writestr(self, name: str, content: bytes | str) -> None:
        """Put one file in; NotAllowed where the package grows beyond what
        is handed over at once.
        """
        data = content.encode() if isinstance(content, str) else content
        self.size += len(data)
        if self.size > LARGEST:
            raise NotAllowed(f"材料超过 {LARGEST >> 20} MB，请少勾几项，分几个包移送。")
        self.digests.append((hashlib.sha256(data).hexdigest(), name))
        self.zipped.writestr(name, data)

    def close(self) -> tuple[IO[bytes], str]:
        """The finished zip at its beginning, and its digest; the list of
        digests (as ``sha256sum -c`` reads it) is last.
        """
        lines = "".join(f"{digest}  {name}\n" for digest, name in self.digests)
        self.zipped.writestr("校验清单.sha256", lines)
        self.zipped.close()
        self.stream.seek(0)
        digest = hashlib.sha256()
        while block := self.stream.read(1 << 20):
            digest.update(block)
        self.stream.seek(0)
        return self.stream, digest.hexdigest()


@view("see_unit", methods=("POST",))
def handover_package(request: HttpRequest) -> Any:
    """The ticked items (none ticked: all) as one zip.
    One that is not the person's to see keeps all out. On record.
    """
    year, holding = work_year(request), held(request)
    if not (holding.can("confirm_finding") or holding.can("watch_trail")):
        raise Refused(f"移送材料由财政部门打包；{who('confirm_finding')}。")

    try:
        rows = _chosen(request, year)
        stream, digest = _package(request, rows, year)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('desk:handover')}?year={year}")
    record(
        division=rows[0].finding.dossier.subject.division,
        by=person(request),
        act="打包移送材料",
        label=f"{year}年移送清单 {len(rows)} 项",
        data={"count": len(rows), "digest": digest, "items": [row.pk for row in rows]},
    )
    name = f"{year}年移送材料_{timezone.localtime():%Y%m%d}.zip"
    return to_keep(FileResponse(stream, content_type=CONTENT["zip"]), name)


def _chosen(request: HttpRequest, year: int) -> list[Rectification]:
    rows = of_work_year(handed_over(person(request)), year).order_by(*ORDER)
    asked = {
        int(key) for key in request.POST.getlist("item")[:5000] if key.isdecimal() and len(key) < 18
    }
    chosen = list(rows.filter(pk__in=asked) if asked else rows[: MOST + 1])
    if len(chosen) < len(asked):
        raise NotAllowed("所选事项中有的不在移送清单里，或不在您的授权范围内，没有打包。")
    if not chosen:
        raise NotAllowed("移送清单是空的，没有可打包的材料。")
    if len(chosen) > MOST:
        raise NotAllowed(f"一次最多打包 {MOST} 项，请勾选后分几次打包。")
    return chosen


def _package(request: HttpRequest, rows: list[Rectification], year: int) -> tuple[IO[bytes], str]:
    division = rows[0].finding.dossier.subject.division
    mark = "演示数据" if division.demo else None
    title, parcel = f"{year}年移送清单", Parcel()
    accounts = list(accountabilities_seen_by(person(request)).filter(rectification__in=rows))
    proofs = _proofs(request, rows)
    lines = []
    for at, row in enumerate(rows, start=1):
        folder = f"{at:02d}_{_plain(row.finding.dossier.subject.name)}_{_plain(row.finding.text)}"
        own = [one for one in accounts if one.rectification_id == row.pk]
        parcel.writestr(
            f"{folder}/问题情况.docx", finding_paper("问题情况", _facts(row, own), watermark=mark)
        )
        papers = _put_proofs(parcel, folder, row, proofs.get(row.finding.dossier_id, []))
        entries = [fields_of(entry) for entry in entries_behind(row, own)]
        put_trail(parcel, entries, folder=f"{folder}/留痕", verifier=False)
        lines.append(_line(at, row, papers, len(entries)))
    office, date = division.bureau, str(full_day(today()))
    opening = f"以下{len(rows)}项程度严重或已写明移送，随附问题情况、佐证和办理留痕，请审核处理。"
    parcel.writestr(
        f"{title}.docx",
        handover_list(title, opening, lines, office=office, date=date, watermark=mark),
    )
    parcel.writestr(f"{title}.xlsx", ledger_sheet(request, rows, title))
    put_trail(parcel, [], folder="核验程序")
    parcel.writestr("说明.txt", _told(request, rows, title))
    return parcel.close()


def _plain(text: str) -> str:
    """A text as a part of a file name: short, without what file systems refuse."""
    return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', "", text)[:24] or "未名"


def _proofs(request: HttpRequest, rows: list[Rectification]) -> dict[int, list[Material]]:
    """The proofs that stand in the dossiers concerned, by dossier."""
    proofs: dict[int, list[Material]] = {}
    dossiers = {row.finding.dossier_id for row in rows}
    for one in (
        materials_seen_by(person(request))
        .filter(dossier__in=dossiers, state__in=STANDING)
        .exclude(file=None)
    ):
        proofs.setdefault(one.dossier_id, []).append(one)
    return proofs


def _put_proofs(parcel: Parcel, folder: str, row: Rectification, materials: list[Material]) -> int:
    """The mending's own proof and the dossier's, with a list that says what
    each is; a lost file is named there.
    """
    listed = [("整改佐证", row.proof, "", "", "整改回复所附")] if row.proof else []
    listed += [
        (
            "单位佐证" if one.side == "unit" else "评价取证",
            one.file,
            one.title,
            one.get_state_display(),
            one.note,
        )
        for one in materials
        if one.file is not None
    ]
    lines = []
    for at, (kind, stored, title, state, note) in enumerate(listed, start=1):
        name = f"佐证/{at:02d}_{stored.name}"
        try:
            parcel.writestr(f"{folder}/{name}", read_file(stored))
            lost = ""
        except NotAllowed as refusal:
            if parcel.size > LARGEST:
                raise
            lost = str(refusal)
        lines.append((name, kind, title, state, note, stored.sha256, lost))
    if lines:
        heads = ("文件", "来自", "名称", "核验", "证明什么", "SHA-256", "说明")
        parcel.writestr(f"{folder}/佐证/清单.csv", csv_bytes(heads, lines))
    return len(lines)


def _facts(row: Rectification, accounts: list[Accountability]) -> list[tuple[str, str]]:
    finding, notice = row.finding, row.notice
    facts = [
        ("对象", finding.dossier.subject.name),
        ("项目代码", finding.dossier.subject.code),
        ("预算年度", str(finding.dossier.fiscal_year)),
        ("责任单位", row.unit.name),
        ("问题", finding.text),
        ("程度", finding.get_severity_display()),
        ("问题目录", f"{finding.item.code} {finding.item.text}" if finding.item else "未归入目录"),
        ("依据的数据", finding.evidence),
        ("由哪里发现", finding.review.round.name if finding.review else "未关联评审"),
        ("反馈函", _notice(notice) if notice else "未发"),
        ("整改期限", str(full_day(row.falls_due))),
        ("责任人", row.owner),
        ("整改措施", row.measure),
        ("整改结果", row.reply),
        ("核验意见", row.verdict),
        ("现状", f"{row.get_state_display()}，退回 {row.refusals} 次，督办 {row.escalated} 次"),
    ]
    return facts + [("问责", _account(one)) for one in accounts]


def _notice(notice: Notice) -> str:
    signed = (
        f"，{full_day(notice.received_on)} {notice.received_by}签收"
        if notice.received_on
        else "，未签收"
    )
    return f"{notice.number or '未编号'}，{full_day(notice.issued_on)}发出{signed}"


def _account(one: Accountability) -> str:
    parts = (
        one.matter,
        f"责任人 {one.person}" if one.person else "",
        f"处理：{one.consequence}" if one.consequence else "",
        f"移送 {one.handed_to}" if one.handed_to else "",
        str(full_day(one.decided_on)) if one.decided_on else "",
    )
    return "；".join(part for part in parts if part)


def _line(at: int, row: Rectification, papers: int, entries: int) -> tuple[str, ...]:
    subject = row.finding.dossier.subject
    return (
        str(at),
        subject.name,
        row.unit.name,
        row.finding.text,
        row.finding.get_severity_display(),
        row.get_state_display(),
        f"佐证 {papers} 份、留痕 {entries} 条",
    )


def _told(request: HttpRequest, rows: list[Rectification], title: str) -> str:
    lines = [
        f"{title}，共 {len(rows)} 项",
        f"打包人：{person(request).name}　{timezone.localtime():%Y-%m-%d %H:%M}",
        "",
        "每项一个文件夹：问题情况.docx，佐证（收到时的文件，一字节未改）及其清单，留痕（办理记录和校验值）。",
        "校验清单.sha256 有包内每个文件的摘要，可用 sha256sum -c 校验清单.sha256 逐一核对。",
        "留痕核验：python 核验程序/核验.py 某文件夹/留痕/留痕.json（单条内容可核；前后相接须用审计管理员导出的整链）。",
        "撤回的和已被新版替换的佐证不在包内；需要时由审计人员从档案取证包调取。",
    ]
    return "\n".join(lines)
