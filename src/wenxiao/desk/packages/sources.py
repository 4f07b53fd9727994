"""What a package's item may come from: each source makes files from rows, or says why there are
none. Nothing restricted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from wenxiao.desk.uses.use_list_files import decided_docx
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, Value, workbook_bytes
from wenxiao.followup.selectors import packaged
from wenxiao.followup.selectors.disclosed import arranged_and_used
from wenxiao.records.services import read_file
from wenxiao.reports import briefs
from wenxiao.reports.services import report_files, signed_reports
from wenxiao.rulebook.numbers import as_wan
from wenxiao.rulebook.packages import PackageItem
from wenxiao.rulebook.unit_assessment import MEASURES
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.followup.selectors.coverage import CoverageCell
    from wenxiao.orgs.models import Division


class Made(NamedTuple):
    """The files of one item by name, or why there are none."""

    files: tuple[tuple[str, bytes], ...] = ()
    missing: str = ""


def made_from(item: PackageItem, division: Division, year: int) -> Made:
    """The files of an item for a work year."""
    if item.document:
        return _library(division, item.document)
    return _SOURCES[item.source](division, year)


def table(
    division: Division,
    name: str,
    columns: Sequence[ColumnSpec],
    rows: Sequence[Sequence[Value]],
    note: str = "",
) -> SheetSpec:
    """A sheet of a package, with the demonstration's mark."""
    mark = "演示数据" if division.demo else None
    return SheetSpec(name, name, columns, rows, notes=(note,) if note else (), watermark=mark)


def _library(division: Division, name: str) -> Made:
    rows = packaged.documents_named(division, name)
    if not rows:
        return Made(missing=f"制度库里没有名称含“{name}”、带原文的文件")
    files = []
    for row in rows:
        if row.file is None:
            continue
        ending = row.file.name.rsplit(".", 1)[-1] if "." in row.file.name else "bin"
        try:
            files.append((f"{row.title}.{ending}", read_file(row.file)))
        except NotAllowed as refusal:
            return Made(missing=str(refusal))
    return Made(tuple(files))


def _report(division: Division, year: int) -> Made:
    signed = next(iter(signed_reports(division, year)), None)
    if signed is None:
        return Made(missing=f"{year} 年的年度工作报告还没有签发")
    try:
        content = report_files(division, year, version="public")["annual.docx"]
    except NotAllowed as refusal:
        return Made(missing=str(refusal))
    return Made(((f"{year}年度预算绩效管理工作情况（第{signed.issue_number}期）.docx", content),))


def _summary(division: Division, year: int) -> Made:
    try:
        content = report_files(division, year, version="public")["summary.xlsx"]
    except NotAllowed as refusal:
        return Made(missing=str(refusal))
    return Made(((f"{year}年财政重点绩效评价情况表.xlsx", content),))


def _brief(name: str) -> Callable[[Division, int], Made]:
    def make(division: Division, year: int) -> Made:
        paper = briefs.brief(division, year, name, version="public")
        if not paper.sections:
            return Made(missing=paper.opening[0].text)
        return Made(((f"{paper.title}.docx", briefs.brief_file(paper, "brief.docx") or b""),))

    return make


def _statistics(division: Division, year: int) -> Made:
    """The stages of the two budget years a work year is about (评价的上年、监控的本年), a workbook each."""
    files = [
        (f"{fiscal}年度预算绩效管理统计表.xlsx", _statistics_of(division, cells))
        for fiscal in (year - 1, year)
        if (cells := packaged.coverage_told(division, fiscal))
    ]
    return Made(tuple(files), "" if files else f"{year - 1}、{year} 预算年度没有对象")


def _statistics_of(division: Division, cells: Sequence[CoverageCell]) -> bytes:
    """Stage × kind × budget in number and money, and a row for every object
    a stage has not reached.
    """
    columns = (
        ColumnSpec("环节", 12),
        ColumnSpec("类型", 16),
        ColumnSpec("预算", 16),
        ColumnSpec("应开展（个）", 11, "number"),
        ColumnSpec("应开展（万元）", 14, "money"),
        ColumnSpec("已开展（个）", 11, "number"),
        ColumnSpec("已开展（万元）", 14, "money"),
    )
    rows: list[Sequence[Value]] = [
        (
            cell.stage_word,
            cell.kind_word,
            cell.fund_word,
            cell.due.objects,
            as_wan(cell.due.yuan),
            cell.done.objects,
            as_wan(cell.done.yuan),
        )
        for cell in cells
    ]
    bare = [
        (cell.stage_word, one.code, one.name, one.unit, as_wan(one.yuan))
        for cell in cells
        for one in cell.bare
    ]
    names = (
        ColumnSpec("环节", 12),
        ColumnSpec("项目代码", 22),
        ColumnSpec("名称", 36),
        ColumnSpec("单位", 24),
        ColumnSpec("预算（万元）", 14, "money"),
    )
    note = "同一对象在每个环节各计一次，环节之间不相加；没有预算数的金额空着"
    sheets = [
        table(division, "统计表", columns, rows, note),
        table(division, "没有开展的对象", names, bare),
    ]
    return workbook_bytes(sheets)


