"""监控 JK: money against the calendar, and what cannot be divided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from wenxiao.rulebook import basis
from wenxiao.rulebook.checks.registry import Hit, Table, head_number, rule, said
from wenxiao.rulebook.numbers import exact_rate, plain, scaled, wan
from wenxiao.rulebook.pace import pace

_NAMES = {"red": "红", "yellow": "黄"}


@rule("JK-01")
def behind_the_year(table: Table) -> Iterator[Hit]:
    """Red below 60, yellow below 80 of the elapsed share of the year."""
    month = table.head.get("through_month")
    if not isinstance(month, int):
        return
    money = head_number(table, "full_year"), head_number(table, "executed")
    now = pace(*money, month, table.head.get("arrived_month"), overrides=table.overrides)
    if now.light in _NAMES:
        yield Hit(
            None, "executed", f"执行进度{_NAMES[now.light]}灯：{now.reason}", got=str(now.index)
        )
    elif now.above_pace:
        yield Hit(None, "executed", f"执行进度快于时间进度：{now.reason}", got=str(now.index))


@rule("JK-02")
def nothing_to_divide_by(table: Table) -> Iterator[Hit]:
    """An execution figure without a budget to set it against."""
    if head_number(table, "executed") is not None and not head_number(table, "full_year"):
        yield Hit(None, "full_year", "预算数为空或为0，不能计算执行率。")


@rule("JK-03")
def forward_zero(table: Table) -> Iterator[Hit]:
    """At least nothing: reached by doing nothing."""
    for index, row in enumerate(table.rows):
        target = said(row, "target").replace(" ", "").rstrip("%％个次起件")
        if target in {"≥0", ">=0", "≧0", "不少于0", "不低于0"}:
            yield Hit(
                index, "target", f"正向指标“{row.get('level3') or ''}”的目标为0，需单独判定。"
            )


def _limit(table: Table, key: str) -> int:
    """A threshold of the monitoring rules in force in the table's year, the
    division's own where it has one.
    """
    return int(basis.number(basis.in_force("monitoring", table.year, table.overrides).content[key]))


def _all_reached(table: Table) -> bool:
    """Whether every goal that says so (``reached``) is reached, and there is one."""
    reached = [row["reached"] for row in table.rows if row.get("reached") is not None]
    return bool(reached) and len(reached) == len(table.rows) and all(reached)


@rule("JK-04")
def goals_without_money(table: Table) -> Iterator[Hit]:
    """Every goal of the year reached while less than the limit of the budget is spent."""
    share = exact_rate(head_number(table, "executed"), head_number(table, "full_year"))
    if share is None or share * 100 >= _limit(table, "unspent_below") or not _all_reached(table):
        return
    spent, budget = wan(table.head["executed"]), wan(table.head["full_year"])
    rate = plain(scaled(share * 100, 2))
    yield Hit(
        None,
        "executed",
        f"{len(table.rows)} 项目标全部完成，执行率只有 {rate}%（{spent} ÷ {budget} 万元）。",
    )


@rule("JK-05")
def goals_without_proof(table: Table) -> Iterator[Hit]:
    """Every goal reached, and no proof of any of them verified (rows carry
    ``proofs``, the number verified).
    """
    if _all_reached(table) and not any(row.get("proofs") for row in table.rows):
        yield Hit(None, "proof", f"{len(table.rows)} 项目标全部报完成，已核佐证 0 份。")


@rule("JK-06")
def cost_above_plan(table: Table) -> Iterator[Hit]:
    """A cost goal above its upper limit (rows carry ``over``)."""
    for index, row in enumerate(table.rows):
        if row.get("over") and "成本" in said(row, "level1", "level2", "level3"):
            text = f"“{row.get('level3') or ''}”计划 {said(row, 'target')}，实际 {said(row, 'actual')}。"
            yield Hit(index, "actual", text, said(row, "target"), said(row, "actual"))


@rule("JK-07")
def no_movement(table: Table) -> Iterator[Hit]:
    """No payment for so many months (``last_month``: the last month with
    one, 0 for none in the year).
    """
    month, last = table.head.get("through_month"), table.head.get("last_month")
    if (
        not isinstance(month, int)
        or not isinstance(last, int)
        or not head_number(table, "full_year")
    ):
        return
    start = table.head.get("arrived_month")
    since = max(last, start - 1 if isinstance(start, int) else 0)
    idle = month - since
    if (
        idle >= _limit(table, "idle_months")
        and (head_number(table, "executed") or 0) < table.head["full_year"]
    ):
        last_spending = f"最近一次支出在 {last} 月" if last else "本年尚无支出"
        yield Hit(
            None,
            "executed",
            f"截至 {month} 月底{last_spending}，已连续 {idle} 个月没有支出。",
            got=str(idle),
        )


@rule("JK-08")
def cut_back_lifts(table: Table) -> Iterator[Hit]:
    """Money taken back after which the rate looks full: ``cut_back`` in 元 stands in the head.

    ``cut_back_on`` (a date) tells a reduction near the year's end from an early one, which is a
    lawful adjustment; without it the lift alone speaks. A dated cut is judged by the year's own
    rows (``year_budget``, ``year_executed``), whatever months the window has.
    """
    cut, budget, executed = (
        head_number(table, key) for key in ("cut_back", "full_year", "executed")
    )
    if isinstance(table.head.get("cut_back_on"), date):
        budget = _either(head_number(table, "year_budget"), budget)
        executed = _either(head_number(table, "year_executed"), executed)
    if cut is None or cut <= 0 or budget is None or executed is None or budget <= 0:
        return
    when = _taken_back(table)
    after, before = exact_rate(executed, budget), exact_rate(executed, budget + cut)
    if when is not None and after is not None and before is not None and after >= 1 > before:
        rates = [plain(scaled(share * 100, 2)) for share in (after, before)]
        text = f"{when}收回预算 {wan(cut)} 万元后执行率 {rates[0]}%，按收回前 {wan(budget + cut)} 万元计为 {rates[1]}%。"
        yield Hit(None, "full_year", text, got=rates[0])


def _either(first: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if first is None else first


def _taken_back(table: Table) -> str | None:
    """How to name the day of a reduction; None for one too early in the
    year to be meant for the rate.
    """
    on, year = table.head.get("cut_back_on"), table.head.get("year")
    if not isinstance(on, date):
        return ""
    late = (
        not isinstance(year, int)
        or on.year > year
        or (on.year == year and on.month >= _limit(table, "cut_back_late_from"))
    )
    return f"{on.month}月{on.day}日" if late else None
