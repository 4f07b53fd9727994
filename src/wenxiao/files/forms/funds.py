"""The money block of a form: rows 年度资金总额, 其中… under 年初预算数, 全年预算数, 全年执行数, 执行率, 得分."""

from __future__ import annotations

import re
from decimal import Decimal

from wenxiao.files.cells.labels import (
    UNIT_FACTORS,
    Grid,
    bare,
    money_unit_in,
    name_of,
    number_in,
    squeezed,
    yuan_text,
)
from wenxiao.files.cells.numberformats import plain
from wenxiao.files.cells.seen import Amount, Rate, Seen, rewritten
from wenxiao.files.forms.dossier_forms import DossierForm
from wenxiao.files.forms.fund_lines import FundLine
from wenxiao.files.forms.headings import FUND_HEADINGS, Heading, heading_at, keyed

MONEY_COLUMNS = ("initial", "full_year", "arrived", "executed", "expected_full_year")
_NEXT_SECTION = re.compile(
    r"(?:年度|项目|绩效|总体|区域|预期|全年|部门|整体|\d)*(?:总体|绩效|年度)?目标\d*.*|.*完成情况.*|一级指标|绩效指标|自评.*|注|备注|说明|资金管理.*|实施.*"
)
_DASH = re.compile(r"[-—–_/\\―─]+")
_NOTHING = re.compile(r"[-—–_/\\―─]+|无|不适用|没有|未安排")
MOST_FUND_ROWS = 20
_LONGEST_UNIT = 60
_OF_LISTS = {
    "序号",
    "项目名称",
    "单位名称",
    "任务名称",
    "任务",
    "工作任务",
    "主要任务",
    "任务内容",
    "主要内容",
    "工作内容",
}
"""Beside these the money is that of tasks or projects listed one a row."""


def fund_heading(grid: Grid, rows: range) -> Heading | None:
    """The heading row of the money block among these rows: money executed beside money budgeted."""
    for row in rows:
        heading = heading_at(grid, row, FUND_HEADINGS)
        if heading is None or "executed" not in heading.columns:
            continue
        if not {"initial", "full_year"} & set(heading.columns):
            continue
        texts = [text for _, text in grid.starts_in_row(row)]
        sideways = any(number_in(text) is not None for text in texts)
        if not sideways and not {bare(text) for _, text in grid.in_row(row)} & _OF_LISTS:
            return heading
    return None


def is_dash(text: str) -> bool:
    """Whether a cell only says that nothing belongs there."""
    return bool(_DASH.fullmatch(squeezed(text)))


def money_unit_of(
    grid: Grid, heading: Heading | None, rows: range
) -> tuple[str | None, str | None, str | None]:
    """(unit, words that name it, their cell): from the block's side label
    and headings, else a corner above.
    """
    places: list[tuple[int, int]] = []
    if heading is not None:
        places += [(heading.top, col) for col in grid.cols]
        places += [
            (row, col)
            for row in range(heading.top + 1, heading.bottom + 3)
            for col in grid.cols[:3]
        ]
    places += [(row, col) for row in rows for col in grid.cols]
    for row, col in places:
        words = grid.text(row, col)
        if (
            words
            and len(words) < _LONGEST_UNIT
            and not number_in(words)
            and (unit := money_unit_in(words))
        ):
            return unit, words, grid.address(row, col)
    return None, None, None


def other_units(grid: Grid, rows: range, unit: str | None, cell: str | None) -> list[Seen]:
    """Where the form names another money unit than the one it is read in,
    headings over a column of their own apart.
    """
    others: list[Seen] = []
    for row in rows:
        for col, words in grid.starts_in_row(row):
            if len(words) >= _LONGEST_UNIT or number_in(words) or keyed(words, FUND_HEADINGS):
                continue
            named = money_unit_in(words)
            if unit is not None and named not in {None, unit} and grid.address(row, col) != cell:
                others.append(Seen(cell=grid.address(row, col), value=words))
    return others


