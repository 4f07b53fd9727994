"""单位自评报告: one self-evaluation as a Word report by outline, made of its
rows; what nobody wrote stands as 【待填：…】.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.files.out.documents import OfficialDocument
from wenxiao.reports.kind_facts import add_kind_facts
from wenxiao.reports.printing import NO_DATE, WATERMARK
from wenxiao.reviews.checks import rows_of
from wenxiao.reviews.services.describing import SOURCES, funds_of, whole_of_form
from wenxiao.rulebook.numbers import rate_percent, wan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.reviews.checks import FilledRow
    from wenxiao.reviews.models import Review

_TABLE = 10
_OPEN = {
    "needs_judgement": "待评定",
    "not_reported": "未填报",
    "not_due": "未到期",
    "unreadable": "无法识别",
}


def selfeval_docx(review: Review) -> bytes:
    """The report of one self-evaluation as .docx, seven parts; every figure
    is a row's or the sum of rows.
    """
    dossier, division = review.dossier, review.round.division
    whole = dossier.subject.kind == "department_overall"
    name = f"{dossier.unit.name}部门整体支出" if whole else dossier.subject.name
    paper = OfficialDocument(watermark=WATERMARK if division.demo else None)
    title = f"{name}{dossier.fiscal_year}年度绩效自评报告"
    paper.document.core_properties.title = title
    paper.add_title(title)
    rows = [row for row in rows_of([review])[review.pk] if row.indicator.weight]
    _basics(paper, review, name)
    _money(paper, review)
    add_kind_facts(paper, dossier, "")
    _reached(paper, review, rows)
    _missed(paper, rows)
    _result(paper, review, rows)
    paper.add_heading1("六、自评结果应用和公开情况")
    paper.add_paragraph("【待填：自评结果拟如何用于改进管理和编制预算，何时在何处公开】")
    paper.add_heading1("七、其他需要说明的问题")
    paper.add_paragraph(review.remarks or "【待填：没有需要说明的，写“无”】")
    if review.filler:
        phone = f"，联系电话{review.filler_phone}" if review.filler_phone else ""
        paper.add_paragraph(f"填报人：{review.filler}{phone}")
    paper.add_signature(dossier.unit.name, NO_DATE)
    return paper.save()


def _basics(paper: OfficialDocument, review: Review, name: str) -> None:
    target = review.target
    paper.add_heading1("一、基本情况")
    paper.add_heading2("（一）概况")
    task_words = target.content if target else ""
    paper.add_paragraph(
        f"{name}由{review.dossier.unit.name}实施，预算年度为{review.dossier.fiscal_year}年。"
        f"{task_words or '【待填：立项背景、主要内容、组织实施情况】'}"
    )
    paper.add_heading2("（二）年度绩效目标")
    goal = target.text if target else ""
    paper.add_paragraph(goal or "【待填：照批复的年度总体目标抄录】")


def _money(paper: OfficialDocument, review: Review) -> None:
    whole, funds = whole_of_form(review), funds_of(review)
    budget, executed = whole["budget"], whole["executed"]
    paper.add_heading1("二、资金安排和使用情况")
    rate = rate_percent(executed, budget)
    sentence = (
        f"全年预算数{_wan(budget)}，全年执行数{_wan(executed)}，"
        f"执行率{'未算（缺预算数或执行数）' if rate is None else f'{rate}%'}"
    )
    weight, points = review.execution_weight, review.execution_points
    worth = "" if weight is None else f"（满分{weight:.2f}分）"
    earned = "未计分" if points is None else f"{points:.2f}分"
    paper.add_paragraph(f"{sentence}，预算执行率得分{earned}{worth}。")
    rows = [
        [word, _wan(parts.get("budget")), _wan(parts.get("executed"))]
        for source, word in SOURCES["selfeval"].items()
        if (parts := funds.get(source, {}))
    ]
    if rows:
        paper.add_table(["资金来源", "全年预算数", "全年执行数"], rows, [34, 33, 33], size=_TABLE)
        paper.add_line("", size=_TABLE, exact=8)


def _wan(yuan: Decimal | None) -> str:
    return "未填" if yuan is None else f"{wan(yuan)}万元"


def _reached(paper: OfficialDocument, review: Review, rows: Sequence[FilledRow]) -> None:
    paper.add_heading1("三、绩效目标完成情况")
    paper.add_heading2("（一）年度总体目标完成情况")
    paper.add_paragraph(review.goal_done or "【待填：年度总体目标实际完成情况】")
    paper.add_heading2("（二）绩效指标完成情况")
    if not rows:
        paper.add_paragraph("这份自评没有绩效指标。")
        return
    full = sum(_is_full(row) for row in rows)
    open_rows = sum(_points(row) is None for row in rows)
    rest = f"，{open_rows}项尚未得出分数" if open_rows else ""
    paper.add_paragraph(
        f"共{len(rows)}项指标，得满分的{full}项，未得满分的{len(rows) - full - open_rows}项{rest}。"
    )
    lines = [
        [
            row.indicator.level2 or row.indicator.level1,
            row.indicator.name,
            row.indicator.expression,
            (row.actual.value if row.actual else "") or "未填报",
            f"{row.indicator.weight:.2f}",
            _earned(row),
            _proof(row),
        ]
        for row in rows
    ]
    paper.add_table(
        ["二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "佐证"],
        lines,
        [13, 24, 16, 16, 9, 10, 12],
        size=_TABLE,
        align=["center", "left", "left", "left", "center", "center", "center"],
    )
    paper.add_line("", size=_TABLE, exact=8)


def _points(row: FilledRow) -> Decimal | None:
    return row.mark.points if row.mark else None


def _earned(row: FilledRow) -> str:
    points = _points(row)
    if points is not None:
        return f"{points:.2f}"
    return _OPEN.get(row.mark.status if row.mark else "not_reported", "未计分")


def _proof(row: FilledRow) -> str:
    if row.verified:
        return f"已核{row.verified}份"
    return f"未核{row.unverified}份" if row.unverified else "没有"


def _is_full(row: FilledRow) -> bool:
    points = _points(row)
    return (
        points is not None and row.indicator.weight is not None and points >= row.indicator.weight
    )


def _missed(paper: OfficialDocument, rows: Sequence[FilledRow]) -> None:
    paper.add_heading1("四、偏离绩效目标的原因和改进措施")
    missed = [row for row in rows if not _is_full(row)]
    if not missed:
        paper.add_paragraph(
            "各项指标均得满分，没有偏离的指标。" if rows else "这份自评没有绩效指标。"
        )
        return
    for at, row in enumerate(missed, 1):
        actual = row.actual
        reasons = [*(actual.causes if actual else []), actual.note if actual else ""]
        why = "；".join(one.strip() for one in reasons if one.strip())
        value = (actual.value if actual else "") or "未填报"
        paper.add_paragraph(
            f"{at}．{row.indicator.name}：指标值{row.indicator.expression or '未设'}，实际{value}，"
            f"分值{row.indicator.weight:.2f}分，得分{_earned(row)}。"
            f"{why or '【待填：偏离原因】'}{'' if why.endswith('。') or not why else '。'}"
        )
    paper.add_paragraph("【待填：针对以上偏离的改进措施】")


def _result(paper: OfficialDocument, review: Review, rows: Sequence[FilledRow]) -> None:
    paper.add_heading1("五、自评得分和等级")
    if not review.complete or review.points is None:
        open_rows = [row.indicator.name for row in rows if _points(row) is None]
        named = f"还有{len(open_rows)}项没有得分：{'、'.join(open_rows[:5])}" if open_rows else ""
        paper.add_paragraph(f"自评尚未评完，得分和等级待评完后填列。{named}")
        return
    own = review.published_points
    apart = (
        f"原表自评总分{own:.2f}分，与按规则计算的得分不一致。"
        if own is not None and own != review.points
        else ""
    )
    paper.add_paragraph(
        f"自评得分{review.points:.2f}分，等级为“{review.grade or '未定'}”。{apart}{proved_text(review)}"
    )


def proved_text(review: Review) -> str:
    """How much of a result's points rests on verified proof, as a paper says it."""
    share = review.proved_share
    if share is None:
        return ""
    return (
        f"其中{review.proved:.2f}分（占{share}%）有已核实的佐证。"
        if share
        else "得分尚无已核实的佐证。"
    )
