"""The money block of a form laid out sideways: a label and its amount next
to each other, no row of headings above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wenxiao.files.cells.labels import Grid, bare, name_of, number_in, squeezed
from wenxiao.files.cells.seen import Amount
from wenxiao.files.forms.fund_lines import FundLine
from wenxiao.files.forms.funds import (
    MONEY_COLUMNS,
    amounts_of,
    is_dash,
    money_at,
    points_at,
    rate_at,
)
from wenxiao.files.forms.headings import FUND_HEADINGS, keyed

MOST_PART_ROWS = 6
_PART = re.compile(
    r"(?:其中[:：]?)?.*(?:拨款|资金|财政|经费|收入|结转|支出|其他|其它|自筹|贷款|中央|省级|市级|县级|区级).*"
)
_BLANK = re.compile(r"[/\\无]?")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A label with the place of what it says; ``place`` is the label's own
    where both share a cell.
    """

    key: str
    words: str
    label: tuple[int, int]
    place: tuple[int, int]


def read_sideways(grid: Grid, rows: range, unit: str | None) -> list[FundLine]:
    """The rows of a money block such as 预算数｜120｜执行数｜110, in the shape of ``read_funds``; [] if
    there is none.

    A budget and what was spent of it must both be there. What stands below or beside them as 其中
    becomes a part.
    """
    pairs: dict[str, _Pair] = {}
    for row in rows:
        for pair in _pairs(grid, row):
            pairs.setdefault(pair.key, pair)
    if "executed" not in pairs or not {"initial", "full_year"} & set(pairs):
        return []
    first = min(pairs.values(), key=lambda pair: pair.label)
    whole = FundLine(
        label=_side_label(grid, first), row=first.label[0], label_cell=grid.address(*first.label)
    )
    for key in MONEY_COLUMNS:
        if key in pairs:
            setattr(whole, key, _amount(grid, pairs[key], unit))
    for key in ("weight", "score"):
        if key in pairs:
            setattr(whole, key, points_at(grid, pairs[key].place))
    known = {key: money.amount for key, money in amounts_of(whole).items()}
    amounts = {key: amount for key, amount in known.items() if amount is not None}
    if "rate" in pairs and not is_dash(grid.text(*pairs["rate"].place)):
        whole.rate = rate_at(grid, pairs["rate"].place, amounts, pairs["rate"].words)
    return [whole, *_parts(grid, pairs, unit)]


def _pairs(grid: Grid, row: int) -> list[_Pair]:
    """The labels of money in a row that have an amount, or an empty cell,
    at their right or behind their colon.
    """
    out: list[_Pair] = []
    cells = list(grid.starts_in_row(row))
    for at, (col, text) in enumerate(cells):
        label, _, inline = squeezed(text).partition(":")
        key = keyed(label, FUND_HEADINGS) if len(text) < 60 else None
        if key is None:
            continue
        if number_in(inline) is not None:
            out.append(_Pair(key, label, (row, col), (row, col)))
            continue
        after = cells[at + 1] if at + 1 < len(cells) else None
        place = grid.right_of(row, col)
        if after is not None and _says_amount(after[1]):
            out.append(_Pair(key, label, (row, col), (row, after[0])))
        elif (
            place is not None
            and not grid.text(*place)
            and (after is None or keyed(after[1], FUND_HEADINGS))
        ):
            out.append(_Pair(key, label, (row, col), place))
    # a row of headings has labels side by side, never an amount between them
    return out if any(grid.text(*pair.place) for pair in out) else []


def _says_amount(text: str) -> bool:
    words = squeezed(text)
    return number_in(words) is not None or is_dash(words) or bool(_BLANK.fullmatch(words))


def _amount(grid: Grid, pair: _Pair, unit: str | None) -> Amount:
    if pair.place != pair.label:
        return money_at(grid, pair.place, unit)
    raw = squeezed(grid.text(*pair.place)).partition(":")[2]
    return money_at(grid, pair.place, unit, raw)


def _side_label(grid: Grid, first: _Pair) -> str:
    """The words left of the block, such as 预算执行情况（万元）; the block's own
    label where there are none.
    """
    row, col = first.label
    left = [
        text for other, text in grid.in_row(row) if other < col and not keyed(text, FUND_HEADINGS)
    ]
    return name_of(left[-1]) if left else "资金总额"


def _parts(grid: Grid, pairs: dict[str, _Pair], unit: str | None) -> list[FundLine]:
    """What stands as 其中 under the pairs, line by line, or beside them in
    the same row, one after the other.
    """
    parts: dict[str, FundLine] = {}
    money = [
        pair for key, pair in pairs.items() if key in MONEY_COLUMNS and pair.place != pair.label
    ]
    for pair in money:
        if (
            len([other for other in money if other.label[0] == pair.label[0]]) > 1
            or len(money) == 1
        ):
            cells = [(pair.label[0] + down, pair.label[1]) for down in range(1, MOST_PART_ROWS + 1)]
        else:
            cells = [
                (pair.label[0], col)
                for col, _ in grid.starts_in_row(pair.label[0])
                if col > pair.place[1]
            ]
        for row, col in cells:
            text = grid.text(row, col)
            place = grid.right_of(row, col)
            if pair.label[0] == row and number_in(text) is not None:
                continue
            if (
                not text
                or place is None
                or not _PART.fullmatch(squeezed(text))
                or keyed(text, FUND_HEADINGS)
            ):
                break
            if grid.text(*place) and not _says_amount(grid.text(*place)):
                break
            name = bare(text).removeprefix("其中").strip(":：")
            part = parts.setdefault(
                name,
                FundLine(
                    label=name_of(text), row=row, label_cell=grid.address(row, col), dashes=True
                ),
            )
            setattr(part, pair.key, money_at(grid, place, unit))
    return list(parts.values())
