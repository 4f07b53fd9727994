"""审定资金 of a score sheet fund by fund: what was reported, found arranged and used, and each
difference with its amount, why and voucher.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wenxiao.files.cells.grids import TableGrid, plain_number
from wenxiao.files.cells.seen import Amount, FormPart, Seen, missing
from wenxiao.files.cells.textforms import squeezed, unit_in, yuan
from wenxiao.files.forms.evaluation_head import field_of, without_remark

if TYPE_CHECKING:
    from wenxiao.files.cells.cells import Cell
    from wenxiao.files.forms.score_sheet import ScoreSheet

MOST_LINES = 40
FUNDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("total", re.compile(r"^(资金)?(合计|总计|总额|共计)|^年度资金总额")),
    ("government_fund", re.compile(r"政府性基金")),
    ("state_capital", re.compile(r"国有资本")),
    ("social_insurance", re.compile(r"社会?保(险|障)?基金")),
    ("carried", re.compile(r"结转|结余")),
    ("general", re.compile(r"一般公共预算|财政拨款|财政资金|财政预算")),
    ("other", re.compile(r"其他|自筹|事业收入|经营收入|自有")),
)
"""Words of a source of money → its key; the first that fits counts."""
_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("fund", re.compile(r"^(资金)?(来源|性质|类别)$|^资金(名称|来源渠道)$")),
    ("which", re.compile(r"^(差异)?(金额)?(种类|类别|类型|项目|哪个数)$|^安排或使用$")),
    ("difference_arranged", re.compile(r"^(实际)?(安排|到位|预算)(数)?(差异|差额|核减|核增|调整)")),
    ("difference_used", re.compile(r"^(实际)?(使用|支出)(数)?(差异|差额|核减|核增|调整)")),
    ("grounds", re.compile(r"原因|理由")),
    ("voucher", re.compile(r"凭证|取证单|依据")),
    ("difference", re.compile(r"差异|差额|核减|核增|审减|调整(数|额|金额)$")),
)
_WHICH = (("arranged", re.compile(r"安排|预算|到位")), ("used", re.compile(r"使用|支出")))


class AuditedFundLine(FormPart, kw_only=True):
    """One fund's audited money; ``fund`` None where its words name no source known."""

    label: str
    row: int
    label_cell: str
    fund: str | None
    arranged: Amount
    used: Amount


class AuditDifferenceLine(FormPart, kw_only=True):
    """One difference; ``which`` None where nobody says of which amount."""

    row: int
    cell: str | None
    fund: str
    which: str | None
    amount: Amount
    grounds: Seen
    voucher: Seen


@dataclass(slots=True)
class AuditedFunds:
    """What the tables say; ``rows`` are theirs, nothing else is read of them."""

    lines: list[AuditedFundLine] = field(default_factory=list)
    differences: list[AuditDifferenceLine] = field(default_factory=list)
    total: AuditedFundLine | None = None
    rows: set[int] = field(default_factory=set)


def fund_named(text: str) -> str | None:
    """The source of money some words name; None for any other words."""
    bare = re.sub(r"^[\d一二三四五六七八九十]+[.、．]|^其中[::]?", "", squeezed(text))
    return next((key for key, words in FUNDS if words.search(bare)), None)


def audited_funds(grid: TableGrid, first: int, last: int, unit: str | None) -> AuditedFunds:
    """The tables of audited money in some rows of a sheet."""
    out = AuditedFunds()
    row = first
    while row <= last:
        columns = _heading(grid, row)
        if columns is None:
            row += 1
            continue
        end = _lines(grid, (row + 1, last), columns, unit, out)
        if end > row + 1:
            out.rows.add(row)
        row = end
    return out


def take_money(out: ScoreSheet, money: AuditedFunds) -> None:
    """The audited money by fund and its differences; a line of the whole is the sheet's own
    amounts where no label gives them.
    """
    out.audited_funds += money.lines
    out.audited_differences += money.differences
    if money.total is not None:
        if out.audited_arranged.yuan is None:
            out.audited_arranged = money.total.arranged
        if out.audited_used.yuan is None:
            out.audited_used = money.total.used


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    unit: str | None


