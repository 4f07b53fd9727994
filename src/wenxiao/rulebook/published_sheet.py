"""Checks the arithmetic of a score sheet; its points are people's and stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.numbers import scaled
from wenxiao.rulebook.published_marks import (
    Mismatch,
    digits_of,
    judged_grade,
    number_in,
    points_text,
    published_text,
    shown,
)

_FULL = Decimal(100)


def judge_sheet(
    form: Mapping[str, Any],
    *,
    year: int | None = None,
    form_id: str | None = None,
    overrides: Overrides | None = None,
) -> dict[str, Any]:
    """A score sheet of ``wenxiao read`` (criteria with weight, score, experts) in the shape of
    ``wenxiao score``.

    Sums, experts' means, level weights, subtotals, total and grade are checked; every row is
    ``needs_judgement`` with the people's points as published, except rows without a score
    (``not_reported``).
    """
    mismatches: list[Mismatch] = []
    fiscal = year or _year(form)
    trimmed = form.get("mean") == "trimmed"
    rows = [
        _row(item, at, mismatches, trimmed=trimmed)
        for at, item in enumerate(form.get("criteria") or ())
    ]
    whole = _whole(form)
    weights = _weights(form, mismatches, whole=whole)
    _levels(form, mismatches)
    _subtotals(form, mismatches)
    _expert_totals(form, mismatches)
    total = _total(form, rows, mismatches, whole=whole)
    return {
        "id": form_id or form.get("sheet"),
        "kind": form.get("kind") or "evaluation",
        "execution": {
            "rate": None,
            "points": None,
            "published": None,
            "agrees": None,
            "reason": "评分表不单列预算执行率得分",
        },
        "rows": rows,
        "weights": weights,
        "total": total,
        "grade": _grade(form, total, (fiscal, overrides), mismatches),
        "differences": [difference.as_json() for difference in mismatches],
    }


def _year(form: Mapping[str, Any]) -> int | None:
    """The year the sheet names."""
    cell = form.get("year")
    value = cell.get("value") if isinstance(cell, Mapping) else cell
    hit = re.search(r"(?:19|20)\d\d", str(value))
    return int(hit.group()) if hit else None


def _computed(cell: object) -> Decimal | None:
    """A cell's number; the computed one where a formula has no cached value."""
    if isinstance(cell, Mapping) and cell.get("value") is None:
        return number_in(cell.get("computed"))
    return number_in(cell)


def _name(item: Mapping[str, Any]) -> str:
    level3 = item.get("level3")
    return str(level3.get("value") if isinstance(level3, Mapping) else level3 or "")


def _row(
    item: Mapping[str, Any], at: int, found: list[Mismatch], *, trimmed: bool
) -> dict[str, Any]:
    """One criterion: within its weight, and the mean of its experts
    (without highest and lowest if ``trimmed``).
    """
    weight, score = _computed(item.get("weight")), _computed(item.get("score"))
    place = f"第 {at + 1} 项 {_name(item)}"
    marks = [
        mark for mark in (_computed(cell) for cell in item.get("experts") or ()) if mark is not None
    ]
    agrees: bool | None = None
    reason = "得分由评价人评定"
    if score is None:
        reason = "没有得分"
    elif weight is not None and not 0 <= score <= weight:
        found.append(
            Mismatch(
                "above_weight", place, f"得分 {shown(score)} 不在 0 与分值 {shown(weight)} 之间"
            )
        )
    for number, mark in enumerate(marks, 1):
        if weight is not None and not 0 <= mark <= weight:
            sentence = f"第 {number} 位专家评 {shown(mark)} 分，分值 {shown(weight)}"
            found.append(Mismatch("above_weight", place, sentence))
    if marks and score is not None:
        counted = sorted(marks)[1:-1] if trimmed and len(marks) > 2 else marks
        mean = Fraction(sum(counted, Decimal(0))) / len(counted)
        agrees = scaled(mean, max(digits_of(score), 1)) == score
        reason = "与各专家评分的平均一致" if agrees else "与各专家评分的平均不一致"
        if not agrees:
            sentence = f"平均分 {shown(score)}，各专家评分平均为 {scaled(mean, 2)}"
            found.append(Mismatch("expert_mean_differs", place, sentence))
    return {
        "status": "not_reported" if score is None else "needs_judgement",
        "points": None,
        "published": published_text(score),
        "agrees": agrees,
        "reason": reason,
        "rule": "评分表",
        "assumed": None,
    }


def _shares(cell: object) -> bool:
    """Whether points merged over several rows stand in a row above this one."""
    return isinstance(cell, Mapping) and bool(cell.get("shared_rows")) and not cell.get("value")


