"""The official forms, filled or blank, in the layout units know: self-evaluation, monitoring, evaluation score sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from wenxiao.files.out.form_grid import FormGrid, Value
from wenxiao.files.out.form_lines import IndicatorLine, PrintedFund, ProjectForm, percent, wan
from wenxiao.files.out.pack_form import pack_form
from wenxiao.rulebook.form_packs import NATIONAL, FormPack, packs

MONITOR_NOTE = (
    "注：1.偏差原因分析：针对与预期目标产生偏差的指标值，分别从经费保障、制度保障、人员保障、硬件条件保障等方面判断，并说明原因。"
    "2.完成目标可能性：1确定能，2有可能，3完全不可能。"
)
FUND_LABELS = ("年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金")
MONITOR_FUND_LABELS = ("年度资金总额", "其中：本年一般公共预算拨款", "其他资金")
CAUSES = ("经费保障", "制度保障", "人员保障", "硬件条件保障", "其他")


__all__ = [
    "CAUSES",
    "FUND_LABELS",
    "MONITOR_FUND_LABELS",
    "CriterionLine",
    "IndicatorLine",
    "PrintedFund",
    "PrintedScoreSheet",
    "ProjectForm",
    "monitoring_form",
    "score_sheet_form",
    "self_evaluation_form",
]


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a score sheet; ``experts`` in the order of the sheet's names."""

    level1: str
    level2: str
    level3: str
    weight: Decimal | None = None
    score: Decimal | None = None
    reason: str = ""
    explanation: str = ""
    standard: str = ""
    experts: Sequence[Decimal | None] = ()


@dataclass(frozen=True, slots=True)
class PrintedScoreSheet:
    """An evaluation's score sheet; money in 元; blank where nothing is given."""

    subject_name: str = ""
    dept: str = ""
    year: int | None = None
    agency: str = ""
    arranged: Decimal | None = None
    used: Decimal | None = None
    criteria: Sequence[CriterionLine] = ()
    experts: Sequence[str] = ()
    total: Decimal | None = None
    grade: str = ""
    problems: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    title: str = "财政评价评分表"
    confirmed_note: str = ""
    watermark: str | None = None
    subject_label: str = "项目名称"
    subtotals: bool = field(default=True)


def _year_line(year: int | None) -> str:
    return f"（{year}年度）" if year else "（        年度）"


SELF_LEVELS = (
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("产出指标", "时效指标"),
    ("产出指标", "成本指标"),
    ("效益指标", "经济效益指标"),
    ("效益指标", "社会效益指标"),
    ("效益指标", "生态效益指标"),
    ("效益指标", "可持续影响指标"),
    ("满意度指标", "服务对象满意度指标"),
)


def self_evaluation_form(data: ProjectForm, pack: FormPack | None = None) -> FormGrid:
    """A self-evaluation form in the layout of a pack; the national one of nine columns without one."""
    return pack_form(pack or packs()[NATIONAL], data)


def monitoring_form(data: ProjectForm) -> FormGrid:
    """项目支出绩效目标执行监控表 in the national layout of fifteen columns."""
    widths = (5, 9, 10, 18, 11, 11, 11, 7, 7, 7, 8, 6, 15, 9, 9)
    form = FormGrid(
        "监控表",
        "项目支出绩效目标执行监控表",
        widths,
        _year_line(data.year),
        landscape=True,
        watermark=data.watermark,
    )
    form.put(0, 0, "项目名称", cols=2, strong=True)
    form.put(0, 2, data.project_name or None, cols=13)
    form.put(1, 0, "主管部门", cols=2, strong=True)
    form.put(1, 2, data.dept or None, cols=5)
    form.put(1, 7, "实施单位", cols=2, strong=True)
    form.put(1, 9, data.unit or None, cols=6)
    row = _monitor_funds(form, 2, data)
    form.put(row, 0, "年度总体目标", cols=2, strong=True)
    form.put(row, 2, data.goal or None, cols=13, left=True)
    form.tall[row] = 36
    row = _monitor_indicators(form, row + 1, data)
    form.put(row, 0, "监控意见建议", cols=2, strong=True)
    form.put(row, 2, data.suggestions or None, cols=13, left=True)
    form.tall[row] = 44
    form.below += [MONITOR_NOTE, *([data.confirmed_note] if data.confirmed_note else [])]
    return form


def _monitor_funds(form: FormGrid, row: int, data: ProjectForm) -> int:
    funds = data.funds or tuple(PrintedFund(label) for label in MONITOR_FUND_LABELS)
    form.put(row, 0, "项目资金\n（万元）", cols=2, rows=len(funds) + 1, strong=True)
    form.put(row, 2, None, cols=3)
    places = ((5, 3), (8, 2), (10, 2), (12, 3))
    heads = ("年初预算数", f"{data.period}执行数", f"{data.period}执行率", "全年预计执行数")
    for (col, wide), text in zip(places, heads, strict=True):
        form.put(row, col, text, cols=wide, strong=True)
    for at, fund in enumerate(funds, start=row + 1):
        form.put(at, 2, fund.label, cols=3, left=True)
        values: tuple[Value, ...] = (
            wan(fund.initial),
            wan(fund.executed),
            percent(fund.rate),
            wan(fund.expected),
        )
        for (col, wide), value in zip(places, values, strict=True):
            form.put(at, col, value, cols=wide)
    return row + len(funds) + 1


