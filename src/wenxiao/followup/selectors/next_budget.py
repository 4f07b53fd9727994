"""Before next year's budget meeting: each request beside its budget, result, execution, problems,
last decision and proposal.

Nothing here writes: the simulator is these rows and their sums, and the list that is downloaded is
the same rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from wenxiao.budget.models import Dossier, Request, Round
from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.followup.models import BudgetDecision, Finding, Rectification, UseList
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook import basis
from wenxiao.rulebook.next_budget import RULE, Past, Proposed, Terms, propose, terms
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.prepared import PreparedRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User

KINDS = {kind.value: str(kind.label) for kind in BudgetDecision.Kind}
"""What can be decided on a request, with the words."""
RANK = ("finance_evaluation", "department_evaluation", "recheck", "selfeval")
"""Whose result stands beside a request where a year has several: the finance section's first."""
ROUND_KINDS = {kind.value: str(kind.label) for kind in Round.Kind}
FEW = 500
"""Up to so many subjects are named in a query; for more the whole division is read."""
LOOKED_BACK = 5
"""How many budget years are looked through for the same problem again."""


@dataclass(slots=True)
class Line:
    """One request with everything that is known before it is decided on; money in 元."""

    request: Request
    past: Past
    proposed: Proposed
    result: str = ""
    points: Decimal | None = None
    proved: Decimal | None = None
    confirmed: int = 0
    last: str = ""
    decision: BudgetDecision | None = None
    dossier: int | None = None
    next_line: Decimal | None = None
    next_dossier: int | None = None

    @property
    def proposed_cut(self) -> Decimal | None:
        """建议审减; None where the division set no share."""
        amount = self.proposed.amount
        return None if amount is None else self.past.asked - amount

    @property
    def stale(self) -> bool:
        """Whether the request was changed after its decision (二上 after 一上)."""
        return self.decision is not None and self.decision.asked != self.request.asked


@dataclass(frozen=True, slots=True)
class Effect:
    """The simulator: what all proposals together come to, and what is decided so far.
    Every sum is of the same lines.
    """

    asked: Decimal
    last_budget: Decimal
    proposed_cut: Decimal
    unpriced: int
    by_kind: tuple[tuple[str, int, Decimal], ...]
    decided: int
    decided_asked: Decimal
    decided_cut: Decimal
    arranged: Decimal

    @property
    def priced(self) -> bool:
        """Whether any proposal names an amount: without one nothing is known to be taken off."""
        return sum(n for _, n, _ in self.by_kind) > self.unpriced

    @property
    def proposed(self) -> Decimal:
        """What would be arranged if every proposal were taken; unpriced ones stay as asked."""
        return self.asked - self.proposed_cut


@dataclass(slots=True)
class DepartmentSheet:
    """The lines of one department (or of all), their effect, and the terms
    the proposals were made by.
    """

    lines: list[Line]
    shares: Terms
    cited: str
    own: bool
    effect: Effect = field(init=False)

    def __post_init__(self) -> None:
        self.effect = effect_of(self.lines)


def requests_seen_by(user: User | None, division: Division, year: int) -> QuerySet[Request]:
    """Each subject's last request (二上 before 一上) for a year, of subjects the user may see."""
    rows = Request.objects.filter(
        subject__in=subjects_visible_to(user).filter(division=division), fiscal_year=year
    )
    second = Request.objects.filter(fiscal_year=year, stage=Request.Stage.SECOND).values("subject")
    return rows.filter(Q(stage=Request.Stage.SECOND) | ~Q(subject__in=second)).select_related(
        "subject__unit"
    )


def sheet(rows: Iterable[Request], *, division: Division, year: int) -> DepartmentSheet:
    """The given requests with what stands beside them; a fixed number of
    queries however many there are.
    """
    rows = list(rows)
    rule = basis.in_force(RULE, year, division.own_rules)
    shares = terms(rule)
    facts = _facts(rows, division, year)
    lines = [_line(row, facts, shares) for row in rows]
    return DepartmentSheet(lines, shares, rule.basis, rule.own)


def effect_of(lines: Sequence[Line]) -> Effect:
    """The sums over lines, each once."""
    zero = Decimal(0)
    kinds: dict[str, list[Decimal]] = defaultdict(list)
    for line in lines:
        kinds[line.proposed.kind].append(line.proposed_cut or zero)
    decided = [line.decision for line in lines if line.decision is not None]
    return Effect(
        asked=sum((line.past.asked for line in lines), zero),
        last_budget=sum((line.past.last_budget or zero for line in lines), zero),
        proposed_cut=sum((line.proposed_cut or zero for line in lines), zero),
        unpriced=sum(line.proposed_cut is None for line in lines),
        by_kind=tuple(
            (kind, len(kinds[kind]), sum(kinds[kind], zero)) for kind in KINDS if kind in kinds
        ),
        decided=len(decided),
        decided_asked=sum((one.asked for one in decided), zero),
        decided_cut=sum((one.cut for one in decided), zero),
        arranged=sum((one.amount for one in decided), zero),
    )


