"""Ledgers in the wizard: looked through, corrected by choices that are
recorded, imported, taken back.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from markup import browsed
from tests.desk.imports.steps import FAULTY, GOOD, HEAD, ledger_of, look

from wenxiao.budget.models import Spending
from wenxiao.budget.services import ensure_subject
from wenxiao.intake import undoing
from wenxiao.intake.ledger import parts
from wenxiao.intake.tasks import undo
from wenxiao.orgs.services import add_unit, create_division
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_clean_ledger_is_looked_through_then_imported_and_taken_back(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, GOOD)
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert '1 行可以导入，合计 <span class="nowrap">1,000.00 元</span>' in page
    assert not Spending.objects.exists()
    assert (
        client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"}).status_code
        == 302
    )
    intake.refresh_from_db()
    intake = look(intake, place)
    assert Spending.objects.get().amount == Decimal("1000.00")
    batch = intake.files[0]["outcome"]["batch"]
    assert (
        client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "1"}).status_code
        == 302
    )
    assert client.get(reverse("desk:import_file", args=[batch])).status_code == 200
    client.post(reverse("desk:import_undo", args=[batch]), {"why": "导错月份"})
    assert not Spending.objects.exists()


@pytest.mark.engine
def test_a_large_ledger_is_taken_back_by_the_worker(place, enter, monkeypatch):
    """In the web request it held the one write lock of SQLite, and the
    person's page, until all rows were gone.
    """
    client = enter(place.finance)
    intake = ledger_of(client, place, GOOD)
    client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"})
    intake.refresh_from_db()
    batch = ImportBatch.objects.get(pk=look(intake, place).files[0]["outcome"]["batch"])
    monkeypatch.setattr(parts, "LARGE", 0)
    page, told = reverse("desk:import_file", args=[batch.pk]), {"why": "导错月份"}
    at = {name: reverse(f"desk:import_{name}", args=[batch.pk]) for name in ("undo", "keep")}

    def waits():
        client.post(at["undo"], told)
        shown = client.get(page).content.decode()
        assert "等待后台撤销" in shown
        assert "取消撤销" in shown
        assert Spending.objects.exists()
        rows = DBTaskResult.objects.filter(task_path=undo.module_path)
        (said,) = rows.values_list("args_kwargs", flat=True)
        rows.delete()
        return said["args"]

    first = waits()
    client.post(at["keep"])
    assert undo.func(*first) == "applied", "what was cancelled is not done"
    assert "撤销这次导入" in client.get(page).content.decode()
    task = waits()
    listed = client.get(reverse("desk:import_batches") + "?standing=undo_waiting")
    assert "待撤销" in listed.content.decode()

    def refuse(_batch):
        raise NotAllowed("导入之后又被改动，不能整批撤销。")

    with monkeypatch.context() as changed:
        changed.setattr(undoing, "Undoing", refuse)
        assert undo.func(*task) == "applied"
    assert "没有撤销：导入之后又被改动" in client.get(page).content.decode()
    task = waits()
    assert undo.func(*task) == "undone"
    assert not Spending.objects.exists()
    assert undo.func(*task) == "undone", "begun again"
    progress = client.get(
        reverse("desk:import_undoing", args=[batch.pk]), {"state": "undo_waiting"}
    )
    assert progress["HX-Refresh"] == "true"
    assert "已撤销" in client.get(page).content.decode()
    acts = Entry.objects.filter(target_type="records.ImportBatch").values_list("act", flat=True)
    assert Counter(acts) == {"导入": 1, "提出撤销导入": 3, "取消撤销导入": 1, "撤销导入": 1}


def test_a_ledger_that_is_being_written_or_cleared_is_shown(place, enter):
    """The list of imports had no word for it, and answered with an error page."""
    client = enter(place.finance)
    for state, word in (("writing", "写入中"), ("undoing", "撤销中")):
        batch = ImportBatch.objects.create(division=place.division, kind="spending", state=state)
        assert word in client.get(reverse("desk:import_batches")).content.decode()
        assert word in client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()


def test_faulty_lines_stay_out_only_by_a_recorded_choice(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, GOOD, FAULTY)
    refused = client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"})
    assert refused.status_code == 422
    assert "阻断" in refused.content.decode()
    columns = intake.files[0]["outcome"]["columns"]
    said = {f"role-{role}": heading for role, heading in columns.items()}
    client.post(
        reverse("desk:ledger_again", args=[intake.pk]), {**said, "turn": "0", "leave_out": "1"}
    )
    intake.refresh_from_db()
    intake = look(intake, place)
    stale = client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"})
    assert stale.status_code == 409
    client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "1"})
    intake.refresh_from_db()
    intake = look(intake, place)
    batch = ImportBatch.objects.get(pk=intake.files[0]["outcome"]["batch"])
    assert batch.choices["leave_out"] is True
    assert Spending.objects.count() == 1


def test_a_column_is_named_by_a_person(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, GOOD, head=HEAD.replace("支付金额", "本笔数"))
    assert intake.files[0]["outcome"]["blocked"]
    said = {"role-code": "项目代码", "role-spent": "本笔数", "role-date": "支付日期", "turn": "0"}
    client.post(reverse("desk:ledger_again", args=[intake.pk]), said)
    intake.refresh_from_db()
    assert look(intake, place).files[0]["outcome"]["accepted"] == 1


def test_a_subject_number_of_elsewhere_is_no_match(place, enter):
    client = enter(place.finance)
    elsewhere = create_division(code="370000", name="别处", bureau="别处财政局", by=None)
    unit = add_unit(division=elsewhere, code="1", name="别处单位", by=None)
    foreign = ensure_subject(division=elsewhere, unit=unit, code="X1", name="别处项目", by=None)
    intake = ledger_of(client, place, GOOD.replace("P001,水旱灾害防御经费", "P777,没有的项目"))
    client.post(
        reverse("desk:ledger_again", args=[intake.pk]),
        {"turn": "0", "key-0": "P777", "match-0": str(foreign.pk)},
    )
    intake.refresh_from_db()
    assert intake.files[0]["said"]["matches"] == {}


def test_ledgers_need_the_power_to_import(place, enter):
    assert enter(place.clerk).get(reverse("desk:ledgers")).status_code == 403
    bad = enter(place.treasury).post(
        reverse("desk:ledgers"), {"file": SimpleUploadedFile("a.pdf", b"%PDF")}
    )
    assert bad.status_code == 422
    none = enter(place.treasury).post(reverse("desk:ledgers"), {})
    assert "还没有选择" in none.content.decode()


UNKNOWN = GOOD.replace("天长市水利局", "河湖局")


def again(client, intake, place, **said):
    client.post(
        reverse("desk:ledger_again", args=[intake.pk]),
        {"turn": str(intake.files[0]["turn"]), **said},
    )
    intake.refresh_from_db()
    return look(intake, place)


def test_unknown_units_are_asked_about_like_unknown_projects(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, UNKNOWN.replace("P001,水旱灾害防御经费", "P777,河湖巡查"))
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert "对不上的单位 1 个" in page
    assert "对不上的项目 1 个" in page
    assert 'value="unit:河湖局"' in page
    intake = again(
        client,
        intake,
        place,
        **{"key-0": "unit:河湖局", "match-0": "create", "key-1": "P777", "match-1": "create"},
    )
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert "单位 河湖局：新建" in page
    assert intake.files[0]["outcome"]["accepted"] == 1
    client.post(
        reverse("desk:ledger_import", args=[intake.pk]), {"turn": str(intake.files[0]["turn"])}
    )
    intake.refresh_from_db()
    look(intake, place)
    spent = Spending.objects.select_related("dossier__subject__unit").get()
    assert (spent.dossier.subject.name, spent.dossier.subject.unit.name) == ("河湖巡查", "河湖局")
    assert ImportBatch.objects.get().choices["matches"] == {
        "unit:河湖局": "create",
        "P777": "create",
    }


def test_a_decision_is_taken_back_before_importing(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, UNKNOWN.replace("P001,水旱灾害防御经费", "P777,河湖巡查"))
    intake = again(client, intake, place, **{"key-0": "unit:河湖局", "match-0": "skip"})
    assert intake.files[0]["outcome"]["unmatched"] == []
    intake = again(client, intake, place, **{"drop-0": "unit:河湖局"})
    assert [one["choice"] for one in intake.files[0]["outcome"]["unmatched"]] == [
        "unit:河湖局",
        "P777",
    ]


def test_who_keeps_no_units_is_told_who_does(place, enter):
    client = enter(place.treasury)
    intake = ledger_of(client, place, UNKNOWN.replace("P001,水旱灾害防御经费", "P777,河湖巡查"))
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert "新建单位由" in page


def test_near_units_are_offered(place, enter):
    client = enter(place.finance)
    intake = ledger_of(
        client, place, GOOD.replace("天长市水利局", "天长市水利管理局").replace("P001", "P777")
    )
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert "<span>天长市水利局 " in browsed(page)


def test_a_unit_of_elsewhere_is_no_match(place, enter):
    client = enter(place.finance)
    elsewhere = create_division(code="370000", name="别处", bureau="别处财政局", by=None)
    unit = add_unit(division=elsewhere, code="1", name="别处单位", by=None)
    intake = ledger_of(client, place, UNKNOWN.replace("P001", "P777"))
    intake = again(client, intake, place, **{"key-0": "unit:河湖局", "match-0": str(unit.pk)})
    assert intake.files[0]["said"]["matches"] == {}
