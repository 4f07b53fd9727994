"""Subjects, dossiers and budgets by the list, as a ledger brings them: the rule of one act, one entry with its counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Appropriation, Dossier, Fund, Level, Subject
from wenxiao.budget.services.money import refuse_negative
from wenxiao.budget.services.subjects import refuse_subject, refuse_year
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import require_one
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.records.trail import plain_data
from wenxiao.store.bulk import insert_rows, update_rows
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch

AT_ONCE = 500
MOST_TOLD = 500
"""Amounts an entry tells one by one."""


@dataclass(frozen=True, slots=True)
class NewSubject:
    """A project as a list names it; ``unit`` is the number of its unit."""

    code: str
    name: str
    unit: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a list says was arranged for a dossier from one fund and level; ``row`` is what is stored of it, if anything."""

    dossier: int
    amounts: dict[str, Any]
    fund: str = Fund.TOTAL
    level: str = Level.DISTRICT
    row: Appropriation | None = None


@transaction.atomic
def add_subjects(
    *, division: Division, subjects: Sequence[NewSubject], by: User | None, why: str = ""
) -> list[Subject]:
    """New subjects in the order given, all or none: what :func:`ensure_subject` refuses of one is refused here by name."""
    require_one(by, ("import", "manage_units"), what="新增对象", division=division)
    units = {one.unit for one in subjects}
    if Unit.objects.filter(pk__in=units, division=division).count() != len(units):
        raise NotAllowed(f"所列单位有的不属于{division}。")
    for one in subjects:
        refuse_subject(one.code, one.name)
    made = Subject.objects.bulk_create(
        (
            Subject(division=division, unit_id=one.unit, code=one.code, name=one.name)
            for one in subjects
        ),
        batch_size=AT_ONCE,
    )
    if made:
        record(
            division=division,
            by=by,
            act="批量新增对象",
            why=why,
            label=f"{len(made)} 个对象",
            data={"count": len(made), "first": made[0].code, "last": made[-1].code},
        )
    return made


@transaction.atomic
def open_dossiers(
    *,
    division: Division,
    subjects: Collection[int],
    fiscal_year: int,
    batch: ImportBatch,
    by: User | None,
    why: str = "",
) -> int:
    """The dossiers of a fiscal year that the subjects lack, each at its subject's unit; returns how many were made."""
    require_one(by, ("import",), what="建立档案", division=division)
    refuse_year(fiscal_year)
    theirs = Subject.objects.filter(division=division)
    known = Dossier.objects.filter(subject__division=division, fiscal_year=fiscal_year)
    fresh = sorted(set(subjects) - set(known.values_list("subject", flat=True)))
    if not fresh:
        return 0
    units = dict(theirs.values_list("pk", "unit"))
    if any(subject not in units for subject in fresh):
        raise NotAllowed(f"所列对象有的不属于{division}。")
    insert_rows(
        Dossier,
        ["subject", "unit", "fiscal_year", "batch"],
        ((subject, units[subject], fiscal_year, batch.pk) for subject in fresh),
    )
    record(
        division=division,
        by=by,
        act="批量建立档案",
        target=batch,
        why=why,
        label=f"{fiscal_year} 年 {len(fresh)} 个档案",
        data={"count": len(fresh), "fiscal_year": fiscal_year},
    )
    return len(fresh)


@transaction.atomic
def set_appropriations(
    *,
    division: Division,
    new: Iterable[Arrangement],
    changed: Iterable[Arrangement],
    batch: ImportBatch,
    by: User | None,
    why: str = "",
) -> int:
    """Budgets of many dossiers: ``new`` rows are made, of ``changed`` ones only the amounts given; returns how many are new.

    What stood before is in the batch, which takes it back whole.
    """
    require_one(by, ("import",), what="登记预算安排", division=division)
    fresh, others = list(new), list(changed)
    for one in (*fresh, *others):
        refuse_negative(one.amounts)
    _insert(fresh, batch)
    moved = _moved(fresh, others)
    _change(others)
    if fresh or others:
        record(
            division=division,
            by=by,
            act="批量登记预算安排",
            target=batch,
            why=why,
            label=f"新增 {len(fresh)} 笔，改动 {len(others)} 笔",
            data={"new": len(fresh), "changed": len(others), **moved},
        )
    return len(fresh)


def _insert(fresh: Sequence[Arrangement], batch: ImportBatch) -> None:
    """New rows, those with the same columns together."""
    alike: dict[tuple[str, ...], list[Arrangement]] = defaultdict(list)
    for one in fresh:
        alike[tuple(one.amounts)].append(one)
    for names, some in alike.items():
        insert_rows(
            Appropriation,
            ["dossier", "fund", "level", "batch", *names],
            ((one.dossier, one.fund, one.level, batch.pk, *one.amounts.values()) for one in some),
        )


def _change(others: Sequence[Arrangement]) -> None:
    """New amounts of rows that stand, written together; Stale where one was changed since it was read."""
    stored = [(one.row, one.amounts) for one in others if one.row is not None]
    versions: dict[int, int] = {}
    for start in range(0, len(stored), AT_ONCE):
        some = [row.pk for row, _ in stored[start : start + AT_ONCE]]
        stands = Appropriation.objects.select_for_update().filter(pk__in=some)
        versions |= dict(stands.values_list("pk", "version"))
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row, amounts in stored:
        if versions.get(row.pk) != row.version:
            raise Stale(row)
        alike[*amounts].append((row.pk, *amounts.values(), row.version + 1))
    for names, lines in alike.items():
        update_rows(Appropriation, [*names, "version"], lines)


def _moved(fresh: list[Arrangement], others: list[Arrangement]) -> dict[str, Any]:
    """Amounts before and after by dossier, fund and level; of very many only their digest, the batch holds each."""
    pairs = {
        f"{one.dossier}/{one.fund}/{one.level}": (
            {} if one.row is None else {name: getattr(one.row, name) for name in one.amounts},
            one.amounts,
        )
        for one in (*fresh, *others)
    }
    before, after = (plain_data({key: pair[at] for key, pair in pairs.items()}) for at in (0, 1))
    if len(pairs) > MOST_TOLD:
        return {"digest": digest_of([before, after])}
    return {"before": before, "after": after}