@dataclass(slots=True)
class _Facts:
    dossiers: dict[int, int]
    """Subject → this year's dossier."""
    next_dossiers: dict[int, int]
    money: Mapping[int, Any]
    results: dict[int, Any]
    confirmed: dict[int, int]
    unmended: dict[int, int]
    years: dict[int, int]
    last: dict[int, str]
    decisions: dict[int, BudgetDecision]


def _of(division: Division, subjects: set[int], path: str) -> dict[str, Any]:
    """The condition on rows whose subject is reached by ``path``: the few
    by number, else all of the division.
    """
    if len(subjects) <= FEW:
        return {f"{path}__in": subjects}
    return {f"{path}__division": division}


def _facts(rows: Sequence[Request], division: Division, year: int) -> _Facts:
    subjects = {row.subject_id for row in rows}
    near = Dossier.objects.filter(
        **_of(division, subjects, "subject"), fiscal_year__in=(year - 1, year)
    )
    this: dict[int, int] = {}
    following: dict[int, int] = {}
    for pk, subject, fiscal in near.values_list("pk", "subject", "fiscal_year"):
        if subject in subjects:
            (following if fiscal == year else this)[subject] = pk
    confirmed, unmended, years = _problems(division, subjects, year)
    return _Facts(
        this,
        following,
        money_of(near),
        _results(division, subjects, year),
        confirmed,
        unmended,
        years,
        _last_decisions(division, subjects, year),
        {
            one.request_id: one
            for one in BudgetDecision.objects.filter(
                **_of(division, subjects, "request__subject"), request__fiscal_year=year
            ).select_related("decided_by", "signed")
        },
    )


def _results(division: Division, subjects: set[int], year: int) -> dict[int, Any]:
    """Per subject the latest settled grade before the year, the finance
    section's before the unit's own.
    """
    rows = Review.objects.filter(
        **_of(division, subjects, "dossier__subject"),
        dossier__fiscal_year__lt=year,
        dossier__fiscal_year__gte=year - LOOKED_BACK,
        kind__in=RANK,
        state__in=SETTLED,
    ).exclude(grade="")
    best: dict[int, Any] = {}
    names = ("dossier__subject", "dossier__fiscal_year", "kind", "grade", "points", "proved")
    for subject, fiscal, kind, *result in rows.order_by("pk").values_list(*names):
        key = (fiscal, -RANK.index(kind))
        if subject in subjects and (subject not in best or key >= best[subject][0]):
            best[subject] = (key, fiscal, kind, *result)
    return best


def _problems(
    division: Division, subjects: set[int], year: int
) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """Per subject: confirmed problems, those not mended, and for how many
    years in a row one of these stood.
    """
    rows = Finding.objects.filter(
        **_of(division, subjects, "dossier__subject"),
        dossier__fiscal_year__lt=year,
        dossier__fiscal_year__gte=year - LOOKED_BACK,
        state=Finding.State.CONFIRMED,
    )
    names = ("dossier__subject", "dossier__fiscal_year", "item", "text", "rectification__state")
    confirmed: dict[int, int] = defaultdict(int)
    unmended: dict[int, int] = defaultdict(int)
    seen: dict[tuple[int, Any], set[int]] = defaultdict(set)
    left: set[tuple[int, Any]] = set()
    for subject, fiscal, item, text, state in rows.order_by().values_list(*names):
        if subject not in subjects:
            continue
        confirmed[subject] += 1
        seen[subject, item or text].add(fiscal)
        if state != Rectification.State.CLOSED:
            unmended[subject] += 1
            left.add((subject, item or text))
    years: dict[int, int] = defaultdict(int)
    for key in left:
        years[key[0]] = max(years[key[0]], _in_a_row(seen[key]))
    return confirmed, unmended, years


def _in_a_row(years: set[int]) -> int:
    """How many years in a row up to the last of them."""
    last, count = max(years), 0
    while last - count in years:
        count += 1
    return count


def _last_decisions(division: Division, subjects: set[int], year: int) -> dict[int, str]:
    """What was decided on each subject's request for the budget before."""
    rows = BudgetDecision.objects.filter(
        **_of(division, subjects, "request__subject"), request__fiscal_year__lt=year
    )
    names = ("request__subject", "request__fiscal_year", "kind", "cut")
    latest = {}
    for subject, fiscal, kind, cut in rows.order_by("request__fiscal_year").values_list(*names):
        if subject in subjects:
            latest[subject] = (fiscal, KINDS[kind], cut)
    return {
        pk: f"{fiscal}年{word}" + (f"，审减 {cut / 10000:.2f}" if cut else "，无审减")
        for pk, (fiscal, word, cut) in latest.items()
    }


