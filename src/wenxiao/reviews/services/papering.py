"""工作底稿: facts taken down where they were found, confirmed by the unit's
signature; a confirmed one is not rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import JUDGED, kind_of
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.states import SETTLED
from wenxiao.reviews.working_paper import WorkingPaper
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Criterion, Review


def _require(by: User | None, review: Review) -> None:
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    if review.state in SETTLED:
        raise NotAllowed("结果已经确认，底稿不再增改。")


@transaction.atomic
def write_paper(
    *,
    review: Review,
    kind: str,
    facts: str,
    source: str,
    done_on: date,
    by: User | None,
    criterion: Criterion | None = None,
    method: str = "",
    people: str = "",
) -> WorkingPaper:
    """Take down one 取证单, interview or visit; numbers run per kind. Raises Refused, NotAllowed."""
    _require(by, review)
    if review.kind not in JUDGED:
        raise NotAllowed("只有财政评价和部门评价写工作底稿。")
    if kind not in WorkingPaper.Kind.values:
        raise NotAllowed("请选取证单、访谈记录或现场勘查记录。")
    if not facts.strip() or not source.strip():
        raise NotAllowed("请写明事实和来源，如“2020年11月记账凭证35号”。")
    if done_on > today():
        raise NotAllowed(f"日期 {done_on} 还没有到，请改正。")
    if criterion is not None and criterion.review_id != review.pk:
        raise NotAllowed("这一行不是这份评分表的。")
    last = review.working_papers.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    paper = WorkingPaper.objects.create(
        review=review,
        kind=kind,
        number=last + 1,
        criterion=criterion,
        facts=facts.strip(),
        source=source.strip()[:300],
        method=method.strip()[:300],
        people=people.strip()[:200],
        done_on=done_on,
        by=by,
        synthetic=review.synthetic,
    )
    record(
        division=review.round.division,
        by=by,
        act="写工作底稿",
        target=review,
        label=f"{review}：{paper}",
        data={"kind": paper.get_kind_display(), "number": paper.number, "facts": paper.facts},
    )
    return paper


@transaction.atomic
def confirm_facts(
    *,
    paper: WorkingPaper,
    signed_on: date,
    signed_by: str,
    by: User | None,
    opinion: str = "",
    version: int | None = None,
) -> WorkingPaper:
    """Enter who of the unit signed the printed paper, when, and what they remarked; once.
    Raises Refused, NotAllowed, Stale.
    """
    review = paper.review
    _require(by, review)
    if paper.signed_on:
        raise NotAllowed("这份底稿已经登记过单位确认，不能再改。")
    if not signed_by.strip():
        raise NotAllowed("请写明单位确认人。")
    if not paper.done_on <= signed_on <= today():
        raise NotAllowed(f"确认日期应在 {paper.done_on} 与今天之间，收到 {signed_on}。")
    change(
        paper,
        version=version,
        signed_on=signed_on,
        signed_by=signed_by.strip()[:60],
        opinion=opinion.strip(),
    )
    if review.points is not None:
        score_review(review=review, by=by)
    record(
        division=review.round.division,
        by=by,
        act="登记事实确认",
        target=review,
        label=f"{review}：{paper}",
        data={"signed_on": signed_on, "signed_by": signed_by, "opinion": opinion},
    )
    return paper
