"""The import wizard as it is used: files go in, are looked at, matched, imported, taken back; who may not is told who can."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wenxiao.budget.models import Spending
from wenxiao.budget.services import ensure_subject, open_dossier, open_round
from wenxiao.followup.tasks import apply
from wenxiao.orgs.models import Agency, Grant
from wenxiao.orgs.services import add_unit, create_division, create_user, grant
from wenxiao.records.models import Entry, ImportBatch, Intake, StoredFile
from wenxiao.reviews.models import Review
from wenxiao.reviews.tasks import ledger, read

pytestmark = [pytest.mark.db, pytest.mark.django_db]

PASS = Path(__file__).parent.parent / "files" / "pass"
SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
OLD = PASS / "02_SE025_空值满分.xls"
SCORES = PASS / "61_财政重点评价评分表_标准式_合成.xlsx"


class Place:
    """One division with a unit, its project, its round, and the people."""


@pytest.fixture
def place():
    made = Place()
    made.division = create_division(code="360000", name="示例区", bureau="示例区财政局", by=None)
    made.unit = add_unit(division=made.division, code="101001", name="天长市水利局", by=None)
    made.other = add_unit(division=made.division, code="102001", name="示例单位甲", by=None)
    made.subject = ensure_subject(division=made.division, unit=made.unit, code="P001", name="水旱灾害防御经费", by=None)
    made.foreign = ensure_subject(
        division=made.division, unit=made.other, code="P002", name="示例项目甲：农村道路养护（合成）", by=None
    )
    made.dossier = open_dossier(subject=made.subject, fiscal_year=2022, by=None)
    made.round = open_round(
        division=made.division, kind="selfeval", name="2022年度自评", work_year=2023, fiscal_year=2022, by=None
    )
    made.evaluation = open_round(
        division=made.division,
        kind="finance_evaluation",
        name="2024重点评价",
        work_year=2025,
        fiscal_year=2024,
        by=None,
    )
    for username, role, where in (
        ("finance", "performance", None), ("treasury", "treasury", None), ("clerk", "clerk", made.unit),
        ("stranger", "clerk", made.other), ("leader", "leader", None), ("judge", "agency", None),
    ):  # fmt: skip
        person = create_user(
            division=made.division,
            username=username,
            name=username,
            by=None,
            unit=where,
            password="long-enough-pass",
            must_change_password=False,
        )
        setattr(made, username, person)
        if role != "agency":
            grant(user=person, role=role, division=made.division, unit=where, by=None)
    made.agency = Agency.objects.create(division=made.division, name="示例事务所")
    assigned = Grant.objects.create(user=made.judge, role="agency", division=made.division, by_subjects=True)
    assigned.subjects.add(made.foreign)
    return made


@pytest.fixture
def enter(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_


def piece(path, name=None):
    return SimpleUploadedFile(name or path.name, path.read_bytes())


def hand_in(client, *uploads, token="", modified=None, run=True):
    data = {"files": list(uploads), "token": token, "note": "补报"}
    if modified:
        data["modified"] = json.dumps(modified)
    response = client.post(reverse("desk:imports"), data)
    assert response.status_code == 302, response.content.decode()[:2000]
    intake = Intake.objects.get(pk=int(response["Location"].split("/")[-1]))
    if run:
        read.func(intake.pk)
        intake.refresh_from_db()
    return intake


def standings(intake):
    return [b.summary["standing"] if b.state == "previewed" else b.state for b in intake.batches.order_by("pk")]


def test_the_whole_way_from_upload_to_undo(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    assert standings(intake) == ["ready"]
    page = client.get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert "1 份可以导入" in page
    batch = intake.batches.get()
    page = client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()
    assert "水旱灾害防御经费" in page
    assert "F15" in page
    assert client.post(reverse("desk:import_confirm", args=[batch.pk])).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.accepted) == ("applied", 1)
    assert Review.objects.get().dossier == place.dossier
    assert client.post(reverse("desk:import_confirm", args=[batch.pk])).status_code == 302  # twice is harmless
    assert Review.objects.count() == 1
    refused = client.post(reverse("desk:import_undo", args=[batch.pk]), {"why": " "})
    assert refused.status_code == 409
    assert "理由" in refused.content.decode()
    client.post(reverse("desk:import_undo", args=[batch.pk]), {"why": "收错了一份"})
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert not Review.objects.exists()
    assert Entry.objects.filter(act="撤销导入", why="收错了一份").exists()
    again = client.post(reverse("desk:import_again", args=[batch.pk]))
    fresh = intake.batches.order_by("pk").last()
    assert again["Location"].endswith(str(fresh.pk))
    assert fresh.summary["standing"] == "ready"


def test_all_ready_files_go_in_the_background_and_once(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL), piece(SCORES))
    assert standings(intake) == ["ready", "ready"]
    client.post(reverse("desk:intake_import", args=[intake.pk]))
    intake.refresh_from_db()
    assert intake.state == "applying"
    client.post(reverse("desk:intake_import", args=[intake.pk]))
    assert apply.func(intake.pk, place.finance.pk) == (2, 0)
    assert standings(intake) == ["applied", "applied"]
    intake.refresh_from_db()
    assert intake.state == "ready"


def test_an_unknown_unit_is_chosen_by_name_and_nothing_typed_is_lost(place, enter):
    client = enter(place.finance)
    place.unit.name = "天长市水务局"
    place.unit.save()
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    assert standings(intake) == ["ask"]
    address = reverse("desk:import_file", args=[batch.pk])
    page = client.get(address)
    seen = page.content.decode().split('name="seen" value="')[1].split('"')[0]
    wrong = client.post(
        address, {"seen": seen, "unit-0": "name", "unit-name-0": "水务厅", "subject-0": str(place.subject.pk)}
    )
    assert wrong.status_code == 422
    assert "水务厅" in wrong.content.decode()
    assert "没有名为" in wrong.content.decode()
    right = {"seen": seen, "unit-0": str(place.unit.pk), "subject-0": str(place.subject.pk), "do-0": "import"}
    assert client.post(address, right).status_code == 302
    batch.refresh_from_db()
    assert batch.choices["0"]["unit"] == place.unit.pk
    assert batch.summary["standing"] == "ready"
    stale = client.post(address, {**right, "do-0": "skip"})  # the same page once more, after somebody chose
    assert stale.status_code == 409
    assert "以您的为准" in stale.content.decode()
    assert client.post(address, {**right, "seen": "", "then": "import"}).status_code == 409


def test_choices_that_no_longer_hold_are_asked_again(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    place.round.state = "closed"
    place.round.save()
    response = client.post(reverse("desk:import_confirm", args=[batch.pk]))
    assert response.status_code == 409
    assert "不能导入" in response.content.decode()
    assert not Review.objects.exists()


def test_a_wrong_year_is_never_taken_silently(place, enter):
    client = enter(place.finance)
    place.round.fiscal_year = 2021
    place.round.save()
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    assert standings(intake) == ["ask"]
    assert batch.summary["forms"][0]["offers"]["round"] == [[place.round.pk, "2022年度自评", 2021]]
    address = reverse("desk:import_file", args=[batch.pk])
    seen = client.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]
    client.post(
        address,
        {
            "seen": seen,
            "unit-0": str(place.unit.pk),
            "subject-0": str(place.subject.pk),
            "round-0": str(place.round.pk),
        },
    )
    batch.refresh_from_db()
    assert batch.choices["0"]["year"] == 2021  # the decision is recorded
    assert batch.summary["standing"] == "ready"


def test_of_two_versions_the_newest_is_marked_and_the_older_must_be_decided(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(OLD), piece(SELFEVAL), modified=["2023-02-01T09:00", "2023-02-20T16:30"])
    assert standings(intake) == ["ask", "ready"]
    newest = intake.batches.order_by("pk").last()
    assert newest.summary["forms"][0]["twin"]["newest"]
    client.post(reverse("desk:intake_newest", args=[intake.pk]))
    assert standings(intake) == ["left", "ready"]


def test_without_times_nobody_guesses_which_is_newer(place, enter):
    intake = hand_in(enter(place.finance), piece(OLD), piece(SELFEVAL))
    assert standings(intake) == ["ask", "ask"]


def test_the_same_bytes_twice_are_left_out_by_themselves(place, enter):
    intake = hand_in(enter(place.finance), piece(SELFEVAL), piece(SELFEVAL, "另一个名字.xlsx"))
    assert standings(intake) == ["ready", "same"]


def test_the_form_sent_twice_is_one_intake(place, enter):
    client = enter(place.finance)
    first = hand_in(client, piece(SELFEVAL), token="abc")
    second = hand_in(client, piece(SELFEVAL), token="abc")
    assert first == second
    assert ImportBatch.objects.count() == 1


def test_reading_goes_on_where_it_stopped(place, enter):
    intake = hand_in(enter(place.finance), piece(SELFEVAL), piece(SCORES))
    read.func(intake.pk)
    assert intake.batches.count() == 2


# ---- who may ----------------------------------------------------------------------------------------------------


def test_a_clerk_imports_the_own_unit_alone(place, enter):
    intake = hand_in(enter(place.clerk), piece(SELFEVAL), piece(SCORES))
    assert standings(intake) == ["ready", "blocked"]
    text = json.dumps(intake.batches.order_by("pk").last().summary, ensure_ascii=False)
    assert "不由单位导入" in text
    assert place.foreign.name not in [f["subject_name"] for b in intake.batches.all() for f in b.summary["forms"]]
    batch = intake.batches.order_by("pk").first()
    assert enter(place.clerk).post(reverse("desk:import_confirm", args=[batch.pk])).status_code == 302
    assert Review.objects.get().dossier == place.dossier


def test_another_units_clerk_gets_nothing_in(place, enter):
    client = enter(place.stranger)
    intake = hand_in(client, piece(SELFEVAL))
    batch = intake.batches.get()
    assert standings(intake) == ["ask"]
    assert batch.summary["forms"][0]["offers"].get("subject") in ([], None)
    address = reverse("desk:import_file", args=[batch.pk])
    seen = client.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]
    posted = {"seen": seen, "unit-0": str(place.unit.pk), "subject-0": str(place.subject.pk), "then": "import"}
    assert client.post(address, posted).status_code == 409
    create = {"seen": seen, "unit-0": "create", "subject-0": "create", "round-0": "create"}
    client.post(
        address, create | {"seen": client.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]}
    )
    batch.refresh_from_db()
    assert batch.summary["standing"] == "ask"
    assert not Review.objects.exists()


def test_an_agency_imports_what_it_was_assigned(place, enter):
    intake = hand_in(enter(place.judge), piece(SCORES), piece(SELFEVAL))
    assert standings(intake)[0] == "ready"
    assert standings(intake)[1] in {"ask", "blocked"}
    batch = intake.batches.order_by("pk").first()
    enter(place.judge).post(reverse("desk:import_confirm", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "applied"


def test_who_may_not_import_is_told_who_can(place, enter):
    response = enter(place.leader).get(reverse("desk:imports"))
    assert response.status_code == 403
    assert "财政绩效科" in response.content.decode()


def test_foreign_numbers_do_not_exist(place, enter):
    intake = hand_in(enter(place.finance), piece(SELFEVAL))
    batch = intake.batches.get()
    client = enter(place.clerk)
    for name, key in (
        ("intake", intake.pk),
        ("intake_faults", intake.pk),
        ("import_file", batch.pk),
        ("import_original", batch.pk),
    ):
        assert client.get(reverse(f"desk:{name}", args=[key])).status_code == 404
    for name, key in (("import_confirm", batch.pk), ("import_undo", batch.pk), ("intake_import", intake.pk)):
        assert client.post(reverse(f"desk:{name}", args=[key])).status_code == 404


# ---- bad input ----------------------------------------------------------------------------------------------------


def test_an_empty_upload_says_what_to_choose(place, enter):
    response = enter(place.finance).post(reverse("desk:imports"), {"note": "十一月"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "还没有选择文件" in page
    assert "十一月" in page


def test_too_many_files_are_refused_with_the_limit(place, enter):
    many = [SimpleUploadedFile(f"{n}.xlsx", b"x") for n in range(601)]
    response = enter(place.finance).post(reverse("desk:imports"), {"files": many})
    assert response.status_code == 422
    assert "最多 600 份" in response.content.decode()
    assert not StoredFile.objects.exists()


def test_wrong_and_large_files_are_named_and_not_kept(place, enter):
    large = SimpleUploadedFile("大.xlsx", b"PK\x03\x04" + b"0" * (31 << 20))
    pdf = SimpleUploadedFile("扫描.pdf", b"%PDF-1.4")
    empty = SimpleUploadedFile("空.xlsx", b" ")
    intake = hand_in(enter(place.finance), large, pdf, empty)
    said = [one["problem"]["code"] for one in intake.files if one["problem"]]
    assert said == ["DR-03", "DR-40"]
    assert standings(intake) == ["blocked"]
    page = enter(place.finance).get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert "没有收下 2 份" in page


def test_a_marked_file_is_refused_and_not_kept(place, enter):
    book = openpyxl.load_workbook(SELFEVAL)
    book.active["A1"] = "机密★5年"
    out = io.BytesIO()
    book.save(out)
    intake = hand_in(enter(place.finance), SimpleUploadedFile("表.xlsx", out.getvalue()))
    assert standings(intake) == ["refused"]
    assert not StoredFile.objects.exists()
    assert intake.batches.get().reading["forms"] == []


def test_a_zip_lands_file_by_file_with_its_own_names(place, enter):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("水利局/自评.xlsx", SELFEVAL.read_bytes())
        package.writestr("__MACOSX/._自评.xlsx", b"junk")
        package.writestr("里面.zip", b"PK\x03\x04")
    intake = hand_in(enter(place.finance), SimpleUploadedFile("报送.zip", out.getvalue()))
    assert [one["name"] for one in intake.files] == ["自评.xlsx", "里面.zip"]
    assert intake.files[0]["folder"] == "水利局"
    assert standings(intake) == ["ready"]


# ---- lists ---------------------------------------------------------------------------------------------------------


def test_error_lists_per_unit_can_be_copied_and_downloaded(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    page = client.get(reverse("desk:intake_faults", args=[intake.pk])).content.decode()
    assert "天长市水利局：报送的文件有 6 处需要核对" in page
    book = client.get(reverse("desk:intake_faults_xlsx", args=[intake.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert any("ZP-07" in row for row in sheet.iter_rows(values_only=True))
    word = client.get(reverse("desk:intake_faults_docx", args=[intake.pk, 0]))
    assert word.content.startswith(b"PK")
    assert client.get(reverse("desk:intake_faults_docx", args=[intake.pk, 9])).status_code == 404


def test_who_has_not_handed_in_is_listed_with_phone_and_letter(place, enter):
    client = enter(place.finance)
    place.unit.contact, place.unit.phone = "示例联系人", "0000-1234"
    place.unit.save()
    address = f"{reverse('desk:missing')}?year=2023&round={place.round.pk}"
    page = client.get(address).content.decode()
    assert "1 个单位还缺 1 项" in page
    assert "0000-1234" in page
    letter = client.get(reverse("desk:reminder_letter", args=[place.round.pk]), {"unit": place.unit.name})
    assert letter.content.startswith(b"PK")
    excuse = reverse("desk:excuse", args=[place.round.pk])
    assert client.post(excuse, {"dossier": place.dossier.pk, "reason": "other", "note": ""}).status_code == 422
    assert client.post(excuse, {"dossier": place.dossier.pk, "reason": "cancelled"}).status_code == 302
    page = client.get(address).content.decode()
    assert "应报的 0 项都已报送" in page
    assert "项目取消" in page
    assert enter(place.treasury).get(address).status_code == 403


def test_lists_cost_the_same_for_one_and_for_fifty(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL))
    addresses = [reverse("desk:imports"), reverse("desk:import_batches"), reverse("desk:intake", args=[intake.pk])]

    def costs():
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return found

    one = costs()
    batch = intake.batches.get()
    for _ in range(49):
        batch.pk = None
        batch.save(force_insert=True)
        Intake.objects.create(division=place.division, by=place.finance, state="ready", files=intake.files)
    assert costs() == one


# ---- ledgers -------------------------------------------------------------------------------------------------------

HEAD = "项目代码,项目名称,预算单位,支付日期,凭证号,支付金额"
GOOD = "P001,水旱灾害防御经费,天长市水利局,2022-03-01,ZF001,1000.00"
FAULTY = "P001,水旱灾害防御经费,天长市水利局,2022-04-01,ZF002,二百万"


def ledger_of(client, place, *rows, head=HEAD):
    content = "\n".join([head, *rows]).encode()
    response = client.post(
        reverse("desk:ledgers"), {"file": SimpleUploadedFile("支付明细.csv", content), "kind": "", "source": "treasury"}
    )
    assert response.status_code == 302, response.content.decode()[:1500]
    intake = Intake.objects.get(pk=int(response["Location"].split("/")[-1]))
    return look(intake, place)


def look(intake, place):
    ledger.func(intake.pk, place.finance.pk)
    intake.refresh_from_db()
    return intake


def test_a_clean_ledger_is_looked_through_then_imported_and_taken_back(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, GOOD)
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert "1 行可以导入，合计 1000.00 元" in page
    assert not Spending.objects.exists()
    assert client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"}).status_code == 302
    intake.refresh_from_db()
    intake = look(intake, place)
    assert Spending.objects.get().amount == Decimal("1000.00")
    batch = intake.files[0]["outcome"]["batch"]
    assert client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "1"}).status_code == 302
    assert client.get(reverse("desk:import_file", args=[batch])).status_code == 200
    client.post(reverse("desk:import_undo", args=[batch]), {"why": "导错月份"})
    assert not Spending.objects.exists()


def test_faulty_lines_stay_out_only_by_a_recorded_choice(place, enter):
    client = enter(place.finance)
    intake = ledger_of(client, place, GOOD, FAULTY)
    refused = client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"})
    assert refused.status_code == 422
    assert "阻断" in refused.content.decode()
    columns = intake.files[0]["outcome"]["columns"]
    said = {f"role-{role}": heading for role, heading in columns.items()}
    client.post(reverse("desk:ledger_again", args=[intake.pk]), {**said, "turn": "0", "leave_out": "1"})
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
        reverse("desk:ledger_again", args=[intake.pk]), {"turn": "0", "key-0": "P777", "match-0": str(foreign.pk)}
    )
    intake.refresh_from_db()
    assert intake.files[0]["said"]["matches"] == {}


def test_ledgers_need_the_power_to_import(place, enter):
    assert enter(place.clerk).get(reverse("desk:ledgers")).status_code == 403
    bad = enter(place.treasury).post(reverse("desk:ledgers"), {"file": SimpleUploadedFile("a.pdf", b"%PDF")})
    assert bad.status_code == 422
    none = enter(place.treasury).post(reverse("desk:ledgers"), {})
    assert "还没有选择" in none.content.decode()


# ---- waiting and stopping ------------------------------------------------------------------------------------------


def test_progress_is_told_and_ends_with_the_result(place, enter):
    client = enter(place.finance)
    intake = hand_in(client, piece(SELFEVAL), run=False)
    address = reverse("desk:intake_progress", args=[intake.pk])
    response = client.get(address)
    assert "已读 0 / 1 份" in response.content.decode()
    assert "HX-Refresh" not in response
    Intake.objects.filter(pk=intake.pk).update(beat=None)
    assert "接着办" in client.get(address).content.decode()
    assert client.post(reverse("desk:intake_go_on", args=[intake.pk])).status_code == 302
    read.func(intake.pk)
    assert client.get(address)["HX-Refresh"] == "true"


def test_why_a_file_was_refused_stays_with_it(place, enter):
    client = enter(place.finance)
    first, second = hand_in(client, piece(SELFEVAL)), None
    client.post(reverse("desk:import_confirm", args=[first.batches.get().pk]))
    Review.objects.update(state="confirmed")
    second = hand_in(client, piece(OLD))
    batch = second.batches.get()
    client.post(reverse("desk:import_confirm", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert "DR-41" in client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()


def test_a_file_left_out_can_come_back(place, enter):
    client = enter(place.finance)
    batch = hand_in(client, piece(SELFEVAL)).batches.get()
    client.post(reverse("desk:import_leave", args=[batch.pk]))
    client.post(reverse("desk:import_leave", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert client.post(reverse("desk:import_again", args=[batch.pk])).status_code == 302
    listed = client.get(reverse("desk:import_batches"), {"standing": "refused"}).content.decode()
    assert "未通过" in listed
    assert client.get(reverse("desk:import_original", args=[batch.pk])).content == SELFEVAL.read_bytes()


def test_what_was_created_makes_the_rest_ready(place, enter):
    client = enter(place.finance)
    other = PASS / "04_SE011_丽江式_元.xlsx"
    intake = hand_in(client, piece(other))
    batch = intake.batches.get()
    address = reverse("desk:import_file", args=[batch.pk])
    seen = client.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]
    create = {"seen": seen, "unit-0": "create", "subject-0": "create", "round-0": "", "then": "import"}
    assert client.post(address, create).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert Review.objects.get().dossier.unit.name == "永德县明朗中学"
    assert client.post(reverse("desk:intake_again", args=[intake.pk])).status_code == 302
