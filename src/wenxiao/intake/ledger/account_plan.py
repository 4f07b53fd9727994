"""What a table of final accounts would change, found out before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.files.forms.ledger import money_text
from wenxiao.intake.ledger import departments, matching
from wenxiao.intake.ledger.columns import ACCOUNT_ITEMS, account_place
from wenxiao.intake.ledger.reading import RawLines
from wenxiao.intake.ledger.secret_names import secret_names
from wenxiao.orgs.permissions import can
from wenxiao.rulebook.codes import DATE_OF_OTHER_YEAR, LEDGER_WITHOUT_YEAR
from wenxiao.rulebook.department_accounts import COUNT, AccountTable, account_table
from wenxiao.rulebook.numbers import AmountError, fen, from_fen, to_yuan

if TYPE_CHECKING:
    from wenxiao.intake.ledger.plan import Work

_NAMES = ["unit_code", "unit", "department"]


def understand(work: Work, read: dict[str, Any], year: int | None) -> None:
    """Units matched, each cell typed with its address, compared with what is stored."""
    findings, outcome = work.findings, work.outcome
    departments.say_left(work.columns, read["header_line"], findings)
    raw = _raw(read, work)
    frame = departments.typed(raw, work.columns, outcome.unit, findings)
    whos = frame.select(_NAMES).unique(maintain_order=True)
    frame = frame.join(whos.with_row_index("who"), on=_NAMES, how="left", maintain_order="left")
    work.secrets = secret_names(frame, whos)
    if work.secrets:
        return
    outcome.year = year or _year_of(frame) or read.get("year")
    if outcome.year is None:
        mend = "请指明预算年度。"
        findings.say(LEDGER_WITHOUT_YEAR, "阻断", None, "台账没有写明年度。", mend=mend)
        _judged(work)
        return
    frame = _of_year(frame, outcome.year, work)
    work.matching = matching.matched_units(
        frame,
        whos,
        division=work.division,
        choices=work.choices.matches,
        create=work.choices.create,
        makes_units=can(work.by, "manage_units"),
    )
    outcome.unmatched = work.matching.unknown
    matching.say_unknown(outcome.unmatched, findings)
    known = work.matching.whos
    frame = frame.with_columns(
        known[name].gather(frame["who"]) for name in ("unit_id", "unit_shown", "skip")
    )
    _sums(work, frame, read)
    _compare(work, frame, read)


def _raw(read: dict[str, Any], work: Work) -> pl.DataFrame:
    """The lines; of the rows taken for sums, those that name an item by itself (三公经费合计)."""
    parts = list(RawLines(read))
    width = len(read["columns"]) + 1
    schema = {"c0": pl.Int64} | {f"c{at}": pl.String for at in range(1, width)}
    raw = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    places = work.columns.places
    at = next((places[role] for role in ACCOUNT_ITEMS if role in places), None)
    if work.columns.wide or at is None:
        return raw
    table = _table(work, None)
    named = [row[:width] for row in read["totals"] if table.item_named(row[at + 1]) is not None]
    if not named:
        return raw
    return pl.concat([raw, pl.DataFrame(named, schema=schema, orient="row")]).sort("c0")


def _table(work: Work, year: int | None) -> AccountTable:
    return account_table(year or work.outcome.year, work.division.own_rules)


def _year_of(frame: pl.DataFrame) -> int | None:
    """The year most lines name; None without such a column."""
    if "year" not in frame.columns:
        return None
    years = frame["year"].str.extract(r"((?:19|20)\d{2})").drop_nulls().value_counts(sort=True)
    return int(years["year"][0]) if years.height else None


def _of_year(frame: pl.DataFrame, year: int, work: Work) -> pl.DataFrame:
    """Lines of another year are refused: each year's table comes by itself."""
    if "year" not in frame.columns:
        return frame
    own = pl.col("year").str.extract(r"((?:19|20)\d{2})")
    other = (own != str(year)).fill_null(value=False)
    work.findings.each(
        frame.filter(other),
        DATE_OF_OTHER_YEAR,
        "阻断",
        "这一行是 {year} 的，这份表按" + f"{year}年读取。",
        mend="请每年一份分别导入，或选“有问题的行不导入”后换年度再导一次。",
        got="year",
    )
    return frame.with_columns(bad=pl.col("bad") | other)


def _judged(work: Work) -> set[int]:
    head = {"kind": "ledger", "year": work.outcome.year, "money_unit": work.outcome.unit}
    return work.findings.judge(work.columns.kind, head, work.division.own_rules)


def _sums(work: Work, frame: pl.DataFrame, read: dict[str, Any]) -> None:
    """A row of sums below the units must equal the lines above it, column by column."""
    for total in read["totals"] if work.columns.wide else ():
        above = frame.filter(pl.col("line") < total[0])
        for role in work.columns.wide:
            if (account_place(role) or ("", ""))[1] == COUNT:
                continue
            stated = _fen_of(work, total[work.columns.places[role] + 1])
            summed = int(above[f"{role}_fen"].sum() or 0)
            if stated is not None and stated != summed:
                seen = {"stated": from_fen(stated), "sums": [from_fen(summed)]}
                stands = pl.DataFrame({"line": [total[0]]})
                work.findings.pick(stands, lambda _, seen=seen: dict(seen))  # type: ignore[misc]


def _fen_of(work: Work, text: str) -> int | None:
    number = money_text(text)
    try:
        return None if number is None else fen(to_yuan(number, work.outcome.unit))
    except AmountError:
        return None


def _compare(work: Work, frame: pl.DataFrame, read: dict[str, Any]) -> None:
    """What enters, against what is stored; the lines that do not enter are counted."""
    outcome, findings = work.outcome, work.findings
    year = outcome.year or 0
    table = _table(work, year)
    stopped = {p.line for p in findings.problems if p.level == "阻断" and p.line is not None}
    bad = pl.col("bad") | pl.col("line").is_in(list(_judged(work) | stopped))
    enters = ~bad & ~pl.col("skip") & pl.col("unit_id").is_not_null()
    good = frame.filter(enters)
    cells = departments.cells_of(good, work.columns, table, read.get("sheet") or "", findings)
    departments.say_parts(cells, table, findings)
    lost = {p.line for p in findings.problems if p.level == "阻断" and p.line is not None}
    cells = [one for one in cells if one.line not in lost]
    outcome.accepted = len({one.line for one in cells})
    outcome.left_out = frame.height - outcome.accepted
    spent = [
        fen(one.value.amount)
        for one in cells
        if one.item in {"basic", "project"}
        and one.stage == "final"
        and one.value.amount is not None
    ]
    outcome.total_fen = sum(spent)
    work.changes = departments.department_table(
        cells, division=work.division, table=table, year=year
    )
    outcome.difference = work.changes.as_json()
