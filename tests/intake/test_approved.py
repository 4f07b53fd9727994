"""What is approved is approved: a form never changes it, every difference
is named, and the form is received.
"""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest
from tests.bureaus import PASS

from wenxiao.evidence.models import Actual
from wenxiao.intake.unattended import import_file, take
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.records.services import undo_batch
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services import receive_approval
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.services import OpenJoins, TargetRow

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"


def promises():
    """The rows of the self-evaluation as it was brought, to be approved with changes."""
    return [
        TargetRow(row.level1, row.level2, row.name, row.expression, row.weight)
        for row in Indicator.objects.order_by("order")
    ]


@pytest.fixture
def rows(bureau, selfeval_round):
    """The form's own rows; the form itself is taken back again."""
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    made = promises()
    undo_batch(batch=outcome.batch, by=bureau.finance, why="重来")
    return made


def approve(bureau, rows, **more):
    return receive_approval(
        dossier=bureau.dossier, rows=rows, by=bureau.finance, why="批复", **more
    )


def changed(row, **values):
    return TargetRow(**{**{n: getattr(row, n) for n in TargetRow.__dataclass_fields__}, **values})


def found(review):
    return {(p["code"], p["cell"]): p for p in review.problems if p["code"] >= "MB-41"} | {
        (p["code"], p["cell"]): p for p in review.problems if p["code"] == "FH-07"
    }


def test_what_came_along_counts_nowhere_as_approved(bureau, selfeval_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    target = Target.objects.get()
    assert (target.origin, target.state) == ("sheet", "unapproved")
    assert Review.objects.get().problems == [
        p for p in Review.objects.get().problems if not p["code"].startswith("MB-4")
    ]
    entry = Entry.objects.get(act="目标随表带入")
    assert (entry.data["rows"], len(entry.data["digest"])) == (9, 64)


def test_another_value_weight_and_wording_are_named_with_old_new_and_cell(bureau, rows):
    first, second, third = rows[0], rows[1], rows[2]
    approved = [
        changed(first, expression="≥9999个"),
        changed(second, weight=(second.weight or Decimal(0)) + 1),
        changed(third, level2="别的二级指标"),
        *rows[3:],
    ]
    approve(bureau, approved)
    before = list(Indicator.objects.order_by("pk").values())
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert outcome.accepted == 1
    assert list(Indicator.objects.order_by("pk").values()) == before
    review = Review.objects.get()
    named = {p["code"]: p for p in review.problems}
    assert (named["MB-41"]["expected"], named["MB-41"]["got"]) == ("≥9999个", first.expression)
    assert named["MB-41"]["cell"]
    assert named["MB-41"]["level"] == "警告"
    assert Decimal(named["MB-42"]["expected"]) == Decimal(named["MB-42"]["got"]) + 1
    assert named["MB-43"]["expected"] == "别的二级指标"
    assert not {"MB-44", "MB-45"} & set(named)


def test_a_row_missing_or_added_is_named_and_stores_no_row(bureau, rows):
    extra = TargetRow("产出指标", "数量指标", "从未出现的指标", "≥1项", Decimal(10))
    approve(bureau, [*rows[1:], extra])
    assert import_file(SELFEVAL, division=bureau.division, by=bureau.finance).accepted == 1
    review = Review.objects.get()
    named = {p["code"]: p for p in review.problems}
    assert named["MB-44"]["expected"] == "从未出现的指标"
    assert named["MB-45"]["got"] == rows[0].name
    assert not review.marks.filter(indicator__name=rows[0].name).exists()
    assert Indicator.objects.count() == len(rows)


def test_points_stand_on_the_approved_value(bureau, selfeval_round, tmp_path):
    """The form writes its own easier value: the approved one is what counts."""
    path = tmp_path / "表.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    from wenxiao.files.forms.reading import read_file

    row = read_file(SELFEVAL)["forms"][0]["indicators"][0]
    book.active[row["target"]["cell"]] = "≥10个"
    book.active[row["actual"]["cell"]] = "10个"
    book.save(path)
    outcome = import_file(path, division=bureau.division, by=bureau.finance)
    alone = Mark.objects.get(indicator__order=1).points
    approved = [changed(promises()[0], expression="≥20个"), *promises()[1:]]
    undo_batch(batch=outcome.batch, by=bureau.finance, why="重来")
    approve(bureau, approved)
    import_file(path, division=bureau.division, by=bureau.finance)
    mark = Mark.objects.get(indicator__order=1)
    assert alone == mark.indicator.weight
    assert mark.points == mark.indicator.weight / 2
    codes = [p["code"] for p in Review.objects.get().problems]
    assert {"MB-41", "FH-07"} <= set(codes)  # 目标事后调低 is a doubt for the re-check


def test_the_differences_stand_in_the_preview_before_anything_is_written(bureau, rows):
    approve(bureau, [changed(rows[0], expression="≥9999个"), *rows[1:]])
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance, dry_run=True)
    assert "MB-41" in [problem["code"] for problem in outcome.forms[0]["problems"]]
    assert outcome.forms[0]["standing"] == "accept"
    assert not Review.objects.exists()


