"""Which tables must be published: a division's own list.
Nationally nothing is listed and nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.published_figures import squeezed

RULE = "disclosure_tables"
LONGEST = 60


def tables_in_force(
    overrides: Overrides | None = None, on: date | int | None = None
) -> tuple[tuple[str, ...], str]:
    """The names of the tables on a day and on what the list stands; no names: nobody listed any."""
    value = basis.in_force(RULE, on, overrides)
    return tuple(str(name).strip() for name in value.content["tables"]), value.basis


def missing_tables(names: Iterable[str], seen: Iterable[str]) -> list[str]:
    """Names that no title, sheet or file has."""
    titles = {squeezed(one) for one in seen if len(one) <= 4 * LONGEST}
    return [name for name in names if not any(squeezed(name) in title for title in titles)]


def refused_tables(content: Mapping[str, object]) -> str:
    """Why a division may not list these; empty where it may."""
    listed = content.get("tables")
    if not isinstance(listed, list) or any(
        not isinstance(name, str) or not 2 <= len(name.strip()) <= LONGEST for name in listed
    ):
        return f"应公开的表应逐个写表名（2 至 {LONGEST} 字），如“项目支出绩效自评表”。"
    return ""
