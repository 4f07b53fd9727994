"""Trail, files, batches, to-dos and papers on the database."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from wenxiao.budget.models import Appropriation, Dossier, Subject
from wenxiao.orgs.services.library import add_document
from wenxiao.records import chain, selectors, services
from wenxiao.records import trail as trail_module
from wenxiao.records.apps import GUARDS
from wenxiao.records.backup_runs import note_backup_run
from wenxiao.records.models import (
    BackupRun,
    ChainHead,
    Document,
    Entry,
    ImportBatch,
    Notice,
    StoredFile,
    Todo,
)
from wenxiao.store.guards import aside
from wenxiao.store.moves import NotAllowed, change

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"


def faults(division):
    return chain.verify(
        selectors.export_entries(division=division), selectors.export_heads(division=division)
    )


def test_entries_are_numbered_and_chained_and_exported(division, clerk):
    for n in range(3):
        services.record(
            division=division,
            by=clerk,
            act="试记",
            data={"amount": Decimal("1.50"), "on": date(2021, 1, n + 1)},
        )
    last = Entry.objects.order_by("-pk").first()
    assert last.data == {"amount": "1.50", "on": "2021-01-03"}
    assert faults(division) == []
    export = {"entries": list(selectors.export_entries()), "heads": selectors.export_heads()}
    assert chain.verify_export(json.dumps(export)) == []
    assert ChainHead.objects.get().number == last.number == Entry.objects.count()


@pytest.mark.parametrize(
    "change_to", [{"why": "改"}, {"by_name": "别人"}, {"data": {"amount": "9"}}]
)
def test_an_entry_altered_in_the_database_is_found(division, clerk, change_to):
    services.record(division=division, by=clerk, act="试记", data={"amount": "1"})
    services.record(division=division, by=clerk, act="试记")
    Entry.objects.filter(act="试记").order_by("pk").first()
    target = Entry.objects.filter(act="试记").order_by("pk").first()
    with aside(GUARDS):
        Entry.objects.filter(pk=target.pk).update(**change_to)
    assert [fault.number for fault in faults(division)] == [target.number]


def test_a_tail_cut_in_the_database_is_found_by_the_head(division, clerk):
    services.record(division=division, by=clerk, act="试记")
    with aside(GUARDS):
        Entry.objects.order_by("-pk").first().delete()
    assert "截断" in faults(division)[0].text


def test_days_hang_together_and_never_run_backwards(division, clerk, monkeypatch):
    today = timezone.localdate()
    services.record(division=division, by=clerk, act="今天")
    monkeypatch.setattr(trail_module.timezone, "localdate", lambda: today + timedelta(days=1))
    tomorrow = services.record(division=division, by=clerk, act="明天")
    monkeypatch.setattr(trail_module.timezone, "localdate", lambda: today)
    late = services.record(division=division, by=clerk, act="时钟拨回")
    assert (tomorrow.number, late.number, late.day) == (1, 2, today + timedelta(days=1))
    assert faults(division) == []


def test_no_person_is_named_as_the_machine(division):
    assert services.record(division=division, by=None, act="试记").by_name == "系统（命令行）"


def test_a_file_is_kept_once_and_read_back(division, clerk):
    first = services.store_file(
        division=division, by=clerk, name="..\\..\\自评表.xlsx", content=b"abc"
    )
    again = services.store_file(division=division, by=clerk, name="自评表.xlsx", content=b"abc")
    assert (first.pk, first.name, first.size) == (again.pk, "自评表.xlsx", 3)
    assert services.read_file(first) == b"abc"
    path = settings.MEDIA_ROOT / first.path
    path.write_bytes(b"abd")
    with pytest.raises(NotAllowed, match="摘要不符"):
        services.read_file(first)
    path.unlink()
    with pytest.raises(NotAllowed, match="不在存放位置"):
        services.read_file(first)


def test_a_file_from_disk(division, clerk, tmp_path):
    source = tmp_path / "a.csv"
    source.write_bytes(b"x" * 3_000_000)
    stored = services.store_file(division=division, by=clerk, name="a.csv", content=source)
    assert services.read_file(stored) == source.read_bytes()
    assert StoredFile.objects.count() == 1


@pytest.fixture
def batch(division, clerk):
    return services.open_batch(
        division=division, by=clerk, kind="list", file=None, reading={}, problems=[], source_rows=2
    )


@pytest.fixture
def landed(batch, division, unit, clerk):
    """A batch that renamed the unit, made a subject and its dossier with money."""
    written = services.Written()
    written.changed(unit, {"name": unit.name, "valid_from": unit.valid_from})
    change(unit, name="教育体育局", valid_from=date(2021, 1, 1))
    subject = Subject.objects.create(division=division, unit=unit, code="A1", name="校园安保")
    written.created(subject)
    dossier = Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2021, batch=batch)
    written.created(dossier)
    row = Appropriation.objects.create(dossier=dossier, opening=Decimal("5.25"), batch=batch)
    written.created(row)
    services.close_batch(batch=batch, by=clerk, accepted=2, written=written)
    return batch


def test_a_batch_is_undone_in_reverse(landed, unit, clerk):
    unit.refresh_from_db()
    seen = unit.version
    services.undo_batch(batch=landed, by=clerk, why="导错了")
    unit.refresh_from_db()
    assert (unit.name, unit.valid_from, unit.version) == ("教体局", None, seen + 1)
    assert not Subject.objects.exists()
    assert landed.state == "undone"
    with pytest.raises(NotAllowed, match="已撤销"):
        services.undo_batch(batch=landed, by=clerk, why="再来")


def test_a_row_changed_since_stops_the_undoing(landed, clerk):
    change(Appropriation.objects.get(), opening=Decimal(6))
    with pytest.raises(NotAllowed, match="又被改动"):
        services.undo_batch(batch=landed, by=clerk, why="导错了")
    assert Subject.objects.exists()
    assert ImportBatch.objects.get().state == "applied"


def test_what_hangs_on_a_row_stops_the_undoing(landed, unit, clerk):
    Dossier.objects.create(subject=Subject.objects.get(), unit=unit, fiscal_year=2022)
    with pytest.raises(NotAllowed, match="后续档案"):
        services.undo_batch(batch=landed, by=clerk, why="导错了")
    assert Appropriation.objects.exists()


def test_a_refused_batch_stays_with_its_problems(batch, clerk):
    services.refuse_batch(batch=batch, by=clerk, why="合计不符")
    with pytest.raises(NotAllowed):
        services.close_batch(batch=batch, by=clerk, accepted=0, written=services.Written())


def test_todos_open_remind_finish_void(division, unit, clerk):
    made = services.make_todo(
        division=division, kind="fill", title="填报", unit=unit, target=unit, role="clerk"
    )
    assert services.remind_todos(todos=[made], by=clerk) == 1
    assert services.count_reminder(target=unit, unit=unit) == 1
    assert services.finish_todos(target=unit, kind="fill") == 1
    assert services.void_todos(target=unit) == 0
    made.refresh_from_db()
    assert (made.state, made.reminded) == (Todo.State.DONE, 2)


def test_of_a_store_the_latest_run_stands_and_of_anything_else_each(division):
    facts = {"made_at": None, "seconds": "1", "rows": 1, "files": 0, "faults": []}
    for kind in BackupRun.Kind.values:
        for _ in range(2):
            note_backup_run(
                divisions=[division], kind=kind, place="/备份", by=None, why="试验", **facts
            )
    runs = BackupRun.objects.values_list("kind", flat=True)
    assert sorted(runs) == ["drill", "drill", "full", "full", "repeated"]
    noted = Entry.objects.filter(act__in=BackupRun.Kind.labels).values_list("act", flat=True)
    assert sorted(noted) == sorted(["备份"] * 2 + ["恢复演练"] * 2)


def test_a_notice_is_received_once_and_not_before_it_was_sent(division, unit, clerk):
    with pytest.raises(NotAllowed, match="早于发出日期"):
        services.send_notice(
            division=division,
            unit=unit,
            kind="feedback",
            target=None,
            text="",
            issued_on=date(2021, 5, 2),
            due_on=date(2021, 5, 1),
            by=clerk,
        )
    notice = services.send_notice(
        division=division,
        unit=unit,
        kind=Notice.Kind.FEEDBACK,
        target=unit,
        text="请整改",
        issued_on=date(2021, 5, 2),
        due_on=date(2021, 5, 30),
        by=clerk,
    )
    assert list(selectors.notices_about(unit)) == [notice]
    with pytest.raises(NotAllowed, match="早于发出日期"):
        services.receive_notice(notice=notice, on=date(2021, 5, 1), by_name="李某", by=clerk)
    services.receive_notice(notice=notice, on=date(2021, 5, 3), by_name="李某", by=clerk)
    with pytest.raises(NotAllowed, match="已经签收"):
        services.receive_notice(notice=notice, on=date(2021, 5, 3), by_name="李某", by=clerk)
    assert selectors.notices_about(unit).get().received_on == date(2021, 5, 3)


def test_documents_and_instructions(division, clerk):
    paper = add_document(
        division=division,
        kind=Document.Kind.NOTICE,
        title="关于自评的通知",
        number="洪财〔2021〕1号",
        by=None,
    )
    assert str(paper) == "《关于自评的通知》"
    assert list(selectors.documents(division=division)) == [paper]
    told = services.add_instruction(
        division=division,
        leader="主任",
        text="请抓紧",
        given_on=date(2021, 5, 2),
        by=clerk,
        about=paper,
    )
    with pytest.raises(NotAllowed, match="办理结果"):
        services.close_instruction(instruction=told, outcome=" ", on=date(2021, 5, 3), by=clerk)
    services.close_instruction(instruction=told, outcome="已办", on=date(2021, 5, 3), by=clerk)
    assert (told.outcome, told.closed_on) == ("已办", date(2021, 5, 3))
    assert selectors.trail_of(told).count() == 2


def test_plain_data_knows_no_float_and_no_nul():
    given = {"a": 0.1, "b": {1, 2}, "c": date(2021, 1, 1), "d": "x\0y", 5: None}
    assert trail_module.plain_data(given) == {
        "a": "0.1",
        "b": [1, 2],
        "c": "2021-01-01",
        "d": "xy",
        "5": None,
    }
