"""留痕: who did what, when and why, before and after; the chain verified;
exports that stand alone.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from wenxiao.budget.reasons import EXEMPTION_REASONS
from wenxiao.orgs.selectors import roles
from wenxiao.pages.downloads import to_keep
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.records import selectors
from wenxiao.records.chain import Fault, without_entries
from wenxiao.records.chain import verify as verify_chain
from wenxiao.records.services import record
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Entry

ENTRY = "desk:trail"
MOST_VERIFIED = 50_000
"""How many entries are verified while one waits; more by the command ``wenxiao trail verify``."""

_HASH = re.compile(r"[0-9a-f]{64}")

WORDS = {
    "before": "原来",
    "after": "现在",
    "code": "代码",
    "unit": "单位",
    "units": "单位",
    "into": "承接单位",
    "on": "日期",
    "role": "角色",
    "until": "截止",
    "subjects": "对象",
    "deadline": "期限",
    "scope": "范围",
    "kind": "类别",
    "route": "审核流程",
    "todos": "待办",
    "reason": "理由",
    "note": "说明",
    "dossier": "档案",
    "count": "数量",
    "number": "编号",
    "due_on": "期限",
    "username": "账号",
    "points": "得分",
    "grade": "等级",
    "state": "状态",
    "fund": "资金来源",
    "month": "月份",
    "amount": "金额（元）",
    "arranged": "安排（元）",
    "used": "使用（元）",
    "rule": "规则",
    "entry": "规定",
    "grant": "授权",
    "duty": "分工",
    "user": "人员",
    "agency": "第三方机构",
    "name": "名称",
    "contact": "联系人",
    "phone": "电话",
    "office": "对口业务科室",
    "valid_from": "启用",
    "valid_to": "停用",
    "title": "名称",
    "issued_on": "发文日期",
    "in_force_from": "施行日期",
    "issuer": "发文单位",
    "file": "文件",
    "text": "内容",
    "value": "数值",
    "opening": "年初预算",
    "adjusted": "全年预算",
    "arrived": "到位",
    "line": "凭证号",
    "level": "级次",
    "digest": "摘要",
    "indicators": "指标",
    "old": "旧版编号",
    "items": "整改编号",
    "tables": "数据表",
    "files": "原件",
    "entries": "留痕",
    "todos_called_off": "取消的待办",
    "address": "来自",
    "path": "页面",
    "how": "方式",
    "rows": "指标",
    "held": "原有的一版",
    "result": "结果",
    "signature": "签字件",
    "frame": "指标体系",
}

CODES = {
    **dict(roles()),
    "ex_ante": "事前评估",
    "target_review": "目标审核",
    "monitoring": "绩效监控",
    "selfeval": "单位自评",
    "recheck": "自评复核",
    "department_evaluation": "部门评价",
    "finance_evaluation": "财政评价",
    "draft": "未下达",
    "open": "进行中",
    "closed": "已结束",
    "waiting": "待填报",
    "filling": "填报中",
    "submitted": "待审核",
    "returned": "已退回",
    "checked": "已审核",
    "confirmed": "已确认",
    "issued": "已出具",
    **EXEMPTION_REASONS,
}
"""Codes the trail stores, as people read them; the stored entry itself
keeps the code its hash covers.
"""

_SIDES = {"before", "after"}


def told(data: object) -> list[tuple[str, str, str | None]]:
    """An entry's data as (word, before or value, after); before and after
    stand side by side, None where there is one.
    """
    if not isinstance(data, dict):
        return []
    lines: list[tuple[str, str, str | None]] = []
    before, after = data.get("before"), data.get("after")
    if "before" in data or "after" in data:
        lines += _both(before, after)
    lines += [
        (WORDS.get(str(key), str(key)), _said(item), None)
        for key, item in data.items()
        if key not in _SIDES
    ]
    return lines


def _both(before: object, after: object) -> list[tuple[str, str, str | None]]:
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = (
            before if isinstance(before, dict) else {},
            after if isinstance(after, dict) else {},
        )
        keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
        return [(WORDS.get(key, key), _said(old.get(key)), _said(new.get(key))) for key in keys]
    return [("改动", _said(before), _said(after))]


def _said(value: object) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return (
            "、".join(_said(item) for item in value[:30])
            + (f" 等 {len(value)} 项" if len(value) > 30 else "")
            or "—"
        )
    if isinstance(value, dict) and value.keys() >= _SIDES:
        return f"{_said(value['before'])} → {_said(value['after'])}"
    if isinstance(value, dict):
        return (
            "；".join(
                f"{WORDS.get(key, key)} {_said(item)}" for key, item in list(value.items())[:30]
            )
            or "—"
        )
    return CODES.get(str(value), str(value)[:300])


def _asked(request: HttpRequest) -> dict[str, str]:
    return {
        name: request.GET.get(name, "").strip()[:60]
        for name in ("who", "act", "what", "since", "till")
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _narrow(rows: QuerySet[Entry], asked: dict[str, str]) -> QuerySet[Entry]:
    if asked["who"]:
        rows = rows.filter(by_name__icontains=asked["who"])
    if asked["act"]:
        rows = rows.filter(act__icontains=asked["act"])
    if asked["what"]:
        rows = rows.filter(Q(label__icontains=asked["what"]) | Q(why__icontains=asked["what"]))
    if since := _day(asked["since"]):
        rows = rows.filter(day__gte=since)
    if till := _day(asked["till"]):
        rows = rows.filter(day__lte=till)
    return rows


@view("watch_trail")
def trail(request: HttpRequest) -> HttpResponse:
    """The trail, latest first, by person, act, target and day."""
    return _page(request)


def _page(request: HttpRequest, result: dict[str, object] | None = None) -> HttpResponse:
    division, asked = division_of(request, ENTRY), _asked(request)
    shown = page(
        _narrow(selectors.entries_of(division=division), asked),
        ["-pk"],
        token=request.GET.get("at"),
    )
    values = {
        "shown": shown,
        "lines": [(entry, told(entry.data)) for entry in shown.rows],
        "asked": asked,
        "result": result,
        "heads": selectors.export_heads(division=division)[-5:][::-1],
        "narrowed": any(asked.values()),
        "packages": held(request).can("see_unit"),
        "query": {name: text for name, text in asked.items() if text},
    }
    return render(request, "desk/office/trail/index.html", values)


@view("watch_trail", methods=("POST",))
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chain from a day on (with links noted down elsewhere: all of it).
    Writes nothing.
    """
    division = division_of(request, ENTRY)
    since = None if request.POST.get("anchors") else _day(request.POST.get("since", ""))
    rows = selectors.entries_of(division=division)
    count = (rows.filter(day__gte=since) if since else rows).count()
    if count > MOST_VERIFIED:
        raise NotAllowed(
            f"要核验的有 {count} 条，页面上一次最多核验 {MOST_VERIFIED} 条：请选更近的起始日，或请系统管理员运行 wenxiao trail verify。"
        )
    heads = selectors.export_heads(division=division, since=since)
    anchors = _HASH.findall(request.POST.get("anchors", "")[:20_000].lower())
    entries = list(selectors.export_entries(division=division, since=since))
    faults = verify_chain(entries, heads, whole=since is None)
    faults += [] if entries or since else [without_entries(division.pk)]
    faults += _unknown(anchors, entries, division)
    return _page(
        request,
        {
            "count": count,
            "faults": faults,
            "since": since,
            "days": len(heads),
            "anchors": len(anchors),
        },
    )


