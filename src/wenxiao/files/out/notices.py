"""Letters the bureau sends: feedback of results, reminder, monitoring
report; Word, in the official style, from plain data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wenxiao.files.out.documents import OfficialDocument
from wenxiao.files.out.form_grid import shown

WAN = Decimal(10_000)
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, with which number, when; ``watermark`` marks drafts and demonstrations."""

    office: str
    number: str
    date: str
    contact: str = ""
    watermark: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A result as fed back to the unit.
    Money in 元; ``rectify_by`` and ``basis`` as the bureau's own rule states them.
    """

    addressee: str
    subject: str
    year: int
    arranged: Decimal | None
    used: Decimal | None
    points: Decimal | None
    grade: str | None
    problems: Sequence[str]
    suggestions: Sequence[str]
    rectify_by: str
    basis: Sequence[str] = ()
    kind: str = "财政重点绩效评价"
    watched: Watched | None = None
    confirmed_note: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a monitoring tells instead of points: the period, money in 元, ``rate`` as printed."""

    period: str
    budget: Decimal | None
    used: Decimal | None
    rate: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is still missing from one unit: (object, what is missing, deadline) each."""

    addressee: str
    round_name: str
    missing: Sequence[tuple[str, str, str]]
    submit_by: str
    basis: Sequence[str] = ()
    times: int = 1
    """Which letter about this round it is; the second and later ones say so."""


@dataclass(frozen=True, slots=True)
class MonitoredProject:
    """One monitored project; money in 元, ``rate`` in percent as printed."""

    name: str
    budget: Decimal | None
    used: Decimal | None
    rate: str
    suggestions: Sequence[str]
    findings: Sequence[str] = ()


def numbered(items: Sequence[str]) -> str:
    """「1.…」 a line each."""
    return "\n".join(f"{at}.{item}" for at, item in enumerate(items, start=1))


def _wan(yuan: Decimal | None) -> str:
    return "" if yuan is None else shown(yuan / WAN)


def _open(head: Letterhead, title: str, addressee: str) -> OfficialDocument:
    document = OfficialDocument(watermark=head.watermark)
    _begin(document, head, title, addressee)
    return document


def _begin(document: OfficialDocument, head: Letterhead, title: str, addressee: str) -> None:
    if head.number:
        document.add_line(head.number, align="center")
    document.add_title(title)
    document.add_addressee(f"{addressee.rstrip('：')}：")


def _close(document: OfficialDocument, head: Letterhead) -> bytes:
    _sign(document, head)
    return document.save()


def _sign(document: OfficialDocument, head: Letterhead) -> None:
    document.add_signature(head.office, head.date)
    if head.contact:
        document.add_paragraph(f"（联系人：{head.contact}）")


def _basis(basis: Sequence[str]) -> str:
    return f"根据{'、'.join(basis)}要求，" if basis else ""


def feedback_letter(head: Letterhead, data: Feedback) -> bytes:
    """反馈函: the result in one table, problems, suggestions, what is expected and by when."""
    document = _open(
        head, f"关于反馈{data.subject}\n{data.year}年度{data.kind}结果的函", data.addressee
    )
    document.add_paragraph(
        f"{_basis(data.basis)}我局组织对{data.subject}{data.year}年度开展了{data.kind}，现将结果反馈如下："
    )
    _result(document, data)
    document.add_heading1("二、存在的主要问题")
    document.add_paragraph(numbered(data.problems) or "未发现需要整改的问题。")
    document.add_heading1("三、意见建议")
    document.add_paragraph(numbered(data.suggestions) or "无。")
    document.add_heading1("四、整改要求")
    document.add_paragraph(
        f"请你单位对照上述问题制定整改措施，明确责任人和完成时限，于{data.rectify_by}前将整改情况及佐证材料报送我局。"
    )
    return _close(document, head)


def _result(document: OfficialDocument, data: Feedback) -> None:
    """The result's one table: points and grade of an evaluation, money so far of a monitoring."""
    if data.watched is None:
        document.add_heading1("一、评价结果")
        heads = [
            "评价对象",
            "经审查实际安排资金（万元）",
            "经审查实际使用资金（万元）",
            "审查评分（分）",
            "评价等级",
        ]
        values = [
            data.subject,
            _wan(data.arranged),
            _wan(data.used),
            shown(data.points),
            data.grade or "",
        ]
    else:
        document.add_heading1("一、监控结果")
        heads = ["监控对象", "监控期间", "预算安排（万元）", "已使用（万元）", "使用率"]
        one = data.watched
        values = [data.subject, one.period, _wan(one.budget), _wan(one.used), one.rate]
    document.add_table(heads, [values], [30, 18, 18, 14, 12], size=12)
    if data.confirmed_note:
        document.add_paragraph(data.confirmed_note)


def reminder_letter(head: Letterhead, data: Reminder) -> bytes:
    """催办函: what is missing, object by object, and the day it is now expected."""
    return reminder_letters([(head, data)])


def reminder_letters(letters: Sequence[tuple[Letterhead, Reminder]]) -> bytes:
    """催办函 to many units as one print run, each on a page of its own."""
    document = OfficialDocument(watermark=letters[0][0].watermark)
    for at, (head, data) in enumerate(letters):
        if at:
            document.start_portrait()
        _reminder(document, head, data)
    return document.save()


def _reminder(document: OfficialDocument, head: Letterhead, data: Reminder) -> None:
    _begin(document, head, f"关于催报{data.round_name}材料的函", data.addressee)
    again = f"（本函为第{data.times}次催报）" if data.times > 1 else ""
    document.add_paragraph(
        f"{_basis(data.basis)}你单位应报送{data.round_name}材料，截至目前尚有下列{len(data.missing)}项未报送或未通过审核{again}："
    )
    rows = [[str(at), *item] for at, item in enumerate(data.missing, start=1)]
    document.add_table(
        ["序号", "对象", "未完成事项", "原定时限"],
        rows,
        [6, 34, 34, 16],
        size=12,
        align=["center", "left", "left", "center"],
    )
    document.add_paragraph(f"请于{data.submit_by}前完成报送；确有困难的，请在此前书面说明原因。")
    _sign(document, head)


def monitoring_report(
    head: Letterhead,
    *,
    title: str,
    opening: str,
    groups: Sequence[tuple[str, Sequence[MonitoredProject]]],
    next_steps: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """监控报告: per period a table of budget, spending and advice, then
    findings, then what follows and how it was confirmed.
    """
    document = OfficialDocument(watermark=head.watermark)
    document.add_title(title)
    document.add_paragraph(opening)
    at = 0
    for at, (period, projects) in enumerate(groups, start=1):
        document.add_heading1(f"{NUMERALS[at - 1]}、{period}监控情况")
        rows = [
            [item.name, _wan(item.budget), _wan(item.used), item.rate, numbered(item.suggestions)]
            for item in projects
        ]
        document.add_table(
            ["项目名称", "预算安排资金（万元）", "资金使用（万元）", "执行率", "意见建议"],
            rows,
            [22, 14, 14, 11, 39],
            size=12,
            align=["left", "center", "center", "center", "left"],
        )
        for item in projects:
            if item.findings:
                document.add_heading2(f"{item.name}发现的问题")
                document.add_paragraph(numbered(item.findings))
    if next_steps:
        document.add_heading1(f"{NUMERALS[at]}、下一步工作")
        document.add_paragraph(numbered(next_steps))
    for note in notes:
        document.add_paragraph(note)
    return _close(document, head)
