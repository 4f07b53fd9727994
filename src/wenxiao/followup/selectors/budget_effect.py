"""下年度预算测算: what all proposals together come to, by department and whole, read and reckoned by
columns. It writes nothing; the list that is downloaded (``next_budget.sheet``) sums to the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Q

from wenxiao.budget import money_columns
from wenxiao.budget.models import Dossier
from wenxiao.followup.models import BudgetDecision, Finding, Rectification
from wenxiao.followup.selectors.next_budget import (
    KINDS,
    LOOKED_BACK,
    RANK,
    Effect,
    department_units,
    requests_seen_by,
)
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook import basis
from wenxiao.rulebook.next_budget import RULE, terms
from wenxiao.rulebook.next_budget_columns import propose_columns
from wenxiao.rulebook.numbers import from_fen
from wenxiao.store.frames import read_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User
    from wenxiao.rulebook.next_budget import Terms

_INTS = pl.Int64


@dataclass(frozen=True, slots=True)
class Simulated:
    """The whole effect, that of each department with how many requests it has, and the terms."""

    effect: Effect
    departments: tuple[tuple[Unit, Effect, int], ...]
    shares: Terms
    own: bool


def simulate(user: User | None, division: Division, year: int) -> Simulated:
    """What the proposals on all requests a user may see come to; a fixed number of statements
    however many there are.
    """
    rule = basis.in_force(RULE, year, division.own_rules)
    shares = terms(rule)
    requests = _requests(user, division, year)
    lines = _proposed(requests, division, year, shares)
    units = list(Unit.objects.filter(pk__in=lines["unit"].unique().to_list()).order_by("path"))
    above = department_units(units)
    departments = pl.DataFrame(
        {"unit": [one.pk for one in units], "department": [above[one.pk].pk for one in units]},
        schema={"unit": _INTS, "department": _INTS},
    )
    lines = lines.join(departments, on="unit", how="left")
    effects = _effects(lines)
    named = {unit.pk: unit for unit in (above[one.pk] for one in units)}
    parts = tuple((unit, *effects[pk]) for pk, unit in named.items())
    whole = _effects(lines.with_columns(department=pl.lit(0, dtype=_INTS)))
    return Simulated(whole[0][0] if whole else _NOTHING, parts, shares, rule.own)


def _requests(user: User | None, division: Division, year: int) -> pl.DataFrame:
    rows = requests_seen_by(user, division, year).order_by()
    names = ("pk", "subject", "asked", "subject__recurring", "subject__unit")
    schema = dict.fromkeys(("request", "subject", "asked", "recurring", "unit"), _INTS)
    return read_columns(rows.values_list(*names), schema)


def _proposed(requests: pl.DataFrame, division: Division, year: int, shares: Terms) -> pl.DataFrame:
    """Every request with proposal and decision; a signed one keeps what it was proposed as."""
    which = Q(dossier__subject__division=division, dossier__fiscal_year=year - 1)
    dossiers = read_columns(
        Dossier.objects.filter(subject__division=division, fiscal_year=year - 1)
        .order_by()
        .values_list("subject", "pk"),
        {"subject": _INTS, "dossier": _INTS},
    )
    money = (
        dossiers.unique("subject", keep="last")
        .join(money_columns.arranged(which, year - 1), on="dossier", how="left")
        .join(money_columns.spent(which, 12), on="dossier", how="left")
        .select("subject", pl.col("budget").alias("last_budget"), "spent")
    )
    pasts = (
        requests.join(money, on="subject", how="left")
        .join(_grades(division, year), on="subject", how="left")
        .join(_problems(division, year), on="subject", how="left")
        .with_columns(
            pl.col("grade").fill_null(""),
            pl.col("unmended").fill_null(0),
            pl.col("years").fill_null(0),
        )
    )
    lines = propose_columns(pasts, shares).join(
        _decisions(division, year), on="request", how="left"
    )
    signed = pl.col("signed").is_not_null()
    return lines.with_columns(
        kind=pl.when(signed).then("proposed").otherwise("kind"),
        amount=pl.when(signed).then("proposed_amount").otherwise("amount"),
    )


def _past_years(year: int, path: str) -> dict[str, int]:
    return {f"{path}__lt": year, f"{path}__gte": year - LOOKED_BACK}


def _grades(division: Division, year: int) -> pl.DataFrame:
    """Per subject the latest settled grade, the finance section's before the unit's own."""
    rows = Review.objects.filter(
        dossier__subject__division=division,
        **_past_years(year, "dossier__fiscal_year"),
        kind__in=RANK,
        state__in=SETTLED,
    ).exclude(grade="")
    schema = {
        "pk": _INTS,
        "subject": _INTS,
        "fiscal": _INTS,
        "review": pl.String,
        "grade": pl.String,
    }
    names = ("pk", "dossier__subject", "dossier__fiscal_year", "kind", "grade")
    order = {kind: -at for at, kind in enumerate(RANK)}
    frame = read_columns(rows.order_by().values_list(*names), schema).with_columns(
        rank=pl.col("review").replace_strict(order, return_dtype=_INTS)
    )
    latest = frame.sort("fiscal", "rank", "pk").unique("subject", keep="last", maintain_order=True)
    return latest.select("subject", "grade")


def _problems(division: Division, year: int) -> pl.DataFrame:
    """Per subject how many confirmed problems are not mended, and for how many years in a row one
    of these stood.
    """
    rows = Finding.objects.filter(
        dossier__subject__division=division,
        **_past_years(year, "dossier__fiscal_year"),
        state=Finding.State.CONFIRMED,
    )
    schema = {
        "subject": _INTS,
        "fiscal": _INTS,
        "item": _INTS,
        "text": pl.String,
        "state": pl.String,
    }
    names = ("dossier__subject", "dossier__fiscal_year", "item", "text", "rectification__state")
    frame = read_columns(rows.order_by().values_list(*names), schema).with_columns(
        left=pl.col("state").ne_missing(pl.lit(Rectification.State.CLOSED.value)),
        text=pl.when(pl.col("item").is_null()).then("text"),
    )
    same = frame.group_by("subject", "item", "text").agg(
        pl.col("left").sum(), pl.col("fiscal").unique()
    )
    open_ones = same.filter(pl.col("left") > 0).with_columns(
        years=pl.col("fiscal").map_elements(_in_a_row, return_dtype=_INTS)
    )
    return open_ones.group_by("subject").agg(
        pl.col("left").sum().cast(_INTS).alias("unmended"), pl.col("years").max()
    )


def _in_a_row(years: pl.Series) -> int:
    """How many years in a row up to the last of them."""
    known, last = set(years), max(years)
    return next(count for count in range(1, LOOKED_BACK + 2) if last - count not in known)


_DECIDED = {
    "request": _INTS,
    "decided_asked": _INTS,
    "arranged": _INTS,
    "decided_cut": _INTS,
    "proposed": pl.String,
    "proposed_amount": _INTS,
    "signed": _INTS,
}


def _decisions(division: Division, year: int) -> pl.DataFrame:
    rows: QuerySet[Any] = BudgetDecision.objects.filter(
        request__subject__division=division, request__fiscal_year=year
    )
    names = ("request", "asked", "amount", "cut", "proposed", "proposed_amount", "signed")
    return read_columns(rows.order_by().values_list(*names), _DECIDED)


def _effects(lines: pl.DataFrame) -> dict[int, tuple[Effect, int]]:
    """The sums of the lines by department, each with how many there are."""
    cut = (pl.col("asked") - pl.col("amount")).fill_null(0)
    summed = lines.group_by("department").agg(
        pl.col("asked", "last_budget", "decided_asked", "decided_cut", "arranged").sum(),
        cut.sum().alias("cut"),
        pl.col("amount").null_count().alias("unpriced"),
        pl.col("arranged").count().alias("decided"),
        pl.len().alias("n"),
    )
    kinds: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    by_kind = lines.group_by("department", "kind").agg(pl.len(), cut.sum().alias("cut"))
    for department, kind, count, taken in by_kind.iter_rows():
        kinds[department][kind] = (count, taken)
    return {
        row["department"]: (_effect(row, kinds[row["department"]]), row["n"])
        for row in summed.iter_rows(named=True)
    }


def _effect(row: Mapping[str, int], kinds: Mapping[str, tuple[int, int]]) -> Effect:
    return Effect(
        asked=from_fen(row["asked"]),
        last_budget=from_fen(row["last_budget"]),
        proposed_cut=from_fen(row["cut"]),
        unpriced=row["unpriced"],
        by_kind=tuple(
            (kind, kinds[kind][0], from_fen(kinds[kind][1])) for kind in KINDS if kind in kinds
        ),
        decided=row["decided"],
        decided_asked=from_fen(row["decided_asked"]),
        decided_cut=from_fen(row["decided_cut"]),
        arranged=from_fen(row["arranged"]),
    )


_ZERO = Decimal(0)
_NOTHING = Effect(_ZERO, _ZERO, _ZERO, 0, (), 0, _ZERO, _ZERO, _ZERO)
