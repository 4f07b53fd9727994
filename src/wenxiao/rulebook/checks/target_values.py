"""绩效目标 MB, the values: what a target promises, against its year, its
budget, its unit and common sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from wenxiao.rulebook.checks.registry import Cells, Hit, Table, head_number, rule, said
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.numbers import plain, wan

_YUAN = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "亿元": Decimal(100_000_000),
}
_PER_ONE = re.compile(r"单价|单位成本|人均|户均|亩均|平均|每|标准|节约|降低|下降|/")
_SHARE = re.compile(
    r"(?:合格|达标|覆盖|及时|准确|出勤|到位|入学|巩固|优良|优秀|通过|验收|完好|就业|参保|参与|普及|知晓|满意|发放|足额|完成)(?:率|度)(?:\(.*\))?$"
)
_MAY_FALL = re.compile(r"率|增|减|降|变动|变化|偏差|误差|差额|温|结余|净")
_WHOLE = re.compile(r"全部|全覆盖|全员|全程|应.尽|100|百分之百|无|零|不")
_MEASURED = re.compile(r"数量|质量|时效|成本")
_NO_UNIT = re.compile(r"率|比例|指数|等级|级别|评分|得分|排名|名次|系数|占比|比重")

_NEXT_YEAR = re.compile(r"次年|明年|翌年|下一?年度?(?!度?[^，,。]{0,4}(?:预算|计划))")


def target_of(row: Cells) -> Expression:
    """The target with its unit, also where the unit stands in a column of its own."""
    return _read(str(row.get("target") or "").strip(), str(row.get("unit") or "").strip())


@lru_cache(maxsize=4096)
def _read(text: str, unit: str) -> Expression:
    """Every check of a row asks for the same reading."""
    read = parse(text)
    return parse(text + unit) if read.kind == "number" and read.unit is None and unit else read


def _bound(read: Expression) -> Decimal | None:
    return read.low if read.low is not None else read.high


@rule("MB-16")
def cost_above_budget(table: Table) -> Iterator[Hit]:
    """A cost in money, of the whole and not per one, that is more than the project may spend."""
    budget = head_number(table, "budget_yuan")
    if budget is None or budget <= 0:
        return
    for index, row in enumerate(table.rows):
        if "成本" not in said(row, "level1", "level2") or _PER_ONE.search(
            said(row, "level3", "target", "unit")
        ):
            continue
        read = target_of(row)
        high, factor = read.high if read.high is not None else read.low, _YUAN.get(read.unit or "")
        if (
            read.kind == "number"
            and high is not None
            and factor is not None
            and high * factor > budget
        ):
            name = row.get("level3") or ""
            text = f"成本指标“{name}”为 {wan(high * factor)} 万元，超过预算 {wan(budget)} 万元。"
            yield Hit(index, "target", text, f"不超过 {wan(budget)} 万元", read.text)


@rule("MB-17")
def deadline_after_the_end(table: Table) -> Iterator[Hit]:
    """A deadline behind the project's end, or behind the year's where no end is known."""
    year = table.head.get("year")
    end = _day_after_which(
        str(table.head.get("end") or ""), year if isinstance(year, int) else None
    )
    if end is None:
        return
    for index, row in enumerate(table.rows):
        read = target_of(row)
        day = (read.date_end or read.date or "") if read.kind == "date" and not read.partial else ""
        if day > end or (_NEXT_YEAR.search(said(row, "target")) and end[:4] == str(year)):
            text = f"指标“{row.get('level3') or ''}”的时限“{read.text}”晚于 {end}。"
            yield Hit(index, "target", text, f"不晚于 {end}", read.text)


def _day_after_which(end: str, year: int | None) -> str | None:
    """The last day as ISO text: of the project (a month alone counts whole), else of the year."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", end):
        return end
    if re.fullmatch(r"\d{4}-\d\d", end):
        return f"{end}-31"
    if re.fullmatch(r"\d{4}", end):
        return f"{end}-12-31"
    return f"{year}-12-31" if year is not None and not end else None


@rule("MB-19")
def output_without_measure(table: Table) -> Iterator[Hit]:
    """A quantity, quality, time or cost in words that no one can count or date."""
    for index, row in enumerate(table.rows):
        text = said(row, "target").strip()
        if (
            not text
            or not _MEASURED.search(said(row, "level2"))
            or re.search(r"\d", text)
            or _WHOLE.search(text)
        ):
            continue
        if target_of(row).kind == "text" and not re.search(
            r"[优良]|合格|达标|标准|要求|[一二三甲乙ⅠⅡⅢ]级|前", text
        ):
            yield Hit(
                index, "target", f"“{row.get('level3') or ''}”的目标“{text}”不能衡量。", got=text
            )


@rule("MB-20")
def unit_missing(table: Table) -> Iterator[Hit]:
    """A bare number that nobody says what it counts."""
    for index, row in enumerate(table.rows):
        read = target_of(row)
        if read.kind == "number" and read.unit is None and not _NO_UNIT.search(said(row, "level3")):
            yield Hit(
                index,
                "unit",
                f"指标“{row.get('level3') or ''}”的目标“{read.text}”没有计量单位。",
                got=read.text,
            )


@rule("MB-24")
def negative_target(table: Table) -> Iterator[Hit]:
    """Less than nothing, where nothing falls."""
    for index, row in enumerate(table.rows):
        read, bound = target_of(row), _bound(target_of(row))
        if (
            read.kind == "number"
            and bound is not None
            and bound < 0
            and not _MAY_FALL.search(said(row, "level3"))
        ):
            yield Hit(
                index,
                "target",
                f"指标“{row.get('level3') or ''}”的目标“{read.text}”是负数。",
                "不小于0",
                read.text,
            )


@rule("MB-25")
def share_above_the_whole(table: Table) -> Iterator[Hit]:
    """A share of a whole that promises more than all of it."""
    for index, row in enumerate(table.rows):
        read, bound = target_of(row), _bound(target_of(row))
        name = re.sub(r"\s", "", said(row, "level3")).replace("（", "(").replace("）", ")")
        if (
            read.unit == "%"
            and bound is not None
            and bound > table.limits["highest"]
            and _SHARE.search(name)
        ):
            most = plain(table.limits["highest"])
            text = f"“{row['level3']}”的目标 {plain(bound)}% 超过{most}%。"
            yield Hit(index, "target", text, f"不超过{most}%", read.text)


@rule("MB-26")
def forward_target_of_nothing(table: Table) -> Iterator[Hit]:
    """At least 0 is reached by doing nothing."""
    for index, row in enumerate(table.rows):
        read = target_of(row)
        if read.kind == "number" and read.comparator in {">=", ">"} and read.low == 0:
            yield Hit(
                index,
                "target",
                f"正向指标“{row.get('level3') or ''}”的目标“{read.text}”什么也不做就能达到。",
            )


@rule("MB-27")
def unreadable_target(table: Table) -> Iterator[Hit]:
    """A sign without its number, masked or glued digits, a date no calendar has."""
    for index, row in enumerate(table.rows):
        read = target_of(row)
        if read.text.strip() and read.kind == "unreadable":
            said_why = f"：{read.note}" if read.note else ""
            text = f"指标“{row.get('level3') or ''}”的目标“{read.text[:40]}”无法识别{said_why}。"
            yield Hit(index, "target", text, got=read.text[:60])
