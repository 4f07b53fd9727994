"""绩效目标 MB, the wording: what a row calls an output, a benefit or satisfaction, and whether it really is one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from wenxiao.rulebook import basis
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, head_number, rule, said
from wenxiao.rulebook.checks.target_values import target_of
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.numbers import wan

_VAGUE = re.compile(
    r"(?:有效|明显|显著|不断|逐步|进一步|较好|大幅|持续|稳步|切实|全面|积极|得到|有所|充分|较大)*地?"
    r"(?:提高|提升|改善|增强|促进|加强|推动|保障|降低|减少|优化|增加|改进|巩固|完善|扩大|发挥|好转|见效|显著|明显|良好|较好|长期|持续|不断|有效)"
    r"(?:作用|效果|影响|程度|水平)?"
)
_COMPLAINTS = re.compile(r"投诉|信访|上访|举报|差评")
_INPUT = re.compile(
    r"(?:投入|安排|支付|拨付|使用|下达|筹措|落实|保障).{0,8}(?:经费|资金|款|人员|人力|人数|力量|工时|车辆|设备|费用)"
    r"|^(?:资金|经费|人员|人力|设备)投入|(?:聘用|雇用|雇佣|抽调|配备)(?:工作|管理|施工|专职|辅助)人员"
)
_ACTIVITY = re.compile(
    r"(?:召开|开好).{0,8}(?:会议|例会|推进会|协调会)|(?:印发|制定|出台).{0,8}(?:文件|方案|通知|计划)|组织学习|上报材料"
)
_NUMBERED = re.compile(r"\d+(?:\.\d+)?\s*[^\d\s；;、，,。]{1,6}\s*[；;]\s*\S*?\d")
_REVERSE, _FORWARD = re.compile(r"反向|逆向"), re.compile(r"正向")
_UPPER, _LOWER = frozenset({"<=", "<"}), frozenset({">=", ">"})
_MONEY = re.compile(
    r"(?P<about>约|近|超过?|不超过|不低于|逾)?(?P<number>\d+(?:[,，]\d{3})*(?:\.\d+)?)\s*(?P<more>余)?(?P<unit>亿元|万元|千元|元)(?![/／]|每)"
)
_TOTAL = re.compile(
    r"(?:总投资|总投入|总预算|总经费|总额|预算(?:安排|资金|金额)?|申请(?:财政)?(?:资金|金额)|安排(?:财政|区级|县级|市级|省级)?(?:资金|经费)|(?:财政|项目|专项)?资金|经费|投入|投资|共需|合计)(?:共|合计|共计|总计|为|是|约|：|:)*$"
)
_PART = re.compile(r"其中|人均|户均|每|单价|标准|分别|月薪|不含|另|自筹|上级|配套|贷款")
_THIS_YEAR = re.compile(r"本年|当年|年度|今年|20\d\d年(?!至|-|—|到)")
_FACTORS = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "亿元": Decimal(100_000_000),
}


@rule("MB-29")
def vague_benefit(table: Table) -> Iterator[Hit]:
    """A benefit that is only said to get better: no number, no state anybody could find."""
    for index, row in enumerate(table.rows):
        target = said(row, "target").strip()
        if "效益" not in said(row, "level1", "level2") or not target or re.search(r"\d", target):
            continue
        if _VAGUE.fullmatch(re.sub(r"[\s，,。]", "", target)):
            name = row.get("level3") or ""
            text = f"效益指标“{name}”的目标“{target}”太笼统，看不出怎样算达到，不能衡量。"
            yield Hit(index, "target", text, "可以衡量的数值或状态", target)


@rule("MB-30")
def complaints_for_satisfaction(table: Table) -> Iterator[Hit]:
    """Nobody complained is not the same as people being content."""
    for index, row in enumerate(table.rows):
        if "满意" not in said(row, "level1", "level2"):
            continue
        words = said(row, "level3", "target")
        if _COMPLAINTS.search(words) and "满意" not in said(row, "level3"):
            text = (
                f"满意度指标“{row.get('level3') or ''}”以投诉情况代替满意程度，无投诉不等于满意。"
            )
            yield Hit(index, "level3", text, "满意度及其样本", said(row, "target"))


@rule("MB-31")
def several_targets_in_a_cell(table: Table) -> Iterator[Hit]:
    """Two promises in one cell can't be scored as one."""
    for index, row in enumerate(table.rows):
        target = said(row, "target")
        if parse(target).kind == "compound" or _NUMBERED.search(target):
            text = f"指标“{row.get('level3') or ''}”一格里写了多个目标“{target[:40]}”，应拆成两行分别计分。"
            yield Hit(index, "target", text, got=target[:60])


@rule("MB-32")
def input_as_output(table: Table) -> Iterator[Hit]:
    """Money, people and meetings are what goes in, not what comes out."""
    for index, row in enumerate(table.rows):
        name = said(row, "level3").strip()
        if "产出" not in said(row, "level1") or "成本" in said(row, "level2"):
            continue
        if _INPUT.search(name):
            yield Hit(index, "level3", f"“{name}”是投入，不是产出。")
        elif "数量" in said(row, "level2") and _ACTIVITY.search(name):
            yield Hit(index, "level3", f"“{name}”是工作活动，不是产出成果。", mild=True)


