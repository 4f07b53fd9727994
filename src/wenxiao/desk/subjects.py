"""对象: the list of dossiers a person may see, by unit, kind, year and work of the year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.reasons import EXEMPTION_REASONS
from wenxiao.budget.selectors import Money, dossiers_visible_to, money_of, rounds_visible_to
from wenxiao.desk.results import Result, results, stage_words
from wenxiao.desk.subject_order import SORTS, applied, heads, ordered, shown_money
from wenxiao.followup.selectors import common_lines, confirmed_counts
from wenxiao.orgs.selectors import saved_views, units_visible_to
from wenxiao.orgs.services.saving import forget_view, save_view
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, person, view
from wenxiao.reviews.selectors import in_rounds, reviews_of
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

KEY_KINDS = ("finance_evaluation", "monitoring")
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
    problem: int | None = None
    sort: str = ""

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what makes no sense is left out."""
        number = {name: int(query[name]) for name in ("unit", "fy", "problem") if query.get(name, "").isdecimal()}
        work, sort = query.get("work", ""), query.get("sort", "")
        return cls(
            q=query.get("q", "").strip()[:60], unit=number.get("unit"), kind=query.get("kind", "")[:24],
            fiscal_year=number.get("fy"), work=work if work in WORKS else "", problem=number.get("problem"),
            sort=sort if sort in SORTS else "",
        )  # fmt: skip

    def address(self, route: str = "desk:subjects", **changed: Any) -> str:
        """The list (or another page over the same rows) with some of it changed; always its first page."""
        wanted = {
            "q": self.q,
            "unit": self.unit,
            "kind": self.kind,
            "fy": self.fiscal_year,
            "work": self.work,
            "problem": self.problem,
            "sort": self.sort,
            **changed,
        }
        query = urlencode([(name, value) for name, value in wanted.items() if value not in (None, "")])
        return reverse(route) + (f"?{query}" if query else "")

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return self != Asked(sort=self.sort)


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
    budget: Decimal | None = None
    spent: Decimal | None = None
    basis: str = ""


@dataclass
class Group:
    """Dossiers of one kind in one fiscal year: the only ones whose money may be added up."""

    fiscal_year: int
    kind: str
    count: int
    key: bool = False
    budget: Decimal | None = None
    spent: Decimal | None = None
    without: int = 0
    audited: int = 0
    arranged: Decimal | None = None
    used: Decimal | None = None


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
    whole = look(request)
    asked, year, found, units = whole.asked, whole.year, whole.found, whole.units
    groups = _groups(found)
    total = sum(group.count for group in groups.values())
    small = total <= SUMMED
    sort = applied(asked.sort, small=small)
    shown = ordered(found.select_related("subject", "unit"), sort, request.GET.get("at"))
    manages = held(request).can("manage_round")
    values = {
        "asked": asked, "lines": _lines(shown.rows, groups, grouped=not sort), "shown": shown, "total": total,
        "unit": units.get(asked.unit or 0), "tree": _tree(whole.seen, asked, year, units), "heads": heads(asked, small=small),
        "chips": _chips(whole.seen, asked, year, units), "summed": small, "list_year": year, "problem": whole.problem, "sort": sort,
        "views": saved_views(person(request), "subjects"), "query": asked.address().partition("?")[2], "manages": manages,
        "rounds": open_rounds(person(request)) if manages and shown.rows else [], "reasons": EXEMPTION_REASONS,
    }  # fmt: skip
    return render(request, "desk/subjects.html", values)


@dataclass(frozen=True)
class Look:
    """What an address asks for, as the person asking may see it: ``seen`` before it is narrowed, ``found`` after."""

    asked: Asked
    year: int
    seen: QuerySet[Any]
    found: QuerySet[Any]
    units: dict[int, Any]
    problem: Any


def look(request: HttpRequest) -> Look:
    """Read the address: the list, its export and its batch acts speak of the same rows."""
    asked, year = Asked.read(request.GET), work_year(request)
    seen = dossiers_visible_to(person(request))
    units = {unit.pk: unit for unit in units_visible_to(person(request)).order_by("path")}
    lines = {line.id: line for line in common_lines(division, year)} if (division := person(request).division) else {}
    problem = lines.get(asked.problem or 0)
    seen = _concerned(seen, problem, year)
    return Look(asked, year, seen, _ranked(_narrow(seen, asked, year, units), year), units, problem)


