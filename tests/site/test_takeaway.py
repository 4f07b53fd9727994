"""取走全部资料: every row of every table, every file, each column explained;
nothing that opens an account.
"""

import csv
import io
import json
import zipfile

import pytest
from django.apps import apps
from pages.planting import plant_home

from wenxiao.budget.models import Subject
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import User
from wenxiao.records.services import store_file
from wenxiao.site.takeaway import LEFT, ROOMS, tables, take_away

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def taken(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    division = orgs.create_division(code="360191", name="高新区", bureau="财政局", by=None)
    orgs.add_unit(division=division, code="101", name="教体局", kind="department", by=None)
    User.objects.create_user("someone", "Planted-pass-2021", name="某人", division=division)
    store_file(division=division, by=None, name="说明.txt", content="合成".encode())
    take_away(tmp_path / "all.zip")
    return zipfile.ZipFile(tmp_path / "all.zip")


def test_every_row_of_every_table_is_in_it(taken):
    for model in tables():
        text = taken.read(f"tables/{model._meta.label}.csv").decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) - 1 == model._default_manager.count(), model._meta.label
    assert "合成".encode() in [taken.read(name) for name in taken.namelist() if "files/" in name]


def test_every_table_is_taken_or_left_out_by_name(taken):
    named = {model._meta.label for model in tables()} | LEFT
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            assert model._meta.label in named
    columns = {one["table"]: one for one in json.loads(taken.read("columns.json"))}
    assert columns["budget.Subject"]["name"] == "对象"
    assert all(column["name"] for one in columns.values() for column in one["columns"])


def test_nothing_in_it_opens_an_account(taken):
    stored = User.objects.get(username="someone").password
    for name in taken.namelist():
        content = taken.read(name)
        assert b"Planted-pass-2021" not in content, name
        assert stored.encode() not in content, name


def test_the_digests_are_those_of_the_files(taken):
    import hashlib

    for line in taken.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256(taken.read(name)).hexdigest() == digest


def test_it_says_how_many_objects_in_it_are_not_open(db, tmp_path):
    """The whole is the whole: what is restricted goes along, and the package says so."""
    subject = plant_home().dossiers[0].subject
    Subject.objects.filter(pk=subject.pk).update(restriction="restricted")
    told = take_away(tmp_path / "all.zip")
    assert told["restricted"] == 1
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert "不公开的对象也在内：1 个" in packed.read("README.txt").decode()
        assert subject.name in packed.read("tables/budget.Subject.csv").decode("utf-8-sig")
