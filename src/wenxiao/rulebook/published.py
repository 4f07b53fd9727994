"""Recomputes a published self-evaluation table from its own facts and names every difference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.execution import Execution, Part, execution
from wenxiao.rulebook.expressions import Comparator, Expression, parse
from wenxiao.rulebook.profiles import Profile, profile
from wenxiao.rulebook.published_marks import (
    ROUNDED,
    Mismatch,
    agreement,
    amounts_in_words,
    judged_grade,
    not_a_number,
    number_in,
    points_text,
    published_text,
    rate_agreement,
    shown,
)
from wenxiao.rulebook.published_sheet import judge_sheet
from wenxiao.rulebook.published_tables import flattened, is_sheet, sheet_from_case
from wenxiao.rulebook.rows import Outcome, Row
from wenxiao.rulebook.scoring import score_one
from wenxiao.rulebook.settle import BLANKS

__all__ = ["judge_sheet", "judge_table"]

_FULL = Decimal(100)
_SIGN_IN_NAME = re.compile(r"[（(]\s*(≥|≧|>=|≤|≦|<=|＞|>|＜|<)")
_SIGNS: dict[str, Comparator] = {
    "≥": ">=",
    "≧": ">=",
    ">=": ">=",
    "≤": "<=",
    "≦": "<=",
    "<=": "<=",
    "＞": ">",
    ">": ">",
    "＜": "<",
    "<": "<",
}
_PARTS = re.compile(r"^[★*☆\s]*其中")


def judge_table(
    case: Mapping[str, Any],
    *,
    profile_code: str | None = None,
    year: int | None = None,
    overrides: Overrides | None = None,
) -> dict[str, Any]:
    """A published table (as for ``wenxiao score``) judged by the rule of its year.

    Numbers may be int, Decimal, float or text as JSON gives them; money in the table's own unit.
    Returns the promised shape with points and rates as decimal strings; missing stays None.
    ProfileError for an unknown profile. ``overrides``: a division's own values, else national ones.
    """
    case = flattened(case)
    fiscal = year or fiscal_year(case.get("year"))
    if is_sheet(case):
        sheet = sheet_from_case(case)
        return judge_sheet(sheet, year=fiscal, form_id=case.get("id"), overrides=overrides)
    rule = profile(profile_code, fiscal, overrides)
    mismatches: list[Mismatch] = []
    execution, execution_points, execution_done = _execution(case, rule, mismatches)
    indicators: list[Mapping[str, Any]] = list(case.get("indicators") or ())
    rows, outcomes = [], []
    for at, indicator in enumerate(indicators):
        answer, outcome = _row(indicator, at, rule, fiscal, mismatches)
        rows.append(answer)
        outcomes.append(outcome)
    _parts(indicators, mismatches)
    _money_parts(case, mismatches)
    weights = _weights(case, indicators, mismatches)
    total = _total(case, (execution_points, execution_done), rows, mismatches)
    return {
        "id": case.get("id"),
        "kind": case.get("kind"),
        "execution": execution,
        "rows": rows,
        "weights": weights,
        "total": total,
        "grade": _grade(case, total, (fiscal, overrides), mismatches),
        "differences": [difference.as_json() for difference in mismatches],
        "profile": rule.code,
    }


def fiscal_year(value: object) -> int | None:
    """The fiscal year; the last one of a span (2019-2021)."""
    years = re.findall(
        r"(?:19|20)\d\d", str(value if not isinstance(value, dict) else value.get("value"))
    )
    return int(years[-1]) if years else None


def _execution(
    case: Mapping[str, Any], rule: Profile, found: list[Mismatch]
) -> tuple[dict[str, Any], Decimal | None, bool]:
    """Execution judged, its points, and whether nothing about it is open."""
    budget = case.get("budget") or {}
    if two := case.get("budget_candidates"):
        budget = {**budget, "full_year": None, "initial": None}
        both = f"{'、'.join(map(str, two))} 两列都可能是全年预算数，不算执行率"
        found.append(Mismatch("budget_column_ambiguous", "年度资金总额", both))
    judged = _executed(budget, number_in(case.get("exec_weight")), rule, found)
    weight, published = number_in(case.get("exec_weight")), number_in(case.get("exec_score"))
    points = judged.points if weight is not None else None
    answer: dict[str, Any] = {
        "rate": published_text(judged.rate),
        "points": points_text(points),
        "published": published_text(published),
        "agrees": None,
        "reason": judged.reason,
        "rule": judged.rule,
        "denominator": judged.denominator,
        "assumed": "没有全年预算数一列，按年初预算数计算"
        if judged.denominator == "年初预算数"
        else None,
    }
    if two:
        answer["reason"] = f"{both}，待确认。"
    _rate_text(case, judged, found)
    sentence = amounts_in_words(case.get("budget") or {})
    if sentence is not None:
        answer["reason"] = f"{sentence}，不计分，待确认。"
        found.append(Mismatch("not_a_number", "年度资金总额", sentence))
    if judged.rate is not None and judged.rate > _FULL:
        found.append(
            Mismatch("execution_above_budget", "预算执行率", f"执行率 {judged.rate}%，超过 100%")
        )
    missing = judged.points is None and judged.status == "not_reported" and not two
    if missing and published is not None:
        found.append(Mismatch("points_without_facts", "预算执行率", "没有预算数或执行数，却有得分"))
    if points is not None and published is not None:
        answer["agrees"], why = agreement(points, published)
        answer["reason"] = ROUNDED if why == ROUNDED else judged.reason
        if why:
            sentence = f"执行率 {judged.rate}%，应得 {points} 分，公布 {shown(published)} 分"
            found.append(
                Mismatch(
                    ROUNDED if why == ROUNDED else "execution_points_differ", "预算执行率", sentence
                )
            )
    settled = not judged.counts or points is not None or (weight is None and published is None)
    return answer, points, settled


def _executed(
    budget: Mapping[str, Any], weight: Decimal | None, rule: Profile, found: list[Mismatch]
) -> Execution:
    """The execution line; where the total row is 0 or empty, the parts count if they are not."""
    keys = ("full_year", "initial", "executed")
    amounts = [number_in(budget.get(key)) for key in keys]
    header = budget.get("header_row_total")
    parts: list[Part] = []
    for name, part in budget.items():
        if name != "header_row_total" and isinstance(part, list | tuple) and len(part) >= 2:
            parts.append((number_in(part[0]), None, number_in(part[1])))
    if header is not None and not any(number_in(item) for item in header) and any(amounts):
        parts, amounts = [(amounts[0], amounts[1], amounts[2])], [None, None, None]
    judged = execution(
        amounts[0], amounts[1], amounts[2], rule, parts, Decimal(0) if weight is None else weight
    )
    if judged.difference is not None:
        found.append(
            Mismatch(judged.difference, "年度资金总额", "合计行为空或为 0，按各分项资金之和计算")
        )
    return judged


def _rate_text(case: Mapping[str, Any], judged: Execution, found: list[Mismatch]) -> None:
    """A published rate that its own amounts don't give; 0.94 without a sign may stand for 94 %."""
    published, written = number_in(case.get("exec_rate_text")), str(case.get("exec_rate_text"))
    if judged.exact is None or published is None or rate_agreement(judged.exact, published):
        return
    if (
        "%" not in written
        and "％" not in written
        and rate_agreement(judged.exact, published.scaleb(2))
    ):
        return
    text = f"公布执行率 {written}，按执行数÷预算数为 {judged.rate}%"
    found.append(Mismatch("rate_differs", "预算执行率", text))


