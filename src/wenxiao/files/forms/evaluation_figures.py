"""Sums and means of a score sheet, exact and rounded once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from wenxiao.files.cells.grids import trimmed as short
from wenxiao.files.cells.seen import Seen, rewritten
from wenxiao.files.cells.textforms import number_of, squeezed
from wenxiao.files.forms.score_sheet import ScoreSheet

TRIMMED = re.compile(
    r"(?:去掉|去除|剔除|扣除|除去)(?:了|一个|1个|其中)*(?:最高|最低).{0,12}?(?:最低|最高)"
)


OUT_OF = re.compile(r"(\d+(?:\.\d+)?)分?/(\d+(?:\.\d+)?)分?")


def without_whole(figure: Seen, whole: str | None) -> Seen:
    """Points written with what they are out of (4/5) as the points alone,
    where the whole is the weight beside them.
    """
    hit = OUT_OF.fullmatch(squeezed(figure.value or ""))
    if hit is None or whole is None or number_of(hit[2]) != number_of(whole):
        return figure
    return rewritten(figure, short(hit[1]))


def shares_as_points(form: ScoreSheet) -> None:
    """Weights given as shares of 1 (0.05 … 1.00 in all) as the points they
    stand for, what was written beside them.
    """
    figures = [item.weight for item in form.criteria]
    shares = [number_of(figure.value) for figure in figures]
    known = [share for share in shares if share is not None]
    if not known or len(known) < len(shares) or sum(known) != 1:
        return
    others = [
        form.total_weight,
        *(entry.weight for entry in form.subtotals if entry.weight is not None),
        *form.level_weights.values(),
    ]
    for figure in [*figures, *others]:
        share = number_of(figure.value)
        if share is not None and share <= 1:
            figure.value, figure.stored = short(format(share * 100, "f")), figure.value


def is_trimmed(texts: Iterable[str]) -> bool:
    """Whether a sheet says that its means leave out the highest and the lowest mark."""
    return any(TRIMMED.search(squeezed(text[:400])) for text in texts)


def with_mean(score: Seen, experts: list[Seen] | None, *, trimmed: bool = False) -> Seen:
    """A score left empty beside experts' marks carries their mean as
    ``computed``, never as what was written.
    """
    if score.value is not None or not experts or score.computed_text:
        return score
    mean = mean_of(experts, trimmed=trimmed)
    return score if mean is None else msgspec.structs.replace(score, computed=str(mean))


def mean_of(experts: list[Seen], *, trimmed: bool = False) -> Decimal | None:
    """The experts' mean, half-up to 2 decimals once; without one highest and one lowest if
    ``trimmed``; None if empty.

    A formula without saved result counts with what it yields. Of fewer than three marks none is
    left out.
    """
    marks = [
        number
        for item in experts
        if (number := number_of(item.value or item.computed_text)) is not None
    ]
    if trimmed and len(marks) > 2:
        marks = sorted(marks)[1:-1]
    return (
        (sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if marks
        else None
    )


def sum_text(figures: Iterable[Seen]) -> str | None:
    """The exact sum of points or weights, written or computed; None when one is missing."""
    values = [number_of(figure.value or figure.computed_text) for figure in figures]
    if not values or any(value is None for value in values):
        return None
    text = format(sum((value for value in values if value is not None), Decimal(0)), "f")
    return short(text)
