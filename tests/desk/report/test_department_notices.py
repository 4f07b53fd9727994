"""部门通知 in batch: one a department, confirmed results alone, nothing restricted for who may not see it."""

import io
from datetime import date
from zipfile import ZipFile

import pytest
from django.urls import reverse
from docx import Document

from wenxiao.followup.models import Finding, Rectification
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.reports.department_notices import department_notices

pytestmark = [pytest.mark.db, pytest.mark.django_db]
YEAR = 2021


def notices(client):
    answer = client.get(reverse("desk:department_notices", args=[YEAR]))
    assert answer.status_code == 200, answer.content.decode()
    archive = ZipFile(io.BytesIO(answer.content))
    return {name: Document(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def words_of(paper):
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])


def test_each_department_gets_its_own_results_and_no_other(inside, small):
    client = inside(small.officer)
    assert "部门通知" in client.get(reverse("desk:report", args=[YEAR])).content.decode()
    papers = notices(client)
    reviews = [
        review
        for dossier in small.dossiers
        for review in dossier.reviews.filter(round__key=True, state__in=("confirmed", "issued"))
    ]
    assert reviews
    owners = departments_of([one.dossier.unit for one in reviews])
    assert len(papers) == len({owners[one.dossier.unit_id] for one in reviews})
    for name, paper in papers.items():
        text = words_of(paper)
        for review in reviews:
            own = owners[review.dossier.unit_id] in name
            assert (review.dossier.subject.name in text) == own
        assert "名次" not in text
        assert "排名" not in text


def test_what_is_restricted_is_only_for_who_may_see_it_and_a_unit_makes_none(inside, small):
    dossier = small.evaluation.dossier
    dossier.subject.restriction = "restricted"
    dossier.subject.save()
    name = dossier.subject.name
    assert name in "".join(words_of(one) for one in notices(inside(small.officer)).values())
    shut = department_notices(small.division, YEAR, version="public")
    assert name not in "".join(words_of(Document(io.BytesIO(one))) for _, one in shut)
    refused = inside(small.clerk).get(reverse("desk:department_notices", args=[YEAR]))
    assert refused.status_code in {403, 404}


def test_a_year_without_results_says_so(inside, small):
    answer = inside(small.officer).get(reverse("desk:department_notices", args=[2031]))
    assert answer.status_code == 409
    assert "没有可发的通知" in answer.content.decode()


def test_each_problem_says_by_when_it_is_to_be_mended(inside, small):
    finding = Finding.objects.filter(
        state="confirmed", review__state__in=("confirmed", "issued"), review__round__key=True
    ).first()
    Rectification.objects.filter(finding=finding).delete()
    text = "\n".join(words_of(one) for one in notices(inside(small.officer)).values())
    assert f"{finding.text.rstrip('。')}。【待填：整改期限】" in text
    Rectification.objects.create(
        finding=finding, unit=finding.dossier.unit, deadline=date(2021, 12, 31)
    )
    text = "\n".join(words_of(one) for one in notices(inside(small.officer)).values())
    assert f"{finding.text.rstrip('。')}。（整改期限：2021年12月31日）" in text
