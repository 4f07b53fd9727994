"""自评 ZP: a filled table set against itself, and points against facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.checks.registry import Hit, Table, head_number, numbered, rule, said
from wenxiao.rulebook.numbers import exact_rate, plain, scaled

_NOT_ACCEPTED = re.compile(r"未验收|尚未验收|没有验收|未竣工验收")
_NO_COMPLAINT = re.compile(r"(未|没有|无)(收到|接到)?.{0,4}投诉")


@rule("ZP-03")
def points_ahead_of_money(table: Table) -> Iterator[Hit]:
    """Indicator points and execution points too far apart, per point
    available, in percent of the former.
    """
    earned, done = _sum(table, "score"), head_number(table, "execution_score")
    if not earned or done is None:
        return
    limits = table.limits
    indicators = Fraction(earned) / Fraction(limits["indicators"])
    apart = (indicators - Fraction(done) / Fraction(limits["execution"])) / indicators * 100
    if apart > limits["apart_percent"]:
        yield Hit(
            None,
            "execution_score",
            f"指标得分比执行率得分高 {plain(scaled(apart, 2))}%，"
            f"超过{plain(limits['apart_percent'])}%。",
        )


@rule("ZP-04")
def everything_full(table: Table) -> Iterator[Hit]:
    """Every project of one unit at the full mark (rows are projects with their ``total``); one
    project alone says nothing.
    """
    totals = [value for _, value, _ in numbered(table, "total")]
    full = table.limits["full"]
    if len(totals) >= table.limits["fewest_projects"] and all(value == full for value in totals):
        yield Hit(None, "total", f"{len(totals)} 个项目自评全部为{plain(full)}分。")


@rule("ZP-05")
def output_without_money(table: Table) -> Iterator[Hit]:
    """Little of the budget spent while every quantity earns its full weight."""
    share = exact_rate(head_number(table, "executed"), head_number(table, "full_year"))
    if share is None or share * 100 >= table.limits["spent_below"]:
        return
    for index, _ in _full_quantities(table):
        yield Hit(
            index, "score", f"执行率只有 {plain(scaled(share * 100, 2))}%，数量指标却是满分。"
        )


@rule("ZP-06")
def full_without_acceptance(table: Table) -> Iterator[Hit]:
    """A full quantity whose own note says that nothing was accepted yet."""
    for index, row in _full_quantities(table):
        if _NOT_ACCEPTED.search(said(row, "note", "proof", "deviation")):
            yield Hit(index, "score", "说明写未验收，数量指标却是满分。")


@rule("ZP-07")
def one_fact_two_ways(table: Table) -> Iterator[Hit]:
    """Quality at 0 because nothing was accepted, quantity full."""
    failed = any(
        "质量" in said(row, "level2")
        and score == 0
        and _NOT_ACCEPTED.search(said(row, "note", "deviation"))
        for _, score, row in numbered(table, "score")
    )
    if failed:
        yield from (
            Hit(index, "score", "质量指标因未验收得0分，数量指标却是满分。")
            for index, _ in _full_quantities(table)
        )


@rule("ZP-08")
def done_before_accepted(table: Table) -> Iterator[Hit]:
    """Reported done earlier than the proof was made (``done_on`` and ``proved_on`` are dates)."""
    for index, row in enumerate(table.rows):
        done, proved = row.get("done_on"), row.get("proved_on")
        if done is not None and proved is not None and done < proved:
            yield Hit(index, "actual", f"自评完成日期 {done} 早于验收或竣工日期 {proved}。")


@rule("ZP-09")
def no_complaint_for_satisfaction(table: Table) -> Iterator[Hit]:
    """Silence is no survey."""
    for index, row in enumerate(table.rows):
        if "满意" in said(row, "level1", "level2", "level3") and _NO_COMPLAINT.search(
            said(row, "proof", "actual", "note")
        ):
            yield Hit(index, "proof", "以“未收到投诉”作为满意度依据。")


@rule("ZP-17")
def full_without_proof(table: Table) -> Iterator[Hit]:
    """Every row full, and no proof of any of them accepted (rows carry
    ``papers`` handed in and ``proofs`` accepted).
    """
    marked = [
        row
        for _, score, row in numbered(table, "score")
        if score == row.get("weight") and score > 0
    ]
    known = [row for row in table.rows if row.get("papers") is not None]
    if not marked or len(marked) < len(table.rows) or len(known) < len(table.rows):
        return
    if not any(row.get("proofs") for row in table.rows):
        papers = sum(int(row["papers"]) for row in table.rows)
        yield Hit(
            None, "proof", f"{len(marked)} 项指标全部满分，佐证交来 {papers} 份，已采信 0 份。"
        )


@rule("ZP-16")
def rule_not_followed(table: Table) -> Iterator[Hit]:
    """Published points that the rule does not give (rows carry ``computed``
    points where a rule decided).
    """
    for index, score, row in numbered(table, "score"):
        computed = row.get("computed")
        if isinstance(computed, Decimal) and scaled(Fraction(computed), _digits(score)) != score:
            text = f"按规则应得 {plain(computed)} 分，写作 {plain(score)} 分。"
            yield Hit(index, "score", text, plain(computed), plain(score))


def _digits(score: Decimal) -> int:
    exponent = score.as_tuple().exponent
    return min(2, max(1, -exponent)) if isinstance(exponent, int) else 1


def _full_quantities(table: Table) -> Iterator[tuple[int, dict[str, object]]]:
    for index, score, row in numbered(table, "score"):
        if "数量" in said(row, "level2") and score > 0 and score == row.get("weight"):
            yield index, dict(row)


def _sum(table: Table, key: str) -> Decimal:
    return sum((value for _, value, _ in numbered(table, key)), Decimal(0))
