"""Optional blocks: off by default, and each figure in them opens to its rows."""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.followup.models import Rectification, Use
from wenxiao.reports import services
from wenxiao.reports.facts import OPTIONAL_BLOCKS
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def blocks(year, writer):
    def switch_on(*names):
        services.save_draft(
            division=year.division, work_year=2021, by=writer, choices={"blocks": list(names)}
        )
        return services.current(year.division, 2021).report

    return switch_on


def section(report, key):
    found = [one for one in report.sections if one.key == key]
    return found[0].blocks[0].text if found else None


def test_blocks_without_rows_say_nothing(year, blocks):
    assert [one.key for one in blocks(*OPTIONAL_BLOCKS).sections] == [
        "overall",
        "projects",
        "monitored",
        "plan",
    ]


def test_self_evaluation_coverage(year, blocks):
    opened = year.round("selfeval", 2020, key=False)
    for at, state in enumerate(["waiting", "submitted", "issued"]):
        dossier = year.dossier(f"自评项目{at}", 2020, "1")
        Review.objects.create(dossier=dossier, round=opened, kind="selfeval", state=state)
    report = blocks("coverage")
    assert section(report, "coverage") == "本年度应开展单位自评的对象3个，已报送自评表2个。"
    assert len(report.figures["selfeval.handed_in"].rows) == 2


def test_last_years_rectification(year, blocks):
    year.rounds["finance_evaluation", 2020, None, True].__class__.objects.filter(
        kind="finance_evaluation"
    ).update(work_year=2020)
    for at, finding in enumerate(year.projects[0].dossier.findings.all()):
        Rectification.objects.create(
            finding=finding,
            unit=year.projects[0].dossier.unit,
            deadline=date(2021, 6, 1),
            state="closed" if at else "ordered",
        )
    report = blocks("rectification")
    assert section(report, "rectification").endswith("应整改4个，已整改销号3个。")


def test_consequences_with_their_money(year, blocks):
    review = year.projects[0]
    for kind, amount in (("cut", "100.5"), ("cut", None), ("strict", None)):
        Use.objects.create(
            dossier=review.dossier,
            review=review,
            kind=kind,
            state="accepted",
            amount=amount and Decimal(amount) * 10_000,
        )
    Use.objects.create(dossier=review.dossier, review=review, kind="hold", state="proposed")
    report = blocks("consequences")
    assert section(report, "consequences") == (
        "根据评价和监控结果，经研究采纳结果应用意见：从严审核1项；核减预算2项，涉及资金100.5万元。"
    )
    assert report.figures["uses.核减预算.amount"].rule.endswith("其中1个未录入，未计入")


def test_year_on_year_counts_alone(year, blocks):
    last = year.round("monitoring", 2020, 9)
    type(last).objects.filter(pk=last.pk).update(work_year=2020)
    dossier = year.dossier("上年监控项目", 2020, "1")
    Review.objects.create(dossier=dossier, round=last, kind="monitoring", state="issued")
    assert section(blocks("year_on_year"), "year_on_year") == (
        "财政重点评价部门2个（上年0个）、财政重点评价项目21个（上年0个）、财政重点监控项目4个（上年1个）。"
    )