def _row(
    indicator: Mapping[str, Any], at: int, rule: Profile, year: int | None, found: list[Mismatch]
) -> tuple[dict[str, Any], Outcome]:
    """One indicator judged."""
    weight, published = number_in(indicator.get("weight")), number_in(indicator.get("score"))
    name = str(indicator.get("level3") or indicator.get("name") or "")
    place = f"第 {at + 1} 行 {name}".strip()
    target, assumed = _target(indicator, name)
    actual = _cell(indicator.get("actual"), "actual")
    if target is not None and actual is not None and _misread(target, actual):
        note = "目标值像是“≥”被识别成“2”，请核对原表"
        found.append(Mismatch("ocr_suspected", place, note))
        target = Expression(target.text, "unreadable", alt=(target,), ambiguous=True, note=note)
    outcome = score_one(
        Row(
            weight=weight,
            level1=indicator.get("level1"),
            level2=indicator.get("level2"),
            name=name,
            target=target,
            actual=actual,
            year=year,
            published=published,
        ),
        rule,
    )
    answer = {
        "status": outcome.status,
        "points": points_text(outcome.points),
        "published": published_text(published),
        "agrees": None,
        "reason": outcome.reason,
        "rule": outcome.rule,
        "assumed": "；".join(word for word in (assumed, outcome.assumed) if word) or None,
    }
    words = not_a_number(indicator.get("weight"))
    if words is not None:
        answer |= {"status": "unreadable", "reason": f"分值“{words}”不是数，待确认。"}
        found.append(Mismatch("not_a_number", place, f"分值“{words}”不是数"))
    _compare(answer, outcome, (weight, published), actual, place, found)
    return answer, outcome


