"""评价 PJ: score sheets of department and finance evaluation. The points are people's; the sums are arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wenxiao.rulebook.checks.registry import Hit, Table, head_number, numbered, rule, said
from wenxiao.rulebook.grading import OutOfBandsError, grade
from wenxiao.rulebook.numbers import plain


@rule("PJ-01")
def weights_not_hundred(table: Table) -> Iterator[Hit]:
    """All weights of a score sheet."""
    weights = [weight for _, weight, _ in numbered(table, "weight")]
    whole = sum(weights, Decimal(0))
    due = plain(table.limits["whole"])
    if weights and whole != table.limits["whole"]:
        yield Hit(None, "weight", f"权重合计 {plain(whole)}，应为{due}。", due, plain(whole))


@rule("PJ-02")
def score_above_weight(table: Table) -> Iterator[Hit]:
    """More points than there are, or points below 0."""
    for index, score, row in numbered(table, "score"):
        weight = row.get("weight")
        if score < 0 or (isinstance(weight, Decimal) and score > weight):
            full = plain(weight) if isinstance(weight, Decimal) else "分值"
            yield Hit(
                index,
                "score",
                f"得分 {plain(score)} 应在0至 {full} 之间。",
                f"0—{full}",
                plain(score),
            )


@rule("PJ-03")
def total_not_sum(table: Table) -> Iterator[Hit]:
    """The printed total against the exact sum of the rows, where every row has its points."""
    total, scores = head_number(table, "total"), [score for _, score, _ in numbered(table, "score")]
    whole = sum(scores, Decimal(0))
    if total is not None and scores and len(scores) == len(table.rows) and whole != total:
        yield Hit(
            None,
            "total",
            f"各项得分之和 {plain(whole)}，合计写作 {plain(total)}。",
            plain(whole),
            plain(total),
        )


@rule("PJ-04")
def grade_not_of_total(table: Table) -> Iterator[Hit]:
    """The grade the printed total earns."""
    total, written = head_number(table, "total"), str(table.head.get("grade") or "").strip()
    if total is None or not written:
        return
    try:
        earned = grade(total, table.year, table.overrides)
    except OutOfBandsError:
        earned = None
    if earned is None or not written.startswith(earned):
        yield Hit(None, "grade", f"得分 {plain(total)} 与等级“{written}”不符。", earned, written)


@rule("PJ-05")
def subtotal_not_sum(table: Table) -> Iterator[Hit]:
    """``subtotals`` of the head: level-1 name → (weight, score), either may be None."""
    for name, (weight, score) in (table.head.get("subtotals") or {}).items():
        for field, written, label in (("weight", weight, "权重"), ("score", score, "得分")):
            own = [
                value
                for _, value, row in numbered(table, field)
                if said(row, "level1").strip() == name
            ]
            if written is not None and own and sum(own) != written:
                text = f"“{name}”各项{label}之和 {plain(sum(own, Decimal(0)))}，小计写作 {plain(written)}。"
                yield Hit(None, field, text, plain(sum(own, Decimal(0))), plain(written))


@rule("PJ-06")
def results_weigh_too_little(table: Table) -> Iterator[Hit]:
    """产出 and 效益 (or 效果) together below the least of the rule."""
    weights = [(weight, said(row, "level1")) for _, weight, row in numbered(table, "weight")]
    results = sum(
        (
            weight
            for weight, name in weights
            if any(word in name for word in ("产出", "效益", "效果"))
        ),
        Decimal(0),
    )
    least = plain(table.limits["least"])
    if weights and results < table.limits["least"]:
        yield Hit(
            None,
            "weight",
            f"产出与效益权重合计 {plain(results)}，原则上不低于{least}。",
            f"不低于{least}",
            plain(results),
        )


@rule("PJ-07")
def points_lost_without_reason(table: Table) -> Iterator[Hit]:
    """Less than the weight and nothing said why."""
    for index, score, row in numbered(table, "score"):
        weight = row.get("weight")
        if (
            isinstance(weight, Decimal)
            and score < weight
            and not said(row, "reason", "note").strip()
        ):
            yield Hit(index, "reason", f"扣 {plain(weight - score)} 分，没有写明原因。")
