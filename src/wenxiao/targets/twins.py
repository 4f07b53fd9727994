"""串稿: targets that say nearly the same, side by side with the words that differ.

Whoever may not see another unit's target learns that there is one, and which of the own words it
shares; not what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from wenxiao.rulebook.similarity import similar
from wenxiao.targets.library import boilerplate_of
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import targets_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import User
    from wenxiao.rulebook.similarity import Pair

MOST = 2_000
"""So many targets are compared while one waits; more are compared by the command."""
LEAST_GOALS = 0.5
"""From this share of common characters on two goals are shown beside each other."""
Words = list[tuple[str, bool]]
"""Pieces of a text, each with whether the other one has it otherwise."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Two targets and what they share: ``share`` of 100, the rows, and of the goals ``common`` of
    ``length`` characters.

    ``seen``: whether the reader may see the second one; its words are empty where not.
    """

    a: Target
    b: Target
    share: int
    rows: list[tuple[Words, Words]]
    goals: tuple[Words, Words] | None = None
    common: int = 0
    length: int = 0
    seen: bool = True


def twins_in_year(user: User, year: int) -> tuple[list[Twin], int]:
    """The pairs among the targets of a budget year and the one before that this person may see, and
    how many were compared.

    Beyond :data:`MOST` none is compared: the caller says so.
    """
    listed = _of_years(targets_visible_to(user), year)
    if len(listed) > MOST:
        return [], len(listed)
    targets, tables = _tables(listed)
    twins = []
    for pair in similar(list(tables.values()), boilerplate_of(user.division)):
        a, b = targets[pair.a], targets[pair.b]
        own = a.dossier.subject_id == b.dossier.subject_id
        if not own and year in {a.dossier.fiscal_year, b.dossier.fiscal_year}:
            twins.append(_twin(pair, a, b, tables))
    return twins, len(listed)


def twins_of(user: User, target: Target) -> list[Twin] | None:
    """Who says nearly the same as this target: what its reader may see, and what is approved in the
    division.

    All of the division are compared, so that what many write counts as common speech whoever asks.
    None where there are more than :data:`MOST` to compare.
    """
    division = target.dossier.subject.division
    seen = targets_visible_to(user)
    rows = Target.objects.filter(dossier__subject__division=division)
    rows = rows.select_related("dossier__subject", "dossier__unit")
    others = rows.exclude(dossier__subject=target.dossier.subject_id)
    listed = _of_years(others, target.dossier.fiscal_year)
    if len(listed) > MOST:
        return None
    targets, tables = _tables([target, *listed])
    may = set(seen.filter(pk__in=[row.pk for row in listed]).values_list("pk", flat=True))
    twins = []
    for pair in similar(list(tables.values()), boilerplate_of(division), of=str(target.pk)):
        other = targets[pair.b if pair.a == str(target.pk) else pair.a]
        if other.pk in may or other.state == Target.State.APPROVED:
            twins.append(_twin(pair, target, other, tables, seen=other.pk in may))
    return twins


def _of_years(rows: Any, year: int) -> list[Target]:
    rows = rows.filter(dossier__fiscal_year__in=[year - 1, year])
    return list(rows.exclude(state=Target.State.REPLACED).order_by("pk")[: MOST + 1])


def _tables(listed: Iterable[Target]) -> tuple[dict[str, Target], dict[str, dict[str, Any]]]:
    """Each target by its ``id``, and as the comparison takes it; one query."""
    targets = {str(row.pk): row for row in listed}
    tables: dict[str, dict[str, Any]] = {
        key: {
            "id": key,
            "rows": [],
            "text": row.content,
            "subject": {"goals": f"{row.text}{row.long_text}"},
        }
        for key, row in targets.items()
    }
    for row in Indicator.objects.filter(target__in=list(targets)).order_by("target", "order"):
        tables[str(row.target_id)]["rows"].append({"level3": row.name, "target": row.expression})
    return targets, tables


def _twin(
    pair: Pair, a: Target, b: Target, tables: dict[str, dict[str, Any]], *, seen: bool = True
) -> Twin:
    turned = pair.a != str(a.pk)
    own, other = tables[str(a.pk)]["rows"], tables[str(b.pk)]["rows"]
    places = [(j, i) if turned else (i, j) for i, j in pair.same_rows]
    rows = [_side_by_side(_line(own[i]), _line(other[j]), seen=seen) for i, j in places]
    share = round(pair.score * 100)
    steps = SequenceMatcher(None, a.text, b.text, autojunk=False)
    if not a.text or not b.text or steps.ratio() < LEAST_GOALS:
        return Twin(a, b, share, rows, seen=seen)
    common = sum(block.size for block in steps.get_matching_blocks())
    goals = _side_by_side(a.text, b.text, seen=seen)
    return Twin(a, b, share, rows, goals, common, len(a.text), seen)


def _line(row: dict[str, str]) -> str:
    return f"{row['level3']} {row['target']}".strip()


def _side_by_side(left: str, right: str, *, seen: bool = True) -> tuple[Words, Words]:
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return (
        [(left[i:j], act != "equal") for act, i, j, _, _ in steps if j > i],
        [(right[i:j], act != "equal") for act, _, _, i, j in steps if j > i] if seen else [],
    )
