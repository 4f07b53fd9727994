"""Subjects, dossiers and budgets by the list, as a ledger brings them: the
rule of one act, one entry with its counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction

from wenxiao.budget.models import Appropriation, Dossier, Fund, Level, Subject
from wenxiao.budget.services.money import refuse_negative
from wenxiao.budget.services.subjects import refuse_subject, refuse_year
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import require_one
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.records.trail import plain_data
from wenxiao.rulebook.numbers import fen
from wenxiao.store.bulk import RowExchange, insert_frame
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

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
    """What a list says was arranged for a dossier from one fund and level; ``row`` is what is
    stored of it, if anything.
    """

    dossier: int
    amounts: dict[str, Any]
    fund: str = Fund.TOTAL
    level: str = Level.DISTRICT
    row: Appropriation | None = None


@transaction.atomic
def add_subjects(
    *, division: Division, subjects: Sequence[NewSubject], by: User | None, why: str = ""
) -> list[Subject]:
    """New subjects in the order given, all or none: what
    :func:`ensure_subject` refuses of one is refused here by name.
    """
    require_one(by, ("import", "manage_units"), what="新增对象", division=division)
    units = {one.unit for one in subjects}
    if Unit.objects.filter(pk__in=units, division=division).count() != len(units):
        raise NotAllowed(f"所列单位有的不属于{division}。")
    for one in subjects:
        refuse_subject(one.code, one.name)
    created = Subject.objects.bulk_create(
        (
            Subject(division=division, unit_id=one.unit, code=one.code, name=one.name)
            for one in subjects
        ),
        batch_size=AT_ONCE,
    )
    if created:
        record(
            division=division,
            by=by,
            act="批量新增对象",
            why=why,
            label=f"{len(created)} 个对象",
            data={"count": len(created), "first": created[0].code, "last": created[-1].code},
        )
    return created


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
    """The dossiers of a fiscal year that the subjects lack, each at its
    subject's unit; returns how many were made.
    """
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
    owners = {"subject_id": fresh, "unit_id": [units[subject] for subject in fresh]}
    dossiers = pl.DataFrame(owners, schema={"subject_id": pl.Int64, "unit_id": pl.Int64})
    insert_frame(
        Dossier,
        dossiers.with_columns(
            fiscal_year=pl.lit(fiscal_year), batch_id=pl.lit(batch.pk, dtype=pl.Int64)
        ),
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


class AppropriationList:
    """Budgets of many dossiers made ready for writing: looked at, laid out and told to the trail,
    outside any transaction.

    ``new`` rows are made (:meth:`rows`, for :func:`~wenxiao.store.bulk.insert_frame`), of
    ``changed`` ones only the amounts given are written (:meth:`change`). What stood before is in
    the batch, which takes it back whole.
    """

    model = Appropriation

    def __init__(
        self,
        *,
        division: Division,
        new: Iterable[Arrangement],
        changed: Iterable[Arrangement],
        batch: ImportBatch,
        by: User | None,
        why: str = "",
    ) -> None:
        require_one(by, ("import",), what="登记预算安排", division=division)
        self._fresh, self._others = list(new), [one for one in changed if one.row is not None]
        self._told: dict[str, Any] = {"division": division, "by": by, "target": batch, "why": why}
        for one in (*self._fresh, *self._others):
            refuse_negative(one.amounts)
        self._moved = _moved(self._fresh, self._others)
        self._frame = _frame(self._fresh, batch)
        self.height = self._frame.height
        self._exchanges = _exchanges(self.stored())

    @property
    def dossiers(self) -> list[int]:
        """Whose money the new rows are."""
        return self._frame["dossier_id"].unique(maintain_order=True).to_list()

    def rows(self, start: int, count: int) -> pl.DataFrame:
        """Some of the new rows as the table holds them."""
        return self._frame.slice(start, count)

    def stored(self) -> Iterator[tuple[Appropriation, dict[str, Any]]]:
        """The rows that change, with the amounts they will hold."""
        for one in self._others:
            if one.row is not None:
                yield one.row, one.amounts

    def after(self) -> dict[int, dict[str, Any]]:
        """What the changed rows will hold, by row and field."""
        return {row.pk: {**amounts, "version": row.version + 1} for row, amounts in self.stored()}

    def change(self) -> None:
        """The new amounts of rows that stand, written together; Stale where
        one was changed since it was read.
        """
        for exchange in self._exchanges:
            if not exchange.run():
                raise Stale(Appropriation.objects.get(pk=self._changed_since(set(exchange.keys))))

    def _changed_since(self, keys: set[int]) -> int:
        """The first of these rows that is not as it was read (what was just
        written is one version on).
        """
        seen = {row.pk: row.version + 1 for row, _ in self.stored()}
        ordered = sorted(keys)
        for start in range(0, len(ordered), AT_ONCE):
            stands = Appropriation.objects.filter(pk__in=ordered[start : start + AT_ONCE])
            for pk, version in stands.values_list("pk", "version"):
                if version != seen[pk]:
                    return int(pk)
        return ordered[0]

    def record(self) -> None:
        """One entry with the counts."""
        if self._fresh or self._others:
            counts = {"new": len(self._fresh), "changed": len(self._others)}
            record(
                act="批量登记预算安排",
                label=f"新增 {counts['new']} 笔，改动 {counts['changed']} 笔",
                data={**counts, **self._moved},
                **self._told,
            )


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
    """Budgets of many dossiers at once, in one transaction
    (:class:`AppropriationList`); returns how many are new.
    """
    ready = AppropriationList(
        division=division, new=new, changed=changed, batch=batch, by=by, why=why
    )
    insert_frame(Appropriation, ready.rows(0, ready.height))
    ready.change()
    ready.record()
    return ready.height


def _exchanges(stored: Iterable[tuple[Appropriation, dict[str, Any]]]) -> list[RowExchange]:
    """The changed rows as they are and as they will be, those with the same columns together."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row, amounts in stored:
        before = [getattr(row, name) for name in amounts]
        values = (*before, row.version, *amounts.values(), row.version + 1)
        alike[*amounts].append((row.pk, *values))
    return [RowExchange(Appropriation, [*names, "version"], rows) for names, rows in alike.items()]


_AMOUNTS = ("opening", "added", "cut_back", "adjusted", "arrived")
_DAYS = ("arrived_on", "cut_back_on")


def _frame(fresh: Sequence[Arrangement], batch: ImportBatch) -> pl.DataFrame:
    """The new rows as the table holds them: money in 分."""
    money = {
        name: [None if one.amounts.get(name) is None else fen(one.amounts[name]) for one in fresh]
        for name in _AMOUNTS
    }
    days = {name: [one.amounts.get(name) for one in fresh] for name in _DAYS}
    keys = {
        "dossier_id": [one.dossier for one in fresh],
        "fund": [str(one.fund) for one in fresh],
        "level": [str(one.level) for one in fresh],
        "batch_id": [batch.pk] * len(fresh),
    }
    schema = {"dossier_id": pl.Int64, "fund": pl.String, "level": pl.String, "batch_id": pl.Int64}
    schema |= dict.fromkeys(_AMOUNTS, pl.Int64) | dict.fromkeys(_DAYS, pl.Date)
    return pl.DataFrame({**keys, **money, **days}, schema=schema)


def _moved(fresh: list[Arrangement], others: list[Arrangement]) -> dict[str, Any]:
    """Amounts before and after by dossier, fund and level; of very many
    only their digest, the batch holds each.
    """
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
