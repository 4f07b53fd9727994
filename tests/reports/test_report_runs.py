"""成批评价报告: written one after the other, how far they are, cancelled, gone on with after a kill; one
report costs the same whatever else the year holds.
"""

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from wenxiao.budget import services as budget
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import User
from wenxiao.records.models import Entry
from wenxiao.reports import report_runs
from wenxiao.reports.evaluation_report import evaluation_docx
from wenxiao.reports.facts import facts, facts_of_review
from wenxiao.reports.models import ReportRun
from wenxiao.reports.tasks import write
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


class Round:
    """A key evaluation of four projects, and the officer who has their reports written."""

    def __init__(self, settings, folder):
        settings.HOME = folder
        self.division = orgs.create_division(
            code="360191", name="高新区", bureau="高新区财政局", by=None
        )
        self.unit = orgs.add_unit(
            division=self.division, code="101", name="教体局", kind="department", by=None
        )
        self.officer = self.person("officer")
        dossiers = [self.dossier(number) for number in range(4)]
        self.round = budget.open_round(
            division=self.division,
            kind="finance_evaluation",
            name="重点评价",
            work_year=2021,
            fiscal_year=2020,
            key=True,
            by=None,
            scope={"dossiers": [row.pk for row in dossiers]},
        )
        self.reviews = [self.review(row) for row in dossiers]

    def person(self, name):
        user = User.objects.create_user(name, "Demo-pass-2021", name=name, division=self.division)
        orgs.grant(user=user, role="performance", division=self.division, by=None, why="试验")
        return user

    def dossier(self, number):
        subject = budget.ensure_subject(
            division=self.division,
            unit=self.unit,
            code=f"36019100000000000000{number}",
            name=f"项目{number}",
            by=None,
        )
        return budget.open_dossier(subject=subject, fiscal_year=2020, by=None)

    def review(self, dossier):
        made = Review.objects.create(
            dossier=dossier,
            round=self.round,
            kind="finance_evaluation",
            state="issued",
            points=Decimal(90),
            grade="优",
        )
        for order in (1, 2):
            row = Criterion.objects.create(
                review=made, order=order, level1="产出", name=f"第{order}项", weight=Decimal(50)
            )
            Mark.objects.create(review=made, criterion=row, points=Decimal(45), note="不全")
        return made


@pytest.fixture
def key(db, settings, tmp_path):
    return Round(settings, tmp_path)


def begun(key):
    return report_runs.start_reports(round=key.round, by=key.officer, task=write)


def test_every_report_of_the_round_is_in_the_zip(key):
    run = report_runs.write_reports(begun(key).pk)
    assert (run.state, run.written, run.left) == ("done", 4, [])
    with zipfile.ZipFile(report_runs.written_zip(run)) as packed:
        assert packed.namelist() == [
            f"000{n} 项目{n - 1}2020年度评价报告.docx" for n in (1, 2, 3, 4)
        ]
        text = "".join(
            one.text for one in Document(io.BytesIO(packed.read(packed.namelist()[2]))).paragraphs
        )
    assert "项目2" in text
    assert Entry.objects.filter(act="成批写出评价报告").count() == 1


def test_begun_through_the_pages_shown_cancelled_and_taken(key):
    client = Client()
    client.force_login(key.officer)
    here = reverse("desk:evaluation_reports", args=[key.round.pk])
    assert (
        f'href="{here}"' in client.get(reverse("desk:evaluations") + "?year=2021").content.decode()
    )
    assert "开始写出" in client.get(here).content.decode()
    assert "已开始写 4 份" in client.post(here, follow=True).content.decode()
    run = ReportRun.objects.get()
    page = client.get(here)
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert "已写 0 / 4 份" in page.content.decode()
    assert "没有重复开始" in client.post(here, follow=True).content.decode()
    client.post(reverse("desk:evaluation_reports_cancel", args=[run.pk]))
    assert report_runs.write_reports(run.pk).state == "cancelled"
    client.post(here)
    second = report_runs.write_reports(ReportRun.objects.order_by("pk").last().pk)
    assert "写出 4 / 4 份" in " ".join(client.get(here).content.decode().split())
    answer = client.get(reverse("desk:evaluation_reports_file", args=[second.pk]))
    assert len(zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()) == 4


