"""Ledger lines typed in columns: money as int64 分, dates, months; what
cannot be read is named by its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Fund, Level
from wenxiao.files.cells.grids import column_name
from wenxiao.intake.ledger.own_units import has_own_units, own_units, without_unit
from wenxiao.rulebook.checks import Table, doors, rules_in_force
from wenxiao.rulebook.code_levels import Code, raised
from wenxiao.rulebook.codes import (
    AMOUNT_NOT_EXACT,
    DATE_UNREADABLE,
    DAY_AS_NUMBER,
    FUND_UNKNOWN,
    UNIT_UNKNOWN,
)
from wenxiao.rulebook.problems import Level as ProblemLevel
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from wenxiao.intake.ledger.columns import LedgerColumns
    from wenxiao.rulebook.basis import Overrides

SHIFTS = {"元": 0, "百元": 2, "千元": 3, "万元": 4, "亿元": 8}
MOST_PROBLEMS = 1_000
_TO_THE_CENT = r"^-?\d{1,15}\.\d\d$"
FUNDS = (
    ("一般公共", Fund.GENERAL),
    ("政府性基金", Fund.GOVERNMENT),
    ("国有资本", Fund.STATE_CAPITAL),
    ("社会保险", Fund.SOCIAL),
    ("社保", Fund.SOCIAL),
    ("结转", Fund.CARRIED),
    ("结余", Fund.CARRIED),
    ("经费拨款", Fund.GENERAL),
    ("公共预算", Fund.GENERAL),
    ("其他", Fund.OTHER),
    ("单位资金", Fund.OTHER),
    ("自有", Fund.OTHER),
    ("专户", Fund.OTHER),
    ("事业", Fund.OTHER),
    ("经营", Fund.OTHER),
)
LEVELS = (
    ("中央", Level.CENTRAL),
    ("省", Level.PROVINCE),
    ("市", Level.CITY),
    ("区", Level.DISTRICT),
    ("县", Level.DISTRICT),
)
_TEXTS = (
    "code",
    "project",
    "unit_code",
    "unit",
    "department",
    "fund",
    "level",
    "voucher",
    "change",
    "item",
    "payee",
    "purpose",
)


@dataclass(frozen=True, slots=True)
class Picked:
    """Lines of one kind as the checks see them, at most a thousand, and the numbers of all."""

    rows: list[dict[str, Any]]
    lines: list[int]


@dataclass(slots=True)
class LedgerProblems:
    """Problems found, at most a thousand a code; further ones are only
    counted, so that a page can still be read.
    """

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    """Words (such as an unknown 资金性质) told of already: one problem each, at their first line."""
    columns: dict[str, int] = field(default_factory=dict)
    """Role → column of the sheet (from 1), by which a problem names its cell."""
    texts: Callable[[pl.DataFrame, Sequence[str]], pl.DataFrame] | None = None
    """Gives the written text of some lines back once they stand as numbers only."""
    codes: Mapping[str, Code] = field(default_factory=dict)
    """Codes of the way in that the division made stricter."""
    stopped: set[int] = field(default_factory=set)
    """Lines such a code blocks."""
    picked: list[Picked] = field(default_factory=list)
    """Lines that wait for the rules of the ledger's year."""

    def say(
        self,
        code: str,
        level: ProblemLevel,
        line: int | None,
        text: str,
        *,
        mend: str | None = None,
        got: str | None = None,
        role: str = "",
    ) -> None:
        """Note one problem; ``role`` is the column it stands in."""
        cell = self.cell(role, line)
        self._note(Problem(code, level, text, cell=cell, line=line, mend=mend, got=got))

    def begin(self, problems: Iterable[Problem]) -> None:
        """What the reader said, at the division's own levels."""
        self.problems = [raised(problem, self.codes) for problem in problems]

    def _note(self, problem: Problem) -> None:
        level = problem.level
        problem = raised(problem, self.codes)
        if problem.level != level and problem.level == "阻断" and problem.line is not None:
            self.stopped.add(problem.line)
        self.counts[problem.code] = self.counts.get(problem.code, 0) + 1
        if self.counts[problem.code] <= MOST_PROBLEMS:
            self.problems.append(problem)

    def cell(self, role: str, line: int | None) -> str | None:
        """Where a line's value of a role stands; None without such a column."""
        column = self.columns.get(role)
        return None if column is None or line is None else f"{column_name(column)}{line}"

    def pick(
        self,
        frame: pl.DataFrame,
        row: Callable[[Mapping[str, Any]], dict[str, Any]],
        *,
        roles: Mapping[str, str] | None = None,
        written: Sequence[str] = (),
    ) -> None:
        """Lay lines before the rules: ``row`` says what a check sees of one, ``roles`` the column
        of each field.

        ``written`` are roles whose text must be looked up in the file again (see ``texts``).
        """
        if not frame.height:
            return
        shown = frame.head(MOST_PROBLEMS)
        if written and self.texts is not None:
            shown = self.texts(shown, written)
        rows = [
            {
                "line": one["line"],
                "places": {
                    key: cell
                    for key, role in (roles or {}).items()
                    if (cell := self.cell(role, one["line"])) is not None
                },
                **row(one),
            }
            for one in shown.iter_rows(named=True)
        ]
        self.picked.append(Picked(rows, frame["line"].to_list()))

    def judge(self, kind: str, head: Mapping[str, Any], overrides: Overrides) -> set[int]:
        """What the rules of the ledger's year say of the picked lines; the
        lines that a rule blocks.
        """
        year = head.get("year")
        rules = rules_in_force(overrides, year if isinstance(year, int) else None)
        blocked: set[int] = set()
        for group in self.picked:
            table = Table(group.rows, head, overrides)
            problems = [
                replace(problem, line=group.rows[hit.row]["line"] if hit.row is not None else None)
                for hit, problem in doors.LEDGER.run(table, kind, rules)
            ]
            for problem in problems:
                self._note(problem)
            for code in {problem.code for problem in problems}:
                self.counts[code] += len(group.lines) - len(group.rows)
            if any(problem.level == "阻断" for problem in problems):
                blocked.update(group.lines)
        self.picked.clear()
        return blocked | self.stopped

    def each(
        self,
        frame: pl.DataFrame,
        code: str,
        level: ProblemLevel,
        text: str,
        *,
        mend: str | None = None,
        got: str = "",
        written: Sequence[str] = (),
    ) -> None:
        """One problem per row of ``frame``; ``text`` may name columns in braces, ``got`` names a
        column.

        ``written`` are roles whose text must be looked up in the file again (see ``texts``).
        """
        shown = frame.head(MOST_PROBLEMS)
        if written and shown.height and self.texts is not None:
            shown = self.texts(shown, written)
        for row in shown.iter_rows(named=True):
            self.say(
                code,
                level,
                row["line"],
                text.format(**row),
                mend=mend,
                got=row[got] if got else None,
                role=got,
            )
        self.counts[code] = self.counts.get(code, 0) + max(0, frame.height - MOST_PROBLEMS)
        own = self.codes.get(code)
        if own is not None and own.level == "阻断":
            self.stopped.update(frame["line"].to_list())

    def sealed(self) -> list[Problem]:
        """All problems in line order, with a sentence for what was too much to list."""
        ordered = sorted(self.problems, key=lambda p: (p.line is None, p.line or 0, p.code))
        for code, count in self.counts.items():
            if count > MOST_PROBLEMS:
                ordered.append(
                    Problem(code, "提示", f"同类问题共 {count} 处，这里列出前 {MOST_PROBLEMS} 处。")
                )
        return ordered


