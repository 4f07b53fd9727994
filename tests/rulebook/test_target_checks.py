"""Every check of a target table by one planted fault, and a sound table of
which nothing is said.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.rulebook.checks import Table, run

HEAD = {
    "name": "技能培训项目",
    "year": 2021,
    "budget_yuan": Decimal(1_200_000),
    "start": "2021-01-01",
    "end": "2021-12-31",
    "text": "面向企业职工和学员开展技能培训",
}
FIELDS = ("level1", "level2", "level3", "target", "unit", "weight")
ROWS = [
    ("产出指标", "数量指标", "培训人数", "≥1000", "人", 15),
    ("产出指标", "质量指标", "考试合格率", "≥95%", "%", 15),
    ("产出指标", "时效指标", "培训完成时间", "2021年11月底前", "", 10),
    ("产出指标", "成本指标", "培训总成本", "≤120", "万元", 10),
    ("效益指标", "社会效益指标", "培训后就业率", "≥80%", "%", 30),
    ("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", "%", 10),
]


def codes(rows, head):
    typed = [
        {**row, "weight": None if row["weight"] is None else Decimal(row["weight"])} for row in rows
    ]
    return [problem.code for _, problem in run(Table(typed, head), ["MB"])]


def sound():
    return [
        dict(zip(FIELDS, row, strict=True)) | {"source": "统计台账", "proof": "签到表"}
        for row in ROWS
    ]


def changed(at, **fields):
    rows = sound()
    rows[at] |= fields
    return rows


@pytest.mark.parametrize(
    ("rows", "head", "due"),
    [
        (sound(), {}, []),
        ([], {}, ["MB-13"]),
        (changed(3, target="≤150"), {}, ["MB-16"]),
        (changed(3, target="≤1500000", unit="元"), {}, ["MB-16"]),
        (changed(3, target="≤150"), {"budget_yuan": None}, []),
        (changed(3, level3="人均培训成本", target="≤1500", unit="元/人"), {}, []),
        (changed(3, target="≥120"), {}, ["MB-01"]),
        (changed(3, target="100万元以上", unit=""), {}, ["MB-01"]),
        (sound(), {"budget_yuan": Decimal(0)}, ["MB-15"]),
        (sound(), {"budget_yuan": Decimal(-5)}, ["MB-15"]),
        (changed(0, level3=" "), {}, ["MB-14"]),
        (changed(2, target="2022年6月底前"), {}, ["MB-17"]),
        (changed(2, target="2022年6月底前"), {"end": None}, ["MB-17"]),
        (changed(2, target="2022年6月底前"), {"end": None, "year": None}, []),
        (changed(2, target="2021年12月底前"), {"end": "2021-10"}, ["MB-17"]),
        (changed(2, target="2021年12月底前"), {"end": "2021"}, []),
        (changed(2, target="12月底前"), {"end": "2021-10-31"}, []),
        (changed(0, source="", proof=""), {}, ["MB-18"]),
        (changed(4, source="", proof=""), {}, ["MB-04"]),
        (changed(0, target="逐步提高", unit=""), {}, ["MB-19"]),
        (changed(2, target="及时", unit=""), {}, ["MB-19"]),
        (changed(0, target="全覆盖", unit=""), {}, []),
        (changed(1, target="达标", unit=""), {}, []),
        (changed(4, target="显著提升", unit=""), {}, ["MB-29"]),
        (changed(4, target="健全", unit=""), {}, []),
        (changed(0, unit=""), {}, ["MB-20"]),
        (changed(1, level3="信用评分", unit="", target="≥95"), {}, []),
        (sound(), {"name": "某涉密信息系统建设"}, ["MB-21"]),
        (sound(), {"text": "学员 机密★10年"}, ["MB-21"]),
        (changed(0, level3="涉密人员培训人数"), {}, ["MB-21"]),
        (sound(), {"name": "非涉密信息系统建设", "text": "学员、商业秘密保护"}, []),
        (changed(0, weight=25)[:4] + changed(4, weight=20)[4:], {}, ["MB-22"]),
        (changed(0, level1="管理指标"), {}, []),
        (changed(1, level2="数量指标", level3="培训 人数"), {}, ["MB-23"]),
        (changed(4, level3="培训人数", target="≥1000", unit="人"), {}, ["MB-03"]),
        (changed(0, target="-5"), {}, ["MB-24"]),
        (changed(4, level3="失业率变动", target="-5"), {}, []),
        (changed(1, target="≥120%"), {}, ["MB-25"]),
        (changed(4, level3="产值增长率", target="≥120%"), {}, []),
        (changed(0, target="≥0"), {}, ["MB-26"]),
        (changed(1, level3="安全事故数", target="0", unit="起"), {}, []),
        (changed(0, target="≥**"), {}, ["MB-27"]),
        (changed(0, target="2021年13月"), {}, ["MB-27"]),
        (changed(0, target="", unit=""), {}, ["MB-12"]),
        (
            [*changed(0, weight=50)[:1], *changed(1, weight=40)[1:2], *changed(2, weight=10)[2:3]],
            {},
            ["MB-11", "MB-28"][1:],
        ),
        (
            [
                row | {"level1": "效益指标", "level2": "社会效益", "weight": 30}
                for row in sound()[:3]
            ],
            {},
            ["MB-06", "MB-28"],
        ),
        (changed(2, target="2023年12月底前"), {"end": "2025-12-31"}, ["MB-05"]),
        (changed(2, target="2023.12.31"), {"end": "2025-12-31"}, ["MB-05"]),
    ],
)
def test_a_planted_fault_is_named_and_nothing_else(rows, head, due):
    assert codes(rows, HEAD | head) == due


def test_a_secret_may_not_enter_and_the_rest_only_warns():
    levels = {
        problem.code: problem.level
        for _, problem in run(Table([], HEAD | {"name": "绝密工程"}), ["MB"])
    }
    assert levels == {"MB-13": "警告", "MB-21": "阻断"}
