"""Monitoring cases drawn on the official form, in 万元 or 元, with or without
causes, as numbers, text or formulas.
"""

from __future__ import annotations

from typing import Any

from files.builders.paper import Paper

CAUSES = ("经费保障", "制度保障", "人员保障", "硬件条件保障", "其他", "原因说明")


def draw(
    case: dict[str, Any], *, rate: str = "empty", suggestions: list[str] | None = None
) -> tuple[Paper, int]:
    """The form of a case and the row where its indicators begin.
    ``rate``: empty, text, formula or fraction.
    """
    paper, window = Paper(), case["period"]
    paper.put(0, 0, "项目支出绩效目标执行监控表", cols=15)
    paper.put(1, 0, f"（{case['year']}年度）", cols=15)
    paper.put(2, 0, "项 目 名 称", cols=2)
    paper.put(2, 2, case["project"], cols=13)
    paper.put(3, 0, "主管部门", cols=2)
    paper.put(3, 2, case.get("dept"), cols=5)
    paper.put(3, 7, "实施单位", cols=2)
    paper.put(3, 9, case.get("unit"), cols=6)
    paper.put(4, 0, "项目资金\n（万元）", rows=4, cols=2)
    paper.put(4, 2, None, cols=3)
    for col, words, cols in (
        (5, "年初预算数", 3),
        (8, f"{window}执行数", 2),
        (10, f"{window}执行率", 2),
        (12, "全年预计执行数", 3),
    ):
        paper.put(4, col, words, cols=cols)
        for row in range(5, 8):
            paper.put(row, col, None, cols=cols)
    for row, label in enumerate(("年度资金总额", "其中：本年一般公共预算拨款", "其他资金"), 5):
        paper.put(row, 2, label, cols=3)
    paper.put(5, 5, case["budget"])
    paper.put(5, 8, case["executed"])
    paper.put(5, 12, case.get("expected_full_year"))
    _rate(paper, case, rate)
    paper.put(8, 0, "年度总体目标", cols=2)
    paper.put(8, 2, None, cols=13)
    last = _indicators(paper, case, 9, window)
    if suggestions:
        paper.put(last, 0, "监控意见建议", cols=2)
        paper.put(
            last, 2, "\n".join(f"{n}.{text}" for n, text in enumerate(suggestions, 1)), cols=13
        )
        last += 1
    paper.put(last, 0, "注：完成目标可能性：1确定能，2有可能，3完全不可能。", cols=15)
    return paper, 9


def _rate(paper: Paper, case: dict[str, Any], how: str) -> None:
    if how == "text":
        paper.put(5, 10, f"{case['executed'] * 100 / case['budget']:.2f}%")
    elif how == "formula":
        paper.put(5, 10, "=I6/F6", number_format="0.00%")
    elif how == "fraction":
        paper.put(5, 10, case["executed"] / case["budget"], number_format="0.00%")


def _indicators(paper: Paper, case: dict[str, Any], top: int, window: str) -> int:
    rows = case["indicators"] or [{}] * 3
    paper.put(top, 0, "绩\n效\n指\n标", rows=len(rows) + 2)
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        f"{window}执行情况",
        "全年预计完成情况",
    )
    for col, words in enumerate(heads, 1):
        paper.put(top, col, words, rows=2)
    paper.put(top, 7, "偏差原因分析", cols=6)
    for col, words in enumerate(CAUSES, 7):
        paper.put(top + 1, col, words)
    paper.put(top, 13, "完成目标可能性", rows=2)
    paper.put(top, 14, "备注", rows=2)
    for row, item in enumerate(rows, top + 2):
        keys = ("level1", "level2", "name", "target", "progress", "forecast")
        for col, key in enumerate(keys, 1):
            paper.put(row, col, item.get(key))
        paper.put(row, 11, item.get("cause"))
        paper.put(row, 13, item.get("possibility"))
    return top + 2 + len(rows)
