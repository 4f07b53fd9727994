"""评价 PJ, the sums: subtotals, levels, totals and grade of a score sheet against its rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wenxiao.rulebook.checks.facts import LISTED, number, place, whole_sum
from wenxiao.rulebook.checks.form_points import Graded, earned, grade_word, graded, wrong_grade
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, head_number, rule
from wenxiao.rulebook.grading import bands_in_force
from wenxiao.rulebook.numbers import plain

_POINTS = (("weight", "分值"), ("score", "得分"))


@rule("PJ-03")
def total_not_sum(table: Table) -> Iterator[Hit]:
    """The printed total against the exact sum of the rows, where every row has its points."""
    written, whole = head_number(table, "total"), whole_sum(table.rows, "score")
    if written is not None and whole is not None and whole != written:
        apart = plain(abs(written - whole))
        text = f"合计得分 {plain(written)}，各指标得分之和为 {plain(whole)}，相差 {apart} 分。"
        yield Hit(None, "total", text, plain(whole), plain(written))


@rule("PJ-04")
def grade_not_of_total(table: Table) -> Iterator[Hit]:
    """The grade the printed total earns, and the one its rows earn."""
    grades = list(graded(table, selfeval=False))
    for one in grades:
        wrong = list(wrong_grade(table, one))
        yield from wrong
        if one.row is None and not wrong:
            yield from _by_the_rows(table, one)


def _by_the_rows(table: Table, one: Graded) -> Iterator[Hit]:
    bands, whole = bands_in_force(table.year, table.overrides), whole_sum(table.rows, "score")
    due = None if whole is None else earned(whole, bands)
    word = grade_word(one.word, bands)
    if whole is not None and due is not None and word is not None and word != due:
        text = f"评价等级写“{one.word}”，按各指标得分之和 {plain(whole)} 分应为“{due}”。"
        yield Hit(None, "grade", text, due, word)


@rule("PJ-05")
def subtotal_not_sum(table: Table) -> Iterator[Hit]:
    """``subtotals`` of the head against the rows of their level."""
    for entry in table.head.get("subtotals") or ():
        second = entry.get("level2")
        rows = _of_level(table, entry["level1"], second)
        for key, word in _POINTS:
            total, written = whole_sum(rows, key), number(entry, key)
            if total is not None and written is not None and total != written:
                name = second or entry["level1"]
                text = f"“{name}”小计{word} {plain(written)}，各项之和为 {plain(total)}。"
                yield Hit(None, key, text, plain(total), plain(written), cell=place(entry, key))


def _of_level(table: Table, first: str, second: str | None) -> list[Cells]:
    return [
        row
        for row in table.rows
        if row.get("level1") == first and (not second or row.get("level2") == second)
    ]


@rule("PJ-11")
def total_weight_not_sum(table: Table) -> Iterator[Hit]:
    """The weight in the total row against the weights of the rows."""
    total, written = whole_sum(table.rows, "weight"), head_number(table, "total_weight")
    if total is not None and written is not None and written != total:
        text = f"合计行分值写 {plain(written)}，各指标分值之和为 {plain(total)}。"
        yield Hit(None, "total_weight", text, plain(total), plain(written))


@rule("PJ-12")
def level_not_sum(table: Table) -> Iterator[Hit]:
    """Points written behind a level's name against its rows
    (``level_weights``: 「产出/产出数量」 → number, cell).
    """
    for key, (written, cell) in (table.head.get("level_weights") or {}).items():
        first, _, second = key.partition("/")
        total = whole_sum(_of_level(table, first, second), "weight")
        if total is not None and written is not None and total != written:
            text = f"“{key}”写 {plain(written)} 分，下级指标分值之和为 {plain(total)}。"
            yield Hit(None, "weight", text, plain(total), plain(written), cell=cell)


@rule("PJ-14")
def expert_total_not_sum(table: Table) -> Iterator[Hit]:
    """An expert's total against the marks given (``expert_totals``: number, cell)."""
    for at, (stated, cell) in enumerate(table.head.get("expert_totals") or ()):
        marks = [row["experts"][at][0] for row in table.rows if row.get("experts")]
        known = [mark for mark in marks if mark is not None]
        if stated is not None and known and len(known) == len(marks) and sum(known) != stated:
            sum_text = plain(sum(known, Decimal(0)))
            text = f"第 {at + 1} 位专家合计 {plain(stated)}，各项之和为 {sum_text}。"
            yield Hit(None, "total", text, sum_text, plain(stated), cell=cell)


@rule("PJ-15")
def grade_missing(table: Table) -> Iterator[Hit]:
    """A score sheet nobody graded."""
    if not str(table.head.get("grade") or "").strip():
        yield Hit(None, None, "没有写评价等级。")


@rule("PJ-16")
def total_missing(table: Table) -> Iterator[Hit]:
    """A score sheet without its total."""
    if head_number(table, "total") is None:
        yield Hit(None, "total", "没有合计得分。")


@rule("PJ-19")
def summary_differs(table: Table) -> Iterator[Hit]:
    """A summary page against the score sheets it repeats (``score_sheets``:
    name → head of that sheet).
    """
    sheets = table.head.get("score_sheets") or {}
    for index, row in enumerate(table.rows):
        sheet = sheets.get(row.get("sheet_of"))
        if sheet is None:
            continue
        fields = {"score": (sheet.get("total"), "得分"), "grade": (sheet.get("grade_norm"), "等级")}
        fields |= {
            key: (sheet.get(key), LISTED[key]) for key in ("audited_arranged", "audited_used")
        }
        for key, (wanted, name) in fields.items():
            value = row.get(key)
            if value in {None, ""} or wanted in {None, ""} or _alike(value, wanted):
                continue
            due, shown_value = (
                plain(one) if isinstance(one, Decimal) else str(one) for one in (wanted, value)
            )
            text = f"汇总表{name}与“{row['sheet_of']}”不一致。"
            yield Hit(index, key, text, due, shown_value)


def _alike(got: object, wanted: object) -> bool:
    return got == wanted if isinstance(got, Decimal) else str(got).startswith(str(wanted))
