"""The library through the pages: empty, filled, searched, proposed to
published, and offered while a target is filled in.
"""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.desk.targets.test_filing_pages import people  # noqa: F401 - a fixture
from tests.targets.test_filing import ROWS
from tests.task_queue import outcome

from wenxiao.targets.models import LibraryRow
from wenxiao.targets.services import approve_target, begin_target

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.journey]


def page(client, name, *args, **query):
    answer = client.get(reverse(f"desk:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def test_from_an_empty_library_to_a_row_in_the_grid(bureau, people):
    finance = people("finance")
    assert "指标库是空的" in page(finance, "library")
    assert finance.post(reverse("desk:library_fill")).status_code == 409
    draft = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    assert "指标库还是空的" in page(people("clerk"), "target_suggestions", draft.pk)
    draft.delete()
    approve_target(dossier=bureau.dossier, rows=ROWS, by=bureau.finance, why="批复")
    finance = people("finance")
    assert finance.post(reverse("desk:library_fill")).status_code == 302
    told = page(finance, "library")
    assert "指标库3 行" in told
    assert "用过" in told
    assert "培训人数" in page(finance, "library", q="pxrs")
    assert "没有符合条件" in page(finance, "library", level="成本指标")
    row = LibraryRow.objects.get(name="培训人数")
    assert "用过 1 次" in page(finance, "library_row", row.pk)


def test_a_row_is_proposed_confirmed_and_published_by_the_pages(bureau, people):
    clerk = people("clerk")
    assert "建议一个指标入库" in page(clerk, "library_new")
    posted = {"level1": "产出指标", "level2": "数量指标", "name": "清淤长度", "unit": "公里"}
    assert clerk.post(reverse("desk:library_new"), posted).status_code == 409
    assert clerk.post(reverse("desk:library_new"), {**posted, "why": "水利都用"}).status_code == 302
    row = LibraryRow.objects.get()

    def move(who, act, **more):
        row.refresh_from_db()
        where = reverse("desk:library_move", args=[row.pk, act])
        return people(who).post(where, {"version": row.version, **more}).status_code

    assert move("clerk", "confirm") == 403
    assert move("dept", "confirm") == 302
    assert move("dept", "publish") == 403
    assert move("finance", "publish") == 302
    assert move("finance", "common", why="人人都写") == 302
    assert move("finance", "nothing") == 404
    row.refresh_from_db()
    assert (row.state, row.boilerplate) == ("published", True)
    assert "提新版" in page(people("clerk"), "library_row", row.pk)
    assert "给“清淤长度”提新版" in page(people("clerk"), "library_new", of=row.pk)
    draft = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    offered = people("clerk").get(
        reverse("desk:target_suggestions", args=[draft.pk]), {"q": "清淤"}
    )
    assert 'data-name="清淤长度"' in offered.content.decode()


def test_a_file_is_brought_by_its_headings(bureau, people):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某市指标库"])
    sheet.append(["适用领域", "一级指标", "二级指标", "三级指标", "计算公式", "单位"])
    sheet.append(["水利", "产出指标", "数量指标", "清淤长度", "", "公里"])
    sheet.append(["水利", "", "", "新建泵站", "", "座"])
    kept = io.BytesIO()
    book.save(kept)
    finance = people("finance")
    upload = SimpleUploadedFile("库.xlsx", kept.getvalue())
    sent = finance.post(reverse("desk:library_import"), {"file": upload})
    assert not LibraryRow.objects.exists(), "no web process reads a file"
    assert "指标库导入 2 行" in outcome(finance, sent, follow=True).content.decode()
    rows = LibraryRow.objects.order_by("pk").values_list(
        "level2", "name", "unit", "field", "source"
    )
    assert list(rows) == [
        ("数量指标", "清淤长度", "公里", "水利", "库.xlsx"),
        ("数量指标", "新建泵站", "座", "水利", "库.xlsx"),
    ]
    strange = openpyxl.Workbook()
    strange.active.append(["甲", "乙"])
    kept = io.BytesIO()
    strange.save(kept)
    upload = SimpleUploadedFile("别的.xlsx", kept.getvalue())
    refused = outcome(finance, finance.post(reverse("desk:library_import"), {"file": upload}))
    assert refused.status_code == 409
    assert "没有找到表头" in refused.content.decode()
    other = SimpleUploadedFile("库.csv", b"1,2")
    refused = finance.post(reverse("desk:library_import"), {"file": other})
    assert (refused.status_code, ".xlsx" in refused.content.decode()) == (409, True)
    assert people("clerk").post(reverse("desk:library_import")).status_code == 403
