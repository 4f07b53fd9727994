"""Nobody types what the system knows; common problems are counted over what
is selected and seen.
"""

from decimal import Decimal

import pytest

from wenxiao.budget.models import Dossier
from wenxiao.evidence.models import Actual
from wenxiao.followup.selectors.common_problems import tally_over
from wenxiao.followup.services import set_common_problems
from wenxiao.followup.watch.prefill import prefilled
from wenxiao.orgs.models import Role
from wenxiao.reviews.services.monitoring import start_monitoring

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_form_knows_its_money_and_what_was_said_before(watched):
    dossier = watched.dossier(budget="100")
    first, _ = watched.goals(
        dossier,
        ("里程", "≥10公里", "3公里", "数量指标"),
        ("人数", "≥5人", None, "数量指标"),
        through=7,
    )
    Actual.objects.create(indicator=first, stage="monitoring", through_month=10, value="8公里")
    watched.pay(dossier, 9, "40")
    watched.pay(dossier, 11, "40")
    window = watched.window(10)
    start_monitoring(round=window, by=None)
    form = prefilled(window.reviews.get())
    assert (form.budget, form.executed, form.source, form.money_known) == (
        Decimal(1_000_000),
        Decimal(400_000),
        "国库支付",
        True,
    )
    assert [(g.filled and g.filled.value, g.before and g.before.value) for g in form.goals] == [
        ("8公里", "3公里"),
        (None, None),
    ]
    assert {key: said.value for key, said in form.said_before.items()} == {first.pk: "3公里"}


def test_the_unit_gives_money_nobody_recorded(watched):
    window = watched.window(7)
    bare = prefilled(watched.review(watched.dossier(), window))
    assert (bare.budget, bare.executed, bare.source, bare.money_known, bare.goals) == (
        None,
        None,
        "",
        False,
        (),
    )
    own = prefilled(watched.review(watched.dossier(budget="5"), window, "6", "2"))
    assert (own.budget, own.executed, own.source) == (Decimal(60_000), Decimal(20_000), "报表填报")


def test_common_problems_over_a_selection(watched, officer):
    dossiers = [watched.dossier(f"项目{n}", f"单位{n}") for n in range(4)]
    for dossier in dossiers[:3]:
        watched.finding(dossier, "用工")
    watched.finding(dossiers[0], "资产")
    watched.finding(dossiers[1], "资产", state="candidate")
    everything = Dossier.objects.all()
    lines, table = tally_over(everything, officer, division=watched.division)
    assert [line.sentence() for line in lines] == [
        "人事用工管理不规范（涉及到3个项目）",
        "资产管理不规范（涉及到1个项目）",
    ]
    assert table.totals == (3, 1)
    lines, _ = tally_over(everything.filter(pk=dossiers[3].pk), officer, division=watched.division)
    assert lines == []
    clerk = watched.user(Role.CLERK, watched.unit("单位0"))
    assert [line.count for line in tally_over(everything, clerk, division=watched.division)[0]] == [
        1,
        1,
    ]
    set_common_problems(
        division=watched.division,
        work_year=2021,
        lines=[("管理不规范", ["HG-05", "HG-07"])],
        by=officer,
    )
    lines, _ = tally_over(everything, None, division=watched.division, work_year=2021)
    assert [line.sentence() for line in lines] == ["管理不规范（涉及到3个项目）"]
