"""全覆盖: how far the stages of a budget year reach, by kind of object and budget, in number and
money; what is bare.

Every dossier of the year is due in every stage and stands in one cell of it, so the cells of a
stage add up to the year.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from wenxiao.budget.models import Dossier, Exemption, Fund, Round, Subject
from wenxiao.budget.money import NO_MONEY, SEVERAL, Budgeted, budgets_of
from wenxiao.budget.selectors import FUNDS, dossiers_visible_to
from wenxiao.followup.models import Use
from wenxiao.reviews.models import Review
from wenxiao.reviews.round_counts import ARRIVED
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.object_kinds import own_of, walked
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User

USE = "use"
FOUR_BUDGETS = (
    Fund.GENERAL.value,
    Fund.GOVERNMENT.value,
    Fund.STATE_CAPITAL.value,
    Fund.SOCIAL.value,
)
STAGES: dict[str, tuple[str, str]] = {
    Round.Kind.EX_ANTE.value: ("事前评估", "评估结论已确认"),
    Round.Kind.TARGET.value: ("绩效目标", "目标已批复"),
    Round.Kind.MONITORING.value: ("绩效监控", "监控表已收到或报送"),
    Round.Kind.SELFEVAL.value: ("单位自评", "自评表已收到或报送"),
    Round.Kind.DEPARTMENT.value: ("部门评价", "评价结果已确认"),
    Round.Kind.FINANCE.value: ("财政评价", "评价结果已确认"),
    USE: ("结果应用", "应用建议已决定"),
}
"""The seven stages (全过程) with their words and when an object is done in one."""
BUDGET_WORDS = {
    **FUNDS,
    Fund.TOTAL.value: "未分资金来源",
    SEVERAL: "多本预算",
    NO_MONEY: "没有预算数",
}
"""What an object stands in, as pages say it."""
_HANDED_IN = frozenset({Round.Kind.MONITORING.value, Round.Kind.SELFEVAL.value})
"""Stages that are done when the unit's form is there; of the other reviews
a confirmed result counts.
"""


@dataclass(slots=True)
class CoveredCount:
    """How many objects, and their budgets in 元: None where nobody reported
    any; ``unknown`` have no amount.
    """

    objects: int = 0
    yuan: Decimal | None = None
    unknown: int = 0

    def count(self, yuan: Decimal | None) -> None:
        """One object more."""
        self.join(CoveredCount(1, yuan, int(yuan is None)))

    def join(self, other: CoveredCount) -> None:
        """What another counted, besides."""
        self.objects += other.objects
        self.unknown += other.unknown
        if other.yuan is not None:
            self.yuan = (self.yuan or Decimal(0)) + other.yuan


class BareDossier(NamedTuple):
    """An object that a stage has not reached; ``excused``: 本次免报 in that
    stage's round, which leaves it bare.
    """

    dossier: int
    code: str
    name: str
    unit: str
    kind: str
    fund: str
    yuan: Decimal | None
    excused: bool
    synthetic: bool


@dataclass(slots=True)
class CoverageCell:
    """One stage × kind × budget."""

    stage: str
    kind: str
    fund: str
    due: CoveredCount = field(default_factory=CoveredCount)
    done: CoveredCount = field(default_factory=CoveredCount)
    bare: list[BareDossier] = field(default_factory=list)

    @property
    def whole_way(self) -> bool:
        """Whether objects of this kind and budget go from target to report here (全程), or are
        仅登记.
        """
        known = self.fund in {Fund.TOTAL.value, Fund.CARRIED.value, SEVERAL, NO_MONEY}
        return walked(self.kind) and (known or walked(self.fund))

    @property
    def stage_word(self) -> str:
        """The stage in words."""
        return STAGES[self.stage][0]

    @property
    def kind_word(self) -> str:
        """The kind in words."""
        return str(Subject.Kind(self.kind).label)

    @property
    def fund_word(self) -> str:
        """The budget in words."""
        return BUDGET_WORDS.get(self.fund, self.fund)


def coverage_seen_by(user: User | None, fiscal_year: int) -> list[CoverageCell]:
    """The cells of a budget year over the dossiers a person may see."""
    return _cells(dossiers_visible_to(user).filter(fiscal_year=fiscal_year))


def coverage_of(
    division: Division, fiscal_year: int, *, public: bool = False
) -> list[CoverageCell]:
    """The cells of a budget year over all dossiers of a division; ``public``
    without those only some may know of.
    """
    rows = Dossier.objects.filter(subject__division=division, fiscal_year=fiscal_year)
    if public:
        rows = rows.exclude(subject__restriction=Subject.Restriction.RESTRICTED)
    return _cells(rows)


def years_seen_by(user: User | None) -> list[int]:
    """The budget years a person sees dossiers of, the latest first."""
    years = dossiers_visible_to(user).order_by("-fiscal_year").values_list("fiscal_year", flat=True)
    return list(years.distinct())


def _cells(rows: QuerySet[Dossier]) -> list[CoverageCell]:
    """Stage by stage; six queries whatever the number of objects."""
    budgets, reached, excused = budgets_of(rows), _reached(rows), _excused(rows)
    cells: dict[tuple[str, str, str], CoverageCell] = {}
    names = ("pk", "subject__code", "subject__name", "unit__name", "subject__kind")
    read = rows.order_by("subject__code", "pk").values_list(*names, "subject__synthetic")
    for dossier, code, name, unit, kind, synthetic in read:
        yuan, fund = budgets.get(dossier, Budgeted(None, NO_MONEY))
        for stage in STAGES:
            cell = cells.setdefault((stage, kind, fund), CoverageCell(stage, kind, fund))
            cell.due.count(yuan)
            if dossier in reached[stage]:
                cell.done.count(yuan)
                continue
            free = dossier in excused[stage]
            cell.bare.append(
                BareDossier(dossier, code, name, unit, kind, fund, yuan, free, synthetic)
            )
    return sorted(cells.values(), key=_place)


def _place(cell: CoverageCell) -> tuple[int, int, int]:
    """Where a cell stands: stages in their order, then kinds, then budgets."""
    stages, kinds, funds = list(STAGES), list(Subject.Kind.values), list(BUDGET_WORDS)
    return stages.index(cell.stage), kinds.index(cell.kind), funds.index(cell.fund)


class KindCovered(NamedTuple):
    """A kind of object or a budget: whether it goes the whole way (全程) or is 仅登记, how many facts
    of its own are listed, and how many objects of the year have how many of them recorded.
    """

    code: str
    word: str
    budget: bool
    whole_way: bool
    listed: int
    objects: int
    recorded: int


def kinds_seen_by(user: User, fiscal_year: int) -> list[KindCovered]:
    """The same over the dossiers a person may see."""
    rows = dossiers_visible_to(user).filter(fiscal_year=fiscal_year)
    return kinds_covered(user.division, fiscal_year, rows)


def kinds_covered(
    division: Division | None, fiscal_year: int, rows: QuerySet[Dossier]
) -> list[KindCovered]:
    """Every kind and every one of the four budgets, with the objects among ``rows``; one query."""
    kinds: dict[str, tuple[str, bool]] = {
        **{str(code): (str(word), False) for code, word in Subject.Kind.choices},
        **{fund: (FUNDS[fund], True) for fund in FOUR_BUDGETS},
    }
    objects: dict[str, set[int]] = defaultdict(set)
    facts: dict[str, set[tuple[int, str]]] = defaultdict(set)
    names = ("pk", "subject__kind", "appropriations__fund", "kind_facts__name")
    own = {
        code: own_of([code], fiscal_year, division.own_rules if division else None).facts
        for code in kinds
    }
    listed = {code: {one.name for one in some} for code, some in own.items()}
    for dossier, kind, fund, name in rows.order_by().values_list(*names):
        for code in {kind, fund} & set(kinds):
            objects[code].add(dossier)
            if name in listed[code]:
                facts[code].add((dossier, name))
    return [
        KindCovered(
            code,
            word,
            budget,
            walked(code),
            len(listed[code]),
            len(objects[code]),
            len(facts[code]),
        )
        for code, (word, budget) in kinds.items()
    ]


class TagCovered(NamedTuple):
    """The objects of one policy field (三农, 教育 …), their budget, and how many each stage reached."""

    tag: str
    due: CoveredCount
    done: dict[str, int]


def tags_seen_by(user: User | None, fiscal_year: int) -> list[TagCovered]:
    """Coverage by policy field over the dossiers a person may see, most objects first; an object of
    two fields counts in both, so fields are never added up.
    """
    rows = dossiers_visible_to(user).filter(fiscal_year=fiscal_year)
    tagged = [
        (dossier, dict.fromkeys(tags))
        for dossier, tags in rows.order_by().values_list("pk", "subject__tags")
        if tags
    ]
    if not tagged:
        return []
    budgets, reached = budgets_of(rows), _reached(rows)
    lines: dict[str, TagCovered] = {}
    for dossier, tags in tagged:
        for tag in tags:
            line = lines.setdefault(tag, TagCovered(tag, CoveredCount(), dict.fromkeys(STAGES, 0)))
            line.due.count(budgets.get(dossier, Budgeted(None, NO_MONEY)).yuan)
            for stage in STAGES:
                line.done[stage] += dossier in reached[stage]
    return sorted(lines.values(), key=lambda one: (-one.due.objects, one.tag))


def of_cells(cells: Iterable[CoverageCell]) -> tuple[CoveredCount, CoveredCount]:
    """Due and done of some cells together."""
    due, done = CoveredCount(), CoveredCount()
    for cell in cells:
        due.join(cell.due)
        done.join(cell.done)
    return due, done


def _reached(rows: QuerySet[Dossier]) -> dict[str, set[int]]:
    """By stage the dossiers that are done in it."""
    among: Any = rows.order_by().values("pk")
    reached: dict[str, set[int]] = defaultdict(set)
    done = Q(state__in=SETTLED) | Q(kind__in=_HANDED_IN) & ARRIVED
    reviews = Review.objects.filter(done, kind__in=list(STAGES), dossier__in=among)
    for stage, dossier in reviews.order_by().values_list("kind", "dossier"):
        reached[stage].add(dossier)
    approved = Target.objects.filter(state=Target.State.APPROVED, dossier__in=among)
    reached[Round.Kind.TARGET.value] = set(approved.order_by().values_list("dossier", flat=True))
    decided = Use.objects.filter(dossier__in=among).exclude(state=Use.State.PROPOSED)
    reached[USE] = set(decided.order_by().values_list("dossier", flat=True))
    return reached


def _excused(rows: QuerySet[Dossier]) -> dict[str, set[int]]:
    """By stage the dossiers excused (本次免报) from a round of it."""
    excused: dict[str, set[int]] = defaultdict(set)
    free = Exemption.objects.filter(dossier__in=rows.order_by().values("pk")).order_by()
    for stage, dossier in free.values_list("round__kind", "dossier"):
        excused[stage].add(dossier)
    return excused