def _compare(
    answer: dict[str, Any],
    outcome: Outcome,
    given: tuple[Decimal | None, Decimal | None],
    actual: Expression | None,
    place: str,
    found: list[Mismatch],
) -> None:
    """Fill in whether the published points agree, and name what is wrong with them."""
    weight, published = given
    if published is None:
        return
    if weight is not None and published > weight:
        found.append(
            Mismatch("above_weight", place, f"得分 {shown(published)} 超过分值 {shown(weight)}")
        )
    if published < 0:
        found.append(Mismatch("below_zero", place, f"得分 {shown(published)} 小于 0"))
    if actual is None or actual.text.strip() in BLANKS:
        found.append(
            Mismatch("points_without_facts", place, f"没有实际完成值，却得 {shown(published)} 分")
        )
        return
    if outcome.points is None:
        return
    answer["agrees"], why = agreement(outcome.points, published)
    if why == ROUNDED:
        answer["reason"] = ROUNDED
    if why:
        code = ROUNDED if why == ROUNDED else "points_differ"
        found.append(
            Mismatch(code, place, f"按规则应得 {outcome.points} 分，公布 {shown(published)} 分")
        )


def _target(indicator: Mapping[str, Any], name: str) -> tuple[Expression | None, str | None]:
    """The target read; a comparator standing in the name alone is taken from there, and said so."""
    target = _cell(indicator.get("target"), "target")
    sign = _SIGN_IN_NAME.search(name)
    if target is None or target.kind != "number" or target.comparator is not None or sign is None:
        return target, None
    comparator = _SIGNS[sign.group(1)]
    low = None if comparator in {"<=", "<"} else target.low
    high = None if comparator in {">=", ">"} else target.high
    return replace(target, comparator=comparator, low=low, high=high), "比较符取自指标名称"


def _cell(value: object, role: Any) -> Expression | None:
    """A target or actual cell read; None when nothing stands in it."""
    if isinstance(value, Mapping):
        value = value.get("value")
    text = "" if value is None else str(value).strip()
    return parse(text, role) if text else None


def _misread(target: Expression, actual: Expression) -> bool:
    """A bare target that is 2 followed by exactly the actual's digits: 28万亩 beside 8 was ≥8万亩."""
    if (
        target.kind != "number"
        or target.comparator is not None
        or target.low is None
        or actual.low is None
    ):
        return False
    digits = format(target.low, "f")
    return (
        len(digits) > 1
        and digits[0] == "2"
        and digits[1] not in "0."
        and digits[1:] == format(actual.low, "f")
    )


def _parts(indicators: list[Mapping[str, Any]], found: list[Mismatch]) -> None:
    """Rows named 其中… of one unit must add up to the row above them."""
    parent: Mapping[str, Any] | None = None
    group: list[Mapping[str, Any]] = []
    for indicator in [*indicators, {"level3": ""}]:
        if _PARTS.match(str(indicator.get("level3") or "")):
            group.append(indicator)
            continue
        if parent is not None and group:
            _check_parts(parent, group, found)
        parent, group = indicator, []


def _check_parts(
    parent: Mapping[str, Any], group: list[Mapping[str, Any]], found: list[Mismatch]
) -> None:
    for column, word in (("target", "目标值"), ("actual", "实际值")):
        whole = _cell(parent.get(column), column)
        cells = [_cell(item.get(column), column) for item in group]
        if whole is None or whole.low is None:
            continue
        known = [
            cell.low
            for cell in cells
            if cell is not None and cell.low is not None and cell.unit == whole.unit
        ]
        if len(known) == len(group) > 1 and sum(known) != whole.low:
            sentence = f"{word}分项之和 {shown(sum(known, Decimal(0)))} 不等于 {shown(whole.low)}"
            found.append(Mismatch("parts_differ", str(parent.get("level3") or ""), sentence))


def _money_parts(case: Mapping[str, Any], found: list[Mismatch]) -> None:
    """Amounts given with their parts (budget and budget_parts) must add up."""
    amounts = {
        **case.get("budget", {}),
        **{key: case[key] for key in case if f"{key}_parts" in case},
    }
    for name, whole in amounts.items():
        parts, stated = case.get(f"{name}_parts"), number_in(whole)
        known = [number_in(part) for part in parts] if isinstance(parts, list) else []
        if name == "full_year":
            known = known or [number_in(part) for part in case.get("budget_parts") or ()]
        summed = sum((part for part in known if part is not None), Decimal(0))
        if (
            known
            and stated is not None
            and all(part is not None for part in known)
            and summed != stated
        ):
            text = (
                f"各分项之和 {shown(summed)}，合计写 {shown(stated)}，相差 {shown(stated - summed)}"
            )
            found.append(Mismatch("parts_differ", "资金", text))


