"""绩效目标 MB: what a target table must hold before it is approved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from wenxiao.rulebook.checks.registry import Hit, Table, head_number, numbered, rule, said
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.numbers import plain, wan

_PAYING = re.compile(r"资金支付|资金拨付|预算执行|支付率|支出进度")
_QUALITY = re.compile(r"合格率|故障率|达标率|优良率|验收")
_BENEFIT = re.compile(r"治愈率|就业率|增收|受益|带动")
_SERVED = (
    "学生",
    "教师",
    "患者",
    "病人",
    "农户",
    "农民",
    "企业",
    "老人",
    "老年人",
    "儿童",
    "残疾人",
    "游客",
    "退役军人",
)


@rule("MB-01")
def cost_direction(table: Table) -> Iterator[Hit]:
    """A cost indicator that promises at least so much; savings and full allowances may be meant."""
    for index, row in enumerate(table.rows):
        target = str(row.get("target") or "").strip()
        if "成本" in said(row, "level1", "level2") and parse(target).comparator in {">=", ">"}:
            yield Hit(
                index,
                "target",
                f"成本指标“{row.get('level3') or ''}”写作“{target}”，成本一般应为“≤”。",
                got=target,
            )


@rule("MB-02")
def quantity_is_payment(table: Table) -> Iterator[Hit]:
    """Paying money is no output."""
    for index, row in enumerate(table.rows):
        if "数量" in said(row, "level2") and _PAYING.search(said(row, "level3")):
            yield Hit(index, "level3", f"数量指标“{row['level3']}”是资金支付，不是产出数量。")


@rule("MB-03")
def repeated_indicator(table: Table) -> Iterator[Hit]:
    """The same indicator promised as output and as benefit."""
    outputs = {
        said(row, "level3").strip() for row in table.rows if "产出" in said(row, "level1")
    } - {""}
    for index, row in enumerate(table.rows):
        if "效益" in said(row, "level1") and said(row, "level3").strip() in outputs:
            yield Hit(index, "level3", f"“{row['level3']}”在产出和效益中重复设置。")


@rule("MB-04")
def hollow_number(table: Table) -> Iterator[Hit]:
    """A benefit in percent that says neither how nor where it is measured,
    on a form that asks for it.
    """
    if table.head.get("asks_source") is False:
        return
    for index, row in enumerate(table.rows):
        percent = "%" in said(row, "target", "unit") or "％" in said(row, "target")
        if "效益" in said(row, "level1") and percent and not said(row, "source", "proof").strip():
            yield Hit(
                index,
                "source",
                f"效益指标“{row.get('level3') or ''}”只有百分比，没有计算口径或数据来源。",
            )


@rule("MB-05")
def long_term_as_yearly(table: Table) -> Iterator[Hit]:
    """A project over several years whose yearly value is said to be the whole cycle's."""
    start, end = str(table.head.get("start") or "")[:4], str(table.head.get("end") or "")[:4]
    if not (start and end and start < end):
        return
    for index, row in enumerate(table.rows):
        years = [int(digits) for digits in re.findall(r"(20\d\d)\s*年", said(row, "target"))]
        read = parse(said(row, "target"))
        years += [int(read.date[:4])] if read.date is not None and read.date[:4].isdigit() else []
        cycle = re.search(r"全周期|项目期内|累计|三年|五年|十四五", said(row, "target", "level3"))
        if cycle or any(year > int(table.head.get("year") or 9999) for year in years):
            yield Hit(
                index,
                "target",
                f"跨年项目的指标“{row.get('level3') or ''}”像是全周期目标，不是年度目标。",
            )


@rule("MB-06")
def quality_or_benefit(table: Table) -> Iterator[Hit]:
    """A word that belongs to the other kind of indicator."""
    for index, row in enumerate(table.rows):
        name = said(row, "level3")
        if "效益" in said(row, "level1") and _QUALITY.search(name):
            yield Hit(index, "level2", f"“{name}”一般属于质量指标。")
        elif "质量" in said(row, "level2") and _BENEFIT.search(name):
            yield Hit(index, "level2", f"“{name}”一般属于效益指标。")


@rule("MB-07")
def satisfaction_for_benefit(table: Table) -> Iterator[Hit]:
    """Satisfaction without any benefit."""
    firsts = [said(row, "level1", "level2") for row in table.rows]
    if any("满意" in one for one in firsts) and not any("效益" in one for one in firsts):
        yield Hit(None, None, "只有满意度指标，没有效益指标。")


@rule("MB-08")
def stranger_served(table: Table) -> Iterator[Hit]:
    """People named in an indicator of whom the project's name and content know nothing."""
    content = f"{table.head.get('name') or ''}{table.head.get('text') or ''}"
    if not table.head.get("text"):
        return
    for index, row in enumerate(table.rows):
        strange = [word for word in _SERVED if word in said(row, "level3") and word not in content]
        if strange:
            yield Hit(index, "level3", f"指标中的“{strange[0]}”不在项目名称和内容中。")


@rule("MB-09")
def weight_not_positive(table: Table) -> Iterator[Hit]:
    """A weight of nothing or less can never be earned."""
    for index, weight, _ in numbered(table, "weight"):
        if weight <= 0:
            yield Hit(index, "weight", f"分值 {plain(weight)} 应大于0。", "大于0", plain(weight))


@rule("MB-10")
def budget_moved_targets_not(table: Table) -> Iterator[Hit]:
    """The budget was adjusted while every value stayed as it was."""
    before, after = table.head.get("initial"), table.head.get("full_year")
    moved = before is not None and after is not None and before != after
    change = head_number(table, "budget_change_yuan")
    known = [row for row in table.rows if row.get("target_before") is not None]
    others = len(table.rows) != len(known) or bool(table.head.get("rows_gone"))
    same = all(row["target_before"] == row.get("target") for row in known)
    if (moved or change) and known and same and not others:
        words = (
            f"{'增加' if change > 0 else '减少'} {wan(abs(change))} 万元" if change else "已调整"
        )
        if not change and isinstance(before, Decimal) and isinstance(after, Decimal):
            words = f"由 {wan(before)} 万元调整为 {wan(after)} 万元"
        yield Hit(None, None, f"预算{words}，指标值都没有变动。")


@rule("MB-11")
def weights_do_not_sum(table: Table) -> Iterator[Hit]:
    """Weights that add up neither to the whole nor to the whole without
    预算执行率; a table without weights is not meant.
    """
    weights = [weight for _, weight, _ in numbered(table, "weight")]
    whole = sum(weights, Decimal(0))
    full, less = table.limits["whole"], table.limits["without_execution"]
    if weights and whole not in {full, less}:
        text = f"指标分值合计 {plain(whole)}，应为{plain(full)}或{plain(less)}。"
        yield Hit(None, "weight", text, plain(full), plain(whole))


@rule("MB-12")
def target_missing(table: Table) -> Iterator[Hit]:
    """A named indicator that promises nothing."""
    for index, row in enumerate(table.rows):
        if said(row, "level3").strip() and not said(row, "target").strip():
            yield Hit(index, "target", f"指标“{row['level3']}”没有目标值。")
