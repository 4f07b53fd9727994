"""What does not add up in a list: totals, subtotals, amounts and points that are none, rows given twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from wenxiao.files.cells.textforms import number_of
from wenxiao.files.forms.listing import MONEY
from wenxiao.files.forms.listing_rows import EMPTY_WORDS, LABELS, row_problems
from wenxiao.rulebook.problems import Level, Problem

Form = dict[str, Any]
HIGHEST = 100


def list_problems(form: Form) -> list[Problem]:
    """Arithmetical faults of one list as read by ``read_list``, in the order of the sheet."""
    return [
        *_unit(form),
        *_amounts(form),
        *_points(form),
        *row_problems(form),
        *_subtotals(form),
        *_totals(form),
    ]


def summary_problems(form: Form, sheets: Sequence[Form]) -> list[Problem]:
    """Where a summary page and the score sheet it repeats differ: money, points, grade."""
    by_sheet = {sheet["sheet"]: sheet for sheet in sheets}
    out: list[Problem] = []
    for row in form["rows"]:
        sheet = by_sheet.get(row.get("sheet_of"))
        if sheet is None:
            continue
        total = sheet["total"]["value"] or sheet["total"].get("computed")
        pairs = (
            ("score", "得分", total, "value"),
            ("grade", "等级", sheet["grade"]["norm"], "value"),
            (
                "audited_arranged",
                LABELS["audited_arranged"],
                sheet["audited_arranged"]["yuan"],
                "yuan",
            ),
            ("audited_used", LABELS["audited_used"], sheet["audited_used"]["yuan"], "yuan"),
        )
        for key, label, wanted, said in pairs:
            got = row[key].get(said) if key in row else None
            if got is not None and wanted is not None and not _same(got, wanted):
                text = f"汇总表{label}与“{sheet['sheet']}”不一致。"
                out.append(
                    _problem(
                        form,
                        "PJ-19",
                        row[key]["cell"],
                        text,
                        expected=str(wanted),
                        got=str(got),
                        mend="请核对两表。",
                    )
                )
    return out


def _same(got: str, wanted: str) -> bool:
    a, b = number_of(got), number_of(wanted)
    return a == b if a is not None and b is not None else got.startswith(wanted)


def _problem(form: Form, code: str, cell: str | None, text: str, **more: Any) -> Problem:
    level: Level = more.pop("level", "警告")
    name = f"第 {form['table']} 张表" if "table" in form else form["sheet"]
    return Problem(code, level, text, name, cell, **more)


def _money_keys(form: Form) -> list[str]:
    return [key for key in LABELS if key in MONEY and form["rows"] and key in form["rows"][0]]


def _unit(form: Form) -> Iterator[Problem]:
    lacking = [
        key
        for key in _money_keys(form)
        if any(
            row[key]["raw"] and not row[key]["yuan"] and number_of(row[key]["raw"]) is not None
            for row in form["rows"]
        )
    ]
    if lacking:
        names = "、".join(LABELS[key] for key in lacking)
        yield _problem(
            form,
            "ZJ-11",
            form["unit_cell"],
            f"{names}没有写明金额单位。",
            mend="请在表头注明“单位：万元”或“元”。",
        )


def _amounts(form: Form) -> Iterator[Problem]:
    for row in form["rows"]:
        for key in _money_keys(form):
            raw = row[key]["raw"]
            if raw and number_of(raw) is None and raw not in EMPTY_WORDS:
                unit = form["money_unit"] or "万元"
                yield _problem(
                    form,
                    "ZJ-03",
                    row[key]["cell"],
                    f"“{raw[:30]}”不是金额。",
                    level="阻断",
                    expected=f"数字，单位{unit}",
                    got=raw[:60],
                    mend=f"应填数字，单位{unit}，如 200.00。",
                )


def _points(form: Form) -> Iterator[Problem]:
    for row in form["rows"]:
        item = row.get("score")
        text = item and item.get("value")
        if not text or text in EMPTY_WORDS:
            continue
        points = number_of(text)
        if points is None:
            yield _problem(
                form,
                "PJ-18",
                item["cell"],
                f"得分“{text}”不是数。",
                level="阻断",
                mend="请填数字。",
            )
        elif not 0 <= points <= HIGHEST:
            said = "为负数" if points < 0 else f"超过 {HIGHEST}"
            yield _problem(
                form,
                "PJ-02",
                item["cell"],
                f"得分 {text} {said}。",
                level="阻断",
                got=text,
                mend="请核对得分。",
            )


def _sum(rows: list[dict[str, Any]], key: str) -> Decimal | None:
    amounts = [Decimal(row[key]["yuan"]) for row in rows if row[key]["yuan"] is not None]
    unread = any(
        row[key]["raw"] not in {None, *EMPTY_WORDS} and row[key]["yuan"] is None for row in rows
    )
    return sum(amounts, Decimal(0)) if amounts and not unread else None


def _subtotals(form: Form) -> Iterator[Problem]:
    for group in form["groups"]:
        rows = [row for row in form["rows"] if row.get("group") == group["name"]]
        for stated in (group, group.get("subtotal", {})):
            yield from _compared(form, rows, stated, f"“{group['name']}”小计", "ZJ-12")


def _totals(form: Form) -> Iterator[Problem]:
    yield from _compared(form, form["rows"], form["totals"], "合计", "ZJ-13")


def _compared(
    form: Form, rows: list[dict[str, Any]], stated: dict[str, Any], name: str, code: str
) -> Iterator[Problem]:
    for key in _money_keys(form):
        item = stated.get(key)
        if not item or item["yuan"] is None:
            continue
        total = _sum(rows, key)
        if total is not None and total != Decimal(item["yuan"]):
            yield _problem(
                form,
                code,
                item["cell"],
                f"{LABELS[key]}{name} {item['yuan']} 元，各行之和为 {total:f} 元。",
                expected=f"{total:f} 元",
                got=f"{item['yuan']} 元",
                mend="请核对各行与合计。",
            )
