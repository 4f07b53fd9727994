"""What an indicator row of a target says, and how rows are entered: shared
by every act on targets.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from django.db.models import Field

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.targets.models import Target

_WORDS = {
    name: cast("Field[Any, Any]", Indicator._meta.get_field(name))
    for name in (column.field for column in table_layout("target").columns)
    if name != "weight"
}
WIDEST: dict[str, int] = {name: field.max_length or 0 for name, field in _WORDS.items()}
"""The most characters each text of an indicator row holds."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One indicator row as a table has it."""

    level1: str
    level2: str
    name: str
    expression: str
    weight: Decimal | None
    hidden: bool = False
    unit: str = ""
    nature: str = ""
    source: str = ""
    proof: str = ""
    last_actual: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the unit leaves what a check names: the rule's code, the problem
    as it is worded, the reason.
    """

    code: str
    text: str
    why: str


def next_number(dossier: Dossier) -> int:
    """The number of the dossier's next target."""
    return max(dossier.targets.values_list("number", flat=True), default=0) + 1


def refuse_wide(rows: Sequence[TargetRow]) -> None:
    """NotAllowed names the first text that its column doesn't hold."""
    for number, row in enumerate(rows, start=1):
        for name, most in WIDEST.items():
            if len(getattr(row, name)) > most:
                word = _WORDS[name].verbose_name
                raise NotAllowed(
                    f"第 {number} 行{word}有 {len(getattr(row, name))} 字，超过 {most} 字，请缩短。"
                )


def add_rows(target: Target, rows: Sequence[TargetRow], *, first: int) -> list[Indicator]:
    """New rows of the year, numbered from ``first``."""
    refuse_wide(rows)
    return Indicator.objects.bulk_create(
        Indicator(target=target, order=order, **asdict(row))
        for order, row in enumerate(rows, start=first)
    )


def standing_of(
    target: Target | None, rows: Iterable[Indicator | TargetRow] | None = None
) -> dict[str, Any]:
    """A target as entries keep it before and after an act: its state and,
    where they matter, name, value, weight of rows.
    """
    if target is None:
        return {}
    state_of = {} if rows is None else {"rows": [[r.name, r.expression, r.weight] for r in rows]}
    return {"state": target.get_state_display(), **state_of}


def record_act(
    target: Target,
    rows: Sequence[TargetRow],
    *,
    act: str,
    by: User | None,
    why: str,
    more: dict[str, Any] | None = None,
) -> None:
    """The act's one entry, with the digest of all rows it was about; ``more`` says what stood
    before and stands after.
    """
    row_data = [asdict(row) for row in rows]
    record(
        division=target.dossier.subject.division,
        by=by,
        act=act,
        target=target,
        label=str(target.dossier),
        why=why,
        data={"rows": len(row_data), "digest": digest_of(row_data), **(more or {})},
    )
