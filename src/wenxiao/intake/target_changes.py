"""A target table beside the target its dossier holds, and what of the one and the other is taken.

Only a target that came along with a sheet gives way to a table, so only then is there something to
choose: each value of a row both have, each row only the table has, each row only the system has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wenxiao.files.forms.targets.form import ReadText, TargetIndicator
from wenxiao.intake.differences import joined_rows
from wenxiao.intake.targets import in_force
from wenxiao.intake.values import ABOUT, CHOOSE, GOAL, MONEY, OURS, TERM, WHOLE, Change, place_of
from wenxiao.rulebook.numbers import plain
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.services import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from wenxiao.files.forms.targets.form import TargetForm
    from wenxiao.intake.matching import Match

_HEAD = (
    ("text", "年度总体目标"),
    ("long_text", "中长期目标"),
    ("content", "项目概况"),
    ("manager", "项目负责人"),
    ("starts", "开始时间"),
    ("ends", "结束时间"),
)
"""What a target table says beside its rows and money."""
_PROMISED = (("promise", "指标值", "expression"), ("weight_number", "分值", "weight"))
_ALWAYS = {name for name, _, _ in _PROMISED}
"""Shown of every row; what else it says, where both differ."""
_TEXTS = tuple(name for name in (*WIDEST, "note") if name not in {"name", "expression"})
"""What else a row says, as table and system both name it."""
_BESIDE = (
    ("name", "三级指标", "name"),
    *_PROMISED,
    *(
        (name, str(getattr(Indicator._meta.get_field(name), "verbose_name", name)), name)
        for name in _TEXTS
    ),
)
"""What of a row both have: as the table names it, its word, as it is stored."""
ADDED, ABSENT = "added", "absent"
"""A row only the table has, and one only the system has: each is taken or left as a whole."""
_WHOLE_ROW = "整行"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A stored row as one value: shown by what it promises."""

    row: Indicator

    def __str__(self) -> str:
        return _row_text(self.row.expression, self.row.weight)


def _row_text(promise: str, weight: Decimal | None) -> str:
    points = "" if weight is None else f"（{plain(weight)}分）"
    return f"{promise or '有这一行'}{points}"


def promised(form: TargetForm, matched: Match) -> Iterator[Change]:
    """The values of a target table beside those of the target that holds now."""
    known = in_force(matched)
    gives_way = known is not None and known.origin == Target.Origin.SHEET
    yield from _asked(form, known)
    for name, label in _HEAD:
        was = getattr(known, name) if known else None
        group = GOAL if name in {"text", "long_text"} else ABOUT
        how = CHOOSE if gives_way and name == "text" else WHOLE
        yield Change("", label, was, _head_text(form, name), None, group, name, how=how)
    long_rows = list(known.long_indicators.all()) if known is not None else []
    terms = {row.name: row.expression for row in long_rows}
    for row in form.long_indicators:
        place, name = place_of(form, row.target.cell), row.level3 or ""
        yield Change(name, "指标值", terms.get(name), row.target_text, place, TERM, how=WHOLE)
    stored = list(known.indicators.all()) if known is not None else []
    yield from _rows(form, stored) if gives_way else _rows_beside(form, stored)


def _rows_beside(form: TargetForm, stored: Sequence[Indicator]) -> Iterator[Change]:
    """Each row of the table beside one that no table replaces, or beside nothing."""
    pairs = joined_rows(form, stored)
    for at, row in enumerate(form.rows):
        old = stored[pairs[at]] if at in pairs else None
        for name, label, field in _PROMISED:
            was, place = getattr(old, field, None), place_of(form, row.places.get(name))
            yield Change(row.name, label, was, getattr(row, name), place, name=name, how=WHOLE)


def _rows(form: TargetForm, stored: Sequence[Indicator]) -> Iterator[Change]:
    """Each value of the rows both have, then the rows only one of them has."""
    pairs = joined_rows(form, stored)
    named = Counter(row.name for row in form.rows)
    for at, row in enumerate(form.rows):
        word = row.name if named[row.name] < 2 else f"{row.name}（表上第{at + 1}行）"
        old = stored[pairs[at]] if at in pairs else None
        if old is None:
            place = place_of(form, row.places.get("name"))
            read = _row_text(row.promise, row.weight_number)
            yield Change(word, _WHOLE_ROW, "没有这一行", read, place, name=ADDED, at=at)
        for name, label, field in _PROMISED if old is None else _BESIDE:
            read, place = getattr(row, name), place_of(form, row.places.get(name))
            was, pk = getattr(old, field, None), old.pk if old is not None else 0
            value = Change(word, label, was, read, place, name=name, at=at, known=pk)
            if name in _ALWAYS or not value.same:
                yield value
    absent = [one for at, one in enumerate(stored) if at not in pairs.values()]
    missed = Counter(one.name for one in absent)
    for one in absent:
        word = one.name if missed[one.name] < 2 else f"{one.name}（系统第{one.order}行）"
        yield Change(
            word, _WHOLE_ROW, StoredRow(one), "表上没有这一行", None, name=ABSENT, known=one.pk
        )


