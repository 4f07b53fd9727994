"""The lists of packages: nationally empty, each line a material and where it comes from, bad
lines named.
"""

from datetime import date

import pytest

from wenxiao.rulebook.changes import refused_content
from wenxiao.rulebook.packages import PACKAGES, SOURCES, package_list


def refused(**lists):
    return refused_content("packages", lists, date(2021, 1, 1))


def test_nationally_nothing_is_listed():
    assert all(package_list(code).items == () for code in PACKAGES)


def test_every_source_and_a_document_may_be_listed():
    lines = [f"材料{at}｜{name}" for at, name in enumerate(SOURCES)]
    assert refused(congress=[*lines, "办法|制度库:暂行办法"]) == ""
    own = {
        "packages": [
            {
                "from": "2021-01-01",
                "document": "人大通知",
                "clause": "",
                "standing": "未核",
                "content": {"congress": ["办法|制度库:暂行办法"]},
            }
        ]
    }
    rule = package_list("congress", own, 2021)
    assert rule.items[0].document == "暂行办法"
    assert package_list("upper", own, 2021).items == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("工作情况", "应写“材料名称｜来源”"),
        ("工作情况｜总结", "没有“总结”这个来源"),
        ("工作情况｜制度库：", "没有“制度库：”这个来源"),
    ],
)
def test_a_bad_line_is_named(line, said):
    answer = refused(upper=["情况｜统计表", line])
    assert answer.startswith("上级考核材料包第 2 行")
    assert said in answer
