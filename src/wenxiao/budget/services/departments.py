"""部门决算数据: the figures of departments as a whole, by unit, year, item and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from wenxiao.budget.models import DepartmentFigure
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import require
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.rulebook.department_accounts import COUNT, account_table
from wenxiao.store.bulk import RowExchange, insert_rows
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch

Place = tuple[int, str, str]
"""(unit id, item, column)."""


class DepartmentAmount(NamedTuple):
    """What one cell says: money in 元 or a number of people, and where it stands."""

    amount: Decimal | None
    people: int | None
    cell: str


@transaction.atomic
def set_department_figures(
    *,
    division: Division,
    fiscal_year: int,
    new: Mapping[Place, DepartmentAmount],
    changed: Sequence[tuple[DepartmentFigure, DepartmentAmount]] = (),
    by: User | None,
    batch: ImportBatch | None = None,
    why: str = "",
) -> int:
    """Figures of a year's final accounts by unit, item and column; returns how many are new.

    NotAllowed for an item or column the rule in force does not list, a unit of another division, a
    number that is neither money nor people, or a row changed since it was read.
    """
    require(by, "import", division=division)
    _refuse_unlisted(division, fiscal_year, [place[1:] for place in new])
    values = [*new.values(), *(value for _, value in changed)]
    if any((one.amount is None) == (one.people is None) for one in values):
        raise NotAllowed("部门决算数据每格应是金额或人数之一。")
    if any(one.people is not None and one.people < 0 for one in values):
        raise NotAllowed("人数不能为负数。")
    own = set(Unit.objects.filter(division=division).values_list("pk", flat=True))
    if not own.issuperset(unit for unit, _, _ in new):
        raise NotAllowed("有的单位不在本级单位库中，请先匹配或新建。")
    insert_rows(
        DepartmentFigure,
        ("unit", "fiscal_year", "item", "stage", "amount", "people", "cell", "batch"),
        [
            (unit, fiscal_year, item, stage, *value, batch.pk if batch else None)
            for (unit, item, stage), value in new.items()
        ],
    )
    exchange = RowExchange(
        DepartmentFigure,
        ["amount", "people", "cell"],
        [(row.pk, row.amount, row.people, row.cell, *value) for row, value in changed],
    )
    if not exchange.run():
        raise NotAllowed("核对之后，有的部门决算数据又被改动，没有写入；请重新核对后再导入。")
    lines = sorted([*map(str, place), *map(str, value)] for place, value in new.items())
    lines += sorted([str(row.pk), *map(str, value)] for row, value in changed)
    if lines:
        record(
            division=division,
            by=by,
            act="登记部门决算数据",
            target=batch or division,
            why=why,
            label=f"{fiscal_year}年 {len(lines)} 项",
            data={"count": len(lines), "new": len(new), "digest": digest_of(lines)},
        )
    return len(new)


def _refuse_unlisted(
    division: Division, fiscal_year: int, places: Sequence[tuple[str, str]]
) -> None:
    table = account_table(fiscal_year, division.own_rules)
    for item, stage in set(places):
        known = table.items.get(item)
        if known is None or stage not in table.stages_of(known):
            column = "人数" if stage == COUNT else table.stages.get(stage, stage)
            raise NotAllowed(f"部门决算数据没有“{known.name if known else item}”的“{column}”一格。")
