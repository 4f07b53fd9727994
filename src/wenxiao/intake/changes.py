"""What a form says beside what is stored, cell by cell, and which of the two a person takes (old →
new, with the cell).

An answer names the cell ("F7", "自评表!F7"; where a value has no cell, "行·项目") and says "file" or
"ours".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier, Spending
from wenxiao.evidence.models import Actual
from wenxiao.files.forms.dossier_forms import MonitorForm, SelfEvalForm
from wenxiao.files.forms.fund_lines import total_first
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.columns import MARKED, REACHED
from wenxiao.intake.differences import joined_rows
from wenxiao.intake.target_changes import ABSENT, promised, put_stored, written
from wenxiao.intake.values import (
    FILE,
    GOAL,
    GROUPS,
    MONEY,
    OURS,
    RESULT,
    ROWS,
    SHOWN,
    WHOLE,
    Change,
    place_of,
)
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.describing import TEXTS
from wenxiao.rulebook.codes import CHOICE_DIFFERS
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.matching import Match
    from wenxiao.intake.preview import FormPreview

FilledForm = SelfEvalForm | MonitorForm
WorkForm = FilledForm | ScoreSheet


def changes_of(one: FormPreview) -> list[Change]:
    """Every value of the form that differs from what is stored; all of them
    where nothing is stored yet.
    """
    return [value for value in values_of(one) if not value.same and value.how != SHOWN]


def values_of(one: FormPreview) -> list[Change]:
    """Every value of the form beside the stored one, as it was chosen for the preview."""
    if one.values is None:
        one.values = compared(one.form, one.match)
    return one.values


def compared(form: ObjectForm, matched: Match) -> list[Change]:
    """Every value of a form beside the stored one, the form's to be taken;
    empty on both sides is left out.
    """
    if isinstance(form, TargetForm):
        values = list(promised(form, matched))
    else:
        review = _review(matched)
        values = list(_head(form, review))
        if isinstance(form, ScoreSheet):
            values += [*_audited(form, review), *_criteria(form, review)]
        else:
            values += [*_money(form, matched, review), *_indicators(form, review)]
    return [value for value in values if value.old is not None or value.new is not None]


def _review(matched: Match) -> Review | None:
    if matched.subject is None or matched.round is None or matched.year is None:
        return None
    return (
        Review.objects.filter(
            dossier__subject=matched.subject, dossier__fiscal_year=matched.year, round=matched.round
        )
        .select_related("target", "dossier", "audited", "round")
        .first()
    )


def _head(form: WorkForm, review: Review | None) -> Iterator[Change]:
    scored = "自评总分" if form.round_kind == "selfeval" else "总分"
    points, grade = (review.published_points, review.published_grade) if review else (None, None)
    for name, label, stored in (("total_number", scored, points), ("grade_text", "等级", grade)):
        place = place_of(form, form.places.get(name))
        yield Change("", label, stored, getattr(form, name), place, RESULT, name)
    target = review.target if review else None
    if form.goal_text:
        text, how = (target.text, SHOWN) if target else (None, WHOLE)
        place = place_of(form, form.places.get("goal_text"))
        yield Change("", "年度总体目标", text, form.goal_text, place, GOAL, "goal_text", how=how)
    if not isinstance(form, ScoreSheet):
        for name, read in form.beside_rows.items():
            place = place_of(form, form.places.get(name))
            group = GOAL if name == "goal_done" else RESULT
            yield Change("", TEXTS[name][0], getattr(review, name, None), read, place, group, name)


def _audited(form: ScoreSheet, review: Review | None) -> Iterator[Change]:
    audited = review.audited if review else None
    for name, label, stored in (
        ("audited_arranged", "经审查安排资金", audited.arranged if audited else None),
        ("audited_used", "经审查实际使用资金", audited.used if audited else None),
    ):
        place = place_of(form, form.places.get(name))
        yield Change("", label, stored, getattr(form, name).amount, place, MONEY, name)


def _money(form: FilledForm, matched: Match, review: Review | None) -> Iterator[Change]:
    funds = total_first(form.funds)
    cells = funds[0].places if funds else {}
    opening, full, executed = form.money()
    arranged, line = _arranged(matched), _spent_line(review)
    only = full is None and opening is not None  # the one budget column is the initial one
    was = (
        arranged.opening if arranged else None,
        review.budget if review else None,
        line.amount if line else None,
        review.expected if review else None,
    )
    values = [
        ("opening", "预算数" if only else "年初预算数", was[0], opening, "initial"),
        ("full", "全年预算数", was[1], form.budget(), "initial" if only else "full_year"),
        ("executed", "执行数", was[2], executed, "executed"),
        ("expected", "全年预计执行数", was[3], form.expected(), "expected"),
    ]
    for name, label, stored, read, column in values:
        if name == "full" and only and (stored is None or stored == read):
            continue
        place = place_of(form, cells.get(column))
        yield Change("", label, stored, read, place, MONEY, name)
    for fund in funds[1:]:
        _, budgeted, spent = fund.money
        for name, label, read in (("full_year", "预算数", budgeted), ("executed", "执行数", spent)):
            place = place_of(form, fund.places.get(name))
            yield Change(fund.label, label, None, read, place, MONEY, name, how=SHOWN)


def _arranged(matched: Match) -> Any:
    """The dossier's total arrangement, if money by fund did not come from the budget system."""
    if matched.subject is None or matched.year is None:
        return None
    dossier = Dossier.objects.filter(subject=matched.subject, fiscal_year=matched.year).first()
    return dossier.appropriations.filter(fund="total").first() if dossier is not None else None


