"""类型事项 out as a workbook, filled in, and in again by the page and by the command's road; printed in
the reports, undone with the batch.
"""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.budget.kind_facts import printed_facts
from wenxiao.budget.models import KindFact, Subject
from wenxiao.intake.tasks import ledger
from wenxiao.intake.unattended import take
from wenxiao.records.models import Entry, ImportBatch

pytestmark = [pytest.mark.db, pytest.mark.django_db]
VALUES = {
    "下达文号": "财预〔2022〕1号",
    "下达日期": "2022-03-01",
    "下达金额": "100",
    "分配日期": "2022-04-01",
}


@pytest.fixture
def book(bureau, client):
    """The template of a transfer, as the page gives it."""
    Subject.objects.filter(pk=bureau.subject.pk).update(kind="transfer")
    bureau.finance.must_change_password = False
    bureau.finance.save()
    client.force_login(bureau.finance)
    year = bureau.dossier.fiscal_year
    answer = client.get(reverse("desk:kind_facts_book"), {"fy": year, "kind": "transfer"})
    assert answer.status_code == 200
    one = client.get(reverse("desk:kind_facts_file", args=[bureau.dossier.pk]))
    assert facts_in(one.content) == facts_in(answer.content)
    return answer.content


def sheet_of(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    head = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "事项")
    places = {cell.value: cell.column for cell in sheet[head]}
    return book, sheet, head, places


def facts_in(content):
    _, sheet, head, places = sheet_of(content)
    return [sheet.cell(row, places["事项"]).value for row in range(head + 1, sheet.max_row + 1)]


def filled(content, values):
    book, sheet, head, places = sheet_of(content)
    for row in range(head + 1, sheet.max_row + 1):
        name = sheet.cell(row, places["事项"]).value
        if name in values:
            sheet.cell(row, places["内容"]).value = values[name]
            sheet.cell(row, places["依据"]).value = "下达文件"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_filled_book_comes_back_through_the_page_and_is_undone(book, bureau, client):
    upload = SimpleUploadedFile("类型事项.xlsx", filled(book, VALUES))
    answer = client.post(
        reverse("desk:ledgers"), {"file": upload, "kind": "kind_facts", "token": "t1"}
    )
    intake = int(answer["Location"].rstrip("/").split("/")[-1])
    ledger.func(intake, bureau.finance.pk)
    page = client.get(reverse("desk:ledger", args=[intake])).content.decode()
    assert "类型事项" in page
    client.post(reverse("desk:ledger_import", args=[intake]), {"turn": "0"})
    ledger.func(intake, bureau.finance.pk)
    stored = dict(KindFact.objects.values_list("name", "value"))
    assert stored == {**VALUES, "下达金额": "1000000"}
    assert Entry.objects.get(act="登记类型事项").why == "下达文件"
    lines, faults = printed_facts(type(bureau.dossier).objects.get())
    assert ("下达", "下达金额", "100万元") in lines
    assert ("分配", "已分配到项目金额", "没有登记") in lines
    assert not faults
    batch = ImportBatch.objects.get(kind="kind_facts")
    client.post(reverse("desk:import_undo", args=[batch.pk]), {"why": "导错了"})
    assert not KindFact.objects.exists()


def test_by_the_command_a_changed_fact_is_shown_first_and_a_wrong_one_stops_all(
    book, bureau, tmp_path
):
    path = tmp_path / "事项.xlsx"
    path.write_bytes(filled(book, VALUES))
    asked = {"division": bureau.division, "by": bureau.finance}
    first = take(path, **asked)
    assert (first["kind"], first["stored"], first["accepted"]) == ("kind_facts", True, 4)
    assert first["difference"]["new"] == 4
    path.write_bytes(filled(book, {"下达金额": "90"}))
    seen = take(path, **asked, kind="kind_facts", dry_run=True)
    assert seen["difference"]["changes"][0]["before"] == "1000000"
    assert KindFact.objects.get(name="下达金额").value == "1000000"
    assert take(path, **asked)["stored"]
    assert KindFact.objects.get(name="下达金额").value == "900000"
    path.write_bytes(filled(book, {"下达金额": "一百", "下达日期": "2022-03-05"}))
    wrong = take(path, **asked)
    assert not wrong["stored"]
    assert [one["code"] for one in wrong["problems"] if one["level"] == "阻断"] == ["DR-99"]
    assert "下达金额应填万元数" in wrong["problems"][0]["text"]
    assert KindFact.objects.get(name="下达日期").value == "2022-03-01"


def test_a_fact_of_another_kind_is_named(book, bureau, tmp_path):
    content = filled(book, VALUES)
    Subject.objects.filter(pk=bureau.subject.pk).update(kind="ppp")
    path = tmp_path / "事项.xlsx"
    path.write_bytes(content)
    answer = take(path, division=bureau.division, by=bureau.finance)
    assert not answer["stored"]
    assert "没有“下达文号”这个事项" in answer["problems"][0]["text"]
    assert "总投资" in answer["problems"][0]["mend"]
