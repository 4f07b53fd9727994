"""A demonstration and real data never meet: not in one database, not in one
home, not behind one door.
"""

import importlib
import json
import os
import stat

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Installation
from wenxiao.site.opening import begin
from wenxiao.site.place import allowed_hosts, beyond, default_home, exposure, private_home
from wenxiao.store.moves import NotAllowed

PASSWORD = "Demo-pass-2021"
rows = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


def begun(*, demo):
    return orgs.create_division(
        code="990001", name="示例区", bureau="示例区财政局", by=None, demo=demo
    )


def person(division):
    user = orgs.create_user(
        division=division, username="lingdao", name="局领导", by=None, password=PASSWORD
    )
    orgs.grant(user=user, role="leader", division=division, by=None)
    return user


class TestOneDatabaseOnePurpose:
    pytestmark = rows

    def test_init_over_a_demonstration_is_refused_and_stores_nothing(self):
        begun(demo=True)
        told = begin(code="360100", name="某某市", bureau="某某市财政局")
        assert [problem.code for problem in told.problems] == ["DR-75"]
        assert "演示数据" in told.problems[0].text
        assert not told.passwords

    def test_a_demonstration_over_real_data_is_refused(self):
        begin(code="360100", name="某某市", bureau="某某市财政局")
        with pytest.raises(NotAllowed, match="正式数据"):
            begun(demo=True)

    def test_the_mark_stays_when_nothing_else_does(self):
        begun(demo=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            Installation.objects.create(id=2, kind="demo")
        assert Installation.objects.get().kind == "real"

    def test_demonstration_accounts_do_not_open_real_data(self):
        division = begun(demo=True)
        person(division)
        assert authenticate(None, username="lingdao", password=PASSWORD)
        Installation.objects.update(kind="real")  # an older database in which both were mixed
        assert authenticate(None, username="lingdao", password=PASSWORD) is None

    def test_an_older_mixed_database_ends_its_demonstration_accounts(self):
        from django.apps import apps

        user = person(begun(demo=True))
        Installation.objects.all().delete()
        orgs.create_division(code="360100", name="某某市", bureau="某某市财政局", by=None)
        Installation.objects.all().delete()
        step = importlib.import_module("wenxiao.orgs.migrations.0005_installation")
        step.settle(apps, connection.schema_editor())
        user.refresh_from_db()
        assert (Installation.objects.get().kind, user.is_active) == ("real", False)


class TestTheDoorWithoutPassword:
    pytestmark = rows

    def test_it_is_open_to_this_machine_alone(self, client):
        user = person(begun(demo=True))
        with override_settings(DEMO=True, ENTER_WITHOUT_PASSWORD=True):
            assert client.post("/login", {"demo": "lingdao"}).status_code == 302
            client.logout()
            # Whatever host is asked for: the address of the connection counts.
            away = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1"}
            assert client.post("/login", {"demo": "lingdao"}, **away).status_code == 401
            page = client.get("/login", **away).content.decode()
            assert user.name not in page
            assert "免密码进入已关闭" in page
            sent_on = {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}
            assert client.post("/login", {"demo": "lingdao"}, **sent_on).status_code == 401

    def test_served_beyond_this_machine_it_is_closed_and_says_so(self, client):
        user = person(begun(demo=True))
        with override_settings(DEMO=True, ENTER_WITHOUT_PASSWORD=False):
            assert client.post("/login", {"demo": "lingdao"}).status_code == 401
            page = client.get("/login").content.decode()
        assert "免密码进入已关闭" in page
        assert user.name not in page

    def test_real_data_with_the_demonstration_switch_opens_nothing(self, client):
        person(begun(demo=False))
        with override_settings(DEMO=True, ENTER_WITHOUT_PASSWORD=True):
            assert client.post("/login", {"demo": "lingdao"}).status_code == 401


class TestWhoCanCome:
    @pytest.mark.parametrize(
        ("bound", "said", "proxies", "outside"),
        [
            ("127.0.0.1", "", [], False),
            ("::1", "", [], False),
            ("localhost", "", [], False),
            ("0.0.0.0", "", [], True),
            ("::", "", [], True),
            ("192.0.2.7", "", [], True),
            ("127.0.0.1", "wx.example.gov.cn,127.0.0.1", [], True),
            ("127.0.0.1", "", ["127.0.0.1"], True),
            ("", "", [], False),
        ],
    )
    def test_by_address_name_or_proxy(self, bound, said, proxies, outside):
        assert beyond(bound, allowed_hosts(said, bound), proxies) is outside

    def test_a_bound_address_is_answered_and_a_foreign_name_is_not(self):
        assert "192.0.2.7" in allowed_hosts("", "192.0.2.7")
        assert "[2001:db8::7]" in allowed_hosts("", "2001:db8::7")
        assert "*" not in allowed_hosts("", "0.0.0.0")
        assert allowed_hosts("wx.example.gov.cn", "0.0.0.0") == ["wx.example.gov.cn"]

    def test_whoever_starts_it_is_told(self, monkeypatch):
        monkeypatch.delenv("WENXIAO_HOSTS", raising=False)
        monkeypatch.delenv("WENXIAO_PROXIES", raising=False)
        assert exposure("127.0.0.1", demo=True) == []
        told = "".join(exposure("0.0.0.0", demo=True))
        assert "免密码进入已关闭" in told
        assert "WENXIAO_HOSTS" in told
        assert "免密码" not in "".join(exposure("0.0.0.0", demo=False))


class TestHomes:
    def test_each_has_its_own(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("WENXIAO_HOME", raising=False)
        monkeypatch.delenv("WENXIAO_DATABASE_URL", raising=False)
        assert default_home() == "var"
        (tmp_path / "var-demo").mkdir()
        (tmp_path / "var-demo" / "wenxiao.sqlite3").touch()
        assert default_home() == "var-demo"
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "wenxiao.sqlite3").touch()
        assert default_home() == "var"
        monkeypatch.setenv("WENXIAO_HOME", "elsewhere")
        assert default_home() == "elsewhere"

    def test_others_have_nothing_in_it(self, tmp_path):
        home = tmp_path / "home"
        home.mkdir(mode=0o755)
        home.chmod(0o755)
        old = home / "wenxiao.sqlite3"
        old.touch()
        old.chmod(0o644)
        before = os.umask(0o022)
        try:
            private_home(home)
            (home / "new").touch()
        finally:
            os.umask(before)
        assert stat.S_IMODE(home.stat().st_mode) == 0o750
        assert stat.S_IMODE(old.stat().st_mode) == 0o640
        assert stat.S_IMODE((home / "new").stat().st_mode) == 0o640

    def test_the_command_begins_real_work_apart_and_private(self, run, tmp_path, migrated):
        home = tmp_path / "home"
        migrated(home)  # from nothing: tests/site/test_command.py
        who = ("--code", "360100", "--name", "某某市", "--bureau", "某某市财政局")
        made = run("init", *who, home=home)
        assert made.returncode == 0, made.stderr
        assert len(json.loads(made.stdout)["accounts"]) == 3
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}
        assert not {name: oct(mode) for name, mode in modes.items() if mode & 0o027}
        assert modes["wenxiao.sqlite3"] == 0o640
        served = run("serve", home=home, WENXIAO_DEMO="1")
        assert served.returncode == 2
        assert "WENXIAO_DEMO" in served.stderr
