"""对象: the list of dossiers a person may see, by unit, kind, year and work of the year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import Money, dossiers_visible_to, money_of
from wenxiao.desk.results import Result, results, stage_words
from wenxiao.followup.selectors import confirmed_counts
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import person, view
from wenxiao.reviews.selectors import in_rounds, reviews_of
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

ORDER = ["-fiscal_year", "subject__kind", "unit__path", "subject__code", "pk"]
SUMMED = 1000
"""Up to how many dossiers the groups' money is added up while one waits."""

WORKS = {
    "finance": ("财政评价", "finance_evaluation", None),
    "key_monitoring": ("重点监控", "monitoring", True),
    "department": ("部门评价", "department_evaluation", None),
    "selfeval": ("单位自评", "selfeval", None),
    "recheck": ("自评复核", "recheck", None),
}
"""The year's works a list may be narrowed to: word, kind of review, key rounds only."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    q: str = ""
    unit: int | None = None
    kind: str = ""
    fiscal_year: int | None = None
    work: str = ""

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what makes no sense is left out."""
        number = {name: int(query[name]) for name in ("unit", "fy") if query.get(name, "").isdecimal()}
        work = query.get("work", "")
        return cls(
            q=query.get("q", "").strip()[:60], unit=number.get("unit"), kind=query.get("kind", "")[:24],
            fiscal_year=number.get("fy"), work=work if work in WORKS else "",
        )  # fmt: skip

    def address(self, **changed: Any) -> str:
        """The list with some of it changed; always its first page."""
        wanted = {
            "q": self.q,
            "unit": self.unit,
            "kind": self.kind,
            "fy": self.fiscal_year,
            "work": self.work,
            **changed,
        }
        query = urlencode([(name, value) for name, value in wanted.items() if value not in (None, "")])
        return reverse("desk:subjects") + (f"?{query}" if query else "")

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return self != Asked()


@dataclass(frozen=True)
class Line:
    """One dossier of the list; ``opens`` is the group it opens, if it is the first of one on the page."""

    dossier: Any
    money: Money
    rate: Decimal | None
    stage: str
    results: list[Result]
    findings: int
    opens: Group | None


@dataclass
class Group:
    """Dossiers of one kind in one fiscal year: the only ones whose money may be added up."""

    fiscal_year: int
    kind: str
    count: int
    budget: Decimal | None = None
    spent: Decimal | None = None
    without: int = 0


@dataclass
class Branch:
    """A unit of the tree with the number of dossiers at it and below."""

    unit: Any
    depth: int
    count: int
    has_more: bool
    chosen: bool
    below: list[Branch] = field(default_factory=list)


@view("see_unit")
def subjects(request: HttpRequest) -> HttpResponse:
    """The list page."""
    asked, year = Asked.read(request.GET), work_year(request)
    seen = dossiers_visible_to(person(request))
    units = {unit.pk: unit for unit in units_visible_to(person(request)).order_by("path")}
    found = _narrow(seen, asked, year, units)
    shown = page(found.select_related("subject", "unit"), ORDER, token=request.GET.get("at"))
    groups = _groups(found)
    total = sum(group.count for group in groups.values())
    values = {
        "asked": asked, "lines": _lines(shown.rows, groups), "shown": shown, "total": total, "groups": groups,
        "unit": units.get(asked.unit or 0), "tree": _tree(seen, asked, year, units), "works": WORKS,
        "chips": _chips(seen, asked, year, units), "summed": total <= SUMMED, "list_year": year,
    }  # fmt: skip
    return render(request, "desk/subjects.html", values)


def _narrow(rows: QuerySet[Any], asked: Asked, year: int, units: dict[int, Any], but: str = "") -> QuerySet[Any]:
    """The dossiers asked for, leaving out the condition named ``but`` (for counting its alternatives)."""
    if asked.q and but != "q":
        words = asked.q.split()
        for word in words:
            rows = rows.filter(
                Q(subject__name__icontains=word) | Q(subject__code__icontains=word) | Q(unit__name__icontains=word)
            )
    if asked.unit in units and but != "unit":
        rows = rows.filter(unit__path__startswith=units[asked.unit].path)
    if asked.kind and but != "kind":
        rows = rows.filter(subject__kind=asked.kind)
    if asked.fiscal_year and but != "fiscal_year":
        rows = rows.filter(fiscal_year=asked.fiscal_year)
    if asked.work and but != "work":
        _, kind, key = WORKS[asked.work]
        rows = rows.filter(pk__in=in_rounds(work_year=year, kind=kind, key=key).values("dossier"))
    return rows


