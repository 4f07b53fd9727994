"""The simulator's columns and the list's rows: the same proposals and the same sums, whatever the
past; and no statement more for more requests.
"""

import random
from decimal import Decimal

import polars as pl
import pytest
from benchmarks.house import YEAR, officer, statements
from benchmarks.simulator import plant

from wenxiao.budget.models import Request
from wenxiao.followup.models import BudgetDecision
from wenxiao.followup.selectors.budget_effect import simulate
from wenxiao.followup.selectors.next_budget import (
    department_units,
    effect_of,
    requests_seen_by,
    sheet,
)
from wenxiao.orgs.models import Role
from wenxiao.rulebook.next_budget import Past, Terms, propose
from wenxiao.rulebook.next_budget_columns import propose_columns
from wenxiao.rulebook.numbers import from_fen, rate_percent

ORDER = ("redesign", "cancel", "cut", "strict", "priority", "plain")
SHARES = (
    Terms(2, Decimal(80), Decimal(5), Decimal(10), Decimal(100), Decimal(50), ORDER),
    Terms(1, None, Decimal("-3.335"), None, Decimal("87.5"), None, ORDER),
    Terms(3, Decimal("66.665"), None, Decimal("33.33"), None, Decimal(0), ORDER[::-1][1:]),
)


def pasts(chance, many):
    def money(least=1):
        return chance.choice([None, 0, chance.randint(least, 10**12), chance.randint(least, 99)])

    return pl.DataFrame(
        [
            {
                "asked": chance.choice([chance.randint(0, 10**12), chance.randint(0, 200)]),
                "last_budget": money(),
                "spent": money(-50),
                "grade": chance.choice(["", "优", "良", "中", "差"]),
                "unmended": chance.choice([0, 0, 1, 4]),
                "years": chance.randint(0, 5),
                "recurring": chance.choice([None, 0, 1]),
            }
            for _ in range(many)
        ],
        schema_overrides={"last_budget": pl.Int64, "spent": pl.Int64, "recurring": pl.Int64},
    )


def yuan(fen):
    return None if fen is None else from_fen(fen)


@pytest.mark.parametrize("shares", SHARES)
def test_columns_propose_what_the_rules_propose_row_by_row(shares):
    frame = pasts(random.Random(3), 3000)
    for row in propose_columns(frame, shares).iter_rows(named=True):
        last, spent = yuan(row["last_budget"]), yuan(row["spent"])
        past = Past(
            asked=from_fen(row["asked"]),
            last_budget=last,
            execution=rate_percent(spent, last),
            grade=row["grade"],
            unmended=row["unmended"],
            years=row["years"],
            recurring=None if row["recurring"] is None else bool(row["recurring"]),
        )
        proposed = propose(past, shares)
        assert (row["kind"], yuan(row["amount"])) == (proposed.kind, proposed.amount), row


def by_rows(division, user):
    rows = requests_seen_by(user, division, YEAR + 1).order_by("subject__unit__path", "pk")
    return sheet(rows, division=division, year=YEAR + 1)


SET = {
    "rule": "results_application",
    "from": "2021-01-01",
    "document": "本局会议纪要（合成）",
    "clause": "",
    "standing": "未核",
    "content": {
        "next_budget": {
            "limits": {"redesign_years": 1, "execution_below": "80", "growth_above": "5"},
            "amounts": {
                "strict_cut_percent": "12.5",
                "cut_to_percent_of_last_year": "99",
                "redesign_keep_percent_of_last_year": "50",
            },
        }
    },
}


@pytest.mark.db
@pytest.mark.django_db
def test_the_simulator_sums_to_the_list_whole_and_by_department():
    division = plant(120)
    user = officer(division, Role.PERFORMANCE)
    division.rules = [SET]
    division.save()
    for request in Request.objects.filter(fiscal_year=YEAR + 1)[:40:4]:
        BudgetDecision.objects.create(
            request=request,
            proposed="plain",
            basis="照常",
            kind="cut",
            asked=request.asked,
            amount=Decimal(1),
            cut=request.asked - 1,
            decided_on="2021-12-01",
        )
    whole, rows = simulate(user, division, YEAR + 1), by_rows(division, user)
    assert whole.effect == rows.effect
    assert whole.effect.proposed_cut
    assert whole.effect.decided == 10
    above = department_units(line.request.subject.unit for line in rows.lines)
    for unit, effect, count in whole.departments:
        mine = [one for one in rows.lines if above[one.request.subject.unit_id] == unit]
        assert (effect, count) == (effect_of(mine), len(mine))


@pytest.mark.db
@pytest.mark.django_db
def test_the_simulator_asks_as_much_for_many_requests_as_for_few():
    counts = []
    for at, size in enumerate((20, 700)):
        division = plant(size, f"99000{at}")
        user = officer(division, Role.PERFORMANCE, f"ceshi{at}")
        counts.append(statements(lambda d=division, u=user: simulate(u, d, YEAR + 1)))
    assert counts[0] == counts[1] <= 16


@pytest.mark.db
@pytest.mark.django_db
def test_without_any_request_everything_is_nothing():
    division = plant(20)
    whole = simulate(officer(division, Role.PERFORMANCE), division, YEAR + 5)
    assert (whole.effect.asked, whole.departments) == (Decimal(0), ())
