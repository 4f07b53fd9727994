"""What a ledger would change, found out before anything is written: read,
typed, matched, compared, reconciled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.files.forms.ledger import money_text
from wenxiao.intake.ledger import (
    account_plan,
    budgets,
    cumulative,
    departments,
    kind_facts,
    lines,
    matching,
    payments,
    requests,
    spending_plans,
    subject_facts,
)
from wenxiao.intake.ledger.columns import (
    AMOUNTS,
    ASKED,
    LedgerColumns,
    columns_of,
    remembered,
    source_named,
)
from wenxiao.intake.ledger.condense import condensed
from wenxiao.intake.ledger.reading import RawLines
from wenxiao.intake.ledger.recognising import recognised
from wenxiao.intake.ledger.secret_names import secret_names
from wenxiao.orgs.permissions import can
from wenxiao.rulebook.code_levels import raised_codes
from wenxiao.rulebook.codes import (
    COLUMN_UNKNOWN,
    LEDGER_COLUMN_MISSING,
    LEDGER_KIND_UNCLEAR,
    LEDGER_WITHOUT_YEAR,
    UNIT_TAKEN_AS_YUAN,
)
from wenxiao.rulebook.column_words import column_words
from wenxiao.rulebook.department_accounts import AccountTable, account_table
from wenxiao.rulebook.numbers import AmountError, fen, from_fen, to_yuan
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User


@dataclass(frozen=True, slots=True)
class LedgerAnswers:
    """What a person said: columns (role → heading), matches (key → subject
    id, "skip" or "create"), and how to go on.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    matches: Mapping[str, Any] = field(default_factory=dict)
    create: bool = False
    leave_out: bool = False
    keep_repeats: bool = False
    unit: str = ""
    source_name: str = ""

    def as_json(self) -> dict[str, Any]:
        """Recorded with the batch."""
        return {
            "columns": dict(self.columns),
            "matches": {str(k): str(v) for k, v in self.matches.items()},
            "create": self.create,
            "leave_out": self.leave_out,
            "keep_repeats": self.keep_repeats,
            "unit": self.unit,
            "source_name": self.source_name,
        }


