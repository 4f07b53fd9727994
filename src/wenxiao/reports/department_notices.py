"""部门通知: what a work year's key evaluations and monitorings say of each department, one notice a
department: results, confirmed problems with their terms, advice. Nobody is ranked.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports import wording
from wenxiao.reports.facts import facts
from wenxiao.reports.letters import NothingToTellError
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.rulebook.numbers import rate_percent, wan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wenxiao.followup.selectors import Confirmed, Reported
    from wenxiao.orgs.models import Division
    from wenxiao.reports.facts import Facts, Version

_TABLE = 10
NUMBERS = "一二三四五六七八九十"


def department_notices(
    division: Division, work_year: int, *, version: Version = "internal"
) -> list[tuple[str, bytes]]:
    """(department, .docx) of every department with a confirmed result, by name.
    NothingToTellError where there is none.
    """
    known = facts(division, work_year, version=version)
    rows = [row for row in (*known.evaluated, *known.monitored) if row.concluded]
    if not rows:
        raise NothingToTellError(
            f"{work_year}年还没有已确认的重点评价、重点监控结果，没有可发的通知。"
        )
    rows.sort(key=lambda row: row.department or row.unit)
    return [
        (department, _notice(known, department, list(some)))
        for department, some in groupby(rows, key=lambda row: row.department or row.unit)
    ]


def _notice(known: Facts, department: str, rows: Sequence[Reported]) -> bytes:
    paper = OfficialDocument(watermark=WATERMARK if known.place.demo else None)
    title = f"关于反馈{known.work_year}年度预算绩效管理结果的通知"
    paper.document.core_properties.title = f"{title}（{department}）"
    paper.add_title(title)
    paper.add_addressee(f"{department}：")
    cited = "、".join(f"《{one.title}》" for one in known.papers if one.cited)
    paper.add_paragraph(
        f"{f'根据{cited}，' if cited else ''}现将你部门及所属单位 {len(rows)} 个对象的结果反馈如下。"
    )
    paper.add_heading1("一、结果")
    lines = [
        [
            str(at),
            _name(row),
            _kind(known, row),
            _money(row.arranged if row.arranged is not None else row.budget),
            _money(row.used if row.used is not None else row.executed),
            _rate(row),
            "—" if row.points is None else f"{row.points:.2f}",
            row.grade or "—",
        ]
        for at, row in enumerate(rows, 1)
    ]
    heads = ["序号", "对象", "环节", "安排（万元）", "使用（万元）", "执行率", "得分", "等级"]
    paper.add_table(heads, lines, [6, 30, 14, 13, 13, 9, 8, 7], size=_TABLE)
    paper.add_line("", size=_TABLE, exact=8)
    _problems(paper, rows)
    paper.add_heading1("三、有关要求")
    advised = [row for row in rows if row.suggestions]
    for row in advised:
        paper.add_paragraph(f"{_name(row)}：{wording.numbered(row.suggestions)}")
    if not advised:
        paper.add_paragraph("没有另提建议。")
    paper.add_paragraph("请按整改期限逐项整改，整改情况报送我局；结果用于改进管理和编制预算。")
    paper.add_signature(known.place.bureau, NO_DATE)
    return paper.save()


def _problems(paper: OfficialDocument, rows: Sequence[Reported]) -> None:
    paper.add_heading1("二、存在的问题")
    concerned = [row for row in rows if row.findings]
    for at, row in enumerate(concerned):
        paper.add_heading2(f"（{NUMBERS[at] if at < len(NUMBERS) else at + 1}）{_name(row)}")
        for number, finding in enumerate(row.findings, 1):
            paper.add_paragraph(f"{number}.{finding.text.rstrip('。')}。{_deadline(finding)}")
    if not concerned:
        paper.add_paragraph("没有经确认的问题。")


def _deadline(finding: Confirmed) -> str:
    """By when it is to be mended; nobody has set a day before the mending was ordered."""
    day = finding.deadline
    return f"（整改期限：{wording.day_text(day)}）" if day else "【待填：整改期限】"


def _name(row: Reported) -> str:
    return f"{row.unit}部门整体支出" if row.overall else wording.project_name(row)


def _kind(known: Facts, row: Reported) -> str:
    return f"{row.period}监控" if row in known.monitored else f"{row.fiscal_year}年度评价"


def _money(yuan: Decimal | None) -> str:
    return "未录入" if yuan is None else wan(yuan)


def _rate(row: Reported) -> str:
    arranged = row.arranged if row.arranged is not None else row.budget
    used = row.used if row.used is not None else row.executed
    rate = rate_percent(used, arranged)
    return "未算" if rate is None else f"{rate}%"
