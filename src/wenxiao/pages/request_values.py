"""What arrives in an address or a form, made safe to hand on: numbers a
column can hold, texts a database can keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, QueryDict

DIGITS = 18
LARGEST = 2**63 - 1
"""What an id can be at most.
SQLite refuses larger numbers with an error; a longer one simply names nothing.
"""

YEARS = range(1900, 3000)
"""Years a page can be asked for; days are reckoned in them."""


def whole(text: str | None, most: int = DIGITS) -> int | None:
    """A whole number of at most ``most`` digits, as ids and versions are;
    None for anything else, never an error.
    """
    return int(text) if text and text.isdecimal() and len(text) <= most else None


def ticked(request: HttpRequest, most: int | None = None) -> dict[int, int]:
    """The ticked rows of a list, each with the version it was seen at (``tick=number:version``)."""
    pairs = [text.partition(":") for text in request.POST.getlist("tick")[:most]]
    versions = {whole(pk): whole(seen) for pk, _, seen in pairs}
    return {pk: seen for pk, seen in versions.items() if pk is not None and seen is not None}


def names_nothing(kwargs: Mapping[str, object]) -> bool:
    """Whether an address holds an id beyond every column, a year no bureau
    worked in, or a NUL: nothing can be there.
    """
    year = kwargs.get("year")
    if isinstance(year, int) and year not in YEARS:
        return True
    return any(
        (isinstance(v, int) and v > LARGEST) or (isinstance(v, str) and "\0" in v)
        for v in kwargs.values()
    )


def without_nul(request: HttpRequest) -> None:
    """Take NUL out of what was asked and posted: people never type it, and
    PostgreSQL cannot keep it.
    """
    if _holds_nul(request.GET):
        request.GET = _cleaned(request.GET)  # type: ignore[assignment]  # a mutable copy in the place of a fixed one
    if request.method == "POST" and _holds_nul(request.POST):
        request.POST = _cleaned(request.POST)  # type: ignore[assignment]  # as above


def brings_files(request: HttpRequest) -> bool:
    """Whether a form with files in it was posted."""
    return request.content_type == "multipart/form-data" and bool(request.FILES)


def _holds_nul(sent: QueryDict) -> bool:
    return any("\0" in text for name, texts in sent.lists() for text in (name, *texts))


def _cleaned(sent: QueryDict) -> QueryDict:
    values = sent.copy()
    values.clear()
    for name, texts in sent.lists():
        values.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in texts])
    return values
