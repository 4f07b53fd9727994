"""What reports are told from: the year's reported reviews with their money, findings, notices and
lines.

Reports may not touch tables; they get these plain rows. Every function costs the same queries for 1
and for 5 000 rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from wenxiao.budget.models import Appropriation, Exemption, Round, Subject
from wenxiao.followup.models import BudgetDecision, CommonProblem, Finding, Rectification, Use
from wenxiao.orgs.models import Unit
from wenxiao.records.models import Document, Notice, StoredFile
from wenxiao.reviews.kinds import work_title
from wenxiao.reviews.models import Review, Suggestion
from wenxiao.store.among import IDS, prepared
from wenxiao.store.prepared import PreparedRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from wenxiao.orgs.models import Division

REVIEW_TYPE = "reviews.Review"
"""How notices and entries name a review in ``target_type``."""

_CONCLUDED = (Review.State.CONFIRMED, Review.State.ISSUED)


# --- Reporting ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A feedback notice (反馈函) of a review: its number, when it went out and
    when it was received.
    """

    id: int
    number: str
    issued_on: date
    due_on: date | None
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A finding a person confirmed, with the catalogue item it is coded to (0 when uncoded)."""

    id: int
    dossier: int
    item: int
    text: str
    deadline: date | None


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A printed line of common problems and the catalogue items it groups."""

    id: int
    order: int
    text: str
    items: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reported:
    """One review of a key round as reports tell it. Money is 元; None where nobody entered a value.

    ``opening`` is the sum of the dossier's opening appropriations and ``appropriations`` the rows
    behind it. ``points`` and ``grade`` are None and empty until the result was confirmed: nothing
    unconfirmed is told. The three ``synthetic`` say what was made up for a demonstration: the
    object, its opening budget, its audited amounts or points.
    """

    review: int
    dossier: int
    name: str
    unit: str
    department: str
    overall: bool
    kind: str
    fiscal_year: int
    period: str
    through_month: int
    open: bool
    disclosure: str
    synthetic: bool
    result_synthetic: bool
    state: str
    concluded: bool
    issued: bool
    opening: Decimal | None
    opening_synthetic: bool
    appropriations: tuple[int, ...]
    audited: int | None
    arranged: Decimal | None
    used: Decimal | None
    budget: Decimal | None
    executed: Decimal | None
    points: Decimal | None
    grade: str
    agency: str
    suggestions: tuple[str, ...]
    findings: tuple[Confirmed, ...]
    notices: tuple[Told, ...]
    confirmed_note: str = ""
    work: str = "财政重点绩效评价"
    """What papers call the work the result came from."""

    @property
    def received(self) -> bool:
        """Whether the department has the findings: a feedback notice went
        out and was received (签收).
        """
        return any(notice.received_on for notice in self.notices)


