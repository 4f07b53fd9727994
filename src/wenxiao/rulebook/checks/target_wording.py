"""绩效目标 MB, the wording: what a row calls an output, a benefit or
satisfaction, and whether it really is one.
"""

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

_BEFORE = r"(?:(?:较|比|与)(?:上年|去年|往年|以前|以往|上一年|上年度|同期|(?:项目)?实施前)(?:度|同期)?(?:相比)?)?"
_BETTER = (
    r"(?:(?:有效|明显|显著|不断|逐步|逐渐|进一步|较好|大幅度?|持续|稳步|切实|全面|积极|得到|有所|充分|较大|有力|极大|更加|"
    r"日益|长期|保持|着力|深入|基本|大力)地?)*"
    r"(?:提高|提升|改善|增强|促进|加强|推动|推进|保障|降低|减少|优化|增加|改进|巩固|完善|扩大|发挥|好转|向好|见效|显著|明显|良好|"
    r"较好|长期|持续|不断|有效|增长|健全|维护|稳定|强化|带动|缓解|减轻|遏制|提振|深化|夯实|发展|进步|支撑|支持|改观|突出|显现|"
    r"加快|丰富|繁荣|和谐)+"
)
_MATTER = r"(?:作用|效果|成效|效益|影响|程度|水平|能力|幅度)"
_VAGUE = re.compile(f"{_BEFORE}{_MATTER}?{_BETTER}{_MATTER}*")
_STATES = frozenset({"健全", "稳定", "和谐", "繁荣", "丰富", "突出"})
"""States a qualitative row may end in, when nothing but the state is said."""
_COMPLAINTS = re.compile(r"投诉|信访|上访|举报|差评|(?:负面|不良)(?:反映|反馈|舆情|评价|报道)")
_INPUT = re.compile(
    r"投入(?!使用|运营|运行|生产|试).{0,8}(?:经费|资金|款|人员|人力|人数|力量|工时|车辆|设备|机械|费用)"
    r"|(?:安排|支付|拨付|使用|下达|筹措|落实|保障|争取).{0,8}(?:经费|资金|工程款|款项|费用)(?!.{0,4}(?:人数|户数|对象))"
    r"|(?:资金|经费|人员|人力|人工|设备|机械)投入(?!使用|运营|运行|生产|试)"
    r"|(?:出动|动用|租用|租赁).{0,8}(?:人员|人力|机械|台班|车辆|设备|力量)"
    r"|(?:聘用|雇用|雇佣|抽调|配备|派出|组织|安排)(?:工作|管理|施工|专职|辅助|技术|值班|作业)人员(?:数量|人数|数)?$"
)
_ACTIVITY = re.compile(
    r"(?:召开|开好).{0,8}(?:会议|例会|推进会|协调会)|(?:印发|制定|出台).{0,8}(?:文件|方案|通知|计划)|组织学习|上报材料"
)
_NUMBERED = re.compile(r"\d+(?:\.\d+)?\s*[^\d\s；;、，,。]{1,6}\s*[；;]\s*\S*?\d")
_REVERSE, _FORWARD = re.compile(r"反向|逆向"), re.compile(r"正向")
_BAD_THING = re.compile(
    r"(?:病害|返工|返修|差错|失误|缺陷|破损|损坏|违规|违法|漏报|误报|流失|故障|漏损|逾期|延误|拥堵|超标|事故|空置|闲置)"
    r"[^，,]{0,3}(?:率|起数|次数|件数|例数|比例)$"
)
_DEALT_WITH = re.compile(
    r"修复|整治|治理|办结|处置|处理|查处|整改|救治|救援|识别|发现|消除|化解|排查|检查|监测|下降|降低|减少|压减|控制"
)
"""Names of bad things in numbers, and of what is done about them: the first
shall be few, the second many.
"""
_UPPER, _LOWER = frozenset({"<=", "<"}), frozenset({">=", ">"})
_MONEY = re.compile(
    r"(?P<about>约|近|超过?|不超过|不低于|逾)?(?P<number>\d+(?:[,，]\d{3})*(?:\.\d+)?)\s*(?P<more>余)?(?P<unit>亿元|万元|千元|元)(?![/／]|每)"
)
_TOTAL = re.compile(
    r"(?:总投资|总投入|总预算|总经费|总额|预算(?:安排|资金|金额)?|申请(?:财政)?(?:资金|金额)|安排(?:财政|区级|县级|市级|省级)?(?:资金|经费)|(?:财政|项目|专项)?资金|经费|投入|投资|共需|合计|财政(?:预算)?(?:安排|承担|拨款|投入)|^(?:本年|当年|年度|计划|拟|共)?安排)(?:共|合计|共计|总计|为|是|约|：|:)*$"
)
_ASKED = re.compile(r"(?:财政|申请|本年|当年|本级|区级|县级|专项)[^，,。；;]{0,10}$")
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
        words = re.sub(r"[\s，,。、；;!！]", "", target)
        if _VAGUE.fullmatch(words) and words not in _STATES:
            name = row.get("level3") or ""
            text = f"效益指标“{name}”的目标“{target}”太笼统，看不出怎样算达到，不能衡量。"
            yield Hit(index, "target", text, "可以衡量的数值或状态", target)


