"""A ledger taken in: read in a limited child, typed, matched, compared with what is stored, written in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Dossier, Spending, Subject
from wenxiao.budget.services import refuse_secret
from wenxiao.budget.sheets import arranged, lines, matching, spending
from wenxiao.budget.sheets.columns import AMOUNTS, Columns, columns_of, remember_source, remembered, source_named
from wenxiao.budget.sheets.reading import frame_from_rows, read_ledger_file
from wenxiao.files.ledger import money_text
from wenxiao.orgs.permissions import require
from wenxiao.records.chain import digest_of
from wenxiao.records.models import ImportBatch
from wenxiao.records.services import Written, close_batch, open_batch, store_file
from wenxiao.rulebook.numbers import AmountError, fen, from_fen, to_yuan
from wenxiao.rulebook.problems import Problem
from wenxiao.store.bulk import insert_rows
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person said: columns (role → heading), matches (key → subject id, "skip" or "create"), and how to go on."""

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
            "columns": dict(self.columns), "matches": {str(k): str(v) for k, v in self.matches.items()},
            "create": self.create, "leave_out": self.leave_out, "keep_repeats": self.keep_repeats, "unit": self.unit, "source_name": self.source_name,
        }  # fmt: skip


@dataclass(slots=True)
class LedgerOutcome:
    """What an import read, would write or wrote. ``stored`` is true when it wrote; ``batch`` is its number then."""

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
    stored: bool = False
    batch: int | None = None

    @property
    def blocked(self) -> bool:
        """Whether something stands in the way of importing everything."""
        return any(problem.level == "阻断" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The command line's promise, with more."""
        return {
            "kind": self.kind, "year": self.year, "source_rows": self.source_rows, "accepted": self.accepted,
            "total_yuan": str(from_fen(self.total_fen)), "unit": self.unit, "encoding": self.encoding,
            "problems": [problem.as_json() for problem in self.problems],
            "unmatched": [item.as_json() for item in self.unmatched], "columns": self.columns,
            "difference": self.difference, "left_out": self.left_out, "stored": self.stored, "batch": self.batch,
        }  # fmt: skip


@dataclass(slots=True)
class _Work:
    """One ledger between reading and writing."""

    division: Division
    by: User | None
    choices: Choices
    outcome: LedgerOutcome
    columns: Columns
    frame: pl.DataFrame
    findings: lines.Findings
    source: str
    found: spending.Difference | arranged.Arranged | None = None


def import_ledger(
    *,
    path: Path,
    division: Division,
    by: User | None,
    kind: str = "",
    year: int | None = None,
    source: str = Spending.Source.TREASURY,
    choices: Choices | None = None,
    dry_run: bool = False,
    name: str = "",
    ledger: dict[str, Any] | None = None,
    why: str = "",
) -> LedgerOutcome:
    """Payments ("spending") or budgets, adjustments and arrivals ("budget") from .xlsx, .xls or .csv.

    Nothing is stored while a line is 阻断, unless ``choices.leave_out`` says to import the rest: that choice is recorded.
    The same file again changes nothing. ``ledger`` spares the reading when it was read before (the wizard's second step).
    """
    taking = LedgerImport(
        path=path, division=division, by=by, kind=kind, year=year, source=source, choices=choices, name=name, ledger=ledger,
        why=why,
    )  # fmt: skip
    taking.read()
    taking.plan()
    return taking.outcome if dry_run else taking.write()


class LedgerImport:
    """One import in its three steps, so that each can be looked at by itself: :meth:`read`, :meth:`plan`, :meth:`write`."""

    def __init__(
        self, *, path: Path, division: Division, by: User | None, kind: str = "", year: int | None = None,
        source: str = Spending.Source.TREASURY, choices: Choices | None = None, name: str = "",
        ledger: dict[str, Any] | None = None, why: str = "",
    ) -> None:  # fmt: skip
        require(by, "import")
        self.path, self.name, self.why = path, name or path.name, why
        self._asked: dict[str, Any] = {"kind": kind, "year": year, "source": source, "choices": choices or Choices()}
        self._division, self._by = division, by
        self._ledger = ledger
        self._work: _Work | None = None

    @property
    def outcome(self) -> LedgerOutcome:
        """What is known so far; after :meth:`plan`."""
        assert self._work is not None
        return self._work.outcome

    @property
    def child_peak_kib(self) -> int:
        """The most memory the reading child held."""
        return int((self._ledger or {}).get("peak_kib", 0))

    def read(self) -> None:
        """The file, in a limited child; nothing where it was read before."""
        self._ledger = self._ledger or read_ledger_file(self.path)

    def plan(self) -> LedgerOutcome:
        """Everything found out before writing; nothing is changed."""
        assert self._ledger is not None
        self._work = plan_ledger(self._ledger, division=self._division, by=self._by, **self._asked)
        outcome = self._work.outcome
        outcome.problems += _same_name(self._division, columns_kind=outcome.kind, path=self.path, name=self.name)
        return outcome

    def write(self) -> LedgerOutcome:
        """All of it in one transaction, or nothing: blocked without the word to leave lines out, or nothing new."""
        assert self._work is not None
        work, outcome = self._work, self._work.outcome
        if work.found is None or (outcome.blocked and not work.choices.leave_out):
            return outcome
        if not _changes(work):
            outcome.problems.append(Problem("DR-70", "提示", "这份台账的内容此前已全部导入，没有变化。"))
            return outcome
        with transaction.atomic():
            _write(work, self.path, self.name, self.why)
        return outcome


def _same_name(division: Division, *, columns_kind: str, path: Path, name: str) -> list[Problem]:
    """A file of this name came before with another content: perhaps another month's, so the person is told."""
    before = ImportBatch.objects.filter(
        division=division, kind=columns_kind, state=ImportBatch.State.APPLIED, file__name=name,
    ).select_related("file").order_by("-pk").first()  # fmt: skip
    if before is None or before.file is None or not path.is_file():
        return []
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() == before.file.sha256:
            return []
    text = f"{timezone.localtime(before.at):%Y年%m月%d日}导入过同名文件，内容不同。"
    return [Problem("DR-73", "提示", text, mend="请核对是否为另一期间的台账；与已导入数据的差异见下。")]


def plan_ledger(
    read: dict[str, Any],
    *,
    division: Division,
    by: User | None,
    kind: str,
    year: int | None,
    source: str,
    choices: Choices,
) -> _Work:
    """Everything an import finds out before it writes; nothing is changed."""
    findings = lines.Findings()
    findings.problems = [_problem(problem) for problem in read["problems"]]
    known = source_named(division=division, name=choices.source_name)
    before = known.columns if known else remembered(division=division, kind=kind, headings=read["columns"])
    columns = columns_of(
        read["columns"], read["keys"], kind=kind or (known.kind if known else ""), said=choices.columns, before=before
    )
    unit = choices.unit or read["unit"] or (known.money_unit if known else "") or "元"
    outcome = LedgerOutcome(
        kind=columns.kind,
        source_rows=read["source_rows"],
        unit=unit,
        encoding=read["encoding"],
        columns=columns.as_json(),
    )
    raw = read["frame"] if "frame" in read else frame_from_rows(read["rows"], len(columns.headings) + 1)
    frame = lines.frame_of(raw, columns)
    # a line the reader itself stopped at (cut off) is left out like any other 阻断 line
    stopped = [p.line for p in findings.problems if p.level == "阻断" and p.line is not None]
    frame = frame.with_columns(bad=pl.col("line").is_in(stopped))
    work = _Work(division, by, choices, outcome, columns, frame, findings, source)
    lacks = columns.missing() if read["header_line"] is not None else []
    if lacks:
        text = f"没有找到{'、'.join(lacks)}列。"
        findings.say("DR-71", "阻断", read["header_line"], text, mend="请指明哪一列是什么，或改正表头。")
    elif read["header_line"] is not None and not any(p.line is None and p.level == "阻断" for p in findings.problems):
        if not (choices.unit or read["unit"] or (known and known.money_unit)):
            findings.say(
                "ZJ-09", "提示", None, "没有写明金额单位，按元读取。", mend="金额为万元的，请在表头注明“单位：万元”。"
            )
        _understand(work, read, year)
    outcome.problems = findings.sealed()
    return work


def _problem(problem: Mapping[str, Any]) -> Problem:
    return Problem(**{key: value for key, value in problem.items() if key != "place"})


def _understand(work: _Work, read: dict[str, Any], year: int | None) -> None:
    """Type, date, match and compare the lines."""
    amounts = [role for role in ("spent", "amount", *AMOUNTS) if role in work.columns.places]
    frame = lines.with_funds(work.frame, work.columns, work.findings)
    for role in amounts:
        frame = lines.with_fen(frame, role, work.outcome.unit, work.findings)
    if "arrived_on" in frame.columns and "date" not in frame.columns:
        frame = frame.rename({"arrived_on": "date"})
    frame = lines.with_dates(frame, work.findings)
    work.outcome.year = year or _main_year(frame) or read.get("year")
    if work.outcome.year is None:
        work.findings.say("DR-72", "阻断", None, "台账没有写明年度。", mend="请指明预算年度。")
        return
    if work.columns.kind == "spending":
        frame = _spent_once(frame, work)
    frame, work.outcome.unmatched = matching.matched(
        frame,
        division=work.division,
        by=work.by,
        choices=work.choices.matches,
        findings=work.findings,
    )
    work.frame = frame
    _settle_unknown(work)
    _compare(work)
    _reconcile(work, read)


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


def _spent_once(frame: pl.DataFrame, work: _Work) -> pl.DataFrame:
    """The amount of a payment under one name, with days and months checked."""
    if "spent_fen" not in frame.columns:
        frame = frame.rename({"amount_fen": "spent_fen", "amount": "spent"})
    empty = pl.col("spent_fen").is_null() & ~pl.col("bad")
    work.findings.each(frame.filter(empty), "DR-60", "阻断", "这一行没有金额。", mend="请补填金额或删去这一行。")
    frame = frame.with_columns(bad=pl.col("bad") | empty)
    return spending.say_times(frame, work.outcome.year or 0, work.findings)


def _settle_unknown(work: _Work) -> None:
    """What nobody knows is 阻断, unless it is to be made: a known unit, a name, and the person's word."""
    makeable = [u for u in work.outcome.unmatched if u.kind == "project" and u.unit_id is not None and u.name]
    wanted = {u.key for u in makeable if work.choices.create or work.choices.matches.get(u.key) == matching.CREATE}
    work.outcome.unmatched = [u for u in work.outcome.unmatched if u.key not in wanted]
    matching.say_unknown(work.outcome.unmatched, work.findings)
    work.frame = work.frame.with_columns(create=pl.col("key").is_in(list(wanted)) & pl.col("unit_id").is_not_null())


def _compare(work: _Work) -> None:
    outcome = work.outcome
    year = outcome.year or 0
    if work.columns.kind == "spending":
        work.frame = spending.say_repeats(work.frame, work.findings, keep=work.choices.keep_repeats)
        spending.say_reversals(work.frame, work.findings)
    else:
        work.frame = arranged.spread(work.frame, work.findings)
    known = pl.col("subject").is_not_null() | pl.col("create")
    work.frame = work.frame.with_columns(good=~pl.col("bad") & ~pl.col("skip") & known)
    good = work.frame.filter("good")
    if work.columns.kind == "spending":
        work.frame = spending.with_line_keys(work.frame)
        good = work.frame.filter("good")
        found = spending.difference(good, division=work.division, year=year, source=work.source)
        spending.say_over_budget(good, found, division=work.division, year=year, findings=work.findings)
        work.found, outcome.difference = found, found.as_json()
    else:
        work.found = arranged.arranged(good, division=work.division, year=year)
        outcome.difference = work.found.as_json()
    outcome.accepted = good.height
    outcome.left_out = work.frame.height - good.height
    outcome.total_fen = sum(int(good[column].sum() or 0) for column in _summed(work))


def _summed(work: _Work) -> list[str]:
    """The column whose sum is the ledger's total."""
    if work.columns.kind == "spending":
        return ["spent_fen"]
    present = [f"{n}_fen" for n in ("opening", "added", "adjusted", "arrived") if n in work.columns.places]
    return present[:1] or [f"{n}_fen" for n in AMOUNTS]


def _reconcile(work: _Work, read: dict[str, Any]) -> None:
    """Each total row must equal the lines since the last one, or all lines before it."""
    role = next((r for r in ("spent", "amount", *AMOUNTS) if r in work.columns.places), None)
    column = "spent_fen" if work.columns.kind == "spending" else f"{role}_fen"
    if role is None or column not in work.frame.columns:
        return
    rows = work.frame.select("line", column).sort("line")
    last = 0
    for total in read["totals"]:
        line, text = total[0], total[work.columns.places[role] + 1]
        stated = _stated(text, work.outcome.unit)
        before = rows.filter(pl.col("line") < line)
        sums = {int(before[column].sum() or 0), int(before.filter(pl.col("line") > last)[column].sum() or 0)}
        if stated is not None and stated not in sums:
            counted = "、".join(str(from_fen(value)) for value in sorted(sums))
            text = f"合计 {from_fen(stated)} 元与明细之和 {counted} 元不符。"
            work.findings.say(
                "ZJ-13", "警告", line, text, mend="请核对是否有明细缺失或重复。", got=str(from_fen(stated))
            )
        last = line


def _stated(text: str, unit: str) -> int | None:
    number = money_text(text)
    try:
        return None if number is None else fen(to_yuan(number, unit))
    except AmountError:
        return None


def _changes(work: _Work) -> bool:
    found = work.found
    if isinstance(found, spending.Difference):
        return bool(found.new.height or found.changed.height)
    return found is not None and bool(found.new() or found.changed())


def _write(work: _Work, path: Path, name: str, why: str) -> None:
    """File, batch, subjects, dossiers, money, trail: all of it or nothing."""
    outcome, written = work.outcome, Written()
    file = store_file(division=work.division, by=work.by, name=name, content=path) if path.is_file() else None
    batch = open_batch(
        division=work.division, by=work.by, kind=work.columns.kind, file=file, problems=outcome.problems,
        source_rows=outcome.source_rows,
        reading={"headings": list(work.columns.headings), "columns": outcome.columns, "unit": outcome.unit,
                 "year": outcome.year, "source": work.source, "difference": outcome.difference,
                 "total_yuan": from_fen(outcome.total_fen), "left_out": outcome.left_out},
    )  # fmt: skip
    _make_subjects(work, written)
    dossiers = _make_dossiers(work, batch, written)
    if isinstance(work.found, spending.Difference):
        spending.apply(work.found, dossiers=dossiers, source=work.source, batch=batch, written=written)
    elif work.found is not None:
        arranged.apply(work.found, dossiers=dossiers, batch=batch, written=written)
    close_batch(
        batch=batch,
        by=work.by,
        accepted=outcome.accepted,
        written=written,
        choices=work.choices.as_json(),
        why=why,
    )
    remember_source(
        division=work.division, name=work.choices.source_name, columns=work.columns, money_unit=outcome.unit
    )
    outcome.stored, outcome.batch = True, batch.pk


def _make_subjects(work: _Work, written: Written) -> None:
    """Subjects the person wants made from the ledger; then the comparison is done again with their numbers."""
    missing = work.frame.filter(pl.col("good") & pl.col("subject").is_null())
    if not missing.height:
        return
    for row in missing.unique(["key", "unit_id"], keep="first", maintain_order=True).iter_rows(named=True):
        refuse_secret(row["project"])
        if len(row["code"]) > 21:
            raise NotAllowed(f"第 {row['line']} 行：项目代码“{row['code']}”超过21位。")
        own = f"L{digest_of([[row['unit_id'], row['project']]])[:16]}"
        subject = Subject.objects.create(
            division=work.division,
            unit_id=row["unit_id"],
            code=row["code"] or own,
            name=row["project"][:200],
        )
        written.created(subject)
        here = (pl.col("key") == row["key"]) & (pl.col("unit_id") == row["unit_id"]) & pl.col("subject").is_null()
        work.frame = work.frame.with_columns(subject=pl.when(here).then(pl.lit(subject.pk)).otherwise("subject"))
    good = work.frame.filter("good")
    year = work.outcome.year or 0
    if work.columns.kind == "spending":
        work.frame = spending.with_line_keys(work.frame.drop("key_line"))
        work.found = spending.difference(
            work.frame.filter("good"), division=work.division, year=year, source=work.source
        )
    else:
        work.found = arranged.arranged(good, division=work.division, year=year)


def _make_dossiers(work: _Work, batch: ImportBatch, written: Written) -> dict[int, int]:
    """Subject → dossier of the year, made where there is none."""
    year = work.outcome.year or 0
    needed = set(work.frame.filter("good")["subject"].to_list())
    known = Dossier.objects.filter(subject__division=work.division, fiscal_year=year)
    have = set(known.values_list("subject", flat=True))
    units = dict(Subject.objects.filter(division=work.division).values_list("pk", "unit"))
    fresh = sorted(needed - have)
    insert_rows(Dossier, ["subject", "unit", "fiscal_year", "batch"], ((s, units[s], year, batch.pk) for s in fresh))
    written.created_with_batch(Dossier, len(fresh))
    return dict(known.values_list("subject", "pk"))
