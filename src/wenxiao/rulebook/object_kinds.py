"""What each kind of object and each budget has of its own: facts to record (借用管还 of a bond, the
contract of a purchase …), which of them must agree, and what its evaluation looks at besides.

All of it is listed line by line in ``basis/object_kinds.yaml``; a division lists its own. The
national measures were not read, so the lists stand as 未核: they say what can be recorded, not what
is prescribed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grounds import Standing
from wenxiao.rulebook.listed_lines import columns_of, refused_lines
from wenxiao.rulebook.numbers import plain, to_yuan, wan

RULE = "object_kinds"
KINDS: dict[str, str] = {
    "policy": "政策",
    "transfer": "转移支付",
    "special_bond": "专项债券项目",
    "ppp": "PPP项目",
    "purchase_of_services": "政府购买服务",
    "procurement": "政府采购",
    "investment_fund": "政府投资基金",
    "government_fund": "政府性基金预算",
    "state_capital": "国有资本经营预算",
    "social_insurance": "社会保险基金预算",
}
"""Kinds of objects, then budgets, that may have facts of their own."""
WALKED = frozenset({*KINDS, "project", "department_overall", "general"})
"""Kinds and budgets of which tests/followup/test_kinds_walk.py takes one object from its target to
the report; whatever else there is, is registered only (仅登记).
"""
MONEY, COUNT, PERCENT, DAY, TEXT, FLAG = "金额", "数", "比率", "日期", "文字", "是否"
TYPES = (MONEY, COUNT, PERCENT, DAY, TEXT, FLAG)
STAGES: dict[str, str] = {"目标": "target", "监控": "monitoring", "自评": "selfeval"}
"""Where a fact should be there, as the lists say it and as reviews are called."""
FACT_SHAPE, FACT_EXAMPLE = "分组｜事项｜怎么填｜应填环节", "用｜债券资金累计支出｜金额｜监控、自评"
AGREE_SHAPE, AGREE_EXAMPLE = "一边｜怎样｜另一边", "合同累计付款｜不大于｜合同金额"
LOOK_SHAPE, LOOK_EXAMPLE = "一级指标｜评价内容", "过程｜还本付息"
NOT_ABOVE, EQUAL, NOT_AFTER = "不大于", "等于", "不晚于"
LEVELS1 = ("决策", "过程", "产出", "效益")
LONGEST = 40
LONGEST_VALUE = 200
MOST = Decimal(10) ** 15
"""元 no amount of a district reaches."""
_TERM = re.compile(r"([＋－]?)([^＋－]+)")


@dataclass(frozen=True, slots=True)
class ListedFact:
    """One fact: its group and name, how it is filled (``options`` where it is chosen), and the
    stages that want it.
    """

    group: str
    name: str
    type: str
    options: tuple[str, ...]
    stages: tuple[str, ...]

    def read(self, text: str) -> str:
        """The value as it is stored (元, plain numbers, ISO days); ValueError says what to write."""
        text = text.strip()
        if self.options:
            if text not in self.options:
                raise ValueError(f"{self.name}请从{'、'.join(self.options)}里选，收到“{text}”。")
            return text
        if self.type == DAY:
            return _day(self.name, text)
        if self.type == TEXT:
            if len(text) > LONGEST_VALUE:
                raise ValueError(f"{self.name}最多 {LONGEST_VALUE} 字，请缩短。")
            return text
        return plain(self._number(text))

    def _number(self, text: str) -> Decimal:
        example = {MONEY: "万元数，如 1250.5", PERCENT: "百分数，如 3.25", COUNT: "数字，如 12"}
        try:
            value = Decimal(text.replace(",", "").replace("，", "").removesuffix("%"))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            raise ValueError(f"{self.name}应填{example[self.type]}，收到“{text}”。")
        if self.type == MONEY:
            value = to_yuan(value, "万元")
        if value >= MOST:
            raise ValueError(f"{self.name}“{text}”太大，请核对单位。")
        return value

    def shown(self, stored: str) -> str:
        """A stored value as a page shows and takes it: money in 万元."""
        return wan(Decimal(stored)) if self.type == MONEY and stored else stored


@dataclass(frozen=True, slots=True)
class FactRelation:
    """Two sides that must agree, each a sum of named facts with sign."""

    left: str
    how: str
    right: str

    def sides(self) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """Both sides as signed names."""
        return _terms(self.left), _terms(self.right)


@dataclass(frozen=True, slots=True)
class OwnOfKinds:
    """What an object of these kinds and budgets has of its own, on what it stands."""

    facts: tuple[ListedFact, ...]
    relations: tuple[FactRelation, ...]
    look_at: tuple[tuple[str, str], ...]
    basis: str
    standing: Standing


def own_of(
    kinds: Iterable[str], on: date | int | None = None, overrides: Overrides | None = None
) -> OwnOfKinds:
    """The lists of a kind of object and of the budgets its money is from, in that order."""
    value = basis.in_force(RULE, on, overrides)
    kinds = list(dict.fromkeys(kinds))

    def lines(part: str) -> Iterator[str]:
        for kind in kinds:
            yield from (str(line) for line in value.content[part].get(kind, ()))

    facts = {one.name: one for one in map(_fact, lines("facts"))}
    relations = tuple(_relation(line) for line in lines("agree"))
    look_at = tuple(_looked(line) for line in lines("look_at"))
    return OwnOfKinds(tuple(facts.values()), relations, look_at, value.basis, value.standing)


def walked(kind: str) -> bool:
    """Whether objects of a kind, or of a budget, go the whole way (全程); else they are 仅登记."""
    return kind in WALKED


def wanting(own: OwnOfKinds, stage: str, values: Mapping[str, str]) -> list[str]:
    """The names of facts a stage wants and nobody recorded."""
    return [one.name for one in own.facts if stage in one.stages and not values.get(one.name)]


def disagreements(own: OwnOfKinds, values: Mapping[str, str]) -> list[str]:
    """Sentences of the facts that do not agree; sides with a fact missing are not compared."""
    facts = {one.name: one for one in own.facts}
    return [text for one in own.relations if (text := _against(one, facts, values))]


def refused_kinds(content: Mapping[str, object]) -> str:
    """Why a division may not list these; empty where it may."""
    parts = (
        ("facts", _fact, FACT_SHAPE, "事项"),
        ("agree", _relation, AGREE_SHAPE, "相合"),
        ("look_at", _looked, LOOK_SHAPE, "评价内容"),
    )
    for part, read, shape, word in parts:
        listed = content.get(part, {})
        if not isinstance(listed, dict):
            return f"{word}应按类型逐行写“{shape}”。"
        for kind, lines in listed.items():
            if kind not in KINDS:
                return f"没有“{kind}”这个类型，可用：{'、'.join(KINDS.values())}。"
            if refused := refused_lines(lines, read, shape=shape, word=f"{KINDS[kind]}{word}"):
                return refused
    return ""


def _against(one: FactRelation, facts: Mapping[str, ListedFact], values: Mapping[str, str]) -> str:
    left, right = one.sides()
    names = [name for _, name in (*left, *right)]
    if any(name not in facts or not values.get(name) for name in names):
        return ""
    shown = {
        name: f"{name} {facts[name].shown(values[name])}{_unit(facts[name])}" for name in names
    }
    if one.how == NOT_AFTER:
        early, late = names[0], names[-1]
        wrong = values[early] > values[late]
    else:
        total = [sum(sign * Decimal(values[name]) for sign, name in side) for side in (left, right)]
        wrong = total[0] > total[1] if one.how == NOT_ABOVE else total[0] != total[1]
    listed = "、".join(dict.fromkeys(shown.values()))
    return f"{one.left}应{one.how}{one.right}，现在{listed}。" if wrong else ""


def _unit(fact: ListedFact) -> str:
    return {MONEY: "万元", PERCENT: "%"}.get(fact.type, "")


def _terms(side: str) -> list[tuple[int, str]]:
    return [(-1 if sign == "－" else 1, name.strip()) for sign, name in _TERM.findall(side)]


def _fact(line: str) -> ListedFact:
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    if len(parts) != 4 or not parts[0] or not 2 <= len(parts[1]) <= LONGEST:
        raise ValueError(f"应写“{FACT_SHAPE}”，如“{FACT_EXAMPLE}”。")
    group, name, kind, listed = parts
    options = tuple(one.strip() for one in kind.split("/")) if "/" in kind else ()
    if kind == FLAG:
        options = ("是", "否")
    if not options and kind not in TYPES:
        raise ValueError(f"“怎么填”应是{'、'.join(TYPES)}或用/分开的选项，收到“{kind}”。")
    if set(name) & set("＋－"):
        raise ValueError(f"事项名称里不能有“＋”“－”，收到“{name}”。")
    wanted = [one for one in listed.split("、") if one]
    if strange := [one for one in wanted if one not in STAGES]:
        raise ValueError(f"应填环节只能是{'、'.join(STAGES)}，收到“{strange[0]}”。")
    return ListedFact(group, name, kind, options, tuple(STAGES[one] for one in wanted))


def _relation(line: str) -> FactRelation:
    left, how, right = columns_of(line, AGREE_SHAPE, AGREE_EXAMPLE, longest=3 * LONGEST)
    if how not in {NOT_ABOVE, EQUAL, NOT_AFTER}:
        raise ValueError(f"“怎样”应是{NOT_ABOVE}、{EQUAL}或{NOT_AFTER}，收到“{how}”。")
    return FactRelation(left, how, right)


def _looked(line: str) -> tuple[str, str]:
    level1, name = columns_of(line, LOOK_SHAPE, LOOK_EXAMPLE, longest=LONGEST)
    if level1 not in LEVELS1:
        raise ValueError(f"一级指标应是{'、'.join(LEVELS1)}，收到“{level1}”。")
    return level1, name


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{name}应填日期，如 2022-06-30，收到“{text}”。") from None
