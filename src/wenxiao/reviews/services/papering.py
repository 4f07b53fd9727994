"""工作底稿: facts taken down where they were found, confirmed by the unit's
signature; a confirmed one is not rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

PRINTED = ("facts", "interview", "visit")
"""Kinds that are numbered, printed and signed; the 评分底稿 of a criterion is none."""


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
    if kind not in PRINTED:
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
def change_paper(
    *, paper: WorkingPaper, by: User | None, version: int | None = None, **values: Any
) -> WorkingPaper:
    """Change what an unsigned paper says (facts, source, method, people, done_on, criterion).
    Raises Refused, NotAllowed, Stale.
    """
    review = paper.review
    _require(by, review)
    if paper.signed_on:
        raise NotAllowed(f"{paper}单位已经确认，不能再改。")
    strange = set(values) - {"facts", "source", "method", "people", "done_on", "criterion"}
    if strange:
        raise NotAllowed("底稿只改事实、来源、核对方法、人员、日期和评分项。")
    before = {name: _plain(getattr(paper, name)) for name in values}
    after = {name: _plain(value) for name, value in values.items()}
    if not after.get("facts", "有") or not after.get("source", "有"):
        raise NotAllowed(f"{paper}的事实和来源不能清空。")
    if values.get("done_on") and values["done_on"] > today():
        raise NotAllowed(f"日期 {values['done_on']} 还没有到，请改正。")
    criterion = values.get("criterion")
    if criterion is not None and criterion.review_id != review.pk:
        raise NotAllowed("这一行不是这份评分表的。")
    change(paper, version=version, **values)
    record(
        division=review.round.division,
        by=by,
        act="改工作底稿",
        target=review,
        label=f"{review}：{paper}",
        data={"before": before, "after": after},
    )
    return paper


def _plain(value: Any) -> str:
    name = getattr(value, "name", value)
    return "" if name is None else str(name).strip()


@transaction.atomic
def write_criterion_facts(
    *,
    review: Review,
    criterion: Criterion,
    facts: str,
    source: str,
    by: User | None,
    method: str = "",
    version: int | None = None,
) -> WorkingPaper:
    """The 评分底稿 of one criterion: on what its points stand, from where, checked how.
    Raises Refused, NotAllowed, Stale.
    """
    _require(by, review)
    if review.kind not in JUDGED:
        raise NotAllowed("只有财政评价和部门评价写工作底稿。")
    if criterion.review_id != review.pk:
        raise NotAllowed("这一行不是这份评分表的。")
    values = {
        "facts": facts.strip(),
        "source": source.strip()[:300],
        "method": method.strip()[:300],
        "by": by,
        "done_on": today(),
    }
    if not values["facts"] or not values["source"]:
        raise NotAllowed(f"“{criterion.name}”请写明事实和来源，如“2020年11月记账凭证35号”。")
    paper, created = WorkingPaper.objects.get_or_create(
        review=review,
        kind=WorkingPaper.Kind.CRITERION,
        number=criterion.order,
        defaults={**values, "criterion": criterion, "synthetic": review.synthetic},
    )
    before = (
        {} if created else {name: getattr(paper, name) for name in ("facts", "source", "method")}
    )
    if not created:
        change(paper, version=version, criterion=criterion, **values)
    record(
        division=review.round.division,
        by=by,
        act="写评分底稿",
        target=review,
        label=f"{review}：{criterion.name}",
        data={
            "before": before,
            "after": {name: values[name] for name in ("facts", "source", "method")},
        },
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
    if paper.kind not in PRINTED:
        raise NotAllowed("评分底稿不请单位签字；要单位确认的事实写成取证单。")
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
