"""更正公开稿: closed after signing it can't be read, a new issue leaves the object out, holders are
told.
"""

from datetime import date

import pytest
from django.db import connection
from plants import once

from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user, grant
from wenxiao.reports import hand_in, public_issue, services
from wenxiao.reports.models import PublicHolder
from wenxiao.store.clock import today
from wenxiao.store.fields import ends_of
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DAY = date(2021, 12, 5)


@once
def signed(year, writer, leader):
    draft = services.save_draft(division=year.division, work_year=2021, by=writer)
    handed = hand_in.hand_in_report(draft=draft, by=writer)
    return services.sign_report(
        draft=handed, issue_number=3, signer="张局长", signed_on=DAY, by=leader
    )


@pytest.fixture(params=["restricted", "internal"])
def closed(request, year, signed):
    """A project named in the signed public text is closed afterwards."""
    subject = year.projects[0].dossier.subject
    subject.restriction = request.param
    subject.save()
    return subject


def corrected_by(signed, by, **more):
    values = {"issue_number": 4, "signer": "李局长", "signed_on": today(), "why": "对象不予公开"}
    return public_issue.correct_public(signed=signed, by=by, **{**values, **more})


def test_the_new_public_issue_leaves_it_out_and_the_internal_one_stays(signed, closed, leader):
    with pytest.raises(NotAllowed, match="不能再看"):
        services.signed_report(signed, "public")
    before = services.signed_report(signed, "internal").text
    corrected = corrected_by(signed, leader)
    public = services.signed_report(corrected, "public")
    assert closed.name not in public.text
    assert "第4期" in public.issue.text
    assert closed.name in before
    assert services.signed_report(corrected, "internal").text == before
    assert corrected.document == signed.document
    assert services.is_intact(corrected)
    assert services.is_intact(signed)
    data = services.signed_file(corrected, "summary.xlsx", "public")
    assert data != services.signed_file(corrected, "summary.xlsx", "internal")
    with pytest.raises(NotAllowed, match="已经更正过"):
        corrected_by(signed, leader, issue_number=5)


def test_nothing_closed_needs_no_correction(signed, leader):
    with pytest.raises(NotAllowed, match="不必更正公开稿"):
        corrected_by(signed, leader)


def test_who_wrote_it_or_no_leader_corrects_nothing(year, signed, closed, writer, leader):
    with pytest.raises(Refused):
        corrected_by(signed, writer)
    grant(user=writer, role="leader", division=year.division, by=None)
    with pytest.raises(Refused):
        corrected_by(signed, writer)
    for wrong, said in (
        ({"issue_number": 3}, "期号"),
        ({"why": " "}, "更正原因"),
        ({"signed_on": date(2021, 1, 1)}, "早于"),
    ):
        with pytest.raises(NotAllowed, match=said):
            corrected_by(signed, leader, **wrong)


def test_each_holder_is_told_once_after_the_correction(year, signed, writer, leader):
    holder = public_issue.enter_holder(
        signed=signed, name="区档案馆", contact="13800138000", given_on=today(), by=writer
    )
    with pytest.raises(NotAllowed, match="不必告知"):
        public_issue.tell_holder(holder=holder, on=today(), how="电话", by=writer)
    subject = year.projects[0].dossier.subject
    subject.restriction = "internal"
    subject.save()
    with pytest.raises(NotAllowed, match="不能再送"):
        public_issue.enter_holder(
            signed=signed, name="区图书馆", contact="", given_on=today(), by=writer
        )
    with pytest.raises(NotAllowed, match="请签发后再告知"):
        public_issue.tell_holder(holder=holder, on=today(), how="电话", by=writer)
    corrected_by(signed, leader)
    told = public_issue.tell_holder(holder=holder, on=today(), how="电话", by=writer)
    assert (told.told_on, told.told_how) == (today(), "电话")
    with pytest.raises(NotAllowed, match="已经告知过"):
        public_issue.tell_holder(holder=holder, on=today(), how="电话", by=writer)


def test_how_to_reach_a_holder_is_sealed_and_shown_masked(signed, writer):
    row = public_issue.enter_holder(
        signed=signed, name="区档案馆", contact="13800138000", given_on=today(), by=writer
    )
    assert PublicHolder.objects.get(pk=row.pk).contact == "13800138000"
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM reports_publicholder")
        assert "13800138000" not in cursor.fetchone()[0]
        cursor.execute("SELECT data FROM records_entry")
        assert not [row for (row,) in cursor.fetchall() if "13800138000" in str(row)]
    assert ends_of("13800138000") == "138…00"


def test_the_same_holder_twice_or_before_signing_is_refused(signed, writer):
    given = {"signed": signed, "contact": "", "by": writer}
    public_issue.enter_holder(name="区档案馆", given_on=today(), **given)
    with pytest.raises(NotAllowed, match="已经登记过"):
        public_issue.enter_holder(name="区档案馆", given_on=today(), **given)
    with pytest.raises(NotAllowed, match="送达日期"):
        public_issue.enter_holder(name="区图书馆", given_on=date(2021, 1, 1), **given)
    with pytest.raises(NotAllowed, match="送给了谁"):
        public_issue.enter_holder(name=" ", given_on=today(), **given)


def test_through_the_page(year, signed, closed, leader):
    from django.test import Client

    office = create_user(division=year.division, username="office", name="办公室", by=None)
    grant(user=office, role="secretariat", division=year.division, by=None)
    for user in (office, leader):
        user.must_change_password = False
        user.save()
    client = Client()
    client.force_login(leader)
    page = client.get(f"/reports/{signed.pk}").content.decode()
    assert "更正公开稿" in page
    assert "内部稿照原样保留" in page
    form = {"number": "4", "signer": "李局长", "day": today().isoformat(), "why": "对象不予公开"}
    client.post(f"/reports/{signed.pk}/public", form)
    corrected = services.signed_reports(year.division, 2021)[0]
    assert corrected.corrects == signed
    assert "第4期" in client.get(f"/reports/{signed.pk}").content.decode()
    answer = client.get(f"/reports/{corrected.pk}/files/public/annual.docx")
    assert answer.status_code == 200
    assert client.get(f"/reports/{signed.pk}/files/public/annual.docx").status_code == 409
