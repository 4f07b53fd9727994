"""``coverage``: how far the stages of a budget year reach, by kind and
budget, and what is bare (全覆盖).
"""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.site.database_state import chosen_division
from wenxiao.site.verbs_data import FINE, on_rows, show

if TYPE_CHECKING:
    from wenxiao.followup.selectors.coverage import CoveredCount


def add_parsers(verbs: Any) -> None:
    """The verb of this module."""
    asked = verbs.add_parser(
        "coverage", help="全覆盖：各环节按类型、预算覆盖了多少对象和金额，还有哪些是空白"
    )
    asked.add_argument("--year", type=int, required=True, help="预算年度")
    asked.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
    asked.add_argument("--json", action="store_true", help="输出 JSON（本命令只有这一种输出）")
    asked.set_defaults(run=on_rows(_coverage))


def _coverage(args: argparse.Namespace) -> int:
    from wenxiao.budget.models import Dossier
    from wenxiao.followup.selectors.coverage import coverage_of, kinds_covered

    division = chosen_division(args.division)
    coverage = coverage_of(division, args.year)
    rows = Dossier.objects.filter(subject__division=division, fiscal_year=args.year)
    show(
        {
            "year": args.year,
            "cells": [
                {
                    "stage": cell.stage,
                    "kind": cell.kind,
                    "fund": cell.fund,
                    "words": [cell.stage_word, cell.kind_word, cell.fund_word],
                    "due": _told(cell.due),
                    "done": _told(cell.done),
                    "bare": [one.code for one in cell.bare],
                    "excused": [one.code for one in cell.bare if one.excused],
                }
                for cell in coverage
            ],
            "kinds": [
                {
                    "kind": one.code,
                    "word": one.word,
                    "budget": one.budget,
                    "goes": "全程" if one.whole_way else "仅登记",
                    "facts_listed": one.listed,
                    "objects": one.objects,
                    "facts_recorded": one.recorded,
                }
                for one in kinds_covered(division, args.year, rows)
            ],
        }
    )
    return FINE


def _told(tally: CoveredCount) -> dict[str, int | str | None]:
    """Objects and 元; null where there are objects and nobody reported an amount of any."""
    known = tally.yuan if tally.objects else Decimal("0.00")
    yuan = None if known is None else format(known, "f")
    return {"objects": tally.objects, "yuan": yuan, "without_amount": tally.unknown}
