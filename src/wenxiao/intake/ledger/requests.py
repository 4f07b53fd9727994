"""A list of next year's requests (一上、二上): what each subject asks in each
pass, beside what was asked before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from wenxiao.budget.models import Request
from wenxiao.budget.selectors import approval_of
from wenxiao.budget.services.requests import RequestsToSet, set_requests
from wenxiao.rulebook.codes import BUDGET_APPROVED, CHANGE_UNKNOWN, LINE_WITHOUT_AMOUNT
from wenxiao.rulebook.numbers import from_fen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from wenxiao.intake.ledger.lines import LedgerProblems
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch
    from wenxiao.records.services import Written

PASSES = ("asked_first", "asked_second")
_STAGES = {"asked_first": Request.Stage.FIRST, "asked_second": Request.Stage.SECOND}


def spread(frame: pl.DataFrame, findings: LedgerProblems) -> pl.DataFrame:
    """``asked_first_fen`` and ``asked_second_fen``; an amount without its
    pass stands where 申报阶段 says, else in 一上.
    """
    absent = [f"{name}_fen" for name in PASSES if f"{name}_fen" not in frame.columns]
    frame = frame.with_columns([pl.lit(None, pl.Int64).alias(name) for name in absent])
    plain = next((n for n in ("asked_fen", "amount_fen") if n in frame.columns), None)
    if plain is not None:
        frame = _by_stage(frame, plain, findings)
    least = pl.min_horizontal([f"{name}_fen" for name in PASSES])
    negative = (least < 0).fill_null(value=False)
    findings.pick(
        frame.filter(negative).with_columns(least=least),
        lambda row: {"arranged": from_fen(row["least"])},
    )
    empty = least.is_null() & ~pl.col("bad")
    findings.each(
        frame.filter(empty),
        LINE_WITHOUT_AMOUNT,
        "警告",
        "这一行没有申报数，没有计入。",
        mend="请补填申报数或删去这一行；不再申报的填 0。",
    )
    return frame.with_columns(bad=pl.col("bad") | negative | empty)


def _by_stage(frame: pl.DataFrame, plain: str, findings: LedgerProblems) -> pl.DataFrame:
    if "stage" not in frame.columns:
        frame = frame.with_columns(stage=pl.lit(""))
    second = pl.col("stage").str.contains("二", literal=True)
    strange = (pl.col("stage") != "") & ~pl.col("stage").str.contains("[一二]")
    findings.each(
        frame.filter(strange),
        CHANGE_UNKNOWN,
        "阻断",
        "申报阶段“{stage}”未能识别。",
        mend="应为一上或二上。",
        got="stage",
    )
    return frame.with_columns(
        asked_first_fen=pl.coalesce("asked_first_fen", pl.when(~second).then(plain)),
        asked_second_fen=pl.coalesce("asked_second_fen", pl.when(second).then(plain)),
        bad=pl.col("bad") | strange,
    )


@dataclass(frozen=True, slots=True)
class RequestList:
    """What the list asks per subject and pass in 元, and what is stored now."""

    rows: Mapping[tuple[int, str], Decimal]
    stored: Mapping[tuple[int, str], Request]
    year: int

    def new(self) -> dict[tuple[int, str], Decimal]:
        """Requests nothing is stored for."""
        return {key: yuan for key, yuan in self.rows.items() if key not in self.stored}

    def changed(self) -> list[tuple[Request, Decimal]]:
        """Stored requests of another amount."""
        return [
            (self.stored[key], yuan)
            for key, yuan in self.rows.items()
            if key in self.stored and self.stored[key].asked != yuan
        ]

    def as_json(self) -> dict[str, Any]:
        """Counts, and the changes one by one (at most fifty)."""
        changed = self.changed()
        return {
            "new": len(self.new()),
            "changed": len(changed),
            "same": len(self.rows) - len(self.new()) - len(changed),
            "changes": [
                {
                    "object": row.subject.name,
                    "column": f"{row.get_stage_display()}申报数",
                    "before": str(row.asked),
                    "after": str(yuan),
                }
                for row, yuan in changed[:50]
            ],
        }


def asked(good: pl.DataFrame, *, division: Division, year: int) -> RequestList:
    """Lines of one subject add up within a pass; a subject that is to be
    made has a number below zero.
    """
    rows: dict[tuple[int, str], Decimal] = {}
    for name, stage in _STAGES.items():
        summed = good.filter(pl.col(f"{name}_fen").is_not_null()).group_by(
            "subject", maintain_order=True
        )
        for subject, fen in summed.agg(pl.col(f"{name}_fen").sum()).iter_rows():
            yuan = from_fen(fen)
            if yuan is not None:
                rows[subject, str(stage)] = yuan
    rows_stored = Request.objects.filter(subject__division=division, fiscal_year=year)
    stored = {(row.subject_id, row.stage): row for row in rows_stored.select_related("subject")}
    return RequestList(rows, stored, year)


def say_approved(division: Division, year: int, findings: LedgerProblems) -> None:
    """阻断 where the year's budget was approved: a request can't enter it any more."""
    approval = approval_of(division, year)
    if approval is not None:
        findings.say(
            BUDGET_APPROVED,
            "阻断",
            None,
            f"{year}年预算已于{approval.approved_on:%Y年%m月%d日}批准（{approval.paper}），不能再导入这一年的申报。",
            mend="请核对预算年度；确需增减的，走预算调整后从“预算安排、调整、到位”导入。",
        )


def _to_set(
    asks: RequestList, *, subjects: Mapping[int, int], batch: ImportBatch, by: User | None, why: str
) -> dict[str, Any]:
    """What is new and what differs; nothing the list doesn't name is touched."""
    return {
        "division": batch.division,
        "fiscal_year": asks.year,
        "new": {(subjects.get(pk, pk), stage): yuan for (pk, stage), yuan in asks.new().items()},
        "changed": asks.changed(),
        "batch": batch,
        "by": by,
        "why": why,
    }


def apply(
    asks: RequestList,
    *,
    subjects: Mapping[int, int],
    batch: ImportBatch,
    written: Written,
    by: User | None,
    why: str,
) -> None:
    """Make what is new, change what differs, in one transaction."""
    for row, _ in asks.changed():
        written.changed(row, {"asked": row.asked})
    count = set_requests(**_to_set(asks, subjects=subjects, batch=batch, by=by, why=why))
    written.created_with_batch(Request, count)


def in_parts(
    asks: RequestList, *, subjects: Mapping[int, int], batch: ImportBatch, by: User | None, why: str
) -> NotedRequests:
    """The same ready to be written part by part."""
    return NotedRequests(**_to_set(asks, subjects=subjects, batch=batch, by=by, why=why))


class NotedRequests(RequestsToSet):
    """A ledger's requests, which note what stood before."""

    def note(self, written: Written) -> None:
        """What the rows that stand held."""
        for row, _ in self.changed:
            written.changed(row, {"asked": row.asked})