def frame_of(raw: pl.DataFrame, columns: LedgerColumns) -> pl.DataFrame:
    """``line`` and one text column per role found; roles that text matching
    needs stand empty when absent.
    """
    wanted = [pl.col("c0").alias("line")]
    wanted += [
        pl.col(f"c{at + 1}").str.strip_chars().alias(role) for role, at in columns.places.items()
    ]
    wanted += [pl.lit("").alias(role) for role in _TEXTS if role not in columns.places]
    return raw.select(wanted)


def half_width(role: str) -> pl.Expr:
    """A column's digits and signs in half-width: １２３．５ → 123.5."""
    return pl.col(role).str.replace_many(
        list("０１２３４５６７８９．，－−＋（）／"), list("0123456789.,--+()/")
    )


def with_fen(frame: pl.DataFrame, role: str, unit: str, findings: LedgerProblems) -> pl.DataFrame:
    """``role`` as int64 分 in ``{role}_fen``, null when empty; rows that are
    no money get ``bad``.
    """
    if not has_own_units(frame, role):
        return _fen(frame, role, unit, findings)
    frame = frame.with_columns(own_units(frame, role, unit).alias("own"))
    strange = pl.col("own").is_null() & (pl.col(role) != "")
    if "money_unit" in frame.columns:
        findings.each(
            frame.filter(strange),
            UNIT_UNKNOWN,
            "阻断",
            "金额单位“{money_unit}”不认识。",
            mend="应填 元、千元、万元或亿元。",
            got="money_unit",
        )
    bad = strange | pl.col("bad") if "bad" in frame.columns else strange
    frame = frame.with_columns(bad=bad, own=pl.col("own").fill_null(unit), written=pl.col(role))
    parts = [
        _fen(part.with_columns(without_unit(role)), role, str(own), findings)
        for (own,), part in frame.partition_by("own", as_dict=True).items()
    ]
    whole = pl.concat(parts).with_columns(pl.col("written").alias(role))
    return whole.drop("own", "written").sort("line", maintain_order=True)


