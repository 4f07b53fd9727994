"""填报: what a unit's own rows need before they can be handed in at all, whoever hands them in.

Rows carry what was filled (``actual``, ``forecast``, ``causes``, ``possibility``, ``measure``) and
of their proofs what is asked for (``asks_proof``), how many were accepted (``proofs``) or wait
(``waiting``), and why some were ``refused``.
"""

from __future__ import annotations

from collections.abc import Iterator

from wenxiao.rulebook import basis
from wenxiao.rulebook.checks.facts import is_dash
from wenxiao.rulebook.checks.registry import Cells, Hit, Table, rule, said
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.readback import unread


@rule("ZP-31")
def no_target(table: Table) -> Iterator[Hit]:
    """Nothing to fill: the dossier has no target."""
    if not table.rows:
        yield Hit(None, None, "没有批复的绩效目标，无从填报。")


@rule("ZP-32")
def points_without_value(table: Table) -> Iterator[Hit]:
    """A row that bears points and has no value."""
    for index, row in enumerate(table.rows):
        if not said(row, "actual") and _bears_points(table, row):
            yield Hit(index, "actual", "没有填完成值，不能计分。")


@rule("ZP-35")
def value_missing(table: Table) -> Iterator[Hit]:
    """A row that bears no points and has no value."""
    for index, row in enumerate(table.rows):
        if not said(row, "actual") and not _bears_points(table, row):
            yield Hit(index, "actual", "没有填完成值。")


def _bears_points(table: Table, row: Cells) -> bool:
    return bool(table.head.get("scores")) and bool(row.get("weight"))


@rule("ZP-33")
def proof_missing(table: Table) -> Iterator[Hit]:
    """A row whose proof is asked for, with none accepted and none waiting to be looked at."""
    for index, row in enumerate(table.rows):
        asked = row.get("asks_proof")
        if not asked or not said(row, "actual") or row.get("proofs") or row.get("waiting"):
            continue
        if row.get("refused"):
            text = f"佐证没有被采信：{'；'.join(row['refused'])}。"
            yield Hit(index, "proof", text, mend="按核验意见换新版或另交一份。")
        else:
            yield Hit(index, "proof", f"缺佐证材料：{asked}。")


@rule("ZP-34")
def points_by_hand(table: Table) -> Iterator[Hit]:
    """A filled row that no rule can score."""
    for index, row in enumerate(table.rows):
        if row.get("by_hand") and said(row, "actual") and not _unread(row):
            text = "这一行没有规则能直接计分，要自评打分或由审核人评定。"
            yield Hit(index, "score", text)


@rule("ZP-36")
def value_unread(table: Table) -> Iterator[Hit]:
    """A value out of which no number or day can be read: it earns nothing
    until it is written otherwise or judged (``open`` of stored rows; a form read names all).
    """
    for index, row in enumerate(table.rows):
        blank = is_dash(said(row, "actual")) and "open" not in row and not row.get("score")
        if row.get("open", True) and not blank and _unread(row):
            yield Hit(index, "actual", _unread(row), got=said(row, "actual"))


def _unread(row: Cells) -> str:
    return unread(said(row, "target"), said(row, "actual"))


@rule("JK-09")
def words_for_figures(table: Table) -> Iterator[Hit]:
    """A target in figures wants figures, of what is done and of what is expected."""
    for index, row in enumerate(table.rows):
        target = said(row, "target")
        for key, word in (("actual", "完成值"), ("forecast", "全年预计")):
            text = said(row, key)
            if text.strip() and _unreadable(text, target):
                yield Hit(index, key, f"{word}“{text}”不是数值，目标是“{target}”。", got=text)
            elif key == "actual" and unread(target, text):
                yield Hit(index, key, unread(target, text), got=text)


def _unreadable(text: str, target: str) -> bool:
    read = parse(target, "target") if target.strip() else None
    return read is not None and read.kind == "number" and parse(text, "actual").kind != "number"


@rule("JK-10")
def doubt_without_cause(table: Table) -> Iterator[Hit]:
    """Whoever doubts that the year's goal is reached says why."""
    for index, row in _doubted(table):
        if not row.get("causes"):
            yield Hit(index, "causes", f"全年“{row['possibility']}”完成，没有选偏差原因。")


@rule("JK-11")
def doubt_without_measure(table: Table) -> Iterator[Hit]:
    """Whoever doubts that the year's goal is reached says what is done about it."""
    for index, row in _doubted(table):
        if not said(row, "measure").strip():
            yield Hit(index, "measure", f"全年“{row['possibility']}”完成，没有写改进措施。")


def _doubted(table: Table) -> Iterator[tuple[int, Cells]]:
    listed = basis.in_force("monitoring", table.year, table.overrides).content["possibility"]
    return (
        (index, row)
        for index, row in enumerate(table.rows)
        if row.get("possibility") in {listed["2"], listed["3"]}
    )


@rule("PJ-22")
def rows_unscored(table: Table) -> Iterator[Hit]:
    """A score sheet that is handed in before every row has its points."""
    if table.head.get("unscored"):
        yield Hit(None, "score", "还有没评分的行。")
