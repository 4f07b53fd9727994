"""What the drawing of the re-check knows of stored self-evaluations.
Queries per round, not per review.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.evidence.models import Actual, Material
from wenxiao.orgs.models import Grant, Role
from wenxiao.reviews.checks import checks_in, rows_of
from wenxiao.reviews.models import Mark, RecheckSample, Review
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.rulebook.numbers import plain, rate_percent
from wenxiao.rulebook.pace import pace
from wenxiao.rulebook.recheck import SelfEvaluation
from wenxiao.rulebook.recheck_facts import LOWERED
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Unit, User


REASONS = {
    "no_proof": "没有佐证或佐证不能证明",
    "value": "完成值与佐证不符",
    "rule": "没有按评分规则计分",
    "target": "目标值与批复的不符",
    "not_due": "当年没有完成",
    "unexplained": "偏差原因没有说明",
    "other": "其他",
}
"""Why a re-check gives other points than the unit did, by code."""


def handed_in(round: Round, department: Unit | None = None) -> QuerySet[Review]:
    """The self-evaluations of a round that were handed in; of a 主管部门 those
    of its subordinates, never its own.
    """
    rows = Review.objects.filter(round=round).exclude(state__in=OPEN)
    if department is not None:
        rows = rows.filter(dossier__unit__path__startswith=department.path)
        rows = rows.exclude(dossier__unit=department)
    return rows.select_related("dossier__subject", "dossier__unit", "round__division", "target")


def departments_of(user: User, round: Round) -> list[Unit]:
    """The 主管部门 a person re-checks for in a round's division."""
    grants = Grant.objects.filter(user=user, role=Role.DEPARTMENT, division=round.division_id)
    rows = grants.in_force().exclude(unit=None).select_related("unit").order_by("unit__code")
    return [grant.unit for grant in rows if grant.unit is not None]


def samples_of(round: Round, departments: Sequence[Unit] | None = None) -> QuerySet[RecheckSample]:
    """The drawings of a round, latest first; with ``departments`` only theirs."""
    rows = RecheckSample.objects.filter(round=round).select_related("department", "by")
    rows = rows if departments is None else rows.filter(department__in=departments)
    return rows.order_by("-pk")


def self_evaluations(reviews: Sequence[Review]) -> list[SelfEvaluation]:
    """What is known of each, by the review's id as text; what is not stored is not known."""
    checks = checks_in(reviews, rows_of(reviews))
    lights, before, judged = _lights(reviews), _last_year(reviews), _proof_judged(reviews)
    return [
        SelfEvaluation(
            id=str(one.pk),
            score=score_of(one),
            rate=rate_percent(one.executed, one.budget),
            last_score=before.get(one.dossier.subject_id),
            group=one.dossier.subject.kind,
            light=lights.get(one.dossier_id),
            proved=one.proved_share if one.points and one.dossier_id in judged else None,
            lowered=_lowered(one),
            differences=_differences(one),
            doubts=tuple(check.text for check in checks[one.pk] if check.level != "提示"),
        )
        for one in reviews
    ]


def _proof_judged(reviews: Sequence[Review]) -> set[int]:
    """The dossiers of which somebody accepted or refused a proof; of the
    others nobody knows yet what is proved.
    """
    rows = Material.objects.filter(dossier__in=[one.dossier_id for one in reviews])
    judged = rows.filter(state__in=(Material.State.VERIFIED, Material.State.REFUSED))
    return set(judged.values_list("dossier_id", flat=True))


def score_of(review: Review) -> Decimal | None:
    """The unit's own score: as its form says, else as its rows give."""
    if review.published_points is not None:
        return review.published_points
    return review.points if review.complete else None


def recheck_of(reviews: Sequence[Review]) -> Mapping[int, Review]:
    """The latest re-check of the same dossiers, by dossier."""
    rows = Review.objects.filter(kind="recheck", dossier__in=[one.dossier_id for one in reviews])
    return {one.dossier_id: one for one in rows.order_by("pk")}


def _lights(reviews: Sequence[Review]) -> dict[int, str]:
    """The light of the money at the last monitoring of the same dossiers, by dossier."""
    rows = Review.objects.filter(
        kind="monitoring", dossier__in=[one.dossier_id for one in reviews]
    ).exclude(state__in=OPEN)
    rows = rows.exclude(executed=None).exclude(budget=None).select_related("round__division")
    lights: dict[int, str] = {}
    for row in rows.order_by("round__through_month", "pk"):
        judged = pace(
            row.budget,
            row.executed,
            row.round.through_month or 12,
            on=date(row.round.fiscal_year, 12, 31),
            overrides=row.round.division.own_rules,
        )
        if judged.light != "none":
            lights[row.dossier_id] = judged.light
    return lights


