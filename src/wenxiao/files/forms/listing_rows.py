"""What cannot be right in one row of a list: its rate, its grade, its money, its name, or that it stands there twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wenxiao.files.cells.numberformats import plain
from wenxiao.files.cells.textforms import half_width, number_of
from wenxiao.files.forms.evaluation_checks import grade_of
from wenxiao.files.forms.listing import LEDGER_KEYS
from wenxiao.rulebook.problems import Level, Problem

Form = dict[str, Any]
Row = dict[str, Any]
LABELS = {
    "audited_arranged": "经审查实际安排资金",
    "audited_used": "经审查实际使用资金",
    "initial": "年初预算",
    "full_year": "全年预算",
    "budget": "预算安排资金",
    "executed": "执行数",
}
EMPTY_WORDS = {"", "/", "-", "—", "——", "无", "－"}
BUDGETS = ("audited_arranged", "full_year", "budget", "initial")
SPENT = ("audited_used", "executed")
_PAIRS = (
    ("audited_used", "audited_arranged"),
    ("executed", "full_year"),
    ("executed", "budget"),
    ("executed", "initial"),
    ("audited_used", "full_year"),
    ("audited_used", "budget"),
    ("audited_used", "initial"),
    ("executed", "audited_arranged"),
)
"""What a rate may be of what, the likelier first."""
GRADES = {
    "优": "优",
    "优秀": "优",
    "良": "良",
    "良好": "良",
    "中": "中",
    "中等": "中",
    "差": "差",
    "较差": "差",
}
HUNDRED = Decimal(100)


def row_problems(form: Form) -> Iterator[Problem]:
    """The faults of each row of a list as read by ``read_list``, top to bottom. Payments and the like may repeat."""
    ledger = any(key in row for row in form["rows"] for key in LEDGER_KEYS)
    seen: dict[tuple[str, ...], int] = {}
    for row in form["rows"]:
        yield from _money(form, row, ledger=ledger)
        yield from _rate(form, row)
        yield from _grade(form, row)
        if not ledger:
            yield from _named(form, row, seen)


def _said(form: Form, code: str, item: Row, text: str, **more: Any) -> Problem:
    level: Level = more.pop("level", "警告")
    name = f"第 {form['table']} 张表" if "table" in form else form["sheet"]
    return Problem(code, level, text, name, item["cell"], **more)


def _yuan(row: Row, key: str) -> Decimal | None:
    value = row[key]["yuan"] if key in row else None
    return None if value is None else Decimal(value)


def _unread(row: Row) -> bool:
    """Whether an amount of the row is no number: no other may stand in for it."""
    items = [row[key] for key in LABELS if key in row]
    return any(item["raw"] not in {None, *EMPTY_WORDS} and item["yuan"] is None for item in items)


def _money(form: Form, row: Row, *, ledger: bool) -> Iterator[Problem]:
    """Negative budgets and spending, and more used than there was; a ledger's refunds are negative by right."""
    for key, label in LABELS.items():
        amount = _yuan(row, key)
        if amount is not None and amount < 0 and not ledger:
            text = f"{label}是负数 {row[key]['raw']}。"
            yield _said(
                form,
                "ZJ-01",
                row[key],
                text,
                expected="不小于 0",
                got=row[key]["raw"],
                mend="请核对金额。",
            )
    arranged, used = _yuan(row, "audited_arranged"), _yuan(row, "audited_used")
    if arranged is not None and used is not None and used > arranged >= 0:
        yield _said(
            form,
            "ZJ-02",
            row["audited_used"],
            "经审查实际使用资金大于实际安排资金。",
            expected=f"不超过 {plain(arranged)} 元",
            got=f"{plain(used)} 元",
            mend="请核对两数及其单位。",
        )
    budgets = [amount for key in BUDGETS if (amount := _yuan(row, key)) is not None]
    spent = _yuan(row, "executed")
    if (
        spent is not None
        and budgets
        and not ledger
        and not _unread(row)
        and spent > max(budgets) > 0
    ):
        yield _said(
            form,
            "ZJ-02",
            row["executed"],
            "执行数大于预算数。",
            expected=f"不超过 {plain(max(budgets))} 元",
            got=f"{plain(spent)} 元",
            mend="请核对两数及其单位，或说明原因。",
        )


