"""The criteria of a score sheet row by row: names carried down, weight,
experts, score, ratio and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from wenxiao.files.cells.cells import Cell
from wenxiao.files.cells.formulas import computed_value, percent_text
from wenxiao.files.cells.grids import TableGrid
from wenxiao.files.cells.seen import Seen, missing, rewritten
from wenxiao.files.cells.textforms import number_of
from wenxiao.files.forms.dossier_forms import Subtotal
from wenxiao.files.forms.evaluation_columns import ScoreTableHead
from wenxiao.files.forms.evaluation_figures import with_mean, without_whole
from wenxiao.files.forms.evaluation_merged import add_point, continues_criterion, shared_figure
from wenxiao.files.forms.evaluation_names import LevelName, split_name
from wenxiao.files.forms.evaluation_outline import Place
from wenxiao.files.forms.heads import ticked
from wenxiao.files.forms.score_sheet import (
    ComputedShare,
    CriterionRatio,
    ScoredCriterion,
    ScoreSheet,
)


@dataclass(slots=True)
class ScoreSheetReading:
    """One form while its rows are read from top to bottom."""

    grid: TableGrid
    head: ScoreTableHead
    first: int
    last: int
    out: ScoreSheet
    levels: dict[str, LevelName] = field(default_factory=lambda: levels_after(None))
    mode: str = "criteria"
    skipped: frozenset[int] = frozenset()
    outline: dict[int, Place] = field(default_factory=dict)


def levels_after(criterion: ScoredCriterion | None) -> dict[str, LevelName]:
    """The names in force below a criterion; none above the first."""
    if criterion is None:
        return {name: LevelName() for name in ("level1", "level2", "level3")}
    return {
        "level1": LevelName(criterion.level1, criterion.level1_raw),
        "level2": LevelName(criterion.level2, criterion.level2_raw),
        "level3": LevelName(),
    }


def take_subtotal(reading: ScoreSheetReading, row: int, prefix: str) -> None:
    """Note a subtotal row with the level it closes."""
    grid, head = reading.grid, reading.head
    name = split_name(prefix)[1] if prefix else None
    level2 = reading.levels["level2"]
    own = name is not None and name == level2.name
    second = grid.text(row, head.roles["level2"]) if "level2" in head.roles else ""
    inside = not prefix and bool(second) and split_name(second)[1] == level2.name
    # a subtotal above its rows names its level in its own row
    first = split_name(grid.text(row, head.roles["level1"]))[1] if "level1" in head.roles else ""
    above = (
        first
        if first and not first.endswith("小计") and not name
        else reading.levels["level1"].name
    )
    figures = {
        role: grid.figure(row, head.roles[role])
        for role in ("weight", "score")
        if role in head.roles
    }
    reading.out.subtotals.append(
        Subtotal(
            row=row,
            level1=above if own or not name else name,
            level2=level2.name if own or inside else None,
            weight=figures.get("weight"),
            score=figures.get("score"),
        )
    )


def take_criterion(reading: ScoreSheetReading, row: int, cells: list[Cell]) -> None:
    """Add the criterion of this row, unless it is a line that only names a level."""
    if (len(cells) == 1 and _is_band(reading, cells[0])) or not _advance_levels(reading, row):
        return
    grid, head, out = reading.grid, reading.head, reading.out
    deepest = next(
        (name for name in ("level3", "level2", "level1") if name in head.roles), "level1"
    )
    level = reading.levels[deepest]
    if continues_criterion(grid, head, row, out.criteria):
        add_point(grid, head, row, out.criteria[-1])
        return
    weight, score = _weight(reading, row, level), _score(reading, row)
    score = without_whole(score, weight.value)
    nameless = level.name is None and bool(weight.value) and bool(score.value)
    facts = any(one.value or one.stored or one.shared_rows for one in (weight, score))
    if (level.name is None and not nameless) or (not facts and len(cells) < 2):
        return
    experts = [grid.figure(row, col) for col in head.experts] or None
    criterion = ScoredCriterion(
        row=row,
        **_level_fields(reading, row),
        weight=weight,
        score=with_mean(score, experts, trimmed=out.mean == "trimmed"),
        experts=experts,
        reason=_text_at(reading, row, "reason"),
        ratio=_ratio(reading, row),
        note=_text_at(reading, row, "note").value or None,
        explanation=_text_at(reading, row, "explanation").value or "",
        standard=_text_at(reading, row, "standard").value or "",
        opinion=_opinion(reading, row),
        hidden=row in grid.sheet.hidden_rows,
    )
    if nameless:
        criterion.nameless = True
        setattr(criterion, f"{deepest}_cell", grid.address(row, head.roles.get(deepest, grid.left)))
    out.criteria.append(criterion)


def _advance_levels(reading: ScoreSheetReading, row: int) -> bool:
    """Take the row's names; False when the row is a level of an outline with its criteria below."""
    place = reading.outline.get(row)
    if place is None:
        for name in ("level1", "level2", "level3"):
            _advance(reading, row, name)
        return True
    _advance_in_outline(reading, row)
    if not place.is_leaf:
        _take_branch(reading, row)
    return place.is_leaf


