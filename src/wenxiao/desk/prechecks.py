"""送审前检查: what the rules say about a filled table, each with its place, its level and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.evidence.selectors import day_in
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.kinds.monitoring import row_faults
from wenxiao.reviews.services.scoring import overrides_of
from wenxiao.rulebook.checks import Table, rules_in_force, run
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.goals import goal_pace

if TYPE_CHECKING:
    from collections.abc import Sequence

AREAS = {"selfeval": ("ZP",), "monitoring": ("JK",), "recheck": ("ZP",)}
ORDER = {"阻断": 0, "警告": 1, "提示": 2}
TONE = {"阻断": "bad", "警告": "warn", "提示": "acc"}
LIGHTED = frozenset({"JK-01"})
"""Said by the light already."""


@dataclass(frozen=True)
class Check:
    """One finding of the checks: its number as it stands in the row's corner, where, what, how to mend, by which rule."""

    number: int
    level: str
    text: str
    mend: str
    place: str
    indicator: int
    code: str
    rule: str
    basis: str
    verified: bool

    @property
    def tone(self) -> str:
        """The look of its level."""
        return TONE.get(self.level, "")


def checks_of(review: Any, rows: Sequence[Any]) -> list[Check]:
    """Everything to look at before handing in: what is missing, then what the rules say; blocking first."""
    found = [*_missing(review, rows), *_by_rules(review, rows)]
    found.sort(key=lambda one: (ORDER.get(one[0], 3), one[3] is None))
    return [
        Check(
            number,
            level,
            text,
            mend,
            _place(rows, at),
            rows[at].indicator.pk if at is not None else 0,
            *source,
        )
        for number, (level, text, mend, at, source) in enumerate(found, start=1)
    ]


def blocking(checks: Sequence[Check]) -> list[Check]:
    """Those that must be mended before handing in."""
    return [check for check in checks if check.level == "阻断"]


def _place(rows: Sequence[Any], at: int | None) -> str:
    return f"第 {at + 1} 行 {rows[at].indicator.name}" if at is not None else "整表"


Found = tuple[str, str, str, int | None, tuple[str, str, str, bool]]
_FULL = ("", "填报完整性", "", False)


def _missing(review: Any, rows: Sequence[Any]) -> list[Found]:
    """Rows without a value, rows whose proof is asked for and absent."""
    scores = kind_of(review.kind).scores
    found: list[Found] = []
    if not rows:
        found.append(
            (
                "阻断",
                "没有批复的绩效目标，无从填报。",
                "请财政绩效科导入批复的目标表。",
                None,
                _FULL,
            )
        )
    for at, row in enumerate(rows):
        if not (row.actual and row.actual.value):
            level = "阻断" if scores and row.indicator.weight else "警告"
            found.append(
                (
                    level,
                    "没有填完成值" + ("，不能计分。" if scores else "。"),
                    "填完成值；没有的写明原因。",
                    at,
                    _FULL,
                )
            )
        if row.actual and review.kind == "monitoring":
            found += [(*fault, at, _FULL) for fault in _told(review, row)]
        if (
            row.actual
            and row.actual.value
            and row.indicator.proof
            and not row.verified
            and not row.unverified
        ):
            text, mend = f"缺佐证材料：{row.indicator.proof}。", "在这一行的佐证栏交这份材料。"
            if row.proof.refused:
                text = f"佐证没有被采信：{'；'.join(row.proof.refused)}。"
                mend = "按核验意见换新版或另交一份。"
            found.append(("警告", text, mend, at, _FULL))
        if (
            scores
            and row.mark
            and row.mark.status == "needs_judgement"
            and row.actual
            and row.actual.value
        ):
            found.append(
                (
                    "提示",
                    "这一行没有规则能直接计分，要自评打分或由审核人评定。",
                    "在得分栏填自评得分，扣分的写明原因。",
                    at,
                    _FULL,
                )
            )
    return found


def _told(review: Any, row: Any) -> list[tuple[str, str, str]]:
    """What is wrong with what the unit said of one goal in a monitoring window."""
    actual = row.actual
    return row_faults(
        row.indicator.expression,
        review.dossier.fiscal_year,
        value=actual.value,
        forecast=actual.forecast,
        causes=actual.causes,
        possibility=actual.possibility,
        measure=actual.note,
        overrides=overrides_of(review.round.division),
    )


def _by_rules(review: Any, rows: Sequence[Any]) -> list[Found]:
    own = overrides_of(review.round.division)
    strict = rules_in_force(own, review.dossier.fiscal_year)
    rules = {rule.code: rule for rule in strict}
    table = Table(rows=[_cells(review, row) for row in rows], head=_head(review), overrides=own)
    return [
        (
            problem.level,
            problem.text,
            problem.mend or "",
            hit.row,
            (
                problem.code,
                rules[problem.code].title,
                rules[problem.code].basis,
                rules[problem.code].verified,
            ),
        )
        for hit, problem in run(table, AREAS.get(review.kind, ()), strict)
        if problem.code not in LIGHTED
    ]


def _head(review: Any) -> dict[str, Any]:
    return {
        "name": review.dossier.subject.name,
        "kind": review.kind,
        "year": review.dossier.fiscal_year,
        "full_year": review.budget,
        "executed": review.executed,
        "total": review.points if review.complete else None,
        "execution_score": review.execution_points,
        "execution_weight": review.execution_weight,
        "through_month": review.round.through_month,
    }


def _cells(review: Any, row: Any) -> dict[str, Any]:
    indicator, actual, mark = row.indicator, row.actual, row.mark
    cells = {
        "level1": indicator.level1,
        "level2": indicator.level2,
        "level3": indicator.name,
        "target": indicator.expression,
        "actual": actual.value if actual else "",
        "weight": indicator.weight,
        "score": mark.points if mark else None,
        "note": actual.note if actual else "",
        "proofs": row.proof.verified,
        "papers": row.proof.standing,
        "proof": row.proof.words,
        "proved_on": row.proof.proved_on,
        "done_on": day_in(actual.value) if actual else None,
    }
    if review.kind == "monitoring" and actual and actual.value:
        goal = goal_pace(
            indicator.name,
            parse(indicator.expression, "target") if indicator.expression else None,
            parse(actual.value, "actual"),
            review.round.through_month or 12,
            review.dossier.fiscal_year,
            actual.possibility,
            overrides=overrides_of(review.round.division),
        )
        cells |= {"reached": goal.reached, "over": goal.over}
    return cells