def _heading(grid: TableGrid, row: int) -> dict[int, _Column] | None:
    """The columns of a head row: a table of funds (source, arranged, used) or one of differences
    (amount, reason, voucher); None for any other row.
    """
    columns: dict[int, _Column] = {}
    if any(plain_number(cell) is not None for cell in grid.own_cells(row)):
        return None
    for cell in grid.own_cells(row):
        bare = without_remark(cell.text)
        named = field_of(bare)
        key = (
            named[0]
            if named is not None and named[0].startswith("audited")
            else next((name for name, words in _COLUMNS if words.search(bare)), None)
        )
        if key is not None and key not in {one.key for one in columns.values()}:
            columns[cell.col] = _Column(key, unit_in(squeezed(cell.text)))
    keys = {one.key for one in columns.values()}
    funds = {"fund", "audited_arranged", "audited_used"} <= keys
    differences = {"difference", "grounds", "voucher"} <= keys and bool({"which", "fund"} & keys)
    return columns if funds or differences else None


def _lines(
    grid: TableGrid,
    rows: tuple[int, int],
    columns: dict[int, _Column],
    unit: str | None,
    out: AuditedFunds,
) -> int:
    """Read the rows below a head; the row the reading stopped at."""
    of_funds = "audited_used" in {one.key for one in columns.values()}
    row = rows[0]
    while row <= min(rows[1], rows[0] + MOST_LINES):
        cells = {columns[cell.col].key: cell for cell in grid.own_cells(row) if cell.col in columns}
        if not cells or _heading(grid, row) is not None:
            break
        units = {one.key: one.unit or unit for one in columns.values()}
        if of_funds:
            if not _fund_line(row, cells, units, out):
                break
        elif not _difference_lines(row, cells, units, out):
            break
        out.rows.add(row)
        row += 1
    return row


def _fund_line(
    row: int, cells: dict[str, Cell], units: dict[str, str | None], out: AuditedFunds
) -> bool:
    label = cells.get("fund")
    amounts = ("audited_arranged", "audited_used")
    if label is None or not label.text.strip() or not any(key in cells for key in amounts):
        return False
    arranged, used = (_amount(cells.get(key), units.get(key)) for key in amounts)
    if arranged.yuan is None and used.yuan is None and fund_named(label.text) is None:
        return False
    line = AuditedFundLine(
        label=label.text.strip(),
        row=row,
        label_cell=label.address,
        fund=fund_named(label.text),
        arranged=arranged,
        used=used,
    )
    if line.fund == "total":
        out.total = line
    else:
        out.lines.append(line)
    _difference_lines(row, cells, units, out)
    return True


def _difference_lines(
    row: int, cells: dict[str, Cell], units: dict[str, str | None], out: AuditedFunds
) -> bool:
    """The differences of one row; False where it has none."""
    named = cells.get("fund")
    fund = fund_named(named.text) if named is not None else None
    if fund == "total" and any(one.fund for one in out.lines):
        return True  # what its parts explain already
    named_amount = cells["which"].text if "which" in cells else ""
    which = next((key for key, words in _WHICH if words.search(named_amount)), None)
    before = len(out.differences)
    for key, of in (
        ("difference_arranged", "arranged"),
        ("difference_used", "used"),
        ("difference", which),
    ):
        cell = cells.get(key)
        if cell is None or not cell.text.strip():
            continue
        amount = _amount(cell, units.get(key))
        if amount.amount == 0:
            continue
        out.differences.append(
            AuditDifferenceLine(
                row=row,
                cell=cell.address,
                fund="" if fund in {None, "total"} else str(fund),
                which=of,
                amount=amount,
                grounds=_seen(cells.get("grounds")),
                voucher=_seen(cells.get("voucher")),
            )
        )
    return len(out.differences) > before


def _amount(cell: Cell | None, unit: str | None) -> Amount:
    if cell is None:
        return Amount(cell=None, raw=None, yuan=None)
    stored = plain_number(cell)
    raw = stored if stored is not None and unit_in(cell.text) is None else cell.text
    return Amount(cell=cell.address, raw=raw or None, yuan=yuan(raw, unit))


def _seen(cell: Cell | None) -> Seen:
    return missing() if cell is None else Seen(value=cell.text.strip(), cell=cell.address)