def reported_reviews(
    division: Division, work_year: int, *, kind: str, review: int | None = None
) -> tuple[Reported, ...]:
    """The reviews of the key rounds (财政重点) of a kind in a work year, in the order they were
    opened; or one result for its own papers, of a key round or not.

    ``kind`` is a Round.Kind. Rounds that are not key (日常监控) do not stand in the year's report.
    """
    rows = Review.objects.filter(
        round__division=division, round__work_year=work_year, round__kind=kind
    ).order_by("round__fiscal_year", F("round__through_month").asc(nulls_first=True), "pk")
    rows = rows.filter(round__key=True) if review is None else rows.filter(pk=review)
    reviews = list(
        rows.select_related("dossier__subject", "dossier__unit", "round", "audited", "agency")
    )
    parts = _Parts.of(rows, division, work_year)
    return tuple(_reported(review, parts) for review in reviews)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What hangs on the reported reviews, read in one query each and keyed for joining."""

    money: Mapping[int, list[Appropriation]]
    suggestions: Mapping[int, list[str]]
    findings: Mapping[int, list[Confirmed]]
    notices: Mapping[int, list[Told]]
    departments: Mapping[int, str]

    @classmethod
    def of(cls, rows: QuerySet[Review], division: Division, work_year: int) -> _Parts:
        ordered = rows.order_by()
        ids, dossiers = ordered.values("pk"), ordered.values("dossier")
        return cls(
            money=_money(dossiers),
            suggestions=_suggestions(ids),
            findings=_findings(dossiers, work_year),
            notices=_notices(ids, division),
            departments=dict(
                Unit.objects.filter(division=division, kind=Unit.Kind.DEPARTMENT).values_list(
                    "pk", "name"
                )
            ),
        )


def _money(dossiers: QuerySet[Any, Any]) -> dict[int, list[Appropriation]]:
    """The appropriations with an opening amount, by dossier."""
    appropriations: dict[int, list[Appropriation]] = defaultdict(list)
    for row in (
        Appropriation.objects.filter(dossier__in=dossiers).exclude(opening=None).order_by("pk")
    ):
        appropriations[row.dossier_id].append(row)
    return appropriations


def _suggestions(reviews: QuerySet[Any, Any]) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = defaultdict(list)
    rows = Suggestion.objects.filter(review__in=reviews).order_by("number")
    for review, text in rows.values_list("review_id", "text"):
        texts[review].append(text.strip())
    return texts


def _findings(dossiers: QuerySet[Any, Any], work_year: int) -> dict[int, list[Confirmed]]:
    """Confirmed findings by dossier, with the deadline of their mending (an extension counts); none
    that the work of another year came upon.
    """
    findings: dict[int, list[Confirmed]] = defaultdict(list)
    own = Q(review=None) | Q(review__round__work_year=work_year)
    rows = Finding.objects.filter(own, dossier__in=dossiers, state=Finding.State.CONFIRMED)
    names = (
        "pk",
        "dossier_id",
        "item_id",
        "text",
        "item__text",
        "rectification__deadline",
        "rectification__extended_to",
    )
    for pk, dossier, item, text, coded, deadline, extended in rows.order_by(
        "item__order", "pk"
    ).values_list(*names):
        findings[dossier].append(
            Confirmed(pk, dossier, item or 0, text or coded or "", extended or deadline)
        )
    return findings


def _notices(reviews: QuerySet[Any, Any], division: Division) -> dict[int, list[Told]]:
    notices: dict[int, list[Told]] = defaultdict(list)
    rows = Notice.objects.filter(
        division=division, kind=Notice.Kind.FEEDBACK, target_type=REVIEW_TYPE, target_id__in=reviews
    ).order_by("issued_on", "pk")
    for row in rows:
        notice = Told(row.pk, row.number, row.issued_on, row.due_on, row.received_on)
        notices[row.target_id or 0].append(notice)
    return notices


def _department(unit: Unit, departments: Mapping[int, str]) -> str:
    """The budget department above a unit, or the unit itself where it has none."""
    chain = [int(part) for part in unit.path.strip("/").split("/") if part.isdigit()]
    return next((departments[pk] for pk in reversed(chain) if pk in departments), unit.name)


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _reported(review: Review, parts: _Parts) -> Reported:
    dossier, subject, audited = review.dossier, review.dossier.subject, review.audited
    money = parts.money.get(dossier.pk, [])
    concluded = review.state in _CONCLUDED
    return Reported(
        review=review.pk,
        dossier=dossier.pk,
        name=subject.name,
        unit=dossier.unit.name,
        department=_department(dossier.unit, parts.departments),
        overall=subject.kind == Subject.Kind.DEPARTMENT,
        kind=subject.kind,
        fiscal_year=dossier.fiscal_year,
        period=review.round.period,
        through_month=review.round.through_month or 0,
        open=subject.restriction == Subject.Restriction.OPEN,
        disclosure=subject.get_restriction_display(),
        synthetic=subject.synthetic,
        result_synthetic=review.synthetic or bool(audited and audited.synthetic),
        state=review.get_state_display(),
        concluded=concluded,
        issued=review.state == Review.State.ISSUED,
        opening=_total(row.opening for row in money),
        opening_synthetic=any(row.synthetic for row in money),
        appropriations=tuple(row.pk for row in money),
        audited=audited.pk if audited else None,
        arranged=audited.arranged if audited else None,
        used=audited.used if audited else None,
        budget=review.budget,
        executed=review.executed,
        points=review.points if concluded else None,
        grade=review.grade if concluded else "",
        agency=review.agency.name if review.agency else "",
        suggestions=tuple(parts.suggestions.get(review.pk, ())),
        findings=tuple(parts.findings.get(dossier.pk, ())),
        notices=tuple(parts.notices.get(review.pk, ())),
        confirmed_note=review.confirmed_note if concluded else "",
        work=work_title(review.kind, key=review.round.key),
    )


def common_lines(division: Division, work_year: int) -> tuple[ProblemLine, ...]:
    """The lines of common problems (共性问题) of a work year, in their printed order."""
    rows = CommonProblem.objects.filter(division=division, work_year=work_year).prefetch_related(
        "items"
    )
    return tuple(
        ProblemLine(row.pk, row.order, row.text, frozenset(item.pk for item in row.items.all()))
        for row in rows.order_by("order", "pk")
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the library as reports cite it; ``cited`` says that a
    reported round rests on it.
    """

    id: int
    kind: str
    title: str
    number: str
    cited: bool


