"""批复导入: the approved target arrives from outside, and what only came along
with a sheet gives way to it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from wenxiao.orgs.permissions import Refused, holdings, who_can
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, LongIndicator, Target, TargetAmount
from wenxiao.targets.selectors import same_wording, target_in_force
from wenxiao.targets.services.rows import next_number, record_act, refuse_wide, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.records.models import Document, ImportBatch
    from wenxiao.targets.services.rows import TargetRow


@dataclass(frozen=True, slots=True)
class AskedAmount:
    """Money a table asks for in 元: a source of funds, or a main task with what it is about."""

    name: str
    amount: Decimal | None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a target table says beside the rows of the year; empty where the
    table has no such field.
    """

    scope: str = Target.Scope.PROJECT
    level: str = ""
    text: str = ""
    long_text: str = ""
    content: str = ""
    manager: str = ""
    starts: str = ""
    ends: str = ""
    asks_source: bool = False
    plan: Sequence[dict[str, Any]] = ()
    opinions: Sequence[dict[str, Any]] = ()
    long_rows: Sequence[TargetRow] = ()
    funds: Sequence[AskedAmount] = ()
    tasks: Sequence[AskedAmount] = ()

    def head(self) -> dict[str, Any]:
        """What stands on the target itself."""
        names = (
            "scope",
            "level",
            "text",
            "long_text",
            "content",
            "manager",
            "starts",
            "ends",
            "asks_source",
        )
        texts = {name: getattr(self, name) for name in names}
        return texts | {"plan": list(self.plan), "opinions": list(self.opinions)}


class OpenJoins(NotAllowed):
    """Rows that came along with a sheet and join no approved row: ``rows``
    are asked, each by its number.
    """

    def __init__(self, rows: Sequence[Indicator]) -> None:
        self.rows = list(rows)
        names = "、".join(f"“{row.name}”" for row in self.rows[:3])
        super().__init__(
            f"随表带入的目标有 {len(self.rows)} 行与批复的名称、二级指标、分值对不上（{names}）。"
            "请逐行指明对应批复的哪一行，或不对应。"
        )


_NOTHING = Contents()


@transaction.atomic
def approve_target(
    *,
    dossier: Dossier,
    rows: Sequence[TargetRow],
    by: User | None,
    why: str,
    contents: Contents = _NOTHING,
    approval: Document | None = None,
    joins: Mapping[int, int | None] | None = None,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> Target:
    """批复导入: the approved target arrives, and what only came along with a sheet gives way to it.

    Rows the same by name, level 2 and weight go on as the approved ones, with all marked of them.
    ``joins`` answers for the rest: number of the old row → place of the approved row, None for no
    one's. Unanswered ones raise :class:`OpenJoins`, an approved target that is there NotAllowed.
    """
    if by is not None and not holdings(by).can("import", division=dossier.subject.division_id):
        raise Refused(f"批复的绩效目标由{who_can('import')}导入。")
    refuse_wide(rows)
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
        number=next_number(dossier),
        state=Target.State.APPROVED,
        origin=Target.Origin.APPROVAL,
        **contents.head(),
        approval=approval,
        batch=batch,
        synthetic=synthetic,
        why=why,
    )
    _enter_rows(target, rows, taken)
    enter_contents(target, contents)
    record_act(
        target,
        rows,
        act="批复目标导入",
        by=by,
        why=why,
        more={
            "before": standing_of(before, old),
            "after": standing_of(target, rows),
            "replaced": before.pk if before is not None else None,
            "joined": [[noted(taken[at]), at] for at in sorted(taken)],
            "left": [noted(row) for row in old if row not in taken.values()],
        },
    )
    return target


def _enter_rows(target: Target, rows: Sequence[TargetRow], taken: Mapping[int, Indicator]) -> None:
    """The approved rows: joined ones go on as they are numbered, the others are new."""
    for at, joined in taken.items():
        values = asdict(rows[at]) | {"target": target, "order": at + 1}
        Indicator.objects.filter(pk=joined.pk).update(**values, version=F("version") + 1)
    Indicator.objects.bulk_create(
        Indicator(target=target, order=order, **asdict(row))
        for order, row in enumerate(rows, start=1)
        if order - 1 not in taken
    )


def enter_contents(target: Target, contents: Contents) -> None:
    """The rows beside those of the year: mid-term indicators, funds, main tasks."""
    refuse_wide(contents.long_rows)
    LongIndicator.objects.bulk_create(
        LongIndicator(target=target, order=order, **asdict(row))
        for order, row in enumerate(contents.long_rows, start=1)
    )
    kinds = ((TargetAmount.Kind.FUND, contents.funds), (TargetAmount.Kind.TASK, contents.tasks))
    TargetAmount.objects.bulk_create(
        TargetAmount(target=target, kind=kind, order=order, **asdict(one))
        for kind, amounts in kinds
        for order, one in enumerate(amounts, start=1)
    )


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
    old: Sequence[Indicator], rows: Sequence[TargetRow], joins: Mapping[int, int | None]
) -> dict[int, Indicator]:
    """Place of an approved row → the old row that goes on as it."""
    joined_rows = {pk: at for pk, at in joins.items() if at is not None}
    if not set(joins) <= {row.pk for row in old} or not all(
        0 <= at < len(rows) for at in joined_rows.values()
    ):
        raise NotAllowed("指明的行不在随表带入的目标或批复的目标里，请核对后重新指明。")
    if len(set(joined_rows.values())) < len(joined_rows):
        raise NotAllowed("批复的一行只能对应随表带入的一行。")
    taken = {at: row for row in old if (at := joined_rows.get(row.pk)) is not None}
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
