"""Texts people type: whole or refused by the name of the field, never cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = 4000
FIELD_WORDS = {
    "acceptance": "验收意见",
    "work": "服务内容",
    "act": "事项",
    "advice": "意见建议",
    "again": "连续承担的理由",
    "aliases": "别名",
    "asked_of": "请谁填",
    "audience": "调查对象",
    "amount": "金额",
    "answer": "答复",
    "approval": "批准文件",
    "basis": "依据",
    "budget": "预算数",
    "budget_change": "预算变动",
    "category": "类别",
    "clause": "条款",
    "code": "代码",
    "codes": "编码",
    "compared_by": "核对人",
    "conclusion": "结论",
    "consequence": "处理结果",
    "contact": "联系人",
    "credit_code": "统一社会信用代码",
    "dated": "材料日期",
    "deadline": "期限",
    "decided_body": "作出决定的机关",
    "editor": "编写单位",
    "engage_why": "委托依据",
    "escalate_why": "督办理由",
    "evidence": "依据的数据",
    "executed": "执行数",
    "expected": "全年预计执行数",
    "extend_why": "延期理由",
    "facts": "事实",
    "field": "领域",
    "first": "起始序号",
    "filler": "填报人",
    "filler_phone": "填报人电话",
    "goal_done": "年度总体目标实际完成情况",
    "frame": "指标体系",
    "from_year": "起始年度",
    "handed_to": "移送",
    "issued_on": "发文日期",
    "item": "目录问题",
    "kind": "类别",
    "lead": "牵头",
    "leader": "领导",
    "materials": "另需准备的材料",
    "matter": "事由",
    "measure": "整改措施",
    "method": "方式",
    "name": "名称",
    "new_number": "新文件文号",
    "new_title": "新文件名称",
    "node": "节点",
    "note": "说明",
    "notes": "现场情况",
    "number": "编号",
    "on": "日期",
    "opinion": "评估意见",
    "outcome": "办理结果",
    "owner": "责任人",
    "paper": "批准文件",
    "parts": "分设单位",
    "pasted": "粘贴的内容",
    "people": "参加人员",
    "person": "责任人",
    "phone": "电话",
    "how": "怎样告知的",
    "place": "地点",
    "points": "得分",
    "proof": "佐证",
    "reason": "理由",
    "question": "要填什么",
    "remarks": "整表说明",
    "reply": "整改结果",
    "restriction": "公开属性",
    "review": "评审",
    "road": "收到方式",
    "round": "任务",
    "seat": "席位",
    "second": "复核人",
    "seed": "种子",
    "seen": "看到的内容",
    "sender": "交表人",
    "sentence": "一句话说明",
    "severity": "程度",
    "share": "抽取比例",
    "signer": "签字人",
    "source": "来源",
    "summary": "会议纪要",
    "tag": "标签",
    "taker": "领取人",
    "term_years": "设立年限",
    "text": "内容",
    "texts": "内容",
    "questions": "问题",
    "title": "标题",
    "units": "单位范围",
    "until": "截止日期",
    "username": "账号",
    "value": "数值",
    "verdict": "核验意见",
    "why": "理由",
    "rest": "其余的归",
}
"""The word on the page for a field of a form, where the form doesn't give one of its own."""
ROWS = {"a": "说明", "c": "原因", "f": "预计", "m": "月份", "mcontent": "内容", "mname": "名称"}
ROWS |= {"n": "说明", "note": "说明", "o": "可能性", "p": "分值", "r": "理由", "t": "表述"}
ROWS |= {"v": "数值", "w": "理由", "d": "日期", "k": "项", "at_": "位置"}
"""The same for fields of rows, which carry a number behind."""


class TooLong(NotAllowed):
    """A text longer than its place; nothing is written and nothing is cut."""


def word_of(name: str) -> str:
    """What the page calls a field."""
    row = re.fullmatch(r"([a-z]+_?)\w*?\d+", name)
    return FIELD_WORDS.get(name) or (ROWS.get(row[1]) if row else None) or "这一栏"


def whole_text(text: str, longest: int, word: str) -> str:
    """A text without blanks around it and with plain line ends; TooLong
    names the field and both lengths.
    """
    plain = text.replace("\0", "").replace("\r\n", "\n").strip()
    if len(plain) > longest:
        raise TooLong(
            f"“{word}”最多 {longest} 字，收到 {len(plain)} 字；没有截断，也没有写入。请缩短后再提交。"
        )
    return plain


def text_of(request: HttpRequest, name: str, longest: int = LONGEST, word: str = "") -> str:
    """A posted text, whole; TooLong where it does not fit."""
    return whole_text(request.POST.get(name, ""), longest, word or word_of(name))


def posted_texts(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Everything typed in a form, by field, so that it can be copied back:
    (word, text, nothing).
    """
    known = ((name, text) for name, texts in request.POST.lists() for text in texts)
    hidden = {"csrfmiddlewaretoken", "version", "token", "next"}
    return [
        (word_of(name), text, "") for name, text in known if text.strip() and name not in hidden
    ]
