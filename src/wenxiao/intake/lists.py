"""Intakes and import batches as the person asking may see them; what a unit
must mend; whose forms have not arrived.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.selectors import (
    Missing,
    Progress,
    dossiers_of,
    found_by,
    not_received,
    round_progress,
)
from wenxiao.intake.status import STANDINGS, problems_of_form, standing_of
from wenxiao.orgs.models import Unit
from wenxiao.records.models import ImportBatch, Intake
from wenxiao.reviews.census import EVERYBODY
from wenxiao.reviews.kinds import ASKED
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN as REVIEW_OPEN
from wenxiao.reviews.worklists import counts_of_round, received
from wenxiao.rulebook.codes import (
    CHOICE_DIFFERS,
    NO_ROUND,
    OTHER_TARGET_STANDS,
    OUT_OF_SCOPE,
    ROWS_NOT_JOINED,
    SEVERAL_VERSIONS,
    UNKNOWN_SUBJECT,
    UNKNOWN_UNIT,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User
    from wenxiao.orgs.permissions import Holdings

MOST_LISTED = 2_000
OURS = frozenset(
    {
        UNKNOWN_UNIT,
        UNKNOWN_SUBJECT,
        NO_ROUND,
        OUT_OF_SCOPE,
        CHOICE_DIFFERS,
        OTHER_TARGET_STANDS,
        ROWS_NOT_JOINED,
    }
)
"""Questions of the match step that whoever imports answers, not the unit."""


def intakes_visible_to(user: User | None, held: Holdings) -> QuerySet[Intake]:
    """Whoever imports for a division sees all its intakes; anyone else their own."""
    rows = Intake.objects.filter(division=getattr(user, "division_id", None))
    return (
        rows
        if held.can("import", division=getattr(user, "division_id", 0) or 0)
        else rows.filter(by=user)
    )


def batches_visible_to(user: User | None, held: Holdings) -> QuerySet[ImportBatch]:
    """As :func:`intakes_visible_to`."""
    rows = ImportBatch.objects.filter(division=getattr(user, "division_id", None))
    return (
        rows
        if held.can("import", division=getattr(user, "division_id", 0) or 0)
        else rows.filter(by=user)
    )


def standings_of(intakes: Iterable[int]) -> dict[int, Counter[str]]:
    """How many files of each intake stand where; one query."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    rows = ImportBatch.objects.filter(intake__in=list(intakes)).values_list(
        "intake_id", "state", "summary__standing"
    )
    for intake, state, standing in rows:
        counts[intake or 0][
            state if state != ImportBatch.State.PREVIEWED else standing or "ask"
        ] += 1
    return counts


@dataclass(frozen=True)
class HandInCounts:
    """What became of the forms units handed over in one intake: how many handed in, how many
    received only, by round.
    """

    handed_in: int
    received: int
    rounds: tuple[tuple[int, str, int], ...]


def received_in(intake: Intake) -> HandInCounts:
    """The forms of an intake that were imported, as they stand now; one query."""
    rows = Review.objects.filter(file__importbatch__intake=intake, received_on__isnull=False)
    received = rows.order_by("round").values_list("round", "round__name", "state", "pk").distinct()
    waiting = Counter((pk, name) for pk, name, state, _ in received if state in REVIEW_OPEN)
    total = len(received)
    left = sum(waiting.values())
    return HandInCounts(
        total - left, left, tuple((pk, name, n) for (pk, name), n in waiting.items())
    )


def with_standing(rows: QuerySet[ImportBatch], standing: str) -> QuerySet[ImportBatch]:
    """The batches that stand so; all of them for an unknown word."""
    if standing in ImportBatch.State.values:
        return rows.filter(state=standing)
    if standing in STANDINGS:
        return rows.filter(state=ImportBatch.State.PREVIEWED, summary__standing=standing)
    return rows


@dataclass
class UnitFaults:
    """What one unit must mend: (file, problem) in the order of the files;
    ``unit`` as matched, else as the form says.
    """

    unit: str
    contact: str = ""
    phone: str = ""
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def count(self, level: str) -> int:
        """How many of this level."""
        return sum(1 for _, problem in self.rows if problem["level"] == level)

    @property
    def text(self) -> str:
        """Ready to copy into a message."""
        blocks, warns = self.count("阻断"), self.count("警告")
        head = f"{self.unit}：报送的文件有 {len(self.rows)} 处需要核对（须改正 {blocks} 处，请说明或改正 {warns} 处）。"
        lines = [
            f"{at}. 《{name}》{problem_line(problem)}"
            for at, (name, problem) in enumerate(self.rows, start=1)
        ]
        return "\n".join([head, *lines])


