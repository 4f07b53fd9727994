"""Measure words as they stand in public tables; a unit is kept as written, without blanks."""

from __future__ import annotations

import re

_SCALES = ("万亿", "千亿", "百亿", "十亿", "千万", "百万", "十万", "亿", "万", "千", "百")
_MONEY = ("元钱", "元整", "人民币", "美元", "港元", "欧元", "元", "块钱", "块", "角")
_TIMES = (
    "个工作日", "工作日", "个自然日", "自然日", "个日历日", "个日历天", "日历天", "日历日", "个交易日", "个学时", "个课时", "个小时", "个季度", "个学期", "个学年", "个月", "月内", "小时", "分钟",
    "秒钟", "毫秒", "秒", "周岁", "岁", "星期", "周年", "学年", "学期", "年度", "季度", "课时", "学时", "工时", "工日", "周", "天", "日", "年", "月",
)  # fmt: skip
_PEOPLE = (
    "人次数", "人(次)", "场(次)", "户(次)", "人次", "人月", "人天", "人日", "人份", "人头", "户次", "家次", "人", "名", "户", "家", "位", "口", "员", "桌", "班次", "批次", "频次", "场次",
    "架次", "车次", "艘次", "船次", "台次", "台班", "件次", "册次", "例次", "床次", "头次", "只次", "轮次", "宗次", "门次", "套次", "点次", "项次", "次数", "次",
    "人员", "学生", "教师", "村民", "师生", "群众", "生",
)  # fmt: skip
_THINGS = (
    "台套", "台(套)", "台/套", "套(台)", "件套", "件(套)", "台件", "个(次)", "座", "处", "所", "项", "个", "件", "条", "只", "种", "场", "期", "份", "篇",
    "套", "部", "册", "本", "张", "台", "辆", "艘", "架", "栋", "幢", "间", "套间", "头", "匹", "羽", "株", "棵", "盏", "根", "块", "段", "眼", "口",
    "宗", "例", "起", "批", "类", "门", "节", "堂", "课", "轮", "届", "班", "队", "组", "支", "枚", "副", "幅", "面", "把", "盒", "箱", "瓶", "袋", "包",
    "桶", "车", "趟", "路", "站", "点", "孔", "床", "张床", "床位", "尾", "笼", "斤", "层", "单", "单位", "笔", "款", "案", "案件", "卷", "页", "字", "题",
    "首", "集", "版", "枝", "束", "线", "线路", "村", "乡镇", "镇", "乡", "街道", "社区", "县", "县区", "区", "市", "省", "校", "园", "院", "中心", "企业",
    "基地", "平台", "机构", "公司", "对", "双", "粒", "颗", "朵", "环节", "方面", "平台", "标段", "标准", "课题", "指标", "万千瓦", "档", "阶", "星",
    "报告", "工程", "项目", "系统", "杆", "樘", "扇", "棚", "穴", "丛", "苗", "剂次", "剂", "针次", "针", "人份", "管", "支次", "样品", "样本", "样",
    "条次", "条款", "GB", "TB", "MB", "KB", "PB", "G", "M", "T",
)  # fmt: skip
_MEASURES = (
    "万平方米", "平方千米", "平方公里", "平方厘米", "平方毫米", "平方米", "平方", "平米", "立方千米", "立方厘米", "立方米", "立方", "方量", "方", "延米", "沿米", "公里",
    "千米", "厘米", "毫米", "微米", "分米", "英里", "海里", "米", "公顷", "顷", "亩次", "亩", "分地", "公斤", "千克", "毫克", "微克", "克", "市斤", "吨公里",
    "标准吨", "吨", "担", "升", "毫升", "千瓦时", "千瓦小时", "千瓦", "兆瓦", "万千瓦时", "瓦", "度电", "度", "兆", "伏", "赫兹", "分贝", "标准煤", "标煤",
    "kg", "km²", "km2", "km", "cm", "mm", "m²", "m³", "m2", "m3", "㎡", "㎥", "mg", "μg", "ug", "g", "t", "hm²", "hm2", "mL", "ml", "L", "kWh", "kW",
    "kw", "MW", "dB", "Mbps", "mbps", "Gbps", "m", "h", "s", "℃", "°C", "°", "bps", "km/h", "ppm", "NTU",
)  # fmt: skip
_SHARES = (
    "个百分点",
    "百分点",
    "个基点",
    "个BP",
    "%",
    "‰",
    "‱",
    "成",
    "倍",
    "折",
    "分值",
    "分",
    "级",
    "等级",
    "星级",
    "A级",
    "比例",
)

_ATOMS = sorted({*_MONEY, *_TIMES, *_PEOPLE, *_THINGS, *_MEASURES, *_SHARES}, key=len, reverse=True)
_POINTS = r"个点(?![位子段名])"
_ATOM = "|".join((_POINTS, *(re.escape(atom) for atom in _ATOMS)))
_SCALE = "|".join(_SCALES)
_PER = rf"(?:(?:{_SCALE})?(?:{_ATOM})|半年|季|旬|\((?:{_ATOM})(?:[·*、×](?:{_ATOM}))*\))"
_JOINT = r"\s?(?:/|每|\*|·|、|×|\.(?=[一-鿿]))\s?"
UNIT = re.compile(rf"(?:(?:{_SCALE})\s?)?(?:{_ATOM})(?:{_JOINT}{_PER}(?!\d))*|(?:{_SCALE})(?:{_JOINT}(?:{_ATOM}))*")
_LOOSE = re.compile(
    r"(?:(?:" + _SCALE + r")\s?)?[\u4e00-\u9fffA-Za-z%‰℃°²³㎡㎥]{1,4}(?:[/·*][\u4e00-\u9fffA-Za-z]{1,4})*"
)
_NO_UNIT = re.compile(
    r"[多余几来]|以|及|或|左右|上下|前|后|内|底|末|完成|达|覆盖|到位|合格|满意|通过|实施|发放|落实|保障|实现|建|执行|的|为|不|是|了|等|按|率|无|有|优|良|差|其中|强|号"
)


def unit_at(text: str, start: int) -> tuple[str | None, int]:
    """The known unit standing at ``start`` (blanks skipped) as written without blanks, and where it ends."""
    while start < len(text) and text[start] == " ":
        start += 1
    found = UNIT.match(text, start)
    if found is None:
        return None, start
    return re.sub(r"\s", "", found.group()), found.end()


def loose_unit(text: str) -> str | None:
    """A short unknown word that can only be a unit because nothing else follows the number; else None."""
    if _LOOSE.fullmatch(text) and not _NO_UNIT.search(text):
        return text
    return None


def lone_unit(text: str) -> bool:
    """Whether the whole text is one unit, as when the number was lost."""
    plain = re.sub(r"\s", "", text)
    found = UNIT.fullmatch(plain)
    return found is not None and plain not in _WORDS_TOO and not plain.startswith("十")


_WORDS_TOO = frozenset(
    {"分", "级", "等级", "人员", "学生", "教师", "村民", "师生", "群众", "中心", "企业", "基地", "平台", "机构", "公司", "环节", "方面", "标准", "课题", "指标",
     "报告", "工程", "项目", "系统", "样品", "样本", "社区", "街道", "乡镇", "案件", "比例", "年度", "单位", "对", "成", "是", "度", "线路", "面", "A级", "生", "组", "队", "班"}
)  # fmt: skip
