"""自评 ZP: the points of one filled table set against themselves, stored or
on the sheet as handed in; grades as written against the points they stand beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.checks.facts import (
    has,
    is_dash,
    label,
    number,
    place,
    row_name,
    row_number,
    says_nothing,
    shares,
    squeezed,
    whole_sum,
    written,
)
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, head_number, numbered, rule, said
from wenxiao.rulebook.grading import Bands, bands_in_force
from wenxiao.rulebook.numbers import plain, scaled

_WORDS = {"优秀": "优", "良好": "良", "中等": "中", "较差": "差"}


@dataclass(frozen=True, slots=True)
class Graded:
    """Points with a grade word beside them: of the table (``row`` None) or of one row of a list."""

    row: int | None
    points: Decimal
    word: str


def graded(table: Table, *, selfeval: bool) -> Iterator[Graded]:
    """What has points and a grade: the table itself, of a list its rows;
    ``selfeval`` picks lists of self-evaluations.
    """
    points, word = head_number(table, "total"), str(table.head.get("grade") or "").strip()
    if table.head.get("kind") != "list":
        if points is not None and word:
            yield Graded(None, points, word)
        return
    if selfeval != any("自评" in str(name) for name in table.head.get("columns") or ()):
        return
    for index, row in enumerate(table.rows):
        word, score = str(row.get("grade") or "").strip(), row.get("score")
        if isinstance(score, Decimal) and word:
            yield Graded(index, score, word)


def grade_word(word: str, bands: Bands) -> str | None:
    """A grade as written in the words of the bands: 「优秀」 is 优; None for a word no band has."""
    text = squeezed(word)
    text = _WORDS.get(text, text)
    return next((name for name in bands.names if text.startswith(name)), None)


def earned(points: Decimal, bands: Bands) -> str | None:
    """The grade points earn; None outside every band."""
    return next((band.grade for band in bands.bands if band.holds(points)), None)


def wrong_grade(table: Table, one: Graded) -> Iterator[Hit]:
    """A grade the points do not earn; a word of no band is somebody else's scale and stays."""
    bands = bands_in_force(table.year, table.overrides)
    word, due = grade_word(one.word, bands), earned(one.points, bands)
    if due is None and one.row is None:
        text = f"得分 {plain(one.points)} 不在各等级的区间之内。"
        yield Hit(None, "total", text, got=plain(one.points))
    elif word is not None and due is not None and word != due:
        lines = "、".join(plain(band.at_least) for band in bands.bands if band.at_least)
        text = f"等级写“{one.word}”，{plain(one.points)} 分按 {lines} 分线应为“{due}”。"
        yield Hit(one.row, "grade", text, due, one.word)


_BEHIND = re.compile(r"\(?(\d+(?:\.\d+)?)分\)?$")
_POINTS = (("weight", "分值"), ("score", "得分"))


@rule("ZP-10")
def weights_not_hundred(table: Table) -> Iterator[Hit]:
    """Weights with the execution line; a table some of whose rows lack a weight is not judged.

    Without an execution line the weights without it may make the smaller sum.
    """
    total, own = whole_sum(table.rows, "weight"), head_number(table, "execution_weight")
    if total is None or (own is None and total == table.limits["without_execution"]):
        return
    whole, due = total + (own or 0), table.limits["whole"]
    if whole != due:
        text = f"分值合计 {plain(whole)}，不是 {plain(due)}。"
        yield Hit(None, "total_weight", text, plain(due), plain(whole))


@rule("ZP-11")
def score_above_weight(table: Table) -> Iterator[Hit]:
    """More points than there are, of a row or of 预算执行率."""
    weight, score = head_number(table, "execution_weight"), head_number(table, "execution_score")
    if weight is not None and score is not None and score > weight:
        yield _above(None, "execution_score", "预算执行率", score, weight)
    for index, score, row in numbered(table, "score"):
        weight = row.get("weight")
        if isinstance(weight, Decimal) and score > weight:
            yield _above(index, "score", row_name(table, index), score, weight)


def _above(index: int | None, key: str, name: str, score: Decimal, weight: Decimal) -> Hit:
    text = f"“{name}”得分 {plain(score)} 高于分值 {plain(weight)}。"
    return Hit(index, key, text, f"不高于 {plain(weight)}", plain(score))


@rule("ZP-12")
def total_not_sum(table: Table) -> Iterator[Hit]:
    """A published total that is not the sum of its rows; only where every
    row that has a weight has its points.
    """
    total, exact = head_number(table, "total"), _known_sum(table)
    if total is None or exact is None:
        return
    exact += head_number(table, "execution_score") or 0
    if exact != total and not _has_unprinted_execution(table, total - exact):
        text = f"总分写 {plain(total)}，各项得分合计 {plain(exact)}。"
        yield Hit(None, "total", text, plain(exact), plain(total))


def _known_sum(table: Table) -> Decimal | None:
    due = [
        row for row in table.rows if number(row, "weight") is not None and not shares(row, "score")
    ]
    known = [score for _, score, _ in numbered(table, "score")]
    if not known or any(number(row, "score") is None for row in due):
        return None
    return sum(known, Decimal(0))


def _has_unprinted_execution(table: Table, rest: Decimal) -> bool:
    """Whether the rest of a total can be the points of an execution rate
    the form doesn't score by itself.
    """
    limits = table.limits
    if head_number(table, "execution_score") is not None:
        return False
    if whole_sum(table.rows, "weight") != limits["without_execution"]:
        return False
    rate, full = head_number(table, "rate"), limits["execution"]
    due = None if rate is None else scaled(Fraction(min(rate, Decimal(100)) * full) / 100, 2)
    return 0 <= rest <= full and (due is None or abs(rest - due) < limits["rounding"])


