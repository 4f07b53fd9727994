"""Sums of points in a self-evaluation: weights, the total, subtotals, and points written behind a level's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wenxiao.files.cells.labels import number_in, squeezed
from wenxiao.files.cells.numberformats import plain
from wenxiao.rulebook.problems import Level, Problem

Form = dict[str, Any]
HUNDRED, NINETY = Decimal(100), Decimal(90)
_BEHIND = re.compile(r"\(?(\d+(?:\.\d+)?)分\)?$")


def said(
    form: Form, code: str, level: Level, text: str, cell: object = None, **more: Any
) -> Problem:
    """A problem of this form at one of its cells."""
    return Problem(
        code, level, text, form["sheet"], cell if isinstance(cell, str) else None, **more
    )


def points_of(item: Any) -> Decimal | None:
    """The number of a ``{"cell", "value"}``, the computed one where the formula has no cached value."""
    if not isinstance(item, dict):
        return None
    for key in ("value", "computed"):
        if isinstance(item.get(key), str) and (number := number_in(item[key])) is not None:
            return number
    return None


def execution(form: Form, key: str) -> Decimal | None:
    """Weight or score of the execution rate, where the money block gives it."""
    return points_of(form["funds"][0].get(key)) if form["funds"] else None


def sum_problems(form: Form) -> Iterator[Problem]:
    """What does not add up, in the order of the sheet."""
    yield from _levels(form)
    yield from _subtotals(form)
    yield from _weights(form)
    yield from _total(form)


def _sum(rows: list[Any], key: str) -> Decimal | None:
    """The sum where every row has its points; rows that share merged points count once."""
    due = [
        row
        for row in rows
        if not (row.get(key) or {}).get("shared_rows") or points_of(row.get(key)) is not None
    ]
    values = [points_of(row.get(key)) for row in due]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _levels(form: Form) -> Iterator[Problem]:
    """「产出指标（50分）」 against the weights of its rows."""
    if form["kind"] != "selfeval":
        return
    for level in ("level1", "level2"):
        seen: dict[str, list[Any]] = {}
        for row in form["indicators"]:
            if row.get(f"{level}_raw") and row.get(f"{level}_cell"):
                seen.setdefault(row[f"{level}_cell"], []).append(row)
        for cell, rows in seen.items():
            written = _BEHIND.search(squeezed(rows[0][f"{level}_raw"]))
            total = _sum(rows, "weight")
            if written is not None and total is not None and Decimal(written[1]) != total:
                text = f"“{rows[0][level]}”写 {written[1]} 分，所属各项分值合计 {plain(total)}。"
                mend = "请核对上下级分值。"
                yield said(
                    form,
                    "ZP-26",
                    "警告",
                    text,
                    cell,
                    expected=plain(total),
                    got=written[1],
                    mend=mend,
                )


def _subtotals(form: Form) -> Iterator[Problem]:
    """A subtotal that is the sum of none of the groups it may stand for."""
    for entry in form.get("subtotals") or []:
        for key, words in (("weight", "分值"), ("score", "得分")):
            written = points_of(entry.get(key))
            sums = [
                total for rows in _groups(form, entry) if (total := _sum(rows, key)) is not None
            ]
            if written is None or not sums or written in sums:
                continue
            text = f"“{entry['label']}”{words} {plain(written)}，所属各项合计 {plain(sums[0])}。"
            mend = "请核对小计与各项。"
            cell = entry[key]["cell"]
            yield said(
                form,
                "ZP-25",
                "警告",
                text,
                cell,
                expected=plain(sums[0]),
                got=plain(written),
                mend=mend,
            )


def _groups(form: Form, entry: Any) -> list[list[Any]]:
    """The rows a subtotal may sum: those of its first level, of its second, those since the last subtotal."""
    rows, at = form["indicators"], entry["row"]
    if entry["named"]:
        return [
            [
                row
                for row in rows
                if entry["level1"] in str(row["level1"]) or entry["level1"] in str(row["level2"])
            ]
        ]
    first = [row for row in rows if entry["level1"] and row["level1"] == entry["level1"]]
    second = [row for row in first if row["level2"] == entry["level2"]]
    before = max((other["row"] for other in form["subtotals"] if other["row"] < at), default=0)
    return [first, second, [row for row in rows if before < row["row"] < at]]


def _weights(form: Form) -> Iterator[Problem]:
    total = _sum(form["indicators"], "weight")
    if form["kind"] != "selfeval" or total is None:
        return
    own = execution(form, "weight")
    if own is None and total == NINETY:
        return  # the other ten are those of the execution rate, which the form doesn't print
    total += own or 0
    if total != HUNDRED:
        place = (form.get("total") or {}).get("weight") or {}
        text, mend = f"分值合计 {plain(total)}，不是 100。", "请核对各项分值（含预算执行率分值）。"
        yield said(
            form,
            "ZP-10",
            "警告",
            text,
            place.get("cell"),
            expected="100",
            got=plain(total),
            mend=mend,
        )


def _total(form: Form) -> Iterator[Problem]:
    total = (form.get("total") or {}).get("score")
    shown, exact = points_of(total), _known_sum(form)
    if shown is None or exact is None or total is None:
        return
    exact += execution(form, "score") or 0
    if exact != shown and not _has_unprinted_execution(form, shown - exact):
        text = f"总分写 {plain(shown)}，各项得分合计 {plain(exact)}。"
        mend = "请核对总分与各项得分。"
        yield said(
            form,
            "ZP-12",
            "警告",
            text,
            total["cell"],
            expected=plain(exact),
            got=plain(shown),
            mend=mend,
        )


def _known_sum(form: Form) -> Decimal | None:
    """The sum of the scores; None while one that is due is missing."""
    due = [
        row
        for row in form["indicators"]
        if points_of(row.get("weight")) is not None
        and not (row.get("score") or {}).get("shared_rows")
    ]
    scores = [points_of(row.get("score")) for row in form["indicators"]]
    known = [score for score in scores if score is not None]
    if not known or any(points_of(row.get("score")) is None for row in due):
        return None
    return sum(known, Decimal(0))


def _has_unprinted_execution(form: Form, rest: Decimal) -> bool:
    """Whether the rest of a total can be the ten points of an execution rate the form doesn't score by itself."""
    if execution(form, "score") is not None or _sum(form["indicators"], "weight") != NINETY:
        return False
    rate = (form["funds"][0].get("rate") or {}).get("percent") if form["funds"] else None
    due = (
        None
        if rate is None
        else (min(Decimal(rate), HUNDRED) / 10).quantize(Decimal("0.01"), ROUND_HALF_UP)
    )
    return 0 <= rest <= 10 and (due is None or abs(rest - due) < Decimal("0.1"))
