"""Public self-evaluation cases drawn in the layouts bureaus use: national,
Lijiang, Hubei, transfer, plain.
"""

from __future__ import annotations

import re
from typing import Any

from files.builders.paper import Paper

SIGN = re.compile(r"^(≥|≧|>=|≤|≦|<=|＝|═|=|>|<|不少于|不低于|不超过)?\s*(-?[\d.,]+)\s*(.*)$")
LAYOUTS = ("national", "lijiang", "hubei", "transfer")
WIDE = str.maketrans("0123456789.%（）", "０１２３４５６７８９．％（）")


def columns_of(layout: str) -> list[tuple[str, str]]:
    """(key, heading) of the indicator block from the left, side label included."""
    side = [] if layout == "hubei" else [("side", "绩\n效\n指\n标")]
    levels = [("level1", "一级指标"), ("level2", "二级指标"), ("level3", "三级\n指标")]
    if layout == "lijiang":
        target = [("nature", "指标性质"), ("target", "指标值"), ("unit", "度量单位")]
    else:
        target = [("target", "年度\n指标值")]
    actual = (
        [("actual", "实际\n完成值")] if layout != "transfer" else [("actual", "全年实际完成值")]
    )
    points = [] if layout == "transfer" else [("weight", "分  值"), ("score", "得  分")]
    last = "未完成原因和改进措施" if layout == "transfer" else "偏差原因分析及改进措施"
    return side + levels + target + actual + points + [("deviation", last)]


def split_target(text: str | None) -> tuple[Any, Any, Any]:
    """(sign, value, unit) of a target as three columns hold it."""
    found = SIGN.match(text or "")
    if found is None:
        return None, text, None
    return found[1], found[2], found[3] or None


def draw(
    case: dict[str, Any],
    layout: str = "national",
    *,
    head: bool = True,
    wide: bool = False,
    unit: bool = True,
) -> tuple[Paper, int]:
    """The form of a case; returns it with the row where its indicator block begins.

    ``head`` False leaves title and year out (they stand in paragraphs above), ``wide`` writes
    full-width digits, ``unit`` False names no money unit.
    """
    paper, columns = Paper(), columns_of(layout)
    width = len(columns)
    row = 0
    if head:
        paper.put(0, 0, "附件1", cols=width)
        paper.put(1, 0, "项目支出绩效自评表", cols=width)
        paper.put(2, 0, f"（{case['year']}年度）" if case.get("year") else None, cols=width)
        row = 3
    row = _names(paper, case, row, width)
    row = _money(paper, case, row, columns, wide=wide, unit=unit)
    paper.put(row, 0, "年度总体目标", rows=2)
    middle = width // 2
    paper.put(row, 1, "预期目标", cols=middle - 1)
    paper.put(row, middle, "实际完成情况", cols=width - middle)
    paper.put(row + 1, 1, None, cols=middle - 1)
    paper.put(row + 1, middle, None, cols=width - middle)
    block = row + 2
    _indicators(paper, case, block, columns, wide=wide)
    return paper, block


def _names(paper: Paper, case: dict[str, Any], row: int, width: int) -> int:
    paper.put(row, 0, "项目名称", cols=2)
    paper.put(row, 2, case.get("project"), cols=width - 2)
    paper.put(row + 1, 0, "主管部门", cols=2)
    paper.put(row + 1, 2, case.get("dept"), cols=width - 6)
    paper.put(row + 1, width - 4, "实施单位")
    paper.put(row + 1, width - 3, case.get("unit"), cols=3)
    return row + 2


def _money(
    paper: Paper,
    case: dict[str, Any],
    row: int,
    columns: list[tuple[str, str]],
    *,
    wide: bool,
    unit: bool,
) -> int:
    width, scored = len(columns), any(key == "weight" for key, _ in columns)
    words = ["年初预算数", "全年预算数", "全年执行数"] + (
        ["分值", "执行率", "得分"] if scored else ["执行率"]
    )
    first = width - len(words)
    paper.put(row, 0, f"项目资金\n（{case['money_unit']}）" if unit else "项目资金", rows=5)
    paper.put(row, 1, None, cols=first - 1)
    for at, word in enumerate(words):
        paper.put(row, first + at, word)
    budget = case["budget"]
    values = [budget.get("initial"), budget.get("full_year"), budget.get("executed")]
    rate = case.get("exec_rate_text")
    values += [case.get("exec_weight"), rate, case.get("exec_score")] if scored else [rate]
    for at, label in enumerate(
        ("年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金"), 1
    ):
        paper.put(row + at, 1, label, cols=first - 1)
        for place, word in enumerate(words):
            if at > 1 and word in {"分值", "执行率", "得分"}:
                paper.put(row + at, first + place, "—")
    for place, value in enumerate(values):
        paper.put(row + 1, first + place, widened(value, wide))
    return row + 5


def widened(value: Any, wide: bool) -> Any:
    """Full-width digits where asked for."""
    return str(value).translate(WIDE) if wide and value is not None else value


def _indicators(
    paper: Paper, case: dict[str, Any], top: int, columns: list[tuple[str, str]], *, wide: bool
) -> None:
    at = {key: col for col, (key, _) in enumerate(columns)}
    rows = case["indicators"]
    for key, col in at.items():
        if key == "side":
            paper.put(top, col, columns[col][1], rows=len(rows) + 1)
        else:
            paper.put(top, col, columns[col][1])
    for n, item in enumerate(rows, top + 1):
        for key, value in values_of(item, "nature" in at).items():
            if key in at and value is not None:
                paper.put(n, at[key], widened(value, wide and key in {"actual", "weight", "score"}))
                if isinstance(value, str) and value.startswith("="):
                    paper.quoted.add((n, at[key]))
    _levels(paper, rows, top + 1, at)
    last = top + 1 + len(rows)
    if "score" in at:
        paper.put(last, 0, "总分", cols=at["weight"])
        paper.put(last, at["weight"], case.get("total_weight"))
        paper.put(last, at["score"], case.get("total_score"))
        last += 1
    if case.get("grade"):
        paper.put(last, 0, "自评等级", cols=2)
        paper.put(last, 2, case["grade"], cols=len(columns) - 2)
        last += 1
    paper.put(last, 0, "注：定性指标分为三档。", cols=len(columns))
    paper.put(
        last + 1, 0, "填报人：        联系电话：        填报日期：   年  月  日", cols=len(columns)
    )


def values_of(item: dict[str, Any], three: bool) -> dict[str, Any]:
    """What stands in the columns from the third level on."""
    out = {
        key: item.get(key) for key in ("level3", "target", "actual", "weight", "score", "deviation")
    }
    if three:
        out["nature"], out["target"], out["unit"] = split_target(item.get("target"))
    return out


def _levels(paper: Paper, rows: list[dict[str, Any]], top: int, at: dict[str, int]) -> None:
    """Level names once over the rows they hold."""
    for keys in (("level1",), ("level1", "level2")):
        start = 0
        while start < len(rows):
            name = tuple(rows[start].get(key) for key in keys)
            end = start
            while end + 1 < len(rows) and tuple(rows[end + 1].get(key) for key in keys) == name:
                end += 1
            paper.put(top + start, at[keys[-1]], name[-1], rows=end - start + 1)
            start = end + 1