@rule("MB-33")
def direction_against_nature(table: Table) -> Iterator[Hit]:
    """A reverse indicator that promises at least so much, or a forward one at most so much."""
    for index, row in enumerate(table.rows):
        read = target_of(row)
        if read.kind != "number":
            continue
        nature = said(row, "nature")
        reverse = bool(_REVERSE.search(nature)) or (
            not _FORWARD.search(nature) and _named_reverse(row, table)
        )
        name = row.get("level3") or ""
        if reverse and read.comparator in _LOWER and read.low:
            text = f"“{name}”越低越好，是反向指标，目标“{read.text}”却写成至少，方向相反。"
            yield Hit(index, "target", text, "≤", read.text)
        elif _FORWARD.search(nature) and read.comparator in _UPPER:
            text = f"“{name}”标为正向，目标“{read.text}”却写成至多，性质与方向相反。"
            yield Hit(index, "nature", text, "≥", read.text)


def _named_reverse(row: Cells, table: Table) -> bool:
    """Whether the name alone says that less is better (rule data reverse_names); of costs MB-01 speaks."""
    if "成本" in said(row, "level1", "level2"):
        return False
    content = basis.in_force("reverse_names", table.year, table.overrides).content
    name = said(row, "level3")
    return any(word in name for word in content["names"]) and not any(
        word in name for word in content["not_names"]
    )


@rule("MB-34")
def benefit_repeats_output(table: Table) -> Iterator[Hit]:
    """A benefit that is an output in other words: the same number of the same things, named alike."""
    outputs = [
        (row, read)
        for row in table.rows
        if "产出" in said(row, "level1") and (read := target_of(row)).kind == "number"
    ]
    for index, row in enumerate(table.rows):
        read = target_of(row)
        name = said(row, "level3").strip()
        if "效益" not in said(row, "level1") or read.kind != "number":
            continue
        for other, own in outputs:
            output = said(other, "level3").strip()
            if name != output and _same_number(read, own) and _alike(name, output, read, table):
                text = f"效益指标“{name}”换个说法重复了产出指标“{output}”，数值也相同。"
                yield Hit(index, "level3", text, got=read.text)
                break


def _same_number(a: Expression, b: Expression) -> bool:
    return (a.low, a.high, a.unit) == (b.low, b.high, b.unit)


def _alike(a: str, b: str, read: Expression, table: Table) -> bool:
    """Shares of signs in common: a percentage is often 100, so names of shares must be nearer."""
    common = sum((Counter(a) & Counter(b)).values())
    fewest = min(len(a), len(b))
    least = table.limits["share_of_percents" if read.unit == "%" else "share_of_counts"]
    return bool(fewest) and Decimal(common) / fewest >= least


@rule("MB-35")
def worse_than_last_year(table: Table) -> Iterator[Hit]:
    """A target that what was reached last year already surpasses."""
    for index, row in enumerate(table.rows):
        last = parse(said(row, "last_actual").strip(), "actual")
        read = target_of(row)
        if read.kind != "number" or last.kind != "number" or last.low is None:
            continue
        if last.unit is not None and read.unit is not None and last.unit != read.unit:
            continue
        down = (
            read.comparator in _UPPER
            or bool(_REVERSE.search(said(row, "nature")))
            or _named_reverse(row, table)
        )
        bound = (read.high if read.high is not None else read.low) if down else read.low
        if bound is not None and (bound > last.low if down else bound < last.low):
            word = "高于" if down else "低于"
            name = row.get("level3") or ""
            text = f"“{name}”的目标“{read.text}”{word}上年实际“{said(row, 'last_actual')}”，比上年还差。"
            yield Hit(index, "target", text, f"不{word}上年实际", read.text)


@rule("MB-36")
def amount_in_text_against_budget(table: Table) -> Iterator[Hit]:
    """The money the description speaks of is not the money that was asked for."""
    budget, text = head_number(table, "budget_yuan"), str(table.head.get("text") or "")
    if budget is None or budget <= 0:
        return
    several_years = str(table.head.get("start") or "")[:4] < str(table.head.get("end") or "")[:4]
    told = list(_totals(text, only_this_year=several_years))
    if told and all(not _equals(hit, budget) for hit in told):
        hit = told[0]
        said_amount = f"{hit['number']}{hit['unit']}"
        yield Hit(
            None,
            "text",
            f"文中写的金额 {said_amount} 与预算 {wan(budget)} 万元不符。",
            f"{wan(budget)} 万元",
            said_amount,
        )


def _totals(text: str, *, only_this_year: bool) -> Iterator[re.Match[str]]:
    """Amounts that a sentence calls the whole: a part (其中, 人均, 每) never is; of several years only this one's."""
    for sentence in re.split(r"[。；;\n]", text):
        for hit in _MONEY.finditer(sentence):
            before = sentence[: hit.start()]
            clause = re.split(r"[，,、（(]", before)[-1]
            if not _TOTAL.search(clause) or _PART.search(before):
                continue
            if not only_this_year or _is_this_years(clause, before):
                yield hit


def _is_this_years(clause: str, before: str) -> bool:
    """Whether an amount of a project over several years is that of one year alone."""
    return bool(_THIS_YEAR.search(clause)) or (
        "总" not in clause and bool(_THIS_YEAR.search(before))
    )


def _equals(hit: re.Match[str], budget: Decimal) -> bool:
    """Whether the amount is the budget at the digits it is written with; 约 and 余 leave a tenth."""
    number = re.sub(r"[,，]", "", hit["number"])
    amount = Decimal(number) * _FACTORS[hit["unit"]]
    if hit["about"] or hit["more"]:
        return abs(amount - budget) * 10 <= budget
    step = _FACTORS[hit["unit"]].scaleb(-len(number.partition(".")[2]))
    return abs(amount - budget) * 2 <= step if step < budget else amount == budget
