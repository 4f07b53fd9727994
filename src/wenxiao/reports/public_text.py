"""A signed public text is shown only while every object it names may be published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.budget.selectors import closed_among
from wenxiao.reports import structure
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping


def closed_since(text: Mapping[str, Any] | None) -> int:
    """How many objects behind a frozen public text were restricted or closed after signing."""
    if text is None:
        return 0
    rows = {part.row for one in structure.from_data(text).figures.values() for part in one.parts}
    return closed_among(
        dossiers=_ids(rows, "budget.Dossier:"), reviews=_ids(rows, "reviews.Review:")
    )


def refuse_closed(text: Mapping[str, Any] | None) -> None:
    """NotAllowed where an object behind a frozen public text was restricted
    or closed to the public after signing.
    """
    closed = closed_since(text)
    if closed:
        raise NotAllowed(
            f"签发以后有 {closed} 个对象改为不予公开或限制知悉，这份公开稿不能再看、再下载；请办理更正，另出一期。"
        )


def _ids(rows: set[str], kind: str) -> set[int]:
    return {int(row.removeprefix(kind)) for row in rows if row.startswith(kind)}
