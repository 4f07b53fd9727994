"""What is public: published results of subjects that may be public, and nothing else ever."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from wenxiao.budget.models import Subject
from wenxiao.budget.selectors import seen_by
from wenxiao.followup.models import Comment, Disclosure, Finding
from wenxiao.followup.selectors.promises import heads, kept_sentence, promised_of
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import rate_percent, wan
from wenxiao.rulebook.published_figures import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import Division, User

DISCLOSABLE = ("finance_evaluation", "department_evaluation", "recheck", "selfeval")
"""Kinds of review whose result may be published."""
PARTS = {
    "money": "资金",
    "goals": "指标与得分",
    "findings": "发现的问题和整改",
    "suggestions": "意见建议",
}
"""What of a result is published, by the proposer's choice.
The sentence, points and grade always are.
"""
_OPEN = Q(review__dossier__subject__restriction=Subject.Restriction.OPEN)


def published() -> QuerySet[Disclosure]:
    """Published results. A subject restricted afterwards disappears at
    once, whatever was signed.
    """
    disclosures = Disclosure.objects.filter(_OPEN, state=Disclosure.State.PUBLISHED)
    return disclosures.select_related(
        "review__dossier__subject__division", "review__dossier__unit", "review__audited"
    )


def figures_of(review: Review, parts: Iterable[str]) -> Figures:
    """What the public reads of a result's figures: points and grade always,
    money where it is among the parts.
    """
    arranged, used = arranged_and_used(review) if "money" in set(parts) else (None, None)
    return Figures(
        name=review.dossier.subject.name,
        year=review.dossier.fiscal_year,
        points=review.points,
        grade=review.grade,
        arranged=arranged,
        used=used,
    )


def figures_published(division: Division) -> list[Figures]:
    """The figures of everything a division has published."""
    rows = published().filter(review__dossier__subject__division=division).order_by("pk")
    return [figures_of(row.review, row.what) for row in rows]


def disclosures_seen_by(user: User | None) -> QuerySet[Disclosure]:
    """All disclosures of the dossiers a user may see, for those who handle them."""
    disclosures = Disclosure.objects.filter(seen_by(user, "review__dossier"))
    return disclosures.select_related(
        "review__dossier__subject",
        "review__dossier__unit",
        "proposed_by",
        "reviewed_by",
        "signed_by",
    )


def disclosable_reviews(user: User | None) -> QuerySet[Review]:
    """Issued results a user may propose: of open subjects, not on the way yet."""
    reviews = Review.objects.filter(
        seen_by(user),
        state=Review.State.ISSUED,
        kind__in=DISCLOSABLE,
        dossier__subject__restriction=Subject.Restriction.OPEN,
    ).filter(Q(disclosure=None) | Q(disclosure__state__in=["declined", "withdrawn"]))
    return reviews.select_related("dossier__subject", "dossier__unit", "audited", "round")


def comments_seen_by(user: User | None) -> QuerySet[Comment]:
    """Opinions from outside about the dossiers a user may see."""
    comments = Comment.objects.filter(seen_by(user, "disclosure__review__dossier"))
    return comments.select_related("disclosure__review__dossier__subject", "answered_by")


def shown_comments(disclosure: Disclosure) -> QuerySet[Comment]:
    """The opinions that were let through, latest first."""
    return Comment.objects.filter(disclosure=disclosure, state=Comment.State.SHOWN).order_by("-pk")


def arranged_and_used(review: Review) -> tuple[Decimal | None, Decimal | None]:
    """经审查 amounts where they are known, else the review's own budget and execution, in 元."""
    if review.audited is not None:
        return review.audited.arranged, review.audited.used
    return review.budget, review.executed


def scored_rows(review: Review) -> list[dict[str, Any]]:
    """The review's rows with weight and the panel's points, in order: its
    own sheet, else the target's rows.
    """
    rows = []
    marks = (
        Mark.objects.filter(review=review)
        .select_related("criterion", "indicator")
        .order_by("seat", "pk")
    )
    seen = set()
    for mark in marks:
        row = mark.criterion or mark.indicator
        if row is None or row.pk in seen:
            continue
        seen.add(row.pk)
        rows.append(
            {
                "order": row.order,
                "level1": row.level1,
                "level2": row.level2,
                "name": row.name,
                "weight": row.weight,
                "points": mark.points,
                "status": mark.status,
                "note": mark.note,
                "synthetic": mark.synthetic,
                "target": getattr(row, "expression", ""),
            }
        )
    return sorted(rows, key=lambda row: row["order"])


