"""Names by their sound: initials, whole and begun pinyin, signs with several readings, one slip;
nothing of what isn't letters.
"""

import re

import pytest

from wenxiao.store.spelling import letters_of, slip_pattern, sound_pattern

NAME = "农村公路日常养护"


@pytest.mark.parametrize(
    "typed", ["ncgl", "NCGL", "nongcun", "nongcungonglu", "gongl", "rcyh", "yanghu", "ncgonglu"]
)
def test_letters_find_the_name(typed):
    assert re.search(sound_pattern(typed), NAME)


@pytest.mark.parametrize("typed", ["ncgz", "nongye", "gonglun"])
def test_other_letters_do_not(typed):
    assert not re.search(sound_pattern(typed), NAME)


def test_a_sign_is_found_by_each_of_its_readings():
    assert re.search(sound_pattern("chongqing"), "重庆路改造")
    assert re.search(sound_pattern("zhongdian"), "重点项目")
    assert re.search(sound_pattern("xian"), "西安路照明")


@pytest.mark.parametrize("typed", ["", "n", "农村", "802001", "a*b", "(ab", "农c"])
def test_what_is_not_letters_is_no_pattern(typed):
    assert sound_pattern(typed) == ""


def test_one_wrong_sign_or_the_same_sound_still_finds():
    assert re.search(slip_pattern("农存公路"), NAME)
    assert re.search(slip_pattern("农村公里"), NAME)
    assert re.search(slip_pattern("弄存公陆"), NAME)
    assert not re.search(slip_pattern("城市公园"), NAME)
    assert slip_pattern("公路") == slip_pattern("nongcun") == ""


def test_what_a_box_is_typed_by():
    assert letters_of("示例单位A") == "sldwa shilidanweia"
