"""From a row's cells to the arithmetic to be done: the part of scoring that reads, before the part
that counts.

Both the readable path (scoring.py) and the columns (columns.py) start from the same Settled, so
they can differ only in arithmetic, and that is held equal by a property test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from wenxiao.rulebook.deadlines import meets_deadline, months_late
from wenxiao.rulebook.expressions.grammar import RATE_OF_DONE, RELATIVE
from wenxiao.rulebook.expressions.quantities import frequency, turn
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.profiles import Profile
from wenxiao.rulebook.rows import Row, Status
from wenxiao.rulebook.units import UnitsDifferError, same_unit

Sum = Literal["forward", "reverse_ratio", "reverse_deduction", "zero", "between", "full", "none"]
SIGNS = frozenset({">=", ">", "<=", "<"})
COPIED = "实际值带着目标的比较符，按照抄目标看待，不作完成值"
BLANKS = frozenset({"", "—", "-", "－", "--", "/", "——"})


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be computed: ``sum`` says how, ``target`` (and ``high``) and ``actual`` are in one
    unit.

    With ``sum`` none there is nothing to compute and ``status`` with ``reason`` is the answer.
    """

    sum: Sum
    status: Status
    reason: str
    rule: str
    target: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    actual: Fraction = Fraction(0)
    assumed: tuple[str, ...] = ()


def settle(row: Row, profile: Profile) -> Settled:
    """What a row's cells amount to under a profile. Pure reading: no points yet."""
    missing = _missing(row)
    if missing:
        return missing
    if row.target is None or row.actual is None:
        return _stop("needs_judgement", "没有目标值，无从比较，需人工判定。")
    readings = [
        reading for reading in (row.target, *row.target.alt) if reading.kind == row.target.kind
    ]
    settled = [_one(row, reading, row.actual, profile) for reading in readings]
    if len({(one.sum, one.target, one.high, one.actual) for one in settled}) == 1:
        return settled[0]
    if _all_reached(settled, profile):
        return replace(settled[0], assumed=(*settled[0].assumed, "目标有两种读法，均已达到"))
    return _stop("needs_judgement", f"目标“{row.target.text}”有两种读法，结果不同，需人工判定。")


def reached(one: Settled) -> bool:
    """Whether the actual meets the target outright."""
    tests = {
        "forward": one.actual >= one.target,
        "reverse_ratio": one.actual <= one.target,
        "reverse_deduction": one.actual <= one.target,
        "zero": one.actual == 0,
        "between": one.target <= one.actual <= one.high,
        "full": True,
    }
    return tests.get(one.sum, False)


def _missing(row: Row) -> Settled | None:
    target, actual = row.target, row.actual
    if row.weight is None:
        return _stop("unweighted", "没有分值，不计分。")
    if actual is None or actual.text.strip() in BLANKS:
        return _not_due(row) or _stop("not_reported", "没有填写实际完成值，不计分。")
    if actual.kind == "unreadable" or (target is not None and target.kind == "unreadable"):
        which = "实际值" if actual.kind == "unreadable" else "目标值"
        return _stop("unreadable", f"{which}无法识别，待确认。")
    return None


def _not_due(row: Row) -> Settled | None:
    target = row.target
    if row.as_of is None or target is None or target.kind != "date":
        return None
    late = meets_deadline(target, row.as_of, row.year)
    return None if late is None or late > 0 else _stop("not_due", "尚未到目标时限。")


def _one(row: Row, target: Expression, actual: Expression, profile: Profile) -> Settled:
    if target.kind == "date":
        return _date(row, target, actual)
    if target.kind != "number":
        several = target.kind == "compound"
        reason = "一格多个目标，需人工判定。" if several else "定性指标，由评定人选档给分。"
        return _stop("needs_judgement", reason, "FACT" if several else "TIER")
    refused = _not_a_figure(row, target, actual)
    if refused:
        stopped = _stop("needs_judgement", refused)
        return replace(stopped, assumed=(COPIED,)) if _copied(target, actual) else stopped
    return _number(row, target, actual, profile)


def _copied(target: Expression, actual: Expression) -> bool:
    """Whether an actual carries the very sign of its target: what was reached is then not said."""
    return actual.comparator in SIGNS and actual.comparator == target.comparator


def _not_a_figure(row: Row, target: Expression, actual: Expression) -> str | None:
    """Why an actual cannot be set against a number, None when it can."""
    if target.note == RELATIVE:
        return f"目标“{target.text}”{RELATIVE}，需人工判定。"
    if actual.kind != "number" or (actual.low is None and actual.high is None):
        return f"目标是数，实际值“{actual.text}”不是数，需人工判定。"
    told_done = actual.note == RATE_OF_DONE or ("完成" in actual.text and actual.unit == "%")
    if told_done and (target.unit != "%" or "满意" in f"{row.name or ''}{row.level2 or ''}"):
        return f"实际值“{actual.text}”是完成率，不是该指标的完成值，需人工判定。"
    if actual.comparator not in {None, "="} or (actual.ambiguous and actual.note != RATE_OF_DONE):
        return f"实际值“{actual.text}”不是确定的数（可能照抄目标），需人工判定。"
    return _told_otherwise(target.text, actual.text)


