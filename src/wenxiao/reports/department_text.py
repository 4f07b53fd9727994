"""The text of a department's public package: the targets beside its budget,
the results beside its final accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.money import budgets_of
from wenxiao.followup.selectors import packaged
from wenxiao.followup.selectors.disclosed import arranged_and_used
from wenxiao.reports import figures as f
from wenxiao.reports import wording
from wenxiao.reports.facts import place
from wenxiao.reports.figures import Addend, Figure
from wenxiao.reports.structure import (
    Column,
    Issue,
    Paragraph,
    Report,
    ReportTable,
    Section,
    TextRun,
    bind,
)
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wenxiao.orgs.models import Unit
    from wenxiao.reports.structure import Runs
    from wenxiao.reviews.models import Review
    from wenxiao.targets.models import Target

OCCASIONS: dict[str, str] = {"budget": "部门预算公开", "final": "部门决算公开"}
"""The two public dates of a unit's year: targets go out with the budget,
results with the final accounts.
"""


def targets_text(unit: Unit, year: int, rows: Sequence[Target]) -> Report:
    """What goes out with the department's budget: how many targets, and
    each with its budget and goal.
    """
    money = budgets_of(packaged.open_dossiers(unit, year))
    count = f.count(
        "targets",
        "公开目标个数",
        "绩效目标已批复、公开属性为可公开的对象个数",
        [Addend(f"targets.Target:{row.pk}", row.dossier.subject.name) for row in rows],
    )
    columns = (
        Column("名称", 28, "left"),
        Column("实施单位", 20, "left"),
        Column("预算（万元）", 14, "right"),
        Column("年度总体目标", 38, "left"),
    )
    figures: dict[str, Figure] = {count.id: count}
    lines = []
    for row in rows:
        dossier = row.dossier
        budgeted = money.get(dossier.pk)
        one = _amount(
            f"budget.{dossier.pk}", "预算", dossier.pk, budgeted.yuan if budgeted else None
        )
        figures[one.id] = one
        lines.append(
            (
                (TextRun(dossier.subject.name),),
                (TextRun(dossier.unit.name),),
                _cell(one),
                (TextRun(row.text or "未载"),),
            )
        )
    text = bind("{单位}公开{年}年度绩效目标{个数}个。", _words(unit, year, count))
    return _report(unit, year, "budget", text, ReportTable(columns, tuple(lines)), figures)


def results_text(unit: Unit, year: int, rows: Sequence[Review]) -> Report:
    """What goes out with the final accounts: self- and department
    evaluations, each with money, points and grade.
    """
    count = f.count(
        "results",
        "公开结果个数",
        "结果已确认、公开属性为可公开的自评和部门评价个数",
        [Addend(f"reviews.Review:{row.pk}", row.dossier.subject.name) for row in rows],
    )
    columns = (
        Column("名称", 30, "left"),
        Column("类别", 12),
        Column("全年预算（万元）", 15, "right"),
        Column("执行（万元）", 15, "right"),
        Column("得分", 14, "right"),
        Column("等级", 14),
    )
    figures: dict[str, Figure] = {count.id: count}
    lines = []
    for row in rows:
        arranged, used = arranged_and_used(row)
        amounts = [
            _amount(f"{key}.{row.pk}", word, row.dossier_id, yuan)
            for key, word, yuan in (("arranged", "全年预算", arranged), ("used", "执行", used))
        ]
        figures |= {one.id: one for one in amounts}
        points = "" if row.points is None else f"{row.points:.2f}"
        lines.append(
            (
                (TextRun(row.dossier.subject.name),),
                (TextRun(row.get_kind_display()),),
                *(_cell(one) for one in amounts),
                (TextRun(points or "—"),),
                (TextRun(row.grade or "—"),),
            )
        )
    text = bind("{单位}公开{年}年度自评和部门评价结果{个数}个。", _words(unit, year, count))
    return _report(unit, year, "final", text, ReportTable(columns, tuple(lines)), figures)


def _words(unit: Unit, year: int, count: Figure) -> dict[str, str | Figure | Runs]:
    return {"单位": unit.name, "年": str(year), "个数": count}


def _amount(ident: str, word: str, dossier: int, yuan: Decimal | None) -> Figure:
    parts = [Addend(f"budget.Dossier:{dossier}", word, yuan)]
    return f.money(ident, word, f"{word}，以万元计，有几位印几位", parts)


def _cell(figure: Figure) -> Runs:
    return (TextRun(figure.text, figure.id),) if figure.text else (TextRun("未公布"),)


def _report(
    unit: Unit, year: int, occasion: str, text: Runs, table: ReportTable, figures: dict[str, Figure]
) -> Report:
    names = place(unit.division)
    heading = "绩效目标" if occasion == "budget" else "绩效自评和部门评价结果"
    return Report(
        masthead="",
        issue=Issue(date=wording.day_text(today())),
        editor=unit.name,
        title=f"{unit.name}{year}年度{heading}公开说明",
        opening=(Paragraph(text),),
        sections=(Section("list", heading, (table,), "一"),) if table.rows else (),
        attachments=(f"{year}年度{heading}表",),
        work_year=year,
        version="public",
        demo=names.demo,
        figures=figures,
    )
