"""A year's results as its page lists them: plain rows of what a line shows, in finished words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from wenxiao.budget.selectors import KINDS
from wenxiao.desk.dossiers.results import share_words
from wenxiao.followup.selectors import confirmed_counts
from wenxiao.followup.selectors.ledger import notices_about
from wenxiao.pages.formats import grade_class, permille
from wenxiao.pages.jinja import address
from wenxiao.reviews.lines import STATE_WORDS
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import rate_percent, wan, wan_screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from wenxiao.desk.evaluations.picture import LevelTable
    from wenxiao.records.models import Notice
    from wenxiao.reviews.result_counts import ResultCell

_COLUMNS = {
    "pk": "pk",
    "dossier": "dossier",
    "state": "state",
    "points": "points",
    "grade": "grade",
    "complete": "complete",
    "proved": "proved",
    "fiscal_year": "round__fiscal_year",
    "division": "dossier__subject__division",
    "kind": "dossier__subject__kind",
    "name": "dossier__subject__name",
    "synthetic": "dossier__subject__synthetic",
    "unit": "dossier__unit__name",
    "arranged": "audited__arranged",
    "used": "audited__used",
}
RESULT_FIELDS = tuple(_COLUMNS.values())
"""What is read of a review for a line of the list."""


class ResultRow(NamedTuple):
    """A review as far as its line and the picture show it; money is what was audited."""

    pk: int
    dossier: int
    state: str
    points: Decimal | None
    grade: str
    complete: bool
    proved: Decimal | None
    fiscal_year: int
    division: int
    kind: str
    name: str
    synthetic: bool
    unit: str
    arranged: Decimal | None
    used: Decimal | None


def result_rows(rows: Iterable[Mapping[str, object]]) -> list[ResultRow]:
    """The rows read by :data:`RESULT_FIELDS`."""
    return [ResultRow._make(row[name] for name in RESULT_FIELDS) for row in rows]


@dataclass
class EvaluationGroup:
    """Objects of one kind in one fiscal year: only their audited money may be added up.
    Points never are.
    """

    fiscal_year: int
    kind: str
    count: int = 0
    arranged: Decimal | None = None
    used: Decimal | None = None
    without: int = 0

    @property
    def kind_word(self) -> str:
        """The kind in Chinese."""
        return KINDS.get(self.kind, self.kind)


class EvaluationLine(NamedTuple):
    """One evaluated object in finished words; ``opens`` is the group whose first row it is. Money
    in 万元, exactly and as shown. ``points`` empty: none were given; ``grade`` None: not settled.
    ``levels``: name, how dark, what is lost, points.
    """

    href: str
    title: str
    synthetic: bool
    unit: str
    arranged: tuple[str, str] | None
    used: tuple[str, str] | None
    rate: str
    filled: int
    points: str
    complete: bool
    grade: str | None
    look: str
    proved: str
    levels: list[tuple[str, int, str, str]]
    findings: int
    findings_href: str
    state: str
    tone: str
    notice: Notice | None
    opens: EvaluationGroup | None


def lines_of(
    rows: list[ResultRow], groups: dict[tuple[int, str], EvaluationGroup], levels: LevelTable | None
) -> list[EvaluationLine]:
    """The lines of a page; a group is opened where its first row stands."""
    findings_of = confirmed_counts([row.dossier for row in rows])
    notices = notices_about([row.pk for row in rows])
    root = address("desk:review", 0).removesuffix("0")
    lines, before = [], None
    for row in rows:
        key, rate = (row.fiscal_year, row.kind), rate_percent(row.used, row.arranged)
        settled, sent = row.state in SETTLED, notices.get(row.pk, [])
        findings = findings_of.get(row.dossier, 0)
        lines.append(
            EvaluationLine(
                f"{root}{row.pk}",
                row.unit if row.kind == "department_overall" else row.name,
                row.synthetic,
                row.unit,
                _in_wan(row.arranged),
                _in_wan(row.used),
                "" if rate is None else f"{rate:.2f}%",
                permille(rate),
                _points(row),
                row.complete,
                row.grade if settled else None,
                grade_class(row.grade),
                share_words(rate_percent(row.proved, row.points)) if settled else "",
                _levels(row.pk, levels),
                findings,
                address("desk:findings", state="confirmed", dossier=row.dossier)
                if findings
                else "",
                STATE_WORDS.get(row.state, row.state),
                "ok" if settled else "bad" if row.state == "returned" else "",
                sent[-1] if sent else None,
                groups[key] if key != before else None,
            )
        )
        before = key
    return lines


def _in_wan(yuan: Decimal | None) -> tuple[str, str] | None:
    return None if yuan is None else (wan(yuan), wan_screen(yuan))


def _points(row: ResultRow) -> str:
    """Empty where nothing was marked yet: a sheet without marks has 0 points."""
    given = row.points is not None and (row.points or row.complete)
    return f"{row.points:.2f}" if given else ""


def _levels(review: int, table: LevelTable | None) -> list[tuple[str, int, str, str]]:
    """Of each head its points; none: the sheet has no such first level."""
    cells = table.cells.get(review, {}) if table else {}
    return [
        (name, cells[name].shade, cells[name].says, f"{cells[name].points:.2f}")
        if name in cells
        else (name, 0, "", "")
        for name in (table.heads if table else ())
    ]


def groups_of(cells: Iterable[ResultCell]) -> dict[tuple[int, str], EvaluationGroup]:
    """The groups of some counted results, with their audited money added up."""
    groups: dict[tuple[int, str], EvaluationGroup] = {}
    for cell in cells:
        key = (cell.fiscal_year, cell.subject_kind)
        group = groups.setdefault(key, EvaluationGroup(*key))
        group.count += cell.n
        group.without += cell.without
        group.arranged = _added(group.arranged, cell.arranged)
        group.used = _added(group.used, cell.used)
    return groups


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else (one or 0) + other