def read_funds(grid: Grid, heading: Heading, last: int, unit: str | None) -> list[FundLine]:
    """The rows of the money block, money in 元 as decimal text, rates as
    percent, each value with its cell.
    """
    first = min(column.left for column in heading.columns.values())
    rows: list[FundLine] = []
    for row in range(heading.bottom + 1, min(last, heading.bottom + MOST_FUND_ROWS) + 1):
        inline = _inline_parts(grid, row, first, unit)
        if inline is not None:
            rows += inline
            continue
        label = _row_label(grid, row, first, heading)
        if label is None and not any(grid.in_row(row)):
            continue
        if len([1 for _, text in grid.starts_in_row(row) if keyed(text, FUND_HEADINGS)]) > 1:
            break
        if rows and not any(grid.in_row(row - 1)) and not _has_money(grid, heading, row):
            break
        if label is None:
            if not _has_money(grid, heading, row):
                break
            label = ("", grid.address(row, max(first - 1, grid.sheet.origin)))
        if any(
            _NEXT_SECTION.fullmatch(bare(text)) for col, text in grid.in_row(row) if col < first
        ):
            break
        rows.append(_fund_row(grid, heading, row, label, unit))
    while len(rows) > 1 and _is_blank(rows[-1]) and any(_is_zero(row) for row in rows[1:]):
        rows.pop()
    return rows


_INLINE = re.compile(
    r"(?:其中:?)?(?P<name>[^:\d]{2,40}):(?P<money>-?[\d,]+(?:\.\d+)?(?:亿元|万元|千元|元)?)?"
)


def _inline_parts(grid: Grid, row: int, first: int, unit: str | None) -> list[FundLine] | None:
    """Parts of the budget written as 「一般公共预算：700」 in cells that reach over the columns of money;
    None elsewhere.

    A heading of such parts (按收入性质分：) is no part itself.
    """
    cells = list(grid.starts_in_row(row))
    hits = [(col, _INLINE.fullmatch(squeezed(text))) for col, text in cells]
    if not hits or any(hit is None for _, hit in hits):
        return None
    if not any(grid.span(row, col).right >= first for col, _ in hits):
        return None
    return [
        FundLine(
            label=hit["name"],
            row=row,
            label_cell=grid.address(row, col),
            hidden=grid.is_hidden(row),
            full_year=money_at(grid, (row, col), unit, hit["money"]),
        )
        for col, hit in hits
        if hit is not None and hit["money"]
    ]


_MONEY_WORDS = re.compile(r"资金|经费|预算|执行|支出|支付|拨付|到位|安排|下达|决算")
_SIDE = re.compile(r"序号|行次|栏次|备注|分值|得分|权重|.*率|.*[:：].*")


def unread_money(grid: Grid, heading: Heading | None, rows: range) -> list[Seen]:
    """Headings over numbers of money that nobody knows: in the block, or of
    a block that was not recognised at all.
    """
    if heading is not None:
        below = range(heading.bottom + 1, min(heading.bottom + 4, rows.stop))
        return [
            Seen(value=words, cell=grid.address(heading.bottom, column.left))
            for words, column in heading.others.items()
            if not _SIDE.fullmatch(words)
            and any(grid.number(row, column.left) is not None for row in below)
        ]
    for row in rows:
        cells = [
            (col, text)
            for col, text in grid.starts_in_row(row)
            if len(text) < _LONGEST_UNIT and number_in(text) is None
        ]
        if not any(_MONEY_WORDS.search(text) for _, text in cells):
            continue
        over = [
            Seen(value=text, cell=grid.address(row, col))
            for col, text in cells
            if not _SIDE.fullmatch(squeezed(text))
            and any(grid.number(row + down, col) is not None for down in (1, 2))
        ]
        if len(over) > 1:
            return over
    return []


def amounts_of(line: FundLine) -> dict[str, Amount]:
    """The amounts of a line by the key of their column."""
    amounts = {key: getattr(line, key) for key in MONEY_COLUMNS}
    return {key: amount for key, amount in amounts.items() if amount is not None}


def _is_blank(line: FundLine) -> bool:
    """A line without any amount, at the end of a block that writes its
    zeros: only what the template printed.
    """
    return not any(money.raw or money.is_uncached for money in amounts_of(line).values())


def _is_zero(line: FundLine) -> bool:
    amounts = amounts_of(line).values()
    return bool(amounts) and all(money.amount == 0 for money in amounts)


