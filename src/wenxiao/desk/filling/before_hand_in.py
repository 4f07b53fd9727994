"""What stays open when a form is handed in: told once, before the button is pressed for good;
problems of one kind together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.evidence.selectors import kinds_of
from wenxiao.reviews.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wenxiao.evidence.models import Material
    from wenxiao.reviews.checks import Check, FilledRow
    from wenxiao.reviews.models import Review

_APART = re.compile(r"[、，,;；/\s]+")


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks of one code and level that follow each other in the list:
    their sentence once where it is the same.
    """

    checks: tuple[Check, ...]

    @property
    def first(self) -> Check:
        """The one that stands for all."""
        return self.checks[0]

    @property
    def same(self) -> bool:
        """Whether all say the same."""
        return len({one.text for one in self.checks}) == 1


def grouped(checks: Sequence[Check]) -> list[CheckGroup]:
    """The checks in their order, those of one code and level together where
    the first of them stands.
    """
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.code or str(check.number), check.level), []).append(check)
    return [CheckGroup(tuple(some)) for some in groups.values()]


def lacking_proofs(
    review: Review, rows: Iterable[FilledRow], by_row: Mapping[int, Sequence[Material]]
) -> dict[int, list[str]]:
    """By indicator the proofs the target names that nothing handed in is
    called by, neither by title nor by kind.
    """
    words = kinds_of(review.round.division, review.dossier.fiscal_year)
    lacking: dict[int, list[str]] = {}
    for row in rows:
        wanted = [one for one in _APART.split(row.indicator.proof) if one]
        given = [
            f"{one.title} {words.get(one.kind, '')}" for one in by_row.get(row.indicator.pk, ())
        ]
        left = [
            one
            for one in wanted
            if not any(
                one in text or (text.split()[-1:] or [""])[0] in one
                for text in given
                if text.strip()
            )
        ]
        if left:
            lacking[row.indicator.pk] = left
    return lacking


def open_items(
    review: Review,
    rows: Sequence[FilledRow],
    checks: Sequence[Check],
    lacking: Mapping[int, Sequence[str]],
) -> list[str]:
    """What stays open, a sentence each: rows without points, warnings,
    missing proofs, texts nobody wrote.
    """
    items = []
    if kind_of(review.kind).scores:
        bare = [row for row in rows if row.mark is None or row.mark.points is None]
        weight = sum((row.indicator.weight or 0 for row in bare), start=0)
        if bare:
            items.append(f"{len(bare)} 行没有得分（共 {weight} 分），按没有得分报")
        if not review.goal_done:
            items.append("年度总体目标的实际完成情况没有写")
    warned = sum(check.level == "警告" for check in checks)
    if warned:
        items.append(f"{warned} 条警告没有改，会一并记下")
    if lacking:
        names = [one for some in lacking.values() for one in some]
        more = f"等 {len(names)} 份" if len(names) > 3 else ""
        items.append(f"佐证没有交：{'、'.join(names[:3])}{more}")
    if not review.filler:
        items.append("填报人和联系电话没有写")
    return items
