"""Five more forms of provinces nobody listed, rebuilt from how published tables look (合成): read
right, or asked about.
"""

from __future__ import annotations

from files.builders.plainbook import read_rows

N = None
LIAONING = [
    ["辽宁省项目支出绩效自评表"],
    ["（2022年度）"],
    ["项目（政策）名称", "农村饮水工程维修养护", N, N, "主管部门", "某县水利局"],
    ["实施单位", "某县水利服务中心", N, N, "项目负责人及电话", "李某 024-0000000"],
    [
        "项目预算执行情况（万元）",
        N,
        "年初预算数",
        "调整后预算数(A)",
        "全年支出数(B)",
        "执行率(B/A)",
        "分值",
        "得分",
    ],
    [N, "年度资金总额", 100, 120, 114, "95%", 10, 9.5],
    [N, "其中：财政拨款", 100, 120, 114, "95%", "-", "-"],
    ["年度总体目标", "预期目标", N, N, "目标实际完成情况"],
    [N, "维修12处", N, N, "完成12处维修"],
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "未完成原因及拟采取的改进措施",
    ],
    [N, "产出指标", "数量指标", "维修处数", "≥12处", "12处", 30, 30, N],
    [N, "产出指标", "质量指标", "验收合格率", "100%", "100%", 20, 20, N],
    [N, "效益指标", "社会效益指标", "受益人口", "≥3万人", "2.8万人", 30, 28, "外出务工"],
    [N, "满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "93%", 10, 10, N],
    ["总分", N, N, N, N, N, 100, 97.5],
]
LIAONING_MERGES = ["A1:I1", "A8:A9", "B8:D8", "E8:I8", "B9:D9", "E9:I9", "A10:A14", "A5:B5"]
JILIN = [
    ["吉林省省级预算项目绩效自评表（2023年度）"],
    ["项目名称：", "黑土地保护", "", "预算单位：", "省某站"],
    ["预算执行情况（单位：元）"],
    ["资金来源", "预算数", "实际支出数", "预算执行率", "得分"],
    ["合计", 500000, 480000, "96.00%", 9.6],
    ["省级财政资金", 500000, 480000, "96.00%"],
    ["一级指标", "二级指标", "三级指标", "指标值", "完成值", "权重", "得分", "偏差原因分析"],
    ["产出指标", "数量指标", "技术推广面积（亩）", "≥1000", "1100", 40, 40],
    ["产出指标", "时效指标", "完成时限", "2023年12月底前", "2023年11月", 20, 20],
    ["效益指标", "生态效益指标", "有机质含量", "有所提升", "有所提升", 20, 20],
    ["满意度指标", "服务对象满意度", "农户满意度", "≥95%", "96%", 10, 10],
    ["合计", N, N, N, N, 90, 90],
]
JILIN_MERGES = []
HEILONGJIANG = [
    ["黑龙江省项目支出绩效运行监控表"],
    ["（2023年1—8月）"],
    ["项目名称", "高标准农田建设", N, "主管部门", "省农业农村厅", "实施单位", "某局"],
    ["项目资金（万元）", N, "全年预算数", "1-8月执行数", "执行率", "全年预计执行数"],
    [N, "年度资金总额", 800, 320, "40%", 780],
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "1-8月完成值",
        "全年预计完成值",
        "偏差原因",
        "完成目标可能性",
    ],
    [N, "产出指标", "数量指标", "建设面积", "≥2万亩", "0.9万亩", "2万亩", "雨季影响", "有可能"],
    [N, "效益指标", "经济效益", "粮食增产", "≥5%", "尚未实现", "5%", N, "确定能"],
]
HEILONGJIANG_MERGES = []
SHAANXI = [
    ["中央对地方转移支付区域绩效自评表"],
    ["（2022年度）"],
    ["转移支付名称", "就业补助资金"],
    ["中央主管部门", "人社部"],
    ["地方主管部门", "某市人社局", "资金使用单位", "某市就业中心"],
    ["资金投入情况（万元）", N, "全年预算数（A）", "全年执行数（B）", "预算执行率（B/A）"],
    [N, "年度资金总额：", 2000, 1900, "95%"],
    [N, "其中：中央财政资金", 1500, 1450, "96.67%"],
    [N, "地方资金", 500, 450, "90%"],
    ["总体目标完成情况", "总体目标", N, "全年实际完成情况"],
    [N, "稳定就业", N, "就业稳定"],
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "指标值",
        "全年实际完成值",
        "未完成原因和改进措施",
    ],
    [N, "产出指标", "数量指标", "享受补贴人数", "≥3000人", "3120人"],
    [N, "效益指标", "社会效益指标", "零就业家庭动态清零", "是", "是"],
    [N, "满意度指标", "服务对象满意度指标", "补贴对象满意度", "≥85%", "91%"],
]
SHAANXI_MERGES = []
GANSU = [
    ["甘肃省财政重点绩效评价指标体系及评分表"],
    ["项目名称：", "祁连山生态（二期）", "", "主管部门：", "省某厅", "评价年度：", "2022"],
    [
        "一级指标",
        "权重",
        "二级指标",
        "权重",
        "三级指标",
        "权重",
        "评价标准",
        "评价得分",
        "扣分说明",
    ],
    ["A决策", 20, "A1项目立项", 8, "A11立项依据充分性", 4, "略", 4],
    [N, N, N, N, "A12程序规范性", 4, "略", 3, "缺一项论证"],
    [N, N, "A2目标", 12, "A21目标合理性", 12, "略", 10, "不够细"],
    ["B产出", 80, "B1数量", 80, "B11治理面积", 80, "略", 78],
    ["合计", 100, N, 100, N, 100, N, 95],
]
GANSU_MERGES = ["A4:A6", "B4:B6", "C4:C5", "D4:D5"]


