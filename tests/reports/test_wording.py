"""Phrases by themselves: places, names, bands."""

from datetime import date
from types import SimpleNamespace

import pytest

from wenxiao.reports import wording
from wenxiao.reports.facts import DivisionNames
from wenxiao.rulebook.grading import bands_in_force


@pytest.mark.parametrize(
    ("name", "bureau", "finance", "own_level"),
    [
        ("南昌高新区", "南昌高新区财政局", "区财政局", "区本级"),
        ("示例县", "示例县财政局", "县财政局", "县本级"),
        ("示例新城", "示例新城财政局", "示例新城财政局", "本级"),
        ("示例区", "示例区财政审计局办", "示例区财政审计局办", "区本级"),
        ("", "某财政局", "某财政局", "本级"),
    ],
)
def test_a_place_is_named_as_its_papers_do(name, bureau, finance, own_level):
    place = DivisionNames(name, bureau, demo=False)
    assert (place.finance, place.own_level) == (finance, own_level)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("校园安保经费", "project", "校园安保经费项目"),
        ("环卫项目", "project", "环卫项目"),
        ("河道治理工程", "project", "河道治理工程"),
        ("养老服务补贴政策", "policy", "养老服务补贴政策"),
    ],
)
def test_a_project_is_called_one_unless_its_name_says_so(name, kind, said):
    assert wording.project_name(SimpleNamespace(name=name, kind=kind)) == said


def test_lists_read_as_chinese():
    assert wording.listed(["甲"]) == "甲"
    assert wording.listed(["甲", "乙"]) == "甲和乙"
    assert wording.listed(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert wording.numbered(["甲。", "乙。"]) == "1.甲。\n2.乙。"
    assert wording.numbered([]) == "—"


def test_bands_say_which_end_they_hold():
    bands = bands_in_force(2021)
    assert [wording.band_text(band, bands) for band in bands.bands] == [
        "在90（含）-100分之间",
        "在80（含）-90分之间",
        "在60（含）-80分之间",
        "在60分以下",
    ]


def test_days_have_no_leading_zero():
    assert wording.day_text(date(2021, 11, 5)) == "2021年11月5日"


@pytest.mark.parametrize(
    ("sent", "signed", "said"),
    [
        (0, 0, "问题反馈函尚未发出。"),
        (1, 1, "1份问题反馈函已由相关部门签收，另有11份尚未发出。"),
        (5, 0, "问题反馈函已发出5份，尚未签收，另有7份尚未发出。"),
        (12, 11, "11份问题反馈函已由相关部门签收，其余1份尚未签收。"),
        (12, 12, "且将存在的问题反馈到各相关部门。"),
    ],
)
def test_what_was_never_sent_is_not_called_unsigned(sent, signed, said):
    def row(number):
        notices = (SimpleNamespace(),) if number < sent else ()
        return SimpleNamespace(
            review=number,
            name=f"项目{number}",
            issued=True,
            notices=notices,
            received=number < signed,
        )

    facts = SimpleNamespace(reported=[row(number) for number in range(12)], without_result=())
    assert "".join(run.text for run in wording.status(facts)).endswith(said)
