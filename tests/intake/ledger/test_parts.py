"""A large ledger enters part by part: hidden until the last, all of it or nothing, and nobody waits for the whole."""

import pytest
from django.db import IntegrityError

from wenxiao.budget import services
from wenxiao.budget.models import Dossier, Spending
from wenxiao.budget.money import money_of
from wenxiao.followup.models import WatchMark
from wenxiao.followup.watch.inputs import watch_inputs
from wenxiao.intake.ledger import import_ledger, ledger_import, parts
from wenxiao.orgs import services as orgs
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.records.services import undo_batch
from wenxiao.site import worker

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
    seen = []
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


def test_a_part_is_made_to_hold_the_database_a_quarter_of_a_second(monkeypatch):
    monkeypatch.setattr(parts, "LARGEST", 20_000)
    assert parts._next_size(8_000, 1.0) == 2_000
    assert parts._next_size(8_000, 0.125) == 16_000
    assert parts._next_size(8_000, 0.0) == 20_000
    assert parts._next_size(600, 60.0) == 20
