"""Whether a typed value can be read at all, beside what its target asks for."""

from __future__ import annotations

from wenxiao.rulebook.expressions import Expression, parse
from wenxiao.rulebook.units import UnitsDifferError, same_unit

EXAMPLES = {"number": "14项、95%、3.5万元", "date": "2021年11月30日、2021-11-30"}
"""What a readable value looks like, by the kind of its target."""
_WORDS = {"number": "数", "date": "日期"}
_NO_VALUE = frozenset({"text", "unreadable", "compound"})
_EXACT = frozenset({None, "="})


def unread(target: str, actual: str) -> str:
    """The sentence where no certain number or day can be read out of a value whose target is one,
    or the number is of another unit; else empty.

    Such a value earns nothing by itself: neither the rule nor a form's own points stand for it.
    """
    promise = parse(target, "target")
    wanted = promise.kind if target.strip() else "text"
    if not actual.strip() or wanted not in EXAMPLES:
        return ""
    value = parse(actual, "actual")
    if value.kind in _NO_VALUE:
        return f"“{actual}”认不出{_WORDS[wanted]}，写成 {EXAMPLES[wanted]} 这样。"
    if wanted == "number" and value.comparator not in _EXACT:
        return f"“{actual}”不是确定的数，写成 {EXAMPLES[wanted]} 这样。"
    return _other_unit(promise, value) if wanted == "number" else ""


def _other_unit(promise: Expression, value: Expression) -> str:
    bound = promise.low if promise.low is not None else promise.high
    if bound is None or value.low is None:
        return ""
    try:
        same_unit(bound, promise.unit, value.low, value.unit)
    except UnitsDifferError as differ:
        return f"“{value.text}”和目标比不了：{differ}"
    return ""