def test_cancelled_in_the_middle_it_stops_and_what_is_written_can_be_taken(key, monkeypatch):
    run, one = begun(key), report_runs.evaluation_docx

    def second_cancels(known, review):
        if review.pk == key.reviews[1].pk:
            report_runs.cancel_reports(run=ReportRun.objects.get(), by=key.officer)
        return one(known, review)

    monkeypatch.setattr(report_runs, "evaluation_docx", second_cancels)
    ended = report_runs.write_reports(run.pk)
    assert ended.state == "cancelled"
    with zipfile.ZipFile(report_runs.written_zip(ended)) as packed:
        assert len(packed.namelist()) == 2


def test_after_a_kill_it_goes_on_where_it_stopped(key, monkeypatch):
    run, one, asked = begun(key), report_runs.evaluation_docx, []

    def dies_at_the_third(known, review):
        asked.append(review.pk)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return one(known, review)

    monkeypatch.setattr(report_runs, "evaluation_docx", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        report_runs.write_reports(run.pk)
    run.refresh_from_db()
    assert (run.state, run.written) == ("writing", 2)
    assert report_runs.write_reports(run.pk).written == 4
    assert asked == [row.pk for row in (*key.reviews[:3], *key.reviews[2:])]


def test_a_result_no_longer_seen_is_named_and_not_written(key):
    run = begun(key)
    Review.objects.filter(pk=key.reviews[0].pk).delete()
    ended = report_runs.write_reports(run.pk)
    assert (ended.written, ended.left[0]["why"]) == (3, "已不在您的范围内。")


def test_another_officer_neither_sees_nor_cancels_it(key):
    run, other = begun(key), Client()
    other.force_login(key.person("other"))
    assert other.post(reverse("desk:evaluation_reports_cancel", args=[run.pk])).status_code == 404
    report_runs.write_reports(run.pk)
    assert other.get(reverse("desk:evaluation_reports_file", args=[run.pk])).status_code == 404


def test_a_round_without_results_begins_nothing(key):
    Review.objects.all().delete()
    with pytest.raises(NotAllowed, match="没有您可以写出报告的"):
        begun(key)


def test_old_papers_leave_the_disk(key, monkeypatch):
    run = report_runs.write_reports(begun(key).pk)
    monkeypatch.setattr(report_runs, "DAYS", -1)
    assert report_runs.sweep_reports() == 1
    assert report_runs.written_zip(run) is None


def test_one_report_reads_nothing_of_the_years_other_results(key):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            known = facts_of_review(key.reviews[0])
            evaluation_docx(known, key.reviews[0])
        assert [row.review for row in known.evaluated] == [key.reviews[0].pk]
        return len(queries)

    assert asked() <= 21


def test_one_report_says_what_the_whole_years_facts_say(key):
    whole, one = facts(key.division, 2021), facts_of_review(key.reviews[1])
    texts = [
        [
            line.text
            for line in Document(io.BytesIO(evaluation_docx(known, key.reviews[1]))).paragraphs
        ]
        for known in (whole, one)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("kind", "called", "sealed"),
    [
        ("finance_evaluation", "财政绩效评价", "评价机构（盖章）"),
        ("department_evaluation", "部门绩效评价", "教体局（盖章）"),
    ],
)
def test_a_round_that_is_not_the_bureaus_key_one_has_its_reports_too(key, kind, called, sealed):
    other = budget.open_round(
        division=key.division,
        kind=kind,
        name="一般评价",
        work_year=2021,
        fiscal_year=2020,
        key=False,
        by=None,
        scope={"dossiers": [key.reviews[0].dossier_id]},
    )
    judged = Review.objects.create(
        dossier=key.reviews[0].dossier,
        round=other,
        kind=kind,
        state="issued",
        points=80,
        grade="良",
    )
    client = Client()
    client.force_login(key.officer)
    answer = client.get(reverse("desk:evaluation_paper", args=[judged.pk]))
    paper = [line.text for line in Document(io.BytesIO(answer.content)).paragraphs]
    assert f"2020年度{called}报告" in paper
    assert any("得分80.00分，评价等级为“良”" in line for line in paper)
    assert sealed in paper
    run = report_runs.start_reports(round=other, by=key.officer, task=write)
    assert report_runs.write_reports(run.pk).written == 1


def test_the_command_writes_them_into_a_folder(key, tmp_path):
    out = tmp_path / "out"
    written = list(report_runs.write_all_reports(key.round, out))
    assert [why for _, why in written] == [""] * 4
    assert sorted(path.name for path in Path(out).iterdir()) == [name for name, _ in written]
