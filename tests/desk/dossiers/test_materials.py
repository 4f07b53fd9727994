"""佐证 on pages: handed in, seen beside the value, accepted or not, replaced,
withdrawn; whose it is and who may open it.
"""

import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.task_queue import outcome

pytestmark = [pytest.mark.db, pytest.mark.django_db]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x10\0\0\0\x10" + b"\x08\x02\0\0\0"


def pdf(name="验收单.pdf", more=b""):
    return SimpleUploadedFile(name, PDF + more)


def sheet(*rows, name="统计表.xlsx"):
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def place(small, settings, tmp_path):
    """The first dossier while its unit fills the self-evaluation; files go
    to a folder of the test's own.
    """
    settings.MEDIA_ROOT = tmp_path
    small.self_review.state = "filling"
    small.self_review.save()
    small.first = small.dossiers[0]
    small.rows = list(small.self_review.target.indicators.order_by("order"))
    return small


def add(client, place, *files, **more):
    data = {
        "files": list(files),
        "kind": "acceptance",
        "clean": "yes",
        "row": [place.rows[2].pk],
        **more,
    }
    return outcome(client, client.post(reverse("desk:material_add", args=[place.first.pk]), data))


def act(client, row, verb, **data):
    row.refresh_from_db()
    return client.post(
        reverse("desk:material_act", args=[row.pk, verb]), {"version": row.version, **data}
    )


def of(place, at=2):
    return place.rows[at].materials.order_by("pk")


@pytest.fixture
def handed(place, inside):
    origin = {"from": f"filling:{place.self_review.pk}", "dated": "2020-12-20", "note": "全部合格"}
    assert add(inside(place.clerk), place, pdf(), **origin).status_code == 302
    return of(place).get()


def test_a_unit_hands_in_for_the_actual_it_fills(handed, place):
    assert (handed.state, handed.side, handed.stage, handed.through_month) == (
        "unverified",
        "unit",
        "selfeval",
        12,
    )
    assert (handed.title, handed.kind, str(handed.dated), handed.by) == (
        "验收单",
        "acceptance",
        "2020-12-20",
        place.clerk,
    )


def test_many_files_at_once_each_a_proof(place, inside):
    picture = SimpleUploadedFile("现场.png", PNG)
    answer = add(
        inside(place.clerk), place, pdf(), picture, sheet(["里程", 126]), kind="other", title="不用"
    )
    assert answer.status_code == 302
    assert [row.title for row in of(place)] == ["验收单", "现场", "统计表"]


def test_the_reviewer_sees_it_beside_the_value_and_accepts(handed, place, inside):
    client = inside(place.officer)
    page = client.get(
        reverse("desk:materials", args=[place.first.pk]),
        {"row": place.rows[2].pk},
        headers={"HX-Request": "true"},
    )
    text = page.content.decode()
    assert "97.5%" in text
    assert "验收单" in text
    assert "<html" not in text
    before = place.re_review.proved
    assert act(client, handed, "judge", accepted="yes").status_code == 302
    place.self_review.refresh_from_db()
    place.re_review.refresh_from_db()
    assert place.self_review.proved > Decimal(0)
    assert place.re_review.proved == before  # confirmed: frozen


def test_not_accepting_needs_a_reason_the_unit_reads(handed, place, inside):
    client = inside(place.officer)
    assert act(client, handed, "judge", accepted="no").status_code == 409
    assert act(client, handed, "judge", accepted="no", why="没有盖章").status_code == 302
    text = (
        inside(place.clerk).get(reverse("desk:materials", args=[place.first.pk])).content.decode()
    )
    assert "没有盖章" in text
    assert "不采信" in text


def test_nobody_judges_their_own(handed, place, inside):
    assert act(inside(place.clerk), handed, "judge", accepted="yes").status_code == 403
    assert add(inside(place.officer), place, pdf("取证单.pdf", b"2")).status_code == 302
    own = of(place).last()
    assert own.side == "evaluator"
    assert act(inside(place.officer), own, "judge", accepted="yes").status_code == 403


def test_a_new_version_keeps_the_old_and_an_accepted_one_stays(handed, place, inside):
    client = inside(place.clerk)
    assert (
        act(client, handed, "replace", file=pdf("新.pdf", b"new"), clean="yes").status_code == 302
    )
    handed.refresh_from_db()
    assert (handed.state, handed.newer.state, handed.newer.kind) == (
        "replaced",
        "unverified",
        "acceptance",
    )
    assert of(place).count() == 2
    assert act(inside(place.officer), handed.newer, "judge", accepted="yes").status_code == 302
    client = inside(place.clerk)
    assert (
        act(client, handed.newer, "replace", file=pdf("三.pdf", b"3"), clean="yes").status_code
        == 409
    )
    assert act(client, handed.newer, "withdraw", why="不要了").status_code == 409