@dataclass(slots=True)
class LedgerOutcome:
    """What an import read, would write or wrote.
    ``stored`` is true when it wrote; ``batch`` is its number then.
    """

    kind: str
    year: int | None = None
    source_rows: int = 0
    accepted: int = 0
    total_fen: int = 0
    unit: str = ""
    encoding: str | None = None
    problems: list[Problem] = field(default_factory=list)
    unmatched: list[matching.Unmatched] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    difference: dict[str, Any] = field(default_factory=dict)
    left_out: int = 0
    months: list[int] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    stored: bool = False
    batch: int | None = None

    @property
    def blocked(self) -> bool:
        """Whether something stands in the way of importing everything."""
        return any(problem.level == "阻断" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The command line's promise, with more."""
        return {
            "kind": self.kind,
            "year": self.year,
            "source_rows": self.source_rows,
            "accepted": self.accepted,
            "total_yuan": str(from_fen(self.total_fen)),
            "unit": self.unit,
            "encoding": self.encoding,
            "problems": [problem.as_json() for problem in self.problems],
            "unmatched": [item.as_json() for item in self.unmatched],
            "columns": self.columns,
            "difference": self.difference,
            "left_out": self.left_out,
            "forms": [],
            "months": self.months,
            "assumed": self.assumed,
            "stored": self.stored,
            "batch": self.batch,
        }


@dataclass(slots=True)
class Work:
    """One ledger between reading and writing."""

    division: Division
    by: User | None
    choices: LedgerAnswers
    outcome: LedgerOutcome
    columns: LedgerColumns
    findings: lines.LedgerProblems
    source: str
    subjects: list[int] = field(default_factory=list)
    matching: matching.Matching | None = None
    changes: (
        payments.PaymentChanges
        | budgets.Arranged
        | requests.RequestList
        | departments.DepartmentTable
        | kind_facts.KindFactTable
        | None
    ) = None
    secrets: list[Problem] = field(default_factory=list)
    facts: dict[int, dict[str, subject_facts.Fact]] = field(default_factory=dict)


_UNCLEAR = "这份表有决算数的列，可能是部门决算数据，也可能是项目的预算或支付台账，不能替您认定。"
_CHOOSE = (
    "请选明种类：部门决算数据（命令 --kind department）、预算台账（--kind budget）"
    "或支付明细（--kind spending）。"
)


def plan_ledger(
    read: dict[str, Any],
    *,
    division: Division,
    by: User | None,
    kind: str,
    year: int | None,
    source: str,
    choices: LedgerAnswers,
) -> Work:
    """Everything an import finds out before it writes; nothing is changed."""
    codes = raised_codes(division.own_rules, year or read.get("year"))
    findings = lines.LedgerProblems(codes=codes)
    findings.begin(problem_of(problem) for problem in read["problems"])
    known = source_named(division=division, name=choices.source_name)
    heads, on = read["columns"], year or read.get("year")
    before = known.columns if known else remembered(division=division, kind=kind, headings=heads)
    accounts = account_table(on, division.own_rules)
    columns = columns_of(
        heads,
        read["keys"],
        kind=kind or (known.kind if known else "") or _recognised(read, accounts, findings),
        said=choices.columns,
        before=before,
        words=column_words(division.own_rules, on),
        through=read.get("through"),
        accounts=accounts,
    )
    unit = choices.unit or read["unit"] or (known.money_unit if known else "") or "元"
    outcome = LedgerOutcome(
        kind=columns.kind,
        source_rows=read["source_rows"],
        unit=unit,
        encoding=read["encoding"],
        columns=columns.as_json(),
    )
    source = spending_plans.source_of(columns, source, findings)
    work = Work(division, by, choices, outcome, columns, findings, source)
    findings.columns = _sheet_columns(columns.places, first=read.get("first_column", 0))
    lacks = columns.missing() if read["header_line"] is not None else []
    if lacks:
        _say_lacks(lacks, columns, read.get("through") or "", read["header_line"], findings)
    elif read["header_line"] is not None and not _stopped(findings):
        named = choices.unit or read["unit"] or (known and known.money_unit)
        if not (named or "money_unit" in columns.places or columns.kind == "kind_facts"):
            findings.say(
                UNIT_TAKEN_AS_YUAN,
                "提示",
                None,
                "没有写明金额单位，按元读取。",
                mend="金额为万元的，请在表头注明“单位：万元”。",
            )
        _say_left(columns, read["header_line"], findings)
        if not _stopped(findings):
            _WAYS.get(columns.kind, _understand)(work, read, year)
    # What may be a state secret is not shown back: of such a ledger only the refusal is said.
    outcome.problems = work.secrets or findings.sealed()
    return work


def _recognised(
    read: dict[str, Any], accounts: AccountTable, findings: lines.LedgerProblems
) -> str:
    """Final accounts by themselves, empty for another ledger; what may be both is asked."""
    kind = recognised(read, accounts) if read["columns"] else ""
    if kind != "unclear":
        return kind
    findings.say(LEDGER_KIND_UNCLEAR, "阻断", None, _UNCLEAR, mend=_CHOOSE)
    return ""


def _stopped(findings: lines.LedgerProblems) -> bool:
    """Whether something blocks the list as a whole."""
    return any(p.line is None and p.level == "阻断" for p in findings.problems)


def _say_lacks(
    lacks: list[str],
    columns: LedgerColumns,
    through: str,
    line: int,
    findings: lines.LedgerProblems,
) -> None:
    """Which columns are missing, and why a table of sums could not do without."""
    text, mend = f"没有找到{'、'.join(lacks)}列。", "请指明哪一列是什么，或改正表头。"
    if through and columns.kind == "spending":
        text = f"{text}表上写明“{through}”，像是累计数，不是逐笔支付。"
    if columns.unclear:
        text = f"{text}{columns.unclear}"
    if columns.unclear or (through and columns.kind == "spending"):
        mend = "请指明哪一列是截至当时的累计支出；也可改导逐笔或逐月的支付明细。"
    findings.say(LEDGER_COLUMN_MISSING, "阻断", line, text, mend=mend)


def _say_left(columns: LedgerColumns, line: int, findings: lines.LedgerProblems) -> None:
    """Spending beside budgets is not read with them, and said so."""
    if columns.kind == "budget" and "spent" in columns.places:
        heading = columns.headings[columns.places["spent"]]
        text = f"“{heading}”一列没有导入：这份台账按预算读取。"
        mend = "要导入支出的，把种类选为支付明细再导一次。"
        findings.say(COLUMN_UNKNOWN, "警告", line, text, mend=mend, got=heading, role="spent")


def _sheet_columns(places: Mapping[str, int], *, first: int) -> dict[str, int]:
    """Column numbers of the sheet (from 1) by role, for the place a problem names."""
    numbers = {role: first + at + 1 for role, at in places.items()}
    if "spent" not in places and "amount" in places:
        numbers["spent"] = numbers["amount"]
    named = next((role for role in ("unit", "unit_code", "department") if role in numbers), "")
    return numbers | ({"unit_shown": numbers[named]} if named else {})


def problem_of(problem: Mapping[str, Any]) -> Problem:
    """A problem from its JSON."""
    return Problem(**{key: value for key, value in problem.items() if key != "place"})


def _understand(work: Work, read: dict[str, Any], year: int | None) -> None:
    """Type, date, match and compare the lines."""
    # a line the reader itself stopped at (cut off) is left out like any other 阻断 line
    stopped = [p.line for p in work.findings.problems if p.level == "阻断" and p.line is not None]
    lines = condensed(RawLines(read), work.columns, work.outcome.unit, work.findings, stopped)
    frame = lines.frame
    work.secrets = secret_names(frame, lines.whos)
    if work.secrets:
        return
    work.outcome.year = year or _main_year(frame) or read.get("year")
    if work.outcome.year is None:
        work.findings.say(
            LEDGER_WITHOUT_YEAR, "阻断", None, "台账没有写明年度。", mend="请指明预算年度。"
        )
        _judged(work)
        return
    if work.columns.kind == "spending":
        frame = payments.say_times(frame, work.outcome.year, work.findings)
    work.matching = matching.matched(
        frame,
        lines.whos,
        division=work.division,
        by=work.by,
        choices=work.choices.matches,
        create=work.choices.create,
        makes_units=can(work.by, "manage_units"),
        findings=work.findings,
        text_codes=read.get("text_codes", ()),
    )
    work.outcome.unmatched = work.matching.unknown
    matching.say_unknown(work.outcome.unmatched, work.findings)
    whos = work.matching.whos
    frame = frame.with_columns(
        subject=whos["subject"].gather(frame["who"]), skip=whos["skip"].gather(frame["who"])
    )
    if lines.facts is not None and work.columns.kind != "request":
        rows = lines.facts.with_columns(subject=whos["subject"].gather(lines.facts["who"]))
        known = rows.filter(pl.col("subject").is_not_null())
        work.facts = subject_facts.facts_of(known, work.division, work.findings)
    _reconcile(work, frame, read)
    _compare(work, frame)


_WAYS = {"department": account_plan.understand, "kind_facts": kind_facts.understand}
"""How lines are understood that are no money of single objects."""


def _main_year(frame: pl.DataFrame) -> int | None:
    years = (
        frame.filter(pl.col("own_year").is_not_null())
        .group_by("own_year")
        .len()
        .sort("len", "own_year", descending=True)
    )
    stated = frame.filter(pl.col("budget_year").is_not_null())["budget_year"].unique().to_list()
    if len(stated) == 1:
        return int(stated[0])
    return int(years["own_year"][0]) if years.height else None


def _compare(work: Work, frame: pl.DataFrame) -> None:
    """What enters, against what is stored; the lines that do not enter are counted."""
    outcome, year = work.outcome, work.outcome.year or 0
    if work.columns.kind == "spending":
        frame = payments.say_repeats(frame, work.findings, keep=work.choices.keep_repeats)
        payments.say_reversals(frame, work.findings)
    blocked = _judged(work)
    if blocked:
        frame = frame.with_columns(bad=pl.col("bad") | pl.col("line").is_in(list(blocked)))
    every, enters = frame.height, ~pl.col("bad") & ~pl.col("skip") & pl.col("subject").is_not_null()
    which = frame.select(enters=enters)["enters"]
    good = frame.drop("bad", "skip", "who", "own_year", "budget_year")
    good = (
        good if which.all() else good.filter(which)
    )  # nothing is copied where nothing is left out
    outcome.accepted, outcome.left_out = good.height, every - good.height
    outcome.total_fen = sum(int(good[column].sum() or 0) for column in _summed(work))
    work.subjects = good["subject"].unique().to_list()
    if work.columns.kind == "spending":
        outcome.months = sorted(good["own_month"].unique().to_list())
        changes = _found(work, good, year)
        if work.source != spending_plans.PLAN:
            payments.say_over_budget(
                changes, work.subjects, division=work.division, year=year, findings=work.findings
            )
        changes = _without(changes, _judged(work), outcome)
        work.changes, outcome.difference = changes, changes.as_json(work.findings)
    elif work.columns.kind == "request":
        work.changes = requests.asked(good, division=work.division, year=year)
        requests.say_approved(work.division, year, work.findings)
        outcome.difference = work.changes.as_json()
    else:
        work.changes = budgets.arranged(good, division=work.division, year=year)
        budgets.say_added(good, year, work.findings)
        budgets.look_at_sums(work.changes, work.findings)
        _judged(work)
        outcome.difference = work.changes.as_json()


def _found(work: Work, good: pl.DataFrame, year: int) -> payments.PaymentChanges:
    """The lines of a ledger, or what its sums are more than what is stored,
    against the stored lines.
    """
    division, source, end = work.division, work.source, work.columns.end
    if source == spending_plans.PLAN:
        return spending_plans.difference(good, division=division, year=year)
    if end is None:
        keyed = payments.with_line_keys(good)
        return payments.difference(keyed, division=division, year=year, source=source)
    sums = cumulative.lines_of(good, division=division, year=year, source=source, end=end)
    cumulative.say(good, sums, end, "支出", work.findings)
    work.outcome.assumed.append(sums.assumed)
    lost = good.filter(pl.col("line").is_in(list(sums.wrong)))
    work.outcome.accepted -= lost.height
    work.outcome.left_out += lost.height
    work.outcome.total_fen -= int(lost["spent_fen"].sum() or 0)
    return cumulative.difference(sums, division=division, year=year, source=source)


def _judged(work: Work) -> set[int]:
    """The lines that the rules of the ledger's year block, the division's own values counted."""
    head = {"kind": "ledger", "year": work.outcome.year, "money_unit": work.outcome.unit}
    return work.findings.judge(work.columns.kind, head, work.division.own_rules)


def _without(
    changes: payments.PaymentChanges, blocked: set[int], outcome: LedgerOutcome
) -> payments.PaymentChanges:
    """A difference without the new lines that a rule blocks, which are left out like any other."""
    if not blocked:
        return changes
    stopped = pl.col("line").is_in(list(blocked))
    lost = changes.new.filter(stopped)
    outcome.accepted -= lost.height
    outcome.left_out += lost.height
    outcome.total_fen -= int(lost["spent_fen"].sum() or 0)
    return replace(changes, new=changes.new.filter(~stopped))


def _summed(work: Work) -> list[str]:
    """The column whose sum is the ledger's total."""
    if work.columns.kind == "spending":
        return ["spent_fen"]
    if work.columns.kind == "request":
        second = {"asked_second"} & set(work.columns.places)
        return ["asked_second_fen"] if second else [f"{name}_fen" for name in requests.PASSES]
    present = [
        f"{n}_fen" for n in ("opening", "added", "adjusted", "arrived") if n in work.columns.places
    ]
    return present[:1] or [f"{n}_fen" for n in AMOUNTS]


def _reconcile(work: Work, frame: pl.DataFrame, read: dict[str, Any]) -> None:
    """Each total row must equal the lines since the last one, or all lines before it."""
    spending = work.columns.kind == "spending"
    roles = ("spent", "amount", "cumulated") if spending else ("amount", *ASKED, *AMOUNTS)
    role = next((r for r in roles if r in work.columns.places), None)
    column = "spent_fen" if spending else f"{role}_fen"
    if role is None or column not in frame.columns or not read["totals"]:
        return
    lines, running = frame["line"], frame[column].fill_null(0).cum_sum()
    closed = [0]
    for total in read["totals"]:
        line, text = total[0], total[work.columns.places[role] + 1]
        stated = _stated(text, work.outcome.unit)
        before = _through(lines, running, line)
        # a month's total may follow a page's: the lines since any of the last totals
        sums = {before - _through(lines, running, at) for at in closed[-_TOTALS_BACK:]}
        sums.add(before)
        if stated is not None and stated not in sums:
            stands = pl.DataFrame({"line": [line]})
            seen = {"stated": from_fen(stated), "sums": [from_fen(one) for one in sorted(sums)]}
            work.findings.pick(stands, lambda _, seen=seen: dict(seen))  # type: ignore[misc]
        closed.append(line)


_TOTALS_BACK = 40


def _through(lines: pl.Series, running: pl.Series, line: int) -> int:
    """The sum of all lines above ``line``, in 分."""
    above = int(lines.search_sorted(line))
    return int(running[above - 1]) if above else 0


def _stated(text: str, unit: str) -> int | None:
    number = money_text(text)
    try:
        return None if number is None else fen(to_yuan(number, unit))
    except AmountError:
        return None
