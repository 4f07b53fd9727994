"""Dossiers as lists show them: plain rows of what stands in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, Func, IntegerField, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Cast

from wenxiao.budget.models import Dossier
from wenxiao.followup.models import Finding
from wenxiao.store.among import IDS, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable


class DossierRow(NamedTuple):
    """A dossier and its subject by the names of their models; ``findings`` are the
    confirmed ones, ``tag_text`` the subject's tags as the database writes them.
    """

    pk: int
    fiscal_year: int
    unit: int
    name: str
    kind: str
    synthetic: bool
    restriction: str
    tag_text: str
    findings: int


def dossier_rows(dossiers: Iterable[int]) -> dict[int, DossierRow]:
    """The rows of some dossiers by id. One query."""

    def question() -> Any:
        # Counted without a state in the condition: of one dossier's findings, not of all confirmed.
        one = Case(When(state=Finding.State.CONFIRMED, then=Value(1)))
        number = Func(one, function="COUNT", output_field=IntegerField())
        counted = Finding.objects.filter(dossier=OuterRef("pk")).order_by().annotate(n=number)
        return Dossier.objects.filter(pk__among=IDS).values_list(
            "pk",
            "fiscal_year",
            "unit",
            "subject__name",
            "subject__kind",
            "subject__synthetic",
            "subject__restriction",
            Cast("subject__tags", TextField()),
            Subquery(counted.values("n")),
        )

    rows = prepared("dossier rows", question, dossiers)
    return {row[0]: DossierRow(*row) for row in rows}