def _has_money(grid: Grid, heading: Heading, row: int) -> bool:
    """Whether any column of the block holds a number in the row."""
    return any(grid.number(row, column.left) is not None for column in heading.columns.values())


def _row_label(grid: Grid, row: int, first: int, heading: Heading) -> tuple[str, str] | None:
    words = [
        (text, grid.address(row, col))
        for col, text in grid.in_row(row)
        if col < first and grid.span(row, col).top > heading.bottom
    ]
    if not words:
        return None
    # 其中： may stand in a cell of its own left of the source
    return name_of(
        "".join(text for text, _ in words)
        if len(words) > 1 and "其中" in words[0][0]
        else words[-1][0]
    ), words[-1][1]


def _fund_row(
    grid: Grid, heading: Heading, row: int, label: tuple[str, str], unit: str | None
) -> FundLine:
    out = FundLine(label=label[0], row=row, label_cell=label[1], hidden=grid.is_hidden(row))
    amounts = _amounts(out, grid, heading, row, unit)
    for key in ("weight", "score"):
        place = heading.place(grid, row, key)
        if place is not None:
            _add_points(out, key, grid, place)
    if "weight" not in heading.columns and not row_has_dash(grid, heading, row):
        _weight_in_words(out, grid, heading)
    place = heading.place(grid, row, "rate")
    if place is not None:
        if is_dash(grid.text(*place)):
            out.dashes = True
        else:
            out.rate = rate_at(grid, place, amounts, heading.columns["rate"].words)
    return out


def _amounts(
    out: FundLine, grid: Grid, heading: Heading, row: int, unit: str | None
) -> dict[str, Decimal]:
    """Put the row's money down; its amounts in one unit, empty where one
    names its unit and another doesn't.
    """
    amounts: dict[str, Decimal] = {}
    named, readable = set(), True
    row_unit = money_unit_in(out.label)
    for key in MONEY_COLUMNS:
        place = heading.place(grid, row, key)
        if place is None:
            continue
        nearest = row_unit or money_unit_in(heading.columns[key].words) or unit
        money = money_at(grid, place, nearest)
        setattr(out, key, money)
        amount = money.amount if money.amount is not None else grid.number(*place)
        if amount is not None:
            amounts[key] = amount
            named.add(money.amount is not None)
        elif key == "full_year" and money.raw and not _NOTHING.fullmatch(squeezed(money.raw)):
            readable = False  # no other budget may stand in for one that can't be read
    _two_budgets(out, grid, heading, row, row_unit or unit)
    return amounts if readable and len(named) < 2 and not out.budget_candidates else {}


def _two_budgets(out: FundLine, grid: Grid, heading: Heading, row: int, unit: str | None) -> None:
    """Take no budget where two columns may be it and do not say the same."""
    place = heading.place(grid, row, "other_budget")
    if place is None:
        return
    other = money_at(grid, place, money_unit_in(heading.columns["other_budget"].words) or unit)
    first = out.full_year or out.initial
    if first is None or (out.full_year is not None and first.amount == other.amount):
        return
    if any(money.raw or money.is_uncached for money in (first, other)):
        out.budget_candidates, out.full_year = [first, other], None


def _add_points(out: FundLine, key: str, grid: Grid, place: tuple[int, int]) -> None:
    if is_dash(grid.text(*place)):
        out.dashes = True
    else:
        setattr(out, key, points_at(grid, place))


def row_has_dash(grid: Grid, heading: Heading, row: int) -> bool:
    """Whether the row says that it isn't scored."""
    places = [heading.place(grid, row, key) for key in ("rate", "score")]
    return any(place is not None and is_dash(grid.text(*place)) for place in places)


def _weight_in_words(out: FundLine, grid: Grid, heading: Heading) -> None:
    """Points of the execution rate written in the side label: 「预算执行情况（万元）（20分）」."""
    if "score" not in heading.columns:
        return
    for col, text in grid.in_row(heading.top):
        points = re.search(r"\((\d+(?:\.\d+)?)分\)", squeezed(text))
        if points:
            out.weight = Seen(cell=grid.address(heading.top, col), value=points[1], stored=text)
            return


