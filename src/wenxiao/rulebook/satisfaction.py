"""满意度: what a survey's answers come to: share of satisfied answers, how many answered, how wide the
margin is.

A share, never an average of invented points: satisfied answers ÷ valid answers over the questions
that ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.numbers import rate_percent, round_points

RULE = "surveys"
YES_NO = ("是", "否")
CONFIDENT = Decimal("1.96")
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class SurveyRule:
    """How many questions a survey has, from how many answers on anything is
    shown, and what counts as satisfied.
    """

    least: int
    most: int
    shown_from: int
    levels: tuple[str, ...]
    satisfied: frozenset[str]

    def options(self, kind: str) -> tuple[str, ...]:
        """What a question of a kind offers; none for a text."""
        return {"likert": self.levels, "yes_no": YES_NO}.get(kind, ())


def survey_rule(on: date | int | None = None, overrides: Overrides | None = None) -> SurveyRule:
    """The rule of a day."""
    content = basis.in_force(RULE, on, overrides).content
    return SurveyRule(
        int(basis.number(content["questions_least"])),
        int(basis.number(content["questions_most"])),
        int(basis.number(content["shown_from"])),
        tuple(content["levels"]),
        frozenset(content["satisfied"]),
    )


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question: how often each option was chosen, and the share of
    satisfied (是) answers in percent.
    """

    text: str
    kind: str
    counts: Mapping[str, int]
    valid: int
    satisfied: int
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """``sheets`` came in; ``percent`` and ``margin`` (± points) are None
    below the least number that is shown.
    """

    sheets: int
    percent: Decimal | None
    margin: Decimal | None
    satisfied: int
    valid: int
    questions: tuple[QuestionResult, ...]

    @property
    def shown(self) -> bool:
        """Whether there are enough answers to say anything."""
        return self.percent is not None


def survey_result(
    questions: Sequence[Mapping[str, str]],
    counts: Sequence[Mapping[str, int]],
    sheets: int,
    rule: SurveyRule,
    population: int | None = None,
) -> SurveyResult:
    """The result of ``sheets`` answers; ``counts`` holds by question how
    often each option was chosen.
    """
    results = tuple(
        _question(asked, chosen, rule) for asked, chosen in zip(questions, counts, strict=True)
    )
    satisfied = sum(one.satisfied for one in results)
    valid = sum(one.valid for one in results)
    if sheets < rule.shown_from or not valid:
        return SurveyResult(sheets, None, None, satisfied, valid, ())
    percent = rate_percent(Decimal(satisfied), Decimal(valid))
    margin = _margin(Decimal(satisfied) / valid, sheets, population)
    return SurveyResult(sheets, percent, margin, satisfied, valid, results)


def _question(
    asked: Mapping[str, str], chosen: Mapping[str, int], rule: SurveyRule
) -> QuestionResult:
    options = rule.options(asked["kind"])
    counts = {option: int(chosen.get(option, 0)) for option in options}
    valid = sum(counts.values())
    liked = rule.satisfied if asked["kind"] == "likert" else frozenset({"是"})
    satisfied = sum(n for option, n in counts.items() if option in liked)
    percent = rate_percent(Decimal(satisfied), Decimal(valid)) if valid else None
    return QuestionResult(asked["text"], asked["kind"], counts, valid, satisfied, percent)


def _margin(share: Decimal, sheets: int, population: int | None) -> Decimal:
    """± in percent points at 95 %, with the correction for a finite
    population where it is known.
    """
    variance = share * (1 - share) / sheets
    if population is not None and population > 1:
        variance *= Decimal(max(population - sheets, 0)) / (population - 1)
    return round_points(CONFIDENT * variance.sqrt() * 100)
