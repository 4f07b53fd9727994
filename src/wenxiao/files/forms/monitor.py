"""绩效运行监控表 by its labels: money so far and expected, indicators with causes,
possibility and suggestions.
"""

from __future__ import annotations

import re

from msgspec import structs

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.labels import Grid, bare, squeezed
from wenxiao.files.cells.seen import Lines, Seen
from wenxiao.files.forms import funds, heads
from wenxiao.files.forms.dossier_forms import MonitorForm, MonitorRow
from wenxiao.files.forms.headings import Heading
from wenxiao.files.forms.indicators import Levels, indicator_heading, read_block
from wenxiao.files.forms.selfeval import GOAL, head, named

_PERIOD = re.compile(r"(\d{1,2})(?:月份?)?[-~—–－～至到](\d{1,2})月")
_TITLE = re.compile(r".*(?:监控|监测|跟踪).*")
_SUGGESTIONS = {
    "监控意见建议",
    "监控意见",
    "意见建议",
    "监控建议",
    "监控意见及建议",
    "监控结论及建议",
    "整改建议",
    "财政监控意见",
    "监控结论",
}
_POSSIBLE = re.compile(r"\d?[.、]?(?:确定能|有可能|可能|完全不可能|不可能|确定不能)")
_TICKS = {"√", "✓", "✔", "是", "1", "☑", "■", "V", "v"}
CAUSES = {
    "reason_funds": "funds",
    "reason_system": "system",
    "reason_staff": "staff",
    "reason_hardware": "hardware",
    "reason_other": "other",
    "reason_text": "text",
}
_MONITOR_KEYS = {"forecast", "possibility", "reason_funds", "reason_system", "reason_staff"}


def read_monitor(sheet: Sheet) -> list[MonitorForm]:
    """Every monitoring form on a sheet; empty when there is none."""
    grid = Grid(sheet)
    forms = []
    for rows in heads.form_spans(grid):
        heading = indicator_heading(grid, rows)
        if heading is not None and is_monitor(heading):
            forms.append(_form(grid, rows, heading))
        elif heading is None and _is_money_only(grid, rows):
            forms.append(_form(grid, rows, None))
    return forms


def is_monitor(heading: Heading) -> bool:
    """Whether the headings ask for a forecast, causes or the possibility of reaching the target."""
    return bool(_MONITOR_KEYS & set(heading.columns))


def _is_money_only(grid: Grid, rows: range) -> bool:
    title = heads.title(grid, rows).value
    return (
        title is not None
        and bool(_TITLE.fullmatch(title))
        and funds.fund_heading(grid, rows) is not None
    )


def _form(grid: Grid, rows: range, heading: Heading | None) -> MonitorForm:
    before = range(rows.start, heading.top if heading is not None else rows.stop)
    money = funds.fund_heading(grid, before)
    period = _period(grid, rows)
    out = MonitorForm(
        **structs.asdict(head(grid, rows, before, money)),
        period=period,
        window=period,
        goal=heads.field(grid, GOAL, range(money.bottom + 1 if money else rows.start, before.stop)),
        indicators=[],
        suggestions=_suggestions(grid, rows),
    )
    if heading is not None:
        block = read_block(grid, heading, rows.stop - 1, indicator)
        out.indicators, out.blank_indicator_rows = block.rows, block.blanks
        out.indicator_header_rows = list(range(heading.top, heading.bottom + 1))
    return out


def _period(grid: Grid, rows: range) -> str | None:
    """The months watched, in one spelling: 「1—7月执行数」 → 1-7月."""
    for row in rows:
        for _, text in grid.starts_in_row(row):
            period = _PERIOD.search(squeezed(text)) if len(text) < 60 else None
            if period:
                return f"{int(period[1])}-{int(period[2])}月"
    return None


def indicator(grid: Grid, heading: Heading, row: int, levels: Levels) -> MonitorRow:
    """One indicator watched: so far, forecast, causes, possibility."""
    base = structs.asdict(named(grid, heading, row, levels))
    base["note"] = heading.seen(grid, row, "note")
    columns = {name: heading.seen(grid, row, key) for key, name in CAUSES.items()}
    causes = {name: seen for name, seen in columns.items() if seen is not None}
    deviation = heading.seen(grid, row, "deviation")
    if deviation is not None and not causes:
        causes["text"] = deviation
    possibility = heading.seen(grid, row, "possibility")
    return MonitorRow(
        **base,
        actual=heading.seen(grid, row, "actual"),
        forecast=heading.seen(grid, row, "forecast"),
        possibility=_ticked_possibility(grid, heading, row) or possibility,
        weight=heading.seen(grid, row, "weight"),
        score=heading.seen(grid, row, "score"),
        causes=causes,
    )


def _ticked_possibility(grid: Grid, heading: Heading, row: int) -> Seen | None:
    """Where the form has a column for each answer, the heading over the tick is the answer."""
    for words, column in heading.others.items():
        text = squeezed(grid.text(row, column.left))
        if _POSSIBLE.fullmatch(words) and text in _TICKS:
            return Seen(cell=grid.address(row, column.left), value=column.words, stored=text)
    return None


def _suggestions(grid: Grid, rows: range) -> Lines | None:
    heading = grid.find(_SUGGESTIONS, rows)
    place = grid.right_of(*heading) if heading is not None else None
    if place is None:
        return None
    lines = [line.strip() for line in grid.text(*place).splitlines() if bare(line)]
    return Lines(value=lines, cell=grid.address(*place))
