"""A large ledger enters part by part: hidden until the last, all of it or
nothing, and nobody waits for the whole.
"""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from wenxiao.budget import services
from wenxiao.budget.models import Appropriation, Dossier, Request, Spending, Subject
from wenxiao.budget.money import money_of
from wenxiao.followup.models import WatchMark
from wenxiao.followup.watch.inputs import watch_inputs
from wenxiao.intake.ledger import LedgerAnswers, import_ledger, ledger_import, parts
from wenxiao.intake.undoing import undo_in_parts
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Unit
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.records.services import undo_batch
from wenxiao.site import worker
from wenxiao.store.moves import NotAllowed, Stale, change

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
LINES = 300


@pytest.fixture(autouse=True)
def small_parts(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(parts, "LARGE", 20)
    monkeypatch.setattr(parts, "SMALLEST", 20)
    monkeypatch.setattr(parts, "LARGEST", 60)
    monkeypatch.setattr(parts, "PAUSE", 0)


@pytest.fixture
def division():
    made = orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)
    unit = orgs.add_unit(division=made, code="101", name="教体局", kind="department", by=None)
    services.ensure_subject(division=made, unit=unit, code="P1", name="校园安保", by=None)
    return made


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "支付.csv"
    rows = [f"P1,校园安保,2021-03-05,V{n},1.00" for n in range(LINES)]
    heads = "项目代码,项目名称,支付日期,凭证号,支付金额"
    path.write_text("\n".join([heads, *rows]) + "\n", encoding="utf-8")
    return path


def spent():
    """What the dossiers have spent, as pages and reports see it."""
    return [str(money_of([row.pk])[row.pk].spent or 0) for row in Dossier.objects.all()]


def test_nothing_counts_until_the_last_part_and_then_all(division, ledger, monkeypatch):
    seen, shares = [], []
    monkeypatch.setattr(parts, "tell", lambda *share: shares.append(share))
    kept = parts._let_others_in

    def look():
        seen.append((Spending.objects.count(), *spent(), Spending._base_manager.count()))
        kept()

    monkeypatch.setattr(parts, "_let_others_in", look)
    outcome = import_ledger(path=ledger, division=division, by=None)
    assert outcome.stored
    assert len(seen) > 3, "several parts"
    assert {row[:2] for row in seen} == {(0, "0")}
    assert seen[0][2] < seen[-1][2] == LINES
    assert (Spending.objects.count(), spent()) == (LINES, ["300.00"])
    batch = ImportBatch.objects.get(pk=outcome.batch)
    assert (batch.state, batch.accepted) == ("applied", LINES)
    assert Entry.objects.filter(act="导入").count() == 1
    undo_batch(batch=batch, by=None, why="试")
    assert Spending._base_manager.count() == 0
    assert shares[0] == (0, LINES), "how far it is, before each part"
    assert shares == sorted(set(shares))


def test_the_watch_learns_of_it_when_it_counts(division, ledger, monkeypatch):
    watch_inputs()
    kept = parts.enter

    def enter(entering):
        kept(entering)
        WatchMark.objects.all().delete()  # the lights were worked out anew in between

    monkeypatch.setattr(parts, "enter", enter)
    import_ledger(path=ledger, division=division, by=None)
    assert set(WatchMark.objects.values_list("dossier", flat=True)) == {Dossier.objects.get().pk}


def test_a_fault_in_the_last_part_leaves_nothing(division, ledger, monkeypatch):
    before = (Dossier.objects.count(), ImportBatch.objects.count())

    def fail(*_args, **_named):
        raise RuntimeError("no room")

    monkeypatch.setattr(ledger_import, "remember_source", fail)
    with pytest.raises(RuntimeError):
        import_ledger(path=ledger, division=division, by=None)
    assert Spending._base_manager.count() == 0
    assert (Dossier.objects.count(), ImportBatch.objects.count()) == before
    assert Entry.objects.filter(act="导入中断，已清除").count() == 1


def test_a_line_somebody_entered_meanwhile_refuses_the_whole(division, ledger, monkeypatch):
    kept, told = parts._let_others_in, []

    def enter_one():
        if not told:
            told.append(1)
            dossier = Dossier.objects.get()
            Spending.objects.create(dossier=dossier, month=3, amount=1, line="V299")
        kept()

    monkeypatch.setattr(parts, "_let_others_in", enter_one)
    with pytest.raises(IntegrityError):
        import_ledger(path=ledger, division=division, by=None)
    assert list(Spending._base_manager.values_list("line", flat=True)) == ["V299"]
    assert Dossier.objects.count() == 1, "others use it by now"
    assert not ImportBatch.objects.exists()


