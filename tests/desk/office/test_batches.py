"""Contacts and offices of many units, one role over many units, more time
for many items: each told alone.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.desk.accounts import account

from wenxiao.budget.models import Dossier, Subject
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.models import CatalogueItem, Finding, Rectification
from wenxiao.orgs.models import Grant, Role, Unit
from wenxiao.orgs.services import grant
from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def section(small):
    made = Unit.objects.create(
        division=small.division, code="F01", name="教科文科", kind=Unit.Kind.FINANCE
    )
    made.path = f"/{made.pk}/"
    made.save()
    return made


def test_contacts_and_offices_of_many_units_from_table_and_paste(inside, small, section):
    client = inside(account(small, "xitong", Role.SYSTEM))
    one, two, three, _ = small.units
    assert "教科文科" in client.get("/people/units/contacts").content.decode()
    answer = client.post(
        "/people/units/contacts",
        {
            "why": "各单位报来的名单",
            "unit": [f"{one.pk}:{one.version}"],
            f"contact{one.pk}": "张三",
            f"phone{one.pk}": "0791-1",
            f"office{one.pk}": "教科文科",
            "pasted": f"{two.code}\t李四\t\t教科文科\n没有的单位\t王五\n{three.name}\t赵六\t\t{one.name}",
        },
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "办成 2 项" in text
    assert "“没有的单位”不在单位名单中" in text
    assert f"“{one.name}”不是财政科室" in text
    rows = {row.pk: row for row in Unit.objects.all()}
    assert (rows[one.pk].contact, rows[one.pk].phone, rows[one.pk].office) == (
        "张三",
        "0791-1",
        section,
    )
    assert (rows[two.pk].contact, rows[two.pk].office) == ("李四", section)
    assert rows[three.pk].contact == three.contact
    assert Entry.objects.filter(act="修改单位", why="各单位报来的名单").count() == 2


def test_the_bureaus_own_unit_is_asked_for_no_contact(inside, small, section):
    """It owes no form, so nobody rings it up: neither listed nor counted."""
    own = section.__class__.objects.create(
        division=small.division, code="999", name=small.division.bureau, kind="department"
    )
    client = inside(account(small, "xitong", Role.SYSTEM))
    page = client.get("/people/units/contacts").content.decode()
    assert f'value="{own.pk}:' not in page
    assert f'value="{small.units[0].pk}:' in page
    asked = Unit.objects.filter(contact="").exclude(kind="finance").exclude(pk=own.pk).count()
    listed = client.get("/people").content.decode()
    assert (f"{asked} 个没有登记联系人" in listed) == bool(asked)


def test_without_a_reason_no_unit_is_changed(inside, small):
    client, one = inside(account(small, "xitong", Role.SYSTEM)), small.units[0]
    answer = client.post("/people/units/contacts", {"pasted": f"{one.code}\t张三"})
    assert answer.status_code == 409
    assert Unit.objects.get(pk=one.pk).contact == one.contact


def test_a_role_over_many_units_and_over_the_units_a_section_serves(inside, small, section):
    one, two, three, _ = small.units
    Unit.objects.filter(pk=two.pk).update(office=section)
    for unit in (one, two, three):
        subject = Subject.objects.create(
            division=small.division, unit=unit, code=f"G{unit.pk}", name=f"项目{unit.pk}"
        )
        Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2031)
    head, officer = account(small, "liu"), account(small, "kezhang")
    client = inside(account(small, "anquan", Role.SECURITY))
    assert "教科文科：对口 1 个单位" in client.get("/people/grants/batch").content.decode()
    answer = client.post(
        "/people/grants/batch",
        {
            "role": Role.HEAD,
            "people": "liu nobody",
            "units": f"{one.code}\n{three.name}\n错的单位",
            "why": "任职文件〔2021〕1号",
        },
    )
    text = answer.content.decode()
    assert "办成 2 项" in text
    assert "没有账号“nobody”" in text
    assert "“错的单位”不在单位名单中" in text
    assert set(Grant.objects.filter(user=head).values_list("unit", flat=True)) == {one.pk, three.pk}
    assert Entry.objects.filter(act="授权", label__startswith="liu").count() == 2
    sent = {"role": Role.OFFICE, "people": "kezhang", "units": "教科文科", "why": "分工文件"}
    assert client.post("/people/grants/batch", sent).status_code == 200
    seen = dossiers_visible_to(officer).filter(fiscal_year=2031)
    assert [row.unit for row in seen] == [two]  # exactly those the section serves


def test_the_whole_division_must_be_ticked_and_nobody_grants_to_themselves(inside, small):
    account(small, "liu")
    client = inside(account(small, "anquan", Role.SECURITY))
    sent = {"role": Role.HEAD, "people": "liu anquan", "why": "依据"}
    refused = client.post("/people/grants/batch", sent)
    assert refused.status_code == 409
    assert "请填写单位范围" in refused.content.decode()
    answer = client.post("/people/grants/batch", {**sent, "whole": "1"}).content.decode()
    assert "不能给自己授权" in answer
    assert Grant.objects.filter(user__username="liu").get().unit is None
    assert Grant.objects.filter(user__username="anquan").count() == 1


def test_no_batch_makes_two_administrators_of_one_person_or_of_an_officer(inside, small):
    """Also where a grant has not begun yet, or the same person stands in the list twice."""
    audit, liu = account(small, "shenji", Role.AUDIT), account(small, "liu", Role.OFFICE)
    later = account(small, "houren")
    grant(
        user=later,
        role=Role.SYSTEM,
        division=small.division,
        by=None,
        since=timezone.now() + timedelta(days=9),
    )
    client = inside(account(small, "anquan", Role.SECURITY))
    people = "shenji liu houren shenji anquan xinren"
    fresh = account(small, "xinren")
    for role in (Role.SECURITY, Role.SYSTEM):
        sent = {"role": role, "people": people, "whole": "1", "why": "依据"}
        answer = client.post("/people/grants/batch", sent).content.decode()
        assert "互不兼任" in answer
    for user, role in (
        (audit, Role.AUDIT),
        (liu, Role.OFFICE),
        (later, Role.SYSTEM),
        (fresh, Role.SECURITY),
    ):
        assert {one.role for one in Grant.objects.filter(user=user)} == {role}
    assert Grant.objects.filter(user__username="anquan").count() == 1


def test_more_time_for_many_rectifications_each_told_alone(inside, small):
    item = CatalogueItem.objects.create(
        division=small.division, code="ZX-90", category="预算执行", text="执行慢", order=1
    )
    made = []
    for at, state in enumerate(("ordered", "ordered", "closed")):
        finding = Finding.objects.create(
            dossier=small.dossiers[at], item=item, text=f"问题{at}", state="confirmed"
        )
        made.append(
            Rectification.objects.create(
                finding=finding,
                unit=small.dossiers[at].unit,
                deadline=date(2021, 12, 1),
                state=state,
            )
        )
    client = inside(small.officer)
    text = client.get(f"/rectifications?year={small.dossiers[0].fiscal_year}").content.decode()
    assert "延期所选" in text
    sent = {
        "act": "extend",
        "to": "2022-01-31",
        "why": "春节前资金到位",
        "tick": [f"{row.pk}:{row.version}" for row in made],
    }
    told = client.post("/rectifications/batch", sent).content.decode()
    assert "办成 2 项" in told
    assert "已销号的整改不能延期" in told
    due = [Rectification.objects.get(pk=row.pk).extended_to for row in made]
    assert due == [date(2022, 1, 31), date(2022, 1, 31), None]
    assert Entry.objects.filter(act="整改延期", why="春节前资金到位").count() == 2
    assert inside(small.clerk).post("/rectifications/batch", sent).status_code == 403