@rule("ZP-13")
def grade_not_of_total(table: Table) -> Iterator[Hit]:
    """A grade word the total does not earn by the bands in force; of a list
    of self-evaluations each row's.
    """
    for one in graded(table, selfeval=True):
        yield from wrong_grade(table, one)


@rule("ZP-14")
def points_without_facts(table: Table) -> Iterator[Hit]:
    """Points where nothing was reported."""
    for index, score, row in numbered(table, "score"):
        if score > 0 and not has(row, "actual"):
            text = f"“{row_name(table, index)}”没有实际完成值却有得分 {plain(score)}。"
            yield Hit(index, "actual", text)


@rule("ZP-15")
def actual_without_target(table: Table) -> Iterator[Hit]:
    """A result that was never promised."""
    for index, row in enumerate(table.rows):
        has_actual = has(row, "actual") and not is_dash(row.get("actual"))
        if has_actual and not has(row, "target"):
            yield Hit(index, "target", f"“{row_name(table, index)}”有实际完成值，没有年度指标值。")


@rule("ZP-20")
def no_rows(table: Table) -> Iterator[Hit]:
    """A self-evaluation without any indicator."""
    if table.head.get("kind") == "selfeval" and not table.rows:
        yield Hit(None, None, "没有读到绩效指标。")


@rule("ZP-21")
def nameless_row(table: Table) -> Iterator[Hit]:
    """An indicator without a name; a cell that is merged with its second level has that name."""
    for index, row in enumerate(table.rows):
        cell = place(row, "level3")
        merged = cell is not None and cell == place(row, "level2")
        if not said(row, "level3").strip() and not merged:
            yield Hit(index, "level3", f"第 {row_number(table, index)} 行没有指标名称。")


@rule("ZP-22")
def points_no_number(table: Table) -> Iterator[Hit]:
    """A text where points should stand."""
    for index, row in enumerate(table.rows):
        for key, word in _POINTS:
            text = written(row, key)
            if text and not is_dash(text) and not says_nothing(text):
                message = f"“{row_name(table, index)}”的{word}“{text[:20]}”不是数字。"
                yield Hit(index, key, message, "数字", text[:60])


@rule("ZP-23")
def points_below_nothing(table: Table) -> Iterator[Hit]:
    """Less than no points."""
    for index, score, _ in numbered(table, "score"):
        if score < 0:
            text = f"“{row_name(table, index)}”得分 {plain(score)} 是负数。"
            yield Hit(index, "score", text, "不小于 0", plain(score))


@rule("ZP-24")
def same_row_twice(table: Table) -> Iterator[Hit]:
    """The same name with the same target under the same second level."""
    seen: dict[tuple[str, str, str], int] = {}
    for index, row in enumerate(table.rows):
        name = squeezed(row.get("level3"))
        key = (name, squeezed(row.get("target")), label(row.get("level2")))
        if name and key in seen:
            text = f"“{row['level3']}”与第 {row_number(table, seen[key])} 行重复。"
            yield Hit(index, "level3", text)
        seen.setdefault(key, index)


@rule("ZP-25")
def subtotal_not_sum(table: Table) -> Iterator[Hit]:
    """A subtotal that is the sum of none of the groups it may stand for."""
    entries = table.head.get("subtotals") or ()
    for entry in entries if not isinstance(entries, dict) else ():
        for key, word in _POINTS:
            stated = number(entry, key)
            groups = (whole_sum(rows, key) for rows in _groups(table, entry))
            sums = [total for total in groups if total is not None]
            if stated is None or not sums or stated in sums:
                continue
            text = f"“{entry['label']}”{word} {plain(stated)}，所属各项合计 {plain(sums[0])}。"
            yield Hit(None, key, text, plain(sums[0]), plain(stated), cell=place(entry, key))


def _groups(table: Table, entry: Cells) -> list[list[Cells]]:
    """The rows a subtotal may sum: those of its first level, of its second,
    those since the last subtotal.
    """
    rows, at, level1 = table.rows, entry["line"], entry["level1"]
    if entry["named"]:
        return [
            [row for row in rows if level1 in said(row, "level1") or level1 in said(row, "level2")]
        ]
    first = [row for row in rows if level1 and row["level1"] == level1]
    second = [row for row in first if row["level2"] == entry["level2"]]
    before = max((one["line"] for one in table.head["subtotals"] if one["line"] < at), default=0)
    return [first, second, [row for row in rows if before < row["line"] < at]]


@rule("ZP-26")
def level_not_sum(table: Table) -> Iterator[Hit]:
    """「产出指标（50分）」 against the weights of its rows."""
    for key in ("level1", "level2"):
        seen: dict[str, list[int]] = {}
        for index, row in enumerate(table.rows):
            cell = place(row, key)
            if row.get(f"{key}_raw") and cell:
                seen.setdefault(cell, []).append(index)
        for indices in seen.values():
            yield from _level(table, key, indices)


def _level(table: Table, key: str, indices: Sequence[int]) -> Iterator[Hit]:
    rows = [table.rows[index] for index in indices]
    stated, total = _BEHIND.search(squeezed(rows[0][f"{key}_raw"])), whole_sum(rows, "weight")
    if stated is not None and total is not None and Decimal(stated[1]) != total:
        text = f"“{rows[0][key]}”写 {stated[1]} 分，所属各项分值合计 {plain(total)}。"
        yield Hit(indices[0], key, text, plain(total), stated[1])
