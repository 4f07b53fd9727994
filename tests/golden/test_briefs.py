"""Leaders' page and half-year brief: from rows, each figure opening to
them, without lights, own indices or means.
"""

import json
from datetime import date
from io import BytesIO

import pypdf
import pytest

from wenxiao.budget.models import Dossier, Exemption
from wenxiao.followup.models import Rectification
from wenxiao.reports.briefs import BRIEFS, brief, brief_file, write_brief
from wenxiao.reports.structure import Paragraph
from wenxiao.reviews.models import Review
from wenxiao.site.command import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NEVER = ("灯", "指数", "平均", "均分")


def words(report):
    cells = [
        "".join(row)
        for block in report.blocks()
        if not isinstance(block, Paragraph)
        for row in block.texts
    ]
    return "\n".join((report.title, report.text, *cells))


def test_the_leaders_page_says_the_years_results_on_one_page(year):
    paper = brief(year.division, 2021, "leaders")
    text = words(paper)
    assert "对2个区本级部门（2020年度预算安排合计0.58亿元）" in text
    assert "4个项目评价分值在90（含）-100分之间" in text
    assert "（20个项目）；" in text
    assert not [word for word in NEVER if word in text]
    pdf = brief_file(paper, "brief.pdf")
    assert len(pypdf.PdfReader(BytesIO(pdf)).pages) == 1


@pytest.mark.parametrize("name", BRIEFS)
def test_every_printed_figure_has_the_rows_it_counts(year, name):
    _mending(year)
    year.round("selfeval", 2020, key=False)
    paper = brief(year.division, 2021, name)
    shown = paper.shown_figures()
    assert shown
    for figure in shown:
        assert figure.rule
        assert (
            figure.yuan is not None
            or not isinstance(figure.value, int)
            or (len(figure.rows) == figure.value)
        ), figure.id


def _mending(year):
    """Three orders of the work year: one closed, one late, one in time."""
    rows = []
    for at, finding in enumerate(
        one for row in year.projects[:3] for one in row.dossier.findings.all()[:1]
    ):
        rows.append(
            Rectification.objects.create(
                finding=finding,
                unit=year.projects[1].dossier.unit,
                deadline=date(2021, 5, 1) if at < 2 else date(2099, 1, 1),
                state="ordered" if at else "closed",
                closed_on=None if at else date(2021, 4, 1),
            )
        )
    return rows


def test_mending_is_counted_as_it_stands(year):
    rows = _mending(year)
    text = words(brief(year.division, 2021, "leaders"))
    assert "应整改3个，已销号1个。" in text
    assert f"逾期1个：{rows[0].unit.name}1个（最早2021年5月1日到期）。" in text


def test_a_restricted_object_is_in_no_public_brief(year):
    dossier = year.projects[0].dossier
    dossier.subject.restriction = "restricted"
    dossier.subject.save()
    _mending(year)
    for name in BRIEFS:
        public = brief(year.division, 2021, name, version="public")
        said = words(public) + brief_file(public, "figures.json").decode()
        assert dossier.subject.name not in said, name
    assert (
        dossier.subject.name
        in brief_file(brief(year.division, 2021, "leaders"), "figures.json").decode()
    )


def test_the_half_year_counts_what_is_due_without_those_excused(year, writer):
    opened = year.round("selfeval", 2020, key=False)
    type(opened).objects.filter(pk=opened.pk).update(opens_on=date(2021, 3, 1), state="open")
    due = list(Dossier.objects.filter(fiscal_year=2020).order_by("pk"))
    Exemption.objects.create(round=opened, dossier=due[0], reason="项目取消", by=writer)
    Review.objects.create(dossier=due[1], round=opened, kind="selfeval", state="submitted")
    figures = {one.id: one for one in brief(year.division, 2021, "half-year").figures.values()}
    assert figures[f"round.{opened.pk}.due"].value == len(due) - 1
    assert figures[f"round.{opened.pk}.done"].rows == (f"budget.Dossier:{due[1].pk}",)
    assert figures[f"round.{opened.pk}.open"].value == len(due) - 2


def test_what_was_opened_or_mended_later_is_not_in_the_half_year(year):
    opened = year.round("selfeval", 2020, key=False)
    type(opened).objects.filter(pk=opened.pk).update(opens_on=date(2021, 7, 1), state="open")
    type(opened).objects.exclude(pk=opened.pk).update(work_year=2020)
    for row in _mending(year)[:1]:
        Rectification.objects.filter(pk=row.pk).update(closed_on=date(2021, 7, 2))
    paper = brief(year.division, 2021, "half-year")
    assert f"round.{opened.pk}.due" not in paper.figures
    assert "应整改3个，已销号0个，逾期2个。" in words(paper)


def test_an_empty_year_says_so(year):
    assert "没有下达任务" in words(brief(year.division, 2030, "half-year"))
    assert "还没有财政重点评价" in words(brief(year.division, 2030, "leaders"))


def test_the_command_writes_the_same(year, tmp_path, capsys):
    code = main(["report", "half-year", "--year", "2021", "--out", str(tmp_path)])
    assert code == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert str(tmp_path / "half-year.docx") in files
    again = write_brief(year.division, 2021, "half-year", tmp_path)
    assert [str(path) for path in again] == files
