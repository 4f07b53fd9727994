"""Writes docs/forms.md: which forms are read and by what words, and the layouts they are printed
in; ``--check`` only compares.

The words are tried against the readers while the page is made, so it cannot promise a word no
reader knows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from wenxiao.files.forms.evaluation_columns import role_of
from wenxiao.files.forms.headings import FUND_HEADINGS, INDICATOR_HEADINGS, keyed
from wenxiao.files.forms.heads import DEPT, PROJECT, UNIT
from wenxiao.files.forms.targets.columns import heading_key
from wenxiao.rulebook.department_accounts import account_table
from wenxiao.rulebook.form_packs import packs

PAGE = Path(__file__).parent.parent / "docs" / "forms.md"

HEAD = {
    "项目名称": (PROJECT, ("项目名称",)),
    "主管部门": (DEPT, ("主管部门", "预算部门名称")),
    "实施单位": (UNIT, ("实施单位", "项目实施单位")),
}
MONEY = {
    "年初预算": ("initial", ("年初预算数", "年初预算", "预算批复数")),
    "全年预算": ("full_year", ("全年预算数", "调整后预算数", "年度预算数")),
    "执行数": ("executed", ("全年执行数", "预算执行数", "1-7月执行数", "实际支出数")),
    "全年预计执行数": ("expected_full_year", ("全年预计执行数",)),
    "执行率": ("rate", ("执行率", "预算执行率", "支出进度")),
    "分值": ("weight", ("分值", "权重")),
    "得分": ("score", ("得分", "自评得分")),
}
INDICATORS = {
    "一级指标": ("level1", ("一级指标", "指标类型")),
    "二级指标": ("level2", ("二级指标", "指标类别")),
    "三级指标": ("level3", ("三级指标", "指标名称", "指标内容")),
    "指标性质": ("nature", ("指标性质", "计算符号")),
    "指标值": ("target", ("年度指标值", "年初目标值", "计划值", "目标值")),
    "度量单位": ("unit", ("度量单位", "计量单位")),
    "完成值": ("actual", ("实际完成值", "全年完成值", "完成情况", "1-7月执行情况")),
    "全年预计": ("forecast", ("全年预计完成情况",)),
    "分值": ("weight", ("分值", "权重", "标准分")),
    "得分": ("score", ("得分", "自评得分", "单项得分")),
    "偏差原因": ("deviation", ("偏差原因分析及改进措施", "未完成原因分析", "扣分说明")),
    "完成可能性": ("possibility", ("完成目标可能性",)),
}
TARGETS = {
    "一级指标": ("level1", ("一级指标",)),
    "二级指标": ("level2", ("二级指标",)),
    "三级指标": ("level3", ("三级指标", "指标内容", "指标名称")),
    "指标值": ("target", ("指标值", "年度指标值", "本年度计划水平", "目标值")),
    "指标性质": ("nature", ("指标性质", "计算符号")),
    "度量单位": ("unit", ("度量单位", "计量单位")),
    "分值": ("weight", ("权重", "分值")),
    "上年实际": ("last_actual", ("上年度实际水平", "历史值")),
    "备注": ("note", ("备注", "指标解释", "计算公式")),
    "数据来源": ("source", ("数据来源", "取数来源")),
}


LEDGER = (
    *(
        "项目代码",
        "项目名称",
        "单位代码",
        "单位名称",
        "主管部门",
        "资金性质",
        "资金级次",
        "日期",
        "月份",
        "年度",
    ),
    *(
        "凭证号",
        "支付金额",
        "金额",
        "年初预算",
        "追加",
        "收回",
        "全年预算",
        "到位",
        "到位日期",
        "收回日期",
    ),
    *("指标类型", "科目", "收款人", "用途", "备注", "金额单位", "累计支出", "1月支付至12月支付"),
    *("项目负责人", "设立年限", "到期日期", "中期评估日期"),
    *("申报阶段", "申报数", "一上申报数", "二上申报数"),
    *("类型事项", "事项内容"),
)
"""The columns of a ledger (``intake.ledger.columns.ROLES``, which needs the
database's settings; a test compares).
"""


def accounts() -> tuple[str, ...]:
    """The columns of a department's final accounts, by the table's rule."""
    table = account_table()
    return (
        "决算项目",
        "决算数",
        *(
            item.name + (table.stages.get(stage) or "")
            for item in table.items.values()
            for stage in table.stages_of(item)
        ),
    )


SHEETS = {
    "一级指标": ("level1", ("一级指标",)),
    "二级指标": ("level2", ("二级指标",)),
    "三级指标": ("level3", ("三级指标", "评价指标")),
    "考核内容": ("content", ("考核内容", "评价要素")),
    "分值": ("weight", ("分值", "权重", "权数", "标准分")),
    "得分": ("score", ("得分", "评价得分", "考评得分")),
    "平均分": ("average", ("平均分", "平均得分")),
    "扣分原因": ("reason", ("扣分原因", "扣分说明")),
    "评分标准": ("standard", ("评分标准", "评价标准")),
    "指标解释": ("explanation", ("指标解释",)),
}


def _known(words: tuple[str, ...], key: str, read: Callable[[str], str | None]) -> str:
    wrong = [word for word in words if read(word) != key]
    if wrong:
        raise SystemExit(f"读表认不出这些词，不能写进 docs/forms.md：{'、'.join(wrong)}（{key}）")
    return "、".join(words)


def _table(
    title: str,
    columns: Mapping[str, tuple[str, tuple[str, ...]]],
    read: Callable[[str], str | None],
) -> Iterator[str]:
    yield from ("", f"### {title}", "", "| 列 | 认得的写法（举例） |", "| --- | --- |")
    for name, (key, words) in columns.items():
        yield f"| {name} | {_known(words, key, read)} |"


def _head() -> Iterator[str]:
    yield from (
        "# 读得出的表和打印的表式",
        "",
        "本页由 `scripts/forms_page.py` 生成：举出的写法都当场让读表程序认过，表式取自 `rulebook/packs`，请勿手改。",
        "",
        "- 表格文件：.xlsx（含 Strict）、.xls（含其实是网页、XML 2003、制表符文本的）、.et、.docx、.csv。",
        "- 找表靠表里的词，不靠位置：列可以换序、合并、分两层；一个文件里可以有几张表。",
        "- 认得的表里有一列不认得，写明是哪一列、可能是什么（DR-84），由人指定；不无声丢掉。",
        "- 金额单位看最近的：本格、本列列头、表头、表角；互相矛盾的先问。",
        "",
        "## 读",
    )


def _reading() -> Iterator[str]:
    yield from ("", "### 表头", "", "| 项 | 认得的写法（举例） |", "| --- | --- |")
    for name, (known, words) in HEAD.items():
        if missing := [word for word in words if word not in known]:
            raise SystemExit(f"读表认不出这些词：{'、'.join(missing)}")
        yield f"| {name} | {'、'.join(words)} |"
    yield from _table("资金（自评表、监控表）", MONEY, lambda word: keyed(word, FUND_HEADINGS))
    yield from _table(
        "指标（自评表、监控表）", INDICATORS, lambda word: keyed(word, INDICATOR_HEADINGS)
    )
    yield from _table("绩效目标申报表、目标表", TARGETS, heading_key)
    yield from _table("评价评分表", SHEETS, role_of)
    yield from (
        "",
        "指标可以是三级、两级或写在一列里；每位专家一列的按姓名列读，平均分与各专家比对。",
        "",
        "### 支付台账、预算台账",
        "",
        f"列名随系统不同，导入时可逐列指定并记住。能用的列：{'、'.join(LEDGER)}。",
        "",
        "### 部门决算数据",
        "",
        "一个单位一行，或一个项目一行（“决算项目”列写项目，金额按年初、调整、决算分列）。",
        f"能用的列：{'、'.join(accounts())}。",
    )


REBUILT = (
    (
        "山东 项目支出绩效自评表",
        "两栏总体目标、A/B 列字母、各项指标、总分都读出",
        "没有写金额单位：问（ZJ-11），金额不取",
    ),
    (
        "河南 部门（单位）整体绩效自评表",
        "部门名称、资金来源和结构逐行、投入管理指标在内的三级指标；主要任务不算指标",
        "没有项目名称：导入时问是哪个对象",
    ),
    (
        "广东 绩效自评指标评分表",
        "每级各有一列权重、两层表头、“自评分数”作得分；资金使用单位去掉盖章字样",
        "扣分没有写原因的逐项列出（PJ-07），没有等级写明（PJ-15）",
    ),
    (
        "云南 项目支出绩效自评表",
        "指标性质、指标值、度量单位三列合成指标值；总分旁“（自评等级）优”作等级",
        "",
    ),
    (
        "江西 部门整体支出绩效自评表",
        "总体目标和完成情况写在标签右边，没有表头的也读出",
        "对象导入时问",
    ),
    ("浙江 绩效运行监控表", "“预算数”合并在资金名称和金额两列之上，取金额；单位元、1-8月", ""),
    (
        "贵州 项目支出绩效自评表",
        "“预算数：”“执行数：”横排，下面逐行其中；没有分值、得分列",
        "没有分值的指标不计分",
    ),
    ("辽宁 项目支出绩效自评表", "年初、调整后、全年支出三列，“项目（政策）名称”，两栏目标", ""),
    (
        "吉林 省级预算项目绩效自评表",
        "“资金来源”逐行，元；名称在标签右边",
        "总分不含执行率得分：写明（ZP-12）",
    ),
    ("黑龙江 绩效运行监控表", "（2023年1—8月）作期间，全年预计执行数、完成可能性", ""),
    (
        "陕西 转移支付区域绩效自评表",
        "地方主管部门、资金使用单位、逐级资金；没有分值列",
        "没有分值的指标不计分",
    ),
    (
        "甘肃 重点绩效评价评分表",
        "每级各有权重列、名称前的编号去掉；项目名称的括号照原样",
        "扣分没有写原因（PJ-07）、没有等级（PJ-15）写明",
    ),
)
"""Forms of provinces rebuilt from how published ones look (合成), each a
test: what is read, what is asked.
"""


def _rebuilt() -> Iterator[str]:
    yield from (
        "",
        "### 照公开样子重排、逐格核过的外省表（合成）",
        "",
        "不在表式清单里的省份，照公开表的样子编了内容，逐格核对过读得对不对（`tests/files/test_other_provinces.py`、`test_five_more_provinces.py`）；读不准的问，不猜。",
        "",
        "| 表 | 读出 | 问、写明 |",
        "| --- | --- | --- |",
    )
    for name, read, asked in REBUILT:
        yield f"| {name} | {read} | {asked or '无'} |"


def _printing() -> Iterator[str]:
    yield from (
        "",
        "## 打印的自评表式",
        "",
        "本级用哪一种，在“自评表用哪种表式”这条规则里按文件选定，从起用日期起空表、填好的表都照此打印；打印出来的再导入，各行不变（`tests/files/test_form_packs.py`）。增加一种只需照样加一个 `rulebook/packs/*.yaml`；没有见过的表式不收。",
        "",
        "| 编号 | 表式 | 地区 | 对象 | 计分口径 | 见于 | 核对 | 列 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    )
    for pack in packs().values():
        scope = "部门整体" if pack.scope == "department" else "项目"
        columns = "、".join(pack.headings)
        yield (
            f"| {pack.code} | {pack.title} | {pack.region} | {scope} | {pack.profile} "
            f"| {pack.source} | {pack.standing} | {columns} |"
        )


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_reading(), *_rebuilt(), *_printing(), ""])


def main() -> int:
    """Write the page, or say whether it is up to date."""
    text = page()
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        print("docs/forms.md 已过时，请运行 scripts/forms_page.py。")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
