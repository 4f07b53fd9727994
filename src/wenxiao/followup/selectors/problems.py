"""Problems as people see them: who may see which, the catalogue with its counts, heat over
departments, repeats over years.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from wenxiao.budget.questions import rows_seen
from wenxiao.budget.selectors import seen_by, seen_with
from wenxiao.followup.models import CatalogueItem, Finding
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Review
from wenxiao.store.among import IDS, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.orgs.models import Division, User
    from wenxiao.orgs.selectors import Sight

_WITH = (
    "dossier__subject__division",
    "dossier__unit",
    "item",
    "review__round",
    "rectification",
    "decided_by",
)


def findings_seen_by(user: User | None) -> QuerySet[Finding]:
    """The findings on dossiers the user may see, with what a line of a list shows."""
    return Finding.objects.filter(seen_by(user)).select_related(*_WITH)


def finding_counts(user: User | None) -> dict[str, int]:
    """How many findings the user sees in each state; states without any are 0."""
    counted = findings_seen_by(user).order_by().values_list("state").annotate(n=Count("pk"))
    return {state: 0 for state, _ in Finding.State.choices} | dict(counted)


@dataclass(frozen=True, slots=True)
class FindingChoices:
    """What a list of findings may be narrowed by: (value, words, how many), most first."""

    rules: list[tuple[str, str, int]]
    rounds: list[tuple[str, str, int]]
    units: list[tuple[str, str, int]]


def choices_in(rows: QuerySet[Finding]) -> FindingChoices:
    """The rules, rounds and units the findings of a list come from. Three queries."""

    def counted(*names: str) -> list[tuple[str, str, int]]:
        ordered = (
            rows.order_by().values_list(*names).annotate(n=Count("pk")).order_by("-n", names[0])
        )
        return [(str(row[0]), str(row[-2]), row[-1]) for row in ordered if row[0] not in {None, ""}]

    return FindingChoices(
        counted("rule"),
        counted("review__round", "review__round__name"),
        counted("dossier__unit", "dossier__unit__name"),
    )


def severities() -> list[tuple[str, str]]:
    """The degrees of a problem: code and word."""
    return [(code, str(word)) for code, word in Finding.Severity.choices]


def catalogue(division: Division, *, active: bool = False) -> list[CatalogueItem]:
    """The problem catalogue in its order; ``active`` leaves out what is no longer used.
    One query.
    """
    rows = CatalogueItem.objects.filter(division=division)
    return list(rows.filter(active=True) if active else rows)


def catalogue_item(division: Division, pk: int) -> CatalogueItem | None:
    """An item of the division's own catalogue; None for another's."""
    return CatalogueItem.objects.filter(division=division, pk=pk).first()


def catalogue_counts(user: User | None) -> dict[int, int]:
    """How many dossiers the user sees have a confirmed finding of each catalogue item."""
    rows = findings_seen_by(user).filter(state=Finding.State.CONFIRMED).exclude(item=None)
    counted = rows.order_by().values_list("item").annotate(n=Count("dossier", distinct=True))
    return {int(item): n for item, n in counted if item}


@dataclass(frozen=True, slots=True)
class Selected:
    """One evaluated project of a selection with the codes of its confirmed findings."""

    dossier: int
    name: str
    department: str
    synthetic: bool
    codes: frozenset[str]


def selection(
    user: User | None, work_year: int, *, kind: str = "finance_evaluation"
) -> list[Selected]:
    """The projects of the year's key rounds of ``kind`` that the user sees, departments as a whole
    left out.

    They stand in the order their reviews were opened, as the annual report lists them. Three
    queries.
    """
    rows = Review.objects.filter(
        seen_by(user), round__work_year=work_year, round__kind=kind, round__key=True
    ).exclude(dossier__subject__kind="department_overall")
    rows = rows.select_related("dossier__subject", "dossier__unit").order_by(
        "round__fiscal_year", "pk"
    )
    reviews = list(rows)
    names = departments_of(row.dossier.unit for row in reviews)
    codes: dict[int, set[str]] = defaultdict(set)
    confirmed = Finding.objects.filter(
        dossier__in=[row.dossier_id for row in reviews], state=Finding.State.CONFIRMED
    ).exclude(item=None)
    for dossier, code in confirmed.values_list("dossier_id", "item__code"):
        codes[dossier].add(str(code))
    return [
        Selected(
            row.dossier_id,
            row.dossier.subject.name,
            names[row.dossier.unit_id],
            row.dossier.subject.synthetic,
            frozenset(codes[row.dossier_id]),
        )
        for row in reviews
    ]


def problem_codes(user: User | None, work_year: int) -> list[frozenset[str]]:
    """By project of :func:`selection` the codes of its confirmed findings. Two queries."""
    dossiers = [pk for (pk,) in rows_seen(user, _selected_question, work_year, raw=True)]
    codes: dict[int, set[str]] = defaultdict(set)
    if dossiers:
        for dossier, code in prepared("codes of dossiers", _codes_question, dossiers):
            codes[dossier].add(code)
    return [frozenset(codes[pk]) for pk in dossiers]


def _selected_question(sight: Sight, work_year: int) -> QuerySet[Any, Any]:
    rows = Review.objects.filter(
        seen_with(sight),
        round__work_year=work_year,
        round__kind="finance_evaluation",
        round__key=True,
    ).exclude(dossier__subject__kind="department_overall")
    selected: QuerySet[Any, Any] = rows.order_by("pk").values_list("dossier")
    return selected


def _codes_question() -> QuerySet[Any, Any]:
    rows = Finding.objects.filter(dossier__among=IDS, state=Finding.State.CONFIRMED)
    coded: QuerySet[Any, Any] = rows.exclude(item=None).values_list("dossier", "item__code")
    return coded


def departments_of(units: Iterable[Unit]) -> dict[int, str]:
    """The budget department above each unit (the unit itself where it has none), by unit id.
    One query.
    """
    known = {unit.pk: unit for unit in units}
    chain = {
        int(part)
        for unit in known.values()
        for part in unit.path.strip("/").split("/")
        if part.isdigit()
    }
    names = dict(
        Unit.objects.filter(pk__in=chain, kind=Unit.Kind.DEPARTMENT).values_list("pk", "name")
    )
    return {pk: _department(unit, names) for pk, unit in known.items()}


def _department(unit: Unit, names: Mapping[int, str]) -> str:
    chain = [int(part) for part in unit.path.strip("/").split("/") if part.isdigit()]
    return next((names[pk] for pk in reversed(chain) if pk in names), unit.name)


@dataclass(frozen=True, slots=True)
class Heat:
    """Departments × problems: how many objects of a department have a confirmed problem.
    ``most`` is the largest cell.
    """

    items: tuple[CatalogueItem, ...]
    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    totals: tuple[int, ...]
    most: int


def heat(user: User | None, work_year: int) -> Heat:
    """Confirmed problems of a work year by department and catalogue item;
    an object counts once a cell. Three queries.
    """
    rows = findings_seen_by(user).filter(state=Finding.State.CONFIRMED).exclude(item=None)
    confirmed = list(
        rows.filter(
            Q(review__round__work_year=work_year) | Q(review=None, dossier__fiscal_year=work_year)
        )
    )
    names = departments_of(row.dossier.unit for row in confirmed)
    cells: dict[tuple[str, int], set[int]] = defaultdict(set)
    concerned: dict[str, set[int]] = defaultdict(set)
    items = {row.item_id: row.item for row in confirmed if row.item}
    for row in confirmed:
        cells[names[row.dossier.unit_id], row.item_id or 0].add(row.dossier_id)
        concerned[names[row.dossier.unit_id]].add(row.dossier_id)
    columns = tuple(sorted(items.values(), key=lambda item: (item.order, item.code)))
    lines = [
        (name, tuple(len(cells[name, item.pk]) for item in columns), len(concerned[name]))
        for name in sorted(
            concerned, key=lambda name: (-sum(len(cells[name, i.pk]) for i in columns), name)
        )
    ]
    totals = tuple(sum(line[1][at] for line in lines) for at in range(len(columns)))
    return Heat(
        columns, tuple(lines), totals, max((n for line in lines for n in line[1]), default=0)
    )


@dataclass(frozen=True, slots=True)
class Repeat:
    """A department with the same problem confirmed in more than one fiscal
    year: year → names of the objects.
    """

    department: str
    item: CatalogueItem
    years: tuple[tuple[int, tuple[str, ...]], ...]


def repeats(user: User | None) -> list[Repeat]:
    """Who had the same problem again (屡查屡犯), most years first."""
    rows = findings_seen_by(user).filter(state=Finding.State.CONFIRMED).exclude(item=None)
    confirmed = list(rows)
    names = departments_of(row.dossier.unit for row in confirmed)
    years_by_problem: dict[tuple[str, int], dict[int, set[str]]] = defaultdict(
        lambda: defaultdict(set)
    )
    items = {row.item_id: row.item for row in confirmed if row.item}
    for row in confirmed:
        years_by_problem[names[row.dossier.unit_id], row.item_id or 0][row.dossier.fiscal_year].add(
            row.dossier.subject.name
        )
    again = [
        Repeat(
            name, items[item], tuple((year, tuple(sorted(years[year]))) for year in sorted(years))
        )
        for (name, item), years in years_by_problem.items()
        if len(years) > 1
    ]
    return sorted(again, key=lambda one: (-len(one.years), one.department, one.item.code))
