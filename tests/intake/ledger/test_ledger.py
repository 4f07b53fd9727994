"""A treasury's export, clean and dirty, taken in and taken back."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from wenxiao.budget import money as amounts
from wenxiao.budget import services
from wenxiao.budget.models import Dossier, Spending
from wenxiao.followup.models import WatchMark
from wenxiao.followup.watch import inputs
from wenxiao.intake.ledger import LedgerAnswers, import_ledger
from wenxiao.orgs.services import add_unit
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.records.services import undo_batch
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
HEAD = "单位名称,项目代码,项目名称,支付日期,凭证号,资金性质,支付金额"
CLEAN = [
    "教体局,360191000000000000001,校园安保,2021-01-15,V001,一般公共预算,1000.50",
    "教体局,360191000000000000001,校园安保,2021-02-15,V002,一般公共预算,2000.00",
    "卫健委,360191000000000000002,疫苗采购,20210301,V003,政府性基金,300000",
]


@pytest.fixture
def projects(division, unit):
    other = add_unit(division=division, code="102", name="卫健委", kind="department", by=None)
    made = [
        services.ensure_subject(
            division=division, unit=u, code=f"36019100000000000000{n}", name=name, by=None
        )
        for n, (u, name) in enumerate([(unit, "校园安保"), (other, "疫苗采购")], 1)
    ]
    for subject in made:
        dossier = services.open_dossier(subject=subject, fiscal_year=2021, by=None)
        services.set_appropriation(dossier=dossier, fund="general", opening=Decimal(5000), by=None)
    return made


@pytest.fixture
def take(division, tmp_path):
    def run(rows, *, head=HEAD, above="", encoding="utf-8", **more):
        path = tmp_path / "支付明细.csv"
        path.write_bytes((above + "\n".join([head, *rows]) + "\n").encode(encoding))
        return import_ledger(path=path, division=division, **{"by": None, **more})

    return run


def told(outcome, level="阻断"):
    return [(p.code, p.line) for p in outcome.problems if p.level == level]


def test_what_a_file_touches_is_marked_once_and_the_triggers_stand_again(take, projects):
    """Rows of a file set their marks together; the next single row is marked by its own trigger."""
    inputs.watch_inputs()
    WatchMark.objects.all().delete()
    first, second = Dossier.objects.order_by("subject__code")
    take(CLEAN[:2])
    assert list(WatchMark.objects.values_list("dossier", flat=True)) == [first.pk]
    assert inputs.inputs_watched()
    Spending.objects.create(dossier=second, month=1, amount=Decimal(1))
    assert set(WatchMark.objects.values_list("dossier", flat=True)) == {first.pk, second.pk}


def test_a_clean_file_enters_and_leaves_again(take, projects, division):
    outcome = take(CLEAN)
    assert (outcome.kind, outcome.year, outcome.source_rows, outcome.accepted) == (
        "spending",
        2021,
        3,
        3,
    )
    assert outcome.as_json()["total_yuan"] == "303000.50"
    assert outcome.stored
    money = amounts.money(Dossier.objects.get(subject=projects[0]))
    assert money.spent == Decimal("3000.50")
    assert [(s.month, s.paid_on) for s in Spending.objects.order_by("pk")] == [
        (1, date(2021, 1, 15)),
        (2, date(2021, 2, 15)),
        (3, date(2021, 3, 1)),
    ]
    undo_batch(batch=ImportBatch.objects.get(), by=None, why="导错月份")
    assert not Spending.objects.exists()
    assert Entry.objects.order_by("-pk").first().act == "撤销导入"


def test_the_same_file_again_changes_nothing(take, projects):
    take(CLEAN)
    again = take(list(reversed(CLEAN)))
    assert not again.stored
    assert again.difference["same"] == 3
    assert told(again, "提示")[-1][0] == "DR-70"
    assert (Spending.objects.count(), ImportBatch.objects.count()) == (3, 1)


def test_a_later_file_shows_its_difference_first(take, projects):
    take(CLEAN)
    later = [
        CLEAN[0],
        CLEAN[1].replace("2000.00", "2500.00"),
        "教体局,360191000000000000001,校园安保,2021-02-20,V009,一般公共预算,1",
    ]
    preview = take(later, dry_run=True)
    assert {k: preview.difference[k] for k in ("new", "changed", "same", "missing_from_file")} == {
        "new": 1,
        "changed": 1,
        "same": 1,
        "missing_from_file": 0,
    }
    assert preview.difference["changes"] == [
        {"line": 3, "voucher": "V002", "before": "2000.00", "after": "2500.00"}
    ]
    assert Spending.objects.get(line="V002").amount == 2000
    take(later)
    assert Spending.objects.get(line="V002").amount == 2500
    undo_batch(batch=ImportBatch.objects.last(), by=None, why="核对后撤回")
    assert Spending.objects.get(line="V002").amount == 2000


def test_dirty_lines_are_named_and_nothing_enters(take, projects):
    outcome = take(
        [
            *CLEAN[:2],
            "小计,,,,,,3000.50",
            "教体局,,不认识的项目,2021-03-02,V010,一般公共预算,5",
            "没有的局,360191000000000000009,某项目,2021-03-03,V011,一般公共预算,5",
            "教体局,360191000000000000001,校园安保,2021-03-04,V012,一般公共预算,二百",
            "教体局,360191000000000000001,校园安保,2020-12-31,V013,一般公共预算,5",
            "教体局,360191000000000000001,校园安保,2021-13-31,V014,一般公共预算,5",
            CLEAN[0],
            "教体局,360191000000000000001,校园安保,2021-04-01,V015,一般公共预算,-2000",
            "教体局,360191000000000000001,校园安保,2021-04-02,V016,一般公共预算,-77",
            "教体局,360191000000000000001,校园安保,2021-05-02,V017,一般公共预算,9000",
            "合计,,,,,,1",
        ]
    )
    assert told(outcome) == [("DR-66", 5), ("DR-65", 6), ("ZJ-03", 7), ("DR-68", 8), ("DR-62", 9)]
    assert told(outcome, "警告") == [("DR-01", 10), ("ZJ-01", 12), ("ZJ-02", 13), ("ZJ-13", 14)]
    assert ("ZJ-20", 11) in told(outcome, "提示")
    assert (outcome.source_rows, outcome.accepted, outcome.left_out) == (13, 5, 6)
    assert outcome.as_json()["total_yuan"] == "9923.50"
    assert [u.key for u in outcome.unmatched] == [
        "没有的局",
        "不认识的项目",
        "360191000000000000009",
    ]
    assert not outcome.stored
    assert not Spending.objects.exists()


def test_the_rest_enters_by_a_recorded_choice(take, projects):
    rows = [*CLEAN, "教体局,,不认识的项目,2021-03-02,V010,一般公共预算,5"]
    outcome = take(rows, choices=LedgerAnswers(leave_out=True))
    assert (outcome.stored, outcome.accepted, outcome.left_out) == (True, 3, 1)
    assert ImportBatch.objects.get().choices["leave_out"] is True
    assert Entry.objects.order_by("-pk").first().data["choices"]["leave_out"] is True


def test_a_close_name_is_offered_and_taken_only_by_word(take, projects):
    rows = ["教体局,,校园安保费,2021-03-02,V010,一般公共预算,5"]
    asked = take(rows)
    assert not asked.stored
    assert [c["name"] for c in asked.unmatched[0].candidates] == ["校园安保"]
    told_which = take(rows, choices=LedgerAnswers(matches={"校园安保费": projects[0].pk}))
    assert told_which.stored
    assert Spending.objects.get().dossier.subject == projects[0]


def test_unknown_projects_are_made_when_asked_and_go_with_the_batch(take, projects):
    rows = ["教体局,360191000000000000077,课后服务,2021-03-02,V010,一般公共预算,5"]
    outcome = take(rows, choices=LedgerAnswers(create=True))
    assert outcome.stored
    made = Spending.objects.get().dossier.subject
    assert (made.name, made.code, made.unit.name) == ("课后服务", "360191000000000000077", "教体局")
    undo_batch(batch=ImportBatch.objects.get(), by=None, why="不该新建")
    assert not type(made).objects.filter(pk=made.pk).exists()


def test_undoing_is_refused_when_a_line_was_changed_since(take, projects):
    take(CLEAN)
    later = [CLEAN[0].replace("1000.50", "1200.50")]
    take(later)
    Spending.objects.filter(line="V001").update(amount=Decimal(7))
    with pytest.raises(NotAllowed, match="又被改动"):
        undo_batch(batch=ImportBatch.objects.last(), by=None, why="撤回")
    assert ImportBatch.objects.last().state == "applied"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_any_usual_encoding(take, projects, encoding):
    assert take(CLEAN, encoding=encoding).accepted == 3


def test_wan_yuan_to_the_cent(take, projects):
    rows = ["教体局,360191000000000000001,校园安保,2021年3月2日,V1,一般公共预算,0.123456"]
    outcome = take(rows, above="单位：万元\n")
    assert (outcome.unit, outcome.as_json()["total_yuan"]) == ("万元", "1234.56")
    finer = take([rows[0].replace("0.123456", "0.1234567")], above="单位：万元\n")
    assert told(finer) == [("DR-61", 3)]


def test_a_budget_ledger_with_adjustments(take, projects):
    head = "单位名称,项目代码,项目名称,资金性质,指标类型,金额"
    rows = [
        "教体局,360191000000000000001,校园安保,一般公共预算,年初预算,5000",
        "教体局,360191000000000000001,校园安保,一般公共预算,追加,800",
        "教体局,360191000000000000001,校园安保,一般公共预算,收回,100",
        "卫健委,360191000000000000002,疫苗采购,一般公共预算,到位,4000",
    ]
    outcome = take(rows, head=head, year=2021)
    assert (outcome.kind, outcome.stored, outcome.accepted) == ("budget", True, 4)
    money = amounts.money(Dossier.objects.get(subject=projects[0]))
    assert (money.opening, money.added, money.cut_back, money.budget) == (5000, 800, 100, 5700)
    assert not take(rows, head=head, year=2021).stored
    undo_batch(batch=ImportBatch.objects.get(), by=None, why="撤回")
    assert amounts.money(Dossier.objects.get(subject=projects[0])).budget == 5000


def test_headings_said_once_are_remembered(take, projects):
    head = HEAD.replace("支付金额", "本期数")
    refused = take(CLEAN, head=head)
    assert told(refused) == [("DR-71", 1)]
    assert take(CLEAN, head=head, choices=LedgerAnswers(columns={"spent": "本期数"})).stored
    assert take([CLEAN[0]], head=head).difference["same"] == 1


def test_a_file_without_usable_lines_says_so(take, projects):
    assert told(take(["x"], head="x,y")) == [("DR-57", None)]


def test_another_months_file_under_the_same_name_is_named(take, projects):
    take(CLEAN[:2])
    outcome = take(CLEAN[2:])
    assert told(outcome, "提示") == [("ZJ-09", None), ("DR-73", None)]
    assert "内容不同：那份是1月至2月，这份是3月" in outcome.problems[-1].text
    assert outcome.stored
    assert Spending.objects.count() == 3


def test_a_failure_in_the_middle_leaves_nothing(take, projects, monkeypatch):
    def broken(**_facts):
        raise RuntimeError("power cut")

    monkeypatch.setattr("wenxiao.intake.ledger.ledger_import.close_batch", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        take(CLEAN)
    assert (Spending.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_reading_again_is_spared(take, projects, division, tmp_path):
    from wenxiao.files.forms.ledger import read_ledger

    take(CLEAN, dry_run=True)
    path = tmp_path / "支付明细.csv"
    outcome = import_ledger(path=path, division=division, by=None, ledger=read_ledger(path))
    assert outcome.stored


def test_only_whoever_may_imports(take, projects, division, unit):
    from wenxiao.orgs.permissions import Refused
    from wenxiao.orgs.services import create_user, grant

    user = create_user(division=division, username="clerk", name="经办", unit=unit, by=None)
    grant(user=user, role="clerk", division=division, unit=unit, by=None)
    with pytest.raises(Refused, match="导入"):
        import_ledger(path=Path("none.csv"), division=division, by=user)


def test_whoever_imports_here_imports_nowhere_else(take, projects, division):
    """The power to import is one of a division: another's treasurer is
    refused before the file is opened.
    """
    from wenxiao.orgs.permissions import Refused
    from wenxiao.orgs.services import create_division, create_user, grant

    other = create_division(code="360192", name="新区", bureau="新区财政局", by=None)
    user = create_user(division=other, username="treasury", name="国库", by=None)
    grant(user=user, role="treasury", division=other, by=None)
    with pytest.raises(Refused, match=r"您的授权范围不包括.+不能导入"):
        import_ledger(path=Path("none.csv"), division=division, by=user)


def test_a_workbook_of_the_treasury(projects, division, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["国库集中支付明细表"])
    sheet.append(["单位：万元"])
    sheet.append(HEAD.split(","))
    for row in CLEAN:
        *texts, amount = row.split(",")
        sheet.append([*texts, float(amount) / 10_000])
    path = tmp_path / "支付.xlsx"
    book.save(path)
    outcome = import_ledger(path=path, division=division, by=None)
    assert (outcome.stored, outcome.unit, outcome.as_json()["total_yuan"]) == (
        True,
        "万元",
        "303000.50",
    )


def test_projects_of_exactly_one_name_ask_for_what_tells_them_apart(take, projects, division, unit):
    other = add_unit(division=division, code="109", name="卫健局", kind="department", by=None)
    for number, owner in enumerate((unit, other, other)):
        services.ensure_subject(
            division=division, unit=owner, code=f"T{number}", name="设备更新", by=None
        )
    head = "单位名称,项目代码,项目名称,支付日期,凭证号,支付金额"
    outcome = take(
        [",,设备更新,2021-03-01,V1,1.00", "卫健局,,设备更新,2021-03-01,V2,1.00"], head=head
    )
    found = {problem.line: problem for problem in outcome.problems if problem.code == "DR-66"}
    assert "有 3 个同名项目" in found[2].text
    assert "实施单位或项目代码" in found[2].mend
    assert "有 2 个同名项目" in found[3].text
    assert "请填写项目代码" in found[3].mend


def test_the_very_same_file_is_known_without_being_read(take, projects, monkeypatch):
    first = take(CLEAN)

    def no_reading(_path):
        raise AssertionError("read again")

    with monkeypatch.context() as patched:
        patched.setattr("wenxiao.intake.ledger.ledger_import.read_ledger_file", no_reading)
        again = take(CLEAN)
    assert (again.stored, told(again, "提示")[-1][0]) == (False, "DR-70")
    kept = {**first.as_json(), "stored": False, "batch": None, "problems": None}
    assert {**again.as_json(), "problems": None, "difference": None} == {**kept, "difference": None}
    assert {k: again.difference[k] for k in ("new", "changed", "same")} == {
        "new": 0,
        "changed": 0,
        "same": 3,
    }
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("since", ["undone", "another", "asked otherwise", "left out"])
def test_the_same_file_is_read_again_when_anything_happened_since(take, projects, since):
    strange = "教体局,,不认识的项目,2021-03-02,V010,一般公共预算,5"
    rows = [*CLEAN, strange] if since == "left out" else CLEAN
    choices = LedgerAnswers(leave_out=since == "left out")
    take(rows, choices=choices)
    if since == "undone":
        undo_batch(batch=ImportBatch.objects.get(), by=None, why="重来")
        assert take(rows).stored
        return
    if since == "another":
        take([CLEAN[0].replace("V001", "V901")])
        assert take(rows).difference["same"] == 3
        return
    if since == "asked otherwise":
        assert take(rows, source="accounting").stored
        return
    services.ensure_subject(
        division=projects[0].division,
        unit=projects[0].unit,
        code="N1",
        name="不认识的项目",
        by=None,
    )
    later = take(rows, choices=choices)
    assert (later.stored, later.difference["new"]) == (True, 1)


def test_the_day_of_a_reduction_comes_with_its_line(take, projects):
    head = "单位名称,项目代码,项目名称,资金性质,指标类型,日期,金额"
    own = "教体局,360191000000000000001,校园安保,一般公共预算"
    rows = [
        f"{own},年初预算,2021-01-08,5000",
        f"{own},到位,2021-02-01,4000",
        f"{own},收回,2021-11-25,100",
    ]
    assert take([*rows, f"{own},收回,2021-12-03,50"], head=head, kind="budget").stored
    row = Dossier.objects.get(subject=projects[0]).appropriations.get()
    assert (row.cut_back, row.cut_back_on, row.arrived_on) == (
        150,
        date(2021, 12, 3),
        date(2021, 2, 1),
    )


def test_a_column_of_its_own_tells_the_day_of_a_reduction(take, projects):
    head = "单位名称,项目代码,项目名称,年度,资金性质,年初预算,收回,收回日期,到位资金,到位日期"
    row = "教体局,360191000000000000001,校园安保,2021,一般公共预算,5000,100,{},4000,2021-02-01"
    assert told(take([row.format("年底")], head=head)) == [("DR-62", 2)]
    outcome = take([row.format("2021-11-25")], head=head)
    assert outcome.stored, outcome.problems
    stored = Dossier.objects.get(subject=projects[0]).appropriations.get()
    assert (stored.cut_back_on, stored.arrived_on) == (date(2021, 11, 25), date(2021, 2, 1))
    later = take([row.format("2021-11-30")], head=head)
    assert [
        (one["column"], one["before"], one["after"]) for one in later.difference["changes"]
    ] == [("收回日期", "2021-11-25", "2021-11-30")]


def test_a_division_makes_a_check_of_ledgers_stricter(projects, take, division):
    """Equal lines only warn nationally; where the division's rule blocks them nothing enters,
    unless they are left out.
    """
    paper = {"document": "示例区办法", "clause": "第三条", "standing": "未核"}
    content = {"checks": {"DR-01": {"level": "阻断"}}}
    division.rules = [{"rule": "checks", "from": "2021-01-01", **paper, "content": content}]
    division.save()
    rows = [*CLEAN, CLEAN[0]]
    outcome = take(rows)
    assert (told(outcome), outcome.stored) == ([("DR-01", 5)], False)
    outcome = take(rows, choices=LedgerAnswers(leave_out=True, keep_repeats=True))
    assert (outcome.stored, outcome.accepted, outcome.left_out) == (True, 3, 1)
