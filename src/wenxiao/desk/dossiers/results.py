"""What reviews say, in words: results side by side, each with its name;
where a dossier stands in the cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from wenxiao.pages.formats import full_day
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import wan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from wenxiao.followup.models import Finding, Use
    from wenxiao.reviews.lines import ReviewLine
    from wenxiao.reviews.models import ExAnte, Review
    from wenxiao.targets.models import Target
    from wenxiao.targets.selectors import TargetVersion

SHORT = {"monitoring": "监控", "selfeval": "自评", "recheck": "复核"}
"""Kinds as a narrow column calls them; the others by their full name."""

UNBEGUN = frozenset({"waiting", "filling"})


@dataclass(frozen=True)
class Result:
    """One named result: 自评分 · 复核分 · 部门评价分 · 财政评价分. There is no result above the others."""

    review: Review | ReviewLine
    name: str
    title: str
    points: Decimal | None
    grade: str
    settled: bool

    @property
    def standing(self) -> str:
        """What holds it back, or nothing once it is settled."""
        if self.settled:
            return ""
        return str(self.review.get_state_display()) if self.review.complete else "未评完"


def results(reviews: Iterable[Review | ReviewLine]) -> list[Result]:
    """The latest result of each scoring kind, in the order of the year;
    none for kinds that were not held.
    """
    latest: dict[str, Review | ReviewLine] = {}
    for review in reviews:
        kind = KINDS.get(review.kind)
        if kind and kind.scores:
            latest[review.kind] = review
    return [
        Result(
            latest[code],
            kind.result,
            kind.title,
            latest[code].points,
            latest[code].grade,
            latest[code].state in SETTLED,
        )
        for code, kind in KINDS.items()
        if code in latest
    ]


def share_words(share: Decimal | None) -> str:
    """How much of a result's points rests on verified proof; nothing where there are no points."""
    if share is None:
        return ""
    return f"已核佐证 {share:.2f}%" if share else "无已核佐证"


def stage_words(reviews: Sequence[Review | ReviewLine]) -> str:
    """Where the dossier stands, by its furthest review: 「财政评价 已出具」「1-7月监控
    待审核」; 未开展 before the first.
    """
    if not reviews:
        return "未开展"
    last = reviews[-1]
    return f"{last.round.period}{SHORT.get(last.kind, last.get_kind_display())} {last.get_state_display()}"


@dataclass(frozen=True)
class Stage:
    """One stage of the year in words; ``state`` done, now or none; ``href``
    where it has a page of its own.
    """

    name: str
    state: str
    word: str
    when: str
    href: str = ""


def stages(
    reviews: list[Review],
    targets: list[TargetVersion],
    evaluation: ExAnte | None,
    findings: list[Finding],
    uses: list[Use],
) -> list[Stage]:
    """The cycle as this dossier went through it; what was not held says so.
    ``targets``: the latest version first.
    """
    by_kind: dict[str, list[Review]] = {}
    for review in reviews:
        by_kind.setdefault(review.kind, []).append(review)
    return [
        _assessed(evaluation),
        _promised([one.target for one in targets]),
        _reviewed("绩效监控", by_kind.get("monitoring")),
        _reviewed("单位自评", by_kind.get("selfeval")),
        _reviewed("自评复核", by_kind.get("recheck")),
        _reviewed("部门评价", by_kind.get("department_evaluation")),
        _reviewed("财政评价", by_kind.get("finance_evaluation")),
        _mended(findings),
        _used(uses),
    ]


def _reviewed(name: str, held: list[Review] | None) -> Stage:
    if not held:
        return Stage(name, "none", "未开展", "")
    last = held[-1]
    when = last.round.period or (
        f"{last.issued_on.year}年{last.issued_on.month}月" if last.issued_on else ""
    )
    kind = KINDS.get(last.kind)
    has_points = (
        kind is not None and kind.scores and last.state in SETTLED and last.points is not None
    )
    result = f"{last.points:.2f} {last.grade}" if has_points else ""
    state = "done" if last.state in SETTLED else "none" if last.state in UNBEGUN else "now"
    return Stage(name, state, result or str(last.get_state_display()), when)


def _assessed(evaluation: ExAnte | None) -> Stage:
    """事前评估: asked for, under way, or with what it concluded and the money it supports."""
    if evaluation is None:
        return Stage("事前评估", "none", "未开展", "")
    review, href = evaluation.review, reverse("desk:ex_ante_one", args=[evaluation.pk])
    if review is None:
        return Stage("事前评估", "now", "已申请", full_day(evaluation.requested_on), href)
    if review.state not in SETTLED:
        return Stage("事前评估", "now", str(review.get_state_display()), "", href)
    supported = evaluation.supported
    money = "" if supported is None else f"支持 {wan(supported)} 万元"
    return Stage("事前评估", "done", str(evaluation.get_conclusion_display()), money, href)


def _promised(targets: list[Target]) -> Stage:
    """绩效目标: the approved version, and the one that is being drawn up over it."""
    if not targets:
        return Stage("绩效目标", "none", "未填报", "")
    approved = next((row for row in targets if row.state == "approved"), None)
    open_one = next((row for row in targets if row.filing), None)
    row = approved or open_one or targets[0]
    when = f"第 {row.number} 版"
    if approved is not None and open_one is not None:
        when += f"，调整{open_one.get_state_display()}"
    return Stage(
        "绩效目标",
        "done" if approved is not None else "now",
        str(row.get_state_display()),
        when,
        reverse("desk:target", args=[row.pk]),
    )


def _mended(findings: list[Finding]) -> Stage:
    confirmed = [row for row in findings if row.state == "confirmed"]
    ordered = [row.rectification for row in confirmed if hasattr(row, "rectification")]
    if not ordered:
        return Stage("整改", "none", f"问题 {len(confirmed)} 个" if confirmed else "无问题记录", "")
    closed = sum(row.state == "closed" for row in ordered)
    return Stage(
        "整改", "done" if closed == len(ordered) else "now", f"销号 {closed}/{len(ordered)}", ""
    )


def _used(uses: list[Use]) -> Stage:
    if not uses:
        return Stage("结果应用", "none", "未提出", "")
    waiting = any(row.state == "proposed" for row in uses)
    return Stage(
        "结果应用",
        "now" if waiting else "done",
        str(uses[-1].get_kind_display()),
        str(uses[-1].get_state_display()),
    )
