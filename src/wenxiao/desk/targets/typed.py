"""What a posted grid of a target says: rows, money and steps; a row in
which nothing is written is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.pages.acts import points_of, text_of, yuan_of
from wenxiao.pages.request_values import whole
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.store.moves import NotAllowed
from wenxiao.targets import services
from wenxiao.targets.plan import PlanStep
from wenxiao.targets.services import AskedAmount, Explanation, TargetRow

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.targets.models import Indicator, Target

COLUMNS = tuple((column.field, column.label) for column in table_layout("target").columns)
LONG_COLUMNS = COLUMNS[:4]
HEAD = (
    ("text", "年度目标"),
    ("long_text", "中长期目标"),
    ("content", "项目概况"),
    ("manager", "项目负责人"),
    ("starts", "开始时间"),
    ("ends", "结束时间"),
)
MONEY_KINDS = {"fund": "资金来源", "task": "主要任务"}
SPARE = 5
MOST_PROBLEMS = 400


def rows_typed(request: HttpRequest, row: Target) -> list[tuple[int | None, TargetRow]]:
    """The rows of the posted grid in their order, each with the number it had."""
    known = {one.pk: one for one in row.indicators.all()}
    typed: list[tuple[int | None, TargetRow]] = []
    for at in range(services.MOST_ROWS + SPARE + 1):
        if f"r{at}" not in request.POST:
            break
        texts = {name: text_of(request, f"{name}{at}", 2000) for name, _ in COLUMNS}
        if not any(texts.values()):
            continue
        weight = texts.pop("weight")
        pk = whole(request.POST.get(f"r{at}"))
        old = known.get(pk or 0)
        for name in texts:
            if f"{name}{at}" not in request.POST:
                texts[name] = getattr(old, name, "")
        typed.append((pk, promise_of(texts, weight, old, at)))
    return typed


def promise_of(texts: dict[str, Any], weight: str, old: Indicator | None, at: int) -> TargetRow:
    """One row as typed; what has no column of its own stays as it was."""
    return TargetRow(
        weight=points_of(weight, f"第 {at + 1} 行分值") if weight else None,
        **texts,
        note=old.note if old is not None else "",
    )


def money_typed(request: HttpRequest) -> list[tuple[str, AskedAmount]] | None:
    """Sources and tasks with their money and what it was reckoned by; None
    where the page has no such grid.
    """
    if "m0" not in request.POST:
        return None
    typed = []
    for at in range(services.MOST_AMOUNTS + SPARE):
        if f"m{at}" not in request.POST:
            break
        kind = text_of(request, f"m{at}", 8)
        name = text_of(request, f"mname{at}", 400)
        amount = yuan_of(request, f"mamount{at}", f"资金第 {at + 1} 行金额")
        content = text_of(request, f"mcontent{at}")
        if not name and amount is None and not content:
            continue
        if kind not in MONEY_KINDS:
            raise NotAllowed(f"资金第 {at + 1} 行的类别应为{'、'.join(MONEY_KINDS.values())}之一。")
        typed.append((kind, AskedAmount(name, amount, content)))
    return typed


def long_typed(request: HttpRequest) -> list[TargetRow] | None:
    """The rows of the whole term; None where the page has no such grid."""
    if "l0" not in request.POST:
        return None
    typed = []
    for at in range(services.MOST_LONG + SPARE):
        if f"l{at}" not in request.POST:
            break
        words = {name: text_of(request, f"l{name}{at}", 2000) for name, _ in LONG_COLUMNS}
        if any(words.values()):
            typed.append(promise_of(words, "", None, at))
    return typed


def explained_typed(request: HttpRequest) -> list[Explanation] | None:
    """Why problems of the list beside the grid stay as they are; None where
    the page has no such list.
    """
    if "w1" not in request.POST:
        return None
    typed = []
    for number in range(1, MOST_PROBLEMS + 1):
        if f"w{number}" not in request.POST:
            break
        code, text = text_of(request, f"w{number}", 20), text_of(request, f"wtext{number}", 2000)
        typed.append(Explanation(code, text, text_of(request, f"why{number}", 2000)))
    return typed


def steps_typed(request: HttpRequest) -> list[PlanStep] | None:
    """The steps of the plan; None where the page has no such grid."""
    if "s0" not in request.POST:
        return None
    typed = []
    for at in range(services.MOST_STEPS + SPARE):
        if f"s{at}" not in request.POST:
            break
        texts = [text_of(request, f"{name}{at}", 200) for name in ("s", "sfrom", "sto")]
        if any(texts):
            typed.append(PlanStep(*texts))
    return typed
