"""整改 counted: lateness, the board, closing rates, the package, all within what the user may see."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wenxiao.followup.models import Accountability, Rectification
from wenxiao.followup.selectors import rectifications
from wenxiao.orgs.models import Role

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def mended(watched):
    def make(name, state, deadline, **more):
        dossier = watched.dossier(name, f"{name[0]}局", year=more.pop("year", 2021))
        severity = more.pop("severity", "minor")
        finding = watched.finding(dossier, severity=severity)
        return Rectification.objects.create(
            finding=finding, unit=dossier.unit, deadline=deadline, state=state, **more
        )

    return make


def test_ledger_board_and_rates(mended, officer, on):
    mended("甲一", "planned", date(2021, 11, 1))
    mended("甲二", "closed", date(2021, 10, 1), closed_on=date(2021, 9, 30), refusals=1)
    mended("乙一", "planned", date(2021, 11, 1), extended_to=date(2021, 12, 1), year=2020)
    mended("乙二", "replied", date(2021, 11, 1))
    lines = rectifications.ledger(officer, on=on)
    assert [(line.name, line.days_late, line.extended) for line in lines] == [
        ("甲一", 19, False),
        ("乙二", 0, False),
        ("乙一", 0, True),
        ("甲二", 0, False),
    ]
    assert [(code, len(found)) for code, _, found in rectifications.board(lines)] == [
        ("ordered", 0),
        ("planned", 2),
        ("replied", 1),
        ("refused", 0),
        ("closed", 1),
    ]
    rates = rectifications.closing_by_department(lines)
    assert [
        (one.name, one.ordered, one.closed, one.late, one.refused, one.rate) for one in rates
    ] == [
        ("乙局", 2, 0, 0, 0, Decimal("0.00")),
        ("甲局", 2, 1, 1, 1, Decimal("50.00")),
        ("合计", 4, 1, 1, 1, Decimal("25.00")),
    ]
    assert [one.name for one in rectifications.closing_by_year(lines)] == [
        "2020年",
        "2021年",
        "合计",
    ]
    assert rectifications.closing_by_year([])[-1].rate is None
    assert len(rectifications.ledger(officer, on=on, work_year=2021)) == 3


def test_the_package(mended, officer, on):
    serious = mended("甲一", "planned", date(2021, 11, 1), severity="serious")
    handed = mended("乙一", "planned", date(2021, 11, 1))
    mended("丙一", "planned", date(2021, 11, 1))
    Accountability.objects.create(
        rectification=handed,
        dossier=handed.finding.dossier,
        unit=handed.unit,
        person="张三",
        matter="挪用",
        consequence="约谈",
        handed_to="纪检",
    )
    found = {one.line.id: one for one in rectifications.package(officer, on=on)}
    assert set(found) == {serious.pk, handed.pk}
    assert found[handed.pk].accountabilities == (("张三", "挪用", "约谈", "纪检"),)
    assert found[serious.pk].line.severity == "serious"


def test_scope_and_queries(watched, mended, officer, on):
    counts = []
    for many in (1, 6):
        for number in range(many):
            mended(f"{number}{many}项", "planned", date(2021, 11, 1), severity="serious")
        with CaptureQueriesContext(connection) as queries:
            rectifications.ledger(officer, on=on)
            rectifications.package(officer, on=on)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    clerk = watched.user(Role.CLERK, watched.unit("0局"))
    assert {line.unit for line in rectifications.ledger(clerk, on=on)} == {"0局"}
