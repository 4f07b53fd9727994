"""Leaders' page and half-year brief over a division with data, late work and papers that wait:
every figure is held against a count of the rows made here, not by the product's selectors.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import docx
import pypdf
import pytest

from wenxiao.budget.models import Request
from wenxiao.files.out.pdf import NoChineseFontError
from wenxiao.followup.models import BudgetDecision, Disclosure, Rectification, UseList
from wenxiao.orgs.models import Attendance, Course
from wenxiao.records.models import Document, Instruction
from wenxiao.reports import printing
from wenxiao.reports.briefs import MOST_NAMED, brief, brief_file, write_brief
from wenxiao.reports.structure import Paragraph
from wenxiao.store.clock import today
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WAN = Decimal(10_000)


def part(paper, key):
    """One section's heading with what it says; none where the paper has no such section."""
    for one in paper.sections:
        if one.key == key:
            said = [block.text for block in one.blocks if isinstance(block, Paragraph)]
            return "\n".join([one.heading, *said])
    return ""


def rows_of(paper, ident):
    return set(paper.figures[ident].rows)


def keys(model, rows):
    return {f"{model._meta.label}:{row.pk}" for row in rows}


@pytest.fixture
def decided(year):
    """Three requests for 2022 decided, one of them in a signed list."""
    made = []
    for at, (asked, amount) in enumerate((("120", "100"), ("80.5", "80.5"), ("60", "0"))):
        dossier = year.projects[at].dossier
        request = Request.objects.create(
            subject=dossier.subject, fiscal_year=2022, stage="first", asked=Decimal(asked) * WAN
        )
        cut = (Decimal(asked) - Decimal(amount)) * WAN
        made.append(
            BudgetDecision.objects.create(
                request=request,
                proposed="plain",
                basis="评价等级",
                kind="cut" if cut else "plain",
                asked=Decimal(asked) * WAN,
                amount=Decimal(amount) * WAN,
                cut=cut,
                decided_on=date(2021, 11, 1),
            )
        )
    unit = year.projects[0].dossier.unit
    made[0].signed = UseList.objects.create(
        division=year.division,
        unit=unit,
        fiscal_year=2022,
        number=1,
        digest="0" * 64,
        signed_on=date(2021, 11, 9),
    )
    made[0].save()
    return made


def test_low_grades_are_named_with_their_points(year):
    low = year.project(30, "58.5")
    text = part(brief(year.division, 2021, "leaders"), "results")
    assert f"需要关注：{low.dossier.subject.name}58.50分（差）。" in text
    assert "示例单位5专项经费" not in text


def test_the_next_budget_is_the_sum_of_its_decisions(year, decided):
    paper = brief(year.division, 2021, "leaders")
    asked = sum((row.asked for row in decided), Decimal(0))
    cut = sum((row.asked - row.amount for row in decided), Decimal(0))
    assert paper.figures["next.asked"].yuan == asked == Decimal(2_605_000)
    assert paper.figures["next.cut"].yuan == cut == Decimal(800_000)
    assert rows_of(paper, "next.count") == keys(BudgetDecision, decided)
    said = part(paper, "money")
    assert "2022年度预算" in said
    assert "评价结果应用于预算：已决定3项，申报260.5万元，审减80万元。" in said


def test_what_waits_for_the_leader_is_counted_by_kind(year, decided):
    Disclosure.objects.create(review=year.projects[0], sentence="结果", state="approved")
    Disclosure.objects.create(review=year.projects[1], sentence="结果", state="published")
    shared = {"division": year.division, "leader": "王区长", "given_on": date(2021, 10, 8)}
    open_one = Instruction.objects.create(text="请逐项整改", **shared)
    Instruction.objects.create(text="已阅", closed_on=date(2021, 10, 9), **shared)
    paper = brief(year.division, 2021, "leaders")
    assert "结果应用清单还没有签字的2项；公开已审查、待签发的1个；批示还没有办结的1件。" in part(
        paper, "waiting"
    )
    assert rows_of(paper, "waiting.lists") == keys(BudgetDecision, decided[1:])
    assert rows_of(paper, "waiting.instructions") == keys(Instruction, [open_one])


def test_nothing_open_leaves_the_sections_out_and_closes_the_numbers_up(year):
    paper = brief(year.division, 2021, "leaders")
    assert [one.key for one in paper.sections] == ["results", "problems"]
    assert [one.number for one in paper.sections] == ["一", "二"]


