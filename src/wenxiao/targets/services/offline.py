"""带回离线表: of a workbook filled away from here the unit takes what it
chooses, cell by cell, in one act.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Target
from wenxiao.targets.offline import FIELDS, KINDS, LONG, amount_of, cells_of, differences, weight_of
from wenxiao.targets.plan import PlanStep
from wenxiao.targets.services.approving import AskedAmount
from wenxiao.targets.services.drafting import fill_target
from wenxiao.targets.services.rows import TargetRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from wenxiao.files.forms.targets.own_workbook import Brought
    from wenxiao.orgs.models import User
    from wenxiao.targets.models import Indicator


@transaction.atomic
def take_workbook(
    *, target: Target, brought: Brought, chosen: Collection[str], by: User | None, version: int
) -> Target:
    """Take the chosen differences (their keys) from a workbook; the rest
    stays as the system has it. Raises Stale.
    """
    known = {one.key for one in differences(target, brought)}
    strange = set(chosen) - known
    if strange:
        raise NotAllowed("所选的内容与离线表对不上，请重新带回这份表再选。")
    if not chosen:
        raise NotAllowed("没有选用离线表里的任何内容；都留系统里的，就不必带回。")
    head = {key[2:]: brought.goals[key[2:]] for key in chosen if key.startswith("h:")}
    plan = [
        PlanStep(c.get("step", ""), c.get("from", ""), c.get("to", "")) for _, c in brought.plan
    ]
    return fill_target(
        target=target,
        rows=_rows(target, brought, chosen),
        head=head,
        by=by,
        version=version,
        money=_money(target, brought, chosen),
        steps=plan if "plan" in chosen else None,
        long_rows=[
            _promise({key: cells.get(key, "") for key in LONG}, line, None)
            for line, cells in brought.long_rows or ()
        ]
        if "long" in chosen
        else None,
    )


def _rows(
    target: Target, brought: Brought, chosen: Collection[str]
) -> list[tuple[int | None, TargetRow]]:
    lines = {cells["pk"]: (line, cells) for line, cells in brought.rows if cells.get("pk")}
    kept_rows: list[tuple[int | None, TargetRow]] = []
    for row in target.indicators.all():
        if f"r-:{row.pk}" in chosen:
            continue
        line, cells = lines.get(str(row.pk), (0, {}))
        taken = {n: cells.get(n, "") for n in FIELDS if f"r:{row.pk}:{n}" in chosen}
        kept_rows.append((row.pk, _promise({**cells_of(row), **taken}, line, row)))
    for line, cells in brought.rows:
        if f"r+:{line}" in chosen:
            kept_rows.append((None, _promise(cells, line, None)))
    return kept_rows


def _promise(cells: dict[str, str], line: int, old: Indicator | None) -> TargetRow:
    texts: dict[str, Any] = {name: cells.get(name, "") for name in FIELDS if name != "weight"}
    promise = TargetRow(**texts, weight=weight_of(cells.get("weight", ""), line))
    if old is None:
        return promise
    return replace(promise, note=old.note, hidden=old.hidden)


def _money(
    target: Target, brought: Brought, chosen: Collection[str]
) -> list[tuple[str, AskedAmount]]:
    codes = {word: code for code, word in KINDS.items()}
    taken = {
        (codes[cells["kind"]], cells["name"]): AskedAmount(
            cells["name"], amount_of(cells.get("amount", ""), line), cells.get("content", "")
        )
        for line, cells in brought.money
        if f"m:{line}" in chosen
    }
    kept_rows: list[tuple[str, AskedAmount]] = []
    for one in target.amounts.all():
        if f"m-:{one.pk}" in chosen:
            continue
        stored = AskedAmount(one.name, one.amount, one.content)
        kept_rows.append((one.kind, taken.pop((one.kind, one.name), stored)))
    return [*kept_rows, *((kind, amount) for (kind, _), amount in taken.items())]
