"""What follows the demonstration's results: mending in every state and proposals of use, through
the same services.

All of it is 合成 and stands on made-up projects alone: the published report says nothing of either.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from wenxiao.followup.models import Finding, Rectification
from wenxiao.followup.services import (
    decide_use,
    escalate,
    extend_deadline,
    order_rectification,
    plan_rectification,
    propose_use,
    reply_rectification,
    verify_rectification,
)
from wenxiao.records.models import Notice
from wenxiao.records.services import store_file
from wenxiao.reviews.models import Review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.orgs.models import Division, User

DUE, SOON, PAST = date(2021, 12, 15), date(2021, 11, 25), date(2021, 11, 19)
"""合成 days around the day the story stands at (2021-11-22)."""
SEEN, LATER = date(2021, 11, 19), date(2021, 11, 22)
OWNER = "项目负责人（合成）"
MEASURES = (
    "修订项目资金管理办法，明确支出范围和审批程序，12月上旬印发。",
    "倒排支出计划，按月调度，年底前完成剩余支付。",
    "由分管负责人牵头，每月检查一次项目执行并留存记录。",
    "把绩效目标完成情况纳入科室年度考核，组织一次业务培训。",
)
PROOF = "整改情况说明（合成）\n本文件为演示而编，不是任何单位的真实材料。\n".encode()


def play(
    division: Division, judge: User, second: User, clerk_of: dict[int, User], first: int
) -> None:
    """Order mending for made-up projects and lead the items to every state of the road; propose
    uses of low results.

    ``clerk_of`` gives the clerk who acts for a unit by its id; ``first`` is the unit whose items
    come first.
    """
    rows = Finding.objects.filter(
        dossier__subject__division=division,
        dossier__subject__synthetic=True,
        state=Finding.State.CONFIRMED,
    ).select_related("dossier__unit", "dossier__subject__division", "review")
    findings = list(rows.order_by("dossier__unit__code", "pk"))
    own = [row for row in findings if row.dossier.unit_id == first]
    chosen = [*own[:4], *[row for row in findings if row not in own[:4]]][:14]
    notices = _notices([row.review_id or 0 for row in chosen])
    for number, finding in enumerate(chosen):
        due = PAST if number in {3, 10} else SOON if number in {1, 6} else DUE
        item = order_rectification(
            finding=finding,
            by=judge,
            deadline=due,
            notice=notices.get(finding.review_id or 0),
            synthetic=True,
        )
        _lead(item, number, clerk_of[item.unit_id], judge, second)
    _propose(division, judge)


def _notices(reviews: Sequence[int]) -> dict[int, Notice]:
    rows = Notice.objects.filter(target_type="reviews.Review", target_id__in=reviews).order_by("pk")
    return {row.target_id or 0: row for row in rows}


def _lead(item: Rectification, number: int, clerk: User, judge: User, second: User) -> None:
    """Item 0 replied, 1 planned, 2 closed after one refusal, 3 ordered and
    overdue; the later ones repeat the spread.
    """
    stage = ("replied", "planned", "closed", "late", "ordered", "closed", "refused")[number % 7]
    if stage == "ordered":
        return
    if stage == "late":
        escalate(item=item, by=judge, on=LATER, why="逾期未报整改方案")
        return
    plan_rectification(item=item, by=clerk, measure=MEASURES[number % len(MEASURES)], owner=OWNER)
    if stage == "planned":
        if number > 6:
            extend_deadline(
                item=item, by=judge, to=date(2021, 12, 31), why="办法须经党组会研究，会期已定"
            )
        return
    _reply(item, clerk, "已按方案整改，材料附后。")
    if stage == "replied":
        return
    refused = stage == "refused" or number == 2
    if refused:
        verify_rectification(
            item=item,
            by=judge,
            passed=False,
            verdict="缺少印发文件的文号和日期，请补充后重报。",
            on=SEEN,
        )
    if stage == "refused":
        return
    if refused:
        _reply(item, clerk, "已补充印发文件，文号和日期齐全。")
    verify_rectification(
        item=item, by=second, passed=True, verdict="办法已印发，支出已规范，予以销号。", on=LATER
    )


def _reply(item: Rectification, clerk: User, text: str) -> None:
    proof = store_file(
        division=item.finding.dossier.subject.division,
        by=clerk,
        name="整改情况说明（合成）.txt",
        content=PROOF,
    )
    reply_rectification(item=item, by=clerk, reply=text, proof=proof)


def _propose(division: Division, judge: User) -> None:
    """从严审核 for the three lowest made-up results, priority for the highest;
    the first two are decided.
    """
    rows = Review.objects.filter(
        round__division=division,
        kind="finance_evaluation",
        round__key=True,
        dossier__subject__synthetic=True,
    ).exclude(points=None)
    lowest = list(rows.order_by("points", "pk")[:3])
    proposals = [
        propose_use(
            dossier=row.dossier,
            review=row,
            kind="strict",
            by=judge,
            synthetic=True,
            basis=f"财政评价 {row.points} 分（{row.grade}），存在已确认的问题；对下年度预算安排加大审核力度。",
        )
        for row in lowest
    ]
    for row in rows.order_by("-points", "pk")[:1]:
        propose_use(
            dossier=row.dossier,
            review=row,
            kind="priority",
            by=judge,
            synthetic=True,
            basis=f"财政评价 {row.points} 分（{row.grade}），绩效目标完成较好。",
        )
    opening = lowest[0].dossier.appropriations.exclude(opening=None).first() if lowest else None
    if proposals:
        decide_use(
            use=proposals[0],
            by=judge,
            accepted=True,
            why="支出进度慢，下年度按实际需要安排。",
            on=LATER,
            next_year_amount=opening.opening if opening else None,
        )
    if len(proposals) > 1:
        decide_use(
            use=proposals[1], by=judge, accepted=False, why="属到期项目，下年度不再申报。", on=LATER
        )
