"""The rows of the tables that go out in packages (材料包): never one of an
object only some may know of (限制知悉).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count

from wenxiao.budget.models import Dossier, Subject
from wenxiao.followup.assessment import UnitAssessment
from wenxiao.followup.models import Rectification, UseList
from wenxiao.followup.selectors.coverage import coverage_of
from wenxiao.followup.selectors.disclosed import published
from wenxiao.orgs.models import Course
from wenxiao.records.models import Document
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import SETTLED
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.followup.models import Disclosure
    from wenxiao.followup.selectors.coverage import CoverageCell
    from wenxiao.orgs.models import Division, Unit

RESTRICTED = Subject.Restriction.RESTRICTED
FINAL_KINDS = ("selfeval", "department_evaluation")
"""What goes out with the final accounts: the unit's own and its department's results."""


def coverage_told(division: Division, fiscal_year: int) -> list[CoverageCell]:
    """The stages of a budget year over everything that may be told outside."""
    return coverage_of(division, fiscal_year, public=True)


def mendings_told(division: Division, work_year: int) -> list[Rectification]:
    """What was ordered to be mended from a work year's results, by unit."""
    rows = Rectification.objects.filter(
        finding__dossier__subject__division=division, finding__review__round__work_year=work_year
    ).exclude(finding__dossier__subject__restriction=RESTRICTED)
    rows = rows.select_related("finding__dossier__subject", "unit")
    return list(rows.order_by("unit__code", "pk"))


def use_lists_told(division: Division, fiscal_year: int) -> list[tuple[UseList, list[list[Any]]]]:
    """The latest signed list of each department for a budget year with its lines, those of
    restricted objects left out.
    """
    shut = set(
        Subject.objects.filter(division=division, restriction=RESTRICTED).values_list(
            "code", flat=True
        )
    )
    rows = UseList.objects.filter(division=division, fiscal_year=fiscal_year)
    latest = {
        row.unit_id: row for row in rows.select_related("unit", "division").order_by("number")
    }
    return [(row, [line for line in row.lines if line[0] not in shut]) for row in latest.values()]


def assessments_told(division: Division, work_year: int) -> list[UnitAssessment]:
    """The confirmed assessments of a work year, by unit."""
    rows = UnitAssessment.objects.filter(
        division=division, work_year=work_year, state=UnitAssessment.State.CONFIRMED
    )
    return list(rows.select_related("unit").order_by("unit__code"))


def courses_told(division: Division, year: int) -> QuerySet[Course]:
    """The year's courses with how many signed in (``came``)."""
    rows = Course.objects.filter(division=division, year=year).order_by("held_on", "pk")
    return rows.annotate(came=Count("people"))


def results_told(division: Division, fiscal_year: int) -> list[Disclosure]:
    """What is published of a budget year."""
    rows = published().filter(
        review__dossier__subject__division=division, review__dossier__fiscal_year=fiscal_year
    )
    return list(rows.order_by("review__dossier__unit__path", "pk"))


def documents_named(division: Division, name: str) -> list[Document]:
    """The library's documents with a file whose title holds a name."""
    rows = Document.objects.filter(division=division, title__contains=name).exclude(file=None)
    return list(rows.select_related("file").order_by("pk"))


def targets_to_publish(unit: Unit, fiscal_year: int) -> list[Target]:
    """The approved targets of a department's open objects (with those of its units), by code."""
    rows = Target.objects.filter(
        state=Target.State.APPROVED, dossier__in=open_dossiers(unit, fiscal_year).values("pk")
    ).select_related("dossier__subject__division", "dossier__unit")
    return list(rows.order_by("dossier__subject__code", "pk"))


def results_to_publish(unit: Unit, fiscal_year: int) -> list[Review]:
    """The settled self- and department evaluations of a department's open objects, by code."""
    rows = Review.objects.filter(
        state__in=SETTLED,
        kind__in=FINAL_KINDS,
        dossier__in=open_dossiers(unit, fiscal_year).values("pk"),
    ).select_related("dossier__subject", "dossier__unit", "round__division", "audited", "agency")
    return list(rows.order_by("dossier__subject__code", "pk"))


def open_dossiers(unit: Unit, fiscal_year: int) -> QuerySet[Dossier]:
    """The dossiers of a unit and all below it that may be public."""
    return Dossier.objects.filter(
        unit__path__startswith=unit.path,
        subject__division=unit.division_id,
        subject__restriction=Subject.Restriction.OPEN,
        fiscal_year=fiscal_year,
    )
