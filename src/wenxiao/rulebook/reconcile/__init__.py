"""Hold an evaluation report against its score sheet: every number, name and list is bound,
contradicted or left open.
"""

from __future__ import annotations

from decimal import Decimal

from wenxiao.rulebook.basis import Overrides, in_force, number
from wenxiao.rulebook.reconcile.facts import Comparison, ScoreSheetFacts, WordReport
from wenxiao.rulebook.reconcile.lists import hold_lists
from wenxiao.rulebook.reconcile.money import hold_money
from wenxiao.rulebook.reconcile.names import hold_names
from wenxiao.rulebook.reconcile.scores import hold_scores
from wenxiao.rulebook.reconcile.shares import hold_shares
from wenxiao.rulebook.reconcile.unbound import unbound_numbers

__all__ = ["Comparison", "ScoreSheetFacts", "WordReport", "reconcile", "unbound_numbers"]


def reconcile(
    report: WordReport, sheet: ScoreSheetFacts, overrides: Overrides | None = None
) -> Comparison:
    """Everything the report says that the sheet also holds, as bound or as a difference with its
    code (BG-nn).

    The tolerances are those in force in the sheet's year.
    """
    content = in_force("reconcile", sheet.year, overrides).content
    out = Comparison()
    hold_names(report, sheet, out)
    hold_money(report, sheet, out)
    hold_scores(report, sheet, out, overrides)
    hold_lists(report, sheet, out, float(number(content["least_same_words"])))
    hold_shares(report, sheet, out, Decimal(number(content["share_tolerance"])))
    return out
