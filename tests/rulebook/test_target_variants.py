"""Faults of target tables in other words: each is named, and clean rows of
the same kind are left alone.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.rulebook.checks import Table
from wenxiao.rulebook.checks.doors import TARGETS

HEAD = {
    "name": "农村公路养护",
    "kind": "project",
    "year": 2023,
    "budget_yuan": Decimal(2400000),
    "start": "2023-01-01",
    "end": "2023-12-31",
    "text": "养护农村公路126公里，安排财政资金240万元，方便沿线村民出行。",
}
ROWS = {
    "数量": ("产出指标", "数量指标", "养护公路里程", "≥126公里", "养护台账"),
    "质量": ("产出指标", "质量指标", "路面技术状况优良率", "≥90%", "检测报告"),
    "时效": ("产出指标", "时效指标", "养护完成时间", "2023年11月底前", "验收记录"),
    "成本": ("成本指标", "经济成本指标", "每公里养护成本", "≤1.9万元", "结算书"),
    "效益": ("效益指标", "社会效益指标", "沿线行政村通班车比例", "≥98%", "运管统计"),
    "持续": ("效益指标", "可持续影响指标", "养护后两年内返修路段比例", "≤3%", "巡查记录"),
    "满意": ("满意度指标", "服务对象满意度指标", "沿线村民满意度", "≥90%", "问卷200份"),
}
KEYS = ("level1", "level2", "level3", "target", "source")


def problems(text="", head=None, **rows):
    """(code, level, row) of every problem of the base table with some rows
    exchanged; a row is (name, target, more).
    """
    table = []
    for key, base in ROWS.items():
        row = dict(zip(KEYS, base, strict=True)) | {"weight": None, "unit": ""}
        if key in rows:
            name, target, *more = rows[key]
            row |= {"level3": name, "target": target, **(more[0] if more else {})}
        table.append(row)
    said = {**HEAD, **(head or {})} | ({"text": text} if text else {})
    return [
        (problem.code, problem.level, hit.row)
        for hit, problem in TARGETS.run(Table(table, said), "target")
    ]


PLACE = {key: at for at, key in enumerate(ROWS)}
FAULTS = [
    # a benefit nobody can measure
    ("效益", "群众出行便利程度", "明显改善", "MB-29"),
    ("效益", "村民获得感", "不断增强", "MB-29"),
    ("效益", "带动当地经济发展", "效果显著", "MB-29"),
    ("效益", "乡村产业发展", "有力促进", "MB-29"),
    ("效益", "公共服务水平", "得到有效提升", "MB-29"),
    ("效益", "社会影响", "良好", "MB-29"),
    ("效益", "生态环境质量", "进一步改善提升", "MB-29"),
    ("效益", "交通安全形势", "持续向好", "MB-29"),
    ("效益", "农民收入水平", "稳步增长", "MB-29"),
    ("持续", "长效管护机制", "逐步健全", "MB-29"),
    ("持续", "对事业发展的影响", "长期", "MB-29"),
    ("效益", "群众幸福感", "明显提升。", "MB-29"),
    ("效益", "营商环境", "优化提升", "MB-29"),
    ("效益", "保障交通畅通", "有效保障", "MB-29"),
    ("效益", "社会和谐稳定", "有效维护", "MB-29"),
    ("效益", "工作效能", "较上年有所提高", "MB-29"),
    # nobody complained
    ("满意", "村民意见", "无投诉", "MB-30"),
    ("满意", "服务对象满意度", "无投诉", "MB-30"),
    ("满意", "全年有责投诉", "0起", "MB-30"),
    ("满意", "群众反映情况", "零投诉", "MB-30"),
    ("满意", "信访件数", "≤2件", "MB-30"),
    ("满意", "服务对象投诉率", "≤1%", "MB-30"),
    ("满意", "社会公众反响", "无负面反映", "MB-30"),
    ("满意", "受益群众评价", "未收到不良反映", "MB-30"),
    ("满意", "12345热线差评数", "0", "MB-30"),
    # several promises in a cell
    ("数量", "养护工作", "养护公路≥126公里，清理边沟≥80公里", "MB-31"),
    ("数量", "养护工作", "≥126公里；修补坑槽≥3000平方米", "MB-31"),
    ("数量", "完成养护和培训", "养护126公里、培训30人", "MB-31"),
    ("数量", "养护任务", "≥126公里和≥12座桥", "MB-31"),
    ("数量", "养护任务", "126公里/12座", "MB-31"),
    ("数量", "养护任务", "1.养护126公里 2.清淤80公里", "MB-31"),
    ("数量", "养护任务", "养护里程≥126公里，其中县道≥40公里", "MB-31"),
    # what goes in is no output
    ("数量", "投入养护经费", "=240万元", "MB-32"),
    ("数量", "投入养护人员", "≥40人", "MB-32"),
    ("数量", "安排财政资金", "240万元", "MB-32"),
    ("数量", "出动养护机械台班", "≥300台班", "MB-32"),
    ("数量", "组织施工人员", "≥120人", "MB-32"),
    ("数量", "项目资金投入", "240万元", "MB-32"),
    ("数量", "派出技术人员", "≥12人次", "MB-32"),
    ("数量", "配备管理人员数量", "≥6人", "MB-32"),
    ("数量", "召开工作推进会", "≥4次", "MB-32"),
    ("数量", "印发工作方案", "1份", "MB-32"),
    ("数量", "资金拨付额", "240万元", "MB-02"),
    # the wrong way round
    ("质量", "路面病害率", "≥5%", "MB-33"),
    ("质量", "返工率", "≥2%", "MB-33"),
    ("效益", "交通事故起数", "≥3起", "MB-33"),
    ("效益", "平均通行时间缩短后时长", "≥30分钟", "MB-33", {"nature": "反向"}),
    ("质量", "检测合格率", "≤95%", "MB-33", {"nature": "正向"}),
    ("时效", "故障响应时间", "≥24小时", "MB-33", {"nature": "反向指标"}),
    # the output in other words
    ("效益", "全年完成公路养护里程", "≥126公里", "MB-34"),
    ("效益", "公路养护里程达到", "126公里", "MB-34"),
    # below last year
    ("效益", "沿线行政村通班车比例", "≥95%", "MB-35", {"last_actual": "98%"}),
    ("质量", "路面技术状况优良率", "90%以上", "MB-35", {"last_actual": "92.5%"}),
    ("数量", "养护公路里程", "≥110公里", "MB-35", {"last_actual": "120公里"}),
    ("质量", "路面病害率", "≤6%", "MB-35", {"last_actual": "4.8%"}),
    ("满意", "沿线村民满意度", "不低于88%", "MB-35", {"last_actual": "91%"}),
    # after the end
    ("时效", "养护完成时间", "2024年1月15日前", "MB-17"),
    ("时效", "养护完成时间", "2024年3月底前", "MB-17"),
    ("时效", "养护完成时间", "2024-02-01", "MB-17"),
    ("时效", "养护完成时间", "2024年2月", "MB-17"),
    ("时效", "工程竣工验收", "2024年第一季度", "MB-17"),
    ("时效", "养护完成时间", "次年3月底前", "MB-17"),
]


@pytest.mark.parametrize(("key", "name", "target", "code", "more"), [(*f, {})[:5] for f in FAULTS])
def test_a_fault_in_other_words_is_named(key, name, target, code, more):
    found = problems(**{key: (name, target, more)})
    assert (code, PLACE[key]) in {(found_code, row) for found_code, _, row in found}, found
    others = [one for one in found if one[1] != "提示" and one[2] not in {PLACE[key], None, 0}]
    assert not others


TEXTS = [
    "养护农村公路126公里，总投资320万元，方便村民出行。",
    "本项目预算300万元，用于养护农村公路。",
    "养护农村公路126公里，共需资金2600000元。",
    "申请财政资金180万元，养护农村公路。",
    "项目总经费为0.3亿元，用于村民出行。",
    "养护公路，计划投入资金约400万元。",
    "项目资金由区财政安排350万元。",
    "安排310万元用于农村公路养护。",
]


@pytest.mark.parametrize("text", TEXTS)
def test_an_amount_that_is_not_the_budget_is_named(text):
    assert "MB-36" in {code for code, _, row in problems(text) if row is None}


CLEAN = [
    ("效益", "沿线行政村通班车比例", "较上年提高5个百分点"),
    ("效益", "带动就业人数", "≥40人"),
    ("效益", "交通安全责任事故", "0起"),
    ("效益", "重特大交通事故发生数", "=0起"),
    ("效益", "农产品运输时间较上年缩短", "≥20分钟"),
    ("效益", "沿线村集体收入增长率", "≥6%"),
    ("效益", "养护路段事故率下降", "≥10%"),
    ("效益", "改善沿线村民出行条件惠及人口", "≥2.3万人"),
    ("持续", "管护制度", "建立并运行管护制度，落实管护责任人"),
    ("持续", "养护设施正常使用年限", "≥5年"),
    ("持续", "路长制覆盖率", "=100%"),
    ("质量", "投诉按时办结率", "=100%"),
    ("质量", "路面病害率", "≤4%", {"last_actual": "4.8%"}),
    ("质量", "路面病害修复率", "≥95%"),
    ("质量", "坑槽修补合格率", "=100%"),
    ("质量", "工程验收等级", "合格"),
    ("时效", "养护完成时间", "2023年12月31日前"),
    ("时效", "养护完成时间", "12月底前"),
    ("时效", "投诉响应时间", "≤24小时"),
    ("时效", "养护完成及时率", "=100%"),
    ("时效", "养护完成时间", "2023年第四季度"),
    ("数量", "养护公路里程", "126公里（县道40公里、乡道86公里）"),
    ("数量", "开展养护技术培训", "≥2期"),
    ("数量", "巡查公路里程", "≥5000公里"),
    ("数量", "采购养护设备", "≥6台"),
    ("数量", "购置救护车辆", "≥2辆"),
    ("数量", "资助困难学生人数", "≥300人"),
    ("数量", "发放补贴人数", "≥1200人"),
    ("数量", "举办招聘会", "≥6场"),
    ("数量", "安置残疾人员就业", "≥20人"),
    ("数量", "养护公路里程", "120—130公里"),
    ("数量", "养护公路里程", "≥126公里/年"),
    ("数量", "修订养护规程", "1部"),
    ("数量", "建成投入使用设备", "≥12台"),
    ("数量", "保障困难人员人数", "≥300人"),
    ("数量", "救助资金发放户数", "≥80户"),
    ("数量", "事故救援次数", "≥20次"),
    ("数量", "违法案件查处数", "≥15件"),
    ("成本", "养护总成本", "≤240万元"),
    ("成本", "补助标准", "=1200元/公里"),
    ("满意", "投诉人对处理结果的满意度", "≥90%"),
    ("满意", "受益群众满意度", "≥90%", {"last_actual": "90%"}),
    ("满意", "沿线企业满意率", "90%以上"),
    ("效益", "路网服务水平提升后通行速度", "≥40公里/小时", {"last_actual": "38公里/小时"}),
]
CLEAN_TEXTS = [
    "养护农村公路126公里，总投资240万元，其中材料费80万元、人工费60万元。",
    "养护农村公路126公里，每公里补助1.9万元，区财政安排240万元。",
    "养护农村公路，预算240.00万元。",
    "三年总投资720万元，本年安排240万元。",
    "总投资600万元，其中申请财政资金240万元，自筹360万元，方便村民。",
    "上年安排资金200万元，本年预算240万元。",
    "养护公路126公里，约需240万元，惠及村民，人均可支配收入2.4万元。",
    "市财政安排100万元，区财政安排140万元，用于公路养护，方便村民。",
    "涉及沿线企业年产值3000万元，养护资金240万元。",
]


@pytest.mark.parametrize(("key", "name", "target", "more"), [(*c, {})[:4] for c in CLEAN])
def test_a_clean_row_of_the_same_kind_is_left_alone(key, name, target, more):
    head = {"text": HEAD["text"] + "学生、残疾人、企业、农民。"}
    found = problems(head=head, **{key: (name, target, more)})
    assert not [one for one in found if one[1] != "提示" and one[2] == PLACE[key]], found
    assert not [one for one in found if one[1] == "阻断"]


@pytest.mark.parametrize("text", CLEAN_TEXTS)
def test_amounts_that_are_parts_or_agree_are_left_alone(text):
    assert "MB-36" not in {code for code, _, _ in problems(text)}


@pytest.mark.parametrize(
    ("name", "target", "nature", "right"),
    [
        ("路面病害率", "≥5%", "", "≤5%"),
        ("路面病害率", ">=5%", "反向", "≤5%"),
        ("路面病害率", "5%以上", "", None),  # how it shall read is not ours to say
        ("平均等候时长", "≥30分钟", "反向", None),  # the kind may be wrong as well as the sign
    ],
)
def test_a_right_text_is_offered_only_where_there_is_one(name, target, nature, right):
    row = {"level1": "产出指标", "level2": "质量指标", "level3": name, "target": target}
    table = Table([row | {"nature": nature}], HEAD)
    hits = [hit for hit, problem in TARGETS.run(table, "target") if problem.code == "MB-33"]
    assert [hit.right for hit in hits] == [right]
