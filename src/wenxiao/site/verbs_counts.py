"""``counts``: the counts kept beside the rows, compared with the rows; with
``--rebuild`` counted anew.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from wenxiao.site.verbs_data import FINE, PROBLEMS, on_rows, show


def add_parsers(verbs: Any) -> None:
    """The verb of this module."""
    asked = verbs.add_parser(
        "counts", help="页面用的计数与逐行清点比对；--rebuild 全部重新计数，不改业务数据"
    )
    asked.add_argument("--rebuild", action="store_true", help="先全部重新计数，再比对")
    asked.add_argument("--json", action="store_true", help="输出 JSON（本命令只有这一种输出）")
    asked.set_defaults(run=on_rows(_counts))


def _counts(args: argparse.Namespace) -> int:
    from wenxiao.reviews.services import tallies
    from wenxiao.reviews.tallies import DossierTally, ReviewTally, TallyMark

    if args.rebuild:
        tallies.mark_all()
        tallies.renew_all()
    differing = tallies.differences()
    show(
        {
            "dossier_counts": DossierTally.objects.count(),
            "review_counts": ReviewTally.objects.count(),
            "marked_units": TallyMark.objects.values("unit").distinct().count(),
            "differences": [asdict(one) for one in differing],
        }
    )
    return PROBLEMS if differing else FINE
