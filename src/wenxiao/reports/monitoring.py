"""监控报告: one window as one report, and one project of it as its own.
Lights are told as ours (测算), never as a verdict.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.files.out import notices as out
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.followup.watch.overview import top_departments
from wenxiao.followup.watch.sentences import in_words
from wenxiao.followup.watch.table import watch_frame
from wenxiao.reports.facts import place
from wenxiao.reports.letters import NothingToTellError
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reports.wording import day_text
from wenxiao.reviews.selectors import confirmed_notes
from wenxiao.rulebook.goals import WORDS
from wenxiao.rulebook.numbers import plain, rate_percent, wan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.followup.watch.sentences import WatchRow
    from wenxiao.orgs.models import User

MOST = 2000
"""A printed summary ends here; more objects belong into a workbook."""


def _seen(user: User | None) -> QuerySet[Any, Any] | None:
    """The dossiers the user may see, by id; None for all."""
    return None if user is None else dossiers_visible_to(user).values("pk")


def write_monitoring_report(
    round: Round, user: User | None = None, *, on: date | None = None
) -> bytes:
    """The window's summary as .docx: totals, a table of every object the user may see, confirmed
    problems, advice.

    NothingToTellError when the window holds nothing for this user, or more than a printed report
    can carry.
    """
    frame = watch_frame(round, _seen(user))
    if not frame.height:
        raise NothingToTellError(f"“{round}”没有可写入报告的监控对象。")
    if frame.height > MOST:
        raise NothingToTellError(
            f"“{round}”有 {frame.height} 个对象，超过报告可列的 {MOST} 个，请按部门或重点监控分别出具。"
        )
    rows = in_words([round], frame.to_dicts())
    named = place(round.division)
    tops = top_departments([round])
    departments = len({tops[unit] for unit in frame["unit"]})
    return out.monitoring_report(
        out.Letterhead(
            named.bureau, "", day_text(on) if on else NO_DATE, watermark=_watermark(round, rows)
        ),
        title=f"{round.fiscal_year}年{round.period}\n{'财政重点' if round.key else '预算'}绩效运行监控报告",
        opening=f"{_basis(round)}{_opening(round, rows, departments)}",
        groups=[(round.period, [_project(row) for row in rows])],
        notes=confirmed_notes(row.review for row in rows),
    )


def write_project_report(
    round: Round, dossier: int, user: User | None = None, *, on: date | None = None
) -> bytes:
    """One object's monitoring report as .docx: money, goals, compliance, outlook, advice, each with
    its arithmetic.

    NothingToTellError when the window doesn't hold the dossier or the user may not see it.
    """
    frame = watch_frame(round, _seen(user)).filter(pl.col("dossier") == dossier)
    if not frame.height:
        raise NothingToTellError("该监控任务中没有这个对象，或您无权查看。")
    (row,) = in_words([round], frame.to_dicts())
    named = place(round.division)
    paper = OfficialDocument(watermark=_watermark(round, [row]))
    paper.add_title(f"{row.name}\n{round.fiscal_year}年{round.period}绩效运行监控报告")
    _money(paper, row)
    _goals(paper, row)
    _problems(paper, row)
    paper.add_heading1("四、意见建议")
    paper.add_paragraph(out.numbered(row.suggestions) or "无。")
    for note in confirmed_notes([row.review]):
        paper.add_paragraph(note)
    paper.add_signature(named.bureau, day_text(on) if on else NO_DATE)
    return paper.save()


def _watermark(round: Round, rows: Iterable[WatchRow]) -> str | None:
    return WATERMARK if place(round.division).demo or any(row.synthetic for row in rows) else None


def _basis(round: Round) -> str:
    return f"根据《{round.basis.title}》要求，" if round.basis else ""


def _opening(round: Round, rows: list[WatchRow], departments: int) -> str:
    """How many objects, with which money: totals only over objects that have both figures."""
    both_known = [
        (row.budget, row.executed)
        for row in rows
        if row.budget is not None and row.executed is not None
    ]
    head = f"对{departments}个部门{len(rows)}个项目{round.period}的预算执行和绩效目标完成情况开展了绩效运行监控。"
    if not both_known:
        return f"{head}各项目尚无可比的预算数和执行数。"
    budget, used = (_sum(pair[n] for pair in both_known) for n in (0, 1))
    missing = (
        f"（另有{len(rows) - len(both_known)}个项目数据不全，未计入）"
        if len(both_known) < len(rows)
        else ""
    )
    rate = rate_percent(used, budget)
    money = f"预算安排资金{wan(budget)}万元，截至{round.through_month}月底使用{wan(used)}万元，执行率{'—' if rate is None else f'{plain(rate)}%'}{missing}。"
    return f"{head}{money}现将情况报告如下："


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _project(row: WatchRow) -> out.MonitoredProject:
    return out.MonitoredProject(
        name=row.name,
        budget=row.budget,
        used=row.executed,
        rate="—" if row.pace.rate is None else f"{row.pace.rate}%",
        suggestions=row.suggestions,
        findings=[text for text, confirmed in row.compliance if confirmed],
    )


def _money(paper: OfficialDocument, row: WatchRow) -> None:
    paper.add_heading1("一、预算执行情况")
    cells = ["" if amount is None else wan(amount) for amount in (row.budget, row.executed)]
    rate = "—" if row.pace.rate is None else f"{row.pace.rate}%"
    head = ["预算安排资金（万元）", "资金使用（万元）", "执行率", "数据来源"]
    paper.add_table(head, [[*cells, rate, row.source]], [26, 24, 16, 20], size=12)
    paper.add_paragraph(
        f"{row.pace.reason}进度判断为本系统测算：{WORDS[row.pace.light]}灯，依据：{row.pace.basis}。"
    )
    for warning in row.warnings:
        paper.add_paragraph(warning)
    if row.forecast:
        methods = "，".join(f"{name} {wan(value, 2)} 万元" for name, value in row.forecast.methods)
        paper.add_paragraph(f"全年支出预计（测算）：{methods}。")
    if row.milestones:
        steps = [
            [s.name, day_text(s.due), day_text(s.done) if s.done else "未完成"]
            for s in row.milestones
        ]
        paper.add_table(["计划节点", "应完成日期", "完成日期"], steps, [30, 25, 25], size=12)


def _goals(paper: OfficialDocument, row: WatchRow) -> None:
    paper.add_heading1("二、绩效目标完成情况")
    if not row.goals:
        paper.add_paragraph("本期未填报绩效目标完成值。")
        return
    paper.add_paragraph(f"目标 {row.goals_owed} 项，填报 {len(row.goals)} 项：{row.goal_text}。")
    lines = [[g.name, g.expression, g.value, g.possibility, g.reason] for g in row.goals]
    paper.add_table(
        ["绩效指标", "年度指标值", "完成值", "完成可能性", "说明"],
        lines,
        [22, 16, 14, 14, 32],
        size=10.5,
    )


def _problems(paper: OfficialDocument, row: WatchRow) -> None:
    paper.add_heading1("三、发现的问题")
    confirmed = [text for text, sure in row.compliance if sure]
    paper.add_paragraph(out.numbered(confirmed) or "本期没有已确认的合规问题。")
