"""监控 JK: money against the calendar, and what cannot be divided."""

from __future__ import annotations

from collections.abc import Iterator

from wenxiao.rulebook.checks.registry import Hit, Table, head_number, rule, said
from wenxiao.rulebook.pace import pace

_NAMES = {"red": "红", "yellow": "黄"}


@rule(
    "JK-01",
    "预算执行预警",
    "警告",
    basis="预算管理系统通行的监控预警口径（测算用）",
    mend="说明原因，加快执行或调整预算。",
)
def behind_the_year(table: Table) -> Iterator[Hit]:
    """Red below 60, yellow below 80 of the elapsed share of the year."""
    month = table.head.get("through_month")
    if not isinstance(month, int):
        return
    now = pace(head_number(table, "full_year"), head_number(table, "executed"), month, table.head.get("arrived_month"))
    if now.light in _NAMES:
        yield Hit(None, "executed", f"执行进度{_NAMES[now.light]}灯：{now.reason}", got=str(now.index))
    elif now.above_pace:
        yield Hit(None, "executed", f"执行进度快于时间进度：{now.reason}", got=str(now.index))


@rule("JK-02", "分母为零保护", "阻断", mend="填写预算数；预算确为0的写明原因。", arithmetic=True)
def nothing_to_divide_by(table: Table) -> Iterator[Hit]:
    """An execution figure without a budget to set it against."""
    if head_number(table, "executed") is not None and not head_number(table, "full_year"):
        yield Hit(None, "full_year", "预算数为空或为0，不能计算执行率。")


@rule("JK-03", "指标值为0的正向指标", "警告", mend="核对目标值，由人工单独判定。")
def forward_zero(table: Table) -> Iterator[Hit]:
    """At least nothing: reached by doing nothing."""
    for index, row in enumerate(table.rows):
        target = said(row, "target").replace(" ", "").rstrip("%％个次起件")
        if target in {"≥0", ">=0", "≧0", "不少于0", "不低于0"}:
            yield Hit(index, "target", f"正向指标“{row.get('level3') or ''}”的目标为0，需单独判定。")
