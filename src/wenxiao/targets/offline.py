"""离线填报: a target as its workbook holds it, and what a workbook brought back
says otherwise, cell by cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from wenxiao.files.cells.own_sheets import GIVEN_LABELS
from wenxiao.files.out.form_grid import shown
from wenxiao.files.out.target_workbook import Filled, text_of
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.files.forms.targets.own_workbook import Brought
    from wenxiao.targets.models import Indicator, Target

GOALS = (
    ("text", "年度目标"),
    ("long_text", "中长期目标"),
    ("content", "项目概况"),
    ("manager", "项目负责人"),
    ("starts", "开始时间"),
    ("ends", "结束时间"),
)
FIELDS = {column.field: column.label for column in table_layout("target").columns}
LONG = ("level1", "level2", "name", "expression")
KINDS = {"fund": "资金来源", "task": "主要任务"}
WAN = Decimal(10_000)
MOST = 200
_DIGITS = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


@dataclass(frozen=True, slots=True)
class WorkbookDifference:
    """One choice: what the system has (``old``) and what the workbook says
    (``new``); ``key`` names the place.
    """

    key: str
    place: str
    old: str
    new: str


def given_of(target: Target) -> dict[str, str]:
    """What the unit doesn't change, and which target and version the workbook is of."""
    subject, dossier = target.dossier.subject, target.dossier
    return {
        "key": str(target.pk),
        "version": str(target.version),
        "project": subject.name,
        "code": subject.code,
        "unit": dossier.unit.name,
        "year": str(dossier.fiscal_year),
    }


def filled(target: Target) -> Filled:
    """The workbook's contents as the target stands."""
    return Filled(
        given_of(target),
        [(key, label, getattr(target, key)) for key, label in GOALS],
        [{"pk": str(row.pk), **cells_of(row)} for row in target.indicators.all()],
        [
            {
                "kind": KINDS[one.kind],
                "name": one.name,
                "amount": "" if one.amount is None else text_of(one.amount / WAN),
                "content": one.content,
            }
            for one in target.amounts.all()
        ],
        [{key: str(step.get(key) or "") for key in ("step", "from", "to")} for step in target.plan],
        tuple(KINDS.values()),
        [{key: getattr(one, key) for key in LONG} for one in target.long_indicators.all()],
    )


def cells_of(row: Indicator) -> dict[str, str]:
    """A row as its cells show it."""
    texts = {name: getattr(row, name) for name in FIELDS if name != "weight"}
    return {**texts, "weight": shown(row.weight)}


def refuse_strange(target: Target, brought: Brought) -> None:
    """NotAllowed for a workbook of another target, and where a given cell was changed."""
    own = given_of(target)
    if brought.given.get("key") != own["key"]:
        raise NotAllowed(
            f"这是“{brought.given.get('project') or '另一份'}”（{brought.given.get('unit') or '单位未写'}，"
            f"{brought.given.get('year') or '年度未写'}）的离线表，"
            f"不是“{own['project']}”（{own['unit']}，{own['year']}）的。"
        )
    for key, label in GIVEN_LABELS:
        texts = brought.given.get(key, "")
        if key != "version" and texts != own[key]:
            raise NotAllowed(
                f"“说明”页的{label}应为“{own[key]}”，收到“{texts or '空'}”；给定的格不要改，请改回后再带回。"
            )
    if len(brought.rows) > MOST:
        raise NotAllowed(f"“年度指标”页有 {len(brought.rows)} 行，一份目标最多 {MOST} 行。")
    known = {str(row.pk) for row in target.indicators.all()}
    taken: set[str] = set()
    for line, cells in brought.rows:
        pk = cells.get("pk", "")
        if pk and (pk not in known or pk in taken):
            why = "重复" if pk in taken else "不是这份目标的"
            raise NotAllowed(f"“年度指标”第 {line} 行的行号“{pk}”{why}；行号不要改，新增的行留空。")
        taken |= {pk} - {""}


def differences(target: Target, brought: Brought) -> list[WorkbookDifference]:
    """Every cell, row, amount and step the workbook has otherwise; in the order of the form.
    Raises NotAllowed.
    """
    refuse_strange(target, brought)
    listed = [
        WorkbookDifference(f"h:{key}", label, getattr(target, key), brought.goals[key])
        for key, label in GOALS
        if key in brought.goals and brought.goals[key] != getattr(target, key).strip()
    ]
    return [
        *listed,
        *_rows(target, brought),
        *_money(target, brought),
        *_plan(target, brought),
        *_long(target, brought),
    ]