def report_documents(division: Division, work_year: int) -> tuple[Paper, ...]:
    """The documents an annual report may cite: opinions and measures first, then the notices of
    that year's rounds.

    Notices and plans of other years are left out; what was issued after the work year too.
    """
    kinds = Document.Kind
    rounds = Round.objects.filter(division=division, work_year=work_year).exclude(basis=None)
    cited = set(rounds.values_list("basis", flat=True))
    rows = Document.objects.filter(division=division).filter(
        Q(issued_on=None) | Q(issued_on__year__lte=work_year)
    )
    order = {kinds.OPINION: 0, kinds.MEASURES: 1, kinds.NOTICE: 2}
    citable = [
        row
        for row in rows
        if row.pk in cited
        or row.kind in {kinds.OPINION, kinds.MEASURES}
        or (row.kind == kinds.NOTICE and row.issued_on and row.issued_on.year == work_year)
    ]
    citable.sort(key=lambda row: (order.get(kinds(row.kind), 3), row.pk))
    return tuple(Paper(row.pk, row.kind, row.title, row.number, row.pk in cited) for row in citable)


def _told(*, public: bool, dossier: str = "dossier") -> Q:
    """What a version may tell: everything, or all but restricted subjects."""
    return Q(**{f"{dossier}__subject__restriction": Subject.Restriction.OPEN}) if public else Q()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many dossiers were asked to evaluate themselves in a work year
    and how many have handed in.
    """

    asked: tuple[int, ...]
    handed_in: tuple[int, ...]


def selfeval_coverage(division: Division, work_year: int, *, public: bool = False) -> Coverage:
    """The self-evaluation reviews of a work year by id: asked, and handed in (待审核 or further).
    Exempted ones don't count.

    ``public`` leaves restricted (限制知悉) subjects out, here and in the two below.
    """
    excused = Exemption.objects.filter(round=OuterRef("round"), dossier=OuterRef("dossier"))
    rows = Review.objects.filter(
        ~Exists(excused),
        _told(public=public),
        round__division=division,
        round__work_year=work_year,
        round__kind=Round.Kind.SELFEVAL,
    ).order_by("pk")
    waiting = {Review.State.WAITING, Review.State.FILLING, Review.State.RETURNED}
    states = list(rows.values_list("pk", "state"))
    return Coverage(
        tuple(pk for pk, _ in states), tuple(pk for pk, state in states if state not in waiting)
    )


@dataclass(frozen=True, slots=True)
class OrderedRectifications:
    """Rectifications (整改) ordered from a work year's key reviews: all, and those closed (已销号)."""

    ordered: tuple[int, ...]
    closed: tuple[int, ...]


def rectification_standing(
    division: Division, work_year: int, *, public: bool = False
) -> OrderedRectifications:
    """How the mending of what a work year's reviews found stands today."""
    rows = Rectification.objects.filter(
        _told(public=public, dossier="finding__dossier"),
        finding__review__round__division=division,
        finding__review__round__work_year=work_year,
        finding__review__round__key=True,
    ).order_by("pk")
    states = list(rows.values_list("pk", "state"))
    closed = tuple(pk for pk, state in states if state == Rectification.State.CLOSED)
    return OrderedRectifications(tuple(pk for pk, _ in states), closed)


