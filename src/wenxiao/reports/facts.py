"""The facts of one report: the year's rows, read once, in the version
(internal or public) that is being told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from wenxiao.followup import selectors
from wenxiao.followup.selectors.without_result import without_result
from wenxiao.orgs.selectors import Trained, trained
from wenxiao.rulebook import tally
from wenxiao.rulebook.grading import Bands, bands_in_force
from wenxiao.rulebook.numbers import PrintRule

if TYPE_CHECKING:
    from wenxiao.followup.selectors import (
        Consequence,
        Coverage,
        OrderedRectifications,
        Paper,
        ProblemLine,
        Reported,
    )
    from wenxiao.followup.selectors.without_result import WithoutResult
    from wenxiao.orgs.models import Division
    from wenxiao.reviews.models import Review

Version = Literal["internal", "public"]

FINANCE, MONITORING = "finance_evaluation", "monitoring"

_LEVELS = "省市县区州旗"


@dataclass(frozen=True, slots=True)
class Printing:
    """How the author wants one money figure printed: its rule and the unit before rounding."""

    rule: PrintRule
    unit: str


@dataclass(frozen=True, slots=True)
class DivisionNames:
    """The division as its papers name it: 南昌高新区, 区财政局, 区本级."""

    name: str
    bureau: str
    demo: bool

    @property
    def level(self) -> str:
        """省, 市, 县, 区 … as the last sign of the name; empty where the name says none."""
        return self.name[-1] if self.name and self.name[-1] in _LEVELS else ""

    @property
    def finance(self) -> str:
        """How the text calls the bureau: 区财政局, or its full name where the level is unknown."""
        return (
            f"{self.level}财政局" if self.level and self.bureau.endswith("财政局") else self.bureau
        )

    @property
    def own_level(self) -> str:
        """区本级, 县本级, or 本级."""
        return f"{self.level}本级"


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of a division and work year.
    ``withheld`` names the restricted (限制知悉) ones a public version leaves out.

    ``concerned`` holds, by line of common problems, the project dossiers with a confirmed finding
    of it.
    """

    place: DivisionNames
    work_year: int
    version: Version
    overall: tuple[Reported, ...]
    projects: tuple[Reported, ...]
    monitored: tuple[Reported, ...]
    lines: tuple[ProblemLine, ...]
    papers: tuple[Paper, ...]
    bands: Bands
    coverage: Coverage | None = None
    standing: OrderedRectifications | None = None
    consequences: tuple[Consequence, ...] = ()
    previous: Facts | None = None
    training: Trained | None = None
    withheld: frozenset[str] = frozenset()
    without_result: tuple[WithoutResult, ...] = ()
    concerned: Mapping[int, frozenset[int]] = field(default_factory=dict)
    prints: Mapping[str, Printing] = field(default_factory=dict)

    @property
    def evaluated(self) -> tuple[Reported, ...]:
        """Departments and projects of the finance evaluation, in the table's order."""
        return self.overall + self.projects

    @property
    def reported(self) -> tuple[Reported, ...]:
        """Every review the report speaks of."""
        return self.evaluated + self.monitored


OPTIONAL_BLOCKS = {
    "coverage": "单位自评覆盖情况",
    "rectification": "上年问题整改情况",
    "consequences": "结果应用情况",
    "year_on_year": "与上年对比",
    "training": "培训情况",
}
"""Blocks that are off unless the author switches them on, by key."""


def facts(
    division: Division,
    work_year: int,
    *,
    version: Version = "internal",
    blocks: frozenset[str] = frozenset(),
    prints: Mapping[str, Printing] | None = None,
) -> Facts:
    """The facts of an annual report; ``blocks`` names the optional blocks
    whose rows are to be read too.
    """
    evaluated = selectors.reported_reviews(division, work_year, kind=FINANCE)
    monitored = selectors.reported_reviews(division, work_year, kind=MONITORING)
    rows_shown = [row for row in evaluated + monitored if version == "internal" or row.open]
    shown = {row.review for row in rows_shown}
    report_facts = Facts(
        place=place(division),
        work_year=work_year,
        version=version,
        overall=tuple(row for row in evaluated if row.overall and row.review in shown),
        projects=tuple(row for row in evaluated if not row.overall and row.review in shown),
        monitored=tuple(row for row in monitored if row.review in shown),
        lines=selectors.common_lines(division, work_year),
        papers=selectors.report_documents(division, work_year),
        bands=_bands(division, work_year, evaluated),
        without_result=without_result(division, work_year, public=version == "public"),
        withheld=frozenset(row.name for row in evaluated + monitored if row.review not in shown),
        prints=dict(prints or {}),
    )
    return _with_blocks(replace(report_facts, concerned=_concerned(report_facts)), division, blocks)


def facts_of_review(review: Review) -> Facts:
    """The facts of one result's own papers, whoever evaluated: nothing of the year's other results
    is read.
    """
    division, work_year = review.round.division, review.round.work_year
    rows = selectors.reported_reviews(division, work_year, kind=review.kind, review=review.pk)
    evaluated, monitored = ((), rows) if review.kind == MONITORING else (rows, ())
    return Facts(
        place=place(division),
        work_year=work_year,
        version="internal",
        overall=tuple(row for row in evaluated if row.overall),
        projects=tuple(row for row in evaluated if not row.overall),
        monitored=monitored,
        lines=(),
        papers=selectors.report_documents(division, work_year),
        bands=_bands(division, work_year, evaluated),
    )


def _bands(division: Division, work_year: int, evaluated: tuple[Reported, ...]) -> Bands:
    """The grade bands the results were graded by: those of the objects'
    fiscal year, with the division's own.
    """
    return bands_in_force(
        max((row.fiscal_year for row in evaluated), default=work_year), division.own_rules
    )


def _concerned(found: Facts) -> dict[int, frozenset[int]]:
    """The projects behind each line of common problems, counted as the rulebook counts them."""
    findings = [
        tally.CountedFinding(row.dossier, str(one.item))
        for row in found.projects
        for one in row.findings
    ]
    subjects = [row.dossier for row in found.projects]
    concerned = {}
    for line in found.lines:
        counted = tally.tally(findings, subjects, [(line.text, [str(item) for item in line.items])])
        concerned[line.id] = frozenset(counted[0].subjects) if counted else frozenset()
    return concerned


def _with_blocks(report_facts: Facts, division: Division, blocks: frozenset[str]) -> Facts:
    """The optional blocks' rows beside the others."""
    public = report_facts.version == "public"
    if "coverage" in blocks:
        report_facts = replace(
            report_facts,
            coverage=selectors.selfeval_coverage(division, report_facts.work_year, public=public),
        )
    if "rectification" in blocks:
        report_facts = replace(
            report_facts,
            standing=selectors.rectification_standing(
                division, report_facts.work_year - 1, public=public
            ),
        )
    if "consequences" in blocks:
        report_facts = replace(
            report_facts,
            consequences=selectors.money_consequences(
                division, report_facts.work_year, public=public
            ),
        )
    if "training" in blocks:
        report_facts = replace(report_facts, training=trained(division, report_facts.work_year))
    if "year_on_year" in blocks:
        report_facts = replace(
            report_facts,
            previous=facts(division, report_facts.work_year - 1, version=report_facts.version),
        )
    return report_facts


def place(division: Division) -> DivisionNames:
    """The division's names for papers; a demonstration says so by watermark, not in its name."""
    name = division.short_name or division.name
    return DivisionNames(
        name.removesuffix("（演示）"), division.bureau.removesuffix("（演示）"), division.demo
    )
