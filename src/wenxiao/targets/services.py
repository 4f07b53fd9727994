"""What happens to targets: one comes along with a sheet, an approved one arrives. One function per act, each on record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.db.models import F

from wenxiao.orgs.permissions import Refused, holdings, who_can
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import same_wording, target_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from django.db.models import Field

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.records.models import Document, ImportBatch

_WORDS = {
    name: cast("Field[Any, Any]", Indicator._meta.get_field(name))
    for name in ("level1", "level2", "name", "expression")
}
WIDEST: dict[str, int] = {name: field.max_length or 0 for name, field in _WORDS.items()}
"""The most characters each text of an indicator row holds."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One indicator row as a table has it."""

    level1: str
    level2: str
    name: str
    expression: str
    weight: Decimal | None
    hidden: bool = False


class OpenJoins(NotAllowed):
    """Rows that came along with a sheet and join no approved row: ``rows`` are asked, each by its number."""

    def __init__(self, rows: Sequence[Indicator]) -> None:
        self.rows = list(rows)
        names = "、".join(f"“{row.name}”" for row in self.rows[:3])
        super().__init__(
            f"随表带入的目标有 {len(self.rows)} 行与批复的名称、二级指标、分值对不上（{names}）。"
            "请逐行指明对应批复的哪一行，或不对应。"
        )