@rule("MB-30")
def complaints_for_satisfaction(table: Table) -> Iterator[Hit]:
    """Nobody complained is not the same as people being content."""
    for index, row in enumerate(table.rows):
        if "满意" not in said(row, "level1", "level2"):
            continue
        name, target = said(row, "level3"), said(row, "target")
        by_name = _COMPLAINTS.search(name) and "满意" not in name
        if by_name or _COMPLAINTS.search(target):
            text = (
                f"满意度指标“{row.get('level3') or ''}”以投诉情况代替满意程度，无投诉不等于满意。"
            )
            yield Hit(index, "level3" if by_name else "target", text, "满意度及其样本", target)


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
            sure = _named_reverse(row, table)  # its kind alone may be the mistake
            right = _turned(said(row, "target")) if sure else None
            yield Hit(index, "target", text, "≤", read.text, right=right)
        elif _FORWARD.search(nature) and read.comparator in _UPPER:
            text = f"“{name}”标为正向，目标“{read.text}”却写成至多，性质与方向相反。"
            yield Hit(index, "nature", text, "≥", read.text)


def _turned(target: str) -> str | None:
    """The same target as a ceiling; None where its sign isn't written first."""
    turned = re.sub(r"^\s*(?:≥|≧|>=|＞=|＞＝)\s*", "≤", target)
    return turned if turned.startswith("≤") else None


def _named_reverse(row: Cells, table: Table) -> bool:
    """Whether the name alone says that less is better (rule data
    reverse_names); of costs MB-01 speaks.
    """
    if "成本" in said(row, "level1", "level2"):
        return False
    content = basis.in_force("reverse_names", table.year, table.overrides).content
    name = said(row, "level3")
    listed = any(word in name for word in content["names"]) or bool(_BAD_THING.search(name))
    return (
        listed
        and not any(word in name for word in content["not_names"])
        and not _DEALT_WITH.search(name)
    )


@rule("MB-34")
def benefit_repeats_output(table: Table) -> Iterator[Hit]:
    """A benefit that is an output in other words: the same number of the
    same things, named alike.
    """
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
    return (_bound(a), a.unit) == (_bound(b), b.unit) and _bound(a) is not None


def _bound(read: Expression) -> Decimal | None:
    return read.low if read.low is not None else read.high


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
    totals = list(_totals(text, only_this_year=several_years))
    together = sum((_amount(hit) for hit in totals), Decimal(0))
    if totals and together != budget and not _named_as_budget(text, budget, totals):
        hit = totals[0]
        said_amount = f"{hit['number']}{hit['unit']}"
        yield Hit(
            None,
            "text",
            f"文中写的金额 {said_amount} 与预算 {wan(budget)} 万元不符。",
            f"{wan(budget)} 万元",
            said_amount,
        )


def _named_as_budget(text: str, budget: Decimal, totals: list[re.Match[str]]) -> bool:
    """Whether some total, or the part that is asked for here, is the budget."""
    asked = (hit for hit in _MONEY.finditer(text) if _ASKED.search(text[: hit.start()]))
    return any(_equals(hit, budget) for hit in (*totals, *asked))


def _totals(text: str, *, only_this_year: bool) -> Iterator[re.Match[str]]:
    """Amounts that a sentence calls the whole: a part (其中, 人均, 每) never is;
    of several years only this one's.
    """
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
    number, amount = re.sub(r"[,，]", "", hit["number"]), _amount(hit)
    if hit["about"] or hit["more"]:
        return abs(amount - budget) * 10 <= budget
    step = _FACTORS[hit["unit"]].scaleb(-len(number.partition(".")[2]))
    return abs(amount - budget) * 2 <= step if step < budget else amount == budget


def _amount(hit: re.Match[str]) -> Decimal:
    return Decimal(re.sub(r"[,，]", "", hit["number"])) * _FACTORS[hit["unit"]]
