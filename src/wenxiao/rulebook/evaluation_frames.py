"""Which frame of criteria an object is evaluated by, the weights a division fixes for all its
objects, and how much 产出 and 效益 should weigh together.

No national frame fixes weights; a division may, one line a criterion: 「指标体系｜三级指标｜分值」.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from wenxiao.rulebook import basis, frameworks
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.listed_lines import columns_of, refused_lines
from wenxiao.rulebook.numbers import plain
from wenxiao.rulebook.object_kinds import KINDS

RULE = "evaluation_frames"
FRAMES: dict[str, str] = {
    "project_framework": "项目支出绩效评价指标体系",
    "department_framework": "部门整体支出绩效评价指标体系",
    "policy_framework": "政策绩效评价指标体系",
    "special_bond_framework": "专项债券项目绩效评价指标体系",
    "ppp_construction_framework": "PPP项目建设期绩效评价指标体系（项目公司）",
    "ppp_operation_framework": "PPP项目运营期绩效评价指标体系（项目公司）",
    "ppp_agency_framework": "PPP项目绩效评价指标体系（实施机构）",
    "purchase_framework": "政府购买服务绩效评价指标体系",
}
"""Frames an evaluation may be begun with, by the rulebook's name."""
ALIKE: dict[str, tuple[str, ...]] = {
    "决策": ("决策", "投入"),
    "过程": ("过程", "管理"),
    "产出": ("产出",),
    "效益": ("效益", "效果"),
}
"""What other frames call the four 一级指标 of a project."""
OBJECTS: dict[str, str] = {
    "项目": "project",
    "部门整体": "department_overall",
    **{word: kind for kind, word in KINDS.items()},
    "PPP项目（运营期）": "ppp_operating",
}
"""What a division calls the objects whose frame it chooses."""
OPERATING = frozenset({"运营期", "移交后"})
"""Stages of a PPP contract that are evaluated by the frame of its operation."""
OF_SHAPE, OF_EXAMPLE = "对象类型｜指标体系", "政策｜政策绩效评价指标体系"
SHAPE, EXAMPLE = "指标体系｜三级指标｜分值", "项目支出绩效评价指标体系｜实际完成率｜15"
LONGEST = 40
FULL = Decimal(100)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FrameRules:
    """What is in force for frames in a year."""

    of_kind: Mapping[str, str]
    counted: frozenset[str]
    least: Decimal | None
    weights: Mapping[tuple[str, str], Decimal]
    document: str
    standing: Standing

    def frame_for(self, kind: str, stage: str = "") -> str:
        """The frame of a kind of object; a PPP contract in operation has its own."""
        if kind == "ppp" and stage in OPERATING and "ppp_operating" in self.of_kind:
            return self.of_kind["ppp_operating"]
        return self.of_kind.get(kind, "project_framework")

    def weight_of(self, frame: str, name: str) -> Decimal | None:
        """The weight a division fixed for a criterion of a frame, None where it fixed none."""
        return self.weights.get((frame, name))

    def light(self, weights: Mapping[str, Decimal]) -> Decimal | None:
        """What 产出 and 效益 weigh together where that is less than the rule asks; ``weights`` by
        一级指标.
        """
        share = sum((one for name, one in weights.items() if self.counts(name)), Decimal(0))
        return share if self.least is not None and share < self.least else None

    def counts(self, level1: str) -> bool:
        """Whether a 一级指标 counts as 产出 or 效益."""
        return level1[:2] in self.counted


def frame_rules(on: date | int | None = None, overrides: Overrides | None = None) -> FrameRules:
    """The rules of frames in force."""
    value = basis.in_force(RULE, on, overrides)
    content = value.content
    least = content["min_output_plus_benefit"]
    return FrameRules(
        of_kind=dict(map(_object, content["of_kind"])),
        counted=frozenset(content["output_and_benefit"]),
        least=None if least in {None, ""} else basis.number(least),
        weights={(frame, name): points for frame, name, points in map(_weight, content["weights"])},
        document=value.document,
        standing=value.standing,
    )


def rows_of(frame: str, on: date | int, overrides: Overrides | None = None) -> int:
    """How many criteria a frame has in a year."""
    return len(list(frameworks.tree(frame, on, overrides).leaves()))


def refused_frames(content: Mapping[str, object]) -> str:
    """Why a division may not fix this; empty where it may."""
    listed = content.get("of_kind", [])
    if refused := refused_lines(listed, _object, shape=OF_SHAPE, word="对象的指标体系"):
        return refused
    if refused := refused_lines(content.get("weights", []), _weight, shape=SHAPE, word="分值"):
        return refused
    least = content.get("min_output_plus_benefit")
    return (
        "" if least in {None, ""} or _percent(str(least)) else "产出与效益合计应是 0 到 100 的数。"
    )


def _percent(text: str) -> bool:
    try:
        return 0 <= Decimal(text) <= FULL
    except InvalidOperation:
        return False


def _frame(title: str) -> str:
    frame = next((code for code, word in FRAMES.items() if title in {code, word}), "")
    if not frame:
        raise ValueError(f"没有“{title}”这套指标体系，可用：{'、'.join(FRAMES.values())}。")
    return frame


def _object(line: object) -> tuple[str, str]:
    word, title = columns_of(str(line), OF_SHAPE, OF_EXAMPLE, longest=LONGEST)
    if word not in OBJECTS:
        raise ValueError(f"没有“{word}”这类对象，可用：{'、'.join(OBJECTS)}。")
    return OBJECTS[word], _frame(title)


def _weight(line: object) -> tuple[str, str, Decimal]:
    title, name, text = columns_of(str(line), SHAPE, EXAMPLE, longest=LONGEST)
    frame = _frame(title)
    if not any(leaf.name == name for leaf in frameworks.tree(frame).leaves()):
        raise ValueError(f"{FRAMES[frame]}里没有“{name}”这个三级指标。")
    try:
        points = Decimal(text)
    except InvalidOperation:
        points = Decimal(0)
    if not (points.is_finite() and 0 < points <= FULL and points == points.quantize(_HUNDREDTH)):
        raise ValueError(f"分值应为 0 到 100 之间、最多两位小数的数，收到“{text}”。")
    return frame, name, Decimal(plain(points))