def _rate(form: Form, row: Row) -> Iterator[Problem]:
    """A rate that is none, or that no pair of the row's amounts makes to the digits printed."""
    item = row.get("rate")
    text = half_width(str(item.get("value") or "")).strip() if item else ""
    if item is None or text in EMPTY_WORDS:
        return
    written = number_of(text.rstrip("% "))
    if written is None:
        mend = "应填百分数，如 97.75%。"
        yield _said(
            form,
            "ZJ-05",
            item,
            f"“{text[:30]}”不是执行率。",
            level="阻断",
            expected="百分数",
            got=text,
            mend=mend,
        )
    if written is None or _unread(row):
        return
    exact = [
        spent * 100 / budget
        for one, other in _PAIRS
        if (spent := _yuan(row, one)) is not None and (budget := _yuan(row, other))
    ]
    if exact and not any(_same(written, text, rate) for rate in exact):
        due = plain(exact[0].quantize(Decimal("0.01"), ROUND_HALF_UP))
        shown = text if "%" in text else f"{text}（%）"
        yield _said(
            form,
            "ZJ-10",
            item,
            f"执行率写 {shown}，按金额应为 {due}%。",
            expected=f"{due}%",
            got=text,
            mend="请按 执行数÷预算数 重算。",
        )


def _same(written: Decimal, text: str, exact: Decimal) -> bool:
    """Equal to the digits printed; a share of 1 without the sign counts as the percent it stands for."""
    places = len(text.rstrip("% ").partition(".")[2])
    readings = (
        [(written, places)]
        if "%" in text
        else [(written, places), (written * 100, max(0, places - 2))]
    )
    return any(
        abs(value - exact) <= Decimal(1).scaleb(-min(digits, 4)) / 2 + Decimal("0.0001")
        for value, digits in readings
    )


def _grade(form: Form, row: Row) -> Iterator[Problem]:
    """Against the common bands 90, 80, 60, which a bureau may set otherwise: a warning at most."""
    points = number_of((row.get("score") or {}).get("value"))
    value = (row.get("grade") or {}).get("value")
    grade = GRADES.get(half_width(value or "").strip())
    if points is None or grade is None or not 0 <= points <= HUNDRED or grade_of(points) == grade:
        return
    code = "ZP-13" if any("自评" in name for name in form["columns"]) else "PJ-04"
    text = f"等级写“{value}”，{plain(points)} 分按 90、80、60 分线应为“{grade_of(points)}”。"
    mend = "请核对等级；本地分线不同的，以本地文件为准。"
    yield _said(form, code, row["grade"], text, expected=grade_of(points), got=value, mend=mend)


def _named(form: Form, row: Row, seen: dict[tuple[str, ...], int]) -> Iterator[Problem]:
    """A row without its name, and one whose object stands further up already."""
    item = row.get("project_name") or row.get("subject_name")
    if item is None:
        return
    if not item["value"]:
        yield _said(
            form, "DR-22", item, f"第 {row['row']} 行没有写明名称。", mend="请补填项目或对象名称。"
        )
        return
    keys = (
        "project_code",
        "project_name",
        "subject_name",
        "dept",
        "unit",
        "year",
        "indicator_name",
        "fund",
    )
    key = tuple(str((row.get(name) or {}).get("value") or "") for name in keys)
    if key in seen:
        text = f"“{item['value']}”与第 {seen[key]} 行重复。"
        yield _said(form, "DR-35", item, text, mend="请删除重复的一行，或写明区别。")
    seen.setdefault(key, row["row"])
