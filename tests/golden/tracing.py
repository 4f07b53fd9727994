"""What runs of the product between two points: its functions by file, and those that hold a
given value.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Self

from django.db.models import Model

PRODUCT = str(Path(__file__).resolve().parents[2] / "src" / "wenxiao") + "/"
DEEP, MANY = 1, 60
"""In hand is the value itself or the one record it stands in (a cell, an amount, a line), no
whole form around it.
"""


class Trace:
    """Runs what stands under ``with`` and notes each function of the product that is called.

    Counted are named functions and methods of src/wenxiao, properties among them; comprehensions,
    lambdas and what a module does when it is first imported are not. ``deepest`` is the longest
    chain of calls, ``changes`` how often a call lies in another file than the one before.
    ``holding`` are those that have one of ``values`` in hand: as an argument or result, or in a
    field of one, as a number or in a text; a collection of more than sixty things is not looked
    into.
    """

    def __init__(self, values: Iterable[Decimal | int | str] = ()) -> None:
        self.numbers = {value for value in values if not isinstance(value, str)}
        self.texts = tuple(value for value in values if isinstance(value, str))
        self.calls: dict[tuple[str, str], int] = {}
        self.holding: dict[tuple[str, str], int] = {}
        self.depth = self.deepest = self.changes = 0
        self.last = ""

    def __enter__(self) -> Self:
        self._before = sys.getprofile()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(self._before)

    @property
    def files(self) -> list[str]:
        """The files whose functions were called, in the order in which they were met."""
        return list(dict.fromkeys(file for file, _ in self.calls))

    @property
    def files_holding(self) -> set[str]:
        """The files of which a function held the value."""
        return {file for file, _ in self.holding}

    @property
    def length(self) -> str:
        """Files, functions, deepest call and changes of file, as docs/architecture.md has them."""
        return f"{len(self.files)} | {len(self.calls)} | {self.deepest} | {self.changes}"

    def times(self, file: str, function: str) -> int:
        """How often one function was called."""
        return self.calls.get((file, function), 0)

    def _note(self, frame: FrameType, event: str, result: object) -> None:
        code = frame.f_code
        if event not in {"call", "return"} or not code.co_filename.startswith(PRODUCT):
            return
        name = code.co_qualname
        if name.rpartition(".")[2].startswith("<"):
            return
        key = (code.co_filename.removeprefix(PRODUCT), name)
        if event == "call":
            self.calls[key] = self.calls.get(key, 0) + 1
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)
            self.changes += key[0] != self.last
            self.last = key[0]
        else:
            self.depth -= 1
        if key in self.holding or not (self.numbers or self.texts):
            return
        seen = [result] if event == "return" else [*frame.f_locals.values()]
        if any(self._holds(value, DEEP) for value in seen):
            self.holding[key] = 1

    def _holds(self, value: object, deep: int) -> bool:
        if isinstance(value, str):
            return any(text in value for text in self.texts)
        if isinstance(value, Decimal | int):
            return value in self.numbers
        return deep > 0 and any(self._holds(part, deep - 1) for part in _parts(value))


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping | list | tuple | set):
        if len(value) <= MANY:
            yield from value.values() if isinstance(value, Mapping) else value
    elif isinstance(value, Model):
        yield from (part for name, part in vars(value).items() if name != "_state")
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name, None) for field in fields(value))
    elif names := getattr(type(value), "__struct_fields__", ()):
        yield from (getattr(value, name) for name in names)
