"""What a place sets in the environment is read as it was meant, or refused
in words that say how to mend it.
"""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from wenxiao.site.database import database_settings
from wenxiao.site.environment import addresses, flag


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://postgres@/wx?host=/run/a", {"HOST": "/run/a", "NAME": "wx", "PORT": ""}),
        ("postgres://u%40:p%2F@h:5433/wx", {"USER": "u@", "PASSWORD": "p/", "PORT": 5433}),
        (
            "postgresql://u@h/wx?sslmode=require",
            {"OPTIONS": {"sslmode": "require", "connect_timeout": 5}},
        ),
        ("sqlite:////data/%E9%97%AE.sqlite3", {"NAME": "/data/问.sqlite3"}),
        ("", {"NAME": "/home/wenxiao.sqlite3"}),
    ],
)
def test_a_database_is_named_by_its_address(url, expected):
    named = database_settings(url, Path("/home"))
    assert named | expected == named


def test_another_kind_of_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match="收到的是 mysql"):
        database_settings("mysql://u@h/wx", Path("/home"))


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("0", False), ("", False)])
def test_a_flag_is_set_or_not(monkeypatch, word, meant):
    monkeypatch.setenv("WENXIAO_HTTPS", word)
    assert flag("WENXIAO_HTTPS") is meant


def test_a_flag_that_cannot_be_read_says_what_it_takes(monkeypatch):
    monkeypatch.setenv("WENXIAO_HTTPS", "好的")
    with pytest.raises(ImproperlyConfigured, match="WENXIAO_HTTPS 只认 1 或 0，收到的是“好的”"):
        flag("WENXIAO_HTTPS")


def test_lists_lose_their_blanks(monkeypatch):
    monkeypatch.setenv("WENXIAO_PROXIES", "10.0.0.1, ,10.0.0.2 ")
    assert addresses("WENXIAO_PROXIES") == ["10.0.0.1", "10.0.0.2"]
