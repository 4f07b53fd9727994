"""Proofs as the person asking may see them, and what they say about the rows they stand behind."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Prefetch, QuerySet

from wenxiao.budget.selectors import seen_by
from wenxiao.evidence.models import Actual, Material
from wenxiao.evidence.states import COUNTED, STANDING
from wenxiao.orgs.permissions import Holdings, grants_kept
from wenxiao.orgs.selectors import sight_of
from wenxiao.rulebook import basis
from wenxiao.store.prepared import PreparedReads
from wenxiao.targets.models import Indicator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import Division, User

RULE = "materials"
HANDING = {Material.Side.UNIT.value: "fill", Material.Side.EVALUATOR.value: "evaluate"}
"""The power that hands in, replaces and withdraws papers of a side."""
JUDGING = ("check_department", "check_office", "evaluate")
"""The powers that accept a proof or not."""
_ACCEPTED = re.compile(r"验收|竣工")
_DAY = re.compile(r"(\d{4})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})")


def rule_of(division: Division | None, year: int | None) -> basis.Value:
    """The rule 佐证材料 as the division has it: kinds, which of them date a completion, limits."""
    return basis.in_force(RULE, year, division.own_rules if division else None)


def kinds_of(division: Division | None, year: int | None = None) -> dict[str, str]:
    """The kinds a proof may be: code and word."""
    return {str(code): str(word) for code, word in rule_of(division, year).content["kinds"].items()}


def materials_seen_by(user: User | None) -> QuerySet[Material]:
    """Proofs of the dossiers the user may see, those withdrawn and replaced too, oldest first."""
    rows = Material.objects.filter(seen_by(user))
    named = Prefetch("indicators", Indicator.objects.order_by("order").only("pk", "name"))
    people = ("dossier__subject__division", "dossier__unit", "file", "by", "judged_by")
    return rows.select_related(*people).prefetch_related(named).order_by("pk")


def actuals_seen_by(user: User | None) -> QuerySet[Actual]:
    """What was reported on the rows of the dossiers the user may see."""
    rows = Actual.objects.filter(seen_by(user, "indicator__target__dossier"))
    return rows.select_related(
        "indicator__target__dossier__subject", "indicator__target__dossier__unit"
    )


def material_seen_by(user: User | None, pk: int) -> Material | None:
    """One proof, None where it is not the user's to see."""
    return materials_seen_by(user).filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A dossier's proofs: by indicator those that stand, those of the object as a whole, and what
    was replaced or withdrawn.
    """

    by_row: dict[int, list[Material]] = field(default_factory=lambda: defaultdict(list))
    whole: list[Material] = field(default_factory=list)
    past: list[Material] = field(default_factory=list)
    standing: list[Material] = field(default_factory=list)

    def count(self, state: str) -> int:
        """How many of those that stand are in a state."""
        return sum(row.state == state for row in self.standing)


def shelf_of(user: User | None, dossier: int) -> Shelf:
    """The proofs of one dossier the user may see, in one query."""

    def question(dossier: int) -> QuerySet[Any]:
        return _lines_by_row(materials_seen_by(user).filter(dossier=dossier))

    shelf = Shelf()
    with grants_kept(user):
        lines = _ON_SHELVES.rows(sight_of(user), dossier, question)
    for row, indicators in _with_rows(lines):
        if row.state not in STANDING:
            shelf.past.append(row)
            continue
        shelf.standing.append(row)
        for one in indicators:
            shelf.by_row[one.pk].append(row)
        if not indicators:
            shelf.whole.append(row)
    return shelf


_ON_SHELVES: PreparedReads[Any] = PreparedReads()


def _lines_by_row(papers: QuerySet[Material]) -> QuerySet[Any]:
    """Proofs with the rows they stand behind: a line for each pair."""
    names = {f"row_{name}": F(f"indicators__{name}") for name in ("pk", "name", "order")}
    lines: QuerySet[Any] = papers.prefetch_related(None).annotate(**names)
    return lines.order_by("pk", "row_order", "row_pk")


def _with_rows(lines: Iterable[Any]) -> list[tuple[Material, list[Indicator]]]:
    """Proofs with the rows (their id and name) that the lines of each name."""
    by_proof: dict[int, tuple[Material, list[Indicator]]] = {}
    for line in lines:
        paper, rows = by_proof.setdefault(line.pk, (line, []))
        paper.__dict__.setdefault("_prefetched_objects_cache", {})["indicators"] = rows
        if line.row_pk is not None:
            rows.append(Indicator(pk=line.row_pk, name=line.row_name))
    return list(by_proof.values())


def may_hand_in(holding: Holdings, dossier: Any) -> bool:
    """Whether these grants may hand in proofs of the dossier: its unit, or whoever evaluates it."""
    own = holding.can("fill", unit=dossier.unit, subject=dossier.subject)
    return own or holding.can("evaluate", subject=dossier.subject)


def may_change(holding: Holdings, row: Material) -> bool:
    """Whether these grants may replace or withdraw the proof as it stands now."""
    if row.state not in {"unverified", "refused"}:
        return False
    power = HANDING[row.side]
    unit = row.dossier.unit if power == "fill" else None
    return holding.can(power, unit=unit, subject=row.dossier.subject)


def may_judge(holding: Holdings, row: Material, user: User) -> bool:
    """Whether this person may accept the proof or not; never their own."""
    if row.state not in STANDING or row.by_id == user.pk:
        return False
    return any(holding.can(power, subject=row.dossier.subject) for power in JUDGING)


def may_open(holding: Holdings, row: Material) -> bool:
    """Whether the file may be taken out: one that stands by all who see the dossier, an old version
    by those who work on it, a withdrawn one by those who watch the trail alone.
    """
    if row.file is None or row.state in STANDING or holding.can("watch_trail"):
        return row.file is not None
    powers = (HANDING[row.side], *JUDGING)
    return row.state == "replaced" and any(
        holding.can(power, subject=row.dossier.subject) for power in powers
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind one row: how many proofs, how many accepted, refused and why, their words,
    the day of completion.

    ``proved_on`` is the latest day of a paper that dates a completion (验收, 竣工): its own day, else
    one it names.
    """

    standing: int = 0
    verified: int = 0
    refused: tuple[str, ...] = ()
    words: str = ""
    proved_on: date | None = None