def _fen(frame: pl.DataFrame, role: str, unit: str, findings: LedgerProblems) -> pl.DataFrame:
    shift = 2 + SHIFTS[unit]
    if (
        shift == 2 and frame[role].str.contains(_TO_THE_CENT).all()
    ):  # as nearly every export writes it: no need to look closer
        return frame.with_columns(
            pl.col(role).str.replace(".", "", literal=True).cast(pl.Int64).alias(f"{role}_fen")
        )
    text = (
        half_width(role).str.replace_all(r"[,\s¥￥元]", "").str.replace(r"^\((\d[\d.]*)\)$", "-$1")
    )
    text = text.str.replace(r"^\+", "").str.replace(r"^—", "-").str.replace(r"^(\d[\d.]*)-$", "-$1")
    parts = frame.with_columns(t=text).with_columns(
        ok=pl.col("t").str.contains(r"^-?\d{1,16}(\.\d+)?$"),
        whole=pl.col("t").str.extract(r"^-?(\d+)"),
        part=pl.col("t").str.extract(r"\.(\d+)$").fill_null("").str.strip_chars_end("0"),
    )
    fits = (
        pl.col("ok")
        & (pl.col("part").str.len_chars() <= shift)
        & (pl.col("whole").str.len_chars() + shift <= 18)
    )
    digits = pl.concat_str(pl.col("whole"), pl.col("part").str.pad_end(shift, "0")).cast(
        pl.Int64, strict=False
    )
    sign = pl.when(pl.col("t").str.starts_with("-")).then(-1).otherwise(1)
    parts = parts.with_columns(pl.when(fits).then(digits * sign).alias(f"{role}_fen"), fits=fits)
    filled = pl.col("t") != ""
    findings.pick(
        parts.filter(filled & ~pl.col("ok")),
        lambda row: {"written": {role: row[role]}},
        roles={role: role},
    )
    too_fine = parts.filter(filled & pl.col("ok") & ~pl.col("fits"))
    findings.each(
        too_fine,
        AMOUNT_NOT_EXACT,
        "阻断",
        "金额 {" + role + "} 精确到分以下或过大。",
        mend=f"请核对金额单位（按{unit}读取）和小数位数。",
        got=role,
    )
    bad = (
        pl.col("bad") | (filled & ~pl.col("fits"))
        if "bad" in frame.columns
        else filled & ~pl.col("fits")
    )
    return parts.with_columns(bad=bad).drop("t", "ok", "whole", "part", "fits")


def with_dates(frame: pl.DataFrame, findings: LedgerProblems) -> pl.DataFrame:
    """``on`` (Date), ``own_year`` and ``own_month`` from date, month and
    year columns; unreadable dates get ``bad``.
    """
    frame = _empty_unless(frame, _WHEN)
    # a year has 366 days, however many lines there are: each writing of a day is read once
    days = _days_of(frame.select(_WHEN).unique())
    frame = frame.join(days, on=_WHEN, how="left", maintain_order="left")
    serial = pl.col("date").str.contains(_SERIAL) & pl.col("on").is_not_null()
    findings.each(
        frame.filter(serial),
        DAY_AS_NUMBER,
        "提示",
        "“{date}”是没有日期格式的序列号，按 {on} 读取。",
        mend="请核对；应把日期列设为日期格式。",
        got="date",
    )
    unreadable = (
        (pl.col("date") != "") & pl.col("on").is_null() & ~pl.col("date_is_month").fill_null(False)
    )
    findings.each(
        frame.filter(unreadable),
        DATE_UNREADABLE,
        "阻断",
        "“{date}”不是日期。",
        mend="应填日期，如 2021-03-05。",
        got="date",
    )
    return frame.with_columns(bad=pl.col("bad") | unreadable).drop("date_is_month")


_SERIAL = r"^(?:3[6-9]|4\d|5[0-4])\d{3}$"
"""A day as a sheet counts it, from 1998 to 2050; no amount stands in a column of dates."""
_MONTH_ALONE = r"^((?:19|20)\d{2})(?:\s*[-/.年]\s*(1[0-2]|0?[1-9])\s*月?份?|(0[1-9]|1[0-2]))$"
_MONTH_BARE = r"^(1[0-2]|0?[1-9])月(?:份|\d{1,2}日)?$"
_WHEN = ["date", "month", "year"]


