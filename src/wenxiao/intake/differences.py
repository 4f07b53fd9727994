"""A form beside the approved target of its dossier: every difference named
by the rulebook, none of them taken over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier
from wenxiao.files.forms.dossier_forms import MonitorForm, SelfEvalForm
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.checks import Table, doors
from wenxiao.rulebook.codes import ALREADY_HANDED_IN
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import same_wording, target_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.files.forms.dossier_forms import MonitorRow, SelfEvalRow
    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.matching import Match
    from wenxiao.orgs.models import Division
    from wenxiao.targets.models import Indicator


def joined_rows(form: ObjectForm, known: Sequence[Indicator]) -> dict[int, int]:
    """Place of a form's row → place of the target's row it fills."""
    return same_wording(
        [(row.level2 or "", row.name, row.weight_number) for row in form.rows],
        [(row.level2, row.name, row.weight) for row in known],
    )


def differences(form: ObjectForm, matched: Match, division: Division) -> list[Problem]:
    """What the form has otherwise than the approved target, as doubts the
    unit explains; none without such a target.
    """
    if (
        matched.subject is None
        or matched.year is None
        or not isinstance(form, SelfEvalForm | MonitorForm)
    ):
        return []
    dossier = Dossier.objects.filter(subject=matched.subject, fiscal_year=matched.year).first()
    target = target_in_force(dossier) if dossier is not None else None
    if target is None or target.state != Target.State.APPROVED:
        return []
    known = list(target.indicators.all())
    pairs = joined_rows(form, known)
    rows = [
        _row(form.sheet, row, known[pairs[at]] if at in pairs else None)
        for at, row in enumerate(form.rows)
        if row.name or at in pairs
    ]
    absent = [row.name for place, row in enumerate(known) if place not in pairs.values()]
    head = {"sheet": form.sheet or None, "year": matched.year, "absent": absent}
    return doors.checked(doors.APPROVED, Table(rows, head), "approved", division.own_rules)


def handed_in_already(form: ObjectForm, matched: Match) -> list[Problem]:
    """Said before an import: what the form would change has been handed in
    or settled, and is not changed by a file.
    """
    if matched.subject is None or matched.round is None:
        return []
    rows = Review.objects.filter(round=matched.round, dossier__subject=matched.subject)
    return [handed_in(row, form.sheet) for row in rows.exclude(state__in=OPEN)]


def handed_in(review: Review, sheet: str) -> Problem:
    """The sentence, before an import and at it."""
    text = f"{review}现为“{review.get_state_display()}”，导入不能改动；如须更正，请先退回或重开。"
    return Problem(ALREADY_HANDED_IN, "阻断", text, sheet=sheet)


def _row(sheet: str, row: SelfEvalRow | MonitorRow, approved: Indicator | None) -> dict[str, Any]:
    cells_of_row: dict[str, Any] = {
        "sheet": sheet or None,
        "level2": row.level2 or "",
        "level3": row.name,
        "target": row.promise,
        "weight": row.weight_number,
        "places": {
            "level3": row.places.get("name"),
            "target": row.places.get("promise"),
            "weight": row.places.get("weight_number"),
        },
    }
    if approved is None:
        return cells_of_row | {"added": True}
    return cells_of_row | {
        "approved_level2": approved.level2,
        "approved_level3": approved.name,
        "approved_target": approved.expression,
        "approved_weight": approved.weight,
    }
