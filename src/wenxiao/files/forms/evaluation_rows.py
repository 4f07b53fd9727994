"""The criteria of a score sheet row by row: names carried down, weight, experts, score, ratio and reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wenxiao.files.cells.cells import Cell
from wenxiao.files.cells.formulas import computed_value, percent_text
from wenxiao.files.cells.grids import Grid
from wenxiao.files.cells.textforms import number_of
from wenxiao.files.forms.evaluation_columns import Head
from wenxiao.files.forms.evaluation_figures import with_mean, without_whole
from wenxiao.files.forms.evaluation_merged import add_point, continues_criterion, shared_figure
from wenxiao.files.forms.evaluation_names import Level, split_name
from wenxiao.files.forms.evaluation_outline import Place


@dataclass(slots=True)
class Reading:
    """One form while its rows are read from top to bottom."""

    grid: Grid
    head: Head
    first: int
    last: int
    out: dict[str, Any]
    levels: dict[str, Level] = field(default_factory=lambda: levels_after(None))
    mode: str = "criteria"
    skipped: frozenset[int] = frozenset()
    outline: dict[int, Place] = field(default_factory=dict)


def levels_after(criterion: dict[str, Any] | None) -> dict[str, Level]:
    """The names in force below a criterion; none above the first."""
    if criterion is None:
        return {name: Level() for name in ("level1", "level2", "level3")}
    carried = {
        name: Level(criterion[name], criterion.get(f"{name}_raw")) for name in ("level1", "level2")
    }
    return carried | {"level3": Level()}


def take_subtotal(reading: Reading, row: int, prefix: str) -> None:
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
    out: dict[str, Any] = {"level1": above if own or not name else name, "row": row}
    if own or inside:
        out["level2"] = level2.name
    for key, role in (("weight", "weight"), ("score", "score")):
        if role in head.roles:
            out[key] = grid.figure(row, head.roles[role])
    reading.out["subtotals"].append(out)


def take_criterion(reading: Reading, row: int, cells: list[Cell]) -> None:
    """Add the criterion of this row, unless it is a line that only names a level."""
    if (len(cells) == 1 and _is_band(reading, cells[0])) or not _advance_levels(reading, row):
        return
    grid, head, out = reading.grid, reading.head, reading.out
    deepest = next(
        (name for name in ("level3", "level2", "level1") if name in head.roles), "level1"
    )
    level = reading.levels[deepest]
    if continues_criterion(grid, head, row, out["criteria"]):
        add_point(grid, head, row, out["criteria"][-1])
        return
    weight, score = _weight(reading, row, level), _score(reading, row)
    score = without_whole(score, weight["value"])
    nameless = level.name is None and bool(weight["value"]) and bool(score["value"])
    known = ("value", "stored", "shared_rows")
    facts = any(figure.get(key) for figure in (weight, score) for key in known)
    if (level.name is None and not nameless) or (not facts and len(cells) < 2):
        return
    criterion = _levels_json(reading, row)
    if nameless:
        criterion |= {
            "nameless": True,
            f"{deepest}_cell": grid.address(row, head.roles.get(deepest, grid.left)),
        }
    criterion["weight"] = weight
    ratio = _ratio(reading, row)
    if ratio is not None:
        criterion["ratio"] = ratio
    experts = [grid.figure(row, col) for col in head.experts] or None
    criterion |= {
        "experts": experts,
        "score": with_mean(score, experts, trimmed=out.get("mean") == "trimmed"),
        "reason": _text_at(reading, row, "reason"),
    }
    note = _text_at(reading, row, "note")
    if note["value"]:
        criterion["note"] = note["value"]
    if row in grid.sheet.hidden_rows:
        criterion["hidden"] = True
    out["criteria"].append(criterion)


def _advance_levels(reading: Reading, row: int) -> bool:
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


def _weight(reading: Reading, row: int, level: Level) -> dict[str, Any]:
    """The weight in its column, else behind the name."""
    column = reading.head.roles.get("weight")
    weight: dict[str, Any] = (
        {"cell": None, "value": None}
        if column is None
        else shared_figure(reading.grid, reading.head, row, column)
    )
    if weight["value"] is None and level.points is not None:
        return {"cell": level.cell, "value": level.points}
    return weight


def _score(reading: Reading, row: int) -> dict[str, Any]:
    column = reading.head.roles.get("score")
    return (
        {"cell": None, "value": None}
        if column is None
        else shared_figure(reading.grid, reading.head, row, column)
    )


def _advance_in_outline(reading: Reading, row: int) -> None:
    """The names above a row of an outline: the outermost is the first level, the next the second."""
    grid, column, place = reading.grid, reading.head.roles["level3"], reading.outline[row]

    def level(at: int) -> Level:
        text = grid.text(at, column)
        code, name, points = split_name(text)
        return Level(name, text, grid.address(at, column), code, points)

    named = [level(at) for at in place.above]
    reading.levels = {
        "level1": named[0] if named else Level(),
        "level2": named[1] if len(named) > 1 else Level(),
        "level3": level(row),
    }


def _take_branch(reading: Reading, row: int) -> None:
    """A row of an outline with others under it is a level: its points are theirs."""
    levels, roles = reading.levels, reading.head.roles
    path = [
        name.name for name in (levels["level1"], levels["level2"], levels["level3"]) if name.name
    ]
    if len(path) > 2:
        return
    weight = reading.grid.figure(row, roles["weight"]) if "weight" in roles else None
    value = (weight or {}).get("value") or levels["level3"].points
    if value is not None:
        entry = {"value": value, "cell": (weight or {}).get("cell") or levels["level3"].cell}
        reading.out["level_weights"].setdefault("/".join(path), entry)
    if "score" in roles and reading.grid.text(row, roles["score"]):
        out: dict[str, Any] = {
            "level1": path[0],
            "row": row,
            "score": reading.grid.figure(row, roles["score"]),
        }
        reading.out["subtotals"].append(out | ({"level2": path[1]} if len(path) > 1 else {}))


def _is_band(reading: Reading, cell: Cell) -> bool:
    """A line across the table that names a first level: 「一、决策（20分）」."""
    merge = reading.grid.merge_at(cell.row, cell.col)
    wide = merge is not None and merge.right - merge.left >= 2
    if not wide or ("level1" in reading.head.roles and cell.col != reading.head.roles["level1"]):
        return False
    code, name, points = split_name(cell.text)
    reading.levels["level1"] = Level(name, cell.text.strip(), cell.address, code, points)
    _note_level_weight(reading, "level1", points, cell.address, cell.text.strip())
    return True


def _advance(reading: Reading, row: int, level: str) -> None:
    """Take the level's name in this row; an empty unmerged cell continues the name above."""
    col = reading.head.roles.get(level)
    if col is None:
        return
    text = reading.grid.text(row, col)
    if not text:
        if level == "level3":
            reading.levels[level] = Level()
        return
    code, name, points = split_name(text)
    address = reading.grid.address(row, col)
    before = reading.levels[level]
    if level == "level1" and (name, address) != (before.name, before.cell) and before.name != name:
        reading.levels["level2"] = Level()
    reading.levels[level] = Level(name, text, address, code, points)
    if level != "level3":
        weight_col = reading.head.level_weights.get(level)
        if weight_col is not None:
            cell = reading.grid.figure(row, weight_col)
            _note_level_weight(reading, level, cell["value"], cell["cell"], None)
        elif "level3" in reading.head.roles:
            _note_level_weight(reading, level, points, address, text)


