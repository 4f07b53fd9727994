"""事前评估 from the request to the conclusion: the unit asks, others evaluate
by the frame of its kind, a second hand confirms.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.models import Round, Subject
from wenxiao.budget.selectors import dossiers_of
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.models import Criterion, ExAnte, Review
from wenxiao.reviews.services.hands import add_author
from wenxiao.reviews.services.road import start_review
from wenxiao.reviews.services.seats import require_panel
from wenxiao.reviews.states import MARKABLE
from wenxiao.rulebook import basis, frameworks
from wenxiao.rulebook.numbers import wan
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User

C = ExAnte.Conclusion
MOST_YEARS = 30
_ITEMS = {Subject.Kind.POLICY: "policy_dimensions", Subject.Kind.BOND: "special_bond_items"}
"""Kinds with a frame of their own; all others are weighed by the tree."""


@transaction.atomic
def request_ex_ante(
    *,
    dossier: Dossier,
    round: Round,
    requested: Decimal | None,
    why: str,
    by: User | None,
    basis_text: str = "",
    term_years: int | None = None,
) -> ExAnte:
    """申请: what the unit asks for and why it is needed; once a round, while the round runs."""
    permissions.require_for(by, "fill", dossier)
    if round.kind != Round.Kind.EX_ANTE or round.state != Round.State.OPEN:
        raise NotAllowed(f"“{round.name}”不是进行中的事前评估任务，不收申请。")
    if not dossiers_of(round).filter(pk=dossier.pk).exists():
        raise NotAllowed(f"{dossier.subject.name}不在“{round.name}”的范围里。")
    if requested is None or requested <= 0:
        raise NotAllowed("请填写申请金额（万元），应大于 0。")
    if not why.strip():
        raise NotAllowed("请写明立项理由：要解决什么问题，为什么要财政出钱。")
    if term_years is not None and not 1 <= term_years <= MOST_YEARS:
        raise NotAllowed(f"设立年限应为 1 到 {MOST_YEARS} 年，收到 {term_years}。")
    if ExAnte.objects.filter(dossier=dossier, round=round).exists():
        raise NotAllowed(f"{dossier.subject.name}在“{round.name}”里已经申请过。")
    request = ExAnte.objects.create(
        dossier=dossier,
        round=round,
        requested=requested,
        term_years=term_years,
        why=why.strip(),
        basis=basis_text.strip(),
        requested_by=by,
        requested_on=today(),
        synthetic=round.synthetic,
    )
    _record(request, act="申请事前评估", by=by, why=why, before={}, after={"requested": requested})
    return request


@transaction.atomic
def begin_ex_ante(*, ex_ante: ExAnte, by: User | None, version: int) -> ExAnte:
    """开始评估 by the frame of the subject's kind: five items, a policy's own five, a bond's eight.

    Whoever asked for the money neither checks nor confirms what is said of it.
    """
    if ex_ante.review_id is not None:
        raise NotAllowed("这项事前评估已经开始。")
    review = start_review(
        dossier=ex_ante.dossier, round=ex_ante.round, by=by, synthetic=ex_ante.synthetic
    )
    before = {"state": review.state}
    change(review, frame="ex_ante", frame_by=by, state="filling")
    add_author(review, ex_ante.requested_by)
    rows = Criterion.objects.bulk_create(_frame(ex_ante, review))
    change(ex_ante, version=version, review=review)
    record(
        division=ex_ante.round.division,
        by=by,
        act="选用指标体系",
        target=review,
        label=str(review),
        data={
            "before": before,
            "after": {"state": review.state} | {row.name: row.weight for row in rows},
        },
    )
    return ex_ante


def _frame(ex_ante: ExAnte, review: Review) -> list[Criterion]:
    """The rows an evaluation of this kind is weighed by; weights only where the rule fixes one."""
    year, own = ex_ante.round.fiscal_year, ex_ante.round.division.own_rules
    key = _ITEMS.get(Subject.Kind(ex_ante.dossier.subject.kind))
    if key is not None:
        names = basis.in_force("ex_ante", year, own).content.get(key) or []
        return [
            Criterion(review=review, order=order, level1=str(name), name=str(name))
            for order, name in enumerate(names, start=1)
        ]
    tree = frameworks.tree("ex_ante", year, own)
    leaves = [(first.name, leaf) for first in tree.criteria for leaf in first.leaves()]
    return [
        Criterion(
            review=review,
            order=order,
            code=leaf.code,
            level1=level1,
            name=leaf.name,
            weight=leaf.full,
            standard=leaf.explanation,
        )
        for order, (level1, leaf) in enumerate(leaves, start=1)
    ]


@transaction.atomic
def note_meeting(
    *,
    ex_ante: ExAnte,
    on: date,
    place: str,
    people: str,
    summary: str,
    by: User | None,
    version: int,
) -> ExAnte:
    """评估会: when, where, who took part and what was said; kept with the
    evaluation and printed in its report.
    """
    _may_lead(ex_ante, by)
    if not people.strip() or not summary.strip():
        raise NotAllowed("评估会须写明参加人员和会议意见。")
    if on > today():
        raise NotAllowed(f"评估会的日期 {on} 还没有到。")
    meeting = {
        "on": on.isoformat(),
        "place": place.strip()[:100],
        "people": people.strip()[:500],
        "summary": summary.strip()[:4000],
        "by": by.name if by is not None else "",
    }
    change(ex_ante, version=version, meetings=[*ex_ante.meetings, meeting])
    _record(ex_ante, act="登记评估会", by=by, why="", before=[], after=[meeting])
    return ex_ante


def _may_lead(ex_ante: ExAnte, by: User | None) -> Review:
    dossier = ex_ante.dossier
    permissions.require_for(by, "evaluate", dossier)
    require_panel(by)
    if ex_ante.review is None:
        raise NotAllowed("这项事前评估还没有开始。")
    if ex_ante.review.state not in MARKABLE:
        raise NotAllowed(f"评估现为“{ex_ante.review.get_state_display()}”，不能再改。")
    return ex_ante.review


@transaction.atomic
def conclude_ex_ante(
    *,
    ex_ante: ExAnte,
    conclusion: str,
    supported: Decimal | None,
    opinion: str,
    by: User | None,
    version: int,
) -> ExAnte:
    """结论: 予以支持 with what was asked, 部分支持 with less, 不予支持 with nothing.
    It holds once a second person confirms it.
    """
    review = _may_lead(ex_ante, by)
    if conclusion not in C.values:
        raise NotAllowed(f"结论应为{'、'.join(map(str, C.labels))}之一。")
    if not opinion.strip():
        raise NotAllowed("请写明评估意见：依据什么得出这个结论，有什么要求。")
    asked = ex_ante.requested
    if conclusion == C.SUPPORTED:
        supported = asked if supported is None else supported
    if conclusion == C.REFUSED:
        supported = Decimal(0) if supported is None else supported
    fits = {
        C.SUPPORTED: supported == asked,
        C.PARTLY: supported is not None and 0 < supported < asked,
        C.REFUSED: supported == 0,
    }
    if not fits[C(conclusion)]:
        word = C(conclusion).label
        rule = {
            C.SUPPORTED: f"等于申请的 {wan(asked)} 万元",
            C.PARTLY: f"大于 0、小于申请的 {wan(asked)} 万元",
            C.REFUSED: "为 0",
        }[C(conclusion)]
        meeting = "未填" if supported is None else f"{wan(supported)} 万元"
        raise NotAllowed(f"“{word}”的支持金额应{rule}，收到{meeting}。")
    before = [ex_ante.conclusion, ex_ante.supported]
    change(
        ex_ante,
        version=version,
        conclusion=conclusion,
        supported=supported,
        opinion=opinion.strip(),
    )
    add_author(review, by)
    after = [ex_ante.conclusion, ex_ante.supported]
    _record(ex_ante, act="事前评估结论", by=by, why=opinion, before=before, after=after)
    return ex_ante


def _record(ex_ante: ExAnte, *, act: str, by: User | None, why: str, **data: object) -> None:
    record(
        division=ex_ante.round.division,
        by=by,
        act=act,
        target=ex_ante,
        label=str(ex_ante),
        why=why,
        data=data,
    )
