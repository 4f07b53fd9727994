"""Forms of provinces nobody listed, rebuilt from how their published tables
look (合成): read right, or asked about.
"""

from __future__ import annotations

from functools import partial

import pytest
from files.builders.plainbook import money, read_form, value

N = None
SHANDONG = [
    ["2022年度市级项目支出绩效自评表"],
    ["项目名称", "社区养老补助（合成）", N, N, N, N, N, N, N],
    ["主管部门", "某市民政局", N, N, "实施单位", "某市民政局", N, N, N],
    [
        "项目预算执行情况（10分）",
        N,
        N,
        "年初预算数",
        "全年预算数（A）",
        "全年执行数（B）",
        "分值",
        "执行率（B/A）",
        "得分",
    ],
    [N, "年度资金总额：", N, 120, 110, 99, 10, "90%", 9],
    [N, "其中：当年财政拨款", N, 120, 110, 99, "-", "90%", "-"],
    [N, "      上年结转资金", N, 0, 0, 0, "-", N, "-"],
    [N, "      其他资金", N, 0, 0, 0, "-", N, "-"],
    ["年度总体目标完成情况", "年初设定目标", N, N, N, "年度总体目标完成情况综述", N, N, N],
    [N, "补助老人5000人", N, N, N, "补助老人5100人", N, N, N],
    [
        "年度绩效指标完成情况",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成指标值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ],
    [N, "产出指标（50分）", "数量指标", "补助人数", "≥5000人", "5100人", 20, 20, N],
    [N, N, "质量指标", "发放准确率", "100%", "100%", 30, 30, N],
    [N, "效益指标（30分）", "社会效益指标", "覆盖率", "≥90%", "92%", 30, 30, N],
    [
        N,
        "满意度指标（10分）",
        "服务对象满意度指标",
        "老人满意度",
        "≥95%",
        "93%",
        10,
        9.8,
        "宣传不够",
    ],
    ["总分", N, N, N, N, N, 100, 98.8, N],
]
SHANDONG_MERGES = [
    "A1:I1",
    "B2:I2",
    "B3:D3",
    "F3:I3",
    "A4:A8",
    "B4:C4",
    "B5:C5",
    "B6:C6",
    "B7:C7",
    "B8:C8",
    "A9:A10",
    "B9:E9",
    "F9:I9",
    "B10:E10",
    "F10:I10",
    "A11:A15",
    "B12:B13",
    "A16:F16",
]
HENAN = [
    ["2022年度部门（单位）整体绩效自评表"],
    ["部门（单位）名称", "某县水利局", N, N, N, N, N, N],
    [
        "部门预算执行情况（万元）",
        "资金来源",
        "年初预算数",
        "全年预算数",
        "全年执行数",
        "分值",
        "执行率",
        "得分",
    ],
    [N, "年度资金总额", 1000, 1100, 1045, 10, "95%", 9.5],
    [N, "（1）政府预算资金", 1000, 1100, 1045, N, N, N],
    [N, "（2）财政专户管理资金", 0, 0, 0, N, N, N],
    [N, "（3）单位资金", 0, 0, 0, N, N, N],
    [N, "资金结构：（1）基本支出", 400, 400, 400, N, N, N],
    [N, "（2）项目支出", 600, 700, 645, N, N, N],
    ["年度履职目标", "预期目标", N, N, "实际完成情况", N, N, N],
    [N, "完成水利工程维护", N, N, "已完成", N, N, N],
    ["年度主要任务", "任务名称", "主要内容", N, "完成情况", N, N, N],
    [N, "防汛", "水库除险", N, "已完成", N, N, N],
    [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ],
    ["投入管理指标", "工作目标管理", "目标依据充分性", "充分", "充分", 5, 5, N],
    [N, "预算和财务管理", "预算编制完整性", "完整", "完整", 10, 10, N],
    ["产出指标", "重点工作任务完成", "水库除险数", "≥3座", "3座", 40, 40, N],
    ["效益指标", "履职效益", "受益人口", "≥2万人", "2.1万人", 25, 25, N],
    [N, "满意度", "群众满意度", "≥90%", "88%", 10, 9.78, "个别"],
    ["总分", N, N, N, N, 100, 99.28, N],
]
HENAN_MERGES = [
    "A1:H1",
    "B2:H2",
    "A3:A9",
    "A10:A11",
    "B10:D10",
    "E10:H10",
    "B11:D11",
    "E11:H11",
    "A12:A13",
    "C12:D12",
    "E12:H12",
    "C13:D13",
    "E13:H13",
    "A15:A16",
    "A18:A19",
    "A20:E20",
]
GUANGDONG = [
    ["2021年度财政资金绩效自评指标评分表"],
    ["资金使用单位：某市某局（公章）", N, N, N, N, N, N, N, N, N],
    ["项目名称：产业园配套（合成）", N, N, N, N, N, N, N, N, N],
    ["评价指标", N, N, N, N, N, "指标说明", "评分标准", "自评分数", "备注"],
    ["一级指标", "权重（%）", "二级指标", "权重（%）", "三级指标", "权重（%）", N, N, N, N],
    ["投入", 20, "项目立项", 12, "论证充分性", 5, "是否论证", "论证得5分", 5, N],
    [N, N, N, N, "目标设置", 7, "目标合理", "合理得7分", 6, "目标不够细"],
    [N, N, "资金落实", 8, "资金到位率", 8, "到位率", "按比例", 8, N],
    ["过程", 20, "资金管理", 12, "资金支付", 6, "支出率", "按比例", 5.5, N],
    [N, N, N, N, "支出规范性", 6, "合规", "合规", 6, N],
    [N, N, "事项管理", 8, "程序规范性", 8, "程序", "规范", 8, N],
    ["产出", 30, "经济性", 10, "预算控制", 10, "不超预算", "是", 10, N],
    [N, N, "效率性", 20, "完成进度", 20, "按期", "是", 19, N],
    ["效益", 30, "效果性", 25, "社会效益", 25, "带动", "好", 23, N],
    [N, N, "公平性", 5, "满意度", 5, "满意", "≥90%", 5, N],
    ["合计", 100, N, 100, N, 100, N, N, 95.5, N],
]
GUANGDONG_MERGES = [
    "A1:J1",
    "A4:F4",
    "G4:G5",
    "H4:H5",
    "I4:I5",
    "J4:J5",
    "A6:A8",
    "B6:B8",
    "C6:C7",
    "D6:D7",
    "A9:A11",
    "B9:B11",
    "C9:C10",
    "D9:D10",
    "A12:A13",
    "B12:B13",
    "A14:A15",
    "B14:B15",
]
YUNNAN = [
    ["项目支出绩效自评表"],
    ["公开14表"],
    ["（2022年度）"],
    ["项目名称", "农村公路养护（合成）", N, N, N, N, N, N, N, N],
    ["主管部门", "某县交通运输局", N, N, N, "实施单位", "某县公路站", N, N, N],
    [
        "项目资金（万元）",
        N,
        N,
        "年初预算数",
        "全年预算数",
        "全年执行数",
        "分值",
        "执行率",
        "得分",
        "备注",
    ],
    [N, "年度资金总额", N, 80, 80, 76.8, 10, 0.96, 9.6, N],
    [N, "其中：当年财政拨款", N, 80, 80, 76.8, "—", "—", "—", N],
    [N, "上年结转资金", N, N, N, N, "—", "—", "—", N],
    [N, "非财政拨款", N, N, N, N, "—", "—", "—", N],
    ["年度总体目标", "预期目标", N, N, N, "实际完成情况", N, N, N, N],
    [N, "养护50公里", N, N, N, "养护52公里", N, N, N, N],
    ["绩效指标", N, N, "年度指标值", N, N, "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
    ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", N, N, N, N],
    ["产出指标", "数量指标", "养护里程", "≥", 50, "公里", "52公里", 30, 30, N],
    [N, "质量指标", "合格率", "=", 100, "%", "100%", 20, 20, N],
    ["效益指标", "社会效益指标", "通行率", "≥", 95, "%", "96%", 30, 30, N],
    ["满意度指标", "服务对象满意度指标等", "满意度", "≥", 90, "%", "90%", 10, 10, N],
    ["其他需要说明的事项", "无", N, N, N, N, N, N, N, N],
    ["总分", N, N, N, N, N, N, 100, 99.6, "（自评等级）优"],
]
YUNNAN_MERGES = [
    "A1:J1",
    "A2:J2",
    "A3:J3",
    "B4:J4",
    "B5:E5",
    "G5:J5",
    "A6:C6",
    "B7:C7",
    "B8:C8",
    "B9:C9",
    "B10:C10",
    "A7:A10",
    "A11:A12",
    "B11:E11",
    "F11:J11",
    "B12:E12",
    "F12:J12",
    "A13:C13",
    "D13:F13",
    "G13:G14",
    "H13:H14",
    "I13:I14",
    "J13:J14",
    "A15:A16",
    "B19:J19",
    "A20:G20",
]
JIANGXI = [
    ["部门整体支出绩效自评表（2021年度）"],
    ["部门名称", "某区城管局", N, N, N, N, N, N],
    ["年度预算申请（万元）", N, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    [N, "收入预算：资金总额", 500, 520, 500, 10, "96.15%", 9.62],
    [N, "其中：财政拨款", 500, 520, 500, "-", "-", "-"],
    [N, "其他资金", 0, 0, 0, "-", "-", "-"],
    ["年度总体绩效目标", "目标1：环卫保洁", N, N, "完成情况", N, "已完成", N],
    ["年度绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "完成值", "分值", "得分"],
    [N, "产出指标", "数量指标", "保洁面积", "≥100万平方米", "105万平方米", 40, 40],
    [N, "效益指标", "社会效益", "市容考核", "前3名", "第2名", 40, 40],
    [N, "满意度指标", "满意度", "居民满意度", ">90%", "95%", 10, 10],
    ["合计", N, N, N, N, N, 100, 99.62],
]
JIANGXI_MERGES = ["A1:H1", "B2:H2", "A3:B3", "A4:A6"]
ZHEJIANG = [
    ["2023年度预算绩效运行监控表（1-8月）"],
    ["项目名称", "河道保洁（合成）", N, N, "主管部门", "某县水利局", N, N],
    ["项目资金（元）", "预算数", N, "1-8月执行数", "1-8月执行率", "全年预计执行数", N, N],
    [N, "年度资金总额", "1,000,000.00", "650,000.00", "65%", "1,000,000.00", N, N],
    [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度目标值",
        "1-8月完成值",
        "全年预计完成值",
        "完成目标可能性",
        "偏差原因分析",
    ],
    ["产出指标", "数量指标", "保洁长度", "≥30公里", "20公里", "30公里", "确定能", N],
    ["效益指标", "生态效益", "水质达标率", "≥95%", "96%", "96%", "有可能", "汛期"],
]
ZHEJIANG_MERGES = ["A1:H1", "B3:C3"]
GUIZHOU = [
    ["2022年项目支出绩效自评表"],
    ["项目名称", "乡村道路硬化（合成）", N, N, N, N],
    ["项目主管部门及代码", "某县交通局 301", N, N, "项目实施单位", "某镇政府"],
    ["预算执行情况（万元）", "预算数：", N, 60, "执行数：", 54],
    [N, "其中：财政拨款", N, 60, "其中：财政拨款", 54],
    [N, "其他资金", N, 0, "其他资金", 0],
    ["年度目标完成情况", "预期目标", N, N, "目标实际完成情况", N],
    [N, "硬化2公里", N, N, "完成2公里", N],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "预期指标值", "实际完成指标值"],
    [N, "项目完成指标", "数量指标", "硬化里程", "2公里", "2公里"],
    [N, N, "质量指标", "验收合格率", "100%", "100%"],
    [N, "项目效果指标", "社会效益", "受益户", "≥200户", "210户"],
    [N, "满意度指标", "服务对象满意度", "群众满意度", "≥90%", "95%"],
]
GUIZHOU_MERGES = [
    "A1:F1",
    "B2:F2",
    "B3:D3",
    "A4:A6",
    "B4:C4",
    "B5:C5",
    "B6:C6",
    "A7:A8",
    "B7:D7",
    "E7:F7",
    "B8:D8",
    "E8:F8",
    "A9:A13",
    "B10:B11",
]


@pytest.fixture
def read(tmp_path):
    return partial(read_form, tmp_path)


def rows_of(form):
    return [(row["level1"], row["level3"], row["target_text"]) for row in form["indicators"]]


def test_shandong_without_a_unit_of_money_is_asked(read):
    form, codes = read(SHANDONG, SHANDONG_MERGES)
    assert "ZJ-11" in codes
    assert set(money(form, "full_year")) == {None}
    assert value(form, "dept") == value(form, "unit") == "某市民政局"
    assert form["goal"]["actual"]["value"] == "补助老人5100人"
    assert [row["score"]["value"] for row in form["indicators"]] == ["20", "30", "30", "9.8"]
    assert form["total"]["score"]["value"] == "98.8"


def test_henan_department_as_a_whole(read):
    form, _ = read(HENAN, HENAN_MERGES)
    assert value(form, "dept") == "某县水利局"
    assert (money(form, "initial")[0], money(form, "full_year")[0]) == ("10000000", "11000000")
    assert money(form, "executed")[0] == "10450000"
    assert rows_of(form)[0] == ("投入管理指标", "目标依据充分性", "充分")
    assert len(form["indicators"]) == 5  # tasks of the year are no indicators


def test_guangdong_weights_per_level_and_the_units_own_points(read):
    form, _ = read(GUANGDONG, GUANGDONG_MERGES)
    assert form["kind"] == "evaluation"
    assert value(form, "dept") == "某市某局"
    criteria = [(c["level1"], c["level3"], c["weight"]["value"]) for c in form["criteria"]]
    assert criteria[:2] == [("投入", "论证充分性", "5"), ("投入", "目标设置", "7")]
    assert sum(float(c["weight"]["value"]) for c in form["criteria"]) == 100
    assert [c["score"]["value"] for c in form["criteria"]][:2] == ["5", "6"]
    assert form["total"]["value"] == "95.5"


def test_yunnan_sign_value_and_unit_with_the_grade_beside_the_total(read):
    form, _ = read(YUNNAN, YUNNAN_MERGES)
    assert rows_of(form)[0] == ("产出指标", "养护里程", "≥50公里")
    assert money(form, "executed")[:2] == ["768000", "768000"]
    assert (value(form, "grade"), form["total"]["score"]["value"]) == ("优", "99.6")
    assert len(form["indicators"]) == 4


def test_jiangxi_goal_beside_its_label(read):
    form, _ = read(JIANGXI, JIANGXI_MERGES)
    assert value(form, "dept") == "某区城管局"
    assert money(form, "full_year") == ["5200000", "5200000", "0"]
    assert form["goal"]["expected"]["value"] == "目标1：环卫保洁"
    assert form["goal"]["actual"]["value"] == "已完成"


def test_zhejiang_monitoring_with_a_heading_over_label_and_amount(read):
    form, codes = read(ZHEJIANG, ZHEJIANG_MERGES)
    assert (form["kind"], form["period"]) == ("monitor", "1-8月")
    assert money(form, "full_year") == ["1000000"]
    assert money(form, "executed") == ["650000"]
    assert form["funds"][0]["label"] == "年度资金总额"
    assert "ZJ-03" not in codes


def test_guizhou_money_beside_its_words_and_no_points(read):
    form, _ = read(GUIZHOU, GUIZHOU_MERGES)
    assert value(form, "dept") == "某县交通局 301"
    assert (money(form, "full_year"), money(form, "executed")) == (
        ["600000", "600000", "0"],
        ["540000", "540000", "0"],
    )
    assert len(form["indicators"]) == 4
