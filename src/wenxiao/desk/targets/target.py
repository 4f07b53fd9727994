"""One target: what was promised, and the checks before review with ground,
standing, bad and good example.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from wenxiao.desk.targets.row_filters import row_filters
from wenxiao.desk.targets.year import LEVELS, STATES, level_counts
from wenxiao.followup.selectors.next_budget import decisions_on
from wenxiao.orgs.selectors import outside_people
from wenxiao.pages.downloads import as_received
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.services.approval import ex_ante_warning, running_of
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.targets.budget_changes import budget_changes_of
from wenxiao.targets.checks import asked_for, faults_of
from wenxiao.targets.rubric import consequence_of, rubric_of
from wenxiao.targets.selectors import (
    changed_since_return,
    changes_between,
    history_of,
    targets_visible_to,
    waiting_beside,
)
from wenxiao.targets.services import blocking, seats_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from wenxiao.followup.models import BudgetDecision
    from wenxiao.orgs.models import User
    from wenxiao.targets.models import Indicator, Target
    from wenxiao.targets.selectors import TargetChange, WaitingPlace

ENTRY = "desk:targets"
CHECKING = ("check_department", "check_office")


def target_of(request: HttpRequest, pk: int) -> Target:
    """The target, if this person may see it; otherwise it is as if there were none."""
    row = targets_visible_to(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    return row


_PLACED = frozenset(
    [
        "level1",
        "level2",
        "name",
        "expression",
        "weight",
        "source",
        "proof",
        "last_actual",
        "unit",
        "nature",
    ]
)
"""The columns that have a place of their own on the page; any other stands behind them."""


def _words() -> dict[str, Any]:
    """What is the same on the page of every target: words, colours, columns without a place."""
    columns = table_layout("target").columns
    further = [one for one in columns if one.field not in _PLACED]
    return {"levels": LEVELS, "tones": STATES, "further": further}


@view("see_unit")
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole target on one page; the number in a row is the number in the list of problems."""
    row = target_of(request, pk)
    faults = sorted(faults_of([row])[row.pk], key=lambda one: list(LEVELS).index(one.problem.level))
    by_row: dict[int, list[int]] = {}
    for number, one in enumerate(faults, start=1):
        if one.hit.row is not None:
            by_row.setdefault(one.hit.row, []).append(number)
    amounts, history = list(row.amounts.all()), history_of(row.dossier)
    fills = held(request).can("fill", unit=row.dossier.unit, subject=row.dossier.subject)
    judges = row.filing and row.state in {"submitted", "checked"} and _judges(request, row)
    rows, changed = list(row.indicators.all()), changed_since_return(row)
    changes = _changes(row, [one.target for one in history])
    values = {
        "target": row,
        "subject": row.dossier.subject,
        "rows": rows,
        "filters": row_filters(
            row,
            rows,
            problems=by_row,
            changes=changed if row.returned_rows else changes,
            chosen=request.GET.get("see", ""),
        ),
        "queue": _queue(request, row),
        "long_rows": list(row.long_indicators.all()),
        "funds": [one for one in amounts if one.kind == "fund"],
        "tasks": [one for one in amounts if one.kind == "task"],
        "weight": _sum(rows),
        "found": list(enumerate(faults, start=1)),
        "numbers": by_row,
        "counts": level_counts(faults),
        "history": history,
        "fills": fills and row.filing and row.state in {"draft", "returned"},
        "withdraws": row.filing
        and row.state == "submitted"
        and held(request).can("submit", unit=row.dossier.unit, subject=row.dossier.subject),
        "ex_ante": ex_ante_warning(row) if row.filing else "",
        "adjusts": fills and row.state == "approved",
        "fills_at_all": fills,
        "budget_moved": budget_changes_of([row], {row.pk: asked_for(amounts)}).get(row.pk),
        "running": running_of([row.dossier_id]).get(row.dossier_id, []),
        "judges": judges,
        "changed": changed,
        "reviewing": row.filing and row.state in {"submitted", "checked"},
        "rubric": rubric_of(row) if row.filing and row.state in {"submitted", "checked"} else None,
        "consequence": consequence_of(row)[0],
        "people": _people(request, row),
        "seats": seats_of(person(request), row) if row.filing else [],
        "said": {one.get("seat"): one.get("opinion") for one in row.opinions},
        "for_unit": row.filing
        and row.state in {"draft", "returned"}
        and held(request).can("submit_for", unit=row.dossier.unit, subject=row.dossier.subject),
        "blocking": blocking(row) if row.filing else [],
        "changes": changes,
        "decided": _decided(request, row),
        **_words(),
    }
    return render(request, "desk/targets/target.html", values)


def _decided(request: HttpRequest, row: Target) -> BudgetDecision | None:
    """What was decided on the money of its year by the results before; None where nothing was."""
    own, year = held(request), row.dossier.fiscal_year
    internal = own.can("decide_use") or own.can("watch_trail")
    return decisions_on(row.dossier.subject_id, (year,), internal=internal).get(year)


def _people(request: HttpRequest, row: Target) -> list[User]:
    """Whom this person may ask for the opinion of a third party; empty
    where they may not or there is nothing to review.
    """
    reviewing = row.filing and row.state in {"submitted", "checked"}
    if not reviewing or not held(request).can("manage_round", subject=row.dossier.subject):
        return []
    return outside_people(row.dossier.subject.division)


def _judges(request: HttpRequest, row: Target) -> bool:
    """Whether this person may check it: not who handed it in."""
    own = held(request)
    may = any(own.can(power, subject=row.dossier.subject) for power in CHECKING)
    return may and row.filed_by_id != person(request).pk


def _queue(request: HttpRequest, row: Target) -> WaitingPlace | None:
    """Where it stands among those this person has to check; None for who
    checks none, and for what isn't drawn up here.
    """
    powers = [one for one in CHECKING if held(request).can(one)]
    return waiting_beside(row, person(request), powers, step="审核") if row.filing else None


def _changes(row: Target, versions: list[Target]) -> list[TargetChange]:
    """Against the version before it that was approved once; none for a first version."""
    older = [one for one in versions if one.number < row.number]
    before = next((one for one in older if one.state in {"approved", "replaced"}), None)
    return changes_between(before, row) if before is not None else []


@view("see_unit")
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper an adjustment rests on, byte for byte."""
    row = target_of(request, pk)
    if row.change_proof is None:
        raise Http404
    return as_received(row.change_proof)


def _sum(rows: Iterable[Indicator]) -> Decimal | None:
    """The weights together; None where no row has one."""
    given = [row.weight for row in rows if row.weight is not None]
    return sum(given, Decimal(0)) if given else None