def _monitor_indicators(form: FormGrid, row: int, data: ProjectForm) -> int:
    lines = data.indicators or tuple(IndicatorLine(*names, "") for names in SELF_LEVELS)
    form.put(row, 0, "绩\n效\n指\n标", rows=len(lines) + 2, strong=True)
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        f"{data.period}执行情况",
        "全年预计完成情况",
    )
    for col, text in enumerate(heads, start=1):
        form.put(row, col, text, rows=2, strong=True)
    form.put(row, 7, "偏差原因分析", cols=6, strong=True)
    for col, text in enumerate((*CAUSES, "原因说明"), start=7):
        form.put(row + 1, col, text, strong=True)
    form.put(row, 13, "完成目标可能性", rows=2, strong=True)
    form.put(row, 14, "备注", rows=2, strong=True)
    for at, line in enumerate(lines, start=row + 2):
        marks = tuple("√" if cause in line.causes else "" for cause in CAUSES)
        values = (
            line.level1,
            line.level2,
            line.level3,
            line.target,
            line.actual,
            line.forecast,
            *marks,
            line.deviation,
            line.possibility,
            line.note,
        )
        for col, value in enumerate(values, start=1):
            form.put(at, col, value or None, left=col in {3, 12})
    form.merge_repeats(1, row + 2, row + 1 + len(lines))
    form.merge_repeats(2, row + 2, row + 1 + len(lines), within=1)
    return row + 2 + len(lines)


def score_sheet_form(data: PrintedScoreSheet) -> FormGrid:
    """财政评价评分表 (or a department's): head, criteria with subtotals, total, grade, problems, suggestions, signatures."""
    widths = (8, 10, 16, 22, 28, 7, *(9 for _ in data.experts), 8, 22)
    form = FormGrid("评分表", data.title, widths, landscape=True, watermark=data.watermark)
    last = len(widths) - 1
    pairs = (
        (data.subject_label, data.subject_name, "主管部门", data.dept),
        ("评价年度", f"{data.year}年" if data.year else "", "评价机构", data.agency),
        (
            "经审查实际安排资金（万元）",
            wan(data.arranged),
            "经审查实际使用资金（万元）",
            wan(data.used),
        ),
    )
    for row, (label, value, second, other) in enumerate(pairs):
        form.put(row, 0, label, cols=2, strong=True)
        form.put(row, 2, value if value != "" else None, cols=2)
        form.put(row, 4, second, strong=True)
        form.put(row, 5, other if other != "" else None, cols=last - 4)
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "指标解释",
        "评分标准",
        "分值",
        *data.experts,
        "平均分" if data.experts else "得分",
        "扣分原因",
    )
    for col, text in enumerate(heads):
        form.put(3, col, text, strong=True)
    row = _criteria(form, 4, data)
    _score_end(form, row, data)
    form.below += [data.confirmed_note] if data.confirmed_note else []
    form.below.append(
        "评价人员（签名）：                    复核（签名）：                    日期：    年  月  日"
    )
    return form


def _criteria(form: FormGrid, row: int, data: PrintedScoreSheet) -> int:
    start = row
    for at, line in enumerate(data.criteria):
        values = (
            line.level1,
            line.level2,
            line.level3,
            line.explanation,
            line.standard,
            line.weight,
            *line.experts,
            line.score,
            line.reason,
        )
        for col, value in enumerate(values):
            form.put(
                row, col, value if value != "" else None, left=col in {2, 3, 4, len(values) - 1}
            )
        row += 1
        closing = at + 1 == len(data.criteria) or data.criteria[at + 1].level1 != line.level1
        if closing:
            form.merge_repeats(0, start, row - 1)
            form.merge_repeats(1, start, row - 1, within=0)
            if data.subtotals:
                _subtotal(form, row, line.level1, data)
                row += 1
            start = row
    return row


def _summed(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _subtotal(form: FormGrid, row: int, level1: str, data: PrintedScoreSheet) -> None:
    lines = [line for line in data.criteria if line.level1 == level1]
    form.put(row, 0, f"{level1}小计", cols=5, strong=True)
    form.put(row, 5, _summed([line.weight for line in lines]))
    form.put(row, 6 + len(data.experts), _summed([line.score for line in lines]))


def _score_end(form: FormGrid, row: int, data: PrintedScoreSheet) -> None:
    last = len(form.widths) - 1
    form.put(row, 0, "合计", cols=5, strong=True)
    form.put(row, 5, _summed([line.weight for line in data.criteria]))
    for at in range(len(data.experts)):
        form.put(row, 6 + at, _summed([line.experts[at] for line in data.criteria]))
    form.put(row, last - 1, data.total)
    form.put(row + 1, 0, "评价等级", cols=5, strong=True)
    form.put(row + 1, 5, data.grade or None, cols=last - 4)
    for at, (label, items) in enumerate(
        (("存在的问题", data.problems), ("意见建议", data.suggestions)), start=row + 2
    ):
        form.put(at, 0, label, strong=True)
        text = "\n".join(f"{number}.{item}" for number, item in enumerate(items, start=1))
        form.put(at, 1, text or None, cols=last, left=True)
        form.tall[at] = 50
