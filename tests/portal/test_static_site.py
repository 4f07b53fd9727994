"""静态站 and open data: only what is published, nothing of what was restricted
since, links that lead somewhere.
"""

import io
import json
import re
import zipfile
from datetime import date

import pytest
from django.test import Client

from wenxiao.budget.services import open_round, restrict_subject
from wenxiao.followup.models import Comment, Finding, Rectification
from wenxiao.followup.services.disclosing import take_comment
from wenxiao.portal.static_site import pages, write_site
from wenxiao.reviews.models import Mark, Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PUBLIC = (
    "/open",
    "/open/units",
    "/open/data",
    "/open/data.csv",
    "/open/data.json",
    "/open/data.xlsx",
)


def texts(content):
    """What a file says, packed or not."""
    if content[:2] != b"PK":
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(texts(packed.read(name)) for name in packed.namelist())


def test_every_link_of_the_site_leads_to_one_of_its_files(house, public):
    files = dict(pages(house.division, 2020))
    assert {"index.html", "units.html", "data.html", "result-1.html", "data.json"} <= set(files)
    for name, content in files.items():
        if name.endswith(".html"):
            page = content.decode()
            assert "<form" not in page
            assert "<script" not in page
            for address in re.findall(r'(?:href|src)="([^"#]+)"', page):
                assert address in files, f"{name}: {address}"


def test_a_problem_that_is_late_stands_in_the_site(house, public):
    """The page asks what day it is; the site is of the day it was written."""
    public.what = ["findings"]
    public.save()
    finding = Finding.objects.create(
        dossier=house.dossier, review=house.review, text="资金闲置", state="confirmed"
    )
    Rectification.objects.create(
        finding=finding, unit=house.unit, deadline=date(2021, 1, 31), state="ordered"
    )
    assert "资金闲置" in dict(pages(house.division, 2020))["result-1.html"].decode()


def test_the_command_writes_the_same_files_with_their_digests(house, public, tmp_path):
    written = write_site(house.division, 2020, tmp_path / "site")
    sums = (tmp_path / "site" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert written["files"] == len(sums)
    assert "校园安保" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_a_restricted_subject_is_in_no_public_answer_and_no_package(house, public, client):
    """Every public address and every file of the site, before and after:
    the name is gone, and so is its number.
    """
    assert "校园安保" in texts(dict(pages(house.division, 2020))["index.html"])
    restrict_subject(
        subject=house.subject, restriction="restricted", by=house.first, why="涉及安全"
    )
    for path in (*PUBLIC, f"/open/{public.pk}", f"/open/{public.pk}/result.xlsx"):
        answer = client.get(path)
        body = answer.content.decode("utf-8", "replace") if answer.status_code == 200 else ""
        assert "校园安保" not in texts(answer.content), path
        assert house.subject.code not in body, path
    for name, content in pages(house.division, 2020):
        assert "校园安保" not in texts(content), name
    inside = Client()
    inside.force_login(house.first)
    packed = inside.get("/disclosures/site.zip?fy=2020")
    assert packed.status_code == 200
    assert "校园安保" not in texts(packed.content)


def test_open_data_are_the_same_in_json_and_fit_their_schema(public, client):
    rows = json.loads(client.get("/open/data.json").content)
    schema = json.loads(client.get("/open/schema.json").content)
    assert set(rows[0]) == set(schema["items"]["properties"])
    assert schema["items"]["properties"]["points"]["title"] == "得分"


def test_the_page_says_why_it_differs_from_the_units_own_score(house, public, client):
    from decimal import Decimal

    Review.objects.filter(dossier=house.dossier, kind="selfeval").delete()
    review = Review.objects.create(
        dossier=house.dossier,
        round=open_round(
            division=house.division,
            kind="selfeval",
            name="自评",
            work_year=2021,
            fiscal_year=2020,
            by=None,
        ),
        kind="selfeval",
        state="checked",
        points=public.review.points + Decimal(7),
        grade="优",
    )
    page = client.get(f"/open/{public.pk}").content.decode()
    assert f"单位自评 {review.points:.2f} 分" in page
    assert "低" in page
    assert Mark.objects.filter(review=public.review).exists()


def test_personal_data_in_an_opinion_are_masked_at_the_door(public):
    take_comment(
        disclosure=public,
        text="请联系我 13912345678，谢谢",
        address="192.0.2.9",
        name="张三 13912345678",
    )
    kept = Comment.objects.get()
    assert "13912345678" not in kept.text + kept.name
    assert "139…78" in kept.text