def _weight(reading: ScoreSheetReading, row: int, level: LevelName) -> Seen:
    """The weight in its column, else behind the name."""
    column = reading.head.roles.get("weight")
    weight = missing() if column is None else shared_figure(reading.grid, reading.head, row, column)
    if weight.value is None and level.points is not None:
        return Seen(cell=level.cell, value=level.points)
    return weight


def _score(reading: ScoreSheetReading, row: int) -> Seen:
    column = reading.head.roles.get("score")
    return missing() if column is None else shared_figure(reading.grid, reading.head, row, column)


def _advance_in_outline(reading: ScoreSheetReading, row: int) -> None:
    """The names above a row of an outline: the outermost is the first
    level, the next the second.
    """
    grid, column, place = reading.grid, reading.head.roles["level3"], reading.outline[row]

    def level(at: int) -> LevelName:
        text = grid.text(at, column)
        code, name, points = split_name(text)
        return LevelName(name, text, grid.address(at, column), code, points)

    named = [level(at) for at in place.above]
    reading.levels = {
        "level1": named[0] if named else LevelName(),
        "level2": named[1] if len(named) > 1 else LevelName(),
        "level3": level(row),
    }


def _take_branch(reading: ScoreSheetReading, row: int) -> None:
    """A row of an outline with others under it is a level: its points are theirs."""
    levels, roles = reading.levels, reading.head.roles
    path = [
        name.name for name in (levels["level1"], levels["level2"], levels["level3"]) if name.name
    ]
    if len(path) > 2:
        return
    weight = reading.grid.figure(row, roles["weight"]) if "weight" in roles else missing()
    value = weight.value or levels["level3"].points
    if value is not None:
        entry = Seen(value=value, cell=weight.cell or levels["level3"].cell)
        reading.out.level_weights.setdefault("/".join(path), entry)
    if "score" in roles and reading.grid.text(row, roles["score"]):
        reading.out.subtotals.append(
            Subtotal(
                row=row,
                level1=path[0],
                level2=path[1] if len(path) > 1 else None,
                score=reading.grid.figure(row, roles["score"]),
            )
        )


def _is_band(reading: ScoreSheetReading, cell: Cell) -> bool:
    """A line across the table that names a first level: 「一、决策（20分）」."""
    merge = reading.grid.merge_at(cell.row, cell.col)
    wide = merge is not None and merge.right - merge.left >= 2
    if not wide or ("level1" in reading.head.roles and cell.col != reading.head.roles["level1"]):
        return False
    code, name, points = split_name(cell.text)
    reading.levels["level1"] = LevelName(name, cell.text.strip(), cell.address, code, points)
    _note_level_weight(reading, "level1", points, cell.address, cell.text.strip())
    return True


