"""A department's evaluations under way (合成): the firm has half a sheet to score, a panel lacks one
expert, one waits for a check.

They stand in a round of 部门评价, which the annual report doesn't tell of.
"""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.reviews.models import Review
from wenxiao.reviews.services import assign_reviewer, record_mark, submit_review
from wenxiao.rulebook.numbers import round_points
from wenxiao.site.demo.synthetic import SEED
from wenxiao.site.demo.workbooks import department_evaluated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import Agency, Division, User

UNTIL = date(2021, 12, 31)
REASON = "佐证材料不够充分（合成）"


def play(division: Division, users: Mapping[str, User], agency: Agency) -> None:
    """Assign the firm and the experts, let all but the first mark, hand the whole sheet in."""
    whole, _, half, blank = (_review(division, *key) for key in department_evaluated())
    if whole is None or half is None or blank is None:
        return
    judge = users["jixiao"]
    assign_reviewer(
        review=half,
        user=users["jigou"],
        duty="lead",
        until=UNTIL,
        by=judge,
        agency=agency,
        why="部门评价委托合同（合成）",
    )
    panel = [users[username] for username in ("zhuanjia", "zhuanjia2", "zhuanjia3")]
    for expert in panel:
        assign_reviewer(
            review=blank,
            user=expert,
            duty="expert",
            until=UNTIL,
            by=judge,
            why="部门评价专家评审方案（合成）",
        )
    chance = random.Random(SEED + 5)
    for expert in panel[1:]:
        _marks(blank, expert, chance)
    submit_review(review=whole, by=users["zhuguan"])


def _review(division: Division, name: str, unit: str) -> Review | None:
    rows = Review.objects.filter(
        round__division=division, kind="department_evaluation", dossier__unit__name=unit
    )
    return (
        rows.filter(dossier__subject__name=name)
        .select_related("round__division", "dossier__subject")
        .first()
    )


def _marks(review: Review, expert: User, chance: random.Random) -> None:
    """One expert's points for every row."""
    for row in review.criteria.all():
        weight = row.weight or Decimal(0)
        points = round_points(weight * chance.choice((80, 85, 90, 95, 100, 100)) / 100)
        record_mark(
            review=review,
            row=row,
            by=expert,
            points=points,
            seat=expert.name,
            note="" if points == weight else REASON,
        )
