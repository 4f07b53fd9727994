"""A file brought by a command or a machine: read, previewed and, when nothing is open, applied.
Nobody is asked.

What the wizard would ask is 阻断 here, with the choices listed; ``choices`` answers it
(:mod:`.answers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.files.door.gate import LARGEST_FILE
from wenxiao.files.forms.forms import reading_json
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.files.pool import WALL_SECONDS, forms_in_child
from wenxiao.intake.answers import CREATE_ALL, checked
from wenxiao.intake.apply import ImportOutcome, apply
from wenxiao.intake.confirm import hand_in_received
from wenxiao.intake.ledger import LedgerAnswers, import_ledger, matches_told
from wenxiao.intake.ledger.recognising import holds_accounts
from wenxiao.intake.outcome import outcome_of
from wenxiao.intake.preview import preview
from wenxiao.intake.scope import Importer
from wenxiao.intake.zips import refusal_unread
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.records.services import open_batch, refuse_batch, store_file
from wenxiao.rulebook.codes import OTHER_KIND
from wenxiao.rulebook.column_words import column_words
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.selectors import layouts_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wenxiao.files.forms.forms import Reading
    from wenxiao.intake.preview import Preview
    from wenxiao.intake.scope import SeenDirectory
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch

LEDGERS = {
    "spending": "spending",
    "budget": "budget",
    "list": "budget",
    "department": "department",
    "kind_facts": "kind_facts",
    "ledger": "",
}
"""Kinds that are tables of many lines, by the kind of ledger they are read
as ("" lets the headings say).
"""
FORMS = {"selfeval": "自评表", "monitor": "监控表", "evaluation": "评分表", "target": "绩效目标表"}
"""Kinds that are forms of one dossier each, as the readers call them."""
KINDS = (*sorted(LEDGERS), *sorted(FORMS))


def take(
    path: Path,
    *,
    division: Division,
    by: User | None,
    kind: str = "",
    dry_run: bool = False,
    create: bool = False,
    leave_out: bool = False,
    year: int | None = None,
    source: str = "",
    accounting: bool = False,
    planned: bool = False,
    matches: Mapping[str, str] | None = None,
    choices: Any = None,
    hand_in: bool = False,
) -> dict[str, Any]:
    """Import one file as ``kind``, or as what it turns out to be; the outcome as the command line
    promises.

    ``hand_in``: forms of units that pass the checks are handed in for them (代单位报送).
    """
    if hand_in:
        require(by, "submit_for")
    unread = _unread(path, LARGEST_FILE)
    if unread is not None:
        return unread.as_json()
    lines = kind in LEDGERS or (path.suffix.lower() == ".csv" and kind != TargetForm.kind)
    reading = None if lines else _read(path, division)
    if reading is not None and not (kind or reading.forms) and holds_accounts(path, division, year):
        reading = None
    file_kind = "ledger" if reading is None or reading.kind == "list" else str(reading.kind or "")
    if reading is None or (kind or file_kind) in LEDGERS or file_kind in LEDGERS:
        ledger_answers = _told_as_text(choices, matches)
        return import_ledger(
            path=path,
            division=division,
            by=by,
            kind=LEDGERS.get(kind or file_kind, ""),
            year=year,
            dry_run=dry_run,
            choices=LedgerAnswers(
                create=create,
                leave_out=leave_out,
                source_name=source.strip()[:40],
                matches=matches_told(ledger_answers, division=division, by=by),
            ),
            source="plan" if planned else "accounting" if accounting else "treasury",
        ).as_json()
    if kind and file_kind and kind != file_kind:
        _say_other_kind(reading, FORMS[file_kind], FORMS[kind])
        dry_run = True
    answers = (CREATE_ALL if create else {}) | checked(choices or {})
    outcome = import_reading(
        reading, path, division=division, by=by, choices=answers, dry_run=dry_run
    )
    if hand_in:
        outcome.handed_in = hand_in_received(outcome.reviews, by=by)
    return outcome.as_json()


def _say_other_kind(reading: Any, is_one: str, wanted: str) -> None:
    text, mend = f"这是{is_one}，不是{wanted}。", "请改写 --kind，或不写，由系统辨认。"
    reading.problems.append(Problem(OTHER_KIND, "阻断", text, mend=mend))


def _told_as_text(choices: Any, matches: Mapping[str, str] | None) -> dict[str, str]:
    """A ledger's answers; NotAllowed where one is no text."""
    answers = {**(choices or {}), **(matches or {})}
    if not all(isinstance(one, str) for one in answers.values()):
        raise NotAllowed(
            '台账的 choices 应为文本，如 {"unit:新设局": "create", "P901": "不导入"}。'
        )
    return answers


