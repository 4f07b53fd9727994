"""Next year's requests (下年度申报), and the day from which a year's budget stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.models import BudgetApproval, Request, Subject
from wenxiao.budget.selectors import approval_of
from wenxiao.orgs.permissions import require
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.store.bulk import insert_rows, update_rows
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch


def refuse_approved(division: Division, fiscal_year: int) -> None:
    """NotAllowed once the year's budget was approved: nothing enters it by this road any more."""
    approval = approval_of(division, fiscal_year)
    if approval is not None:
        raise NotAllowed(
            f"{fiscal_year}年预算已于{approval.approved_on:%Y年%m月%d日}批准（{approval.paper}），"
            "申报和决定都不能再改；确需增减的走预算调整，其余留到下一年度。"
        )


@transaction.atomic
def set_requests(
    *,
    division: Division,
    fiscal_year: int,
    new: Mapping[tuple[int, str], Decimal],
    changed: Sequence[tuple[Request, Decimal]],
    by: User | None,
    batch: ImportBatch | None = None,
    why: str = "",
) -> int:
    """What subjects ask for a year, by (subject id, pass) in 元; returns how many rows are new. Raises NotAllowed, Refused."""
    require(by, "import", division=division)
    refuse_approved(division, fiscal_year)
    if any(yuan < 0 for yuan in (*new.values(), *(yuan for _, yuan in changed))):
        raise NotAllowed("申报数不能为负数。")
    own = Subject.objects.filter(division=division, pk__in={pk for pk, _ in new})
    if own.count() != len({pk for pk, _ in new}):
        raise NotAllowed("有的对象不在本级项目库中，请先匹配或新建。")
    fresh = insert_rows(
        Request,
        ["subject", "fiscal_year", "stage", "asked", "batch"],
        [
            (pk, fiscal_year, stage, yuan, batch.pk if batch else None)
            for (pk, stage), yuan in new.items()
        ],
    )
    update_rows(Request, ["asked"], [(row.pk, yuan) for row, yuan in changed])
    lines = sorted([pk, stage, str(yuan)] for (pk, stage), yuan in new.items())
    lines += sorted([row.subject_id, row.stage, str(yuan)] for row, yuan in changed)
    if lines:
        record(
            division=division,
            by=by,
            act="登记下年度申报",
            target=batch or division,
            why=why,
            label=f"{fiscal_year}年 {len(lines)} 项",
            data={"count": len(lines), "new": fresh, "digest": digest_of(lines)},
        )
    return fresh


@transaction.atomic
def approve_budget(
    *, division: Division, fiscal_year: int, on: date, paper: str, by: User | None, why: str = ""
) -> BudgetApproval:
    """Register that the budget of a year was approved; requests and decisions for it end there. Once a year."""
    require(by, "approve_target", division=division)
    if not paper.strip():
        raise NotAllowed("请写明批准预算的文件（会议、文号）。")
    if on > today():
        raise NotAllowed(f"批准日期 {on} 还没有到。")
    refuse_approved(division, fiscal_year)
    row = BudgetApproval.objects.create(
        division=division, fiscal_year=fiscal_year, approved_on=on, paper=paper.strip(), by=by
    )
    record(
        division=division,
        by=by,
        act="登记预算批准",
        target=row,
        why=why,
        label=f"{fiscal_year}年预算 {paper.strip()}",
        data={"fiscal_year": fiscal_year, "on": on},
    )
    return row