def _unknown(anchors: list[str], entries: list[dict[str, Any]], division: Division) -> list[Fault]:
    """Of links noted down elsewhere, those the trail does not hold any more."""
    there = {entry["hash"] for entry in entries}
    text = "另存的校验值{}不在链上：所指的一条被删除，或整链被重算。"
    return [
        Fault(division.pk, "", 0, text.format(f" {one[:12]}… "))
        for one in anchors
        if one not in there
    ]


@view("watch_trail", methods=("POST",))
def export(request: HttpRequest) -> Any:
    """The trail as JSON for the stand-alone verifier; taking it out is itself an act on record."""
    division = division_of(request, ENTRY)
    since = _day(request.POST.get("since", ""))
    record(
        division=division,
        by=person(request),
        act="导出留痕",
        label=f"自 {since}" if since else "全部",
    )
    response = StreamingHttpResponse(
        _streamed(division, since), content_type="application/json; charset=utf-8"
    )
    return to_keep(response, f"留痕_{division.code}.json", on_record=True)


def _streamed(division: Division, since: date | None) -> Iterator[str]:
    yield f'{{"whole": {json.dumps(since is None)}, "entries": ['
    for at, entry in enumerate(selectors.export_entries(division=division, since=since)):
        yield ("," if at else "") + "\n" + json.dumps(entry, ensure_ascii=False)
    heads = selectors.export_heads(division=division, since=since)
    yield '\n], "heads": ' + json.dumps(heads, ensure_ascii=False) + "}\n"