def open_rounds(user: Any) -> list[Any]:
    """The running rounds of the person's own division, the latest first: what a dossier may be excused from."""
    return list(
        rounds_visible_to(user).filter(state="open", division=user.division_id).order_by("-work_year", "kind", "pk")
    )


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


def _concerned(rows: QuerySet[Any], line: Any, year: int) -> QuerySet[Any]:
    """The evaluated projects of the year with a confirmed problem of a printed line (共性问题); all where none is asked."""
    if line is None:
        return rows
    judged = in_rounds(work_year=year, kind="finance_evaluation", key=True).values("dossier")
    # A subquery, so that no row of the list ever stands twice and counts need no DISTINCT.
    troubled = rows.model._default_manager.filter(findings__state="confirmed", findings__item__in=line.items)
    return rows.filter(pk__in=judged).filter(pk__in=troubled.values("pk")).exclude(subject__kind="department_overall")


def _ranked(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    """The bureau's own objects of the work year first. They are few: their ids are read once."""
    first = [
        pk
        for kind in KEY_KINDS
        for pk in in_rounds(work_year=year, kind=kind, key=True).values_list("dossier", flat=True)
    ]
    ranked: QuerySet[Any] = rows.annotate(
        rank=Case(When(pk__in=first, then=Value(0)), default=Value(1), output_field=IntegerField())
    )
    return ranked


GroupKey = tuple[int, int, str]


def _groups(found: QuerySet[Any]) -> dict[GroupKey, Group]:
    """Count and money by rank, fiscal year and kind; money only while the whole list is small enough to add up at once."""
    rows = found.order_by().values("rank", "fiscal_year", "subject__kind").annotate(n=Count("pk"))
    groups = {
        (r["rank"], r["fiscal_year"], r["subject__kind"]): Group(
            r["fiscal_year"], r["subject__kind"], r["n"], key=r["rank"] == 0
        )
        for r in rows
    }
    if sum(group.count for group in groups.values()) > SUMMED:
        return groups
    names = ("pk", "rank", "fiscal_year", "subject__kind")
    keys = {pk: (rank, year, kind) for pk, rank, year, kind in found.order_by().values_list(*names)}
    for pk, money in money_of(keys).items():
        _add(groups[keys[pk]], money)
    return groups


def _add(group: Group, money: Money) -> None:
    """A dossier's money to its group; audited figures add to audited figures alone."""
    if money.audited_arranged is not None:
        group.audited += 1
        group.arranged = (group.arranged or Decimal(0)) + money.audited_arranged
        group.used = (group.used or Decimal(0)) + (money.audited_used or Decimal(0))
    if money.budget is None:
        group.without += 1
    else:
        group.budget = (group.budget or Decimal(0)) + money.budget
    if money.spent is not None:
        group.spent = (group.spent or Decimal(0)) + money.spent


def _lines(rows: list[Any], groups: dict[GroupKey, Group], *, grouped: bool) -> list[Line]:
    ids = [row.pk for row in rows]
    monies, reviews, findings = money_of(ids), reviews_of(ids), confirmed_counts(ids)
    lines, before = [], None
    for row in rows:
        key, money = (row.rank, row.fiscal_year, row.subject.kind), monies[row.pk]
        known, opens = reviews.get(row.pk, []), groups[key] if grouped and key != before else None
        budget, spent, basis = shown_money(money, known)
        lines.append(
            Line(
                row,
                money,
                rate_percent(spent, budget),
                stage_words(known),
                results(known),
                findings.get(row.pk, 0),
                opens,
                budget,
                spent,
                basis,
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
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk")))


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


@view("see_unit", methods=("GET", "POST"))
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the list's conditions under a name of one's own, or drop a kept one (``forget``)."""
    if request.method != "POST":
        return redirect("desk:subjects")
    forget = request.POST.get("forget", "")
    if forget.isdecimal():
        name = forget_view(user=person(request), pk=int(forget))
        messages.success(request, f"已删掉视图“{name}”。" if name else "这个视图已经不在了。")
        return redirect("desk:subjects")
    kept = Asked.read(QueryDict(request.POST.get("query", "")[:1000]))
    back = kept.address()
    try:
        row = save_view(
            user=person(request), page="subjects", name=request.POST.get("name", ""), query=back.partition("?")[2]
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已存为“{row.name}”，在列表上方随时能点。")
    return redirect(back)