def test_a_worker_that_begins_clears_what_a_killed_import_left(division, ledger, monkeypatch):
    def stop():
        if Spending._base_manager.exists():
            raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(parts, "_let_others_in", stop)
        killed.setattr(parts, "take_back", lambda batch: None)
        with pytest.raises(KeyboardInterrupt):
            import_ledger(path=ledger, division=division, by=None)
    assert ImportBatch.objects.get().state == "writing"
    assert (Spending.objects.count(), Spending._base_manager.count()) == (0, 20)
    with parts.alone():
        assert parts.sweep() == 0, "somebody is writing"
    worker._bring_up_to_date()
    assert not ImportBatch.objects.exists()
    assert Spending._base_manager.count() == 0
    assert Dossier.objects.count() == 0


def budgets(path, plus, count=120):
    """A budget ledger: one subject, its opening and full-year budget a
    line, so many funds and levels as there are.
    """
    heads = "项目代码,项目名称,年初预算,全年预算"
    rows = [f"P{n},项目{n},{n + plus}.00,{n + plus}.00" for n in range(1, count + 1)]
    path.write_text("\n".join([heads, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def many(division):
    """As many subjects as a large ledger of budgets has lines."""
    unit = orgs.add_unit(division=division, code="102", name="水利局", kind="department", by=None)
    wished = [services.NewSubject(f"P{n}", f"项目{n}", unit.pk) for n in range(2, 121)]
    services.add_subjects(division=division, subjects=wished, by=None)
    Subject.objects.filter(code="P1").update(name="项目1")
    return division


def budgeted():
    """(how many rows count, their sum)."""
    rows = Appropriation.objects.all()
    return rows.count(), sum(int(row.opening) for row in rows)


def taken(path, division):
    """Import a budget ledger of 2021."""
    return import_ledger(path=path, division=division, by=None, kind="budget", year=2021)


def test_budgets_count_all_at_once_and_changes_with_them(many, tmp_path, monkeypatch):
    watch_inputs()
    seen, kept = [], parts._let_others_in

    def look():
        seen.append((budgeted(), Appropriation._base_manager.count()))
        kept()

    monkeypatch.setattr(parts, "_let_others_in", look)
    first = taken(budgets(tmp_path / "a.csv", 0, 100), many)
    assert first.stored
    assert {one for one, _ in seen} == {(0, 0)}, "nothing counts before all does"
    assert 0 < seen[-2][1] < seen[-1][1] == 100
    assert budgeted() == (100, 5050)
    entry = Entry.objects.get(act="批量登记预算安排")
    assert (entry.data["new"], entry.data["changed"]) == (100, 0)
    WatchMark.objects.all().delete()
    seen.clear()
    second = taken(budgets(tmp_path / "b.csv", 1000), many)
    assert {one for one, _ in seen} == {(100, 5050)}, "neither the new nor the changed count yet"
    assert budgeted() == (120, 120 * 1000 + 7260)
    assert WatchMark.objects.values("dossier").distinct().count() == 120
    assert set(Appropriation.objects.values_list("version", flat=True)) == {1, 2}
    seen.clear()
    undo_in_parts(batch=ImportBatch.objects.get(pk=second.batch), by=None, why="导错了")
    assert {one for one, _ in seen} == {(100, 5050)}, "taken back at once, then cleared"
    assert (Dossier.objects.count(), Appropriation._base_manager.count()) == (100, 100)
    undo_in_parts(batch=ImportBatch.objects.get(pk=first.batch), by=None, why="导错了")
    assert (Dossier.objects.count(), Appropriation._base_manager.count()) == (0, 0)
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {"undone"}
    assert Entry.objects.filter(act="撤销导入").count() == 2


def test_requests_of_next_year_count_all_at_once_and_go_whole(many, tmp_path, monkeypatch):
    seen, kept, path = [], parts._let_others_in, tmp_path / "申报.csv"

    def look():
        seen.append(sum(int(row.asked) for row in Request.objects.all()))
        kept()

    def asked(plus):
        rows = [f"P{n},项目{n},{n + plus}.00" for n in range(1, 121)]
        path.write_text("\n".join(["项目代码,项目名称,申报数", *rows]) + "\n", encoding="utf-8")
        outcome = import_ledger(path=path, division=many, by=None, kind="request", year=2027)
        assert outcome.stored, outcome.problems
        return ImportBatch.objects.get(pk=outcome.batch)

    monkeypatch.setattr(parts, "_let_others_in", look)
    asked(0)
    assert set(seen) == {0}
    changed = asked(10)
    assert sum(int(row.asked) for row in Request.objects.all()) == 7260 + 1200
    undo_in_parts(batch=changed, by=None, why="导错了")
    assert sum(int(row.asked) for row in Request.objects.all()) == 7260


def test_a_budget_changed_meanwhile_refuses_the_whole(many, tmp_path, monkeypatch):
    taken(budgets(tmp_path / "a.csv", 0, 100), many)
    before, kept = budgeted(), parts.enter

    def enter(entering):
        kept(entering)
        row = Appropriation.objects.get(dossier__subject__code="P7")
        change(row, opening=Decimal(7777))

    monkeypatch.setattr(parts, "enter", enter)
    with pytest.raises(Stale):
        taken(budgets(tmp_path / "b.csv", 1000), many)
    assert budgeted() == (100, before[1] - 7 + 7777)
    assert Appropriation._base_manager.count() == 100
    assert list(ImportBatch.objects.values_list("state", flat=True)) == ["applied"]


def test_payments_changed_meanwhile_refuse_the_whole(division, ledger, monkeypatch):
    import_ledger(path=ledger, division=division, by=None)
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("1.00", "2.00"), encoding="utf-8")
    kept = parts.enter

    def enter(entering):
        kept(entering)
        Spending.objects.filter(line="V7").update(amount=9)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(parts, "enter", enter)
        with pytest.raises(NotAllowed, match="又被别的导入改动"):
            import_ledger(path=ledger, division=division, by=None)
    assert spent() == ["308.00"]
    assert import_ledger(path=ledger, division=division, by=None).stored
    assert spent() == ["600.00"]
    undo_in_parts(batch=ImportBatch.objects.last(), by=None, why="导错了")
    assert spent() == ["308.00"], "as it was before, each line"


def test_what_came_later_refuses_the_undoing_or_stays(many, tmp_path, monkeypatch):
    outcome = taken(budgets(tmp_path / "a.csv", 0), many)
    batch = ImportBatch.objects.get(pk=outcome.batch)
    dossier = Dossier.objects.get(subject__code="P7")
    payment = services.add_spending(dossier=dossier, month=1, amount=Decimal(1), by=None)
    with pytest.raises(NotAllowed, match="后续支出"):
        undo_in_parts(batch=batch, by=None, why="导错了")
    assert budgeted()[0] == 120
    payment.delete()
    kept = parts.finish_undoing

    def meanwhile(batch):
        services.add_spending(dossier=dossier, month=1, amount=Decimal(1), by=None)
        kept(batch)

    monkeypatch.setattr(parts, "finish_undoing", meanwhile)
    batch.refresh_from_db()
    undo_in_parts(batch=batch, by=None, why="导错了")
    assert list(Dossier.objects.all()) == [dossier], "somebody uses it by now"
    assert (budgeted(), spent()) == ((0, 0), ["1.00"])
    assert "1 项已另有使用" in Entry.objects.get(act="撤销导入时保留").label


def test_a_worker_goes_on_with_an_undoing_that_was_killed(division, ledger, monkeypatch):
    outcome = import_ledger(path=ledger, division=division, by=None)
    batch = ImportBatch.objects.get(pk=outcome.batch)

    def stop():
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(parts, "_let_others_in", stop)
        with pytest.raises(KeyboardInterrupt):
            undo_in_parts(batch=batch, by=None, why="导错了")
    batch.refresh_from_db()
    assert batch.state == "undoing"
    assert Spending.objects.count() == 0 < Spending._base_manager.count() < LINES
    worker._bring_up_to_date()
    batch.refresh_from_db()
    assert (batch.state, Spending._base_manager.count()) == ("undone", 0)
    again = import_ledger(path=ledger, division=division, by=None)
    assert again.stored
    assert spent() == ["300.00"]


def test_many_new_subjects_and_units_are_made_part_by_part_and_go_with_a_killed_import(
    division, tmp_path, monkeypatch
):
    path = tmp_path / "a.csv"
    rows = [f"新单位{n % 3},N{n},新项目{n},{n}.00" for n in range(100)]
    path.write_text(
        "\n".join(["单位名称,项目代码,项目名称,年初预算", *rows]) + "\n", encoding="utf-8"
    )
    create = {"path": path, "division": division, "by": None, "kind": "budget", "year": 2021}
    before = (Unit.objects.count(), Subject.objects.count())

    def stop():
        if Appropriation._base_manager.exists():
            raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(parts, "_let_others_in", stop)
        with pytest.raises(KeyboardInterrupt):
            import_ledger(**create, choices=LedgerAnswers(create=True))
    assert (Unit.objects.count(), Subject.objects.count(), Dossier.objects.count()) == (*before, 0)
    assert Entry.objects.filter(act="导入中断，已清除").exists()
    outcome = import_ledger(**create, choices=LedgerAnswers(create=True))
    assert outcome.stored
    assert (Unit.objects.count(), Subject.objects.count()) == (before[0] + 3, before[1] + 100)
    undo_in_parts(batch=ImportBatch.objects.get(pk=outcome.batch), by=None, why="导错了")
    assert (Unit.objects.count(), Subject.objects.count(), Dossier.objects.count()) == (*before, 0)


def test_a_part_is_made_to_hold_the_database_a_quarter_of_a_second(monkeypatch):
    monkeypatch.setattr(parts, "LARGEST", 20_000)
    assert parts._next_size(8_000, 1.0) == 2_000
    assert parts._next_size(8_000, 0.125) == 16_000
    assert parts._next_size(8_000, 0.0) == 20_000
    assert parts._next_size(600, 60.0) == 20
