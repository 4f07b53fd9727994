"""Rule values in plain words, and forms built from a value's own shape:
numbers as decimals, bands as tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from wenxiao.store.moves import NotAllowed

WORDS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "level3": "三级指标",
    "target": "指标值",
    "actual": "完成值",
    "score": "得分",
    "reason": "原因分析",
    "initial": "年初预算数",
    "full_year": "全年预算数",
    "executed": "执行数",
    "project_code": "项目代码",
    "project_name": "项目名称",
    "unit_code": "单位代码",
    "unit": "单位名称",
    "dept": "主管部门",
    "fund": "资金性质",
    "year": "年度",
    "month": "月份",
    "voucher": "凭证号",
    "budget": "预算金额",
    "added": "追加",
    "cut_back": "收回",
    "cut_back_on": "收回日期",
    "arrived": "到位金额",
    "arrived_on": "到位日期",
    "change": "指标类型",
    "money_unit": "金额单位",
    "manager": "项目负责人",
    "term_years": "设立年限",
    "expires_on": "到期日期",
    "midterm_on": "中期评估日期",
    "items": "考核内容（每行：考核内容｜取数｜分值）",
    "congress": "人大材料包（每行：材料名称｜来源）",
    "upper": "上级考核材料包（每行：考核内容｜来源）",
    "bands": "区间",
    "project": "项目",
    "department": "部门整体",
    "shares": "各级分值",
    "grade": "等级",
    "at_least": "下限（含）",
    "below": "上限（不含）",
    "closed": "含上限",
    "lights": "亮灯界限",
    "red_below": "低于此数为红灯",
    "green_from": "达到此数为绿灯",
    "above_pace_over": "超过此数标超进度",
    "tier_lights": "定性档次对应的灯",
    "unspent_below": "执行率低于此数而目标已完成时提示",
    "idle_months": "连续几个月没有支出时提示",
    "cut_back_late_from": "从几月起收回预算视为临近年底",
    "windows": "监控期间",
    "possibility": "完成可能性",
    "causes": "偏差原因",
    "compliance": "合规类别",
    "deviation": "偏差处理",
    "rules": "计分规则",
    "name": "名称",
    "names": "名单",
    "not_names": "除外",
    "standing": "核对情况",
    "limits": "数值",
    "next_budget": "下年度预算",
    "order": "先后",
    "amounts": "金额比例",
    "redesign_years": "同一问题连续几年的重新设计",
    "execution_below": "执行率低于多少算偏低（%）",
    "growth_above": "申报增幅超过多少算过快（%）",
    "strict_cut_percent": "从严审核按申报减（%）",
    "cut_to_percent_of_last_year": "压减到上年的（%）",
    "redesign_keep_percent_of_last_year": "重新设计先留上年的（%）",
    "ground": "根据",
    "mend": "怎样改",
    "laws": "所依法律",
    "cite": "出处",
    "seen": "所见原文",
    "body": "制定机关",
    "number": "文号",
    "date": "日期",
    "what": "所见",
    "compared": "核对日期",
    "sha256": "条文摘要值",
    "terms": "期限",
    "matter": "公开事项",
    "days": "天数",
    "counted": "计法",
    "since": "从何时起",
    "by": "由谁",
    "whole": "合计",
    "without_execution": "不含执行率的合计",
    "fewest_rows": "至少几行",
    "fewest_times": "相差多少倍起",
    "most_times": "相差多少倍止",
    "highest": "最高",
    "indicators": "指标分值",
    "apart_percent": "相差百分之几",
    "fewest_projects": "至少几个项目",
    "spent_below": "执行率低于",
    "rounding": "允许的舍入差",
    "least": "不低于",
    "tolerance": "允许的差",
    "document": "文件",
    "clause": "条款",
    "formula": "算法",
    "feedback_days": "反馈期限（日）",
    "plan_days": "提交整改措施期限（日）",
    "applies_to": "适用范围",
    "national": "国家规定",
    "grades": "等级",
    "action": "应用方式",
    "when": "情形",
    "first_action": "首要措施",
    "examples": "外地做法",
    "default": "默认口径",
    "profiles": "计分口径",
    "weights": "分值",
    "execution": "执行率算法",
    "execution_bands": "执行率区间",
    "points": "分值或要点",
    "share": "得分比例（%）",
    "zero_budget": "预算为零时",
    "reverse": "反向指标算法",
    "over_percent": "超额完成界限（%）",
    "over": "超额完成时",
    "tiers": "定性档次",
    "satisfaction": "满意度赋分",
    "min_sample": "最少问卷数",
    "range_outside": "区间之外",
    "late": "逾期时",
    "late_per_day": "每逾期一日扣分",
    "no_evidence": "没有佐证时",
    "cuts": "分档",
    "code": "编码",
    "from": "下限",
    "to": "上限",
    "dimensions": "评估维度",
    "policy_dimensions": "政策评估维度",
    "conclusions": "结论",
    "special_bond_items": "专项债券事项",
    "facts": "事项",
    "agree": "相合",
    "look_at": "另看的评价内容",
    "upper_columns": "上级考核评分表栏目",
    "upper_items": "上级考核内容、分值、标准",
    "upper_statistics": "上报统计表",
    "of_kind": "各类对象用哪套指标体系",
    "output_and_benefit": "计入产出与效益的一级指标",
    "criteria": "指标",
    "full": "满分",
    "explanation": "说明",
    "children": "下级指标",
    "mode": "方式",
    "principles": "原则",
    "decision": "处理意见",
    "checks": "检查",
    "stage": "环节",
    "title": "名称",
    "trigger": "触发条件",
    "level": "级别",
    "enabled": "启用",
    "note": "说明",
    "used_for": "用于",
    "min_output_plus_benefit": "产出与效益合计不低于",
    "entries": "条目",
    "kind": "类别",
    "source": "来源",
    "candidate_rule": "候选条件",
    "rate_below": "执行率低于",
    "basis": "依据",
    "weight": "分值",
    "standard": "标准",
    "1": "1档",
    "2": "2档",
    "3": "3档",
}
VALUES = {
    "green": "绿灯",
    "yellow": "黄灯",
    "red": "红灯",
    "linear": "按比例",
    "interval": "按区间",
    "judgement": "由人判定",
    "ratio": "比值式",
    "deduction": "扣减式",
    "none": "不设",
    "keep": "照常计分",
    "tiers_80_60": "三档 80/60",
    "tiers_80_50": "三档 80/50",
    "satisfaction_101": "101号满意度区间",
}
"""Codes of choices as people read them; a form takes either and keeps the code."""
_LONGEST = 400
_TOGETHER = "、"


def word(key: str) -> str:
    """A key of a rule file as people read it."""
    return WORDS.get(key) or VALUES.get(key, key)


def plain(value: Any) -> str:
    """A leaf in words: what is missing is said, a choice by its name."""
    if value is None or value == "":
        return "未定"
    if isinstance(value, bool):
        return "是" if value else "否"
    return VALUES.get(str(value), str(value))


@dataclass(frozen=True)
class RulePart:
    """One piece of a value: a leaf with ``text``, a list of texts, a table,
    or a heading over further parts.
    """

    key: str
    path: str
    text: str = ""
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    below: tuple[RulePart, ...] = field(default=())
    shape: str = "leaf"
    yes: bool | None = None
    name: str = ""

    @property
    def word(self) -> str:
        """Its name on screen: what the entry calls itself, else its key in words."""
        return f"{self.name}（{self.key}）" if self.name else word(self.key)

    @property
    def heads(self) -> list[str]:
        """The table's columns as people read them."""
        return [word(column) for column in self.columns]


