"""事前评估 read: what of a year must be evaluated before it gets money, what
was concluded, whose term comes to an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, OuterRef, Q, When

from wenxiao.budget.models import Dossier, Subject
from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to, seen_by, subjects_visible_to
from wenxiao.reviews.models import ExAnte
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook import basis
from wenxiao.rulebook.numbers import wan
from wenxiao.store.prepared import PreparedRead

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Division, User

K = Subject.Kind
KINDS_DUE = (K.PROJECT, K.POLICY, K.BOND)
"""The kinds that are evaluated before they get money."""
AHEAD = timedelta(days=180)
"""So long before a term ends or its halfway evaluation is due it is asked about."""
NEW, EXPIRED, BOND = "新设立", "到期后申请延续", "专项债券"
NAMED = "任务指定"
"""Named by a round, or asked for, without a rule that makes it due."""


@dataclass(frozen=True, slots=True)
class ExAnteLimit:
    """From which amount (元) a new project or policy is due, whether money without it is refused,
    and where that stands.

    ``source`` names the division's own document; empty while it has none.
    """

    yuan: Decimal | None
    blocks: bool
    source: str
    standing: str


@dataclass(frozen=True, slots=True)
class ExAnteDue:
    """A dossier that must be evaluated first: why, what it asks for (None:
    nobody said), and its evaluation if begun.
    """

    dossier: Dossier
    why: str
    asked: Decimal | None
    evaluation: ExAnte | None


def limit_of(division: Division, year: int) -> ExAnteLimit:
    """The division's own threshold where it has one.
    Without its document nothing is refused, only warned of.
    """
    value = basis.in_force("ex_ante", date(year, 1, 1), division.own_rules)
    text = value.content.get("threshold_yuan")
    blocks = bool(value.content.get("without_conclusion") == "block") and value.standing == "原文"
    yuan = None if text is None else basis.number(text)
    return ExAnteLimit(yuan, blocks, value.document if value.own else "", value.standing)


def source_of_items(row: ExAnte) -> tuple[str, str]:
    """(where the items of an evaluation's frame are seen, how far that was
    read): a project's items are not a bond's.
    """
    division = row.round.division
    value = basis.in_force("ex_ante", row.round.fiscal_year, division.own_rules)
    kind = "special_bond" if row.dossier.subject.kind == K.BOND else "aspects"
    source = value.content["sources"].get(kind) or value.content["sources"]["aspects"]
    return source["document"], source["standing"]


def ex_ante_visible_to(user: User | None) -> QuerySet[ExAnte]:
    """The requests and evaluations of the dossiers a person may see."""
    rows = ExAnte.objects.filter(seen_by(user))
    return rows.select_related(
        "dossier__subject__division", "dossier__unit", "round__division", "review"
    )


def ex_ante_of(dossier: Dossier) -> ExAnte | None:
    """The dossier's latest request or evaluation, whatever became of it;
    None while nobody asked.
    """
    return next(iter(_LATEST.rows(dossier.pk)), None)


_LATEST = PreparedRead(
    lambda dossier: (
        ExAnte.objects.filter(dossier=dossier).select_related("review").order_by("-pk")[:1]
    )
)


def concluded(dossier: Dossier) -> ExAnte | None:
    """The dossier's latest evaluation whose result was confirmed; None while there is none."""
    rows = ExAnte.objects.filter(dossier=dossier, review__state__in=SETTLED)
    return rows.order_by("-pk").first()


