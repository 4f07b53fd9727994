"""绩效目标申报表: a target as units hand it in on paper, filled, in the layout our own readers know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wenxiao.files.out.form_grid import FormGrid, Value
from wenxiao.rulebook.numbers import as_wan
from wenxiao.rulebook.table_layouts import TableColumn, table_layout

TITLES = {
    "project": "项目支出绩效目标申报表",
    "department": "部门整体支出绩效目标申报表",
    "transfer": "转移支付项目绩效目标申报表",
}
PrintedIndicator = Mapping[str, Value]
"""One indicator row by the fields of its columns; the value as written."""
_SIDE = 6
"""How wide the label beside the rows is."""


def printed_columns() -> tuple[TableColumn, ...]:
    """The columns of the indicator rows on paper."""
    return table_layout("target").printed


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """A source of funds or a main task, in 元, with what it was reckoned by or is about."""

    name: str
    amount: Decimal | None
    content: str = ""


@dataclass(frozen=True, slots=True)
class TargetPaper:
    """What the form prints; empty texts stay empty cells."""

    scope: str
    name: str
    code: str
    dept: str
    unit: str
    year: int
    manager: str = ""
    starts: str = ""
    ends: str = ""
    content: str = ""
    long_text: str = ""
    text: str = ""
    funds: Sequence[MoneyLine] = ()
    tasks: Sequence[MoneyLine] = ()
    steps: Sequence[tuple[str, str, str]] = ()
    rows: Sequence[PrintedIndicator] = ()
    long_rows: Sequence[PrintedIndicator] = ()
    opinions: Sequence[tuple[str, str, str]] = ()
    watermark: str | None = None


def target_form(data: TargetPaper) -> FormGrid:
    """The whole form on A4 landscape."""
    form = FormGrid(
        "绩效目标申报表",
        TITLES.get(data.scope, TITLES["project"]),
        (_SIDE, *(column.width for column in printed_columns())),
        f"（{data.year}年度）",
        landscape=True,
        watermark=data.watermark,
    )
    row = _head(form, data)
    row = _money(form, row, data)
    row = _plan(form, row, data)
    for label, text in (("中长期目标", data.long_text), ("年度目标", data.text)):
        if text or label == "年度目标":
            form.put(row, 0, label, cols=2, strong=True)
            form.put(row, 2, text or None, cols=_left(form, 2), left=True)
            form.tall[row] = 40
            row += 1
    row = _rows(form, row, "年度指标", data.rows)
    if data.long_rows:
        row = _rows(form, row, "中长期指标", data.long_rows)
    for seat, opinion, person in data.opinions:
        form.put(row, 0, f"{seat}意见", cols=2, strong=True)
        signed = f"{opinion}　　负责人：{person}" if person else opinion
        form.put(row, 2, signed or None, cols=_left(form, 2), left=True)
        row += 1
    form.below.append(
        "填报人（签名）：                    单位负责人（签名）：                    填报日期：    年  月  日"
    )
    return form


def _left(form: FormGrid, col: int) -> int:
    """How many columns there are from this one on."""
    return len(form.widths) - col


def _head(form: FormGrid, data: TargetPaper) -> int:
    term = f"{data.starts}至{data.ends}" if data.starts or data.ends else ""
    whole = data.scope == "department"
    pairs = (
        ("部门名称" if whole else "项目名称", data.name, "项目代码", data.code),
        ("主管部门", data.dept, "实施单位", data.unit),
        ("项目负责人", data.manager, "项目起止时间", term),
    )
    for row, (label, value, second, other) in enumerate(pairs):
        form.put(row, 0, label, cols=2, strong=True)
        form.put(row, 2, value or None, cols=2)
        form.put(row, 4, second, cols=2, strong=True)
        form.put(row, 6, other or None, cols=_left(form, 6))
    form.put(3, 0, "项目概况", cols=2, strong=True)
    form.put(3, 2, data.content or None, cols=_left(form, 2), left=True)
    return 4


def _money(form: FormGrid, row: int, data: TargetPaper) -> int:
    funds = data.funds or (MoneyLine("年度资金总额", None),)
    form.put(row, 0, "项目资金（万元）", cols=2, rows=len(funds), strong=True)
    for at, one in enumerate(funds, start=row):
        form.put(at, 2, one.name, cols=2, left=True)
        form.put(at, 4, as_wan(one.amount), cols=_left(form, 4))
    row += len(funds)
    basis = "\n".join(f"{one.name}：{one.content}" for one in data.funds if one.content)
    form.put(row, 0, "测算依据", cols=2, strong=True)
    form.put(row, 2, basis or None, cols=_left(form, 2), left=True)
    row += 1
    if not data.tasks:
        return row
    form.put(row, 0, "主要任务", cols=4, strong=True)
    form.put(row, 4, "主要内容", cols=3, strong=True)
    form.put(row, 7, "金额（万元）", cols=_left(form, 7), strong=True)
    for at, one in enumerate(data.tasks, start=row + 1):
        form.put(at, 0, one.name, cols=4, left=True)
        form.put(at, 4, one.content or None, cols=3, left=True)
        form.put(at, 7, as_wan(one.amount), cols=_left(form, 7))
    return row + 1 + len(data.tasks)


def _plan(form: FormGrid, row: int, data: TargetPaper) -> int:
    if not data.steps:
        return row
    form.put(row, 0, "实施\n进度\n计划", cols=1, rows=len(data.steps) + 1, strong=True)
    places = ((1, 4, "实施内容"), (5, 2, "开始时间"), (7, _left(form, 7), "完成时间"))
    for col, wide, text in places:
        form.put(row, col, text, cols=wide, strong=True)
    for at, step in enumerate(data.steps, start=row + 1):
        for (col, wide, _), value in zip(places, step, strict=True):
            form.put(at, col, value or None, cols=wide, left=col == 1)
    return row + 1 + len(data.steps)


def _rows(form: FormGrid, row: int, side: str, lines: Sequence[PrintedIndicator]) -> int:
    form.put(row, 0, "\n".join(side), rows=len(lines) + 1, strong=True)
    columns = list(enumerate(printed_columns(), start=1))
    for col, column in columns:
        form.put(row, col, column.label, strong=True)
    for at, line in enumerate(lines, start=row + 1):
        for col, column in columns:
            value = line[column.field]
            form.put(at, col, value if value != "" else None, left=column.left)
    form.merge_repeats(1, row + 1, row + len(lines))
    form.merge_repeats(2, row + 1, row + len(lines), within=1)
    return row + len(lines) + 1
