"""Budget, spending and their rate: the amounts a report prints against the
sheet's, unit included.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.numbers import AmountError, print_value, to_yuan
from wenxiao.rulebook.reconcile.facts import Comparison, Passage, ScoreSheetFacts, WordReport
from wenxiao.rulebook.reconcile.words import squeezed

_AMOUNT = (
    r"(?:资金|总额|金额|数|额)?(?:合计|共计|共|总计|为|是|：|:)?(\d+(?:\.\d+)?)(亿元|万元|千元|元)"
)
_BUDGET = re.compile(
    rf"(?:审定预算|预算安排|安排预算|批复预算|全年预算|调整后预算|年度预算|预算总额|预算资金|实际安排资金|项目预算|预算){_AMOUNT}"
)
_SPENT = re.compile(
    rf"(?:实际支出|累计支出|共支出|支出|实际使用资金|实际使用|全年执行|累计执行|执行){_AMOUNT}"
)
_RATE = re.compile(r"(?:预算)?执行率(?:为|是|达到|达|：|:)?(\d+(?:\.\d+)?)%")


def hold_money(report: WordReport, sheet: ScoreSheetFacts, out: Comparison) -> None:
    """Compare every amount the report calls budget or spending, and every execution rate."""
    for passage in report.passages:
        text = squeezed(passage.text)
        for hit in _BUDGET.finditer(text):
            _amount(passage, hit, sheet.budget, sheet, "预算", out)
        for hit in _SPENT.finditer(text):
            _amount(passage, hit, sheet.spent, sheet, "支出", out)
        if sheet.budget and sheet.spent is not None:
            rate = Fraction(sheet.spent) / Fraction(sheet.budget) * 100
            for hit in _RATE.finditer(text):
                out.number(
                    "BG-17", passage.where, hit.group(1), rate, "预算执行率（支出÷预算）", "%"
                )


def _amount(
    passage: Passage,
    hit: re.Match[str],
    held: Decimal | None,
    sheet: ScoreSheetFacts,
    what: str,
    out: Comparison,
) -> None:
    if held is None:
        return
    number, unit = hit.group(1), hit.group(2)
    shown = f"{print_value(held, unit=sheet.money_unit)}{sheet.money_unit}"
    try:
        yuan = to_yuan(Decimal(number), unit)
    except AmountError:
        yuan = None
    # What is printed rounded to its own digits is the same amount: 0.13亿元 for 1323万元.
    step = to_yuan(Decimal(1), unit) / Decimal(10) ** len(number.partition(".")[2])
    same = yuan == held or (yuan is not None and unit == "亿元" and abs(yuan - held) * 2 <= step)
    out.hold("BG-16", passage.where, f"{number}{unit}", shown, f"{what}金额", same=same)