def _told_otherwise(target: str, actual: str) -> str | None:
    """Why two figures are not of one thing: one rises and the other falls,
    or one is per month and the other is not.
    """
    turns = {turn(target), turn(actual)}
    if turns >= {"up", "down"}:
        return f"目标“{target}”与实际“{actual}”一升一降，方向不同，需人工判定。"
    if frequency(target) != frequency(actual):
        return f"目标“{target}”与实际“{actual}”的次数口径不同（每月、每季等），需人工判定。"
    return None


def _number(row: Row, target: Expression, actual: Expression, profile: Profile) -> Settled:
    bound = target.low if target.low is not None else target.high
    if bound is None or actual.low is None:
        return _stop("unreadable", "目标值无法识别，待确认。")
    try:
        wanted, number, supposed = same_unit(bound, target.unit, actual.low, actual.unit)
        high, _, _ = same_unit(
            target.high if target.high is not None else bound, target.unit, actual.low, actual.unit
        )
    except UnitsDifferError as differ:
        return _stop("needs_judgement", str(differ))
    assumed = (supposed,) if supposed else ()
    facts = Settled("none", "scored", "", "FACT", wanted, high, number, assumed)
    if target.comparator == "between":
        return replace(facts, sum="between", rule="RANGE")
    return _directed(row, target, facts, profile)


def _directed(row: Row, target: Expression, facts: Settled, profile: Profile) -> Settled:
    reverse, reason = _direction(row, target, profile)
    assumed = (*facts.assumed, reason) if reason else facts.assumed
    facts = replace(facts, assumed=assumed)
    if facts.target == 0 and not reverse:
        return _zero_target(target, facts)
    if facts.target < 0 or facts.actual < 0:
        return _negative(target, facts, reverse=reverse)
    if reverse:
        ratio = profile.reverse == "ratio"
        return replace(
            facts,
            sum="reverse_ratio" if ratio else "reverse_deduction",
            rule="NEG-B" if ratio else "NEG-A",
        )
    if target.comparator == "~" and facts.actual < facts.target:
        return _stop("needs_judgement", "目标是约数而实际未达到，需人工判定。")
    return replace(facts, sum="forward", rule="EQ" if target.comparator == "=" else "POS")


def _direction(row: Row, target: Expression, profile: Profile) -> tuple[bool, str | None]:
    """Whether lower is better, and the supposition made when the cells do not say it."""
    if row.rule and row.rule.direction:
        return row.rule.direction == "reverse", None
    if target.comparator in {"<=", "<"}:
        return True, "“<”按“≤”计" if target.comparator == "<" else None
    if target.comparator == ">":
        return False, "“>”按“≥”计"
    if target.comparator is not None:
        return False, "约数按正向指标计" if target.comparator == "~" else None
    if "成本" in (row.level2 or ""):
        return True, "没有比较符，成本指标按反向（≤）读"
    if profile.reads_reverse(row.name or ""):
        return True, "没有比较符，指标名在反向词表中，按反向（≤）读"
    return False, "没有比较符，按正向（≥）读"


def _zero_target(target: Expression, facts: Settled) -> Settled:
    if target.comparator in {">=", ">", "~"}:
        return _stop("needs_judgement", "正向指标的目标为0，需单独判定。")
    if facts.actual == 0 or (target.comparator == "=" and facts.actual > 0):
        assumed = facts.assumed if target.comparator else ("没有比较符而目标为0，按等于0读",)
        return replace(facts, sum="zero", rule="EQ", assumed=assumed)
    return _stop("needs_judgement", "目标为0而实际不为0，方向没有写明，需人工判定。")


def _negative(target: Expression, facts: Settled, *, reverse: bool) -> Settled:
    if reverse and facts.target >= 0 and target.unit != "%":
        return _stop("needs_judgement", "实际值为负数，需人工核实。")
    met = facts.actual <= facts.target if reverse else facts.actual >= facts.target
    if met and target.comparator not in {None, "~"}:
        return replace(facts, sum="full", rule="NEG-B" if reverse else "POS")
    return _stop("needs_judgement", "目标或实际为负数，比例没有意义，需人工判定。")


def _date(row: Row, target: Expression, actual: Expression) -> Settled:
    if actual.kind != "date":
        return _stop(
            "needs_judgement", f"目标是时限，实际值“{actual.text}”不是日期，需人工判定。", "DATE"
        )
    late = meets_deadline(target, actual, row.year)
    if late is None:
        return _stop("needs_judgement", "日期不完整，无法判断是否按期，需人工判定。", "DATE")
    if late == 0 and target.comparator == "<":
        return _stop(
            "needs_judgement", f"目标“{target.text}”不含当日，实际恰在当日，需人工判定。", "DATE"
        )
    if late <= 0:
        return Settled("full", "scored", "按期完成", "DATE")
    months = months_late(target, actual, row.year)
    if months is not None:
        return _stop(
            "needs_judgement", f"逾期约 {months} 个月（只写到月份），按当年规则判定。", "DATE"
        )
    return replace(
        _stop("needs_judgement", f"逾期 {late} 天，按当年规则判定。", "DATE"), actual=Fraction(late)
    )


def _all_reached(settled: list[Settled], profile: Profile) -> bool:
    return all(one.sum != "none" and reached(one) for one in settled) and not any(
        one.sum == "forward" and one.actual * 100 > one.target * Fraction(profile.over_percent)
        for one in settled
    )


def _stop(status: Status, reason: str, rule: str = "FACT") -> Settled:
    return Settled("none", status, reason, rule)
