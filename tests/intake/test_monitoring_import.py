"""A monitoring form brings its goals with forecast, causes, likelihood and explanation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from tests.monitoring.from_scratch import watch

from wenxiao.budget.services import ensure_subject, open_dossier, open_round
from wenxiao.evidence.models import Actual
from wenxiao.files.out.form_grid import form_workbook
from wenxiao.files.out.official_forms import (
    IndicatorLine,
    PrintedFund,
    ProjectForm,
    monitoring_form,
)
from wenxiao.followup.watch.sentences import watch_rows
from wenxiao.intake.scope import Importer, SeenDirectory
from wenxiao.intake.unattended import import_file, take
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def line_and_form(bureau):
    line = IndicatorLine("产出指标", "数量指标", "检查次数", "≥12次", "5次")
    fund = PrintedFund("年度资金总额", initial=Decimal(1000000), executed=Decimal(400000))
    return ProjectForm(
        project_name=bureau.subject.name,
        unit=bureau.unit.name,
        dept=bureau.unit.name,
        year=2021,
        indicators=(line,),
        funds=(fund,),
    )


@pytest.mark.parametrize(("listed", "lands"), [(False, "日常"), (True, None)])
def test_of_two_rounds_over_the_same_months_the_scope_decides(bureau, tmp_path, listed, lands):
    dossier = open_dossier(subject=bureau.subject, fiscal_year=2021, by=None)
    shared = {
        "division": bureau.division,
        "kind": "monitoring",
        "work_year": 2021,
        "fiscal_year": 2021,
        "by": None,
        "through_month": 7,
    }
    open_round(
        name="重点",
        key=True,
        scope={"dossiers": [dossier.pk if listed else dossier.pk + 999]},
        **shared,
    )
    open_round(name="日常", scope={"dossiers": [dossier.pk]}, **shared)
    asked = SimpleNamespace(round_kind="monitoring", through_month=7)
    for user in (
        bureau.finance,
        None,
    ):  # the wizard's names, as a person sees them and as the system does
        directory = SeenDirectory(Importer(user, bureau.division))
        found = directory.round_for(asked, 2021, bureau.subject.pk)
        assert (found and found.name) == lands
        assert directory.named_subject(bureau.subject.name, bureau.unit.pk) == bureau.subject.pk
        assert directory.close_subjects(bureau.subject.name)[0][0] == bureau.subject.pk
    path = tmp_path / "监控表.xlsx"
    path.write_bytes(form_workbook([monitoring_form(line_and_form(bureau))]))
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    if lands:
        assert Review.objects.get().round.name == lands
    else:
        # in both scopes only a person can say which one is meant
        assert [p["code"] for form in outcome.unmatched for p in form["problems"]] == ["DR-34"]


def test_a_sheet_of_an_object_outside_the_scope_is_asked_about(bureau, tmp_path):
    dossier = open_dossier(subject=bureau.subject, fiscal_year=2021, by=None)
    row = open_round(
        division=bureau.division,
        kind="monitoring",
        name="重点监控",
        work_year=2021,
        fiscal_year=2021,
        through_month=7,
        scope={"dossiers": [dossier.pk + 999]},
        by=None,
    )
    path = tmp_path / "监控表.xlsx"
    path.write_bytes(form_workbook([monitoring_form(line_and_form(bureau))]))
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    told = [p["text"] for form in outcome.unmatched for p in form["problems"]]
    assert told == [f"“{bureau.subject.name}”不在任务“重点监控”的范围内。"]
    assert not Review.objects.exists()
    answers = {"0": {"round": row.pk}}
    import_file(path, division=bureau.division, by=bureau.finance, choices=answers)
    assert Review.objects.get().round == row


def test_two_projects_of_one_name_are_told_apart_by_their_codes(bureau, tmp_path):
    other = ensure_subject(
        division=bureau.division,
        unit=bureau.subject.unit,
        code="360000000000000000099",
        name=bureau.subject.name,
        by=None,
    )
    directory = SeenDirectory(Importer(bureau.finance, bureau.division))
    offers = dict(directory.close_subjects(bureau.subject.name, bureau.subject.unit_id))
    assert "编码 360000000000000000099" in offers[other.pk]
    assert offers[bureau.subject.pk] != offers[other.pk]
    path = tmp_path / "监控表.xlsx"
    path.write_bytes(form_workbook([monitoring_form(line_and_form(bureau))]))
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    told = [p["text"] for form in outcome.unmatched for p in form["problems"]]
    assert told[0].startswith(f"这个单位有 2 个项目名为“{bureau.subject.name}”")


@pytest.fixture
def months(bureau):
    open_dossier(subject=bureau.subject, fiscal_year=2021, by=None)
    return open_round(
        division=bureau.division,
        kind="monitoring",
        name="1-7月监控",
        work_year=2021,
        fiscal_year=2021,
        by=None,
        through_month=7,
    )


def whole_form(bureau, *, expected=900000, deviation="人员未到位"):
    line = IndicatorLine(
        "产出指标",
        "数量指标",
        "检查次数",
        "≥12次",
        "5次",
        forecast="12次",
        causes=frozenset({"人员保障", "经费保障"}),
        deviation=deviation,
        more={"possibility": "有可能"},
    )
    return ProjectForm(
        project_name=bureau.subject.name,
        unit=bureau.unit.name,
        dept=bureau.unit.name,
        year=2021,
        indicators=(line,),
        funds=(
            PrintedFund(
                "年度资金总额",
                initial=Decimal(1000000),
                executed=Decimal(400000),
                expected=Decimal(expected),
            ),
        ),
    )


def test_a_monitoring_form_again_names_what_changed_money_expected_and_causes_included(
    bureau, tmp_path, months
):
    path = tmp_path / "监控表.xlsx"
    path.write_bytes(form_workbook([monitoring_form(whole_form(bureau))]))
    first = take(path, division=bureau.division, by=bureau.finance, dry_run=True)["forms"][0]
    named = {change["field"] for change in first["changes"]}
    assert named >= {"全年预计执行数", "偏差原因类别", "说明", "完成值", "全年预计", "完成可能性"}
    assert all(change["cell"] for change in first["changes"])
    import_file(path, division=bureau.division, by=bureau.finance)
    again = take(path, division=bureau.division, by=bureau.finance, dry_run=True)["forms"][0]
    assert again["changes"] == []
    later = whole_form(bureau, expected=800000, deviation="经费未到位")
    path.write_bytes(form_workbook([monitoring_form(later)]))
    changed = take(path, division=bureau.division, by=bureau.finance, dry_run=True)["forms"][0]
    assert [(c["row"], c["field"], c["old"], c["new"]) for c in changed["changes"]] == [
        ("", "全年预计执行数", "900000", "800000"),
        ("检查次数", "说明", "人员未到位", "经费未到位"),
    ]
    assert all("!" in change["cell"] for change in changed["changes"])


def test_goals_causes_and_forecast_arrive(bureau, tmp_path, months):
    form = whole_form(bureau)
    path = tmp_path / "监控表.xlsx"
    path.write_bytes(form_workbook([monitoring_form(form)]))
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    assert outcome.unmatched == []
    review = Review.objects.get()
    assert (review.budget, review.executed, review.points) == (
        Decimal(1000000),
        Decimal(400000),
        None,
    )
    assert review.expected == Decimal(900000)
    (row,) = watch_rows(watch(review.round, None, on=date(2021, 8, 10)))
    assert row.expected == Decimal(900000)
    assert row.forecast is not None
    assert row.forecast.low < row.expected
    actual = Actual.objects.get()
    assert (actual.value, actual.forecast, actual.through_month) == ("5次", "12次", 7)
    assert (actual.causes, actual.possibility, actual.note) == (
        ["经费保障", "人员保障"],
        "有可能",
        "人员未到位",
    )
