"""Whatever stands in a cell, reading it answers quickly, in the promised
shape, without an error.
"""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from reach import examples, reach, reaches

from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.expressions.normal import LONGEST, chinese_number, normalise

WORDS = (
    "≥ ≤ > < = % 万 亿 元 人 次 年 月 日 前 底 至 - — ~ ( ) （ ） ； ; 。 ， , . 以上 以内 左右 优 良 中 差 不少于 2021年 12 95 0 1.5 "
    "一 二 十 百分之 第 季度 上半年 ** XX 完成 每 / : + ± 多 余 \n 1. 2、 ① 力争 达到 存在"
)
PIECES = st.sampled_from(WORDS.split(" "))
FIGURES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "≥", "不少于", "完成", "达到"]),
    st.sampled_from(["12", "95", "1.5", "一百二十", "3-5", "2021年6月"]),
    st.sampled_from(["", "%", "万元", "人次", "公里", "底前"]),
    st.sampled_from(["", "以上", "左右", "（含）", "；", " "]),
)
CELLS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join), FIGURES)


@reaches(understood=0.2, not_understood=0.2)
@given(CELLS, st.sampled_from(["target", "actual"]))
@settings(max_examples=examples(400), deadline=None)
def test_never_raises_and_keeps_its_shape(text, role):
    answer = parse(text, role).as_json()
    assert set(answer) >= {"text", "kind", "comparator", "low", "high", "unit", "date"}
    assert answer["text"] == text
    assert answer["kind"] in {"number", "date", "text", "compound", "unreadable"}
    if answer["kind"] in {"text", "compound", "unreadable"}:
        assert answer["low"] is answer["high"] is answer["date"] is None
    understood = answer["kind"] in {"number", "date"}
    reach(understood=understood, not_understood=not understood)


@reaches(changed=0.15)
@given(CELLS)
@settings(max_examples=examples(300), deadline=None)
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= 3 * LONGEST
    reach(changed=once != text)


@reaches(broken=0.3, compared=0.3)
@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["≥", "≤", ">", "<", "=", ""]),
)
@settings(max_examples=examples(200), deadline=None)
def test_plain_figures_are_read_exactly(number, sign):
    reading = parse(f"{sign}{number}万元")
    assert reading.kind == "number"
    assert (reading.low if reading.low is not None else reading.high) == number
    assert reading.unit == "万元"
    reach(broken=number % 1 != 0, compared=bool(sign))


def test_long_cells_are_bounded_in_time():
    for piece in ("≥95%；", "1", "（", "万", "不少于", "2021年", "-", "90% ", "一", " \n"):
        started = time.perf_counter()
        parse(piece * 20_000)
        assert time.perf_counter() - started < 2


def test_chinese_numerals():
    assert chinese_number("一亿二千万") == 120_000_000
    assert chinese_number("二〇二一") == 2021
    assert chinese_number("十") == 10
    assert chinese_number("元") is None
    assert chinese_number("") is None
