"""Which figures of a report nothing in the sheet speaks of: they are listed
as 未核对, never passed over.
"""

from __future__ import annotations

import re

from wenxiao.rulebook.reconcile.facts import Comparison, WordReport
from wenxiao.rulebook.reconcile.words import squeezed

_FIGURE = re.compile(
    r"(?<![\d.年〔])\d+(?:\.\d+)?(?:%|亿元|万元|千元|元|分|个|份|条|处|人次|人|户|公里|套|盏)"
)


def unbound_numbers(report: WordReport, findings: Comparison) -> list[tuple[str, str]]:
    """(where, figure with its unit) of every figure of the text that was
    neither bound nor contradicted.
    """
    known = {(one.where, _digits(one.report)) for one in findings.bound}
    known |= {(one.where, _digits(one.report)) for one in findings.differences}
    values = {digits for _, digits in known}
    unbound: list[tuple[str, str]] = []
    for passage in report.passages:
        for hit in _FIGURE.finditer(squeezed(passage.text)):
            digits = _digits(hit.group())
            if (passage.where, digits) not in known and digits not in values:
                unbound.append((passage.where, hit.group()))
    return unbound


def _digits(text: str) -> str:
    numbers = re.findall(r"\d+(?:\.\d+)?", text)
    return numbers[0] if numbers else text
