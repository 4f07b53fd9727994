"""What the made-up units promise for 2022 and after (合成): rows, money and plan of a target."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.rulebook.numbers import wan
from wenxiao.targets.plan import PlanStep
from wenxiao.targets.services import AskedAmount, TargetRow

if TYPE_CHECKING:
    from wenxiao.budget.models import Dossier

_OUTPUT, _BENEFIT = "产出指标", "效益指标"


def rows_of(dossier: Dossier, budget: Decimal, at: int, *, more: int = 0) -> list[TargetRow]:
    """Seven rows that can be measured; ``more``: so many tasks beyond the first plan."""
    tasks, people = 12 + 3 * at + more, 400 + 60 * at + 25 * more
    name, end = dossier.subject.name, f"{dossier.fiscal_year}年12月20日前"
    return [
        _row(_OUTPUT, "数量指标", f"{name}完成任务数", f"≥{tasks}项", 20, "任务台账"),
        _row(_OUTPUT, "数量指标", "服务覆盖人次", f"≥{people}人次", 10, "签到记录"),
        _row(_OUTPUT, "质量指标", "任务验收合格率", "≥95%", 15, "验收单"),
        _row(_OUTPUT, "时效指标", "任务完成时间", end, 5, "验收单"),
        _row("成本指标", "经济成本指标", "项目总成本", f"≤{wan(budget)}万元", 10, "会计账"),
        _row(_BENEFIT, "社会效益指标", "服务对象受益比例", "≥80%", 20, "抽样回访记录"),
        _row("满意度指标", "服务对象满意度指标", "服务对象满意度", "≥90%", 10, "问卷"),
    ]


def _row(level1: str, level2: str, name: str, value: str, weight: int, source: str) -> TargetRow:
    return TargetRow(level1, level2, name, value, Decimal(weight), source=f"{source}（合成）")


def amounts_of(budget: Decimal) -> list[tuple[str, AskedAmount]]:
    """The money asked for, with what it was reckoned by."""
    return [("fund", AskedAmount("年度资金总额", budget, "按任务数和上年单价测算（合成）"))]


def steps_of(year: int) -> list[PlanStep]:
    """The plan whose steps monitoring judges by."""
    return [
        PlanStep("制定方案", f"{year}-01", f"{year}-03"),
        PlanStep("组织实施", f"{year}-04", f"{year}-10"),
        PlanStep("验收总结", f"{year}-11", f"{year}-12"),
    ]
