"""Next year's requests (下年度申报), and the day from which a year's budget stands."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction

from wenxiao.budget.models import BudgetApproval, Request, Subject
from wenxiao.budget.selectors import approval_of
from wenxiao.orgs.permissions import require
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.rulebook.numbers import fen
from wenxiao.store.bulk import RowExchange, insert_frame
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


class RequestsToSet:
    """Requests of many subjects made ready for writing, outside any
    transaction: looked at, laid out, told to the trail.
    """

    model = Request

    def __init__(
        self,
        *,
        division: Division,
        fiscal_year: int,
        new: Mapping[tuple[int, str], Decimal],
        changed: Sequence[tuple[Request, Decimal]],
        by: User | None,
        batch: ImportBatch | None = None,
        why: str = "",
    ) -> None:
        require(by, "import", division=division)
        refuse_approved(division, fiscal_year)
        if any(yuan < 0 for yuan in (*new.values(), *(yuan for _, yuan in changed))):
            raise NotAllowed("申报数不能为负数。")
        own = set(Subject.objects.filter(division=division).values_list("pk", flat=True))
        if not own.issuperset(pk for pk, _ in new):
            raise NotAllowed("有的对象不在本级项目库中，请先匹配或新建。")
        self.changed, self.height = changed, len(new)
        self._new, self._year, self._division = new, fiscal_year, division
        self._batch, self._by, self._why = batch, by, why
        rows = [(row.pk, row.asked, yuan) for row, yuan in changed]
        self._exchange = RowExchange(Request, ["asked"], rows)

    def rows(self, start: int, count: int) -> pl.DataFrame:
        """Some of the new rows as the table holds them: money in 分."""
        some = list(islice(self._new.items(), start, start + count))
        batch = self._batch.pk if self._batch else None
        rows = [(pk, self._year, str(stage), fen(yuan), batch) for (pk, stage), yuan in some]
        schema = {
            "subject_id": pl.Int64,
            "fiscal_year": pl.Int64,
            "stage": pl.String,
            "asked": pl.Int64,
            "batch_id": pl.Int64,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def after(self) -> dict[int, dict[str, Any]]:
        """What the changed rows will hold, by row and field."""
        return {row.pk: {"asked": yuan} for row, yuan in self.changed}

    def change(self) -> None:
        """The new amounts; NotAllowed when one was changed since it was
        read, or the budget was approved.
        """
        refuse_approved(self._division, self._year)
        if not self._exchange.run():
            raise NotAllowed("核对之后，有的申报数又被改动，没有写入；请重新核对后再导入。")

    def record(self) -> None:
        """One entry with the counts and the digest of the amounts."""
        lines = sorted([pk, stage, str(yuan)] for (pk, stage), yuan in self._new.items())
        lines += sorted([row.subject_id, row.stage, str(yuan)] for row, yuan in self.changed)
        if lines:
            record(
                division=self._division,
                by=self._by,
                act="登记下年度申报",
                target=self._batch or self._division,
                why=self._why,
                label=f"{self._year}年 {len(lines)} 项",
                data={"count": len(lines), "new": self.height, "digest": digest_of(lines)},
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
    """What subjects ask for a year, by (subject id, pass) in 元; returns how many rows are new.
    Raises NotAllowed, Refused.
    """
    ready = RequestsToSet(
        division=division,
        fiscal_year=fiscal_year,
        new=new,
        changed=changed,
        by=by,
        batch=batch,
        why=why,
    )
    insert_frame(Request, ready.rows(0, ready.height))
    ready.change()
    ready.record()
    return ready.height


@transaction.atomic
def approve_budget(
    *, division: Division, fiscal_year: int, on: date, paper: str, by: User | None, why: str = ""
) -> BudgetApproval:
    """Register that the budget of a year was approved; requests and decisions for it end there.
    Once a year.
    """
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
