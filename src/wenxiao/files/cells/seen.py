"""A value read from a cell, with the cell it stands in: what every form is made of."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import msgspec


class FormPart(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A part of a form; ``table`` and ``sheet`` name where it stands if not in the form's own table or sheet."""

    table: int | None = None


class Seen(FormPart, kw_only=True):
    """A cell: the text a person sees; a formula without saved result has ``value`` None and ``computed`` beside it.

    ``stored`` is what the file holds where it differs from the text. Of points merged over several rows the first row
    has the value, and each names the rows that share it.
    """

    cell: str | None
    value: str | None
    stored: str | None = None
    computed: str | msgspec.UnsetType | None = msgspec.UNSET
    shared_rows: list[int] | None = None
    label: str | None = None
    raw: str | None = None
    sheet: str | None = None

    @property
    def is_uncached(self) -> bool:
        """Whether the cell is a formula whose result the file does not hold."""
        return self.computed is not msgspec.UNSET

    @property
    def computed_text(self) -> str | None:
        """What a formula without saved result yields; None where there is none."""
        return self.computed if isinstance(self.computed, str) else None

    @property
    def is_missing(self) -> bool:
        """Whether the form has neither the value nor a place for it."""
        return self.cell is None and self.value is None

    @property
    def text(self) -> str:
        """The text, else what the formula yields; empty where neither is there."""
        return self.value or self.computed_text or ""

    @property
    def number(self) -> Decimal | None:
        """The number written or computed, thousands commas and 分 aside; None where there is none."""
        try:
            number = Decimal(self.text.replace(",", "").removesuffix("分").strip())
        except InvalidOperation:
            return None
        return number if number.is_finite() else None


class Year(FormPart, kw_only=True):
    """The budget year with the words it was read from; in a list the words where no year is in them."""

    cell: str | None
    value: int | str | None
    raw: str | None = None
    label: str | None = None
    sheet: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the form has neither a year nor a place for it."""
        return self.cell is None and self.value is None and self.raw is None


def missing() -> Seen:
    """What stands where a form says nothing."""
    return Seen(cell=None, value=None)


def rewritten(seen: Seen, value: str | None) -> Seen:
    """The same cell read as another value; what is written in it stands beside."""
    return msgspec.structs.replace(seen, value=value, stored=seen.value)