def confirmed_findings(review: Review) -> list[Finding]:
    """The problems persons confirmed, with their mending."""
    findings = Finding.objects.filter(dossier=review.dossier_id, state=Finding.State.CONFIRMED)
    return list(
        findings.filter(Q(review=review) | Q(review=None))
        .select_related("rectification")
        .order_by("pk")
    )


def suggested(review: Review) -> list[str]:
    """The numbered suggestions."""
    return list(review.suggestions.order_by("number").values_list("text", flat=True))


@dataclass(frozen=True, slots=True)
class Apart:
    """The unit's own score beside the published one: by how many points
    they differ, and where the points went.
    """

    own: Decimal
    difference: Decimal
    lost: tuple[tuple[str, Decimal, str], ...]


MOST_LOST = 3


def apart_from_own(review: Review) -> Apart | None:
    """Why a result differs from the unit's own score; None where there is none of its own, or
    nothing differs.

    ``lost``: the rows with the most points taken off, each with how many and the reviewer's reason.
    """
    if review.kind == "selfeval" or review.points is None:
        return None
    own = Review.objects.filter(
        dossier=review.dossier_id, kind="selfeval", state__in=("checked", *SETTLED)
    ).exclude(points=None)
    points = own.order_by("-pk").values_list("points", flat=True).first()
    if points is None or points == review.points:
        return None
    rows = [
        (row["name"], row["weight"] - row["points"], row["note"])
        for row in scored_rows(review)
        if row["points"] is not None and row["weight"] and row["points"] < row["weight"]
    ]
    rows.sort(key=lambda row: -row[1])
    return Apart(points, review.points - points, tuple(rows[:MOST_LOST]))


def texts_of(review: Review, sentence: str, parts: Iterable[str]) -> list[tuple[str, str]]:
    """(place, text) of everything the public would read."""
    subject, chosen = review.dossier.subject, set(parts)
    texts = [("一句话说明", sentence), ("名称", subject.name), ("单位", review.dossier.unit.name)]
    if "goals" in chosen:
        texts += [
            ("指标", f"{row['name']} {row['target']} {row['note']}") for row in scored_rows(review)
        ]
        texts += [("绩效目标", f"{one.name} {one.told}") for one in promised_of(review)]
    if "findings" in chosen:
        for finding in confirmed_findings(review):
            texts.append(("问题", finding.text))
            mending = getattr(finding, "rectification", None)
            texts += [("整改", mending.measure), ("整改结果", mending.reply)] if mending else []
    if "suggestions" in chosen:
        texts += [("意见建议", text) for text in suggested(review)]
    return texts


def draft_sentence(review: Review) -> str:
    """Spent what, got what, missed what: a first version from the rows, for a person to write
    better.

    Points made up for a demonstration say nothing about the object and are left out.
    """
    arranged, used = arranged_and_used(review)
    money = "资金情况未公布"
    if used is not None:
        money = f"用了 {wan(used)} 万元"
        if arranged:
            money += f"，是安排 {wan(arranged)} 万元的 {rate_percent(used, arranged)}%"
    result = (
        f"；评价 {review.points:.2f} 分，等级为{review.grade}" if review.points is not None else ""
    )
    findings = confirmed_findings(review)
    closed = sum(
        getattr(getattr(row, "rectification", None), "state", "") == "closed" for row in findings
    )
    problems_clause = (
        f"；发现问题 {len(findings)} 个" + (f"，已改 {closed} 个" if closed else "")
        if findings
        else ""
    )
    return f"{money}{result}{_kept(review)}{problems_clause}。"


def _kept(review: Review) -> str:
    """绩效目标完成情况: the indicators kept; of a score sheet of its own, the part
    that lost most of its points.
    """
    promised = promised_of(review)
    if promised:
        return "" if any(one.synthetic for one in promised) else f"；{kept_sentence(promised)}"
    parts = heads(scored_rows(review))
    if not parts or any(part.synthetic for part in parts):
        return ""
    worst = min(parts, key=lambda part: Fraction(part.points) / Fraction(part.weight))
    if worst.points >= worst.weight:
        return ""
    return f"；{worst.name}得 {worst.points:.2f} 分（满分 {worst.full} 分），失分最多"


def divisions_published() -> list[Division]:
    """The divisions that published anything, by code."""
    divisions = {
        row.pk: row for row in (d.review.dossier.subject.division for d in published()[:500])
    }
    return sorted(divisions.values(), key=lambda row: row.code)
