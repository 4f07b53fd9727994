"""单位成本: this year's beside last year's, the division's own standard and the like objects'
median.
"""

from decimal import Decimal

import pytest

from wenxiao.budget.services import add_spending, ensure_subject, open_dossier
from wenxiao.evidence.models import Actual
from wenxiao.orgs.models import Division
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def told(dossier, value, spent):
    """A self-evaluation that says how many were trained, and the money spent in the year."""
    target = Target.objects.filter(dossier=dossier).order_by("pk").last()
    target = target or Target.objects.create(dossier=dossier, number=1)
    order = target.indicators.count() + 50
    row = Indicator.objects.create(target=target, order=order, name="培训人次", unit="人次")
    Actual.objects.create(indicator=row, stage="selfeval", value=value)
    dossier.spendings.all().delete()
    if spent:
        add_spending(dossier=dossier, month=12, amount=Decimal(spent), by=None)


@pytest.fixture
def trained(small):
    dossier = small.dossiers[0]
    told(dossier, "1000", 350_000)
    before = open_dossier(subject=dossier.subject, fiscal_year=dossier.fiscal_year - 1, by=None)
    told(before, "500", 150_000)
    for at, (other, spent) in enumerate(
        zip(small.dossiers[1:], (100_000, 300_000, None), strict=False)
    ):
        told(other, str(1000 * (at + 1)), spent)
    return dossier


def page(client, dossier, query=""):
    answer = client.get(f"/dossiers/{dossier.pk}/unit-cost{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_pair_beside_what_it_is_compared_with(small, inside, trained):
    client = inside(small.officer)
    assert (
        f"/dossiers/{trained.pk}/unit-cost"
        in client.get(f"/dossiers/{trained.pk}").content.decode()
    )
    row = Indicator.objects.get(target__dossier=trained, name="培训人次")
    text = page(client, trained, f"?q={row.pk}&m=spent")
    assert "每人次 350.00 元" in text
    assert "<b>300.00</b> 元/人次" in text  # 150 000 ÷ 500, last year's
    assert "<b>125.00</b> 元/人次" in text  # the middle of 100.00 and 150.00
    assert "n = 2" in text  # whoever spent nothing known is no like object
    assert "没有这一项" in text
    assert "不影响得分" in text


def test_the_divisions_own_standard_stands_beside_it(small, inside, trained):
    own = {
        "rule": "unit_costs",
        "from": "2020-01-01",
        "document": "示例区培训费标准（合成）",
        "clause": "",
        "standing": "未核",
        "content": {"standards": ["培训人次｜人次｜320"]},
    }
    Division.objects.filter(pk=small.division.pk).update(rules=[own])
    row = Indicator.objects.get(target__dossier=trained, name="培训人次")
    text = page(inside(small.officer), trained, f"?q={row.pk}")
    assert "<b>320</b> 元/人次" in text
    assert "示例区培训费标准（合成）" in text


def test_without_a_quantity_nothing_is_computed(small, inside):
    subject = ensure_subject(
        division=small.division, unit=small.units[0], code="P-9", name="没有数量的项目", by=None
    )
    dossier = open_dossier(subject=subject, fiscal_year=2020, by=None)
    assert "自评里没有可以作分母的产出数量" in page(inside(small.officer), dossier)
