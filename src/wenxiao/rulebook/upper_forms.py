"""上级考核的表式: the columns the upper level prints, its items with points and standards, and the
statistics it asks for, all by the division's own list. Nationally nothing is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.listed_lines import columns_of, refused_lines

RULE = "packages"
SOURCES_OF_COLUMNS: dict[str, str] = {
    "序号": "第几项",
    "考核内容": "上级的考核内容",
    "分值": "上级定的分值",
    "评分标准": "上级定的评分标准",
    "证明材料": "这一项在材料包里的文件，没有的写明",
    "空白": "留给人填，如自评得分、自评说明",
}
STAGE_WORDS = ("事前评估", "绩效目标", "绩效监控", "单位自评", "部门评价", "财政评价", "结果应用")
DUE, DONE = "应开展", "已开展"
COUNT, MONEY = "个数", "万元"
COLUMN_SHAPE, COLUMN_EXAMPLE = "栏目｜取自", "自评得分｜空白"
ITEM_SHAPE, ITEM_EXAMPLE = "考核内容｜分值｜评分标准", "绩效目标管理｜10｜应编尽编得满分"
FIGURE_SHAPE, FIGURE_EXAMPLE = "栏目｜取数", "已批复绩效目标的项目（个）｜绩效目标·已开展·个数"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class UpperItem:
    """One item of the upper level's form."""

    name: str
    points: str
    standard: str


@dataclass(frozen=True, slots=True)
class UpperFigure:
    """One figure of the table upwards: which stage, due or done, number or money, of which kind or
    budget ("" all).
    """

    name: str
    stage: str
    side: str
    unit: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class UpperForms:
    """What is listed and on what it stands; empty where nobody listed any."""

    columns: tuple[tuple[str, str], ...]
    items: tuple[UpperItem, ...]
    figures: tuple[UpperFigure, ...]
    basis: str


def upper_forms(overrides: Overrides | None = None, on: date | int | None = None) -> UpperForms:
    """The upper level's forms in force on a day."""
    value = basis.in_force(RULE, on, overrides)
    content = value.content
    return UpperForms(
        tuple(_column(str(line)) for line in content["upper_columns"]),
        tuple(_item(str(line)) for line in content["upper_items"]),
        tuple(_figure(str(line)) for line in content["upper_statistics"]),
        value.basis,
    )


def refused_upper_forms(content: Mapping[str, object]) -> str:
    """Why a division may not list these; empty where it may."""
    for part, read, shape, word in (
        ("upper_columns", _column, COLUMN_SHAPE, "上级考核表栏目"),
        ("upper_items", _item, ITEM_SHAPE, "上级考核内容"),
        ("upper_statistics", _figure, FIGURE_SHAPE, "上报统计表"),
    ):
        if refused := refused_lines(content.get(part, []), read, shape=shape, word=word):
            return refused
    return ""


def _column(line: str) -> tuple[str, str]:
    name, source = columns_of(line, COLUMN_SHAPE, COLUMN_EXAMPLE, longest=LONGEST)
    if source not in SOURCES_OF_COLUMNS:
        raise ValueError(f"“取自”只能是{'、'.join(SOURCES_OF_COLUMNS)}，收到“{source}”。")
    return name, source


def _item(line: str) -> UpperItem:
    return UpperItem(*columns_of(line, ITEM_SHAPE, ITEM_EXAMPLE, longest=LONGEST))


def _figure(line: str) -> UpperFigure:
    name, source = columns_of(line, FIGURE_SHAPE, FIGURE_EXAMPLE, longest=LONGEST)
    stage, side, unit, *of = [part.strip() for part in source.split("·")] + ["", ""]
    if stage not in STAGE_WORDS or side not in {DUE, DONE} or unit not in {COUNT, MONEY}:
        raise ValueError(
            f"取数应写“环节·{DUE}或{DONE}·{COUNT}或{MONEY}”，后面可再写“·类型或预算”；"
            f"环节有{'、'.join(STAGE_WORDS)}，收到“{source}”。"
        )
    return UpperFigure(name, stage, side, unit, of[0] if of else "")
