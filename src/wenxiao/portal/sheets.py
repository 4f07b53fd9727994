"""Published results as open data: workbooks with exact values, one row a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec
from wenxiao.followup.selectors.disclosed import (
    arranged_and_used,
    confirmed_findings,
    scored_rows,
    suggested,
)
from wenxiao.rulebook.numbers import rate_percent

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADINGS = (
    "单位",
    "名称",
    "类型",
    "预算年度",
    "评价类型",
    "安排资金（元）",
    "使用资金（元）",
    "执行率（%）",
    "得分",
    "等级",
    "一句话说明",
    "公开日期",
    "备注",
)
_WIDTHS = (22, 34, 12, 10, 12, 18, 18, 12, 10, 8, 60, 14, 10)


def row_of(row: Any) -> tuple[Any, ...]:
    """One published result under HEADINGS; money in 元, None where it was not published."""
    review, dossier = row.review, row.review.dossier
    arranged, used = arranged_and_used(review) if "money" in row.what else (None, None)
    made_up = row.synthetic or review.synthetic or dossier.subject.synthetic
    return (
        dossier.unit.name,
        dossier.subject.name,
        dossier.subject.get_kind_display(),
        str(dossier.fiscal_year),
        review.get_kind_display(),
        _text(arranged),
        _text(used),
        _text(rate_percent(used, arranged)),
        _text(review.points),
        review.grade,
        row.sentence,
        row.published_on.isoformat(),
        "合成" if made_up else "",
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def open_sheet(rows: Iterable[Any]) -> SheetSpec:
    """All results."""
    columns = [ColumnSpec(heading, width) for heading, width in zip(HEADINGS, _WIDTHS, strict=True)]
    return SheetSpec(
        name="公开数据",
        title="绩效评价结果公开数据",
        columns=columns,
        rows=[row_of(row) for row in rows],
        notes=("金额单位为元；空白为未公布；备注“合成”的为演示而编，不是真实数据。",),
    )


def result_sheets(row: Any) -> list[SheetSpec]:
    """One result: the head, its rows with points, its problems and suggestions, as far as they are published."""
    sheets = [open_sheet([row])]
    if "goals" in row.what:
        goals = [
            (
                g["level1"],
                g["level2"],
                g["name"],
                g["target"] or None,
                _text(g["weight"]),
                _text(g["points"]),
                "合成" if g["synthetic"] else "",
            )
            for g in scored_rows(row.review)
        ]
        heads = ("一级指标", "二级指标", "三级指标", "目标值", "分值", "得分", "备注")
        columns = [
            ColumnSpec(word, width)
            for word, width in zip(heads, (14, 16, 40, 20, 10, 10, 8), strict=True)
        ]
        sheets.append(SheetSpec(name="指标与得分", title="指标与得分", columns=columns, rows=goals))
    sections = (
        [("问题", f.text) for f in confirmed_findings(row.review)] if "findings" in row.what else []
    )
    sections += (
        [("建议", text) for text in suggested(row.review)] if "suggestions" in row.what else []
    )
    if sections:
        columns = [ColumnSpec("类别", 10), ColumnSpec("内容", 90)]
        sheets.append(
            SheetSpec(
                name="问题与建议", title="发现的问题和意见建议", columns=columns, rows=sections
            )
        )
    return sheets
