"""The works of a year (财政评价, 重点监控, 单位自评 …): which rounds they are, which dossiers they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from wenxiao.budget.models import Dossier, Round
from wenxiao.reviews.models import Review
from wenxiao.store.among import prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class WorkRound(NamedTuple):
    """A round by the names of its model, as far as a list needs it."""

    pk: int
    work_year: int
    kind: str
    name: str
    key: bool
    state: str
    division_id: int


def works_and_running(division: int | None, work_year: int) -> tuple[Works, list[WorkRound]]:
    """The rounds of a work year, and those running in a division whatever
    their year, latest first; one query.
    """

    def question() -> QuerySet[Any, Any]:
        running = Q(state=Round.State.OPEN, division=division)
        rows = Round.objects.filter(Q(work_year=work_year) | running).order_by("pk")
        return rows.values_list(*WorkRound._fields)

    rows = [WorkRound(*row) for row in prepared(("works", division, work_year), question)]
    mine = [one for one in rows if one.state == Round.State.OPEN and one.division_id == division]
    latest_first = sorted(mine, key=lambda one: (-one.work_year, one.kind, one.pk))
    return Works.among(rows, work_year), latest_first


@dataclass(frozen=True, slots=True)
class Works:
    """The rounds of a work year, read once; ``key`` are the bureau's own (财政重点).
    A work is a kind, or a kind and key.
    """

    rounds: tuple[int, ...]
    key: tuple[int, ...]

    @classmethod
    def of(cls, work_year: int) -> Works:
        """One query; rounds of every division, for what may be seen is
        settled by the dossiers asked about.
        """
        return cls.among(Round.objects.filter(work_year=work_year).order_by("pk"), work_year)

    @classmethod
    def among(cls, rounds: Iterable[Round | WorkRound], work_year: int) -> Works:
        """Those of a work year among rounds that were read already."""
        rows = [one for one in rounds if one.work_year == work_year]
        return cls(tuple(one.pk for one in rows), tuple(one.pk for one in rows if one.key))

    def reviews(self, kinds: Iterable[str], *, key: bool = False) -> QuerySet[Review]:
        """The year's reviews of some kinds, of the key rounds alone or of all."""
        return Review.objects.filter(
            round__in=self.key if key else self.rounds, kind__in=tuple(kinds)
        )

    def holds(self, *kinds: str, key: bool = False) -> Exists:
        """The condition on dossiers that a review of one of these kinds is theirs.

        Asked of each dossier: a list of all reviewed ones would be gone through for each subject.
        """
        return Exists(self.reviews(kinds, key=key).filter(dossier=OuterRef("pk")))

    def reviewed(self, *kinds: str, key: bool = False) -> Q:
        """The same, where whatever else narrows a list leaves most of it: driven by the reviews."""
        return Q(pk__in=self.reviews(kinds, key=key).values("dossier"))

    def counts(
        self,
        dossiers: QuerySet[Dossier],
        works: Mapping[str, tuple[str, bool]],
        counted: Iterable[tuple[int, str, int]] | None = None,
        *,
        few: bool = False,
    ) -> dict[str, int]:
        """How many of ``dossiers`` each work (name: kind, key) holds; a dossier in two rounds of
        one work counts once.

        ``counted``: their reviews by round and kind, where they are known already. ``few``: the
        dossiers are few beside the year's reviews.
        """
        if counted is None:
            rows = self._of(dossiers, works, few=few).order_by()
            counted = rows.values_list("round", "kind").annotate(n=Count("pk"))
        counted = list(counted)
        key, of_dossier, again = set(self.key), dict[str, int](), dict[str, Count]()
        for name, (kind, key_only) in works.items():
            own = [
                (pk, n)
                for pk, of_kind, n in counted
                if n and of_kind == kind and (pk in key or not key_only)
            ]
            of_dossier[name] = sum(n for _, n in own)
            if len(own) > 1:
                one = Q(kind=kind, round__in=[pk for pk, _ in own])
                again[name] = Count("dossier", distinct=True, filter=one)
        if again:
            of_dossier |= self._of(dossiers, works, few=few).aggregate(**again)
        return of_dossier

    def _of(
        self, dossiers: QuerySet[Dossier], works: Mapping[str, tuple[str, bool]], *, few: bool
    ) -> QuerySet[Review]:
        """The year's reviews of these works that some dossiers have."""
        kinds = {kind for kind, _ in works.values()}
        rows = self.reviews(kinds)
        if few:  # a sum no index answers: the database begins with the dossiers, not the rounds
            rows = Review.objects.filter(kind__in=kinds).annotate(in_round=F("round_id") + 0)
            rows = rows.filter(in_round__in=self.rounds)
        return rows.filter(dossier__in=dossiers.order_by().values("pk"))