def _rows(target: Target, brought: Brought) -> list[WorkbookDifference]:
    by_pk = {cells["pk"]: (line, cells) for line, cells in brought.rows if cells.get("pk")}
    listed: list[WorkbookDifference] = []
    for at, row in enumerate(target.indicators.all(), start=1):
        old = cells_of(row)
        line, cells = by_pk.get(str(row.pk), (0, {}))
        if not set(cells) - {"pk"}:
            listed.append(
                WorkbookDifference(f"r-:{row.pk}", f"第 {at} 行“{row.name}”", _line(old), "")
            )
            continue
        for name, label in FIELDS.items():
            if name in brought.silent:
                continue
            new = cells.get(name, "")
            if name == "weight":
                new = shown(weight_of(new, line))
            if new != old[name].strip():
                place = f"第 {at} 行“{row.name}”{label}"
                listed.append(WorkbookDifference(f"r:{row.pk}:{name}", place, old[name], new))
    for line, cells in brought.rows:
        if not cells.get("pk"):
            weight_of(cells.get("weight", ""), line)
            listed.append(
                WorkbookDifference(f"r+:{line}", f"新增（表上第 {line} 行）", "", _line(cells))
            )
    return listed


def _line(cells: dict[str, str]) -> str:
    return "　".join(cells[name] for name in FIELDS if cells.get(name))


def weight_of(text: str, line: int) -> Decimal | None:
    """Points of a cell; None for an empty one. NotAllowed names the line."""
    return _number(text, f"“年度指标”第 {line} 行分值", 2)


def amount_of(text: str, line: int) -> Decimal | None:
    """An amount of a cell in 万元 as 元; None for an empty one. NotAllowed names the line."""
    value = _number(text, f"“资金和测算依据”第 {line} 行金额（万元）", 6)
    if value is not None and value < 0:
        raise NotAllowed(f"“资金和测算依据”第 {line} 行金额不能小于 0，收到“{text}”。")
    return None if value is None else value * WAN


def _number(text: str, where: str, digits: int) -> Decimal | None:
    plain = text.translate(_DIGITS).replace(",", "").strip()
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as error:
        raise NotAllowed(f"{where}应为数字，收到“{text[:30]}”。") from error
    exponent = value.normalize().as_tuple().exponent if value.is_finite() else None
    if not isinstance(exponent, int) or exponent < -digits or abs(value) >= Decimal(10) ** 13:
        raise NotAllowed(f"{where}最多 {digits} 位小数，收到“{text[:30]}”。")
    return value


def _money(target: Target, brought: Brought) -> list[WorkbookDifference]:
    old = {(KINDS[one.kind], one.name): one for one in target.amounts.all()}
    listed, seen = [], set()
    for line, cells in brought.money:
        key = (cells.get("kind", ""), cells.get("name", ""))
        if key[0] not in KINDS.values() or not key[1]:
            raise NotAllowed(
                f"“资金和测算依据”第 {line} 行须写明类别（{'、'.join(KINDS.values())}）和名称。"
            )
        if key in seen:
            raise NotAllowed(f"“资金和测算依据”第 {line} 行的“{key[1]}”写了两次。")
        seen.add(key)
        amount = amount_of(cells.get("amount", ""), line)
        new = (amount, cells.get("content", ""))
        before = old.get(key)
        if before is None or (before.amount, before.content.strip()) != new:
            was = _said(before.amount, before.content) if before is not None else ""
            listed.append(WorkbookDifference(f"m:{line}", f"{key[0]}“{key[1]}”", was, _said(*new)))
    return listed + [
        WorkbookDifference(f"m-:{one.pk}", f"{kind}“{name}”", _said(one.amount, one.content), "")
        for (kind, name), one in old.items()
        if (kind, name) not in seen
    ]


def _said(amount: Decimal | None, content: str) -> str:
    texts = "未填" if amount is None else f"{text_of(amount / WAN)} 万元"
    return f"{texts}　{content}".strip()


def _plan(target: Target, brought: Brought) -> list[WorkbookDifference]:
    def said(steps: Sequence[dict[str, str]]) -> str:
        return "；".join(
            f"{one.get('step', '')} {one.get('from', '')}至{one.get('to', '')}" for one in steps
        )

    old = [
        {key: str(step.get(key) or "") for key in ("step", "from", "to")} for step in target.plan
    ]
    new = [{key: cells.get(key, "") for key in ("step", "from", "to")} for _, cells in brought.plan]
    return [WorkbookDifference("plan", "实施进度计划", said(old), said(new))] if new != old else []


def _long(target: Target, brought: Brought) -> list[WorkbookDifference]:
    """The rows of the whole term as one choice; a workbook without their
    sheet says nothing of them.
    """
    if brought.long_rows is None:
        return []
    old = [{key: getattr(one, key).strip() for key in LONG} for one in target.long_indicators.all()]
    new = [{key: cells.get(key, "") for key in LONG} for _, cells in brought.long_rows]
    before, after = (
        "；".join("　".join(filter(None, one.values())) for one in x) for x in (old, new)
    )
    return [WorkbookDifference("long", "中长期指标", before, after)] if new != old else []
