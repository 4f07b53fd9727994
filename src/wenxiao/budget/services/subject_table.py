"""项目情况整表登记: what papers say of many subjects, written at once, all of them or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget import selectors
from wenxiao.budget.models import Subject
from wenxiao.budget.services.subjects import SUBJECT_FACTS, fact_faults, facts_of
from wenxiao.orgs.permissions import grants_kept, require, require_one
from wenxiao.records.services import record
from wenxiao.store.bulk import RowExchange
from wenxiao.store.many_rows import RowFault, RowsRefused
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.orgs.models import Division, User

MOST_DESCRIBED = 1_000
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class DescribedRow:
    """A subject's facts as typed, in its ``line``; ``seen`` is what stood there before the typing
    (:func:`facts_of` joined by "|").
    """

    pk: int
    line: int
    facts: Mapping[str, str]
    seen: str


@transaction.atomic
def describe_subjects(
    *, division: Division, rows: Iterable[DescribedRow], by: User | None, why: str
) -> list[int]:
    """整表登记项目情况: the subjects whose facts now read otherwise; RowsRefused where any of them
    cannot stand, and then nothing is stored. A row typed as it was seen is left alone.
    """
    require_one(by, ("import",), what="登记项目情况", division=division)
    if not why.strip():
        raise NotAllowed("请写明依据，如批复文号。")
    typed = [one for one in rows if "|".join(one.facts[name] for name in SUBJECT_FACTS) != one.seen]
    if len(typed) > MOST_DESCRIBED:
        raise NotAllowed(f"一次最多改 {MOST_DESCRIBED} 行，这次有 {len(typed)} 行，请分几次存。")
    listed = Subject.objects.filter(division=division, pk__in=[one.pk for one in typed])
    stands = listed.select_related("unit", "division").in_bulk()
    values: dict[int, dict[str, Any]] = {}
    faults: list[RowFault] = []
    with grants_kept(by):
        for one in typed:
            values[one.pk], wrong = _judged(one, stands.get(one.pk), by)
            faults += [RowFault(one.pk, one.line, column, text) for column, text in wrong]
    if faults:
        raise RowsRefused(faults)
    before = {pk: facts_of(subject) for pk, subject in stands.items()}
    names = list(SUBJECT_FACTS)
    exchange = RowExchange(
        Subject,
        names,
        [
            (pk, *(getattr(stands[pk], name) for name in names), *(new[name] for name in names))
            for pk, new in values.items()
        ],
    )
    if not exchange.run():
        raise NotAllowed("存的同时别人动过其中的行，这次一行也没有存；请刷新后再存。")
    for pk, new in values.items():
        for name in names:
            setattr(stands[pk], name, new[name])
    changed = [pk for pk in values if facts_of(stands[pk]) != before[pk]]
    if changed:
        _record_facts(division, [stands[pk] for pk in changed], before, by=by, why=why.strip())
    return changed


def _judged(
    one: DescribedRow, subject: Subject | None, by: User | None
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A row's values, and what is wrong with them, by column."""
    if subject is None:
        return {}, [("manager", "没有这个对象，或不在您的授权范围内，请刷新后再改。")]
    require(by, "import", subject=subject)
    now = facts_of(subject)
    if one.seen != "|".join(now.values()):
        words = "、".join(f"{SUBJECT_FACTS[name]}“{text}”" for name, text in now.items() if text)
        return {}, [("manager", f"别人刚改过这一行，现为{words}；请刷新后再改。")]
    values: dict[str, Any] = {"kind": one.facts["kind"], "manager": one.facts["manager"]}
    wrong = []
    for name, read in (("term_years", _years), ("expires_on", _day), ("midterm_on", _day)):
        values[name] = None
        try:
            values[name] = read(one.facts[name], SUBJECT_FACTS[name])
        except NotAllowed as refusal:
            wrong.append((name, str(refusal)))
    return values, wrong or fact_faults(subject, values)


def _years(text: str, word: str) -> int | None:
    plain = text.removesuffix("年").strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 5):
        raise NotAllowed(f"{word}应为整年数，如 5，收到“{text[:20]}”。")
    return int(plain)


def _day(text: str, word: str) -> date | None:
    if not text:
        return None
    parts = _DAY.fullmatch(text)
    try:
        if parts:
            return date(*(int(part) for part in parts.groups()))
    except ValueError:
        pass
    raise NotAllowed(f"{word}应为日期，如 2026-12-31，收到“{text[:20]}”。")


def _record_facts(
    division: Division,
    subjects: Iterable[Subject],
    before: Mapping[int, Mapping[str, str]],
    *,
    by: User | None,
    why: str,
) -> None:
    """One entry that holds what stood and stands of each subject, in the facts that differ."""
    was_rows: dict[str, dict[str, str]] = {}
    now_rows: dict[str, dict[str, str]] = {}
    for subject in subjects:
        was, now = before[subject.pk], facts_of(subject)
        moved = [name for name in SUBJECT_FACTS if was[name] != now[name]]
        key = f"{subject.code} {subject.name}"
        was_rows[key] = {SUBJECT_FACTS[name]: was[name] for name in moved}
        now_rows[key] = {SUBJECT_FACTS[name]: now[name] for name in moved}
    record(
        division=division,
        by=by,
        act="整表登记项目情况",
        target=division,
        label=f"{len(now_rows)} 个对象",
        why=why,
        data={"before": was_rows, "after": now_rows},
    )


def described_in(
    division: Division, lines: Iterable[tuple[int, str, Mapping[str, str]]], user: User | None
) -> list[DescribedRow]:
    """What lines of a file or a machine (number, code, facts) make of the subjects they name; a
    fact not among them stays, a kind may be given by its word. RowsRefused for a line no
    subject of this person's answers to, or one that names a subject again.
    """
    seen = selectors.subjects_visible_to(user) if user is not None else Subject.objects.all()
    listed = list(lines)
    known = {
        one.code: one
        for one in seen.filter(division=division, code__in={code for _, code, _ in listed})
    }
    kinds = {str(word): str(code) for code, word in Subject.Kind.choices}
    rows, faults, written = [], [], dict[str, int]()
    for line, code, facts in listed:
        if code not in known:
            faults.append(
                RowFault(-line, line, "code", f"没有代码为“{code[:30]}”的对象，或不在授权范围内。")
            )
        elif code in written:
            before = f"第 {written[code]} 行已写过“{code}”，请只留一行。"
            faults.append(RowFault(known[code].pk, line, "code", before))
        else:
            written[code] = line
            stands = facts_of(known[code])
            typed = stands | {name: text for name, text in facts.items() if name in stands}
            typed["kind"] = kinds.get(typed["kind"], typed["kind"])
            rows.append(DescribedRow(known[code].pk, line, typed, "|".join(stands.values())))
    if faults:
        raise RowsRefused(faults)
    return rows
