"""随表带入: a target that came along with a monitoring or self-evaluation
sheet, and what later sheets add to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from wenxiao.orgs.permissions import Refused, holdings, who_can
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services.rows import add_rows, next_number, record_act, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch
    from wenxiao.targets.services.rows import TargetRow


@transaction.atomic
def bring_target(
    *,
    dossier: Dossier,
    rows: Sequence[TargetRow],
    by: User | None,
    why: str,
    text: str = "",
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> tuple[Target, list[Indicator]]:
    """随表带入: the dossier had no target, a sheet names one. It was never approved.
    Raises Refused, NotAllowed.
    """
    _may_bring(by, dossier)
    if target_in_force(dossier) is not None:
        raise NotAllowed("这份档案已有绩效目标，表中的目标不再带入。")
    target = Target.objects.create(
        dossier=dossier,
        number=next_number(dossier),
        state=Target.State.UNAPPROVED,
        origin=Target.Origin.SHEET,
        text=text,
        batch=batch,
        synthetic=synthetic,
        why=why,
    )
    created = add_rows(target, rows, first=1)
    more = {"before": {}, "after": standing_of(target, rows)}
    record_act(target, rows, act="目标随表带入", by=by, why=why, more=more)
    return target, created


@transaction.atomic
def complete_target(
    *,
    target: Target,
    added: Sequence[TargetRow],
    filled: Mapping[int, TargetRow],
    by: User | None,
    why: str,
) -> tuple[list[Indicator], list[tuple[Indicator, dict[str, Any]]]]:
    """A later sheet has more rows, or says what the first left empty, of a target that only came
    along with a sheet.

    ``filled``: number of a known row → the sheet's row. Returns the new rows, and the changed ones
    with what they held.
    """
    _may_bring(by, target.dossier)
    if target.origin != Target.Origin.SHEET or target.state != Target.State.UNAPPROVED:
        raise NotAllowed("已批复的绩效目标不随报表改动，请办理目标调整。")
    changed = []
    for row in target.indicators.filter(pk__in=filled):
        texts = filled[row.pk]
        empty = {
            name: getattr(texts, name)
            for name in ("expression", "weight")
            if getattr(row, name) in (None, "") and getattr(texts, name) not in (None, "")
        }
        if empty:
            changed.append((row, {name: getattr(row, name) for name in empty}))
            Indicator.objects.filter(pk=row.pk).update(**empty, version=F("version") + 1)
    last = max(target.indicators.values_list("order", flat=True), default=0)
    created = add_rows(target, added, first=last + 1)
    if created or changed:
        more = {
            "before": {"rows": [[row.name, old] for row, old in changed]},
            "after": {
                "rows": [[r.name, r.expression, r.weight] for r in (*added, *filled.values())]
            },
        }
        rows_changed = [*added, *filled.values()]
        record_act(target, rows_changed, act="随表带入的目标补充", by=by, why=why, more=more)
    return created, changed


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
