"""Approved targets come in by the one intake: single tables and lists,
matched, checked, stored, taken back.
"""

from __future__ import annotations

import time
from decimal import Decimal

import openpyxl
import pytest
from tests.bureaus import PASS
from tests.target_books import ROWS, write_department, write_list

from wenxiao.budget.models import Appropriation, Dossier, Subject
from wenxiao.files.forms.reading import read_forms
from wenxiao.intake.changes import compared
from wenxiao.intake.matching import Match
from wenxiao.intake.unattended import import_file, take
from wenxiao.intake.values import SHOWN
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.records.services import undo_batch
from wenxiao.reviews.models import Review
from wenxiao.targets.checks import faults_of
from wenxiao.targets.models import Indicator, Target, TargetAmount
from wenxiao.targets.selectors import target_in_force

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OWN = ("P001", "水旱灾害防御经费", "天长市水利局", 2022, 880)
NEW = ("360000225T0000000001A", "渠道清淤", "天长市水利局", 2022, 120)


def bring(path, bureau, **more):
    return import_file(path, division=bureau.division, by=bureau.finance, **more)


def test_a_list_brings_each_projects_target_with_its_money(bureau, tmp_path):
    path = write_list(tmp_path / "目标清单.xlsx", [OWN, NEW])
    told = bring(path, bureau, dry_run=True)
    assert told.standing == "ask"
    assert not Target.objects.exists()
    done = bring(path, bureau, choices={"*": {"subject": "create"}})
    assert (done.accepted, len(done.targets)) == (2, 2)
    target = target_in_force(bureau.dossier)
    assert (target.state, target.origin, target.number) == ("approved", "approval", 1)
    rows = list(target.indicators.values_list("name", "expression", "weight"))
    assert rows[0] == ("培训场次", "≥12场", Decimal(20))
    assert len(rows) == len(ROWS)
    # money that stands already is not overwritten; a new dossier takes the target's
    assert Appropriation.objects.get(dossier=bureau.dossier).opening == Decimal(8800000)
    fresh = Dossier.objects.get(subject__name="渠道清淤")
    assert fresh.appropriations.get().opening == Decimal(1200000)
    assert Entry.objects.filter(act="批复目标导入").count() == 2


def test_the_batch_is_taken_back_whole(bureau, tmp_path):
    path = write_list(tmp_path / "目标清单.xlsx", [OWN, NEW])
    done = bring(path, bureau, choices={"*": {"subject": "create"}})
    undo_batch(batch=done.batch, by=bureau.finance, why="收错了")
    assert not Target.objects.exists()
    assert not Indicator.objects.exists()
    assert not Subject.objects.filter(name="渠道清淤").exists()


def test_the_same_again_is_left_out_and_another_is_asked(bureau, tmp_path):
    bring(write_list(tmp_path / "一.xlsx", [OWN]), bureau)
    again = bring(write_list(tmp_path / "二.xlsx", [OWN]), bureau, dry_run=True)
    assert again.standing == "accept"
    assert not again.forms[0]["received"]
    assert "DR-78" in {p["code"] for p in again.forms[0]["problems"]}
    other = write_list(
        tmp_path / "三.xlsx", [(*OWN, [*ROWS[:-1], (*ROWS[-1][:3], "≥95%", "", 10)])]
    )
    told = bring(other, bureau)
    assert (told.accepted, told.standing) == (0, "ask")
    assert told.unmatched[0]["problems"][0]["code"] == "DR-77"
    assert "目标调整" in told.unmatched[0]["problems"][0]["mend"]
    assert Target.objects.count() == 1


def test_a_clerk_and_an_agency_do_not_bring_approved_targets(bureau, tmp_path):
    path = write_list(tmp_path / "目标.xlsx", [OWN])
    told = import_file(path, division=bureau.division, by=bureau.clerk)
    assert told.accepted == 0
    assert "财政绩效科" in told.unmatched[0]["problems"][0]["text"]
    with pytest.raises(Refused):
        import_file(path, division=bureau.division, by=bureau.agency)
    assert not Target.objects.exists()


def test_a_departments_table_keeps_its_tasks_and_finds_the_department(bureau, tmp_path):
    path = write_department(tmp_path / "整体.xlsx", "天长市水利局")
    done = bring(path, bureau, choices={"*": {"subject": "create"}})
    assert done.accepted == 1
    target = Target.objects.get()
    assert (target.scope, target.dossier.subject.kind) == ("department", "department_overall")
    tasks = target.amounts.filter(kind=TargetAmount.Kind.TASK).values_list("name", "amount")
    assert list(tasks) == [("防汛", Decimal(3000000)), ("灌溉", Decimal(2000000))]
    assert target.text == "保证安全度汛"
    # next time the unit's department is known by what it is, whatever it is called
    Subject.objects.filter(pk=target.dossier.subject_id).update(name="水利局整体支出")
    told = bring(write_department(tmp_path / "次年.xlsx", "天长市水利局", 2023), bureau)
    assert told.accepted == 1
    assert Subject.objects.filter(kind="department_overall").count() == 1


