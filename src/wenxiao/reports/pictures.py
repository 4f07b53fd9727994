"""The annual report's files that are set anew whenever asked for, a signed one from what was
frozen: its PDF, and 附图, up to three figures drawn from the report's own.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.files.out.document_charts import BarChart, add_bars
from wenxiao.files.out.documents import HEADING_FONT, OfficialDocument
from wenxiao.files.out.pdf import NoChineseFontError
from wenxiao.reports import printing
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.reports.figures import Figure
    from wenxiao.reports.structure import Report

ANEW = ("annual.pdf", "figures.docx")
_PROBLEM = re.compile(r"存在已确认的“(.+)”问题的")
_MOST = 30
"""Bars of one figure; more would not stay on a page."""
_SHORT = 22


def set_anew(report: Report, name: str) -> bytes | None:
    """One of :data:`ANEW`; NotAllowed, with what to do instead, for a PDF on a machine without a
    Chinese font.
    """
    if name == "figures.docx":
        return charts_docx(report)
    try:
        return printing.report_pdf(report)
    except NoChineseFontError as error:
        raise NotAllowed(f"{error} 可先下载 Word 版。") from error


def charts_of(report: Report) -> list[BarChart]:
    """Grades, common problems, execution; what has no figures is left out."""
    drawn = (_grades(report), _problems(report), _execution(report))
    return [chart for chart in drawn if chart is not None]


def charts_docx(report: Report) -> bytes | None:
    """The figures as a Word paper; None where there is nothing to draw."""
    charts = charts_of(report)
    if not charts:
        return None
    paper = OfficialDocument(watermark=printing.WATERMARK if report.demo else None)
    paper.add_title(f"{report.work_year}年财政重点绩效评价附图")
    for number, chart in enumerate(charts, start=1):
        head = paper.add_line(f"图{number}　{chart.finding}", font=HEADING_FONT, align="left")
        head.paragraph_format.keep_with_next = True
        add_bars(paper.document, chart)
        paper.add_line("", exact=12)
    paper.add_line("图中的数与报告正文、附表相同。", size=10, align="left", exact=18)
    return paper.save()


def _numbered(report: Report, pattern: str) -> list[tuple[str, Figure]]:
    hits = ((re.fullmatch(pattern, key), one) for key, one in report.figures.items())
    return [(hit[1], one) for hit, one in hits if hit is not None and one.value is not None]


def _grades(report: Report) -> BarChart | None:
    grades = _numbered(report, r"projects\.grade\.(.+)")
    if not any(one.value for _, one in grades):
        return None
    counts = [(grade, str(one.value)) for grade, one in grades]
    words = "、".join(f"{grade} {n} 个" for grade, n in counts if n != "0")
    names, values = zip(*counts, strict=True)
    return BarChart(f"项目评价等级：{words}", names, values, "个", standing=True)


def _problems(report: Report) -> BarChart | None:
    bars = [
        (
            _shortened(hit[1] if (hit := _PROBLEM.search(one.rule)) else one.name),
            Decimal(str(one.value)),
        )
        for _, one in _numbered(report, r"problems\.(\d+)")
    ]
    return _lying("共性问题涉及的项目，最多 {first} 个", bars, "个", largest=True)


def _execution(report: Report) -> BarChart | None:
    bars = [
        (_shortened(one.name.removesuffix("预算执行率")), Decimal(str(one.value)))
        for _, one in _numbered(report, r"review\.(\d+)\.rate")
    ]
    return _lying("预算执行率，最低 {first}%，最高 {last}%", bars, "%", largest=False)


def _lying(
    finding: str, bars: list[tuple[str, Decimal]], unit: str, *, largest: bool
) -> BarChart | None:
    """Bars in order; None without two of them, which nobody needs a picture for."""
    if len(bars) < 2:
        return None
    ordered = sorted(bars, key=lambda bar: bar[1], reverse=largest)[:_MOST]
    words = finding.format(first=ordered[0][1], last=max(value for _, value in bars))
    return BarChart(words, [name for name, _ in ordered], [str(v) for _, v in ordered], unit)


def _shortened(name: str) -> str:
    return name if len(name) <= _SHORT else f"{name[: _SHORT - 1]}…"
