"""Two years of one project: evaluated 中, not mended, proposed, decided, beside the request,
repeated, redesigned, reported.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from wenxiao.budget import services as budget
from wenxiao.budget.models import Dossier
from wenxiao.followup import services
from wenxiao.followup.models import Accountability, BudgetDecision, UseList
from wenxiao.followup.selectors import money_consequences
from wenxiao.followup.selectors.next_budget import requests_seen_by, sheet
from wenxiao.intake.ledger import import_ledger
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import User
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
CODE = "360191000000000000009"


class Bureau:
    """What the journey meets, by name."""


@pytest.fixture
def bureau():
    made = Bureau()
    made.division = orgs.create_division(
        code="360191", name="高新区", bureau="高新区财政局", by=None
    )
    made.unit = orgs.add_unit(
        division=made.division, code="101", name="交通局", kind="department", by=None
    )
    for name, role in (("officer", "performance"), ("leader", "leader")):
        user = User.objects.create_user(name, "Demo-pass-2021", name=name, division=made.division)
        orgs.grant(user=user, role=role, division=made.division, by=None, why="试验")
        setattr(made, name, user)
    made.subject = budget.ensure_subject(
        division=made.division, unit=made.unit, code=CODE, name="智慧平台运维", by=None
    )
    made.subject.recurring = True
    made.subject.manager = "负责人甲"
    made.subject.save()
    made.item = services.add_item(
        division=made.division, code="ZX-09", text="运维记录不全", by=made.officer
    )
    return made


def year_of_evaluation(bureau, year, *, grade, points):
    """A dossier evaluated with a grade, a problem confirmed and ordered to
    be mended, which nobody does.
    """
    dossier, _ = Dossier.objects.get_or_create(
        subject=bureau.subject, fiscal_year=year, defaults={"unit": bureau.unit}
    )
    budget.set_appropriation(
        dossier=dossier, by=bureau.officer, opening=Decimal(3200000), adjusted=Decimal(3200000)
    )
    opened = budget.open_round(
        division=bureau.division,
        kind="finance_evaluation",
        name=f"{year}评价",
        work_year=year,
        fiscal_year=year,
        by=bureau.officer,
        scope={"dossiers": [dossier.pk]},
    )
    review = Review.objects.create(
        dossier=dossier,
        round=opened,
        kind="finance_evaluation",
        state="issued",
        points=points,
        grade=grade,
        complete=True,
    )
    finding = services.propose_finding(
        dossier=dossier, review=review, item=bureau.item, text="运维记录不全", by=bureau.officer
    )
    services.confirm_finding(finding=finding, by=bureau.officer, why="查过台账")
    finding.refresh_from_db()
    return dossier, services.order_rectification(
        finding=finding, by=bureau.officer, deadline=today()
    )


def ask(bureau, tmp_path, year, wan):
    path = tmp_path / f"requests-{year}.csv"
    path.write_text(
        f"单位：万元\n项目代码,项目名称,一上申报数\n{CODE},智慧平台运维,{wan}\n", encoding="utf-8"
    )
    outcome = import_ledger(
        path=path, division=bureau.division, by=bureau.officer, kind="request", year=year
    )
    assert outcome.stored, [one.sentence() for one in outcome.problems]


def line_of(bureau, year):
    rows = requests_seen_by(bureau.officer, bureau.division, year)
    return sheet(rows, division=bureau.division, year=year).lines[0]


def decide_and_sign(bureau, year, kind, wan, why):
    line = line_of(bureau, year)
    services.decide_requests(
        division=bureau.division,
        fiscal_year=year,
        verdicts=[services.Verdict(line.request.pk, kind, Decimal(wan) * 10000, why)],
        by=bureau.officer,
    )
    return services.sign_use_list(
        division=bureau.division, unit=bureau.unit, fiscal_year=year, by=bureau.leader
    )


def test_two_years_of_one_project(bureau, tmp_path):
    client = Client()
    client.force_login(bureau.officer)
    _, item = year_of_evaluation(bureau, 2021, grade="中", points=Decimal("74.60"))
    ask(bureau, tmp_path, 2022, 365)
    first = line_of(bureau, 2022)
    assert (first.past.grade, first.past.unmended) == ("中", 1)
    assert first.proposed.kind == "strict"
    page = client.get(f"/uses/next/{bureau.unit.pk}?year=2021").content.decode()
    assert "从严审核" in page
    assert "74.60" in page
    decide_and_sign(bureau, 2022, "strict", 320, "没有整改，按上年安排")
    services.hold_to_account(
        item=item, by=bureau.officer, matter="逾期未整改", on=today(), kind="circular"
    )
    account = Accountability.objects.get()
    assert account.person == "负责人甲"
    assert client.get(f"/rectifications/accounts/{account.pk}.docx").status_code == 200
    batch = services.roll_over(division=bureau.division, year=2021, by=bureau.officer, seen=1)
    assert batch.accepted == 1

    dossier, _ = year_of_evaluation(bureau, 2022, grade="中", points=Decimal("71.20"))
    shown = client.get(f"/dossiers/{dossier.pk}").content.decode()
    assert "2022 年预算怎么定的" in shown
    told = money_consequences(bureau.division, 2022)
    assert [(one.kind, sum(one.amounts)) for one in told] == [
        ("2022年预算从严审核", Decimal("450000.00"))
    ], "the effect of 2021's results stands in the report of 2022"
    ask(bureau, tmp_path, 2023, 340)
    second = line_of(bureau, 2023)
    assert second.proposed.kind == "redesign"
    assert "连续 2 年" in second.proposed.reason
    assert second.last == "2022年从严审核，审减 45.00"
    signed = decide_and_sign(bureau, 2023, "redesign", 160, "连续两年未改，重新设计")
    assert BudgetDecision.objects.filter(signed=signed).get().cut == Decimal("1800000.00")
    assert UseList.objects.count() == 2


def test_what_a_bureau_may_not_do_is_said(bureau):
    _, item = year_of_evaluation(bureau, 2021, grade="中", points=Decimal("74.60"))

    def account(**more):
        services.hold_to_account(
            item=item, by=bureau.officer, matter="逾期未整改", on=date(2021, 1, 1), **more
        )

    with pytest.raises(NotAllowed, match="作出决定的机关和决定文号"):
        account(kind="penalty")
    with pytest.raises(NotAllowed, match="移送哪个机关"):
        account(kind="handover")
    with pytest.raises(NotAllowed, match="只在登记处理处分时填写"):
        account(kind="talk", decided_body="纪委")
    account(kind="penalty", decided_body="区纪委监委", paper="〔2021〕3号")