def import_file(
    path: Path,
    *,
    division: Division,
    by: User | None,
    dry_run: bool = False,
    create: bool = False,
    choices: Any = None,
    synthetic: bool = False,
    seconds: float = WALL_SECONDS,
    most: int = LARGEST_FILE,
) -> ImportOutcome:
    """Read and import one file of forms.
    What keeps it out leaves the database untouched but for the batch.
    """
    Importer(by, division)  # who may bring nothing has nothing read
    unread = _unread(path, most)
    if unread is not None:
        return unread
    answers = (CREATE_ALL if create else {}) | checked(choices or {})
    return import_reading(
        _read(path, division, seconds=seconds),
        path,
        division=division,
        by=by,
        choices=answers,
        dry_run=dry_run,
        synthetic=synthetic,
    )


def _unread(path: Path, most: int) -> ImportOutcome | None:
    """The outcome of a file that isn't opened: no table by its name, too large, empty.
    A marked name is refused elsewhere.
    """
    problem = refusal_unread(path.name, path.stat().st_size, most=most)
    if problem is None or secret_mark(path.name):
        return None
    return ImportOutcome(None, problems=[problem.as_json()], standing="refuse")


def _read(path: Path, division: Division, *, seconds: float = WALL_SECONDS) -> Reading:
    """The forms of a file, by the lists a division mapped and the words its offices use."""
    return forms_in_child(
        path, seconds=seconds, layouts=layouts_of(division), words=column_words(division.own_rules)
    )


def import_reading(
    reading: Reading,
    path: Path,
    *,
    division: Division,
    by: User | None,
    choices: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    synthetic: bool = False,
    synthetic_points: bool = False,
    directory: SeenDirectory | None = None,
) -> ImportOutcome:
    """Import what was read already (by a pool of children, for many files).
    A ``directory`` serves many files.

    ``synthetic`` marks everything the file brings as 合成, ``synthetic_points`` at least the points
    of its rows.
    """
    reading.file = path.name
    seen = preview(reading, Importer(by, division), choices, directory=directory)
    outcome = outcome_of(seen, changes=dry_run)
    if dry_run or seen.secret:
        return outcome
    batch = _batch(seen, path, by, choices)
    if not outcome.clean:
        outcome.batch = batch
        refuse_batch(batch=batch, by=by, why="有阻断问题或未匹配的表")
        return outcome
    done = apply(seen, batch=batch, by=by, synthetic=synthetic, synthetic_points=synthetic_points)
    done.forms = outcome.forms if done.clean else []
    return done


@transaction.atomic
def _batch(
    seen: Preview, path: Path, by: User | None, choices: Mapping[str, Any] | None
) -> ImportBatch:
    """The file as received and what was read of it."""
    division = seen.importer.division
    batch = open_batch(
        division=division,
        by=by,
        kind=seen.reading.kind or "unknown",
        file=store_file(division=division, by=by, name=path.name, content=path),
        reading=reading_json(seen.reading),
        problems=seen.problems,
        source_rows=seen.source_rows,
    )
    batch.choices = dict(choices or {})
    batch.save(update_fields=["choices"])
    return batch
