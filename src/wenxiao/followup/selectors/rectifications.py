"""整改 counted: the board by state, closing rate by department and year, the
package for 审计 and 纪检.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.followup.models import Accountability, Rectification
from wenxiao.followup.selectors.ledger import (
    handed_over,
    of_work_year,
    rectifications_seen_by,
    states,
)
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.rulebook.numbers import rate_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from wenxiao.orgs.models import User

LATE_STATES = frozenset({"ordered", "planned", "refused"})
"""What the unit still owes: what waits for the bureau's verification is not the unit's delay."""


@dataclass(frozen=True, slots=True)
class RectificationLine:
    """One line of the ledger (整改台账).
    ``days_late`` is 0 while in time or closed; ``due`` counts an extension.
    """

    id: int
    dossier: int
    name: str
    unit: str
    department: str
    work_year: int
    problem: str
    category: str
    severity: str
    state: str
    word: str
    owner: str
    measure: str
    deadline: date
    due: date
    extended: bool
    days_late: int
    refusals: int
    escalated: int
    closed_on: date | None
    synthetic: bool


def ledger(user: User | None, *, on: date, work_year: int | None = None) -> list[RectificationLine]:
    """The mendings on dossiers the user may see, the latest due first among the late.
    Constant queries.
    """
    rows = rectifications_seen_by(user)
    if work_year is not None:
        rows = of_work_year(rows, work_year)
    lines = _lines(rows, on)
    return sorted(lines, key=lambda one: (-one.days_late, one.state == "closed", one.due, one.id))


def _lines(rows: Iterable[Rectification], on: date) -> list[RectificationLine]:
    rectifications = list(rows)
    departments = departments_of(row.finding.dossier.unit for row in rectifications)
    return [_line(row, departments, on) for row in rectifications]


def _line(row: Rectification, departments: dict[int, str], on: date) -> RectificationLine:
    finding, dossier = row.finding, row.finding.dossier
    due = row.falls_due
    late = (on - due).days if row.state in LATE_STATES and due < on else 0
    subject = dossier.subject
    return RectificationLine(
        row.pk,
        dossier.pk,
        subject.name,
        row.unit.name,
        departments[dossier.unit_id],
        finding.review.round.work_year if finding.review else dossier.fiscal_year,
        finding.text,
        finding.item.category if finding.item else "",
        finding.severity,
        row.state,
        row.get_state_display(),
        row.owner,
        row.measure,
        row.deadline,
        due,
        row.extended_to is not None,
        late,
        row.refusals,
        row.escalated,
        row.closed_on,
        subject.synthetic,
    )


def board(lines: Iterable[RectificationLine]) -> list[tuple[str, str, list[RectificationLine]]]:
    """The ledger by state in the order of its road: (code, word, lines)."""
    columns: dict[str, list[RectificationLine]] = defaultdict(list)
    for line in lines:
        columns[line.state].append(line)
    return [(code, word, columns[code]) for code, word in states()]


@dataclass(frozen=True, slots=True)
class Closing:
    """How many mendings were ordered, closed, late, refused at least once.
    ``rate`` in percent, None without any.
    """

    name: str
    ordered: int
    closed: int
    late: int
    refused: int
    rate: Decimal | None


def closing_by_department(lines: Iterable[RectificationLine]) -> list[Closing]:
    """销号率 by department, the lowest first; the last row is the whole (合计)."""
    return _closings(lines, lambda line: line.department)


def closing_by_year(lines: Iterable[RectificationLine]) -> list[Closing]:
    """销号率 by work year of the evaluation or monitoring that found the
    problem; the last row is the whole.
    """
    return _closings(lines, lambda line: f"{line.work_year}年")


def _closings(
    lines: Iterable[RectificationLine], key: Callable[[RectificationLine], str]
) -> list[Closing]:
    groups: dict[str, list[RectificationLine]] = defaultdict(list)
    whole = list(lines)
    for line in whole:
        groups[key(line)].append(line)
    rows = sorted(
        (_closing(name, group) for name, group in groups.items()),
        key=lambda one: (one.rate or 0, one.name),
    )
    return [*rows, _closing("合计", whole)]


def _closing(name: str, lines: list[RectificationLine]) -> Closing:
    closed = sum(line.state == "closed" for line in lines)
    late, refused = (
        sum(line.days_late > 0 for line in lines),
        sum(line.refusals > 0 for line in lines),
    )
    return Closing(
        name, len(lines), closed, late, refused, rate_percent(Decimal(closed), Decimal(len(lines)))
    )


@dataclass(frozen=True, slots=True)
class PackagedMatter:
    """One matter of the package: the ledger line, the evidence behind the
    finding, what was answered, who answered.
    """

    line: RectificationLine
    evidence: str
    confirmed_why: str
    reply: str
    verdict: str
    notice: str
    proof: int | None
    accountabilities: tuple[tuple[str, str, str, str], ...]


def package(user: User | None, *, on: date) -> list[PackagedMatter]:
    """Serious matters and those handed to somebody by name, for 审计 and 纪检. Constant queries.

    ``accountabilities`` are (person, matter, consequence, handed to); ``proof`` is the stored
    file's id.
    """
    matters = list(handed_over(user))
    lines = {line.id: line for line in _lines(matters, on)}
    answered: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    for one in Accountability.objects.filter(
        rectification__in=[row.pk for row in matters]
    ).order_by("pk"):
        answered[one.rectification_id or 0].append(
            (one.person, one.matter, one.consequence, one.handed_to)
        )
    return [
        PackagedMatter(
            lines[row.pk],
            row.finding.evidence,
            row.finding.why,
            row.reply,
            row.verdict,
            row.notice.number if row.notice else "",
            row.proof_id,
            tuple(answered[row.pk]),
        )
        for row in matters
    ]