def only(folder, rows, merges):
    """The one form of a sheet, and the codes said of it."""
    found = read_rows(folder, rows, merges)
    (form,) = found["forms"]
    return form, [problem["code"] for problem in found["problems"]]


def yuan(form, key):
    return [line[key]["yuan"] for line in form["funds"]]


def test_liaoning_money_goals_and_rows(tmp_path):
    form, said = only(tmp_path, LIAONING, LIAONING_MERGES)
    assert form["project_name"]["value"] == "农村饮水工程维修养护"
    assert (yuan(form, "initial")[0], yuan(form, "full_year")[0]) == ("1000000", "1200000")
    assert form["goal"]["actual"]["value"] == "完成12处维修"
    assert [row["actual"]["value"] for row in form["indicators"]] == [
        "12处",
        "100%",
        "2.8万人",
        "93%",
    ]
    assert (form["total"]["score"]["value"], said) == ("97.5", [])


def test_jilin_yuan_and_a_total_without_the_rate_is_named(tmp_path):
    form, said = only(tmp_path, JILIN, JILIN_MERGES)
    assert (form["unit"]["value"], form["year"]["value"], form["money_unit"]) == (
        "省某站",
        2023,
        "元",
    )
    assert yuan(form, "executed") == ["480000", "480000"]
    assert [row["target_text"] for row in form["indicators"]][:2] == ["≥1000", "2023年12月底前"]
    assert said == ["ZP-12"]


def test_heilongjiang_monitoring_to_august(tmp_path):
    form, said = only(tmp_path, HEILONGJIANG, HEILONGJIANG_MERGES)
    assert (form["kind"], form["period"], yuan(form, "executed")) == (
        "monitor",
        "1-8月",
        ["3200000"],
    )
    assert yuan(form, "expected_full_year") == ["7800000"]
    assert [row["possibility"]["value"] for row in form["indicators"]] == ["有可能", "确定能"]
    assert said == ["JK-09"]  # “尚未实现” where the target is ≥5%


def test_shaanxi_transfer_of_the_centre(tmp_path):
    form, said = only(tmp_path, SHAANXI, SHAANXI_MERGES)
    assert (form["dept"]["value"], form["unit"]["value"]) == ("某市人社局", "某市就业中心")
    assert yuan(form, "full_year") == ["20000000", "15000000", "5000000"]
    assert form["goal"]["actual"]["value"] == "就业稳定"
    assert [row["weight"] for row in form["indicators"]] == [None, None, None]
    assert said == []


def test_gansu_score_sheet_with_a_weight_for_each_level(tmp_path):
    form, said = only(tmp_path, GANSU, GANSU_MERGES)
    assert (form["subject_name"]["value"], form["dept"]["value"]) == (
        "祁连山生态（二期）",
        "省某厅",
    )
    assert [(row["weight"]["value"], row["score"]["value"]) for row in form["criteria"]] == [
        ("4", "4"),
        ("4", "3"),
        ("12", "10"),
        ("80", "78"),
    ]
    assert sorted(said) == ["PJ-07", "PJ-15"]
