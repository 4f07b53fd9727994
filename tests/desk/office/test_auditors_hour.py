"""An officer's scene: an auditor's hour through a merger of units, from originals, versions and
changes by hand to one score redone with a calculator, by pages alone.
"""

import csv
import hashlib
import io
import re
import zipfile
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document as Word

from wenxiao.budget.models import Dossier
from wenxiao.evidence.models import Actual
from wenxiao.orgs.models import Grant, Role, Unit, User
from wenxiao.records.models import Entry
from wenxiao.records.services import store_file
from wenxiao.reviews.models import Mark
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WHY = "与验收单核对后更正"


def flat(answer):
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())))


def inside(small, name, role, **limits):
    user = User.objects.create_user(name, "Chang-e_2021!", name=name, division=small.division)
    Grant.objects.create(user=user, role=role, division=small.division, **limits)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def changed(small):
    """A dossier with an original, two versions of its target and one value changed by hand, whose
    unit has since gone into another.
    """
    first = small.dossiers[0]
    review = small.self_review
    review.file = store_file(
        division=small.division, by=None, name="自评表.xlsx", content=b"as received"
    )
    review.state = "filling"
    review.save()
    Target.objects.create(dossier=first, number=1, state="replaced", synthetic=True)
    clerk = Client()
    clerk.force_login(small.clerk)
    mark = Mark.objects.get(review=review, indicator__name="优良路率")
    held = Actual.objects.get(indicator=mark.indicator, stage="selfeval")
    form = {"value": "89.1%", "why": WHY, "version": held.version}
    answer = clerk.post(f"/marks/{mark.pk}/value", form)
    assert answer.status_code == 302
    system = inside(small, "系统管理员某", Role.SYSTEM)
    one, two = small.units[:2]
    merged = {"into": two.name, "on": "2022-01-01", "why": "机构改革"}
    assert system.post(f"/people/units/{one.pk}/merge", merged).status_code == 302
    return first


@pytest.fixture
def auditor(small):
    until = timezone.now() + timedelta(days=30)
    return inside(small, "审计组某", Role.AUDITOR, until=until)


def of(package, table):
    return list(csv.DictReader(io.StringIO(package.read(f"数据/{table}.csv").decode("utf-8-sig"))))


def test_an_auditor_s_hour_through_a_merger(small, changed, auditor):
    old = Unit.objects.get(pk=small.units[0].pk)
    assert old.successor == small.units[1]

    # By the old name the dossier is found, on its page stands what was and who changed it.
    assert f"/dossiers/{changed.pk}" in auditor.get(f"/search?q={old.name}").content.decode() or (
        changed.subject.name in flat(auditor.get(f"/trail/packages?q={old.name}"))
    )
    page = flat(auditor.get(f"/dossiers/{changed.pk}"))
    assert changed.subject.name in page
    trail = flat(auditor.get("/trail"))
    for word in (WHY, "示例经办", "单位合并", "机构改革"):
        assert word in trail, word

    # One score by hand: the sum beside the mark comes out as printed.
    mark = Mark.objects.get(review=small.self_review, indicator__name="优良路率")
    why = flat(auditor.get(f"/marks/{mark.pk}/why"))
    weight, reached, target = re.search(r"([\d.]+) × ([\d.]+)%? ÷ ([\d.]+)%?", why).groups()
    by_hand = Decimal(weight) * Decimal(reached) / Decimal(target)
    assert by_hand.quantize(Decimal("0.01"), ROUND_HALF_UP) == mark.points == Decimal("14.85")

    # Everything taken along: the original, each version, the change, the rules then in force.
    answer = auditor.post(f"/trail/packages/{changed.pk}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        original = next(name for name in package.namelist() if name.endswith("自评表.xlsx"))
        assert package.read(original) == b"as received"
        assert len(of(package, "绩效目标")) == 2
        assert any(
            WHY in name or WHY in package.read(name).decode("utf-8-sig", "replace")
            for name in package.namelist()
            if name.startswith("留痕/")
        )
        rules = package.read("规则/评价等级分值区间.txt").decode()
        assert "优 | 90 | 100" in rules
        units = package.read("说明.txt").decode()
        assert changed.subject.name in units


def test_a_score_sheet_is_redone_with_a_calculator(small, auditor):
    """打分说明书: its sums are sums of the rows printed above them."""
    answer = auditor.get(f"/reviews/{small.evaluation.pk}/scoring.docx")
    assert answer.status_code == 200
    document = Word(io.BytesIO(answer.content))
    texts = [one.text for one in document.paragraphs]
    rows = [
        [cell.text for cell in row.cells] for table in document.tables for row in table.rows[1:]
    ]
    points = sum(Decimal(row[2]) for row in rows if re.fullmatch(r"[\d.]+", row[2]))
    sums = [one for one in texts if "小计 = " in one]
    assert len(sums) == 4
    for text in sums:
        terms, total = text.split("小计 = ")[1].rsplit(" = ", 1)
        assert sum(map(Decimal, terms.split(" + "))) == Decimal(total)
    total = next(one for one in texts if "分，等级：" in one)
    said = Decimal(re.search(r"= ([\d.]+) 分", total).group(1))
    assert said == points == small.evaluation.points


def test_an_auditor_changes_nothing_and_is_out_when_the_time_is_over(small, changed, auditor):
    assert auditor.post(f"/reviews/{small.evaluation.pk}/reopen/do", {"why": "x"}).status_code in {
        403,
        404,
    }
    Grant.objects.filter(role=Role.AUDITOR).update(until=timezone.now() - timedelta(minutes=1))
    assert auditor.get(f"/dossiers/{changed.pk}").status_code in {302, 403, 404}
    assert auditor.post(f"/trail/packages/{changed.pk}.zip").status_code in {302, 403, 404}


def test_a_whole_scope_is_taken_out_at_once(small, auditor):
    """By unit and year: one package each, listed with digests, on record; never more than asked."""
    page = flat(auditor.get("/trail/packages?q=示例单位乙&fy=2020"))
    wanted = Dossier.objects.filter(unit__name="示例单位乙", fiscal_year=2020)
    assert f"导出找到的 {wanted.count()} 个档案" in page
    answer = auditor.post("/trail/packages/scope.zip", {"q": "示例单位乙", "fy": "2020"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as outer:
        lines = list(csv.DictReader(io.StringIO(outer.read("清单.csv").decode("utf-8-sig"))))
        assert {line["项目代码"] for line in lines} == set(
            wanted.values_list("subject__code", flat=True)
        )
        for line in lines:
            content = outer.read(line["文件"])
            assert hashlib.sha256(content).hexdigest() == line["SHA-256"]
            assert "说明.txt" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    entry = Entry.objects.get(act="导出档案材料")
    assert entry.data["count"] == wanted.count()


@pytest.mark.parametrize(
    ("asked", "said"), [({}, "请先写明范围"), ({"q": "没有这个单位"}, "没有您看得到的档案")]
)
def test_no_scope_or_an_empty_one_is_said(small, auditor, asked, said):
    answer = auditor.post("/trail/packages/scope.zip", asked)
    assert answer.status_code == 409
    assert said in answer.content.decode()


def test_a_scope_too_wide_is_sent_elsewhere(small, auditor, monkeypatch):
    monkeypatch.setattr("wenxiao.desk.office.inspection.MOST", 1)
    answer = auditor.post("/trail/packages/scope.zip", {"fy": "2020"})
    assert answer.status_code == 409
    assert "wenxiao takeaway" in answer.content.decode()
