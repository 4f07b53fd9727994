"""Questionnaires: how many came back, what share each answer has, and whether shares add up."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.numbers import plain, scaled
from wenxiao.rulebook.reconcile.facts import (
    Comparison,
    Passage,
    ScoreSheetFacts,
    WordReport,
    sum_of,
)
from wenxiao.rulebook.reconcile.words import squeezed

_RETURNED = re.compile(r"(?:有效问卷|问卷)(\d+)份")
_ANSWER = re.compile(
    r"(?:其中[，,:：]?)?[“\"]?([一-鿿]{2,8})[”\"]?(?:的)?(\d+)(?:份|人)[，,]?占(?:比)?(\d+(?:\.\d+)?)%"
)
_TOGETHER = re.compile(
    r"((?:[“\"][^”\"]{2,8}[”\"][与和、]?){2,})合计(?:占|占比)(?:为)?(\d+(?:\.\d+)?)%"
)
_WHOLE = Fraction(100)


def hold_shares(
    report: WordReport, sheet: ScoreSheetFacts, out: Comparison, tolerance: Decimal
) -> None:
    """Compare counts of questionnaires and the shares of their answers."""
    held = {squeezed(one.option): one.count for one in sheet.answers}
    total = sum_of(held.values()) if held else None
    for passage in report.passages:
        text = squeezed(passage.text)
        for hit in _RETURNED.finditer(text):
            if total is not None:
                out.number("BG-21", passage.where, hit.group(1), total, "问卷份数", "份")
        _answers(passage, text, held, out, tolerance)


def _answers(
    passage: Passage, text: str, held: dict[str, Decimal], out: Comparison, tolerance: Decimal
) -> None:
    answers = [
        (hit.group(1).removeprefix("其中"), Decimal(hit.group(2)), hit.group(3))
        for hit in _ANSWER.finditer(text)
    ]
    if not answers:
        return
    whole = sum_of(held.values()) if held else sum_of(count for _, count, _ in answers)
    for option, count, share in answers:
        own = held.get(option)
        if own is not None:
            out.number("BG-21", passage.where, plain(count), own, f"“{option}”份数", "份")
        if whole:
            base = own if own is not None else count
            _share(passage, option, share, base, whole, out)
    _sum(passage, [share for *_, share in answers], out, tolerance)
    counts = {option: held.get(option, count) for option, count, _ in answers}
    for hit in _TOGETHER.finditer(text):
        names = re.findall(r"[“\"]([^”\"]+)[”\"]", hit.group(1))
        if whole and all(name in counts for name in names):
            both = sum_of(counts[name] for name in names)
            _share(passage, "”与“".join(names), hit.group(2), both, whole, out)


def _share(
    passage: Passage, option: str, said: str, part: Decimal, whole: Decimal, out: Comparison
) -> None:
    exact = Fraction(part) / Fraction(whole) * 100
    shown = f"{scaled(exact, 2)}%（{plain(part)}÷{plain(whole)}）"
    same = scaled(exact, len(said.partition(".")[2])) == Decimal(said)
    out.hold("BG-21", passage.where, f"“{option}”{said}%", shown, "问卷占比", same=same)


def _sum(passage: Passage, shares: list[str], out: Comparison, tolerance: Decimal) -> None:
    """Shares of all answers make 100; said only where each share alone is right."""
    if any(one.code == "BG-21" and one.where == passage.where for one in out.differences):
        return
    total = sum_of(Decimal(share) for share in shares)
    same = abs(Fraction(total) - _WHOLE) <= Fraction(tolerance)
    out.hold("BG-21", passage.where, f"各项占比合计{total}%", "100%", "占比合计", same=same)