def test_withdrawn_with_a_reason_and_then_for_the_auditor_alone(handed, place, inside):
    from wenxiao.orgs.models import Grant, User

    client = inside(place.clerk)
    assert act(client, handed, "withdraw").status_code == 409
    assert act(client, handed, "withdraw", why="交错了").status_code == 302
    address = reverse("desk:material_file", args=[handed.pk])
    assert client.get(address).status_code == 403
    auditor = User.objects.create_user(
        "auditor", "Demo-pass-2021", name="审计", division=place.division
    )
    Grant.objects.create(user=auditor, role="auditor", division=place.division)
    assert inside(auditor).get(address).content.startswith(b"%PDF")
    assert "交错了" in [entry.why for entry in _trail(handed)]
    whole = add(inside(place.clerk), place, pdf("批复.pdf", b"whole"), row=[])
    assert whole.status_code == 302
    text = inside(auditor).get(reverse("desk:materials", args=[place.first.pk])).content.decode()
    assert "旧版和撤回的" in text
    assert "批复" in text


def _trail(row):
    from wenxiao.records.selectors import trail_of

    return list(trail_of(row))


def test_every_act_is_on_record(handed, place, inside):
    act(inside(place.officer), handed, "judge", accepted="no", why="缺章")
    act(inside(place.clerk), handed, "withdraw", why="重交")
    assert [entry.act for entry in _trail(handed)] == ["撤回佐证", "不采信佐证", "提交佐证"]


def test_a_foreign_unit_sees_and_does_nothing(handed, place, inside):
    place.clerk.grants.update(unit=place.units[1])
    client = inside(place.clerk)
    for name, pk in (("desk:materials", place.first.pk), ("desk:material_file", handed.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert add(client, place, pdf("乙.pdf", b"2")).status_code == 404
    assert act(client, handed, "withdraw", why="偷改").status_code == 404


def test_an_agency_works_on_what_it_was_assigned_and_files_for_nobody(handed, place, inside):
    from wenxiao.orgs.models import Grant, User

    agency = User.objects.create_user(
        "agency", "Demo-pass-2021", name="主评人", division=place.division
    )
    given = Grant.objects.create(
        user=agency, role="agency", division=place.division, by_subjects=True
    )
    client = inside(agency)
    assert client.get(reverse("desk:materials", args=[place.first.pk])).status_code == 404
    given.subjects.add(place.first.subject)
    assert client.get(reverse("desk:material_file", args=[handed.pk])).status_code == 200
    assert act(client, handed, "judge", accepted="yes").status_code == 302
    assert add(client, place, pdf("取证.pdf", b"own")).status_code == 302
    assert of(place).last().side == "evaluator"
    assert act(client, handed, "withdraw", why="不是自己的").status_code == 403


def test_a_restricted_object_is_absent(handed, place, inside):
    from wenxiao.orgs.models import Grant, User

    place.first.subject.restriction = "restricted"
    place.first.subject.save()
    office = User.objects.create_user(
        "office", "Demo-pass-2021", name="预算", division=place.division
    )
    Grant.objects.create(user=office, role="budget", division=place.division)
    for name, pk in (("desk:materials", place.first.pk), ("desk:material_file", handed.pk)):
        assert inside(office).get(reverse(name, args=[pk])).status_code == 404


def test_a_leader_only_looks(handed, place, inside):
    client = inside(place.leader)
    assert client.get(reverse("desk:material_file", args=[handed.pk])).status_code == 200
    assert add(client, place, pdf("领导.pdf", b"2")).status_code == 403
    assert act(client, handed, "judge", accepted="yes").status_code == 403


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (SimpleUploadedFile("假.pdf", b"MZ not a pdf"), "与扩展名不符"),
        (SimpleUploadedFile("程序.exe", b"MZ"), "不收 .exe"),
        (SimpleUploadedFile("验收单（机密）.pdf", PDF), "密级字样"),
        (
            SimpleUploadedFile("扫描.pdf", PDF + "机密★10年".encode("utf-16-be") + b"\n%%EOF"),
            "国家秘密标志",
        ),
        (SimpleUploadedFile("图.png", PDF), "内容与后缀"),
        (SimpleUploadedFile("半份.pdf", b"%PDF-1.4 cut"), "不完整"),
        (SimpleUploadedFile("改名.docx", PDF), "内容与后缀"),
    ],
)
def test_the_gate_keeps_out_and_one_bad_file_keeps_out_all(upload, said, place, inside):
    upload.seek(0)
    answer = add(inside(place.clerk), place, pdf(), upload)
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert not of(place).exists()