def points_at(grid: Grid, place: tuple[int, int]) -> Seen:
    """Points with their cell; 「99.55分」 → value "99.55" with what is stored beside it."""
    out = grid.seen(*place)
    if out.value is None or re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", out.value):
        return out  # \d would let ２５ pass
    number = number_in(out.value)
    return out if number is None else rewritten(out, plain(number))


def money_at(
    grid: Grid, place: tuple[int, int], unit: str | None, inline: str | None = None
) -> Amount:
    """Money with its cell; a unit written in the cell wins over the form's; without any, yuan is
    None.

    ``inline`` is the amount where it stands behind its label in the same cell.
    """
    seen = grid.seen(*place)
    raw = seen.value if inline is None else inline
    number = grid.number(*place) if inline is None else number_in(inline)
    return Amount(
        cell=seen.cell,
        raw=raw,
        yuan=_yuan(raw, number, unit),
        stored=seen.stored,
        computed=seen.computed,
    )


_OWN_UNIT = re.compile(r"(?P<times>[十百千])?(?P<unit>亿元|万元|千元|元|亿|万)$")
_ALIKE = (Decimal("0.5"), Decimal(2))
_TIMES = {"十": 10, "百": 100, "千": 1000}


def _yuan(raw: str | None, number: Decimal | None, unit: str | None) -> str | None:
    words = squeezed(raw or "")
    unit_written = _OWN_UNIT.search(words)
    if number is None or unit_written is None:
        return None if number is None or unit is None else yuan_text(number, unit)
    own = {"亿": "亿元", "万": "万元"}.get(unit_written["unit"], unit_written["unit"])
    factor = UNIT_FACTORS[own] * _TIMES.get(unit_written["times"] or "", 1)
    shown = number_in(words[: unit_written.start()])
    if shown and not _ALIKE[0] < number / shown < _ALIKE[1]:
        # a format may cut the number down for the eye and store it in 元; what fits neither is not
        # guessed at
        return plain(number) if _ALIKE[0] < number / shown / factor < _ALIKE[1] else None
    return plain(number * factor)


def in_unit(form: DossierForm, unit: str) -> None:
    """Give a form whose own words name no money unit the one that stands elsewhere."""
    form.money_unit = unit
    for line in form.funds:
        for money in amounts_of(line).values():
            if money.yuan is None:
                raw = money.raw or money.computed_text
                money.yuan = _yuan(raw, number_in(raw or ""), unit)


def rate_at(grid: Grid, place: tuple[int, int], amounts: dict[str, Decimal], words: str) -> Rate:
    """A published rate with its cell, in percent, and what the amounts (of one unit) make of it."""
    seen = grid.seen(*place)
    out = Rate(cell=seen.cell, published=None, percent=None)
    if seen.is_uncached:
        out.computed, out.stored = seen.computed, seen.stored
    exact = _exact_rate(amounts)
    number = grid.number(*place)
    text = seen.value or ""
    if number is None:
        out.published = text or None
    else:
        percent = _as_percent(number, grid, place, exact, words)
        out.percent = _four(percent)
        if text:
            out.text = text
            shown = number_in(text)
            out.published = (
                text if shown is None else plain(shown) + ("%" if "%" in squeezed(text) else "")
            )
    if exact is not None:
        out.computed_percent = _four(exact)
    return out


def _exact_rate(amounts: dict[str, Decimal]) -> Decimal | None:
    """Executed by budget of the whole year, by the initial budget where the
    former is missing; in percent.
    """
    budget = amounts.get("full_year", amounts.get("initial"))
    executed = amounts.get("executed")
    if executed is None or not budget:
        return None
    return executed * 100 / budget


def _as_percent(
    number: Decimal, grid: Grid, place: tuple[int, int], exact: Decimal | None, words: str
) -> Decimal:
    cell = grid.cell(*place)
    if (
        cell is not None
        and cell.number_format
        and "%" in cell.number_format
        and cell.raw != cell.text
    ):
        return number * 100
    if cell is not None and "%" in squeezed(cell.text):
        return number
    if exact is not None:
        # 0.98 and 98 are both written for 98 %: the one nearer to the money is meant
        return min((number, number * 100), key=lambda candidate: abs(candidate - exact))
    return number if "%" in squeezed(words) or number > 1 else number * 100


def _four(percent: Decimal) -> str:
    return plain(percent.quantize(Decimal("0.0001")))