def _mendings(division: Division, year: int) -> Made:
    rows = packaged.mendings_told(division, year)
    if not rows:
        return Made(missing=f"{year} 年没有下达整改的问题")
    columns = (
        ColumnSpec("单位", 24),
        ColumnSpec("对象", 36),
        ColumnSpec("问题", 50),
        ColumnSpec("整改期限", 12),
        ColumnSpec("状态", 12),
        ColumnSpec("销号日期", 12),
        ColumnSpec("编号", 10),
    )
    lines = [
        (
            row.unit.name,
            row.finding.dossier.subject.name,
            row.finding.text,
            row.falls_due.isoformat(),
            row.get_state_display(),
            row.closed_on.isoformat() if row.closed_on else None,
            str(row.pk),
        )
        for row in rows
    ]
    sheet = table(division, "整改情况表", columns, lines)
    return Made(((f"{year}年整改情况表.xlsx", workbook_bytes([sheet])),))


def _use_lists(division: Division, year: int) -> Made:
    rows = packaged.use_lists_told(division, year + 1)
    if not rows:
        return Made(missing=f"{year + 1} 年度没有签字的结果应用清单")
    papers = [decided_docx(division, row.unit, year + 1, lines, row) for row, lines in rows]
    return Made(tuple((f"{title}.docx", content) for content, title in papers))


def _assessments(division: Division, year: int) -> Made:
    rows = packaged.assessments_told(division, year)
    if not rows:
        return Made(missing=f"{year} 年没有已确认的单位工作考核")
    columns = (
        ColumnSpec("单位", 24),
        ColumnSpec("考核内容", 26),
        ColumnSpec("取数", 16),
        ColumnSpec("分值", 9, "points"),
        ColumnSpec("得分", 9, "points"),
    )
    lines = [
        (
            row.unit.name,
            line["name"],
            line["measure"],
            Decimal(line["weight"]),
            None if line["points"] is None else Decimal(line["points"]),
        )
        for row in rows
        for line in row.lines
    ]
    behind = [
        (row.unit.name, line["name"], key, "是" if done else "否")
        for row in rows
        for line in row.lines
        if line["measure"] in MEASURES
        for key, _, done in line["rows"]
    ]
    keys = (
        ColumnSpec("单位", 24),
        ColumnSpec("考核内容", 26),
        ColumnSpec("行", 26),
        ColumnSpec("已办", 8),
    )
    sheets = [table(division, "考核表", columns, lines), table(division, "取数明细", keys, behind)]
    return Made(((f"{year}年单位工作考核表.xlsx", workbook_bytes(sheets)),))


def _training(division: Division, year: int) -> Made:
    rows = list(packaged.courses_told(division, year))
    if not rows:
        return Made(missing=f"{year} 年没有培训计划")
    columns = (
        ColumnSpec("培训", 40),
        ColumnSpec("日期", 12),
        ColumnSpec("地点", 24),
        ColumnSpec("签到（人）", 10, "number"),
    )
    lines = [(row.title, row.held_on.isoformat(), row.place, row.came) for row in rows]  # type: ignore[attr-defined]  # counted by the selector
    sheet = table(division, "培训情况表", columns, lines)
    return Made(((f"{year}年培训情况表.xlsx", workbook_bytes([sheet])),))


def _published(division: Division, year: int) -> Made:
    """What the public reads of the budget year before: the objects that
    were evaluated in this work year.
    """
    rows = packaged.results_told(division, year - 1) + packaged.results_told(division, year)
    if not rows:
        return Made(missing=f"{year - 1}、{year} 预算年度还没有公开的结果")
    columns = (
        ColumnSpec("单位", 24),
        ColumnSpec("名称", 36),
        ColumnSpec("预算年度", 9),
        ColumnSpec("安排资金（万元）", 14, "money"),
        ColumnSpec("使用资金（万元）", 14, "money"),
        ColumnSpec("得分", 9, "points"),
        ColumnSpec("等级", 8),
        ColumnSpec("一句话说明", 60),
        ColumnSpec("公开日期", 12),
    )
    lines = []
    for row in rows:
        review, dossier = row.review, row.review.dossier
        arranged, used = arranged_and_used(review) if "money" in row.what else (None, None)
        lines.append(
            (
                dossier.unit.name,
                dossier.subject.name,
                str(dossier.fiscal_year),
                as_wan(arranged),
                as_wan(used),
                review.points,
                review.grade,
                row.sentence,
                row.published_on.isoformat() if row.published_on else None,
            )
        )
    sheet = table(division, "公开结果表", columns, lines)
    return Made(((f"{year}年公开结果表.xlsx", workbook_bytes([sheet])),))


_SOURCES: dict[str, Callable[[Division, int], Made]] = {
    "年度工作报告": _report,
    "评价情况表": _summary,
    "一页纸": _brief("leaders"),
    "半年简报": _brief("half-year"),
    "统计表": _statistics,
    "整改情况表": _mendings,
    "结果应用清单": _use_lists,
    "工作考核表": _assessments,
    "培训情况表": _training,
    "公开结果表": _published,
}