def parts(content: Mapping[str, Any], path: str = "") -> list[RulePart]:
    """A rule's content as parts, in the order of the file."""
    return [_part(str(key), value, f"{path}{key}") for key, value in content.items()]


def _part(key: str, value: Any, path: str) -> RulePart:
    if isinstance(value, Mapping):
        return RulePart(
            key,
            path,
            below=tuple(parts(value, path + "/")),
            shape="group",
            name=str(value.get("name") or ""),
        )
    if isinstance(value, list | tuple):
        if value and all(isinstance(item, Mapping) for item in value):
            return _table(key, value, path) if _flat(value) else _listing(key, value, path)
        return RulePart(key, path, items=tuple(_line(item) for item in value), shape="list")
    return RulePart(key, path, text=plain(value), yes=value if isinstance(value, bool) else None)


def _line(item: Any) -> str:
    """One line of a list: a text, or words that stand together."""
    return _TOGETHER.join(map(str, item)) if isinstance(item, list | tuple) else str(item)


def _flat(rows: Sequence[Mapping[str, Any]]) -> bool:
    return not any(
        isinstance(item, Mapping | list | tuple) for row in rows for item in row.values()
    )


def _columns(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(key) for row in rows for key in row))


def _table(key: str, rows: Sequence[Mapping[str, Any]], path: str) -> RulePart:
    columns = _columns(rows)
    body = tuple(tuple(_cell(row, column) for column in columns) for row in rows)
    return RulePart(key, path, columns=columns, rows=body, shape="table")


def _cell(row: Mapping[str, Any], column: str) -> str:
    return plain(row[column]) if row.get(column) is not None else ""


