"""Planted personal data (a telephone, an identity number, the secret of a phone) is in no row, no
backup, no log and no error page; logs are kept for six months.
"""

import logging
from base64 import b32encode
from binascii import hexlify
from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client

from wenxiao.budget.models import Round
from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.followup.models import Disclosure
from wenxiao.followup.services import disclosing
from wenxiao.orgs.models import Division, User
from wenxiao.orgs.services import add_unit, create_user, edit_unit, grant
from wenxiao.orgs.services.second_factor import begin_enrolment
from wenxiao.reviews.models import Review
from wenxiao.site import backups, daily_log
from wenxiao.site.daily_log import LEAST_DAYS, DailyFile
from wenxiao.site.opening import begin
from wenxiao.store import sealing
from wenxiao.store.fields import unopened_columns

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
PHONE = "13877776666"
IDENTITY = "11010519491231002X"


@pytest.fixture
def planted(settings, tmp_path, monkeypatch):
    """The three, each given to the product the way people give it; what must be found nowhere."""
    monkeypatch.delenv(sealing.VARIABLE, raising=False)
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    begin(code="360100", name="示例区", bureau="示例区财政局")
    division = Division.objects.get()
    unit = add_unit(division=division, code="101", name="教体局", by=None, phone=PHONE)
    edit_unit(unit=unit, by=None, why="换号", phone=f"{PHONE}转1")
    user = create_user(
        division=division,
        username="zhang",
        name="张三",
        by=None,
        phone=PHONE,
        password="Long-1-pass",
    )
    user.must_change_password = False
    user.save()
    grant(user=user, role="system", division=division, by=None)
    other = create_user(
        division=division, username="li", name="李四", by=None, password="Long-1-pass"
    )
    other.must_change_password = False
    other.save()
    grant(user=other, role="performance", division=division, by=None)
    secret = begin_enrolment(user).bin_key
    disclosing.take_comment(
        disclosure=_disclosed(division, unit),
        text=f"请给{IDENTITY}的张三回电{PHONE}",
        address="192.0.2.1",
        name=f"张三{PHONE}",
        contact=PHONE,
    )
    return [PHONE, IDENTITY, hexlify(secret).decode(), b32encode(secret).decode()]


def _disclosed(division, unit):
    subject = ensure_subject(division=division, unit=unit, code="P1", name="示例项目", by=None)
    dossier = open_dossier(subject=subject, fiscal_year=2021, by=None)
    opened = Round.objects.create(
        division=division, kind="selfeval", name="自评", work_year=2021, fiscal_year=2021
    )
    review = Review.objects.create(
        dossier=dossier, round=opened, kind="selfeval", state="confirmed"
    )
    return Disclosure.objects.create(review=review, state="published")


def test_no_row_and_no_backup_holds_it(planted, tmp_path):
    backups.make(tmp_path / "copy")
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert files
    for word in planted:
        assert not [path for path in files if word.encode() in path.read_bytes()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            held = " ".join(str(value) for row in cursor.fetchall() for value in row)
            assert not [word for word in planted if word in held], table


def test_no_error_page_and_no_log_holds_it(planted, tmp_path, monkeypatch):
    log = logging.getLogger()
    handler = DailyFile(str(tmp_path / "logs"))
    log.addHandler(handler)

    def broken(**_values):
        raise RuntimeError("内部错误")

    monkeypatch.setattr("wenxiao.desk.office.units.services.edit_unit", broken)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="li"))
    unit = Division.objects.get().unit_set.get(code="101")
    try:
        answer = client.post(
            f"/people/units/{unit.pk}/edit",
            {
                "contact": IDENTITY,
                "phone": PHONE,
                "why": "x",
                "version": unit.version,
                "kind": unit.kind,
            },
        )
    finally:
        log.removeHandler(handler)
    assert answer.status_code == 500
    shown = answer.content.decode()
    (file,) = (tmp_path / "logs").iterdir()
    written = file.read_text(encoding="utf-8")
    assert "内部错误" in written
    for word in planted:
        assert word not in shown
        assert word not in written


def test_without_the_key_a_restored_place_says_what_it_cannot_open(planted, tmp_path):
    assert unopened_columns() == []
    (tmp_path / "data.key").unlink()
    assert "orgs.Unit.phone" in unopened_columns()
    assert not (tmp_path / "data.key").exists(), "reading makes no key"


def test_logs_go_after_the_days_they_are_kept_and_never_before_six_months(tmp_path, monkeypatch):
    handler = DailyFile(str(tmp_path), days=LEAST_DAYS)
    for name in ("2021-01-01.log", "2021-07-02.log", "2021-12-30.log", "notes.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    handler.begin(date(2022, 1, 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2021-07-02.log",
        "2021-12-30.log",
        "notes.txt",
    ]
    monkeypatch.setenv(daily_log.VARIABLE, "90")
    with pytest.raises(ImproperlyConfigured, match="至少留六个月"):
        daily_log.days_kept()
    monkeypatch.setenv(daily_log.VARIABLE, "200")
    assert daily_log.days_kept() == 200
