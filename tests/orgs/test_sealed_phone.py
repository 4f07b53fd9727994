"""The secret of a phone is nowhere in the database in a form that can be
read, and opens with the home's key alone.
"""

import base64
import stat
from binascii import hexlify
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from wenxiao.orgs.models import Phone
from wenxiao.orgs.services.second_factor import begin_enrolment, finish_enrolment, verify_code
from wenxiao.store import sealing
from wenxiao.store.moves import NotAllowed
from wenxiao.store.sealing import KeyLost, seal, unseal

pytestmark = [pytest.mark.db, pytest.mark.django_db]
MIGRATION = import_module("wenxiao.orgs.migrations.0013_sealed_phone")
SECRET = bytes(range(1, 21))


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.delenv(sealing.VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def person(make_user):
    return make_user("someone")


def columns():
    """Every text the table of phones holds, read past the models."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM otp_totp_totpdevice")
        return [str(value) for row in cursor.fetchall() for value in row]


def test_no_column_holds_the_secret(person):
    device = begin_enrolment(person)
    plain = device.bin_key
    assert len(plain) == 20
    forms = (
        hexlify(plain).decode(),
        base64.b32encode(plain).decode(),
        base64.b64encode(plain).decode(),
    )
    assert not [form for form in forms for text in columns() if form.lower() in text.lower()]
    finish_enrolment(user=person, code=f"{totp(plain):06d}")
    assert Phone.objects.get(user=person).bin_key == plain


def test_the_key_is_its_owners_alone_and_made_once(home):
    sealed = seal(SECRET, of="totp:1")
    file = home / "data.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_bytes()
    assert unseal(sealed, of="totp:1") == SECRET
    assert file.read_bytes() == kept
    assert seal(SECRET, of="totp:1") != sealed, "two seals of one secret differ"


def test_a_secret_moved_to_another_account_opens_no_more():
    with pytest.raises(KeyLost):
        unseal(seal(SECRET, of="totp:1"), of="totp:2")


def test_without_its_key_a_code_is_refused_in_a_sentence_and_a_recovery_code_still_works(
    person, home
):
    device = begin_enrolment(person)
    codes = finish_enrolment(user=person, code=f"{totp(device.bin_key):06d}")
    (home / "data.key").unlink()
    with pytest.raises(KeyLost, match="放回原来的密钥文件"):
        verify_code(user=person, code="123456", address="192.0.2.1")
    assert verify_code(user=person, code=codes[0], address="192.0.2.1") == "恢复码"


def test_a_key_that_is_none_is_named(monkeypatch, home):
    monkeypatch.setenv(sealing.VARIABLE, "short")
    with pytest.raises(NotAllowed, match="WENXIAO_DATA_KEY 不是数据密钥"):
        seal(SECRET, of="x")
    monkeypatch.delenv(sealing.VARIABLE)
    (home / "data.key").write_text("")
    with pytest.raises(NotAllowed, match=r"data\.key 不是数据密钥"):
        seal(SECRET, of="x")


def test_an_upgrade_seals_what_stood_in_plain_text(person):
    TOTPDevice.objects.create(user=person, name="手机", key=hexlify(SECRET).decode())
    MIGRATION.seal_all(apps, None)
    assert Phone.objects.get(user=person).bin_key == SECRET
    kept = Phone.objects.get(user=person).key
    MIGRATION.seal_all(apps, None)
    assert Phone.objects.get(user=person).key == kept, "twice is once"
    MIGRATION.open_all(apps, None)
    assert TOTPDevice.objects.get(user=person).key == hexlify(SECRET).decode()
