"""结转新年度: one act that opens next year's dossiers and prepares its rounds,
and can be taken back whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.models import Dossier, OwnFiling, Round
from wenxiao.budget.selectors import dossiers_of, successors_of
from wenxiao.budget.services import open_dossiers
from wenxiao.followup.selectors.turning import KIND, Turn, done_since, turn_of, turned
from wenxiao.orgs import permissions
from wenxiao.records.services import Written, close_batch, open_batch, record, undo_batch
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch


@transaction.atomic
def roll_over(
    *,
    division: Division,
    year: int,
    by: User | None,
    seen: int,
    unsaid: bool = False,
    why: str = "",
) -> ImportBatch:
    """Turn ``year`` into the next: dossiers of what goes on, its rounds as drafts, and which
    targets are filed here.

    ``seen`` is how many subjects the preview named; ``unsaid`` carries over those too of which no
    paper says whether they recur. Units, people, rules, libraries and open rectifications have no
    year and go on by themselves. Once a year. Raises Refused, NotAllowed.
    """
    permissions.require(by, "manage_round", division=division)
    before = turned(division, year)
    if before is not None:
        raise NotAllowed(
            f"{year}年已在{before.at:%Y年%m月%d日}结转过（{before.accepted} 个档案），不能再结转一次；"
            "确需重来的，先撤销那一次。"
        )
    plan = turn_of(division, year)
    wanted = [*plan.carried, *([one.pk for one in plan.unsaid] if unsaid else [])]
    if len(wanted) != seen:
        raise NotAllowed(
            f"您看到的是 {seen} 个对象，现在应结转 {len(wanted)} 个，期间有人改动过；请看最新预览后再办。"
        )
    if not wanted and not plan.rounds:
        raise NotAllowed(f"{year}年没有要结转的对象和任务。")
    batch = _open(division, by, plan, unsaid=unsaid, count=len(wanted))
    written = _write(plan, batch, set(wanted), by)
    record(
        division=division,
        by=by,
        act="结转新年度",
        target=batch,
        why=why,
        label=f"{year}→{year + 1}：{len(wanted)} 个档案，{len(plan.rounds)} 项任务待下达",
        data={"dossiers": len(wanted), "rounds": len(plan.rounds), "filing": plan.filing},
    )
    return close_batch(batch=batch, by=by, accepted=len(wanted), written=written, why=why)


def _open(
    division: Division, by: User | None, plan: Turn, *, unsaid: bool, count: int
) -> ImportBatch:
    return open_batch(
        division=division,
        by=by,
        kind=KIND,
        file=None,
        reading={"year": plan.year, "rounds": len(plan.rounds), "unsaid": unsaid},
        problems=[],
        source_rows=count,
    )


def _write(plan: Turn, batch: ImportBatch, wanted: set[int], by: User | None) -> Written:
    """What the roll-over makes: dossiers, rounds not issued yet, the kinds
    whose targets are filed here.
    """
    written, following = Written(), plan.year + 1
    if wanted:
        count = open_dossiers(
            division=batch.division,
            subjects=wanted,
            fiscal_year=following,
            batch=batch,
            by=by,
            why="结转新年度",
        )
        written.created_with_batch(Dossier, count)
    for row in _drafts(plan):
        written.created(row)
    for kind in plan.filing:
        row_of = OwnFiling.objects.create(division=batch.division, fiscal_year=following, kind=kind)
        written.created(row_of)
    return written


def _drafts(plan: Turn) -> list[Round]:
    """Last year's rounds once more, not issued: the same kind, months,
    route and scope, its objects in their new year.
    """
    drafts = []
    for row in plan.rounds:
        scope = dict(row.scope)
        if scope.get("dossiers"):
            scope["dossiers"] = sorted(successors_of(dossiers_of(row)).values_list("pk", flat=True))
            if not scope["dossiers"]:
                continue
        drafts.append(
            Round.objects.create(
                division=row.division,
                kind=row.kind,
                name=row.name.replace(str(row.fiscal_year), "＃")
                .replace(str(row.work_year), str(row.work_year + 1))
                .replace("＃", str(row.fiscal_year + 1)),
                work_year=row.work_year + 1,
                fiscal_year=row.fiscal_year + 1,
                key=row.key,
                from_month=row.from_month,
                through_month=row.through_month,
                scope=scope,
                route=row.route,
                synthetic=row.synthetic,
                state=Round.State.DRAFT,
            )
        )
    return drafts


@transaction.atomic
def undo_roll_over(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Take a roll-over back: only what it made goes.
    NotAllowed with the list of what was done with it since.
    """
    permissions.require(by, "manage_round", division=batch.division)
    if batch.kind != KIND:
        raise NotAllowed("这不是一次结转。")
    if not why.strip():
        raise NotAllowed("请写明为什么撤销结转。")
    since = done_since(batch)
    if since:
        raise NotAllowed("结转以后已经办了：" + "；".join(since) + "。请先处理这些，才能撤销结转。")
    return undo_batch(batch=batch, by=by, why=why)