def test_faults_do_not_keep_an_approved_table_out_and_stand_with_it(bureau, tmp_path):
    rows = [*ROWS[:3], ("效益指标", "社会效益指标", "营商环境改善", "有效提升", "", 0), ROWS[4]]
    done = bring(write_list(tmp_path / "目标.xlsx", [(*OWN, rows)]), bureau)
    assert done.accepted == 1
    told = {p["code"] for p in done.forms[0]["problems"]}
    assert {"MB-09", "MB-29"} <= told
    target = Target.objects.select_related("dossier__subject__division", "dossier__unit").get()
    found = faults_of([target])[target.pk]
    assert {one.problem.code for one in found} == told
    worst = next(one for one in found if one.problem.code == "MB-09")
    assert (worst.hit.row, worst.rule.ground, worst.problem.level) == (3, "算术", "阻断")
    assert worst.rule.bad
    assert worst.rule.good


def test_rows_a_sheet_brought_are_joined_or_asked_and_come_back_on_undo(
    bureau, selfeval_round, tmp_path
):
    import_file(PASS / "02_SE025_空值满分.xlsx", division=bureau.division, by=bureau.finance)
    brought = Target.objects.get()
    before = list(Indicator.objects.order_by("pk").values_list("pk", "target", "name", "version"))
    path = write_list(tmp_path / "批复.xlsx", [OWN])
    told = bring(path, bureau)
    assert told.unmatched[0]["problems"][0]["code"] == "DR-79"
    assert told.unmatched[0]["choices"]["0"]["joins"] == ["none"]
    done = bring(path, bureau, choices={"*": {"joins": "none"}})
    assert done.accepted == 1
    review = Review.objects.get()
    assert review.target_id == done.targets[0]
    undo_batch(batch=done.batch, by=bureau.finance, why="批复有误")
    review.refresh_from_db()
    brought.refresh_from_db()
    assert (review.target_id, brought.state) == (brought.pk, "unapproved")
    after = Indicator.objects.order_by("pk").values_list("pk", "target", "name")
    assert list(after) == [row[:3] for row in before]


def test_a_secret_name_in_a_row_keeps_the_whole_file_out(bureau, tmp_path):
    rows = [("产出指标", "数量指标", "机密档案整理数", "≥100", "卷", 50)]
    told = bring(write_list(tmp_path / "目标.xlsx", [(*OWN, rows)]), bureau)
    assert told.standing == "refuse"
    assert [p["code"] for p in told.problems] == ["DR-16"]
    assert "机密档案" not in str(told.as_json())


def test_a_text_too_long_is_named_and_nothing_is_stored(bureau, tmp_path):
    rows = [("产出指标", "数量指标", "长" * 301, "≥100", "卷", 50)]
    told = bring(write_list(tmp_path / "目标.xlsx", [(*OWN, rows)]), bureau)
    assert (told.accepted, told.standing) == (0, "refuse")
    assert "DR-76" in {p["code"] for p in told.forms[0]["problems"]}


def test_the_command_takes_the_kind(bureau, tmp_path):
    path = write_list(tmp_path / "目标.xlsx", [OWN])
    told = take(path, division=bureau.division, by=bureau.finance, kind="target")
    assert (told["accepted"], len(told["targets"])) == (1, 1)
    other = take(path, division=bureau.division, by=bureau.finance, kind="selfeval")
    assert other["problems"][0]["code"] == "DR-44"


def test_a_thousand_rows_come_in_within_seconds(bureau, tmp_path):
    projects = [(f"PX{at:05d}", f"项目{at}号", "天长市水利局", 2022, 10) for at in range(200)]
    path = write_list(tmp_path / "千行.xlsx", projects)
    begun = time.monotonic()
    done = bring(path, bureau, choices={"*": {"subject": "create"}})
    assert (done.accepted, Indicator.objects.count()) == (200, 1000)
    assert time.monotonic() - begun < 60


def test_the_preview_says_that_money_goals_and_the_whole_term_come_with_the_table(bureau, tmp_path):
    """They are stored with the target; the preview called them only compared."""
    path = tmp_path / "申报表.xlsx"
    book = openpyxl.Workbook()
    for line in (
        ["2022年项目支出绩效目标申报表"],
        ["项目名称", "水旱灾害防御经费", "实施单位", "天长市水利局"],
        ["项目资金（万元）", "年度资金总额：", 880],
        ["年度目标", "巡查堤防400公里。"],
        ["一级指标", "二级指标", "三级指标", "中期目标值", "年度指标值"],
        ["产出指标", "数量指标", "巡查里程", "≥1200公里", "≥400公里"],
    ):
        book.active.append(line)
    book.save(path)
    form = read_forms(path).forms[0]
    values = compared(form, Match(subject=bureau.subject.pk, year=2022))
    assert [one for one in values if one.how == SHOWN] == []
    seen = {(one.group, one.row or one.field): one.new for one in values}
    assert seen["资金（万元）", "年度资金总额"] == "8800000"
    assert seen["总体目标", "年度总体目标"] == "巡查堤防400公里。"
    assert seen["中长期指标", "巡查里程"] == "≥1200公里"
    bring(path, bureau)
    target = target_in_force(bureau.dossier)
    assert target.text == "巡查堤防400公里。"
    assert target.amounts.get().amount == Decimal(8800000)
    assert target.long_indicators.get().expression == "≥1200公里"
    again = compared(form, Match(subject=bureau.subject.pk, year=2022))
    assert [one.row or one.field for one in again if not one.same] == []
