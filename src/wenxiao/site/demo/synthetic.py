"""合成: what the published report is silent on, made by a seeded script so
that every start shows the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wenxiao.files.out.official_forms import CriterionLine, IndicatorLine, PrintedFund, ProjectForm
from wenxiao.rulebook.frameworks import FrameworkNode, tree
from wenxiao.rulebook.numbers import round_points

DATA = Path(__file__).parent / "data"
SEED = 2021
WAN = Decimal(10000)
UNITS = 60
ABOVE, BELOW = "示例单位乙", ("示例单位甲", "示例单位亥")
"""A made-up department and the units below it, so that forms pass through a department's hands."""
PROJECTS_A_UNIT = 5
_LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
_FIELDS = [
    ("农村公路管护", "三农"),
    ("农业技术推广", "三农"),
    ("村级集体经济发展", "三农"),
    ("学校设备更新", "教育"),
    ("教师培训", "教育"),
    ("学生资助", "教育"),
    ("基本公共卫生服务", "医疗卫生"),
    ("妇幼健康筛查", "医疗卫生"),
    ("疫苗冷链运维", "医疗卫生"),
    ("大气污染防治", "节能环保"),
    ("垃圾分类", "节能环保"),
    ("节能改造", "节能环保"),
    ("村庄环境整治", "新农村建设"),
    ("农村厕所改造", "新农村建设"),
    ("信息系统运维", ""),
    ("办公用房维修", ""),
    ("业务培训", ""),
    ("宣传活动", ""),
    ("专用设备购置", ""),
    ("安全生产检查", ""),
    ("人才引进补助", ""),
    ("招商推介", ""),
    ("档案数字化", ""),
    ("社区活动", ""),
]
_ROWS = [
    ("产出指标", "数量指标", "完成任务数量", "≥{n}项", "20"),
    ("产出指标", "数量指标", "服务覆盖人次", "≥{m}人次", "10"),
    ("产出指标", "质量指标", "验收合格率", "≥{p}%", "10"),
    ("产出指标", "时效指标", "完成时间", "2020年12月底前", "5"),
    ("产出指标", "成本指标", "项目总成本", "≤{c}万元", "5"),
    ("效益指标", "社会效益指标", "服务能力提升", "明显提升", "15"),
    ("效益指标", "可持续影响指标", "长效机制", "建立并运行", "15"),
    ("满意度指标", "服务对象满意度指标", "服务对象满意度", "≥{s}%", "10"),
]


@cache
def frames() -> dict[str, Any]:
    """Weights of the demonstration's score sheets and its texts for deductions."""
    content: dict[str, Any] = yaml.safe_load((DATA / "frames.yaml").read_text(encoding="utf-8"))
    return content


def unit_names() -> list[str]:
    """示例单位甲 … : sixty of them."""
    names = [f"示例单位{a}" for a in _LETTERS]
    names += [f"示例单位{a}{b}" for a in _LETTERS[:10] for b in _LETTERS[:10]]
    return names[:UNITS]


def spread(total: Decimal, weights: list[Decimal], chance: random.Random) -> list[Decimal]:
    """Points for each weight, two decimals, none above its weight, adding
    up exactly to ``total`` (≤ Σ weights).
    """
    lost = sum(weights, Decimal(0)) - total
    shares = [Decimal(chance.randint(0, 100)) * weight for weight in weights]
    whole = sum(shares, Decimal(0)) or Decimal(1)
    taken = [
        min(round_points(lost * share / whole), weight)
        for share, weight in zip(shares, weights, strict=True)
    ]
    rest = lost - sum(taken, Decimal(0))
    for index, weight in sorted(enumerate(weights), key=lambda pair: -pair[1]):
        step = max(min(rest, weight - taken[index]), -taken[index])
        taken[index] += step
        rest -= step
    return [weight - gone for weight, gone in zip(weights, taken, strict=True)]


