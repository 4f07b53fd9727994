"""One value of a form beside the stored one, and which of the two is taken."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.rulebook.numbers import wan

if TYPE_CHECKING:
    from wenxiao.files.forms.forms import ObjectForm

OURS, FILE = "ours", "file"
TAKES = (FILE, OURS)
"""What may be answered for one cell: the file's value, or the stored one."""
CHOOSE, WHOLE, SHOWN = "choose", "whole", "shown"
"""A value that is chosen by itself, that comes with its table, that the import does not write."""
MONEY, GOAL, ROWS, RESULT = "资金（万元）", "总体目标", "指标", "自填结果"
TERM, ABOUT = "中长期指标", "项目情况"
GROUPS = (MONEY, ROWS, TERM, GOAL, ABOUT, RESULT)
"""The parts of a form in the order the preview shows them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value read, beside the stored one: of which row ("" for the
    form's head) and place of that row.
    """

    row: str
    field: str
    stored: Any
    read: Any
    cell: str | None
    group: str = ROWS
    name: str = ""
    at: int | None = None
    how: str = CHOOSE
    take: str = FILE
    known: int = 0
    """The number of the stored row it is about, where it is one's."""

    @property
    def old(self) -> str | None:
        """The stored value as text; None where nothing is stored."""
        return text_of(self.stored)

    @property
    def new(self) -> str | None:
        """The file's value as text; None for an empty cell."""
        return text_of(self.read)

    @property
    def same(self) -> bool:
        """Whether both are one value."""
        return self.old == self.new

    @property
    def chosen(self) -> bool:
        """Whether there is something to choose: two values, of which the
        import may write the file's.
        """
        return self.how == CHOOSE and self.old is not None and not self.same

    @property
    def key(self) -> str:
        """What an answer calls it by."""
        return self.cell or f"{self.row or '整张表'}·{self.field}"

    def shown(self, value: Any) -> str | None:
        """A value as the page shows it: money in 万元."""
        if self.group == MONEY and isinstance(value, Decimal):
            return wan(value)
        return text_of(value)

    def as_json(self) -> dict[str, Any]:
        """As the command line promises; ``take`` and ``key`` besides."""
        return {
            "row": self.row,
            "field": self.field,
            "old": self.old,
            "new": self.new,
            "cell": self.cell,
            "key": self.key,
            "take": self.take,
        }


def text_of(value: Any) -> str | None:
    """A value as a person reads it; None for what is empty. 10.00 and 10 are one number."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "、".join(value) if isinstance(value, list) else str(value)


def place_of(form: ObjectForm, cell: str | None) -> str | None:
    """A cell with its sheet, "自评表!F7"; None where the value has none."""
    return f"{form.sheet}!{cell}" if cell else None
