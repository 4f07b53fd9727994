"""What changed in this year's rules is put before a clerk at the first login of a year, once."""

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from wenxiao.records.models import Entry
from wenxiao.rulebook.basis import Value
from wenxiao.rulebook.year_changes import changes_of_year, differences
from wenxiao.store.clock import standing_at

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OWN = {
    "rule": "results_application",
    "from": "2021-03-01",
    "document": "示例财〔2021〕2号",
    "clause": "三",
    "standing": "未核",
    "content": {"next_budget": {"amounts": {"strict_cut_percent": "10"}}},
}


def inside(user):
    client = Client()
    client.force_login(user)
    return client


def flat(answer):
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())))


@pytest.fixture
def ruled(small, settings):
    settings.TODAY = date(2021, 4, 6)
    small.division.rules = [OWN]
    small.division.save(update_fields=["rules"])
    return small


def test_a_clerk_is_told_once_a_year_and_reads_what_stood_before(ruled):
    clerk = inside(ruled.clerk)
    home = flat(clerk.get("/"))
    assert "今年有2项规则变了：评价结果应用、事前绩效评估。" in home
    page = flat(clerk.get("/rules/changes"))
    assert "2021年有2项规则与2020年不同" in page
    assert "示例财〔2021〕2号" in page
    assert "下年度预算·金额比例·从严审核按申报减（%）" in page
    assert re.search("没有10", page), "before nothing, now 10"
    clerk.post("/rules/changes/read")
    clerk.post("/rules/changes/read")
    assert "今年有2项规则变了" not in flat(clerk.get("/"))
    assert Entry.objects.filter(act="看过本年规则变化").count() == 1
    with standing_at(date(2022, 1, 5)):
        assert "今年的规则与去年相同" in flat(clerk.get("/"))


def test_who_fills_in_nothing_is_not_stopped(ruled):
    assert "项规则变了" not in flat(inside(ruled.officer).get("/"))
    assert "2021年有2项规则与2020年不同" in flat(inside(ruled.officer).get("/rules/changes"))


def test_a_year_without_changes_and_one_outside_the_calendar(ruled):
    client = inside(ruled.officer)
    assert "2019年的规则与2018年相同" in flat(client.get("/rules/changes?of=2019"))
    assert client.get("/rules/changes?of=1").status_code == 404


def test_only_what_a_value_says_is_compared():
    old = {"a": {"x": "1", "note": "alt"}, "l": ["甲", "乙"], "rows": [{"name": "丙", "n": 1}]}
    new = {
        "a": {"x": "2", "note": "neu"},
        "l": ["甲"],
        "rows": [{"name": "丙", "n": 1, "on": True}],
    }
    values = [Value(date(2021, 1, 1), "", "", "未核", content) for content in (old, new)]
    told = [(one.path, one.before, one.now) for one in differences(*values)]
    assert told == [
        (("a", "x"), "1", "2"),
        (("l",), "甲、乙", "甲"),
        (("rows", "丙", "on"), "", "是"),
    ]
    assert [one.name for one in changes_of_year(2021)] == ["ex_ante"]