def _listing(key: str, rows: Sequence[Mapping[str, Any]], path: str) -> RulePart:
    below = tuple(
        RulePart(
            str(row.get("name") or row.get("code") or at + 1),
            f"{path}/{at}",
            below=tuple(parts(row, f"{path}/{at}/")),
            shape="group",
        )
        for at, row in enumerate(rows)
    )
    return RulePart(key, path, below=below, shape="group")


# ---- back from a form ----------------------------------------------------------------------------

_CODES = {text: code for code, text in VALUES.items()}


def changed(
    content: Mapping[str, Any], posted: Mapping[str, str], path: str = ""
) -> dict[str, Any]:
    """What a form changed, as an override: mappings only with what differs,
    lists whole; empty when nothing did.
    """
    changes: dict[str, Any] = {}
    for key, value in content.items():
        here = f"{path}{key}"
        if isinstance(value, Mapping):
            if below := changed(value, posted, here + "/"):
                changes[str(key)] = below
            continue
        new = _read(value, posted, here)
        if new != value:
            changes[str(key)] = new
    return changes


def _read(value: Any, posted: Mapping[str, str], path: str) -> Any:
    if not isinstance(value, list | tuple):
        return _leaf(value, posted[path], path) if path in posted else value
    if value and all(isinstance(item, Mapping) for item in value):
        return (
            _rows(value, posted, path)
            if _flat(value)
            else [_nested(item, posted, f"{path}/{at}/") for at, item in enumerate(value)]
        )
    if path not in posted:
        return value
    lines = [_short(line.strip(), path) for line in posted[path].splitlines() if line.strip()]
    if value and isinstance(value[0], list | tuple):
        return [[word.strip() for word in line.split(_TOGETHER) if word.strip()] for line in lines]
    return lines


def _nested(item: Mapping[str, Any], posted: Mapping[str, str], path: str) -> dict[str, Any]:
    return {
        **item,
        **{key: _deep(item[key], new) for key, new in changed(item, posted, path).items()},
    }


def _deep(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _deep(old.get(key), item) for key, item in new.items()}}
    return new


def _rows(
    rows: Sequence[Mapping[str, Any]], posted: Mapping[str, str], path: str
) -> list[dict[str, Any]]:
    """A table: a row left blank goes, the blank row at the end comes in when filled."""
    columns = _columns(rows)
    table = []
    typed = [
        int(key[len(path) + 1 :].split("/")[0])
        for key in posted
        if re.match(rf"{re.escape(path)}/\d{{1,4}}/", key)
    ]
    for at in range(max([len(rows), *typed]) + 1):
        old = rows[at] if at < len(rows) else {}
        texts = {column: posted.get(f"{path}/{at}/{column}", "").strip() for column in columns}
        if not any(texts.values()):
            if at < len(rows) and f"{path}/{at}/{columns[0]}" not in posted:
                table.append(dict(old))
            continue
        pattern = old or rows[-1]
        row = {
            c: _leaf(pattern.get(c), text, f"{path}/{at}/{c}", old.get(c))
            for c, text in texts.items()
            if text or c in old
        }
        table.append({key: item for key, item in row.items() if item is not None or key in old})
    return table


def _leaf(value: Any, text: str, path: str, old: Any = None) -> Any:
    """The posted text in the kind of the value it replaces; NotAllowed
    where it is no such thing.
    """
    text = _short(text.strip().replace("\0", ""), path)
    if text == plain(value if old is None else old):
        return value if old is None else old
    if isinstance(value, bool):
        return _yes(text)
    if text in {"", "未定"}:
        return None if value is None or _number(value) else ""
    if _number(value):
        return _decimal(text, path)
    return _CODES.get(text, text)


def _short(text: str, path: str) -> str:
    """The text whole; NotAllowed by name where it is longer than a rule's
    words may be, never cut.
    """
    if len(text) > _LONGEST:
        name = word(path.rsplit("/", 1)[-1])
        raise NotAllowed(f"“{name}”有 {len(text)} 字，超过 {_LONGEST} 字，请缩短。")
    return text


def _yes(text: str) -> bool:
    if text not in {"是", "否"}:
        raise NotAllowed(f"应填“是”或“否”，收到“{text}”。")
    return text == "是"


def _number(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _decimal(text: str, path: str) -> str:
    try:
        number = Decimal(text.replace("，", "").replace(",", ""))
    except InvalidOperation as error:
        raise NotAllowed(f"“{word(path.rsplit('/', 1)[-1])}”应为数字，收到“{text}”。") from error
    if not number.is_finite() or abs(number) > 10**9:
        raise NotAllowed(f"“{word(path.rsplit('/', 1)[-1])}”超出范围，收到“{text}”。")
    return format(number, "f")