def criteria(kind: str, score: Decimal, chance: random.Random) -> list[CriterionLine]:
    """A score sheet's rows whose points add up to ``score``; every deduction says why. What each
    row asks for stands as the framework of its name prints it.
    """
    rows = frames()[kind]
    asked = {leaf.name: leaf for leaf in tree(f"{kind}_framework", 2021).leaves()}
    nothing = FrameworkNode(code="", name="", level=3)
    weights = [Decimal(row[3]) for row in rows]
    points = spread(score, weights, chance)
    return [
        CriterionLine(
            level1=row[0],
            level2=row[1],
            level3=row[2],
            explanation=asked.get(row[2], nothing).explanation,
            standard="；".join(asked.get(row[2], nothing).points)
            or asked.get(row[2], nothing).formula,
            weight=weight,
            score=given,
            reason="" if given == weight else chance.choice(frames()["deductions"]),
        )
        for row, weight, given in zip(rows, weights, points, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class OrdinaryProject:
    """An ordinary project of a 示例单位 with its self-evaluation; ``form`` None
    means it was not handed in.
    """

    name: str
    unit: str
    tag: str
    opening: Decimal
    form: ProjectForm | None


def ordinary_projects() -> Iterator[OrdinaryProject]:
    """About three hundred projects of fiscal year 2020: most
    self-evaluated, a few not, as in life.
    """
    chance = random.Random(SEED)
    for unit in unit_names():
        for name, tag in chance.sample(_FIELDS, PROJECTS_A_UNIT):
            opening = Decimal(chance.randint(120, 9800)) * 1000
            handed_in = chance.random() > 0.05
            form = _self_evaluation(name, unit, opening, chance) if handed_in else None
            yield OrdinaryProject(name=name, unit=unit, tag=tag, opening=opening, form=form)


def _self_evaluation(name: str, unit: str, opening: Decimal, chance: random.Random) -> ProjectForm:
    full = opening + Decimal(chance.choice([0, 0, 0, -20, 15, 30])) * 1000
    executed = (full * chance.randint(520, 1000) / 1000).quantize(Decimal("0.01"))
    rows = [_indicator(row, full, chance) for row in _ROWS]
    points = round_points(min(executed / full, Decimal(1)) * 10)
    total = points + sum((row.score or Decimal(0) for row in rows), Decimal(0))
    total_line = PrintedFund(
        "年度资金总额",
        initial=opening,
        full_year=full,
        executed=executed,
        weight=Decimal(10),
        rate=(executed / full * 100).quantize(Decimal("0.01")),
        score=points,
    )
    return ProjectForm(
        project_name=name,
        dept=unit,
        unit=unit,
        year=2020,
        funds=(
            total_line,
            PrintedFund("其中：当年财政拨款", initial=opening, full_year=full, executed=executed),
        ),
        goal="按年度计划完成各项任务，资金使用规范（合成）。",
        goal_done="已按计划推进（合成）。",
        indicators=rows,
        total=total,
    )


def _indicator(
    row: tuple[str, str, str, str, str], full: Decimal, chance: random.Random
) -> IndicatorLine:
    level1, level2, name, target, weight = row
    number = chance.randint(5, 80)
    people = chance.randint(10, 900) * 10
    cost = (full / WAN).quantize(Decimal("0.01"))
    rate = chance.choice([90, 95, 98])
    text = target.format(n=number, m=people, p=rate, c=cost, s=rate)
    actual, share = _actual(name, number, people, rate, cost, chance)
    points = round_points(Decimal(weight) * share)
    reason = "" if share == 1 else "受客观因素影响未完全完成，下年度加快推进（合成）"
    return IndicatorLine(
        level1=level1,
        level2=level2,
        level3=name,
        target=text,
        actual=actual,
        weight=Decimal(weight),
        score=points,
        deviation=reason,
    )


def _actual(
    name: str, number: int, people: int, rate: int, cost: Decimal, chance: random.Random
) -> tuple[str, Decimal]:
    full, reached = Decimal(1), chance.random() > 0.18
    if name in {"完成任务数量", "服务覆盖人次"}:
        goal, unit = (number, "项") if name == "完成任务数量" else (people, "人次")
        done = goal if reached else goal * chance.randint(60, 95) // 100
        return f"{done}{unit}", full if reached else Decimal(done) / goal
    if name in {"验收合格率", "服务对象满意度"}:
        done = rate + chance.randint(0, 2) if reached else rate - chance.randint(1, 9)
        return f"{done}%", full if reached else Decimal(done) / rate
    if name == "完成时间":
        return ("2020年12月", full) if reached else ("2021年2月", Decimal("0.6"))
    if name == "项目总成本":
        return f"{cost * chance.randint(85, 100) / 100:.2f}万元", full
    return ("达成预期指标", full) if reached else ("部分达成预期指标并具有一定效果", Decimal("0.7"))


CAUSES = (
    ("经费保障", "上级补助到位较晚，后续款项已申请（合成）"),
    ("制度保障", "补助发放细则刚修订，正按新细则审核（合成）"),
    ("人员保障", "项目负责人调整，工作有空档，已补充人手（合成）"),
    ("硬件条件保障", "设备供货推迟，已催促供应商（合成）"),
    ("其他", "前期手续办理时间较长，已调整计划（合成）"),
)
"""The five official causes of falling behind, each with what a unit might write beside it."""
DONE_UNPAID, ABOVE_COST = 8, 23
"""Which of the watched projects report every goal reached and next to
nothing paid, and a cost above its plan.
"""


def paid_share(number: int, chance: random.Random) -> int:
    """‰ of the budget the ``number``-th watched project had paid by the end
    of July; most are near the calendar.
    """
    share = chance.choice((300, 390, 440, 480, 520, 550, 580, 620, 660, 740))
    return 12 if number == DONE_UNPAID else share + chance.randint(-18, 18)


def progress(number: int, opening: Decimal, chance: random.Random) -> tuple[IndicatorLine, ...]:
    """A monitored project's goals at the end of July: most on the way, some behind with a cause."""
    tasks, people, rate = (
        chance.randint(10, 80),
        chance.randint(20, 900) * 10,
        chance.choice([90, 95]),
    )
    share = 100 if number == DONE_UNPAID else chance.choice([25, 40, 55, 60, 65, 75])
    cause, note = CAUSES[number % len(CAUSES)] if share < 45 else ("", "")
    plan = (opening / WAN).quantize(Decimal("0.01"))
    spent = (plan * (Decimal("1.3") if number == ABOVE_COST else Decimal("0.6"))).quantize(
        Decimal("0.01")
    )
    lines = [
        IndicatorLine(
            "产出指标",
            "数量指标",
            "完成任务数量",
            f"≥{tasks}项",
            f"{tasks * share // 100}项",
            forecast=f"{tasks}项",
            causes=frozenset({cause} if cause else ()),
            deviation=note,
            more={"possibility": "有可能" if cause else "确定能"},
        ),
        IndicatorLine(
            "产出指标",
            "数量指标",
            "服务覆盖人次",
            f"≥{people}人次",
            f"{people * min(share + 5, 100) // 100}人次",
            forecast=f"{people}人次",
            more={"possibility": "确定能"},
        ),
    ]
    if number in {ABOVE_COST, 31, 47}:
        lines.append(
            IndicatorLine(
                "成本指标",
                "经济成本指标",
                "项目总成本",
                f"≤{plan}万元",
                f"{spent}万元",
                forecast=f"{max(spent, plan)}万元",
                more={"possibility": "确定能"},
            )
        )
    asked = f"{rate + 1}%" if number == DONE_UNPAID else ""
    lines.append(
        IndicatorLine(
            "满意度指标",
            "服务对象满意度指标",
            "服务对象满意度",
            f"≥{rate}%",
            asked,
            forecast=f"{rate}%",
            more={"possibility": "确定能"},
        )
    )
    return tuple(lines)