def _spent_line(review: Review | None) -> Spending | None:
    if review is None:
        return None
    line = f"{review.kind}-{review.round.through_month or 12}"
    return review.dossier.spendings.filter(source=Spending.Source.FORM, line=line).first()


def _indicators(form: FilledForm, review: Review | None) -> Iterator[Change]:
    stored: list[Any] = []
    actuals: dict[int, Actual] = {}
    marks: dict[int | None, Any] = {}
    if review is not None and review.target is not None:
        stored = list(review.target.indicators.all())
        through = review.round.through_month or 12
        rows = Actual.objects.filter(
            indicator__in=stored, stage=kind_of(form.round_kind).stage or "", through_month=through
        )
        actuals = {row.indicator_id: row for row in rows}
        marks = {mark.indicator_id: mark for mark in review.marks.filter(seat="")}
    pairs = joined_rows(form, stored)
    for at in range(len(form.rows)):
        known = stored[pairs[at]].pk if at in pairs else 0
        yield from _row(form, at, actuals.get(known), marks.get(known))


def _row(form: FilledForm, at: int, actual: Actual | None, mark: Any) -> Iterator[Change]:
    row = form.rows[at]
    values = [
        (column.name, column.word, getattr(actual, column.field) if actual else None)
        for column in REACHED
    ]
    if isinstance(form, SelfEvalForm):
        values.append(("score_number", "得分", mark.published_points if mark else None))
        values.append(("note_text", "偏差原因", mark.note if mark else None))
    else:
        values.append(("causes_named", "偏差原因类别", list(actual.causes) if actual else None))
        values.append(("note_text", "说明", actual.note if actual else None))
    for name, label, stored in values:
        place = place_of(form, row.places.get(name))
        yield Change(row.name, label, stored, getattr(row, name), place, name=name, at=at)


def _criteria(form: ScoreSheet, review: Review | None) -> Iterator[Change]:
    known = list(review.criteria.all()) if review else []
    marks = {mark.criterion_id: mark for mark in (review.marks.filter(seat="") if review else [])}
    for at, row in enumerate(form.rows):
        mark = marks.get(known[at].pk) if at < len(known) else None
        for name, label, stored in (
            ("score_number", "得分", mark.published_points if mark else None),
            *((one.name, one.word, getattr(mark, one.field, None)) for one in MARKED),
        ):
            place = place_of(form, row.places.get(name))
            yield Change(row.name, label, stored, getattr(row, name), place, name=name, at=at)


