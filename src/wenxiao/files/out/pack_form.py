"""A self-evaluation or monitoring form printed by a form pack: whatever
layout it has, filled from the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from wenxiao.files.out.form_grid import FormGrid, Value
from wenxiao.files.out.form_lines import IndicatorLine, PrintedFund, ProjectForm, percent
from wenxiao.rulebook.form_packs import (
    FormPack,
    IndicatorsBlock,
    MoneyBlock,
    PrintedCell,
    RowsBlock,
)
from wenxiao.rulebook.numbers import as_wan

_SIGNED = re.compile(r"(≥|≤|＞|＜|>=|<=|>|<|=|＝)?([0-9]+(?:\.[0-9]+)?)(\D.*)?")
_LEVELS = ("level1", "level2")


def pack_form(pack: FormPack, data: ProjectForm) -> FormGrid:
    """The form of a pack, filled; blank where nothing is given."""
    form = FormGrid(
        pack.sheet,
        _filled(pack.heading, data),
        pack.widths,
        _filled(pack.subtitle, data) or None,
        landscape=pack.landscape,
        attachment=pack.attachment or None,
        watermark=data.watermark,
    )
    row = 0
    for block in pack.blocks:
        if isinstance(block, RowsBlock):
            row = _rows(form, row, block, data)
        elif isinstance(block, MoneyBlock):
            row = _money(form, row, block, data)
        else:
            row = _indicators(form, row, block, data)
    form.below += [line for line in (_filled(text, data) for text in pack.below) if line]
    return form


def _filled(text: str, data: ProjectForm) -> str:
    """A printed line with what the form says of itself; blanks to write on
    where it says nothing.
    """
    return text.format(
        year=data.year or "        ",
        period=data.period,
        project_name=data.project_name,
        filler=data.filler or "            ",
        phone=data.phone or "            ",
        date=data.date or "      年   月   日",
        confirmed_note=data.confirmed_note,
    )


def _field(data: ProjectForm, name: str) -> Value:
    if name == "deviations":
        reasons = [f"{row.level3}：{row.deviation}" for row in data.indicators if row.deviation]
        return "；".join(reasons) or None
    value: Value = getattr(data, name)
    return value if value != "" else None


def _rows(form: FormGrid, top: int, block: RowsBlock, data: ProjectForm) -> int:
    taken: set[tuple[int, int]] = set()
    for at, places in enumerate(block.rows, start=top):
        col = 0
        for place in places:
            while (at, col) in taken:
                col += 1
            value = _field(data, place.field) if place.field else _label(place)
            _put(form, at, col, place, value)
            taken |= {(at + r, col + c) for r in range(place.rows) for c in range(place.cols)}
            col += place.cols
    for at, height in block.tall.items():
        form.tall[top + at] = height
    return top + len(block.rows)


def _label(place: PrintedCell) -> Value:
    if place.plain and place.label.isdecimal():
        return int(place.label)
    return place.label or None


def _put(form: FormGrid, row: int, col: int, place: PrintedCell, value: Value) -> None:
    strong = bool(place.label) and not place.plain
    form.put(row, col, value, cols=place.cols, rows=place.rows, left=place.left, strong=strong)


def _money(form: FormGrid, row: int, block: MoneyBlock, data: ProjectForm) -> int:
    lines, name = _lines(block, data.funds), block.side_cols
    form.put(row, 0, block.side, cols=name, rows=len(lines) + 1, strong=True)
    _put(form, row, name, block.name, block.name.label or None)
    start = name + block.name.cols
    col = start
    for place in block.columns:
        form.put(row, col, _filled(place.label, data), cols=place.cols, strong=True)
        col += place.cols
    for at, fund in enumerate(lines, start=row + 1):
        form.put(at, name, fund.label, cols=block.name.cols, left=True)
        col = start
        for place in block.columns:
            value = _amount(fund, place, block, first=at == row + 1)
            form.put(at, col, value, cols=place.cols, left=place.left)
            col += place.cols
    return row + len(lines) + 1


def _lines(block: MoneyBlock, funds: Sequence[PrintedFund]) -> list[PrintedFund]:
    """The lines of the layout, filled by place for the whole and by label
    for its parts; what has no line follows.
    """
    if not funds:
        return [PrintedFund(label) for label in block.lines]
    first = replace(funds[0], label=block.lines[0])
    known = {fund.label: fund for fund in funds[1:]}
    parts = [known.pop(label, PrintedFund(label)) for label in block.lines[1:]]
    amounts = ("initial", "full_year", "executed", "expected")
    rest = [
        fund
        for fund in known.values()
        if any(getattr(fund, amount) is not None for amount in amounts)
    ]
    return [first, *parts, *rest]


def _amount(fund: PrintedFund, place: PrintedCell, block: MoneyBlock, *, first: bool) -> Value:
    name = place.field
    if name == "note":
        return None
    if place.below and not first:
        return place.below
    if name in {"initial", "full_year", "executed", "expected"}:
        return as_wan(getattr(fund, name))
    if name == "rate":
        return percent(fund.rate)
    if name == "weight" and first and fund.weight is None:
        return int(block.weight)
    value: Decimal | None = getattr(fund, name)
    return value


def _indicators(form: FormGrid, row: int, block: IndicatorsBlock, data: ProjectForm) -> int:
    lines = data.indicators or tuple(IndicatorLine(*names, "") for names in block.levels)
    heads = 2 if any(place.under for place in block.columns) else 1
    form.put(row, 0, block.side, rows=len(lines) + heads, strong=True)
    for col, place in enumerate(block.columns, start=1):
        if not place.under:
            form.put(row, col, _filled(place.label, data), rows=heads, strong=True)
            continue
        before = block.columns[col - 2].under if col > 1 else ""
        if place.under != before:
            wide = sum(other.under == place.under for other in block.columns)
            form.put(row, col, place.under, cols=wide, strong=True)
        form.put(row + 1, col, place.label, strong=True)
    first = row + heads
    for at, line in enumerate(lines, start=first):
        for col, place in enumerate(block.columns, start=1):
            value = _of_line(line, place)
            form.put(at, col, value if value != "" else None, left=place.left)
    last = first + len(lines) - 1
    form.merge_repeats(1, first, last)
    form.merge_repeats(2, first, last, within=1)
    return last + 1


def _of_line(line: IndicatorLine, place: PrintedCell) -> Value:
    name = place.field
    if name == "cause":
        return "√" if place.label in line.causes else ""
    if name in {"sign", "value", "measure"}:
        return dict(zip(("sign", "value", "measure"), split_target(line.target), strict=True))[name]
    return line.of(name)


def split_target(text: str) -> tuple[str, str, str]:
    """Sign, figure and unit of a target that is one figure; else the whole
    text as the value, so that nothing is lost.
    """
    hit = _SIGNED.fullmatch(text)
    if hit is None or (hit.group(3) and re.search(r"[\d\s；;，,]", hit.group(3))):
        return "", text, ""
    return hit.group(1) or "", hit.group(2), hit.group(3) or ""
