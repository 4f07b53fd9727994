"""结果应用清单 as files: the draft from today's rows, the signed one from what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, Value, workbook_bytes
from wenxiao.files.out.use_list import use_list
from wenxiao.followup.selectors.next_budget import listed
from wenxiao.rulebook.numbers import wan
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from wenxiao.followup.models import UseList
    from wenxiao.followup.selectors.next_budget import DepartmentSheet
    from wenxiao.orgs.models import Division, Unit

_MONEY = (3, 4, 12, 14, 15)
"""Places of money in a listed line: last budget, asked, proposed cut, cut, arranged."""
COLUMNS = (
    ColumnSpec("序号", 5, "number"),
    ColumnSpec("项目代码", 20),
    ColumnSpec("单位", 18),
    ColumnSpec("项目", 26),
    ColumnSpec("上年预算（万元）", 12, "money", "预算"),
    ColumnSpec("申报数（万元）", 12, "money", "预算"),
    ColumnSpec("评价结果", 18, "text", "看过去"),
    ColumnSpec("执行率（%）", 9, "percent", "看过去"),
    ColumnSpec("已确认问题", 8, "number", "看过去"),
    ColumnSpec("未整改", 7, "number", "看过去"),
    ColumnSpec("上次决定", 16, "text", "看过去"),
    ColumnSpec("建议", 9, "centre", "按规则"),
    ColumnSpec("建议的依据", 26, "text", "按规则"),
    ColumnSpec("建议审减（万元）", 12, "money", "按规则"),
    ColumnSpec("决定", 9, "centre", "决定"),
    ColumnSpec("审减额（万元）", 12, "money", "决定"),
    ColumnSpec("安排数（万元）", 12, "money", "决定"),
    ColumnSpec("理由", 26, "text", "决定"),
)


def decided_xlsx(
    division: Division,
    unit: Unit,
    year: int,
    rows: Sequence[Sequence[Value]],
    signed: UseList | None,
) -> tuple[bytes, str]:
    """(.xlsx, name) of a department's list."""
    title = f"{unit.name}{year}年预算结果应用清单"
    return _workbook(division, title, rows, _state(signed)), title


def whole_xlsx(division: Division, year: int, whole: DepartmentSheet) -> tuple[bytes, str]:
    """(.xlsx, name) of everything the simulator counts; the last row is its totals."""
    title = f"{division.short_name}{year}年预算结果应用测算"
    rows = [listed(line) for line in whole.lines]
    note = f"测算只读，不写入任何数；{whole.effect.unpriced} 项建议没有金额，合计中按不审减算"
    return _workbook(division, title, rows, note), title


def decided_docx(
    division: Division,
    unit: Unit,
    year: int,
    rows: Sequence[Sequence[Value]],
    signed: UseList | None,
) -> tuple[bytes, str]:
    """(.docx, name) of a department's list."""
    title = f"{unit.name}{year}年预算结果应用清单"
    printed = [_printed(at, row) for at, row in enumerate(rows, 1)]
    sums = {place: _sum(rows, place) for place in _MONEY}
    printed.append(
        ["", "合计", *(_wan(sums[place]) for place in (3, 4)), "", "", "", ""]
        + [_wan(sums[place]) for place in (14, 15)]
        + [""]
    )
    content = use_list(
        title,
        f"单位：万元。审减额＝申报数－安排数，只合计已决定的。{_state(signed)}。",
        printed,
        office=division.bureau,
        signed=_signature(signed),
        date=f"{(signed.signed_on if signed else today()):%Y年%m月%d日}",
        watermark="演示数据" if division.demo else None,
    )
    return content, title


def _state(signed: UseList | None) -> str:
    if signed is None:
        return "未签字，数为今日所定"
    return (
        f"第 {signed.number} 次，{signed.signed_on:%Y年%m月%d日}签字，摘要值 {signed.digest[:12]}"
    )


def _signature(signed: UseList | None) -> str:
    if signed is None or signed.signed_by is None:
        return ""
    return f"签字：{signed.signed_by.name}　　{signed.signed_on:%Y年%m月%d日}"


def _printed(at: int, row: Sequence[Value]) -> list[str]:
    return [
        str(at),
        str(row[2]),
        _wan(_yuan(row[3])),
        _wan(_yuan(row[4])),
        str(row[5] or "未评"),
        str(row[8]),
        str(row[10]),
        str(row[13] or "待定"),
        _wan(_yuan(row[14])),
        _wan(_yuan(row[15])),
        str(row[16]),
    ]


def _workbook(division: Division, title: str, rows: Sequence[Sequence[Value]], note: str) -> bytes:
    lines = [_typed(at, row) for at, row in enumerate(rows, 1)]
    foot: list[Value] = [None, "", "", "合计", *[None] * (len(COLUMNS) - 4)]
    for place in _MONEY:
        total = _sum(rows, place)
        foot[place + 1] = None if total is None else total / 10000
    mark = "演示数据" if division.demo else None
    spec = SheetSpec(
        "结果应用清单", title, COLUMNS, [*lines, tuple(foot)], notes=(note,), watermark=mark
    )
    return workbook_bytes([spec])


def _typed(at: int, row: Sequence[Value]) -> tuple[Value, ...]:
    cells: list[Value] = list(row)
    for place in _MONEY:
        yuan = _yuan(row[place])
        cells[place] = None if yuan is None else yuan / 10000
    cells[6] = Decimal(str(row[6])) if row[6] else None
    return (at, *cells)


def _sum(rows: Sequence[Sequence[Value]], place: int) -> Decimal | None:
    known = [yuan for row in rows if (yuan := _yuan(row[place])) is not None]
    return sum(known, Decimal(0)) if known else None


def _yuan(text: Value) -> Decimal | None:
    return Decimal(str(text)) if text not in ("", None) else None


def _wan(yuan: Decimal | None) -> str:
    return "" if yuan is None else wan(yuan, 2)
