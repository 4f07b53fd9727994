"""工作考核: how a unit's own performance-management work is scored, by a list only the division itself
fixes.

Each item is a line 「考核内容｜取数｜分值」. ``取数`` names a count of :data:`MEASURES` (done of due: weight ×
done ÷ due) or 人工评定, where a person gives the points with a reason. Nationally nothing is listed and
nothing is scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.listed_lines import columns_of, refused_lines

RULE = "unit_assessment"
BY_HAND = "人工评定"
MEASURES: dict[str, str] = {
    "目标批复": "预算年度为工作年度的对象中，绩效目标已批复的",
    "监控报送": "本年监控任务范围内的对象（本次免报的不计）中，监控表已收到或报送的",
    "监控按时": "监控任务里期限已过的对象中，期限以前收到或报送的",
    "自评报送": "本年自评任务范围内的对象（本次免报的不计）中，自评表已收到或报送的",
    "自评按时": "自评任务里期限已过的对象中，期限以前收到或报送的",
    "自评等级相符": "自评复核已确认的对象中，复核等级与自评等级相同的",
    "整改销号": "本年评价、监控发现并下达整改的问题中，已核验销号的",
    "整改按期": "整改期限（延期的按延后的）已过的问题中，期限以前销号的",
    "培训参加": "本年已举办的培训中，单位（含下属）有人签到的",
}
"""What may be counted: each is done of due, over rows that can be opened."""
LONGEST = 60
SHAPE = "考核内容｜取数｜分值"
EXAMPLE = "自评按时报送｜自评按时｜20"
MOST_POINTS = Decimal(1000)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class AssessmentItem:
    """One line of a division's list."""

    name: str
    measure: str
    weight: Decimal

    @property
    def by_hand(self) -> bool:
        """Whether a person gives the points."""
        return self.measure == BY_HAND


@dataclass(frozen=True, slots=True)
class AssessmentRule:
    """The list in force, on what it stands and how far that was read; no
    items: nobody listed any.
    """

    items: tuple[AssessmentItem, ...]
    basis: str
    standing: Standing


def assessment_rule(
    overrides: Overrides | None = None, on: date | int | None = None
) -> AssessmentRule:
    """The items in force on a day."""
    value = basis.in_force(RULE, on, overrides)
    items = tuple(_item(str(line)) for line in value.content["items"])
    return AssessmentRule(items, value.basis, value.standing)


def counted_points(item: AssessmentItem, *, due: int, done: int) -> Decimal | None:
    """Points of a counted item, two decimals half up; None where nothing
    was due: it does not apply.
    """
    if not due:
        return None
    return (item.weight * done / due).quantize(_HUNDREDTH, ROUND_HALF_UP)


def refused_items(content: Mapping[str, object]) -> str:
    """Why a division may not fix this list; empty where it may."""
    names: set[str] = set()

    def read(line: str) -> None:
        name = _item(line).name
        if name in names:
            raise ValueError(f"考核内容“{name}”写了两次。")
        names.add(name)

    return refused_lines(content.get("items"), read, shape=SHAPE)


def _item(line: str) -> AssessmentItem:
    name, measure, text = columns_of(line, SHAPE, EXAMPLE, longest=LONGEST)
    if measure not in MEASURES and measure != BY_HAND:
        raise ValueError(f"没有“{measure}”这个取数，可用：{'、'.join((*MEASURES, BY_HAND))}。")
    try:
        weight = Decimal(text)
    except InvalidOperation:
        weight = Decimal(0)
    if not weight.is_finite() or not 0 < weight <= MOST_POINTS:
        raise ValueError(f"分值应为大于 0 的数，收到“{text}”。")
    if weight != weight.quantize(_HUNDREDTH):
        raise ValueError(f"分值最多两位小数，收到“{text}”。")
    return AssessmentItem(name, measure, weight)
