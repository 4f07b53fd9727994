"""Form packs: layout, scoring profile and source of one printed form, as
data in ``packs/*.yaml``; one file, one form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import BasisError, Overrides, standing_of
from wenxiao.rulebook.grounds import Standing

FOLDER = Path(__file__).parent / "packs"
RULE = "form_packs"
SCOPES = ("project", "department")
NATIONAL = "CN-2020"
MONITORING = "CN-2020-JK"


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """One cell of a layout: a printed label, or a field to fill; ``plain`` is a label that is no
    heading.

    ``under``: the heading that a column shares with its neighbours.
    """

    label: str = ""
    field: str = ""
    cols: int = 1
    rows: int = 1
    left: bool = False
    plain: bool = False
    below: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class RowsBlock:
    """Fixed rows: head, goals, totals, opinions.
    ``tall`` gives rows of the block a least height.
    """

    rows: tuple[tuple[PrintedCell, ...], ...]
    tall: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MoneyBlock:
    """The money lines: the label beside them, their own column, the columns
    of amounts, the lines a blank form has.
    """

    side: str
    name: PrintedCell
    columns: tuple[PrintedCell, ...]
    lines: tuple[str, ...]
    weight: str = ""
    side_cols: int = 1


@dataclass(frozen=True, slots=True)
class IndicatorsBlock:
    """The indicator rows: the label beside them, their columns, and the levels a blank form has."""

    side: str
    columns: tuple[PrintedCell, ...]
    levels: tuple[tuple[str, str], ...]


PackBlock = RowsBlock | MoneyBlock | IndicatorsBlock


@dataclass(frozen=True, slots=True)
class PageColumn:
    """One column of the page a form is filled on: its heading, the field of the stored row, how it
    is asked for.

    ``how`` names a cell of its own (target, weight, value, points), else it is typed: plain text,
    or one of ``choices`` of the monitoring rule. ``key`` with the row's number names its input.
    """

    label: str
    field: str
    how: str = "text"
    key: str = ""
    short: str = ""
    longest: int = 4000
    wide: bool = False
    choices: str = ""
    unset: str = "未选"
    many: bool = False

    @property
    def word(self) -> str:
        """What the column is called beside a single cell of it."""
        return self.short or self.label

    @property
    def typed(self) -> bool:
        """Whether a person writes its text here."""
        return self.how in {"text", "value"}

    @property
    def numeric(self) -> bool:
        """Whether it stands to the right."""
        return self.how in {"weight", "points"}

    def name(self, row: int) -> str:
        """The name of its input in a row."""
        return f"{self.key or self.field + '-'}{row}"

    def stored(self, text: str) -> str | list[str]:
        """A typed text as the row stores it."""
        return ([text] if text else []) if self.many else text

    def shown(self, row: object) -> str:
        """The text a stored row has in it."""
        held = getattr(row, self.field, None) or ""
        return held if isinstance(held, str) else "、".join(held)

    def chosen(self, row: object) -> str:
        """What an input shows of it: of many the first."""
        held = getattr(row, self.field, None) or ""
        return held if isinstance(held, str) else held[0]


@dataclass(frozen=True, slots=True)
class FormPack:
    """One printed form. ``standing`` says how far its layout was seen, ``source`` where."""

    code: str
    title: str
    region: str
    start: date
    scope: str
    profile: str
    standing: Standing
    source: str
    sheet: str
    heading: str
    subtitle: str
    attachment: str
    widths: tuple[float, ...]
    blocks: tuple[PackBlock, ...]
    below: tuple[str, ...]
    form: str = "selfeval"
    landscape: bool = False
    page: tuple[PageColumn, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """The fields of a row its indicator columns print."""
        rows = (block for block in self.blocks if isinstance(block, IndicatorsBlock))
        return frozenset(one.field for block in rows for one in block.columns)

    @property
    def fund_lines(self) -> tuple[str, ...]:
        """The lines of money a blank form has."""
        money = (block for block in self.blocks if isinstance(block, MoneyBlock))
        return next((block.lines for block in money), ())

    @property
    def causes(self) -> tuple[str, ...]:
        """The kinds of cause that have a column to tick."""
        rows = (block for block in self.blocks if isinstance(block, IndicatorsBlock))
        return tuple(one.label for block in rows for one in block.columns if one.field == "cause")

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of its money and indicator columns, as printed on one line."""
        columns = [
            place
            for block in self.blocks
            if not isinstance(block, RowsBlock)
            for place in block.columns
        ]
        return tuple(place.label.replace("\n", "") for place in columns)


