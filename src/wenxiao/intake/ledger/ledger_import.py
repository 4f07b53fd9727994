"""A ledger taken in: read in a limited child, planned (:mod:`.planning`),
written all at once or not at all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Dossier, Spending, Subject
from wenxiao.budget.services import NewSubject, add_subjects, open_dossiers
from wenxiao.followup.watch.inputs import mark_batch
from wenxiao.intake.ledger import (
    budgets,
    departments,
    kind_facts,
    parts,
    payments,
    requests,
    subject_facts,
)
from wenxiao.intake.ledger.columns import remember_source
from wenxiao.intake.ledger.plan import LedgerAnswers, LedgerOutcome, Work, plan_ledger
from wenxiao.intake.ledger.reading import read_ledger_file
from wenxiao.intake.ledger.same_file import digest_of_asked, unchanged
from wenxiao.intake.refusals import over, refusal
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services import add_unit
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.records.chain import digest_of
from wenxiao.records.models import ImportBatch
from wenxiao.records.services import (
    Placed,
    Written,
    close_batch,
    digests_after,
    hold_batch,
    open_batch,
    place_file,
    store_file,
)
from wenxiao.rulebook.code_levels import at_own_levels
from wenxiao.rulebook.codes import NOTHING_NEW, SAME_NAME_OTHER_CONTENT
from wenxiao.rulebook.numbers import from_fen
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.services import NotedActs

    _Over = Callable[[list[int], Callable[[list[int]], object]], None]

__all__ = ["LedgerAnswers", "LedgerImport", "LedgerOutcome", "import_ledger"]
_UNITS = 40
"""So many units are made in one part: each is an act of its own in the trail."""


def import_ledger(
    *,
    path: Path,
    division: Division,
    by: User | None,
    kind: str = "",
    year: int | None = None,
    source: str = Spending.Source.TREASURY,
    choices: LedgerAnswers | None = None,
    dry_run: bool = False,
    name: str = "",
    ledger: dict[str, Any] | None = None,
    why: str = "",
) -> LedgerOutcome:
    """Payments ("spending") or budgets, adjustments and arrivals ("budget") from .xlsx, .xls or
    .csv.

    Nothing is stored while a line is 阻断, unless ``choices.leave_out`` says to import the rest: that
    choice is recorded. The same file again changes nothing. ``ledger`` spares the reading when it
    was read before (the wizard's second step).
    """
    taking = LedgerImport(
        path=path,
        division=division,
        by=by,
        kind=kind,
        year=year,
        source=source,
        choices=choices,
        name=name,
        ledger=ledger,
        why=why,
    )
    taking.read()
    taking.plan()
    return taking.outcome if dry_run else taking.write()


class LedgerImport:
    """One import in its three steps, so that each can be looked at by itself: :meth:`read`,
    :meth:`plan`, :meth:`write`.
    """

    def __init__(
        self,
        *,
        path: Path,
        division: Division,
        by: User | None,
        kind: str = "",
        year: int | None = None,
        source: str = Spending.Source.TREASURY,
        choices: LedgerAnswers | None = None,
        name: str = "",
        ledger: dict[str, Any] | None = None,
        why: str = "",
    ) -> None:
        require(by, "import", division=division)
        self.path, self.name, self.why = path, name or path.name, why
        self._asked: dict[str, Any] = {
            "kind": kind,
            "year": year,
            "source": source,
            "choices": choices or LedgerAnswers(),
        }
        self._division, self._by = division, by
        self._ledger = ledger
        self._work: Work | None = None
        self._outcome: LedgerOutcome | None = None

    @property
    def outcome(self) -> LedgerOutcome:
        """What is known so far; after :meth:`plan`."""
        assert self._outcome is not None
        return self._outcome

    @property
    def child_peak_kib(self) -> int:
        """The most memory the reading child held."""
        return int((self._ledger or {}).get("peak_kib", 0))

    def read(self) -> None:
        """The file, in a limited child; nothing where it was read before,
        or stands stored just as it is.
        """
        if self._ledger is None:
            self._outcome = unchanged(self.path, division=self._division, asked=self._asked)
            self._ledger = None if self._outcome else read_ledger_file(self.path, self._division)

    def plan(self) -> LedgerOutcome:
        """Everything found out before writing; nothing is changed."""
        if self._ledger is None:
            return self.outcome
        self._work = plan_ledger(self._ledger, division=self._division, by=self._by, **self._asked)
        self._outcome = outcome = self._work.outcome
        mark = secret_mark(self.name)
        if mark:
            outcome.problems, self._work.changes = [refusal("文件名", mark)], None
        if mark or self._work.secrets:
            return outcome
        before = _same_name(self._division, outcome, path=self.path, name=self.name)
        outcome.problems += at_own_levels(before, self._division.own_rules, outcome.year)
        return outcome

    def write(self) -> LedgerOutcome:
        """All of it at once, or nothing: blocked without the word to leave
        lines out, or nothing new.
        """
        work, outcome = self._work, self.outcome
        if work is not None and (
            work.changes is None or (outcome.blocked and not work.choices.leave_out)
        ):
            return outcome
        if work is None or not _changes(work):
            outcome.problems.append(
                Problem(NOTHING_NEW, "提示", "这份台账的内容此前已全部导入，没有变化。")
            )
            return outcome
        placed = place_file(self.path) if self.path.is_file() else None
        parts.sweep()
        way = _write_in_parts if _is_large(work) else _write
        way(work, placed, self.name, self.why, digest_of_asked(self._asked))
        return outcome


def _same_name(
    division: Division, outcome: LedgerOutcome, *, path: Path, name: str
) -> list[Problem]:
    """A file of this name came before with another content: perhaps another
    month's, so the person is told.
    """
    before = (
        ImportBatch.objects.filter(
            division=division, kind=outcome.kind, state=ImportBatch.State.APPLIED, file__name=name
        )
        .select_related("file")
        .order_by("-pk")
        .first()
    )
    if before is None or before.file is None or not path.is_file():
        return []
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() == before.file.sha256:
            return []
    then, now = _span(before.reading.get("months", [])), _span(outcome.months)
    spans = f"：那份是{then}，这份是{now}" if then and now and then != now else ""
    text = f"{timezone.localtime(before.at):%Y年%m月%d日}导入过同名文件，内容不同{spans}。"
    return [
        Problem(
            SAME_NAME_OTHER_CONTENT,
            "提示",
            text,
            mend="请核对是否为另一期间的台账；与已导入数据的差异见下。",
        )
    ]


def _span(months: list[int]) -> str:
    """「3月」「1月至3月」; empty without months."""
    if not months:
        return ""
    return f"{months[0]}月" if len(months) == 1 else f"{months[0]}月至{months[-1]}月"


def _changes(work: Work) -> bool:
    changes = work.changes
    if work.facts.keys() & set(work.subjects):
        return True
    if isinstance(changes, payments.PaymentChanges):
        return bool(changes.new.height or changes.changed.height)
    return changes is not None and bool(changes.new() or changes.changed())


def _is_large(work: Work) -> bool:
    changes = work.changes
    if isinstance(changes, departments.DepartmentTable | kind_facts.KindFactTable):
        return False  # some ten thousand cells at most
    if isinstance(changes, payments.PaymentChanges):
        count = max(changes.new.height, changes.changed.height)
    else:
        count = len(changes.rows) if changes is not None else 0
    to_make = len(work.matching.subjects) if work.matching else 0
    # what is registered of subjects goes in with the money, in one transaction
    return not work.facts and max(count, to_make) > parts.LARGE


def _ready(
    work: Work, batch: ImportBatch, owners: dict[int, int], why: str
) -> payments.PaymentList | budgets.NotedAppropriations | requests.NotedRequests:
    """The money of a plan ready to be written part by part."""
    if isinstance(work.changes, payments.PaymentChanges):
        return payments.PaymentList(work.changes, dossiers=owners, source=work.source, batch=batch)
    if isinstance(work.changes, requests.RequestList):
        return requests.in_parts(work.changes, subjects=owners, batch=batch, by=work.by, why=why)
    assert work.changes is not None
    assert not isinstance(work.changes, departments.DepartmentTable | kind_facts.KindFactTable)
    return budgets.in_parts(work.changes, dossiers=owners, batch=batch, by=work.by, why=why)


@transaction.atomic
def _write(work: Work, placed: Placed | None, name: str, why: str, asked: str) -> None:
    """File, batch, subjects, dossiers, money, trail: all of it or nothing."""
    written = Written()
    batch = _open(work, placed, name, asked)
    if isinstance(work.changes, departments.DepartmentTable):
        entering = {unit for unit, _, _ in work.changes.rows}
        units = _make_units(work, written, entering, _at_once)
        departments.apply(
            work.changes, units=units, batch=batch, written=written, by=work.by, why=why
        )
        _close(work, batch, written, why)
        return
    if isinstance(work.changes, kind_facts.KindFactTable):
        kind_facts.apply(work.changes, written=written, by=work.by, name=name)
        _close(work, batch, written, why)
        return
    owners = _owners(work, batch, written, _at_once)
    if work.facts:
        subject_facts.write(
            work.facts, dossiers=owners, division=work.division, written=written, by=work.by
        )
    if isinstance(work.changes, payments.PaymentChanges):
        payments.apply(
            work.changes, dossiers=owners, source=work.source, batch=batch, written=written
        )
    elif isinstance(work.changes, requests.RequestList):
        requests.apply(
            work.changes, subjects=owners, by=work.by, why=why, batch=batch, written=written
        )
    elif work.changes is not None:
        budgets.apply(
            work.changes, dossiers=owners, by=work.by, why=why, batch=batch, written=written
        )
    _close(work, batch, written, why)


def _write_in_parts(work: Work, placed: Placed | None, name: str, why: str, asked: str) -> None:
    """The same for very many rows: new ones enter hidden, part by part, and
    with the changes count all at once or never.
    """
    with parts.alone():
        parts.clear_left()
        written = Written()
        with transaction.atomic():
            batch = _open(work, placed, name, asked)
            hold_batch(batch=batch, written=written)
        try:
            steps = parts.Steps(batch, written)
            money = _ready(work, batch, _owners(work, batch, written, steps.over), why)
            written.created_with_batch(money.model, money.height)
            hold_batch(batch=batch, written=written)
            parts.enter(money)
            money.note(written)
            held = hold_batch(
                batch=batch, written=written, expected=digests_after(money.model, money.after())
            )
            with transaction.atomic():
                mark_batch(money.model, batch.pk)
                money.change()
                money.record()
                _close(work, batch, held or written, why)
        except BaseException:
            parts.take_back(ImportBatch.objects.get(pk=batch.pk))
            raise


def _open(work: Work, placed: Placed | None, name: str, asked: str) -> ImportBatch:
    """The batch, with its file."""
    outcome = work.outcome
    file = (
        store_file(division=work.division, by=work.by, name=name, content=placed)
        if placed is not None
        else None
    )
    return open_batch(
        division=work.division,
        by=work.by,
        kind=work.columns.kind,
        file=file,
        problems=outcome.problems,
        source_rows=outcome.source_rows,
        reading={
            "headings": list(work.columns.headings),
            "columns": outcome.columns,
            "unit": outcome.unit,
            "year": outcome.year,
            "source": work.source,
            "difference": outcome.difference,
            "total_yuan": from_fen(outcome.total_fen),
            "left_out": outcome.left_out,
            "months": outcome.months,
            "encoding": outcome.encoding,
            "asked": asked,
        },
    )


def _close(work: Work, batch: ImportBatch, written: Written | NotedActs, why: str) -> None:
    outcome = work.outcome
    close_batch(
        batch=batch,
        by=work.by,
        accepted=outcome.accepted,
        written=written,
        choices=work.choices.as_json(),
        why=why,
    )
    remember_source(
        division=work.division,
        name=work.choices.source_name,
        columns=work.columns,
        money_unit=outcome.unit,
    )
    outcome.stored, outcome.batch = True, batch.pk


def _at_once(rows: list[int], make: Callable[[list[int]], object]) -> None:
    make(rows)


def _make_units(work: Work, written: Written, numbers: set[int], over: _Over) -> dict[int, int]:
    """Units the person wants made from the ledger; the number they have in the plan → their own."""
    units: dict[int, int] = {}
    wished = work.matching.units if work.matching else {}

    def make(some: list[int]) -> None:
        for number in some:
            row = wished[number]
            code = row["code"] or f"L{digest_of([row['name']])[:16]}"
            name, why = (row["name"], "导入台账时新建" + ("" if row["code"] else "，代码待补"))
            unit = add_unit(division=work.division, code=code, name=name, by=work.by, why=why)
            written.created(unit)
            units[number] = unit.pk

    wanted = [number for number in wished if number in numbers]
    for number in wanted:
        _refuse_long(wished[number]["name"], Unit)
    for start in range(0, len(wanted), _UNITS):
        over(wanted[start : start + _UNITS], make)
    return units


def _refuse_long(name: str, model: type[Model]) -> None:
    """A name its column doesn't hold is refused by name, never cut."""
    problem = over("", name, model, "name")
    if problem is not None:
        raise NotAllowed(f"“{name[:40]}…”：{problem.sentence()}")


def _make_subjects(work: Work, written: Written, over: _Over) -> dict[int, int]:
    """The same for subjects; what no line that enters speaks of is not made, nor is its unit."""
    wanted = work.matching.subjects if work.matching else {}
    entering = {number: wanted[number] for number in work.subjects if number in wanted}
    for row in entering.values():
        _refuse_long(row["name"], Subject)
    units = _make_units(work, written, {row["unit"] for row in entering.values()}, over)
    subjects: dict[int, int] = {}

    def make(some: list[int]) -> None:
        wished = []
        for number in some:
            row = entering[number]
            unit = units.get(row["unit"], row["unit"])
            own = f"L{digest_of([[unit, row['name']]])[:16]}"
            wished.append(NewSubject(row["code"] or own, row["name"], unit))
        created = add_subjects(
            division=work.division, subjects=wished, by=work.by, why="导入台账时新建"
        )
        for subject in created:
            written.created(subject)
        subjects.update(zip(some, (subject.pk for subject in created), strict=True))

    over(sorted(entering, reverse=True), make)
    return subjects


def _owners(work: Work, batch: ImportBatch, written: Written, over: _Over) -> dict[int, int]:
    """Subject (as the plan numbers it) → whose money it is: the dossier of
    the year, or where asked for the subject.
    """
    if work.columns.kind == "request":
        # what is asked for is not yet arranged: no dossier is opened for it
        return _make_subjects(work, written, over)
    return _make_dossiers(work, batch, written, over)


def _make_dossiers(work: Work, batch: ImportBatch, written: Written, over: _Over) -> dict[int, int]:
    """Subject (as the plan numbers it) → dossier of the year, made where there is none.

    ``over`` makes what is lacking, at once or part by part.
    """
    year, subjects_made = work.outcome.year or 0, _make_subjects(work, written, over)
    known = Dossier.objects.filter(subject__division=work.division, fiscal_year=year)
    subjects = {subjects_made.get(number, number) for number in work.subjects}

    def make(some: list[int]) -> None:
        count = open_dossiers(
            division=work.division,
            subjects=some,
            fiscal_year=year,
            batch=batch,
            by=work.by,
            why="导入台账时新建",
        )
        written.created_with_batch(Dossier, count)

    over(sorted(subjects - set(known.values_list("subject", flat=True))), make)
    dossiers = dict(known.all().values_list("subject", "pk"))
    return dossiers | {number: dossiers[pk] for number, pk in subjects_made.items()}