def test_it_gives_way_and_what_was_filled_goes_on(bureau, selfeval_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    marks, actuals = set(Mark.objects.values_list("pk")), set(Actual.objects.values_list("pk"))
    approved = [changed(row, expression=f"{row.expression}（批复）") for row in promises()]
    target = approve(bureau, approved)
    assert (target.origin, target.state, target.number) == ("approval", "approved", 2)
    assert Target.objects.get(number=1).state == "replaced"
    assert Target.objects.get(number=1).indicators.count() == 0
    review = Review.objects.get()
    assert review.target == target
    assert all("批复" in row.expression for row in target.indicators.all())
    assert set(Mark.objects.values_list("pk")) == marks
    assert set(Actual.objects.values_list("pk")) == actuals


def test_what_does_not_join_is_asked_and_answered(bureau, selfeval_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    old = list(Indicator.objects.order_by("order"))
    rows = promises()
    approved = [changed(rows[0], name="改过的名称"), *rows[2:]]
    with pytest.raises(OpenJoins, match="对不上") as asked:
        approve(bureau, approved)
    assert [row.pk for row in asked.value.rows] == [old[0].pk, old[1].pk]
    assert Target.objects.get().state == "unapproved"
    target = approve(bureau, approved, joins={old[0].pk: 0, old[1].pk: None})
    assert target.indicators.get(name="改过的名称").pk == old[0].pk
    assert Indicator.objects.get(pk=old[1].pk).target.state == "replaced"
    entry = Entry.objects.get(act="批复目标导入")
    assert [row["id"] for row in entry.data["left"]] == [old[1].pk]


@pytest.mark.parametrize("joins", [{0: 0}, "beyond", "twice"])
def test_answers_that_make_no_sense_are_refused(bureau, selfeval_round, joins):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    one, two = Indicator.objects.order_by("order")[:2]
    told = (
        {"beyond": {one.pk: 99}, "twice": {one.pk: 0, two.pk: 0}}.get(joins)
        if isinstance(joins, str)
        else joins
    )
    with pytest.raises(NotAllowed):
        approve(bureau, promises(), joins=told)
    assert Target.objects.get().state == "unapproved"


def test_an_approved_target_is_not_approved_again_and_not_by_the_unit(bureau, rows):
    with pytest.raises(Refused):
        receive_approval(dossier=bureau.dossier, rows=rows, by=bureau.clerk, why="自批")
    approve(bureau, rows)
    with pytest.raises(NotAllowed, match="目标调整"):
        approve(bureau, rows)


def test_a_later_sheet_completes_what_came_along(bureau, selfeval_round):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    kept = Indicator.objects.order_by("order").first()
    Indicator.objects.filter(pk=kept.pk).update(weight=None)
    Indicator.objects.order_by("order").last().delete()
    outcome = import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert (Indicator.objects.count(), outcome.accepted) == (9, 1)
    assert Indicator.objects.get(pk=kept.pk).weight is not None
    undo_batch(batch=outcome.batch, by=bureau.finance, why="重来")
    assert (Indicator.objects.count(), Indicator.objects.get(pk=kept.pk).weight) == (8, None)


def test_a_text_too_long_is_refused_by_name_and_never_cut(bureau, selfeval_round, tmp_path):
    from wenxiao.files.forms.reading import read_file

    row = read_file(SELFEVAL)["forms"][0]["indicators"][0]
    path = tmp_path / "长.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.active[row["level3_cell"]] = "很长的指标" * 61
    book.save(path)
    told = take(path, division=bureau.division, by=bureau.finance)
    refused = [p for p in told["problems"] if p["code"] == "DR-76"]
    assert (refused[0]["cell"], refused[0]["expected"]) == (row["level3_cell"], "不超过 300 字")
    assert "305 字" in refused[0]["text"]
    assert not Indicator.objects.exists()
    assert ImportBatch.objects.get().state == "refused"