def packs() -> Mapping[str, FormPack]:
    """Every pack of a self-evaluation by its code."""
    return {code: pack for code, pack in all_packs().items() if pack.form == "selfeval"}


def monitoring_pack() -> FormPack:
    """The form of monitoring: the national layout, the one that was seen."""
    return all_packs()[MONITORING]


def page_columns(form: str) -> tuple[PageColumn, ...]:
    """The columns of the page a form is filled on, whatever layout it is printed in."""
    return (monitoring_pack() if form == "monitoring" else packs()[NATIONAL]).page


@cache
def all_packs() -> Mapping[str, FormPack]:
    """Every pack by its code, whatever it prints."""
    by_code = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        pack = _pack(yaml.safe_load(path.read_text(encoding="utf-8")))
        if pack.code != path.stem:
            raise BasisError(f"表式包 {path.name} 里的编号是“{pack.code}”，应与文件名相同。")
        by_code[pack.code] = pack
    return by_code


def pack_in_force(
    scope: str, on: date | int | None = None, overrides: Overrides | None = None
) -> FormPack:
    """The form a division prints for a scope on a day (a year means its last day)."""
    code = basis.in_force(RULE, on, overrides).content[scope]
    return packs()[code]


def refused_packs(content: Mapping[str, object]) -> str:
    """Why a division may not choose this; empty where it may."""
    wrong = [
        f"没有编号为“{code}”的表式包，现有：{'、'.join(packs())}。"
        for code in content.values()
        if code not in packs()
    ]
    if unknown := set(content) - set(SCOPES):
        wrong.append(f"只能为 {'、'.join(SCOPES)} 选表式，收到“{'、'.join(sorted(unknown))}”。")
    return "".join(wrong)


def _pack(data: Mapping[str, Any]) -> FormPack:
    return FormPack(
        code=data["code"],
        title=data["title"],
        region=data["region"],
        start=date.fromisoformat(data["from"]),
        scope=data["scope"],
        profile=data["profile"],
        standing=standing_of(data),
        source=data["source"],
        sheet=data["sheet"],
        heading=data["heading"],
        subtitle=data.get("subtitle", ""),
        attachment=data.get("attachment", ""),
        widths=tuple(data["widths"]),
        blocks=tuple(_block(block) for block in data["blocks"]),
        below=tuple(data.get("below", ())),
        form=data["form"],
        landscape=data.get("landscape", False),
        page=tuple(PageColumn(**column) for column in data.get("page", ())),
    )


def _block(data: Mapping[str, Any]) -> PackBlock:
    if money := data.get("money"):
        return MoneyBlock(
            money["side"],
            PrintedCell(**money["name"]),
            _places(money["columns"]),
            tuple(money["lines"]),
            money.get("weight", ""),
            money.get("side_cols", 1),
        )
    if rows := data.get("indicators"):
        levels = tuple((one, two) for one, two in rows["levels"])
        return IndicatorsBlock(rows["side"], _places(rows["columns"]), levels)
    return RowsBlock(tuple(_places(row) for row in data["rows"]), data.get("tall", {}))


def _places(entries: Iterable[Mapping[str, Any]] | Sequence[Any]) -> tuple[PrintedCell, ...]:
    return tuple(PrintedCell(**entry) for entry in entries)
