"""移送材料: one package of the serious ones with papers, proofs, trail and
digests; restricted ones are nobody else's.
"""

import csv
import hashlib
import io
import json
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


@pytest.fixture
def serious(small, inside, settings, tmp_path):
    """Two serious findings under mending, one of them answered with a proof."""
    settings.MEDIA_ROOT = tmp_path
    client, made = inside(small.officer), []
    for dossier in small.dossiers[:2]:
        finding = dossier.findings.get(state="confirmed")
        finding.severity = "serious"
        finding.save()
        data = {
            "number": "1号",
            "on": "2021-11-10",
            "due": "2021-12-10",
            "told": "0",
            "finding": [finding.pk],
        }
        client.post(reverse("desk:feedback_send", args=[finding.review_id]), data)
        finding.refresh_from_db()
        made.append(finding.rectification)
    data = {"version": 1, "reply": "已改", "proof": SimpleUploadedFile("办法.pdf", PDF)}
    answer = inside(small.clerk).post(
        reverse("desk:rectification_act", args=[made[0].pk, "reply"]), data
    )
    assert answer.status_code == 302
    return made


def pack(client, *items):
    return client.post(f"{reverse('desk:handover_package')}?year=2021", {"item": items})


def opened(answer):
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_package_holds_list_papers_proofs_trail_and_digests(serious, small, inside):
    zipped = opened(pack(inside(small.officer)))
    names = zipped.namelist()
    folders = sorted({name.split("/")[0] for name in names if name[:2].isdigit() and "/" in name})
    assert len(folders) == 2
    assert all(
        f"{folder}/问题情况.docx" in names and f"{folder}/留痕/留痕.csv" in names
        for folder in folders
    )
    proof = next(name for name in names if name.endswith("办法.pdf"))
    assert zipped.read(proof) == PDF
    book = openpyxl.load_workbook(io.BytesIO(zipped.read("2021年移送清单.xlsx"))).active
    assert sum(row[4] == "严重" for row in book.iter_rows(values_only=True)) == 2
    lines = zipped.read("校验清单.sha256").decode().splitlines()
    told = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert set(told) == set(names) - {"校验清单.sha256"}
    assert all(
        hashlib.sha256(zipped.read(name)).hexdigest() == digest for name, digest in told.items()
    )
    assert "示例科员" in zipped.read("说明.txt").decode()


def test_standing_proofs_go_with_it_and_the_trail_verifies(serious, small, inside):
    from wenxiao.records.chain import link

    address = reverse("desk:material_add", args=[small.dossiers[0].pk])
    upload = SimpleUploadedFile("合同.pdf", PDF + b"2")
    inside(small.clerk).post(address, {"files": [upload], "kind": "contract", "clean": "yes"})
    zipped = opened(pack(inside(small.officer), serious[0].pk))
    listed = next(name for name in zipped.namelist() if name.endswith("佐证/清单.csv"))
    rows = list(csv.reader(io.StringIO(zipped.read(listed).decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["整改佐证", "单位佐证"]
    trail = next(name for name in zipped.namelist() if name.endswith("留痕.json"))
    entries = json.loads(zipped.read(trail))["entries"]
    assert {"下达整改", "报整改结果"} <= {entry["act"] for entry in entries}
    assert all(entry["hash"] == link(entry["previous"], entry) for entry in entries)


def test_who_packed_is_on_record_with_the_digest(serious, small, inside):
    answer = pack(inside(small.officer), serious[1].pk)
    entry = Entry.objects.get(act="打包移送材料")
    assert entry.by == small.officer
    assert entry.data["items"] == [serious[1].pk]
    assert entry.data["digest"] == hashlib.sha256(b"".join(answer.streaming_content)).hexdigest()


def test_a_restricted_object_is_packed_by_those_who_see_it_alone(serious, small, inside):
    from wenxiao.orgs.models import Grant, User

    subject = small.dossiers[0].subject
    subject.restriction = "restricted"
    subject.save()
    user = User.objects.create_user("yewu", "Demo-pass-2021", name="业务", division=small.division)
    Grant.objects.create(user=user, role="office", division=small.division)
    refused = pack(inside(user), serious[0].pk, serious[1].pk)
    assert refused.status_code == 302
    assert not Entry.objects.filter(act="打包移送材料").exists()
    names = opened(pack(inside(user))).namelist()
    assert not any(name.startswith("02_") for name in names)
    assert (
        len(
            {
                name.split("/")[0]
                for name in opened(pack(inside(small.officer))).namelist()
                if name[:2].isdigit()
            }
        )
        >= 2
    )


def test_the_unit_packs_nothing_and_an_empty_list_says_so(serious, small, inside):
    assert pack(inside(small.clerk), serious[0].pk).status_code == 403
    answer = inside(small.officer).post(
        f"{reverse('desk:handover_package')}?year=2015", follow=True
    )
    assert "移送清单是空的" in answer.content.decode()


def test_too_much_is_handed_over_in_parts(serious, small, inside, monkeypatch):
    monkeypatch.setattr("wenxiao.desk.rectifications.handover.LARGEST", 1000)
    answer = inside(small.officer).post(
        f"{reverse('desk:handover_package')}?year=2021", follow=True
    )
    assert "分几个包移送" in answer.content.decode()


def test_a_file_missing_from_the_store_is_named_and_the_rest_goes(
    serious, small, inside, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    zipped = opened(pack(inside(small.officer)))
    listed = next(name for name in zipped.namelist() if name.endswith("佐证/清单.csv"))
    assert "不在存放位置" in zipped.read(listed).decode("utf-8-sig")
