"""部门决算基础数据: which item and column a heading names, and what a ratio of a department reads.

Items, columns and amounts are data (``basis/department_accounts.yaml``); a division may write its
own. Nothing is guessed: an amount one part of which is missing is missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from wenxiao.rulebook.basis import Overrides, Value, in_force

RULE = "department_accounts"
COUNT = "count"
"""The column of an item that counts people."""
Figures = Mapping[tuple[str, str], Decimal]
"""What stands of one unit in one year by item and column; what is absent is missing."""
_UNIT = re.compile(r"[（(](?:单位[:：]?|金额单位[:：]?)?(?:元|千元|万元|亿元|人|个|名)[)）]")
_AROUND = re.compile(r"[\s“”\"'‘’（）()《》:：、,，.．*★/]")
_BEFORE = re.compile(
    r"^(?:其中|[一二三四五六七八九十]+、|[（(]?[\d一二三四五六七八九十]+[)）.、．])+"
)


@dataclass(frozen=True, slots=True)
class AccountItem:
    """One item of the table. ``people``: it counts persons; ``part_of``: it adds up to that item
    with its like; ``alone``: the column a heading means that names the item only.
    """

    key: str
    name: str
    words: tuple[str, ...]
    people: bool
    part_of: str
    alone: str


@dataclass(frozen=True, slots=True)
class AccountTable:
    """The table's rule in force."""

    items: Mapping[str, AccountItem]
    stages: Mapping[str, str]
    """Column → its name."""
    stage_words: Mapping[str, str]
    """What a column is called → the column."""
    amounts: Mapping[str, Mapping[str, Any]]
    value: Value

    def stages_of(self, item: AccountItem) -> tuple[str, ...]:
        """The columns an item has."""
        return (COUNT,) if item.people else tuple(self.stages)

    def item_named(self, text: str) -> AccountItem | None:
        """The item a cell of a column of items names; None for any other."""
        words = _plain(text)
        return next((item for item in self.items.values() if words in item.words), None)

    def stage_named(self, text: str) -> str | None:
        """The column a heading names by itself."""
        return self.stage_words.get(_plain(text))

    def place_of(self, heading: str) -> tuple[str, str] | None:
        """(item, column) of a heading such as 基本支出决算数; None where it does not name both."""
        words = _plain(heading)
        for item in self.items.values():
            for word in item.words:
                if words == word and (item.people or item.alone):
                    return item.key, COUNT if item.people else item.alone
                rest = words.removeprefix(word) if words.startswith(word) else ""
                rest = rest or (words.removesuffix(word) if words.endswith(word) else "")
                if rest in self.stage_words and not item.people:
                    return item.key, self.stage_words[rest]
        return None


def account_table(on: date | int | None = None, overrides: Overrides | None = None) -> AccountTable:
    """The rule in force on a day."""
    if not overrides or RULE not in overrides:
        return _national(on)
    return _table(in_force(RULE, on, overrides))


@cache
def _national(on: date | int | None) -> AccountTable:
    return _table(in_force(RULE, on))


def _table(value: Value) -> AccountTable:
    content = value.content
    items = {
        str(key): AccountItem(
            key=str(key),
            name=str(row["name"]),
            words=tuple(_plain(str(word)) for word in row["words"]),
            people=bool(row.get("people")),
            part_of=str(row.get("part_of", "")),
            alone=str(row.get("alone", "")),
        )
        for key, row in content["items"].items()
    }
    stages = {str(key): str(row["name"]) for key, row in content["stages"].items()}
    words = {
        _plain(str(word)): str(key)
        for key, row in content["stages"].items()
        for word in row["words"]
    }
    return AccountTable(items, stages, words, content["amounts"], value)


def _plain(text: str) -> str:
    """A heading without its unit, numbering, quotes and blanks."""
    words = _UNIT.sub("", unicodedata.normalize("NFKC", text).strip())
    return _AROUND.sub("", _BEFORE.sub("", words))


def with_sums(table: AccountTable, figures: Figures) -> dict[tuple[str, str], Decimal]:
    """The figures, and an item's total where only its parts are there and all of them."""
    whole = dict(figures)
    parts: dict[str, list[str]] = {}
    for item in table.items.values():
        if item.part_of:
            parts.setdefault(item.part_of, []).append(item.key)
    for total, keys in parts.items():
        for stage in table.stages:
            amounts = [figures[key, stage] for key in keys if (key, stage) in figures]
            if (total, stage) not in figures and len(amounts) == len(keys):
                whole[total, stage] = sum(amounts, Decimal(0))
    return whole


def ratio_figures(
    table: AccountTable, years: Mapping[int, Figures], year: int
) -> dict[str, Decimal | None]:
    """What the ratios read of one unit in a year, by the field of ``rulebook.ratios``; None where a
    part of it is missing.
    """
    summed = {one: with_sums(table, figures) for one, figures in years.items()}
    answers: dict[str, Decimal | None] = {}
    for name, amount in table.amounts.items():
        figures = summed.get(year - int(amount.get("years_back", 0)), {})
        parts = [figures.get(_key(part)) for part in amount["plus"]]
        known = [part for part in parts if part is not None]
        answers[str(name)] = sum(known, Decimal(0)) if len(known) == len(parts) else None
    return answers


def _key(part: object) -> tuple[str, str]:
    item, _, stage = str(part).partition(".")
    return item, stage


def named_amounts(table: AccountTable, fields: Iterable[str]) -> list[str]:
    """The Chinese names of what a ratio lacks."""
    return [
        str(table.amounts[name]["name"]) if name in table.amounts else _ELSEWHERE.get(name, name)
        for name in fields
    ]


_ELSEWHERE = {"treasury_months": "各月国库支付数", "planned_progress": "既定支付进度"}
"""Amounts that do not stand in a department's table of accounts."""
