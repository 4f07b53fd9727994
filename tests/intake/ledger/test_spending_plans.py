"""分月用款计划 comes in like a list of payments and counts as spending nowhere; 督看 draws it."""

from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from wenxiao.budget.models import Dossier, Spending
from wenxiao.budget.money import money
from wenxiao.budget.services import ensure_subject, open_dossier, set_appropriation
from wenxiao.budget.services.money import add_spending
from wenxiao.intake.ledger import import_ledger
from wenxiao.orgs.models import Role
from wenxiao.orgs.services import create_user, grant

pytestmark = [pytest.mark.db, pytest.mark.django_db]
CODE = "360191000000000000026"
MONTHS = [f"{month}月用款计划" for month in range(1, 13)]
HEAD = ["单位名称", "项目代码", "项目名称", *MONTHS]


@pytest.fixture
def subject(division, unit):
    return ensure_subject(division=division, unit=unit, code=CODE, name="校园安保", by=None)


@pytest.fixture
def take(division, subject, tmp_path):
    def run(*lines, head=HEAD, name="用款计划.xlsx", **more):
        book = openpyxl.Workbook()
        for row in (["2021年分月用款计划表", None, "单位：万元"], head, *lines):
            book.active.append(row)
        path = tmp_path / name
        book.save(path)
        return import_ledger(path=path, division=division, by=None, year=2021, **more)

    return run


def line(*amounts):
    return ["教体局", CODE, "校园安保", *amounts]


def plan():
    rows = Spending.objects.filter(source="plan").exclude(amount=0).order_by("month")
    return {row.month: row.amount for row in rows}


def test_months_side_by_side_are_a_plan_and_no_spending(take, subject):
    outcome = take(line(*[10] * 12))
    assert outcome.stored, [problem.sentence() for problem in outcome.problems]
    assert [p.code for p in outcome.problems if "按分月用款计划读取" in p.sentence()]
    assert plan() == dict.fromkeys(range(1, 13), Decimal(100_000))
    dossier = Dossier.objects.get(subject=subject)
    assert money(dossier).spent is None
    add_spending(dossier=dossier, month=1, amount=Decimal(80_000), by=None)
    assert money(dossier).spent == Decimal(80_000)


def test_a_newer_plan_takes_the_place_of_the_older_whole(take):
    take(line(*[10] * 12))
    outcome = take(line(30, *[None] * 5, 90), name="新的用款计划.xlsx")
    assert outcome.stored
    assert outcome.difference["changed"] == 12
    assert plan() == {1: Decimal(300_000), 7: Decimal(900_000)}
    again = take(line(30, *[None] * 5, 90), name="再来.xlsx")
    assert not again.stored
    assert not any(problem.level == "阻断" for problem in again.problems)


def test_months_one_under_the_other_need_the_word_of_a_person_or_their_heading(take):
    outcome = take(
        ["教体局", CODE, "校园安保", "3月", 12],
        head=["单位名称", "项目代码", "项目名称", "月份", "支付金额"],
        source="plan",
    )
    assert outcome.stored, [problem.sentence() for problem in outcome.problems]
    assert plan() == {3: Decimal(120_000)}
    assert not Spending.objects.exclude(source="plan").exists()


def test_the_leaders_page_draws_the_plan_or_says_there_is_none(take, division, subject, client):
    from wenxiao.budget.models import Round

    dossier = open_dossier(subject=subject, fiscal_year=2021, by=None)
    hundred = Decimal(1_200_000)
    set_appropriation(dossier=dossier, by=None, opening=hundred, adjusted=hundred)
    add_spending(dossier=dossier, month=6, amount=Decimal(300_000), by=None)
    Round.objects.create(
        division=division,
        kind="monitoring",
        name="上半年监控",
        work_year=2021,
        fiscal_year=2021,
        from_month=1,
        through_month=6,
        state="open",
    )
    leader = create_user(
        division=division, username="juzhang", name="局长", by=None, password="Chang-e_2021!"
    )
    grant(user=leader, role=Role.LEADER, division=division, by=None)
    type(leader).objects.filter(pk=leader.pk).update(must_change_password=False)
    client.force_login(leader)
    address = reverse("desk:watch") + "?year=2021"
    bare = client.get(address).content.decode()
    assert "没有用款计划，只对时间进度" in bare
    assert 'class="plan"' not in bare
    assert take(line(*[10] * 12)).stored
    drawn = client.get(address).content.decode()
    assert 'class="plan"' in drawn
    assert "用款计划到 6 月底 50.00%，支出比计划慢 25.00 个百分点" in drawn
