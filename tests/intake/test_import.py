"""Workbooks as units and agencies hand them in arrive as scored dossiers,
whole or not at all, and can be taken back.
"""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest
from tests.bureaus import PASS

from wenxiao.budget.models import AuditedAmount, Dossier, Subject
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import Finding
from wenxiao.followup.services import ensure_catalogue
from wenxiao.intake.unattended import import_file
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import ImportBatch, StoredFile
from wenxiao.records.services import undo_batch
from wenxiao.reviews.dues import dues_of_year
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.reviews.selectors import promise_of
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
SHEET = PASS / "61_财政重点评价评分表_标准式_合成.xlsx"
EXPERTS = PASS / "63_专家评分_级名带分_合成.xlsx"
MANY = PASS / "65_汇总首页_一簿三项目_合成.xlsx"


def codes(outcome):
    return [problem["code"] for problem in outcome.problems if problem["level"] == "阻断"]


def unmatched_codes(outcome):
    return [p["code"] for form in outcome.unmatched for p in form["problems"]]


def test_a_self_evaluation_lands_in_the_dossier_that_is_there(bureau, selfeval_round):
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert outcome.accepted == 1
    review = Review.objects.get()
    assert (review.dossier, review.round, review.kind) == (
        bureau.dossier,
        selfeval_round,
        "selfeval",
    )
    assert review.published_points == Decimal(100)
    assert review.execution_points == Decimal(10)
    assert Indicator.objects.count() == 9
    statuses = set(review.marks.values_list("status", flat=True))
    assert "not_reported" in statuses  # full points without an actual value are never ours
    assert not review.complete
    assert review.grade == ""


def test_a_target_that_came_along_with_a_sheet_is_counted_nowhere_as_approved(
    bureau, selfeval_round
):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    target = Target.objects.get()
    assert (target.origin, target.state) == (Target.Origin.SHEET, Target.State.UNAPPROVED)
    dues = dues_of_year(bureau.finance, [selfeval_round], 2022)
    assert (dues.approved, dues.asked) == (0, 1)
    assert promise_of(bureau.dossier).target == target


