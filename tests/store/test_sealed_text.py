"""Telephones: plain in Python, sealed in every column, backup and trail."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from wenxiao.followup.models import Comment
from wenxiao.orgs.models import Agency, Unit, User
from wenxiao.orgs.services import add_unit, create_division, create_user, edit_unit
from wenxiao.reports.models import PublicHolder
from wenxiao.reviews.assistance import Assistance
from wenxiao.reviews.models import Review
from wenxiao.store import sealing
from wenxiao.store.fields import SealedTextField, UnopenedText, open_column

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]
PLANTED = "13877776666"
SEALED = (
    (Unit, "phone"),
    (User, "phone"),
    (Agency, "phone"),
    (Review, "filler_phone"),
    (Assistance, "phone"),
    (Comment, "contact"),
    (PublicHolder, "contact"),
)


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.delenv(sealing.VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def unit():
    division = create_division(code="360000", name="示例区", bureau="示例区财政局", by=None)
    made = add_unit(division=division, code="101", name="教体局", by=None, phone=PLANTED)
    create_user(division=division, username="someone", name="某人", by=None, phone=PLANTED)
    edit_unit(unit=made, by=None, why="换号", phone=f"{PLANTED}转1")
    return made


def test_a_number_is_found_whole_however_it_is_parted_and_by_no_part_of_it(unit):
    User.objects.filter(username="someone").update(phone="138-7777 6666")
    for asked in (PLANTED, "138 7777 6666", "138-77776666"):
        assert User.objects.filter(phone__numbered=asked).get().phone == "138-7777 6666"
    for part in ("7777", "1387777666", "张三", ""):
        assert not User.objects.filter(phone__numbered=part).exists()


def test_what_a_person_writes_is_never_taken_for_a_seal(unit):
    User.objects.filter(username="someone").update(phone="1.5万那位，139")
    assert User.objects.get(username="someone").phone == "1.5万那位，139"


def everything():
    """Every value of every table, read past the models."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield from ((table, str(value)) for value in row)


def test_every_column_of_telephones_is_sealed():
    for model, name in SEALED:
        assert isinstance(model._meta.get_field(name), SealedTextField), (model, name)


def test_a_planted_number_is_found_nowhere_in_the_database(unit):
    assert not [(table, text) for table, text in everything() if PLANTED in text]
    assert Unit.objects.get(pk=unit.pk).phone == f"{PLANTED}转1"
    assert User.objects.get(username="someone").phone == PLANTED
    assert Unit.objects.values_list("phone", flat=True).get(pk=unit.pk) == f"{PLANTED}转1"


def test_without_the_key_pages_still_read_and_nothing_is_lost(unit, home):
    key = (home / sealing.FILE).read_bytes()
    (home / sealing.FILE).unlink()
    row = Unit.objects.get(pk=unit.pk)
    assert isinstance(row.phone, UnopenedText)
    assert "缺数据密钥" in row.phone
    row.contact = "张三"
    row.save()
    (home / sealing.FILE).write_bytes(key)
    assert Unit.objects.get(pk=unit.pk).phone == f"{PLANTED}转1"


def test_what_stood_in_plain_text_is_sealed_by_the_migration(unit):
    open_column(Unit, "phone")
    assert [text for _, text in everything() if PLANTED in text]
    assert Unit.objects.get(pk=unit.pk).phone == f"{PLANTED}转1"
    name = next(
        one
        for one in ("0019_sealed_contacts", "0020_sealed_contacts", "0021_sealed_contacts")
        if _there(one)
    )
    import_module(f"wenxiao.orgs.migrations.{name}").seal_all(apps, None)
    assert not [text for _, text in everything() if PLANTED in text]


def _there(name):
    try:
        import_module(f"wenxiao.orgs.migrations.{name}")
    except ModuleNotFoundError:
        return False
    return True
