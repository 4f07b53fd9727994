"""The document library: papers through the gate, handed back by id alone."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from wenxiao.orgs.services.library import add_document
from wenxiao.records.models import Document, Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def upload(content=PDF, name="办法.pdf"):
    return SimpleUploadedFile(name, content)


def form(**more):
    return {"kind": "measures", "title": "示例区绩效评价办法", "number": "示财〔2021〕1号", **more}


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


def test_a_paper_comes_in_and_goes_out_as_it_came(officer, small):
    response = officer.post("/documents/add", form(file=upload(), issued_on="2021-01-05"))
    row = Document.objects.get()
    assert response["Location"] == f"/documents/{row.pk}"
    got = officer.get(f"/documents/{row.pk}/file")
    assert (got.content, got["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert got["Content-Disposition"].startswith("attachment")
    assert got["Content-Type"] == "application/pdf"
    assert row.issued_on == date(2021, 1, 5)
    assert officer.post("/documents/add", form()).status_code == 409


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"%PDF-1.4 cut off", "半份.pdf", "不完整"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript >>"), "脚本.pdf", "脚本"),
        (b"<html><script>1</script></html>", "网页.pdf", "没有收下"),
        (b"MZ\x90\x00", "程序.exe", "没有收下"),
        (b"", "空.pdf", "没有收下"),
        (PDF, "机密文件.pdf", "涉密"),
    ],
)
def test_what_is_no_paper_stays_out(officer, content, name, said):
    response = officer.post("/documents/add", form(file=upload(content, name)))
    assert response.status_code == 409
    assert said in response.content.decode()
    assert not Document.objects.exists()


def test_another_division_s_paper_is_not_there(officer, small):
    from wenxiao.orgs.models import Division

    other = Division.objects.create(code="888000", name="另一区", bureau="另一区财政局")
    row = add_document(division=other, kind="notice", title="别区通知", by=None)
    for address in (f"/documents/{row.pk}", f"/documents/{row.pk}/file"):
        assert officer.get(address).status_code == 404
    assert officer.post(f"/documents/{row.pk}/edit", form(why="x")).status_code == 404


def test_editing_keeps_before_and_after_and_refuses_the_overtaken(officer, small):
    row = add_document(division=small.division, kind="notice", title="旧名", by=None)
    seen = {"seen_title": "旧名", "seen_number": "", "why": "名称有误"}
    assert officer.post(f"/documents/{row.pk}/edit", form(title="新名", **seen)).status_code == 302
    again = officer.post(f"/documents/{row.pk}/edit", form(title="再改", **seen))
    assert again.status_code == 409
    assert "再改" in again.content.decode()
    assert "新名" in again.content.decode()
    entry = Entry.objects.get(act="修改文件信息")
    assert (entry.data["before"]["title"], entry.data["after"]["title"]) == ("旧名", "新名")


def test_what_cites_a_paper_is_listed(officer, small):
    row = add_document(
        division=small.division, kind="notice", title="通知", by=None, number="财预〔2020〕10号"
    )
    small.selfeval.basis = row
    small.selfeval.save()
    text = officer.get(f"/documents/{row.pk}").content.decode()
    assert small.selfeval.name in text
    assert "评价等级分值区间" in text


def test_reading_needs_no_power_to_edit(small, inside):
    client = inside(small.clerk)
    text = client.get("/documents").content.decode()
    assert "登记文件" not in text
    assert client.post("/documents/add", form()).status_code == 403


def test_the_library_costs_the_same_for_one_and_for_fifty(
    officer, small, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 49):
        for number in range(more):
            add_document(
                division=small.division, kind="notice", title=f"通知{more}-{number}", by=None
            )
        with CaptureQueriesContext(connection) as told:
            officer.get("/documents")
        counts.append(len(told))
    assert counts[0] == counts[1]
