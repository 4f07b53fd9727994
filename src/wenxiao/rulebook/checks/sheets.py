"""评价 PJ, the rows: score sheets of department and finance evaluation.
The points are people's; the sums are arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from wenxiao.rulebook.checks.facts import has, row_name, row_number, shares, whole_sum, written
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, head_number, numbered, rule, said
from wenxiao.rulebook.deductions import impossible_points
from wenxiao.rulebook.numbers import plain

_RESULTS = ("产出", "效益", "效果")
_NO_REASON = {"不扣分", "无", "未扣分"}
_FEWEST_TRIMMED = 3
"""Marks of which a highest and a lowest can be left out."""


@rule("PJ-01")
def weights_not_hundred(table: Table) -> Iterator[Hit]:
    """All weights of a score sheet."""
    whole, due = whole_sum(table.rows, "weight"), table.limits["whole"]
    if whole is not None and whole != due:
        text = f"各指标分值合计 {plain(whole)}，不是 {plain(due)}。"
        yield Hit(None, "total_weight", text, plain(due), plain(whole))


@rule("PJ-02")
def score_above_weight(table: Table) -> Iterator[Hit]:
    """More points than there are, or points below 0; of one expert among several it only warns."""
    highest = table.limits["highest"]
    for index, score, row in numbered(table, "score"):
        weight = row.get("weight")
        full = weight if isinstance(weight, Decimal) else highest
        if not 0 <= score <= full:
            yield _outside(table, index, "得分", score, full)
    for index, row in enumerate(table.rows):
        most = row.get("weight")
        for mark, cell in row.get("experts") or ():
            if isinstance(most, Decimal) and mark is not None and not 0 <= mark <= most:
                yield _outside(table, index, "专家评分", mark, most, cell)


def _outside(
    table: Table, index: int, word: str, score: Decimal, full: Decimal, cell: str | None = None
) -> Hit:
    name, most = row_name(table, index), plain(full)
    return Hit(
        index,
        "score",
        f"“{name}”{word} {plain(score)} 不在 0 与 {most} 之间。",
        f"0—{most}",
        plain(score),
        mild=cell is not None,
        cell=cell,
    )


@rule("PJ-23")
def points_beyond_execution(table: Table) -> Iterator[Hit]:
    """More points for the execution rate than the audited money gives."""
    arranged, used = (head_number(table, key) for key in ("audited_arranged", "audited_used"))
    for index, score, row in numbered(table, "score"):
        weight = row.get("weight")
        full = weight if isinstance(weight, Decimal) else None
        text = impossible_points(row_name(table, index), full, score, arranged, used)
        if text:
            yield Hit(None, "score", text, got=plain(score))


@rule("PJ-06")
def results_weigh_too_little(table: Table) -> Iterator[Hit]:
    """产出 and 效益 (or 效果) together below the least of the rule; only said where both weigh at all."""
    rows = [row for row in table.rows if any(word in said(row, "level1") for word in _RESULTS)]
    results, whole = whole_sum(rows, "weight"), whole_sum(table.rows, "weight")
    least = table.limits["least"]
    if results is not None and whole is not None and results < least <= whole:
        text = f"产出与效益分值合计 {plain(results)}，原则上不低于 {plain(least)}。"
        at = next(index for index, row in enumerate(table.rows) if row is rows[0])
        yield Hit(at, "weight", text, f"不低于 {plain(least)}", plain(results))


@rule("PJ-07")
def points_lost_without_reason(table: Table) -> Iterator[Hit]:
    """Less than the weight and nothing said why."""
    for index, score, row in numbered(table, "score"):
        weight = row.get("weight")
        if isinstance(weight, Decimal) and 0 <= score < weight and not _states_reason(row):
            text = f"“{row_name(table, index)}”扣 {plain(weight - score)} 分，没有写扣分原因。"
            yield Hit(index, "reason" if _place_of(row, "reason") else "score", text)


def _place_of(row: Cells, key: str) -> bool:
    return bool((row.get("places") or {}).get(key))


def _states_reason(row: Cells) -> bool:
    text = (said(row, "reason").strip() or said(row, "note")).strip("—-/／ 　")
    return bool(text) and text not in _NO_REASON


@rule("PJ-13")
def mean_not_of_experts(table: Table) -> Iterator[Hit]:
    """A mean that is not the experts', half-up to two decimals; without
    highest and lowest where the sheet says so.
    """
    for index, score, row in numbered(table, "score"):
        marks = sorted(mark for mark, _ in row.get("experts") or () if mark is not None)
        if not marks or "score" in (row.get("uncached") or {}):
            continue
        if table.head.get("trimmed") and len(marks) >= _FEWEST_TRIMMED:
            marks = marks[1:-1]
        mean = (sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if abs(mean - score) >= table.limits["tolerance"]:
            name = row_name(table, index)
            text = f"“{name}”平均分 {plain(score)}，按各专家评分应为 {plain(mean)}。"
            yield Hit(index, "score", text, plain(mean), plain(score))


@rule("PJ-17")
def weight_missing(table: Table) -> Iterator[Hit]:
    """A criterion without a weight; a bonus has none by right."""
    for index, row in enumerate(table.rows):
        if isinstance(row.get("weight"), Decimal) or shares(row, "weight"):
            continue
        if "加分" not in said(row, "level1", "level2", "level3"):
            yield Hit(index, "weight", f"“{row_name(table, index)}”没有分值。")


@rule("PJ-18")
def score_missing(table: Table) -> Iterator[Hit]:
    """A text where points should stand; none at all only warns."""
    listed = table.head.get("kind") == "list"
    for index, row in enumerate(table.rows):
        if isinstance(row.get("score"), Decimal) or shares(row, "score"):
            continue
        text, name = written(row, "score"), row_name(table, index)
        if text:
            yield Hit(index, "score", f"“{name}”的得分“{text[:20]}”不是数。", "数字", text[:60])
        elif not listed and not has(row, "score"):
            yield Hit(index, "score", f"“{name}”没有得分。", mild=True)


@rule("PJ-20")
def criterion_twice(table: Table) -> Iterator[Hit]:
    """A criterion that stands there twice under the same levels."""
    seen: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(table.rows):
        if row.get("nameless"):
            continue
        key = tuple(str(row.get(name) or "") for name in ("level1", "level2", "level3", "level4"))
        if row.get("level3") and key in seen:
            text = f"“{row['level3']}”与第 {row_number(table, seen[key])} 行重复。"
            yield Hit(index, "level3", text)
        seen.setdefault(key, index)


@rule("PJ-21")
def criterion_without_name(table: Table) -> Iterator[Hit]:
    """Points beside no name."""
    for index, row in enumerate(table.rows):
        if row.get("nameless"):
            text = f"第 {row_number(table, index)} 行有分数，没有指标名称。"
            yield Hit(index, "level3", text)