def _groups(found: QuerySet[Any]) -> dict[tuple[int, str], Group]:
    """Count and money by fiscal year and kind; money only while the whole list is small enough to add up at once."""
    rows = found.order_by().values("fiscal_year", "subject__kind").annotate(n=Count("pk", distinct=True))
    groups = {(r["fiscal_year"], r["subject__kind"]): Group(r["fiscal_year"], r["subject__kind"], r["n"]) for r in rows}
    if sum(group.count for group in groups.values()) > SUMMED:
        return groups
    keys = {pk: (year, kind) for pk, year, kind in found.order_by().values_list("pk", "fiscal_year", "subject__kind")}
    for pk, money in money_of(keys).items():
        group = groups[keys[pk]]
        if money.budget is None:
            group.without += 1
        else:
            group.budget = (group.budget or 0) + money.budget
        if money.spent is not None:
            group.spent = (group.spent or 0) + money.spent
    return groups


def _lines(rows: list[Any], groups: dict[tuple[int, str], Group]) -> list[Line]:
    ids = [row.pk for row in rows]
    monies, reviews, findings = money_of(ids), reviews_of(ids), confirmed_counts(ids)
    lines, before = [], None
    for row in rows:
        key, money = (row.fiscal_year, row.subject.kind), monies[row.pk]
        held = reviews.get(row.pk, [])
        lines.append(
            Line(
                row,
                money,
                rate_percent(money.spent, money.budget),
                stage_words(held),
                results(held),
                findings.get(row.pk, 0),
                groups[key] if key != before else None,
            )
        )
        before = key
    return lines


def _chips(seen: QuerySet[Any], asked: Asked, year: int, units: dict[int, Any]) -> dict[str, list[tuple[Any, ...]]]:
    """Alternatives with honest counts: how many there would be, everything else asked for staying as it is."""
    kinds = _count(_narrow(seen, asked, year, units, but="kind"), "subject__kind")
    years = _count(_narrow(seen, asked, year, units, but="fiscal_year"), "fiscal_year")
    free = _narrow(seen, asked, year, units, but="work")
    works = []
    for code, (word, kind, key) in WORKS.items():
        count = free.filter(pk__in=in_rounds(work_year=year, kind=kind, key=key).values("dossier")).count()
        if count or asked.work == code:
            works.append((word, count, asked.address(work="" if asked.work == code else code), asked.work == code))
    labels = dict(seen.model._meta.get_field("subject").related_model._meta.get_field("kind").choices)
    return {
        "works": works,
        "years": [
            (f"{fy}年", n, asked.address(fy="" if asked.fiscal_year == fy else fy), asked.fiscal_year == fy)
            for fy, n in sorted(years.items(), reverse=True)
        ],
        "kinds": [
            (labels.get(kind, kind), n, asked.address(kind="" if asked.kind == kind else kind), asked.kind == kind)
            for kind, n in sorted(kinds.items())
        ],
    }


def _count(rows: QuerySet[Any], name: str) -> dict[Any, int]:
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk", distinct=True)))


def _tree(seen: QuerySet[Any], asked: Asked, year: int, units: dict[int, Any]) -> list[Branch]:
    """Top units, opened along the way to the chosen one; a unit without any dossier is left out."""
    counts: Counter[str] = Counter()
    for path, n in _count(_narrow(seen, asked, year, units, but="unit"), "unit__path").items():
        parts = path.strip("/").split("/")
        for depth in range(len(parts)):
            counts["/" + "/".join(parts[: depth + 1]) + "/"] += n
    way = units[asked.unit].path if asked.unit in units else "/"
    below: dict[int | None, list[Any]] = {}
    for unit in units.values():
        if counts[unit.path]:
            below.setdefault(unit.parent_id if unit.parent_id in units else None, []).append(unit)
    tops = below.get(None, [])

    def grow(unit: Any, depth: int) -> Branch:
        on_way = way.startswith(unit.path) or (len(tops) == 1 and depth == 0)
        own = below.get(unit.pk, [])
        children = [grow(child, depth + 1) for child in own] if on_way else []
        return Branch(unit, depth, counts[unit.path], bool(own), unit.pk == asked.unit, children)

    return [grow(unit, 0) for unit in tops]