def _last_year(reviews: Sequence[Review]) -> dict[int, Decimal]:
    """The self-score of the year before, by subject."""
    years = {one.dossier.fiscal_year for one in reviews}
    rows = Review.objects.filter(
        kind="selfeval",
        dossier__subject__in=[one.dossier.subject_id for one in reviews],
        dossier__fiscal_year__in=[year - 1 for year in years],
    ).exclude(state__in=OPEN)
    scores = {
        one.dossier.subject_id: score_of(one)
        for one in rows.select_related("dossier").order_by("pk")
    }
    return {subject: score for subject, score in scores.items() if score is not None}


def _lowered(review: Review) -> tuple[str, ...] | None:
    """What the form had easier than approved, as it was noted when it came;
    None without an approved target.
    """
    if review.target is None or review.target.state != Target.State.APPROVED:
        return None
    return tuple(
        str(one.get("text") or "") for one in review.problems if one.get("code") == LOWERED
    )


def _differences(review: Review) -> tuple[str, ...] | None:
    """The form's own score against the one computed; None where one of them is missing."""
    own, points = review.published_points, review.points
    if own is None or points is None or not review.complete:
        return None
    return () if own == points else (f"自评 {plain(own)} 分，按规则计算 {plain(points)} 分",)


def sample_seen_by(user: User | None, pk: int) -> RecheckSample | None:
    """A drawing in a round this person may see; None otherwise."""
    rows = RecheckSample.objects.filter(pk=pk, round__in=rounds_visible_to(user).values("pk"))
    return rows.select_related("round__division", "department").first()


@dataclass(frozen=True, slots=True)
class RecheckRow:
    """One indicator: what the unit filled in and scored beside what the re-check has.
    Points None where there are none.
    """

    indicator: Indicator
    own_value: str
    own_points: Decimal | None
    value: str
    mark: Mark | None

    @property
    def difference(self) -> Decimal | None:
        """The re-check's points less the unit's own."""
        points = self.mark.points if self.mark is not None else None
        return None if points is None or self.own_points is None else points - self.own_points


def self_evaluation_of(recheck: Review) -> Review | None:
    """The self-evaluation a re-check looks at: the latest handed in for the same dossier."""
    rows = Review.objects.filter(dossier=recheck.dossier_id, kind="selfeval").exclude(
        state__in=OPEN
    )
    return rows.select_related("round", "submitted_by").order_by("-pk").first()


def recheck_rows(recheck: Review, own: Review | None) -> list[RecheckRow]:
    """The rows of a re-check in the target's order, the unit's values and points beside.
    Three queries.
    """
    indicators = list(Indicator.objects.filter(target=recheck.target_id).order_by("order"))
    values = {
        (one.indicator_id, one.stage): one.value
        for one in Actual.objects.filter(indicator__in=indicators, through_month=12)
    }
    marks = {
        (one.review_id, one.indicator_id): one
        for one in Mark.objects.filter(
            review__in=[one.pk for one in (recheck, own) if one is not None], seat=""
        )
    }
    rows = []
    for one in indicators:
        given = marks.get((own.pk, one.pk)) if own is not None else None
        rows.append(
            RecheckRow(
                one,
                values.get((one.pk, "selfeval"), ""),
                _own_points(given),
                values.get((one.pk, "recheck"), ""),
                marks.get((recheck.pk, one.pk)),
            )
        )
    return rows


def _own_points(mark: Mark | None) -> Decimal | None:
    """The points the unit's form says, else those computed for it."""
    if mark is None:
        return None
    return mark.points if mark.published_points is None else mark.published_points


def rechecks_of(round: Round) -> list[tuple[Review, Review]]:
    """The settled re-checks of a round's self-evaluations: (the unit's, the re-check)."""
    own = {row.dossier_id: row for row in handed_in(round)}
    rows = Review.objects.filter(
        kind="recheck", state__in=SETTLED, dossier__in=list(own), points__isnull=False
    )
    latest = {row.dossier_id: row for row in rows.order_by("pk")}
    return [(own[key], row) for key, row in latest.items()]
