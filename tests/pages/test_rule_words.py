"""A rule's values as a form shows them and takes them back: what differs,
in its own kind, or refused by name.
"""

import pytest

from wenxiao.pages.rule_words import changed
from wenxiao.store.moves import NotAllowed

RULE = {
    "days": "20",
    "open": True,
    "title": "整改",
    "names": ["成本", "事故"],
    "bands": [{"grade": "优", "at_least": "90"}, {"grade": "良", "at_least": "80"}],
    "tree": [{"name": "决策", "children": [{"name": "立项", "points": ["依据"]}]}],
    "nested": {"share": "0.8", "deep": {"least": "5"}},
}


def test_an_unchanged_form_changes_nothing():
    assert changed(RULE, {}) == {}
    assert changed(RULE, {"days": "20", "open": "是", "title": "整改", "names": "成本\n事故"}) == {}


@pytest.mark.parametrize(
    ("posted", "difference"),
    [
        ({"days": "30"}, {"days": "30"}),
        ({"days": "1，000"}, {"days": "1000"}),
        ({"days": "未定"}, {"days": None}),
        ({"open": "否"}, {"open": False}),
        ({"title": ""}, {"title": ""}),
        ({"names": "成本\n\n 延误 "}, {"names": ["成本", "延误"]}),
        ({"nested/deep/least": "6"}, {"nested": {"deep": {"least": "6"}}}),
    ],
)
def test_only_what_differs_comes_back_in_its_own_kind(posted, difference):
    assert changed(RULE, posted) == difference


def test_a_table_loses_blank_rows_and_takes_a_filled_one():
    gone = {
        "bands/0/grade": "优",
        "bands/0/at_least": "90",
        "bands/1/grade": "",
        "bands/1/at_least": "",
    }
    assert changed(RULE, gone) == {"bands": [{"grade": "优", "at_least": "90"}]}
    more = {"bands/2/grade": "中", "bands/2/at_least": "60"}
    assert changed(RULE, more)["bands"][2] == {"grade": "中", "at_least": "60"}


def test_a_tree_is_changed_where_it_was_touched_alone():
    tree = changed(RULE, {"tree/0/name": "过程"})["tree"]
    assert tree == [{"name": "过程", "children": [{"name": "立项", "points": ["依据"]}]}]


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"open": "也许"}, "应填“是”或“否”"),
        ({"days": "二十"}, "应为数字"),
        ({"days": "99999999999"}, "超出范围"),
        ({"title": "长" * 401}, "401 字"),
        ({"names": "长" * 401}, "超过 400 字"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_never_cut(posted, said):
    with pytest.raises(NotAllowed, match=said):
        changed(RULE, posted)
