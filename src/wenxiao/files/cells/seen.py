"""A value read from a cell, with the cell it stands in: what every form is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec

_NUMBERED = re.compile(r"^\s*[（(]?\d{1,2}[)）．.、]\s*")


class FormPart(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A part of a form; ``table`` and ``sheet`` name where it stands if not
    in the form's own table or sheet.
    """

    table: int | None = None


class Seen(FormPart, kw_only=True):
    """A cell: the text a person sees; a formula without saved result has ``value`` None and
    ``computed`` beside it.

    ``stored`` is what the file holds where it differs from the text. Of points merged over several
    rows the first row has the value, and each names the rows that share it.
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
    def words(self) -> str:
        """What is written, without the blanks around it; empty where nothing is."""
        return (self.value or "").strip()

    @property
    def number(self) -> Decimal | None:
        """The number written or computed, thousands commas and 分 aside;
        None where there is none.
        """
        try:
            number = Decimal(self.text.replace(",", "").removesuffix("分").strip())
        except InvalidOperation:
            return None
        return number if number.is_finite() else None


class Year(FormPart, kw_only=True):
    """The budget year with the words it was read from; in a list the words
    where no year is in them.
    """

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


class Amount(FormPart, kw_only=True):
    """Money: as written (``raw``) and in 元 as decimal text; None in 元 where
    it is no number or nobody says the unit.
    """

    cell: str | None
    raw: str | None
    yuan: str | None
    stored: str | None = None
    computed: str | msgspec.UnsetType | None = msgspec.UNSET
    sheet: str | None = None

    @property
    def is_uncached(self) -> bool:
        """Whether the cell is a formula whose result the file does not hold."""
        return self.computed is not msgspec.UNSET

    @property
    def is_missing(self) -> bool:
        """Whether the form has neither the amount nor a place for it."""
        return self.cell is None and not self.raw and self.yuan is None

    @property
    def computed_text(self) -> str | None:
        """What a formula without saved result yields; None where there is none."""
        return self.computed if isinstance(self.computed, str) else None

    @property
    def amount(self) -> Decimal | None:
        """In 元."""
        return None if self.yuan is None else Decimal(self.yuan)


class Rate(FormPart, kw_only=True):
    """An execution rate in percent: as published, as read, and as the row's amounts make it."""

    cell: str | None
    published: str | None
    percent: str | None
    text: str | None = None
    computed_percent: str | None = None
    stored: str | None = None
    computed: str | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def is_uncached(self) -> bool:
        """Whether the cell is a formula whose result the file does not hold."""
        return self.computed is not msgspec.UNSET


class Grade(FormPart, kw_only=True):
    """A grade as written and, of a score sheet, as one of 优 良 中 差."""

    cell: str | None
    value: str | None
    norm: str | None = None
    stored: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether no grade was found."""
        return self.cell is None and self.value is None


class Lines(FormPart, kw_only=True):
    """A text of several lines in one cell."""

    cell: str | None
    value: list[str]


def words_of(seen: Seen | None) -> str:
    """What is written in a cell that a form may lack."""
    return "" if seen is None else seen.words


def number_of(seen: Seen | None) -> Decimal | None:
    """The number in a cell that a form may lack."""
    return None if seen is None else seen.number


def places_of(**values: Seen | Amount | Grade | None) -> dict[str, str]:
    """Where each of several values stands, by their names; what has no cell is left out."""
    return {name: one.cell for name, one in values.items() if one is not None and one.cell}


def unnumbered(texts: Sequence[str]) -> list[str]:
    """Lines without the numbers written before them."""
    return [_NUMBERED.sub("", text).strip() for text in texts if text.strip()]


def with_value(seen: Seen | None, value: Decimal | str | None) -> Seen:
    """The cell with another value than the one it holds."""
    return Seen(cell=None if seen is None else seen.cell, value=text_of(value))


def with_amount(amount: Amount | None, yuan: Decimal | None) -> Amount:
    """The cell with another amount than the one it holds."""
    text = text_of(yuan)
    return Amount(cell=None if amount is None else amount.cell, raw=text, yuan=text)


def text_of(value: Decimal | str | None) -> str | None:
    """A value as a cell holds it."""
    return f"{value:f}" if isinstance(value, Decimal) else value