@transaction.atomic
def bring_target(
    *,
    dossier: Dossier,
    rows: Sequence[Promise],
    by: User | None,
    why: str,
    text: str = "",
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> tuple[Target, list[Indicator]]:
    """随表带入: the dossier had no target, a sheet names one. It was never approved. Raises Refused, NotAllowed."""
    _may_bring(by, dossier)
    if target_in_force(dossier) is not None:
        raise NotAllowed("这份档案已有绩效目标，表中的目标不再带入。")
    target = Target.objects.create(
        dossier=dossier,
        number=_next(dossier),
        state=Target.State.UNAPPROVED,
        origin=Target.Origin.SHEET,
        text=text,
        batch=batch,
        synthetic=synthetic,
        why=why,
    )
    made = _add_rows(target, rows, first=1)
    _record(target, rows, act="目标随表带入", by=by, why=why)
    return target, made


@transaction.atomic
def complete_target(
    *,
    target: Target,
    added: Sequence[Promise],
    filled: Mapping[int, Promise],
    by: User | None,
    why: str,
) -> tuple[list[Indicator], list[tuple[Indicator, dict[str, Any]]]]:
    """A later sheet has more rows, or says what the first left empty, of a target that only came along with a sheet.

    ``filled``: number of a known row → the sheet's row. Returns the new rows, and the changed ones with what they held.
    """
    _may_bring(by, target.dossier)
    if target.origin != Target.Origin.SHEET or target.state != Target.State.UNAPPROVED:
        raise NotAllowed("已批复的绩效目标不随报表改动，请办理目标调整。")
    changed = []
    for row in target.indicators.filter(pk__in=filled):
        said = filled[row.pk]
        empty = {
            name: getattr(said, name)
            for name in ("expression", "weight")
            if getattr(row, name) in (None, "") and getattr(said, name) not in (None, "")
        }
        if empty:
            changed.append((row, {name: getattr(row, name) for name in empty}))
            Indicator.objects.filter(pk=row.pk).update(**empty, version=F("version") + 1)
    last = max(target.indicators.values_list("order", flat=True), default=0)
    made = _add_rows(target, added, first=last + 1)
    if made or changed:
        _record(target, [*added, *filled.values()], act="随表带入的目标补充", by=by, why=why)
    return made, changed


@transaction.atomic
def approve_target(
    *,
    dossier: Dossier,
    rows: Sequence[Promise],
    by: User | None,
    why: str,
    text: str = "",
    approval: Document | None = None,
    joins: Mapping[int, int | None] | None = None,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> Target:
    """批复导入: the approved target arrives, and what only came along with a sheet gives way to it.

    Rows that are the same by name, level 2 and weight go on as the approved ones, with all that was filled and marked
    of them. ``joins`` answers for the rest: number of the old row → place of the approved row, None for no one's. What is
    not answered raises :class:`OpenJoins`; an approved target that is there already raises NotAllowed.
    """
    if by is not None and not holdings(by).can("import", division=dossier.subject.division_id):
        raise Refused(f"批复的绩效目标由{who_can('import')}导入。")
    _refuse_wide(rows)
    before = target_in_force(dossier)
    if before is not None and before.origin != Target.Origin.SHEET:
        raise NotAllowed(
            f"这份档案已有绩效目标（{before.get_state_display()}），请办理目标调整，不能再次导入批复。"
        )
    old = list(before.indicators.all()) if before is not None else []
    taken = _joined(old, rows, joins or {})
    if before is not None:
        Target.objects.filter(pk=before.pk).update(
            state=Target.State.REPLACED, version=F("version") + 1
        )
    target = Target.objects.create(
        dossier=dossier,
        number=_next(dossier),
        state=Target.State.APPROVED,
        origin=Target.Origin.APPROVAL,
        text=text,
        approval=approval,
        batch=batch,
        synthetic=synthetic,
        why=why,
    )
    _enter_rows(target, rows, taken)
    _record(
        target,
        rows,
        act="批复目标导入",
        by=by,
        why=why,
        more={
            "replaced": before.pk if before is not None else None,
            "joined": [[noted(taken[at]), at] for at in sorted(taken)],
            "left": [noted(row) for row in old if row not in taken.values()],
        },
    )
    return target


def _enter_rows(target: Target, rows: Sequence[Promise], taken: Mapping[int, Indicator]) -> None:
    """The approved rows: joined ones go on as they are numbered, the others are new."""
    for order, row in enumerate(rows, start=1):
        if order - 1 in taken:
            values = asdict(row) | {"target": target, "order": order}
            Indicator.objects.filter(pk=taken[order - 1].pk).update(
                **values, version=F("version") + 1
            )
        else:
            Indicator.objects.create(target=target, order=order, **asdict(row))


def noted(row: Indicator) -> dict[str, Any]:
    """A stored row as the trail notes it."""
    return {
        "id": row.pk,
        "level2": row.level2,
        "name": row.name,
        "expression": row.expression,
        "weight": row.weight,
    }


def _joined(
    old: Sequence[Indicator], rows: Sequence[Promise], joins: Mapping[int, int | None]
) -> dict[int, Indicator]:
    """Place of an approved row → the old row that goes on as it."""
    said = {pk: at for pk, at in joins.items() if at is not None}
    if not set(joins) <= {row.pk for row in old} or not all(
        0 <= at < len(rows) for at in said.values()
    ):
        raise NotAllowed("指明的行不在随表带入的目标或批复的目标里，请核对后重新指明。")
    if len(set(said.values())) < len(said):
        raise NotAllowed("批复的一行只能对应随表带入的一行。")
    taken = {at: row for row in old if (at := said.get(row.pk)) is not None}
    asking = [row for row in old if row.pk not in joins]
    free = [at for at in range(len(rows)) if at not in taken]
    pairs = same_wording(
        [(row.level2, row.name, row.weight) for row in asking],
        [(rows[at].level2, rows[at].name, rows[at].weight) for at in free],
        strict=True,
    )
    taken |= {free[to]: asking[at] for at, to in pairs.items()}
    left = [row for at, row in enumerate(asking) if at not in pairs]
    if left:
        raise OpenJoins(left)
    return taken


def _may_bring(by: User | None, dossier: Dossier) -> None:
    if by is None:
        return
    held, subject = holdings(by), dossier.subject
    if not (
        held.can("import", division=subject.division_id)
        or held.can("fill", subject=subject)
        or held.can("evaluate", subject=subject)
    ):
        raise Refused(f"目标随报表带入，由{who_can('fill')}或{who_can('import')}办理。")


def _next(dossier: Dossier) -> int:
    return max(dossier.targets.values_list("number", flat=True), default=0) + 1


def _refuse_wide(rows: Sequence[Promise]) -> None:
    for number, row in enumerate(rows, start=1):
        for name, most in WIDEST.items():
            if len(getattr(row, name)) > most:
                word = _WORDS[name].verbose_name
                raise NotAllowed(
                    f"第 {number} 行{word}有 {len(getattr(row, name))} 字，超过 {most} 字，请缩短。"
                )


def _add_rows(target: Target, rows: Sequence[Promise], *, first: int) -> list[Indicator]:
    _refuse_wide(rows)
    return Indicator.objects.bulk_create(
        Indicator(target=target, order=order, **asdict(row))
        for order, row in enumerate(rows, start=first)
    )


def _record(
    target: Target,
    rows: Sequence[Promise],
    *,
    act: str,
    by: User | None,
    why: str,
    more: dict[str, Any] | None = None,
) -> None:
    told = [asdict(row) for row in rows]
    record(
        division=target.dossier.subject.division,
        by=by,
        act=act,
        target=target,
        label=str(target.dossier),
        why=why,
        data={"rows": len(told), "digest": digest_of(told), **(more or {})},
    )