def _note_level_weight(
    reading: Reading, level: str, value: str | None, address: str | None, raw: str | None
) -> None:
    levels = reading.levels
    key = levels["level1"].name or ""
    if level == "level2":
        key = f"{key}/{levels['level2'].name}"
    if value is not None and key not in reading.out["level_weights"]:
        entry = {"value": value, "cell": address}
        reading.out["level_weights"][key] = entry | ({"raw": raw} if raw else {})


def _levels_json(reading: Reading, row: int) -> dict[str, Any]:
    out: dict[str, Any] = {"row": row}
    for name, level in reading.levels.items():
        out[name], out[f"{name}_cell"] = level.name, level.cell
    for name, level in reading.levels.items():
        if level.raw is not None and level.raw != level.name:
            out[f"{name}_raw"] = level.raw
    code = reading.levels["level3"].code
    if "code" in reading.head.roles:
        code = reading.grid.text(row, reading.head.roles["code"]) or code
    if code:
        out["code"] = code
    if "level4" in reading.head.roles:
        out["level4"] = reading.grid.text(row, reading.head.roles["level4"]) or None
    return out


def _ratio(reading: Reading, row: int) -> dict[str, Any] | None:
    grid, roles = reading.grid, reading.head.roles
    if "numerator" not in roles or "denominator" not in roles:
        return None
    numerator, denominator = (
        grid.figure(row, roles["numerator"]),
        grid.figure(row, roles["denominator"]),
    )
    if number_of(numerator["value"]) is None or number_of(denominator["value"]) is None:
        return None
    out: dict[str, Any] = {"numerator": numerator, "denominator": denominator}
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
            out["computed"] = {
                "cell": cell.address,
                "stored": cell.formula or cell.raw,
                "percent": percent,
            }
    return out


def _text_at(reading: Reading, row: int, role: str) -> dict[str, Any]:
    col = reading.head.roles.get(role)
    if col is None:
        return {"cell": None, "value": None}
    return {"cell": reading.grid.address(row, col), "value": reading.grid.text(row, col) or None}