def is_whole(case: Mapping[str, Any]) -> bool:
    """Whether the table is all there: with more points than weights rows are missing."""
    if case.get("truncated") or case.get("excerpt_complete") is False:
        return False
    weights = [number_in(item.get("weight")) for item in case.get("indicators") or ()]
    known = [
        weight for weight in (*weights, number_in(case.get("exec_weight"))) if weight is not None
    ]
    total = number_in(case.get("total_score"))
    return total is None or not known or total <= sum(known)


def _weights(
    case: Mapping[str, Any], indicators: list[Mapping[str, Any]], found: list[Mismatch]
) -> dict[str, Any]:
    """Sum of weights with execution, against 100 and against the weights the heads promise."""
    known = [
        weight
        for weight in (number_in(item.get("weight")) for item in indicators)
        if weight is not None
    ]
    execution, stated = number_in(case.get("exec_weight")), number_in(case.get("total_weight"))
    summed = sum(known, Decimal(0)) + (execution or Decimal(0)) if known else None
    agrees = None
    if summed is not None and is_whole(case):
        agrees = summed == _FULL
        if not agrees:
            found.append(Mismatch("weights_not_100", "分值", f"分值合计 {shown(summed)}，不是 100"))
        if stated is not None and stated != summed:
            found.append(
                Mismatch(
                    "total_weight_differs",
                    "分值",
                    f"合计写 {shown(stated)}，相加为 {shown(summed)}",
                )
            )
    elif summed is not None and summed > _FULL:
        agrees = False
        found.append(Mismatch("weights_not_100", "分值", f"分值合计 {shown(summed)}，超过 100"))
    _level_weights(case, indicators, found)
    return {
        "sum": published_text(summed),
        "published": published_text(stated),
        "execution": published_text(execution),
        "agrees": agrees,
    }


def _level_weights(
    case: Mapping[str, Any], indicators: list[Mapping[str, Any]], found: list[Mismatch]
) -> None:
    """The weights written beside the level-1 names against the rows below them."""
    for level, stated in (case.get("l1_weights") or {}).items():
        promised = number_in(stated)
        known = [
            number_in(item.get("weight")) for item in indicators if item.get("level1") == level
        ]
        summed = sum((weight for weight in known if weight is not None), Decimal(0))
        if promised is None or not summed:
            continue
        if summed > promised or (is_whole(case) and summed != promised):
            text = f"{level}下各项分值合计 {shown(summed)}，表头写 {shown(promised)}"
            found.append(Mismatch("level_weight_differs", str(level), text))


def _total(
    case: Mapping[str, Any],
    execution: tuple[Decimal | None, bool],
    rows: list[dict[str, Any]],
    found: list[Mismatch],
) -> dict[str, Any]:
    """Our total against the published one, and whether the published points add up at all.

    A row that is a part of another (no weight, no points) is not counted. ``agrees`` stays None
    while a person must judge a row, unless the published points don't add up to their total.
    """
    points, settled = execution
    counted = [row for row in rows if row["status"] != "unweighted" or row["published"] is not None]
    scored = [Decimal(row["points"]) for row in counted if row["points"] is not None]
    complete = bool(counted) and settled and is_whole(case) and len(scored) == len(counted)
    computed = sum(scored, points or Decimal(0)) if scored or points is not None else None
    published = number_in(case.get("total_score"))
    given = [number_in(row["published"]) for row in counted]
    summed = _published_sum(case, given)
    agrees: bool | None = None
    if published is not None and complete and computed is not None:
        agrees = agreement(computed, published)[0]
    if published is not None and summed is not None and summed != published:
        agrees = False
        sentence = f"公布的各项得分相加为 {shown(summed)}，公布总分 {shown(published)}"
        found.append(Mismatch("total_not_sum", "总分", sentence))
    elif agrees is False:
        found.append(
            Mismatch(
                "total_differs",
                "总分",
                f"按规则合计 {computed}，公布总分 {published_text(published)}",
            )
        )
    return {
        "points": points_text(computed),
        "published": published_text(published),
        "agrees": agrees,
        "complete": complete,
        "published_sum": published_text(summed),
    }


def _published_sum(case: Mapping[str, Any], given: list[Decimal | None]) -> Decimal | None:
    """All published points with execution; None while one is missing or the table is cut off."""
    execution = number_in(case.get("exec_score"))
    if not given or not is_whole(case) or any(points is None for points in given):
        return None
    if execution is None and number_in(case.get("exec_weight")) is not None:
        return None
    return sum((points for points in given if points is not None), execution or Decimal(0))


def _grade(
    case: Mapping[str, Any],
    total: Mapping[str, Any],
    rules: tuple[int | None, Overrides | None],
    found: list[Mismatch],
) -> dict[str, Any]:
    """The grade of the published total (ours where none was) against the published word."""
    points = number_in(total["published"])
    if points is None and total["complete"]:
        points = number_in(total["points"])
    return judged_grade(points, case.get("grade"), rules, found, "公布")
