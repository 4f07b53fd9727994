"""Papers about single results: the feedback notice (反馈函) of one result, the
monitoring report of a year's windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.files.out import notices as out
from wenxiao.reports import wording
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.rulebook.numbers import rate_percent

if TYPE_CHECKING:
    from wenxiao.followup.selectors import Reported
    from wenxiao.reports.facts import Facts


class NothingToTellError(LookupError):
    """The year has no such result; the sentence says so."""


def feedback_docx(facts: Facts, review: int, *, contact: str = "") -> bytes:
    """The feedback notice of one evaluation or monitoring as .docx: result, confirmed problems,
    advice, date to answer by.

    Number and dates are those of the notice that went out; before that they stay open.
    NothingToTellError when the facts hold no such review, or its result is not confirmed.
    """
    row = next((one for one in (*facts.evaluated, *facts.monitored) if one.review == review), None)
    if row is None:
        raise NothingToTellError(f"{facts.work_year}年的评价和监控中没有这项结果。")
    if not row.concluded:
        raise NothingToTellError(f"“{row.name}”的结果尚未确认，不能反馈。")
    watched = row in facts.monitored
    data = out.Feedback(
        addressee=row.unit,
        subject=f"{row.unit}部门整体支出" if row.overall else wording.project_name(row),
        year=row.fiscal_year,
        arranged=row.arranged,
        used=row.used,
        points=row.points,
        grade=row.grade or None,
        problems=[finding.text for finding in row.findings],
        suggestions=row.suggestions,
        rectify_by=_answer_by(row),
        basis=_cited(facts),
        kind=row.work,
        watched=_watched(row) if watched else None,
        confirmed_note=row.confirmed_note,
    )
    return out.feedback_letter(_letterhead(facts, row, contact), data)


def _watched(row: Reported) -> out.Watched:
    rate = rate_percent(row.executed, row.budget)
    return out.Watched(row.period, row.budget, row.executed, "—" if rate is None else f"{rate}%")


def monitoring_docx(facts: Facts) -> bytes:
    """The year's key monitoring as one report: a table per period, then
    each project's confirmed problems.
    """
    if not facts.monitored:
        raise NothingToTellError(f"{facts.work_year}年没有财政重点监控项目。")
    periods = dict.fromkeys(row.period for row in facts.monitored)
    groups = [
        (period, [_monitored(row) for row in facts.monitored if row.period == period])
        for period in periods
    ]
    basis = "".join(f"根据{'、'.join(cited)}要求，" for cited in [_cited(facts)] if cited)
    opening = f"{basis}{facts.place.finance}对{len(facts.monitored)}个项目开展了财政重点监控，现将情况报告如下："
    return out.monitoring_report(
        out.Letterhead(
            facts.place.bureau, "", NO_DATE, watermark=WATERMARK if facts.place.demo else None
        ),
        title=f"{facts.work_year}年度{facts.place.name}\n财政重点绩效监控报告",
        opening=opening,
        groups=groups,
        notes=list(dict.fromkeys(r.confirmed_note for r in facts.monitored if r.confirmed_note)),
    )


def _monitored(row: Reported) -> out.MonitoredProject:
    rate = rate_percent(row.executed, row.budget)
    return out.MonitoredProject(
        name=wording.project_name(row),
        budget=row.budget,
        used=row.executed,
        rate="—" if rate is None else f"{rate}%",
        suggestions=row.suggestions,
        findings=[finding.text for finding in row.findings],
    )


def _cited(facts: Facts) -> list[str]:
    return [f"《{paper.title}》" for paper in facts.papers if paper.cited]


def _letterhead(facts: Facts, row: Reported, contact: str) -> out.Letterhead:
    last = row.notices[-1] if row.notices else None
    return out.Letterhead(
        office=facts.place.bureau,
        number=last.number if last else "",
        date=wording.day_text(last.issued_on) if last else NO_DATE,
        contact=contact,
        watermark=WATERMARK if facts.place.demo else None,
    )


def _answer_by(row: Reported) -> str:
    """The day the notice names, else the latest deadline of the ordered
    mendings, else left open.
    """
    due = [notice.due_on for notice in row.notices if notice.due_on]
    days = due[-1:] or [finding.deadline for finding in row.findings if finding.deadline]
    return wording.day_text(max(days)) if days else NO_DATE
