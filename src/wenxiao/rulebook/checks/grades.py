"""Grades as written against the points they stand beside, by the bands in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from wenxiao.rulebook.checks.facts import squeezed
from wenxiao.rulebook.checks.registry import Hit, Table, head_number
from wenxiao.rulebook.grading import Bands, bands_in_force
from wenxiao.rulebook.numbers import plain

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