def _days_of(frame: pl.DataFrame) -> pl.DataFrame:
    """What each writing of date, month and year means: ``on``,
    ``own_month``, ``own_year``, ``budget_year``.
    """
    pattern = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[\sT].*)?$"
    tidy = half_width("date").str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
    frame = frame.with_columns(d=tidy).with_columns(
        y=pl.col("d").str.extract(pattern, 1).cast(pl.Int32, strict=False),
        m=pl.col("d").str.extract(pattern, 2).cast(pl.Int32, strict=False),
        day=pl.col("d").str.extract(pattern, 3).cast(pl.Int32, strict=False),
    )
    joined = pl.format(
        "{}-{}-{}",
        "y",
        pl.col("m").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
    )
    counted = pl.when(pl.col("d").str.contains(_SERIAL)).then(
        pl.col("d").cast(pl.Int32, strict=False)
    )
    first = pl.date(1899, 12, 30)
    frame = frame.with_columns(
        on=pl.coalesce(
            joined.str.to_date("%Y-%m-%d", strict=False), first + pl.duration(days=counted)
        ),
        date_month=pl.coalesce(
            pl.col("d").str.extract(_MONTH_ALONE, 2),
            pl.col("d").str.extract(_MONTH_ALONE, 3),
            pl.col("d").str.extract(_MONTH_BARE, 1),
        ).cast(pl.Int32, strict=False),
        date_year=pl.col("d").str.extract(_MONTH_ALONE, 1).cast(pl.Int32, strict=False),
    )
    month = (
        half_width("month")
        .str.replace(
            r"^((?:19|20)\d{2}[-/.]\d{1,2})[-/.]\d{1,2}(?:[\sT].*)?$", "$1"
        )  # a sheet keeps 年月 as its first day
        .str.extract(r"^(?:(?:19|20)\d{2}\s*[-/.年]?\s*)?(0?[1-9]|1[0-2])月?份?$")
        .cast(pl.Int32, strict=False)
    )
    year = half_width("year").str.extract(r"^((?:19|20)\d{2})年?度?$").cast(pl.Int32, strict=False)
    month_year = half_width("month").str.extract(r"^((?:19|20)\d{2})").cast(pl.Int32, strict=False)
    frame = frame.with_columns(
        own_month=pl.coalesce(pl.col("on").dt.month().cast(pl.Int32), "date_month", month),
        own_year=pl.coalesce(pl.col("on").dt.year(), "date_year", month_year, year),
        budget_year=year,
        date_is_month=pl.col("on").is_null() & pl.col("date_month").is_not_null(),
    )
    return frame.drop("d", "y", "m", "day", "date_month", "date_year")


def _empty_unless(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    return frame.with_columns(
        [pl.lit("").alias(name) for name in names if name not in frame.columns]
    )


def with_funds(
    frame: pl.DataFrame, columns: LedgerColumns, findings: LedgerProblems
) -> pl.DataFrame:
    """``fund_key`` and ``level_key``.
    Without such a column the fund is the undivided total; unknown words are 其他.
    """
    words = frame.group_by("fund", "level", maintain_order=True).agg(
        pl.col("line").filter(~pl.col("bad")).min()
    )
    fund: Any = pl.when(pl.lit("fund" not in columns.places)).then(pl.lit(str(Fund.TOTAL)))
    for word, key in FUNDS:
        fund = fund.when(pl.col("fund").str.contains(word, literal=True)).then(pl.lit(str(key)))
    level: Any = pl.when(pl.lit(value=False)).then(pl.lit(""))
    for word, rank in LEVELS:
        level = level.when(pl.col("level").str.contains(word, literal=True)).then(pl.lit(str(rank)))
    known = pl.any_horizontal(
        [pl.col("fund").str.contains(word, literal=True) for word, _ in FUNDS]
    )
    if "fund" in columns.places:
        strange = (
            words.filter(~known & pl.col("line").is_not_null())
            .group_by("fund")
            .agg(pl.col("line").min())
            .sort("line")
        )
        strange = strange.filter(~pl.col("fund").is_in(list(findings.words)))
        findings.words.update(strange["fund"])
        findings.each(
            strange,
            FUND_UNKNOWN,
            "警告",
            "资金性质“{fund}”未能识别，按“其他资金”计。",
            mend="请核对资金性质的写法，如“一般公共预算”。",
            got="fund",
        )
    keys = words.select(
        "fund",
        "level",
        fund_key=fund.otherwise(pl.lit(str(Fund.OTHER))),
        level_key=level.otherwise(pl.lit(str(Level.DISTRICT))),
    )
    return frame.join(keys, on=["fund", "level"], how="left", maintain_order="left")
