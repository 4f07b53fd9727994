"""The 312 answered cells of published tables, and kinds of cells beyond them."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from wenxiao.rulebook.expressions import parse

KEY = json.loads((Path(__file__).parents[1] / "cases" / "expressions.json").read_text("utf-8"))


def _number(value):
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def _same(got, want, *, partial):
    if got["kind"] != want["kind"]:
        return False
    if want["kind"] != "number" and want["kind"] != "date":
        return True
    if any(got[key] != want[key] for key in ("comparator", "unit", "date")):
        return False
    if partial and got.get("partial") != want.get("partial"):
        return False
    bounds = [(got[key], want[key]) for key in ("low", "high")]
    return all(
        (a is None) == (b is None) and (a is None or _number(a) == _number(b)) for a, b in bounds
    )


@pytest.mark.parametrize("entry", KEY, ids=lambda entry: f"{entry['role']}:{entry['text'][:24]}")
def test_answered_cells(entry):
    got = parse(entry["text"], entry["role"]).as_json()
    assert _same(got, entry, partial=True) or any(
        _same(got, alt, partial=False) for alt in entry.get("alt") or []
    )


# text | kind | comparator | low | high | unit
NUMBERS = """
≥95％ number >= 95 - %
＞＝95% number >= 95 - %
＝100% number = 100 100 %
≮95% number >= 95 - %
≯5% number <= - 5 %
不得低于90% number >= 90 - %
大于等于90% number >= 90 - %
小于5% number < - 5 %
高于95% number > 95 - %
低于4.3% number < - 4.3 %
超过200人 number > 200 - 人
95%（含）以上 number >= 95 - %
90%以上（含90%） number >= 90 - %
50%及以下 number <= - 50 %
2小时以内 number <= - 2 小时
15个工作日内 number <= - 15 个工作日
控制在5%以内 number <= - 5 %
控制在95万元 number <= - 95 万元
约200人 number ~ 200 200 人
近200人 number ~ 200 200 人
200人左右 number ~ 200 200 人
节约10万元 number - 10 10 万元
20余万人 number >= 20 - 万人
18—54周岁 number between 18 54 周岁
5-10万元 number between 5 10 万元
80%-100% number between 80 100 %
70%（含）-80% number between 70 80 %
≥60%且≤80% number between 60 80 %
90%≤满意度≤100% number between 90 100 %
1~2次/月 number between 1 2 次/月
介于5和8之间 compound - - - -
±5% number between -5 5 %
≤±5% number between -5 5 %
-5% number - -5 -5 %
增长-2% number - -2 -2 %
pH6-9 number between 6 9 -
≥1,234.50万元 number >= 1234.50 - 万元
1，234人 number - 1234 1234 人
１００％ number - 100 100 %
100元/人/月 number - 100 100 元/人/月
每人每月530元 number - 530 530 元
每亩300 number - 300 300 -
￥100万元 number - 100 100 万元
1亿2000万元 number - 1.2 1.2 亿元
1万2000元 number - 12000 12000 元
3万5千元 number - 3.5 3.5 万元
5千元 number - 5 5 千元
3百万元 number - 3 3 百万元
十万元 number - 10 10 万元
二十个 number - 20 20 个
一百二十人 number - 120 120 人
两次 number - 2 2 次
半年 number - 0.5 0.5 年
百分之九十五以上 number >= 95 - %
百分之九十九点五 number - 99.5 99.5 %
百分之95 number - 95 95 %
百分之百 number - 100 100 %
至少全年完成2次宣传 number >= 2 - 次
同比增长≥5% number >= 5 - %
下降3%以上 number >= 3 - %
缩短至5个工作日 number - 5 5 个工作日
满意度95% number - 95 95 %
达到98% number - 98 98 %
2021年完成3个项目 number - 3 3 个
完成12期杂志 number - 12 12 期
1.完成5个站点 number - 5 5 个
（≥95%） number >= 95 - %
≤2.5（万元） number <= - 2.5 万元
≥30人（其中女性10人） number >= 30 - 人
42个(人) number - 42 42 个
2台(套) number - 2 2 台(套)
85以上 number >= 85 - -
8焦耳 number - 8 8 焦耳
零事故 number - 0 0 -
≥100,000.00元 number >= 100000 - 元
COD≤30mg/L number <= - 30 mg/L
≥Ⅲ类 text - - - -
良好以上 text - - - -
不低于上年 text - - - -
控制在预算内 text - - - -
世界500强 text - - - -
前10名 text - - - -
第1名 text - - - -
PM2.5浓度下降 text - - - -
12345热线畅通 text - - - -
7×24小时 text - - - -
1:3 text - - - -
2/3以上 text - - - -
每月10日前 text - - - -
一次性 text - - - -
三公经费 text - - - -
一卡通 text - - - -
统一 text - - - -
1-6期培训结束后及时考核 text - - - -
按照上级文件要求对全县范围内12个乡镇的贫困家庭逐户开展走访并登记造册 text - - - -
存在18岁以下、54周岁以上 text - - - -
无 text - - - -
/ text - - - -
1.完成道路建设；2.完成绿化 compound - - - -
1、建设3个站点2、培训50人 compound - - - -
1、建设站点 2、完成培训 compound - - - -
共培训3期150人 compound - - - -
由5天缩短为3天 compound - - - -
6月份完成宣传片制作;9月份完成文本;11月完成专家评审 compound - - - -
优90% 良80% 中70% 差60% compound - - - -
三分之二以上 text - - - -
约10万人（次） number ~ 10 10 万人(次)
2万余亩 number >= 2 - 万亩
15元/人.天 number - 15 15 元/人.天
每年一次 number - 1 1 次
一年两次 number - 2 2 次
一次验收合格率≥95% number >= 95 - %
5G基站10个 number - 10 10 个
5%o number - 5 5 ‰
到2025年达到95% number - 95 95 %
十四五期间 text - - - -
2021年春季 text - - - -
次月15日前 text - - - -
师生比1:15 text - - - -
A级 text - - - -
5(个人A) number - 5 5 -
5-+3 compound - - - -
≥** unreadable - - - -
≥XX% unreadable - - - -
≥□个 unreadable - - - -
≥ unreadable - - - -
万元 unreadable - - - -
公里。 unreadable - - - -
309 100 % unreadable - - - -
1.561.56120 unreadable - - - -
=≥90% unreadable - - - -
95%≥ unreadable - - - -
290% unreadable - - - -
2100% unreadable - - - -
二100百分比 unreadable - - - -
1234567890123456789012人 unreadable - - - -
#REF! unreadable - - - -
"""


@pytest.mark.parametrize("line", NUMBERS.strip().splitlines())
def test_other_spellings(line):
    text, *want = line.rsplit(" ", 5)
    got = parse(text).as_json()
    answer = [got[key] for key in ("kind", "comparator", "low", "high", "unit")]
    assert [None if part == "-" else _number(part) for part in want] == [
        _number(part) if isinstance(part, str) else part for part in answer
    ]


# text | role | comparator | low | high | date | partial
DATES = """
12月31日前 target <= - - - --12-31
9月前 target <= - - - --08-31
1月前 target <= - - - --12-31
2021年9月前 target <= - - 2021-08-31 -
2021年1月前 target <= - - 2020-12-31 -
9月底前 target <= - - - --09-30
2021年12月 target <= - - 2021-12-31 -
2021年12月 actual - - - 2021-12 -
2021年12月31日前 actual <= - - 2021-12-31 -
2021-12-31 target <= - - 2021-12-31 -
2021.6.30前 target <= - - 2021-06-30 -
20211231 actual - - - 2021-12-31 -
2021年6月中旬 target <= - - 2021-06-20 -
截至2021年10月底 actual - - - 2021-10-31 -
预计2021年12月底前完成全部建设任务 target <= - - 2021-12-31 -
2021年底前 target <= - - 2021-12-31 -
年底前 target <= - - - --12-31
当年12月31日前 target <= - - - --12-31
2022年前 target <= - - 2021-12-31 -
2021年完成 target <= - - 2021-12-31 -
第一季度前 target <= - - - --03-31
一季度 target between - - - --01/--03
2021年第四季度 target between 2021-10 2021-12 - -
2021年第三季度末 target <= - - 2021-09-30 -
2021年上半年 target between 2021-01 2021-06 - -
全年 target between - - - --01/--12
2021年全年 target between 2021-01 2021-12 - -
2020年1月--2020年11月 target between 2020-01 2020-11 - -
2020年1-11月 target between 2020-01 2020-11 - -
2022年6月-2023年5月 target between 2022-06 2023-05 - -
2021-2023年 target between 2021-01 2023-12 - -
2021-2022 actual between 2021-01 2022-12 - -
2023.1-2023.12 target between 2023-01 2023-12 - -
1.1-12.31 target between - - - --01/--12
2021-03-15至2021-09-20 actual between 2021-03-15 2021-09-20 - -
2023年3月5日至2023年12月31日 target between 2023-03-05 2023-12-31 - -
1月-12月 target between - - - --01/--12
≤2021年10月 target <= - - 2021-10-31 -
"""


@pytest.mark.parametrize("line", DATES.strip().splitlines())
def test_dates(line):
    text, role, *want = line.split(" ")
    got = parse(text, role).as_json()
    assert got["kind"] == "date"
    assert [None if part == "-" else part for part in want] == [
        got.get(key) for key in ("comparator", "low", "high", "date", "partial")
    ]


@pytest.mark.parametrize(
    "text", ["2021年13月", "2021年2月30日", "2021年12月-2021年1月", "3.5", "12-31"]
)
def test_no_dates(text):
    assert parse(text).kind != "date"


def test_a_months_end_knows_leap_years():
    assert parse("2024年2月底前").date == "2024-02-29"
    assert parse("2023年2月底前").date == "2023-02-28"


def test_roles_differ():
    assert parse("290%", "actual").kind == "number"
    assert parse("≥95%", "actual").note == "实际值带比较符，像是照抄目标"
    done = parse("已完成100%", "actual")
    assert done.ambiguous
    assert done.alt[0].kind == "text"
    assert not parse("已完成100%").ambiguous
    assert parse("未能培训3期人员", "actual").kind == "text"
    assert [reading.kind for reading in parse("1年", "actual").alt] == ["text"]


def test_soft_words_carry_their_other_readings():
    assert [reading.comparator for reading in parse("逾20多万人次", "actual").alt] == [">", "~"]
    assert [reading.comparator for reading in parse("控制在95万元").alt] == [None]
    assert [reading.comparator for reading in parse("达到98%").alt] == [">="]
    assert parse("最高5元").comparator == "<="
    assert parse("3个+1个+2个").alt[0].low == 6
    assert parse("33672人，82.33%").alt[0].unit == "%"
    assert parse("二100百分比").alt[0].low == 100
    assert parse("=≥").alt == ()


def test_a_wrapped_cell_is_one_value():
    assert parse("≥\n95%").low == 95
    assert parse("3个\n5人").kind == "compound"
