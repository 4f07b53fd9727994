"""A dossier's money: parts and totals, months and cumulative figures, one source counted."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from wenxiao.budget import money as amounts
from wenxiao.budget import selectors, services
from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Spending
from wenxiao.budget.subtotals import sums_by_group, totals_of
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]
D = Decimal


@pytest.fixture
def dossier(division, unit):
    subject = services.ensure_subject(
        division=division, unit=unit, code="A1", name="校园安保", by=None
    )
    return services.open_dossier(subject=subject, fiscal_year=2021, by=None)


def spend(dossier, month, amount, **more):
    return services.add_spending(dossier=dossier, month=month, amount=D(amount), by=None, **more)


def test_nothing_reported_is_none(dossier):
    money = amounts.money(dossier)
    assert (money.budget, money.spent, money.source) == (None, None, "")


def test_parts_win_over_a_total_row(dossier):
    services.set_appropriation(dossier=dossier, adjusted=D(100), arrived=D(90), by=None)
    services.set_appropriation(dossier=dossier, fund="general", adjusted=D(60), by=None)
    services.set_appropriation(dossier=dossier, fund="other", adjusted=D(30), by=None)
    money = amounts.money(dossier)
    assert (money.adjusted, money.arrived) == (D(90), D(90))


def test_months_add_up_and_a_total_fills_a_month_without_parts(dossier):
    spend(dossier, 1, "10")
    spend(dossier, 2, "20", fund="general")
    spend(dossier, 2, "20")
    spend(dossier, 9, "5", fund="other")
    assert amounts.money(dossier).spent == D(35)
    assert amounts.money(dossier, through_month=7).spent == D(30)
    assert [r["sum"] for r in selectors.spending_by_month(dossier)] == [20, 5, 10, 20]


def test_the_latest_cumulative_figure_counts(dossier):
    spend(dossier, 7, "40", cumulative=True, source="form")
    spend(dossier, 10, "70", cumulative=True, source="form")
    assert amounts.money(dossier).spent == D(70)
    assert amounts.money(dossier, through_month=7).spent == D(40)


def test_the_treasury_comes_before_accounts_and_forms(dossier):
    spend(dossier, 12, "99", cumulative=True, source="form")
    spend(dossier, 3, "50", source="accounting")
    assert amounts.money(dossier).source == "accounting"
    spend(dossier, 3, "45")
    money = amounts.money(dossier)
    assert (money.source, money.spent) == ("treasury", D(45))


def test_a_voucher_counts_once_and_dates_fit(dossier):
    spend(dossier, 3, "5", line="V1", paid_on=date(2021, 3, 1))
    with pytest.raises(NotAllowed, match="不能重复计算"):
        spend(dossier, 3, "5", line="V1")
    with pytest.raises(NotAllowed, match="不在 2021 年 3 月"):
        spend(dossier, 3, "5", paid_on=date(2020, 3, 1))
    with pytest.raises(NotAllowed, match="月份应为1至12"):
        spend(dossier, 13, "5")


def test_changes_keep_what_was_before(dossier):
    row = services.set_appropriation(dossier=dossier, opening=D(5), by=None)
    services.set_appropriation(dossier=dossier, opening=D(6), by=None, why="更正")
    assert Entry.objects.order_by("-pk").first().data["before"] == {"opening": "5.00"}
    count = Entry.objects.count()
    services.set_appropriation(dossier=dossier, opening=D(6), by=None)
    assert Entry.objects.count() == count
    with pytest.raises(Stale):
        services.set_appropriation(dossier=dossier, opening=D(7), by=None, version=row.version)
    with pytest.raises(NotAllowed, match="为负数"):
        services.set_appropriation(dossier=dossier, added=D(-1), by=None)


def test_audited_stands_beside_reported_and_the_latest_counts(dossier):
    services.set_appropriation(dossier=dossier, opening=D(10), by=None)
    services.set_audited(dossier=dossier, arranged=D(9), used=D(8), by=None)
    services.set_audited(
        dossier=dossier,
        arranged=D(9),
        used=D(7),
        by=None,
        differences=[{"amount": D(1), "reason": "挪用"}],
    )
    money = amounts.money(dossier)
    assert (money.opening, money.audited_arranged, money.audited_used) == (10, 9, 7)


def test_many_dossiers_cost_the_same_queries(division, unit, django_assert_num_queries):
    keys = []
    for n in range(5):
        subject = services.ensure_subject(
            division=division, unit=unit, code=f"B{n}", name="项目", by=None
        )
        keys.append(services.open_dossier(subject=subject, fiscal_year=2021, by=None).pk)
    with django_assert_num_queries(1):
        assert set(amounts.money_of(keys)) == set(keys)


@pytest.mark.parametrize("name", ["机密工程", "某涉密项目"])
def test_secret_names_are_refused_with_what_to_do(division, unit, name):
    with pytest.raises(NotAllowed, match="线下管理"):
        services.ensure_subject(division=division, unit=unit, code="S", name=name, by=None)
    assert services.ensure_subject(
        division=division, unit=unit, code="N", name="非涉密信息系统维护", by=None
    ).pk


@pytest.mark.parametrize("code", ["", "1" * 22, "代码", "a b"])
def test_codes_are_at_most_21_plain_characters(division, unit, code):
    with pytest.raises(NotAllowed, match="项目代码"):
        services.ensure_subject(division=division, unit=unit, code=code, name="项目", by=None)


@pytest.mark.parametrize("seed", range(4))
def test_totals_are_what_each_dossier_s_money_says(division, unit, seed):
    """Whatever funds, months, cumulative figures, sources and audits its records have."""
    chance = Random(seed)
    dossiers = [
        Dossier.objects.create(
            subject=services.ensure_subject(
                division=division, unit=unit, code=f"T{n}", name=f"{n}号工程", by=None
            ),
            unit=unit,
            fiscal_year=2021,
        )
        for n in range(40)
    ]
    names = ("opening", "added", "cut_back", "adjusted", "arrived")
    for one in dossiers:
        for fund in chance.sample(("total", "general", "other"), chance.randint(0, 3)):
            given = {name: chance.choice((None, D(chance.randint(0, 900)))) for name in names}
            Appropriation.objects.create(dossier=one, fund=fund, **given)
        for line in range(chance.randint(0, 6)):
            Spending.objects.create(
                dossier=one,
                month=chance.randint(1, 12),
                fund=chance.choice(("total", "general", "general", "other")),
                source=chance.choice(("treasury", "treasury", "accounting", "form")),
                cumulative=chance.random() < 0.2,
                amount=D(chance.randint(-90, 900)) / 4,
                line=str(line),
            )
        for _ in range(chance.randint(0, 2)):
            used = D(chance.randint(0, 90))
            AuditedAmount.objects.create(dossier=one, arranged=D(90), used=used)
    ids, rest = [one.pk for one in dossiers], (1, 2021, "project")
    monies = amounts.money_of(ids)
    for one in dossiers:
        alone = sums_by_group({rest: [one.pk]})
        assert len(alone) <= 1
        for summed in filter(None, alone.values()):
            yuan = monies[one.pk]
            known = [
                None if each is None else int(each * 100) for each in (yuan.budget, yuan.spent)
            ]
            assert [summed.budget, summed.spent] == known
            assert summed.budgeted == (yuan.budget is not None)
    assert totals_of(ids) == {
        pk: tuple(
            None if yuan is None else int(yuan * 100)
            for yuan in (one.budget, one.spent, one.audited_arranged, one.audited_used)
        )
        for pk, one in monies.items()
    }
    assert sum(one.spent is not None for one in monies.values()) > len(ids) / 2


def test_groups_are_added_up_by_the_database_where_records_are_plain(division, unit):
    ids = []
    for n, fund in enumerate(("general", "general", "total", "other")):
        subject = services.ensure_subject(
            division=division, unit=unit, code=f"G{n}", name=f"{n}号工程", by=None
        )
        ids.append(Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2021).pk)
        given = {"adjusted": D(100 * n)} if n else {"opening": D(50), "cut_back": D(20)}
        Appropriation.objects.create(dossier_id=ids[-1], fund=fund, **given)
        for month in (1, 2):
            Spending.objects.create(
                dossier_id=ids[-1], month=month, fund=fund, amount=D(n), line=f"{n}-{month}"
            )
    own, rest = (0, 2021, "project"), (1, 2021, "project")
    groups = sums_by_group({rest: ids[1:]})
    assert groups == {rest: None}, "a total beside its parts is asked one by one"
    groups = sums_by_group({own: ids[:1], rest: ids[1:2]})
    assert groups == {own: (3000, 1, 0), rest: (10000, 1, 200)}
    assert sums_by_group({own: ids[3:], rest: []}) == {own: (30000, 1, 600)}
    AuditedAmount.objects.create(dossier_id=ids[0], arranged=D(1), used=D(1))
    Spending.objects.filter(dossier_id=ids[0]).delete()
    assert sums_by_group({rest: ids[:1]}) == {rest: None}