def test_results_keep_their_names_side_by_side(bureau, selfeval_round, evaluation_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    import_file(SHEET, division=bureau.division, by=bureau.finance, create=True)
    kinds = dict(Review.objects.values_list("kind", "published_points"))
    assert set(kinds) == {"selfeval", "finance_evaluation"}
    sheet = Review.objects.get(kind="finance_evaluation")
    assert sheet.points == sheet.published_points
    assert sheet.grade == sheet.published_grade
    assert (
        sheet.marks.filter(indicator__isnull=False).count() == 0
    )  # points of a sheet live on its own criteria


def test_unknown_units_and_projects_block_when_nobody_watches(bureau, evaluation_round):
    outcome = import_file(SHEET, division=bureau.division, by=bureau.finance)
    assert outcome.accepted == 0
    assert unmatched_codes(outcome) == ["DR-31", "DR-32"]
    assert Review.objects.count() == 0
    assert ImportBatch.objects.get().state == "refused"


def test_a_dry_run_leaves_no_trace(bureau, selfeval_round):
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance, dry_run=True)
    assert outcome.batch is None
    assert outcome.unmatched == []
    assert (Review.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_experts_marks_stay_apart_and_their_mean_is_ours(bureau, evaluation_round):
    outcome = import_file(EXPERTS, division=bureau.division, by=bureau.finance, create=True)
    review = Review.objects.get()
    assert review.points == Decimal("93.46")  # the exact sum of the printed means
    assert review.published_points == Decimal(
        "93.96"
    )  # the sheet's own total, half a point too high
    assert "PJ-03" in [problem["code"] for problem in outcome.problems]
    first = review.criteria.first()
    assert list(first.marks.order_by("seat").values_list("seat", "points")) == [
        ("", Decimal("2.67")),
        ("专家1", Decimal("2.70")),
        ("专家2", Decimal("2.70")),
        ("专家3", Decimal("2.60")),
    ]


def test_a_summary_page_makes_no_dossier_of_its_own(bureau, evaluation_round):
    import_file(MANY, division=bureau.division, by=bureau.finance, create=True)
    assert Review.objects.count() == 3
    assert AuditedAmount.objects.count() == 3


def test_problems_of_a_sheet_become_candidates_only(bureau, evaluation_round):
    ensure_catalogue(division=bureau.division, by=None)
    import_file(SHEET, division=bureau.division, by=bureau.finance, create=True)
    states = set(Finding.objects.values_list("state", flat=True))
    assert states == {"candidate"}


def test_an_import_is_taken_back_whole(bureau, selfeval_round):
    before = (Subject.objects.count(), Dossier.objects.count())
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    undo_batch(batch=outcome.batch, by=bureau.finance, why="导错了")
    for model in (Review, Mark, Target, Indicator, Actual, Criterion):
        assert model.objects.count() == 0, model
    assert (Subject.objects.count(), Dossier.objects.count()) == before
    assert bureau.dossier.appropriations.get().adjusted == Decimal(8800000)


def test_what_was_changed_since_is_not_taken_back(bureau, selfeval_round):
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    Review.objects.update(conclusion="后来写的", version=9)
    with pytest.raises(NotAllowed):
        undo_batch(batch=outcome.batch, by=bureau.finance, why="导错了")
    assert Review.objects.count() == 1


def test_the_same_workbook_again_changes_nothing(bureau, selfeval_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    marks = list(Mark.objects.order_by("pk").values("pk", "points", "published_points", "version"))
    again = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert again.accepted == 1
    assert (
        list(Mark.objects.order_by("pk").values("pk", "points", "published_points", "version"))
        == marks
    )
    assert Review.objects.count() == 1


def test_a_submitted_review_is_not_overwritten(bureau, selfeval_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    Review.objects.update(state="submitted")
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert outcome.accepted == 0
    assert codes(outcome) == ["DR-41"]
    assert outcome.batch.state == "refused"


def test_indicators_outside_the_approved_target_are_named_and_the_form_is_received(
    bureau, selfeval_round
):
    target = Target.objects.create(dossier=bureau.dossier, state="approved")
    Indicator.objects.create(target=target, order=1, name="另一个指标", weight=Decimal(90))
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert (outcome.accepted, Indicator.objects.count()) == (1, 1)
    found = [problem["code"] for problem in Review.objects.get().problems]
    assert found.count("MB-45") == 9
    assert found.count("MB-44") == 1
    assert Actual.objects.count() == 0


def test_without_a_round_nothing_lands(bureau):
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert unmatched_codes(outcome) == ["DR-34"]


def test_who_may_not_import_is_told_who_can(bureau, selfeval_round):
    with pytest.raises(Refused, match="财政绩效科"):
        import_file(SELFEVAL, division=bureau.division, by=bureau.agency)


def test_a_clerk_brings_the_own_units_form_at_every_door_and_no_other(bureau, selfeval_round):
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.stranger)
    assert (outcome.accepted, Review.objects.count()) == (0, 0)
    assert "DR-32" in unmatched_codes(outcome)  # what is closed to a person is not known to them
    assert import_file(SELFEVAL, division=bureau.division, by=bureau.clerk).accepted == 1


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04" + b"\x00" * 40])
def test_a_broken_file_is_a_sentence_and_nothing_else(bureau, selfeval_round, tmp_path, content):
    path = tmp_path / "坏文件.xlsx"
    path.write_bytes(content)
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    assert outcome.accepted == 0
    assert codes(outcome)
    assert Review.objects.count() == 0


def test_the_same_project_twice_in_one_file_is_named(bureau, selfeval_round, tmp_path):
    path = tmp_path / "两张.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.copy_worksheet(book.active)
    book.save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance, dry_run=True)
    assert "DR-35" in unmatched_codes(outcome)


def test_a_workbook_without_any_form_has_nothing_to_import(bureau, tmp_path):
    path = tmp_path / "空.xlsx"
    openpyxl.Workbook().save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    assert codes(outcome) == ["DR-19"]


def test_a_list_is_no_form_and_says_where_lists_go(bureau):
    outcome = import_file(PASS / "41_清单_万元.xlsx", division=bureau.division, by=bureau.finance)
    assert codes(outcome) == ["DR-30"]
    assert "台账" in outcome.problems[-1]["mend"]


def test_a_form_without_a_year_asks_for_it(bureau, selfeval_round, tmp_path):
    path = tmp_path / "无年度.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.active["A2"] = None
    book.save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    assert "DR-33" in unmatched_codes(outcome)


def test_another_score_sheet_does_not_overwrite_the_one_there(bureau, evaluation_round, tmp_path):
    import_file(SHEET, division=bureau.division, by=bureau.finance, create=True)
    path = tmp_path / "改过名.xlsx"
    book = openpyxl.load_workbook(SHEET)
    book.active["C6"] = "立项依据（改）"
    book.save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    assert codes(outcome) == ["DR-43"]


@pytest.mark.parametrize("name", ["涉密信息系统建设", "机密项目运维"])
def test_a_secret_name_is_refused_and_nothing_of_the_file_stays(
    bureau, selfeval_round, tmp_path, name
):
    path = tmp_path / "表.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.active["C3"] = name
    book.save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance, create=True)
    assert codes(outcome) == ["DR-16"]
    assert (ImportBatch.objects.count(), StoredFile.objects.count(), Subject.objects.count()) == (
        0,
        0,
        1,
    )


def test_a_marked_file_is_not_kept(bureau, selfeval_round, tmp_path):
    path = tmp_path / "表.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.active["J1"] = "机密★10年"
    book.save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance, create=True)
    assert codes(outcome) == ["DR-16"]
    assert (ImportBatch.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_what_is_unmatched_stands_among_the_problems_too(bureau, evaluation_round):
    told = import_file(SHEET, division=bureau.division, by=bureau.finance).as_json()
    assert [p["code"] for p in told["problems"] if p["level"] == "阻断"] == ["DR-31", "DR-32"]


def test_a_division_makes_a_check_of_forms_stricter(bureau, selfeval_round):
    """PJ and ZP codes follow the division's own catalogue when a form is
    taken in, not only before a hand-in.
    """
    before = import_file(SELFEVAL, division=bureau.division, by=bureau.finance, dry_run=True)
    told = {problem["code"]: problem["level"] for problem in before.problems}
    assert told["ZP-14"] == "警告"
    paper = {"document": "示例区办法", "clause": "第三条", "standing": "未核"}
    content = {"checks": {"ZP-14": {"level": "阻断"}, "ZP-11": {"enabled": False}}}
    bureau.division.rules = [{"rule": "checks", "from": "2020-01-01", **paper, "content": content}]
    bureau.division.save()
    after = import_file(SELFEVAL, division=bureau.division, by=bureau.finance, dry_run=True)
    assert "ZP-14" in codes(after)