def proofs_of(indicators: Iterable[int] | QuerySet[Any], rule: basis.Value) -> dict[int, Proof]:
    """What stands behind each of some rows (their ids), in one query; rows
    without any are absent.
    """
    through = Material.indicators.through
    dating = set(rule.content["dates_completion"])
    rows = through.objects.filter(indicator__in=indicators, material__state__in=STANDING).order_by(
        "material"
    )
    names = (
        "indicator_id",
        *(f"material__{name}" for name in ("title", "note", "kind", "dated", "state", "verdict")),
    )
    proofs: dict[int, Proof] = {}
    for indicator, title, note, kind, dated, state, verdict in rows.values_list(*names):
        now = proofs.get(indicator, Proof())
        if state not in COUNTED:
            proofs[indicator] = Proof(
                now.standing, now.verified, (*now.refused, verdict), now.words, now.proved_on
            )
            continue
        words = f"{title} {note}".strip()
        day = _dated(words, dated, dating=kind in dating)
        proofs[indicator] = Proof(
            now.standing + 1,
            now.verified + (state == "verified"),
            now.refused,
            f"{now.words} {words}".strip(),
            max((one for one in (now.proved_on, day) if one is not None), default=None),
        )
    return proofs


def _dated(words: str, dated: date | None, *, dating: bool) -> date | None:
    """The day a paper dates a completion on; None where it is no such paper or has no day."""
    if not dating and not _ACCEPTED.search(words):
        return None
    return dated or day_in(words)


def day_in(text: str) -> date | None:
    """The first full day a text names, None without one or for one that doesn't exist."""
    named = _DAY.search(text)
    if named is None:
        return None
    try:
        return date(*(int(part) for part in named.groups()))
    except ValueError:
        return None
