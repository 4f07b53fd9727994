"""What a ledger says of its projects beside money: 项目负责人, 设立年限, 到期日期, 中期评估日期."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from wenxiao.budget.models import Dossier, Subject
from wenxiao.budget.services import SUBJECT_FACTS, fill_subject_facts
from wenxiao.rulebook.codes import FACTS_DIFFER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.services import Written

FACTS = ("manager", "term_years", "expires_on", "midterm_on")
Fact = str | int | date
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[\sT].*)?")
_TERM = re.compile(r"(\d{1,2})年?")
_LONGEST = 60


def facts_in(frame: pl.DataFrame) -> pl.DataFrame:
    """The lines of a part that say something of their project, with ``who``; no rows where the
    ledger has no such column.
    """
    present = [name for name in FACTS if name in frame.columns]
    blank = [pl.lit("").alias(name) for name in FACTS if name not in present]
    chosen = frame.select("line", "who", *present).with_columns(blank).select("line", "who", *FACTS)
    if not present:
        return chosen.clear()
    filled = pl.any_horizontal([pl.col(name) != "" for name in present])
    return chosen.filter(filled).unique(["who", *FACTS], maintain_order=True)


def _typed(name: str, text: str) -> Fact | None:
    """The value a column holds; None where the text is none."""
    if name == "manager":
        return text if len(text) <= _LONGEST else None
    if name == "term_years":
        term = _TERM.fullmatch(text)
        return int(term[1]) if term and 1 <= int(term[1]) <= 50 else None
    day = _DAY.fullmatch(text)
    try:
        return date(int(day[1]), int(day[2]), int(day[3])) if day else None
    except ValueError:
        return None


def facts_of(
    frame: pl.DataFrame, division: Division, findings: LedgerProblems
) -> dict[int, dict[str, Fact]]:
    """Subject → what is not registered of it yet.
    What contradicts the register or the file itself is named, not taken.

    ``frame``: rows of :func:`facts_in` with their ``subject``.
    """
    known = {
        row.pk: row
        for row in Subject.objects.filter(division=division, pk__in=set(frame["subject"]))
    }
    taken: dict[int, dict[str, Fact]] = {}
    for row in frame.iter_rows(named=True):
        stands = known.get(row["subject"])
        own = taken.setdefault(row["subject"], {})
        for name in FACTS:
            text = str(row[name])
            value = _typed(name, text) if text else None
            before = (getattr(stands, name) if stands else None) or own.get(name)
            if text and (value is None or before not in (None, value)):
                _differ(name, text, value, before, row["line"], findings)
            elif value is not None and not before:
                own[name] = value
    return {subject: facts for subject, facts in taken.items() if facts}


def _differ(
    name: str, text: str, value: Fact | None, before: object, line: int, findings: LedgerProblems
) -> None:
    word = SUBJECT_FACTS[name]
    if value is None:
        words, mend = f"“{text[:40]}”不是{word}，没有登记。", "请改正后再导入，日期写到日。"
    else:
        words = f"{word}写“{text}”，登记的（或本台账前面写的）是“{before}”，没有改。"
        mend = "以台账为准的，请在项目档案页改登记，写明依据。"
    findings.say(FACTS_DIFFER, "警告", line, words, mend=mend, got=text, role=name)


def write(
    facts: Mapping[int, Mapping[str, Fact]],
    *,
    dossiers: Mapping[int, int],
    division: Division,
    written: Written,
    by: User | None,
) -> None:
    """Register what is new of each project that enters; ``dossiers``:
    subject as the plan numbers it → dossier.
    """
    entering = {dossiers[number]: one for number, one in facts.items() if number in dossiers}
    rows = Dossier.objects.filter(pk__in=entering).values_list("pk", "subject_id")
    values = {subject: entering[dossier] for dossier, subject in rows}
    if values:
        _note(
            fill_subject_facts(division=division, values=values, by=by, why="导入台账时登记"),
            written,
        )


def _note(filled: Iterable[tuple[Subject, dict[str, Fact | None]]], written: Written) -> None:
    for subject, before in filled:
        written.changed(subject, before)
