"""Whether a typed value can be read at all, beside what its target asks for."""

from __future__ import annotations

from wenxiao.rulebook.expressions import parse

EXAMPLES = {"number": "14项、95%、3.5万元", "date": "2021年11月30日、2021-11-30"}
"""What a readable value looks like, by the kind of its target."""
_WORDS = {"number": "数", "date": "日期"}
_NO_VALUE = frozenset({"text", "unreadable", "compound"})
_EXACT = frozenset({None, "="})


def unread(target: str, actual: str) -> str:
    """The sentence where no number or day can be read out of a value whose
    target is one; else empty.
    """
    wanted = parse(target, "target").kind if target.strip() else "text"
    if not actual.strip() or wanted not in EXAMPLES:
        return ""
    value = parse(actual, "actual")
    if value.kind in _NO_VALUE:
        return f"“{actual}”认不出{_WORDS[wanted]}，写成 {EXAMPLES[wanted]} 这样。"
    if wanted == "number" and value.comparator not in _EXACT:
        return f"“{actual}”不是确定的数，写成 {EXAMPLES[wanted]} 这样。"
    return ""
