from datetime import date
from decimal import Decimal

import pytest

from wenxiao.budget import selectors, services
from wenxiao.budget.models import Fund
from wenxiao.records.chain import verify
from wenxiao.records.selectors import export_entries

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_round_from_opening_to_progress(division, unit):
    subject = services.ensure_subject(division=division, unit=unit, code="A1", name="校园安保", by=None)
    dossier = services.open_dossier(subject=subject, fiscal_year=2020, by=None)
    services.set_appropriation(dossier=dossier, fund=Fund.GENERAL, opening=Decimal(100), by=None)
    services.add_spending(dossier=dossier, fund=Fund.GENERAL, month=3, amount=Decimal("65.03"), by=None)
    opened = services.open_round(
        division=division,
        kind="selfeval",
        name="2020年度自评",
        work_year=2021,
        fiscal_year=2020,
        by=None,
        deadline=date(2021, 3, 31),
    )
    total = selectors.round_progress(opened)[-1]
    assert (total.in_scope, total.due, total.missing) == (1, 1, 1)
    money = selectors.money(dossier)
    assert (money.budget, money.spent, money.source) == (Decimal("100.00"), Decimal("65.03"), "treasury")
    assert selectors.not_handed_in(opened)[0].line == "教体局 缺1项：校园安保"
    assert verify(export_entries()) == []
