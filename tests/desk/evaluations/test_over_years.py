"""Over the years: grades and means of like objects, and who had the same problem again."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wenxiao.followup.selectors.years import (
    departments_over_years,
    results_by_field,
    results_over_years,
)
from wenxiao.pages.charts import grades_over_years

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def earlier(small, points, grade="良", kind="project", state="confirmed"):
    """A settled result of the work year 2020."""
    from wenxiao.budget.models import Dossier, Round, Subject
    from wenxiao.reviews.models import Review

    round_, _ = Round.objects.get_or_create(
        division=small.division,
        kind="finance_evaluation",
        name="2020年重点评价",
        work_year=2020,
        fiscal_year=2019,
        key=True,
        state="closed",
    )
    subject = Subject.objects.create(
        division=small.division,
        unit=small.units[0],
        code=f"70{Subject.objects.count()}",
        name="旧项目",
        kind=kind,
    )
    dossier = Dossier.objects.create(subject=subject, unit=small.units[0], fiscal_year=2019)
    return Review.objects.create(
        dossier=dossier,
        round=round_,
        kind="finance_evaluation",
        state=state,
        points=Decimal(points),
        grade=grade,
        complete=True,
    )


def test_grades_and_means_by_year_keep_projects_and_departments_apart(small):
    for points, grade in (("90.00", "优"), ("80.01", "良"), ("80.00", "良")):
        earlier(small, points, grade)
    earlier(small, "60.00", "中", kind="department_overall")
    earlier(small, "10.00", "差", state="filling")
    first, last = results_over_years(small.leader, "finance_evaluation")
    assert (first.year, first.grades, first.projects) == (
        2020,
        {"优": 1, "良": 2, "中": 0, "差": 0},
        3,
    )
    assert first.mean == Decimal("83.34")  # 250.01 ÷ 3 = 83.3366…
    assert (first.departments, first.department_mean) == (1, Decimal("60.00"))
    assert last.year == 2021
    assert results_over_years(small.security, "finance_evaluation") == []


def test_the_page_draws_it_with_its_table(small, inside):
    earlier(small, "91.00", "优")
    client = inside(small.officer)
    text = client.get(f"{reverse('desk:evaluations')}?year=2021").content.decode()
    assert "历年结果" in text
    assert 'id="chart-grades"' in text
    assert "2020年" in text
    assert "91.00" in text
    with CaptureQueriesContext(connection) as few:
        client.get(f"{reverse('desk:evaluations')}?year=2021")
    for _ in range(10):
        earlier(small, "85.00")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{reverse('desk:evaluations')}?year=2021")
    assert len(many) <= len(few)


def test_a_chart_says_its_last_year(small):
    chart = grades_over_years([(2020, {"优": 1}), (2021, {"优": 4, "良": 17})])
    assert chart.finding == "2021 年：4 个优、17 个良"
    assert chart.rows == [("2020", [1, 0, 0, 0]), ("2021", [4, 17, 0, 0])]
    assert grades_over_years([]).finding == "0 年：没有结果"


def test_the_board_names_who_had_the_same_problem_again(small, inside):
    from wenxiao.followup.models import CatalogueItem, Finding

    client, address = inside(small.officer), f"{reverse('desk:board')}?year=2021"
    assert "没有连年出现的问题" in client.get(address).content.decode()
    item = CatalogueItem.objects.get(code="ZX-01")
    Finding.objects.create(
        dossier=earlier(small, "80").dossier, item=item, text=item.text, state="confirmed"
    )
    text = client.get(address).content.decode()
    assert "2019年" in text
    assert "旧项目" in text
    assert "屡查屡犯" in inside(small.clerk).get(address).content.decode()


def test_departments_stand_by_year_the_largest_fall_first(small):
    from wenxiao.budget.models import Dossier, Round
    from wenxiao.reviews.models import Review

    first = earlier(small, "90.00", "优", kind="department_overall")
    again = Review.objects.get(pk=first.pk)
    later = Round.objects.create(
        division=small.division,
        kind="finance_evaluation",
        name="2021年重点评价之二",
        work_year=2021,
        fiscal_year=2020,
    )
    again.pk, again.round, again.points, again.grade = None, later, Decimal("84.50"), "良"
    again.dossier = Dossier.objects.create(
        subject=first.dossier.subject, unit=first.dossier.unit, fiscal_year=2020
    )
    again.save()
    years, rows = departments_over_years(small.leader, "finance_evaluation")
    assert years == (2020, 2021)
    assert rows[0].cells == ((Decimal("90.00"), "优"), (Decimal("84.50"), "良"))
    assert rows[0].change == Decimal("-5.50")
    assert departments_over_years(small.security, "finance_evaluation") == ((), [])


def test_a_project_counts_in_each_of_its_fields(small):
    from wenxiao.budget.models import AuditedAmount
    from wenxiao.reviews.models import Review

    one, other = earlier(small, "91.00", "优"), earlier(small, "82.00", "良")
    for review, tags in ((one, ["教育", "三农"]), (other, ["三农"])):
        review.dossier.subject.tags = tags
        review.dossier.subject.save()
    one.audited = AuditedAmount.objects.create(
        dossier=one.dossier, arranged=Decimal(100), used=Decimal(80)
    )
    one.save()
    rows = results_by_field(Review.objects.filter(pk__in=[one.pk, other.pk]))
    assert [(row.name, row.results, row.rate) for row in rows] == [
        ("三农", 2, Decimal("80.00")),
        ("教育", 1, Decimal("80.00")),
    ]
    assert rows[0].grades == {"优": 1, "良": 1, "中": 0, "差": 0}
