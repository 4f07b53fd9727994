"""Criteria that lie over several rows of a score sheet: one scoring point a
row, the name and the points merged.
"""

from __future__ import annotations

from decimal import Decimal

from wenxiao.files.cells.grids import TableGrid, trimmed
from wenxiao.files.cells.seen import Seen
from wenxiao.files.cells.textforms import number_of
from wenxiao.files.forms.evaluation_columns import ScoreTableHead
from wenxiao.files.forms.score_sheet import ScoredCriterion


def deepest_column(head: ScoreTableHead) -> int | None:
    """The column of the criteria's own names."""
    names = (name for name in ("level3", "level2", "level1") if name in head.roles)
    return next((head.roles[name] for name in names), None)


def shared_figure(grid: TableGrid, head: ScoreTableHead, row: int, col: int) -> Seen:
    """A figure of a row; one merged over several criteria stands in the
    first and names the rows that share it.
    """
    out = grid.figure(row, col)
    span, names = grid.span(row, col), deepest_column(head)
    if span.bottom == span.top or names is None:
        return out
    rows = sorted({grid.anchor(at, names)[0] for at in range(span.top, span.bottom + 1)})
    if len(rows) > 1:
        out.shared_rows = rows
        if rows[0] != grid.anchor(row, names)[0]:
            out.value = None
    return out


def continues_criterion(
    grid: TableGrid, head: ScoreTableHead, row: int, criteria: list[ScoredCriterion]
) -> bool:
    """Whether a row is a further scoring point of the criterion above: its
    name is merged down, and so are its points.
    """
    names = deepest_column(head)
    if names is None or not criteria or "level4" in head.roles:
        return False
    span = grid.span(row, names)
    if not (span.top < row and span.left == names and criteria[-1].row >= span.top):
        return False
    weight = head.roles.get("weight")
    return weight is None or grid.anchor(row, weight)[0] != row or not grid.text(row, weight)


def add_point(grid: TableGrid, head: ScoreTableHead, row: int, criterion: ScoredCriterion) -> None:
    """Add what a further scoring point says: its own points to the
    criterion's, its reason behind the one above, its standard behind that of the point before.
    """
    standard = head.roles.get("standard")
    if standard is not None and grid.anchor(row, standard)[0] == row:
        both = [criterion.standard, grid.text(row, standard) or ""]
        criterion.standard = "；".join(word for word in both if word)
    score = head.roles.get("score")
    if score is not None and grid.anchor(row, score)[0] == row:
        _add_score(criterion, grid.figure(row, score).value)
    reason = head.roles.get("reason")
    if reason is not None and grid.anchor(row, reason)[0] == row and grid.text(row, reason):
        words = [criterion.reason.value, grid.text(row, reason)]
        criterion.reason.value = "；".join(word for word in words if word)


def _add_score(criterion: ScoredCriterion, value: str | None) -> None:
    more, score = number_of(value), criterion.score
    if more is None:
        return
    before = number_of(score.value) or Decimal(0)
    written = [score.stored or score.value, value]
    score.value = trimmed(format(before + more, "f"))
    score.stored = "+".join(word for word in written if word)