def _advance(reading: ScoreSheetReading, row: int, level: str) -> None:
    """Take the level's name in this row; an empty unmerged cell continues the name above."""
    col = reading.head.roles.get(level)
    if col is None:
        return
    text = reading.grid.text(row, col)
    if not text:
        if level == "level3":
            reading.levels[level] = LevelName()
        return
    code, name, points = split_name(text)
    address = reading.grid.address(row, col)
    before = reading.levels[level]
    if level == "level1" and (name, address) != (before.name, before.cell) and before.name != name:
        reading.levels["level2"] = LevelName()
    reading.levels[level] = LevelName(name, text, address, code, points)
    if level != "level3":
        weight_col = reading.head.level_weights.get(level)
        if weight_col is not None:
            cell = reading.grid.figure(row, weight_col)
            _note_level_weight(reading, level, cell.value, cell.cell, None)
        elif "level3" in reading.head.roles:
            _note_level_weight(reading, level, points, address, text)


def _note_level_weight(
    reading: ScoreSheetReading, level: str, value: str | None, address: str | None, raw: str | None
) -> None:
    levels = reading.levels
    key = levels["level1"].name or ""
    if level == "level2":
        key = f"{key}/{levels['level2'].name}"
    if value is not None and key not in reading.out.level_weights:
        reading.out.level_weights[key] = Seen(value=value, cell=address, raw=raw or None)


class _LevelFields(TypedDict):
    level1: str | None
    level1_cell: str | None
    level1_raw: str | None
    level2: str | None
    level2_cell: str | None
    level2_raw: str | None
    level3: str | None
    level3_cell: str | None
    level3_raw: str | None
    level4: str | None
    code: str | None


def _level_fields(reading: ScoreSheetReading, row: int) -> _LevelFields:
    """The names in force with their cells, and what is printed where it says more than the name."""
    first, second, third = (reading.levels[f"level{number}"] for number in (1, 2, 3))
    roles, grid = reading.head.roles, reading.grid
    code = (grid.text(row, roles["code"]) if "code" in roles else "") or third.code
    return {
        "level1": first.name,
        "level1_cell": first.cell,
        "level1_raw": first.own_words,
        "level2": second.name,
        "level2_cell": second.cell,
        "level2_raw": second.own_words,
        "level3": third.name,
        "level3_cell": third.cell,
        "level3_raw": third.own_words,
        "level4": (grid.text(row, roles["level4"]) or None) if "level4" in roles else None,
        "code": code or None,
    }


def _ratio(reading: ScoreSheetReading, row: int) -> CriterionRatio | None:
    grid, roles = reading.grid, reading.head.roles
    if "numerator" not in roles or "denominator" not in roles:
        return None
    numerator, denominator = (
        grid.figure(row, roles["numerator"]),
        grid.figure(row, roles["denominator"]),
    )
    if number_of(numerator.value) is None or number_of(denominator.value) is None:
        return None
    out = CriterionRatio(numerator=numerator, denominator=denominator)
    if "computed" in roles:
        cell = grid.cell(row, roles["computed"])
        exact = computed_value(grid.sheet, cell.row, cell.col) if cell else None
        if cell is not None:
            percent = percent_text(exact) if exact is not None else None
            if (
                cell.formula is None
                and "%" in cell.text
                and (exact is None or cell.number_format is None)
            ):
                percent = cell.text.strip().rstrip("%％")
            out.computed = ComputedShare(
                cell=cell.address, stored=cell.formula or cell.raw, percent=percent
            )
    return out


def _opinion(reading: ScoreSheetReading, row: int) -> Seen | None:
    """The grade ticked in the column of opinions: 优☑ 良□."""
    opinion = _text_at(reading, row, "opinion")
    grade = ticked(opinion.value or "")
    return rewritten(opinion, grade) if grade else None


def _text_at(reading: ScoreSheetReading, row: int, role: str) -> Seen:
    col = reading.head.roles.get(role)
    if col is None:
        return missing()
    return Seen(cell=reading.grid.address(row, col), value=reading.grid.text(row, col) or None)