def _asked(form: TargetForm, known: Target | None) -> Iterator[Change]:
    """Money asked for and main tasks, each beside the stored amount of its name."""
    amounts = list(known.amounts.all()) if known is not None else []
    stored: dict[tuple[str, str], list[Decimal | None]] = {}
    for amount in amounts:
        stored.setdefault((amount.kind, amount.name), []).append(amount.amount)
    lines = [
        *(("fund", one.label, "申报数", one.initial) for one in form.funds),
        *(("task", one.name, "任务金额", one.total) for one in form.tasks),
    ]
    for kind, name, label, asked in lines:
        was = stored.get((kind, name[:200]), [])
        place, before = place_of(form, asked.cell), was.pop(0) if was else None
        yield Change(name, label, before, asked.amount, place, MONEY, how=WHOLE)


def _head_text(form: TargetForm, name: str) -> str | None:
    return {
        "text": form.goals.year,
        "long_text": form.goals.long,
        "content": form.text,
        "manager": form.responsible,
        "starts": form.start,
        "ends": form.end,
    }[name]


# ---- what was chosen ----


def written(values: Sequence[Change]) -> list[Change]:
    """Without the values of rows that are left out: nothing of them is written."""
    out = {one.at for one in values if one.name == ADDED and one.take == OURS}
    return [one for one in values if one.at not in out or one.at is None or one.name == ADDED]


def put_stored(form: TargetForm, values: Sequence[Change]) -> dict[int, int]:
    """The table as it was chosen, in the form itself; returns number →
    place of stored rows in it.
    """
    rows: list[tuple[TargetIndicator, int] | None] = [(row, 0) for row in form.indicators]
    for one in values:
        if one.group == GOAL and one.name == "text":
            form.goals = replace(form.goals, year=one.stored or None)
        elif one.at is not None and one.name == ADDED:
            rows[one.at] = None
        elif one.at is not None and (row := rows[one.at]) is not None:
            rows[one.at] = _with_stored(row[0], one), one.known
    chosen = [row for row in rows if row is not None]
    for one in values:
        if one.name == ABSENT:
            _put_row(chosen, one.stored.row, form.last_row)
    form.indicators = [row for row, _ in chosen]
    return {known: at for at, (_, known) in enumerate(chosen) if known}


def _with_stored(row: TargetIndicator, one: Change) -> TargetIndicator:
    """The row with its stored value in place of the table's."""
    if one.name == "promise":
        text = one.stored or None
        return replace(row, target_text=text, target=ReadText(text, row.target.cell))
    if one.name == "weight_number":
        return replace(row, weight=_weight(one.stored, row.weight.cell))
    return replace(row, **{"level3" if one.name == "name" else one.name: one.stored or None})


def _weight(points: Decimal | None, cell: str | None = None) -> ReadText:
    return ReadText(None if points is None else f"{points:f}", cell)


def _put_row(chosen: list[tuple[TargetIndicator, int]], row: Indicator, line: int) -> None:
    """A stored row after the last one of its level 2, of its level 1, of all."""
    same = [
        [at for at, (one, _) in enumerate(chosen) if fits(one)]
        for fits in (
            lambda one: (one.level1, one.level2) == (row.level1, row.level2),
            lambda one: one.level1 == row.level1,
        )
    ]
    place = next((places[-1] + 1 for places in same if places), len(chosen))
    texts = {name: getattr(row, name) or None for name in _TEXTS}
    stays = TargetIndicator(
        row=line,
        level1=None,
        level2=None,
        level3=row.name,
        level3_cell=None,
        target=ReadText(row.expression or None),
        target_text=row.expression or None,
        weight=_weight(row.weight),
        hidden=row.hidden,
    )
    chosen.insert(place, (replace(stays, **texts), row.pk))