def _line(row: Request, facts: _Facts, shares: Terms) -> Line:
    subject = row.subject_id
    dossier = facts.dossiers.get(subject)
    money = facts.money.get(dossier) if dossier else None
    result = facts.results.get(subject)
    past = Past(
        asked=row.asked,
        last_budget=money.budget if money else None,
        execution=rate_percent(money.spent, money.budget) if money else None,
        grade=result[3] if result else "",
        unmended=facts.unmended.get(subject, 0),
        years=facts.years.get(subject, 0),
        recurring=row.subject.recurring,
    )
    following = facts.next_dossiers.get(subject)
    ahead = facts.money.get(following) if following else None
    decision = facts.decisions.get(row.pk)
    return Line(
        request=row,
        past=past,
        proposed=_signed_proposal(decision) or propose(past, shares),
        result=f"{result[1]} {ROUND_KINDS[result[2]]}" if result else "",
        points=result[4] if result else None,
        proved=rate_percent(result[5], result[4]) if result else None,
        confirmed=facts.confirmed.get(subject, 0),
        last=facts.last.get(subject, ""),
        decision=decision,
        dossier=dossier,
        next_line=ahead.opening if ahead else None,
        next_dossier=following,
    )


def _signed_proposal(decision: BudgetDecision | None) -> Proposed | None:
    """What a signed decision was proposed as: facts of later years don't change the rule's word."""
    if decision is None or decision.signed_id is None:
        return None
    return Proposed(decision.proposed, decision.basis, decision.proposed_amount)


def department_units(units: Iterable[Unit]) -> dict[int, Unit]:
    """The budget department above each unit (the unit itself without one), by unit id.
    One query.
    """
    known = {unit.pk: unit for unit in units}
    chain = {int(part) for unit in known.values() for part in unit.path.split("/") if part}
    tops = Unit.objects.filter(pk__in=chain, kind=Unit.Kind.DEPARTMENT).in_bulk()
    departments = {}
    for pk, unit in known.items():
        above = [int(part) for part in reversed(unit.path.split("/")) if part]
        departments[pk] = next((tops[one] for one in above if one in tops), unit)
    return departments


def signed_list(unit: Unit, year: int) -> UseList | None:
    """The last list a leader signed for a department and budget year."""
    rows = UseList.objects.filter(unit=unit, fiscal_year=year).select_related("signed_by")
    return rows.order_by("-number").first()


def lists_signed(division: Division, year: int) -> dict[int, UseList]:
    """The last signed list of each department for a budget year, by unit id. One query."""
    rows = UseList.objects.filter(division=division, fiscal_year=year).order_by("number")
    return {row.unit_id: row for row in rows}


def decisions_on(
    subject: int, fiscal_years: Iterable[int], *, internal: bool
) -> dict[int, BudgetDecision]:
    """What was decided on a subject's requests, by budget year, to stand beside its target and
    dossier. One query.

    Without ``internal`` only what a leader signed: a unit doesn't read what is still being talked
    about.
    """
    years = set(fiscal_years)
    return {
        row.request.fiscal_year: row
        for row in _DECISIONS.rows(subject)
        if row.request.fiscal_year in years and (internal or row.signed is not None)
    }


_DECISIONS = PreparedRead(
    lambda subject: (
        BudgetDecision.objects.filter(request__subject=subject)
        .select_related("request", "decided_by", "signed")
        .order_by("request__stage")
    )
)


def lines_of(*, division: Division, unit: Unit, fiscal_year: int, by: User | None) -> list[Line]:
    """The requests of one department and of the units below it, as the person sees them."""
    rows = requests_seen_by(by, division, fiscal_year).filter(
        subject__unit__path__startswith=unit.path
    )
    below = list(rows.order_by("subject__unit__path", "subject__code"))
    above = department_units(row.subject.unit for row in below)
    mine = [row for row in below if above[row.subject.unit_id].pk == unit.pk]
    return sheet(mine, division=division, year=fiscal_year).lines


def signed_lines_seen_by(user: User | None, signed: UseList) -> list[list[Any]]:
    """What was signed, without the lines of subjects the user may not see
    (限制知悉 since then, or always).
    """
    codes = {line[0] for line in signed.lines}
    seen = subjects_visible_to(user).filter(division=signed.division, code__in=codes)
    codes_seen = set(seen.values_list("code", flat=True))
    return [line for line in signed.lines if line[0] in codes_seen]


def listed(line: Line) -> list[Any]:
    """One line of the list as it is printed and signed: texts and amounts
    in 元 as text; "" where nothing is known.
    """
    decision = line.decision
    amount, cut = (decision.amount, decision.cut) if decision else (None, None)
    subject = line.request.subject
    return [
        subject.code,
        subject.unit.name,
        subject.name,
        _yuan(line.past.last_budget),
        _yuan(line.request.asked),
        f"{line.result} {line.points or ''} {line.past.grade}".strip(),
        "" if line.past.execution is None else str(line.past.execution),
        line.confirmed,
        line.past.unmended,
        line.last,
        KINDS[line.proposed.kind],
        line.proposed.reason,
        _yuan(line.proposed_cut),
        KINDS[decision.kind] if decision else "",
        _yuan(cut),
        _yuan(amount),
        (decision.why or decision.basis) if decision else "",
    ]


def _yuan(value: Decimal | None) -> str:
    return "" if value is None else str(value)