# ---- which of two values is taken ----------------------------------------------------------------


def taken(
    form: ObjectForm, values: list[Change], answers: Mapping[str, str]
) -> tuple[list[Change], dict[int, int], list[Problem]]:
    """The values as answered, the form holding the stored ones where "ours" was said; what is no
    cell to choose is named.

    Between them: of a target table, the stored rows that go on in it by choice, number → place.

    An answer whose two values have become equal meanwhile is of no consequence.
    """
    settled: list[Change] = []
    known: set[str] = set()
    for value in values:
        names = {value.key, value.key.rpartition("!")[2]}
        known |= names
        answer = next((answers[name] for name in names if name in answers), FILE)
        if answer == OURS and value.chosen:
            settled.append(replace(value, take=OURS))
        else:
            settled.append(value)
    wrong = [_no_cell(form, name) for name in answers if name not in known]
    ours = [value for value in settled if value.take == OURS]
    if isinstance(form, TargetForm):
        return written(settled), put_stored(form, ours), wrong
    for value in ours:
        _put_stored(form, value)
    return settled, {}, wrong


def _no_cell(form: ObjectForm, name: str) -> Problem:
    text = f"这张表没有读出“{name[:60]}”这一格，不能为它选用哪个值。"
    mend = "请照预览（changes）里的 cell 或 key 写，选 file 或 ours。"
    return Problem(CHOICE_DIFFERS, "阻断", text, sheet=form.sheet or None, mend=mend)


_MONEY_NAMES = ("opening", "full", "executed", "expected")


def _put_stored(form: WorkForm, value: Change) -> None:
    """What the form says here is what is stored already."""
    if value.at is not None:
        form.rows[value.at].say(value.name, value.stored)
    elif isinstance(form, ScoreSheet) or value.name not in _MONEY_NAMES:
        form.say(value.name, value.stored)
    else:
        opening, full, executed = form.money()
        money = dict(zip(_MONEY_NAMES, (opening, full, executed, form.expected()), strict=True))
        form.say_money(**(money | {value.name: value.stored}))


@dataclass(frozen=True, slots=True)
class ReadValues:
    """What the preview of one form shows: every value read beside the
    stored one, and whether nothing was achieved.
    """

    values: list[Change]
    no_actuals: bool

    @property
    def groups(self) -> list[tuple[str, list[Change]]]:
        """The parts of the form that hold something, each with its values."""
        parts = [(name, [one for one in self.values if one.group == name]) for name in GROUPS]
        return [(name, rows) for name, rows in parts if rows]

    @property
    def other(self) -> list[Change]:
        """Those that stand otherwise in the system already."""
        return [one for one in self.values if one.old is not None and not one.same]

    @property
    def counts(self) -> dict[str, int]:
        """What the import will do, in cells."""
        ours = [one for one in self.other if one.take == OURS]
        return {
            "改": sum(one.how != SHOWN for one in self.other) - len(ours),
            "新填": sum(one.old is None and one.how != SHOWN for one in self.values),
            "留系统": len(ours),
            "一样": sum(one.same for one in self.values),
        }

    @property
    def heading(self) -> str:
        """What was read, in one line."""
        read = [one for one in self.values if one.group == ROWS and one.name != ABSENT]
        rows = len({(one.at, one.row) for one in read})
        money = sum(one.group == MONEY for one in self.values)
        goals = sum(one.group == GOAL for one in self.values)
        parts = [(money, "个金额"), (rows, "行指标"), (goals, "段总体目标")]
        counted = "、".join(f"{count} {word}" for count, word in parts if count)
        return f"读出 {counted or '0 格'}，{len(self.other)} 格与系统不同"


def read_of(one: FormPreview) -> ReadValues:
    """What was read of a form, beside what is stored."""
    filled = isinstance(one.form, SelfEvalForm | MonitorForm) and bool(one.form.rows)
    empty = filled and not any(row.actual_text for row in one.form.rows)
    return ReadValues([] if one.skip else values_of(one), empty)
