"""工作考核: units' performance-management work scored by the division's list,
by one person, and confirmed by another.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.followup.assessment import UnitAssessment
from wenxiao.followup.selectors.assessing import AssessedRow, counted, departments
from wenxiao.followup.states import UNIT_ASSESSMENT
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.rulebook.unit_assessment import (
    AssessmentItem,
    AssessmentRule,
    assessment_rule,
    counted_points,
)
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, Unit, User

Lines = list[dict[str, Any]]


@transaction.atomic
def prepare_assessments(
    *, division: Division, work_year: int, by: User | None
) -> list[UnitAssessment]:
    """Count every budget department anew by the list in force; confirmed ones stay, points given by
    hand stay too.

    Raises Refused, or NotAllowed where the division listed nothing or everything is confirmed.
    """
    require(by, "manage_round", division=division)
    rule = assessment_rule(division.own_rules, work_year)
    if not rule.items:
        raise NotAllowed(
            "本级还没有填写考核内容和分值，不能考核。请在 更多 → 评分规则与制度 → 单位工作考核 按本级考核办法填写。"
        )
    measures = [item.measure for item in rule.items if not item.by_hand]
    rows = counted(division, work_year, measures)
    earlier = {
        one.unit_id: one
        for one in UnitAssessment.objects.filter(division=division, work_year=work_year)
    }
    prepared = []
    for unit in departments(division):
        before = earlier.get(unit.pk)
        if before is not None and before.state == UnitAssessment.State.CONFIRMED:
            continue
        of_unit = {measure: rows[measure].get(unit.pk, []) for measure in measures}
        lines = [_line(item, of_unit, before) for item in rule.items]
        prepared.append(_stored(unit, work_year, lines, rule, by, before))
    if not prepared:
        raise NotAllowed(f"{work_year} 年的工作考核都已确认；要重新考核的，请先写明理由退回。")
    record(
        division=division,
        by=by,
        act="按规则考核单位",
        target=division,
        label=f"{work_year}年工作考核 {len(prepared)} 个单位",
        data={"year": work_year, "units": len(prepared), "basis": rule.basis},
    )
    return prepared


def _line(
    item: AssessmentItem, rows: dict[str, list[AssessedRow]], before: UnitAssessment | None
) -> dict[str, Any]:
    """One item as it is kept: numbers as decimal text."""
    line: dict[str, Any] = {
        "name": item.name,
        "measure": item.measure,
        "weight": str(item.weight),
        "by_hand": item.by_hand,
        "why": "",
    }
    if item.by_hand:
        given: dict[str, Any] = next(
            (one for one in (before.lines if before else ()) if one["name"] == item.name), {}
        )
        kept = given if given.get("by_hand") and given.get("weight") == line["weight"] else {}
        return {**line, "points": kept.get("points"), "why": kept.get("why", ""), "rows": []}
    of_item = rows[item.measure]
    done = sum(row.done for row in of_item)
    points = counted_points(item, due=len(of_item), done=done)
    return {
        **line,
        "due": len(of_item),
        "done": done,
        "points": None if points is None else str(points),
        "rows": [[row.key, row.name, row.done] for row in of_item],
    }


def _stored(
    unit: Unit,
    work_year: int,
    lines: Lines,
    rule: AssessmentRule,
    by: User | None,
    before: UnitAssessment | None,
) -> UnitAssessment:
    values: dict[str, Any] = {
        **_sums(lines),
        "lines": lines,
        "basis": rule.basis,
        "standing": rule.standing,
        "prepared_by": by,
        "prepared_on": today(),
        "confirmed_by": None,
        "confirmed_on": None,
    }
    if before is not None:
        change(before, **values)
        return before
    return UnitAssessment.objects.create(
        division=unit.division, unit=unit, work_year=work_year, **values
    )


def _sums(lines: Lines) -> dict[str, Decimal | None]:
    """Points and the weight of what applied; None where nothing did."""
    known = [line for line in lines if line["points"] is not None]
    if not known:
        return {"points": None, "full": None}
    return {
        "points": sum((Decimal(line["points"]) for line in known), Decimal(0)),
        "full": sum((Decimal(line["weight"]) for line in known), Decimal(0)),
    }


@transaction.atomic
def give_points(
    *,
    assessment: UnitAssessment,
    item: str,
    points: Decimal,
    by: User | None,
    why: str,
    version: int | None = None,
) -> UnitAssessment:
    """Points of an item that is judged by hand, with the reason; whoever
    gives them does not confirm.
    """
    require(by, "manage_round", division=assessment.division)
    _refuse_confirmed(assessment)
    lines: Lines = [dict(line) for line in assessment.lines]
    line = next((one for one in lines if one["name"] == item and one["by_hand"]), None)
    if line is None:
        raise NotAllowed(f"“{item[:40]}”不是人工评定的考核内容，得分由规则算出。")
    if not 0 <= points <= Decimal(line["weight"]):
        raise NotAllowed(f"“{line['name']}”应在 0 至 {line['weight']} 分之间，收到 {points}。")
    if not why.strip():
        raise NotAllowed("请写明评定的理由。")
    before = line["points"]
    line["points"], line["why"] = str(points), why.strip()
    change(assessment, version=version, lines=lines, prepared_by=by, **_sums(lines))
    return _recorded(
        assessment, "评定考核内容", by, why, item=line["name"], before=before, after=line["points"]
    )


def _refuse_confirmed(assessment: UnitAssessment) -> None:
    if assessment.state == UnitAssessment.State.CONFIRMED:
        raise NotAllowed(f"{assessment}已确认，不能改；要改的请先写明理由退回。")


@transaction.atomic
def confirm_assessment(
    *, assessment: UnitAssessment, by: User | None, version: int | None = None
) -> UnitAssessment:
    """确认 by another person than who counted and judged; from now on the unit reads it."""
    require(by, "confirm", division=assessment.division, submitted_by=assessment.prepared_by)
    left = [line["name"] for line in assessment.lines if line["by_hand"] and not line["why"]]
    if left:
        raise NotAllowed(f"{assessment}还有没有评定的：{'、'.join(left)}。")
    if assessment.points is None:
        raise NotAllowed(f"{assessment}没有一项适用，没有得分可以确认。")
    move(
        assessment,
        allowed=UNIT_ASSESSMENT,
        to="confirmed",
        version=version,
        confirmed_by=by,
        confirmed_on=today(),
    )
    return _recorded(assessment, "确认工作考核", by, points=str(assessment.points))


@transaction.atomic
def reopen_assessment(
    *, assessment: UnitAssessment, by: User | None, why: str, version: int | None = None
) -> UnitAssessment:
    """退回 a confirmed one, with the reason; the unit no longer reads it
    until it is confirmed again.
    """
    require(by, "confirm", division=assessment.division)
    if not why.strip():
        raise NotAllowed("请写明退回的理由。")
    move(
        assessment,
        allowed=UNIT_ASSESSMENT,
        to="draft",
        version=version,
        confirmed_by=None,
        confirmed_on=None,
    )
    return _recorded(assessment, "退回工作考核", by, why)


def _recorded(
    assessment: UnitAssessment, act: str, by: User | None, why: str = "", **data: Any
) -> UnitAssessment:
    record(
        division=assessment.division,
        by=by,
        act=act,
        target=assessment,
        label=str(assessment),
        why=why,
        data=data,
    )
    return assessment