def due_of_year(
    user: User | None, division: Division, year: int, named: Collection[int] = ()
) -> list[ExAnteDue]:
    """What of a budget year must be evaluated first, as this person sees it; a constant number of
    queries.

    ``named`` are ids of dossiers that a round names; they and whatever was asked for are listed
    whatever the rules say.
    """
    rows = dossiers_visible_to(user).filter(fiscal_year=year, subject__division=division)
    before = Dossier.objects.filter(subject=OuterRef("subject"), fiscal_year__lt=year)
    new = ~Exists(before)
    expired = Q(subject__expires_on__isnull=False, subject__expires_on__lt=date(year, 1, 1))
    rows = rows.annotate(
        is_due=Case(When(Q(new | expired, subject__kind__in=KINDS_DUE), then=True), default=False)
    )
    asked_for = Exists(ExAnte.objects.filter(dossier=OuterRef("pk")))
    rows = rows.filter(Q(is_due=True) | Q(asked_for) | Q(pk__in=named))
    listed = list(rows.select_related("subject__division", "unit").order_by("unit__path", "pk"))
    begun = {
        one.dossier_id: one
        for one in ExAnte.objects.filter(dossier__in=listed).select_related("review").order_by("pk")
    }
    money, limit = money_of([row.pk for row in listed]), limit_of(division, year)
    due = []
    for row in listed:
        one, known = begun.get(row.pk), money.get(row.pk)
        asked = one.requested if one is not None else known.opening if known else None
        why = _why(row.subject, year, asked, limit) if row.is_due else ""
        if why or one is not None or row.pk in named:
            due.append(ExAnteDue(row, why or NAMED, asked, one))
    return due


def to_request(user: User | None, round: Round) -> list[ExAnteDue]:
    """What of a running round this person's units still have to ask for:
    due by the rules or named, and not asked for.
    """
    asked = set(dossiers_of(round).values_list("pk", flat=True))
    named = asked if round.scope.get("dossiers") else set()
    due = due_of_year(user, round.division, round.fiscal_year, named)
    return [one for one in due if one.evaluation is None and one.dossier.pk in asked]


def _why(subject: Subject, year: int, asked: Decimal | None, limit: ExAnteLimit) -> str:
    """Why a new or expired subject is due; empty for one below the threshold.
    Where the amount isn't known it is asked.
    """
    if subject.kind == K.BOND:
        return BOND
    if subject.expires_on is not None and subject.expires_on < date(year, 1, 1):
        return EXPIRED
    if limit.yuan is not None and asked is not None and asked < limit.yuan:
        return ""
    return NEW


def due_for(dossier: Dossier) -> str:
    """Why this one dossier must be evaluated first; empty where it need not."""
    subject, year = dossier.subject, dossier.fiscal_year
    if subject.kind not in KINDS_DUE:
        return ""
    expired = subject.expires_on is not None and subject.expires_on < date(year, 1, 1)
    known = Dossier.objects.filter(subject=subject, fiscal_year__lt=year).exists()
    if known and not expired:
        return ""
    money = money_of([dossier.pk]).get(dossier.pk)
    asked = money.opening if money else None
    return _why(subject, year, asked, limit_of(subject.division, year))


def warning_of(dossier: Dossier, asked: Decimal | None) -> str:
    """What an evaluation says against money for this dossier (``asked`` in
    元); empty where nothing does.
    """
    why = due_for(dossier)
    evaluation = concluded(dossier)
    if evaluation is None:
        return f"{why}，应先做事前评估，还没有结论" if why else ""
    if evaluation.conclusion == ExAnte.Conclusion.REFUSED:
        return "事前评估结论为“不予支持”"
    if asked is not None and evaluation.supported is not None and asked > evaluation.supported:
        return f"申请 {wan(asked)} 万元，超过事前评估支持的 {wan(evaluation.supported)} 万元"
    return ""


def terms_asked(user: User | None, on: date) -> Sequence[Subject]:
    """Subjects whose term ends or whose halfway evaluation is due soon or
    was, the earliest such day first.
    """
    until = on + AHEAD
    soon = Q(expires_on__lte=until, expires_on__gte=on - AHEAD)
    half = Q(midterm_on__lte=until, midterm_on__gte=on - AHEAD)
    rows = subjects_visible_to(user).filter(soon | half).select_related("unit")
    return sorted(rows[:200], key=lambda one: day_asked(one, on))


def day_asked(subject: Subject, on: date) -> date:
    """The day a subject is asked about for: the earlier of its two that is
    near, whatever lies farther off.
    """
    near = (day for day in (subject.expires_on, subject.midterm_on) if day is not None)
    return min((day for day in near if abs(day - on) <= AHEAD), default=on)