def _sum(items: list[Mapping[str, Any]], key: str) -> Decimal | None:
    """The sum of a column; None when nothing stands in it or a cell is missing."""
    values = [_computed(item.get(key)) for item in items if not _shares(item.get(key))]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _criteria(form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(form.get("criteria") or ())


def _whole(form: Mapping[str, Any]) -> bool:
    """Whether all rows are there: a total above the sum of the weights
    means that rows are missing.
    """
    weights, total = _sum(_criteria(form), "weight"), _computed(form.get("total"))
    return not form.get("truncated") and (weights is None or total is None or total <= weights)


def _weights(form: Mapping[str, Any], found: list[Mismatch], *, whole: bool) -> dict[str, Any]:
    """The sum of weights against 100 and against the one written."""
    summed, stated = _sum(_criteria(form), "weight"), _computed(form.get("total_weight"))
    agrees = None if summed is None or not whole else summed == _FULL
    if summed is not None and agrees is False:
        found.append(Mismatch("weights_not_100", "分值", f"分值合计 {shown(summed)}，不是 100"))
    if whole and summed is not None and stated is not None and stated != summed:
        found.append(
            Mismatch(
                "total_weight_differs", "分值", f"合计写 {shown(stated)}，相加为 {shown(summed)}"
            )
        )
    return {
        "sum": published_text(summed),
        "published": published_text(stated),
        "execution": None,
        "agrees": agrees,
    }


def _levels(form: Mapping[str, Any], found: list[Mismatch]) -> None:
    """The weights written beside level names (决策（15分）, 决策/项目立项) against the rows below."""
    for path, cell in (form.get("level_weights") or {}).items():
        promised, names = number_in(cell), str(path).split("/")
        below = [
            item
            for item in _criteria(form)
            if item.get("level1") == names[0]
            and (len(names) == 1 or item.get("level2") == names[1])
        ]
        summed = _sum(below, "weight")
        if promised is not None and summed is not None and promised != summed:
            text = f"{path}下各项分值合计 {shown(summed)}，写的是 {shown(promised)}"
            found.append(Mismatch("level_weight_differs", str(path), text))


def _subtotals(form: Mapping[str, Any], found: list[Mismatch]) -> None:
    """Each subtotal row against the rows of its level."""
    for entry in form.get("subtotals") or ():
        below = [item for item in _criteria(form) if item.get("level1") == entry.get("level1")]
        for key, word in (("weight", "分值"), ("score", "得分")):
            summed, written = _sum(below, key), _computed(entry.get(key))
            if summed is not None and written is not None and summed != written:
                text = f"{word}小计写 {shown(written)}，相加为 {shown(summed)}"
                found.append(Mismatch("subtotal_differs", str(entry.get("level1") or ""), text))


def _expert_totals(form: Mapping[str, Any], found: list[Mismatch]) -> None:
    """Each expert's written total against his marks."""
    for at, cell in enumerate(form.get("expert_totals") or ()):
        written = _computed(cell)
        columns = [item.get("experts") or [] for item in _criteria(form)]
        marks = [_computed(column[at]) for column in columns if at < len(column)]
        known = [mark for mark in marks if mark is not None]
        if written is not None and known and len(known) == len(columns) and sum(known) != written:
            text = (
                f"第 {at + 1} 位专家合计写 {shown(written)}，相加为 {shown(sum(known, Decimal(0)))}"
            )
            found.append(Mismatch("expert_total_differs", f"专家 {at + 1}", text))


def _total(
    form: Mapping[str, Any], rows: list[dict[str, Any]], found: list[Mismatch], *, whole: bool
) -> dict[str, Any]:
    """The sum of the rows' points against the written total: exact."""
    summed, stated = _sum(_criteria(form), "score"), _computed(form.get("total"))
    agrees = None if summed is None or stated is None or not whole else summed == stated
    if agrees is False and summed is not None and stated is not None:
        text = (
            f"各项得分相加为 {shown(summed)}，总分写 {shown(stated)}，相差 {shown(stated - summed)}"
        )
        found.append(Mismatch("total_not_sum", "总分", text))
    complete = whole and bool(rows) and all(row["status"] != "not_reported" for row in rows)
    return {
        "points": points_text(summed),
        "published": published_text(stated),
        "agrees": agrees,
        "complete": complete,
    }


def _grade(
    form: Mapping[str, Any],
    total: Mapping[str, Any],
    rules: tuple[int | None, Overrides | None],
    found: list[Mismatch],
) -> dict[str, Any]:
    """The grade of the rows' sum (of the written total where rows are
    missing) against the written word.
    """
    points = number_in(total["points"]) if total["complete"] else number_in(total["published"])
    return judged_grade(points, form.get("grade"), rules, found, "写的是")