def test_a_marked_sheet_is_refused_and_personal_data_named(place, inside):
    client = inside(place.clerk)
    marked = add(client, place, sheet(["绝密★长期"], ["里程"]))
    assert (marked.status_code, "国家秘密标志" in marked.content.decode()) == (409, True)
    listed = sheet(["姓名", "身份证号"], ["示例", "110101199003078750"], ["示例", "13800138000"])
    sent = client.post(
        reverse("desk:material_add", args=[place.first.pk]),
        {"files": [listed], "kind": "statistics", "clean": "yes", "row": [place.rows[2].pk]},
    )
    answer = outcome(client, sent, follow=True)
    row = of(place).get()
    assert dict(row.personal) == {"手机号": 1, "身份证号": 1}
    assert "含手机号 1 处" in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"clean": ""},
        {"kind": "nonsense"},
        {"files": []},
        {"dated": "2029-01-01"},
        {"dated": "昨天"},
    ],
)
def test_what_is_missing_is_said_and_nothing_written(wrong, place, inside):
    data = {
        "files": [pdf()],
        "kind": "acceptance",
        "clean": "yes",
        "row": [place.rows[2].pk],
        **wrong,
    }
    assert (
        inside(place.clerk)
        .post(reverse("desk:material_add", args=[place.first.pk]), data)
        .status_code
        == 409
    )
    assert not of(place).exists()


def test_too_many_or_too_large_are_refused_by_the_rule(place, inside):
    files = [pdf(f"{at}.pdf", str(at).encode()) for at in range(21)]
    assert "一次最多交 20 份" in add(inside(place.clerk), place, *files).content.decode()
    place.division.rules = [
        {
            "rule": "materials",
            "from": "2020-01-01",
            "document": "本级通知",
            "clause": "",
            "content": {"largest_mb": "1"},
        }
    ]
    place.division.save()
    big = SimpleUploadedFile("大.pdf", PDF + b" " * (1 << 20) + b"%%EOF")
    assert "超过 1 MB" in add(inside(place.clerk), place, big).content.decode()


def test_the_same_bytes_twice_are_one(handed, place, inside):
    answer = add(inside(place.clerk), place, pdf("又一份.pdf"))
    assert (answer.status_code, "完全相同" in answer.content.decode()) == (409, True)


def test_the_same_bytes_for_a_further_row_serve_it_too_until_looked_at(handed, place, inside):
    client = inside(place.clerk)
    assert add(client, place, pdf(), row=[place.rows[3].pk]).status_code == 302
    assert [row.pk for row in of(place, 3)] == [handed.pk]
    act(inside(place.officer), handed, "judge", accepted="yes")
    assert add(inside(place.clerk), place, pdf(), row=[place.rows[4].pk]).status_code == 409


def test_a_stale_verdict_is_refused(handed, place, inside):
    client = inside(place.officer)
    address = reverse("desk:material_act", args=[handed.pk, "judge"])
    assert client.post(address, {"version": 1, "accepted": "no", "why": "缺章"}).status_code == 302
    assert client.post(address, {"version": 1, "accepted": "yes"}).status_code == 409
    handed.refresh_from_db()
    assert handed.state == "refused"


def test_pages_show_it_in_the_row_and_open_its_panel(handed, place, inside):
    client = inside(place.officer)
    filling = client.get(
        reverse("desk:filling", args=[place.self_review.pk]), {"proofs": place.rows[2].pk}
    )
    dossier = client.get(
        reverse("desk:dossier", args=[place.first.pk]), {"proofs": place.rows[2].pk}
    )
    for page in (filling, dossier):
        text = page.content.decode()
        assert "验收单" in text
        assert f"/materials/{handed.pk}/judge/do" in text
    assert (
        client.get(reverse("desk:dossier", args=[place.first.pk]), {"proofs": "999999"}).status_code
        == 200
    )


def test_old_versions_open_for_those_at_work_alone(handed, place, inside):
    act(inside(place.clerk), handed, "replace", file=pdf("新.pdf", b"new"), clean="yes")
    address = reverse("desk:material_file", args=[handed.pk])
    assert inside(place.clerk).get(address).status_code == 200
    assert inside(place.leader).get(address).status_code == 403


def test_a_row_of_another_object_is_not_taken(place, inside):
    other = place.dossiers[1]
    data = {"files": [pdf()], "kind": "acceptance", "clean": "yes", "row": [place.rows[2].pk]}
    address = reverse("desk:material_add", args=[other.pk])
    place.clerk.grants.update(unit=other.unit)
    assert inside(place.clerk).post(address, data).status_code == 302
    assert (
        other.materials.get().indicators.count() == 0
    )  # kept for the object as a whole, for no foreign row
    assert not of(place).exists()


def test_the_page_costs_the_same_for_one_and_for_many(place, inside, django_assert_max_num_queries):
    client = inside(place.officer)
    add(inside(place.clerk), place, pdf())
    client = inside(place.officer)
    address = reverse("desk:materials", args=[place.first.pk])
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as once:
        client.get(address)
    add(inside(place.clerk), place, *[pdf(f"{at}.pdf", str(at).encode()) for at in range(15)])
    client = inside(place.officer)
    client.get(address)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(once)


def test_the_auditors_package_holds_it(handed, place):
    from wenxiao.desk.dossiers.archive import package

    content, _ = package(place.first)
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert any(name.endswith("验收单.pdf") for name in zipped.namelist())
        tied = zipped.read("数据/佐证材料的证明的指标.csv").decode("utf-8-sig")
    assert f"{handed.pk},{place.rows[2].pk}" in tied