def problem_line(problem: dict[str, Any]) -> str:
    """A problem in one line: where, what, how to mend it, its code."""
    where = " ".join(str(part) for part in (problem.get("sheet"), problem.get("cell")) if part)
    if problem.get("line") and not problem.get("cell"):
        where = f"{where} 第 {problem['line']} 行".strip()
    return f"{where + '：' if where else ''}{problem['text']}{problem.get('mend') or ''}[{problem['code']}]"


def faults_by_unit(
    batches: Iterable[ImportBatch], *, levels: tuple[str, ...] = ("阻断", "警告")
) -> list[UnitFaults]:
    """The error lists of an intake's files, unit by unit in the order of
    names; files of no known unit last.
    """
    by_unit: dict[str, UnitFaults] = {}
    ids: dict[str, int] = {}
    for batch in batches:
        if standing_of(batch) in {"same", "left", "undoing", "undone"}:
            continue
        for form, problem in _told(batch):
            if problem["level"] not in levels or problem["code"] in OURS:
                continue
            name = (form["unit_name"] or form["unit"]) if form else ""
            if form and form["unit_id"]:
                ids[name] = form["unit_id"]
            line = (file_name(batch), _for_unit(problem))
            by_unit.setdefault(name, UnitFaults(name or "未写明单位的文件")).rows.append(line)
    people = {row.pk: row for row in Unit.objects.filter(pk__in=ids.values())}
    for name, faults in by_unit.items():
        row = people.get(ids.get(name, 0))
        if row is not None:
            faults.contact, faults.phone = row.contact, row.phone
    return [by_unit[name] for name in sorted(by_unit, key=lambda name: (not name, name))]


def _told(batch: ImportBatch) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Each problem with its form: the file's by their sheet, a form's own
    by itself (a list holds many on one sheet).
    """
    forms = batch.summary.get("forms", [])
    by_sheet = {form["sheet"]: form for form in forms}
    first = next(iter(by_sheet.values()), None)
    for problem in batch.problems:
        yield by_sheet.get(problem.get("sheet") or "") or first, problem
    for form in forms:
        for problem in problems_of_form(form):
            yield form, problem


def _for_unit(problem: dict[str, Any]) -> dict[str, Any]:
    """Two versions are a question to the unit, not its fault."""
    return (
        problem | {"level": "警告", "mend": "请确认以哪一份为准。"}
        if problem["code"] == SEVERAL_VERSIONS
        else problem
    )


def file_name(batch: ImportBatch) -> str:
    """What a file is called; one that may not be kept by its place among
    what was handed over, never by its name.
    """
    if batch.file:
        return str(batch.file)
    at = batch.summary.get("at")
    return "未留存的文件" if at is None else f"第 {at + 1} 份（未留存）"


# ---- whose forms have not arrived ----------------------------------------------------------------


def rounds_asked(division: Division, work_year: int) -> list[Round]:
    """The rounds of a work year in which units hand something in, the running ones first."""
    rows = Round.objects.filter(division=division, work_year=work_year, kind__in=ASKED).exclude(
        state=Round.State.DRAFT
    )
    return sorted(
        rows,
        key=lambda row: (row.state != Round.State.OPEN, row.kind, row.through_month or 0, row.pk),
    )


@dataclass(frozen=True)
class Standing:
    """A round's progress by department, whole last; the missing by unit;
    the excused with their reason.
    """

    progress: list[Progress]
    missing: list[Missing]
    excused: list[Exemption]

    @property
    def whole(self) -> Progress:
        """The whole round."""
        return self.progress[-1]


def standing_of_round(round: Round) -> Standing:
    """Progress, missing and excused of a round; a constant number of queries."""
    done = received(round)
    counts = counts_of_round(EVERYBODY, round)
    excused = Exemption.objects.filter(round=round).select_related(
        "dossier__subject", "dossier__unit", "by"
    )
    return Standing(
        round_progress(round, counts=counts),
        not_received(round, received=done, counts=counts),
        list(excused.order_by("pk")),
    )


def missing_dossiers(round: Round, unit: str) -> list[Dossier]:
    """What has not arrived from one unit (by name)."""
    rows = found_by(Q(unit__name=unit), dossiers_of(round)).exclude(pk__in=received(round))
    rows = rows.exclude(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    return list(rows.select_related("subject", "unit").order_by("subject__code"))
