"""The public's front page in a few figures: grades, money, what was wrong and what was mended.

Money is added up within one fiscal year and one kind alone, from results that publish it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from wenxiao.budget.models import Subject
from wenxiao.followup.models import Finding, Rectification
from wenxiao.followup.selectors.disclosed import arranged_and_used
from wenxiao.rulebook.numbers import rate_percent, wan_screen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from wenxiao.followup.models import Disclosure

GRADES = "优良中差"
MOST = 500
"""Up to how many results the front page adds up while one waits."""


@dataclass(frozen=True, slots=True)
class PublicMoney:
    """Money of one fiscal year and kind, in 元, over so many results."""

    year: int
    kind: str
    results: int
    arranged: Decimal
    used: Decimal

    @property
    def rate(self) -> Decimal | None:
        """Used as per cent of arranged."""
        return rate_percent(self.used, self.arranged)


@dataclass(frozen=True, slots=True)
class PublicFront:
    """What the front page draws; ``problems`` of ``findings_of`` results, ``mended`` of them."""

    grades: tuple[tuple[str, int], ...]
    money: tuple[PublicMoney, ...]
    findings_of: int
    problems: int
    mended: int

    @property
    def money_finding(self) -> str:
        """「2020 年项目支出用了 7,203.46 万元，是安排的 78.01%」 of the group with most results."""
        one = max(self.money, key=lambda group: group.results)
        share = f"，是安排的 {one.rate:.2f}%" if one.rate is not None else ""
        return f"{one.year} 年{one.kind}用了 {wan_screen(one.used)} 万元{share}"

    @property
    def mended_finding(self) -> str:
        """「查出 16 个问题，改好 2 个」."""
        return f"查出 {self.problems} 个问题，改好 {self.mended} 个"


def public_front(rows: Iterable[Disclosure]) -> PublicFront | None:
    """The figures of published results (a caller's own selection of ``published()``); None for a
    single result or none, which says it all itself. One query beside the rows.
    """
    shown = list(rows)[: MOST + 1]
    if not 1 < len(shown) <= MOST:
        return None
    counts = Counter(row.review.grade for row in shown)
    grades = tuple((grade, counts[grade]) for grade in GRADES)
    open_ones = [row.review_id for row in shown if "findings" in row.what]
    problems = Finding.objects.filter(state=Finding.State.CONFIRMED).filter(
        Q(review__in=open_ones)
        | Q(review=None, dossier__in=[r.review.dossier_id for r in shown if "findings" in r.what])
    )
    closed = Count("pk", filter=Q(rectification__state=Rectification.State.CLOSED))
    summed = problems.aggregate(all=Count("pk"), mended=closed)
    return PublicFront(grades, _money(shown), len(open_ones), summed["all"], summed["mended"])


def _money(shown: list[Disclosure]) -> tuple[PublicMoney, ...]:
    groups: dict[tuple[int, str], list[tuple[Decimal, Decimal]]] = {}
    for row in shown:
        arranged, used = arranged_and_used(row.review) if "money" in row.what else (None, None)
        if arranged is not None and used is not None:
            dossier = row.review.dossier
            key = (dossier.fiscal_year, str(Subject.Kind(dossier.subject.kind).label))
            groups.setdefault(key, []).append((arranged, used))
    return tuple(
        PublicMoney(
            year,
            kind,
            len(pairs),
            sum((pair[0] for pair in pairs[1:]), pairs[0][0]),
            sum((pair[1] for pair in pairs[1:]), pairs[0][1]),
        )
        for (year, kind), pairs in sorted(groups.items(), reverse=True)
    )