@dataclass(frozen=True, slots=True)
class Consequence:
    """Accepted uses of results of one kind, with the money each concerns
    (元, None where none was entered).
    """

    kind: str
    uses: tuple[int, ...]
    amounts: tuple[Decimal | None, ...]
    table: str = "followup.Use"


def money_consequences(
    division: Division, work_year: int, *, public: bool = False
) -> tuple[Consequence, ...]:
    """What was decided (采纳) from a work year's results by kind of use, and
    what results took off this year's requests.
    """
    rows = Use.objects.filter(
        _told(public=public),
        state=Use.State.ACCEPTED,
        review__round__division=division,
        review__round__work_year=work_year,
    ).order_by("pk")
    grouped: dict[str, list[Use]] = defaultdict(list)
    for row in rows:
        grouped[row.kind].append(row)
    accepted = tuple(
        Consequence(
            label,
            tuple(row.pk for row in grouped[kind]),
            tuple(row.amount for row in grouped[kind]),
        )
        for kind, label in Use.Kind.choices
        if kind in grouped
    )
    return accepted + _taken_off(division, work_year, public=public)


def _taken_off(division: Division, year: int, *, public: bool) -> tuple[Consequence, ...]:
    """What the results of the year before took off the requests of this
    year's budget, as signed; by kind.
    """
    rows = BudgetDecision.objects.filter(
        _told(public=public, dossier="request"),
        request__subject__division=division,
        request__fiscal_year=year,
    ).exclude(signed=None)
    by_kind: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for kind, pk, cut in rows.order_by("pk").values_list("kind", "pk", "cut"):
        by_kind[kind].append((pk, cut))
    return tuple(
        Consequence(
            f"{year}年预算{label}",
            tuple(pk for pk, _ in by_kind[kind]),
            tuple(cut for _, cut in by_kind[kind]),
            "followup.BudgetDecision",
        )
        for kind, label in BudgetDecision.Kind.choices
        if kind in by_kind
    )


def findings_and_uses(dossier: int, *, uses: bool = True) -> tuple[list[Finding], list[Use]]:
    """A dossier's findings (confirmed first, dismissed last) with item and mending; uses asked for
    only where there may be any.
    """
    order = {Finding.State.CONFIRMED: 0, Finding.State.CANDIDATE: 1, Finding.State.DISMISSED: 2}
    findings = sorted(_WITH_MENDING.rows(dossier), key=lambda row: order[Finding.State(row.state)])
    if not uses or (findings and not getattr(findings[0], "used", True)):
        return findings, []
    return findings, uses_of(dossier)


def _with_mending(dossier: int) -> QuerySet[Finding]:
    rows = Finding.objects.filter(dossier=dossier).select_related(
        "item", "rectification", "decided_by", "review"
    )
    used = Exists(Use.objects.filter(dossier=OuterRef("dossier")))
    return rows.annotate(used=used).order_by("item__order", "pk")


_WITH_MENDING = PreparedRead(_with_mending)


def confirmed_counts(dossiers: Iterable[int]) -> dict[int, int]:
    """How many confirmed findings each dossier has; those without any are absent."""

    def question() -> Any:
        rows = Finding.objects.filter(dossier__among=IDS, state=Finding.State.CONFIRMED)
        return rows.order_by().values_list("dossier").annotate(n=Count("pk"))

    return dict(prepared("confirmed counts", question, dossiers))


def troubled(items: Iterable[int]) -> Exists:
    """The condition on dossiers that a finding of one of these catalogue items was confirmed.
    Asked of each dossier.
    """
    rows = Finding.objects.filter(state=Finding.State.CONFIRMED, item__in=list(items))
    return Exists(rows.filter(dossier=OuterRef("pk")))


def uses_of(dossier: int) -> list[Use]:
    """What was proposed and decided from a dossier's results, oldest first."""
    return list(
        Use.objects.filter(dossier=dossier).select_related("review", "decided_by").order_by("pk")
    )


def stored_files(*, division: Division, ids: Iterable[int]) -> dict[int, StoredFile]:
    """Files of a division by id, for reports that kept theirs."""
    return StoredFile.objects.filter(division=division).in_bulk(list(ids))
