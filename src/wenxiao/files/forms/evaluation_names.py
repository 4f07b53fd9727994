"""The words of a score sheet: indicator names with codes and points,
headings of problems and suggestions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wenxiao.files.cells.textforms import LEADING_NUMBER, half_width, squeezed
from wenxiao.files.forms.evaluation_columns import POINTS

PROBLEMS = re.compile(
    r"^(评价|项目|绩效)?(发现|存在|目前)?(发现|存在)?的?(主要|共性|突出)?的?问题(和不足|与不足|及不足|及原因(分析)?)?$"
)
SUGGESTIONS = re.compile(
    r"^(相关|有关|改进|整改|对策|工作|下一步|主要)?的?(工作)?(意见(和|与|及|、)?建议|建议|改进措施|整改意见|改进意见|对策建议|措施建议|建议(和|与|及)(改进)?措施)$"
)
CODE = re.compile(
    r"^([A-Z]\d+(?:[.\-]\d+)*|\d+(?:\.\d+)+)[\s.、:：\-]*(?=[\u4e00-\u9fa5“\"(（])|^([A-Z])[\s.、:：]+(?=[\u4e00-\u9fa5])"
)
PLAIN_NUMBER = re.compile(r"^\s*\d{1,2}[ \u3000]+(?=[\u4e00-\u9fa5])")
"""「1 决策」; without the blank the figure may belong to the name."""


@dataclass(slots=True)
class LevelName:
    """The name standing for a level until the next one, with the cell it was read from."""

    name: str | None = None
    raw: str | None = None
    cell: str | None = None
    code: str | None = None
    points: str | None = None

    @property
    def own_words(self) -> str | None:
        """What is printed, where it says more than the name."""
        return self.raw if self.raw != self.name else None


def split_name(text: str) -> tuple[str | None, str, str | None]:
    """(code, name, points) of an indicator's name: 「A101 立项依据充分性（4分）」 →
    ("A101", "立项依据充分性", "4").
    """
    wide = re.sub(r"\s+", " ", re.sub(r"\n", "", text.strip()))
    points = POINTS.search(half_width(wide))
    name = wide[: points.start()] if points else wide
    code = CODE.match(half_width(name))
    name = (
        name[code.end() :]
        if code
        else PLAIN_NUMBER.sub("", LEADING_NUMBER.sub("", name, count=1), count=1)
    )
    value = (points[1] or points[2]) if points else None
    return (code[1] or code[2]) if code else None, re.sub(r"\s+", "", name), value


def opens_block(text: str) -> str | None:
    """Which block, "problems" or "suggestions", the text opens when it is
    the heading of one, else None.
    """
    bare = squeezed(LEADING_NUMBER.sub("", text, count=1)).strip(":")
    if PROBLEMS.match(bare):
        return "problems"
    return "suggestions" if SUGGESTIONS.match(bare) else None
