"""Figures of a paper that is to be published beside what was published: same object, same measure,
another number.

A figure is held against an object only where the object's name stands before it in the same
paragraph, or in its row of a table. What equals any published year of that object is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.numbers import scaled

_UNITS = {"元": 1, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}
_LINK = r"(?:为|是|共计|合计|共|了|达|：|:)?\s*[“\"「]?"
_AMOUNT = (
    rf"(?:资金|金额|经费|数|总额)?{_LINK}(?P<said>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>亿元|万元|千元|元)"
)
_MEASURES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "points",
        "得分",
        re.compile(
            rf"(?:得分|评分|总分|评价得?){_LINK}(?P<said>\d{{1,3}}(?:\.\d{{1,4}})?)\s*(?P<unit>分)"
        ),
    ),
    (
        "grade",
        "等级",
        re.compile(rf"(?:等级|评定|评级){_LINK}(?P<said>[优良中差])(?![一-鿿])(?P<unit>)"),
    ),
    ("arranged", "安排资金", re.compile(rf"(?:安排|预算){_AMOUNT}")),
    ("used", "使用资金", re.compile(rf"(?:使用|支出|用了|执行){_AMOUNT}")),
)
_PART = re.compile(r"(?:指标|决策|过程|产出|效益|效果|满意度|管理|一级|二级|三级)[^，。；,;]{0,4}$")
"""What stands before the points of a part, not of the whole."""
_HEADINGS = (
    ("points", re.compile(r"得分|评分|总分|分数")),
    ("grade", re.compile(r"等级|评级")),
    ("arranged", re.compile(r"安排|预算")),
    ("used", re.compile(r"使用|支出|执行")),
)
_NOT_IT = re.compile(r"率|指标|权重|满分|调整|年初|依据|说明|原因")
_TABLE_UNIT = re.compile(r"(亿元|万元|千元|元)")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was published of one object for one year; amounts in 元, None
    where it was not published.
    """

    name: str
    year: int
    points: Decimal | None = None
    grade: str = ""
    arranged: Decimal | None = None
    used: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Unequal:
    """One figure that no published year of the object has: of which object,
    measure, what is said and what was published.
    """

    name: str
    measure: str
    stated: str
    published: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """All that was published, by the object's name; names that lie in
    longer ones yield to those.
    """

    by_name: Mapping[str, Sequence[Figures]]

    @classmethod
    def of(cls, figures: Iterable[Figures]) -> Published:
        """By name."""
        named: dict[str, list[Figures]] = {}
        for one in figures:
            named.setdefault(squeezed(one.name), []).append(one)
        return cls(named)

    def in_text(self, text: str) -> list[Unequal]:
        """Figures of a paragraph that differ from what was published of the
        object named before them.
        """
        words = squeezed(text)
        unequal: list[Unequal] = []
        for name, rest in self._spoken_of(words):
            held = self.by_name[name]
            for field, label, pattern in _MEASURES:
                for hit in pattern.finditer(rest):
                    before = rest[: hit.start()]
                    if field == "points" and _PART.search(before):
                        continue
                    if field == "grade" and "。" in before:  # the next sentence counts all grades
                        continue
                    unequal += _differs(held, field, label, hit["said"], hit["unit"])
        return unequal

    def in_row(self, headings: Sequence[str], row: Sequence[str], unit: str = "") -> list[Unequal]:
        """The same of a table's row: the object by a whole cell, measures
        by the headings; ``unit`` of the table's money.
        """
        held = next((self.by_name[squeezed(c)] for c in row if squeezed(c) in self.by_name), None)
        if held is None:
            return []
        unequal: list[Unequal] = []
        for at, (heading, cell) in enumerate(zip(headings, row, strict=False)):
            field = _field_of(heading)
            number = squeezed(cell)
            if not field or not number:
                continue
            named = _TABLE_UNIT.search(heading)
            money = field in {"arranged", "used"}
            own = (named[1] if named else unit) if money else ""
            if (money and not own) or (field != "grade" and not _NUMBER.fullmatch(number)):
                continue
            label = next(label for name, label, _ in _MEASURES if name == field)
            unequal += _differs(held, field, label, number, own or "分", at=at)
        return unequal

    def _spoken_of(self, words: str) -> Iterator[tuple[str, str]]:
        """(name, the text from it to the next name) in order."""
        places: list[tuple[int, int, str]] = []
        for name in sorted((one for one in self.by_name if one in words), key=len, reverse=True):
            for hit in re.finditer(re.escape(name), words):
                if not any(start <= hit.start() < end for start, end, _ in places):
                    places.append((hit.start(), hit.end(), name))
        places.sort()
        ends = [start for start, _, _ in places[1:]] + [len(words)] * bool(places)
        for (_, end, name), until in zip(places, ends, strict=True):
            yield name, words[end:until]


def squeezed(text: str) -> str:
    """Text without blanks."""
    return re.sub(r"\s+", "", text)


def is_heading(row: Sequence[str]) -> bool:
    """Whether a row names at least one measure."""
    return any(_field_of(cell) for cell in row)


def unit_in(text: str) -> str:
    """The unit a table says its money has (单位：万元); empty when it says none."""
    named = re.search(r"单位[：:]?\s*(?:人民币)?(亿元|万元|千元|元)", squeezed(text))
    return named[1] if named else ""


def _field_of(heading: str) -> str:
    words = squeezed(heading)
    if not words or len(words) > 20 or _NOT_IT.search(words) or _NUMBER.search(words):
        return ""
    return next((field for field, pattern in _HEADINGS if pattern.search(words)), "")


def _differs(
    held: Sequence[Figures], field: str, label: str, said: str, unit: str, *, at: int = 0
) -> list[Unequal]:
    """Nothing where any published year has this figure, or where none was published."""
    known = [value for value in (getattr(one, field) for one in held) if value not in {None, ""}]
    if not known:
        return []
    if field == "grade":
        right, shown = said in known, "、".join(dict.fromkeys(known))
        return [] if right else [Unequal(held[0].name, label, said, shown, at)]
    number = Decimal(said.replace(",", ""))
    digits = max(0, -int(number.as_tuple().exponent))
    each = [scaled(Fraction(value) / _UNITS.get(unit, 1), digits) for value in known]
    if number in each:
        return []
    exact = [f"{(value / _UNITS.get(unit, 1)).normalize():f}{unit}" for value in known]
    return [Unequal(held[0].name, label, f"{said}{unit}", "、".join(dict.fromkeys(exact)), at)]
