"""Surveys read: who sees them, what their answers come to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from wenxiao.budget.selectors import seen_by
from wenxiao.reviews.selectors import OPEN_TO_LINKS
from wenxiao.reviews.survey import Survey
from wenxiao.rulebook.satisfaction import SurveyResult, SurveyRule, survey_result, survey_rule
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

_LINKED = (
    "review__round__division",
    "review__dossier__subject",
    "review__dossier__unit",
    "indicator",
    "criterion",
    "by",
)


def surveys_visible_to(user: User | None) -> QuerySet[Survey]:
    """The surveys of the forms a person may see, the latest first."""
    rows = Survey.objects.filter(seen_by(user, "review__dossier"))
    return rows.select_related(*_LINKED).order_by("-pk")


def rule_of(survey: Survey) -> SurveyRule:
    """The rule of the survey's year, the division's own where it has one."""
    round = survey.review.round
    return survey_rule(round.fiscal_year, round.division.own_rules)


def result_of_survey(survey: Survey) -> SurveyResult:
    """What all its answers come to; counts of paper sheets are added to single answers."""
    rule, sheets = rule_of(survey), 0
    counts = [Counter[str]() for _ in survey.questions]
    for values, counted, n in survey.answers.values_list("values", "counted", "sheets"):
        sheets += n
        for tally, value in zip(counts, values, strict=False):
            if counted:
                tally.update({word: int(times) for word, times in (value or {}).items()})
            elif value:
                tally[value] += 1
    return survey_result(survey.questions, counts, sheets, rule, survey.population)


def open_by_token(token: str) -> Survey | None:
    """The survey a link opens now: not closed, not past its day, its form
    still open, the door still open.
    """
    if not token:
        return None
    rows = Survey.objects.select_related(*_LINKED).filter(
        token=token, state=Survey.State.OPEN, until__gte=today()
    )
    return rows.filter(OPEN_TO_LINKS).first()


def from_one_place(survey: Survey) -> int:
    """The most answers that came from one place by link; 0 where none did."""
    origins = Counter(survey.answers.exclude(origin="").values_list("origin", flat=True))
    return max(origins.values(), default=0)
