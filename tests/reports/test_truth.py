"""Whatever the rows are: counts add up, and the status sentence claims only what is."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from reach import reach, reaches

from wenxiao.followup.selectors import Reported, Told
from wenxiao.reports import annual, wording
from wenxiao.reports.facts import DivisionNames, Facts
from wenxiao.reports.structure import as_data, from_data, plain_text
from wenxiao.rulebook.grading import bands_in_force

MONEY = st.none() | st.decimals("0", "99999999", places=2)


@st.composite
def rows(draw, *, monitored=False, finished=False):
    found = []
    for at in range(draw(st.integers(0, 6))):
        points = draw(st.none() | st.decimals("0", "100", places=2))
        grade = "" if points is None else draw(st.sampled_from(["优", "良", "中", "差", "合格"]))
        received = finished or draw(st.booleans())
        number = at + 100 * monitored + 1
        found.append(
            Reported(
                review=number,
                dossier=number,
                name=f"对象{number}",
                unit=f"单位{at}",
                department=f"单位{at}",
                overall=False,
                kind="project",
                fiscal_year=draw(st.integers(2019, 2021)),
                period="1-7月" if monitored else "",
                through_month=7,
                open=True,
                disclosure="可公开",
                synthetic=False,
                result_synthetic=False,
                state="",
                concluded=points is not None,
                issued=finished or draw(st.booleans()),
                opening=draw(MONEY),
                opening_synthetic=False,
                appropriations=(),
                audited=None,
                arranged=draw(MONEY),
                used=draw(MONEY),
                budget=draw(MONEY),
                executed=draw(MONEY),
                points=points,
                grade=grade,
                agency="",
                suggestions=("改进。",),
                findings=(),
                notices=(
                    Told(1, "", date(2021, 1, 1), None, date(2021, 1, 2) if received else None),
                ),
            )
        )
    return tuple(found)


@st.composite
def years(draw):
    finished = draw(st.integers(0, 3)) == 0
    return Facts(
        place=DivisionNames("示例区", "示例区财政局", demo=False),
        work_year=2021,
        version="internal",
        overall=draw(rows(finished=finished)),
        projects=draw(rows(finished=finished)),
        monitored=draw(rows(monitored=True, finished=finished)),
        lines=(),
        papers=(),
        bands=bands_in_force(2021),
    )


@reaches(graded=0.3, ungraded=0.3, with_rows=0.5, missing=0.3, told=0.3)
@given(years())
def test_a_report_is_true_to_its_rows_and_kept_as_it_is(facts):
    report = annual.build(facts)
    figures = report.figures.values()
    grades_add_up_to_the_projects(facts, report)
    a_kept_report_is_the_report(report)
    no_missing_amount_is_printed_as_zero(figures)
    reach(
        graded=any(row.grade for row in facts.projects),
        ungraded=any(not row.grade for row in facts.projects),
        with_rows=bool(facts.projects and facts.overall),
        missing=any(figure.value is None for figure in figures),
        told=any(figure.unit in {"万元", "亿元"} and figure.text for figure in figures),
    )


def grades_add_up_to_the_projects(facts, report):
    counts = [
        figure
        for key, figure in report.figures.items()
        if key.startswith(("projects.grade.", "projects.ungraded"))
    ]
    assert sum(figure.value for figure in counts) == len(facts.projects)
    rows_told = [row for figure in counts for row in figure.rows]
    assert len(rows_told) == len(set(rows_told))


@reaches(claims_all=0.05, claims_nothing=0.3)
@given(years())
def test_the_status_sentence_claims_only_what_is(facts):
    said = plain_text(wording.status(facts))
    assert ("反馈到各相关部门" in said) == (
        bool(facts.reported) and all(row.issued and row.received for row in facts.reported)
    )
    assert ("各项财政绩效管理工作已出具报告" in said) == (
        bool(facts.reported) and all(row.issued for row in facts.reported)
    )
    claims = "已出具报告" in said
    reach(claims_all=claims, claims_nothing=bool(facts.reported) and not claims)


def a_kept_report_is_the_report(report):
    kept = as_data(report)
    again = from_data(kept)
    assert as_data(again) == kept
    assert again.text == report.text


def no_missing_amount_is_printed_as_zero(figures):
    for figure in figures:
        if figure.unit in {"万元", "亿元"} and all(part.value is None for part in figure.parts):
            assert figure.text == ""
        if figure.value is None:
            assert figure.text == ""