def test_late_units_are_named_by_how_many_and_the_rest_are_counted(year):
    units = [row.dossier.unit for row in year.projects[: MOST_NAMED + 2]]
    due = today() - timedelta(days=30)
    for at, unit in enumerate(units):
        for item in range(2 if at == 3 else 1):
            Rectification.objects.create(
                finding=year.finding(year.projects[at], item),
                unit=unit,
                deadline=due + timedelta(days=at),
                state="ordered",
            )
    # put off to tomorrow, and waiting for the bureau: neither is the unit's delay
    for state, extended in (("ordered", today() + timedelta(days=1)), ("reported", None)):
        Rectification.objects.create(
            finding=year.finding(year.projects[9], 1),
            unit=units[0],
            deadline=due,
            extended_to=extended,
            state=state,
        )
    paper = brief(year.division, 2021, "leaders")
    said = part(paper, "mending")
    assert paper.figures["mending.ordered"].value == MOST_NAMED + 5
    assert paper.figures["mending.late"].value == MOST_NAMED + 3
    assert f"逾期7个：{units[3].name}2个（最早" in said
    assert said.count("到期）") == MOST_NAMED
    assert "，另有2个单位。" in said


def test_a_full_leaders_page_is_one_page(year, decided):
    """Every section with words: low grades, late units, money and what waits."""
    test_late_units_are_named_by_how_many_and_the_rest_are_counted(year)
    year.project(30, "58.5")
    Disclosure.objects.create(review=year.projects[0], sentence="结果", state="approved")
    paper = brief(year.division, 2021, "leaders")
    assert len(paper.sections) == 5
    assert len(pypdf.PdfReader(BytesIO(brief_file(paper, "brief.pdf"))).pages) == 1


@pytest.fixture
def first_half(year):
    """Targets approved in time, late and without a day; two trainings, the second in July."""
    early, late = (
        Document.objects.create(
            division=year.division, kind="approval", title="目标批复", issued_on=day
        )
        for day in (date(2021, 3, 20), date(2021, 8, 2))
    )
    dossiers = [year.dossier(f"新项目{at}", 2021, "10") for at in range(4)]
    for dossier, approval, state in (
        (dossiers[0], early, "approved"),
        (dossiers[1], late, "approved"),
        (dossiers[2], None, "approved"),
        (dossiers[3], early, "returned"),
    ):
        Target.objects.create(dossier=dossier, approval=approval, state=state)
    for day, people in ((date(2021, 5, 18), "甲乙丙"), (date(2021, 7, 6), "丁戊")):
        course = Course.objects.create(
            division=year.division, year=2021, title="绩效培训", held_on=day
        )
        for name in people:
            Attendance.objects.create(course=course, name=name)
    year.approved_in_time = [dossiers[0], dossiers[2]]
    return year


def test_targets_and_training_stop_at_the_half_year(first_half):
    paper = brief(first_half.division, 2021, "half-year")
    of_the_year = first_half.projects[0].dossier.__class__.objects.filter(fiscal_year=2021)
    assert rows_of(paper, "targets.due") == keys(of_the_year.model, of_the_year)
    assert rows_of(paper, "targets.approved") == keys(
        of_the_year.model, first_half.approved_in_time
    )
    assert f"对象{of_the_year.count()}个，绩效目标已批复2个。" in part(paper, "targets")
    assert "预算绩效管理培训3人次参加。" in part(paper, "training")


@pytest.mark.parametrize("name", ["leaders", "half-year"])
def test_word_and_figures_hold_what_the_page_says(first_half, decided, name):
    paper = brief(first_half.division, 2021, name)
    document = docx.Document(BytesIO(brief_file(paper, "brief.docx")))
    printed = "\n".join(one.text for one in document.paragraphs)
    for section in paper.sections:
        assert section.heading in printed
    stored = json.loads(brief_file(paper, "figures.json"))
    assert {one["id"] for one in stored} >= {one.id for one in paper.shown_figures()}
    assert brief_file(paper, "brief.xlsx") is None


def test_without_a_chinese_font_word_and_figures_are_written_alone(year, tmp_path, monkeypatch):
    def no_font(report, *, compact=False):
        raise NoChineseFontError

    monkeypatch.setattr(printing, "report_pdf", no_font)
    written = write_brief(year.division, 2021, "leaders", tmp_path)
    assert [path.name for path in written] == ["leaders.docx", "leaders-figures.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in written)
